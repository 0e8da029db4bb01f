"""How far the Lorenz curve of holdings known by size class may run from the one drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

#: Places inside a class at which the bounds are taken.
_STEPS: Final = 24


def lorenz_bounds(completed: pd.DataFrame) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Least and greatest share of the land that the smallest holdings of one territory can have.

    Parameters
    ----------
    completed : pandas.DataFrame
        Cells of one territory, as from `comarca.measures.size_classes.complete_cells` with limits that are finite, every one with a
        known number of holdings.

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
