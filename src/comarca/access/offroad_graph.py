"""Cells of a friction raster, roads and places as one graph.

People walk first, cell by cell, and take to the road where it pays; from then on they drive. The car is never taken
across the fields and nobody gets off again before the place, so a place off the road is reached on foot alone.
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
from comarca.access.destinations import outlines
from comarca.access.spots import Spots, outline_spots, road_spots
from comarca.crs import STORAGE
from comarca.rasters.grids import middles_m
from comarca.roads.graph import TravelGraph, travel_graph
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.friction import Friction
    from comarca.access.model import AccessNetwork

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
    """Cells, roads and places as one graph, turned round: nodes are numbered in this order.

    Attributes
    ----------
    ready : AccessNetwork
        The network with the places on it.
    friction : Friction
        The raster.
    cells : CellGraph
        Its passable cells.
    graph : TravelGraph
        Links from cells to cells, roads and places, from roads to roads and places.
    roads, borders : Spots
        Spots along roads that people may walk onto, and on the outlines of places.
    border_place : numpy.ndarray
        Row of the place of each spot in `borders`.
    """

    ready: AccessNetwork
    friction: Friction
    cells: CellGraph
    graph: TravelGraph
    roads: Spots
    borders: Spots
    border_place: Integers

    @property
    def cell_count(self) -> int:
        """Number of passable cells; nodes of roads follow."""
        return int(self.cells.links.minutes.shape[0])

    @property
    def place_first(self) -> int:
        """Number of the first place's node."""
        return self.cell_count + len(self.ready.destinations.network.node_lon)

    @cached_property
    def bank(self) -> Integers:
        """Nearest passable cell of each cell, shape (rows * columns,); where people stand whose cell is a barrier."""
        shape = self.friction.grid.shape
        is_barrier = (self.cells.node < 0).reshape(shape)
        row, column = ndimage.distance_transform_edt(is_barrier, return_distances=False, return_indices=True)
        return np.asarray(row * shape[1] + column, dtype=np.int64).ravel()


def offroad_network(ready: AccessNetwork, friction: Friction) -> OffroadNetwork:
    """Join the cells of a raster, a network and the places on it.

    Parameters
    ----------
    ready : AccessNetwork
        The network with the places on it.
    friction : Friction
        Walking times over land. Roads and places outside it are reached by road only.

    Returns
    -------
    OffroadNetwork
        To be used for any number of classes and points.
    """
    grid = friction.grid
    network, geometry = ready.destinations.network, ready.destinations.geometry
    cells = cell_graph(friction)
    roads = road_spots(network, grid, spacing_m=grid.cell_m / _SPOTS_PER_CELL)
    outline = outlines(geometry)
    borders = outline_spots(outline, grid, spacing_m=grid.cell_m / _SPOTS_PER_CELL)
    border_place = outline.place[borders.vertex]
    first_road = cells.links.minutes.shape[0]
    first_place = first_road + len(network.node_lon)
    links = [
        _walk_onto_roads(ready, friction, cells, roads, first_road),
        _drive(ready, first_road),
        _arrive_by_road(ready, first_road, first_place),
        _walk_to_places(friction, cells, borders, border_place, first_place),
        _be_in_places(friction, cells, geometry, first_place),
    ]
    start, end, minutes, km = (np.concatenate(parts) for parts in zip(*links, strict=True))
    beyond = travel_graph(start, end, minutes, km, node_count=first_place + len(geometry))
    return OffroadNetwork(
        ready=ready,
        friction=friction,
        cells=cells,
        graph=_on_top(cells.links, beyond),
        roads=roads,
        borders=borders,
        border_place=border_place,
    )


def middle_m(friction: Friction, cell: Integers, east: Floats, north: Floats) -> Floats:
    """Measure from points to the middles of cells.

    Parameters
    ----------
    friction : Friction
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
    ready: AccessNetwork, friction: Friction, cells: CellGraph, roads: Spots, first_road: int
) -> _Links:
    """Links from cells over spots on roads to both ends of these roads."""
    network = ready.destinations.network
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


def _drive(ready: AccessNetwork, first_road: int) -> _Links:
    """Links along roads."""
    turned = ready.graph.minutes
    end = np.repeat(np.arange(turned.shape[0]), np.diff(turned.indptr))
    return _Links(turned.indices.astype(np.int64) + first_road, end + first_road, turned.data, ready.graph.km)


def _arrive_by_road(ready: AccessNetwork, first_road: int, first_place: int) -> _Links:
    """Links from the nodes of places to the places."""
    destinations = ready.destinations
    free = np.zeros(len(destinations.node))
    return _Links(destinations.node + first_road, destinations.place + first_place, free, free)


def _walk_to_places(friction: Friction, cells: CellGraph, borders: Spots, place: Integers, first_place: int) -> _Links:
    """Links from cells to spots of places in them."""
    spot = np.flatnonzero(cells.node[borders.cell] >= 0)
    cell = borders.cell[spot]
    walk_m = middle_m(friction, cell, borders.east[spot], borders.north[spot])
    minutes = walk_m * friction.min_per_m.ravel()[cell]
    return _Links(cells.node[cell], place[spot] + first_place, minutes, walk_m / M_PER_KM)


def _be_in_places(friction: Friction, cells: CellGraph, geometry: NDArray[np.object_], first_place: int) -> _Links:
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
    cell, place_of_cell = (np.concatenate(parts) for parts in zip(*found, strict=True))
    free = np.zeros(len(cell))
    return _Links(cells.node[cell], place_of_cell + first_place, free, free)


def _on_top(cells: TravelGraph, beyond: TravelGraph) -> TravelGraph:
    """Put the rows of the cells on top of those of roads and places; nothing leads from these back to cells."""
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
