"""Types of territorial change: whether income grew, poverty fell and the distribution of income became more equal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    TextArray = NDArray[np.str_]

#: Order of the letters of a type.
DIMENSIONS: Final = ("growth", "poverty", "distribution")
#: What a letter says: improvement, no change, no improvement.
LETTERS: Final = ("W", "N", "L")
#: All types, from improvement on all three to none; the first and the last eight of them without an N are the usual.
TYPES: Final = tuple("".join(letters) for letters in itertools.product(LETTERS, repeat=3))
#: Differences below this are rounding of the computer, not change.
_TIE: Final = 1e-9


def change_letters(
    improvement: ArrayLike,
    *,
    threshold: float = 0.0,
    z: ArrayLike | None = None,
    level: float = 0.05,
    no_change: bool = False,
) -> TextArray:
    """Say of each change whether it is an improvement.

    Parameters
    ----------
    improvement : array-like, shape (n,)
        Change, turned so that above 0 is better. NaN where it is not known.
    threshold : float, default 0
        What an improvement has to exceed, and a worsening too; not negative.
    z : array-like, shape (n,), optional
        Change over its standard error; NaN where no error is known.
    level : float, default 0.05
        Level of the two-sided test on `z`.
    no_change : bool, default False
        Whether "no change" is a letter of its own also where no error is known.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        ``W`` above the threshold, ``L`` below its negative, each only if significant where `z` is known. In between
        ``N`` where `z` is known or `no_change` is set, else ``L``: no change is not an improvement. Empty where the
        change is not known.

    Raises
    ------
    ValueError
        If the threshold is negative, or the level is not between 0 and 1.

    Examples
    --------
    >>> change_letters([1.5, 0.0, -2.0]).tolist()
    ['W', 'L', 'L']
    >>> change_letters([1.5, 1.5], z=[2.5, 1.2]).tolist()
    ['W', 'N']
    """
    if threshold < 0 or not 0 < level < 1:
        raise ValueError(f"threshold must be 0 or more and level between 0 and 1, got {threshold} and {level}")
    change = np.asarray(improvement, dtype=np.float64)
    ratio = np.full(change.shape, np.nan) if z is None else np.asarray(z, dtype=np.float64)
    is_tested = ~np.isnan(ratio)
    is_clear = ~is_tested | (np.abs(ratio) >= scipy.special.ndtri(1 - level / 2))
    limit = threshold + _TIE
    between = np.where(is_tested | no_change, "N", "L")
    letters = np.where((change > limit) & is_clear, "W", np.where((change < -limit) & is_clear, "L", between))
    return np.where(np.isnan(change), "", letters)


def join_letters(letters: Sequence[TextArray]) -> NDArray[np.object_]:
    """Join the letters of several dimensions to types.

    Parameters
    ----------
    letters : sequence of numpy.ndarray of str, each of shape (n,)
        Letters per dimension, in the order of `DIMENSIONS`.

    Returns
    -------
    numpy.ndarray of object, shape (n,)
        Types such as ``WWL``; None where a letter is not known.

    Examples
    --------
    >>> join_letters([np.array(["W", "W"]), np.array(["L", ""]), np.array(["W", "W"])]).tolist()
    ['WLW', None]
    """
    rows = np.column_stack(letters)
    complete = (rows != "").all(axis=1)
    joined = ["".join(row) if is_complete else None for row, is_complete in zip(rows, complete, strict=True)]
    return np.array(joined, dtype=object)


def change_z(change: ArrayLike, first_error: ArrayLike, last_error: ArrayLike) -> FloatArray:
    """Change over its standard error, for two independent samples.

    Parameters
    ----------
    change : array-like, shape (n,)
        Last minus first estimate.
    first_error, last_error : array-like, shape (n,)
        Standard errors of the two estimates, in the same unit.

    Returns
    -------
    numpy.ndarray, shape (n,)
        ``change / sqrt(first_error**2 + last_error**2)``; NaN where an error is not known, infinite (or 0 for no
        change) where both errors are 0.

    Notes
    -----
    Panels and repeated censuses of the same households have positively correlated errors: the ratio errs towards 0.

    Examples
    --------
    >>> change_z([10.0], [3.0], [4.0]).tolist()
    [2.0]
    """
    difference = np.asarray(change, dtype=np.float64)
    error = np.hypot(np.asarray(first_error, dtype=np.float64), np.asarray(last_error, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = difference / error
    return np.where((error == 0) & (difference == 0), 0.0, ratio)
