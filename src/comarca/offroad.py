"""Walking beyond the road over a friction raster: the quickest way over cells and roads to the nearest place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from comarca.access import Access, no_access
from comarca.flags import Flag
from comarca.grids import cells_of
from comarca.offroad_graph import OffroadNetwork, middle_m
from comarca.places import outlines
from comarca.routing import nearest_source
from comarca.segments import NEVER, index_segments, toll_at
from comarca.spots import Spots, pairs_in_cells
from comarca.units import M_PER_KM
from comarca.ways import inside_areas, network_tolls, straight_km_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access import Starts
    from comarca.routing import Reached

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Whose cell is a barrier stands on a bank at most this many cells off.
_BANK_CELLS: Final = 3


class _Onward(NamedTuple):
    """What follows once a spot is reached: minutes (infinite if nothing), km, row of the place."""

    minutes: Floats
    km: Floats
    place: Integers


def offroad_access(offroad: OffroadNetwork, starts: Starts, chosen: Booleans) -> Access:
    """Find the quickest way from each point to the nearest of the chosen places, walking over the raster.

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
        As `comarca.access.quickest_access` gives it, but that it does not tell where the way takes to the road.
        Points outside the raster have the reason ``outside_raster``.

    Notes
    -----
    One search over one graph (Dijkstra 1959, doi:10.1007/BF01386390). From a point people walk to the middle of its
    cell and on, or straight to a road or place in the same cell, whichever is quicker, at the pace of that cell. Who
    stands in a barrier walks from the nearest passable cell. Rivers without a bridge block; walks along roads take no
    less than through the land beside them, so people far from any car come out slow.
    """
    if not chosen.any():
        return no_access(len(starts.lon), Flag.NO_CITY)
    reached = nearest_source(offroad.graph, offroad.place_first + np.flatnonzero(chosen))
    cell, east, north = cells_of(offroad.friction.grid, starts.lon, starts.lat)
    in_grid = np.flatnonzero(cell >= 0)
    way = _Onward(*(np.full(len(cell), gap) for gap in (np.inf, np.nan, -1)))
    near = _over_cells(offroad, reached, cell[in_grid], east[in_grid], north[in_grid])
    for spots, onward in (
        (offroad.roads, _from_roads(offroad, reached)),
        (offroad.borders, _from_borders(offroad, chosen)),
    ):
        near = _straight_to(offroad, spots, onward, near, cell[in_grid], east[in_grid], north[in_grid])
    for whole, part in zip(way, near, strict=True):
        whole[in_grid] = part
    outline = outlines(offroad.ready.destinations.geometry[chosen])
    index = index_segments(outline.lon, outline.lat, outline.first)
    crow_km = straight_km_to(starts, outline.lon, outline.lat, index)
    inside, place = inside_areas(starts, offroad.ready.destinations.geometry, chosen)
    at_once: tuple[Any, ...] = (0.0, 0.0, place, 0.0)
    for whole, value in zip((*way, crow_km), at_once, strict=True):
        whole[inside] = value
    is_missing = ~np.isfinite(way.minutes)
    gap = np.where(cell < 0, Flag.OUTSIDE_RASTER.value, Flag.UNREACHABLE.value)
    return no_access(len(cell), Flag.UNREACHABLE)._replace(
        minutes=np.where(is_missing, np.nan, way.minutes),
        km=np.where(is_missing, np.nan, way.km),
        straight_km=crow_km,
        place=np.where(is_missing, -1, way.place).astype(np.int64),
        reason=np.where(is_missing, gap, Flag.OK.value).astype(object),
    )


def _over_cells(offroad: OffroadNetwork, reached: Reached, cell: Integers, east: Floats, north: Floats) -> _Onward:
    """Walk to the middle of the cell, or of the nearest passable one, and on from there."""
    friction, cells = offroad.friction, offroad.cells
    if offroad.cell_count == 0:
        return _Onward(np.full(len(cell), np.inf), np.full(len(cell), np.nan), np.full(len(cell), -1))
    stand = np.where(cells.node[cell] >= 0, cell, offroad.bank[cell])
    node = cells.node[stand]
    walk_m = middle_m(friction, stand, east, north)
    minutes = walk_m * friction.min_per_m.ravel()[stand] + reached.minutes[node]
    minutes = np.where(walk_m <= _BANK_CELLS * friction.grid.cell_m, minutes, np.inf)
    return _Onward(minutes, walk_m / M_PER_KM + reached.km[node], _place_of(offroad, reached, node))


def _place_of(offroad: OffroadNetwork, reached: Reached, node: Integers) -> Integers:
    source = reached.source[node]
    return np.asarray(np.where(source >= 0, source - offroad.place_first, -1))


def _from_roads(offroad: OffroadNetwork, reached: Reached) -> _Onward:
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
    return _Onward(
        minutes=np.where(minutes < NEVER / 2, minutes, np.inf),
        km=along_km + reached.km[on_road][node],
        place=_place_of(offroad, reached, node + offroad.cell_count),
    )


def _from_borders(offroad: OffroadNetwork, chosen: Booleans) -> _Onward:
    """Be there, at spots of chosen places."""
    free = np.zeros(len(offroad.border_place))
    return _Onward(np.where(chosen[offroad.border_place], 0.0, np.inf), free, offroad.border_place)


def _straight_to(
    offroad: OffroadNetwork, spots: Spots, onward: _Onward, way: _Onward, cell: Integers, east: Floats, north: Floats
) -> _Onward:
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
    return _Onward(minutes, km, place)
