"""Amounts as circles whose area is proportional to the value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.publish.words import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Radius of the largest circle, inches: at most this, and less where there are many territories.
MAX_RADIUS_IN: Final = 0.42
MIN_RADIUS_IN: Final = 0.08
#: Share of the map that circles would cover if all were the largest.
_COVER: Final = 0.6


def largest_radius_in(area_in2: float, count: int) -> float:
    """Choose the radius of the largest circle.

    Parameters
    ----------
    area_in2 : float
        Area of the region on paper, square inches.
    count : int
        Number of territories.

    Returns
    -------
    float
        Inches.
    """
    even = math.sqrt(_COVER * area_in2 / max(count, 1) / math.pi)
    return float(min(max(even, MIN_RADIUS_IN), MAX_RADIUS_IN))


def radii_in(values: NDArray[np.float64], largest_in: float) -> NDArray[np.float64]:
    """Radius of each circle, inches: the area is proportional to the value; missing and zero have none."""
    most = np.nanmax(values)
    share = np.nan_to_num(values, nan=0.0).clip(min=0.0) / (most if most > 0 else 1.0)
    return np.asarray(largest_in * np.sqrt(share))


def legend_circles(values: NDArray[np.float64], largest_in: float, language: str) -> list[tuple[str, float]]:
    """Choose round amounts to explain the circles with.

    Parameters
    ----------
    values : numpy.ndarray
        The amounts, NaN where missing; at least one is positive.
    largest_in : float
        Radius of the greatest value, inches.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    list of tuple
        Label and radius, the largest first: the greatest round amount that occurs, and about a quarter and a twentieth
        of it.
    """
    most = float(np.nanmax(values))
    amounts = dict.fromkeys(amount for share in (1.0, 0.25, 0.05) if (amount := _round_down(most * share)) >= 1)
    return [(number(amount, language), largest_in * math.sqrt(amount / most)) for amount in amounts]


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value)) if value >= 1 else 1.0
    return max((step * power for step in (1, 2, 5) if step * power <= value), default=0.0)
