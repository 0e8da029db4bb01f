"""The table for Stata: names that fit, labels that say what was shortened."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.publish.codebook import unit_in_heading, with_unit
from comarca.publish.stata_names import stata_names
from comarca.publish.table import is_integer
from comarca.publish.words import is_share

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from pathlib import Path

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column

MAX_LABEL: Final = 80
#: Whole numbers below this are exact in single precision.
_FLOAT_LIMIT: Final = 2**24
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
    Missing texts become empty ones, missing numbers ``.``. Whole numbers take the smallest type that holds them. A text
    that lists codes becomes the sum of 2 to the place of each, counted from 0, with labels. Labels of variables are the
    titles with their units, no two alike; full names of shortened variables stand in ``codebook.csv``, ``stata_name``.
    """
    known = {column.name: column for column in columns}
    names = stata_names(str(name) for name in table.columns)
    data: dict[Hashable, pd.Series] = {}
    labels: dict[Hashable, str] = {}
    values: dict[Hashable, dict[float, str]] = {}
    for name, short in names.items():
        column = known[name]
        data[short] = _plain(table[name], column, language)
        labels[short] = _unlike(variable_label(column, language), labels.values())
        if column.kind == "boolean":
            values[short] = _YES_NO[language]
        elif column.kind == "text" and column.categories:
            values[short] = _listed_codes(table[name], column, language)
        elif codes := _numbered_classes(column, language):
            values[short] = codes
    pd.DataFrame(data).to_stata(
        path,
        write_index=False,
        version=118,
        time_stamp=NO_TIME,
        data_label=title[:MAX_LABEL],
        variable_labels=labels,
        value_labels=values,
    )


def variable_label(column: Column, language: str) -> str:
    """Write a variable's label.

    Parameters
    ----------
    column : Column
        The column.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        Title and unit, or the short title with its unit, at most `MAX_LABEL` characters; else cut at a word. Shares are
        from 0 to 1 here, so they bear no per cent.
    """
    unit = "" if is_share(column) else unit_in_heading(column, language)
    short = column.short_title.get(language, column.title[language])
    fitting = [
        text
        for title, known in ((column.title[language], unit), (short, unit), (short, ""))
        if len(text := with_unit(title, known)) <= MAX_LABEL
    ]
    return fitting[0] if fitting else _cut(short, f" ({unit})" if unit else "")


def _cut(title: str, unit: str) -> str:
    """Cut a title at a word, so that it fits with its unit; within a word where there is only one."""
    room = max(MAX_LABEL - len(unit) - 2, 1)
    kept = title[: room + 1].rsplit(" ", 1)[0] if " " in title[: room + 1] else title[:room]
    return f"{kept} \N{HORIZONTAL ELLIPSIS}{unit}"[:MAX_LABEL]


def _unlike(label: str, taken: Iterable[str]) -> str:
    """Add a number to a label that another variable has."""
    others, number, free = set(taken), 1, label
    while free in others:
        number += 1
        free = f"{label[: MAX_LABEL - len(str(number)) - 1]} {number}"
    return free


def _listed(value: str, column: Column) -> int:
    """Write a list of codes as one number: a bit for each."""
    places = {code: place for place, code in enumerate(column.categories)}
    return sum(1 << places[code] for code in column.codes(value))


def _listed_codes(values: pd.Series, column: Column, language: str) -> dict[float, str]:
    return {_listed(value, column): column.label(value, language) for value in sorted(values.dropna().unique())}


def _plain(values: pd.Series, column: Column, language: str) -> pd.Series:
    if column.kind == "text" and column.categories:
        return _smallest(values.map(lambda value: _listed(value, column), na_action="ignore"))
    if column.kind == "text" or (column.kind == "class" and not column.categories):
        return values.astype(object).where(values.notna(), "")
    if column.kind == "class" and _numbered_classes(column, language):
        return _smallest(pd.to_numeric(values))
    if column.kind == "class":
        titles = _class_labels(column, language)
        return pd.Series(pd.Categorical(values.map(titles), categories=list(titles.values())), index=values.index)
    if column.kind == "boolean" or is_integer(column):
        return _smallest(values)
    return values


def _numbered_classes(column: Column, language: str) -> dict[float, str]:
    """Titles of classes whose codes are whole numbers, which stay what they are; nothing for other codes."""
    if column.kind != "class" or not all(re.fullmatch(r"-?(0|[1-9]\d{0,8})", code) for code in column.categories):
        return {}
    return {int(code): _class_label(code, title[language]) for code, title in column.categories.items()}


def _class_labels(column: Column, language: str) -> dict[str, str]:
    """Titles of the classes; with the codes where these are letters that people know, or two titles are alike."""
    titles = {code: title[language] for code, title in column.categories.items()}
    is_plain = len(set(titles.values())) == len(titles) and not any(code.isupper() for code in titles)
    return titles if is_plain else {code: _class_label(code, title) for code, title in titles.items()}


def _smallest(values: pd.Series) -> pd.Series:
    """Whole numbers in the smallest of Stata's types that holds them; with gaps, in one of its floating types."""
    numbers = values.astype("Float64")
    if not numbers.isna().any():
        return pd.to_numeric(numbers.astype("int64"), downcast="integer")
    fits = bool((numbers.abs().fillna(0) < _FLOAT_LIMIT).all())
    return numbers.astype("float64").astype("float32" if fits else "float64")


def _class_label(code: str, title: str) -> str:
    return code if code == title else f"{code}: {title}"
