"""Which rows of a file are wanted: conditions on columns, in the words of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.errors import InputError, did_you_mean
from comarca.results import Check
from comarca.sources.names import same_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

#: Column -> value or values of the rows to keep; under ``not``: of the rows to leave out.
Where = dict[str, Any]
NOT: Final = "not"
_LISTED: Final = 20


def choose_rows(table: pd.DataFrame, where_rows: Mapping[str, Any] | None, *, where: str) -> tuple[Any, list[Check]]:
    """Keep the rows that fulfil every condition.

    Parameters
    ----------
    table : pandas.DataFrame or geopandas.GeoDataFrame
        Any table.
    where_rows : mapping, optional
        Column -> value, or list of values of which one has to stand in it; ``not`` -> a mapping of the same kind, whose
        rows are left out. ``null`` stands for an empty cell. Numbers and texts compare by their digits: 1, 1.0 and "1"
        are equal; accents may be composed or not.
    where : str
        The file, for messages.

    Returns
    -------
    kept : same type as `table`
        The rows, with their index.
    checks : list of Check
        How many were left out, by condition and value; a value that no row has is a warning.

    Raises
    ------
    InputError
        If a column is not there, or no row is left.
    """
    if not where_rows:
        return table, []
    keep = np.ones(len(table), dtype=bool)
    rows: list[dict[str, Any]] = []
    missing: list[str] = []
    conditions = [(column, values, False) for column, values in where_rows.items() if column != NOT]
    conditions += [(column, values, True) for column, values in (where_rows.get(NOT) or {}).items()]
    for column, values, is_excluded in conditions:
        texts = _texts(table, column, where)
        wanted = [_plain(value) for value in (values if isinstance(values, list | tuple) else [values])]
        fits: NDArray[np.bool_] = texts.isin(wanted).to_numpy() ^ is_excluded
        lost = texts[keep & ~fits].value_counts()
        rows += [{"column": column, "value": str(v), "rows": int(n)} for v, n in lost.head(_LISTED).items()]
        missing += [f"{column}: {value}" for value in wanted if not (texts == value).any()]
        keep &= fits
    if not keep.any():
        raise InputError(
            f"{where}, where", got="conditions that no row fulfils", expected="at least one row that is kept",
            remedy=" ".join(_hint(table, column, values, where) for column, values, _ in conditions),
        )  # fmt: skip
    count = int((~keep).sum())
    message = f"{count} of {len(table)} rows are left out by `where`."
    if missing:
        message += f" No row has {', '.join(missing)}."
    check = Check("where", "warn" if missing else "info", count, "every value of `where` occurs", message, rows)
    return table[keep], [check]


def _texts(table: pd.DataFrame, column: str, where: str) -> pd.Series:
    columns = {same_form(str(name)): name for name in table if name != "geometry"}
    if same_form(column) not in columns:
        raise InputError(
            f"{where}, where", got=column, expected=f"one of the columns {', '.join(columns)}",
            remedy=did_you_mean(column, columns),
        )  # fmt: skip
    values = table[columns[same_form(column)]]
    words = {value: _plain(value) for value in values.dropna().unique()}
    return values.map(words).fillna("").astype("str")


def _plain(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    text = same_form(str(value))
    return re.sub(r"^(-?\d+)\.0+$", r"\1", text.lower() if text in {"True", "False"} else text)


def _hint(table: pd.DataFrame, column: str, values: object, where: str) -> str:
    texts = _texts(table, column, where)
    some = [str(text) for text in texts.value_counts().index[:_LISTED]]
    near = did_you_mean(str(values), some) if isinstance(values, str) else ""
    return f"{near} {column} holds {', '.join(repr(text) for text in some)}.".strip()
