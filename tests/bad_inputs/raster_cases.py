"""Bad rasters."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine

from bad_inputs.case import ANSWER, REFUSED, Case
from comarca.rasters.bands import Raster, open_raster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_GRID = {
    "driver": "GTiff", "width": 8, "height": 6, "count": 1, "dtype": "int16", "crs": "EPSG:4326", "nodata": -1,
    "transform": Affine(0.01, 0, -58, 0, -0.01, -33),
}  # fmt: skip
#: Fault -> change of the grid; None as value takes the key away.
GRIDS: dict[str, tuple[dict[str, Any], str]] = {
    "sound": ({}, ANSWER),
    "no system": ({"crs": None}, REFUSED),
    "no value for no data": ({"nodata": None}, REFUSED),
    "rotated": ({"transform": Affine(0.01, 0.002, -58, 0.002, -0.01, -33)}, REFUSED),
    "south up": ({"transform": Affine(0.01, 0, -58, 0, 0.01, -33)}, REFUSED),
    "mirrored": ({"transform": Affine(-0.01, 0, -58, 0, -0.01, -33)}, REFUSED),
    "complex numbers": ({"dtype": "complex64"}, REFUSED),
    "one cell": ({"width": 1, "height": 1}, ANSWER),
    "two bands": ({"count": 2}, REFUSED),
    "no place": ({"transform": Affine(math.nan, 0, math.nan, 0, math.nan, 0)}, REFUSED),
    "cells of no size": ({"transform": Affine(1e-320, 0, -58, 0, -1e-320, -33)}, REFUSED),
    "grads": ({"crs": "EPSG:4901", "transform": Affine(0.01, 0, -64, 0, -0.01, -36)}, REFUSED),
    "metres called degrees": ({"transform": Affine(100, 0, 500_000, 0, -100, 6_300_000)}, REFUSED),
}
#: Other ways of writing the same raster -> change of the grid.
VARIANTS: dict[str, dict[str, Any]] = {
    "floats": {"dtype": "float32"},
    "doubles": {"dtype": "float64", "nodata": -1e38},
    "bytes": {"dtype": "uint8", "nodata": 255},
    "longs": {"dtype": "int32", "nodata": -2_147_483_648},
    "not a number for no data": {"dtype": "float32", "nodata": math.nan},
    "compressed": {"compress": "deflate", "predictor": 2},
    "compressed by lzw": {"compress": "lzw"},
    "in tiles": {"tiled": True, "blockxsize": 16, "blockysize": 16},
    "BigTIFF": {"BIGTIFF": "YES"},
    "big end first": {"ENDIANNESS": "BIG"},
}
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "zeros": lambda body: bytes(len(body)),
    "cut in its head": lambda body: body[:30],
    "a web page": lambda _: b"<!DOCTYPE html><html></html>",
    "a service": lambda _: b"<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1:9/</ServerUrl></Service></GDAL_WMS>",
    "a virtual raster": lambda _: b'<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>',
}  # fmt: skip


def cases() -> Iterator[Case]:
    """List all cases: what one reader does for all layers, counted once."""
    layer = "rasters"
    for fault, (change, outcome) in GRIDS.items():
        check = _is_right(change) if outcome == ANSWER else None
        yield Case(layer, ".tif", fault, outcome, lambda folder, change=change: _reader(written(folder, change)), check)
    for fault, damage in BYTES.items():
        yield Case(layer, ".tif", fault, REFUSED, lambda folder, damage=damage: _reader(_spoilt(folder, damage)))
    yield Case(layer, ".tif", "not there", REFUSED, lambda folder: _reader(folder / "nowhere.tif"))
    for value in (-99_999, 0.5, math.nan):
        fault = f"{value} as no data of whole numbers"
        yield Case(layer, ".tif", fault, REFUSED, lambda folder, value=value: _reader(written(folder, {}), None, value))
    yield Case(layer, ".tif", "a band that is not there", REFUSED, lambda folder: _reader(written(folder, {}), 3))
    yield Case(layer, ".vrt", "a source of the network", REFUSED, lambda folder: _reader(_virtual(folder)))
    for fault, change in VARIANTS.items():
        yield Case(
            layer, ".tif", fault, ANSWER, lambda folder, change=change: _reader(written(folder, change)),
            _is_right(change),
        )  # fmt: skip


def values(grid: dict[str, Any]) -> NDArray[Any]:
    """Values of the cells, all different: 0, 1, 2, ... row by row; the last cell has no data."""
    shape = grid["height"], grid["width"]
    cells = np.arange(shape[0] * shape[1], dtype=float).reshape(shape)
    if grid["nodata"] is not None and cells.size > 1:
        cells[-1, -1] = grid["nodata"]
    return cells.astype(grid["dtype"])


def _is_right(change: dict[str, Any]) -> Callable[[Any], bool]:
    def check(found: Any) -> bool:
        cells = values({**_GRID, **change})
        is_data = np.ones(cells.shape, dtype=bool)
        is_data[-1, -1] = cells.size == 1
        return np.array_equal(found[1], is_data) and np.array_equal(found[0][is_data], cells[is_data])

    return check


def written(folder: Path, change: dict[str, Any]) -> Path:
    """Write a raster."""
    grid = {**_GRID, **change}
    path = folder / "cells.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", **grid) as file:
            file.write(np.stack([values(grid)] * grid["count"]))
    return path


def _spoilt(folder: Path, damage: Callable[[bytes], bytes]) -> Path:
    path = written(folder, {})
    path.write_bytes(damage(path.read_bytes()))
    return path


def _virtual(folder: Path) -> Path:
    path = folder / "cells.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        "<SourceFilename>/vsicurl/http://127.0.0.1:9/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return path


def _reader(path: Path, band: int | None = None, nodata: float | None = None) -> Callable[[], Any]:
    def read() -> Any:
        with open_raster(Raster(path, band=band, nodata=nodata)) as grid:
            return grid.read(0, 0, grid.height, grid.width)

    return read
