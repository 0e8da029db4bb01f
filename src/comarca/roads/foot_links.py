"""Links on foot: how people leave a loose piece of the network, and board a ferry that has no road at its pier.

Maps have many pieces of road that end metres or streets away from the main network. People who live on one walk to the
next road rather than not reaching any city.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import scipy
import shapely

from comarca.crs import geocentric_m
from comarca.roads.connectors import as_layer, main_component, nearest_of_minor
from comarca.roads.network import connected
from comarca.roads.search import cheapest_segment, segments_within
from comarca.roads.segments import index_segments
from comarca.roads.splitting import add_straight_edges, insert_points, place_on
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.roads.connectors import Linking
    from comarca.roads.network import RoadNetwork
    from comarca.roads.segments import SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Segments tried from one vertex where the nearest lies over water, and vertices that are looked at together.
_TRIED: Final = 200
_AT_A_TIME: Final = 500


class _Links(NamedTuple):
    """Walks: the vertex that each begins at, straight metres, first vertex of the segment it leads to, fraction."""

    start: Integers
    distance_m: Floats
    vertex: Integers
    fraction: Floats

    def only(self, chosen: NDArray[Any]) -> _Links:
        """Keep some links, by number or mask."""
        return _Links(*(values[chosen] for values in self))

    def and_those(self, *others: _Links) -> _Links:
        """Put lots of links together."""
        return _Links(*(np.concatenate(values) for values in zip(self, *others, strict=True)))


def link_on_foot(
    network: RoadNetwork,
    linking: Linking,
    *,
    is_ferry: Booleans,
    is_blocked: Callable[[NDArray[np.object_]], Booleans],
) -> tuple[RoadNetwork, gpd.GeoDataFrame]:
    """Join pieces of a network by short walks.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    linking : Linking
        How far and how fast people walk: ``walk_m``, ``walk_kmh``, ``walk_detour_ratio``.
    is_ferry : numpy.ndarray of bool, shape (e,)
        Edges that are crossings: they are left at their ends only, and their ends are piers.
    is_blocked : callable
        Straight lines, EPSG:4326 -> whether each cannot be walked, as over water. Piers of a single ferry are not asked
        about, as they stand in the water; where ferries meet, it tells a pier from a line that is cut on open water.

    Returns
    -------
    network : RoadNetwork
        The network with the links, edges at walking speed.
    connectors : geopandas.GeoDataFrame
        One line of kind ``foot`` per link, as from `comarca.roads.connectors.as_layer`: the shortest one between any
        two components, and one per pier without a road.
    """
    if linking.walk_m <= 0 or len(network.component_km) == 0:
        return network, as_layer([])
    piers = _piers(network, is_ferry)
    is_main = network.edge_component == main_component(network)
    to_main = partial(_to_main, network, _walkable(network, is_main))
    links = _between_components(network, linking, is_ferry, is_blocked, to_main)
    if len(piers):
        links = links.and_those(_to_piers(network, piers, linking, is_blocked))
    links = links.and_those(_from_bends(network, links, linking, is_ferry, is_blocked, to_main))
    count = len(links.start)
    if count == 0:
        return network, as_layer([])
    cut, node = insert_points(network, np.append(links.start, links.vertex), np.append(np.zeros(count), links.fraction))
    start_node, road_node = node[:count], node[count:]
    km = links.distance_m / M_PER_KM
    minutes = km * linking.walk_detour_ratio / linking.walk_kmh * MIN_PER_HOUR
    linked = add_straight_edges(cut, start_node, road_node, minutes, on_foot=True)
    ends = np.stack([_place(cut, start_node), _place(cut, road_node)], axis=1)
    lines: NDArray[np.object_] = np.asarray(shapely.linestrings(ends), dtype=object)
    return connected(linked), as_layer(
        [
            ("foot", None, length, time, line)
            for length, time, line in zip(km.tolist(), minutes.tolist(), lines, strict=True)
        ]
    )


def _place(network: RoadNetwork, node: Integers) -> Floats:
    return np.column_stack([network.node_lon[node], network.node_lat[node]])


def _degree(network: RoadNetwork, *, of: Booleans | None = None) -> Integers:
    """Count the ends of edges, all or some, at each node."""
    ends = np.concatenate([network.edge_from, network.edge_to])
    counted = ends if of is None else ends[np.tile(of, 2)]
    return np.bincount(counted, minlength=len(network.node_lon))


def _piers(network: RoadNetwork, is_ferry: Booleans) -> Integers:
    """Nodes that ferries lead to, one or several, and no road."""
    return np.flatnonzero((_degree(network, of=is_ferry) > 0) & (_degree(network, of=~is_ferry) == 0))


def _to_piers(
    network: RoadNetwork, piers: Integers, linking: Linking, is_blocked: Callable[[NDArray[np.object_]], Booleans]
) -> _Links:
    """Link each pier to the nearest road that people may walk onto."""
    nearest = cheapest_segment(
        _walkable(network, np.ones(len(network.edge_from), dtype=bool)),
        geocentric_m(network.node_lon[piers], network.node_lat[piers]),
        reach_m=np.full(len(piers), linking.walk_m),
    )
    start = _vertex_of(network, piers)
    links = _Links(start, nearest.distance_m, nearest.vertex, nearest.fraction).only(nearest.vertex >= 0)
    is_last = (_degree(network)[piers] == 1)[nearest.vertex >= 0]
    return links.only(is_last | ~is_blocked(_lines(network, links)))


def _lines(network: RoadNetwork, links: _Links) -> NDArray[np.object_]:
    """Straight lines of links."""
    start = np.column_stack([network.vertex_lon[links.start], network.vertex_lat[links.start]])
    end = np.column_stack(place_on(network, links.vertex, links.fraction))
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)


def _between_components(
    network: RoadNetwork,
    linking: Linking,
    is_ferry: Booleans,
    is_blocked: Callable[[NDArray[np.object_]], Booleans],
    to_main: Callable[[Integers, float], _Links],
) -> _Links:
    """Find the shortest walk between any two components that come near each other."""
    nodes = _ends_of_walks(network, is_ferry)
    is_loose = np.arange(len(network.component_km)) != main_component(network)
    start = _vertex_of(network, nodes)
    is_usable = (is_loose[network.edge_component] & network.edge_on_foot)[network.vertex_edge]
    near = nearest_of_minor(network, nodes, is_usable, reach_m=linking.walk_m)
    from_loose = to_main(start[is_loose[network.component_at(start)]], linking.walk_m)
    links = from_loose.and_those(_Links(start, *near).only(near[1] >= 0))
    return _shortest(network, _dry(network, links, linking, is_blocked))


def _from_bends(
    network: RoadNetwork,
    links: _Links,
    linking: Linking,
    is_ferry: Booleans,
    is_blocked: Callable[[NDArray[np.object_]], Booleans],
    to_main: Callable[[Integers, float], _Links],
) -> _Links:
    """Find walks to the main component from along the roads of those that no link joins to it."""
    count = len(network.component_km)
    ends = network.component_at(links.start), network.component_at(links.vertex)
    joined = scipy.sparse.csgraph.connected_components(
        scipy.sparse.coo_array((np.ones(len(links.start)), ends), shape=(count, count)), directed=False
    )[1]
    is_loose = joined != joined[main_component(network)]
    may_start = network.edge_on_foot & ~is_ferry & is_loose[network.edge_component]
    links = to_main(np.flatnonzero(may_start[network.vertex_edge]), linking.walk_m)
    return _shortest(network, _dry(network, links, linking, is_blocked))


def _shortest(network: RoadNetwork, links: _Links) -> _Links:
    """Keep the shortest link between any two components; of equal ones the first."""
    pair = np.sort(np.column_stack([network.component_at(links.start), network.component_at(links.vertex)]), axis=1)
    order = np.lexsort((links.distance_m, pair[:, 1], pair[:, 0]))
    return links.only(order[np.sort(np.unique(pair[order], axis=0, return_index=True)[1])])


def _dry(
    network: RoadNetwork, links: _Links, linking: Linking, is_blocked: Callable[[NDArray[np.object_]], Booleans]
) -> _Links:
    """Keep links that can be walked; where one cannot, take those to the other segments within reach that can."""
    is_dry = _is_dry(network, links, is_blocked)
    others = _all_near(network, np.unique(links.start[~is_dry]), linking.walk_m)
    return links.only(is_dry).and_those(others.only(_is_dry(network, others, is_blocked)))


def _is_dry(network: RoadNetwork, links: _Links, is_blocked: Callable[[NDArray[np.object_]], Booleans]) -> Booleans:
    """Tell which links stay on one landmass and are not blocked."""
    is_dry = _is_on_one_landmass(network, links)
    if not is_dry.any():
        return is_dry
    is_dry[is_dry] = ~is_blocked(_lines(network, links.only(is_dry)))
    return is_dry


def _vertex_of(network: RoadNetwork, nodes: Integers) -> Integers:
    """Give a vertex at each node."""
    vertex = np.zeros(len(network.node_lon), dtype=np.int64)
    vertex[network.edge_to] = network.edge_start[1:] - 1
    vertex[network.edge_from] = network.edge_start[:-1]
    return vertex[nodes]


def _ends_of_walks(network: RoadNetwork, is_ferry: Booleans) -> Integers:
    """Nodes that walks may begin at: all of loose components, dead ends of the main one; not at sea."""
    is_dead_end = _degree(network) == 1
    has_road = _degree(network, of=network.edge_on_foot & ~is_ferry) > 0
    is_loose = network.node_component != main_component(network)
    return np.flatnonzero((is_loose | is_dead_end) & has_road)


def _to_main(network: RoadNetwork, roads: SegmentIndex, start: Integers, reach_m: float) -> _Links:
    """Link vertices of loose components to the nearest road of the main one, which people may walk onto."""
    nearest = cheapest_segment(
        roads,
        geocentric_m(network.vertex_lon[start], network.vertex_lat[start]),
        reach_m=np.full(len(start), reach_m),
    )
    return _Links(start, nearest.distance_m, nearest.vertex, nearest.fraction).only(nearest.vertex >= 0)


def _all_near(network: RoadNetwork, start: Integers, reach_m: float) -> _Links:
    """Link vertices to the nearest segments of other components on their landmass, `_TRIED` each at most."""
    none = _Links(start[:0], np.zeros(0), start[:0], np.zeros(0))
    if len(start) == 0:
        return none
    index = _walkable(network, np.ones(len(network.edge_from), dtype=bool))
    found = []
    for few in np.array_split(start, -(-len(start) // _AT_A_TIME)):
        place_m = geocentric_m(network.vertex_lon[few], network.vertex_lat[few])
        near = segments_within(index, place_m, reach_m=reach_m)
        links = _Links(few[near.point], near.distance_m, near.vertex, near.fraction)
        is_other = network.component_at(links.start) != network.component_at(links.vertex)
        links = links.only(is_other & _is_on_one_landmass(network, links))
        links = links.only(np.lexsort((links.vertex, links.distance_m, links.start)))
        first = np.searchsorted(links.start, links.start)
        found.append(links.only(np.arange(len(first)) - first < _TRIED))
    return none.and_those(*found)


def _is_on_one_landmass(network: RoadNetwork, links: _Links) -> Booleans:
    if len(network.vertex_land) == 0:
        return np.ones(len(links.start), dtype=bool)
    return np.asarray(network.vertex_land[links.start] == network.vertex_land[links.vertex])


def _walkable(network: RoadNetwork, chosen: Booleans) -> SegmentIndex:
    """Index the segments of chosen edges that people may walk onto."""
    is_first = (network.edge_on_foot & chosen)[network.vertex_edge]
    is_first[network.edge_start[1:] - 1] = False
    return index_segments(network.vertex_lon, network.vertex_lat, np.flatnonzero(is_first))
