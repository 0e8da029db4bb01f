"""Outcomes per period, turned so that more is better, as propositions and factors need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.dynamics.propositions import Outcome, Period
from comarca.measures.change import growth_percent_per_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from comarca.registry.propositions import Propositions

#: Outcome -> column of the layer, and whether less of it is better; growth apart.
_ESTIMATES = {"poverty": ("poverty", True), "equality": ("inequality", True), "women": ("women", False)}


def outcome_periods(outcomes: pd.DataFrame, periods: Sequence[tuple[int, int]], table: pd.DataFrame) -> list[Period]:
    """Outcomes of each pair of dates.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        Layer ``outcomes``.
    periods : sequence of tuple of int
        First and last year of each pair.
    table : pandas.DataFrame
        Indicators by ``territory_id``, with the types of change.

    Returns
    -------
    list of Period
        In the order given; an outcome without any value is left out. Population is that of the unit of comparison.
    """
    rows = outcomes.set_index("territory_id")
    return [
        _period(*(rows[rows["year"] == year].reindex(table.index) for year in pair), pair=pair, table=table)
        for pair in periods
    ]


def _period(first: pd.DataFrame, last: pd.DataFrame, *, pair: tuple[int, int], table: pd.DataFrame) -> Period:
    growth, _ = growth_percent_per_year(first["income"], last["income"], pair[1] - pair[0])
    outcomes = {"growth": Outcome(growth, first["income"])}
    for name, (column, is_less) in _ESTIMATES.items():
        change = last[column] - first[column]
        outcomes[name] = Outcome(-change if is_less else change, first[column])
    population = first["unit_population"]
    types = f"dynamics_type_{pair[0]}_{pair[1]}"
    return Period(
        label=f"{pair[0]}-{pair[1]}",
        first_year=pair[0],
        outcomes={name: outcome for name, outcome in outcomes.items() if outcome.change.notna().any()},
        population=population if population.notna().any() else None,
        inequality=first["inequality"] if first["inequality"].notna().any() else None,
        types=table.get(types),
    )


def nature_periods(table: pd.DataFrame, propositions: Propositions, *, years: Sequence[int]) -> list[Period]:
    """Make the period of the first column of change of nature that the region has.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    propositions : Propositions
        The registry.
    years : sequence of int
        Years of the data on nature.

    Returns
    -------
    list of Period
        One, or none if the region has no such column. The initial level is the last one carried back by the change:
        ``last / (1 + change / 100)**years``.
    """
    for term, level in propositions.nature:
        if term.column in table and level in table and table[term.column].notna().any() and len(years) > 1:
            first, last = min(years), max(years)
            change = table[term.column].astype(float)
            initial = table[level].astype(float) / (1 + change / 100) ** (last - first)
            population = table.get("population_persons")
            nature = {"nature": Outcome(term.sign * change, initial)}
            return [Period(f"{first}-{last}", first, nature, None if population is None else population.astype(float))]
    return []
