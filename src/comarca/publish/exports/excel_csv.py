"""The table as a CSV that Excel opens by a double click: its separators and headings are those of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.guards.spreadsheets import as_text, without_formulas
from comarca.publish.codebook import heading
from comarca.publish.rounding import decimals, rounded
from comarca.publish.words import DECIMAL_COMMA, is_share, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

#: Excel takes a file for UTF-8 only with this mark.
_ENCODING: Final = "utf-8-sig"


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators_excel_<language>.csv``."""
    comma = data.language in DECIMAL_COMMA
    excel_table(data.table, data.columns, data.language).to_csv(
        path, index=False, sep=";" if comma else ",", encoding=_ENCODING, lineterminator="\r\n"
    )


def excel_table(table: pd.DataFrame, columns: Sequence[Column], language: str) -> pd.DataFrame:
    """Make the table as a person reads it: titles as headings, classes by their names, numbers as texts.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    pandas.DataFrame
        Texts only; empty where a value is missing. A code that Excel would read as a number stays text. Shares are in
        per cent, as on maps.
    """
    shown = without_formulas(rounded(table, columns))
    known = {column.name: column for column in columns}
    cells = [_cells(shown[name], known[str(name)], language) for name in shown.columns]
    headings = [as_text(heading(known[str(name)], language)) for name in shown.columns]
    return pd.DataFrame(dict(enumerate(cells))).set_axis(headings, axis="columns")


def _cells(values: pd.Series, column: Column, language: str) -> pd.Series:
    if column.kind == "number":
        digits, point = decimals(column), "," if language in DECIMAL_COMMA else "."
        if is_share(column):
            values, digits = values * 100, digits - 2
        return values.map(lambda value: "" if pd.isna(value) else f"{value:.{digits}f}".replace(".", point))
    if column.kind == "boolean":
        return values.map({True: word("yes", language), False: word("no", language)}).fillna("")
    if column.categories:
        return values.map(lambda value: column.label(value, language), na_action="ignore").fillna("")
    text = values.fillna("").astype(str)
    return text.map(lambda value: f'="{value}"' if column.name.endswith("_id") and value.isdigit() else value)
