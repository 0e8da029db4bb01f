"""Cells of a friction surface, roads and destinations as one graph.

People walk first, cell by cell, and take to the road where it pays; from then on they drive. The car is never taken
across the fields and nobody gets off again before the destination, so one off the road is reached on foot alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from pyproj import Transformer
from scipy import ndimage
from scipy.sparse import csr_array

from comarca.access.cell_graph import CellGraph, cell_graph
from comarca.access.spots import Spots, outline_spots, road_spots
from comarca.crs import STORAGE
from comarca.rasters.grids import middles_m
from comarca.roads.graph import TravelGraph, travel_graph
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.routable import RoutableNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_SPOTS_PER_CELL: Final = 4


class _Links(NamedTuple):
    """Links between nodes, each with its time and length."""

    start: Integers
    end: Integers
    minutes: Floats
    km: Floats


@dataclass(frozen=True)
class OffroadNetwork:
    """Cells, roads and destinations as one graph, turned round: nodes are numbered in this order.

    Attributes
    ----------
    routable : RoutableNetwork
        The network with the destinations on it.
    friction : FrictionSurface
        The raster.
    cells : CellGraph
        Its passable cells.
    graph : TravelGraph
        Links from cells to cells, roads and destinations, from roads to roads and destinations.
    roads, borders : Spots
        Spots along roads that people may walk onto, and on the outlines of destinations.
    border_destination : numpy.ndarray
        Row of the destination of each spot in `borders`.
    """

    routable: RoutableNetwork
    friction: FrictionSurface
    cells: CellGraph
    graph: TravelGraph
    roads: Spots
    borders: Spots
    border_destination: Integers

    @property
    def cell_count(self) -> int:
        """Number of passable cells; nodes of roads follow."""
        return int(self.cells.links.minutes.shape[0])

    @property
    def first_destination(self) -> int:
        """Number of the first destination's node."""
        return self.cell_count + len(self.routable.destinations.network.node_lon)

    @cached_property
    def bank(self) -> Integers:
        """Nearest passable cell of each cell, shape (rows * columns,); where people in a barrier start."""
        shape = self.friction.grid.shape
        is_barrier = (self.cells.node < 0).reshape(shape)
        row, column = ndimage.distance_transform_edt(is_barrier, return_distances=False, return_indices=True)
        return np.asarray(row * shape[1] + column, dtype=np.int64).ravel()


def offroad_network(routable: RoutableNetwork, friction: FrictionSurface) -> OffroadNetwork:
    """Join the cells of a raster, a network and the destinations on it.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with the destinations on it.
    friction : FrictionSurface
        Walking times over land. Roads and destinations outside it are reached by road only.

    Returns
    -------
    OffroadNetwork
        To be used for any number of classes and points.
    """
    grid = friction.grid
    network, geometry = routable.destinations.network, routable.destinations.geometry
    cells = cell_graph(friction)
    roads = road_spots(network, grid, spacing_m=grid.cell_m / _SPOTS_PER_CELL)
    outline = routable.destinations.outlines
    borders = outline_spots(outline, grid, spacing_m=grid.cell_m / _SPOTS_PER_CELL)
    border_destination = outline.destination[borders.vertex]
    first_road = cells.links.minutes.shape[0]
    first_destination = first_road + len(network.node_lon)
    links = [
        _walk_onto_roads(routable, friction, cells, roads, first_road),
        _drive(routable, first_road),
        _arrive_by_road(routable, first_road, first_destination),
        _walk_to_destinations(friction, cells, borders, border_destination, first_destination),
        _inside_destinations(friction, cells, geometry, first_destination),
    ]
    start, end, minutes, km = (np.concatenate(parts) for parts in zip(*links, strict=True))
    beyond = travel_graph(start, end, minutes, km, node_count=first_destination + len(geometry))
    return OffroadNetwork(
        routable=routable,
        friction=friction,
        cells=cells,
        graph=_on_top(cells.links, beyond),
        roads=roads,
        borders=borders,
        border_destination=border_destination,
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


def _walk_onto_roads(
    routable: RoutableNetwork, friction: FrictionSurface, cells: CellGraph, roads: Spots, first_road: int
) -> _Links:
    """Links from cells over spots on roads to both ends of these roads."""
    network = routable.destinations.network
    spot = np.flatnonzero(cells.node[roads.cell] >= 0)
    cell, vertex, fraction = roads.cell[spot], roads.vertex[spot], roads.fraction[spot]
    walk_m = middle_m(friction, cell, roads.east[spot], roads.north[spot])
    walk_min = walk_m * friction.min_per_m.ravel()[cell]
    edge = network.vertex_edge[vertex]
    along_km = network.vertex_km[vertex] + fraction * (network.vertex_km[vertex + 1] - network.vertex_km[vertex])
    whole_km = network.edge_km[edge]
    share = np.divide(along_km, whole_km, out=np.zeros_like(along_km), where=whole_km > 0)
    parts = []
    for allowed, node, rest in (
        (network.edge_forward, network.edge_to, 1 - share),
        (network.edge_backward, network.edge_from, share),
    ):
        can = allowed[edge]
        ride = edge[can]
        parts.append(
            (
                cells.node[cell[can]],
                node[ride] + first_road,
                walk_min[can] + rest[can] * network.edge_min[ride],
                walk_m[can] / M_PER_KM + rest[can] * network.edge_km[ride],
            )
        )
    ahead, back = parts
    return _Links(*(np.concatenate(pair) for pair in zip(ahead, back, strict=True)))


def _drive(routable: RoutableNetwork, first_road: int) -> _Links:
    """Links along roads."""
    turned = routable.graph.minutes
    end = np.repeat(np.arange(turned.shape[0]), np.diff(turned.indptr))
    return _Links(turned.indices.astype(np.int64) + first_road, end + first_road, turned.data, routable.graph.km)


def _arrive_by_road(routable: RoutableNetwork, first_road: int, first_destination: int) -> _Links:
    """Links from the nodes of destinations to the destinations."""
    destinations = routable.destinations
    free = np.zeros(len(destinations.node))
    return _Links(destinations.node + first_road, destinations.destination + first_destination, free, free)


def _walk_to_destinations(
    friction: FrictionSurface, cells: CellGraph, borders: Spots, destination: Integers, first_destination: int
) -> _Links:
    """Links from cells to spots of destinations in them."""
    spot = np.flatnonzero(cells.node[borders.cell] >= 0)
    cell = borders.cell[spot]
    walk_m = middle_m(friction, cell, borders.east[spot], borders.north[spot])
    minutes = walk_m * friction.min_per_m.ravel()[cell]
    return _Links(cells.node[cell], destination[spot] + first_destination, minutes, walk_m / M_PER_KM)


def _inside_destinations(
    friction: FrictionSurface, cells: CellGraph, geometry: NDArray[np.object_], first_destination: int
) -> _Links:
    """Links to areas from the passable cells whose middle lies in them."""
    grid = friction.grid
    area = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    to_grid = Transformer.from_crs(STORAGE, grid.crs, always_xy=True)
    shapes = shapely.transform(geometry[area], lambda c: np.column_stack(to_grid.transform(c[:, 0], c[:, 1])))
    found: list[tuple[Integers, Integers]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for row, shape in zip(area.tolist(), shapes, strict=True):
        west, south, east, north = shapely.bounds(shape)
        first_column, last_column = (int((x - grid.transform.c) // grid.cell_m) for x in (west, east))
        first_row, last_row = (int((grid.transform.f - y) // grid.cell_m) for y in (north, south))
        rows = np.arange(max(first_row, 0), min(last_row + 1, grid.shape[0]))
        columns = np.arange(max(first_column, 0), min(last_column + 1, grid.shape[1]))
        cell = (rows[:, None] * grid.shape[1] + columns).ravel()
        cell = cell[shapely.contains_xy(shape, *middles_m(grid, cell)) & (cells.node[cell] >= 0)]
        found.append((cell, np.full(len(cell), row)))
    cell, destination_of_cell = (np.concatenate(parts) for parts in zip(*found, strict=True))
    free = np.zeros(len(cell))
    return _Links(cells.node[cell], destination_of_cell + first_destination, free, free)


def _on_top(cells: TravelGraph, beyond: TravelGraph) -> TravelGraph:
    """Put the rows of the cells on top of those of roads and destinations; nothing leads from these back to cells."""
    count = cells.minutes.shape[0]
    below = beyond.minutes.indptr[count + 1 :]
    matrix = csr_array(
        (
            np.concatenate([cells.minutes.data, beyond.minutes.data]),
            np.concatenate([cells.minutes.indices, beyond.minutes.indices]),
            np.concatenate([cells.minutes.indptr, cells.minutes.indptr[-1] + below]),
        ),
        shape=beyond.minutes.shape,
    )
    return TravelGraph(minutes=matrix, km=np.concatenate([cells.km, beyond.km]))
