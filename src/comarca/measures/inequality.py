"""How unequally something is divided among units: one value per group of units, for many groups at once.

Units (parcels, holdings, patches, fields, towns) are sorted once by `RankedSizes.of`; each measure is then a few sums
over arrays, so a million units in thousands of groups take about a second. A unit may stand for several equal ones
(``weight``), as a size class of a census does.

Each measure takes `units`, a `comarca.measures.ranked.RankedSizes`, and returns an array of shape (g,), one value per
group: NaN where the group has no unit or its total is zero. Rounding never takes a value beyond its bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from comarca.measures.ranked import RankedSizes, ratio

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def gini(units: RankedSizes, *, small_sample_correction: bool = False) -> FloatArray:
    """Gini coefficient: twice the area between the Lorenz curve and the diagonal.

    Between 0 (all equal) and 1 - 1/N for N units.

    Parameters
    ----------
    units : RankedSizes
        The units.
    small_sample_correction : bool, default False
        Multiply by N / (N - 1), so that one unit that holds all gives 1; NaN for a single unit.

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per group.

    Notes
    -----
    ``sum(w_i s_i (2 C_i - w_i - W)) / (W S)`` with the sizes ascending, C the cumulative weight, W and S the totals:
    the trapezoid rule, from the origin on. Units of one weight are taken as equal, so grouped data give a lower
    bound. Source: Gastwirth (1972), doi:10.2307/1937992.

    Examples
    --------
    >>> gini(RankedSizes.of([1, 1, 2, 3, 7, 7], group=[0, 0, 0, 0, 1, 1])).round(4).tolist()
    [0.25, 0.0]
    """
    count, amount = units.count, units.amount
    centred = 2 * units.rank - units.weight - count[units.group]
    index = ratio(np.maximum(units.total(units.weight * units.size * centred), 0.0), count * amount)
    return index * ratio(count, count - 1) if small_sample_correction else index


def gini_of(size: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Gini coefficient of one set of sizes, optionally of weighted groups.

    Parameters
    ----------
    size : array-like, shape (n,)
        Size of each unit, or mean size of each group, in any one unit of measure.
    weight : array-like, shape (n,), optional
        Number of units in each group. One each if not given.

    Returns
    -------
    float
        As from `gini`.

    Raises
    ------
    ValueError
        If a size or weight is negative or not finite, or the shapes differ.

    Examples
    --------
    Four holdings of 1, 1, 2 and 4 ha, as units and as classes of equal ones:

    >>> gini_of([1, 1, 2, 4]), gini_of([1, 2, 4], weight=[2, 1, 1])
    (0.3125, 0.3125)
    """
    return float(gini(RankedSizes.of(size, weight))[0])


def theil(units: RankedSizes) -> FloatArray:
    """Theil's T, the entropy measure that weighs differences among large units most: from 0 (all equal) to ln N.

    Notes
    -----
    ``sum(w_i s_i / S * ln(s_i W / S))``, with 0 ln 0 = 0. Source: Theil (1967), Economics and Information Theory.

    Examples
    --------
    One of four units holds all: ln 4.

    >>> theil(RankedSizes.of([0, 0, 0, 5])).round(4).tolist()
    [1.3863]
    """
    relative = _relative_size(units)
    return np.maximum(ratio(units.total(units.weight * scipy.special.xlogy(relative, relative)), units.count), 0.0)


def atkinson(units: RankedSizes, *, aversion: float = 0.5) -> FloatArray:
    """Atkinson's index: the share of the total that equal division could do without, from 0 (all equal) to 1.

    Parameters
    ----------
    units : RankedSizes
        The units.
    aversion : float, default 0.5
        Aversion to inequality, above 0. From 1 on a single unit of size zero gives 1.

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per group.

    Raises
    ------
    ValueError
        If the aversion is not above 0.

    Notes
    -----
    ``1 - mean(r ** (1 - e)) ** (1 / (1 - e))`` with r the size over the mean, and ``1 - exp(mean(ln r))`` for e = 1.
    Source: Atkinson (1970), doi:10.1016/0022-0531(70)90039-6.

    Examples
    --------
    Half of the units hold all, so half of the total would do as well if it were divided equally:

    >>> atkinson(RankedSizes.of([0, 8]), aversion=0.5).round(4).tolist()
    [0.5]
    """
    if not aversion > 0:
        raise ValueError(f"aversion must be above 0, got {aversion}")
    relative = _relative_size(units)
    with np.errstate(divide="ignore"):
        if aversion == 1:
            equivalent = np.exp(ratio(units.total(units.weight * np.log(relative)), units.count))
        else:
            power = 1 - aversion
            equivalent = ratio(units.total(units.weight * relative**power), units.count) ** (1 / power)
    return np.asarray(np.where(units.amount > 0, np.clip(1 - equivalent, 0.0, 1.0), np.nan))


def herfindahl(units: RankedSizes) -> FloatArray:
    """Herfindahl-Hirschman index: the sum of squared shares, from 1/N (all equal) to 1 (one unit holds all).

    It falls with the number of units, equal or not; a unit of weight w counts as w units.

    Notes
    -----
    ``sum(w_i s_i**2) / S**2``. Source: Herfindahl (1950); Hirschman (1964), The American Economic Review 54.

    Examples
    --------
    >>> herfindahl(RankedSizes.of([5, 5, 10])).tolist()
    [0.375]
    """
    return np.minimum(ratio(units.total(units.weight * units.size**2), units.amount**2), 1.0)


def top_share(units: RankedSizes, *, share: float = 0.1) -> FloatArray:
    """Share of the total that the largest units hold: from `share` (all equal) to 1.

    Parameters
    ----------
    units : RankedSizes
        The units.
    share : float, default 0.1
        Which part of the units, from 0 to 1. A unit at the cut counts in part.

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per group.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.

    Examples
    --------
    The largest quarter of six units is one unit and a half:

    >>> top_share(RankedSizes.of([1, 1, 1, 1, 2, 4]), share=0.25).tolist()
    [0.5]
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, got {share}")
    count = units.count[units.group]
    larger = count - units.rank
    counted = np.clip(share * count - larger, 0.0, units.weight)
    return np.minimum(ratio(units.total(counted * units.size), units.amount), 1.0)


def share_in_units_from(units: RankedSizes, *, size: float) -> FloatArray:
    """Share of the total that is in units of a given size or more, from 0 to 1.

    Parameters
    ----------
    units : RankedSizes
        The units.
    size : float
        Size from which on a unit counts, in the units' measure.

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per group.

    Examples
    --------
    >>> share_in_units_from(RankedSizes.of([1, 1, 2, 4]), size=2).tolist()
    [0.75]
    """
    amount = units.weight * units.size
    return np.minimum(ratio(units.total(np.where(units.size >= size, amount, 0.0)), units.amount), 1.0)


def share_of_units_below(units: RankedSizes, *, size: float) -> FloatArray:
    """Share of the units that are smaller than a given size, from 0 to 1.

    Parameters
    ----------
    units : RankedSizes
        The units.
    size : float
        Size from which on a unit no longer counts, in the units' measure.

    Returns
    -------
    numpy.ndarray, shape (g,)
        One value per group.

    Examples
    --------
    >>> share_of_units_below(RankedSizes.of([1, 1, 2, 4]), size=2).tolist()
    [0.5]
    """
    return np.minimum(ratio(units.total(np.where(units.size < size, units.weight, 0.0)), units.count), 1.0)


def between_share_of_theil(theil_index: FloatArray, count: FloatArray, amount: FloatArray) -> float:
    """Part of Theil's T of all units that lies between groups of them.

    Parameters
    ----------
    theil_index, count, amount : numpy.ndarray, shape (g,)
        Theil's T inside each group, its number of units, and their sum.

    Returns
    -------
    float
        From 0 (the groups have the same mean) to 1 (no differences inside any group); NaN where all units are equal or
        there are none.

    Notes
    -----
    T of all units is the sum of the part within, ``sum a_g T_g``, and the part between, ``sum a_g ln(a_g / n_g)``, with
    the groups' shares ``a_g`` of the sum and ``n_g`` of the units (Theil 1967; Shorrocks 1980, doi:10.2307/1913126).

    Examples
    --------
    Two groups of equal units, of size 1 and of size 3: all of it lies between.

    >>> between_share_of_theil(np.array([0.0, 0.0]), np.array([2.0, 2.0]), np.array([2.0, 6.0]))
    1.0
    """
    if not count.sum() > 0 or not amount.sum() > 0:
        return np.nan
    part, share = amount / amount.sum(), count / count.sum()
    has_amount = part > 0
    between = float((part[has_amount] * np.log(part[has_amount] / share[has_amount])).sum())
    total = between + float((part * theil_index).sum())
    return min(max(between / total, 0.0), 1.0) if total > 1e-12 else np.nan


def mean(units: RankedSizes) -> FloatArray:
    """Mean size, in the measure of the sizes.

    Examples
    --------
    >>> mean(RankedSizes.of([1, 2], weight=[3, 1])).tolist()
    [1.25]
    """
    return ratio(units.amount, units.count)


def median(units: RankedSizes) -> FloatArray:
    """Median size: half of the units are smaller; half way between two units where the half falls between them.

    Examples
    --------
    >>> median(RankedSizes.of([1, 2, 3, 10])).tolist()
    [2.5]
    """
    counts = units.weight > 0
    size, rank, group = units.size[counts], units.rank[counts], units.group[counts]
    half = units.count[group] / 2
    below = np.bincount(group[rank < half], minlength=len(units.start) - 1)
    tied = np.bincount(group[rank <= half], minlength=len(units.start) - 1)
    first = np.searchsorted(group, np.arange(len(units.start) - 1))
    middle = np.full(len(units.start) - 1, np.nan)
    filled = units.count > 0
    low, high = (first + below)[filled], (first + tied)[filled]
    middle[filled] = (size[low] + size[high]) / 2
    return middle


def _relative_size(units: RankedSizes) -> FloatArray:
    """Size of each unit over the mean of its group."""
    return units.size * ratio(units.count, units.amount)[units.group]
