"""Spatial index of line segments, and the costs of going on from them.

The index is a packed tree of boxes in earth-centred coordinates (metres): no projection, no seam at the antimeridian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from comarca.crs import EARTH_RADIUS_M, geocentric_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Component of a point that may use every segment.
ANY: Final = -1
#: Toll of a segment that cannot be used. Finite, so that tolls can be interpolated.
NEVER: Final = 1e12
#: Children of a box.
FANOUT: Final = 8


@dataclass(frozen=True)
class SegmentIndex:
    """Tree of boxes over segments.

    Attributes
    ----------
    vertex_m : numpy.ndarray, shape (v, 3)
        Earth-centred coordinates of all vertices.
    first : numpy.ndarray, shape (s,)
        First vertex of each segment, along a space-filling curve; the second vertex is the next one.
    low, high : tuple of numpy.ndarray, each of shape (boxes, 3)
        Corners of the boxes, level by level: the first holds boxes of eight segments, the last at most eight boxes.
    """

    vertex_m: Floats
    first: Integers
    low: tuple[Floats, ...]
    high: tuple[Floats, ...]


class Components(NamedTuple):
    """Who may use which segments.

    Attributes
    ----------
    of_vertex : numpy.ndarray, shape (v,)
        Number of the component that a segment's first vertex belongs to; -1 is open to all.
    of_point : numpy.ndarray, shape (n,)
        Number of the one component that a point may use, beside what is open to all; `ANY` may use every component.
    """

    of_vertex: Integers
    of_point: Integers


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
        From the point to it.
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


def index_segments(lon: Floats, lat: Floats, first: Integers) -> SegmentIndex:
    """Build the tree of boxes over segments.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (v,)
        Vertices, degrees.
    first : numpy.ndarray, shape (s,)
        Vertices that start a segment, whose end is the next vertex.

    Returns
    -------
    SegmentIndex
        The index.
    """
    first = first[np.argsort(_curve_position(lon[first], lat[first]), kind="stable")]
    return packed_index(geocentric_m(lon, lat), first)


def packed_index(vertex_m: Floats, first: Integers) -> SegmentIndex:
    """Build the tree of boxes over segments that are in order already.

    Parameters
    ----------
    vertex_m : numpy.ndarray, shape (v, 3)
        Earth-centred coordinates of the vertices.
    first : numpy.ndarray, shape (s,)
        First vertices of the segments, neighbours near each other; `SegmentIndex.first` of an earlier index.

    Returns
    -------
    SegmentIndex
        The index.
    """
    start, end = vertex_m[first], vertex_m[first + 1]
    rise_m = (np.einsum("ij,ij->i", end - start, end - start) / (8 * EARTH_RADIUS_M))[:, None]
    low, high = np.minimum(start, end) - rise_m, np.maximum(start, end) + rise_m
    lows: list[Floats] = []
    highs: list[Floats] = []
    while not lows or len(low) > FANOUT:
        low, high = grouped(np.minimum, low), grouped(np.maximum, high)
        lows.append(low)
        highs.append(high)
    return SegmentIndex(vertex_m=vertex_m, first=first, low=tuple(lows), high=tuple(highs))


def _curve_position(lon: Floats, lat: Floats) -> Integers:
    """Position along a Z-order curve over the bounding box."""
    if len(lon) == 0:
        return np.zeros(0, dtype=np.int64)
    side = max(np.ptp(lon), np.ptp(lat), 1e-9)
    column = ((lon - lon.min()) / side * 65_535).astype(np.int64)
    row = ((lat - lat.min()) / side * 65_535).astype(np.int64)
    return _spread_bits(column) | (_spread_bits(row) << 1)


def _spread_bits(number: Integers) -> Integers:
    """Put a zero between the 16 low bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        number = (number | (number << shift)) & mask
    return number


def grouped(reduce: np.ufunc, values: NDArray[np.float64]) -> Floats:
    """Reduce each run of `FANOUT` values, or rows, to one.

    Parameters
    ----------
    reduce : numpy.ufunc
        ``numpy.minimum`` or ``numpy.maximum``.
    values : numpy.ndarray, shape (n, ...)
        What to reduce.

    Returns
    -------
    numpy.ndarray
        One value or row per run; the last run may be shorter.
    """
    if len(values) == 0:
        return values
    return np.asarray(reduce.reduceat(values, np.arange(0, len(values), FANOUT), axis=0))


def toll_at(tolls: Tolls, vertex: Integers, fraction: Floats) -> Floats:
    """Interpolate the tolls within segments.

    Parameters
    ----------
    tolls : Tolls
        Tolls at the vertices.
    vertex : numpy.ndarray, shape (n,)
        First vertices of the segments.
    fraction : numpy.ndarray, shape (n,)
        Places on them, from 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (2, n)
        Tolls ahead and back.
    """
    return np.stack([toll[vertex] + fraction * (toll[vertex + 1] - toll[vertex]) for toll in tolls])
