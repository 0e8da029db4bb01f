"""The blocks that an OSM PBF file consists of: a file that was cut exactly between two of them looks whole."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import osmium
from osmium import osm

from comarca.errors import InputError
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Programs fill blocks up to a number of objects, nearly always 8,000; fewer than this are no full block.
_FEWEST: Final = 1000
#: Field of a block's header that holds the size of its content, and its kind: a number.
_DATASIZE: Final = 3


@dataclass(frozen=True)
class _Block:
    """Where a block lies in the file, bytes."""

    start: int
    end: int


def file_end_check(path: Path) -> Check:
    """Say whether a PBF file ends as files do that were cut off between two blocks.

    Parameters
    ----------
    path : pathlib.Path
        An OSM file.

    Returns
    -------
    Check
        ``osm_file_end``: how many blocks of data there are. It warns if the last of them is filled up.

    Notes
    -----
    Each block but the last of its kind of objects is filled up to a fixed number of objects. If the last block of all
    holds as many as the first or as the one before it, the file most likely went on. The error of this test is 1 in
    some thousands; files whose blocks are limited by bytes are not told.
    """
    count, is_full = 0, False
    if path.name.endswith(".pbf"):
        with path.open("rb") as file:
            header, *data = _blocks(file)
            count = len(data)
            if count > 1:
                sizes = [_objects(_content(file, header) + _content(file, data[at])) for at in (0, -2, -1)]
                is_full = sizes[-1] >= _FEWEST and sizes[-1] in sizes[:-1]
    says = "is filled up: the file may have been cut off there, compare it with its source" if is_full else "is not"
    return Check(
        "osm_file_end", "warn" if is_full else "pass", count, "a last block that is not filled up",
        f"The last of {count} blocks of {path.name} {says}.",
    )  # fmt: skip


def require_checksum(path: Path) -> None:
    """Compare a file with the checksum that lies beside it, as services publish it.

    Parameters
    ----------
    path : pathlib.Path
        The file; its MD5, if there is one, stands in a file of the same name with ``.md5`` behind it.

    Raises
    ------
    InputError
        If the file has another checksum.
    """
    beside = path.with_name(f"{path.name}.md5")
    if not beside.is_file():
        return
    stated = re.match(rb"\s*\\?([0-9a-fA-F]{32})\b", beside.read_bytes()[:200])
    if stated is None:
        return
    with path.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    expected = stated[1].decode().lower()
    if md5 != expected:
        raise InputError(
            str(path), got=f"a file with the MD5 {md5}", expected=f"{expected}, as {beside.name} says",
            remedy="It is cut short, damaged or of another day: fetch both again. An outdated .md5 may be removed.",
        )  # fmt: skip


def _blocks(file: BinaryIO) -> Iterator[_Block]:
    """Walk over the blocks by the sizes in their headers."""
    start = 0
    while len(size := file.read(4)) == 4:
        header = file.read(int.from_bytes(size, "big"))
        end = file.tell() + _datasize(header)
        yield _Block(start, end)
        start = file.seek(end)


def _datasize(header: bytes) -> int:
    """Read the size of the content out of a block's header, a message of protocol buffers."""
    at = 0
    while at < len(header):
        key, at = _varint(header, at)
        number, at = _varint(header, at)
        if key >> 3 == _DATASIZE:
            return number
        at += number  # the fields before it are texts, of which this is the length
    return 0


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _content(file: BinaryIO, block: _Block) -> bytes:
    file.seek(block.start)
    return file.read(block.end - block.start)


def _objects(body: bytes) -> int:
    buffer = osmium.io.FileBuffer(body, "pbf")
    return sum(1 for _ in osmium.FileProcessor(buffer, osm.NODE | osm.WAY | osm.RELATION))
