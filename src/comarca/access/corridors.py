"""Corridor flow: which part of all interaction between cities runs through each territory."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from comarca.access.cut_off import with_cut_off
from comarca.polygons import territory_of
from comarca.roads.core_graph import core_graph
from comarca.roads.graph import quickest_edges
from comarca.roads.lengths import length_by_territory

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.destinations import Destinations
    from comarca.access.routable import RoutableNetwork
    from comarca.roads.core_graph import CoreGraph

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]
    Bits = NDArray[np.uint8]

logger = logging.getLogger(__name__)


class _Tree(NamedTuple):
    """The quickest ways to one city from the others.

    ``node`` are nodes of the core, ``onwards`` the row among them that each leads to (its own at the city), ``start``
    the rows where the ways from `city` begin, which take `minutes`.
    """

    node: Integers
    onwards: Integers
    start: Integers
    city: Integers
    minutes: Floats


def corridor_table(
    routable: RoutableNetwork,
    cities: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame,
    *,
    min_persons: float,
    half_life_min: float = 60.0,
    cutoff_half_lives: float = 7.0,
) -> pd.DataFrame:
    """Add up, for each territory, the interaction of the pairs of cities whose quickest way meets it.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the cities on them, identified by ``city_id``.
    cities : geopandas.GeoDataFrame
        Schema ``cities``; those abroad too.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    min_persons : float
        Cities with fewer inhabitants do not count.
    half_life_min : float, optional
        Travel time at which the interaction of two cities is half of what it would be if they were one.
    cutoff_half_lives : float, optional
        Pairs farther apart than this many half-lives are left out.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``territory_id``, in persons squared: ``meeting_flow`` (of pairs whose way meets the territory or
        that have a city in it), ``passing_flow`` (the part of it of pairs without a city in it) and ``all_flow`` (of
        all pairs, the same in each row).

    Notes
    -----
    ``sum over pairs of P_a P_b 2^(-t_ab / half_life)``, each pair once per territory however often its way enters it:
    betweenness (Freeman 1977, doi:10.2307/3033543) of territories, weighted by interaction. Where the ways there and
    back differ, each counts half. Pairs of two cities outside all territories are left out, as their ways outside are
    not known. One search per city over the core of the network; the ways are followed along its tree as in Brandes
    (2001, doi:10.1080/0022250X.2001.9990249), here with the set of territories met instead of a sum. Of equally quick
    ways one counts.
    """
    routable = with_cut_off(routable)
    placed = routable.destinations
    places = territories.sort_values("territory_id", ignore_index=True)
    rows = placed.rows_in(cities["city_id"])
    population = cities["population_persons"].to_numpy(dtype=float)[rows]
    persons = np.where((population >= min_persons) & placed.is_on_network, population, 0.0)
    home = territory_of(cities.geometry.to_numpy()[rows], places)
    core = _core_of(routable, persons > 0)
    trees = [
        _tree_to(int(city), core, placed, persons > 0, home, limit_min=cutoff_half_lives * half_life_min)
        for city in np.flatnonzero(persons > 0)
    ]
    met = _territories_met(trees, core, placed, places)
    meeting, passing, whole = np.zeros(len(places)), np.zeros(len(places)), 0.0
    for city, tree, bits in zip(np.flatnonzero(persons > 0), trees, met, strict=True):
        flow = 0.5 * persons[city] * persons[tree.city] * np.exp2(-tree.minutes / half_life_min)
        meets = np.unpackbits(_along(tree, bits)[tree.start], axis=1, count=len(places)).astype(bool)
        has_end = np.zeros_like(meets)
        for end in (home[tree.city], np.full(len(tree.city), home[city])):
            has_end[np.flatnonzero(end >= 0), end[end >= 0]] = True
        meeting += flow @ (meets | has_end)
        passing += flow @ (meets & ~has_end)
        whole += float(flow.sum())
    logger.info("%d cities, %d pairs of them", (persons > 0).sum(), sum(len(tree.city) for tree in trees) // 2)
    return pd.DataFrame(
        {"meeting_flow": meeting, "passing_flow": passing, "all_flow": whole},
        index=pd.Index(places["territory_id"], name="territory_id"),
    )


def _core_of(routable: RoutableNetwork, counts: Booleans) -> CoreGraph:
    placed = routable.destinations
    keep = np.zeros(len(placed.network.node_lon), dtype=bool)
    keep[placed.node[counts[placed.destination]]] = True
    return core_graph(routable.graph.minutes, keep)


def _tree_to(
    city: int, core: CoreGraph, placed: Destinations, counts: Booleans, home: Integers, *, limit_min: float
) -> _Tree:
    """Search from a city, and keep the part of the tree that ways from other cities use."""
    sources = core.number[placed.node[placed.destination == city]]
    minutes, previous, _ = dijkstra(
        core.minutes, indices=sources, min_only=True, return_predecessors=True, limit=limit_min
    )
    is_pair = counts & (np.arange(len(counts)) != city) & ((home >= 0) | (home[city] >= 0))
    chosen = is_pair[placed.destination]
    node, destination = core.number[placed.node[chosen]], placed.destination[chosen]
    order = np.lexsort((node, minutes[node], destination))
    order = order[np.isfinite(minutes[node[order]])]
    other, first = np.unique(destination[order], return_index=True)
    start = node[order[first]]
    used, onwards = np.zeros(len(previous), dtype=bool), start
    while len(onwards):
        used[onwards] = True
        further = np.unique(previous[onwards])
        further = further[further >= 0]
        onwards = further[~used[further]]
    nodes = np.flatnonzero(used)
    leads_to = np.where(previous[nodes] >= 0, previous[nodes], nodes)
    return _Tree(nodes, np.searchsorted(nodes, leads_to), np.searchsorted(nodes, start), other, minutes[start])


def _territories_met(
    trees: list[_Tree], core: CoreGraph, placed: Destinations, places: gpd.GeoDataFrame
) -> Iterator[Bits]:
    """Find the territories that the way from each node of each tree to the next one meets, packed into bits."""
    count = core.minutes.shape[0]
    keys = [tree.node[tree.onwards] * count + tree.node for tree in trees]
    every = np.unique(np.concatenate([*keys, np.zeros(0, dtype=np.int64)]))
    # A node that is its own successor is the city itself: no way, and no entry of the core.
    every = every[every // count != every % count]
    meets = np.zeros((len(every) + 1, len(places)), dtype=bool)
    entry, territory = _meetings(every // count, every % count, core, placed, places)
    meets[entry, territory] = True
    bits = np.packbits(meets, axis=1)
    is_way = [tree.onwards != np.arange(len(tree.node)) for tree in trees]
    # One tree after the other: together they would need the product of cities, nodes and territories.
    return (bits[np.where(way, np.searchsorted(every, key), len(every))] for key, way in zip(keys, is_way, strict=True))


def _meetings(
    row: Integers, column: Integers, core: CoreGraph, placed: Destinations, places: gpd.GeoDataFrame
) -> tuple[Integers, Integers]:
    """Pairs of an entry of the core and a territory that the roads under it share a length with."""
    network, steps = placed.network, core.expand(row, column)
    edges, which = np.unique(quickest_edges(network, steps.column, steps.row), return_inverse=True)
    # What lies beyond the edge of the road data is estimated, and has no course.
    has_course = ~np.isin(network.edge_from, placed.cut_off_node) & ~np.isin(network.edge_to, placed.cut_off_node)
    drawn = np.flatnonzero(has_course[edges])
    vertex, part = _vertices(network.edge_start, edges[drawn])
    lines = shapely.linestrings(np.column_stack([network.vertex_lon[vertex], network.vertex_lat[vertex]]), indices=part)
    inside = length_by_territory(np.asarray(lines, dtype=object), places.geometry.to_numpy())
    territories_of = pd.DataFrame({"edge": drawn[inside["line"]], "territory": inside["territory"]})
    pairs = pd.DataFrame({"entry": steps.entry, "edge": which}).merge(territories_of, on="edge")
    return pairs["entry"].to_numpy(), pairs["territory"].to_numpy()


def _vertices(edge_start: Integers, edges: Integers) -> tuple[Integers, Integers]:
    """Vertices of some edges, one edge after the other, and the position of the edge that each belongs to."""
    count = edge_start[edges + 1] - edge_start[edges]
    part = np.repeat(np.arange(len(edges)), count)
    within = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    return edge_start[edges][part] + within, part


def _along(tree: _Tree, bits: Bits) -> Bits:
    """Unite the territories met on the whole way from each node to the city, by pointer doubling."""
    met, onwards = bits.copy(), tree.onwards
    while True:
        met |= met[onwards]
        further = onwards[onwards]
        if np.array_equal(further, onwards):
            return met
        onwards = further
