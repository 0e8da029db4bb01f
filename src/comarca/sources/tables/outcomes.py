"""Tables of outcomes: income, poverty and inequality of territories at two or more dates."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.tables.numbers import (
    Decimal,
    decimal_hint,
    has_percent,
    parse_columns,
    parse_numbers,
    refuse_only_zeros,
    refuse_percent,
)
from comarca.sources.tables.once import one_name
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table
from comarca.sources.tables.years import FIRST_YEAR, LAST_YEAR, is_year

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

#: Attribute of a table of outcomes: columns whose cells carry the sign of per cent.
PERCENT: Final = "percent"
#: Estimates that may come with a standard error, in a column of this name with ``_error`` after it.
ESTIMATES: Final = ("income", "poverty", "inequality", "women")
ERRORS: Final = tuple(f"{name}_error" for name in ESTIMATES)
COLUMNS: Final = ("territory_id", "territory_name", "year", "population", *ESTIMATES, *ERRORS)
_NUMBERS: Final = COLUMNS[2:]
#: Greatest value that can be right; poverty, inequality and women may be given as shares or in per cent.
_GREATEST: Final = {"year": LAST_YEAR, "poverty": 100.0, "inequality": 100.0, "women": 100.0}
#: Change of the median income between two years, and of a territory against the median, of another unit.
_OTHER_UNIT: Final = 20.0
_ODD: Final = 100.0
_TWO: Final = 2


def read_outcomes(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read outcomes by territory and year.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file with one row per territory and year.
    columns : mapping, optional
        Our column names -> the file's: ``territory_id``, ``year``, and at least one of ``income`` (per head),
        ``poverty`` (share or per cent) and ``inequality`` (Gini of income); ``territory_name``, ``population``,
        ``women`` (their share of employment or of holdings) and standard errors (``income_error``, ...) if the file
        has them.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        The `COLUMNS` in the file's units, ``year`` as int, NaN where missing; sorted by territory and year. Rows
        without a code keep an empty ``territory_id``, so that joining can report them.

    Raises
    ------
    InputError
        If columns lack, a number cannot be read or be right, or a territory has two rows for a year.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["territory_id", "year"], where=where)
    if not {"income", "poverty", "inequality"} & set(table):
        raise InputError(where, got=list(raw), expected="a column income, poverty or inequality",
                         remedy="Name it in the configuration, under columns.")  # fmt: skip
    given = [name for name in _NUMBERS if name in table]
    values = parse_columns(
        table, given, decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=("population",)
    )
    if "income" in given:
        refuse_percent(table["income"], where=f"{where}, column income")
    lacking = {name: np.nan for name in _NUMBERS if name not in given}
    names = table.get("territory_name", "")
    tidy = table.assign(territory_id=clean_codes(table["territory_id"]), territory_name=names, **values, **lacking)
    tidy = tidy.assign(territory_name=one_name(tidy, ["year"]))[list(COLUMNS)]
    tidy = tidy.sort_values(["territory_id", "territory_name", "year"], ignore_index=True)
    _check(tidy, where)
    refuse_only_zeros(tidy["income"], where=f"{where}, column income")
    tidy.attrs[PERCENT] = [name for name in given if has_percent(table[name])]
    return tidy.astype({"year": np.int64})


def incomes_check(table: pd.DataFrame) -> list[Check]:
    """Compare the incomes of each year with those of the year before in the same territories, to find other units.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `read_outcomes`.

    Returns
    -------
    list of Check
        ``outcomes_incomes``, a warning if the median of a year is 20 times or a 20th of the one before, or a territory
        changes 100 times more or less than the median does; nothing where no two years have incomes.
    """
    wide = table.pivot_table(index=["territory_id", "territory_name"], columns="year", values="income", aggfunc="first")
    wide = wide.where(wide > 0).dropna(axis=1, how="all")
    years = [int(str(year)) for year in wide]
    said, rows = [], []
    for first, second in pairwise(years):
        ratio = (wide[second] / wide[first]).dropna()
        middle = float(ratio.median())
        if len(ratio) and not 1 / _OTHER_UNIT < middle < _OTHER_UNIT:
            said.append(
                f"The median income of {second} is {middle:.4g} times that of {first} in the same territories: if no "
                "rise of prices explains it, one of them is in another unit."
            )
        off = ratio[(ratio >= _ODD * middle) | (ratio <= middle / _ODD)]
        codes = off.index.get_level_values("territory_id")
        rows += [
            {"territory_id": str(code), "year": second, "ratio": float(value)}
            for code, value in zip(codes, off, strict=True)
        ]
    if rows:
        said.append(
            f"{len(rows)} territories change {_ODD:g} times more or less than the others between two years: their "
            "incomes may be in another unit."
        )
    if len(years) < _TWO:
        return []
    message = " ".join(said) or f"{len(years) - 1} pairs of years are compared."
    threshold = f"less than {_OTHER_UNIT:g} times the year before"
    return [Check("outcomes_incomes", "warn" if said else "pass", len(said), threshold, message, rows)]


def read_years(path: str | Path, *, columns: Mapping[str, str] | None = None, **layout: Unpack[Layout]) -> list[int]:
    """Read which years a table of outcomes has.

    Parameters
    ----------
    path, columns, **layout
        As for `read_outcomes`.

    Returns
    -------
    list of int
        The years, ascending.

    Raises
    ------
    InputError
        If there is no such column, or a cell of it is no year.
    """
    raw = read_text_table(path, **layout)
    texts = pick_columns(raw, columns or {}, required=["year"], where=str(path))["year"]
    return [int(year) for year in sorted(parse_numbers(texts, decimal=".", where=f"{path}, column year").unique())]


def _check(table: pd.DataFrame, where: str) -> None:
    for name in _NUMBERS:
        wrong = (table[name] < 0) | (table[name] > _GREATEST.get(name, np.inf))
        if name == "year":
            wrong = ~is_year(table[name])
        if wrong.any():
            row = table[wrong].iloc[0]
            expected = f"a figure from 0 to {_GREATEST[name]:g}" if name in _GREATEST else "a figure of 0 or more"
            expected = f"a year from {FIRST_YEAR:g} to {_GREATEST['year']:g}" if name == "year" else expected
            raise InputError(f"{where}, column {name}, territory {row['territory_id'] or row['territory_name']}",
                             got=row[name], expected=expected)  # fmt: skip
    repeated = table.duplicated(["territory_id", "territory_name", "year"])
    if repeated.any():
        row = table[repeated].iloc[0]
        raise InputError(f"{where}, territory {row['territory_id'] or row['territory_name']}",
                         got=f"two rows for {row['year']:.0f}", expected="one row per territory and year")  # fmt: skip
