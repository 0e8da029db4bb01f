"""Compute the time from every place where people live to the nearest service of each kind."""

import logging
from collections.abc import Mapping

from comarca import io
from comarca.access.cut_off import Beyond
from comarca.access.edge import edge_km, reach_beyond_km
from comarca.access.landmasses import Landmasses
from comarca.access.model import Origins, Walking
from comarca.access.services import service_travel_times
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.registry.world import read_world
from comarca.roads.network import RoadNetwork

log = logging.getLogger("comarca.compute_service_times")


def main(
    *,
    network: str,
    services: str,
    demand: str,
    territories: str,
    origins: str,
    kinds: list[str],
    walking: Mapping[str, float],
    beyond: Mapping[str, float],
    times: str,
    checks: str,
) -> None:
    roads = RoadNetwork.from_arrays(io.read_arrays(network))
    places = layer_io.read_layer(territories, "territories")
    starts = Origins.from_arrays(io.read_arrays(origins))
    reach_km = reach_beyond_km(roads, places)
    log.info("road data reach %.1f km beyond the territories", reach_km)
    result = service_travel_times(
        roads,
        layer_io.read_layer(services, "services"),
        layer_io.read_layer(demand, "demand"),
        kinds=kinds,
        origins=starts,
        walking=Walking(**walking),
        landmasses=Landmasses.of(places.geometry.to_numpy()),
        edge_min=Beyond(**beyond).minutes(edge_km(starts, places, read_world(), reach_km=reach_km)),
    )
    io.write_tables(result.times, times, field="service")
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
