"""Young women and men, and those who depend on them: what people by age and sex tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import require_storage_crs
from comarca.measures.ages import persons_of_ages
from comarca.measures.change import amounts_at_ends, growth_percent_per_year
from comarca.measures.sexes import figures_by_sex
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

#: First and last year of age of young adults.
YOUNG: Final = (20, 39)
#: First and last year of age of those who are taken to work.
WORKING: Final = (15, 64)


def compute(*, territories: gpd.GeoDataFrame, age_groups: pd.DataFrame, columns: Sequence[TableColumn]) -> Indicators:
    """Sex ratio and change of young adults, and dependency.

    Parameters
    ----------
    age_groups : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``sex`` (``women``, ``men`` or ``both``, which are the women and men of
        its ages), ``age_from``, ``age_to`` (NaN where open), ``persons``.

    Returns
    -------
    Indicators
        Ratios are of the last year, the change is from the first year to it.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    rows = age_groups[age_groups["territory_id"].isin(index)]
    everyone, keys = _everyone(rows), ["territory_id", "year"]
    men, women = _men_and_women(rows, index)
    ages = {"child": (0, WORKING[0] - 1), "working": WORKING, "old": (WORKING[1] + 1, None)}
    ages_of = {name: persons_of_ages(everyone, *limits, by=keys) for name, limits in ages.items()}
    sums = pd.DataFrame(ages_of).reset_index()
    last = sums[sums["year"] == sums["year"].max()].groupby("territory_id")[list(ages)].sum(skipna=False)
    last = last.reindex(index)
    young = persons_of_ages(everyone, *YOUNG, by=keys).rename("persons").reset_index()
    first_young, last_young, years = amounts_at_ends(young, "persons", index)
    growth, reason = growth_percent_per_year(first_young, last_young, years)
    values = pd.DataFrame(
        {
            "young_adult_sex_ratio": men / women.where(women > 0),
            "age_dependency_ratio": (last["child"] + last["old"]) / last["working"].where(last["working"] > 0),
            "young_adult_change_percent_per_year": growth,
        },
        index=index,
    )
    has_row = index.isin(rows["territory_id"])
    nobody = pd.Series(np.where(last["working"] == 0, Flag.ZERO_DENOMINATOR, Flag.NOT_IN_SOURCE), index)
    no_women = pd.Series(np.where(women == 0, Flag.ZERO_DENOMINATOR, Flag.NOT_IN_SOURCE), index)
    one_year = Flag.NOT_AT_BOTH_DATES
    reasons = {
        "young_adult_sex_ratio": no_women,
        "age_dependency_ratio": nobody,
        "young_adult_change_percent_per_year": reason if years > 0 else pd.Series(one_year, index),
    }
    reasons = {name: reason.where(has_row, Flag.NO_SOURCE_ROW) for name, reason in reasons.items()}
    flags = explain(values, Flag.NOT_IN_SOURCE, **reasons)
    wanted = [column.name for column in columns]
    return Indicators(values, flags, [_check(everyone, index)]).select(wanted)


def _everyone(rows: pd.DataFrame) -> pd.DataFrame:
    """Persons of both sexes by territory, year and ages."""
    cells = ["territory_id", "year", "age_from", "age_to"]
    told = figures_by_sex(rows, ["persons"], by=cells)
    return told[cells].assign(persons=told["persons_both"])


def _men_and_women(rows: pd.DataFrame, index: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Young men and women of the last year."""
    now = rows[(rows["year"] == rows["year"].max()) & (rows["sex"] != "both")]
    young = persons_of_ages(now, *YOUNG, by=["sex", "territory_id"])
    men, women = (young[young.index.get_level_values("sex") == sex].droplevel("sex") for sex in ("men", "women"))
    return men.reindex(index), women.reindex(index)


def _check(rows: pd.DataFrame, index: pd.Index) -> Check:
    years = sorted(rows["year"].unique().tolist())
    persons = rows.loc[rows["year"] == max(years), "persons"].sum() if years else 0.0
    shown = " and ".join(str(year) for year in years if year) or "a year that is not told"
    message = f"{rows['territory_id'].nunique()} of {len(index)} territories have people by age, {persons:,.0f} in the"
    return Check("age_groups", "info", float(persons), "", f"{message} last year; the years are {shown}.")
