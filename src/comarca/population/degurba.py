"""Degree of urbanisation, level 1: cells of a 1 km population grid, and units by the cells their people live in.

The rules are those endorsed by the UN Statistical Commission (2020), doi:10.2785/706535: urban centres, urban
clusters, rural cells; cities, towns and semi-dense areas, rural areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    LabelArray = NDArray[np.int32]
    ClassArray = NDArray[np.int8]

RURAL_CELL: Final = 1
URBAN_CLUSTER: Final = 2
URBAN_CENTRE: Final = 3

_CENTRE_DENSITY: Final = 1_500.0
_CENTRE_PERSONS: Final = 50_000.0
_CLUSTER_DENSITY: Final = 300.0
_CLUSTER_PERSONS: Final = 5_000.0
_GAP_KM2: Final = 15.0
_MAJORITY: Final = 5

_FOUR: Final = ndimage.generate_binary_structure(2, 1)
_EIGHT: Final = ndimage.generate_binary_structure(2, 2)


class CellClasses(NamedTuple):
    """What a population grid says of its cells.

    Attributes
    ----------
    cell_class : numpy.ndarray of int8, shape (rows, columns)
        As from `classify_cells`.
    settlement : numpy.ndarray of int32, shape (rows, columns)
        Number of the group of cells of at least 300 persons/km2, touching along an edge or at a corner, that the cell
        is part of, whatever its population; 0 outside.
    """

    cell_class: ClassArray
    settlement: LabelArray


def classify_cells(persons: ArrayLike, *, land_km2: ArrayLike | float = 1.0) -> ClassArray:
    """Classify the cells of a population grid.

    Parameters
    ----------
    persons : array-like, shape (rows, columns)
        Inhabitants per cell of an equal-area grid of 1 km; NaN where nothing is known, taken as nobody.
    land_km2 : array-like, shape (rows, columns), or float, optional
        Land in each cell; density is per km2 of it. 1 if not given.

    Returns
    -------
    numpy.ndarray of int8, shape (rows, columns)
        3 for cells of urban centres, 2 for other cells of urban clusters, 1 for rural cells.

    Notes
    -----
    Urban centre: cells of at least 1,500 persons/km2 that touch along an edge and hold at least 50,000 persons
    together; then smoothed (a cell joins the centre that at least five of its eight neighbours belong to, until nothing
    changes) and gaps below 15 km2 inside one centre filled. Urban cluster: cells of at least 300 persons/km2 that touch
    along an edge or at a corner and hold at least 5,000 persons together. A grid that stops at a border cuts
    clusters that go on beyond it, and so understates how urban its edge is.
    """
    people = np.nan_to_num(np.asarray(persons, dtype=float))
    land = np.broadcast_to(np.asarray(land_km2, dtype=float), people.shape)
    density = np.divide(people, land, out=np.zeros_like(people), where=land > 0)
    centres = fill_gaps(smooth_edges(clusters(people, density >= _CENTRE_DENSITY, _FOUR, _CENTRE_PERSONS)))
    cluster = clusters(people, density >= _CLUSTER_DENSITY, _EIGHT, _CLUSTER_PERSONS)
    classes = np.select([centres > 0, cluster > 0], [URBAN_CENTRE, URBAN_CLUSTER], RURAL_CELL)
    return classes.astype(np.int8)


def classify_units(centre_share: ArrayLike, rural_share: ArrayLike) -> NDArray[np.object_]:
    """Classify units by the cells their people live in.

    Parameters
    ----------
    centre_share, rural_share : array-like, shape (n,)
        Share of each unit's people in urban centres, and in rural cells; NaN where nobody lives.

    Returns
    -------
    numpy.ndarray of str or None, shape (n,)
        ``city`` (at least half in urban centres), ``rural`` (more than half in rural cells), else ``town``; None
        where a share is NaN.
    """
    centre, rural = np.asarray(centre_share, dtype=float), np.asarray(rural_share, dtype=float)
    unknown = np.isnan(centre) | np.isnan(rural)
    units = np.select([centre >= 0.5, rural > 0.5], ["city", "rural"], "town").astype(object)
    units[unknown] = None
    return units


def classify_grid(persons: FloatArray) -> CellClasses:
    """Classify the cells of a population grid, and number its settlements.

    Parameters
    ----------
    persons : numpy.ndarray, shape (rows, columns)
        As for `classify_cells`; all of a cell counts as land.

    Returns
    -------
    CellClasses
        Classes and settlements.
    """
    settled = clusters(persons, persons >= _CLUSTER_DENSITY, _EIGHT, 0.0)
    return CellClasses(classify_cells(persons), settled)


def clusters(
    persons: FloatArray, dense: NDArray[np.bool_], neighbours: NDArray[np.bool_], least_persons: float
) -> LabelArray:
    """Label the groups of neighbouring dense cells that hold enough people.

    Parameters
    ----------
    persons : numpy.ndarray, shape (rows, columns)
        Inhabitants per cell.
    dense : numpy.ndarray of bool, shape (rows, columns)
        Which cells can be members.
    neighbours : numpy.ndarray of bool, shape (3, 3)
        Which cells touch: four along edges, or eight.
    least_persons : float
        Fewest inhabitants of a cluster.

    Returns
    -------
    numpy.ndarray of int32, shape (rows, columns)
        Number of the cluster from 1 on, 0 outside; numbers of dropped groups are left out.
    """
    labels, _ = ndimage.label(dense, neighbours)
    total = np.bincount(labels.ravel(), weights=persons.ravel())
    kept: LabelArray = np.where(total[labels] >= least_persons, labels, 0).astype(np.int32)
    return kept


def smooth_edges(labels: LabelArray) -> LabelArray:
    """Add each cell to the cluster that at least five of its eight neighbours belong to, until nothing changes.

    Parameters
    ----------
    labels : numpy.ndarray of int32, shape (rows, columns)
        Number of the cluster, 0 outside.

    Returns
    -------
    numpy.ndarray of int32, shape (rows, columns)
        The clusters grown; cells of a cluster never leave it.
    """
    padded = np.pad(labels, 1)
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column]
    new = padded > 0
    while new.any():
        near = ndimage.binary_dilation(new, _EIGHT) & (padded == 0)
        near[[0, -1]] = near[:, [0, -1]] = False
        rows, columns = np.nonzero(near)
        around = np.sort(np.stack([padded[rows + row, columns + column] for row, column in shifts], axis=1), axis=1)
        won = np.zeros(len(rows), dtype=padded.dtype)
        for first in range(around.shape[1] - _MAJORITY + 1):
            same = around[:, first] == around[:, first + _MAJORITY - 1]
            won = np.where(same & (around[:, first] > 0), around[:, first], won)
        padded[rows, columns] = won
        new = np.zeros_like(near)
        new[rows, columns] = won > 0
    return padded[1:-1, 1:-1].copy()


def fill_gaps(labels: LabelArray, *, max_gap_km2: float = _GAP_KM2) -> LabelArray:
    """Fill small gaps that lie inside one cluster.

    Parameters
    ----------
    labels : numpy.ndarray of int32, shape (rows, columns)
        Number of the cluster, 0 outside; cells of 1 km2.
    max_gap_km2 : float, optional
        Gaps below this area are filled.

    Returns
    -------
    numpy.ndarray of int32, shape (rows, columns)
        The clusters filled. A gap that touches two clusters, or the edge of the grid, stays.
    """
    # The frame joins all that touches the edge into one gap, which is never filled.
    padded = np.pad(labels, 1)
    gaps, count = ndimage.label(padded == 0, _FOUR)
    low, high = np.full(count + 1, np.iinfo(np.int32).max), np.zeros(count + 1, dtype=np.int32)
    for axis in (0, 1):
        for a, b in ((slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))):
            here, there = (gaps[a], padded[b]) if axis == 0 else (gaps[:, a], padded[:, b])
            at_rim = (here > 0) & (there > 0)
            np.minimum.at(low, here[at_rim], there[at_rim])
            np.maximum.at(high, here[at_rim], there[at_rim])
    filled = (low == high) & (np.bincount(gaps.ravel(), minlength=count + 1) < max_gap_km2)
    filled[[0, gaps[0, 0]]] = False
    return np.where(filled[gaps], high[gaps], padded)[1:-1, 1:-1].astype(np.int32)
