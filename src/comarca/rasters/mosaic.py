"""Tiles of one raster as a single file that GDAL reads: a virtual raster, so that nothing is copied."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import rasterio

from comarca import io
from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_GDAL_TYPES: Final = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "float32": "Float32", "float64": "Float64",
}  # fmt: skip
#: Tiles may be off the common grid by this share of a cell.
_OFF_GRID: Final = 0.01


@dataclass(frozen=True)
class _Tile:
    name: str
    width: int
    height: int
    transform: Any
    crs: Any
    dtype: str
    nodata: float | None
    block: tuple[int, int]


def raster_name(path: Path) -> str:
    """Name under which GDAL opens a raster, also one inside a zip file.

    Parameters
    ----------
    path : pathlib.Path
        A GeoTIFF, or a zip file with one in it.

    Returns
    -------
    str
        The name.

    Raises
    ------
    InputError
        If a zip file does not hold exactly one GeoTIFF.
    """
    if path.suffix.lower() != ".zip":
        return str(path.absolute())
    with zipfile.ZipFile(path) as archive:
        rasters = [name for name in archive.namelist() if name.lower().endswith((".tif", ".tiff"))]
    if len(rasters) != 1:
        raise InputError(str(path), got=rasters, expected="one GeoTIFF in the archive")
    return f"/vsizip/{path.absolute()}/{rasters[0]}"


def mosaic(paths: Sequence[Path], target: Path) -> None:
    """Join tiles into a virtual raster.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        GeoTIFFs, or zip files with one each, on one grid.
    target : pathlib.Path
        Where to write the ``.vrt``. It refers to the tiles, which have to stay where they are.

    Raises
    ------
    InputError
        If the tiles differ in CRS, cell, type or no-data value, or lie off a common grid. Where a tile is missing
        the result has no data, which needs a no-data value.
    """
    tiles = [_read(raster_name(path)) for path in sorted(paths)]
    first = tiles[0]
    for tile in tiles[1:]:
        _require_same(first, tile)
    cell_x, cell_y = first.transform.a, -first.transform.e
    left = min(tile.transform.c for tile in tiles)
    top = max(tile.transform.f for tile in tiles)
    places = [((tile.transform.c - left) / cell_x, (top - tile.transform.f) / cell_y) for tile in tiles]
    for tile, place in zip(tiles, places, strict=True):
        if any(abs(offset - round(offset)) > _OFF_GRID for offset in place):
            raise InputError(tile.name, got=f"an offset of {place} cells", expected="a place on the other tiles' grid")
    offsets = [(round(x), round(y)) for x, y in places]
    width = max(x + tile.width for tile, (x, _) in zip(tiles, offsets, strict=True))
    height = max(y + tile.height for tile, (_, y) in zip(tiles, offsets, strict=True))
    root = ET.Element("VRTDataset", rasterXSize=str(width), rasterYSize=str(height))
    ET.SubElement(root, "SRS").text = first.crs.to_wkt()
    ET.SubElement(root, "GeoTransform").text = f"{left!r}, {cell_x!r}, 0.0, {top!r}, 0.0, {-cell_y!r}"
    band = ET.SubElement(root, "VRTRasterBand", dataType=_GDAL_TYPES[first.dtype], band="1")
    if first.nodata is not None:
        ET.SubElement(band, "NoDataValue").text = repr(first.nodata)
    for tile, offset in zip(tiles, offsets, strict=True):
        _add_source(band, tile, offset)
    ET.indent(root)
    io.write_text(ET.tostring(root, encoding="unicode") + "\n", target)


def _read(name: str) -> _Tile:
    with rasterio.open(name, driver="GTiff") as raster:
        return _Tile(
            name, raster.width, raster.height, raster.transform, raster.crs, str(raster.dtypes[0]), raster.nodata,
            tuple(raster.block_shapes[0]),
        )  # fmt: skip


def _require_same(first: _Tile, tile: _Tile) -> None:
    for what in ("crs", "dtype", "nodata"):
        if getattr(first, what) != getattr(tile, what):
            wanted = f"{getattr(first, what)}, as {first.name}"
            raise InputError(f"{tile.name}, {what}", got=str(getattr(tile, what)), expected=wanted)
    cells = ((first.transform.a, tile.transform.a), (first.transform.e, tile.transform.e))
    if any(abs(one - other) > abs(one) * _OFF_GRID / max(first.width, first.height) for one, other in cells):
        raise InputError(f"{tile.name}, cell size", got=cells, expected=f"the one of {first.name}")


def _add_source(band: ET.Element, tile: _Tile, offset: tuple[int, int]) -> None:
    source = ET.SubElement(band, "ComplexSource" if tile.nodata is not None else "SimpleSource")
    ET.SubElement(source, "SourceFilename", relativeToVRT="0").text = tile.name
    ET.SubElement(source, "SourceBand").text = "1"
    ET.SubElement(
        source, "SourceProperties", RasterXSize=str(tile.width), RasterYSize=str(tile.height),
        DataType=_GDAL_TYPES[tile.dtype], BlockXSize=str(tile.block[1]), BlockYSize=str(tile.block[0]),
    )  # fmt: skip
    width, height = str(tile.width), str(tile.height)
    ET.SubElement(source, "SrcRect", xOff="0", yOff="0", xSize=width, ySize=height)
    ET.SubElement(source, "DstRect", xOff=str(offset[0]), yOff=str(offset[1]), xSize=width, ySize=height)
    if tile.nodata is not None:
        ET.SubElement(source, "NODATA").text = repr(tile.nodata)
