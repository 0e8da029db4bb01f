"""Sort values into map classes: breaks by mapclassify, rounded so that no value changes its class."""

from __future__ import annotations

import math
import warnings
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
    """

    breaks: tuple[float, ...]
    low: float
    high: float
    zero_apart: bool = False
    is_integer: bool = False

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
        Number of classes wished for, 2 to 9; fewer if there are fewer distinct values.
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
    last value of one class and the first of the next.
    """
    if scheme not in SCHEMES:
        remedy = did_you_mean(scheme, SCHEMES)
        raise ConfigError("maps.scheme", got=scheme, expected=f"one of {sorted(SCHEMES)}", remedy=remedy)
    if not 2 <= k <= 9:
        raise ConfigError("maps.classes", got=k, expected="a number from 2 to 9")
    values = np.asarray(values, dtype=float)
    known = np.sort(values[np.isfinite(values)])
    if len(known) == 0:
        return None
    low, high = float(known[0]), float(known[-1])
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
    import mapclassify  # takes a second: maps whose classes were made beforehand do without it

    if scheme == "fisher_jenks" and len(known) > MAX_EXACT:
        # Evenly spaced order statistics: unlike a random sample, they give the same map twice.
        known = known[np.linspace(0, len(known) - 1, MAX_EXACT).astype(int)]
    if scheme == "natural_breaks":
        return np.asarray(mapclassify.NaturalBreaks(known, k=k, initial=1).bins[:-1], dtype=float)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        return np.asarray(getattr(mapclassify, SCHEMES[scheme])(known, k=k).bins[:-1], dtype=float)


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
