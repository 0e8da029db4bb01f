"""Which loose components of a network are joined to its main one, in which order, and from which node to which road.

The order is that of Prim's algorithm: next comes the component that is nearest to what is joined so far. All distances
that can matter are searched at once: from the nodes of a component to roads of others no farther than the main one.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from comarca.crs import geocentric_m
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import packed_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork
    from comarca.roads.segments import Numbers, SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class Links(NamedTuple):
    """Straight ways from nodes of components to roads of others, a row each.

    Attributes
    ----------
    node : numpy.ndarray, shape (k,)
        The node.
    vertex : numpy.ndarray, shape (k,)
        First vertex of the segment that it is joined to; -1 where none is within reach.
    fraction : numpy.ndarray, shape (k,)
        Where on the segment, from 0 to 1.
    distance_m : numpy.ndarray, shape (k,)
        Length; infinite where there is none.
    """

    node: Integers
    vertex: Integers
    fraction: Floats
    distance_m: Floats

    def at(self, rows: Integers) -> Links:
        """Give some of the rows.

        Parameters
        ----------
        rows : numpy.ndarray
            Their numbers, in the order wanted.

        Returns
        -------
        Links
            These rows.
        """
        return Links(self.node[rows], self.vertex[rows], self.fraction[rows], self.distance_m[rows])


def join_nearest_first(network: RoadNetwork, index: SegmentIndex, to_main: Links, *, reach_m: float) -> Links:
    """Join components one after the other, each time the one nearest to what is joined so far.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    index : SegmentIndex
        The segments that may be joined to, by landmass where the network knows it.
    to_main : Links
        The nearest road of the main component for each node of the components that are to be joined.
    reach_m : float
        Longest link.

    Returns
    -------
    Links
        One link per component that is joined, in the order of joining; of equally long ones that of the first node.
    """
    main = _shortest(network.node_component[to_main.node], np.full(len(to_main.node), -1), to_main)
    reach = dict(zip(network.node_component[main.node].tolist(), main.distance_m.tolist(), strict=True))
    others = _between(network, index, to_main.node, reach, reach_m=reach_m)
    links = Links(*(np.concatenate(pair) for pair in zip(main, others, strict=True)))
    start = network.node_component[links.node].tolist()
    keys = list(zip(links.distance_m.tolist(), links.node.tolist(), range(len(links.node)), strict=True))
    followers: dict[int, list[tuple[float, int, int]]] = {}
    for key, target in zip(keys[len(main.node) :], network.component_at(others.vertex).tolist(), strict=True):
        followers.setdefault(target, []).append(key)
    heap, is_joined, rows = [key for key in keys[: len(main.node)] if np.isfinite(key[0])], set(), []
    heapq.heapify(heap)
    while heap:
        row = heapq.heappop(heap)[2]
        if start[row] in is_joined:
            continue
        is_joined.add(start[row])
        rows.append(row)
        for key in followers.get(start[row], ()):
            heapq.heappush(heap, key)
    return links.at(np.array(rows, dtype=np.int64))


def _shortest(start: Integers, target: Integers, links: Links) -> Links:
    """Take the shortest link of each pair of components; of equal ones that of the first node."""
    order = np.lexsort((links.node, links.distance_m, target, start))
    pair = np.column_stack([start, target])[order]
    return links.at(order[np.sort(np.unique(pair, axis=0, return_index=True)[1])])


def _between(
    network: RoadNetwork, index: SegmentIndex, nodes: Integers, reach: dict[int, float], *, reach_m: float
) -> Links:
    """Find the shortest link from each waiting component to each other one that is no farther than the main one."""
    waiting = np.array(sorted(reach), dtype=np.int64)
    member = network.component_at(index.first)
    is_waiting = np.isin(member, waiting)
    first, place = index.first[is_waiting], np.searchsorted(waiting, member[is_waiting])
    if len(first) == 0:
        return Links(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, float, float)))
    land = network.vertex_land[first] if len(network.vertex_land) else np.zeros(len(first), dtype=np.int64)
    land_count = int(max(land.max(), network.node_land[nodes].max(initial=0))) + 1
    roads = packed_index(index.vertex_m, first, place * land_count + land)
    node_reach = np.minimum([reach[number] for number in network.node_component[nodes].tolist()], reach_m)
    node, target = _candidates(network, roads, nodes, node_reach, place)
    found = cheapest_segment(
        roads,
        geocentric_m(network.node_lon[nodes[node]], network.node_lat[nodes[node]]),
        reach_m=node_reach[node],
        component=target * land_count + network.node_land[nodes[node]],
    )
    links = Links(nodes[node], found.vertex, found.fraction, found.distance_m)
    is_found = np.flatnonzero(found.vertex >= 0)
    return _shortest(network.node_component[nodes[node]][is_found], target[is_found], links.at(is_found))


def _candidates(
    network: RoadNetwork, roads: SegmentIndex, nodes: Integers, node_reach: Floats, place: Numbers
) -> tuple[Integers, Integers]:
    """Pair nodes with the other components whose boxes they reach, sorted by component."""
    box_m = roads.box_m[: roads.leaf_count].transpose(0, 2, 1).reshape(-1, 6)[: len(place)].astype(float)
    order = np.argsort(place, kind="stable")
    target, start = np.unique(place[order], return_index=True)
    low, high = np.minimum.reduceat(box_m[order, :3], start), np.maximum.reduceat(box_m[order, 3:], start)
    point_m = geocentric_m(network.node_lon[nodes], network.node_lat[nodes])
    # A tree of two of the three earth-centred axes; the third is looked at afterwards.
    tree = shapely.STRtree(shapely.box(low[:, 1], low[:, 2], high[:, 1], high[:, 2]))
    lowest, highest = point_m - node_reach[:, None], point_m + node_reach[:, None]
    node, row = tree.query(shapely.box(lowest[:, 1], lowest[:, 2], highest[:, 1], highest[:, 2]))
    own = np.searchsorted(np.unique(network.node_component[nodes]), network.node_component[nodes])
    is_candidate = (lowest[node, 0] <= high[row, 0]) & (low[row, 0] <= highest[node, 0]) & (target[row] != own[node])
    node, row = node[is_candidate], row[is_candidate]
    order = np.lexsort((node, row))
    return node[order], target[row[order]].astype(np.int64)
