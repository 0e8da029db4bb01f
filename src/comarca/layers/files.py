"""Open and write canonical layers and rasters, atomically. A layer is checked against its schema when it is written."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from comarca.crs import require_storage_crs
from comarca.io import atomic_path, log_read, read_table
from comarca.layers.index import LAYERS
from comarca.layers.schemas import validate_layer
from comarca.settings_tables import read_csv_texts

if TYPE_CHECKING:
    import pandas as pd
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS

    from comarca.io import PathLike


logger = logging.getLogger(__name__)


def read_layer(path: PathLike, name: str) -> gpd.GeoDataFrame:
    """Read a canonical layer, which was checked when it was written.

    Parameters
    ----------
    path : path-like
        What `write_layer` wrote.
    name : str
        Name of the layer.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer, EPSG:4326.

    Raises
    ------
    CRSError
        If the file has another CRS, or none.
    """
    layer = gpd.read_parquet(path)
    require_storage_crs(layer, name=f"layer {name}")
    log_read(path, f"{len(layer)} rows, {layer.crs.to_string()}")
    return layer


def write_layer(layer: gpd.GeoDataFrame | pd.DataFrame, path: PathLike, name: str) -> None:
    """Check a canonical layer and write it as GeoParquet, or as Parquet with its index if it has no geometry.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame or pandas.DataFrame
        The layer; EPSG:4326 if it has a geometry.
    path : path-like
        Where to.
    name : str
        Name of the schema.
    """
    checked = validate_layer(layer, name)
    with atomic_path(path) as part:
        checked.to_parquet(part, index=False if "geometry" in checked else None, compression="zstd")
    logger.info("layer %s: %d rows hold to its schema", name, len(checked))


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
        table = read_csv_texts(path)
        log_read(path, f"{len(table)} rows")
        return table
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
    import rasterio.shutil  # here, since few jobs that read or write layers write rasters
    from rasterio.io import MemoryFile

    height, width = values.shape
    profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": values.dtype.name}
    with atomic_path(path) as part, MemoryFile() as memory:
        with memory.open(**profile, crs=crs.to_wkt(), transform=transform, nodata=nodata) as raster:
            raster.write(values, 1)
            raster.set_band_description(1, description)
            raster.set_band_unit(1, unit)
        with memory.open() as raster:
            rasterio.shutil.copy(raster, part, driver="COG", compress="deflate", predictor="yes")
