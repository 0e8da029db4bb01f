"""MapBiomas: annual land cover and use of 30 m for ten countries of South America."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError
from comarca.fetch.receipts import Resolved
from comarca.fetch.settings import NotOfferedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

SOURCE = "mapbiomas_coverage"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the raster of a country and year.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``year``; the latest one if there is none.
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
        If the country has no initiative.
    ConfigError
        If the year is out of range.
    """
    source = settings.sources[SOURCE]
    entry = source.more["countries"].get(country.iso3)
    if entry is None:
        raise NotOfferedError(f"MapBiomas does not cover {country.iso3}; it has {', '.join(source.more['countries'])}")
    first, last = entry["years"]
    year = int(options.get("year") or last)
    if not first <= year <= last:
        raise ConfigError("land_cover.year", got=year, expected=f"{first} to {last} for {country.iso3}")
    params = {
        "path": entry["path"].format(year=year),
        "collection": entry["collection"],
        "initiative": entry["initiative"],
        "year": str(year),
    }
    return (settings.request(SOURCE, country.iso3, params=params),)


def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
    """Give the address, with collection and initiative in the line to print.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    tuple of Resolved
        One.
    """
    source = context.settings.sources[SOURCE]
    return (
        Resolved(
            request.url,
            version=request.params["collection"],
            data_date=request.params["year"],
            attribution=source.attribution.format(**request.params),
        ),
    )
