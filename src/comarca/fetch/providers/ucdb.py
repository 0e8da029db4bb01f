"""GHS Urban Centre Database: cities of 50,000 inhabitants and more, delineated in one way for the whole world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Settings
    from comarca.registry.countries import Country

SOURCE = "ucdb_centres"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the archive: one for the world.

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
