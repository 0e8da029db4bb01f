"""Compute the times from the cells of one block of rows to the nearest city of each class, and which city that is."""

from collections.abc import Mapping

import numpy as np

from comarca import io
from comarca.access.cities import in_class
from comarca.access.friction import FrictionSurface
from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.access.raster_files import BlockFiles, block_rows, write_block
from comarca.access.rasters import travel_time_strips
from comarca.access.routable import RoutableNetwork
from comarca.crs import region_bounds
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.grids import square_grid


def main(
    *,
    network: str,
    cities: str,
    territories: str,
    classes: Mapping[str, tuple[float, float | None]],
    walking: Mapping[str, float],
    cell_m: float,
    block: str,
    blocks: str,
    times: str,
    reached: str,
    threads: int,
    friction: str | None = None,
) -> None:
    area, layer = layer_io.read_layer(territories, "territories"), layer_io.read_layer(cities, "cities")
    routable = RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id")
    rows_in_layer = routable.destinations.rows_in(layer["city_id"])
    chosen = np.array([in_class(layer, interval)[rows_in_layer] for interval in classes.values()])
    grid = square_grid(region_bounds(area.geometry), cell_m=cell_m)
    rows = block_rows(grid, int(block) - 1, int(blocks))
    strips = travel_time_strips(
        routable,
        chosen,
        grid=grid,
        area=area.union_all(),
        walking=Walking(**walking),
        friction=FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None,
        landmasses=Landmasses.of(area.geometry.to_numpy()),
        rows=rows,
        threads=threads,
    )
    write_block(strips, BlockFiles(times, reached), grid=grid, rows=rows, classes=chosen)


if "snakemake" in globals():
    run(main, snakemake)
