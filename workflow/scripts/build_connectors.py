"""Join cities and loose components to the road network by connectors, and list them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from comarca import io
from comarca.access.linking import link_network
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.layers.schemas import WATER
from comarca.roads.connectors import Linking
from comarca.roads.ferries import FERRY
from comarca.roads.network import RoadNetwork


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    territories: str,
    intervals: Sequence[tuple[float, float | None]],
    options: Mapping[str, Any],
    roads: str,
    linked_network: str,
    connectors: str,
    checks: str,
    land_use: str | None = None,
) -> None:
    used = layer_io.read_layer(land_use, "land_use") if land_use else None
    linked, lines, found = link_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        layer_io.read_layer(cities, "cities"),
        layer_io.read_layer(demand, "demand"),
        layer_io.read_layer(territories, "territories"),
        intervals=intervals,
        linking=Linking(**{key: value for key, value in options.items() if key != "max_snap_km"}),
        max_snap_km=options["max_snap_km"],
        is_ferry=pd.read_parquet(roads, columns=["road_class"])["road_class"].eq(FERRY).to_numpy(dtype=bool),
        water=None if used is None else used.geometry.to_numpy()[used["land_use"] == WATER],
    )
    io.write_arrays(linked.to_arrays(), linked_network)
    layer_io.write_layer(lines, connectors, "connectors")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
