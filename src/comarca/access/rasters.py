"""Travel times as rasters: from the centre of each cell of a grid to the nearest of some places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from comarca.access.offroad import offroad_ways
from comarca.access.offroad_graph import offroad_network
from comarca.access.quickest import WALKING, quickest_access, start_points
from comarca.rasters.grids import cell_middles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.access.friction import Friction
    from comarca.access.offroad import Ways
    from comarca.access.quickest import Access, AccessNetwork, Walking
    from comarca.rasters.grids import Grid

    Booleans = NDArray[np.bool_]


class RasterTimes(NamedTuple):
    """Travel times of the cells of a grid.

    Attributes
    ----------
    minutes : numpy.ndarray of float32, shape (rows, columns)
        NaN outside the area, and where no place can be reached.
    place : numpy.ndarray of int32, shape (rows, columns)
        Row of the place that is reached first; -1 where there is none.
    """

    minutes: NDArray[np.float32]
    place: NDArray[np.int32]


def travel_time_raster(
    ready: AccessNetwork,
    chosen: Booleans,
    *,
    grid: Grid,
    area: shapely.Geometry,
    walking: Walking = WALKING,
    friction: Friction | None = None,
) -> RasterTimes:
    """Compute the travel time from the centre of each cell to the nearest of the chosen places.

    Parameters
    ----------
    ready : AccessNetwork
        The network and the places.
    chosen : numpy.ndarray of bool, shape (p,)
        Places that count.
    grid : Grid
        The cells.
    area : shapely.Geometry
        Cells whose centre lies in it are computed, EPSG:4326.
    walking : Walking, optional
        How people walk.
    friction : Friction, optional
        Walking times over land; without them walks go straight.

    Returns
    -------
    RasterTimes
        Times and catchments.
    """
    lon, lat = cell_middles(grid)
    shapely.prepare(area)
    inside = np.flatnonzero(shapely.contains_xy(area, lon, lat))
    way: Access | Ways
    if friction is None:
        way = quickest_access(ready, start_points(ready, lon[inside], lat[inside]), chosen, walking=walking)
    else:
        way = offroad_ways(offroad_network(ready, friction), lon[inside], lat[inside], chosen)
    minutes = np.full(lon.size, np.nan, dtype=np.float32)
    place = np.full(lon.size, -1, dtype=np.int32)
    minutes[inside] = np.where(np.isfinite(way.minutes), way.minutes, np.nan)
    place[inside] = way.place
    return RasterTimes(minutes=minutes.reshape(grid.shape), place=place.reshape(grid.shape))
