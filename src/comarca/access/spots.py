"""Spots along roads and along the borders of destinations, dense enough that each cell that is crossed holds some."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comarca.crs import geodesic_step_km
from comarca.rasters.grids import cells_of
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from comarca.access.destinations import Outlines
    from comarca.rasters.grids import Grid
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


class Spots(NamedTuple):
    """Spots on segments, in the order of the cells they lie in; all in the grid.

    Attributes
    ----------
    vertex, fraction : numpy.ndarray, shape (s,)
        First vertex of the segment, and where on it.
    cell : numpy.ndarray, shape (s,)
        Cell of the grid.
    east, north : numpy.ndarray, shape (s,)
        In the grid's coordinates, metres.
    """

    vertex: Integers
    fraction: Floats
    cell: Integers
    east: Floats
    north: Floats


def road_spots(network: RoadNetwork, grid: Grid, *, spacing_m: float) -> Spots:
    """Place spots along the roads that people may walk onto.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    grid : Grid
        The cells.
    spacing_m : float
        Longest distance between neighbouring spots.

    Returns
    -------
    Spots
        All vertices, and spots between them.
    """
    is_first = network.edge_on_foot[network.vertex_edge]
    last = network.edge_start[1:] - 1
    is_first[last] = False
    vertex, fraction = _subdivided(network.vertex_lon, network.vertex_lat, np.flatnonzero(is_first), spacing_m)
    ends = last[network.edge_on_foot] - 1
    vertex, fraction = np.append(vertex, ends), np.append(fraction, np.ones(len(ends)))
    return _in_cells(network.vertex_lon, network.vertex_lat, vertex, fraction, grid)


def outline_spots(outline: Outlines, grid: Grid, *, spacing_m: float) -> Spots:
    """Place spots at points and along the borders of areas.

    Parameters
    ----------
    outline : Outlines
        The destinations.
    grid : Grid
        The cells.
    spacing_m : float
        Longest distance between neighbouring spots.

    Returns
    -------
    Spots
        The spots.
    """
    vertex, fraction = _subdivided(outline.lon, outline.lat, outline.first, spacing_m)
    return _in_cells(outline.lon, outline.lat, vertex, fraction, grid)


def pairs_in_cells(cell: Integers, spots: Spots, *, max_pairs: int = 4_000_000) -> Iterator[tuple[Integers, Integers]]:
    """Pair points with the spots in their own cells, chunk by chunk.

    Parameters
    ----------
    cell : numpy.ndarray, shape (n,)
        Cells of the points.
    spots : Spots
        The spots.
    max_pairs : int, optional
        About how many pairs are given at a time; a point is never divided.

    Yields
    ------
    point, spot : numpy.ndarray, shape (pairs,)
        Their numbers; pairs of a point are a run.
    """
    first = np.searchsorted(spots.cell, cell)
    count = np.searchsorted(spots.cell, cell, side="right") - first
    point = np.flatnonzero(count)
    chunk = np.cumsum(count[point]) // max_pairs
    for part in np.split(point, np.flatnonzero(np.diff(chunk)) + 1) if len(point) else []:
        repeated = np.repeat(part, count[part])
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(count[part]) - count[part], count[part])
        yield repeated, first[repeated] + within


def _subdivided(lon: Floats, lat: Floats, first: Integers, spacing_m: float) -> tuple[Integers, Floats]:
    length_m = geodesic_step_km(lon[first], lat[first], lon[first + 1], lat[first + 1]) * M_PER_KM
    count = np.maximum(np.ceil(length_m / spacing_m), 1).astype(np.int64)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first, count), within / np.repeat(count, count)


def _in_cells(lon: Floats, lat: Floats, vertex: Integers, fraction: Floats, grid: Grid) -> Spots:
    at_lon, at_lat = (values[vertex] + fraction * (values[vertex + 1] - values[vertex]) for values in (lon, lat))
    cell, east, north = cells_of(grid, at_lon, at_lat)
    order = np.argsort(cell, kind="stable")
    order = order[np.searchsorted(cell[order], 0) :]
    return Spots(vertex[order], fraction[order], cell[order], east[order], north[order])
