"""Assemble the indicator table from the families' results, and its long form. Nothing is published unchecked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from comarca.crs import STORAGE, require_storage_crs
from comarca.errors import InputError
from comarca.publish.rounding import rounded
from comarca.registry.columns import MAIN_COLUMNS, OWN_FAMILY
from comarca.results import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from comarca.registry.columns import Column, TableColumn
    from comarca.results import Indicators

logger = logging.getLogger(__name__)

#: What tells one territory from another; first in every table, whatever the families are.
IDENTITY: Final = ("territory_id", "territory_name", "parent_name", "country")
#: Share of a bound that sums of floating-point numbers may be off by.
SUMMATION_ERROR: Final = 1e-9
_LEADING: Final = "time_intermediate_city_mean_min"


def assemble_table(
    territories: gpd.GeoDataFrame,
    families: Mapping[str, Indicators],
    columns: Sequence[TableColumn],
    *,
    keep_empty: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join the families' columns into one table, in the order of the registry.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``.
    families : mapping
        Family name -> its results, each on the same territories.
    columns : sequence of TableColumn
        The active columns of all families, in the order of the table.
    keep_empty : bool, optional
        Whether columns without a single value stay in the table. Those of the main job always do.

    Returns
    -------
    table : pandas.DataFrame
        One row per territory, sorted by ``territory_id`` (text); `IDENTITY` first. Counts and ranks are ``Int64``,
        booleans ``boolean``, classes and texts ``str``, all others ``float64``.
    flags : pandas.DataFrame
        Indexed by ``territory_id``; for each column but that one, `Flag` texts, empty where nothing is to be said.
        Columns that were left out as empty are in it, to say why they are.

    Raises
    ------
    InputError
        If a family lacks a column or a territory.

    Notes
    -----
    A value that is infinite, outside the registry's range, not a whole number where one is due, or not one of the
    registry's categories is left out with the flag ``impossible``, and named in the log.
    """
    index = pd.Index(territories["territory_id"], dtype="str", name="territory_id").sort_values()
    identity = territories[list(IDENTITY)].set_index("territory_id", drop=False).loc[index]
    table = {name: identity[name].astype("str") for name in IDENTITY}
    flags = {name: np.where(identity[name].isna(), Flag.NOT_IN_SOURCE, Flag.OK).astype(str) for name in IDENTITY[1:]}
    for column in columns:
        if column.name in IDENTITY:
            continue
        family = _family_of(column, families, index)
        values, wrong = _possible(family.values[column.name].loc[index], column)
        if keep_empty or {column.name, column.template} & MAIN_COLUMNS or values.notna().any():
            table[column.name] = values
        else:
            logger.info("column %s: no value in the whole region; left out", column.name)
        reasons = family.flags[column.name].loc[index].astype("str").to_numpy()
        flags[column.name] = np.where(wrong, Flag.IMPOSSIBLE.value, reasons)
    return pd.DataFrame(table).reset_index(drop=True), pd.DataFrame(flags, index=index)


def attach_geometry(table: pd.DataFrame, territories: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each row of the table its polygon.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `assemble_table`.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows and columns, and ``geometry`` last, EPSG:4326.
    """
    require_storage_crs(territories, name="layer territories")
    shapes = territories.set_index("territory_id").geometry.loc[table["territory_id"]]
    return gpd.GeoDataFrame(table.copy(), geometry=shapes.to_numpy(), crs=STORAGE)


def long_table(
    table: pd.DataFrame, flags: pd.DataFrame, columns: Sequence[Column], years: Mapping[str, int | None]
) -> pd.DataFrame:
    """One row per territory and column, with the reason of each gap.

    Parameters
    ----------
    table, flags : pandas.DataFrame
        As from `assemble_table`.
    columns : sequence of Column
        The columns of the table; one that is not among them is taken for text without a unit.
    years : mapping
        Column name -> year of its data; None or absent if not dated.

    Returns
    -------
    pandas.DataFrame
        Columns ``territory_id, column, indicator, year, value, text, unit, flag``; sorted by territory, then in the
        table's order. Numbers are in ``value``, rounded by unit, booleans there as 1 and 0; names and classes are in
        ``text``. ``indicator`` repeats ``column``, which is a reserved word in databases.
    """
    names = [str(name) for name in table.columns if name != "territory_id"]
    units = {column.name: column.unit for column in columns}
    in_value = {column.name for column in columns if column.kind in {"number", "boolean"}}
    shown = rounded(table, columns)
    cells = {name: _as_text(shown[name]) for name in names}
    empty = np.full(len(table), None, dtype=object)
    ids = table["territory_id"].to_numpy()
    labels = np.tile(names, len(ids))
    return pd.DataFrame(
        {
            "territory_id": np.repeat(ids, len(names)),
            "column": labels,
            "indicator": labels,
            "year": pd.array([years.get(name) for name in names] * len(ids), dtype="Int64"),
            "value": np.column_stack([cells[name] if name in in_value else empty for name in names]).ravel(),
            "text": np.column_stack([empty if name in in_value else cells[name] for name in names]).ravel(),
            "unit": np.tile([units.get(name, "") for name in names], len(ids)),
            "flag": flags.loc[ids, names].to_numpy().ravel(),
        }
    )


def is_integer(column: TableColumn) -> bool:
    """Tell whether a column holds whole numbers: a count or a rank.

    Parameters
    ----------
    column : TableColumn
        The column.

    Returns
    -------
    bool
        By the ending of its name, as the naming rule has it; users name their own columns as they like.
    """
    return column.kind == "number" and column.family != OWN_FAMILY and column.name.endswith(("_count", "_rank"))


def opening_column(columns: Sequence[Column]) -> str:
    """Choose the column that maps show on opening.

    Parameters
    ----------
    columns : sequence of Column
        Columns that a map can show, in the order of the table.

    Returns
    -------
    str
        Time to intermediate cities, what the program is for; else the first column that is more than the territory's
        area or population; empty if there is no column.
    """
    names = [column.name for column in columns]
    beyond = [column.name for column in columns if column.family != "territory"]
    return _LEADING if _LEADING in names else next(iter([*beyond, *names]), "")


def _family_of(column: TableColumn, families: Mapping[str, Indicators], index: pd.Index) -> Indicators:
    where = f"family {column.family}, column {column.name}"
    family = families.get(column.family)
    if family is None or column.name not in family.values:
        raise InputError(where, got="no such column", expected="one value per territory")
    if lacking := index.difference(family.values.index).tolist():
        raise InputError(where, got=f"no row for {lacking[:3]}", expected="one value per territory")
    return family


def _possible(values: pd.Series, column: TableColumn) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Values in the type of their column, without those that cannot be right, and which these are."""
    if column.kind == "boolean":
        return values.astype("boolean"), np.zeros(len(values), dtype=bool)
    if column.kind in {"class", "text"}:
        texts = values.astype("str")
        found = texts.dropna().unique() if column.categories else ()
        strange = texts.isin([text for text in found if not set(column.categories).issuperset(column.codes(text))])
        return texts.mask(strange), _named(strange, texts, column, "a category of the registry")
    low, high = column.range
    numbers = _within(pd.to_numeric(values).astype("float64"), low, high)
    wrong = _named(numbers.abs() == np.inf, numbers, column, "a finite number")
    wrong = wrong | _named(numbers < (-np.inf if low is None else low), numbers, column, f"at least {low}")
    wrong = wrong | _named(numbers > (np.inf if high is None else high), numbers, column, f"at most {high}")
    if not is_integer(column):
        return numbers.mask(wrong), wrong
    wrong = wrong | _named(numbers.notna() & (numbers != numbers.round()), numbers, column, "a whole number")
    return numbers.mask(wrong).astype("Int64"), wrong


def _within(numbers: pd.Series, low: float | None, high: float | None) -> pd.Series:
    """Set what is beyond a bound by an error of summation, such as a share of 1.0000000000000002, to the bound."""
    for bound in (low, high):
        if bound is not None:
            numbers = numbers.mask((numbers - bound).abs() <= SUMMATION_ERROR * max(abs(bound), 1.0), float(bound))
    return numbers


def _named(wrong: pd.Series[bool], values: pd.Series, column: TableColumn, expected: str) -> NDArray[np.bool_]:
    """Write each wrong value to the log, with what the registry expects."""
    for territory, value in values[wrong].items():
        logger.error("column %s, territory %s: got %s, expected %s; left out", column.name, territory, value, expected)
    return wrong.to_numpy(dtype=bool)


def _as_text(values: pd.Series) -> NDArray[np.object_]:
    plain = values.astype("Int64") if values.dtype == "boolean" else values
    texts = [None if missing else str(value) for value, missing in zip(plain, plain.isna(), strict=True)]
    return np.array(texts, dtype=object)
