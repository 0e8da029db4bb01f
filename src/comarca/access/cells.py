"""Quickest walks over the cells of a friction surface, from every cell to the nearest of some starting cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from comarca.access.friction import FASTEST_SLOPE, STEEPNESS
from comarca.roads.compiled import compiled
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_NEIGHBOURS: Final = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


class Seeds(NamedTuple):
    """Cells from which it is known how long the way on takes.

    Attributes
    ----------
    cell : numpy.ndarray, shape (s,)
        Passable cells.
    minutes : numpy.ndarray, shape (s,)
        Time on from the middle of the cell.
    """

    cell: Integers
    minutes: Floats


class CellWalks(NamedTuple):
    """The quickest walk from each cell to a seed, and on from there.

    Attributes
    ----------
    minutes : numpy.ndarray, shape (rows * columns,)
        Time from the middle of the cell; infinite where no seed is reached.
    km : numpy.ndarray, shape (rows * columns,)
        Length of the walk to the seed.
    seed : numpy.ndarray, shape (rows * columns,)
        Number of the seed, -1 where none is reached.
    """

    minutes: Floats
    km: Floats
    seed: Integers


def walk_to_seeds(friction: FrictionSurface, seeds: Seeds) -> CellWalks:
    """Find the quickest walk over a friction surface from every cell to one of the seeds.

    Parameters
    ----------
    friction : FrictionSurface
        The surface.
    seeds : Seeds
        Where walks may end.

    Returns
    -------
    CellWalks
        One walk per cell.

    Notes
    -----
    Dijkstra (1959), doi:10.1007/BF01386390, from the seeds backwards over the eight neighbours of each cell. A step
    takes its length times the mean of both cells' minutes per metre, times `slope_factor` of its slope; where a height
    is not known the land is taken as level. No step goes between two barriers that touch at a corner, so a line of
    barriers is closed also where it runs diagonally. Eight directions make ways on the plane longer than straight by at
    most ``1 / cos(pi / 8)``, 8.2 %, and by 5.5 % on average.
    """
    pace = friction.min_per_m
    height = np.zeros((0, 0)) if friction.elevation_m is None else friction.elevation_m
    walks = CellWalks(np.full(pace.size, np.inf), np.zeros(pace.size), np.full(pace.size, -1))
    order = np.argsort(seeds.minutes, kind="stable")
    _walk(
        np.ascontiguousarray(pace, dtype=float),
        np.ascontiguousarray(height, dtype=float),
        float(friction.grid.cell_m),
        seeds.cell[order],
        seeds.minutes[order],
        walks,
    )
    is_reached = walks.seed >= 0
    walks.seed[is_reached] = order[walks.seed[is_reached]]
    return walks._replace(km=np.where(is_reached, walks.km / M_PER_KM, np.nan))


@compiled
def _push(heap_min: Floats, heap_cell: Integers, size: int, minutes: float, cell: int) -> None:
    """Put an entry into a heap of `size` entries, the least on top."""
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap_min[parent] <= minutes:
            break
        heap_min[place], heap_cell[place] = heap_min[parent], heap_cell[parent]
        place = parent
    heap_min[place], heap_cell[place] = minutes, cell


@compiled
def _pop(heap_min: Floats, heap_cell: Integers, size: int) -> None:
    """Take the top off a heap of `size` entries."""
    minutes, cell, place = heap_min[size - 1], heap_cell[size - 1], 0
    while 2 * place + 1 < size - 1:
        child = 2 * place + 1
        if child + 1 < size - 1 and heap_min[child + 1] < heap_min[child]:
            child += 1
        if minutes <= heap_min[child]:
            break
        heap_min[place], heap_cell[place] = heap_min[child], heap_cell[child]
        place = child
    heap_min[place], heap_cell[place] = minutes, cell


@compiled
def _step_min(pace: Floats, height: Floats, step_m: float, start: tuple[int, int], end: tuple[int, int]) -> float:
    """Time from the middle of a cell to that of its neighbour."""
    minutes = step_m * ((pace[start] + pace[end]) / 2)
    if height.size > 0:
        slope = (height[end] - height[start]) / step_m
        if not np.isnan(slope):
            minutes *= np.exp(STEEPNESS * (abs(slope - FASTEST_SLOPE) + FASTEST_SLOPE))
    return float(minutes)


@compiled
def _walk(pace: Floats, height: Floats, cell_m: float, seed_cell: Integers, seed_min: Floats, walks: CellWalks) -> None:
    """Settle the cells in the order of their minutes; seeds come sorted."""
    rows, columns = pace.shape
    heap_min, heap_cell, size = np.empty(len(seed_cell) + 1024), np.empty(len(seed_cell) + 1024, dtype=np.int64), 0
    for seed in range(len(seed_cell)):
        cell = seed_cell[seed]
        if seed_min[seed] < walks.minutes[cell] and np.isfinite(pace[cell // columns, cell % columns]):
            walks.minutes[cell], walks.seed[cell] = seed_min[seed], seed
            _push(heap_min, heap_cell, size, seed_min[seed], cell)
            size += 1
    while size > 0:
        reached_min, cell = heap_min[0], heap_cell[0]
        _pop(heap_min, heap_cell, size)
        size -= 1
        if reached_min > walks.minutes[cell]:
            continue
        if size + len(_NEIGHBOURS) > len(heap_min):
            heap_min = np.concatenate((heap_min, np.empty_like(heap_min)))
            heap_cell = np.concatenate((heap_cell, np.empty_like(heap_cell)))
        row, column = cell // columns, cell % columns
        for down, right in _NEIGHBOURS:
            y, x = row + down, column + right
            if y < 0 or x < 0 or y >= rows or x >= columns or not np.isfinite(pace[y, x]):
                continue
            if not (np.isfinite(pace[row, x]) or np.isfinite(pace[y, column])):
                continue
            step_m = cell_m * np.hypot(down, right)
            minutes = reached_min + _step_min(pace, height, step_m, (y, x), (row, column))
            other = y * columns + x
            if minutes < walks.minutes[other]:
                walks.minutes[other], walks.seed[other] = minutes, walks.seed[cell]
                walks.km[other] = walks.km[cell] + step_m
                _push(heap_min, heap_cell, size, minutes, other)
                size += 1
