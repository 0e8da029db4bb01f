"""What may be unpacked: bounds on what an archive or a compressed text grows to."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: More entries than any archive of data has.
MAX_ENTRIES: Final = 100_000
#: Archives may grow to this size whatever their own, as a few zeros do in a harmless one.
FREE_BYTES: Final = 1 << 31
#: Larger ones by this factor: texts shrink to a twentieth, rasters of one class to a hundredth.
MAX_RATIO: Final = 200
#: No archive grows beyond this.
MAX_EXPANDED_BYTES: Final = 1 << 38
#: Cells of a sheet up to its last filled row and column: readers hold them all, empty ones too.
MAX_CELLS: Final = 50_000_000
_CELL: Final = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*[^/]>')
_CHUNK_BYTES: Final = 1 << 20
_TAG_BYTES: Final = 1 << 10
_REMEDY: Final = "Unpack it yourself, look at what is in it, and name the file inside."


def refuse_bomb(path: str | Path, *, where: str) -> None:
    """Refuse a zip file, or a workbook, which is one, that would grow beyond all bounds.

    Parameters
    ----------
    path : path-like
        The file; what is no zip file passes.
    where : str
        What to call it in messages.

    Raises
    ------
    InputError
        With its sizes, as its own directory states them; no reader unpacks more than that. Also if it is damaged.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise InputError(where, got=f"an archive that cannot be read ({error})", expected="a whole one",
                         remedy="It is damaged or cut short: fetch or export it anew.") from error  # fmt: skip
    packed, expanded = sum(member.compress_size for member in members), sum(member.file_size for member in members)
    if len(members) > MAX_ENTRIES:
        raise InputError(where, got=f"{len(members):,} entries", expected=f"at most {MAX_ENTRIES:,}", remedy=_REMEDY)
    if expanded > min(max(FREE_BYTES, MAX_RATIO * packed), MAX_EXPANDED_BYTES):
        raise InputError(
            where, got=f"an archive of {packed:,} bytes that would grow to {expanded:,}",
            expected=f"one that grows to at most {MAX_RATIO} times its size", remedy=_REMEDY,
        )  # fmt: skip


def refuse_vast_sheets(path: str | Path, *, where: str) -> None:
    """Refuse a workbook with a sheet of which a cell stands so far out that the cells before it fill the memory.

    Parameters
    ----------
    path : path-like
        An ``.xlsx`` or ``.xlsm`` file; what is no zip file passes, and damaged ones, which their reader refuses.
    where : str
        What to call it in messages.

    Raises
    ------
    InputError
        With the rows and columns.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            sizes = [_size(archive, name) for name in sheets]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return
    for rows, columns in sizes:
        if rows * columns > MAX_CELLS:
            raise InputError(
                where, got=f"a sheet of {rows:,} rows and {columns:,} columns", expected=f"at most {MAX_CELLS:,} cells",
                remedy="Delete what stands far below or beside the table, or save the sheet as CSV.",
            )  # fmt: skip


def _size(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """Last row and column of a sheet's filled cells."""
    rows = columns = 0
    for chunk in _chunks(archive, name):
        for letters, digits in _CELL.findall(chunk):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    return rows, columns


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Parts of a member that overlap by more than a tag."""
    with archive.open(name) as member:
        rest = b""
        while chunk := member.read(_CHUNK_BYTES):
            yield rest + chunk
            rest = chunk[-_TAG_BYTES:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def gunzip_within(payload: bytes, limit_bytes: int) -> bytes:
    """Undo gzip compression up to a size.

    Parameters
    ----------
    payload : bytes
        One or several gzip members.
    limit_bytes : int
        Largest result.

    Returns
    -------
    bytes
        Not compressed.

    Raises
    ------
    OverflowError
        If it grows beyond the limit.
    zlib.error, EOFError
        If it is damaged or cut.
    """
    found, rest = bytearray(), payload
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        found += unpacker.decompress(rest, limit_bytes + 1 - len(found))
        if len(found) > limit_bytes:
            raise OverflowError(f"the gzip data grow beyond {limit_bytes:,} bytes")
        if not unpacker.eof:
            raise EOFError("the gzip data end too early")
        rest = unpacker.unused_data.lstrip(b"\0")
    return bytes(found)
