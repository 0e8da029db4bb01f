"""Tables of the public money of territories: budget, investment, transfers, income by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

import numpy as np

from comarca.errors import InputError
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros, refuse_percent
from comarca.sources.tables.once import one_name
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table
from comarca.sources.tables.years import year_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

#: Sums of money of a territory and year, in one currency, and its inhabitants.
FIGURES: Final = ("budget", "investment", "transfers", "income", "population")
_KEYS: Final = ["territory_id", "territory_name", "year"]


def read_public_finance(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    year: int | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read the public money of territories.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file with one row per territory and year.
    columns : mapping, optional
        Our column names -> the file's: ``territory_id``, ``year``, ``territory_name`` and, as far as the file has them,
        ``budget`` (what the local government spends), ``investment`` (of the whole State, or of the local government),
        ``transfers`` (what it gets from other levels), ``income`` (all it takes in, transfers included) and
        ``population``.
    year : int, optional
        Year of all rows, if the file has no such column.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        Columns ``territory_id``, ``territory_name``, ``year`` (0 where not told) and `FIGURES` (NaN where not given),
        sorted.

    Raises
    ------
    InputError
        If columns lack, a number or year cannot be read, a figure is negative, or a territory has two rows of one year.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["territory_id"], where=where)
    figures = [name for name in FIGURES if name in table]
    if not {*figures} - {"population"}:
        raise InputError(where, got=list(table), expected=f"one of the columns {', '.join(FIGURES[:-1])}",
                         remedy="Name it in the configuration: columns: {budget: <its name in the file>}.")  # fmt: skip
    numbers = [*figures, *(["year"] if "year" in table else [])]
    values = parse_columns(
        table, numbers, decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=("population",)
    )
    for name in figures:
        refuse_percent(table[name], where=f"{where}, column {name}")
    tidy = table.assign(territory_id=clean_codes(table["territory_id"]), **values)
    tidy["year"] = year_column(table, tidy.get("year"), year=year, where=where)
    tidy["territory_name"] = one_name(tidy.assign(territory_name=tidy.get("territory_name", "")), ["year"])
    for name in FIGURES:
        tidy[name] = tidy[name] if name in figures else np.nan
        if (negative := tidy[name] < 0).any():
            row = tidy[negative].iloc[0]
            raise InputError(f"{where}, column {name}, territory {row['territory_id']}", got=row[name],
                             expected="0 or more")  # fmt: skip
    for name in sorted({*figures} & {"budget", "income", "population"}):
        refuse_only_zeros(tidy[name], where=f"{where}, column {name}")
    if (again := tidy.duplicated(_KEYS)).any():
        row = tidy[again].iloc[0]
        raise InputError(f"{where}, territory {row['territory_id'] or row['territory_name']}",
                         got=f"two rows of {row['year']}", expected="one row per territory and year",
                         remedy="Add its parts up, or leave rows out with `where`.")  # fmt: skip
    return tidy[[*_KEYS, *FIGURES]].sort_values(_KEYS, ignore_index=True)
