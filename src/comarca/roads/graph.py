"""Shortest travel times over a road network, to the nearest of many places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True)
class TravelGraph:
    """The network turned round, as a sparse matrix: searches from a place then give the times *to* it.

    Attributes
    ----------
    minutes : scipy.sparse.csr_array, shape (n, n)
        Entry ``[v, u]`` is the time from node ``u`` to node ``v`` over the quickest edge between them.
    km : numpy.ndarray, shape (entries,)
        Length of that edge, in the order of the matrix's data.
    """

    minutes: csr_array
    km: Floats


class Reached(NamedTuple):
    """The nearest place, for each node.

    Attributes
    ----------
    minutes : numpy.ndarray, shape (n,)
        Shortest time to any of the places; infinite where none can be reached.
    km : numpy.ndarray, shape (n,)
        Length of the way along that quickest path; infinite likewise.
    source : numpy.ndarray, shape (n,)
        Node of the place that is reached first, -1 where none can be.
    """

    minutes: Floats
    km: Floats
    source: Integers


def reversed_graph(network: RoadNetwork) -> TravelGraph:
    """Turn a network round.

    Parameters
    ----------
    network : RoadNetwork
        The network.

    Returns
    -------
    TravelGraph
        Of parallel edges, the quickest; of equally quick ones, the shortest.
    """
    forward, backward = np.flatnonzero(network.edge_forward), np.flatnonzero(network.edge_backward)
    edge = np.concatenate([forward, backward])
    return travel_graph(
        np.concatenate([network.edge_from[forward], network.edge_to[backward]]),
        np.concatenate([network.edge_to[forward], network.edge_from[backward]]),
        network.edge_min[edge],
        network.edge_km[edge],
        node_count=len(network.node_lon),
    )


def travel_graph(start: Integers, end: Integers, minutes: Floats, km: Floats, *, node_count: int) -> TravelGraph:
    """Make a graph, turned round, of links between nodes.

    Parameters
    ----------
    start, end : numpy.ndarray, shape (l,)
        Nodes that each link leads from and to.
    minutes, km : numpy.ndarray, shape (l,)
        Its time and length.
    node_count : int
        Number of nodes.

    Returns
    -------
    TravelGraph
        Of parallel links, the quickest; of equally quick ones, the shortest.
    """
    key = end * node_count + start
    order = np.lexsort((km, minutes, key))
    order = order[np.append(True, key[order][1:] != key[order][:-1])] if len(order) else order
    row_start = np.searchsorted(end[order], np.arange(node_count + 1))
    matrix = csr_array(
        (minutes[order], start[order].astype(np.int32), row_start.astype(np.int32)), shape=(node_count, node_count)
    )
    return TravelGraph(minutes=matrix, km=km[order])


def quickest_edges(network: RoadNetwork, start: Integers, end: Integers) -> Integers:
    """Find the edges that a graph has between pairs of nodes.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    start, end : numpy.ndarray, shape (k,)
        Nodes, in the direction of driving; some edge leads from each to the other.

    Returns
    -------
    numpy.ndarray, shape (k,)
        Edges: the quickest of parallel ones, as in `reversed_graph`.
    """
    count = len(network.node_lon)
    forward, backward = np.flatnonzero(network.edge_forward), np.flatnonzero(network.edge_backward)
    edge = np.concatenate([forward, backward])
    key = np.concatenate(
        [
            network.edge_from[forward] * count + network.edge_to[forward],
            network.edge_to[backward] * count + network.edge_from[backward],
        ]
    )
    wanted, which = np.unique(start * count + end, return_inverse=True)
    is_wanted = np.isin(key, wanted)
    edge, key = edge[is_wanted], key[is_wanted]
    edge = edge[np.lexsort((network.edge_km[edge], network.edge_min[edge], key))]
    first = np.searchsorted(np.sort(key), wanted)
    return np.asarray(edge[first][which])


def nearest_source(graph: TravelGraph, sources: Integers) -> Reached:
    """Shortest times from every node to the nearest of some nodes, in one pass.

    Parameters
    ----------
    graph : TravelGraph
        The network, turned round.
    sources : numpy.ndarray
        Nodes to be reached; at least one.

    Returns
    -------
    Reached
        Time, length along the quickest path, and which node is reached.

    Notes
    -----
    Dijkstra (1959), doi:10.1007/BF01386390, from all sources at once on the reversed graph. Lengths are summed along
    the tree of predecessors by pointer doubling, so the cost does not depend on how long the paths are in nodes.
    """
    minutes, previous, source = dijkstra(
        graph.minutes, directed=True, indices=np.unique(sources), min_only=True, return_predecessors=True
    )
    is_reached = np.isfinite(minutes)
    has_previous = previous >= 0
    jump = np.where(has_previous, previous, np.arange(len(previous)))
    km = np.zeros(len(previous))
    km[has_previous] = graph.km[_entry(graph, row=jump[has_previous], column=np.flatnonzero(has_previous))]
    while not np.array_equal(further := jump[jump], jump):
        km += km[jump]
        jump = further
    return Reached(
        minutes=minutes, km=np.where(is_reached, km, np.inf), source=np.where(is_reached, source, -1).astype(np.int64)
    )


def _entry(graph: TravelGraph, *, row: Integers, column: Integers) -> Integers:
    """Position of entries of the matrix in its data: bisection in all their rows at once."""
    indices, row_start = graph.minutes.indices, graph.minutes.indptr
    low, high = row_start[row].astype(np.int64), row_start[row + 1].astype(np.int64)
    while (is_open := high - low > 1).any():
        middle = (low + high) // 2
        is_above = is_open & (indices[middle] > column)
        high = np.where(is_above, middle, high)
        low = np.where(is_open & ~is_above, middle, low)
    return np.asarray(low)
