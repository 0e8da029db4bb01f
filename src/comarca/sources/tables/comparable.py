"""Outcomes made comparable between dates: units of measure, constant prices, municipalities that split or merge."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.tables.outcomes import ESTIMATES
from comarca.sources.tables.read import clean_codes, pick_columns, read_text_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

ShareUnit = Literal["percent", "share"]
#: Unit that a column of shares is kept in, as the factor on a share.
_KEPT: Final = {"poverty": 100.0, "inequality": 1.0, "women": 100.0}


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
        If a value exceeds what its unit allows, or the deflator lacks a year.
    """
    changed = table.copy()
    for name, kept in _KEPT.items():
        unit = (units or {}).get(name) or ("share" if table[name].max() <= 1 else "percent")
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


def _price_factors(years: pd.Series, deflator: Mapping[int, float], where: str) -> dict[int, float]:
    known = sorted(int(year) for year in years.unique())
    if lacking := [year for year in known if year not in deflator]:
        raise InputError(f"{where}, deflator", got=sorted(deflator), expected=f"also {lacking}")
    logger.info("Incomes are brought to the prices of %d.", known[-1])
    return {year: deflator[known[-1]] / deflator[year] for year in known}


def read_crosswalk(path: str | Path, *, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read which municipalities form a unit that exists at all dates.

    Parameters
    ----------
    path : path-like
        Table with the columns ``territory_id`` (a code of any date), ``unit_id``, and ``year`` if the members of a unit
        are listed by date. Codes that are not listed are units by themselves.
    columns : mapping, optional
        Our column names -> the file's.

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
    raw = read_text_table(path)
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


def join_units(
    table: pd.DataFrame, crosswalk: pd.DataFrame | None, territories: Mapping[str, str]
) -> tuple[pd.DataFrame, Check | None]:
    """Give all territories of a unit the unit's figures.

    Parameters
    ----------
    table : pandas.DataFrame
        Outcomes by code and year, codes of any date among them.
    crosswalk : pandas.DataFrame, optional
        As from `read_crosswalk`.
    territories : mapping
        Code -> name of the region's territories.

    Returns
    -------
    joined : pandas.DataFrame
        The rows of codes that form no unit with others as they are; for the others, a row per territory of the region
        and year with the estimates of the unit. ``population`` stays the territory's own; ``unit_population`` is that
        of the unit; ``unit_id`` names it.
    check : Check or None
        How many territories are compared jointly; None without a crosswalk.

    Notes
    -----
    Persons are summed. Income per head, poverty and women are means weighted by persons. So is the Gini, which leaves
    out inequality between the members: it errs low. Standard errors: ``sqrt(sum (w_i e_i)**2) / sum w_i``. A figure of
    which a member's part is not known is not known.
    """
    alone = table.assign(unit_id=table["territory_id"], unit_population=table["population"])
    if crosswalk is None:
        return alone, None
    unit_of = dict(zip(crosswalk["territory_id"], crosswalk["unit_id"], strict=True))
    is_member = table["territory_id"].isin(unit_of.keys())
    members = table[is_member].assign(unit_id=table.loc[is_member, "territory_id"].map(unit_of))
    units = pd.DataFrame([_unit_row(unit, year, rows, crosswalk) for (unit, year), rows in
                          members.groupby(["unit_id", "year"], sort=True)])  # fmt: skip
    inside = {code: unit for code, unit in unit_of.items() if code in territories}
    spread = pd.DataFrame({"territory_id": list(inside), "unit_id": list(inside.values())}, dtype=str)
    joint = spread.merge(units, on="unit_id") if len(units) else spread.iloc[:0]
    own = table.set_index(["territory_id", "year"])["population"]
    if len(joint):
        keys = pd.MultiIndex.from_frame(joint[["territory_id", "year"]])
        joint = joint.assign(
            territory_name=joint["territory_id"].map(dict(territories)), population=own.reindex(keys).to_numpy()
        )
    joined = pd.concat([alone[~is_member], joint])[list(alone)]
    return joined.sort_values(["territory_id", "territory_name", "year"], ignore_index=True), _units_check(
        inside, crosswalk, territories
    )


def _unit_row(unit: object, year: object, rows: pd.DataFrame, crosswalk: pd.DataFrame) -> dict[str, object]:
    """Estimates of one unit at one date; missing if a member that the crosswalk lists for the date has no row."""
    listed = crosswalk[(crosswalk["unit_id"] == unit) & (crosswalk["year"] == year)]["territory_id"]
    weight = rows["population"].to_numpy(dtype=float)
    is_whole = set(listed) <= set(rows["territory_id"])
    total = weight.sum() if is_whole else np.nan
    row: dict[str, object] = {"unit_id": unit, "year": year, "unit_population": total}
    # A unit of one member needs no weights.
    share = np.ones(1) if len(rows) == 1 and is_whole else weight / total
    for name in ESTIMATES:
        row[name] = float((share * rows[name].to_numpy(dtype=float)).sum())
        row[f"{name}_error"] = float(np.sqrt(((share * rows[f"{name}_error"].to_numpy(dtype=float)) ** 2).sum()))
    return row


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
