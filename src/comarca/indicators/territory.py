"""The territory itself: codes, names, area, population. These columns stand first in every table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

_TEXT = ("territory_id", "territory_name", "parent_name", "country")


def compute(
    *, territories: gpd.GeoDataFrame, demand: gpd.GeoDataFrame | None = None, columns: Sequence[TableColumn]
) -> Indicators:
    """Codes, names, geodesic area and population of each territory.

    Returns
    -------
    Indicators
        A territory without a row of `demand` has no population value (flag ``no_demand``): it is not known to be empty.

    Raises
    ------
    ValueError
        If a population column is active but `demand` is not given.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"], name="territory_id").sort_values()
    rows = territories.set_index("territory_id").reindex(index)
    names = [column.name for column in columns]
    values = rows.reset_index()[list(_TEXT)].set_axis(index)
    values["area_km2"] = geodesic_area_km2(rows.geometry.to_numpy())
    checks = [_area_check(values["area_km2"])]
    if any(name.startswith("population_") for name in names):
        if demand is None:
            raise ValueError("population columns need the layer demand")
        population = population_by_territory(demand, index)
        values["population_persons"] = population
        values["population_density_persons_per_km2"] = population / values["area_km2"]
        checks.append(_population_check(population))
    values = values[names]
    return Indicators(values, explain(values, Flag.NO_DEMAND, parent_name=Flag.NOT_IN_SOURCE), checks)


def population_by_territory(demand: gpd.GeoDataFrame, index: pd.Index) -> pd.Series:
    """Sum the people of the demand layer by territory.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Columns ``territory_id`` and ``population_persons``.
    index : pandas.Index
        Territory ids wanted.

    Returns
    -------
    pandas.Series
        Persons, on `index`; NaN for a territory without any row.
    """
    total: pd.Series = demand.groupby("territory_id")["population_persons"].sum().reindex(index)
    return total


def _area_check(area_km2: pd.Series) -> Check:
    total = float(area_km2.sum())
    return Check(
        name="area_total_km2",
        status="info",
        value=total,
        threshold="",
        message=f"The {len(area_km2)} territories have {total:,.1f} km2 together.",
    )


def _population_check(population: pd.Series) -> Check:
    total = float(np.nansum(population))
    unknown = population.index[population.isna()].tolist()
    message = f"{total:,.0f} people live in the territories."
    if unknown:
        message += f" The population of {len(unknown)} of {len(population)} territories is not known."
    return Check(
        name="population_known",
        status="warn" if unknown else "pass",
        value=total,
        threshold="every territory has a population figure",
        message=message,
        rows=[{"territory_id": name} for name in unknown],
    )
