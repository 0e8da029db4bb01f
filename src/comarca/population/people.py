"""Sums and shares of people by territory, from the places where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike


def people_by_territory(demand: gpd.GeoDataFrame, index: pd.Index, *, where: ArrayLike | None = None) -> pd.Series:
    """Sum people by territory.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand`` with weights in persons.
    index : pandas.Index
        Ids of the territories wanted.
    where : array-like, shape (n,), optional
        Share of each row that counts, from 0 to 1 or boolean; all of it if not given.

    Returns
    -------
    pandas.Series
        Persons on `index`; NaN for a territory without any row in `demand`.
    """
    part = np.ones(len(demand)) if where is None else np.asarray(where, dtype=float)
    people = pd.Series(demand["weight"].to_numpy() * part).groupby(demand["territory_id"].to_numpy()).sum()
    total: pd.Series = people.reindex(index)
    return total


def mean_over_people(demand: gpd.GeoDataFrame, value: ArrayLike, index: pd.Index) -> pd.Series:
    """Mean of a value over the people of each territory, among those of whom it is known.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand``.
    value : array-like, shape (n,)
        Value of each row; NaN where it is not known. True and False give the share of the people who have it.
    index : pandas.Index
        Ids of the territories wanted.

    Returns
    -------
    pandas.Series
        Weighted mean on `index`; NaN where it is known of nobody.
    """
    value = np.asarray(value, dtype=float)
    total = people_by_territory(demand, index, where=np.nan_to_num(value))
    known = people_by_territory(demand, index, where=~np.isnan(value))
    return total / known.where(known > 0)
