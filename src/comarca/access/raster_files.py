"""Files of travel times by cell: blocks of rows as they are computed, and the rasters that are gathered from them.

Both are written and read by strips, so that memory does not grow with the grid.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import rasterio.shutil
import shapely
import shapely.geometry
from rasterio.windows import Window

from comarca.crs import STORAGE
from comarca.io import atomic_path
from comarca.units import M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from comarca.access.rasters import Strip
    from comarca.io import PathLike
    from comarca.rasters.grids import Grid

#: What means no answer, in minutes and in rows of cities.
NO_ANSWER: Final = -1
#: Rows that are copied at a time.
_ROWS_AT_ONCE: Final = 256


class BlockFiles(NamedTuple):
    """The two files of a block, a band per class of cities.

    Attributes
    ----------
    times : path-like
        Minutes, `NO_ANSWER` where no city is reached.
    cities : path-like
        Row of the city reached first among those of its class, or `NO_ANSWER`.
    """

    times: PathLike
    cities: PathLike


def block_rows(grid: Grid, block: int, blocks: int) -> range:
    """Give the rows of one of several blocks of about equal height.

    Parameters
    ----------
    grid : Grid
        The grid.
    block, blocks : int
        Which block, from 0, and of how many.

    Returns
    -------
    range
        Its rows; none where there are more blocks than rows.
    """
    return range(grid.shape[0] * block // blocks, grid.shape[0] * (block + 1) // blocks)


def write_block(
    strips: Iterable[Strip], files: BlockFiles, *, grid: Grid, rows: range, classes: NDArray[np.bool_]
) -> None:
    """Write the strips of a block of rows.

    Parameters
    ----------
    strips : iterable of Strip
        What `comarca.access.rasters.travel_time_strips` gives for the rows.
    files : BlockFiles
        Where to.
    grid : Grid
        The whole grid.
    rows : range
        Rows of the block.
    classes : numpy.ndarray of bool, shape (classes, p)
        Destinations of each class.
    """
    # Row of each destination among those of its class; the last is for none.
    place = np.array([np.append(np.cumsum(chosen) - 1, NO_ANSWER) for chosen in classes], dtype=np.int32)
    profile: dict[str, Any] = {"count": len(classes), "height": max(len(rows), 1), "interleave": "band"}
    with ExitStack() as stack:
        times, cities = (
            stack.enter_context(
                rasterio.open(stack.enter_context(atomic_path(path)), "w", dtype=dtype, **_plain(grid), **profile)
            )
            for path, dtype in zip(files, ("float32", "int32"), strict=True)
        )
        for strip in strips:
            window = Window(0, strip.row - rows.start, grid.shape[1], strip.minutes.shape[1])
            times.write(np.where(np.isnan(strip.minutes), np.float32(NO_ANSWER), strip.minutes), window=window)
            reached = [rows_of[row] for rows_of, row in zip(place, strip.destination, strict=True)]
            cities.write(np.stack(reached), window=window)


def gather(blocks: Sequence[PathLike], path: PathLike, *, grid: Grid, band: int, description: str, unit: str) -> None:
    """Gather one class from its blocks as a Cloud-Optimised GeoTIFF.

    Parameters
    ----------
    blocks : sequence of path-like
        Files of all blocks, from the first rows to the last.
    path : path-like
        Where to.
    grid : Grid
        The whole grid.
    band : int
        Which class, from 1.
    description, unit : str
        What the band holds, and in which unit.
    """
    with atomic_path(path) as part:
        whole = part.with_suffix(".whole.tif")
        with rasterio.open(blocks[0]) as first:
            profile = {"count": 1, "height": grid.shape[0], "dtype": first.dtypes[0], **_plain(grid)}
        with rasterio.open(whole, "w", **profile) as raster:
            raster.set_band_description(1, description)
            raster.set_band_unit(1, unit)
            for number, block in enumerate(blocks):
                rows = block_rows(grid, number, len(blocks))
                with rasterio.open(block) as source:
                    for row in range(0, len(rows), _ROWS_AT_ONCE):
                        height = min(_ROWS_AT_ONCE, len(rows) - row)
                        values = source.read(band, window=Window(0, row, grid.shape[1], height))
                        raster.write(values, 1, window=Window(0, rows.start + row, grid.shape[1], height))
        rasterio.shutil.copy(whole, part, driver="COG", compress="deflate", predictor="yes")


def catchment_areas(
    destination: NDArray[np.int32] | rasterio.Band, grid: Grid, cities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Draw the outlines of catchments.

    Parameters
    ----------
    destination : numpy.ndarray of int32, shape (rows, columns), or rasterio.Band
        Row of the city that is reached first from each cell; -1 where there is none.
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
    pieces = rasterio.features.shapes(destination, connectivity=4, transform=grid.transform)
    shapes, rows = [], []
    for shape, row in pieces:
        if row >= 0:
            shapes.append(shapely.geometry.shape(shape))
            rows.append(int(row))
    owner = np.array(rows, dtype=np.int64)
    order = np.argsort(owner, kind="stable")
    numbers, start = np.unique(owner[order], return_index=True)
    parts = np.split(np.array(shapes, dtype=object)[order], start[1:]) if len(numbers) else []
    whole = [part[0] if len(part) == 1 else shapely.multipolygons(part) for part in parts]
    chosen = cities.iloc[numbers]
    return gpd.GeoDataFrame(
        {
            "city_id": chosen["city_id"].to_numpy(),
            "city_name": chosen["city_name"].to_numpy(),
            "area_km2": shapely.area(np.array(whole, dtype=object)) / M2_PER_KM2,
        },
        geometry=whole,
        crs=grid.crs,
    ).to_crs(STORAGE)


def _plain(grid: Grid) -> dict[str, Any]:
    """Profile of files that are read again soon."""
    place = {"crs": grid.crs.to_wkt(), "transform": grid.transform, "nodata": NO_ANSWER}
    return {"driver": "GTiff", "width": grid.shape[1], "bigtiff": "if_safer", **place}
