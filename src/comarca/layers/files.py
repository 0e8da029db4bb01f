"""Open and write canonical layers and rasters, checked against their schemas, atomically."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import rasterio.shutil
from rasterio.io import MemoryFile

from comarca.io import atomic_path, read_table
from comarca.layers.index import LAYERS
from comarca.layers.schemas import validate_layer

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS

    from comarca.io import PathLike


def read_layer(path: PathLike, name: str) -> gpd.GeoDataFrame:
    """Read a canonical layer and check it against its schema.

    Parameters
    ----------
    path : path-like
        A GeoParquet file.
    name : str
        Name of the schema, a key of `comarca.layers.schemas.LAYERS`.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer, EPSG:4326.
    """
    return validate_layer(gpd.read_parquet(path), name)


def write_layer(layer: gpd.GeoDataFrame, path: PathLike, name: str) -> None:
    """Check a canonical layer and write it as GeoParquet.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        The layer, EPSG:4326.
    path : path-like
        Where to.
    name : str
        Name of the schema.
    """
    checked = validate_layer(layer, name)
    with atomic_path(path) as part:
        checked.to_parquet(part, index=False, compression="zstd")


def load(name: str, path: PathLike) -> Any:
    """Read a layer in the way its kind asks for.

    Parameters
    ----------
    name : str
        Name of the layer, a key of `comarca.layers.index.LAYERS`.
    path : path-like
        Its file.

    Returns
    -------
    GeoDataFrame, DataFrame, dict of DataFrame, or pathlib.Path
        A vector layer, a table or reference, tables by the value of their field, or the path of a raster: rasters are
        read by blocks.
    """
    layer = LAYERS[name]
    if layer.kind == "vector":
        return read_layer(path, name)
    if layer.kind == "table":
        return read_table(path)
    if layer.kind == "tables":
        return {str(key): table for key, table in read_table(path).groupby(layer.field, sort=False)}
    if layer.kind == "reference":
        return pd.read_csv(path)
    return Path(path)


def write_raster(
    values: NDArray[Any], path: PathLike, *, crs: CRS, transform: Affine, nodata: float, description: str, unit: str
) -> None:
    """Write one band as a Cloud-Optimised GeoTIFF.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
        The cells; those without an answer hold `nodata`.
    path : path-like
        Where to.
    crs : pyproj.CRS
        Coordinate system of the grid.
    transform : affine.Affine
        From column and row to coordinates.
    nodata : float
        Value that means no answer.
    description, unit : str
        What the band holds, and in which unit.
    """
    height, width = values.shape
    profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": values.dtype.name}
    with atomic_path(path) as part, MemoryFile() as memory:
        with memory.open(**profile, crs=crs.to_wkt(), transform=transform, nodata=nodata) as raster:
            raster.write(values, 1)
            raster.set_band_description(1, description)
            raster.set_band_unit(1, unit)
        with memory.open() as raster:
            rasterio.shutil.copy(raster, part, driver="COG", compress="deflate", predictor="yes")
