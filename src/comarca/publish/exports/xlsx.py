"""The table for Excel: three sheets, codes as text, nothing that a name could turn into a formula."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xlsxwriter

from comarca.publish.codebook import codebook as make_codebook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

MAX_WIDTH: Final = 60
_ROWS_MEASURED: Final = 200
#: Files carry no time of writing, so that the same table gives the same file.
_NO_TIME: Final = datetime(1980, 1, 1)
# What a sheet cannot hold (XML 1.0).
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.xlsx``."""
    book = make_codebook(data.columns, data.table, years=data.years)
    write_xlsx(data.table, data.columns, book, data.sources, path, language=data.language)


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
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _NO_TIME, "author": "comarca"})
        head = book.add_format({"bold": True, "bg_color": "#DDE7EC", "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        _fill(book.add_worksheet("indicators"), table, head=head, text=text, freeze=(1, 2), notes=notes)
        _fill(book.add_worksheet("codebook"), codebook, head=head, text=text, freeze=(1, 1))
        _fill(book.add_worksheet("sources"), sources, head=head, text=text, freeze=(1, 1))


def _fill(
    sheet: Worksheet,
    table: pd.DataFrame,
    *,
    head: Format,
    text: Format,
    freeze: tuple[int, int],
    notes: Mapping[str, str] | None = None,
) -> None:
    for place, name in enumerate(map(str, table.columns)):
        sheet.write_string(0, place, name, head)
        if notes and name in notes:
            sheet.write_comment(0, place, notes[name], {"author": "comarca", "x_scale": 2, "y_scale": 1.2})
        sheet.set_column(place, place, _width(name, table[name]))
        _write_column(sheet, place, table[name], text)
    sheet.freeze_panes(*freeze)
    sheet.autofilter(0, 0, len(table), table.shape[1] - 1)


def _write_column(sheet: Worksheet, place: int, values: pd.Series, text: Format) -> None:
    for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=1):
        if missing:
            continue
        plain: Any = value.item() if isinstance(value, np.generic) else value
        if isinstance(plain, str):
            sheet.write_string(row, place, _FORBIDDEN.sub("", plain), text)
        elif isinstance(plain, bool):
            sheet.write_boolean(row, place, plain)
        else:
            sheet.write_number(row, place, plain)


def _width(name: str, values: pd.Series) -> float:
    longest = values.head(_ROWS_MEASURED).astype("str").str.len().max()
    return float(min(max(len(name) * 0.6, 8 if pd.isna(longest) else longest) + 3, MAX_WIDTH))


def _note(column: Column, language: str) -> str:
    unit = f" ({column.unit})" if column.unit not in {"", "1"} else ""
    return f"{column.title[language]}{unit}\n{column.definition}"
