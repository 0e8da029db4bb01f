"""A friction surface, and where roads and destinations lie on it.

People walk first, cell by cell, and take to the road where it pays; from then on they drive. The car is never taken
across the fields and nobody gets off again before the destination, so one off the road is reached on foot alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy
import shapely
from pyproj import Transformer

from comarca.access.spots import Spots, outline_spots, road_spots
from comarca.crs import STORAGE
from comarca.rasters.grids import middles_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.routable import RoutableNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

_SPOTS_PER_CELL: Final = 4


@dataclass(frozen=True)
class OffroadNetwork:
    """A network with destinations on it, on a friction surface.

    Attributes
    ----------
    routable : RoutableNetwork
        The network with the destinations on it.
    friction : FrictionSurface
        The surface.
    roads, borders : Spots
        Spots along roads that people may walk onto, and on the outlines of destinations.
    border_destination : numpy.ndarray
        Row of the destination of each spot in `borders`.
    inner_cell, inner_destination : numpy.ndarray
        Passable cells whose middle lies in an area, and the row of that destination.
    """

    routable: RoutableNetwork
    friction: FrictionSurface
    roads: Spots
    borders: Spots
    border_destination: Integers
    inner_cell: Integers
    inner_destination: Integers

    @cached_property
    def is_passable(self) -> Booleans:
        """Whether people can walk on each cell, shape (rows * columns,)."""
        return np.isfinite(self.friction.min_per_m).ravel()

    @cached_property
    def bank(self) -> Integers:
        """Nearest passable cell of each cell, shape (rows * columns,); where people in a barrier start."""
        shape = self.friction.grid.shape
        row, column = scipy.ndimage.distance_transform_edt(
            ~self.is_passable.reshape(shape), return_distances=False, return_indices=True
        )
        return np.asarray(row * shape[1] + column, dtype=np.int64).ravel()


def offroad_network(routable: RoutableNetwork, friction: FrictionSurface) -> OffroadNetwork:
    """Lay a network and the destinations on it over a friction surface.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with the destinations on it.
    friction : FrictionSurface
        Walking times over land. Roads and destinations outside it are reached by road only.

    Returns
    -------
    OffroadNetwork
        For any number of classes and origins.
    """
    grid, outlines = friction.grid, routable.destinations.outlines
    spacing_m = grid.cell_m / _SPOTS_PER_CELL
    borders = outline_spots(outlines, grid, spacing_m=spacing_m)
    inner_cell, inner_destination = _inner_cells(friction, routable.destinations.geometry)
    return OffroadNetwork(
        routable=routable,
        friction=friction,
        roads=road_spots(routable.destinations.network, grid, spacing_m=spacing_m),
        borders=borders,
        border_destination=outlines.destination[borders.vertex],
        inner_cell=inner_cell,
        inner_destination=inner_destination,
    )


def middle_m(friction: FrictionSurface, cell: Integers, east: Floats, north: Floats) -> Floats:
    """Measure from points to the middles of cells.

    Parameters
    ----------
    friction : FrictionSurface
        The raster.
    cell : numpy.ndarray, shape (n,)
        Cells.
    east, north : numpy.ndarray, shape (n,)
        Points in the grid's coordinates.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Metres.
    """
    middle_east, middle_north = middles_m(friction.grid, cell)
    return np.asarray(np.hypot(east - middle_east, north - middle_north))


def _inner_cells(friction: FrictionSurface, geometry: NDArray[np.object_]) -> tuple[Integers, Integers]:
    """Give the passable cells whose middle lies in an area, and the row of the area."""
    grid = friction.grid
    area = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    to_grid = Transformer.from_crs(STORAGE, grid.crs, always_xy=True)
    shapes = shapely.transform(geometry[area], lambda c: np.column_stack(to_grid.transform(c[:, 0], c[:, 1])))
    parts: list[tuple[Integers, Integers]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for row, shape in zip(area.tolist(), shapes, strict=True):
        west, south, east, north = shapely.bounds(shape)
        first_column, last_column = (int((x - grid.transform.c) // grid.cell_m) for x in (west, east))
        first_row, last_row = (int((grid.transform.f - y) // grid.cell_m) for y in (north, south))
        rows = np.arange(max(first_row, 0), min(last_row + 1, grid.shape[0]))
        columns = np.arange(max(first_column, 0), min(last_column + 1, grid.shape[1]))
        cell = (rows[:, None] * grid.shape[1] + columns).ravel()
        cell = cell[shapely.contains_xy(shape, *middles_m(grid, cell)) & np.isfinite(friction.min_per_m.ravel()[cell])]
        parts.append((cell, np.full(len(cell), row)))
    cell, destination = (np.concatenate(column) for column in zip(*parts, strict=True))
    return cell, destination
