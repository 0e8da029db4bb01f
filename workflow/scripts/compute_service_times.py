"""Compute the time from every place where people live to the nearest service of each kind."""

import logging
from collections.abc import Mapping

from comarca import io
from comarca.access.cut_off import Beyond
from comarca.access.edge import edge_km, reach_beyond_km
from comarca.access.landmasses import Landmasses
from comarca.access.model import Origins, Walking
from comarca.access.routable import routable_network
from comarca.access.services import services_of, services_off_network, times_by_kind
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
    places = layer_io.read_layer(territories, "territories")
    starts = Origins.from_arrays(io.read_arrays(origins))
    used, how = services_of(layer_io.read_layer(services, "services"), kinds), Walking(**walking)
    kind_of = used["kind"].to_numpy(dtype=object)
    routable = routable_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        used,
        identifier="service_id",
        walking=how,
        landmasses=Landmasses.of(places.geometry.to_numpy()),
    )
    nodes = io.read_arrays(network, "node_lon", "node_lat")
    reach_km = reach_beyond_km(nodes["node_lon"], nodes["node_lat"], places)
    log.info("road data reach %.1f km beyond the territories", reach_km)
    by_kind = times_by_kind(
        routable,
        kind_of,
        starts,
        kinds=kinds,
        demand_id=layer_io.read_layer(demand, "demand")["demand_id"],
        walking=how,
        edge_min=Beyond(**beyond).minutes(edge_km(starts, places, read_world(), reach_km=reach_km)),
    )
    io.write_tables(by_kind, times, field="service")
    io.write_checks([services_off_network(routable, kind_of)], checks)


if "snakemake" in globals():
    run(main, snakemake)
