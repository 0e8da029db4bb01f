"""The table for Excel: three sheets for programs and three for people, nothing that a name turns into a formula."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xlsxwriter

from comarca.guards.spreadsheets import as_text
from comarca.publish.codebook import codebook_in, heading, unit_in_heading
from comarca.publish.provenance import inputs_from_table
from comarca.publish.rounding import decimals, rounded
from comarca.publish.sources_text import sources_in
from comarca.publish.words import is_share, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

MAX_WIDTH: Final = 60
_FOR_PROGRAMS: Final = ("indicators", "codebook", "sources")
#: What a reader asks of a column, in this order.
_EXPLAINED: Final = (
    "title", "unit", "definition", "proxy_for", "method", "bias", "missing", "source", "year", "n_valid", "column",
)  # fmt: skip
#: Paper, as the file format numbers it.
_A4: Final = 9
_ROWS_MEASURED: Final = 200
#: Files carry no time of writing, so that the same table gives the same file.
_NO_TIME: Final = datetime(1980, 1, 1)
# What a sheet cannot hold (XML 1.0).
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.xlsx``."""
    book = codebook_in(data.columns, data.table, language=data.language, years=data.years, families=data.families)
    write_xlsx(data.table, data.columns, book, data.sources, path, language=data.language, title=data.title)


def write_xlsx(
    table: pd.DataFrame,
    columns: Sequence[Column],
    codebook: pd.DataFrame,
    sources: pd.DataFrame,
    path: Path,
    *,
    language: str = "en",
    title: str = "",
) -> None:
    """Write the table, its codebook and its sources as one workbook.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    codebook : pandas.DataFrame
        As from `comarca.publish.codebook.codebook_in`.
    sources : pandas.DataFrame
        As from `comarca.publish.provenance.sources_table`.
    path : pathlib.Path
        Where to.
    language : str, optional
        Language of titles and notes: ``en``, ``es`` or ``pt``.
    title : str, optional
        What readers call the region, for the head of printed pages.

    Notes
    -----
    Sheets ``indicators``, ``codebook``, ``sources``, for programs: the first row holds the column names, with title and
    unit in a note at each. Three more for people, all in the language, the first of which Excel shows: the table with
    titles as headings, names of classes and shares as per cent; what each column is; where the data are from. Numbers
    are rounded by unit.
    """
    known = {column.name: column for column in columns}
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _NO_TIME, "author": "comarca", "title": title})
        writer = _Writer(book, known, language, title)
        for name, content in zip(_FOR_PROGRAMS, (rounded(table, columns), codebook, sources), strict=True):
            is_table = content is not codebook and content is not sources
            writer.sheet(name, content, freeze=(1, 2 if is_table else 1), notes=is_table)
        writer.sheet(word("table", language), _for_people(table, columns, language), freeze=(1, 2), titles=True)
        writer.sheet(word("explanations", language), _explanations(codebook, known, language), freeze=(1, 1))
        listed = sources_in(inputs_from_table(sources), language)
        writer.sheet(word("data_sources", language), listed, freeze=(1, 1))
        people = book.worksheets()[len(_FOR_PROGRAMS)]
        people.activate()
        people.set_first_sheet()


def _for_people(table: pd.DataFrame, columns: Sequence[Column], language: str) -> pd.DataFrame:
    """Round the numbers; write names of classes, and words for true and false."""
    shown = rounded(table, columns)
    yes_or_no = {True: word("yes", language), False: word("no", language)}
    words = {
        column.name: shown[column.name].map(
            yes_or_no if column.kind == "boolean" else partial(column.label, language=language), na_action="ignore"
        )
        for column in columns
        if column.name in shown and (column.kind == "boolean" or column.categories)
    }
    return shown.assign(**words)


def _explanations(codebook: pd.DataFrame, known: Mapping[str, Column], language: str) -> pd.DataFrame:
    """Take what a reader asks of a column from its codebook, under headings of the language."""
    book = codebook.assign(unit=[unit_in_heading(known[name], language) for name in codebook["column"]])
    return book[list(_EXPLAINED)].set_axis([word(name, language) for name in _EXPLAINED], axis="columns")


class _Writer:
    """Writes sheets of one workbook with the same formats."""

    def __init__(self, book: xlsxwriter.Workbook, known: Mapping[str, Column], language: str, title: str) -> None:
        self.book, self.known, self.language, self.title = book, known, language, title
        self.head = book.add_format({"bold": True, "bg_color": "#DDE7EC", "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@", "valign": "top"})
        self.wrapped = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.numbers: dict[str, Format] = {}

    def sheet(
        self, name: str, table: pd.DataFrame, *, freeze: tuple[int, int], notes: bool = False, titles: bool = False
    ) -> None:
        """Write a table as a sheet: frozen and filtered head, printed across a page, the head on each."""
        sheet = self.book.add_worksheet(name)
        for place, column in enumerate(map(str, table.columns)):
            entry = self.known.get(column)
            label = heading(entry, self.language) if titles and entry else column
            sheet.write_string(0, place, as_text(label), self.head)
            if notes and entry:
                sheet.write_comment(0, place, _note(entry, self.language), {"x_scale": 2, "y_scale": 1.5})
            width = _width(label, table[column])
            sheet.set_column(place, place, width)
            code = _number_code(entry, for_people=titles) if entry and entry.kind == "number" else None
            self._column(sheet, place, table[column], code, is_long=width >= MAX_WIDTH)
        if titles or notes:
            sheet.set_row(0, 60)
        sheet.freeze_panes(*freeze)
        sheet.autofilter(0, 0, len(table), table.shape[1] - 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.repeat_rows(0)
        sheet.repeat_columns(0, freeze[1] - 1)
        sheet.set_header(f"&L{self.title.replace('&', '&&')}&R&A")
        sheet.set_footer("&C&P / &N")

    def _column(self, sheet: Worksheet, place: int, values: pd.Series, code: str | None, *, is_long: bool) -> None:
        text = self.wrapped if is_long else self.text
        for row, (value, missing) in enumerate(zip(values, values.isna(), strict=True), start=1):
            if missing:
                continue
            plain: Any = value.item() if isinstance(value, np.generic) else value
            if isinstance(plain, str):
                sheet.write_string(row, place, as_text(_FORBIDDEN.sub("", plain)), text)
            elif isinstance(plain, bool):
                sheet.write_boolean(row, place, plain)
            else:
                sheet.write_number(row, place, plain, self._number(code))

    def _number(self, code: str | None) -> Format | None:
        if code is None:
            return None
        if code not in self.numbers:
            self.numbers[code] = self.book.add_format({"num_format": code, "valign": "top"})
        return self.numbers[code]


def _number_code(column: Column, *, for_people: bool) -> str:
    """Excel's code of a number's look: the digits of its unit; shares as per cent where people read them."""
    is_percent = for_people and is_share(column)
    digits = decimals(column) - (2 if is_percent else 0)
    return "#,##0" + ("." + "0" * digits if digits else "") + ("%" if is_percent else "")


def _width(label: str, values: pd.Series) -> float:
    """Room for the values; headings are wrapped, but no word of theirs is cut."""
    longest = values.head(_ROWS_MEASURED).astype("str").str.len().max()
    word_length = max(map(len, re.split(r"[\s_]", label)))
    return float(min(max(word_length, len(label) / 3, 8 if pd.isna(longest) else longest) + 3, MAX_WIDTH))


def _note(column: Column, language: str) -> str:
    return f"{heading(column, language)}\n{column.text('definition', language)}"
