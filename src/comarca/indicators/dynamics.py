"""Types of territorial change: growth of income, fall of poverty and of inequality between two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.measures.change import growth_percent_per_year
from comarca.measures.types_of_change import change_letters, change_z, join_letters
from comarca.results import Check, Flag, Indicators, explain, join_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

#: Dimension of a type -> the column of outcomes that it rests on; income is better higher, the others lower.
_ESTIMATE: Final = {"growth": "income", "poverty": "poverty", "distribution": "inequality"}


def compute(
    *,
    territories: gpd.GeoDataFrame,
    outcomes: pd.DataFrame,
    thresholds: Mapping[str, float] | None = None,
    significance_level: float = 0.05,
    no_change: bool = False,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Compute changes of income, poverty and inequality, and the type they make, for each pair of dates.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        Layer ``outcomes``, see `comarca.sources.tables.comparable`; ``has_constant_prices`` says whether incomes are
        known to be in constant prices.
    thresholds : mapping, optional
        ``growth`` (% a year), ``poverty`` (points) and ``distribution`` (Gini from 0 to 1) -> what a change has to
        exceed; 0 if not given.
    significance_level, no_change
        See `comarca.measures.types_of_change.change_letters`.
    columns : sequence of TableColumn
        The active columns; their fields ``period`` say which pairs of dates are compared, and ``dynamics_type`` is that
        of the last pair.

    Returns
    -------
    Indicators
        Types and changes per period. A territory without a row is flagged ``no_source_row``, one with a row at one of
        the dates only ``not_at_both_dates``, one whose row lacks a figure ``not_in_source``; values of territories that
        are compared as one unit are flagged ``compared_jointly``.
    """
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    parts = []
    periods = periods_of(columns)
    for first, last in periods:
        ends = _Ends(outcomes, first, last, index)
        parts.append(_changes(ends, thresholds or {}, significance_level, no_change))
    joined = join_parts(parts, index)
    latest = f"dynamics_type_{periods[-1][0]}_{periods[-1][1]}"
    values = joined.values.assign(dynamics_type=joined.values[latest])
    flags = joined.flags.assign(dynamics_type=joined.flags[latest])
    is_constant = bool(outcomes["has_constant_prices"].all())
    checks = [_prices_check(is_constant=is_constant), *joined.checks]
    flags = flags if is_constant else _without_prices(flags, values)
    return Indicators(values, flags, checks).select([column.name for column in columns])


def periods_of(columns: Sequence[TableColumn]) -> list[tuple[int, int]]:
    """Read the pairs of dates out of the columns.

    Parameters
    ----------
    columns : sequence of TableColumn
        Columns of the family.

    Returns
    -------
    list of tuple of int
        First and last year of each pair, ascending by the last.
    """
    periods = {column.fields["period"] for column in columns if "period" in column.fields}
    pairs = [tuple(int(year) for year in period.split("_")) for period in periods]
    return sorted(((first, last) for first, last in pairs), key=lambda pair: (pair[1], -pair[0]))


class _Ends:
    """The rows of outcomes at the two dates of a period, on the territories."""

    def __init__(self, outcomes: pd.DataFrame, first: int, last: int, index: pd.Index) -> None:
        rows = outcomes.set_index("territory_id")
        self.period, self.years, self.index = f"{first}_{last}", last - first, index
        self.first, self.last = (rows[rows["year"] == year].reindex(index) for year in (first, last))
        at = [index.isin(outcomes.loc[outcomes["year"] == year, "territory_id"]) for year in (first, last)]
        has_row = index.isin(outcomes["territory_id"])
        reason = np.select(
            [~has_row, ~(at[0] & at[1])], [Flag.NO_SOURCE_ROW, Flag.NOT_AT_BOTH_DATES], Flag.NOT_IN_SOURCE
        )
        self.reason = pd.Series(reason, index)
        unit = self.last["unit_id"]
        self.is_joint = (unit.notna() & (unit != index)) | unit.duplicated(keep=False) & unit.notna()

    def change(self, name: str) -> pd.Series:
        """Last minus first."""
        return self.last[name] - self.first[name]

    def z(self, name: str) -> pd.Series:
        """Change over its standard error."""
        error = f"{name}_error"
        return pd.Series(change_z(self.change(name), self.first[error], self.last[error]), self.index)


def _changes(ends: _Ends, thresholds: Mapping[str, float], level: float, no_change: bool) -> Indicators:
    growth, zero = growth_percent_per_year(ends.first["income"], ends.last["income"], ends.years)
    improvement = {"growth": growth, "poverty": -ends.change("poverty"), "distribution": -ends.change("inequality")}
    letters = [
        change_letters(
            improvement[name],
            threshold=thresholds.get(name, 0.0),
            z=ends.z(estimate),
            level=level,
            no_change=no_change,
        )
        for name, estimate in _ESTIMATE.items()
    ]
    period = ends.period
    values = pd.DataFrame(
        {
            f"dynamics_type_{period}": pd.Series(join_letters(letters), ends.index, dtype=object),
            f"income_change_currency_{period}": ends.change("income"),
            f"income_growth_percent_per_year_{period}": growth,
            f"poverty_change_points_{period}": ends.change("poverty"),
            f"income_gini_change_index_{period}": ends.change("inequality"),
        },
        index=ends.index,
    )
    reason = ends.reason.where(ends.reason != Flag.NOT_IN_SOURCE, zero)
    rests_on_growth = {f"dynamics_type_{period}": reason, f"income_growth_percent_per_year_{period}": reason}
    others = {str(name): ends.reason for name in values if name not in rests_on_growth}
    flags = explain(values, Flag.NOT_IN_SOURCE, **rests_on_growth, **others)
    joint = values.notna().mul(ends.is_joint, axis=0)
    return Indicators(values, flags.mask(joint, Flag.COMPARED_JOINTLY.value), [_type_check(values.iloc[:, 0], ends)])


def _without_prices(flags: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Flag what rests on incomes whose prices are not stated."""
    names = [name for name in flags if str(name).startswith(("income_change", "income_growth", "dynamics_type"))]
    doubtful = values[names].notna() & (flags[names] == Flag.OK)
    return flags.assign(**flags[names].mask(doubtful, Flag.PRICES_NOT_STATED.value))


def _prices_check(*, is_constant: bool) -> Check:
    if is_constant:
        message = "Incomes are in constant prices."
    else:
        message = "The prices of incomes are not stated. If they are not constant, inflation reads as growth."
    return Check(
        name="outcomes_prices",
        status="pass" if is_constant else "warn",
        value="constant" if is_constant else "not stated",
        threshold="the configuration says that prices are constant, or gives a deflator",
        message=message,
    )


def _type_check(types: pd.Series, ends: _Ends) -> Check:
    period = ends.period.replace("_", "\u2013")
    rows = [{"type": str(name), "territories": int(count)} for name, count in types.value_counts().sort_index().items()]
    return Check(
        name=f"dynamics_{ends.period}",
        status="info",
        value=int(types.notna().sum()),
        threshold="",
        message=f"{types.notna().sum()} of {len(types)} territories have a type of change for {period}.",
        rows=rows,
    )
