"""Spatial index of line segments, and the costs of going on from them.

The index is a packed tree of boxes in earth-centred coordinates (metres): no projection, no seam at the antimeridian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.sparse import get_index_dtype

from comarca.crs import EARTH_RADIUS_M, geocentric_m
from comarca.roads.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.signedinteger]

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
        First vertex of each segment, along a space-filling curve; the second vertex is the next one. In 32 bits where
        these hold it.
    component : numpy.ndarray of int32, shape (s,)
        Number of the component that each segment belongs to, or `OPEN`.
    child : numpy.ndarray, shape (nodes,)
        First child of each node: a segment for the first `leaf_count` nodes, a node for the others. The root is the
        last node.
    leaf_count : int
        Number of nodes that hold segments.
    box_m : numpy.ndarray of float32, shape (nodes, 6, 8)
        Lower and upper corners of the children, a metre wider than they are, as numbers are rounded.
    box_component : numpy.ndarray of int32, shape (nodes - leaf_count, 2, 8)
        Least and greatest component inside the children of the nodes that hold nodes.
    """

    vertex_m: Floats
    first: Numbers
    component: NDArray[np.int32]
    child: Integers
    leaf_count: int
    box_m: Singles
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


def index_segments(lon: Floats, lat: Floats, first: Numbers, component: Numbers | None = None) -> SegmentIndex:
    """Build the tree of boxes over segments.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (v,)
        Vertices, degrees.
    first : numpy.ndarray, shape (s,)
        Vertices that start a segment, whose end is the next vertex.
    component : numpy.ndarray, shape (s,), optional
        Component of each segment; open to all if not given.

    Returns
    -------
    SegmentIndex
        The index.
    """
    order = np.argsort(_curve_position(lon, lat, first), kind="stable")
    first = first[order].astype(get_index_dtype(maxval=len(lon)))
    member = None if component is None else component[order].astype(np.int32)
    del order  # a number per segment, and there may be hundreds of millions
    return packed_index(geocentric_m(lon, lat), first, member)


def packed_index(vertex_m: Floats, first: Numbers, component: Numbers | None = None) -> SegmentIndex:
    """Build the tree of boxes over segments that are in order already.

    Parameters
    ----------
    vertex_m : numpy.ndarray, shape (v, 3)
        Earth-centred coordinates of the vertices.
    first : numpy.ndarray, shape (s,)
        First vertices of the segments, neighbours near each other; `SegmentIndex.first` of an earlier index.
    component : numpy.ndarray, shape (s,), optional
        As for `index_segments`.

    Returns
    -------
    SegmentIndex
        The index.
    """
    count = len(first)
    member = np.full(count, OPEN, dtype=np.int32) if component is None else component.astype(np.int32, copy=False)
    sizes = _level_sizes(count)
    start = np.cumsum([0, *sizes])
    box_m = np.full((start[-1], 6, FANOUT), -np.inf, dtype=np.float32)
    box_m[:, :3] = np.inf
    box_component = np.full((start[-1] - sizes[0], 2, FANOUT), OPEN, dtype=np.int32)
    _fill_leaves(vertex_m, first, box_m)
    child = FANOUT * np.arange(start[-1])
    low, high = (extreme.reduceat(member, np.arange(0, count, FANOUT)) for extreme in (np.minimum, np.maximum))
    for level in range(1, len(sizes)):
        below, here = slice(*start[level - 1 : level + 1]), slice(*start[level : level + 2])
        inner = slice(here.start - sizes[0], here.stop - sizes[0])
        child[here] += start[level - 1] - FANOUT * here.start
        box_m[here, :3] = _by_eight(box_m[below, :3].min(axis=2), np.inf).transpose(0, 2, 1)
        box_m[here, 3:] = _by_eight(box_m[below, 3:].max(axis=2), -np.inf).transpose(0, 2, 1)
        box_component[inner, 0], box_component[inner, 1] = _by_eight(low, OPEN), _by_eight(high, OPEN)
        low, high = box_component[inner, 0].min(axis=1), box_component[inner, 1].max(axis=1)
    return SegmentIndex(vertex_m, first, member, child, sizes[0], box_m, box_component)


@compiled
def _fill_leaves(vertex_m: Floats, first: Numbers, box_m: Singles) -> None:
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


def _level_sizes(count: int) -> list[int]:
    """Count the nodes of each level of a tree over some segments, from the leaves up to the root."""
    sizes = [max(-(-count // FANOUT), 1)]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // FANOUT))
    return sizes


def _by_eight(values: NDArray[Any], neutral: float) -> NDArray[Any]:
    """Gather values, or rows, by eight; the last ones are filled up."""
    count = -(-len(values) // FANOUT)
    padded = np.full((count * FANOUT, *values.shape[1:]), neutral, dtype=values.dtype)
    padded[: len(values)] = values
    return padded.reshape(count, FANOUT, *values.shape[1:])


def _curve_position(lon: Floats, lat: Floats, vertex: Numbers) -> Integers:
    """Position of vertices along a Hilbert curve over their bounding box."""
    if len(vertex) == 0:
        return np.zeros(0, dtype=np.int64)
    (west, east), (south, north) = ((values[vertex].min(), values[vertex].max()) for values in (lon, lat))
    return _hilbert(lon, lat, vertex, west, south, max(east - west, north - south, 1e-9))


@compiled
def _hilbert(lon: Floats, lat: Floats, vertex: Numbers, west: float, south: float, side: float) -> Integers:
    """Give the position of vertices along the curve of 2**20 x 2**20 cells over a square."""
    position = np.zeros(len(vertex), dtype=np.int64)
    cells = 2**_CURVE_BITS - 1
    for point in range(len(vertex)):
        x = int((lon[vertex[point]] - west) / side * cells)
        y = int((lat[vertex[point]] - south) / side * cells)
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
    least = np.full((len(index.child), FANOUT), np.inf, dtype=np.float32)
    _fill_tolls(index.first, tolls, least)
    start = np.cumsum([0, *_level_sizes(len(index.first))])
    for level in range(1, len(start) - 1):
        below, here = slice(*start[level - 1 : level + 1]), slice(*start[level : level + 2])
        least[here] = _by_eight(least[below].min(axis=1), np.inf)
    return least


@compiled
def _fill_tolls(first: Numbers, tolls: Tolls, least: Singles) -> None:
    """Enter the least toll of each segment, at its ends."""
    for segment in range(len(first)):
        vertex = first[segment]
        toll = min(tolls.ahead[vertex], tolls.back[vertex], tolls.ahead[vertex + 1], tolls.back[vertex + 1])
        least[segment // FANOUT, segment % FANOUT] = toll * (1 - 1e-6) - 1e-6


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
