"""Tiles of rasters: which ones a region touches, and which of them may be missing because they are open sea."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Transformer

from comarca.crs import geodesic_area_km2
from comarca.polygons import valid_areas

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOLLWEIDE = "ESRI:54009"
#: Left and top edge of the grid of GHSL tiles, and the side of a tile, in metres of `MOLLWEIDE`.
GHSL_LEFT_M, GHSL_TOP_M, GHSL_TILE_M = -18_041_000.0, 9_000_000.0, 1_000_000.0


def worldcover_tiles(boundary: BaseGeometry, *, side_deg: int = 3) -> dict[str, float]:
    """WorldCover tiles that a region touches, named by their south-west corner.

    Parameters
    ----------
    boundary : shapely geometry
        The region, EPSG:4326.
    side_deg : int
        Side of a tile in degrees.

    Returns
    -------
    dict
        Name, such as ``N12W093`` -> area of the region in that tile, km2; sorted by name.
    """
    west, south, east, north = boundary.bounds
    columns = range(math.floor(west / side_deg) * side_deg, math.ceil(east / side_deg) * side_deg, side_deg)
    rows = range(math.floor(south / side_deg) * side_deg, math.ceil(north / side_deg) * side_deg, side_deg)
    corners = [(longitude, latitude) for latitude in rows for longitude in columns]
    boxes = [shapely.box(x, y, x + side_deg, y + side_deg) for x, y in corners]
    areas = geodesic_area_km2(shapely.intersection(boxes, boundary))
    return {
        f"{'N' if y >= 0 else 'S'}{abs(y):02d}{'E' if x >= 0 else 'W'}{abs(x):03d}": float(area)
        for (x, y), area in sorted(zip(corners, areas, strict=True))
        if area > 0
    }


def ghsl_tiles(boundary: BaseGeometry) -> dict[str, float]:
    """GHSL tiles of 1,000 km that a region touches, in the Mollweide projection.

    Parameters
    ----------
    boundary : shapely geometry
        The region, EPSG:4326.

    Returns
    -------
    dict
        Name, such as ``R8_C10`` -> area of the region in that tile, km2; sorted by name.
    """
    to_mollweide = Transformer.from_crs(CRS.from_epsg(4326), CRS.from_string(MOLLWEIDE), always_xy=True)
    plane = shapely.transform(
        shapely.segmentize(boundary, 0.25),
        lambda points: np.column_stack(to_mollweide.transform(points[:, 0], points[:, 1])),
    )
    projected = valid_areas(np.array([plane], dtype=object))[0]
    left, bottom, right, top = projected.bounds
    columns = range(math.floor((left - GHSL_LEFT_M) / GHSL_TILE_M), math.ceil((right - GHSL_LEFT_M) / GHSL_TILE_M))
    rows = range(math.floor((GHSL_TOP_M - top) / GHSL_TILE_M), math.ceil((GHSL_TOP_M - bottom) / GHSL_TILE_M))
    tiles = {}
    for row in rows:
        for column in columns:
            x, y = GHSL_LEFT_M + column * GHSL_TILE_M, GHSL_TOP_M - row * GHSL_TILE_M
            area = shapely.intersection(projected, shapely.box(x, y - GHSL_TILE_M, x + GHSL_TILE_M, y)).area / 1e6
            if area > 0:
                tiles[f"R{row + 1}_C{column + 1}"] = float(area)
    return tiles
