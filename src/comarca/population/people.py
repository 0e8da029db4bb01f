"""Sums and shares of people by territory, from the places where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


def demand_weight(demand: gpd.GeoDataFrame) -> Floats:
    """Give the weight of each demand point in means and shares.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand``.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Persons; km2 where no population is known.
    """
    persons = demand["population_persons"].to_numpy(dtype=float)
    return np.asarray(np.where(np.isnan(persons), demand["area_km2"].to_numpy(dtype=float), persons))


def people_by_territory(demand: gpd.GeoDataFrame, index: pd.Index, *, where: ArrayLike | None = None) -> pd.Series:
    """Sum people by territory.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand``; weighted by km2 where no population is known.
    index : pandas.Index
        Ids of the territories wanted.
    where : array-like, shape (n,), optional
        Share of each row that counts, from 0 to 1 or boolean; all of it if not given.

    Returns
    -------
    pandas.Series
        Persons (km2 where no population is known) on `index`; NaN for a territory without any row in `demand`.
    """
    part = np.ones(len(demand)) if where is None else np.asarray(where, dtype=float)
    people = pd.Series(demand_weight(demand) * part).groupby(demand["territory_id"].to_numpy()).sum()
    total: pd.Series = people.reindex(index)
    return total


def mean_over_people(demand: gpd.GeoDataFrame, value: ArrayLike, index: pd.Index) -> pd.Series:
    """Mean of a value over the people of each territory, among those with a value.

    Parameters
    ----------
    demand : geopandas.GeoDataFrame
        Layer ``demand``.
    value : array-like, shape (n,)
        Value of each row, or NaN. True and False give the share of the people who have it.
    index : pandas.Index
        Ids of the territories wanted.

    Returns
    -------
    pandas.Series
        Weighted mean on `index`; NaN where nobody has a value.
    """
    value = np.asarray(value, dtype=float)
    total = people_by_territory(demand, index, where=np.nan_to_num(value))
    counted = people_by_territory(demand, index, where=~np.isnan(value))
    return total / counted.where(counted > 0)


def weighted_mean(value: Floats, weight: Floats, group: Integers, *, group_count: int) -> Floats:
    """Weighted mean of each group, over the values that are known.

    Parameters
    ----------
    value : numpy.ndarray, shape (n,)
        Values; NaN where not known.
    weight : numpy.ndarray, shape (n,)
        Weights, 0 or more.
    group : numpy.ndarray, shape (n,)
        Number of the group of each value; negative ones belong to none.
    group_count : int
        Number of groups.

    Returns
    -------
    numpy.ndarray, shape (group_count,)
        NaN for a group whose known values have no weight.
    """
    counts = ~np.isnan(value) & (group >= 0)
    total = np.bincount(group[counts], weights=weight[counts], minlength=group_count)
    summed = np.bincount(group[counts], weights=(value * weight)[counts], minlength=group_count)
    return np.asarray(np.divide(summed, total, out=np.full(group_count, np.nan), where=total > 0))


def weighted_quantile(value: Floats, weight: Floats, group: Integers, *, quantile: float, group_count: int) -> Floats:
    """Weighted quantile of each group, over the values that are known.

    Parameters
    ----------
    value, weight, group : numpy.ndarray, shape (n,)
        As for `weighted_mean`.
    quantile : float
        From 0 to 1.
    group_count : int
        Number of groups.

    Returns
    -------
    numpy.ndarray, shape (group_count,)
        The least value that at least this share of the weight does not exceed (the inverse of the distribution
        function, without interpolation); NaN for a group whose known values have no weight.
    """
    counts = ~np.isnan(value) & (group >= 0) & (weight > 0)
    value, weight, group = value[counts], weight[counts], group[counts]
    order = np.lexsort((value, group))
    value, weight, group = value[order], weight[order], group[order]
    total = np.bincount(group, weights=weight, minlength=group_count)
    start = np.searchsorted(group, np.arange(group_count + 1))
    running = np.cumsum(weight)
    before = np.append(0.0, running)[start[:-1]]
    result = np.full(group_count, np.nan)
    filled = np.flatnonzero(np.diff(start) > 0)
    # A relative hair below, so that rounding of the sums does not push an exact share to the next value.
    wanted = before[filled] + quantile * total[filled] * (1 - 1e-12)
    position = np.clip(np.searchsorted(running, wanted), start[filled], start[filled + 1] - 1)
    result[filled] = value[position]
    return result
