"""Tables of the inhabitants of cities by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.names import fold_names
from comarca.sources.tables.numbers import Decimal, decimal_hint, parse_columns, refuse_only_zeros
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import geopandas as gpd


def read_city_population(
    path: str | Path,
    cities: gpd.GeoDataFrame,
    *,
    population: Mapping[int, str],
    id: str | None = None,  # noqa: A002 - the key of the configuration
    name: str | None = None,
    decimal: Decimal | None = None,
    missing: Collection[str] = (),
    **layout: Unpack[Layout],
) -> tuple[pd.DataFrame, Check]:
    """Read the inhabitants of cities at several dates.

    Parameters
    ----------
    path : path-like
        CSV, XLSX or Parquet file with one row per city.
    cities : geopandas.GeoDataFrame
        Layer ``cities``.
    population : mapping of int to str
        Year -> column with the inhabitants of that year.
    id, name : str, optional
        Column with the code of the city, and with its name; one of them is needed. The name joins a row whose code does
        not.
    decimal : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given.
    missing : collection of str, optional
        Further marks of missing figures.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``city_id``, ``year``, ``population_persons`` (NaN where the table has none), sorted by both.
    check : Check
        How many cities have figures, and the rows that belong to none.

    Raises
    ------
    InputError
        If columns lack, a number cannot be read or is negative, a city has two rows, or no row joins.

    Notes
    -----
    Names are compared without accents, case and punctuation. A name that several cities bear stands for the largest.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    keys = {ours: column for ours, column in (("id", id), ("name", name)) if column}
    years = {f"persons_{year}": column for year, column in population.items()}
    table = pick_columns(raw, {**keys, **years}, required=[*keys, *years], where=where)
    values = parse_columns(
        table, list(years), decimal=decimal, hint=decimal_hint(raw), where=where, missing=missing, whole=tuple(years)
    )
    city_id = _city_of(table, cities)
    figures = pd.DataFrame({"city_id": city_id, **values})
    joined = figures[figures["city_id"].notna()]
    if joined.empty:
        raise InputError(where, got=f"{len(table)} rows, none of a city of the region", expected="codes or names of "
                         f"cities, such as {', '.join(cities['city_name'].head(3))}")  # fmt: skip
    if (joined[list(years)] < 0).any(axis=None):
        raise InputError(where, got="a negative number of inhabitants", expected="figures of 0 or more")
    for figure, column in years.items():
        refuse_only_zeros(joined[figure], where=f"{where}, column {column}")
    if (again := joined["city_id"].duplicated()).any():
        row = table[list(keys)].loc[again[again].index[0]]
        raise InputError(where, got=f"two rows of {' '.join(row)}", expected="one row per city")
    long = joined.melt("city_id", var_name="year", value_name="population_persons")
    long["year"] = long["year"].str.removeprefix("persons_").astype(np.int64)
    long = long.sort_values(["city_id", "year"], ignore_index=True)
    return long, _check(table, city_id, cities)


def _city_of(table: pd.DataFrame, cities: gpd.GeoDataFrame) -> pd.Series:
    """Find the city of each row: by its code, else by its name."""
    found = pd.Series(np.nan, table.index, dtype=object)
    if "id" in table:
        codes = clean_codes(table["id"])
        found = codes.where(codes.isin(cities["city_id"])).astype(object)
    if "name" in table:
        largest = cities.sort_values(["population_persons", "city_id"], ascending=[False, True], na_position="last")
        by_name = pd.Series(largest["city_id"].to_numpy(), fold_names(largest["city_name"]).to_numpy())
        by_name = by_name[~by_name.index.duplicated()]
        folded = pd.Series(fold_names(table["name"]).to_numpy(), table.index)
        found = found.where(found.notna(), folded.map(by_name))
    return found


def _check(table: pd.DataFrame, city_id: pd.Series, cities: gpd.GeoDataFrame) -> Check:
    stray = table[city_id.isna().to_numpy()]
    joined = int(city_id.notna().sum())
    persons = cities.set_index("city_id")["population_persons"]
    share = persons.reindex(city_id.dropna()).sum() / persons.sum() if persons.sum() > 0 else 0.0
    key = "name" if "name" in table else "id"
    return Check(
        name="city_population_join",
        status="pass" if share > 0.8 else "warn",
        value=float(share),
        threshold="cities with 80 % of the inhabitants",
        message=f"{joined} of {len(cities)} cities have figures by year, with {share:.0%} of the inhabitants; "
        f"{len(stray)} rows belong to no city.",
        rows=[{"city": str(text)} for text in stray[key]],
    )
