"""Figures that a census withholds, estimated so that they agree with its published totals.

Per territory the totals less the published classes are what the withheld classes hold together. Where one figure is
lacking it is known by subtraction; where several are, they are shared out within what the class limits allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

#: Classes and total may each be rounded to whole hectares.
_ROUNDING_HA: Final = 0.5
_TILT_LIMIT: Final = 80.0


def remainders(cells: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Subtract the published figures of each territory from its published totals.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row per territory and size class: ``group`` (0 to g - 1), ``holdings`` and ``area_ha``, NaN or 0 where
        withheld.
    totals : pandas.DataFrame, shape (g, ...)
        Columns ``holdings`` and ``area_ha`` of all sizes together; NaN where not published.

    Returns
    -------
    pandas.DataFrame, shape (g, 3)
        ``holdings`` and ``area_ha`` left, NaN where the total is not published or contradicts the classes;
        ``is_contradicted``, true where the published classes hold more than the total.

    Examples
    --------
    >>> cells = pd.DataFrame({"group": [0, 0], "holdings": [30, np.nan], "area_ha": [90, np.nan]})
    >>> remainders(cells, pd.DataFrame({"holdings": [32], "area_ha": [120]})).to_numpy().tolist()
    [[2.0, 30.0, False]]
    """
    groups = len(totals)
    holdings = totals["holdings"].to_numpy(dtype=np.float64) - sums(
        cells["group"], cells["holdings"].fillna(0.0), groups
    )
    area = totals["area_ha"].to_numpy(dtype=np.float64) - sums(cells["group"], cells["area_ha"].fillna(0.0), groups)
    slack = _ROUNDING_HA * (sums(cells["group"], np.ones(len(cells)), groups) + 1)
    too_many, too_much = holdings < -_ROUNDING_HA, area < -slack
    wrong = too_many | too_much
    return pd.DataFrame(
        {
            "holdings": np.where(wrong, np.nan, np.maximum(holdings, 0.0)),
            "area_ha": np.where(wrong, np.nan, np.maximum(area, 0.0)),
            "is_contradicted": wrong,
        }
    )


def shared_counts(
    *, mean_ha: FloatArray, left: FloatArray, area_left_ha: FloatArray, group: NDArray[np.intp]
) -> FloatArray:
    """Share the holdings left among classes of which neither figure is known.

    Parameters
    ----------
    mean_ha : numpy.ndarray, shape (n,)
        Mean size expected in each class, ha, positive.
    left : numpy.ndarray, shape (g,)
        Holdings left per territory; NaN where not known.
    area_left_ha : numpy.ndarray, shape (g,)
        Area left per territory, ha; NaN where not known.
    group : numpy.ndarray of int, shape (n,)
        Territory of each class.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Holdings, fractional; NaN where nothing is left to share out.

    Notes
    -----
    Each class has one holding at least, as a class without any is published as zero. The others are shared out in
    proportion to ``mean_ha ** t``, with the tilt t that brings the area nearest to what is left; without an area each
    class gets the same number. Counts are withheld where they are small, so equal numbers are what to expect.

    Examples
    --------
    Four holdings with 50 ha in two classes whose means are 5 and 20 ha: two in each.

    >>> group = np.array([0, 0])
    >>> shared_counts(
    ...     mean_ha=np.array([5.0, 20.0]), left=np.array([4.0]), area_left_ha=np.array([50.0]), group=group
    ... ).round(6).tolist()
    [2.0, 2.0]
    """
    groups = len(left)
    classes = sums(group, np.ones(len(group)), groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.minimum(1.0, left / classes)[group]
    extra = np.maximum(left - sums(group, least, groups), 0.0)[group]
    target, log_mean = area_left_ha, np.log(mean_ha)
    low, high = np.full(groups, -_TILT_LIMIT), np.full(groups, _TILT_LIMIT)
    low, high = np.where(np.isnan(target), 0.0, low), np.where(np.isnan(target), 0.0, high)
    for _ in range(60):
        tilt = (low + high) / 2
        count = least + extra * _weights(tilt[group] * log_mean, group, groups)
        too_much = sums(group, count * mean_ha, groups) > target
        low, high = np.where(too_much, low, tilt), np.where(too_much, tilt, high)
    return np.asarray(least + extra * _weights(((low + high) / 2)[group] * log_mean, group, groups))


def fit_sums(
    values: FloatArray, low: FloatArray, high: FloatArray, *, target: FloatArray, group: NDArray[np.intp]
) -> tuple[FloatArray, BoolArray]:
    """Move values between their limits until each group has the sum it must have.

    Parameters
    ----------
    values, low, high : numpy.ndarray, shape (n,)
        First estimates with their limits; `high` may be infinite.
    target : numpy.ndarray, shape (g,)
        The sum of each group; NaN leaves its values as they are.
    group : numpy.ndarray of int, shape (n,)
        Group of each value.

    Returns
    -------
    fitted : numpy.ndarray, shape (n,)
        Every value goes the same part of the way to its limit; values without a limit take all that is to be added.
    out_of_limits : numpy.ndarray of bool, shape (g,)
        Groups whose sum no values between the limits have: there the limits are scaled, as totals are published and
        limits are not.

    Examples
    --------
    Half of the room above both values is needed for a sum of 20:

    >>> fitted, out_of_limits = fit_sums(
    ...     np.array([5.0, 10.0]), np.zeros(2), np.array([10.0, 15.0]), target=np.array([20.0]), group=np.array([0, 0])
    ... )
    >>> fitted.tolist(), out_of_limits.tolist()
    ([7.5, 12.5], [False])
    """
    groups = len(target)
    total = sums(group, values, groups)
    rising = target >= total
    endless = np.isinf(high)
    takes_all = endless & (rising & (sums(group, endless, groups) > 0))[group]
    limit = np.where(rising[group], np.where(endless, values, high), low)
    room = sums(group, limit - values, groups)
    gap = target - total
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(np.abs(gap) < 1e-9, 0.0, gap / room)
        moved = values + part[group] * (limit - values)
        scaled = limit * (target / sums(group, limit, groups))[group]
        shared = values + gap[group] * values / sums(group, values * takes_all, groups)[group]
    unlimited = (sums(group, takes_all, groups) > 0) & rising
    out = ~unlimited & ~((part >= 0) & (part <= 1 + 1e-9)) & ~np.isnan(target) & (sums(group, values, groups) > 0)
    fitted = np.where(unlimited[group], np.where(takes_all, shared, values), np.where(out[group], scaled, moved))
    return np.where(np.isnan(target)[group], values, fitted), out


def sums(group: ArrayLike, values: ArrayLike, groups: int) -> FloatArray:
    """Add up values by group.

    Parameters
    ----------
    group : array-like of int, shape (n,)
        Group of each value, 0 to g - 1.
    values : array-like, shape (n,)
        Values.
    groups : int
        Number of groups, g.

    Returns
    -------
    numpy.ndarray, shape (g,)
        Sums.

    Examples
    --------
    >>> sums([0, 1, 0], [1, 2, 3], 2).tolist()
    [4.0, 2.0]
    """
    weights = np.asarray(values, dtype=np.float64)
    return np.bincount(np.asarray(group, dtype=np.intp), weights=weights, minlength=groups).astype(np.float64)


def _weights(log_weight: FloatArray, group: NDArray[np.intp], groups: int) -> FloatArray:
    top = np.full(groups, -np.inf)
    np.maximum.at(top, group, log_weight)
    weight = np.exp(log_weight - top[group])
    return np.asarray(weight / sums(group, weight, groups)[group])
