"""How large a run is, told before it begins: cells, points, minutes and memory, and cell sizes that would do.

Rates were measured on one core of a busy machine (docs/benchmarks.md): a route from a point to a class of cities takes
4 microseconds, one from a cell of a raster 1.75, and a job 1.5 seconds before it does anything. Rasters are written as
they are computed and take no memory of their own. A network takes 137 bytes per vertex of road where it is searched;
how many there are nobody knows before they are read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from comarca.registry.countries import country
from comarca.units import M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comarca.fetch.receipts import Failure
    from comarca.plan.region import RegionPlan

ROUTE_S: Final = 4e-6
CELL_S: Final = 1.75e-6
JOB_S: Final = 1.5
JOBS: Final = 50
BASE_GB: Final = 1.0
#: What a job that searches the network takes over that.
GB_PER_MILLION_VERTICES: Final = 0.14
#: Cells of a raster that one job computes.
BLOCK_CELLS: Final = 50_000_000
#: Cells of a raster from which on larger ones are advised, and what these are to come to.
MANY_CELLS: Final = 20_000_000
GOOD_CELLS: Final = 5_000_000


def size_lines(region: RegionPlan) -> list[str]:
    """Say how large the run of a region is.

    Parameters
    ----------
    region : RegionPlan
        The region; its area is taken to be that of the country, at most.

    Returns
    -------
    list of str
        Cells, points, minutes and memory; a larger size of cells where there are very many. Empty if the catalogue does
        not know the area, or the region has no travel times.
    """
    config = region.config
    area_km2 = country(config.country).area_km2
    if area_km2 is None or not region.has("travel_times"):
        return []
    classes = len(config.city_classes_persons)
    points, cells = (area_km2 * M2_PER_KM2 / side**2 for side in (config.demand_cell_m, config.raster_cell_m))
    minutes = (JOBS * JOB_S + (points * ROUTE_S + cells * CELL_S) * classes) / 60
    lines = [
        f"{region.name}: at most {area_km2:,.0f} km2 (the whole country): {points:,.0f} demand points and {cells:,.0f} "
        f"raster cells for {classes} classes of cities; about {max(math.ceil(minutes), 1)} min and {BASE_GB:.1f} GB "
        f"with {GB_PER_MILLION_VERTICES} GB more per million vertices of road, the minutes of reading roads and "
        "rasters not counted."
    ]
    for key, count in (("demand_cell_m", points), ("raster_cell_m", cells)):
        if count > MANY_CELLS:
            side = _rounded_up(math.sqrt(area_km2 * M2_PER_KM2 / GOOD_CELLS))
            lines.append(f"{region.name}: `{key}: {side}` would do, unless you need finer ones.")
    return lines


def raster_blocks(region: RegionPlan) -> int:
    """Say into how many blocks of rows the travel-time rasters of a region are cut, each a job of its own.

    Parameters
    ----------
    region : RegionPlan
        The region.

    Returns
    -------
    int
        As configured, else one per `BLOCK_CELLS` of the country; one where people walk over a friction surface, as
        each block would search the whole of it.
    """
    config = region.config
    if region.has("friction"):
        return 1
    if config.raster_blocks is not None:
        return config.raster_blocks
    area_km2 = country(config.country).area_km2 or 0.0
    return max(1, math.ceil(area_km2 * M2_PER_KM2 / config.raster_cell_m**2 / BLOCK_CELLS))


def download_lines(rows: Iterable[Failure]) -> list[str]:
    """Say what a run would fetch, and from where.

    Parameters
    ----------
    rows : iterable of Failure
        First choices, as from `comarca.fetch.ladder.first_choices`.

    Returns
    -------
    list of str
        A line per layer; other providers follow where the first one does not answer.
    """
    return [f"{row.country} {row.layer}: from {row.provider}, {row.url or 'by its index'}" for row in rows]


def told(sizes: Sequence[str], downloads: Sequence[str]) -> list[str]:
    """Put both under headings of their own.

    Parameters
    ----------
    sizes, downloads : sequence of str
        As from `size_lines` and `download_lines`.

    Returns
    -------
    list of str
        Lines to print.
    """
    lines = ["comarca: the size of this run:", *(f"  {line}" for line in sizes)] if sizes else []
    return lines + (["comarca: to be fetched:", *(f"  {line}" for line in downloads)] if downloads else [])


def _rounded_up(side_m: float) -> int:
    """Give the next of 1, 2, 5, 10, 20, 50, ... ."""
    power = 10 ** math.floor(math.log10(side_m))
    return next(int(step * power) for step in (1, 2, 5, 10) if step * power >= side_m * 0.999999)
