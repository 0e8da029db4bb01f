"""The parts of a search for the quickest way: over roads, on foot, and who may go where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from comarca.access.destinations import as_points, outlines
from comarca.crs import GEOD
from comarca.roads.graph import Reached, nearest_source
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import (
    ANY,
    NEVER,
    Cheapest,
    Pieces,
    SegmentIndex,
    Tolls,
    index_segments,
    toll_at,
)
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.model import AccessNetwork, Starts, Walking
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


#: Piece of a point that may walk onto no road.
NONE: Final = -2


class Way(NamedTuple):
    """Ways of some points: as in `Access`, with infinite minutes where there is none."""

    minutes: Floats
    km: Floats
    place: Integers
    vertex: Integers
    fraction: Floats
    walk_m: Floats


@dataclass(frozen=True)
class Targets:
    """The chosen places: the network's times to them, and their outlines."""

    reached: Reached
    place_of_node: Integers
    tolls: Tolls
    has_place: Booleans
    lon: Floats
    lat: Floats
    place: Integers
    index: SegmentIndex


def find_targets(ready: AccessNetwork, chosen: Booleans) -> Targets:
    """Search the network from the chosen places, all at once."""
    destinations, network = ready.destinations, ready.destinations.network
    counts = chosen[destinations.place]
    node, place = destinations.node[counts], destinations.place[counts]
    node_count = len(network.node_lon)
    place_of_node = np.full(node_count, -1)
    place_of_node[node[::-1]] = place[::-1]
    if len(node):
        reached = nearest_source(ready.graph, node)
    else:
        reached = Reached(np.full(node_count, np.inf), np.full(node_count, np.inf), np.full(node_count, -1))
    outline = outlines(destinations.geometry[chosen])
    return Targets(
        reached=reached,
        place_of_node=place_of_node,
        tolls=network_tolls(network, reached.minutes),
        has_place=np.bincount(network.node_component[node], minlength=len(network.component_km)) > 0,
        lon=outline.lon,
        lat=outline.lat,
        place=np.flatnonzero(chosen)[outline.place],
        index=index_segments(outline.lon, outline.lat, outline.first),
    )


def network_tolls(network: RoadNetwork, node_min: Floats) -> Tolls:
    """Give the minutes from each vertex over its edge's end, and over its start, to the nearest source."""
    count = np.diff(network.edge_start)
    share = network.vertex_km / np.repeat(np.where(network.edge_km > 0, network.edge_km, 1), count)
    ahead_min = np.where(network.edge_forward, node_min[network.edge_to], NEVER)
    back_min = np.where(network.edge_backward, node_min[network.edge_from], NEVER)
    ride_min = np.repeat(network.edge_min, count)
    return Tolls(
        ahead=np.minimum(np.repeat(ahead_min, count) + (1 - share) * ride_min, NEVER),
        back=np.minimum(np.repeat(back_min, count) + share * ride_min, NEVER),
    )


def own_pieces(ready: AccessNetwork, starts: Starts, targets: Targets, walking: Walking) -> Integers:
    """Give the piece of network that each point may walk onto: `ANY` beside a mere fragment, or `NONE`."""
    length_km = ready.destinations.network.component_km
    is_free = np.append(length_km < walking.fragment_max_km, True)[starts.component]
    leads_there = np.append(targets.has_place, True)[starts.component]
    return np.where(is_free, ANY, np.where(leads_there, starts.component, NONE))


def _reach_m(starts: Starts, walking: Walking) -> Floats:
    nearest_m = np.where(np.isfinite(starts.distance_m), starts.distance_m, 0.0)
    return np.asarray(nearest_m + walking.max_walk_km * M_PER_KM)


def over_roads(ready: AccessNetwork, starts: Starts, targets: Targets, own: Integers, walking: Walking) -> Way:
    """Walk to a road on a piece of network that is open to the point, and go on over it."""
    network = ready.destinations.network
    way = no_way(len(own))
    if not targets.has_place.any():
        return way
    reach_m = np.where(own == ANY, _reach_m(starts, walking), np.inf)
    bound = np.full(len(own), np.inf)
    has_road = np.flatnonzero(own >= 0)
    toll = toll_at(targets.tolls, starts.vertex[has_road], starts.fraction[has_road]).min(axis=0)
    by_nearest = starts.distance_m[has_road] * walking.min_per_m + toll
    bound[has_road] = np.where(by_nearest < NEVER / 2, by_nearest * (1 + 1e-12) + 1e-9, np.inf)
    point = np.flatnonzero(own != NONE)
    found = cheapest_segment(
        ready.index,
        starts.point_m[point],
        tolls=targets.tolls,
        cost_per_m=walking.min_per_m,
        bound=bound[point],
        reach_m=reach_m[point],
        pieces=Pieces(network.vertex_component, own[point]),
    )
    _enter(way, point, _ride(network, targets, found, walking))
    return way


def _ride(network: RoadNetwork, targets: Targets, found: Cheapest, walking: Walking) -> Way:
    """Follow the network from the segments found."""
    has_way = np.flatnonzero(found.vertex >= 0)
    vertex, fraction = found.vertex[has_way], found.fraction[has_way]
    goes_back = np.argmin(toll_at(targets.tolls, vertex, fraction), axis=0).astype(bool)
    edge = network.vertex_edge[vertex]
    node = np.where(goes_back, network.edge_from[edge], network.edge_to[edge])
    along_km = network.vertex_km[vertex] + fraction * (network.vertex_km[vertex + 1] - network.vertex_km[vertex])
    along_km = np.where(goes_back, along_km, network.edge_km[edge] - along_km)
    walk_m = found.distance_m[has_way]
    way = no_way(len(found.vertex))
    ridden = Way(
        minutes=found.cost[has_way],
        km=walk_m * walking.walk_detour_ratio / M_PER_KM + along_km + targets.reached.km[node],
        place=targets.place_of_node[targets.reached.source[node]],
        vertex=vertex,
        fraction=fraction,
        walk_m=walk_m,
    )
    _enter(way, has_way, ridden)
    return way


def on_foot(
    ready: AccessNetwork, starts: Starts, targets: Targets, own: Integers, walking: Walking, bound_min: Floats
) -> Way:
    """Walk to the place itself, if that is quicker than the bound."""
    free = np.zeros(len(targets.lon))
    found = cheapest_segment(
        targets.index,
        starts.point_m,
        tolls=Tolls(free, free),
        cost_per_m=walking.min_per_m,
        bound=bound_min,
        reach_m=_reach_m(starts, walking),
        pieces=Pieces(ready.destinations.component[targets.place], own),
    )
    has_way = np.flatnonzero(found.vertex >= 0)
    walk_m = found.distance_m[has_way]
    way = no_way(len(own))
    way.minutes[has_way] = found.cost[has_way]
    way.km[has_way] = walk_m * walking.walk_detour_ratio / M_PER_KM
    way.place[has_way] = targets.place[found.vertex[has_way]]
    way.walk_m[has_way] = walk_m
    return way


def _enter(way: Way, point: Integers, part: Way) -> None:
    for whole, values in zip(way, part, strict=True):
        whole[point] = values


def quicker(first: Way, second: Way) -> Way:
    """Take the quicker of two ways, point by point; the first if they are equal."""
    takes_second = second.minutes < first.minutes
    return Way(*(np.where(takes_second, b, a) for a, b in zip(first, second, strict=True)))


def no_way(count: int) -> Way:
    """Say of a number of points that no way is known."""
    gap, none = np.full(count, np.nan), np.full(count, -1)
    return Way(np.full(count, np.inf), gap, none, none.copy(), gap.copy(), gap.copy())


def straight_km_to(starts: Starts, lon: Floats, lat: Floats, index: SegmentIndex) -> Floats:
    """Geodesic from each point to the nearest of some outlines, kilometres."""
    free = np.zeros(len(lon))
    nearest = cheapest_segment(index, starts.point_m, tolls=Tolls(free, free), cost_per_m=1.0)
    to_lon, to_lat = (
        values[nearest.vertex] + nearest.fraction * (values[nearest.vertex + 1] - values[nearest.vertex])
        for values in (lon, lat)
    )
    return np.asarray(GEOD.inv(starts.lon, starts.lat, to_lon, to_lat)[2]) / M_PER_KM


def inside_areas(
    lon: Floats, lat: Floats, geometry: NDArray[np.object_], chosen: Booleans
) -> tuple[Integers, Integers]:
    """Give points that lie in an area, with the row of the first such area."""
    area = np.flatnonzero(chosen & (shapely.get_dimensions(geometry) == 2))
    if len(area) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    which, point = shapely.STRtree(as_points(lon, lat)).query(geometry[area], predicate="intersects")
    inside, first = np.unique(point, return_index=True)
    return inside.astype(np.int64), area[which[first]]
