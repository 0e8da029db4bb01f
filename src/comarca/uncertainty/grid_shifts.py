"""Bands of the degree of urbanisation: the grid of 1 km moved by half a cell east, south and both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.indicators import urbanisation
from comarca.population.grid import SHIFTS, classify_population, shifted
from comarca.uncertainty.bands import Band, Method, bounds, class_band, rank_stability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from comarca.population.grid import PopulationGrid
    from comarca.registry.columns import TableColumn

#: Columns that rest on the cells alone, as the registry names them.
_ON_CELLS: Final = (
    "degree_of_urbanisation_class",
    "settlement_type_class",
    "population_urban_centre_share",
    "population_urban_cluster_share",
    "population_rural_share",
)


def rests_on_cells(column: TableColumn) -> bool:
    """Tell whether a column rests on the cells of the degree of urbanisation alone.

    Parameters
    ----------
    column : TableColumn
        The column.

    Returns
    -------
    bool
        Whether it does.
    """
    return column.template in _ON_CELLS


def grid_bands(
    places: PopulationGrid,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    columns: Sequence[TableColumn],
    published: pd.DataFrame,
    options: Mapping[str, Any],
) -> list[Band]:
    """Classify territories with the grid in four positions.

    Parameters
    ----------
    places : PopulationGrid
        People in the cells, with their quarters.
    territories, demand : geopandas.GeoDataFrame
        Layers of these names.
    columns : sequence of TableColumn
        Columns of `rests_on_cells`.
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.
    options : mapping
        Options of the family.

    Returns
    -------
    list of Band
        Lowest and highest value of the four positions, that of the table among them.
    """
    values = []
    for down, across in SHIFTS:
        _, cells = classify_population(shifted(places, down, across), demand.geometry.x, demand.geometry.y)
        values.append(
            urbanisation.compute(
                territories=territories, demand=demand, columns=columns, **options,
                degree_of_urbanisation=cells.set_index(demand["demand_id"]),
            ).values.reindex(published.index)
        )  # fmt: skip
    bands = []
    for column in columns:
        value, drawn = published[column.name], [part[column.name] for part in values]
        if column.kind == "class":
            bands.append(class_band(column.name, Method.GRID_SHIFTS, value, drawn, tuple(column.categories)))
        else:
            numbers = np.array([part.to_numpy(dtype=float, na_value=np.nan) for part in drawn])
            stable = rank_stability(value, numbers)
            sides = (numbers.min(axis=0), numbers.max(axis=0))
            bands.append(bounds(column.name, Method.GRID_SHIFTS, value, *sides, rank_stability_share=stable))
    return bands
