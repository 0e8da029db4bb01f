"""Numbers that occur more than once in arrays of many millions, by sorting: a table of all of them would not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]


def repeated(blocks: Sequence[Integers]) -> Integers:
    """Find the numbers that occur more than once.

    Parameters
    ----------
    blocks : sequence of numpy.ndarray of int
        The numbers, in any order.

    Returns
    -------
    numpy.ndarray of int
        Each of them once, ascending.

    Examples
    --------
    >>> repeated([np.array([4, 7]), np.array([7, 1, 4, 7])]).tolist()
    [4, 7]
    """
    if not blocks:
        return np.empty(0, dtype=np.int64)
    numbers = np.concatenate(blocks)
    numbers.sort()
    again = numbers[1:][numbers[1:] == numbers[:-1]]
    return np.asarray(again[np.append(True, again[1:] != again[:-1])[: len(again)]])


def is_among(numbers: Integers, some: Integers) -> NDArray[np.bool_]:
    """Tell which numbers are among some.

    Parameters
    ----------
    numbers : numpy.ndarray of int, shape (n,)
        The numbers.
    some : numpy.ndarray of int
        Ascending.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Whether each is.

    Examples
    --------
    >>> is_among(np.array([5, 4, 9]), np.array([4, 7])).tolist()
    [False, True, False]
    """
    if not len(some):
        return np.zeros(len(numbers), dtype=bool)
    place = np.minimum(np.searchsorted(some, numbers), len(some) - 1)
    return np.asarray(some[place] == numbers)
