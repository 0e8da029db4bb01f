"""Catchments as areas: the land from which one city is reached before any other of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio.features
import shapely
import shapely.geometry

from comarca.crs import STORAGE
from comarca.units import M2_PER_KM2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.rasters.grids import Grid


def catchment_areas(place: NDArray[np.int32], grid: Grid, cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the outlines of catchments.

    Parameters
    ----------
    place : numpy.ndarray of int32, shape (rows, columns)
        Row of the city that is reached first from each cell, as in `comarca.access.rasters.RasterTimes`; -1 where there
        is none.
    grid : Grid
        The cells.
    cities : geopandas.GeoDataFrame
        Schema ``cities``: those that the rows count.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per city that is reached first from somewhere, in the order of `cities`: ``city_id``, ``city_name``,
        ``area_km2`` (of its cells) and a (Multi)Polygon, EPSG:4326. Areas do not overlap, and cover all cells that
        reach a city.
    """
    pieces = rasterio.features.shapes(place, mask=place >= 0, connectivity=4, transform=grid.transform)
    shapes, rows = [], []
    for shape, row in pieces:
        shapes.append(shapely.geometry.shape(shape))
        rows.append(int(row))
    owner = np.array(rows, dtype=np.int64)
    order = np.argsort(owner, kind="stable")
    found, start = np.unique(owner[order], return_index=True)
    parts = np.split(np.array(shapes, dtype=object)[order], start[1:]) if len(found) else []
    whole = [part[0] if len(part) == 1 else shapely.multipolygons(part) for part in parts]
    chosen = cities.iloc[found]
    return gpd.GeoDataFrame(
        {
            "city_id": chosen["city_id"].to_numpy(),
            "city_name": chosen["city_name"].to_numpy(),
            "area_km2": shapely.area(np.array(whole, dtype=object)) / M2_PER_KM2,
        },
        geometry=whole,
        crs=grid.crs,
    ).to_crs(STORAGE)
