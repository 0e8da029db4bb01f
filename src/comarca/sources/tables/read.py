"""Tables as people keep them: delimited text of any separator, workbooks, Parquet.

One reader for every section of the configuration. Cells are read as text and interpreted later, per column.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from comarca.errors import InputError, did_you_mean
from comarca.io import log_read
from comarca.results import Check
from comarca.sources.names import fold_text, same_form
from comarca.sources.rows import Where, choose_rows
from comarca.sources.tables.numbers import DOUBTS, NUMBERS, cell_text, number_texts, refuse_twins
from comarca.sources.tables.workbooks import sheet_rows
from comarca.sources.texts import decode, mojibake_check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

logger = logging.getLogger(__name__)

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
DELIMITED: Final = frozenset({".csv", ".tsv", ".txt"})
#: What is read as a table and not as a vector file.
TABLE_SUFFIXES: Final = WORKBOOKS | DELIMITED
_SEPARATORS: Final = ";\t,|"
_SNIFFED: Final = 1 << 20
#: Characters of a cell; the limit of the csv module itself holds for the process, and libraries raise it.
_LONGEST_CELL: Final = 131_072
_FOOTNOTE: Final = re.compile(
    r"^(fuente|fonte|source|notas?|notes?|elabor|\*|\(\*|\d+ ?/|\(\d+\)|obs|referencias?|signos|sinais|llamadas"
    r"|.{1,6} ?[:=] )"
)
#: First words of a note whose further cells are parts of its sentence, as in "Fuente: INE, 2010".
_SENTENCE: Final = re.compile(r"^\W*((fuentes?|fontes?|sources?|notas?|notes?|obs\w*)\s?[:.=]|elabora\w+ )")
_LISTED: Final = 20
_NUMBER: Final = re.compile(r"\s*-?\d[\d.,]*\s*$")
#: First line by which spreadsheet programs are told the separator.
_TOLD_SEPARATOR: Final = re.compile(r"\"?sep=(.)\"?\r?\n", re.IGNORECASE)
#: First bytes of workbooks: zip archives, and old ones.
_BOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Layout(TypedDict, total=False):
    """How a table lies in its file.

    ``sheet`` (name or number of a workbook's sheet), ``skip_rows`` (rows above the heading), ``header_rows`` (rows of
    the heading), ``encoding`` (of delimited text), ``where`` (rows to keep, see `comarca.sources.rows.choose_rows`) and
    ``fill_down`` (headings of columns whose empty cells repeat the one above, as merged cells leave them).
    """

    sheet: str | int | None
    skip_rows: int
    header_rows: int
    encoding: str | None
    where: Where | None
    fill_down: Sequence[str]


def layout_of(source: Mapping[str, Any]) -> Layout:
    """Take the keys of a layout out of a section of the configuration.

    Parameters
    ----------
    source : mapping
        The section.

    Returns
    -------
    Layout
        Those that are set.
    """
    return cast("Layout", {key: source[key] for key in Layout.__annotations__ if source.get(key)})


@dataclass(frozen=True)
class TextTable:
    """A table as it was read.

    Attributes
    ----------
    cells : pandas.DataFrame
        Text cells stripped, numbers of workbooks and Parquet files as text with a dot, empty cells as empty text.
    separator : str
        Sign between the cells of delimited text; empty for other files.
    checks : list of Check
        How it was decoded, and which rows were left out.
    """

    cells: pd.DataFrame
    separator: str = ""
    checks: list[Check] = field(default_factory=list)


def read_text_table(path: str | Path, **layout: Unpack[Layout]) -> pd.DataFrame:
    """Read a table without interpreting its cells.

    Parameters
    ----------
    path : path-like
        ``.csv``, ``.tsv``, ``.txt`` (comma, semicolon, tab or bar; UTF-8, UTF-16 or cp1252), ``.xlsx``, ``.xlsb``,
        ``.xls``, ``.ods`` or ``.parquet``.
    **layout
        See `Layout`.

    Returns
    -------
    pandas.DataFrame
        As `TextTable.cells`.

    Raises
    ------
    InputError
        If it is not there, of another kind, cannot be read, or holds no rows.
    """
    opened = open_table(path, **layout)
    log_read(path, f"{len(opened.cells)} rows, {opened.cells.shape[1]} columns")
    opened.cells.attrs["separator"] = opened.separator
    return opened.cells


def table_checks(path: str | Path, *, name: str, **layout: Unpack[Layout]) -> list[Check]:
    """Say how a table was decoded, and which of its rows were left out.

    Parameters
    ----------
    path : path-like
        The table.
    name : str
        First word of the checks.
    **layout
        See `Layout`.

    Returns
    -------
    list of Check
        Nothing if there is nothing to say.
    """
    checks = open_table(path, **layout).checks
    return [
        Check(f"{name}_{check.name}", check.status, check.value, check.threshold, check.message, check.rows)
        for check in checks
    ]


def open_table(path: str | Path, **layout: Unpack[Layout]) -> TextTable:
    """Read a table with the remarks on its reading.

    Parameters
    ----------
    path, **layout
        As for `read_text_table`.

    Returns
    -------
    TextTable
        Cells, separator, checks.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), got="no such file", expected="a table")
    suffix = path.suffix.lower()
    header_rows, checks, separator = layout.get("header_rows", 1), [], ""
    if suffix in {".parquet", ".geoparquet"}:
        frame = _without_geometry(_parquet(path))
        cells = _as_text(frame)
        if cells.empty:
            raise InputError(str(path), got="no rows", expected="rows")
        cells.attrs[NUMBERS] = {name: number_texts(frame[name]) for name in frame if frame[name].dtype.kind in "fO"}
    else:
        rows, separator, decoded = _raw_rows(path, suffix, layout)
        checks += decoded
        if len(rows) <= header_rows:
            raise InputError(str(path), got=f"{len(rows)} row(s)", expected="a header and rows below it")
        names = _heading(rows.iloc[:header_rows])
        body = rows.iloc[header_rows:].set_axis(names, axis=1).reset_index(drop=True)
        for remark in (DOUBTS, NUMBERS):
            told = rows.attrs.get(remark, {})
            body.attrs[remark] = {name: told[place] for place, name in enumerate(names) if place in told}
        cells, footnotes = _without_footnotes(body)
        checks += footnotes
    cells = _filled_down(cells, layout.get("fill_down", ()), str(path))
    cells, left_out = choose_rows(cells, layout.get("where"), where=str(path))
    logger.info("%s: %d rows, %d columns", path, len(cells), cells.shape[1])
    return TextTable(cells.reset_index(drop=True), separator, [*checks, *left_out, *mojibake_check(cells, str(path))])


def read_heading(path: str | Path, **layout: Unpack[Layout]) -> list[str]:
    """Read the names of a table's columns and no more of it.

    Parameters
    ----------
    path, **layout
        As for `read_text_table`.

    Returns
    -------
    list of str
        The names that `read_text_table` gives the columns.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() in {".parquet", ".geoparquet"}:
        return list(map(str, _parquet(path, only_names=True)))
    rows, _, _ = _raw_rows(path, path.suffix.lower(), layout, limit=layout.get("header_rows", 1))
    return _heading(rows)


def pick_columns(
    table: pd.DataFrame, columns: Mapping[str, str], *, required: Sequence[str], where: str
) -> pd.DataFrame:
    """Give a table's columns our names.

    Parameters
    ----------
    table : pandas.DataFrame
        As read.
    columns : mapping
        Our names -> the table's, where they differ.
    required : sequence of str
        Our names of the columns it cannot do without.
    where : str
        The file, for messages.

    Returns
    -------
    pandas.DataFrame
        The same table, renamed.

    Raises
    ------
    InputError
        If a column named is not there, with the nearest right spelling.
    """
    refuse_twins(table, [*columns.values(), *required], where=where)
    theirs = {ours: find_column(column, table, where=f"{where}, columns.{ours}") for ours, column in columns.items()}
    taken = table.drop(columns=[ours for ours in theirs if ours in table and ours not in theirs.values()])
    names = {column: ours for ours, column in theirs.items()}
    renamed = taken.rename(columns=names)
    for remark in (DOUBTS, NUMBERS):
        renamed.attrs[remark] = {names.get(name, name): told for name, told in table.attrs.get(remark, {}).items()}
    for name in required:
        if name not in renamed:
            raise InputError(
                where, got=list(table), expected=f"a column {name}",
                remedy=f"Name it in the configuration: columns: {{{name}: <its name in the file>}}.",
            )  # fmt: skip
    return renamed


def find_column(name: str, table: pd.DataFrame, *, where: str) -> str:
    """Find a column by its heading, which may be written in another Unicode form or with other blanks.

    Parameters
    ----------
    name : str
        The heading asked for.
    table : pandas.DataFrame
        The table.
    where : str
        File and key, for messages.

    Returns
    -------
    str
        The heading as it stands in the table.

    Raises
    ------
    InputError
        If there is none.
    """
    if name in table:
        return name
    for heading in map(str, table):
        if same_form(heading) == same_form(name):
            return heading
    raise InputError(where, got=name, expected=f"one of {list(table)}", remedy=did_you_mean(name, map(str, table)))


def clean_codes(texts: pd.Series) -> pd.Series:
    """Read codes as text: leading zeros stay, a ``.0`` that a spreadsheet added goes.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.

    Returns
    -------
    pandas.Series of str
        Codes; empty text where there is none.
    """
    return texts.str.strip().str.replace(r"^(\d+)[.,]0+$", r"\1", regex=True)


def _parquet(path: Path, *, only_names: bool = False) -> pd.DataFrame:
    """Read a Parquet file, or its columns without rows; an index that has a name is a column."""
    try:
        frame = pq.read_schema(path).empty_table().to_pandas() if only_names else pd.read_parquet(path)
        named = [name for name in frame.index.names if name is not None and name not in frame]
        return frame.reset_index(named) if named else frame
    except (pa.ArrowException, OSError) as error:
        raise InputError(str(path), got=" ".join(str(error).split()), expected="a Parquet file") from error


def _raw_rows(
    path: Path, suffix: str, layout: Layout, *, limit: int | None = None
) -> tuple[pd.DataFrame, str, list[Check]]:
    """Cells below the rows to skip, as text; with a limit the first rows only."""
    skip = layout.get("skip_rows", 0)
    end = None if limit is None else skip + limit
    if suffix in WORKBOOKS | DELIMITED:
        _require_kind(path, suffix)
    if suffix in WORKBOOKS:
        heading = slice(skip, skip + layout.get("header_rows", 1))
        cells, doubts = sheet_rows(path, layout.get("sheet"), heading=heading, end=end)
        stored = pd.DataFrame(cells[skip:], dtype=object)
        frame = _not_blank(_as_text(stored))
        frame.attrs |= {DOUBTS: doubts, NUMBERS: {place: number_texts(stored[place]) for place in stored}}
        return frame, "", []
    if suffix not in DELIMITED:
        kinds = ", ".join(sorted(TABLE_SUFFIXES | {".parquet"}))
        raise InputError(
            str(path), got=suffix, expected=f"a table: {kinds}",
            remedy="Vector files go where shapes are asked for; a PDF has to be made a table first.",
        )  # fmt: skip
    text, checks = decode(path.read_bytes(), where=str(path), encoding=layout.get("encoding"))
    if "\0" in text:
        raise InputError(f"{path}, line {text[:text.index(chr(0))].count(chr(10)) + 1}", got="a byte of zero",
                         expected="delimited text", remedy="Save it anew as CSV in UTF-8.")  # fmt: skip
    told = _TOLD_SEPARATOR.match(text)
    text = text[told.end() :] if told else text
    separator = told[1] if told else _separator(text[:_SNIFFED], skip)
    try:
        rows = list(_first(csv.reader(io.StringIO(text, newline=""), delimiter=separator), end))[skip:]
    except csv.Error as error:
        raise InputError(str(path), got=str(error), expected="delimited text", remedy="Save it anew as CSV.") from error
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):
        got = f"a cell of more than {_LONGEST_CELL:,} characters"
        raise InputError(str(path), got=got, expected="delimited text", remedy="Is there a quote that is not closed?")
    if limit is None:
        _refuse_torn(rows, text, separator, str(path))
        end = _end_of_rows(rows, layout.get("header_rows", 1))
        _refuse_ragged(rows[:end], layout, separator=separator, where=str(path))
        # The separators in the sentence of a note part no cells.
        rows[end:] = [[", ".join(cell.strip() for cell in row if cell.strip())] for row in rows[end:]]
    width = max(map(len, rows), default=0)
    whole = [row + [""] * (width - len(row)) for row in rows if row]
    return _not_blank(_as_text(pd.DataFrame(whole, dtype=object))), separator, checks


def _require_kind(path: Path, suffix: str) -> None:
    """Refuse a file that is called what it is not: a workbook called .csv, a web page or a text called .xls."""
    with path.open("rb") as file:
        head = file.read(64)
    is_book = head.startswith(_BOOKS)
    if not head or is_book == (suffix in WORKBOOKS):
        return
    if is_book:
        got, remedy = "a workbook", f"Give it the ending {'.xlsx' if head.startswith(_BOOKS[0]) else '.xls'}."
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        got, remedy = "a web page", "Open it in a spreadsheet program and save it as .xlsx."
    else:
        got, remedy = "text", "Give it the ending .csv, or save it anew as .xlsx."
    raise InputError(str(path), got=f"{got} under the name of {suffix}", expected=f"a {suffix} file", remedy=remedy)


def _refuse_torn(rows: list[list[str]], text: str, separator: str, where: str) -> None:
    """Refuse a quotation that is never closed."""
    try:
        deque(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), maxlen=0)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise InputError(
                f"{where}, line {_last_start(rows, text)}", got="a quotation that is never closed",
                expected="a closing quote", remedy="All that follows would be one cell.",
            ) from error  # fmt: skip


def _end_of_rows(rows: list[list[str]], header_rows: int) -> int:
    """Count the rows above the notes below the table."""
    end, width = len(rows), max(map(_filled, rows[:header_rows]), default=0)
    while end > header_rows and _is_note(rows[end - 1], width):
        end -= 1
    return end


def _is_note(row: list[str], width: int) -> bool:
    """Tell whether a row is empty, or a note of one cell or of a sentence in several."""
    first, *others = [cell for cell in row if cell.strip()] or [""]
    if not first or _SENTENCE.match(fold_text(first)):
        return not first or row[0].strip() != ""
    is_short = len(row) < width or not others
    return is_short and _is_note_text(first) and not (_other_separator(first, width) or any(map(_NUMBER.match, others)))


def _refuse_ragged(rows: list[list[str]], layout: Layout, *, separator: str, where: str) -> None:
    """Refuse rows with more or fewer cells than the heading, whose figures would stand under other headings."""
    skip, header_rows = layout.get("skip_rows", 0), layout.get("header_rows", 1)
    most = max(map(len, rows[:header_rows]), default=0)
    width = max(map(_filled, rows[:header_rows]), default=0)
    end = len(rows) + skip
    for place, row in enumerate(rows[header_rows:], skip + header_rows + 1):
        if width > 1 and len(row) == 1 and (other := _other_separator(row[0], width)):
            raise InputError(
                f"{where}, row {place}", got=f"{row[0][:80]!r}, parted by {other!r}",
                expected=f"cells parted by {separator!r}, as in the heading",
                remedy="Save it anew with one sign between all cells.",
            )  # fmt: skip
        if _filled(row) > most or any(_NUMBER.match(cell.strip()) for cell in row[width:]):
            raise InputError(
                f"{where}, row {place}", got=f"{_filled(row)} cells", expected=f"at most {width}, as in the heading",
                remedy="Texts and numbers that hold the separator need quotes. Lines above the heading: `skip_rows`.",
            )  # fmt: skip
        if _filled(row) and len(row) < width and not _is_caption(row, is_last=place == end):
            raise InputError(
                f"{where}, row {place}", got=f"{len(row)} cell(s)", expected=f"{width}, as in the heading",
                remedy="A figure may lack anywhere in the row. Write a separator for each cell, also for empty ones.",
            )  # fmt: skip


def _filled(row: list[str]) -> int:
    """Count the cells of a row up to the last that is not empty."""
    return next((count for count in range(len(row), 0, -1) if row[count - 1].strip()), 0)


def _is_caption(row: list[str], *, is_last: bool) -> bool:
    """Tell whether a row holds a text alone, as the heading of the rows below it."""
    texts = [cell for cell in row if cell.strip()]
    return len(texts) == 1 and not is_last and not re.search(r"\d", texts[0])


def _other_separator(text: str, width: int) -> str | None:
    """Sign that parts a text into as many cells as the heading has, with a number among them."""
    parted = {sign: text.split(sign) for sign in _SEPARATORS}
    return next(
        (sign for sign, parts in parted.items() if len(parts) == width and any(map(_NUMBER.match, parts[1:]))), None
    )


def _last_start(rows: list[list[str]], text: str) -> int:
    """Line that the last row begins in."""
    inside = sum(cell.count("\n") for cell in rows[-1]) if rows else 0
    return text.count("\n") + 1 - inside


def _first(rows: Iterator[list[str]], end: int | None) -> Iterator[list[str]]:
    for count, row in enumerate(rows):
        if end is not None and count >= end:
            return
        yield row


def _separator(text: str, skip: int) -> str:
    """Sign that parts the heading into most cells."""

    def cells(sign: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        try:
            return len(next((row for count, row in enumerate(rows) if count >= skip and row), []))
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=cells)


def _not_blank(cells: pd.DataFrame) -> pd.DataFrame:
    filled = (cells != "").any(axis=1)
    return cells[filled].reset_index(drop=True)


def _heading(rows: pd.DataFrame) -> list[str]:
    header = rows.replace("", np.nan)
    header.iloc[:-1] = header.iloc[:-1].ffill(axis=1)
    names = [
        " - ".join(dict.fromkeys(" ".join(str(part).split()) for part in header[column].dropna())) for column in header
    ]
    count: dict[str, int] = {}
    unique = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        unique.append(name if count[name] == 1 else f"{name} #{count[name]}")
    return unique


def _without_footnotes(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[Check]]:
    """Leave out notes below the table: last rows with one cell, which begins as notes do or is a sentence."""
    if cells.shape[1] < 2:
        return cells, []
    end = len(cells)
    while end and _is_footnote(cells.iloc[end - 1]):
        end -= 1
    notes = cells.iloc[end:]
    if notes.empty:
        return cells, []
    message = f"{len(notes)} rows below the table are notes and were left out."
    rows = [{"note": next(text for text in row if text)[:120]} for row in notes.to_numpy()[:_LISTED]]
    return cells.iloc[:end], [Check("notes_left_out", "info", len(notes), "", message, rows)]


def _is_footnote(row: pd.Series) -> bool:
    texts = {text for text in row if text}
    return len(texts) == 1 and all(map(_is_note_text, texts))


def _is_note_text(text: str) -> bool:
    return _FOOTNOTE.match(fold_text(text)) is not None or len(text.split()) > 6


def _filled_down(cells: pd.DataFrame, columns: Sequence[str], where: str) -> pd.DataFrame:
    names = [find_column(name, cells, where=f"{where}, fill_down") for name in columns]
    return (
        cells.assign(**{name: cells[name].replace("", np.nan).ffill().fillna("") for name in names}) if names else cells
    )


def _without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=[name for name in frame if any(isinstance(cell, bytes) for cell in frame[name])])


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(cell_text).astype(str)
