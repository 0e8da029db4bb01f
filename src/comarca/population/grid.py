"""People in cells of 1 km2, and what the degree of urbanisation says of the cells that people live in.

The cells are those of the Global Human Settlement Layer (Mollweide, edges at whole kilometres) for every region and
source, so that a part of a country gets the classes that the whole gets.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from affine import Affine
from pyproj import CRS, Transformer

from comarca.crs import STORAGE, degree_boxes, mollweide
from comarca.population.degurba import VERY_LOW_DENSITY, CellClasses, classify_grid, settlements
from comarca.rasters.bands import BLOCK_CELLS, OpenRaster, Raster, open_raster
from comarca.rasters.grids import Grid, anchored_grid, cells_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_CELL_M: Final = 1_000.0
#: Cells of a population raster are cut into parts of at most this size before they are gathered.
_PART_M: Final = 125.0
#: Beyond the territories people count as far as this at first; farther where a cluster goes on.
_MARGIN_DEG: Final = 0.25
_MOST_MARGIN_DEG: Final = 4.0
#: Metres in a degree of a great circle, or more: cells in degrees are cut by it, whatever their latitude.
_DEGREE_M: Final = 111_700.0

#: Positions of the grid, moved by so many half cells down and across; the first is where it stands.
SHIFTS: Final = ((0, 0), (0, 1), (1, 0), (1, 1))

#: Columns of the table of places, by type.
COLUMNS: Final = {
    "cell_class": "int8",
    "detailed_class": "int8",
    "density_persons_per_km2": "float64",
    "settlement": "int32",
}


class PopulationGrid(NamedTuple):
    """People in square cells of 1 km2.

    Attributes
    ----------
    grid : Grid
        The cells.
    persons : numpy.ndarray, shape (rows, columns)
        Inhabitants of each.
    quarters : numpy.ndarray, shape (2 rows, 2 columns), or None
        Inhabitants of the quarters of the cells, where they were asked for.
    """

    grid: Grid
    persons: Floats
    quarters: Floats | None = None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the inhabited quarters and their corner by name, to be stored; there have to be quarters.

        Returns
        -------
        dict
            One entry per array.
        """
        quarters = np.zeros((0, 0)) if self.quarters is None else self.quarters
        inhabited = np.flatnonzero(quarters)
        return {
            "crs": np.array(self.grid.crs.to_wkt()),
            "corner_m": np.array([self.grid.transform.c, self.grid.transform.f]),
            "shape": np.array(quarters.shape),
            "quarter": inhabited,
            "persons": quarters.ravel()[inhabited],
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> PopulationGrid:
        """Take stored arrays back.

        Parameters
        ----------
        arrays : mapping
            What `to_arrays` gave.

        Returns
        -------
        PopulationGrid
            The same cells; people of a cell are the sum of its quarters.
        """
        west, north = map(float, arrays["corner_m"])
        quarters = np.zeros(tuple(arrays["shape"]))
        quarters.ravel()[arrays["quarter"]] = arrays["persons"]
        shape = (quarters.shape[0] // 2, quarters.shape[1] // 2)
        grid = Grid(CRS.from_wkt(str(arrays["crs"])), Affine(_CELL_M, 0.0, west, 0.0, -_CELL_M, north), shape)
        return cls(grid, _joined(quarters), quarters)


def shifted(places: PopulationGrid, down: int, across: int) -> PopulationGrid:
    """Move the grid by half a cell.

    Parameters
    ----------
    places : PopulationGrid
        People in cells and in their quarters.
    down, across : int
        Half cells that the grid is moved by, 0 or 1.

    Returns
    -------
    PopulationGrid
        The same people in cells of the same size, but for those in the half cells that fall off the edge.
    """
    if places.quarters is None:
        raise ValueError("the people of the quarters of the cells are needed to move the grid")
    moved = np.zeros_like(places.quarters)
    rows, columns = places.quarters.shape
    moved[: rows - down, : columns - across] = places.quarters[down:, across:]
    grid = places.grid
    corner = grid.transform @ Affine.translation(across / 2, down / 2)
    return PopulationGrid(Grid(grid.crs, corner, grid.shape), _joined(moved), moved)


def gather_points(
    longitude: ArrayLike,
    latitude: ArrayLike,
    persons: ArrayLike,
    *,
    bounds: tuple[float, float, float, float],
    with_quarters: bool = False,
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
    with_quarters : bool, optional
        Whether quarters of the cells are wanted too.

    Returns
    -------
    PopulationGrid
        In cells of the GHSL grid.
    """
    grid = _grid(bounds, _MARGIN_DEG)
    cell, east, north = cells_of(grid, np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    people = np.asarray(persons, dtype=float)
    quarters = _quarter_sums(grid, east, north, people) if with_quarters else None
    return PopulationGrid(grid, _sums(grid, cell, people), quarters)


def gather_raster(
    raster: Raster,
    *,
    bounds: tuple[float, float, float, float],
    factor: Callable[[Floats, Floats], Floats] | None = None,
    with_quarters: bool = False,
) -> PopulationGrid:
    """Gather the people of a raster.

    Parameters
    ----------
    raster : Raster
        Inhabitants per cell.
    bounds : tuple of float
        West, south, east, north of the territories, degrees.
    factor : callable, optional
        What people at longitudes and latitudes are multiplied by, such as to meet the totals of a census.
    with_quarters : bool, optional
        Whether quarters of the cells are wanted too.

    Returns
    -------
    PopulationGrid
        In cells of the GHSL grid. Each cell of the raster is cut into equal parts of 125 m or less, and each part goes
        to where its middle lies; no person is lost or doubled. The grid reaches a quarter of a degree beyond the
        bounds, and as far as four degrees where a group of dense cells goes on over its edge.
    """
    with open_raster(replace(raster, least=0.0)) as source:
        margin = _MARGIN_DEG
        while True:
            places = _gathered(source, bounds, margin, factor, with_quarters)
            if margin >= _MOST_MARGIN_DEG or not _is_cut(places, bounds):
                return places
            margin *= 2


def _gathered(
    source: OpenRaster,
    bounds: tuple[float, float, float, float],
    margin: float,
    factor: Callable[[Floats, Floats], Floats] | None,
    with_quarters: bool,
) -> PopulationGrid:
    grid = _grid(bounds, margin)
    persons = np.zeros(grid.shape)
    quarters = np.zeros((2 * grid.shape[0], 2 * grid.shape[1])) if with_quarters else None
    to_degrees = Transformer.from_crs(source.crs, STORAGE, always_xy=True)
    box = Transformer.from_crs(grid.crs, source.crs, always_xy=True).transform_bounds(*_extent(grid), densify_pts=51)
    boxes = degree_boxes(box) if source.crs.is_geographic else [box]
    for x, y, people in (part for each in boxes for part in _parts(source, source.window(each))):
        lon, lat = (np.asarray(each) for each in to_degrees.transform(x, y))
        cell, east, north = cells_of(grid, lon, lat)
        people = people if factor is None else people * factor(lon, lat)
        persons += _sums(grid, cell, people)
        if quarters is not None:
            quarters += _quarter_sums(grid, east, north, people)
    return PopulationGrid(grid, persons, quarters)


def _is_cut(places: PopulationGrid, bounds: tuple[float, float, float, float]) -> bool:
    """Whether a group of dense cells that touches the bounds goes on over the edge of the grid."""
    settled = settlements(places.persons)
    edge = np.concatenate([settled[0], settled[-1], settled[:, 0], settled[:, -1]])
    to_plane = Transformer.from_crs(STORAGE, places.grid.crs, always_xy=True)
    west, south, east, north = to_plane.transform_bounds(*bounds, densify_pts=51)
    cell = places.grid.cell_m
    rows = slice(*(int((places.grid.transform.f - y) // cell) for y in (north, south)))
    columns = slice(*(int((x - places.grid.transform.c) // cell) for x in (west, east)))
    return bool(np.intersect1d(edge[edge > 0], settled[rows, columns]).size)


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
    pandas.DataFrame, shape (n, 4)
        ``cell_class``, ``detailed_class``, ``density_persons_per_km2``, ``settlement``; points outside
        the grid are in rural cells where nobody lives.
    """
    cell, _, _ = cells_of(places.grid, np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float))
    columns = {
        "cell_class": np.where(cell >= 0, classes.cell_class.ravel()[cell], 1),
        "detailed_class": np.where(cell >= 0, classes.detailed_class.ravel()[cell], VERY_LOW_DENSITY),
        "density_persons_per_km2": np.where(cell >= 0, places.persons.ravel()[cell], 0.0),
        "settlement": np.where(cell >= 0, classes.settlement.ravel()[cell], 0),
    }
    return pd.DataFrame(columns).astype(COLUMNS)


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
    table : pandas.DataFrame, shape (n, 4)
        As from `classes_at`.
    """
    classes = classify_grid(places.persons)
    return classes, classes_at(places, classes, longitude, latitude)


def _grid(bounds: tuple[float, float, float, float], margin_deg: float) -> Grid:
    west, south, east, north = (float(edge) for edge in bounds)
    wide = west - margin_deg, max(south - margin_deg, -90.0), east + margin_deg, min(north + margin_deg, 90.0)
    return anchored_grid(wide, crs=mollweide((west, south, east, north)), cell_m=_CELL_M)


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    west, north = grid.transform.c, grid.transform.f
    return west, north - grid.shape[0] * grid.cell_m, west + grid.shape[1] * grid.cell_m, north


def _sums(grid: Grid, cell: NDArray[np.int64], persons: Floats) -> Floats:
    inside = cell >= 0
    rows, columns = grid.shape
    total = np.bincount(cell[inside], weights=persons[inside], minlength=rows * columns)
    return total.astype(np.float64).reshape(grid.shape)


def _quarter_sums(grid: Grid, east: Floats, north: Floats, persons: Floats) -> Floats:
    half_m = grid.cell_m / 2
    fine = Grid(grid.crs, grid.transform @ Affine.scale(0.5), (2 * grid.shape[0], 2 * grid.shape[1]))
    row = np.floor((grid.transform.f - north) / half_m)
    column = np.floor((east - grid.transform.c) / half_m)
    inside = (row >= 0) & (row < fine.shape[0]) & (column >= 0) & (column < fine.shape[1])
    return _sums(fine, np.where(inside, row * fine.shape[1] + column, -1).astype(np.int64), persons)


def _joined(quarters: Floats) -> Floats:
    rows, columns = quarters.shape
    return np.asarray(quarters.reshape(rows // 2, 2, columns // 2, 2).sum(axis=(1, 3)))


def _parts(source: OpenRaster, window: tuple[int, int, int, int]) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Middles, in the raster's CRS, and people of equal parts of the inhabited cells, strip by strip."""
    first, column, rows, columns = window
    unit_m = _DEGREE_M if source.crs.is_geographic else 1.0
    down, across = (max(1, int(np.ceil(side * unit_m / _PART_M))) for side in (source.cell_height, source.cell_width))
    north, east = ((np.arange(cuts) + 0.5) / cuts - 0.5 for cuts in (down, across))
    shift_y, shift_x = (each.ravel() for each in np.meshgrid(north * source.cell_height, east * source.cell_width))
    parts = down * across
    strip = max(1, BLOCK_CELLS // (columns * parts))
    for start in range(first, first + rows, strip):
        height = min(strip, first + rows - start)
        values, is_data = source.read(start, column, height, columns)
        y, x = source.middles(start, column, height, columns)
        row_at, column_at = np.nonzero(is_data & (values > 0))
        people = values[row_at, column_at].astype(np.float64)
        yield (
            (x[column_at][:, None] + shift_x).ravel(),
            (y[row_at][:, None] + shift_y).ravel(),
            np.repeat(people / parts, parts),
        )
