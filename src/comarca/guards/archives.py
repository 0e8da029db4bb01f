"""What may be unpacked: bounds on what an archive or a compressed text grows to."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

#: More entries than any archive of data has.
MAX_ENTRIES: Final = 100_000
#: Archives may grow to this size whatever their own, as a few zeros do in a harmless one.
FREE_BYTES: Final = 1 << 31
#: Larger ones by this factor: texts shrink to a twentieth, rasters of one class to a hundredth.
MAX_RATIO: Final = 200
#: No archive grows beyond this.
MAX_EXPANDED_BYTES: Final = 1 << 38
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
        With its sizes, as its own directory states them; no reader unpacks more than that.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    packed, expanded = sum(member.compress_size for member in members), sum(member.file_size for member in members)
    if len(members) > MAX_ENTRIES:
        raise InputError(where, got=f"{len(members):,} entries", expected=f"at most {MAX_ENTRIES:,}", remedy=_REMEDY)
    if expanded > min(max(FREE_BYTES, MAX_RATIO * packed), MAX_EXPANDED_BYTES):
        raise InputError(
            where, got=f"an archive of {packed:,} bytes that would grow to {expanded:,}",
            expected=f"one that grows to at most {MAX_RATIO} times its size", remedy=_REMEDY,
        )  # fmt: skip


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
