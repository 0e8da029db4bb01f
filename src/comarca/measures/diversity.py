"""How many kinds there are, and how evenly: diversity of each row of a table of groups by classes.

`amount`, of shape (g, k), is what each class (column) has in each group (row), in any one unit of measure. A result has
shape (g,): one value per row, NaN for a row of zeros or without any class; never beyond its bounds by rounding.
Amounts that are negative or not finite raise ValueError. All
depend on how finely classes are told apart: compare groups under one legend only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def shannon(amount: ArrayLike) -> FloatArray:
    """Shannon's index: from 0 (one class) to ln k (all alike).

    Notes
    -----
    ``-sum(p ln p)`` with natural logarithms. Source: Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x.

    Examples
    --------
    >>> shannon([[1, 1, 1, 1], [5, 0, 0, 0]]).round(4).tolist()
    [1.3863, 0.0]
    """
    share = class_shares(amount)
    return _bounded(-scipy.special.xlogy(share, share).sum(axis=1), 0.0, np.log(_present(share)))


def simpson(amount: ArrayLike) -> FloatArray:
    """Gini-Simpson index, the chance that two draws are of different classes: from 0 (one class) to 1 - 1/k.

    Notes
    -----
    ``1 - sum(p**2)``. Source: Simpson (1949), doi:10.1038/163688a0.

    Examples
    --------
    >>> simpson([[1, 1], [3, 1]]).tolist()
    [0.5, 0.375]
    """
    share = class_shares(amount)
    return _bounded(1 - (share**2).sum(axis=1), 0.0, 1 - 1 / _present(share))


def hill_number(amount: ArrayLike, *, order: float) -> FloatArray:
    """Hill number, how many equally common classes would be as diverse: from 1 (one class) to k.

    Parameters
    ----------
    amount : array-like, shape (g, k)
        Amount of each class in each group.
    order : float
        Weight of the common classes: 0 counts classes, 1 is exp(Shannon), 2 is 1 / sum(p**2).

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per row.

    Raises
    ------
    ValueError
        If the order is negative, or an amount is negative or not finite.

    Notes
    -----
    ``sum(p**q) ** (1 / (1 - q))``. Source: Hill (1973), doi:10.2307/1934352.

    Examples
    --------
    >>> [hill_number([[2, 1, 1, 0]], order=q).round(4).item() for q in (0, 1, 2)]
    [3.0, 2.8284, 2.6667]
    """
    if not order >= 0:
        raise ValueError(f"order must not be negative, got {order}")
    share = class_shares(amount)
    if order == 1:
        return _bounded(np.exp(shannon(amount)), 1.0, _present(share))
    power = np.where(share > 0, np.where(share > 0, share, 1.0) ** order, 0.0)
    power[np.isnan(share)] = np.nan
    with np.errstate(divide="ignore"):
        number = power.sum(axis=1) ** (1 / (1 - order))
    return _bounded(number, 1.0, _present(share))


def class_shares(amount: ArrayLike) -> FloatArray:
    """Share of each class in its row, shape (g, k): rows sum to 1, a row of zeros is NaN.

    Examples
    --------
    >>> class_shares([[3, 1], [0, 0]]).tolist()
    [[0.75, 0.25], [nan, nan]]
    """
    table = np.asarray(amount, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"amount must be a table of groups by classes, got {table.ndim} dimension(s)")
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("amounts must be finite and not negative")
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0))


def _present(share: FloatArray) -> FloatArray:
    """Count the classes that each row has any of; NaN where it has none."""
    count = (share > 0).sum(axis=1)
    return np.where(count > 0, count, np.nan)


def _bounded(value: FloatArray, low: float, high: FloatArray) -> FloatArray:
    """Keep values within bounds that they pass by rounding alone; NaN where the upper one is."""
    return np.minimum(np.maximum(value, low), high)
