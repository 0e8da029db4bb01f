"""Places on a road network: where they lie on it, and the network cut there so that times to them are exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.crs import geodesic_step_km

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: ``edge_road`` of an edge that is no road of the layer.
NO_ROAD: Final = -1


def insert_points(network: RoadNetwork, vertex: Integers, fraction: Floats) -> tuple[RoadNetwork, Integers]:
    """Cut edges at given places, so that these are nodes.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    vertex : numpy.ndarray, shape (p,)
        First vertex of the segment that each place lies on.
    fraction : numpy.ndarray, shape (p,)
        Where on the segment, from 0 to 1.

    Returns
    -------
    network : RoadNetwork
        The network with the cuts; lengths and times of the pieces add up to those of the whole edges. Nodes and
        components keep their numbers, new nodes follow.
    node : numpy.ndarray, shape (p,)
        The node at each place: an existing one where an edge begins or ends. Places that coincide share one.
    """
    at_end = fraction >= 1
    vertex = np.where(at_end, vertex + 1, vertex).astype(np.int64)
    fraction = np.where(at_end, 0.0, fraction)
    edge = network.vertex_edge[vertex]
    is_start = (vertex == network.edge_start[edge]) & (fraction == 0)
    is_end = (vertex == network.edge_start[edge + 1] - 1) & (fraction == 0)
    node = np.where(is_start, network.edge_from[edge], network.edge_to[edge])
    is_cut = ~is_start & ~is_end
    if not is_cut.any():
        return network, node
    cuts, which = np.unique(np.column_stack([vertex[is_cut], fraction[is_cut]]), axis=0, return_inverse=True)
    node[is_cut] = len(network.node_lon) + which.ravel()
    return _cut(network, cuts[:, 0].astype(np.int64), cuts[:, 1]), node


def place_on(network: RoadNetwork, vertex: Integers, fraction: Floats) -> tuple[Floats, Floats]:
    """Give the coordinates of places on segments.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    vertex, fraction : numpy.ndarray, shape (n,)
        Segments, by their first vertex, and positions on them.

    Returns
    -------
    lon, lat : numpy.ndarray, shape (n,)
        Degrees.
    """
    lon, lat = (
        values[vertex] + fraction * (values[vertex + 1] - values[vertex])
        for values in (network.vertex_lon, network.vertex_lat)
    )
    return lon, lat


def add_straight_edges(
    network: RoadNetwork, start: Integers, end: Integers, minutes: Floats, *, on_foot: bool
) -> RoadNetwork:
    """Add straight edges that are driven both ways.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    start, end : numpy.ndarray, shape (k,)
        Nodes that they join.
    minutes : numpy.ndarray, shape (k,)
        Time over each.
    on_foot : bool
        Whether people may walk onto them.

    Returns
    -------
    RoadNetwork
        The network with the edges behind all others, of no road (-1), on the landmass of their ends. Its components
        are left as they were.
    """
    count = len(start)
    lon = np.column_stack([network.node_lon[start], network.node_lon[end]])
    lat = np.column_stack([network.node_lat[start], network.node_lat[end]])
    km = geodesic_step_km(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])
    return replace(
        network,
        vertex_lon=np.append(network.vertex_lon, lon.ravel()),
        vertex_lat=np.append(network.vertex_lat, lat.ravel()),
        vertex_land=np.append(network.vertex_land, np.repeat(network.node_land[end], 2))
        if len(network.vertex_land)
        else network.vertex_land,
        vertex_km=np.append(network.vertex_km, np.column_stack([np.zeros(count), km]).ravel()),
        edge_start=np.append(network.edge_start, network.edge_start[-1] + 2 * np.arange(1, count + 1)),
        edge_from=np.append(network.edge_from, start),
        edge_to=np.append(network.edge_to, end),
        edge_min=np.append(network.edge_min, minutes),
        edge_forward=np.append(network.edge_forward, np.ones(count, dtype=bool)),
        edge_backward=np.append(network.edge_backward, np.ones(count, dtype=bool)),
        edge_on_foot=np.append(network.edge_on_foot, np.full(count, on_foot)),
        edge_road=np.append(network.edge_road, np.full(count, NO_ROAD)),
    )


def _cut(network: RoadNetwork, vertex: Integers, fraction: Floats) -> RoadNetwork:
    """Cut at inner places, given once each and in order."""
    copies = np.where(fraction > 0, 2, 1)
    at = np.repeat(vertex + 1, copies)
    lon, lat, km = (
        values[vertex] + fraction * (values[vertex + 1] - values[vertex])
        for values in (network.vertex_lon, network.vertex_lat, network.vertex_km)
    )
    vertex_lon, vertex_lat, vertex_km = (
        np.insert(values, at, np.repeat(new, copies))
        for values, new in ((network.vertex_lon, lon), (network.vertex_lat, lat), (network.vertex_km, km))
    )
    old_start = network.edge_start + np.searchsorted(at, network.edge_start, side="right")
    cut_start = vertex + 1 + np.cumsum(copies) - 1
    edge_start = np.sort(np.concatenate([old_start, cut_start]))
    parent = np.searchsorted(old_start, edge_start[:-1], side="right") - 1
    cut_node = np.full(len(edge_start), -1)
    cut_node[np.searchsorted(edge_start, cut_start)] = len(network.node_lon) + np.arange(len(vertex))
    begins, ends = cut_node[:-1], cut_node[1:]
    start_km = vertex_km[edge_start[:-1]]
    piece_km = vertex_km[edge_start[1:] - 1] - start_km
    whole_km = network.edge_km[parent]
    share = np.divide(piece_km, whole_km, out=np.zeros_like(piece_km), where=whole_km > 0)
    vertex_km -= np.repeat(start_km, np.diff(edge_start))
    return replace(
        network,
        vertex_lon=vertex_lon,
        vertex_lat=vertex_lat,
        vertex_land=np.insert(network.vertex_land, at, np.repeat(network.vertex_land[vertex], copies))
        if len(network.vertex_land)
        else network.vertex_land,
        vertex_km=vertex_km,
        edge_start=edge_start,
        edge_from=np.where(begins >= 0, begins, network.edge_from[parent]),
        edge_to=np.where(ends >= 0, ends, network.edge_to[parent]),
        edge_min=network.edge_min[parent] * share,
        edge_forward=network.edge_forward[parent],
        edge_backward=network.edge_backward[parent],
        edge_on_foot=network.edge_on_foot[parent],
        edge_road=network.edge_road[parent],
        node_lon=np.append(network.node_lon, lon),
        node_lat=np.append(network.node_lat, lat),
        node_component=np.append(
            network.node_component, network.node_component[network.edge_from[network.vertex_edge[vertex]]]
        ),
    )
