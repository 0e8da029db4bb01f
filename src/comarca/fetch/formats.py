"""Checks of a file's format: the right magic bytes, whole to the last byte, and it opens.

What opens a format is imported where it is opened: planning a run imports this module and opens nothing.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from comarca.errors import ComarcaError, InputError
from comarca.guards.archives import gunzip_within, refuse_bomb

if TYPE_CHECKING:
    from collections.abc import Callable

#: Rasters up to this size are decoded to the last cell; of larger ones the place of every block is checked.
DECODE_LIMIT_BYTES: Final = 1 << 28
#: Compressed texts may grow to this size.
GUNZIP_LIMIT_BYTES: Final = 1 << 31
_TIFF_MAGIC: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class VerificationError(ComarcaError):
    """A file is not what it has to be."""


def gunzip(payload: bytes, limit_bytes: int = GUNZIP_LIMIT_BYTES) -> bytes:
    """Undo gzip compression where there is any.

    Parameters
    ----------
    payload : bytes
        Compressed or not.
    limit_bytes : int, optional
        Largest result.

    Returns
    -------
    bytes
        Not compressed.

    Raises
    ------
    VerificationError
        If the compressed data are damaged, or grow beyond the limit.
    """
    if not payload.startswith(b"\x1f\x8b"):
        return payload
    try:
        return gunzip_within(payload, limit_bytes)
    except OverflowError as error:
        raise VerificationError(str(error)) from error
    except (EOFError, zlib.error) as error:
        raise VerificationError(f"damaged gzip data: {error}") from error


def _check_zip(path: Path) -> None:
    try:
        refuse_bomb(path, where="the zip file")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if not members:
                raise VerificationError("the zip file has no entries")
            for member in members:
                _refuse_climbing(member)
            if (bad := archive.testzip()) is not None:
                raise VerificationError(f"the zip entry {bad!r} is damaged")
    except InputError as error:
        raise VerificationError(str(error)) from error
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, OSError) as error:
        raise VerificationError(f"not a whole zip file: {error}") from error


def _refuse_climbing(member: zipfile.ZipInfo) -> None:
    name = member.filename
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    climbs = ".." in posix.parts or ".." in windows.parts or posix.is_absolute() or bool(windows.drive or windows.root)
    if climbs or stat.S_ISLNK(member.external_attr >> 16):
        raise VerificationError(f"the zip entry {name!r} points outside its folder; nothing of this file is used")


def _check_tiff(path: Path) -> None:
    import rasterio
    import rasterio.errors

    with path.open("rb") as file:
        if not file.read(4).startswith(_TIFF_MAGIC):
            raise VerificationError("not a TIFF file")
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            if raster.crs is None:
                raise VerificationError("the raster has no coordinate reference system")
            if raster.width * raster.height <= DECODE_LIMIT_BYTES:
                for _, window in raster.block_windows(1):
                    raster.read(1, window=window)
            else:
                _check_blocks(raster, path.stat().st_size)
    except (rasterio.errors.RasterioIOError, rasterio.errors.RasterioError) as error:
        raise VerificationError(f"the raster cannot be read to its end: {error}") from error


def _check_blocks(raster: Any, size_bytes: int) -> None:
    last, end = None, 0
    for (row, column), window in raster.block_windows(1):
        offset = raster.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1)
        length = raster.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1)
        if offset is not None and int(offset) + int(length or 0) > end:
            last, end = window, int(offset) + int(length or 0)
    if end > size_bytes:
        raise VerificationError(f"the raster ends at byte {size_bytes:,}, its last block at {end:,}")
    if last is not None:
        raster.read(1, window=last)


def _check_gpkg(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(32)
    if not head.startswith(b"SQLite format 3\0"):
        raise VerificationError("not a GeoPackage")
    page_bytes = int.from_bytes(head[16:18], "big") or 0
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    announced = page_bytes * int.from_bytes(head[28:32], "big")
    if announced > path.stat().st_size:
        raise VerificationError(f"the GeoPackage has {path.stat().st_size:,} bytes, its header says {announced:,}")
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            verdict = database.execute("PRAGMA quick_check").fetchone()[0]
            layers = database.execute("SELECT count(*) FROM gpkg_contents").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise VerificationError(f"not a whole GeoPackage: {error}") from error
    if verdict != "ok" or layers == 0:
        raise VerificationError(f"the GeoPackage is damaged or has no layer: {verdict}")


def _check_pbf(path: Path) -> None:
    size = path.stat().st_size
    position, kinds = 0, []
    with path.open("rb") as file:
        while position < size:
            head_length = int.from_bytes(file.read(4), "big")
            if not 0 < head_length <= 1 << 16:
                raise VerificationError("not an OSM PBF file, or one with a damaged block")
            kind, blob_length = _blob_header(file.read(head_length))
            kinds.append(kind)
            position += 4 + head_length + blob_length
            file.seek(position)
    if position != size:
        raise VerificationError(f"the OSM PBF file ends at byte {size:,} in the middle of a block ({position:,})")
    if not kinds or kinds[0] != "OSMHeader" or "OSMData" not in kinds:
        raise VerificationError("an OSM PBF file without header or without data")


def _blob_header(payload: bytes) -> tuple[str, int]:
    """Read the two fields of a BlobHeader message that matter: 1 = type, 3 = size of the blob."""
    kind, length, position = "", -1, 0
    with contextlib.suppress(IndexError):
        while position < len(payload):
            tag = payload[position]
            value, position = _varint(payload, position + 1)
            if tag & 7 == 2:
                kind = payload[position : position + value].decode("ascii", errors="replace") if tag >> 3 == 1 else kind
                position += value
            elif tag >> 3 == 3:
                length = value
    if kind not in {"OSMHeader", "OSMData"} or length < 0:
        raise VerificationError("not an OSM PBF file, or one with a damaged block")
    return kind, length


def _varint(payload: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = payload[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def _check_json(path: Path) -> None:
    try:
        json.loads(gunzip(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not whole JSON: {error}") from error


def _check_geojson(path: Path) -> None:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not whole GeoJSON: {error}") from error
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection" or not content.get("features"):
        raise VerificationError("not a GeoJSON collection of features, or an empty one")


def _check_parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        head = file.read(4)
    if head != b"PAR1":
        raise VerificationError("not a Parquet file")
    try:
        file_ = pq.ParquetFile(path)
        rows = sum(file_.read_row_group(number).num_rows for number in range(file_.num_row_groups))
    except (pa.ArrowInvalid, OSError) as error:
        raise VerificationError(f"not a whole Parquet file: {error}") from error
    if rows == 0:
        raise VerificationError("the Parquet file has no rows")


#: Format -> check.
FORMATS: Final[dict[str, Callable[[Path], None]]] = {
    "zip": _check_zip,
    "geotiff": _check_tiff,
    "gpkg": _check_gpkg,
    "osm_pbf": _check_pbf,
    "json": _check_json,
    "geojson": _check_geojson,
    "parquet": _check_parquet,
}


def data_date(path: Path, format: str) -> str:  # noqa: A002
    """Date of the data, where a file states it.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    format : str
        Key of `FORMATS`.

    Returns
    -------
    str
        For OSM extracts the replication timestamp in their header; else empty.
    """
    if format != "osm_pbf":
        return ""
    import osmium

    with osmium.io.Reader(osmium.io.File(str(path), "pbf"), osmium.osm.osm_entity_bits.NOTHING) as reader:
        return str(reader.header().get("osmosis_replication_timestamp"))
