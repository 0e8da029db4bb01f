"""Boundaries of GADM 4.1: one GeoPackage per country with all levels. Research use only; never passed on."""

from __future__ import annotations

from comarca.fetch.providers.protocol import BoundaryProvider


class Gadm(BoundaryProvider):
    """GADM 4.1."""

    source = "gadm_country"
    name = "gadm"
    title = "GADM"
