"""How many kinds there are, and how evenly: diversity of each row of a table of groups by classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import xlogy

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def shannon(amount: ArrayLike) -> FloatArray:
    """Shannon's index of each row.

    Parameters
    ----------
    amount : array-like, shape (g, k)
        Amount of each class (columns) in each group (rows), in any one unit of measure.

    Returns
    -------
    numpy.ndarray, shape (g,)
        ``-sum(p ln p)`` with natural logarithms: from 0 (one class) to ln k (all alike); NaN for a row of zeros.

    Raises
    ------
    ValueError
        If an amount is negative or not finite.

    Notes
    -----
    It depends on how finely classes are told apart: compare groups under one legend only. Source: Shannon (1948),
    doi:10.1002/j.1538-7305.1948.tb01338.x.
    """
    share = class_shares(amount)
    return np.asarray(np.maximum(-xlogy(share, share).sum(axis=1), 0.0))


def simpson(amount: ArrayLike) -> FloatArray:
    """Gini-Simpson index of each row: the chance that two draws are of different classes.

    Parameters
    ----------
    amount : array-like, shape (g, k)
        Amount of each class (columns) in each group (rows).

    Returns
    -------
    numpy.ndarray, shape (g,)
        ``1 - sum(p**2)``: from 0 (one class) to 1 - 1/k; NaN for a row of zeros.

    Raises
    ------
    ValueError
        If an amount is negative or not finite.

    Notes
    -----
    Source: Simpson (1949), doi:10.1038/163688a0.
    """
    share = class_shares(amount)
    return np.asarray(1 - (share**2).sum(axis=1))


def hill_number(amount: ArrayLike, *, order: float) -> FloatArray:
    """Hill number of each row: how many equally common classes would be as diverse.

    Parameters
    ----------
    amount : array-like, shape (g, k)
        Amount of each class (columns) in each group (rows).
    order : float
        Weight of the common classes: 0 counts classes, 1 is exp(Shannon), 2 is 1 / sum(p**2).

    Returns
    -------
    numpy.ndarray, shape (g,)
        From 1 (one class) to k; NaN for a row of zeros.

    Raises
    ------
    ValueError
        If the order is negative, or an amount is negative or not finite.

    Notes
    -----
    ``sum(p**q) ** (1 / (1 - q))``. Source: Hill (1973), doi:10.2307/1934352.
    """
    if not order >= 0:
        raise ValueError(f"order must not be negative, got {order}")
    if order == 1:
        return np.asarray(np.exp(shannon(amount)))
    share = class_shares(amount)
    power = np.where(share > 0, np.where(share > 0, share, 1.0) ** order, 0.0)
    power[np.isnan(share)] = np.nan
    return np.asarray(power.sum(axis=1) ** (1 / (1 - order)))


def class_shares(amount: ArrayLike) -> FloatArray:
    """Share of each class in its row.

    Parameters
    ----------
    amount : array-like, shape (g, k)
        Amount of each class (columns) in each group (rows).

    Returns
    -------
    numpy.ndarray, shape (g, k)
        Rows sum to 1; a row of zeros is NaN.

    Raises
    ------
    ValueError
        If an amount is negative or not finite.
    """
    table = np.asarray(amount, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"amount must be a table of groups by classes, got {table.ndim} dimension(s)")
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("amounts must be finite and not negative")
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.full(table.shape, np.nan), where=total > 0))
