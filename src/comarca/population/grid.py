"""People in cells of 1 km2, and what the degree of urbanisation says of the cells that people live in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from affine import Affine
from pyproj import Transformer

from comarca.crs import STORAGE
from comarca.population.degurba import CellClasses, classify_grid
from comarca.rasters.bands import BLOCK_CELLS, OpenRaster, Raster, open_raster
from comarca.rasters.grids import Grid, cells_of, square_grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_CELL_M: Final = 1_000.0
#: Cells of a population raster are cut into parts of at most this size before they are gathered.
_PART_M: Final = 125.0
#: Beyond the territories people count as far as this, so that a border cuts no cluster that the data show whole.
_MARGIN_DEG: Final = 0.25
#: Largest difference from 1 km2 of a raster's own cells that are taken as they are.
_CELL_TOLERANCE: Final = 0.01

#: Columns of the table of places, by type.
COLUMNS: Final = {"cell_class": "int8", "density_persons_per_km2": "float64", "settlement": "int32"}


class PopulationGrid(NamedTuple):
    """People in square cells of 1 km2.

    Attributes
    ----------
    grid : Grid
        The cells.
    persons : numpy.ndarray, shape (rows, columns)
        Inhabitants of each.
    """

    grid: Grid
    persons: Floats


def gather_points(
    longitude: ArrayLike, latitude: ArrayLike, persons: ArrayLike, *, bounds: tuple[float, float, float, float]
) -> PopulationGrid:
    """Gather people at points.

    Parameters
    ----------
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).
    persons : array-like, shape (n,)
        Inhabitants at each point.
    bounds : tuple of float
        West, south, east, north of the territories, degrees. People more than a quarter of a degree outside are left
        out.

    Returns
    -------
    PopulationGrid
        In the equal-area system of the bounds.
    """
    grid = square_grid(_with_margin(bounds), cell_m=_CELL_M)
    cell, _, _ = cells_of(grid, np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    return PopulationGrid(grid, _sums(grid, cell, np.asarray(persons, dtype=float)))


def gather_raster(raster: Raster, *, bounds: tuple[float, float, float, float]) -> PopulationGrid:
    """Gather the people of a raster.

    Parameters
    ----------
    raster : Raster
        Inhabitants per cell.
    bounds : tuple of float
        As for `gather_points`.

    Returns
    -------
    PopulationGrid
        The raster's own grid where its cells are 1 km2 on the ellipsoid (to 1 %), as those of GHS-POP; else the
        equal-area system of the bounds. Then each cell is cut into equal parts of 125 m or less, and each part goes to
        where its middle lies; no person is lost or doubled.
    """
    with open_raster(raster) as source:
        box = Transformer.from_crs(STORAGE, source.crs, always_xy=True).transform_bounds(
            *_with_margin(bounds), densify_pts=51
        )
        window = source.window(box)
        if _has_cells_of_1_km2(source, window):
            return _as_it_is(source, window)
        grid = square_grid(_with_margin(bounds), cell_m=_CELL_M)
        persons = np.zeros(grid.shape)
        to_degrees = Transformer.from_crs(source.crs, STORAGE, always_xy=True)
        for x, y, people in _parts(source, window):
            cell, _, _ = cells_of(grid, *(np.asarray(each) for each in to_degrees.transform(x, y)))
            persons += _sums(grid, cell, people)
        return PopulationGrid(grid, persons)


def classes_at(places: PopulationGrid, classes: CellClasses, longitude: ArrayLike, latitude: ArrayLike) -> pd.DataFrame:
    """Look up the cells that points lie in.

    Parameters
    ----------
    places : PopulationGrid
        People in cells.
    classes : CellClasses
        What `comarca.population.degurba.classify_grid` says of the cells.
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).

    Returns
    -------
    pandas.DataFrame, shape (n, 3)
        ``cell_class``, ``density_persons_per_km2``, ``settlement``; points outside the grid are in rural cells where
        nobody lives.
    """
    cell, _, _ = cells_of(places.grid, np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    found = {
        "cell_class": np.where(cell >= 0, classes.cell_class.ravel()[cell], 1),
        "density_persons_per_km2": np.where(cell >= 0, places.persons.ravel()[cell], 0.0),
        "settlement": np.where(cell >= 0, classes.settlement.ravel()[cell], 0),
    }
    return pd.DataFrame(found).astype(COLUMNS)


def classify_population(
    places: PopulationGrid, longitude: ArrayLike, latitude: ArrayLike
) -> tuple[CellClasses, pd.DataFrame]:
    """Classify the cells, and look up those that points lie in.

    Parameters
    ----------
    places : PopulationGrid
        People in cells.
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).

    Returns
    -------
    classes : CellClasses
        Degree of urbanisation of the cells.
    table : pandas.DataFrame, shape (n, 3)
        As from `classes_at`.
    """
    classes = classify_grid(places.persons)
    return classes, classes_at(places, classes, longitude, latitude)


def _with_margin(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(edge) for edge in bounds)
    return west - _MARGIN_DEG, max(south - _MARGIN_DEG, -90.0), east + _MARGIN_DEG, min(north + _MARGIN_DEG, 90.0)


def _sums(grid: Grid, cell: NDArray[np.int64], persons: Floats) -> Floats:
    inside = cell >= 0
    rows, columns = grid.shape
    total = np.bincount(cell[inside], weights=persons[inside], minlength=rows * columns)
    return total.astype(np.float64).reshape(grid.shape)


def _has_cells_of_1_km2(source: OpenRaster, window: tuple[int, int, int, int]) -> bool:
    if source.crs.is_geographic:
        return False
    row, column, rows, columns = window
    corners = [
        source.cell_area_km2(r, c, 1, 1)[0, 0] for r in (row, row + rows - 1) for c in (column, column + columns - 1)
    ]
    return bool(np.allclose(corners, 1.0, atol=_CELL_TOLERANCE, rtol=0))


def _as_it_is(source: OpenRaster, window: tuple[int, int, int, int]) -> PopulationGrid:
    row, column, rows, columns = window
    values, is_data = source.read(*window)
    west, north = source.west + column * source.cell_width, source.north - row * source.cell_height
    transform = Affine(source.cell_width, 0.0, west, 0.0, -source.cell_height, north)
    return PopulationGrid(
        Grid(source.crs, transform, (rows, columns)), np.where(is_data, values, 0.0).astype(np.float64)
    )


def _parts(source: OpenRaster, window: tuple[int, int, int, int]) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Middles, in the raster's CRS, and people of equal parts of the inhabited cells, strip by strip."""
    first, column, rows, columns = window
    side_m = np.sqrt(source.cell_area_km2(first + rows // 2, column + columns // 2, 1, 1)[0, 0]) * _CELL_M
    cuts = max(1, int(np.ceil(side_m / _PART_M)))
    offset = (np.arange(cuts) + 0.5) / cuts - 0.5
    down, across = (each.ravel() for each in np.meshgrid(offset * source.cell_height, offset * source.cell_width))
    strip = max(1, BLOCK_CELLS // (columns * cuts**2))
    for start in range(first, first + rows, strip):
        height = min(strip, first + rows - start)
        values, is_data = source.read(start, column, height, columns)
        y, x = source.middles(start, column, height, columns)
        row_at, column_at = np.nonzero(is_data & (values > 0))
        people = values[row_at, column_at].astype(np.float64)
        yield (
            (x[column_at][:, None] + across).ravel(),
            (y[row_at][:, None] + down).ravel(),
            np.repeat(people / cuts**2, cuts**2),
        )
