"""Boundaries of GADM 4.1: one GeoPackage per country with all levels. Research use only; never passed on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from comarca.fetch.providers.protocol import BoundaryProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Settings
    from comarca.registry.countries import Country


class Gadm(BoundaryProvider):
    """GADM 4.1, which has codes of its own for some countries."""

    source = "gadm_country"
    name = "gadm"
    title = "GADM"

    def plan(
        self, country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None
    ) -> tuple[Request, ...]:
        """Name the GeoPackage by GADM's code of the country."""
        level = self.level(country, options)
        codes: Mapping[str, str] = settings.sources[self.source].more["codes"]
        code = codes.get(country.iso3, country.iso3)
        request = settings.request(self.source, code, params={"level": str(level.number)})
        return (replace(request, country=country.iso3),)
