"""Compute the time from every place where people live to the nearest service of each kind."""

from collections.abc import Mapping

from comarca import io
from comarca.access.model import Walking
from comarca.access.services import service_travel_times
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.roads.network import RoadNetwork


def main(
    *, network: str, services: str, demand: str, kinds: list[str], walking: Mapping[str, float], times: str, checks: str
) -> None:
    result = service_travel_times(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        layer_io.read_layer(services, "services"),
        layer_io.read_layer(demand, "demand"),
        kinds=kinds,
        walking=Walking(**walking),
    )
    io.write_tables(result.times, times, field="service")
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            network=snakemake.input.network,
            services=snakemake.input.services,
            demand=snakemake.input.demand,
            kinds=list(snakemake.params.kinds),
            walking=snakemake.params.walking,
            times=snakemake.output.times,
            checks=snakemake.output.checks,
        )
