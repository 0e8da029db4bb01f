"""Market potential: the people of all cities, each counted the less the longer the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comarca.access.model import WALKING
from comarca.access.routable import nearest_roads
from comarca.roads.bounded import BoundedSearch
from comarca.roads.core_graph import core_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from comarca.access.model import Origins, Route, Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class _Roads(NamedTuple):
    """The road that each point takes: segment (-1 for none), position on it, and the straight walk to it."""

    vertex: Integers
    fraction: Floats
    walk_m: Floats


class _Entries(NamedTuple):
    """Where points take to the road: their numbers, the nodes at both ends of it, and the minutes to these."""

    point: Integers
    ahead: Integers
    back: Integers
    ahead_min: Floats
    back_min: Floats


class _Groups(NamedTuple):
    """Rows by their group: all rows, group after group, and where each group starts."""

    order: Integers
    start: Integers

    @classmethod
    def of(cls, group: Integers, count: int) -> _Groups:
        """Gather the rows of each of a number of groups; those of negative number are in none."""
        order = np.argsort(group, kind="stable")
        return cls(order, np.searchsorted(group[order], np.arange(count + 1)))

    def rows(self, groups: Integers) -> Integers:
        """Give the rows of some groups."""
        start = self.start[groups]
        count = self.start[groups + 1] - start
        before = np.cumsum(count) - count
        return np.asarray(self.order[np.repeat(start - before, count) + np.arange(count.sum())])


def market_potential(
    routable: RoutableNetwork,
    origins: Origins,
    nearest: Route,
    population_persons: Floats,
    *,
    half_life_min: float = 60.0,
    cutoff_half_lives: float = 7.0,
    walking: Walking = WALKING,
) -> Floats:
    """Sum the people of all cities, discounted by travel time.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with the cities on it.
    origins : Origins
        The points.
    nearest : Route
        The quickest route from each point to any of the cities: it tells where they take to the road.
    population_persons : numpy.ndarray, shape (p,)
        Inhabitants of the cities; NaN counts as none.
    half_life_min : float, optional
        Travel time at which a city counts half.
    cutoff_half_lives : float, optional
        Cities farther than this many half-lives are left out.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Persons; 0 where no city can be reached.

    Notes
    -----
    ``sum over cities j of P_j exp(-ln 2 t_j / half_life)`` (Hansen 1959, doi:10.1080/01944365908978307). One bounded
    search per city, over the core of the network. What is left out is less than ``2**-cutoff_half_lives`` (0.8 % by
    default) of the people of the cities left out. Each point takes to the road where its quickest way to any city
    does, in either direction; those who are in a city, or walk to one, take to the road nearest to them for the others.
    So the sum errs on the low side where another road would be better for another city.
    """
    persons = np.nan_to_num(population_persons)
    limit_min = cutoff_half_lives * half_life_min
    potential = np.zeros(len(nearest.minutes))
    times = city_minutes(routable, origins, nearest, persons > 0, limit_min=limit_min, walking=walking)
    for city, near, minutes in times:
        potential[near] += persons[city] * np.exp2(-minutes / half_life_min)
    return potential


def city_minutes(
    routable: RoutableNetwork,
    origins: Origins,
    nearest: Route,
    counts: NDArray[np.bool_],
    *,
    limit_min: float,
    walking: Walking = WALKING,
) -> Iterator[tuple[int, Integers, Floats]]:
    """Give the travel times to one city after the other, from the points within a limit of it.

    Parameters
    ----------
    routable, origins, nearest, walking
        See `market_potential`.
    counts : numpy.ndarray of bool, shape (p,)
        Cities that are asked for.
    limit_min : float
        Longest time.

    Yields
    ------
    city : int
        Row of the city.
    point : numpy.ndarray, shape (k,)
        Points that reach it within the limit, each once. No others are touched, so that the work for a city does not
        grow with the number of all points.
    minutes : numpy.ndarray, shape (k,)
        Time from each.
    """
    walking = walking.off(routable.destinations.network)
    entry = _entries(routable.destinations.network, _by_road(routable, origins, nearest, walking), walking)
    node, destination = routable.destinations.node, routable.destinations.destination
    keep = np.zeros(len(routable.destinations.network.node_lon), dtype=bool)
    keep[entry.ahead], keep[entry.back], keep[node] = True, True, True
    core = core_graph(routable.graph.minutes, keep)
    ahead, back = core.number[entry.ahead], core.number[entry.back]
    size = core.minutes.shape[0]
    starts_ahead, starts_back = _Groups.of(ahead, size), _Groups.of(back, size)
    nodes_of, first_of = _Groups.of(destination, len(counts)), _Groups.of(nearest.destination, len(counts))
    minutes, search = np.full(len(nearest.minutes), np.inf), BoundedSearch(core.minutes)
    for city in map(int, np.flatnonzero(counts)):
        point = first_of.rows(np.array([city]))
        minutes[point] = nearest.minutes[point]
        if len(nodes := core.number[node[nodes_of.rows(np.array([city]))]]):
            reached, node_min = search.within(nodes, limit_min), search.minutes
            row, other = starts_ahead.rows(reached), starts_back.rows(reached)
            row = np.concatenate([row, other[np.isinf(node_min[ahead[other]])]])
            by_road = np.minimum(entry.ahead_min[row] + node_min[ahead[row]], entry.back_min[row] + node_min[back[row]])
            starts = entry.point[row]
            point = np.concatenate([point, starts[np.isinf(minutes[starts])]])
            minutes[starts] = np.minimum(minutes[starts], by_road)
        near = point[minutes[point] <= limit_min]
        found = minutes[near]
        minutes[point] = np.inf
        yield city, near, found


def _by_road(routable: RoutableNetwork, origins: Origins, nearest: Route, walking: Walking) -> _Roads:
    """Take the road of the quickest route; where that has none, the road nearest to the point on its landmass."""
    roads = _Roads(nearest.vertex.copy(), nearest.fraction.copy(), nearest.walk_m.copy())
    is_near = origins.distance_m <= walking.max_straight_m
    walkers = np.flatnonzero((nearest.vertex < 0) & nearest.is_reached & is_near)
    land = origins.land[walkers] if len(origins.land) else origins.land
    road = nearest_roads(routable, origins.point_m[walkers], land)
    for values, reached in zip(roads, (road.vertex, road.fraction, road.distance_m), strict=True):
        values[walkers] = reached
    return roads


def _entries(network: RoadNetwork, roads: _Roads, walking: Walking) -> _Entries:
    """Walk to the road, and along it to both its ends."""
    point = np.flatnonzero(roads.vertex >= 0)
    vertex, fraction = roads.vertex[point], roads.fraction[point]
    edge = network.vertex_edge[vertex]
    whole_km = np.where(network.edge_km[edge] > 0, network.edge_km[edge], 1)
    along_km = network.vertex_km[vertex] + fraction * (network.vertex_km[vertex + 1] - network.vertex_km[vertex])
    share = along_km / whole_km
    walk_min = roads.walk_m[point] * walking.min_per_m
    return _Entries(
        point=point,
        ahead=network.edge_to[edge],
        back=network.edge_from[edge],
        ahead_min=np.where(network.edge_forward[edge], walk_min + (1 - share) * network.edge_min[edge], np.inf),
        back_min=np.where(network.edge_backward[edge], walk_min + share * network.edge_min[edge], np.inf),
    )
