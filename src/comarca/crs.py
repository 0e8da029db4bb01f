"""Coordinate reference systems: one to store in, one to measure in, guards for both.

Layers are stored in longitude and latitude (EPSG:4326). Lengths and areas are measured on the WGS84 ellipsoid;
what needs a plane (grids, maps) uses a Lambert azimuthal equal-area system centred on the region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError as ProjCRSError
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from comarca.errors import CRSError
from comarca.results import Check
from comarca.units import M2_PER_KM2, M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]


STORAGE: Final = CRS.from_epsg(4326)

#: Equal-area system of the Global Human Settlement Layer: its 1 km grid has edges at whole kilometres.
MOLLWEIDE: Final = CRS.from_authority("ESRI", 54009)
_MOLLWEIDE_PACIFIC: Final = CRS.from_dict({"proj": "moll", "lon_0": 180, "datum": "WGS84"})

GEOD: Final = Geod(ellps="WGS84")

_REMEDY: Final = (
    "A CRS is never assumed: write it into the file, for instance with ogr2ogr -a_srs, or set the key `crs` of the"
    " section, such as `crs: EPSG:4674`."
)

#: Points that are copied at once, where there may be hundreds of millions.
_POINTS_AT_ONCE: Final = 1_000_000
_GEOCENTRIC: Final = Transformer.from_crs(CRS.from_epsg(4979), CRS.from_epsg(4978), always_xy=True)


def require_storage_crs(layer: gpd.GeoDataFrame, *, name: str) -> None:
    """Refuse a layer that is not in longitude and latitude (EPSG:4326).

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        The layer to check.
    name : str
        What to call it in the message.

    Raises
    ------
    CRSError
        If the CRS is missing or another one.
    """
    if layer.crs is None:
        raise CRSError(name, got=None, expected="a coordinate reference system", remedy=_REMEDY)
    if not layer.crs.equals(STORAGE, ignore_axis_order=True):
        raise CRSError(name, got=layer.crs.to_string(), expected="EPSG:4326", remedy="Reproject it with to_crs(4326).")


def to_storage_crs(layer: gpd.GeoDataFrame, *, name: str) -> gpd.GeoDataFrame:
    """Bring a layer that has a CRS to EPSG:4326.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        Any layer with a CRS.
    name : str
        What to call it in the message.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer in EPSG:4326.

    Raises
    ------
    CRSError
        If the layer has no CRS: none is ever assumed.
    """
    require_known_crs(layer.crs, name=name)
    return layer.to_crs(STORAGE)


def parse_crs(text: Any, *, name: str) -> CRS:
    """Read a coordinate system that a person or a file names.

    Parameters
    ----------
    text : object
        An EPSG code, WKT, PROJ text or URN.
    name : str
        What to call it in messages.

    Returns
    -------
    pyproj.CRS
        The system.

    Raises
    ------
    CRSError
        If it is not known.
    """
    try:
        return CRS.from_user_input(text)
    except ProjCRSError as error:
        raise CRSError(
            name, got=str(text), expected="a coordinate reference system, such as EPSG:4326", remedy=_REMEDY
        ) from error


def require_known_crs(crs: Any, *, name: str) -> CRS:
    """Refuse a system that is missing, undefined, or cannot be brought to longitude and latitude with any trust.

    Parameters
    ----------
    crs : object
        What a file says.
    name : str
        The file, for messages.

    Returns
    -------
    pyproj.CRS
        The system.

    Raises
    ------
    CRSError
        If there is none; if it is a plane without a place on the Earth; or if its datum is not known and its ellipsoid
        is an old one, so that places may be hundreds of metres off.
    """
    if crs is None:
        raise CRSError(name, got=None, expected="a coordinate reference system", remedy=_REMEDY)
    parsed = parse_crs(crs, name=name)
    if "undefined" in parsed.name.lower() or not _has_datum(parsed):
        raise CRSError(name, got=parsed.name, expected="a coordinate reference system", remedy=_REMEDY)
    if _is_ballpark(parsed) and not _is_modern(parsed):
        raise CRSError(
            name, got=f"{parsed.name} with the datum {_datum(parsed)!r}", expected="a datum that is known",
            remedy="Places may be hundreds of metres off. Say which system it is with the key `crs`, such as"
            " EPSG:24877, or as PROJ text with +towgs84.",
        )  # fmt: skip
    return parsed


def crs_checks(crs: CRS, *, name: str) -> list[Check]:
    """Warn of a system whose datum is not known but modern, so that places are good to a few metres.

    Parameters
    ----------
    crs : pyproj.CRS
        A system that `require_known_crs` lets pass.
    name : str
        The file, for messages.

    Returns
    -------
    list of Check
        Nothing if the datum is known.
    """
    if not _is_ballpark(crs):
        return []
    message = (
        f"{name} has the datum {_datum(crs)!r}, which is not known; it is taken for WGS 84, from which systems on its"
        " ellipsoid differ by a few metres. The key `crs` says which it is."
    )
    return [Check("datum", "warn", _datum(crs), "a datum that is known", message)]


def _has_datum(crs: CRS) -> bool:
    """Tell whether a system has a place on the Earth; the texts of damaged files may be torn inside."""
    try:
        return crs.geodetic_crs is not None
    except ProjError:
        return False


def _is_ballpark(crs: CRS) -> bool:
    if crs.to_2d().equals(STORAGE, ignore_axis_order=True):
        return False
    steps = TransformerGroup(crs, STORAGE, always_xy=True).transformers
    return not steps or "ballpark geographic offset" in steps[0].description.lower()


def _is_modern(crs: CRS) -> bool:
    ellipsoid = crs.ellipsoid
    return ellipsoid is not None and abs(ellipsoid.semi_major_metre - GEOD.a) < 1.0


def _datum(crs: CRS) -> str:
    datum = crs.geodetic_crs.datum if crs.geodetic_crs else None
    return datum.name if datum else "unknown"


def region_bounds(geometry: ArrayLike) -> tuple[float, float, float, float]:
    """Give the extent of geometries, the short way round the Earth.

    Parameters
    ----------
    geometry : array-like of shapely geometries
        EPSG:4326; what crosses the antimeridian is cut there, as the standard of GeoJSON asks.

    Returns
    -------
    west, south, east, north : float
        Degrees. East is beyond 180 where the extent crosses the antimeridian.
    """
    parts = shapely.get_parts(np.asarray(geometry, dtype=object).ravel())
    bounds = shapely.bounds(parts)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return (np.nan,) * 4
    order = np.argsort(bounds[:, 0], kind="stable")
    starts, reached = bounds[order, 0], np.maximum.accumulate(bounds[order, 2])
    gaps = np.append(starts[1:] - reached[:-1], starts[0] + 360.0 - reached[-1])
    widest = int(gaps.argmax())
    south, north = float(bounds[:, 1].min()), float(bounds[:, 3].max())
    if widest == len(starts) - 1:
        return float(starts[0]), south, float(reached[-1]), north
    return float(starts[widest + 1]), south, float(reached[widest]) + 360.0, north


def degree_boxes(bounds: tuple[float, float, float, float]) -> list[tuple[float, float, float, float]]:
    """Part an extent that crosses the antimeridian in two.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees; west is greater than east, or east beyond 180, where it crosses.

    Returns
    -------
    list of tuple of float
        One or two extents of degrees from -180 to 180, west first.
    """
    west, south, east, north = bounds
    if west <= east <= 180:
        return [bounds]
    return [(west, south, 180.0, north), (-180.0, south, east - 360.0 if east > 180 else east, north)]


def cut_at_antimeridian(shape: BaseGeometry, *, longitude: float) -> BaseGeometry:
    """Part a polygon whose vertices jump from one side of the antimeridian to the other.

    Parameters
    ----------
    shape : shapely geometry
        EPSG:4326, less than 360 degrees wide.
    longitude : float
        A longitude about its middle, degrees.

    Returns
    -------
    shapely geometry
        Valid, from -180 to 180 degrees; as it was where it does not cross.
    """

    def unrolled(points: NDArray[np.float64]) -> NDArray[np.float64]:
        east = (points[:, 0] - longitude + 180.0) % 360.0 - 180.0 + longitude
        return np.column_stack([east, points[:, 1]])

    whole = shapely.make_valid(shapely.transform(shape, unrolled))
    west, _, east, _ = shapely.bounds(whole)
    if west >= -180 and east <= 180:
        return shapely.make_valid(shape)
    sides = []
    for turn in (-360.0, 0.0, 360.0):
        side = shapely.intersection(whole, shapely.box(turn - 180, -90, turn + 180, 90))
        sides.append(shapely.set_coordinates(side, shapely.get_coordinates(side) - np.array([turn, 0.0])))
    return shapely.union_all(sides)


def mollweide(bounds: tuple[float, float, float, float]) -> CRS:
    """Give the system of grids of people around a region.

    Parameters
    ----------
    bounds : tuple of float
        As from `region_bounds`.

    Returns
    -------
    pyproj.CRS
        `MOLLWEIDE`, of which global grids are; around the antimeridian for regions that cross it, which it tears apart.
    """
    return MOLLWEIDE if bounds[2] <= 180 else _MOLLWEIDE_PACIFIC


def equal_area_crs(bounds: tuple[float, float, float, float]) -> CRS:
    """Equal-area system for a region: Lambert azimuthal, centred on it.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees (EPSG:4326), as from `region_bounds`.

    Returns
    -------
    pyproj.CRS
        Units are metres. Areas are exact everywhere. The scale of lengths is off by less than
        ``(d / 2R)**2 / 2`` at a distance ``d`` from the centre: 0.1 % at 570 km.
    """
    west, south, east, north = bounds
    return CRS.from_dict(
        {
            "proj": "laea",
            "lat_0": round((south + north) / 2, 4),
            "lon_0": round(((west + east) / 2 + 180.0) % 360.0 - 180.0, 4),
            "datum": "WGS84",
        }
    )


def geodesic_length_km(geometry: ArrayLike, *, geod: Geod = GEOD) -> NDArray[np.float64]:
    """Length of lines on the ellipsoid, vectorised over segments.

    Parameters
    ----------
    geometry : array-like of shapely geometries, shape (n,)
        (Multi)LineStrings in EPSG:4326; other types and empty ones have length 0.
    geod : pyproj.Geod, optional
        The ellipsoid; WGS84 if not given.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Kilometres. Straight lines in degrees are taken as geodesics between their vertices.
    """
    shapes = np.asarray(geometry, dtype=object)
    return np.concatenate([np.zeros(0), *(_lengths_km(block, geod) for block in vertex_blocks(shapes))])


def vertex_blocks(shapes: NDArray[np.object_], *, vertices: int = 1_000_000) -> Iterator[NDArray[np.object_]]:
    """Take geometries some at a time, so that what is computed of their vertices does not fill the memory.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries, shape (n,)
        The geometries.
    vertices : int, optional
        About as many vertices make a block; a geometry is never divided.

    Yields
    ------
    numpy.ndarray of shapely geometries
        Blocks in order; together they are all geometries.
    """
    block = np.cumsum(shapely.get_num_coordinates(shapes)) // vertices
    yield from np.split(shapes, np.flatnonzero(np.diff(block)) + 1)


def _lengths_km(geometry: NDArray[np.object_], geod: Geod) -> Floats:
    parts, owner = shapely.get_parts(geometry, return_index=True)
    is_line = np.isin(shapely.get_type_id(parts), (1, 2))
    parts, owner = parts[is_line], owner[is_line]
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    total = np.zeros(len(geometry))
    if len(coordinates) > 1:
        _, _, metres = geod.inv(coordinates[:-1, 0], coordinates[:-1, 1], coordinates[1:, 0], coordinates[1:, 1])
        same = part[:-1] == part[1:]
        np.add.at(total, owner[part[:-1][same]], np.asarray(metres)[same] / M_PER_KM)
    return total


def geodesic_area_km2(geometry: ArrayLike) -> NDArray[np.float64]:
    """Area of polygons on the WGS84 ellipsoid.

    Parameters
    ----------
    geometry : array-like of shapely geometries, shape (n,)
        (Multi)Polygons in EPSG:4326.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Square kilometres; 0 for empty geometries and other types.
    """
    oriented = shapely.orient_polygons(np.asarray(geometry, dtype=object))
    return np.array([abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in oriented]) / M2_PER_KM2


def geocentric_m(longitude: ArrayLike, latitude: ArrayLike) -> NDArray[np.float64]:
    """Earth-centred coordinates of points on the ellipsoid's surface.

    Straight distances between them are shorter than geodesics by ``d**3 / (24 R**2)``: 1 mm at 10 km, 1 m at
    100 km. So they serve nearest-neighbour searches anywhere on Earth without choosing a projection.

    Parameters
    ----------
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).

    Returns
    -------
    numpy.ndarray, shape (n, 3)
        Metres (EPSG:4978).
    """
    lon, lat = np.atleast_1d(np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    place_m = np.empty((len(lon), 3))
    for start in range(0, len(lon), _POINTS_AT_ONCE):
        few = slice(start, start + _POINTS_AT_ONCE)
        place_m[few] = np.transpose(_GEOCENTRIC.transform(lon[few], lat[few], np.zeros_like(lon[few])))
    return place_m


#: Mean radius of the Earth (IUGG), metres.
EARTH_RADIUS_M: Final = 6_371_008.8

_SHORT_DEGREE: Final = 0.01

_POLAR_DEGREE: Final = 80.0


def geodesic_step_km(lon_1: Floats, lat_1: Floats, lon_2: Floats, lat_2: Floats, *, geod: Geod = GEOD) -> Floats:
    """Geodesic length of many steps, most of them short.

    Parameters
    ----------
    lon_1, lat_1, lon_2, lat_2 : numpy.ndarray, shape (n,)
        Ends of the steps, degrees.
    geod : pyproj.Geod, optional
        Ellipsoid; WGS84 if not given.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Kilometres.

    Notes
    -----
    Steps under 0.01 degrees use the radii of curvature at the middle latitude, seven times faster than the geodesic
    and equal to it to 1e-6 mm per metre up to 80 degrees of latitude; longer ones, and those near the poles, use the
    geodesic.
    """
    middle = np.radians((lat_1 + lat_2) / 2)
    curvature = 1 - geod.es * np.sin(middle) ** 2
    north = geod.a * (1 - geod.es) / curvature**1.5 * np.radians(lat_2 - lat_1)
    east = geod.a / np.sqrt(curvature) * np.cos(middle) * np.radians(lon_2 - lon_1)
    metres = np.hypot(north, east)
    degrees = np.maximum(np.abs(lat_2 - lat_1), np.abs(lon_2 - lon_1))
    far = (degrees > _SHORT_DEGREE) | (np.abs(lat_1) > _POLAR_DEGREE)
    if far.any():
        metres[far] = geod.inv(lon_1[far], lat_1[far], lon_2[far], lat_2[far])[2]
    return np.asarray(metres / M_PER_KM)


def arc_m(chord_m: Floats) -> Floats:
    """Length over the Earth's surface between points a straight distance apart.

    Parameters
    ----------
    chord_m : numpy.ndarray
        Straight distance through the Earth between two points, metres, as between `comarca.crs.geocentric_m` points.

    Returns
    -------
    numpy.ndarray
        Metres. On a sphere of the mean radius: off by less than 1e-7 up to 100 km.
    """
    half = np.minimum(chord_m / (2 * EARTH_RADIUS_M), 1.0)
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(half))
