"""Tables of census totals: persons by territory, of one year or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from comarca.results import Check


def read_totals(
    path: str | Path,
    territories: Mapping[str, str],
    *,
    id: str,  # noqa: A002 - the key of the configuration
    population: Mapping[int, str],
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    repair_codes: bool = False,
    **layout: Unpack[Layout],
) -> tuple[pd.DataFrame, Check]:
    """Read the people of each territory.

    Parameters
    ----------
    path : path-like
        Table with one row per territory.
    territories : mapping
        Code -> name of the region's territories.
    id : str
        Column with the code of the territory.
    population : mapping of int to str
        Year -> column with the persons of that year.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of figures that are not known.
    repair_codes : bool, default False
        Join codes that lost leading zeros or differ by a check digit, where that leaves no doubt.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    totals : pandas.DataFrame
        Columns ``territory_id``, ``year`` (int), ``persons`` (NaN where the table has none), sorted by both.
    check : Check
        ``population_totals_join``: territories with rows, and rows that belong to none.

    Raises
    ------
    InputError
        If columns lack, a number cannot be read or is negative, a territory has two rows, or no row joins.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    names = {f"persons_{year}": column for year, column in population.items()}
    table = pick_columns(raw, {"territory_id": id, **names}, required=["territory_id", *names], where=where)
    values = parse_columns(
        table, list(names), decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=tuple(names)
    )
    tidy = pd.DataFrame({"territory_id": clean_codes(table["territory_id"]), "territory_name": "", **values})
    joined, check = join_by_code(tidy, territories, name="population_totals", repair=repair_codes)
    _refuse(joined, list(names), territories, where)
    long = pd.concat(
        [
            pd.DataFrame({"territory_id": joined["territory_id"], "year": year, "persons": joined[f"persons_{year}"]})
            for year in sorted(population)
        ]
    )
    long = long.sort_values(["territory_id", "year"], ignore_index=True)
    return long.astype({"year": np.int64, "persons": float}), check


def latest_totals(totals: pd.DataFrame) -> pd.Series:
    """Take the figures of the last year.

    Parameters
    ----------
    totals : pandas.DataFrame
        As from `read_totals`.

    Returns
    -------
    pandas.Series
        Persons by ``territory_id``.
    """
    last = totals[totals["year"] == totals["year"].max()]
    return pd.Series(last["persons"].to_numpy(), pd.Index(last["territory_id"]))


def _refuse(joined: pd.DataFrame, columns: list[str], territories: Mapping[str, str], where: str) -> None:
    if joined.empty:
        raise InputError(
            where, got="no row with the code of a territory", expected=f"codes such as {next(iter(territories), '')}",
            remedy="Compare the codes of the table with those of the boundaries: leading zeros may have been lost.",
        )  # fmt: skip
    repeated = joined["territory_id"].duplicated()
    if repeated.any():
        raise InputError(f"{where}, territory {joined.loc[repeated, 'territory_id'].iloc[0]}",
                         got="two rows", expected="one row per territory")  # fmt: skip
    for column in columns:
        refuse_only_zeros(joined[column], where=f"{where}, column {column}")
        negative = joined[column] < 0
        if negative.any():
            row = joined[negative].iloc[0]
            raise InputError(f"{where}, territory {row['territory_id']}", got=row[column],
                             expected="a number of persons, 0 or more",
                             remedy="If it marks a missing figure, leave the cell empty.")  # fmt: skip
