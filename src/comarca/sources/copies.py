"""Lines that stand twice in a layer: each is taken once, and what lies on another line in part is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import GEOD, geodesic_length_km
from comarca.results import Check
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

#: Coordinates that differ by less are one place, degrees.
_SAME_DEG: Final = 1e-7
_LISTED: Final = 20
#: Up to this share of all km lies on another line in sound OpenStreetMap data (0.01 to 0.04 %).
_SHARED: Final = 0.001
_ONE_WAY: Final = ("yes", "true", "1")
_AGAINST: Final = ("-1", "reverse")


def without_copies(lines: gpd.GeoDataFrame, *, id_column: str, name: str) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take lines of the very same course once, whichever way they are drawn, and look for those that share a part.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Lines, EPSG:4326, with a column of ids. Two one-way roads of opposite directions are no copies.
    id_column : str
        The column of ids.
    name : str
        What the layer is: first word of the check.

    Returns
    -------
    lines : geopandas.GeoDataFrame
        The first of each, by position, on a fresh index.
    checks : list of Check
        ``<name>_drawn_twice``: how many were left out, their length, and the first of them;
        ``<name>_partly_twice``: km that lie on another line, vertex by vertex, and count twice.
    """
    shapes = shapely.set_precision(lines.geometry.to_numpy(), _SAME_DEG, mode="pointwise")
    course = shapely.to_wkb(shapely.normalize(shapes))
    keys = pd.DataFrame({"course": course, "drawn": b""}, index=lines.index)
    if "oneway" in lines:
        is_oneway = lines["oneway"].isin([*_ONE_WAY, *_AGAINST]).to_numpy()
        keys["drawn"] = np.where(is_oneway, shapely.to_wkb(shapes), np.array(b"", dtype=object))
    is_copy = keys.duplicated().to_numpy()
    copies = lines[is_copy]
    km = float(geodesic_length_km(copies.geometry.to_numpy()).sum()) if len(copies) else 0.0
    check = Check(
        f"{name}_drawn_twice", "warn" if len(copies) else "pass", len(copies), "no line twice",
        f"{len(copies)} lines of {name}, {km:.1f} km, have the very course of another one; each is taken once.",
        [{"id": str(each)} for each in copies[id_column].head(_LISTED)],
    )  # fmt: skip
    once = lines if not len(copies) else lines[~is_copy].reset_index(drop=True)
    return once, [check, _shared_check(once, id_column=id_column, name=name)]


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
    """List all segments: ends in steps of `_SAME_DEG`, the lesser first, line, and 1 or -1 where it is one-way."""
    lonlat, line = shapely.get_coordinates(lines.geometry.to_numpy(), return_index=True)
    place = np.round(lonlat / _SAME_DEG).astype(np.int64)
    goes_on = line[1:] == line[:-1]
    start, end, owner = place[:-1][goes_on], place[1:][goes_on], line[:-1][goes_on]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    drawn = _direction(lines)[owner] * np.where(turned, -1, 1)
    columns = {"x0": low[:, 0], "y0": low[:, 1], "x1": high[:, 0], "y1": high[:, 1], "line": owner, "drawn": drawn}
    return pd.DataFrame(columns)


def _direction(lines: gpd.GeoDataFrame) -> NDArray[np.int64]:
    if "oneway" not in lines:
        return np.zeros(len(lines), dtype=np.int64)
    along, against = (lines["oneway"].isin(list(values)).to_numpy().astype(np.int64) for values in (_ONE_WAY, _AGAINST))
    return np.asarray(along - against)
