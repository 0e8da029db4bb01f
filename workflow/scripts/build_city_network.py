"""Put the cities of all classes on the road network, and find the road nearest to each demand point, once for all."""

import logging
from collections.abc import Mapping, Sequence

from comarca import io
from comarca.access.cities import cities_to_reach
from comarca.access.cut_off import Beyond, link_cut_off
from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.polygons import territory_of
from comarca.registry.world import read_world
from comarca.roads.network import RoadNetwork

#: Distance to a road, in metres, from which on the log counts demand points as far.
FAR_M = 5_000.0

log = logging.getLogger("comarca.build_city_network")


def main(
    *,
    network: str,
    cities: str,
    demand: str,
    territories: str,
    intervals: Sequence[tuple[float, float | None]],
    walking: Mapping[str, float],
    beyond: Mapping[str, float],
    max_snap_km: float,
    city_network: str,
    origins: str,
) -> None:
    layer = cities_to_reach(layer_io.read_layer(cities, "cities"), intervals)
    area = layer_io.read_layer(territories, "territories")
    landmasses = Landmasses.of(area.geometry.to_numpy())
    routable = routable_network(
        RoadNetwork.from_arrays(io.read_arrays(network)),
        layer,
        identifier="city_id",
        walking=Walking(**walking),
        max_snap_km=max_snap_km,
        landmasses=landmasses,
    )
    placed = routable.destinations
    log.info(
        "%d cities, %d of them on the network, which has %d edges and %d nodes with them; %d segments indexed",
        len(layer), placed.is_on_network.sum(), len(placed.network.edge_from), len(placed.network.node_lon),
        len(routable.index.first),
    )  # fmt: skip
    starts = demand_origins(routable, layer_io.read_layer(demand, "demand"), landmasses=landmasses)
    is_abroad = territory_of(layer.geometry.to_numpy(), area) < 0
    routable = link_cut_off(
        routable, starts, is_abroad, beyond=Beyond(**beyond), walking=Walking(**walking),
        land=read_world().geometry.to_numpy(),
    )  # fmt: skip
    log.info(
        "%d of %d cities abroad are cut off by the edge of the road data, and their times estimated",
        len(routable.destinations.cut_off_node), is_abroad.sum(),
    )  # fmt: skip
    is_far = starts.distance_m > FAR_M
    log.info("%d parts of land in %d landmasses", len(landmasses.parts), landmasses.number.max(initial=-1) + 1)
    log.info("%d demand points, %d of them more than %g m from every road", len(is_far), is_far.sum(), FAR_M)
    io.write_arrays(routable.to_arrays(), city_network)
    io.write_arrays(starts.to_arrays(), origins)


if "snakemake" in globals():
    run(main, snakemake)
