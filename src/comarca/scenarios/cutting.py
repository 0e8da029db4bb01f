"""Roads cut where they cross the border of an area."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Booleans = NDArray[np.bool_]

#: Cuts nearer to each other than this, in degrees, are one.
_STEP: Final = 1e-7


def cut_at_area(roads: gpd.GeoDataFrame, area: shapely.Geometry) -> tuple[gpd.GeoDataFrame, Booleans]:
    """Cut roads where they cross the border of an area.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``, EPSG:4326.
    area : shapely.Geometry
        Polygon or MultiPolygon, EPSG:4326.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        The same roads with a fresh index; those that cross the border are several rows, ``<road_id>/1`` and so on, that
        share the vertex at the border.
    is_inside : numpy.ndarray of bool
        Whether each row lies in the area.
    """
    lines = roads.geometry.to_numpy()
    shapely.prepare(area)
    touches = shapely.intersects(area, lines)
    inside = np.zeros(len(lines), dtype=bool)
    inside[touches] = shapely.covers(area, lines[touches])
    crossing: list[int] = np.flatnonzero(touches & ~inside).tolist()
    border = shapely.boundary(area)
    pieces = {row: _pieces(lines[row], border) for row in crossing}
    several = np.array([row for row in crossing if len(pieces[row]) > 1], dtype=np.int64)
    for row in crossing:
        inside[row] = _is_within(area, lines[row])
    if len(several) == 0:
        return roads.reset_index(drop=True), inside
    whole = np.setdiff1d(np.arange(len(roads)), several)
    cut = _cut_rows(roads, several, pieces)
    kept = roads.iloc[whole].assign(at=whole, is_inside=inside[whole])
    cut["is_inside"] = [_is_within(area, line) for line in cut.geometry]
    joined = pd.concat([kept, cut]).sort_values("at", kind="stable", ignore_index=True)
    rows = gpd.GeoDataFrame(joined.drop(columns=["at", "is_inside"]), geometry="geometry", crs=roads.crs)
    return rows[list(roads.columns)], joined["is_inside"].to_numpy(dtype=bool)


def _is_within(area: shapely.Geometry, line: shapely.LineString) -> bool:
    return bool(shapely.intersects(area, shapely.line_interpolate_point(line, 0.5, normalized=True)))


def _pieces(line: shapely.LineString, border: shapely.Geometry) -> list[tuple[float, Any]]:
    """Cut one line at a border: distance from its start, and piece."""
    points = shapely.get_coordinates(shapely.intersection(line, border))
    spots: Any = shapely.points(points)
    at = np.asarray(shapely.line_locate_point(line, spots), dtype=float)
    at = np.unique(np.round(at[(at > _STEP) & (at < line.length - _STEP)], 7))
    ends = [0.0, *map(float, at), float(line.length)]
    return [(start, substring(line, start, end)) for start, end in pairwise(ends)]


def _cut_rows(
    roads: gpd.GeoDataFrame, rows: NDArray[np.int64], pieces: dict[int, list[tuple[float, Any]]]
) -> gpd.GeoDataFrame:
    made = []
    for row in rows:
        road = roads.iloc[row]
        for number, (start, piece) in enumerate(pieces[row], start=1):
            separated = _moved(road["grade_separated"], road.geometry, start, piece)
            entry = {"at": row, "road_id": f"{road['road_id']}/{number}", "grade_separated": separated}
            made.append({**road, **entry, "geometry": piece})
    return gpd.GeoDataFrame(made, geometry="geometry", crs=roads.crs).astype(roads.dtypes.to_dict())


def _moved(separated: str | None, line: shapely.LineString, start: float, piece: shapely.LineString) -> str | None:
    """Renumber the vertices that ``grade_separated`` names, for a piece of the line."""
    if not isinstance(separated, str):
        return None
    steps = np.hypot(*np.diff(shapely.get_coordinates(line), axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    first = int(np.searchsorted(along, start, side="left"))
    shift = int(along[first] > start)
    named = (entry.split(":") for entry in separated.split())
    moved = [(int(index) - first + shift, node) for index, node in named]
    kept = [f"{index}:{node}" for index, node in moved if shift <= index < shapely.get_num_points(piece)]
    return " ".join(kept) or None
