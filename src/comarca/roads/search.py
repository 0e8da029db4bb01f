"""Search for the cheapest way from a point onto one of many segments.

The search goes down a tree of boxes, one point at a time, cheapest box first, and leaves out the boxes that cannot beat
the best segment met so far. Each point starts with the segment of the point before it, as neighbours follow each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from comarca.crs import EARTH_RADIUS_M
from comarca.roads.compiled import compiled, inlined
from comarca.roads.segments import FANOUT, NEVER, OPEN, Cheapest, Tolls, least_tolls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.segments import Numbers, SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Singles = NDArray[np.float32]

#: Component of a point that may use every segment.
ANY: Final = -1
#: Deepest tree: 8**20 segments.
_MAX_LEVELS: Final = 20


def cheapest_segment(
    index: SegmentIndex,
    points_m: Floats,
    *,
    cost_per_m: float = 1.0,
    tolls: Tolls | None = None,
    least: Singles | None = None,
    bound: Floats | None = None,
    reach_m: Floats | None = None,
    component: Integers | None = None,
) -> Cheapest:
    """Find, for each point, the segment over which the way is cheapest.

    Parameters
    ----------
    index : SegmentIndex
        The segments.
    points_m : numpy.ndarray, shape (n, 3)
        Earth-centred coordinates of the points; fastest where neighbours follow each other.
    cost_per_m : float, optional
        Cost of the straight way from the point to the nearest point of the segment.
    tolls : Tolls, optional
        Costs onwards from the vertices; none if not given.
    least : numpy.ndarray of float32, shape (nodes, 8), optional
        What `comarca.roads.segments.least_tolls` gives for these tolls, where many sets of points share it.
    bound : numpy.ndarray, shape (n,), optional
        Only segments that cost at most this much are of interest.
    reach_m : numpy.ndarray, shape (n,), optional
        Only segments at most this far are of interest.
    component : numpy.ndarray, shape (n,), optional
        The component whose segments each point may use, beside those that are open to all; `ANY` may use every one.

    Returns
    -------
    Cheapest
        The exact optimum over all segments, each entered at its point nearest to the given point. Of equally cheap
        segments the first in the index.
    """
    count = len(points_m)
    cheapest = Cheapest(np.full(count, np.inf), np.full(count, -1), np.zeros(count), np.full(count, np.inf))
    if tolls is None:
        free = np.zeros(len(index.vertex_m))
        tolls = Tolls(free, free)
    limit = np.full(count, NEVER / 2) if bound is None else np.minimum(bound, NEVER / 2)
    _search(
        index,
        tolls,
        least_tolls(index, tolls) if least is None else least,
        np.ascontiguousarray(points_m, dtype=float),
        np.ascontiguousarray(np.full(count, ANY) if component is None else component, dtype=np.int64),
        limit,
        np.ascontiguousarray(np.full(count, np.inf) if reach_m is None else reach_m, dtype=float),
        float(cost_per_m),
        cheapest,
    )
    return cheapest


class Near(NamedTuple):
    """Segments near points, a row per point and segment.

    Attributes
    ----------
    point : numpy.ndarray, shape (k,)
        Number of the point.
    distance_m : numpy.ndarray, shape (k,)
        From the point to the segment.
    vertex : numpy.ndarray, shape (k,)
        First vertex of the segment.
    fraction : numpy.ndarray, shape (k,)
        Where on the segment its nearest point lies, from 0 to 1.
    """

    point: Integers
    distance_m: Floats
    vertex: Numbers
    fraction: Floats


def segments_within(index: SegmentIndex, points_m: Floats, *, reach_m: float) -> Near:
    """Find all segments within reach of points; for few points, or a short reach.

    Parameters
    ----------
    index : SegmentIndex
        The segments.
    points_m : numpy.ndarray, shape (n, 3)
        Earth-centred coordinates of the points.
    reach_m : float
        Only segments at most this far are of interest.

    Returns
    -------
    Near
        The segments, by point and their place in the index.
    """
    point, node = np.arange(len(points_m)), np.full(len(points_m), len(index.child) - 1)
    found_point, found = [point[:0]], [point[:0]]
    while len(node):
        box_m, place_m = index.box_m[node], points_m[point][:, :, None]
        gap_m = np.maximum(np.maximum(box_m[:, :3] - place_m, place_m - box_m[:, 3:]), 0.0)
        row, lane = np.nonzero((gap_m**2).sum(axis=1) <= reach_m**2)
        point, child, is_segment = point[row], index.child[node[row]] + lane, node[row] < index.leaf_count
        found_point.append(point[is_segment])
        found.append(child[is_segment])
        point, node = point[~is_segment], child[~is_segment]
    point, segment = np.concatenate(found_point), np.concatenate(found)
    order = np.lexsort((segment, point))
    point, vertex = point[order], index.first[segment[order]]
    distance_m, fraction = _approaches(index, vertex, points_m[point])
    is_near = distance_m <= reach_m
    return Near(point[is_near], distance_m[is_near], vertex[is_near], fraction[is_near])


class _Query(NamedTuple):
    """A point, the component it may use, and what ways from it cost."""

    x: float
    y: float
    z: float
    component: int
    reach_m: float
    cost_per_m: float


class _Scratch(NamedTuple):
    """Nodes still to be visited, the least that ways over them cost, and the same of the boxes of one node."""

    stack: Integers
    stack_bound: Singles
    bound: Singles


@inlined
def _approach(index: SegmentIndex, tolls: Tolls, vertex: int, query: _Query) -> tuple[float, float, float]:
    """Give the straight distance through the Earth to a segment, the nearest position on it, and the toll there."""
    start_x, start_y, start_z = index.vertex_m[vertex, 0], index.vertex_m[vertex, 1], index.vertex_m[vertex, 2]
    along_x = index.vertex_m[vertex + 1, 0] - start_x
    along_y = index.vertex_m[vertex + 1, 1] - start_y
    along_z = index.vertex_m[vertex + 1, 2] - start_z
    toward_x, toward_y, toward_z = query.x - start_x, query.y - start_y, query.z - start_z
    square = along_x * along_x + along_z * along_z + along_y * along_y
    fraction = 0.0
    if square > 0:
        fraction = (toward_x * along_x + toward_z * along_z + toward_y * along_y) / square
        fraction = min(max(fraction, 0.0), 1.0)
    # The Earth's surface rises above the chord of a long segment.
    rise = fraction * (1 - fraction) * square / (2 * EARTH_RADIUS_M) / EARTH_RADIUS_M
    toward_x = toward_x - fraction * along_x - rise * query.x
    toward_y = toward_y - fraction * along_y - rise * query.y
    toward_z = toward_z - fraction * along_z - rise * query.z
    chord_m = np.sqrt(toward_x * toward_x + toward_z * toward_z + toward_y * toward_y)
    ahead = tolls.ahead[vertex] + fraction * (tolls.ahead[vertex + 1] - tolls.ahead[vertex])
    back = tolls.back[vertex] + fraction * (tolls.back[vertex + 1] - tolls.back[vertex])
    return chord_m, fraction, min(ahead, back)


@inlined
def _arc_m(chord_m: float) -> float:
    """Length over the Earth's surface, as `comarca.crs.arc_m`."""
    return float(2 * EARTH_RADIUS_M * np.arcsin(min(chord_m / (2 * EARTH_RADIUS_M), 1.0)))


@compiled
def _approaches(index: SegmentIndex, vertex: Numbers, points_m: Floats) -> tuple[Floats, Floats]:
    """Give the distance to one segment per point, and the nearest position on it."""
    none = np.zeros(len(index.vertex_m))
    free = Tolls(none, none)
    distance_m, fraction = np.empty(len(vertex)), np.empty(len(vertex))
    for row in range(len(vertex)):
        query = _Query(points_m[row, 0], points_m[row, 1], points_m[row, 2], ANY, np.inf, 1.0)
        chord_m, fraction[row], _ = _approach(index, free, vertex[row], query)
        distance_m[row] = _arc_m(chord_m)
    return distance_m, fraction


@inlined
def _rounded_up(cost: float) -> np.float32:
    """Give a cost in single precision, a hair above, so that rounding leaves no box out that holds the best."""
    return np.float32(cost * (1 + 1e-6) + 1e-4)


@inlined
def _better(
    index: SegmentIndex, tolls: Tolls, segment: int, query: _Query, best: float, best_segment: int
) -> tuple[float, int]:
    """Take a segment if it is open to the point, within reach and cheaper; of equally cheap ones the first."""
    member = index.component[segment]
    if query.component != ANY and member not in (query.component, OPEN):
        return best, best_segment
    chord_m, _, toll = _approach(index, tolls, index.first[segment], query)
    if chord_m > query.reach_m or chord_m * query.cost_per_m + toll > best:
        return best, best_segment
    distance_m = _arc_m(chord_m)
    cost = distance_m * query.cost_per_m + toll
    is_better = cost < best or (cost == best and (best_segment < 0 or segment < best_segment))
    if is_better and distance_m <= query.reach_m:
        return cost, segment
    return best, best_segment


@inlined
def _bound_boxes(box_m: Singles, least: Singles, node: int, query: _Query, bound: Singles) -> None:
    """Bound from below what ways over the boxes of a node cost, all eight at once."""
    x, y, z = np.float32(query.x), np.float32(query.y), np.float32(query.z)
    per_m, none = np.float32(query.cost_per_m), np.float32(0)
    for lane in range(FANOUT):
        gap_x = max(max(box_m[node, 0, lane] - x, x - box_m[node, 3, lane]), none)
        gap_y = max(max(box_m[node, 1, lane] - y, y - box_m[node, 4, lane]), none)
        gap_z = max(max(box_m[node, 2, lane] - z, z - box_m[node, 5, lane]), none)
        bound[lane] = np.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z) * per_m + least[node, lane]


@inlined
def _push_children(
    index: SegmentIndex, least: Singles, node: int, query: _Query, limit: np.float32, top: int, scratch: _Scratch
) -> int:
    """Put the children of a node that can beat the best on the stack, the cheapest on top; give the new height."""
    base, reach = top, query.reach_m * query.cost_per_m
    for lane in range(FANOUT):
        bound = scratch.bound[lane]
        # Where a node has fewer than eight children, the bounds of the others are infinite, or no numbers.
        if not bound <= limit or bound == np.inf or bound - least[node, lane] > reach + _rounded_up(bound) - bound:
            continue
        inner = node - index.leaf_count
        low, high = index.box_component[inner, 0, lane], index.box_component[inner, 1, lane]
        if query.component != ANY and low != OPEN and not low <= query.component <= high:
            continue
        place = top
        while place > base and scratch.stack_bound[place - 1] < bound:
            scratch.stack_bound[place] = scratch.stack_bound[place - 1]
            scratch.stack[place] = scratch.stack[place - 1]
            place -= 1
        scratch.stack_bound[place], scratch.stack[place] = bound, index.child[node] + lane
        top += 1
    return top


@inlined
def _best_of_point(
    index: SegmentIndex, tolls: Tolls, least: Singles, query: _Query, best: float, best_segment: int, scratch: _Scratch
) -> tuple[float, int]:
    """Go down the tree from the root, cheapest box first."""
    scratch.stack[0], scratch.stack_bound[0], top = len(index.child) - 1, 0, 1
    while top > 0:
        top -= 1
        limit = _rounded_up(best)
        if scratch.stack_bound[top] > limit:
            continue
        node = scratch.stack[top]
        _bound_boxes(index.box_m, least, node, query, scratch.bound)
        if node >= index.leaf_count:
            top = _push_children(index, least, node, query, limit, top, scratch)
            continue
        for lane in range(min(FANOUT, len(index.first) - index.child[node])):
            if scratch.bound[lane] <= _rounded_up(best):
                best, best_segment = _better(index, tolls, index.child[node] + lane, query, best, best_segment)
    return best, best_segment


@compiled
def _search(
    index: SegmentIndex,
    tolls: Tolls,
    least: Singles,
    points_m: Floats,
    component: Integers,
    limit: Floats,
    reach_m: Floats,
    cost_per_m: float,
    cheapest: Cheapest,
) -> None:
    """Search the tree for each point and enter what is cheapest; see `cheapest_segment`."""
    scratch = _Scratch(
        np.empty(FANOUT * _MAX_LEVELS, dtype=np.int64),
        np.empty(FANOUT * _MAX_LEVELS, dtype=np.float32),
        np.empty(FANOUT, dtype=np.float32),
    )
    before = -1
    for row in range(len(points_m)):
        x, y, z = points_m[row, 0], points_m[row, 1], points_m[row, 2]
        if not np.isfinite(x + y + z):
            continue
        query = _Query(x, y, z, component[row], reach_m[row], cost_per_m)
        best, segment = limit[row], -1
        if before >= 0:
            best, segment = _better(index, tolls, before, query, best, segment)
        best, segment = _best_of_point(index, tolls, least, query, best, segment, scratch)
        if segment >= 0:
            vertex = index.first[segment]
            chord_m, fraction, _ = _approach(index, tolls, vertex, query)
            cheapest.cost[row], cheapest.vertex[row] = best, vertex
            cheapest.fraction[row], cheapest.distance_m[row] = fraction, _arc_m(chord_m)
            before = segment
