"""Cities that the edge of the road data cuts off, and estimates of how long the way to them takes.

Road data often stop at a border while the list of cities does not. From the place on the network that is nearest to
such a city, the rest of the way is taken to be a straight line times a detour ratio, at a stated speed. Times over it
serve for bands and sums; they are never given as times found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from comarca.access.destinations import as_points, outlines, tolls_to_enter, walkable_index
from comarca.access.model import WALKING
from comarca.access.routable import RoutableNetwork
from comarca.access.routes import quickest_routes
from comarca.crs import geocentric_m, geodesic_step_km
from comarca.roads.graph import reversed_graph
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import NEVER, Tolls
from comarca.roads.splitting import add_straight_edges, insert_points, place_on
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.destinations import Destinations
    from comarca.access.model import Origins, Walking

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Wider sea is not taken for land; outlines of countries are not drawn finer.
MAX_SEA_KM: Final = 5.0


@dataclass(frozen=True)
class Beyond:
    """How the way beyond the edge of the road data is estimated.

    Attributes
    ----------
    beyond_kmh : float
        Speed.
    beyond_detour_ratio : float
        Length of the way over the straight line.
    """

    beyond_kmh: float = 50.0
    beyond_detour_ratio: float = 1.3

    def minutes(self, straight_km: Floats) -> Floats:
        """Give the time over straight lines.

        Parameters
        ----------
        straight_km : numpy.ndarray
            Their lengths.

        Returns
        -------
        numpy.ndarray
            Minutes.
        """
        return straight_km * self.beyond_detour_ratio / self.beyond_kmh * MIN_PER_HOUR


#: Default estimate.
BEYOND: Final = Beyond()


def link_cut_off(
    routable: RoutableNetwork,
    origins: Origins,
    is_abroad: Booleans,
    *,
    beyond: Beyond = BEYOND,
    walking: Walking = WALKING,
    land: NDArray[np.object_] | None = None,
) -> RoutableNetwork:
    """Add estimated ways to the cities that the edge of the road data cuts off.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with the cities on it.
    origins : Origins
        Where people live: the ways start from the components that their roads belong to.
    is_abroad : numpy.ndarray of bool, shape (p,)
        Cities outside the region; those inside are never taken as cut off.
    beyond : Beyond, optional
        How ways are estimated.
    walking : Walking, optional
        Shorter components are no place to start from.
    land : numpy.ndarray of shapely geometries, optional
        Land of the world, EPSG:4326: cities behind more than 5 km of sea are not estimated. All is land if not given.

    Returns
    -------
    RoutableNetwork
        The same network, with a dead end to each city cut off that only `estimated_minutes` and `with_cut_off` use:
        all other times stay as they are. A city on roads that lead into the region, but cannot be driven to from
        there, is cut off too, and off the network.
    """
    destinations, network = routable.destinations, routable.destinations.network
    inhabited = np.unique(origins.component[origins.component >= 0])
    starts_here = np.isin(network.edge_component, inhabited)[network.vertex_edge]
    toll = np.where(starts_here, tolls_to_enter(network, walking.fragment_max_km).ahead, NEVER)
    is_led_to = _is_led_to(routable, inhabited, is_start=toll[network.edge_start[:-1]] == 0)
    rows = np.flatnonzero(is_abroad & ~is_led_to)
    if len(rows) == 0 or len(inhabited) == 0:
        return routable
    edge = outlines(destinations.geometry[rows])
    nearest = cheapest_segment(routable.index, geocentric_m(edge.lon, edge.lat), tolls=Tolls(toll, toll))
    order = np.lexsort((nearest.distance_m, edge.destination))
    order = order[np.isfinite(nearest.distance_m[order]) & (nearest.vertex[order] >= 0)]
    city, first = np.unique(edge.destination[order], return_index=True)
    best = order[first]
    if land is not None:
        start = place_on(network, nearest.vertex[best], nearest.fraction[best])
        by_land = over_sea_km(*start, edge.lon[best], edge.lat[best], land) <= MAX_SEA_KM
        city, best = city[by_land], best[by_land]
    cut, exit_node = insert_points(network, nearest.vertex[best], nearest.fraction[best])
    city_node = len(cut.node_lon) + np.arange(len(best))
    placed = replace(
        cut,
        node_lon=np.append(cut.node_lon, edge.lon[best]),
        node_lat=np.append(cut.node_lat, edge.lat[best]),
        node_component=np.append(cut.node_component, cut.node_component[exit_node]),
    )
    minutes = beyond.minutes(nearest.distance_m[best] / M_PER_KM)
    linked = add_straight_edges(placed, city_node, exit_node, minutes, on_foot=False)
    known = replace(
        _off_one_way_roads(destinations, rows[city], inhabited),
        network=linked,
        cut_off_node=city_node,
        cut_off_destination=rows[city],
    )
    return RoutableNetwork(known, graph=reversed_graph(linked), index=walkable_index(linked))


def _is_led_to(routable: RoutableNetwork, inhabited: Integers, *, is_start: Booleans) -> Booleans:
    """Tell which destinations can be driven to from the edges to start from, or stand on inhabited fragments."""
    destinations, network = routable.destinations, routable.destinations.network
    is_led_to = np.isin(network.node_component, inhabited)
    starts = np.union1d(network.edge_from[is_start], network.edge_to[is_start])
    has_start = np.isin(network.node_component, network.node_component[starts])
    if len(starts):
        minutes = dijkstra(routable.graph.minutes.T, indices=starts, min_only=True)
        is_led_to &= ~has_start | np.isfinite(minutes)
    return np.isin(np.arange(len(destinations.geometry)), destinations.destination[is_led_to[destinations.node]])


def _off_one_way_roads(destinations: Destinations, rows: Integers, inhabited: Integers) -> Destinations:
    """Take destinations off the roads of inhabited components, which do not lead to them."""
    is_off = np.isin(destinations.destination, rows) & np.isin(
        destinations.network.node_component[destinations.node], inhabited
    )
    node, destination = destinations.node[~is_off], destinations.destination[~is_off]
    component = destinations.component.copy()
    component[np.setdiff1d(destinations.destination[is_off], destination)] = -1
    return replace(destinations, node=node, destination=destination, component=component)


def over_sea_km(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats, land: NDArray[np.object_]) -> Floats:
    """Measure how much of straight lines runs over the sea.

    Parameters
    ----------
    lon, lat, other_lon, other_lat : numpy.ndarray, shape (n,)
        Their ends, degrees.
    land : numpy.ndarray of shapely geometries
        Land, EPSG:4326.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Kilometres, by 101 points along each line.
    """
    along = np.linspace(0, 1, 101)[:, None]
    points = as_points((lon + along * (other_lon - lon)).ravel(), (lat + along * (other_lat - lat)).ravel())
    is_land = np.zeros(len(points), dtype=bool)
    is_land[shapely.STRtree(points).query(land, predicate="intersects")[1]] = True
    sea = 1 - is_land.reshape(len(along), -1).mean(axis=0)
    return np.asarray(sea * geodesic_step_km(lon, lat, other_lon, other_lat))


def with_cut_off(routable: RoutableNetwork) -> RoutableNetwork:
    """Count the cities cut off as reached over their estimated ways.

    Parameters
    ----------
    routable : RoutableNetwork
        What `link_cut_off` gave.

    Returns
    -------
    RoutableNetwork
        The same network and index.
    """
    placed = routable.destinations
    component = placed.component.copy()
    component[placed.cut_off_destination] = placed.network.node_component[placed.cut_off_node]
    known = replace(
        placed,
        node=np.concatenate([placed.node, placed.cut_off_node]),
        destination=np.concatenate([placed.destination, placed.cut_off_destination]),
        component=component,
    )
    return replace(routable, destinations=known)


def estimated_minutes(
    routable: RoutableNetwork, origins: Origins, chosen: Booleans, *, walking: Walking = WALKING
) -> Floats:
    """Estimate the time from each origin to the nearest of the chosen cities that are cut off.

    Parameters
    ----------
    routable : RoutableNetwork
        What `link_cut_off` gave.
    origins : Origins
        Where people start.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count, among them those that are cut off.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Minutes; NaN where no city is cut off, or the network does not lead towards one.
    """
    cut_off = chosen & routable.destinations.is_cut_off
    if not cut_off.any():
        return np.full(len(origins.lon), np.nan)
    route = quickest_routes(with_cut_off(routable), origins, cut_off, walking=walking)
    return np.where(route.is_reached, route.minutes, np.nan)
