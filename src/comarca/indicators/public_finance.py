"""Public money: budget, investment and transfers per person, and how far a territory lives on transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import require_storage_crs
from comarca.measures.change import amounts_at_ends
from comarca.population.people import people_by_territory
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

#: Column per person -> the sum of money that it divides.
_PER_PERSON: Final[Mapping[str, str]] = {
    "public_budget_currency_per_person": "budget",
    "public_investment_currency_per_person": "investment",
    "public_transfer_currency_per_person": "transfers",
}
_SHARE: Final = "public_transfer_income_share"
_CHANGE: Final = "public_transfer_income_change_points"
#: Percentage points in 1.
_POINTS: Final = 100.0


def compute(
    *,
    territories: gpd.GeoDataFrame,
    public_finance: pd.DataFrame,
    demand: gpd.GeoDataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Divide public money by people, and transfers by income.

    Parameters
    ----------
    public_finance : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``budget``, ``investment``, ``transfers``, ``income`` (transfers included),
        ``population``; NaN where not given.

    Returns
    -------
    Indicators
        Of the last year; people are those of the table where it has them, else those of `demand`. The change of the
        share is from the first year to the last, in percentage points. Transfers above the income make no share.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    rows = public_finance[public_finance["territory_id"].isin(index)]
    names = ("budget", "investment", "transfers", "income", "population")
    ends = {name: amounts_at_ends(rows, name, index) for name in names}
    first, last = (
        pd.DataFrame({name: end[place] for name, end in ends.items()}, index=index).astype(float) for place in (0, 1)
    )
    counted = pd.Series(np.nan, index) if demand is None else people_by_territory(demand, index)
    persons = last["population"].fillna(counted)
    values = pd.DataFrame({name: last[part] / persons.where(persons > 0) for name, part in _PER_PERSON.items()})
    shares = [end["transfers"] / end["income"].where(end["income"] > 0) for end in (first, last)]
    shares = [share.where(share <= 1) for share in shares]
    values[_SHARE] = shares[1]
    years = ends["transfers"][2]
    values[_CHANGE] = _POINTS * (shares[1] - shares[0]) if years > 0 else np.nan
    reasons = _reasons(last, persons, first["income"], years)
    newest = rows[rows["year"] == rows["year"].max()]
    has_row = index.isin(newest["territory_id"])
    reasons = {name: reason.where(has_row, Flag.NO_SOURCE_ROW) for name, reason in reasons.items()}
    wanted = [column.name for column in columns]
    flags = explain(values, Flag.NOT_IN_SOURCE, **reasons)
    return Indicators(values, flags, [_check(rows, index)]).select(wanted)


def _reasons(last: pd.DataFrame, persons: pd.Series, first_income: pd.Series, years: float) -> dict[str, pd.Series]:
    """Why each column would be missing in a territory that has a row."""
    reasons = {
        name: pd.Series(
            np.select([last[part].isna(), persons.isna()], [Flag.NOT_IN_SOURCE, Flag.NO_DEMAND], Flag.NO_POPULATION),
            last.index,
        )
        for name, part in _PER_PERSON.items()
    }
    gap, nothing, twice = Flag.NOT_IN_SOURCE, Flag.ZERO_DENOMINATOR, Flag.NOT_AT_BOTH_DATES
    reasons[_SHARE] = pd.Series(np.where(last["income"] == 0, nothing, gap), last.index)
    is_lone = first_income.isna().to_numpy() | (years == 0)
    change = np.select([is_lone, first_income == 0], [twice, nothing], reasons[_SHARE])
    return reasons | {_CHANGE: pd.Series(change, last.index)}


def _check(rows: pd.DataFrame, index: pd.Index) -> Check:
    """Hold transfers against the income that they are part of, in all rows."""
    above = rows[rows["transfers"] > rows["income"]]
    places = zip(above["territory_id"], above["year"], strict=True)
    return Check(
        name="transfers_within_income",
        status="warn" if len(above) else "pass",
        value=len(above),
        threshold="transfers are part of the income",
        message=f"{len(above)} of {len(rows)} rows of {rows['territory_id'].nunique()} of {len(index)} territories "
        "have more transfers than income.",
        rows=[{"territory_id": str(code), "year": int(year)} for code, year in places],
    )
