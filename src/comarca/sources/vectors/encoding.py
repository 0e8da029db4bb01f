"""Which encoding the texts of a shapefile are in: what it says, and what its bytes say."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from comarca.results import Check
from comarca.sources.texts import is_utf8

#: Language bytes of a table that were written with a purpose; 0x57 is what programs write without one.
_LANGUAGES: Final = {
    0x01: "cp437", 0x02: "cp850", 0x04: "mac_roman", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865", 0x67: "cp861",
    0x6A: "cp737", 0x6B: "cp857",
    0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
_HEADER: Final = 32
_ASCII: Final = 0x80
_SAMPLE: Final = 20_000
_MOST: Final = 0.9


def shapefile_encoding(path: str) -> tuple[str | None, list[Check]]:
    """Find out the encoding of a shapefile's table.

    Parameters
    ----------
    path : str
        The ``.shp``, on disk or as ``/vsizip/...``.

    Returns
    -------
    encoding : str or None
        What to read it in; None to leave it to GDAL, which knows the names of code pages.
    checks : list of Check
        A warning where the bytes contradict what the file says.

    Notes
    -----
    Bytes that are valid UTF-8 and not plain ASCII are UTF-8, whatever the file says: texts in other encodings hardly
    ever are. Else the ``.cpg`` holds, unless it says UTF-8; then the language byte; then cp1252.
    """
    table, code_page = _companion(path, ".dbf"), _companion(path, ".cpg")
    page = (code_page or b"").decode("ascii", errors="replace").strip()
    if table is None or len(table) <= _HEADER:
        return None, []
    says_utf8 = page.upper().replace("-", "").replace("_", "") in {"UTF8", "65001"}
    is_utf8_inside = _bytes_are_utf8(table)
    if is_utf8_inside:
        return "UTF-8", [_warning(path, page, "UTF-8")] if page and not says_utf8 else []
    if page and (not says_utf8 or is_utf8_inside is None):
        return None, []
    chosen = _by_language(table)
    return chosen, [_warning(path, page, chosen)] if page else []


def _by_language(table: bytes) -> str:
    return _LANGUAGES.get(table[29], "cp1252")


def _bytes_are_utf8(table: bytes) -> bool | None:
    """Tell whether the cells are UTF-8; None if all are plain ASCII. Cells cut in the middle of a letter count too."""
    start, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    records = table[start:]
    if records.isascii():
        return None
    if is_utf8(records):
        return True
    lengths = [table[at + 16] for at in range(_HEADER, start - 1, _HEADER) if table[at] != 0x0D]
    cells = []
    for at in range(0, len(records) - width + 1, width):
        record = records[at : at + width]
        if record.isascii():
            continue
        place = 1
        for length in lengths:
            cell = record[place : place + length]
            place += length
            if not cell.isascii():
                cells.append(cell)
        if len(cells) > _SAMPLE:
            break
    fitting = sum(
        is_utf8(cell) or any(is_utf8(cell[:-cut]) and cell[-cut] >= 0xC0 for cut in (1, 2, 3)) for cell in cells
    )
    return fitting >= _MOST * len(cells) if cells else None


def _warning(path: str, stated: str, chosen: str) -> Check:
    message = (
        f"{path} says that its texts are in {stated}, but their bytes are {chosen}, which they were read in; the key"
        " `encoding` says otherwise."
    )
    return Check("encoding", "warn", chosen, "the encoding that the file says", message)


def _companion(path: str, suffix: str) -> bytes | None:
    if path.startswith("/vsizip/"):
        archive, _, inside = path.removeprefix("/vsizip/").partition(".zip/")
        with zipfile.ZipFile(f"{archive}.zip") as packed:
            wanted = Path(inside).with_suffix(suffix).as_posix().lower()
            name = next((entry for entry in packed.namelist() if entry.lower() == wanted), None)
            return packed.read(name) if name else None
    place = Path(path)
    files = {entry.name.lower(): entry for entry in place.parent.glob(f"{_escaped(place.stem)}.*")}
    file = files.get(f"{place.stem}{suffix}".lower())
    return file.read_bytes() if file else None


def _escaped(stem: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in stem)
