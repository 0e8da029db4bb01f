"""Columns of years in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

FIRST_YEAR: Final = 1700.0
LAST_YEAR: Final = 2200.0


def is_year(values: pd.Series) -> pd.Series:
    """Tell which numbers are whole years of four digits.

    Parameters
    ----------
    values : pandas.Series of float
        Numbers, NaN where a cell is empty.

    Returns
    -------
    pandas.Series of bool
        False where there is no number.
    """
    return (values % 1 == 0) & values.between(FIRST_YEAR, LAST_YEAR)


def year_column(table: pd.DataFrame, values: pd.Series | None, *, year: int | None, where: str) -> pd.Series:
    """Give every row of a table its year.

    Parameters
    ----------
    table : pandas.DataFrame
        The table as text; its cells of ``year`` are for messages.
    values : pandas.Series of float or None
        The numbers of its column ``year``; None if it has none.
    year : int or None
        Year of all rows of a table without such a column.
    where : str
        The file, for messages.

    Returns
    -------
    pandas.Series of int
        The years; 0 in a table without any.

    Raises
    ------
    InputError
        If a cell of the column is empty or no year.
    """
    if values is None:
        return table["territory_id"].map(lambda _: year or 0).astype(np.int64)
    wrong = ~is_year(values)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{where}, column year, row {row + 1}", got=str(table["year"].iloc[row]) or "an empty cell",
            expected=f"a year from {FIRST_YEAR:g} to {LAST_YEAR:g}, such as 2015",
            remedy=f"{int(wrong.sum())} such cell(s) in all. Where an empty cell repeats the one above: `fill_down`;"
            " else leave such rows out with `where`.",
        )  # fmt: skip
    return values.astype(np.int64)
