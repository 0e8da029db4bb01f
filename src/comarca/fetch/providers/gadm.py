"""Boundaries of GADM 4.1: one GeoPackage per country with all levels. Research use only; never passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Settings
    from comarca.registry.countries import Country

SOURCE = "gadm_country"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the GeoPackage of a country.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``level`` overrules the catalogue.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        Not used.

    Returns
    -------
    tuple of Request
        One.

    Raises
    ------
    NotOfferedError
        If GADM is known not to have the units.
    """
    level = country.level("gadm", asked=options.get("level"))
    if level is None:
        raise NotOfferedError(f"GADM has no {country.unit or 'unit'} level for {country.iso3}")
    return (settings.request(SOURCE, country.iso3, params={"level": str(level.number)}),)
