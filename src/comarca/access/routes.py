"""Travel time and distance from where people are to the nearest of many destinations, over roads and on foot.

A route is a walk, straight to the nearest point of a road, then the road network; or a walk all the way. The quickest
one counts, not the one over the nearest road. People walk only onto the component of the network that their nearest
road belongs to, so that nobody crosses water by being snapped to a road on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from comarca.access.model import WALKING, Route
from comarca.crs import GEOD
from comarca.results import Flag
from comarca.roads.compiled import compiled
from comarca.roads.graph import Reached, nearest_source
from comarca.roads.search import ANY, cheapest_segment
from comarca.roads.segments import NEVER, Cheapest, Tolls, least_tolls, toll_at
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.destinations import Destinations
    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Component of a point that may walk onto no road.
NONE: Final = -2


def quickest_routes(
    routable: RoutableNetwork,
    origins: Origins,
    chosen: Booleans,
    *,
    walking: Walking = WALKING,
    targets: Targets | None = None,
) -> Route:
    """Find the quickest route from each origin to the nearest of the chosen destinations.

    Parameters
    ----------
    routable : RoutableNetwork
        The network and the destinations.
    origins : Origins
        Where people start.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.
    walking : Walking, optional
        How people walk.
    targets : Targets, optional
        What `find_targets` gives for the chosen destinations, where many sets of origins share it.

    Returns
    -------
    Route
        The quickest routes.

    Notes
    -----
    ``min over road segments s of (walk to the nearest point of s + time along s and over the network)``, or the walk to
    the destination itself if that is quicker. Segments count that belong to the component of the network of the
    origin's nearest road. If that is a mere fragment, any segment up to ``max_walk_km`` farther counts. Destinations
    off the network are reached by walks of that length only. No walk is longer than ``max_walk_total_km``. The search
    is exact. Where the network and the origins know their landmasses, nobody walks from one to another: neither to a
    road nor to a destination. Off a network without local roads people do not walk, see `Walking.off`. Walks go
    straight, so times off the road come out short where there are rivers, cliffs or dense forest.
    """
    if not chosen.any():
        return Route.none(len(origins.lon))
    walking = walking.off(routable.destinations.network)
    targets = targets or find_targets(routable, chosen)
    route = _on_own_land(
        _over_land(routable, origins, targets, chosen, walking), routable, origins, targets, chosen, walking
    )
    inside, destination = inside_areas(origins, routable.destinations.geometry, chosen)
    arrived: tuple[Any, ...] = (0.0, 0.0, destination, -1, np.nan, 0.0)
    for values, value in zip(route, arrived, strict=True):
        values[inside] = value
    return route


def straight_km(origins: Origins, destinations: Destinations, chosen: Booleans) -> Floats:
    """Measure from each origin to the nearest of the chosen destinations, as the crow flies.

    Parameters
    ----------
    origins : Origins
        The points.
    destinations : Destinations
        All destinations.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count, whether or not they can be reached.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Geodesic, kilometres, to an area's border, 0 inside it; NaN if no destination is chosen.
    """
    if not chosen.any():
        return np.full(len(origins.lon), np.nan)
    outlines = destinations.outlines
    toll = _outline_toll(destinations, chosen)
    nearest = cheapest_segment(destinations.outline_index, origins.point_m, tolls=Tolls(toll, toll))
    lon, lat = (
        values[nearest.vertex] + nearest.fraction * (values[nearest.vertex + 1] - values[nearest.vertex])
        for values in (outlines.lon, outlines.lat)
    )
    km = np.asarray(GEOD.inv(origins.lon, origins.lat, lon, lat)[2]) / M_PER_KM
    km[inside_areas(origins, destinations.geometry, chosen)[0]] = 0.0
    return km


def reasons(route: Route, chosen: Booleans) -> NDArray[np.object_]:
    """Give the reason of each missing time.

    Parameters
    ----------
    route : Route
        What was found.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that counted.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        `Flag` of each missing time, empty elsewhere.
    """
    gap = Flag.UNREACHABLE if chosen.any() else Flag.NO_CITY
    return np.where(route.is_reached, Flag.OK.value, gap.value).astype(object)


def network_tolls(network: RoadNetwork, node_min: Floats) -> Tolls:
    """Give the minutes from each vertex over its edge's end, and over its start, to the nearest source.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    node_min : numpy.ndarray, shape (n,)
        Minutes from each node; infinite where no source is reached.

    Returns
    -------
    Tolls
        One pair per vertex.
    """
    ahead_min = np.where(network.edge_forward, node_min[network.edge_to], NEVER)
    back_min = np.where(network.edge_backward, node_min[network.edge_from], NEVER)
    tolls = Tolls(np.empty(len(network.vertex_km)), np.empty(len(network.vertex_km)))
    _fill_tolls(network.edge_start, network.vertex_km, network.edge_min, ahead_min, back_min, tolls)
    return tolls


@compiled
def _fill_tolls(
    edge_start: Integers, vertex_km: Floats, edge_min: Floats, ahead_min: Floats, back_min: Floats, tolls: Tolls
) -> None:
    """Enter the minutes onwards from each vertex: over the rest of its edge, and from there."""
    for edge in range(len(edge_min)):
        edge_km = vertex_km[edge_start[edge + 1] - 1]
        whole_km = edge_km if edge_km > 0 else 1.0
        for vertex in range(edge_start[edge], edge_start[edge + 1]):
            share = vertex_km[vertex] / whole_km
            tolls.ahead[vertex] = min(ahead_min[edge] + (1 - share) * edge_min[edge], NEVER)
            tolls.back[vertex] = min(back_min[edge] + share * edge_min[edge], NEVER)


def inside_areas(origins: Origins, geometry: NDArray[np.object_], chosen: Booleans) -> tuple[Integers, Integers]:
    """Find the origins that lie in an area.

    Parameters
    ----------
    origins : Origins
        The points.
    geometry : numpy.ndarray of shapely geometries, shape (p,)
        Destinations, EPSG:4326; points have no inside.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.

    Returns
    -------
    origin, destination : numpy.ndarray
        Rows of the origins, and of the first chosen area that each lies in.
    """
    area = np.flatnonzero(chosen & (shapely.get_dimensions(geometry) == 2))
    if len(area) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    which, point = origins.tree.query(geometry[area], predicate="intersects")
    inside, first = np.unique(point, return_index=True)
    return inside.astype(np.int64), area[which[first]]


@dataclass(frozen=True)
class Targets:
    """The network's times to the chosen destinations.

    Attributes
    ----------
    reached : Reached
        Time and length from each node, and the node where a destination is reached first.
    destination_of_node : numpy.ndarray, shape (n,)
        Row of the destination that each node belongs to, -1 if none.
    tolls : Tolls
        Minutes onwards from each vertex.
    has_destination : numpy.ndarray of bool, shape (c,)
        Components with a chosen destination.
    least : numpy.ndarray of float32, shape (nodes, 8)
        Least toll inside each box of the network's index, see `comarca.roads.segments.least_tolls`.
    """

    reached: Reached
    destination_of_node: Integers
    tolls: Tolls
    has_destination: Booleans
    least: NDArray[np.float32]


def find_targets(routable: RoutableNetwork, chosen: Booleans) -> Targets:
    """Search the network from the chosen destinations, all at once.

    Parameters
    ----------
    routable : RoutableNetwork
        The network and the destinations.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.

    Returns
    -------
    Targets
        Times from every node and vertex.
    """
    destinations, network = routable.destinations, routable.destinations.network
    counts = chosen[destinations.destination]
    node, destination = destinations.node[counts], destinations.destination[counts]
    node_count = len(network.node_lon)
    destination_of_node = np.full(node_count, -1)
    destination_of_node[node[::-1]] = destination[::-1]
    if len(node):
        reached = nearest_source(routable.graph, node)
    else:
        reached = Reached(np.full(node_count, np.inf), np.full(node_count, np.inf), np.full(node_count, -1))
    tolls = network_tolls(network, reached.minutes)
    return Targets(
        reached=reached,
        destination_of_node=destination_of_node,
        tolls=tolls,
        least=least_tolls(routable.index, tolls),
        has_destination=np.bincount(network.node_component[node], minlength=len(network.component_km)) > 0,
    )


def drive_on(
    network: RoadNetwork, targets: Targets, vertex: Integers, fraction: Floats
) -> tuple[Floats, Floats, Integers]:
    """Drive from positions on roads to the destination reached first.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    targets : Targets
        Times to the destinations.
    vertex, fraction : numpy.ndarray, shape (n,)
        Segments, by their first vertex, and positions on them.

    Returns
    -------
    minutes, km : numpy.ndarray, shape (n,)
        Time, at least `NEVER` where there is no way, and length.
    destination : numpy.ndarray, shape (n,)
        Row of the destination, -1 where there is no way.
    """
    toll = toll_at(targets.tolls, vertex, fraction)
    goes_back = np.argmin(toll, axis=0).astype(bool)
    edge = network.vertex_edge[vertex]
    node = np.where(goes_back, network.edge_from[edge], network.edge_to[edge])
    along_km = network.vertex_km[vertex] + fraction * (network.vertex_km[vertex + 1] - network.vertex_km[vertex])
    along_km = np.where(goes_back, along_km, network.edge_km[edge] - along_km)
    source = targets.reached.source[node]
    destination = np.where(source >= 0, targets.destination_of_node[source], -1)
    return toll.min(axis=0), along_km + targets.reached.km[node], destination


def _over_land(
    routable: RoutableNetwork, origins: Origins, targets: Targets, chosen: Booleans, walking: Walking
) -> Route:
    """Take the quickest route, whatever water the walk crosses."""
    component = _open_components(routable, origins, targets, walking)
    by_road = _over_roads(routable, origins, targets, component, walking)
    return _quicker(by_road, _on_foot(routable, origins, chosen, component, walking, by_road.minutes))


def _on_own_land(
    route: Route, routable: RoutableNetwork, origins: Origins, targets: Targets, chosen: Booleans, walking: Walking
) -> Route:
    """Search anew, on their own landmass only, for the points whose route begins with a walk to another."""
    destinations, network = routable.destinations, routable.destinations.network
    if len(origins.land) == 0 or len(network.vertex_land) == 0:
        return route
    land = np.where(
        route.vertex >= 0, network.vertex_land[route.vertex], np.append(destinations.land, -1)[route.destination]
    )
    crosses = np.flatnonzero(route.is_reached & (land >= 0) & (land != origins.land))
    for number in np.unique(origins.land[crosses]):
        point = crosses[origins.land[crosses] == number]
        near = chosen & ((destinations.land == number) | (destinations.land < 0))
        own = routable.on_land(int(number))
        onward = replace(targets, least=least_tolls(own.index, targets.tolls))
        _enter(route, point, _over_land(own, origins.take(point), onward, near, walking))
    return route


def _open_components(routable: RoutableNetwork, origins: Origins, targets: Targets, walking: Walking) -> Integers:
    """Give the component that each point may walk onto: `ANY` beside a mere fragment, or `NONE`."""
    length_km = routable.destinations.network.component_km
    is_free = np.append(length_km < walking.fragment_max_km, True)[origins.component]
    leads_on = np.append(targets.has_destination, True)[origins.component]
    return np.where(is_free, ANY, np.where(leads_on, origins.component, NONE))


def _reach_m(origins: Origins, walking: Walking) -> Floats:
    nearest_m = np.where(np.isfinite(origins.distance_m), origins.distance_m, 0.0)
    return np.minimum(nearest_m + walking.max_walk_km * M_PER_KM, walking.max_straight_m)


def _over_roads(
    routable: RoutableNetwork, origins: Origins, targets: Targets, component: Integers, walking: Walking
) -> Route:
    """Walk to a road on a component that is open to the origin, and go on over it."""
    network = routable.destinations.network
    if not targets.has_destination.any():
        return Route.none(len(component))
    reach_m = np.where(component == ANY, _reach_m(origins, walking), walking.max_straight_m)
    cheapest = cheapest_segment(
        routable.index,
        origins.point_m,
        tolls=targets.tolls,
        least=targets.least,
        cost_per_m=walking.min_per_m,
        reach_m=reach_m,
        component=component,
    )
    return _ride(network, targets, cheapest, walking)


def _ride(network: RoadNetwork, targets: Targets, cheapest: Cheapest, walking: Walking) -> Route:
    """Follow the network from the segments taken to."""
    has_route = np.flatnonzero(cheapest.vertex >= 0)
    vertex, fraction = cheapest.vertex[has_route], cheapest.fraction[has_route]
    _, ride_km, destination = drive_on(network, targets, vertex, fraction)
    walk_m = cheapest.distance_m[has_route]
    route = Route.none(len(cheapest.vertex))
    ridden = Route(
        minutes=cheapest.cost[has_route],
        km=walk_m * walking.walk_detour_ratio / M_PER_KM + ride_km,
        destination=destination,
        vertex=vertex,
        fraction=fraction,
        walk_m=walk_m,
    )
    _enter(route, has_route, ridden)
    return route


def _on_foot(
    routable: RoutableNetwork,
    origins: Origins,
    chosen: Booleans,
    component: Integers,
    walking: Walking,
    bound_min: Floats,
) -> Route:
    """Walk to the destination itself, if that is quicker than the bound."""
    destinations = routable.destinations
    toll = _outline_toll(destinations, chosen)
    cheapest = cheapest_segment(
        destinations.outline_index,
        origins.point_m,
        tolls=Tolls(toll, toll),
        cost_per_m=walking.min_per_m,
        bound=bound_min,
        reach_m=_reach_m(origins, walking),
        component=component,
    )
    has_route = np.flatnonzero(cheapest.vertex >= 0)
    walk_m = cheapest.distance_m[has_route]
    route = Route.none(len(component))
    route.minutes[has_route] = cheapest.cost[has_route]
    route.km[has_route] = walk_m * walking.walk_detour_ratio / M_PER_KM
    route.destination[has_route] = destinations.outlines.destination[cheapest.vertex[has_route]]
    route.walk_m[has_route] = walk_m
    return route


def _outline_toll(destinations: Destinations, chosen: Booleans) -> Floats:
    return np.where(chosen[destinations.outlines.destination], 0.0, NEVER)


def _enter(route: Route, point: Integers, part: Route) -> None:
    for whole, values in zip(route, part, strict=True):
        whole[point] = values


def _quicker(first: Route, second: Route) -> Route:
    """Take the quicker of two routes, point by point; the first if they are equal."""
    takes_second = second.minutes < first.minutes
    return Route(*(np.where(takes_second, b, a) for a, b in zip(first, second, strict=True)))
