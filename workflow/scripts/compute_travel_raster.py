"""Gather blocks of rows to rasters of the time to the nearest city of each class, and draw the cities' catchments."""

from collections.abc import Mapping, Sequence

import rasterio

from comarca import io
from comarca.access.cities import in_class
from comarca.access.raster_files import catchment_areas, gather
from comarca.crs import region_bounds
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.grids import square_grid


def main(
    *,
    block_times: Sequence[str],
    block_cities: Sequence[str],
    cities: str,
    territories: str,
    classes: Mapping[str, tuple[float, float | None]],
    cell_m: float,
    times: Sequence[str],
    catchments: Sequence[str],
    areas: Sequence[str],
) -> None:
    layer = layer_io.read_layer(cities, "cities")
    bounds = region_bounds(layer_io.read_layer(territories, "territories").geometry)
    grid = square_grid(bounds, cell_m=cell_m)
    for band, (name, interval) in enumerate(classes.items(), start=1):
        time, catchment, area = (files[band - 1] for files in (times, catchments, areas))
        gather(
            block_times, time, grid=grid, band=band, description=f"travel time to the nearest {name} city", unit="min"
        )
        text = f"{name} city reached first: row in the sorted layer cities of this class"
        gather(block_cities, catchment, grid=grid, band=band, description=text, unit="")
        of_class = layer[in_class(layer, interval)].reset_index(drop=True)
        with rasterio.open(catchment) as raster:
            outlines = catchment_areas(rasterio.band(raster, 1), grid, of_class)
        with io.atomic_path(area) as part:
            outlines.to_parquet(part, index=False, compression="zstd")


if "snakemake" in globals():
    run(main, snakemake)
