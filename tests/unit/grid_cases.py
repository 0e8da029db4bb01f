"""A small grid for tests of walking over land."""

from __future__ import annotations

from affine import Affine

from comarca.rasters.grids import Grid, square_grid

CELL_M = 100.0


def grid_of(rows, columns) -> Grid:
    """Cells of 100 m around (0, 0); the laea of a tiny region is as good as flat."""
    crs = square_grid((-0.1, -0.1, 0.1, 0.1), cell_m=CELL_M).crs
    return Grid(crs, Affine(CELL_M, 0, -columns * CELL_M / 2, 0, -CELL_M, rows * CELL_M / 2), (rows, columns))
