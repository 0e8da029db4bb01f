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


class _Heap(NamedTuple):
    """Cells in the order of their minutes, the first on top; the position of each cell, -1 if it is not in it."""

    cells: Integers
    position: Integers


@compiled
def _rise(heap: _Heap, minutes: Floats, place: int) -> None:
    """Move an entry up while it is before its parent."""
    cell = heap.cells[place]
    while place > 0:
        parent = (place - 1) // 2
        above = heap.cells[parent]
        if minutes[above] <= minutes[cell]:
            break
        heap.cells[place], heap.position[above] = above, place
        place = parent
    heap.cells[place], heap.position[cell] = cell, place


@compiled
def _sink(heap: _Heap, minutes: Floats, size: int) -> None:
    """Move the top entry down while a child is before it."""
    cell, place = heap.cells[0], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and minutes[heap.cells[child + 1]] < minutes[heap.cells[child]]:
            child += 1
        below = heap.cells[child]
        if minutes[cell] <= minutes[below]:
            break
        heap.cells[place], heap.position[below] = below, place
        place = child
    heap.cells[place], heap.position[cell] = cell, place


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
    heap = _Heap(np.empty(pace.size, dtype=np.int64), np.full(pace.size, -1, dtype=np.int64))
    size = 0
    for seed in range(len(seed_cell)):
        cell = seed_cell[seed]
        if seed_min[seed] < walks.minutes[cell] and np.isfinite(pace[cell // columns, cell % columns]):
            walks.minutes[cell], walks.seed[cell] = seed_min[seed], seed
            heap.cells[size] = cell
            _rise(heap, walks.minutes, size)
            size += 1
    while size > 0:
        cell = heap.cells[0]
        size -= 1
        heap.position[cell] = -1
        if size > 0:
            heap.cells[0] = heap.cells[size]
            _sink(heap, walks.minutes, size)
        row, column = cell // columns, cell % columns
        for down, right in _NEIGHBOURS:
            y, x = row + down, column + right
            if y < 0 or x < 0 or y >= rows or x >= columns or not np.isfinite(pace[y, x]):
                continue
            if not (np.isfinite(pace[row, x]) or np.isfinite(pace[y, column])):
                continue
            step_m = cell_m * np.hypot(down, right)
            minutes = walks.minutes[cell] + _step_min(pace, height, step_m, (y, x), (row, column))
            other = y * columns + x
            if minutes < walks.minutes[other]:
                if heap.position[other] < 0:
                    heap.position[other] = size
                    heap.cells[size] = other
                    size += 1
                walks.minutes[other], walks.seed[other] = minutes, walks.seed[cell]
                walks.km[other] = walks.km[cell] + step_m
                _rise(heap, walks.minutes, heap.position[other])
