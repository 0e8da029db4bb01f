"""Grids of square cells, equal in area: laid over a region, their middles, and the cells that points lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from affine import Affine
from pyproj import Transformer

from comarca.crs import STORAGE, equal_area_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class Grid(NamedTuple):
    """A grid of square cells.

    Attributes
    ----------
    crs : pyproj.CRS
        Its coordinate system.
    transform : affine.Affine
        From column and row to its coordinates.
    shape : tuple of int
        Rows and columns.
    """

    crs: CRS
    transform: Affine
    shape: tuple[int, int]

    @property
    def cell_m(self) -> float:
        """Side of a cell, metres."""
        return float(self.transform.a)


def square_grid(bounds: tuple[float, float, float, float], *, cell_m: float) -> Grid:
    """Lay an equal-area grid over a region.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, degrees.
    cell_m : float
        Side of a cell, metres.

    Returns
    -------
    Grid
        In the equal-area system of the bounds; edges at whole multiples of the cell.
    """
    return anchored_grid(bounds, crs=equal_area_crs(bounds), cell_m=cell_m)


def anchored_grid(bounds: tuple[float, float, float, float], *, crs: CRS, cell_m: float) -> Grid:
    """Cut a region out of a grid whose edges lie at whole multiples of the cell.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north, degrees.
    crs : pyproj.CRS
        System of the grid, in metres.
    cell_m : float
        Side of a cell, metres.

    Returns
    -------
    Grid
        The cells that the bounds touch. For one `crs`, those of a part of a region are among those of the whole.
    """
    edges = Transformer.from_crs(STORAGE, crs, always_xy=True).transform_bounds(*bounds, densify_pts=51)
    west, south = (np.floor(edge / cell_m) for edge in edges[:2])
    east, north = (np.ceil(edge / cell_m) for edge in edges[2:])
    transform = Affine(cell_m, 0.0, west * cell_m, 0.0, -cell_m, north * cell_m)
    return Grid(crs=crs, transform=transform, shape=(int(north - south), int(east - west)))


def cell_middles(grid: Grid, rows: range | None = None) -> tuple[Floats, Floats]:
    """Give the middles of all cells, or of those of some rows.

    Parameters
    ----------
    grid : Grid
        The grid.
    rows : range, optional
        Rows that follow each other; all if not given.

    Returns
    -------
    longitude, latitude : numpy.ndarray, shape (rows * columns,)
        Degrees, row by row.
    """
    rows = range(grid.shape[0]) if rows is None else rows
    east, north = middles_m(grid, np.arange(rows.start * grid.shape[1], rows.stop * grid.shape[1]))
    lon, lat = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(east, north)
    return np.asarray(lon), np.asarray(lat)


def middles_m(grid: Grid, cell: Integers) -> tuple[Floats, Floats]:
    """Give the middles of cells in the grid's own coordinates.

    Parameters
    ----------
    grid : Grid
        The grid.
    cell : numpy.ndarray, shape (n,)
        Numbers of cells, counted row by row.

    Returns
    -------
    east, north : numpy.ndarray, shape (n,)
        Metres.
    """
    row, column = np.divmod(cell, grid.shape[1])
    east = grid.transform.c + (column + 0.5) * grid.transform.a
    north = grid.transform.f + (row + 0.5) * grid.transform.e
    return np.asarray(east), np.asarray(north)


def cells_of(grid: Grid, lon: Floats, lat: Floats) -> tuple[Integers, Floats, Floats]:
    """Find the cells that points lie in.

    Parameters
    ----------
    grid : Grid
        The grid.
    lon, lat : numpy.ndarray, shape (n,)
        Degrees.

    Returns
    -------
    cell : numpy.ndarray, shape (n,)
        Number of the cell, counted row by row; -1 outside the grid.
    east, north : numpy.ndarray, shape (n,)
        The points in the grid's coordinates, metres.
    """
    east, north = Transformer.from_crs(STORAGE, grid.crs, always_xy=True).transform(lon, lat)
    column = np.floor((east - grid.transform.c) / grid.transform.a)
    row = np.floor((north - grid.transform.f) / grid.transform.e)
    inside = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    cell = np.where(inside, row * grid.shape[1] + column, -1).astype(np.int64)
    return cell, np.asarray(east), np.asarray(north)
