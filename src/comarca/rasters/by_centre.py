"""Rasters by territory with rasterstats: a cell counts in full for the territory that holds its centre.

The second of two engines: a choice, and what the sums of exactextract are held against (`comarca.rasters.engines`).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import rasterstats
import shapely
from affine import Affine
from rasterio.features import rasterize

from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from comarca.rasters.bands import OpenRaster

    ShapeArray = NDArray[np.object_]
    FloatArray = NDArray[np.float64]


def centre_statistics(grid: OpenRaster, shapes: ShapeArray) -> pd.DataFrame:
    """Statistics of a band by polygon.

    Parameters
    ----------
    grid : OpenRaster
        The open band.
    shapes : numpy.ndarray of shapely geometries, shape (m,)
        Valid (multi)polygons in its CRS.

    Returns
    -------
    pandas.DataFrame, shape (m, 5)
        ``sum``, ``mean``, ``count``, ``min``, ``max``; NaN where no cell with data has its centre inside, count 0.
    """
    options: dict[str, Any] = {"stats": ["count", "min", "max"], "add_stats": {"sum": _sum, "mean": _mean}}
    rows = [_run(shape, *_values(grid, shape), **options) for shape in shapes]
    return pd.DataFrame(rows, columns=["sum", "mean", "count", "min", "max"], dtype=float)


def centre_class_km2(grid: OpenRaster, shapes: ShapeArray) -> list[pd.Series]:
    """Area of each class by polygon, all cells of a polygon taken as large as the one at its middle.

    Parameters
    ----------
    grid, shapes
        As for `centre_statistics`; the band holds classes as whole numbers.

    Returns
    -------
    list of pandas.Series
        Square kilometres by class.
    """
    middle = shapely.point_on_surface(shapes)
    rows = ((grid.north - shapely.get_y(middle)) / grid.cell_height).astype(int).clip(0, grid.height - 1)
    columns = ((shapely.get_x(middle) - grid.west) / grid.cell_width).astype(int).clip(0, grid.width - 1)
    return [
        pd.Series(_run(shape, *_values(grid, shape), categorical=True), dtype=float).rename(int)
        * grid.cell_area_km2(row, column, 1, 1)[0, 0]
        for shape, row, column in zip(shapes, rows, columns, strict=True)
    ]


def sums_with_border(
    grid: OpenRaster, shapes: ShapeArray, *, classes: Collection[int] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Sum a band by polygon, and apart what lies in the cells that the polygon's border touches.

    Parameters
    ----------
    grid, shapes
        As for `centre_statistics`.
    classes : collection of int, optional
        Sum the areas (ha) of the cells of these classes instead of the values.

    Returns
    -------
    sums, border : numpy.ndarray, shape (m,)
        Sums over the cells with their centre inside, 0 without any; and sums of the absolute amounts of all cells on
        the border: no way of sharing cells out, by centre or by part, can give sums that differ by more.
    """
    sums, border = np.zeros(len(shapes)), np.zeros(len(shapes))
    for number, shape in enumerate(shapes):
        values, affine = _values(grid, shape)
        if classes is not None:
            area_ha = HA_PER_KM2 * grid.cell_area_km2(*grid.window(shape.bounds))
            values = np.where(np.isin(values, list(classes)), area_ha, np.where(np.isnan(values), np.nan, 0.0))
        sums[number] = np.nan_to_num(_run(shape, values, affine, stats=[], add_stats={"sum": _sum})["sum"])
        on_border = rasterize([shape.boundary], out_shape=values.shape, transform=affine, all_touched=True) > 0
        border[number] = np.nansum(np.abs(values[on_border]))
    return sums, border


def _values(grid: OpenRaster, shape: Any) -> tuple[FloatArray, Affine]:
    """Values of the window around a polygon, NaN without data, and its transform."""
    row, column, rows, columns = grid.window(shape.bounds)
    values, is_data = grid.read(row, column, rows, columns)
    north, west = grid.north - row * grid.cell_height, grid.west + column * grid.cell_width
    return np.where(is_data, values, np.nan), Affine(grid.cell_width, 0, west, 0, -grid.cell_height, north)


def _run(shape: Any, values: FloatArray, affine: Affine, **options: Any) -> dict[Any, Any]:
    with warnings.catch_warnings():
        # rasterstats multiplies affine matrices in a way that the affine package is about to give up.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        (result,) = rasterstats.zonal_stats([shape], values, affine=affine, nodata=np.nan, **options)
    return dict(result)


def _sum(values: np.ma.MaskedArray[Any, Any]) -> float:
    return float(values.sum(dtype=float)) if values.count() else np.nan


def _mean(values: np.ma.MaskedArray[Any, Any]) -> float:
    return float(values.mean(dtype=float)) if values.count() else np.nan
