"""Walking beyond the road over a friction raster: the quickest way over cells and roads to the nearest place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from comarca.access.destinations import outlines
from comarca.access.offroad_graph import OffroadNetwork, middle_m
from comarca.access.quickest import no_access
from comarca.access.spots import Spots, pairs_in_cells
from comarca.access.ways import inside_areas, network_tolls, straight_km_to
from comarca.rasters.grids import cells_of
from comarca.results import Flag
from comarca.roads.graph import nearest_source
from comarca.roads.segments import NEVER, index_segments, toll_at
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.model import Access, Starts
    from comarca.roads.graph import Reached

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Whose cell is a barrier stands on a bank at most this many cells off.
_BANK_CELLS: Final = 3


class Ways(NamedTuple):
    """What the quickest ways from some points or spots take.

    Attributes
    ----------
    minutes, km : numpy.ndarray, shape (n,)
        Time, infinite where nothing is reached, and length.
    place : numpy.ndarray, shape (n,)
        Row of the place reached first, -1 where there is none.
    """

    minutes: Floats
    km: Floats
    place: Integers


def offroad_ways(offroad: OffroadNetwork, lon: Floats, lat: Floats, chosen: Booleans) -> Ways:
    """Find the quickest way from each point to the nearest of the chosen places, walking over the raster.

    Parameters
    ----------
    offroad : OffroadNetwork
        Cells, roads and places.
    lon, lat : numpy.ndarray, shape (n,)
        Points, degrees.
    chosen : numpy.ndarray of bool, shape (p,)
        Places that count.

    Returns
    -------
    Ways
        Points outside the raster reach nothing.

    Notes
    -----
    One search over one graph (Dijkstra 1959, doi:10.1007/BF01386390). From a point people walk to the middle of its
    cell and on, or straight to a road or place in the same cell, whichever is quicker, at the pace of that cell. Who
    stands in a barrier walks from the nearest passable cell, at most three cells off. Rivers without a bridge block;
    walks along roads take no less than through the land beside them, so people far from any car come out slow.
    """
    way = Ways(np.full(len(lon), np.inf), np.full(len(lon), np.nan), np.full(len(lon), -1))
    if not chosen.any():
        return way
    reached = nearest_source(offroad.graph, offroad.place_first + np.flatnonzero(chosen))
    cell, east, north = cells_of(offroad.friction.grid, lon, lat)
    in_grid = np.flatnonzero(cell >= 0)
    cell, east, north = cell[in_grid], east[in_grid], north[in_grid]
    near = _over_cells(offroad, reached, cell, east, north)
    near = _straight_to(offroad, offroad.roads, _from_roads(offroad, reached), near, cell, east, north)
    near = _straight_to(offroad, offroad.borders, _from_borders(offroad, chosen), near, cell, east, north)
    is_reached = np.isfinite(near.minutes)
    found = in_grid[is_reached]
    inside, place = inside_areas(lon, lat, offroad.ready.destinations.geometry, chosen)
    at_once: tuple[Any, ...] = (0.0, 0.0, place)
    for whole, part, value in zip(way, near, at_once, strict=True):
        whole[found] = part[is_reached]
        whole[inside] = value
    return way


def offroad_access(offroad: OffroadNetwork, starts: Starts, chosen: Booleans) -> Access:
    """Give the ways over a raster as those over straight walks are given.

    Parameters
    ----------
    offroad : OffroadNetwork
        Cells, roads and places.
    starts : Starts
        The points.
    chosen : numpy.ndarray of bool, shape (p,)
        Places that count.

    Returns
    -------
    Access
        As `comarca.access.quickest.quickest_access` gives it, but that it does not tell where the way takes to the
        road. Points outside the raster have the reason ``outside_raster``.
    """
    count = len(starts.lon)
    if not chosen.any():
        return no_access(count, Flag.NO_CITY)
    way = offroad_ways(offroad, starts.lon, starts.lat, chosen)
    outline = outlines(offroad.ready.destinations.geometry[chosen])
    index = index_segments(outline.lon, outline.lat, outline.first)
    is_missing = np.isinf(way.minutes)
    is_outside = cells_of(offroad.friction.grid, starts.lon, starts.lat)[0] < 0
    gap = np.where(is_outside, Flag.OUTSIDE_RASTER.value, Flag.UNREACHABLE.value)
    crow_km = straight_km_to(starts, outline.lon, outline.lat, index)
    inside, _ = inside_areas(starts.lon, starts.lat, offroad.ready.destinations.geometry, chosen)
    crow_km[inside] = 0.0
    return no_access(count, Flag.UNREACHABLE)._replace(
        minutes=np.where(is_missing, np.nan, way.minutes),
        km=way.km,
        straight_km=crow_km,
        place=way.place,
        reason=np.where(is_missing, gap, Flag.OK.value).astype(object),
    )


def _over_cells(offroad: OffroadNetwork, reached: Reached, cell: Integers, east: Floats, north: Floats) -> Ways:
    """Walk to the middle of the cell, or of the nearest passable one, and on from there."""
    friction, cells = offroad.friction, offroad.cells
    if offroad.cell_count == 0:
        return Ways(np.full(len(cell), np.inf), np.full(len(cell), np.nan), np.full(len(cell), -1))
    stand = np.where(cells.node[cell] >= 0, cell, offroad.bank[cell])
    node = cells.node[stand]
    walk_m = middle_m(friction, stand, east, north)
    minutes = walk_m * friction.min_per_m.ravel()[stand] + reached.minutes[node]
    minutes = np.where(walk_m <= _BANK_CELLS * friction.grid.cell_m, minutes, np.inf)
    return Ways(minutes, walk_m / M_PER_KM + reached.km[node], _place_of(offroad, reached, node))


def _place_of(offroad: OffroadNetwork, reached: Reached, node: Integers) -> Integers:
    source = reached.source[node]
    return np.asarray(np.where(source >= 0, source - offroad.place_first, -1))


def _from_roads(offroad: OffroadNetwork, reached: Reached) -> Ways:
    """Drive on from the spots on roads."""
    network, spots = offroad.ready.destinations.network, offroad.roads
    on_road = slice(offroad.cell_count, offroad.place_first)
    toll = toll_at(network_tolls(network, reached.minutes[on_road]), spots.vertex, spots.fraction)
    goes_back = toll[1] < toll[0]
    edge = network.vertex_edge[spots.vertex]
    node = np.where(goes_back, network.edge_from[edge], network.edge_to[edge])
    step_km = network.vertex_km[spots.vertex + 1] - network.vertex_km[spots.vertex]
    along_km = network.vertex_km[spots.vertex] + spots.fraction * step_km
    along_km = np.where(goes_back, along_km, network.edge_km[edge] - along_km)
    minutes = toll.min(axis=0)
    return Ways(
        minutes=np.where(minutes < NEVER / 2, minutes, np.inf),
        km=along_km + reached.km[on_road][node],
        place=_place_of(offroad, reached, node + offroad.cell_count),
    )


def _from_borders(offroad: OffroadNetwork, chosen: Booleans) -> Ways:
    """Be there, at spots of chosen places."""
    free = np.zeros(len(offroad.border_place))
    return Ways(np.where(chosen[offroad.border_place], 0.0, np.inf), free, offroad.border_place)


def _straight_to(
    offroad: OffroadNetwork, spots: Spots, onward: Ways, way: Ways, cell: Integers, east: Floats, north: Floats
) -> Ways:
    """Take the straight walk to a spot in the point's own cell where that is quicker."""
    if offroad.cell_count == 0:
        return way
    stand = np.where(offroad.cells.node[cell] >= 0, cell, offroad.bank[cell])
    pace = offroad.friction.min_per_m.ravel()[stand]
    minutes, km, place = way.minutes.copy(), way.km.copy(), way.place.copy()
    for point, spot in pairs_in_cells(cell, spots):
        walk_m = np.hypot(east[point] - spots.east[spot], north[point] - spots.north[spot])
        total = walk_m * pace[point] + onward.minutes[spot]
        order = np.lexsort((total, point))
        best = order[np.append(True, np.diff(point) > 0)]
        best = best[total[best] < minutes[point[best]]]
        minutes[point[best]] = total[best]
        km[point[best]] = walk_m[best] / M_PER_KM + onward.km[spot[best]]
        place[point[best]] = onward.place[spot[best]]
    return Ways(minutes, km, place)
