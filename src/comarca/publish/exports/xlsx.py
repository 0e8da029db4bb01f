"""The table for Excel: three sheets, codes as text, nothing that a name could turn into a formula."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from comarca.registry.columns import Column

MAX_WIDTH: Final = 60
_ROWS_MEASURED: Final = 200
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
# What a sheet cannot hold (XML 1.0).
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HEADER: Final = PatternFill("solid", fgColor="DDE7EC")


def write_xlsx(
    table: pd.DataFrame,
    columns: Sequence[Column],
    codebook: pd.DataFrame,
    sources: pd.DataFrame,
    path: Path,
    *,
    language: str = "en",
) -> None:
    """Write the table, its codebook and its sources as one workbook.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    codebook : pandas.DataFrame
        As from `comarca.publish.codebook.codebook`.
    sources : pandas.DataFrame
        As from `comarca.publish.provenance.sources_table`.
    path : pathlib.Path
        Where to.
    language : str, optional
        Language of the notes at the column heads: ``en``, ``es`` or ``pt``.

    Notes
    -----
    Sheets ``indicators``, ``codebook``, ``sources``. The first row holds the column names, so that other programs can
    read the sheet; title and unit stand in a note at each of them.
    """
    notes = {column.name: _note(column, language) for column in columns}
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book.create_sheet("indicators"), table, freeze="C2", notes=notes)
    _fill(book.create_sheet("codebook"), codebook, freeze="B2")
    _fill(book.create_sheet("sources"), sources, freeze="B2")
    book.save(path)
    _without_time(path)


def _fill(sheet: Worksheet, table: pd.DataFrame, *, freeze: str, notes: Mapping[str, str] | None = None) -> None:
    sheet.append([str(name) for name in table.columns])
    for place, name in enumerate(table.columns, start=1):
        head = sheet.cell(row=1, column=place)
        head.font, head.fill, head.alignment = Font(bold=True), _HEADER, Alignment(wrap_text=True, vertical="top")
        if notes and name in notes:
            head.comment = Comment(notes[str(name)], "comarca", height=90, width=260)
        _write_column(sheet, place, table[name])
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _width(str(name), table[name])
    sheet.freeze_panes = freeze
    sheet.auto_filter.ref = sheet.dimensions


def _write_column(sheet: Worksheet, place: int, values: pd.Series) -> None:
    is_text = not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values))
    for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=2):
        if missing:
            continue
        cell = sheet.cell(row=row, column=place)
        if is_text and isinstance(value, str):
            # Excel would take a name such as "=A1" for a formula, and a code such as "007" for a number.
            cell.value = _FORBIDDEN.sub("", value)
            cell.data_type = "s"
            cell.number_format = "@"
        else:
            cell.value = value.item() if isinstance(value, np.generic) else value


def _width(name: str, values: pd.Series) -> float:
    longest = values.head(_ROWS_MEASURED).astype("str").str.len().max()
    return float(min(max(len(name) * 0.6, 8 if pd.isna(longest) else longest) + 3, MAX_WIDTH))


def _note(column: Column, language: str) -> str:
    unit = f" ({column.unit})" if column.unit not in {"", "1"} else ""
    return f"{column.title[language]}{unit}\n{column.definition}"


def _without_time(path: Path) -> None:
    """Write the archive again without times, so that the same table gives the same bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", members["docProps/core.xml"]
    )
    path.unlink()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(_entry(name), content)


def _entry(name: str) -> Any:
    entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
