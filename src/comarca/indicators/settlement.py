"""How people are spread over the territory, and how their number changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.crs import require_storage_crs
from comarca.measures.change import amounts_at_ends, growth_percent_per_year
from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes
from comarca.population.degurba import RURAL_CELL
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain, join_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    degree_of_urbanisation: pd.DataFrame | None = None,
    population_by_year: pd.DataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Urban share, concentration of people in space, and population change.

    Parameters
    ----------
    degree_of_urbanisation : pandas.DataFrame, optional
        Columns ``cell_class`` and ``settlement`` (`comarca.population.degurba.CellClasses`) indexed by ``demand_id``.
    population_by_year : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``persons``; the first and the last year are compared.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    parts: list[Indicators] = []
    if demand is not None and degree_of_urbanisation is not None:
        require_storage_crs(demand, name="layer demand")
        parts.append(_spread(demand, degree_of_urbanisation.loc[demand["demand_id"]], index))
    if population_by_year is not None:
        parts.append(_change(population_by_year, index))
    return join_parts(parts, index).select([column.name for column in columns])


def _spread(demand: gpd.GeoDataFrame, cells: pd.DataFrame, index: pd.Index) -> Indicators:
    """Urban share, share of the largest settlement, and inequality among inhabited cells."""
    cell_class, settlement = cells["cell_class"].to_numpy(), cells["settlement"].to_numpy()
    persons = people_by_territory(demand, index)
    lived_in = demand[demand["territory_id"].isin(index) & (demand["population_persons"] > 0)]
    places = RankedSizes.of(
        lived_in["population_persons"], group=index.get_indexer(lived_in["territory_id"]), group_count=len(index)
    )
    settled = demand[settlement > 0].groupby(["territory_id", settlement[settlement > 0]])
    largest = settled["population_persons"].sum().groupby("territory_id").max().reindex(index).fillna(0.0)
    values = pd.DataFrame(
        {
            "urban_population_share": mean_over_people(demand, cell_class != RURAL_CELL, index),
            "largest_settlement_population_share": largest / persons.where(persons > 0),
            "settlement_population_gini_index": gini(places),
        },
        index=index,
    )
    nobody = pd.Series(np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION), index)
    return Indicators(values, explain(values, Flag.NO_DEMAND, **dict.fromkeys(map(str, values), nobody)))


def _change(table: pd.DataFrame, index: pd.Index) -> Indicators:
    name = "population_change_percent_per_year"
    first, last, years = amounts_at_ends(table, "persons", index)
    growth, reason = growth_percent_per_year(first, last, years)
    values = growth.to_frame(name)
    total = growth_percent_per_year(pd.Series([first.sum()]), pd.Series([last.sum()]), years)[0].iloc[0]
    check = Check(
        name="population_change",
        status="info" if years > 0 else "warn",
        value=None if np.isnan(total) else float(total),
        threshold="" if years > 0 else "two years or more",
        message=f"Population changed by {total:.2f} % a year over {years:g} years."
        if years > 0
        else "The population is given for one year only, so no change can be computed.",
    )
    return Indicators(values, explain(values, Flag.NOT_IN_SOURCE, **{name: reason}), [check])
