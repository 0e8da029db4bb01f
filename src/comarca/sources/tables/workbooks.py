"""Sheets of workbooks: which one is meant, its cells, and figures in it that cannot be taken as they stand."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import python_calamine as calamine

from comarca.errors import InputError, did_you_mean
from comarca.guards.archives import refuse_bomb, refuse_vast_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Position of a column -> what was found in it, what was expected, what to do.
Doubts = dict[int, tuple[str, str, str]]
Rows = list[list[Any]]

_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_ATTRIBUTE: Final = re.compile(r"([\w:]+)=\"([^\"]*)\"")
_LINK: Final = re.compile(r"<Relationship\s[^>]*>")
#: A cell whose formula has no value; one of texts may have an empty one.
_UNCOMPUTED: Final = re.compile(
    rb"<c r=\"([A-Z]{1,3})(\d+)\"(?![^>]*t=\"str\")[^>]*><f[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>"
)
_NO_ZIP: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, KeyError)


def sheet_rows(path: Path, sheet: str | int | None, *, heading: slice, end: int | None) -> tuple[Rows, Doubts]:
    """Read the rows of a sheet from its first cell on; cells merged over several rows are filled down.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    sheet : str or int or None
        Name or number of the sheet; None takes the first that is not hidden.
    heading : slice
        Rows of the heading.
    end : int or None
        How many rows are read; None reads all.

    Returns
    -------
    rows : list of lists
        Cells as they are stored.
    doubts : dict
        Columns with numbers in cells merged over several rows, or with formulas that were never computed.

    Raises
    ------
    InputError
        If the workbook cannot be read or would fill the memory, has no such sheet, or no sheet is named and several
        have the heading of the first.
    """
    refuse_bomb(path, where=str(path))
    refuse_vast_sheets(path, where=str(path))
    with _told(path):
        book = calamine.CalamineWorkbook.from_path(path)
        chosen = _chosen(book, path, sheet, heading)
        page = book.get_sheet_by_name(chosen)
        rows = [list(row) for row in page.to_python(skip_empty_area=False, nrows=end)]
        merged = page.merged_cell_ranges or ()
    doubts = _uncomputed(path, chosen) if end is None else {}
    for (top, left), (bottom, _) in merged:
        for row in range(top + 1, min(bottom + 1, len(rows))):
            if left < len(rows[row]):
                rows[row][left] = rows[top][left]
        is_number = top < len(rows) and left < len(rows[top]) and isinstance(rows[top][left], int | float)
        if is_number and bottom > top >= heading.stop:
            doubts[left] = (
                f"{rows[top][left]:g} in one cell merged over the rows {top + 1} to {bottom + 1}",
                "a number of its own in every row",
                "Unmerge the cells and write the figure of each row.",
            )
    return rows, doubts


def _chosen(book: calamine.CalamineWorkbook, path: Path, sheet: str | int | None, heading: slice) -> str:
    """Name of the sheet asked for; of those that are not hidden the first, unless another has the same heading."""
    names = book.sheet_names
    if sheet is None:
        shown = [entry.name for entry in book.sheets_metadata if entry.visible == calamine.SheetVisibleEnum.Visible]
        first, *others = [name for name in shown if name in names] or names
        head = _head(book, first, heading) if others else []
        alike = [name for name in others if head and _head(book, name, heading) == head]
        if alike:
            raise InputError(
                f"{path}, sheet", got=f"no sheet named, and {1 + len(alike)} with the same heading",
                expected=f"the name of one of {[first, *alike]}",
                remedy="Name it with the key `sheet`, or put the rows of all together in one sheet.",
            )  # fmt: skip
        return first
    chosen = names[sheet] if isinstance(sheet, int) and sheet < len(names) else str(sheet)
    if chosen not in names:
        raise InputError(f"{path}, sheet", got=sheet, expected=f"one of {names}", remedy=did_you_mean(chosen, names))
    return chosen


def _head(book: calamine.CalamineWorkbook, name: str, heading: slice) -> Rows:
    """Cells of a sheet's heading, without empty ones at their end; nothing where it is no heading of a table."""
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=heading.stop + 1)
    texts = [[str(cell).strip() for cell in row if str(cell).strip()] for row in rows[heading]]
    return texts if len(rows) > heading.stop and any(len(row) > 1 for row in texts) else []


def _uncomputed(path: Path, sheet: str) -> Doubts:
    """Columns of a sheet with formulas that no program has computed, as scripts leave them: they read as empty."""
    doubts: Doubts = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for letters, row in _UNCOMPUTED.findall(archive.read(_member(archive, sheet))):
                place = 0
                for letter in letters:
                    place = 26 * place + letter - 64
                doubts.setdefault(place - 1, (
                    f"a formula without a value in the cell {letters.decode()}{row.decode()}", "computed values",
                    "Open the workbook in a spreadsheet program and save it, or write the values.",
                ))  # fmt: skip
    except _NO_ZIP:
        return {}
    return doubts


def _member(archive: zipfile.ZipFile, sheet: str) -> str:
    """Part of an .xlsx file that holds a sheet."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    entries = [dict(_ATTRIBUTE.findall(tag)) for tag in _SHEET.findall(book)]
    key = next(entry["r:id"] for entry in entries if html.unescape(entry.get("name", "")) == sheet and "r:id" in entry)
    targets = [dict(_ATTRIBUTE.findall(tag)) for tag in _LINK.findall(links)]
    target = next(entry["Target"] for entry in targets if entry.get("Id") == key)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what is wrong with a workbook into one message."""
    try:
        yield
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(str(path), got=str(error), expected="a workbook that is whole and not locked",
                         remedy="Save it anew as .xlsx, without a password.") from error  # fmt: skip
