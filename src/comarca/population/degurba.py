"""Degree of urbanisation, levels 1 and 2: cells of a 1 km population grid, and units by the cells their people live in.

The rules are those endorsed by the UN Statistical Commission (2020), doi:10.2785/706535, with the rules for semi-dense
clusters and for units of level 2 as the methodological manual has them since July 2024.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import scipy

if TYPE_CHECKING:
    from collections.abc import Mapping

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

#: Codes of level 2, as in GHS-SMOD.
VERY_LOW_DENSITY: Final = 11
LOW_DENSITY: Final = 12
RURAL_CLUSTER: Final = 13
SUBURBAN: Final = 21
SEMI_DENSE_CLUSTER: Final = 22
DENSE_CLUSTER: Final = 23
CENTRE: Final = 30
DETAILED_CODES: Final = (
    CENTRE, DENSE_CLUSTER, SEMI_DENSE_CLUSTER, SUBURBAN, RURAL_CLUSTER, LOW_DENSITY, VERY_LOW_DENSITY,
)  # fmt: skip

_SEMI_DENSE_DENSITY: Final = 900.0
_SEMI_DENSE_PERSONS: Final = 2_500.0
_SEMI_DENSE_APART_CELLS: Final = 2
_RURAL_CLUSTER_PERSONS: Final = 500.0
_LOW_DENSITY: Final = 50.0
#: Half of the people, less what sums of shares lose by rounding.
_HALF: Final = 0.5 - 1e-12

_FOUR: Final = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
_EIGHT: Final = np.ones((3, 3), dtype=bool)


class CellClasses(NamedTuple):
    """What a population grid says of its cells.

    Attributes
    ----------
    cell_class : numpy.ndarray of int8, shape (rows, columns)
        As from `classify_cells`.
    detailed_class : numpy.ndarray of int8, shape (rows, columns)
        As from `classify_cells_in_detail`.
    settlement : numpy.ndarray of int32, shape (rows, columns)
        Number of the group of cells of at least 300 persons/km2, touching along an edge or at a corner, that the cell
        is part of, whatever its population; 0 outside.
    centre : numpy.ndarray of int32, shape (rows, columns)
        Number of the urban centre that the cell is part of; 0 outside.
    """

    cell_class: ClassArray
    detailed_class: ClassArray
    settlement: LabelArray
    centre: LabelArray


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
    people, density = _people_and_density(persons, land_km2)
    centres = urban_centres(people, density)
    cluster = clusters(people, density >= _CLUSTER_DENSITY, _EIGHT, _CLUSTER_PERSONS)
    classes = np.select([centres > 0, cluster > 0], [URBAN_CENTRE, URBAN_CLUSTER], RURAL_CELL)
    return classes.astype(np.int8)


def classify_cells_in_detail(persons: ArrayLike, *, land_km2: ArrayLike | float = 1.0) -> ClassArray:
    """Classify the cells of a population grid at level 2.

    Parameters
    ----------
    persons, land_km2 : array-like, shape (rows, columns)
        As for `classify_cells`.

    Returns
    -------
    numpy.ndarray of int8, shape (rows, columns)
        30 urban centre, 23 dense urban cluster, 22 semi-dense urban cluster, 21 suburban or peri-urban cell, 13 rural
        cluster, 12 low density rural, 11 very low density rural (uninhabited cells among them).

    Notes
    -----
    Dense urban cluster: at least 1,500 persons/km2, joined along edges, 5,000 persons. Semi-dense urban cluster (since
    July 2024): at least 900 persons/km2, joined along edges, 2,500 persons, inside an urban cluster and more than 2 km
    from urban centres and dense clusters; before, it was 300 persons/km2, 5,000 persons, and 3 km. Suburban: the other
    cells of urban clusters. Rural cluster: at least 300 persons/km2, joined along edges or corners, 500 persons. Low
    density: at least 50 persons/km2. 30 is the centre of level 1, 21 to 23 its clusters, 11 to 13 its rural cells.
    """
    people, density = _people_and_density(persons, land_km2)
    centre = urban_centres(people, density) > 0
    urban = (clusters(people, density >= _CLUSTER_DENSITY, _EIGHT, _CLUSTER_PERSONS) > 0) & ~centre
    dense = (clusters(people, (density >= _CENTRE_DENSITY) & ~centre, _FOUR, _CLUSTER_PERSONS) > 0) & urban
    core = centre | dense
    apart = (
        (scipy.ndimage.distance_transform_edt(~core) > _SEMI_DENSE_APART_CELLS) if core.any() else np.ones_like(core)
    )
    open_cells = (density >= _SEMI_DENSE_DENSITY) & urban & ~dense & apart
    semi_dense = clusters(people, open_cells, _FOUR, _SEMI_DENSE_PERSONS) > 0
    outside = (density >= _CLUSTER_DENSITY) & ~urban & ~centre
    rural_cluster = clusters(people, outside, _EIGHT, _RURAL_CLUSTER_PERSONS) > 0
    classes = np.select(
        [centre, dense, semi_dense, urban, rural_cluster, density >= _LOW_DENSITY],
        [CENTRE, DENSE_CLUSTER, SEMI_DENSE_CLUSTER, SUBURBAN, RURAL_CLUSTER, LOW_DENSITY],
        VERY_LOW_DENSITY,
    )
    return classes.astype(np.int8)


def urban_centres(persons: FloatArray, density: FloatArray) -> LabelArray:
    """Label the urban centres of a grid.

    Parameters
    ----------
    persons, density : numpy.ndarray, shape (rows, columns)
        Inhabitants of each cell, and per km2 of land.

    Returns
    -------
    numpy.ndarray of int32, shape (rows, columns)
        Number of the centre, smoothed and with its gaps filled; 0 outside.
    """
    return fill_gaps(smooth_edges(clusters(persons, density >= _CENTRE_DENSITY, _FOUR, _CENTRE_PERSONS)))


def _people_and_density(persons: ArrayLike, land_km2: ArrayLike | float) -> tuple[FloatArray, FloatArray]:
    people = np.nan_to_num(np.asarray(persons, dtype=float))
    land = np.broadcast_to(np.asarray(land_km2, dtype=float), people.shape)
    return people, np.divide(people, land, out=np.zeros_like(people), where=land > 0)


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


def classify_units_in_detail(shares: Mapping[int, ArrayLike]) -> NDArray[np.object_]:
    """Classify units at level 2 by the cells their people live in.

    Parameters
    ----------
    shares : mapping of int to array-like, shape (n,)
        Share of each unit's people in cells of each code of `classify_cells_in_detail`; NaN where nobody lives.

    Returns
    -------
    numpy.ndarray of str or None, shape (n,)
        ``city``, ``dense_town``, ``semi_dense_town``, ``suburb``, ``village``, ``dispersed_rural``,
        ``mostly_uninhabited``; None where the shares are NaN.

    Notes
    -----
    The rules of July 2024, inside the classes of level 1. Of towns, dense towns have at least half of their people in
    urban centres and dense clusters, suburbs at least half in suburban and rural cells. Of rural areas, villages have
    at least half in centres, urban clusters and rural clusters, mostly uninhabited areas at least half in cells
    of very low density.
    """
    share = {code: np.asarray(values, dtype=float) for code, values in shares.items()}
    rural = share[RURAL_CLUSTER] + share[LOW_DENSITY] + share[VERY_LOW_DENSITY]
    urban = share[CENTRE] + share[DENSE_CLUSTER] + share[SEMI_DENSE_CLUSTER] + share[SUBURBAN]
    level_1 = classify_units(share[CENTRE], rural)
    is_town, is_rural = level_1 == "town", level_1 == "rural"
    names = np.select(
        [
            level_1 == "city",
            is_town & (share[CENTRE] + share[DENSE_CLUSTER] >= _HALF),
            is_town & (share[SUBURBAN] + rural >= _HALF),
            is_town,
            is_rural & (urban + share[RURAL_CLUSTER] >= _HALF),
            is_rural & (share[VERY_LOW_DENSITY] >= _HALF),
            is_rural,
        ],
        ["city", "dense_town", "suburb", "semi_dense_town", "village", "mostly_uninhabited", "dispersed_rural"],
        "",
    ).astype(object)
    names[names == ""] = None
    return names


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
    return CellClasses(
        cell_class=classify_cells(persons),
        detailed_class=classify_cells_in_detail(persons),
        settlement=settlements(persons),
        centre=urban_centres(persons, persons),
    )


def settlements(persons: FloatArray) -> LabelArray:
    """Label the groups of cells of at least 300 persons/km2 that touch along an edge or at a corner.

    Parameters
    ----------
    persons : numpy.ndarray, shape (rows, columns)
        Inhabitants of each cell of 1 km2.

    Returns
    -------
    numpy.ndarray of int32, shape (rows, columns)
        Number of the group, whatever its population; 0 outside.
    """
    return clusters(persons, persons >= _CLUSTER_DENSITY, _EIGHT, 0.0)


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
    labels, _ = scipy.ndimage.label(dense, neighbours)
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
        near = scipy.ndimage.binary_dilation(new, _EIGHT) & (padded == 0)
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
    gaps, count = scipy.ndimage.label(padded == 0, _FOUR)
    low, high = np.full(count + 1, np.iinfo(np.int32).max), np.zeros(count + 1, dtype=np.int32)
    for axis in (0, 1):
        for a, b in ((slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))):
            near, far = (gaps[a], padded[b]) if axis == 0 else (gaps[:, a], padded[:, b])
            at_rim = (near > 0) & (far > 0)
            np.minimum.at(low, near[at_rim], far[at_rim])
            np.maximum.at(high, near[at_rim], far[at_rim])
    filled = (low == high) & (np.bincount(gaps.ravel(), minlength=count + 1) < max_gap_km2)
    filled[gaps[0, 0]] = False
    return np.where(filled[gaps], high[gaps], padded)[1:-1, 1:-1].astype(np.int32)
