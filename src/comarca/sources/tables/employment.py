"""Tables of jobs by sector and of firms by size class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

import numpy as np

from comarca.errors import InputError
from comarca.registry.columns import sector_key
from comarca.sources.names import fold_text, same_form
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.once import one_name, refuse_totals
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table
from comarca.sources.tables.sexes import read_sexes, totals_of_sexes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

    from comarca.sources.tables.sexes import Sex

#: Per table: its keys within a territory, and its figures.
TABLES: Final[dict[str, tuple[str, str]]] = {"employment": ("sector", "jobs"), "firms": ("max_jobs", "firms")}


def read_economy_table(
    path: str | Path,
    *,
    name: str,
    columns: Mapping[str, str] | None = None,
    sexes: Mapping[str, Sex] | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> pd.DataFrame:
    """Read jobs by territory and sector, or firms by territory and size class.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file with one row per territory and sector, or size class.
    name : str
        ``employment`` (columns ``territory_id``, ``sector``, ``jobs``) or ``firms`` (``territory_id``, ``max_jobs``,
        the largest number of jobs of the size class, empty where it is open, and ``firms``).
    columns : mapping, optional
        Our column names -> the file's, ``territory_name`` among them if it has one; of jobs also ``women``, or
        ``sex``: a row of both sexes is the total, else that of women and that of men are added up.
    sexes : mapping, optional
        See `comarca.sources.tables.sexes.read_sexes`.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        Columns ``territory_id``, ``territory_name``, the key and the figure, NaN where it is not given, and ``women``
        if the file tells them; sorted.

    Raises
    ------
    InputError
        If columns lack, a number cannot be read or is negative, a territory has two rows of one key, or a key is the
        total of the others.
    """
    where, (key, figure) = str(path), TABLES[name]
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["territory_id", key, figure], where=where)
    numbers = [column for column in (key, figure, "women") if column != "sector" and column in table]
    values = parse_columns(
        table, numbers, decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=(figure, "women")
    )
    names = table.get("territory_name", "")
    tidy = table.assign(territory_id=clean_codes(table["territory_id"]), territory_name=names, **values)
    if key == "sector":
        tidy["sector"] = tidy["sector"].map(same_form)
        nameless = (tidy["sector"] == "") & (tidy[figure] > 0)
        if nameless.any():
            row = int(nameless.to_numpy().argmax())
            raise InputError(f"{where}, row {row + 1}", got=f"{tidy[figure].iloc[row]:g} jobs without a sector",
                             expected="the sector of all jobs", remedy="Name it, such as `unknown`.")  # fmt: skip
        tidy = tidy[tidy["sector"] != ""]
    tidy = tidy.assign(territory_name=one_name(tidy))
    if "sex" in tidy:
        tidy = _by_sex(tidy, key, figure, sexes, where)
    tidy = tidy[["territory_id", "territory_name", key, figure, *(["women"] if "women" in tidy else [])]]
    tidy = tidy.sort_values(["territory_id", "territory_name", key], ignore_index=True)
    _check(tidy, key, figure, where)
    refuse_totals(tidy, key, figure, where=where)
    return tidy


def read_sectors(
    path: str | Path, *, columns: Mapping[str, str] | None = None, **layout: Unpack[Layout]
) -> dict[str, str]:
    """Read which sectors a table of jobs knows.

    Parameters
    ----------
    path : path-like
        The table.
    columns, **layout
        As for `read_economy_table`.

    Returns
    -------
    dict
        Part of a column name that stands for the sector -> its name in the table, sorted.

    Raises
    ------
    InputError
        If there is no such column, or two sectors differ in accents or punctuation only.
    """
    raw = read_text_table(path, **layout)
    names = pick_columns(raw, columns or {}, required=["sector"], where=str(path))["sector"].map(same_form)
    sectors: dict[str, str] = {}
    for name in sorted(set(names) - {""}):
        key = sector_key(name)
        if not key or key in sectors:
            raise InputError(f"{path}, column sector", got=name, expected="names that differ in letters or digits",
                             remedy=f"It reads like {sectors[key]!r}." if key else "")  # fmt: skip
        sectors[key] = name
    return sectors


def _by_sex(tidy: pd.DataFrame, key: str, figure: str, sexes: Mapping[str, Sex] | None, where: str) -> pd.DataFrame:
    """Bring the rows of one key together: the total, and the part of women."""
    keys = ["territory_id", "territory_name", key]
    rows = tidy.assign(sex=read_sexes(tidy["sex"], sexes=sexes, where=f"{where}, column sex"))
    if (again := rows.duplicated([*keys, "sex"])).any():
        row = rows[again].iloc[0]
        raise InputError(f"{where}, territory {row['territory_id'] or row['territory_name']}",
                         got=f"two rows of {key} {row[key]} and one sex", expected="one row of each")  # fmt: skip
    told = totals_of_sexes(rows, [figure], by=keys, where=where)
    return told.rename(columns={f"{figure}_both": figure, f"{figure}_women": "women"})


def _check(table: pd.DataFrame, key: str, figure: str, where: str) -> None:
    refuse_only_zeros(table[figure], where=f"{where}, column {figure}")
    negative = (table[[name for name in (figure, "women") if name in table]] < 0).any(axis=1)
    if key == "max_jobs":
        negative |= table[key] < 0
    if negative.any():
        row = table[negative].iloc[0]
        raise InputError(f"{where}, territory {row['territory_id'] or row['territory_name']}",
                         got=f"a negative number in {row.drop(['territory_id', 'territory_name']).to_dict()}",
                         expected="figures of 0 or more")  # fmt: skip
    plain = table[key].map(fold_text) if key == "sector" else table[key]
    repeated = table.assign(plain=plain).duplicated(["territory_id", "territory_name", "plain"])
    if repeated.any():
        row = table[repeated].iloc[0]
        raise InputError(f"{where}, territory {row['territory_id'] or row['territory_name']}",
                         got=f"two rows of {key} {row[key]}", expected=f"one row per territory and {key}")  # fmt: skip
    if not np.isfinite(table[figure].fillna(0.0)).all():
        raise InputError(f"{where}, column {figure}", got="a number that is not finite", expected="finite numbers")
