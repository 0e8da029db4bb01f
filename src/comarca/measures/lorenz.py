"""The Lorenz curve itself: its points, its asymmetry, and the standard error of what is read off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes

#: Points inside a class at which the bounds are taken.
_STEPS: Final = 24

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]


def lorenz_curve(size: ArrayLike, weight: ArrayLike | None = None) -> tuple[FloatArray, FloatArray]:
    """Points of the Lorenz curve of one set of units, for plotting.

    Parameters
    ----------
    size : array-like, shape (n,)
        Size of each unit.
    weight : array-like, shape (n,), optional
        How many equal units each stands for; one each if not given.

    Returns
    -------
    unit_share, size_share : numpy.ndarray, shape (n + 1,)
        Cumulative share of units, smallest first, and of their total size; both run from 0 to 1.

    Raises
    ------
    ValueError
        If sizes or weights are negative, not finite, or sum to zero.

    Examples
    --------
    >>> unit_share, size_share = lorenz_curve([1, 1, 2])
    >>> unit_share.round(3).tolist(), size_share.tolist()
    ([0.0, 0.333, 0.667, 1.0], [0.0, 0.25, 0.5, 1.0])
    """
    units = RankedSizes.of(size, weight)
    count, amount = units.count[0], units.amount[0]
    if not (count > 0 and amount > 0):
        raise ValueError("there is no Lorenz curve of nothing: sizes or weights sum to zero")
    held = units.running(units.weight * units.size)
    return np.concatenate([[0.0], units.rank / count]), np.concatenate([[0.0], held / amount])


def lorenz_asymmetry(units: RankedSizes) -> FloatArray:
    """Lorenz asymmetry coefficient: which end of the distribution makes the inequality.

    Parameters
    ----------
    units : RankedSizes
        The units; weights are counts of equal units.

    Returns
    -------
    numpy.ndarray, shape (g,)
        Above 1 if a few very large units make the inequality, below 1 if many very small ones do, 1 if the curve is
        symmetric. NaN without units, or if all sizes are zero.

    Notes
    -----
    ``F(mu) + L(mu)``, where the curve is parallel to the diagonal, interpolated between the two units next to the mean;
    if units have exactly the mean size, the middle of the interval. Source: Damgaard & Weiner (2000),
    doi:10.1890/0012-9658(2000)081[1139:DIIPSO]2.0.CO;2.

    Examples
    --------
    One large unit among small ones, and one small among large ones:

    >>> lorenz_asymmetry(RankedSizes.of([1, 1, 1, 9, 1, 9, 9, 9], group=[0] * 4 + [1] * 4)).round(3).tolist()
    [1.25, 0.714]
    """
    count, amount = units.count, units.amount
    defined = amount > 0
    mean = np.divide(amount, count, out=np.full(len(count), np.nan), where=defined)
    # Sizes that differ from the mean by rounding only are the mean; a strict comparison would toss a coin.
    close = np.isclose(units.size, mean[units.group], rtol=1e-12, atol=0.0)
    below = (units.size < mean[units.group]) & ~close
    counted = units.weight > 0
    held = units.weight * units.size
    units_below, held_below = units.total(units.weight * below), units.total(held * below)
    units_equal, held_equal = units.total(units.weight * close), units.total(held * close)
    largest_below = _extreme(units, below & counted, np.maximum, 0.0)
    smallest_above = _extreme(units, ~below & ~close & counted, np.minimum, np.inf)
    with np.errstate(invalid="ignore"):
        step = np.where(units_equal > 0, 0.0, (mean - largest_below) / (smallest_above - largest_below))
        next_held = np.where(units_equal > 0, 0.0, step * smallest_above)
    share_of_units = units_below + step + units_equal / 2
    share_of_size = held_below + next_held + held_equal / 2
    result = np.full(len(count), np.nan)
    result[defined] = share_of_units[defined] / count[defined] + share_of_size[defined] / amount[defined]
    return result


def gini_jackknife_error(units: RankedSizes) -> FloatArray:
    """Estimate the standard error of the Gini coefficient by the jackknife, in closed form.

    Parameters
    ----------
    units : RankedSizes
        The units, taken as a sample; one of weight w stands for w units that are left out one at a time.

    Returns
    -------
    numpy.ndarray, shape (g,)
        NaN with fewer than two units, or where leaving one out leaves nothing.

    Notes
    -----
    Leaving out unit k changes the numerator of the Gini by a term in k's rank and in the sums below and above it, so
    all leave-one-out values follow from one cumulative sum. A complete census has no sampling error; the figure then
    tells how much the value hangs on single units. Source: Yitzhaki (1991), Journal of Business & Economic Statistics
    9(2), 235-239.

    Examples
    --------
    >>> gini_jackknife_error(RankedSizes.of([1, 2, 3, 4])).round(4).tolist()
    [0.0875]
    """
    count, amount, group = units.count, units.amount, units.group
    held = units.weight * units.size
    centred = 2 * units.rank - units.weight - count[group]
    numerator = units.total(held * centred)
    below = units.running(held) - held
    above = amount[group] - below - held
    left = numerator[group] - units.size * centred + below - above
    rest = (count[group] - 1) * (amount[group] - units.size)
    used = units.weight > 0
    without = np.divide(left, rest, out=np.full(len(left), np.nan), where=used & (rest > 0))
    weighted = np.where(used, units.weight * without, 0.0)
    mean = np.divide(units.total(weighted), count, out=np.full(len(count), np.nan), where=count > 0)
    spread = np.where(used, units.weight * (without - mean[group]) ** 2, 0.0)
    variance = np.full(len(count), np.nan)
    enough = count > 1
    variance[enough] = units.total(spread)[enough] * (count[enough] - 1) / count[enough]
    return np.asarray(np.sqrt(variance))


def bootstrap_error(
    units: RankedSizes,
    *,
    random: np.random.Generator,
    measure: Callable[[RankedSizes], FloatArray] = gini,
    replicates: int = 200,
) -> FloatArray:
    """Estimate the standard error of any measure by the bootstrap, all groups at once.

    Parameters
    ----------
    units : RankedSizes
        The units, each of weight one.
    random : numpy.random.Generator
        Source of the draws.
    measure : callable, default `gini`
        Function of `RankedSizes` that gives one value per group.
    replicates : int, default 200
        Number of samples drawn.

    Returns
    -------
    numpy.ndarray, shape (g,)
        Standard deviation of the measure over the samples; NaN where the measure is.

    Raises
    ------
    ValueError
        If a weight is not one, or fewer than two replicates are asked for.

    Notes
    -----
    As many units as the group has are drawn from it, with replacement; a draw only changes weights, so nothing is
    sorted again. Source: Efron (1979), doi:10.1214/aos/1176344552.

    Examples
    --------
    Units that are all alike give the same value in each sample:

    >>> bootstrap_error(RankedSizes.of([2, 2, 2]), random=np.random.default_rng(1), replicates=50).tolist()
    [0.0]
    """
    if replicates < 2:
        raise ValueError(f"replicates must be 2 or more, got {replicates}")
    if not (units.weight == 1).all():
        raise ValueError("the bootstrap draws single units: every weight must be 1")
    first, length = units.start[:-1][units.group], np.diff(units.start)[units.group]
    values = np.empty((replicates, len(units.start) - 1))
    for row in values:
        drawn = first + random.integers(0, length)
        row[:] = measure(units.reweighted(np.bincount(drawn, minlength=len(first)).astype(np.float64)))
    return np.asarray(values.std(axis=0, ddof=1))


def _extreme(units: RankedSizes, chosen: NDArray[np.bool_], pick: np.ufunc, start: float) -> FloatArray:
    """Least or greatest size of the chosen units of each group."""
    result = np.full(len(units.start) - 1, start)
    pick.at(result, units.group[chosen], units.size[chosen])
    return result


def lorenz_bounds(completed: pd.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Least and greatest share of the land that the smallest holdings of one territory can have.

    Parameters
    ----------
    completed : pandas.DataFrame
        Cells of one territory, as from `comarca.measures.size_classes.complete_cells` with limits that are finite,
        every one with a known number of holdings.

    Returns
    -------
    unit_share, least, most : numpy.ndarray, shape (k,)
        Share of holdings, smallest first, from 0 to 1, and the two ends of the share of land they have.

    Notes
    -----
    Point by point: every Lorenz curve that fits the table runs between the two, but neither end need be a Lorenz curve
    itself where areas are withheld. The smallest holdings have most if those of a class are equal, and if withheld
    areas are as large as they can be below the point and as small above it. They have least if, inside a class of
    limits a and b, the first j of n holdings have ``max(j a, A - (n - j) b)``, and withheld areas are the other way
    round. Where no area is withheld, the areas under the two ends give the bounds of Gastwirth (1972),
    doi:10.2307/1937992.

    Examples
    --------
    Ten holdings under 1 ha with 5 ha together, and one of 15 ha. The smallest five have 2.5 of 20 ha if all ten are
    equal, and none if five have 1 ha each:

    >>> import pandas as pd
    >>> cells = pd.DataFrame({"holdings": [10, 1], "class_min_ha": [0, 1], "class_max_ha": [1, 20],
    ...                       "area_low_ha": [5, 15], "area_high_ha": [5, 15]})
    >>> unit_share, least, most = lorenz_bounds(cells)
    >>> at = np.searchsorted(unit_share, 5 / 11)
    >>> least[at].item(), most[at].item()
    (0.0, 0.125)
    """
    cells = completed.sort_values("class_min_ha")
    columns = ("holdings", "class_min_ha", "class_max_ha", "area_low_ha", "area_high_ha")
    table = cells[list(columns)].to_numpy(dtype=np.float64)
    low_sum, high_sum = table[:, 3].cumsum(), table[:, 4].cumsum()
    before = np.concatenate([[0.0], table[:, 0].cumsum()])
    units, least, most = [np.zeros(1)], [np.zeros(1)], [np.zeros(1)]
    for row, (count, floor, ceiling, low, high) in enumerate(table):
        # A mean outside the limits is the census's own contradiction; it widens the limits.
        limits = min(floor, low / count), max(ceiling, high / count)
        rank = _ranks(count, *limits, low, high)
        area = np.array([[low], [high]])
        equal = high_sum[row] - high + rank / count * area
        most.append((equal / (high_sum[row] - high + area + low_sum[-1] - low_sum[row])).max(axis=0))
        left = count - rank
        first, rest = rank * limits[0], np.where(left > 0, left, 0.0) * np.where(left > 0, limits[1], 0.0)
        total = np.clip(first + rest, low, high)
        below, above = low_sum[row] - low, high_sum[-1] - high_sum[row]
        least.append((below + np.maximum(first, total - rest)) / (below + total + above))
        units.append((before[row] + rank) / before[-1])
    return np.concatenate(units), np.concatenate(least), np.concatenate(most)


def _ranks(count: float, floor: float, ceiling: float, low: float, high: float) -> FloatArray:
    """Numbers of holdings of a class to take the bounds at: among them where they bend, and the last but one."""
    bends = [count - 1.0]
    if floor < ceiling < np.inf:
        bends += [(count * ceiling - area) / (ceiling - floor) for area in (low, high)]
    ranks = np.concatenate([np.linspace(0.0, count, _STEPS + 1), np.floor(bends), np.ceil(bends)])
    return np.unique(np.clip(np.round(ranks), 0.0, count))[1:]
