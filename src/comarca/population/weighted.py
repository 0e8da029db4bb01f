"""Weighted statistics by group, vectorised over groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


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
    known = ~np.isnan(value) & (group >= 0)
    total = np.bincount(group[known], weights=weight[known], minlength=group_count)
    summed = np.bincount(group[known], weights=(value * weight)[known], minlength=group_count)
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
    known = ~np.isnan(value) & (group >= 0) & (weight > 0)
    value, weight, group = value[known], weight[known], group[known]
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
