"""Owners' land, parcels and patches of farmland in a synthetic country, of planted Gini coefficients.

The share of land of the smallest part p of the owners is ``L(p) = w p + (1 - w) p**d`` (a Lorenz curve), so that of n
owners the k-th has ``L(k/n) - L((k-1)/n)`` of it. Their Gini coefficient is that of the polygon through these points.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from comarca.synthetic.country import CELL_DEG, CORE, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.synthetic.country import Country

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Owners of land per territory.
OWNERS: Final = 60
#: Gini coefficients that territories have by turns.
LEVELS: Final = tuple(float(level) for level in np.round(np.linspace(0.3, 0.9, 13), 2))
#: Part of the land that owners hold in equal shares, so that nobody's land is a sliver.
_EQUAL: Final = 0.003
#: Change of the level between the two years of the census.
_EARLIER_LEVEL: Final = -0.05
#: Patches of farmland: in squares of so many cells, six by six.
SLOT_CELLS: Final = 30
SLOTS: Final = (CORE[1] - CORE[0]) // SLOT_CELLS
_PATCH_CELLS: Final = 250
_LARGEST_SIDE: Final = 28
#: How much of its height a patch had in the first year.
_EARLIER_HEIGHT: Final = 0.8
#: A system in which parallels and meridians are straight and areas are true on the ellipsoid.
_EQUAL_AREA: Final = "EPSG:6933"


def level(country: Country, year: int) -> Floats:
    """Gini coefficient that the land of each territory's owners should have.

    Parameters
    ----------
    country : Country
        The country.
    year : int
        One of `YEARS`; in the first the land was less concentrated.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Levels; the coefficient of so few owners lies a little lower, see `gini_of`.
    """
    levels = np.array(LEVELS)[np.arange(country.territory_count) % len(LEVELS)]
    return levels + (_EARLIER_LEVEL if year == YEARS[0] else 0.0)


@cache
def owner_shares(gini: float, count: int = OWNERS) -> Floats:
    """Shares of the land that owners hold, ascending.

    Parameters
    ----------
    gini : float
        Gini coefficient of the Lorenz curve, below 1 by more than the equal part.
    count : int
        Owners.

    Returns
    -------
    numpy.ndarray, shape (count,)
        Shares; their sum is 1.

    Examples
    --------
    >>> float(owner_shares(0.5).sum().round(12))
    1.0
    """
    power = (1 - _EQUAL + gini) / (1 - _EQUAL - gini)
    part = np.arange(count + 1) / count
    return np.diff(_EQUAL * part + (1 - _EQUAL) * part**power)


def gini_of(sizes: Floats) -> float:
    """Gini coefficient by its definition, the mean difference of all pairs over twice the mean.

    Parameters
    ----------
    sizes : numpy.ndarray, shape (n,)
        Sizes.

    Returns
    -------
    float
        Coefficient, without correction for small samples.

    Examples
    --------
    >>> gini_of(np.array([0.0, 1.0]))
    0.5
    """
    return float(np.abs(sizes[:, None] - sizes).mean() / (2 * sizes.mean()))


def core_corners(country: Country) -> tuple[Floats, Floats]:
    """Corners of the cores in the equal-area system.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    south_west, north_east : numpy.ndarray, shape (n, 2)
        Easting and northing, m.
    """
    count = country.territory_count
    half = np.array([-0.5, 0.5]) * CELL_DEG
    south_west = country.degrees(np.tile([CORE[1] - 1, CORE[0]], (count, 1))) + half[0]
    north_east = country.degrees(np.tile([CORE[0], CORE[1] - 1], (count, 1))) + half[1]
    project = pyproj.Transformer.from_crs(4326, _EQUAL_AREA, always_xy=True).transform
    return np.column_stack(project(*south_west.T)), np.column_stack(project(*north_east.T))


def core_area_ha(country: Country) -> Floats:
    """Area of each core, all of which has owners, ha.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Areas.
    """
    south_west, north_east = core_corners(country)
    return np.asarray((north_east - south_west).prod(axis=1) / 10_000)


def parcels(country: Country) -> tuple[NDArray[np.object_], Integers, Integers]:
    """Parcels that fill the cores; every fourth owner has two of them.

    Parameters
    ----------
    country : Country
        The country.

    Returns
    -------
    shapes : numpy.ndarray of shapely.Polygon
        Parcels, longitude and latitude.
    territory, owner : numpy.ndarray of int
        Number of the territory and of the owner in it.
    """
    south_west, north_east = core_corners(country)
    levels = level(country, YEARS[1])
    boxes, territories, owners = [], [], []
    for number, gini in enumerate(levels.tolist()):
        own, owner = _unit_parcels(gini)
        size = north_east[number] - south_west[number]
        boxes.append(np.tile(south_west[number], 2) + own * np.tile(size, 2))
        territories.append(np.full(len(own), number))
        owners.append(owner)
    back = pyproj.Transformer.from_crs(_EQUAL_AREA, 4326, always_xy=True).transform
    west, south, east, north = np.concatenate(boxes).T
    (west, south), (east, north) = back(west, south), back(east, north)
    return shapely.box(west, south, east, north), np.concatenate(territories), np.concatenate(owners)


@cache
def _unit_parcels(gini: float) -> tuple[Floats, Integers]:
    """Parcels of the unit square by west, south, east and north, with their owners."""
    boxes: list[Floats] = []
    owners: list[int] = []
    pieces = [(np.arange(OWNERS), np.array([0.0, 0.0, 1.0, 1.0]))]
    shares = owner_shares(gini)
    while pieces:
        members, box = pieces.pop()
        if len(members) == 1:
            halves = _cut(box, 0.5) if members[0] % 4 == 0 else (box,)
            boxes += halves
            owners += [members[0]] * len(halves)
            continue
        sums = np.cumsum(shares[members])
        middle = int(np.clip(np.searchsorted(sums, sums[-1] / 2), 1, len(members) - 1))
        first, second = _cut(box, sums[middle - 1] / sums[-1])
        pieces += [(members[:middle], first), (members[middle:], second)]
    return np.array(boxes), np.array(owners)


def _cut(box: Floats, part: float) -> tuple[Floats, Floats]:
    """Cut a box across its longer side."""
    axis = int(box[3] - box[1] > box[2] - box[0])
    at = box[axis] + part * (box[axis + 2] - box[axis])
    first, second = box.copy(), box.copy()
    first[axis + 2], second[axis] = at, at
    return first, second


@cache
def _patch_sides(gini: float) -> Integers:
    """Height and width of patches, cells, from the smallest to the largest."""
    sizes = owner_shares(gini, SLOTS**2) * SLOTS**2 * _PATCH_CELLS
    height = np.clip(np.rint(np.sqrt(sizes)), 1, _LARGEST_SIDE)
    width = np.clip(np.rint(sizes / height), 1, _LARGEST_SIDE)
    return np.column_stack([height, width]).astype(np.int64)


def patch_sides(country: Country, number: int, year: int) -> Integers:
    """Height and width of the patches of farmland of a territory, slot by slot.

    Parameters
    ----------
    country : Country
        The country.
    number : int
        The territory.
    year : int
        One of `YEARS`; in the first they were less high.

    Returns
    -------
    numpy.ndarray of int, shape (36, 2)
        Cells; patches do not touch.
    """
    sides = country.rng(24, number).permutation(_patch_sides(float(level(country, YEARS[1])[number])))
    if year == YEARS[0]:
        sides[:, 0] = np.ceil(sides[:, 0] * _EARLIER_HEIGHT)
    return np.asarray(sides)
