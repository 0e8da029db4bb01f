"""Search for the cheapest way from a point onto one of many segments.

The search goes down a tree of boxes for many points at once, keeping the branches that can still beat a point's best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.crs import EARTH_RADIUS_M, arc_m
from comarca.roads.segments import ANY, FANOUT, NEVER, Cheapest, Tolls, grouped, toll_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.segments import Components, SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_MAX_PAIRS: Final = 4_000_000
_CHUNK: Final = 16_384
_BEAM: Final = 6


def cheapest_segment(
    index: SegmentIndex,
    points_m: Floats,
    *,
    tolls: Tolls,
    cost_per_m: float,
    bound: Floats | None = None,
    reach_m: Floats | None = None,
    components: Components | None = None,
) -> Cheapest:
    """Find, for each point, the segment over which the way is cheapest.

    Parameters
    ----------
    index : SegmentIndex
        The segments.
    points_m : numpy.ndarray, shape (n, 3)
        Earth-centred coordinates of the points.
    tolls : Tolls
        Costs onwards from the vertices.
    cost_per_m : float
        Cost of the straight way from the point to the nearest point of the segment.
    bound : numpy.ndarray, shape (n,), optional
        Only segments that cost at most this much are of interest.
    reach_m : numpy.ndarray, shape (n,), optional
        Only segments at most this far are of interest.
    components : Components, optional
        Which segments each point may use; all of them if not given.

    Returns
    -------
    Cheapest
        The exact optimum over all segments, each entered at its point nearest to the given point.
    """
    count = len(points_m)
    found = Cheapest(np.full(count, np.inf), np.full(count, -1), np.zeros(count), np.full(count, np.inf))
    if len(index.first) == 0 or count == 0:
        return found
    lost: list[Integers] = []
    query = _Query(
        index=index,
        points_m=points_m,
        tolls=tolls,
        cost_per_m=cost_per_m,
        least=_least_tolls(index, tolls),
        limit=np.full(count, NEVER / 2) if bound is None else np.minimum(bound, NEVER / 2),
        reach_m=np.full(count, np.inf) if reach_m is None else reach_m,
        components=components,
    )
    for start in range(0, count, _CHUNK):
        chunk = np.arange(start, min(start + _CHUNK, count))
        query.limit[chunk] = np.minimum(query.limit[chunk], _beam(query, chunk))
        is_lost = _is_lost(query, chunk)
        _descend(query, chunk[~is_lost], found)
        lost.append(chunk[is_lost])
    if components is not None:
        _search_by_component(query, np.concatenate(lost), found)
    return found


@dataclass(frozen=True)
class _Query:
    """What a search goes by; `limit` is what a point's way may cost at most."""

    index: SegmentIndex
    points_m: Floats
    tolls: Tolls
    cost_per_m: float
    least: list[Floats]
    limit: Floats
    reach_m: Floats
    components: Components | None


def _least_tolls(index: SegmentIndex, tolls: Tolls) -> list[Floats]:
    """Give the least toll inside each box, level by level."""
    at_vertex = np.minimum(tolls.ahead, tolls.back)
    least = np.minimum(at_vertex[index.first], at_vertex[index.first + 1])
    levels = []
    for _ in index.low:
        least = grouped(np.minimum, least)
        levels.append(least)
    return levels


def _box_cost(query: _Query, level: int, box: Integers, point: Integers) -> tuple[Floats, Floats]:
    """Bound from below what a way over a box costs, and how far it is."""
    points_m = query.points_m[point]
    gap = np.maximum(query.index.low[level][box] - points_m, points_m - query.index.high[level][box])
    np.maximum(gap, 0, out=gap)
    distance_m = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    return distance_m * query.cost_per_m + query.least[level][box], distance_m


def _segment_cost(query: _Query, segment: Integers, point: Integers) -> Cheapest:
    """Cost of the way over given segments, one per point."""
    vertex = query.index.first[segment]
    start = query.index.vertex_m[vertex]
    along = query.index.vertex_m[vertex + 1] - start
    toward = query.points_m[point] - start
    square = np.einsum("ij,ij->i", along, along)
    fraction = np.einsum("ij,ij->i", toward, along) / np.where(square > 0, square, 1)
    np.clip(fraction, 0, 1, out=fraction)
    toward -= fraction[:, None] * along
    # The Earth's surface rises above the chord of a long segment.
    rise_m = fraction * (1 - fraction) * square / (2 * EARTH_RADIUS_M)
    toward -= (rise_m / EARTH_RADIUS_M)[:, None] * query.points_m[point]
    distance_m = arc_m(np.sqrt(np.einsum("ij,ij->i", toward, toward)))
    toll = toll_at(query.tolls, vertex, fraction).min(axis=0)
    is_open = distance_m <= query.reach_m[point]
    if query.components is not None:
        component, own = query.components.of_vertex[vertex], query.components.of_point[point]
        is_open &= (component == own) | (component < 0) | (own == ANY)
    cost = np.where(is_open, distance_m * query.cost_per_m + toll, np.inf)
    return Cheapest(cost, vertex, fraction, distance_m)


def _children(box: Integers, size: int) -> tuple[Integers, Integers]:
    """Give the children of boxes, with the position of the parent of each."""
    child = (box[:, None] * FANOUT + np.arange(FANOUT)).ravel()
    exists = child < size
    return child[exists], np.repeat(np.arange(len(box)), FANOUT)[exists]


def _beam(query: _Query, chunk: Integers) -> Floats:
    """Cost over the best segment found by following the few most promising boxes of each level."""
    boxes = np.zeros((len(chunk), 1), dtype=np.int64)
    for level in reversed(range(len(query.least))):
        child, exists = _padded_children(boxes, len(query.least[level]))
        cost, _ = _box_cost(query, level, child.ravel(), np.repeat(chunk, child.shape[1]))
        cost = np.where(exists, cost.reshape(child.shape), np.inf)
        width = min(_BEAM, cost.shape[1])
        boxes = np.take_along_axis(child, np.argpartition(cost, width - 1, axis=1)[:, :width], axis=1)
    segment, exists = _padded_children(boxes, len(query.index.first))
    cost = _segment_cost(query, segment.ravel(), np.repeat(chunk, segment.shape[1])).cost
    # A hair above, so that the optimum itself stays below the bound.
    return np.asarray(cost.reshape(segment.shape).min(axis=1) * (1 + 1e-12) + 1e-9)


def _padded_children(boxes: Integers, size: int) -> tuple[Integers, NDArray[np.bool_]]:
    """Give the children of each row of boxes; those that do not exist are replaced by the last one."""
    child = (boxes[:, :, None] * FANOUT + np.arange(FANOUT)).reshape(len(boxes), -1)
    return np.minimum(child, size - 1), child < size


def _is_lost(query: _Query, chunk: Integers) -> NDArray[np.bool_]:
    """Tell for which points nothing is known yet that could bound the search."""
    if query.components is None:
        return np.zeros(len(chunk), dtype=bool)
    has_bound = (query.limit[chunk] < NEVER / 2) | np.isfinite(query.reach_m[chunk])
    return np.asarray(~has_bound & (query.components.of_point[chunk] != ANY))


def _search_by_component(query: _Query, point: Integers, found: Cheapest) -> None:
    """Search for the few points around which no segment of their own component leads anywhere."""
    own = query.components.of_point[point] if query.components else point
    for component in np.unique(own):
        here = point[own == component]
        is_open = query.components.of_vertex == component if query.components else True
        tolls = Tolls(*(np.where(is_open, toll, NEVER) for toll in query.tolls))
        part = cheapest_segment(query.index, query.points_m[here], tolls=tolls, cost_per_m=query.cost_per_m)
        for whole, values in zip(found, part, strict=True):
            whole[here] = values


def _first_least(cost: Floats, group: Integers) -> Integers:
    """Position of the first least cost of each group; groups are runs."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    least = np.minimum.reduceat(cost, starts)
    runs = np.diff(np.append(starts, len(group)))
    is_least = np.flatnonzero(cost == np.repeat(least, runs))
    return is_least[np.searchsorted(is_least, starts)]


def _descend(query: _Query, chunk: Integers, found: Cheapest) -> None:
    """Search the tree for a chunk of points and enter what is found."""
    box, point = np.zeros(len(chunk), dtype=np.int64), chunk
    for level in reversed(range(len(query.least))):
        child, parent = _children(box, len(query.least[level]))
        point = point[parent]
        cost, distance_m = _box_cost(query, level, child, point)
        keep = (cost <= query.limit[point]) & (distance_m <= query.reach_m[point])
        box, point = child[keep], point[keep]
        if len(box) * FANOUT > _MAX_PAIRS and len(chunk) > 1:
            for half in np.array_split(chunk, 2):
                _descend(query, half, found)
            return
    segment, parent = _children(box, len(query.index.first))
    point = point[parent]
    if len(point) == 0:
        return
    result = _segment_cost(query, segment, point)
    best = _first_least(result.cost, point)
    best = best[result.cost[best] <= query.limit[point[best]]]
    for target, source in zip(found, result, strict=True):
        target[point[best]] = source[best]
