"""Outcomes made comparable between dates: units of measure, constant prices, municipalities that split or merge."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Literal, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.tables.outcomes import ERRORS, ESTIMATES, PERCENT
from comarca.sources.tables.read import Layout, clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

ShareUnit = Literal["percent", "share"]
#: Unit that a column of shares is kept in, as the factor on a share.
_KEPT: Final = {"poverty": 100.0, "inequality": 1.0, "women": 100.0}

#: Least value in per cent over the greatest below 1 that tells shares and per cent in one column.
_APART: Final = 20.0
#: No Gini coefficient of income in per cent is below.
_LEAST_GINI_PERCENT: Final = 10.0


def in_common_units(
    table: pd.DataFrame,
    *,
    units: Mapping[str, ShareUnit] | None = None,
    deflator: Mapping[int, float] | None = None,
    where: str = "outcomes",
) -> pd.DataFrame:
    """Bring outcomes to per cent, indexes from 0 to 1, and the prices of one year.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.sources.tables.outcomes.read_outcomes`.
    units : mapping, optional
        ``poverty``, ``inequality``, ``women`` -> ``percent`` or ``share``. One that is not given is a share if no value
        exceeds 1.
    deflator : mapping, optional
        Year -> price index, for incomes in prices of each year.
    where : str
        The file, for messages.

    Returns
    -------
    pandas.DataFrame
        The same rows: ``poverty`` and ``women`` in per cent, ``inequality`` from 0 to 1, ``income`` in prices of the
        table's last year if a deflator is given; standard errors likewise.

    Raises
    ------
    InputError
        If a value exceeds what its unit allows, a column without a unit holds shares and per cent, or the deflator
        lacks a year.
    """
    changed = table.copy()
    for name, kept in _KEPT.items():
        unit = (units or {}).get(name) or _unit_of(table, name, where)
        greatest = {"share": 1.0, "percent": 100.0}[unit]
        if table[name].max() > greatest:
            raise InputError(f"{where}, column {name}", got=table[name].max(), expected=f"at most {greatest:g}",
                             remedy=f"The configuration says that it is a {unit}.")  # fmt: skip
        if table[name].notna().any():
            logger.info("%s is read as a %s.", name, unit)
        for column in (name, f"{name}_error"):
            changed[column] = table[column] * (kept / greatest)
    if deflator:
        factor = table["year"].map(_price_factors(table["year"], deflator, where)).to_numpy(dtype=float)
        for column in ("income", "income_error"):
            changed[column] = table[column] * factor
    return changed


def _unit_of(table: pd.DataFrame, name: str, where: str) -> ShareUnit:
    """Tell the unit of a column: a share if no value exceeds 1 and none has a sign; both kinds are refused."""
    values = table[name].dropna()
    if name in table.attrs.get(PERCENT, ()):
        return "percent"
    low, high = values[(values > 0) & (values <= 1)], values[values > 1]
    if high.empty:
        return "share"
    by_year = values.groupby(table["year"]).max()
    is_mixed = bool((by_year[by_year > 0] <= 1).any()) or (len(low) and high.min() >= _APART * low.max())
    if is_mixed or (name == "inequality" and high.min() < _LEAST_GINI_PERCENT):
        got = [float(low.max()), float(high.min())] if len(low) else float(high.min())
        raise InputError(
            f"{where}, column {name}", got=got, expected="all values from 0 to 1, or all in per cent",
            remedy=f"If all are in one unit, say which: `units: {{{name}: percent}}` or `share`.",
        )  # fmt: skip
    return "percent"


def _price_factors(years: pd.Series, deflator: Mapping[int, float], where: str) -> dict[int, float]:
    dates = sorted(int(year) for year in years.unique())
    if lacking := [year for year in dates if year not in deflator]:
        raise InputError(f"{where}, deflator", got=sorted(deflator), expected=f"also {lacking}")
    logger.info("Incomes are brought to the prices of %d.", dates[-1])
    return {year: deflator[dates[-1]] / deflator[year] for year in dates}


def read_crosswalk(
    path: str | Path, *, columns: Mapping[str, str] | None = None, **layout: Unpack[Layout]
) -> pd.DataFrame:
    """Read which municipalities form a unit that exists at all dates.

    Parameters
    ----------
    path : path-like
        Table with the columns ``territory_id`` (a code of any date), ``unit_id``, and ``year`` if the members of a unit
        are listed by date. Codes that are not listed are units by themselves.
    columns : mapping, optional
        Our column names -> the file's.
    **layout
        See `comarca.sources.tables.read.Layout`.

    Returns
    -------
    pandas.DataFrame
        Columns ``territory_id``, ``unit_id``, ``year`` (float, NaN where not given); sorted.

    Raises
    ------
    InputError
        If a column lacks, a year is no number, or a code belongs to two units.
    """
    where = str(path)
    raw = read_text_table(path, **layout)
    table = pick_columns(raw, columns or {}, required=["territory_id", "unit_id"], where=where)
    years = pd.to_numeric(table["year"], errors="coerce") if "year" in table else pd.Series(np.nan, table.index)
    if "year" in table and (wrong := years.isna() & (table["year"] != "")).any():
        raise InputError(f"{where}, column year", got=table.loc[wrong, "year"].iloc[0], expected="a year")
    tidy = pd.DataFrame(
        {
            "territory_id": clean_codes(table["territory_id"]),
            "unit_id": clean_codes(table["unit_id"]),
            "year": years.astype(float),
        }
    )
    units = tidy.groupby("territory_id")["unit_id"].nunique()
    if (units > 1).any():
        code = units.index[units > 1][0]
        raise InputError(f"{where}, territory {code}", got="two units", expected="one unit per code",
                         remedy="A municipality that was divided forms one unit with all its parts.")  # fmt: skip
    return tidy.drop_duplicates().sort_values(["unit_id", "territory_id", "year"], ignore_index=True)


def combine_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Make one row of several of one territory and year.

    Parameters
    ----------
    table : pandas.DataFrame
        Outcomes by ``territory_id`` and ``year``.

    Returns
    -------
    pandas.DataFrame
        One row per territory and year, sorted. A figure of which a part is not known is not known.

    Notes
    -----
    Persons are summed. Income per head, poverty and women are means weighted by persons. So is the Gini, which leaves
    out inequality between the parts: it underestimates. Standard errors: ``sqrt(sum((w_i e_i)**2)) / sum(w_i)``.
    """
    keys = ["territory_id", "year"]
    if not table.duplicated(keys).any():
        return table.sort_values(keys, ignore_index=True)
    grouped = table.groupby(keys, sort=True)
    share = table["population"] / grouped["population"].transform("sum", skipna=False)
    # A row that is alone needs no weight.
    share = share.mask(grouped["year"].transform("size") == 1, 1.0)
    parts = table.assign(
        **{name: share * table[name] for name in ESTIMATES},
        **{name: (share * table[name]) ** 2 for name in ERRORS},
    )
    summed = parts.groupby(keys, sort=True)[["population", *ESTIMATES, *ERRORS]].sum(skipna=False)
    summed[list(ERRORS)] = np.sqrt(summed[list(ERRORS)])
    rest = grouped[[name for name in table if name not in {*keys, *summed}]].first()
    return rest.join(summed).reset_index()[list(table)]


def join_units(
    table: pd.DataFrame, crosswalk: pd.DataFrame | None, territories: Mapping[str, str]
) -> tuple[pd.DataFrame, Check | None]:
    """Give all territories of a unit the unit's figures.

    Parameters
    ----------
    table : pandas.DataFrame
        Outcomes by code and year, codes of any date among them; one row each.
    crosswalk : pandas.DataFrame, optional
        As from `read_crosswalk`.
    territories : mapping
        Code -> name of the region's territories.

    Returns
    -------
    joined : pandas.DataFrame
        The rows of codes that form no unit with others as they are; for the others, a row per territory of the region
        and year with the estimates of the unit, see `combine_rows`. ``population`` stays the territory's own;
        ``unit_population`` is that of the unit; ``unit_id`` names it.
    check : Check or None
        How many territories are compared jointly; None without a crosswalk.
    """
    alone = table.assign(unit_id=table["territory_id"], unit_population=table["population"])
    if crosswalk is None:
        return alone, None
    unit_of = dict(zip(crosswalk["territory_id"], crosswalk["unit_id"], strict=True))
    is_member = table["territory_id"].isin(list(unit_of))
    members = table[is_member]
    units = combine_rows(members.assign(territory_id=members["territory_id"].map(unit_of)))
    units = units.rename(columns={"territory_id": "unit_id", "population": "unit_population"})
    incomplete = _incomplete(members, crosswalk)
    is_incomplete = pd.MultiIndex.from_frame(units[["unit_id", "year"]]).isin(incomplete)
    units.loc[is_incomplete, ["unit_population", *ESTIMATES, *ERRORS]] = np.nan
    inside = {code: unit for code, unit in unit_of.items() if code in territories}
    spread = pd.DataFrame({"territory_id": list(inside), "unit_id": list(inside.values())}, dtype=str)
    joint = spread.merge(units.drop(columns="territory_name"), on="unit_id")
    people = table[["territory_id", "year", "population"]]
    joint = joint.merge(people, on=["territory_id", "year"], how="left")
    joint = joint.assign(territory_name=joint["territory_id"].map(dict(territories)))
    joined = pd.concat([alone[~is_member], joint[list(alone)]])
    order = ["territory_id", "territory_name", "year"]
    return joined.sort_values(order, ignore_index=True), _units_check(inside, crosswalk, territories)


def _incomplete(members: pd.DataFrame, crosswalk: pd.DataFrame) -> list[tuple[str, float]]:
    """Units and years for which the crosswalk lists a member that has no row."""
    listed = crosswalk.dropna(subset=["year"])
    rows = pd.MultiIndex.from_frame(members[["territory_id", "year"]])
    lacking = ~pd.MultiIndex.from_frame(listed[["territory_id", "year"]]).isin(rows)
    return list(listed.loc[lacking, ["unit_id", "year"]].itertuples(index=False, name=None))


def _units_check(inside: Mapping[str, str], crosswalk: pd.DataFrame, territories: Mapping[str, str]) -> Check:
    empty = sorted(set(crosswalk["unit_id"]) - set(inside.values()))
    message = (
        f"{len(inside)} of {len(territories)} territories are compared as {len(set(inside.values()))} units, since "
        "municipalities split or merged."
    )
    if empty:
        message += f" {len(empty)} unit(s) of the crosswalk have no territory of the region."
    return Check(
        name="outcomes_units",
        status="warn" if empty else "info",
        value=len(inside),
        threshold="every unit of the crosswalk has a territory of the region",
        message=message,
        rows=[{"unit_id": unit} for unit in empty],
    )
