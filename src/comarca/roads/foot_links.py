"""Links on foot: how people leave a loose piece of the network, and board a ferry that has no road at its pier.

Maps have many pieces of road that end metres or streets away from the main network. People who live on one walk to the
next road rather than not reaching any city.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from comarca.crs import geocentric_m
from comarca.roads.connectors import as_layer, main_component, nearest_of_minor
from comarca.roads.network import connected
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import index_segments
from comarca.roads.splitting import add_straight_edges, insert_points, place_on
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.roads.connectors import Linking
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


class _Links(NamedTuple):
    """Nodes, and the place on a road that each is linked to: straight metres, first vertex of the segment, fraction."""

    node: Integers
    distance_m: Floats
    vertex: Integers
    fraction: Floats

    def only(self, chosen: NDArray[Any]) -> _Links:
        """Keep some links, by number or mask."""
        return _Links(*(values[chosen] for values in self))

    def and_those(self, others: _Links) -> _Links:
        """Put two lots of links together."""
        return _Links(
            np.concatenate([self.node, others.node]),
            np.concatenate([self.distance_m, others.distance_m]),
            np.concatenate([self.vertex, others.vertex]),
            np.concatenate([self.fraction, others.fraction]),
        )


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
    links = _between_components(network, linking, is_ferry, is_blocked)
    if len(piers):
        links = links.and_those(_to_piers(network, piers, linking, is_blocked))
    if len(links.node) == 0:
        return network, as_layer([])
    cut, road_node = insert_points(network, links.vertex, links.fraction)
    km = links.distance_m / M_PER_KM
    minutes = km * linking.walk_detour_ratio / linking.walk_kmh * MIN_PER_HOUR
    linked = add_straight_edges(cut, links.node, road_node, minutes, on_foot=True)
    ends = np.stack([_place(cut, links.node), _place(cut, road_node)], axis=1)
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
    is_first = network.edge_on_foot[network.vertex_edge]
    is_first[network.edge_start[1:] - 1] = False
    index = index_segments(network.vertex_lon, network.vertex_lat, np.flatnonzero(is_first))
    nearest = cheapest_segment(
        index,
        geocentric_m(network.node_lon[piers], network.node_lat[piers]),
        reach_m=np.full(len(piers), linking.walk_m),
    )
    links = _Links(piers, nearest.distance_m, nearest.vertex, nearest.fraction).only(nearest.vertex >= 0)
    is_last = _degree(network)[links.node] == 1
    return links.only(is_last | ~is_blocked(_lines(network, links)))


def _lines(network: RoadNetwork, links: _Links) -> NDArray[np.object_]:
    """Straight lines of links."""
    ends = np.stack(
        [_place(network, links.node), np.column_stack(place_on(network, links.vertex, links.fraction))], axis=1
    )
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _between_components(
    network: RoadNetwork, linking: Linking, is_ferry: Booleans, is_blocked: Callable[[NDArray[np.object_]], Booleans]
) -> _Links:
    """Find the shortest walk between any two components that come near each other."""
    nodes = _ends_of_walks(network, is_ferry)
    is_main = np.arange(len(network.component_km)) == main_component(network)
    may_walk = network.edge_on_foot[network.vertex_edge]
    links = _to_main(network, nodes, is_main, may_walk, linking.walk_m)
    near = nearest_of_minor(network, nodes, (~is_main)[network.vertex_component] & may_walk, reach_m=linking.walk_m)
    links = links.and_those(_Links(nodes, *near).only(near[1] >= 0))
    links = links.only(~is_blocked(_lines(network, links)) & _on_one_landmass(network, links))
    pair = np.sort(
        np.column_stack([network.node_component[links.node], network.vertex_component[links.vertex]]), axis=1
    )
    order = np.lexsort((links.node, links.distance_m, pair[:, 1], pair[:, 0]))
    return links.only(order[np.sort(np.unique(pair[order], axis=0, return_index=True)[1])])


def _on_one_landmass(network: RoadNetwork, links: _Links) -> Booleans:
    if len(network.vertex_land) == 0:
        return np.ones(len(links.node), dtype=bool)
    return np.asarray(network.node_land[links.node] == network.vertex_land[links.vertex])


def _ends_of_walks(network: RoadNetwork, is_ferry: Booleans) -> Integers:
    """Nodes that walks may begin at: all of loose components, dead ends of the main one; not at sea."""
    is_dead_end = _degree(network) == 1
    has_road = _degree(network, of=network.edge_on_foot & ~is_ferry) > 0
    is_loose = network.node_component != main_component(network)
    return np.flatnonzero((is_loose | is_dead_end) & has_road)


def _to_main(network: RoadNetwork, nodes: Integers, is_main: Booleans, may_walk: Booleans, reach_m: float) -> _Links:
    """Link nodes of loose components to the nearest road of the main one."""
    nodes = nodes[~is_main[network.node_component[nodes]]]
    is_first = is_main[network.vertex_component] & may_walk
    is_first[network.edge_start[1:] - 1] = False
    index = index_segments(network.vertex_lon, network.vertex_lat, np.flatnonzero(is_first))
    nearest = cheapest_segment(
        index,
        geocentric_m(network.node_lon[nodes], network.node_lat[nodes]),
        reach_m=np.full(len(nodes), reach_m),
    )
    return _Links(nodes, nearest.distance_m, nearest.vertex, nearest.fraction).only(nearest.vertex >= 0)
