"""Lines cut exactly at territory borders, so that what the territories hold sums to what the country holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import scipy
import shapely
from shapely import STRtree

from comarca.crs import geocentric_m, geodesic_length_km, vertex_blocks
from comarca.polygons import valid_areas
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    IntArray = NDArray[np.intp]
    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    ShapeArray = NDArray[np.object_]

#: Longest step, in degrees, that is measured as one geodesic. Lines are straight in longitude and latitude between
#: their vertices; at this step the two notions of straight differ in length by less than 1e-8.
_STEP_DEG: Final = 0.02
#: Longest step when distances to a line are taken: its sag below the surface is then under 1 cm.
_SHORT_STEP_DEG: Final = 0.005
#: Vertices of an area that is cut no further.
_TILE_VERTICES: Final = 2_000
#: Where an area is halved: off round coordinates, which a line could follow and so count for both halves.
_OFF_MIDDLE: Final = 0.498_713_2


def length_by_territory(lines: ArrayLike, territories: ArrayLike) -> pd.DataFrame:
    """Length of each line in each territory, cut exactly at the borders.

    Parameters
    ----------
    lines : array-like of shapely geometries, shape (n,)
        (Multi)LineStrings, EPSG:4326. Empty ones have no length anywhere.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326; holes and exclaves count as drawn. Invalid ones are repaired first.

    Returns
    -------
    pandas.DataFrame
        Columns ``line`` and ``territory`` (positions in the two arguments) and ``km`` (geodesic, WGS84, above 0);
        one row per line and territory that share a length, sorted by both.

    Notes
    -----
    A piece that lies in several territories, as one along a shared border does, is split evenly among them; a piece
    along the outer border counts in full for the one territory it touches. So the sum over territories equals the
    length inside their union. Lines are straight in longitude and latitude between their vertices. "Along a border" is
    exact: a line drawn beside the border, however near, belongs to the side it is drawn on.
    """
    shapes = np.asarray(lines, dtype=object)
    areas = valid_areas(territories)
    line, territory, whole = _meetings(shapes, areas)
    alone = np.bincount(line, minlength=len(shapes))[line] == 1
    inside = whole & alone
    split = _split_at_borders(shapes, areas, np.unique(line[~inside]))
    found = pd.concat(
        [pd.DataFrame({"line": line[inside], "territory": territory[inside], "km": _km(shapes[line[inside]])}), split]
    )
    found = found[found["km"] > 0]
    return found.groupby(["line", "territory"], as_index=False, sort=True).agg({"km": "sum"})


def length_inside_km(lines: ArrayLike, area: shapely.Geometry) -> FloatArray:
    """Length of each line inside one area: the independent count that a sum over territories is checked against.

    Parameters
    ----------
    lines : array-like of shapely geometries, shape (n,)
        (Multi)LineStrings, EPSG:4326.
    area : shapely geometry
        (Multi)Polygon, EPSG:4326, such as the union of all territories.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Kilometres, geodesic; what lies on the outline counts as inside.
    """
    shapes = np.asarray(lines, dtype=object)
    shapely.prepare(area)
    km = np.zeros(len(shapes))
    touched = shapely.intersects(area, shapes)
    inside = touched & shapely.covers(area, shapes)
    km[inside] = _km(shapes[inside])
    cut = np.flatnonzero(touched & ~inside)
    tiles = np.array(_tiles(area), dtype=object)
    line, tile = STRtree(tiles).query(shapes[cut], predicate="intersects")
    np.add.at(km, cut[line], _km(shapely.intersection(shapes[cut[line]], tiles[tile])))
    return km


def within_distance(longitude: ArrayLike, latitude: ArrayLike, lines: ArrayLike, *, distance_km: float) -> BoolArray:
    """Whether each point has a line within a straight distance of it.

    Parameters
    ----------
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).
    lines : array-like of shapely geometries, shape (m,)
        (Multi)LineStrings, EPSG:4326.
    distance_km : float
        The distance; what is exactly as far counts as near.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where the nearest point on any line is near enough.

    Notes
    -----
    Distances are to the nearest point on a segment, through the Earth rather than over it: at 5 km that is 0.1 mm
    shorter than the geodesic.
    """
    reach_m = distance_km * M_PER_KM
    points = geocentric_m(longitude, latitude)
    near = np.zeros(len(points), dtype=bool)
    for block in vertex_blocks(np.asarray(lines, dtype=object)):
        far = np.flatnonzero(~near)
        near[far] = _within_reach(points[far], block, reach_m)
    return near


def _within_reach(points: FloatArray, lines: ShapeArray, reach_m: float) -> BoolArray:
    """Whether each point, in geocentric metres, has one of some lines near enough."""
    ends, _ = _segment_ends(shapely.segmentize(lines, _SHORT_STEP_DEG))
    if len(ends) == 0 or len(points) == 0:
        return np.zeros(len(points), dtype=bool)
    start, end = (geocentric_m(at[:, 0], at[:, 1]) for at in (ends[:, 0], ends[:, 1]))
    tree = scipy.spatial.cKDTree((start + end) / 2)
    longest_m = np.linalg.norm(end - start, axis=1).max()
    to_middle, _ = tree.query(points, distance_upper_bound=reach_m + longest_m / 2 + 1)
    near: BoolArray = to_middle <= reach_m
    # Only where the nearest middle of a segment is just out of reach can an end of a segment still be in it.
    unsure = np.flatnonzero(np.isfinite(to_middle) & ~near)
    for point in unsure:
        close = tree.query_ball_point(points[point], reach_m + longest_m / 2 + 1)
        near[point] = _distance_m(points[point], start[close], end[close]).min() <= reach_m
    return near


def _meetings(shapes: ShapeArray, areas: ShapeArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Pairs of a shape and an area that meet, and whether the shape lies wholly in the area (border included)."""
    area, shape = STRtree(shapes).query(areas, predicate="intersects")
    shapely.prepare(areas)
    return shape, area, shapely.covers(areas[area], shapes[shape])


def _split_at_borders(shapes: ShapeArray, areas: ShapeArray, rows: IntArray) -> pd.DataFrame:
    """Lengths of the few lines that meet a border, segment by segment."""
    ends, owner = _segment_ends(shapes[rows])
    segments = _linestrings(ends)
    segment, territory, whole = _meetings(segments, areas)
    start, end, pair = _intervals(segments, areas, segment, territory, whole)
    segment, territory = segment[pair], territory[pair]
    shared = np.bincount(segment, minlength=len(segments))[segment] > 1
    start_s, end_s, source, share = _atoms(segment[shared], start[shared], end[shared])
    segment = np.concatenate([segment[~shared], segment[shared][source]])
    territory = np.concatenate([territory[~shared], territory[shared][source]])
    start, end = np.concatenate([start[~shared], start_s]), np.concatenate([end[~shared], end_s])
    share = np.concatenate([np.ones((~shared).sum()), share])
    km = _km(_pieces(segments[segment], start, end)) * share
    return pd.DataFrame({"line": rows[owner[segment]], "territory": territory, "km": km})


def _segment_ends(shapes: ShapeArray) -> tuple[FloatArray, IntArray]:
    """Cut lines into straight segments of some length: their ends, shape (n, 2, 2), and the line each comes from."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    joined = (part[:-1] == part[1:]) & (coordinates[:-1] != coordinates[1:]).any(axis=1)
    return np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1), owner[part[:-1][joined]]


def _intervals(
    segments: ShapeArray, areas: ShapeArray, segment: IntArray, territory: IntArray, whole: BoolArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Fractions (start, end) of the segment that lie in the area, and the pair that each interval belongs to."""
    cut = np.flatnonzero(~whole)
    parts, row = shapely.get_parts(
        shapely.intersection(segments[segment[cut]], areas[territory[cut]]), return_index=True
    )
    linear = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    parts, pair = parts[linear], cut[row[linear]]
    base = segments[segment[pair]]
    at = np.sort(
        np.column_stack([_fraction(base, shapely.get_point(parts, 0)), _fraction(base, shapely.get_point(parts, -1))])
    )
    inside = np.flatnonzero(whole)
    return (
        np.concatenate([np.zeros(len(inside)), at[:, 0]]),
        np.concatenate([np.ones(len(inside)), at[:, 1]]),
        np.concatenate([inside, pair]),
    )


def _fraction(segments: ShapeArray, points: ShapeArray) -> FloatArray:
    """Where along its segment each point lies, from 0 to 1."""
    ends = shapely.get_coordinates(segments).reshape(-1, 2, 2)
    along = ends[:, 1] - ends[:, 0]
    offset = shapely.get_coordinates(points) - ends[:, 0]
    fraction: FloatArray = np.clip((offset * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    return fraction


def _atoms(
    segment: IntArray, start: FloatArray, end: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray, FloatArray]:
    """Cut overlapping intervals of one segment at each other's ends.

    Returns the start and end of each piece, the interval that it is a piece of, and 1 / the number of intervals that
    cover the same piece.
    """
    breaks = pd.DataFrame({"segment": np.tile(segment, 2), "from": np.concatenate([start, end])})
    breaks = breaks.drop_duplicates().sort_values(["segment", "from"], ignore_index=True)
    breaks["to"] = breaks.groupby("segment")["from"].shift(-1)
    intervals = pd.DataFrame({"segment": segment, "start": start, "end": end, "source": np.arange(len(segment))})
    pieces = intervals.merge(breaks.dropna(), on="segment")
    pieces = pieces[(pieces["start"] <= pieces["from"]) & (pieces["to"] <= pieces["end"])]
    times = pieces.groupby(["segment", "from"])["source"].transform("size")
    return (
        pieces["from"].to_numpy(),
        pieces["to"].to_numpy(),
        pieces["source"].to_numpy(),
        1 / times.to_numpy(dtype=np.float64),
    )


def _tiles(area: shapely.Geometry) -> list[shapely.Geometry]:
    """Halve an area until its parts have few vertices, so that cutting a line does not have to look at all of them."""
    if shapely.get_num_coordinates(area) <= _TILE_VERTICES:
        return [area]
    west, south, east, north = shapely.bounds(area)
    if east - west > north - south:
        middle = west + _OFF_MIDDLE * (east - west)
        halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    else:
        middle = south + _OFF_MIDDLE * (north - south)
        halves = shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)
    return [tile for half in halves for tile in _tiles(shapely.intersection(area, half))]


def _pieces(segments: ShapeArray, start: FloatArray, end: FloatArray) -> ShapeArray:
    """Part of each segment between two fractions of it."""
    ends = shapely.get_coordinates(segments).reshape(-1, 2, 2)
    along = ends[:, 1] - ends[:, 0]
    return _linestrings(np.stack([ends[:, 0] + start[:, None] * along, ends[:, 0] + end[:, None] * along], axis=1))


def _linestrings(ends: FloatArray) -> ShapeArray:
    """Two-point lines from their ends, shape (n, 2, 2); an array also when n is 0."""
    return np.asarray(shapely.linestrings(ends), dtype=object).reshape(-1)


def _km(shapes: ShapeArray) -> FloatArray:
    """Geodesic length, long segments taken in steps so that a line and its pieces agree."""
    west, south, east, north = shapely.bounds(shapes).T
    steps = np.array(shapes, dtype=object)
    wide = np.fmax(east - west, north - south) > _STEP_DEG
    steps[wide] = shapely.segmentize(steps[wide], _STEP_DEG)
    return geodesic_length_km(steps)


def _distance_m(point: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Distance of one point to straight segments, all in geocentric metres."""
    along = end - start
    t = np.clip(((point - start) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
    return np.asarray(np.linalg.norm(start + t[:, None] * along - point, axis=1))
