"""Areas: repaired, reduced to polygons, and the territory that each thing lies in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    IntArray = NDArray[np.intp]
    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    ShapeArray = NDArray[np.object_]

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)
_AREA_DIMENSION: Final = 2


def valid_areas(shapes: ArrayLike) -> ShapeArray:
    """Repair polygons that cross themselves, keeping their areas only.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (m,)
        (Multi)Polygons.

    Returns
    -------
    numpy.ndarray of shapely geometries, shape (m,)
        The same polygons, all valid; those that were valid are returned as they came.
    """
    areas = np.array(shapes, dtype=object)
    bad = ~shapely.is_valid(areas)
    if bad.any():
        logger.warning("%d of %d polygons crossed themselves and were repaired", bad.sum(), len(areas))
        areas[bad] = shapely.make_valid(areas[bad], method="structure", keep_collapsed=False)
    return areas


def territory_of(points: NDArray[np.object_], territories: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Find the territory of each point.

    Parameters
    ----------
    points : numpy.ndarray of shapely geometries, shape (n,)
        Points, or areas of which a point on the surface is taken, EPSG:4326.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Position in `territories`, -1 outside. A point on a border belongs to the first territory that touches it.
    """
    places = shapely.point_on_surface(np.asarray(points, dtype=object))
    # Points in the tree, so that the polygons are the ones that are prepared: three times as fast.
    territory, point = shapely.STRtree(places).query(territories.geometry.to_numpy(), predicate="intersects")
    owner = np.full(len(places), len(territories), dtype=np.intp)
    np.minimum.at(owner, point, territory)
    return np.where(owner == len(territories), -1, owner)


def polygons_only(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop the points and lines that an overlay or a repair may leave beside polygons.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries, shape (n,)
        Of any type.

    Returns
    -------
    numpy.ndarray of shapely geometries, shape (n,)
        MultiPolygons, empty where nothing is left.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner, is_area = owner[inner], shapely.get_dimensions(parts) == _AREA_DIMENSION
    empty = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    if not is_area.any():  # shapely would give none at all
        return empty
    return np.asarray(shapely.multipolygons(parts[is_area], indices=owner[is_area], out=empty), dtype=object)
