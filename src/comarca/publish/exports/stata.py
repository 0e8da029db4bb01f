"""The table for Stata: names that fit, labels that say what was shortened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.publish.stata_names import stata_names
from comarca.publish.table import is_integer

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

MAX_LABEL: Final = 80
#: Files carry no time of writing, so that the same table gives the same file; Stata wants one all the same.
NO_TIME: Final = datetime(1980, 1, 1)
_YES_NO: Final[dict[str, dict[float, str]]] = {
    "en": {0: "no", 1: "yes"},
    "es": {0: "no", 1: "s\u00ed"},
    "pt": {0: "n\u00e3o", 1: "sim"},
}


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.dta``."""
    write_dta(data.table, data.columns, path, language=data.language, title=data.title)


def write_dta(
    table: pd.DataFrame, columns: Sequence[Column], path: Path, *, language: str = "en", title: str = ""
) -> None:
    """Write the table for Stata 14 and later, with variable labels and value labels.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    path : pathlib.Path
        Where to.
    language : str, optional
        Language of the labels: ``en``, ``es`` or ``pt``.
    title : str, optional
        Label of the data set.

    Notes
    -----
    Missing texts become empty ones, missing numbers ``.``; counts are doubles. The label of a shortened variable begins
    with its full name.
    """
    known = {column.name: column for column in columns}
    names = stata_names(str(name) for name in table.columns)
    data: dict[Hashable, pd.Series] = {}
    labels: dict[Hashable, str] = {}
    values: dict[Hashable, dict[float, str]] = {}
    for name, short in names.items():
        column = known[name]
        data[short] = _plain(table[name], column, language)
        labels[short] = _label(column, short, language)
        if column.kind == "boolean":
            values[short] = _YES_NO[language]
    pd.DataFrame(data).to_stata(
        path,
        write_index=False,
        version=118,
        time_stamp=NO_TIME,
        data_label=title[:MAX_LABEL],
        variable_labels=labels,
        value_labels=values,
    )


def _label(column: Column, short: str, language: str) -> str:
    unit = f" ({column.unit})" if column.unit not in {"", "1"} else ""
    text = column.title[language] if short == column.name else f"{column.name}: {column.title[language]}"
    return text[: MAX_LABEL - len(unit)] + unit


def _plain(values: pd.Series, column: Column, language: str) -> pd.Series:
    if column.kind == "text" or (column.kind == "class" and not column.categories):
        return values.astype(object).where(values.notna(), "")
    if column.kind == "class":
        titles = {code: _class_label(code, title[language]) for code, title in column.categories.items()}
        return pd.Series(pd.Categorical(values.map(titles), categories=list(titles.values())), index=values.index)
    if column.kind == "boolean" or is_integer(column):
        return values.astype("float64")
    return values


def _class_label(code: str, title: str) -> str:
    return code if code == title else f"{code}: {title}"
