"""How many territories and people had which type of change, and how they moved between types."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Stands for the type of a territory that has none.
MISSING: Final = "missing"
SUMMARY_COLUMNS: Final = (
    "period", "level", "parent_name", "dynamics_type", "territories", "territories_share", "population_persons",
    "population_share",
)  # fmt: skip
TRANSITION_COLUMNS: Final = (
    "from_period", "to_period", "from_type", "to_type", "is_same", "territories", "territories_share",
    "population_persons", "population_share",
)  # fmt: skip


def type_column(pair: tuple[int, int]) -> str:
    """Name the column of the types of a pair of dates.

    Parameters
    ----------
    pair : tuple of int
        First and last year.

    Returns
    -------
    str
        Such as ``dynamics_type_1991_2000``.
    """
    return f"dynamics_type_{pair[0]}_{pair[1]}"


def label(pair: tuple[int, int]) -> str:
    """Name a period.

    Parameters
    ----------
    pair : tuple of int
        First and last year.

    Returns
    -------
    str
        Such as ``1991-2000``.
    """
    return f"{pair[0]}-{pair[1]}"


def summarise(table: pd.DataFrame, outcomes: pd.DataFrame, periods: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Count territories and people by type, for the country and for each unit one level up.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``, with the types and ``parent_name``.
    outcomes : pandas.DataFrame
        Layer ``outcomes``: the people at the last date of each period.
    periods : sequence of tuple of int
        First and last year of each pair.

    Returns
    -------
    pandas.DataFrame
        The `SUMMARY_COLUMNS`. ``level`` is ``country`` or ``parent``; territories without a type are counted under
        ``missing``, so that the rows of a level add up to all territories. Shares are of the country, or of the parent,
        over those that have a type, and missing for those that have none. People are missing where not known of anyone.
    """
    parts = []
    for pair in periods:
        cases = _cases(table, outcomes, pair)
        groups = [("country", "", cases)]
        groups += [("parent", str(name), rows) for name, rows in cases.groupby("parent_name", sort=True)]
        for level, parent, rows in groups:
            counts = _counts(rows.groupby("type")["persons"], ["dynamics_type"])
            parts.append(counts.assign(period=label(pair), level=level, parent_name=parent))
    return pd.concat(parts, ignore_index=True)[list(SUMMARY_COLUMNS)]


def transitions(table: pd.DataFrame, outcomes: pd.DataFrame, periods: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Count territories and people that moved from one type to another between consecutive periods.

    Parameters
    ----------
    table, outcomes, periods
        As for `summarise`.

    Returns
    -------
    pandas.DataFrame
        The `TRANSITION_COLUMNS`; no rows for a single period. People are those at the end of the later period. Shares
        are of those that have a type in both periods.
    """
    parts = [pd.DataFrame(columns=list(TRANSITION_COLUMNS))]
    for before, after in itertools.pairwise(periods):
        cases = _cases(table, outcomes, after).rename(columns={"type": "to_type"})
        cases = cases.assign(from_type=table[type_column(before)].fillna(MISSING).astype(str))
        counts = _counts(cases.groupby(["from_type", "to_type"])["persons"], ["from_type", "to_type"])
        same = counts["from_type"] == counts["to_type"]
        parts.append(counts.assign(from_period=label(before), to_period=label(after), is_same=same))
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)[list(TRANSITION_COLUMNS)]


def balance_check(summary: pd.DataFrame, territories: int) -> Check:
    """Check that the counts by type add up to the territories of the region.

    Parameters
    ----------
    summary : pandas.DataFrame
        As from `summarise`.
    territories : int
        Territories of the region.

    Returns
    -------
    Check
        ``fail`` if a period's counts differ from it, for the country or over all parents.
    """
    totals = summary.groupby(["period", "level"], as_index=False)["territories"].sum()
    differs = (totals["territories"] != territories) & (totals["level"] == "country")
    wrong = totals[differs | (totals["territories"] > territories)].to_dict("records")
    return Check(
        name="dynamics_balance",
        status="fail" if wrong else "pass",
        value=int(territories),
        threshold="the types of each period, with those without one, add up to all territories",
        message=f"Types of change are counted for {territories} territories.",
        rows=[{str(key): value for key, value in row.items()} for row in wrong],
    )


def _cases(table: pd.DataFrame, outcomes: pd.DataFrame, pair: tuple[int, int]) -> pd.DataFrame:
    persons = outcomes[outcomes["year"] == pair[1]].set_index("territory_id")["population"].reindex(table.index)
    types = table[type_column(pair)].fillna(MISSING).astype(str)
    return pd.DataFrame({"type": types, "persons": persons, "parent_name": table["parent_name"]})


def _counts(groups: Any, keys: list[str]) -> pd.DataFrame:
    counts = pd.DataFrame({"territories": groups.size(), "population_persons": groups.sum(min_count=1)})
    counts = counts.rename_axis(keys).reset_index()
    is_known = (counts[keys] != MISSING).all(axis=1)
    for name, share in (("territories", "territories_share"), ("population_persons", "population_share")):
        counted = counts[name].where(is_known).astype(float)
        total = counted.sum()
        counts[share] = counted / total if total > 0 else np.nan
    return counts
