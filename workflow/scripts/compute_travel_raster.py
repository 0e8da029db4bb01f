"""Compute the time from every cell of a grid to the nearest city of a class, which city that is, and its catchment."""

from collections.abc import Mapping

import numpy as np

from comarca import io
from comarca.access.cities import in_class
from comarca.access.friction import FrictionSurface
from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.access.rasters import catchment_areas, travel_time_raster
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
    city_class: str,
    interval: tuple[float, float | None],
    walking: Mapping[str, float],
    cell_m: float,
    times: str,
    catchments: str,
    areas: str,
    friction: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    layer = layer_io.read_layer(cities, "cities")
    how = Walking(**walking)
    routable = RoutableNetwork.from_arrays(io.read_arrays(network), layer, identifier="city_id")
    grid = square_grid(region_bounds(area.geometry), cell_m=cell_m)
    is_in_class = in_class(layer, interval)
    chosen = is_in_class[routable.destinations.rows_in(layer["city_id"])]
    over = FrictionSurface.from_arrays(io.read_arrays(friction)) if friction else None
    land = Landmasses.of(area.geometry.to_numpy())
    result = travel_time_raster(
        routable, chosen, grid=grid, area=area.union_all(), walking=how, friction=over, landmasses=land
    )
    where = {"crs": grid.crs, "transform": grid.transform}
    layer_io.write_raster(
        np.where(np.isnan(result.minutes), np.float32(-1), result.minutes),
        times, **where, nodata=-1, description=f"travel time to the nearest {city_class} city", unit="min",
    )  # fmt: skip
    reached = np.append(np.cumsum(chosen) - 1, -1).astype(np.int32)[result.destination]
    layer_io.write_raster(
        reached, catchments, **where, nodata=-1,
        description=f"{city_class} city reached first: row in the sorted layer cities of this class", unit="",
    )  # fmt: skip
    outlines = catchment_areas(reached, grid, layer[is_in_class].reset_index(drop=True))
    with io.atomic_path(areas) as part:
        outlines.to_parquet(part, index=False, compression="zstd")


if "snakemake" in globals():
    run(main, snakemake)
