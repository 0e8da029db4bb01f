"""Travel times as rasters: from the centre of each cell of a grid to the nearest of some destinations."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from comarca.access.model import WALKING, Origins, Route
from comarca.access.offroad import offroad_routes, offroad_targets
from comarca.access.offroad_network import offroad_network
from comarca.access.routable import origins_at
from comarca.access.routes import find_targets, quickest_routes
from comarca.rasters.grids import cell_middles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.landmasses import Landmasses
    from comarca.access.model import Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.rasters.grids import Grid

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]


#: Cells whose routes are searched in one go, which bounds the memory.
_STRIP_CELLS: Final = 1 << 17


class Strip(NamedTuple):
    """Travel times of some rows of a grid, to several classes of destinations.

    Attributes
    ----------
    row : int
        First row.
    minutes : numpy.ndarray of float32, shape (classes, rows, columns)
        NaN outside the area, and where no destination can be reached.
    destination : numpy.ndarray of int32, shape (classes, rows, columns)
        Row of the destination that is reached first; -1 where there is none.
    """

    row: int
    minutes: NDArray[np.float32]
    destination: NDArray[np.int32]


def travel_time_strips(
    routable: RoutableNetwork,
    classes: Booleans,
    *,
    grid: Grid,
    area: shapely.Geometry,
    walking: Walking = WALKING,
    friction: FrictionSurface | None = None,
    landmasses: Landmasses | None = None,
    rows: range | None = None,
    threads: int = 1,
) -> Iterator[Strip]:
    """Compute the travel time from the centre of each cell to the nearest destination of each class.

    Parameters
    ----------
    routable : RoutableNetwork
        The network and the destinations.
    classes : numpy.ndarray of bool, shape (classes, p)
        Destinations that count.
    grid : Grid
        The cells.
    area : shapely.Geometry
        Cells whose centre lies in it are computed, EPSG:4326.
    walking : Walking, optional
        How people walk.
    friction : FrictionSurface, optional
        Walking times over land; without them walks go straight.
    landmasses : Landmasses, optional
        Land that straight walks do not leave; all land is one if not given.
    rows : range, optional
        Rows of the grid to compute; all if not given.
    threads : int, optional
        Strips that are computed at a time.

    Yields
    ------
    Strip
        From the first row to the last; not all are in memory at once.

    Notes
    -----
    Exact: every cell has the route of its centre, whatever the strips, threads and rows. Where a cell lies, and which
    road is next to it, is found once for all classes. Neighbours follow each other in the search, so each begins with
    the road of the one before it.
    """
    rows = range(grid.shape[0]) if rows is None else rows
    step = max(1, _STRIP_CELLS // grid.shape[1])
    parts = [range(first, min(first + step, rows.stop)) for first in range(rows.start, rows.stop, step)]
    routes = _routes_of_points(routable, classes, walking, friction, landmasses)
    shapely.prepare(area)
    # What is prepared at the first question must be there before threads ask.
    shapely.intersects(area, shapely.point_on_surface(area))

    def strip(part: range) -> Strip:
        shape = (len(classes), len(part), grid.shape[1])
        minutes, destination = np.full(shape, np.nan, dtype=np.float32), np.full(shape, -1, dtype=np.int32)
        lon, lat = cell_middles(grid, part)
        inside = np.flatnonzero(shapely.contains_xy(area, lon, lat))
        for number, route in enumerate(routes(lon[inside], lat[inside])):
            minutes[number].ravel()[inside] = np.where(route.is_reached, route.minutes, np.nan)
            destination[number].ravel()[inside] = route.destination
        return Strip(part.start, minutes, destination)

    yield from _in_order(strip, parts, threads)


def _in_order(function: Callable[[range], Strip], parts: Sequence[range], threads: int) -> Iterator[Strip]:
    """Compute strips some at a time, and give them in their order."""
    if threads == 1:
        yield from map(function, parts)
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Strip]] = deque()
        for part in parts:
            ahead.append(pool.submit(function, part))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _routes_of_points(
    routable: RoutableNetwork,
    classes: Booleans,
    walking: Walking,
    friction: FrictionSurface | None,
    landmasses: Landmasses | None,
) -> Callable[[Floats, Floats], list[Route]]:
    """Make the function that gives the routes from points to each class."""
    if friction is None:
        roads = [find_targets(routable, chosen) for chosen in classes]

        def over_roads(lon: Floats, lat: Floats) -> list[Route]:
            origins = origins_at(routable, lon, lat, landmasses=landmasses)
            return [
                quickest_routes(routable, origins, chosen, walking=walking, targets=targets)
                for chosen, targets in zip(classes, roads, strict=True)
            ]

        return over_roads
    offroad = offroad_network(routable, friction)
    cells = [offroad_targets(offroad, chosen) if chosen.any() else None for chosen in classes]

    def over_land(lon: Floats, lat: Floats) -> list[Route]:
        # Which road is nearest does not matter here.
        origins = Origins(lon, lat, distance_m=np.full(len(lon), np.nan), component=np.full(len(lon), -1))
        none = Route.none(len(lon))
        return [none if targets is None else offroad_routes(offroad, origins, targets) for targets in cells]

    return over_land
