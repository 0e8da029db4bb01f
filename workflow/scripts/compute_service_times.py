"""Compute the time from every place where people live to the nearest service of each kind."""

from collections.abc import Mapping

from comarca import io
from comarca.access.model import Origins, Walking
from comarca.access.services import service_travel_times
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.network import RoadNetwork


def main(
    *,
    network: str,
    services: str,
    demand: str,
    origins: str,
    kinds: list[str],
    walking: Mapping[str, float],
    times: str,
    checks: str,
) -> None:
    result = service_travel_times(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        layer_io.read_layer(services, "services"),
        layer_io.read_layer(demand, "demand"),
        kinds=kinds,
        origins=Origins.from_arrays(io.read_arrays(origins)),
        walking=Walking(**walking),
    )
    io.write_tables(result.times, times, field="service")
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
