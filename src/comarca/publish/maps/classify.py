"""Sort values into map classes: breaks by mapclassify, rounded so that no value changes its class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Scheme in the configuration -> class of mapclassify that takes a number of classes.
SCHEMES: Final = {
    "quantiles": "Quantiles",
    "fisher_jenks": "FisherJenks",
    "natural_breaks": "NaturalBreaks",
    "equal_interval": "EqualInterval",
    "pretty_breaks": "PrettyBreaks",
}
#: Exact Fisher-Jenks takes time in the square of the number of values; beyond this it is fitted to a sample.
MAX_EXACT: Final = 400
#: Values that differ by less than this share of the greatest are one class.
MIN_RANGE_SHARE: Final = 1e-3
#: There are at most as many classes as a third of the values, but two.
VALUES_PER_CLASS: Final = 3
#: A share of zeros from which on they are a class of their own.
ZERO_CLASS_SHARE: Final = 0.1


@dataclass(frozen=True)
class Classes:
    """Classes of a numeric map.

    Attributes
    ----------
    breaks : tuple of float
        Limits between classes, rising. Class i holds ``breaks[i - 1] <= value < breaks[i]``; the first and the
        last class are open.
    low, high : float
        Least and greatest value.
    zero_apart : bool
        Whether the first class holds zeros only.
    is_integer : bool
        Whether the values are whole numbers.
    is_change : bool
        Whether the middle class is no change: limits mirror each other at zero, and so do the values that they hold.
    """

    breaks: tuple[float, ...]
    low: float
    high: float
    zero_apart: bool = False
    is_integer: bool = False
    is_change: bool = False

    @property
    def count(self) -> int:
        """Number of classes."""
        return len(self.breaks) + 1

    @property
    def is_diverging(self) -> bool:
        """Whether values lie on both sides of zero."""
        return self.low < 0 < self.high

    def assign(self, values: ArrayLike) -> NDArray[np.int64]:
        """Find the class of each value.

        Parameters
        ----------
        values : array-like, shape (n,)
            Numbers; NaN where missing.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Class numbers from 0; -1 where missing.
        """
        values = np.asarray(values, dtype=float)
        found = np.searchsorted(self.breaks, values, side="right")
        if self.is_change:
            found = np.where(values < 0, np.searchsorted(self.breaks, values, side="left"), found)
        return np.where(np.isnan(values), -1, found)


def classify(
    values: ArrayLike,
    *,
    scheme: str = "fisher_jenks",
    k: int = 5,
    is_integer: bool = False,
    breaks: tuple[float, ...] | None = None,
) -> Classes | None:
    """Make classes for a map.

    Parameters
    ----------
    values : array-like, shape (n,)
        Numbers; NaN where missing.
    scheme : str, optional
        A key of `SCHEMES`.
    k : int, optional
        Number of classes wished for, 2 to 9; fewer if there are fewer distinct values, or fewer than three per class.
    is_integer : bool, optional
        Whether the values are counts or ranks.
    breaks : tuple of float, optional
        Limits to use instead, such as another year's.

    Returns
    -------
    Classes or None
        None if there is no value at all.

    Raises
    ------
    ConfigError
        If there is no such scheme, or `k` is out of bounds.

    Notes
    -----
    Zeros get a class of their own if they are at least `ZERO_CLASS_SHARE` of the values and none is negative. Values on
    both sides of zero get breaks that mirror each other at zero. A break is the roundest number in the gap between the
    last value of one class and the first of the next. Values within `MIN_RANGE_SHARE` of each other are one class.
    """
    if scheme not in SCHEMES:
        remedy = did_you_mean(scheme, SCHEMES)
        raise ConfigError("maps.scheme", got=scheme, expected=f"one of {sorted(SCHEMES)}", remedy=remedy)
    if not 2 <= k <= 9:
        raise ConfigError("maps.classes_count", got=k, expected="a number from 2 to 9")
    values = np.asarray(values, dtype=float)
    known = np.sort(values[np.isfinite(values)])
    if len(known) == 0:
        return None
    low, high = float(known[0]), float(known[-1])
    k = min(k, max(2, len(known) // VALUES_PER_CLASS))
    if breaks is None and high - low <= MIN_RANGE_SHARE * max(abs(low), abs(high)):
        return Classes((), low, high, is_integer=is_integer)
    if breaks is not None:
        return Classes(tuple(sorted(breaks)), low, high, is_integer=is_integer)
    if low < 0 < high:
        return Classes(_mirrored(known, scheme, k), low, high, is_integer=is_integer)
    zero_apart = bool(low == 0 < high and np.mean(known == 0) >= ZERO_CLASS_SHARE)
    rest = known[known > 0] if zero_apart else known
    inner = _rounded(rest, _limits(rest, scheme, k - zero_apart))
    first = (_roundest(0.0, float(rest[0])),) if zero_apart else ()
    return Classes((*first, *inner), low, high, zero_apart=zero_apart, is_integer=is_integer)


def class_breaks(values: ArrayLike, *, scheme: str = "fisher_jenks", k: int = 5) -> tuple[float, ...]:
    """Limits between classes, to use the same ones for several regions or years.

    Parameters
    ----------
    values : array-like, shape (n,)
        The values of all regions or years together; NaN where missing.
    scheme, k : str, int, optional
        As in `classify`.

    Returns
    -------
    tuple of float
        Rising; empty if there is no value.
    """
    classes = classify(values, scheme=scheme, k=k)
    return classes.breaks if classes else ()


def _limits(known: NDArray[np.float64], scheme: str, k: int) -> NDArray[np.float64]:
    """Greatest value of each class but the last."""
    distinct = np.unique(known)
    if len(distinct) <= k or k < 2:
        return distinct[:-1] if k > 1 else distinct[:0]
    if scheme == "fisher_jenks":
        # Evenly spaced order statistics: unlike a random sample, they give the same map twice.
        several = known[np.linspace(0, len(known) - 1, MAX_EXACT).astype(int)] if len(known) > MAX_EXACT else known
        return fisher_jenks(several, k)
    import mapclassify  # takes many seconds, as it compiles its own functions

    if scheme == "natural_breaks":
        return np.asarray(mapclassify.NaturalBreaks(known, k=k, initial=1).bins[:-1], dtype=float)
    return np.asarray(getattr(mapclassify, SCHEMES[scheme])(known, k=k).bins[:-1], dtype=float)


def fisher_jenks(known: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Divide sorted values into the classes with the least sum of squares about their means.

    Parameters
    ----------
    known : numpy.ndarray, shape (n,)
        Rising, more distinct values than `k`.
    k : int
        Number of classes.

    Returns
    -------
    numpy.ndarray, shape (k - 1,)
        Greatest value of each class but the last.

    Notes
    -----
    Exact, by dynamic programming over the last value of each class (Fisher 1958, doi:10.1080/01621459.1958.10501479):
    the same limits as ``mapclassify.FisherJenks``, which compiles for twelve seconds at its first import.
    """
    count = len(known)
    total, squares = np.r_[0.0, np.cumsum(known - known[0])], np.r_[0.0, np.cumsum((known - known[0]) ** 2)]
    first, last = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    size = np.maximum(last - first, 1)
    spread = squares[last] - squares[first] - (total[last] - total[first]) ** 2 / size
    spread = np.where(last > first, np.maximum(spread, 0.0), np.inf)
    best, origins = spread[0], []
    for _ in range(k - 1):
        # best[j]: least sum for the first j + 1 values so far; the next class begins after value i.
        sums = best[:-1, None] + spread[1:, :]
        origins.append(np.argmin(sums, axis=0))
        best = sums.min(axis=0)
    ends, end = [], count - 1
    for origin in reversed(origins):
        end = int(origin[end])
        ends.append(end)
    return known[ends[::-1]]


def _rounded(known: NDArray[np.float64], limits: NDArray[np.float64]) -> tuple[float, ...]:
    """Turn limits into breaks: the roundest number in the gap after each. Empty classes vanish."""
    gaps = {int(np.searchsorted(known, limit, side="right")) for limit in limits}
    return tuple(_roundest(float(known[gap - 1]), float(known[gap])) for gap in sorted(gaps) if 0 < gap < len(known))


def _mirrored(known: NDArray[np.float64], scheme: str, k: int) -> tuple[float, ...]:
    size = np.sort(np.abs(known[known != 0]))
    positive = _rounded(size, _limits(size, scheme, max(k // 2, 1) + k % 2))
    below = [-limit for limit in reversed(positive) if known[0] < -limit]
    return (*below, 0.0, *(limit for limit in positive if known[-1] >= limit))


def _roundest(above: float, upto: float) -> float:
    """Roundest number r with ``above < r <= upto``."""
    power = math.floor(math.log10(max(abs(above), abs(upto))))
    for exponent in range(power + 1, power - 16, -1):
        for step in (5, 2, 1):
            width = step * 10.0**exponent
            candidate = math.floor(upto / width) * width
            if above < (candidate := float(f"{candidate:.15g}")) <= upto:
                return candidate
    return upto
