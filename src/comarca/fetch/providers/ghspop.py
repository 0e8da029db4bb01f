"""GHS-POP: persons per cell of 100 m in tiles of 1,000 km, Mollweide projection; every country has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from comarca.fetch.receipts import Request
    from comarca.fetch.settings import Context, Settings
    from comarca.registry.countries import Country

SOURCE = "ghspop_tile"
EPOCHS = range(1975, 2031, 5)


def plan(
    country: Country, options: Mapping[str, Any], settings: Settings, boundary: BaseGeometry | None = None
) -> tuple[Request, ...]:
    """Name the tiles that a region touches.

    Parameters
    ----------
    country : Country
        The country.
    options : mapping
        ``year``; the nearest epoch is taken. The registry's default year if there is none.
    settings : Settings
        Settings of the run.
    boundary : shapely geometry, optional
        The region, EPSG:4326; which tiles it touches is not known without it.

    Returns
    -------
    tuple of Request
        One per tile; one that stands for all of them if there is no boundary.
    """
    asked = int(options.get("year") or settings.sources[SOURCE].more["default_year"])
    year = str(min(EPOCHS, key=lambda epoch: abs(epoch - asked)))
    tiles = {"<tile>": 0.0}
    if boundary is not None:
        from comarca.fetch.providers.tiles import ghsl_tiles

        tiles = ghsl_tiles(boundary)
    return tuple(
        settings.request(
            SOURCE, country.iso3, params={"year": year, "tile": tile, "area_km2": f"{area:.0f}"}, may_lack=True
        )
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
        True if hardly anything of the region lies in it.
    """
    return float(request.params["area_km2"]) <= float(context.settings.sources[SOURCE].more["max_absent_km2"])
