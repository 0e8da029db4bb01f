"""Bad rasters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from affine import Affine

from bad_inputs.case import ANSWER, REFUSED, Case
from comarca.rasters.bands import Raster, open_raster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LAYERS = ("population", "land_cover", "night_lights", "friction")
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
    "metres called degrees": ({"transform": Affine(100, 0, 500_000, 0, -100, 6_300_000)}, REFUSED),
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
    """List all cases."""
    for layer in LAYERS:
        for fault, (change, outcome) in GRIDS.items():
            yield Case(layer, ".tif", fault, outcome, lambda folder, change=change: _reader(written(folder, change)))
        for fault, damage in BYTES.items():
            yield Case(layer, ".tif", fault, REFUSED, lambda folder, damage=damage: _reader(_spoilt(folder, damage)))
        yield Case(layer, ".tif", "not there", REFUSED, lambda folder: _reader(folder / "nowhere.tif"))
        for value in (-99_999, 0.5, math.nan):
            fault = f"{value} as no data of whole numbers"
            yield Case(
                layer, ".tif", fault, REFUSED, lambda folder, value=value: _reader(written(folder, {}), None, value)
            )
        yield Case(layer, ".tif", "a band that is not there", REFUSED, lambda folder: _reader(written(folder, {}), 3))
        yield Case(layer, ".vrt", "a source of the network", REFUSED, lambda folder: _reader(_virtual(folder)))


def written(folder: Path, change: dict[str, Any]) -> Path:
    """Write a raster."""
    grid = {**_GRID, **change}
    path = folder / "cells.tif"
    with rasterio.open(path, "w", **grid) as file:
        file.write(np.ones((grid["count"], grid["height"], grid["width"]), grid["dtype"]))
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
