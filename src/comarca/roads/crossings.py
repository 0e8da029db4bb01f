"""Where the segments of lines cross, touch or pass near, on the grid of positions that the road network tells apart.

GridVertices are whole steps of 1e-7 degree (about 1 cm), so that tests of position are exact for segments shorter than
some nine degrees, and a position is one and the same for all lines that have a vertex there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from comarca.crs import GEOD
from comarca.roads.network import STEPS_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Segments of one line that the tree holds in one box.
_CHUNK_SEGMENTS: Final = 8
#: Boxes whose neighbours are looked up in one go, which bounds the memory.
_BLOCK_BOXES: Final = 100_000


class GridVertices(NamedTuple):
    """GridVertices of lines, one line after the other, none twice in a row: ``step`` (n, 2) and ``line`` (n,)."""

    step: Integers
    line: Integers


class Inserts(NamedTuple):
    """New vertices: ``after`` which vertex, how far along the segment that starts there, and where.

    A fraction below 0 puts the new vertex before the one named, one from 1 on behind the end of the line.
    """

    after: Integers
    fraction: Floats
    step: Integers


class SegmentBoxes(NamedTuple):
    """Boxes around runs of segments of one line, in a tree."""

    tree: shapely.STRtree
    low: Floats
    high: Floats
    first: Integers
    size: Integers
    segment_low: Floats
    segment_high: Floats


class Near(NamedTuple):
    """Segments near points, one row per pair: number of the point, vertex the segment starts at, fraction, metres."""

    point: Integers
    vertex: Integers
    fraction: Floats
    metres: Floats


def read_vertices(lines: NDArray[np.object_]) -> GridVertices:
    """Take the vertices of LineStrings (EPSG:4326), rounded to the grid."""
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    return without_repeats(np.rint(coordinates * STEPS_PER_DEGREE).astype(np.int64), line.astype(np.int64))


def without_repeats(step: Integers, line: Integers) -> GridVertices:
    """Leave out vertices at the position of the one before them on the line."""
    keep = np.ones(len(line), dtype=bool)
    keep[1:] = (line[1:] != line[:-1]) | (step[1:] != step[:-1]).any(axis=1)
    return GridVertices(step[keep], line[keep])


def position_code(step: Integers) -> Integers:
    """One number per position."""
    code: Integers = ((step[:, 0] + 180 * STEPS_PER_DEGREE) << 31) | (step[:, 1] + 90 * STEPS_PER_DEGREE)
    return code


def insert(vertices: GridVertices, new: Inserts) -> GridVertices:
    """Put new vertices into the lines, in their order along each segment."""
    index = np.concatenate([np.arange(len(vertices.line)), new.after])
    fraction = np.concatenate([np.zeros(len(vertices.line)), new.fraction])
    order = np.lexsort((fraction, index))
    return without_repeats(np.concatenate([vertices.step, new.step])[order], vertices.line[index[order]])


def box_segments(vertices: GridVertices) -> tuple[SegmentBoxes, Integers]:
    """Put the segments in a tree; also the vertex that each of them starts at."""
    start = np.flatnonzero(vertices.line[:-1] == vertices.line[1:])
    ends = np.stack([vertices.step[start], vertices.step[start + 1]]).astype(float)
    low, high = ends.min(axis=0), ends.max(axis=0)
    line = vertices.line[start]
    is_first = np.append(True, line[1:] != line[:-1])
    rank = np.arange(len(start)) - np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    first = np.flatnonzero(rank % _CHUNK_SEGMENTS == 0)
    box_low, box_high = np.minimum.reduceat(low, first), np.maximum.reduceat(high, first)
    index = SegmentBoxes(
        tree=shapely.STRtree(_diagonals(box_low, box_high)),
        low=box_low, high=box_high, first=first, size=np.diff(np.append(first, len(start))),
        segment_low=low, segment_high=high,
    )  # fmt: skip
    return index, start


def segment_pairs(index: SegmentBoxes) -> Iterator[tuple[Integers, Integers]]:
    """Give all pairs of segments whose boxes meet, each once, in blocks."""
    for begin in range(0, len(index.first), _BLOCK_BOXES):
        block = slice(begin, begin + _BLOCK_BOXES)
        one, other = index.tree.query(_diagonals(index.low[block], index.high[block]))
        one = one + begin
        one, other = one[one <= other], other[one <= other]
        pair_left, left = _segments_in(index, one, index.low[other], index.high[other])
        pair_right, right = _segments_in(index, other, index.low[one], index.high[one])
        partners = np.bincount(pair_right, minlength=len(one))
        row, position = _ranges((np.cumsum(partners) - partners)[pair_left], partners[pair_left])
        s, t = left[row], right[position]
        meets = (index.segment_low[s] <= index.segment_high[t]) & (index.segment_low[t] <= index.segment_high[s])
        chosen = meets.all(axis=1) & (s < t)
        yield s[chosen], t[chosen]


def meetings(vertices: GridVertices, s: Integers, t: Integers, *, level: Integers, is_end: Booleans) -> Inserts:
    """Find where segments, named by their first vertices, cross or touch within a step, and lack a vertex there.

    Lines of different level meet only where an end of one touches the other.
    """
    origin, r = vertices.step[s], vertices.step[s + 1] - vertices.step[s]
    q, w = vertices.step[t] - origin, vertices.step[t + 1] - vertices.step[t]
    same_level = level[vertices.line[s]] == level[vertices.line[t]]
    parts = []
    touched = np.zeros(len(s), dtype=bool)
    for base, along, vertex, onto in ((q, r, t, s), (q + w, r, t + 1, s), (-q, w, s, t), (r - q, w, s + 1, t)):
        fraction = _fraction(base, along)
        off = np.abs(_cross(along, base)) <= np.abs(along).max(axis=1)
        on = off & (fraction > 0) & (fraction < 1) & (same_level | is_end[vertex])
        touched |= on
        parts.append(Inserts(onto[on], fraction[on], vertices.step[vertex[on]]))
    before, behind = _cross(w, -q), _cross(w, r - q)
    crosses = (before * behind < 0) & (_cross(r, q) * _cross(r, q + w) < 0) & same_level & ~touched
    along_s = before[crosses] / (before - behind)[crosses]
    position = origin[crosses] + np.rint(r[crosses] * along_s[:, None]).astype(np.int64)
    along_t = np.clip(_fraction(position - vertices.step[t[crosses]], w[crosses]), 0, 1)
    return joined([*parts, Inserts(s[crosses], along_s, position), Inserts(t[crosses], along_t, position)])


def joined(parts: list[Inserts]) -> Inserts:
    """Put several lists of new vertices together."""
    return Inserts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def segments_near(vertices: GridVertices, points: Integers, *, reach_m: Floats) -> Near:
    """Find the segments within reach of points, and the nearest position on each.

    Distances are taken in the plane that touches the ellipsoid at the point: good to 1e-5 up to some hundred metres.
    """
    index, start = box_segments(vertices)
    scales = metres_per_step(points[:, 1] / STEPS_PER_DEGREE)
    margin = reach_m[:, None] / scales
    low, high = points - margin, points + margin
    blocks = []
    for begin in range(0, len(points), _BLOCK_BOXES):
        block = slice(begin, begin + _BLOCK_BOXES)
        point, box = index.tree.query(_diagonals(low[block], high[block]))
        point = point + begin
        row, segment = _segments_in(index, box, low[point], high[point])
        point, vertex = point[row], start[segment]
        scale = scales[point]
        along = (vertices.step[vertex + 1] - vertices.step[vertex]) * scale
        offset = (points[point] - vertices.step[vertex]) * scale
        fraction = np.clip((along * offset).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
        metres = np.linalg.norm(offset - along * fraction[:, None], axis=1)
        near = metres <= reach_m[point]
        blocks.append(Near(point[near], vertex[near], fraction[near], metres[near]))
    return Near(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


def _segments_in(index: SegmentBoxes, box: Integers, low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """Of the segments in each box those that meet a window: position in `box`, segment."""
    row, segment = _ranges(index.first[box], index.size[box])
    meets = (index.segment_low[segment] <= high[row]) & (low[row] <= index.segment_high[segment])
    chosen = meets.all(axis=1)
    return row[chosen], segment[chosen]


def _ranges(start: Integers, count: Integers) -> tuple[Integers, Integers]:
    """Count up from each start: row, and value."""
    row = np.repeat(np.arange(len(start)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) + (start - before)[row]


def _diagonals(low: Floats, high: Floats) -> NDArray[np.object_]:
    """Lines that have the boxes as their extents: lighter than polygons, and the tree looks at extents only."""
    return np.asarray(shapely.linestrings(np.stack([low, high], axis=1)), dtype=object).reshape(-1)


def _cross(a: Integers, b: Integers) -> Floats:
    return a[:, 0].astype(float) * b[:, 1] - a[:, 1].astype(float) * b[:, 0]


def _fraction(offset: Integers, along: Integers) -> Floats:
    run = along.astype(float)
    fraction: Floats = (offset * run).sum(axis=1) / (run**2).sum(axis=1)
    return fraction


def metres_per_step(latitude: Floats) -> Floats:
    """Metres per step of longitude and of latitude on the WGS84 ellipsoid, shape (n, 2)."""
    sine, cosine = np.sin(np.radians(latitude)), np.cos(np.radians(latitude))
    bend = 1 - GEOD.es * sine**2
    metres_per_radian = np.column_stack([cosine / np.sqrt(bend), (1 - GEOD.es) / bend**1.5]) * GEOD.a
    return np.asarray(np.radians(metres_per_radian) / STEPS_PER_DEGREE)
