"""Walking beyond the road over a friction surface: the quickest route over cells and roads to a destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from comarca.access.cells import Seeds, walk_to_seeds
from comarca.access.model import Route
from comarca.access.offroad_network import OffroadNetwork, middle_m
from comarca.access.routes import drive_on, find_targets, inside_areas, reasons
from comarca.access.spots import Spots, pairs_in_cells
from comarca.rasters.grids import cells_of
from comarca.results import Flag
from comarca.roads.segments import NEVER
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.model import Origins
    from comarca.access.routes import Targets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: Points in a barrier are moved to a passable cell at most this many cells off.
_BANK_CELLS: Final = 3


class OffroadTargets(NamedTuple):
    """Routes to the chosen destinations from where walks can end.

    Attributes
    ----------
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.
    from_roads, from_borders : Route
        From the spots on roads and on the outlines of destinations.
    from_cells : Route
        From the middles of the cells, shape (rows * columns,).
    """

    chosen: Booleans
    from_roads: Route
    from_borders: Route
    from_cells: Route


def offroad_targets(offroad: OffroadNetwork, chosen: Booleans) -> OffroadTargets:
    """Search roads and cells from the chosen destinations, all at once.

    Parameters
    ----------
    offroad : OffroadNetwork
        Cells, roads and destinations.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that count.

    Returns
    -------
    OffroadTargets
        For any number of origins.

    Notes
    -----
    Roads first: the time on from every spot beside them; then the walks to them over the cells, see
    `comarca.access.cells.walk_to_seeds`.
    """
    from_roads = _from_roads(offroad, find_targets(offroad.routable, chosen))
    from_borders = _from_borders(offroad, chosen)
    return OffroadTargets(chosen, from_roads, from_borders, _from_cells(offroad, from_roads, from_borders, chosen))


def offroad_routes(offroad: OffroadNetwork, origins: Origins, targets: OffroadTargets) -> Route:
    """Find the quickest route from each origin to the nearest of the chosen destinations, walking over the surface.

    Parameters
    ----------
    offroad : OffroadNetwork
        Cells, roads and destinations.
    origins : Origins
        Where people start.
    targets : OffroadTargets
        What `offroad_targets` gave.

    Returns
    -------
    Route
        Does not tell where it takes to the road. Points outside the surface reach nothing.

    Notes
    -----
    From a point people walk to the middle of its cell and on, or straight to a road or destination in the same cell,
    whichever is quicker, at the pace of that cell. From a barrier they walk to the nearest passable cell, at most three
    cells off. Rivers without a bridge block; walks along roads take no less than through the land beside them, so times
    of people far from any car are on the high side.
    """
    route = Route.none(len(origins.lon))
    cell, east, north = cells_of(offroad.friction.grid, origins.lon, origins.lat)
    in_grid = np.flatnonzero(cell >= 0)
    cell, east, north = cell[in_grid], east[in_grid], north[in_grid]
    near = _over_cells(offroad, targets.from_cells, cell, east, north)
    near = _straight_to(offroad, offroad.roads, targets.from_roads, near, cell, east, north)
    near = _straight_to(offroad, offroad.borders, targets.from_borders, near, cell, east, north)
    inside, destination = inside_areas(origins, offroad.routable.destinations.geometry, targets.chosen)
    arrived: tuple[Any, ...] = (0.0, 0.0, destination)
    for values, part, value in zip(route, near, arrived, strict=False):
        values[in_grid[near.is_reached]] = part[near.is_reached]
        values[inside] = value
    return route


def offroad_reasons(offroad: OffroadNetwork, origins: Origins, route: Route, chosen: Booleans) -> NDArray[np.object_]:
    """Give the reason of each missing time.

    Parameters
    ----------
    offroad, origins
        As for `offroad_routes`.
    route : Route
        What it gave.
    chosen : numpy.ndarray of bool, shape (p,)
        Destinations that counted.

    Returns
    -------
    numpy.ndarray of str, shape (n,)
        As from `comarca.access.routes.reasons`, and ``outside_raster`` for points outside the surface.
    """
    reason = reasons(route, chosen)
    is_outside = cells_of(offroad.friction.grid, origins.lon, origins.lat)[0] < 0
    reason[is_outside & ~route.is_reached & chosen.any()] = Flag.OUTSIDE_RASTER.value
    return reason


def _from_cells(offroad: OffroadNetwork, from_roads: Route, from_borders: Route, chosen: Booleans) -> Route:
    """Find the quickest route from the middle of each cell."""
    inside = chosen[offroad.inner_destination]
    count = int(inside.sum())
    cells = [offroad.roads.cell, offroad.borders.cell, offroad.inner_cell[inside]]
    inner = Route.none(count)._replace(
        minutes=np.zeros(count), km=np.zeros(count), destination=offroad.inner_destination[inside]
    )
    onward = [_from_middle(offroad, offroad.roads, from_roads), _from_middle(offroad, offroad.borders, from_borders)]
    seeds = Route(*(np.concatenate(column) for column in zip(*onward, inner, strict=True)))
    cell = np.concatenate(cells)
    used = np.flatnonzero(seeds.is_reached & offroad.is_passable[cell])
    walks = walk_to_seeds(offroad.friction, Seeds(cell[used], seeds.minutes[used]))
    seed = np.append(used, -1)[walks.seed]
    is_reached = seed >= 0
    return Route.none(len(walks.minutes))._replace(
        minutes=walks.minutes,
        km=np.where(is_reached, walks.km + np.append(seeds.km, 0.0)[seed], np.nan),
        destination=np.where(is_reached, np.append(seeds.destination, -1)[seed], -1),
    )


def _from_middle(offroad: OffroadNetwork, spots: Spots, onward: Route) -> Route:
    """Walk from the middles of the cells to the spots in them, and on."""
    walk_m = middle_m(offroad.friction, spots.cell, spots.east, spots.north)
    with np.errstate(invalid="ignore"):
        minutes = walk_m * offroad.friction.min_per_m.ravel()[spots.cell] + onward.minutes
    return onward._replace(minutes=minutes, km=walk_m / M_PER_KM + onward.km)


def _over_cells(offroad: OffroadNetwork, walks: Route, cell: Integers, east: Floats, north: Floats) -> Route:
    """Walk to the middle of the cell, or of the nearest passable one, and on from there."""
    friction = offroad.friction
    if not offroad.is_passable.any():
        return Route.none(len(cell))
    standing = offroad.bank[cell]
    walk_m = middle_m(friction, standing, east, north)
    minutes = walk_m * friction.min_per_m.ravel()[standing] + walks.minutes[standing]
    return Route.none(len(cell))._replace(
        minutes=np.where(walk_m <= _BANK_CELLS * friction.grid.cell_m, minutes, np.inf),
        km=walk_m / M_PER_KM + walks.km[standing],
        destination=walks.destination[standing],
    )


def _from_roads(offroad: OffroadNetwork, targets: Targets) -> Route:
    """Drive on from the spots on roads."""
    spots = offroad.roads
    minutes, km, destination = drive_on(offroad.routable.destinations.network, targets, spots.vertex, spots.fraction)
    return Route.none(len(minutes))._replace(
        minutes=np.where(minutes < NEVER / 2, minutes, np.inf), km=km, destination=destination
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
    if not offroad.is_passable.any():
        return route
    standing = offroad.bank[cell]
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
