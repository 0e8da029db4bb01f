"""Tables as people keep them: CSV of any separator, spreadsheets, Parquet."""

from __future__ import annotations

import csv
import itertools
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pyarrow.parquet import read_schema

from comarca.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)


def read_text_table(
    path: str | Path, *, sheet: str | int = 0, skip_rows: int = 0, header_rows: int = 1
) -> pd.DataFrame:
    """Read a table without interpreting its cells.

    Parameters
    ----------
    path : path-like
        ``.csv``, ``.tsv``, ``.txt`` (comma, semicolon or tab; UTF-8 or Latin-1), ``.xlsx`` or ``.parquet``.
    sheet : str or int, default 0
        Sheet of a workbook.
    skip_rows : int, default 0
        Rows above the header.
    header_rows : int, default 1
        Rows of the header; of several, empty cells repeat what stands left of them, and the texts are joined.

    Returns
    -------
    pandas.DataFrame
        Text cells stripped, numbers of workbooks and Parquet files as text with a dot, empty cells as empty text.

    Raises
    ------
    InputError
        If it is not there, of another kind, or empty.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), got="no such file", expected="a table")
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _as_text(pd.read_parquet(path))
    if suffix == ".xlsx":
        raw = pd.read_excel(path, sheet_name=sheet, header=None, dtype=object, skiprows=skip_rows)
    elif suffix in {".csv", ".tsv", ".txt"}:
        raw = _delimited(path.read_bytes(), path, skip_rows)
    else:
        raise InputError(str(path), got=suffix, expected="a .csv, .tsv, .txt, .xlsx or .parquet file")
    cells = _as_text(raw)
    if len(cells) <= header_rows:
        raise InputError(str(path), got=f"{len(cells)} row(s)", expected="a header and rows below it")
    names = _heading(cells.iloc[:header_rows])
    return cells.iloc[header_rows:].set_axis(names, axis=1).reset_index(drop=True)


def read_heading(path: str | Path, *, sheet: str | int = 0, skip_rows: int = 0, header_rows: int = 1) -> list[str]:
    """Read the names of a table's columns and no more of it.

    Parameters
    ----------
    path, sheet, skip_rows, header_rows
        As for `read_text_table`.

    Returns
    -------
    list of str
        The names that `read_text_table` gives the columns.

    Raises
    ------
    ValueError
        If a workbook has no such sheet, or cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        return list(read_schema(path).names)
    if path.suffix.lower() == ".xlsx":
        rows = skip_rows + header_rows
        top = pd.read_excel(path, sheet_name=sheet, header=None, dtype=object, nrows=rows).iloc[skip_rows:]
        return _heading(_as_text(top))
    with path.open("rb") as stream:
        data = b"".join(itertools.islice(stream, skip_rows + header_rows))
    return _heading(_as_text(_delimited(data, path, skip_rows)))


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
    for ours, theirs in columns.items():
        if theirs not in table:
            raise InputError(
                f"{where}, columns.{ours}", got=theirs, expected=f"one of {list(table)}",
                remedy=did_you_mean(theirs, map(str, table)),
            )  # fmt: skip
    renamed = table.rename(columns={theirs: ours for ours, theirs in columns.items()})
    for name in required:
        if name not in renamed:
            raise InputError(
                where, got=list(table), expected=f"a column {name}",
                remedy=f"Name it in the configuration: columns: {{{name}: <its name in the file>}}.",
            )  # fmt: skip
    return renamed


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
    return texts.str.strip().str.replace(r"^(\d+)\.0+$", r"\1", regex=True)


def _heading(rows: pd.DataFrame) -> list[str]:
    header = rows.replace("", np.nan)
    header.iloc[:-1] = header.iloc[:-1].ffill(axis=1)
    return [" - ".join(str(part) for part in header[column].dropna()) for column in header]


def _delimited(data: bytes, path: Path, skip_rows: int) -> pd.DataFrame:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        logger.warning("%s is not UTF-8; read as Latin-1", path)
        text = data.decode("latin-1")
    lines = text.splitlines()[skip_rows:]
    separator = max(";\t,", key=lambda sign: lines[0].count(sign)) if lines else ","
    frame = pd.DataFrame([row for row in csv.reader(lines, delimiter=separator) if row])
    frame.attrs["separator"] = separator
    return frame


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame.map(_cell_text)
    texts.attrs = frame.attrs
    return texts.astype(str)


def _cell_text(cell: object) -> str:
    if (isinstance(cell, float) and np.isnan(cell)) or cell is None or cell is pd.NA:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
