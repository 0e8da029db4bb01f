"""Bring land cover or a friction raster, and heights, to one grid: how fast people walk off the road."""

from collections.abc import Mapping

from comarca import io
from comarca.access.friction import (
    FrictionSurface,
    elevation_on,
    friction_from_classes,
    friction_from_raster,
    walking_speeds,
)
from comarca.access.model import Walking
from comarca.crs import region_bounds
from comarca.fetch.tiles import one_raster
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.bands import open_dataset
from comarca.rasters.extent import require_extent
from comarca.rasters.grids import Grid, square_grid
from comarca.settings_tables import read_csv_texts

#: Walks may leave the territories by this much, degrees.
MARGIN_DEG = 0.05


def main(
    *,
    territories: str,
    speeds: str,
    legend: str | None,
    cell_m: float,
    barrier_share: float,
    walking: Mapping[str, float],
    friction: str,
    checks: str,
    raster: str | None = None,
    receipt: str | None = None,
    elevation: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    west, south, east, north = region_bounds(area.geometry)
    grid = square_grid((west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG), cell_m=cell_m)
    with one_raster(raster, receipt) as path, open_dataset(path) as source:
        require_extent(source, area)
        if legend is None:
            min_per_m, found = friction_from_raster(source, grid, barrier_share=barrier_share)
        else:
            how = Walking(**walking)
            min_per_m, found = friction_from_classes(
                source,
                grid,
                walking_speeds(read_csv_texts(speeds), legend=legend, name=speeds),
                other_kmh=how.walk_kmh / how.walk_detour_ratio,
                barrier_share=barrier_share,
            )
    result = FrictionSurface(grid, min_per_m, heights(elevation, grid))
    io.write_arrays(result.to_arrays(), friction)
    io.write_checks(found, checks)


def heights(elevation: str | None, grid: Grid):
    if elevation is None:
        return None
    with open_dataset(elevation) as source:
        return elevation_on(source, grid)


if "snakemake" in globals():
    run(main, snakemake)
