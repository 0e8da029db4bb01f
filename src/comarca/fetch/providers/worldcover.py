"""ESA WorldCover 2021: land cover of 10 m in tiles of 3 degrees; tiles of open sea do not exist."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from comarca.errors import ConfigError
from comarca.fetch.retry import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

log = logging.getLogger(__name__)

SOURCE = "worldcover_tile"


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the tiles that a region touches.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``year`` may be 2021 only: the map of 2020 was made in another way and must not be compared with it.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        The region, EPSG:4326; which tiles it touches is not known without it.

    Returns
    -------
    tuple of Request
        One per tile; one that stands for all of them if there is no boundary.

    Raises
    ------
    ConfigError
        If another year is asked for.
    """
    year = settings.sources[SOURCE].more["year"]
    if options.get("year") not in {None, year}:
        raise ConfigError("land_cover.year", got=options["year"], expected=f"{year}, the only year of this version")
    tiles = {"<tile>": 0.0}
    if boundary is not None:
        from comarca.fetch.providers.tiles import worldcover_tiles

        tiles = worldcover_tiles(boundary)
    return tuple(
        settings.request(SOURCE, country.iso3, params={"tile": tile, "area_km2": f"{area:.0f}"}, may_lack=True)
        for tile, area in tiles.items()
    )


def is_sea(request: Request, context: Context) -> bool:
    """Whether a tile may be missing because it is open sea.

    Parameters
    ----------
    request : Request
        From `plan`.
    context : Context
        Settings and client.

    Returns
    -------
    bool
        True if the provider's list of tiles does not have it; where the list cannot be had, if hardly anything of
        the region lies in it.
    """
    more = context.settings.sources[SOURCE].more
    try:
        grid = context.get_json(more["grid"], request.provider)
        return request.params["tile"] not in {feature["properties"]["ll_tile"] for feature in grid["features"]}
    except (TransferError, KeyError, TypeError) as error:
        log.info("The list of WorldCover tiles cannot be had (%s).", error)
    return float(request.params["area_km2"]) <= float(more["max_absent_km2"])
