"""Build the road graph with driving times."""

import math

from comarca import io
from comarca.access.friction import elevation_on
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.bands import open_dataset
from comarca.rasters.grids import square_grid
from comarca.roads.ferries import ferry_check, with_waits
from comarca.roads.network import build_network, network_checks
from comarca.roads.speeds import is_slowed_by_terrain, may_walk_onto, road_speed_kmh, speed_checks, speed_table
from comarca.roads.terrain import CELL_M, MAX_CELLS, slowed_by_terrain, terrain_of
from comarca.settings_tables import read_csv_texts


def main(
    *,
    roads: str,
    speeds: str,
    country: str,
    ferry_wait_min: float,
    network: str,
    checks: str,
    elevation: str | None = None,
) -> None:
    layer = layer_io.read_layer(roads, "roads")
    table = speed_table(read_csv_texts(speeds), country=country, name=speeds)
    speed_kmh = road_speed_kmh(layer, table)
    built = build_network(layer, speed_kmh=speed_kmh, on_foot=may_walk_onto(layer, table))
    found = [*speed_checks(layer, table, speed_kmh), *network_checks(built)]
    if elevation and len(layer):
        bounds = tuple(layer.total_bounds)
        coarse = square_grid(bounds, cell_m=CELL_M * 10)
        cell_m = CELL_M * max(1.0, 10 * math.sqrt(coarse.shape[0] * coarse.shape[1] / MAX_CELLS))
        grid = square_grid(bounds, cell_m=cell_m)
        with open_dataset(elevation) as source:
            terrain = terrain_of(elevation_on(source, grid), cell_m=cell_m)
        slowed = is_slowed_by_terrain(layer)
        built, check = slowed_by_terrain(built, terrain, grid, factors=table.terrain_factor, is_slowed=slowed)
        found.append(check)
    built = with_waits(built, layer, wait_min=ferry_wait_min)
    found.append(ferry_check(layer, speed_kmh, wait_min=ferry_wait_min))
    io.write_arrays(built.to_arrays(), network)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
