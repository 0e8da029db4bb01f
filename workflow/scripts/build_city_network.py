"""Put the cities of all classes on the road network, once for all jobs that measure times to them."""

import logging
from collections.abc import Mapping, Sequence

from comarca import io
from comarca.access.cities import cities_to_reach
from comarca.access.model import Walking
from comarca.access.routable import routable_network
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.network import RoadNetwork

log = logging.getLogger("comarca.build_city_network")


def main(
    *,
    network: str,
    cities: str,
    intervals: Sequence[tuple[float, float | None]],
    walking: Mapping[str, float],
    max_snap_km: float,
    city_network: str,
) -> None:
    roads = RoadNetwork.from_arrays(io.read_arrays(network))
    layer = cities_to_reach(layer_io.read_layer(cities, "cities"), intervals)
    routable = routable_network(roads, layer, identifier="city_id", walking=Walking(**walking), max_snap_km=max_snap_km)
    log.info(
        "%d edges and %d nodes of road, %d cities, %d of them on the network; %d segments indexed",
        len(roads.edge_from), len(roads.node_lon), len(layer), routable.destinations.is_on_network.sum(),
        len(routable.index.first),
    )  # fmt: skip
    io.write_arrays(routable.to_arrays(), city_network)


if "snakemake" in globals():
    run(main, snakemake)
