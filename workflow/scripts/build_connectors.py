"""Join cities and loose components to the road network by connectors, and list them."""

from collections.abc import Mapping, Sequence
from typing import Any

from comarca import io
from comarca.access.linking import link_network
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.connectors import Linking
from comarca.roads.network import RoadNetwork


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    territories: str,
    intervals: Sequence[tuple[float, float | None]],
    options: Mapping[str, Any],
    linked_network: str,
    connectors: str,
    checks: str,
) -> None:
    linked, lines, found = link_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        layer_io.read_layer(cities, "cities"),
        layer_io.read_layer(demand, "demand"),
        layer_io.read_layer(territories, "territories"),
        intervals=intervals,
        linking=Linking(**{key: value for key, value in options.items() if key != "max_snap_km"}),
        max_snap_km=options["max_snap_km"],
    )
    io.write_arrays(linked.to_arrays(), linked_network)
    layer_io.write_layer(lines, connectors, "connectors")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
