"""Walking beyond the road over a friction raster: the quickest way over cells and roads to the nearest destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from comarca.access.model import Route
from comarca.access.offroad_graph import OffroadNetwork, middle_m
from comarca.access.routes import inside_areas, network_tolls, reasons
from comarca.access.spots import Spots, pairs_in_cells
from comarca.rasters.grids import cells_of
from comarca.results import Flag
from comarca.roads.graph import nearest_source
from comarca.roads.segments import NEVER, toll_at
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.model import Origins
    from comarca.roads.graph import Reached

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Points in a barrier are moved to a passable cell at most this many cells off.
_BANK_CELLS: Final = 3


def offroad_routes(offroad: OffroadNetwork, origins: Origins, chosen: Booleans) -> Route:
    """Find the quickest route from each origin to the nearest of the chosen destinations, walking over the surface.

    Parameters
    ----------
    offroad : OffroadNetwork
        Cells, roads and destinations.
    origins : Origins
        Where people start.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.

    Returns
    -------
    Route
        Does not tell where it takes to the road. Points outside the surface reach nothing.

    Notes
    -----
    One search over one graph (Dijkstra 1959, doi:10.1007/BF01386390). From a point people walk to the middle of its
    cell and on, or straight to a road or destination in the same cell, whichever is quicker, at the pace of that cell.
    From a barrier they walk to the nearest passable cell, at most three cells off. Rivers without a bridge block; walks
    along roads take no less than through the land beside them, so times of people far from any car are on the high
    side.
    """
    route = Route.none(len(origins.lon))
    if not chosen.any():
        return route
    reached = nearest_source(offroad.graph, offroad.first_destination + np.flatnonzero(chosen))
    cell, east, north = cells_of(offroad.friction.grid, origins.lon, origins.lat)
    in_grid = np.flatnonzero(cell >= 0)
    cell, east, north = cell[in_grid], east[in_grid], north[in_grid]
    near = _over_cells(offroad, reached, cell, east, north)
    near = _straight_to(offroad, offroad.roads, _from_roads(offroad, reached), near, cell, east, north)
    near = _straight_to(offroad, offroad.borders, _from_borders(offroad, chosen), near, cell, east, north)
    inside, destination = inside_areas(origins, offroad.routable.destinations.geometry, chosen)
    arrived: tuple[Any, ...] = (0.0, 0.0, destination)
    for values, part, value in zip(route, near, arrived, strict=False):
        values[in_grid[near.is_reached]] = part[near.is_reached]
        values[inside] = value
    return route


def offroad_reasons(offroad: OffroadNetwork, origins: Origins, route: Route, chosen: Booleans) -> NDArray[np.object_]:
    """Give the reason of each missing time.

    Parameters
    ----------
    offroad, origins, chosen
        As for `offroad_routes`.
    route : Route
        What it gave.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        As from `comarca.access.routes.reasons`, and ``outside_raster`` for points outside the surface.
    """
    reason = reasons(route, chosen)
    is_outside = cells_of(offroad.friction.grid, origins.lon, origins.lat)[0] < 0
    reason[is_outside & ~route.is_reached & chosen.any()] = Flag.OUTSIDE_RASTER.value
    return reason


def _over_cells(offroad: OffroadNetwork, reached: Reached, cell: Integers, east: Floats, north: Floats) -> Route:
    """Walk to the middle of the cell, or of the nearest passable one, and on from there."""
    friction, cells = offroad.friction, offroad.cells
    if offroad.cell_count == 0:
        return Route.none(len(cell))
    standing = np.where(cells.node[cell] >= 0, cell, offroad.bank[cell])
    node = cells.node[standing]
    walk_m = middle_m(friction, standing, east, north)
    minutes = walk_m * friction.min_per_m.ravel()[standing] + reached.minutes[node]
    minutes = np.where(walk_m <= _BANK_CELLS * friction.grid.cell_m, minutes, np.inf)
    km = walk_m / M_PER_KM + reached.km[node]
    return Route.none(len(cell))._replace(minutes=minutes, km=km, destination=_destination_of(offroad, reached, node))


def _destination_of(offroad: OffroadNetwork, reached: Reached, node: Integers) -> Integers:
    source = reached.source[node]
    return np.asarray(np.where(source >= 0, source - offroad.first_destination, -1))


def _from_roads(offroad: OffroadNetwork, reached: Reached) -> Route:
    """Drive on from the spots on roads."""
    network, spots = offroad.routable.destinations.network, offroad.roads
    on_road = slice(offroad.cell_count, offroad.first_destination)
    toll = toll_at(network_tolls(network, reached.minutes[on_road]), spots.vertex, spots.fraction)
    goes_back = toll[1] < toll[0]
    edge = network.vertex_edge[spots.vertex]
    node = np.where(goes_back, network.edge_from[edge], network.edge_to[edge])
    step_km = network.vertex_km[spots.vertex + 1] - network.vertex_km[spots.vertex]
    along_km = network.vertex_km[spots.vertex] + spots.fraction * step_km
    along_km = np.where(goes_back, along_km, network.edge_km[edge] - along_km)
    minutes = toll.min(axis=0)
    return Route.none(len(minutes))._replace(
        minutes=np.where(minutes < NEVER / 2, minutes, np.inf),
        km=along_km + reached.km[on_road][node],
        destination=_destination_of(offroad, reached, node + offroad.cell_count),
    )


def _from_borders(offroad: OffroadNetwork, chosen: Booleans) -> Route:
    """Be at the chosen destinations, at the spots on their outlines."""
    free = np.zeros(len(offroad.border_destination))
    minutes = np.where(chosen[offroad.border_destination], 0.0, np.inf)
    return Route.none(len(free))._replace(minutes=minutes, km=free, destination=offroad.border_destination)


def _straight_to(
    offroad: OffroadNetwork, spots: Spots, onward: Route, route: Route, cell: Integers, east: Floats, north: Floats
) -> Route:
    """Take the straight walk to a spot in the point's own cell where that is quicker."""
    if offroad.cell_count == 0:
        return route
    standing = np.where(offroad.cells.node[cell] >= 0, cell, offroad.bank[cell])
    pace = offroad.friction.min_per_m.ravel()[standing]
    minutes, km, destination = route.minutes.copy(), route.km.copy(), route.destination.copy()
    for point, spot in pairs_in_cells(cell, spots):
        walk_m = np.hypot(east[point] - spots.east[spot], north[point] - spots.north[spot])
        total = walk_m * pace[point] + onward.minutes[spot]
        order = np.lexsort((total, point))
        best = order[np.append(True, np.diff(point) > 0)]
        best = best[total[best] < minutes[point[best]]]
        minutes[point[best]] = total[best]
        km[point[best]] = walk_m[best] / M_PER_KM + onward.km[spot[best]]
        destination[point[best]] = onward.destination[spot[best]]
    return route._replace(minutes=minutes, km=km, destination=destination)
