"""Units of some size in groups, sorted once, so that measures of many groups are a few sums over arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class RankedSizes:
    """Units sorted by group, then by size. Make one with `RankedSizes.of`.

    Attributes
    ----------
    size : numpy.ndarray, shape (n,)
        Sizes, ascending inside each group.
    weight : numpy.ndarray, shape (n,)
        How many equal units each stands for.
    rank : numpy.ndarray, shape (n,)
        Cumulative weight inside the group, the unit's own included.
    group : numpy.ndarray of int, shape (n,)
        Group of each unit, ascending.
    start : numpy.ndarray of int, shape (g + 1,)
        The units of group k are those from ``start[k]`` to ``start[k + 1]``.

    Examples
    --------
    >>> units = RankedSizes.of([3, 1, 2], group=[1, 0, 1])
    >>> units.size.tolist(), units.count.tolist(), units.amount.tolist()
    ([1.0, 2.0, 3.0], [1.0, 2.0], [1.0, 5.0])
    """

    size: FloatArray
    weight: FloatArray
    rank: FloatArray
    group: IntArray
    start: IntArray

    @classmethod
    def of(
        cls,
        size: ArrayLike,
        weight: ArrayLike | None = None,
        *,
        group: ArrayLike | None = None,
        group_count: int | None = None,
    ) -> RankedSizes:
        """Check units and sort them.

        Parameters
        ----------
        size : array-like, shape (n,)
            Size of each unit, in any one unit of measure.
        weight : array-like, shape (n,), optional
            How many equal units each stands for; one each if not given.
        group : array-like of int, shape (n,), optional
            Group of each unit, from 0; one group if not given.
        group_count : int, optional
            Number of groups, so that groups without units get a row too.

        Returns
        -------
        RankedSizes
            The same units, sorted.

        Raises
        ------
        ValueError
            If a size or weight is negative or not finite, or shapes or groups do not fit.
        """
        sizes = _checked(size, "size")
        codes = np.zeros(len(sizes), dtype=np.intp) if group is None else np.asarray(group, dtype=np.intp)
        count = int(codes.max(initial=-1)) + 1 if group_count is None else group_count
        count = max(count, 1) if group is None else count
        weights = np.ones(len(sizes)) if weight is None else _checked(weight, "weight")
        if not sizes.shape == weights.shape == codes.shape:
            raise ValueError(
                f"size, weight and group have different shapes: {sizes.shape}, {weights.shape}, {codes.shape}"
            )
        if len(codes) and (codes.min() < 0 or codes.max() >= count):
            raise ValueError(f"group codes must lie from 0 to {count - 1}, got {codes.min()} to {codes.max()}")
        order = np.lexsort((sizes, codes))
        start = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=count))])
        sorted_units = cls(size=sizes[order], weight=weights[order], rank=np.empty(0), group=codes[order], start=start)
        return sorted_units.reweighted(weights[order])

    def reweighted(self, weight: FloatArray) -> RankedSizes:
        """Give the same sorted units other weights.

        Parameters
        ----------
        weight : numpy.ndarray, shape (n,)
            Weights in the order of `size`.

        Returns
        -------
        RankedSizes
            Units with these weights and the ranks that follow.
        """
        return replace(self, weight=weight, rank=self.running(weight))

    def total(self, value: FloatArray) -> FloatArray:
        """Sum a value over the units of each group.

        Parameters
        ----------
        value : numpy.ndarray, shape (n,)
            One value per unit, in the order of `size`.

        Returns
        -------
        numpy.ndarray, shape (g,)
            Sums; 0 for a group without units.
        """
        sums = np.zeros(len(self.start) - 1)
        filled = np.flatnonzero(np.diff(self.start))
        if len(filled):
            sums[filled] = np.add.reduceat(value, self.start[filled])
        return sums

    def running(self, value: FloatArray) -> FloatArray:
        """Cumulate a value inside each group.

        Parameters
        ----------
        value : numpy.ndarray, shape (n,)
            One value per unit, in the order of `size`.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Sum from the group's first unit to this one.
        """
        running = np.cumsum(value)
        before = np.concatenate([[0.0], running])[self.start[:-1]]
        inside: FloatArray = running - before[self.group]
        return inside

    @property
    def count(self) -> FloatArray:
        """Number of units per group (sum of weights), shape (g,)."""
        return self.total(self.weight)

    @property
    def amount(self) -> FloatArray:
        """Sum of sizes per group, shape (g,)."""
        return self.total(self.weight * self.size)


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Divide, where there is something to divide by.

    Parameters
    ----------
    part, whole : numpy.ndarray, shape (n,)
        What is divided, and by what.

    Returns
    -------
    numpy.ndarray, shape (n,)
        NaN where `whole` is not above zero.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    quotient: FloatArray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return quotient


def _checked(values: ArrayLike, name: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got {array.ndim}")
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(f"{name} must be finite and not negative")
    return array
