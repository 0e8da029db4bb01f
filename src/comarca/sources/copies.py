"""Lines that stand twice in a layer: each is taken once, and what lies on another line in part is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import GEOD, geodesic_length_km
from comarca.results import Check
from comarca.sources.repeats import is_among, repeated
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Coordinates that differ by less are one place, degrees.
_SAME_DEG: Final = 1e-7
_LISTED: Final = 20
#: Up to this share of all km lies on another line in sound OpenStreetMap data (0.01 to 0.04 %).
_SHARED: Final = 0.001
#: Lines whose segments are held at once.
_LINES_AT_ONCE: Final = 20_000
#: Odd numbers whose products with four coordinates, added up, hardly ever agree by chance.
_MIXERS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)
_ONE_WAY: Final = ("yes", "true", "1")
_AGAINST: Final = ("-1", "reverse")
#: Columns of a segment's ends.
_ENDS: Final = ["x0", "y0", "x1", "y1"]


def without_copies(
    lines: gpd.GeoDataFrame, *, id_column: str, name: str, cut: bool = False
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take lines of the very same course once, whichever way they are drawn, and look for those that share a part.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Lines, EPSG:4326, with a column of ids. Two one-way roads of opposite directions are no copies.
    id_column : str
        The column of ids.
    name : str
        What the layer is: first word of the check.
    cut : bool, default False
        Whether stretches that lie on an earlier line, vertex by vertex and driven the same ways, are cut out, too. In
        OpenStreetMap some lines share a course on purpose; in other files it is a road that stands in two inventories.

    Returns
    -------
    lines : geopandas.GeoDataFrame
        The first of each, by position, on a fresh index; the parts that are left of a line that was cut have its id
        with ``/1``, ``/2``, ... .
    checks : list of Check
        ``<name>_drawn_twice``: how many were left out, their length, and the first of them;
        ``<name>_partly_twice``: km that lie on another line, vertex by vertex, and count twice;
        ``<name>_stretches_once`` with `cut`: km that were cut out.
    """
    is_copy = _is_copy(lines)
    copies = lines[is_copy]
    km = float(geodesic_length_km(copies.geometry.to_numpy()).sum()) if len(copies) else 0.0
    check = Check(
        f"{name}_drawn_twice", "warn" if len(copies) else "pass", len(copies), "no line twice",
        f"{len(copies)} lines of {name}, {km:.1f} km, have the very course of another one; each is taken once.",
        [{"id": str(each)} for each in copies[id_column].head(_LISTED)],
    )  # fmt: skip
    once = lines if not len(copies) else lines[~is_copy].reset_index(drop=True)
    if not cut:
        return once, [check, _shared_check(once, id_column=id_column, name=name)]
    apart = _without_shared(once, id_column)
    return apart, [check, _cut_check(once, apart, name), _shared_check(apart, id_column=id_column, name=name)]


def _without_shared(lines: gpd.GeoDataFrame, id_column: str) -> gpd.GeoDataFrame:
    """Cut the segments out of each line that an earlier one has, driven the same ways."""
    segments = _all_segments(lines)
    # The first line of each; a way out and back on one line is no copy.
    first = segments.groupby([*_ENDS, "drawn"], sort=False)["line"].transform("first")
    is_again = (segments["line"] != first).to_numpy()
    if not is_again.any():
        return lines
    touched = np.unique(segments["line"][is_again])
    kept = segments[~is_again & segments["line"].isin(touched).to_numpy()]
    starts = kept["start"].to_numpy()
    run = np.cumsum(np.diff(starts, prepend=-2) != 1) - 1
    vertices = np.unique(np.concatenate([np.stack([run, starts + end], axis=1) for end in (0, 1)]), axis=0)
    lonlat = shapely.get_coordinates(shapely.get_parts(lines.geometry.to_numpy()))
    parts = shapely.linestrings(lonlat[vertices[:, 1]], indices=vertices[:, 0])
    owner = kept["line"].to_numpy()[np.flatnonzero(np.diff(run, prepend=-1))]
    left = lines.iloc[owner].set_geometry(gpd.GeoSeries(parts, index=lines.index[owner], crs=lines.crs))
    number = (left.groupby(level=0).cumcount() + 1).astype("str")
    left = left.assign(**{id_column: (left[id_column].astype("str") + "/" + number).astype(lines[id_column].dtype)})
    whole = pd.concat([lines.drop(index=lines.index[touched]), left])
    return whole.sort_index(kind="stable").reset_index(drop=True)


def _cut_check(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, name: str) -> Check:
    """Km that were cut out of lines, as an earlier line has them."""
    whole, left = (float(geodesic_length_km(lines.geometry.to_numpy()).sum()) for lines in (before, after))
    km = 0.0 if after is before else whole - left
    return Check(
        f"{name}_stretches_once", "warn" if km > _SHARED * whole else "pass", round(km, 3),
        "at most 0.1 % of their length",
        f"{km:.1f} km of {name} lie on another line of the layer, vertex by vertex, and are taken once, from the first "
        "of them.",
    )  # fmt: skip


def _is_copy(lines: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Whether each line has the course of one before it. Only those of one extent and number of vertices can have."""
    shapes = lines.geometry.to_numpy()
    corners = shapely.set_precision(shapely.points(shapely.bounds(shapes).reshape(-1, 2)), _SAME_DEG, mode="pointwise")
    extent = pd.DataFrame(shapely.get_coordinates(corners).reshape(-1, 4))
    extent["vertices"] = shapely.get_num_coordinates(shapes)
    alike = np.flatnonzero(extent.duplicated(keep=False).to_numpy())
    shapes = shapely.set_precision(shapes[alike], _SAME_DEG, mode="pointwise")
    keys = pd.DataFrame({"course": shapely.to_wkb(shapely.normalize(shapes)), "drawn": b""})
    if "oneway" in lines:
        is_oneway = lines["oneway"].iloc[alike].isin([*_ONE_WAY, *_AGAINST]).to_numpy()
        keys["drawn"] = np.where(is_oneway, shapely.to_wkb(shapes), np.array(b"", dtype=object))
    is_copy = np.zeros(len(lines), dtype=bool)
    is_copy[alike] = keys.duplicated().to_numpy()
    return is_copy


def _shared_check(lines: gpd.GeoDataFrame, *, id_column: str, name: str) -> Check:
    """Km of segments that another line has too; one-way roads of opposite directions may share theirs."""
    segments = _segments(lines)
    ends = ["x0", "y0", "x1", "y1"]
    shared = segments[segments.duplicated(ends, keep=False)].drop_duplicates([*ends, "line"])
    opposite = shared["drawn"] * shared.groupby(ends)["drawn"].transform("first") < 0
    again = shared[shared.duplicated(ends) & ~opposite]
    west, south, east, north = (again[end].to_numpy() * _SAME_DEG for end in ends)
    metres = np.asarray(GEOD.inv(west, south, east, north)[2])
    km = float(metres.sum()) / M_PER_KM
    is_much = km > 0 and km > _SHARED * float(geodesic_length_km(lines.geometry.to_numpy()).sum())
    by_line = pd.Series(metres / M_PER_KM, index=again["line"].to_numpy()).groupby(level=0).sum()
    longest = by_line.sort_values(ascending=False, kind="stable").head(_LISTED)
    return Check(
        f"{name}_partly_twice", "warn" if is_much else "pass", round(km, 3), "at most 0.1 % of their length",
        f"{km:.1f} km of {name} lie on another line of the layer and count twice, as where an own file repeats roads.",
        [{"id": str(lines[id_column].iloc[line]), "km": round(length, 3)} for line, length in longest.items()],
    )  # fmt: skip


def _segments(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the segments that may occur twice: ends in steps of `_SAME_DEG`, line, and 1 or -1 where it is one-way.

    The lesser end comes first. A number per segment, the same for the same ends, tells which have to be compared.
    """
    shapes, direction = lines.geometry.to_numpy(), _direction(lines)
    starts = range(0, len(shapes) + 1, _LINES_AT_ONCE)
    again = repeated([_Segments.of(shapes, start).number for start in starts])
    parts = []
    for start in starts:
        segments = _Segments.of(shapes, start)
        kept = is_among(segments.number, again)
        low, high, line = segments.low[kept], segments.high[kept], segments.line[kept]
        drawn = direction[line] * np.where(segments.is_turned[kept], -1, 1)
        ends = {"x0": low[:, 0], "y0": low[:, 1], "x1": high[:, 0], "y1": high[:, 1]}
        parts.append(pd.DataFrame({**ends, "line": line, "drawn": drawn}))
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class _Segments:
    """Segments of some lines: lesser and greater end, shape (n, 2), line, whether turned, number by both ends."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    line: NDArray[np.int64]
    is_turned: NDArray[np.bool_]

    @classmethod
    def of(cls, shapes: NDArray[np.object_], start: int) -> _Segments:
        lonlat, line = shapely.get_coordinates(shapes[start : start + _LINES_AT_ONCE], return_index=True)
        place = np.round(lonlat / _SAME_DEG).astype(np.int64)
        goes_on = line[1:] == line[:-1]
        first, last = place[:-1][goes_on], place[1:][goes_on]
        is_turned = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
        low, high = np.where(is_turned[:, None], last, first), np.where(is_turned[:, None], first, last)
        return cls(low, high, line[:-1][goes_on] + start, is_turned)

    @property
    def number(self) -> NDArray[np.int64]:
        ends = np.column_stack([self.low, self.high]).astype(np.uint64)
        return np.asarray((ends * _MIXERS).sum(axis=1)).view(np.int64)


def _all_segments(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """List all segments: ends in steps of `_SAME_DEG`, the lesser first, line, 1 or -1 if one-way, first vertex."""
    parts, owner = shapely.get_parts(lines.geometry.to_numpy(), return_index=True)
    lonlat, part = shapely.get_coordinates(parts, return_index=True)
    place = np.round(lonlat / _SAME_DEG).astype(np.int64)
    first = np.flatnonzero(part[1:] == part[:-1])
    start, end, line = place[first], place[first + 1], owner[part[first]]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    columns = dict(zip(_ENDS, np.hstack([low, high]).T, strict=True))
    return pd.DataFrame(columns | {"line": line, "drawn": _direction(lines)[line] * np.where(turned, -1, 1),
                                   "start": first})  # fmt: skip


def _direction(lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    if "oneway" not in lines:
        return np.zeros(len(lines), dtype=np.int64)
    along, against = (lines["oneway"].isin(list(values)).to_numpy().astype(np.int64) for values in (_ONE_WAY, _AGAINST))
    return np.asarray(along - against)
