"""Spatial index of line segments, and the costs of going on from them.

The index is a packed tree of boxes in earth-centred coordinates (metres): no projection, no seam at the antimeridian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from comarca.crs import EARTH_RADIUS_M, geocentric_m
from comarca.roads.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Toll of a segment that cannot be used. Finite, so that tolls can be interpolated.
NEVER: Final = 1e12
#: Children of a node.
FANOUT: Final = 8
#: Component of a segment that is open to all points.
OPEN: Final = -1
_CURVE_BITS: Final = 20
#: What boxes are wider than their segments: single precision is good to 0.5 m at the Earth's surface.
_MARGIN_M: Final = 1.0


class SegmentIndex(NamedTuple):
    """Tree of boxes over segments: each node holds the boxes of up to eight nodes, or of up to eight segments.

    Attributes
    ----------
    vertex_m : numpy.ndarray, shape (v, 3)
        Earth-centred coordinates of all vertices.
    first : numpy.ndarray, shape (s,)
        First vertex of each segment, along a space-filling curve; the second vertex is the next one.
    component : numpy.ndarray of int32, shape (s,)
        Number of the component that each segment belongs to, or `OPEN`.
    child : numpy.ndarray, shape (nodes,)
        First child of each node: a segment for the first `leaf_count` nodes, a node for the others. The root is the
        last node.
    leaf_count : int
        Number of nodes that hold segments.
    box_m : numpy.ndarray of float32, shape (nodes, 6, 8)
        Lower and upper corners of the children, a metre wider than they are, as numbers are rounded.
    box_component : numpy.ndarray of int32, shape (nodes, 2, 8)
        Least and greatest component inside.
    """

    vertex_m: Floats
    first: Integers
    component: NDArray[np.int32]
    child: Integers
    leaf_count: int
    box_m: NDArray[np.float32]
    box_component: NDArray[np.int32]


class Cheapest(NamedTuple):
    """The cheapest segment for each point.

    Attributes
    ----------
    cost : numpy.ndarray, shape (n,)
        Cost of the way over it; infinite where no segment is cheaper than the bound.
    vertex : numpy.ndarray, shape (n,)
        First vertex of the segment, -1 where there is none.
    fraction : numpy.ndarray, shape (n,)
        Where on the segment its nearest point lies, from 0 to 1.
    distance_m : numpy.ndarray, shape (n,)
        From the point to it; infinite where there is none.
    """

    cost: Floats
    vertex: Integers
    fraction: Floats
    distance_m: Floats


class Tolls(NamedTuple):
    """Costs from the vertices of segments onwards, linear along a segment, in the two directions.

    Attributes
    ----------
    ahead, back : numpy.ndarray, shape (v,)
        Cost from the vertex when leaving in the order of the vertices, and against it; `NEVER` where not possible.
    """

    ahead: Floats
    back: Floats


def index_segments(lon: Floats, lat: Floats, first: Integers, component: Integers | None = None) -> SegmentIndex:
    """Build the tree of boxes over segments.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (v,)
        Vertices, degrees.
    first : numpy.ndarray, shape (s,)
        Vertices that start a segment, whose end is the next vertex.
    component : numpy.ndarray, shape (v,), optional
        Component of each vertex; open to all if not given.

    Returns
    -------
    SegmentIndex
        The index.
    """
    first = first[np.argsort(_curve_position(lon[first], lat[first]), kind="stable")]
    return packed_index(geocentric_m(lon, lat), first, component)


def packed_index(vertex_m: Floats, first: Integers, component: Integers | None = None) -> SegmentIndex:
    """Build the tree of boxes over segments that are in order already.

    Parameters
    ----------
    vertex_m : numpy.ndarray, shape (v, 3)
        Earth-centred coordinates of the vertices.
    first : numpy.ndarray, shape (s,)
        First vertices of the segments, neighbours near each other; `SegmentIndex.first` of an earlier index.
    component : numpy.ndarray, shape (v,), optional
        As for `index_segments`.

    Returns
    -------
    SegmentIndex
        The index.
    """
    member = np.full(len(first), OPEN, dtype=np.int32) if component is None else component[first].astype(np.int32)
    leaves = np.full((max(-(-len(first) // FANOUT), 1), 6, FANOUT), -np.inf, dtype=np.float32)
    leaves[:, :3] = np.inf
    _fill_leaves(vertex_m, first, leaves)
    boxes = [leaves]
    least, greatest = _levels(member, np.minimum, OPEN), _levels(member, np.maximum, OPEN)
    while len(boxes) < len(least):
        low = _levels(boxes[-1][:, :3].min(axis=2), np.minimum, np.inf)[0]
        high = _levels(boxes[-1][:, 3:].max(axis=2), np.maximum, -np.inf)[0]
        boxes.append(np.concatenate([low, high], axis=2).transpose(0, 2, 1))
    level_start = np.cumsum([0, *(len(level) for level in boxes)])
    child = [FANOUT * np.arange(len(level)) for level in boxes]
    child[1:] = [numbers + start for numbers, start in zip(child[1:], level_start[:-1], strict=False)]
    return SegmentIndex(
        vertex_m=vertex_m,
        first=first,
        component=member,
        child=np.concatenate(child),
        leaf_count=len(leaves),
        box_m=np.concatenate(boxes),
        box_component=np.stack([np.concatenate(least), np.concatenate(greatest)], axis=1),
    )


@compiled
def _fill_leaves(vertex_m: Floats, first: Integers, box_m: NDArray[np.float32]) -> None:
    """Enter the box of each segment: its ends, the rise of the Earth's surface between them, and the margin."""
    for segment in range(len(first)):
        vertex, node, lane = first[segment], segment // FANOUT, segment % FANOUT
        square = 0.0
        for axis in range(3):
            square += (vertex_m[vertex + 1, axis] - vertex_m[vertex, axis]) ** 2
        margin_m = square / (8 * EARTH_RADIUS_M) + _MARGIN_M
        for axis in range(3):
            box_m[node, axis, lane] = min(vertex_m[vertex, axis], vertex_m[vertex + 1, axis]) - margin_m
            box_m[node, axis + 3, lane] = max(vertex_m[vertex, axis], vertex_m[vertex + 1, axis]) + margin_m


def _levels(values: NDArray[Any], reduce: np.ufunc, neutral: float) -> list[NDArray[Any]]:
    """Gather values, or rows, by eight and reduce each eight to one, level by level up to the root."""
    levels: list[NDArray[Any]] = []
    while not levels or len(levels[-1]) > 1:
        count = max(-(-len(values) // FANOUT), 1)
        padded = np.full((count * FANOUT, *values.shape[1:]), neutral, dtype=values.dtype)
        padded[: len(values)] = values
        levels.append(padded.reshape(count, FANOUT, *values.shape[1:]))
        values = reduce.reduce(levels[-1], axis=1)
    return levels


def _curve_position(lon: Floats, lat: Floats) -> Integers:
    """Position along a Hilbert curve over the bounding box."""
    if len(lon) == 0:
        return np.zeros(0, dtype=np.int64)
    side = max(np.ptp(lon), np.ptp(lat), 1e-9)
    cells = 2**_CURVE_BITS - 1
    return _hilbert(
        ((lon - lon.min()) / side * cells).astype(np.int64), ((lat - lat.min()) / side * cells).astype(np.int64)
    )


@compiled
def _hilbert(column: Integers, row: Integers) -> Integers:
    """Give the position of cells along the curve of 2**20 x 2**20 cells."""
    position = np.zeros(len(column), dtype=np.int64)
    for point in range(len(column)):
        x, y = column[point], row[point]
        for bit in range(_CURVE_BITS - 1, -1, -1):
            half = 1 << bit
            right, up = (x >> bit) & 1, (y >> bit) & 1
            position[point] += half * half * ((3 * right) ^ up)
            x, y = x & (half - 1), y & (half - 1)
            if up == 0:
                if right == 1:
                    x, y = half - 1 - x, half - 1 - y
                x, y = y, x
    return position


def least_tolls(index: SegmentIndex, tolls: Tolls) -> NDArray[np.float32]:
    """Give the least toll inside each box.

    Parameters
    ----------
    index : SegmentIndex
        The segments.
    tolls : Tolls
        Costs onwards from the vertices.

    Returns
    -------
    numpy.ndarray of float32, shape (nodes, 8)
        For each child of each node, a hair below the least toll, as numbers are rounded.
    """
    at_vertex = np.minimum(tolls.ahead, tolls.back)
    least = np.minimum(at_vertex[index.first], at_vertex[index.first + 1]) * (1 - 1e-6) - 1e-6
    return np.concatenate(_levels(least.astype(np.float32), np.minimum, np.inf))


def toll_at(tolls: Tolls, vertex: Integers, fraction: Floats) -> Floats:
    """Interpolate the tolls within segments.

    Parameters
    ----------
    tolls : Tolls
        Tolls at the vertices.
    vertex : numpy.ndarray, shape (n,)
        First vertices of the segments.
    fraction : numpy.ndarray, shape (n,)
        Positions on them, from 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (2, n)
        Tolls ahead and back.
    """
    return np.stack([toll[vertex] + fraction * (toll[vertex + 1] - toll[vertex]) for toll in tolls])
