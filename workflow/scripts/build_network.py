"""Build the road graph with driving times."""

import pandas as pd

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.network import build_network, network_checks
from comarca.roads.speeds import may_walk_onto, road_speed_kmh, speed_checks, speed_table


def main(*, roads: str, speeds: str, country: str, network: str, checks: str) -> None:
    layer = layer_io.read_layer(roads, "roads")
    table = speed_table(pd.read_csv(speeds, dtype=str), country=country, name=speeds)
    speed_kmh = road_speed_kmh(layer, table)
    built = build_network(layer, speed_kmh=speed_kmh, on_foot=may_walk_onto(layer, table))
    io.write_arrays(built.to_arrays(), network)
    io.write_checks([*speed_checks(layer, table, speed_kmh), *network_checks(built)], checks)


if "snakemake" in globals():
    run(main, snakemake)
