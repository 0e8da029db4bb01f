"""Lines joined where they meet, so that what was drawn as a map can be driven as a network.

Official inventories often draw each road from its first to its last kilometre: roads cross without a common vertex, and
side roads end a little before the road that they join. A road network knows roads to meet where they share a vertex,
so vertices are put in; no line is cut, none is moved by more than a step of the grid (1 cm), none is left out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from comarca.results import Check
from comarca.roads.crossings import (
    GridVertices,
    Inserts,
    box_segments,
    insert,
    joined,
    meetings,
    metres_per_step,
    position_code,
    read_vertices,
    segment_pairs,
    segments_near,
)
from comarca.roads.network import STEPS_PER_DEGREE
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

logger = logging.getLogger(__name__)

#: Share of the line ends that may stop just short of another line before that is worth a warning.
_OPEN_SHARE: Final = 0.01
_OPEN_COLUMNS: Final = ("line", "other", "longitude", "latitude", "gap_m")


@dataclass(frozen=True)
class Noding:
    """Lines that share a vertex wherever they meet, and what was done to them.

    Attributes
    ----------
    lines : numpy.ndarray of shapely LineStrings, shape (n,)
        The same lines in the same order, vertices rounded to 1e-7 degree, with those put in.
    inserted_count : int
        Positions where lines crossed or touched without a common vertex.
    joined_count : int
        Ends that missed another line by up to the tolerance and were led on to it.
    added_km : float
        Length that this added.
    end_count : int
        Positions where lines end.
    open_ends : pandas.DataFrame
        Ends that still meet nothing although another line passes near: columns ``line``, ``other`` (positions),
        ``longitude``, ``latitude``, ``gap_m``; the widest gaps last.
    """

    lines: NDArray[np.object_]
    inserted_count: int
    joined_count: int
    added_km: float
    end_count: int
    open_ends: pd.DataFrame


class _Ends(NamedTuple):
    """Positions where lines end: vertex and line of one of them, code of the position; open if it is alone."""

    vertex: Integers
    line: Integers
    step: Integers
    code: Integers
    is_first: Booleans
    is_open: Booleans


def node_lines(
    lines: ArrayLike, *, level: ArrayLike | None = None, snap_m: float = 1.0, suspicious_m: float = 20.0
) -> Noding:
    """Give lines a common vertex where they cross, touch, or where one ends just short of another.

    Parameters
    ----------
    lines : array-like of shapely LineStrings, shape (n,)
        EPSG:4326, each at least 1e-7 degree long; straight in longitude and latitude between vertices.
    level : array-like, shape (n,), optional
        Level of each line, any labels: bridges and tunnels have one of their own. Lines of different level meet only
        where one of them ends.
    snap_m : float, default 1
        Ends that miss a line by up to this distance are led on to it, along the shortest way: another line, or their
        own where it comes round again.
    suspicious_m : float, default 20
        Ends that meet nothing, with a line they are not joined to within this distance, are reported.

    Returns
    -------
    Noding
        The lines and what was done.

    Raises
    ------
    ValueError
        If a geometry is no LineString or has no length, or the tolerances are not in order.

    Notes
    -----
    Two lines that cross get one vertex at the crossing, rounded to 1e-7 degree (1 cm), the precision to which
    `comarca.roads.network.build_network` tells positions apart; a vertex within one such step of another line's segment
    is put into it. Joints are only ever added: an end that misses is led on by a short piece, not moved away from
    what else meets there. A tolerance that is too large joins roads that pass each other, one that is too small leaves
    gaps, which lengthen travel; hence the report of open ends.
    """
    shapes = np.asarray(lines, dtype=object)
    if not 0 <= snap_m <= suspicious_m:
        raise ValueError(f"snap_m {snap_m} and suspicious_m {suspicious_m} must be in order and not negative")
    vertices = read_vertices(shapes)
    if (shapely.get_type_id(shapes) != shapely.GeometryType.LINESTRING).any() or (
        np.bincount(vertices.line, minlength=len(shapes)) < 2
    ).any():
        raise ValueError("only LineStrings with a length can be noded")
    if len(shapes) == 0:
        return Noding(shapes, 0, 0, 0.0, 0, pd.DataFrame({name: np.zeros(0) for name in _OPEN_COLUMNS}))
    labels = np.zeros(len(shapes), dtype=np.int64) if level is None else pd.factorize(np.asarray(level))[0]
    new = _all_meetings(vertices, np.asarray(labels, dtype=np.int64))
    vertices = insert(vertices, new)
    ends = _ends(vertices)
    gaps = _gaps(vertices, ends, snap_m=snap_m, suspicious_m=suspicious_m)
    closed = gaps[gaps["metres"] <= snap_m]
    done = insert(vertices, _joints(vertices, ends, closed))
    inserted, joined_ends = len(np.unique(position_code(new.step))), closed["end"].nunique()
    logger.info("%d meetings of lines got a vertex, %d ends were joined", inserted, joined_ends)
    return Noding(
        lines=np.asarray(shapely.linestrings(done.step / STEPS_PER_DEGREE, indices=done.line), dtype=object),
        inserted_count=inserted,
        joined_count=joined_ends,
        added_km=float(closed["metres"].sum() / M_PER_KM),
        end_count=len(ends.code),
        open_ends=_open_ends(done, ends, gaps, snap_m=snap_m),
    )


def noding_checks(noding: Noding, *, name: str = "roads") -> list[Check]:
    """Report what noding did, and the ends that look as if they should meet something.

    Parameters
    ----------
    noding : Noding
        What `node_lines` gave.
    name : str, optional
        What the lines are.

    Returns
    -------
    list of Check
        Meetings that got a vertex, ends that were joined, ends that stay open beside a line.
    """
    gaps = noding.open_ends
    share = len(gaps) / max(noding.end_count, 1)
    return [
        Check(
            f"{name}_noded", "info", noding.inserted_count, "",
            f"At {noding.inserted_count} positions lines of {name} met without a common vertex; they were given one.",
        ),
        Check(
            f"{name}_ends_joined", "info", noding.joined_count, "",
            f"{noding.joined_count} of {noding.end_count} ends missed a line narrowly and were led on to it,"
            f" by {noding.added_km * M_PER_KM:.1f} m in all.",
        ),
        Check(
            f"{name}_ends_open", "warn" if share > _OPEN_SHARE else "pass", len(gaps),
            f"at most {_OPEN_SHARE:.0%} of the ends",
            f"{len(gaps)} ends of {name} stop just short of a line that they do not meet: perhaps gaps in the data.",
            [
                {"longitude": lon, "latitude": lat, "gap_m": gap}
                for lon, lat, gap in gaps[["longitude", "latitude", "gap_m"]].to_numpy().round(6).tolist()
            ],
        ),
    ]  # fmt: skip


def _all_meetings(vertices: GridVertices, level: Integers) -> Inserts:
    index, start = box_segments(vertices)
    changes = vertices.line[1:] != vertices.line[:-1]
    is_end = np.append(True, changes) | np.append(changes, True)
    return joined([meetings(vertices, start[s], start[t], level=level, is_end=is_end) for s, t in segment_pairs(index)])


def _ends(vertices: GridVertices) -> _Ends:
    """Give the positions where lines end, each once."""
    changes = vertices.line[1:] != vertices.line[:-1]
    is_first, is_last = np.append(True, changes), np.append(changes, True)
    code = position_code(vertices.step)
    _, inverse, uses = np.unique(code, return_inverse=True, return_counts=True)
    vertex = np.flatnonzero(is_first | is_last)
    _, once = np.unique(code[vertex], return_index=True)
    vertex = vertex[np.sort(once)]
    return _Ends(
        vertex=vertex, line=vertices.line[vertex], step=vertices.step[vertex], code=code[vertex],
        is_first=is_first[vertex], is_open=uses[inverse[vertex]] == 1,
    )  # fmt: skip


def _gaps(vertices: GridVertices, ends: _Ends, *, snap_m: float, suspicious_m: float) -> pd.DataFrame:
    """Give the lines that pass near ends without being joined to them, and the nearest position on each.

    An end's own line counts within the tolerance only, and only further along than what hairpins bring near. Columns
    ``end``, ``line``, ``after``, ``fraction``, ``metres``, ``position`` (code), ``step_x``, ``step_y`` and ``is_own``,
    sorted by end and distance. A gap between two ends is given once.
    """
    reach_m = np.where(ends.is_open, suspicious_m, snap_m)
    near = segments_near(vertices, ends.step, reach_m=reach_m)
    run = vertices.step[near.vertex + 1] - vertices.step[near.vertex]
    step = vertices.step[near.vertex] + np.rint(run * near.fraction[:, None]).astype(np.int64)
    gaps = pd.DataFrame(
        {"end": near.point, "line": vertices.line[near.vertex], "after": near.vertex, "fraction": near.fraction,
         "metres": near.metres, "position": position_code(step), "step_x": step[:, 0], "step_y": step[:, 1]}
    )  # fmt: skip
    end = gaps["end"].to_numpy()
    gaps["is_own"] = gaps["line"].to_numpy() == ends.line[end]
    comes_round = (
        (_along_m(vertices, gaps, ends.vertex[end]) > suspicious_m)
        & (gaps["metres"] <= snap_m)
        & (gaps["position"] != ends.code[end])
    )
    gaps = gaps[~gaps["is_own"] | comes_round]
    gaps = gaps.sort_values(["end", "metres", "line", "after"], kind="stable").drop_duplicates(["end", "line"])
    gaps = gaps[gaps["is_own"] | ~_is_there(vertices, ends.code[gaps["end"]], gaps["line"].to_numpy())]
    gaps = gaps.drop_duplicates(["end", "position"])
    other = _position(gaps["position"].to_numpy(), ends.code)
    is_given = (gaps["metres"].to_numpy() <= snap_m) | ends.is_open[other]
    chosen: pd.DataFrame = gaps[(other < 0) | (gaps["end"].to_numpy() < other) | ~is_given]
    return chosen.reset_index(drop=True)


def _along_m(vertices: GridVertices, gaps: pd.DataFrame, end: Integers) -> Floats:
    """Metres along the line between the positions of gaps and the vertices at which their ends' lines end."""
    run = np.diff(vertices.step, axis=0) * metres_per_step(vertices.step[:-1, 1] / STEPS_PER_DEGREE)
    length = np.append(np.linalg.norm(run, axis=1), 0.0)
    before = np.cumsum(length) - length
    after = gaps["after"].to_numpy()
    place = before[after] + gaps["fraction"].to_numpy() * length[after]
    return np.asarray(np.abs(place - before[end]), dtype=np.float64)


def _joints(vertices: GridVertices, ends: _Ends, gaps: pd.DataFrame) -> Inserts:
    """Lead each end on to the positions it misses, one after the other, which get a vertex where they lack one."""
    step = gaps[["step_x", "step_y"]].to_numpy()
    end = gaps["end"].to_numpy()
    beyond = 1.0 + gaps.groupby("end").cumcount().to_numpy()
    on_line = Inserts(gaps["after"].to_numpy(), gaps["fraction"].to_numpy(), step)
    on_end = Inserts(ends.vertex[end], np.where(ends.is_first[end], -beyond, beyond), step)
    return joined([on_line, on_end])


def _open_ends(vertices: GridVertices, ends: _Ends, gaps: pd.DataFrame, *, snap_m: float) -> pd.DataFrame:
    """Of the gaps too wide to close those of ends that meet nothing, to lines that their own line does not meet."""
    is_closed = gaps["metres"].to_numpy() <= snap_m
    met = np.concatenate([ends.code[gaps["end"]][is_closed], gaps["position"].to_numpy()[is_closed]])
    end = gaps["end"].to_numpy()
    line, other = ends.line[end], gaps["line"].to_numpy()
    row = np.flatnonzero(ends.is_open[end] & ~is_closed & ~np.isin(ends.code[end], met))
    row = row[~_meet(vertices, line[row], other[row])]
    position = ends.step[end[row]] / STEPS_PER_DEGREE
    rows = pd.DataFrame(
        {"line": line[row], "other": other[row], "longitude": position[:, 0], "latitude": position[:, 1],
         "gap_m": gaps["metres"].to_numpy()[row]}
    )  # fmt: skip
    return rows.sort_values(["gap_m", "line", "other"], kind="stable", ignore_index=True)


def _meet(vertices: GridVertices, one: Integers, other: Integers) -> Booleans:
    """Tell of pairs of lines whether they share a vertex."""
    chosen = np.isin(vertices.line, np.union1d(one, other))
    table = pd.DataFrame({"line": vertices.line[chosen], "position": position_code(vertices.step[chosen])})
    pairs = pd.DataFrame({"pair": np.arange(len(one)), "one": one, "other": other})
    shared = pairs.merge(table, left_on="one", right_on="line").merge(
        table, left_on=["other", "position"], right_on=["line", "position"]
    )
    return np.isin(np.arange(len(one)), shared["pair"])


def _is_there(vertices: GridVertices, code: Integers, line: Integers) -> Booleans:
    """Tell of pairs of a position and a line whether the line has a vertex there."""
    codes = np.unique(code)
    at = _position(position_code(vertices.step), codes)
    has = at >= 0
    pairs = at[has] * (vertices.line[-1] + 1) + vertices.line[has]
    return np.isin(np.searchsorted(codes, code) * (vertices.line[-1] + 1) + line, pairs)


def _position(values: Integers, distinct: Integers) -> Integers:
    """Position of each value among distinct ones; -1 if it is none of them."""
    return np.asarray(pd.Index(distinct).get_indexer(pd.Index(values)), dtype=np.int64)
