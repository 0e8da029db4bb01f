"""Travel times as rasters: from the centre of each cell of a grid to the nearest of some destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import rasterio.features
import shapely
import shapely.geometry
from affine import Affine

from comarca.access.model import WALKING, Origins
from comarca.access.offroad import offroad_routes, offroad_targets
from comarca.access.offroad_network import offroad_network
from comarca.access.routable import origins_at
from comarca.access.routes import find_targets, quickest_routes
from comarca.crs import STORAGE
from comarca.rasters.grids import Grid, cell_middles
from comarca.units import M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.landmasses import Landmasses
    from comarca.access.model import Route, Walking
    from comarca.access.routable import RoutableNetwork

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]


#: Cells whose routes are searched in one go, which bounds the memory.
_STRIP_CELLS: Final = 500_000


class RasterTimes(NamedTuple):
    """Travel times of the cells of a grid.

    Attributes
    ----------
    minutes : numpy.ndarray of float32, shape (rows, columns)
        NaN outside the area, and where no destination can be reached.
    destination : numpy.ndarray of int32, shape (rows, columns)
        Row of the destination that is reached first; -1 where there is none.
    """

    minutes: NDArray[np.float32]
    destination: NDArray[np.int32]


def travel_time_raster(
    routable: RoutableNetwork,
    chosen: Booleans,
    *,
    grid: Grid,
    area: shapely.Geometry,
    walking: Walking = WALKING,
    friction: FrictionSurface | None = None,
    landmasses: Landmasses | None = None,
) -> RasterTimes:
    """Compute the travel time from the centre of each cell to the nearest of the chosen destinations.

    Parameters
    ----------
    routable : RoutableNetwork
        The network and the destinations.
    chosen : numpy.ndarray of bool, shape (p,)
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

    Returns
    -------
    RasterTimes
        Times and catchments.

    Notes
    -----
    Exact: every cell has the route of its centre. Neighbours follow each other in the search, so each begins with the
    road of the one before it.
    """
    shapely.prepare(area)
    routes = _routes_of_points(routable, chosen, walking, friction, landmasses)
    minutes = np.full(grid.shape, np.nan, dtype=np.float32)
    destination = np.full(grid.shape, -1, dtype=np.int32)
    rows, columns = grid.shape
    step = max(1, _STRIP_CELLS // columns)
    for first in range(0, rows, step):
        shape = (min(step, rows - first), columns)
        strip = Grid(grid.crs, grid.transform @ Affine.translation(0, first), shape)
        lon, lat = cell_middles(strip)
        inside = np.flatnonzero(shapely.contains_xy(area, lon, lat))
        route = routes(lon[inside], lat[inside])
        flat = first * columns + inside
        minutes.ravel()[flat] = np.where(route.is_reached, route.minutes, np.nan)
        destination.ravel()[flat] = route.destination
    return RasterTimes(minutes=minutes, destination=destination)


def _routes_of_points(
    routable: RoutableNetwork,
    chosen: Booleans,
    walking: Walking,
    friction: FrictionSurface | None,
    landmasses: Landmasses | None,
) -> Callable[[Floats, Floats], Route]:
    """Make the function that gives the routes from points."""
    if friction is None or not chosen.any():
        shared = find_targets(routable, chosen)
        return lambda lon, lat: quickest_routes(
            routable, origins_at(routable, lon, lat, landmasses=landmasses), chosen, walking=walking, targets=shared
        )
    offroad = offroad_network(routable, friction)
    targets = offroad_targets(offroad, chosen)

    def routes(lon: Floats, lat: Floats) -> Route:
        # Which road is nearest does not matter here.
        origins = Origins(lon, lat, distance_m=np.full(len(lon), np.nan), component=np.full(len(lon), -1))
        return offroad_routes(offroad, origins, targets)

    return routes


def catchment_areas(destination: NDArray[np.int32], grid: Grid, cities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the outlines of catchments.

    Parameters
    ----------
    destination : numpy.ndarray of int32, shape (rows, columns)
        Row of the city that is reached first from each cell, as in `comarca.access.rasters.RasterTimes`; -1 where there
        is none.
    grid : Grid
        The cells.
    cities : geopandas.GeoDataFrame
        Schema ``cities``: those that the rows count.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per city that is reached first from somewhere, in the order of `cities`: ``city_id``, ``city_name``,
        ``area_km2`` (of its cells) and a (Multi)Polygon, EPSG:4326. Areas do not overlap, and cover all cells that
        reach a city.
    """
    pieces = rasterio.features.shapes(destination, mask=destination >= 0, connectivity=4, transform=grid.transform)
    shapes, rows = [], []
    for shape, row in pieces:
        shapes.append(shapely.geometry.shape(shape))
        rows.append(int(row))
    owner = np.array(rows, dtype=np.int64)
    order = np.argsort(owner, kind="stable")
    numbers, start = np.unique(owner[order], return_index=True)
    parts = np.split(np.array(shapes, dtype=object)[order], start[1:]) if len(numbers) else []
    whole = [part[0] if len(part) == 1 else shapely.multipolygons(part) for part in parts]
    chosen = cities.iloc[numbers]
    return gpd.GeoDataFrame(
        {
            "city_id": chosen["city_id"].to_numpy(),
            "city_name": chosen["city_name"].to_numpy(),
            "area_km2": shapely.area(np.array(whole, dtype=object)) / M2_PER_KM2,
        },
        geometry=whole,
        crs=grid.crs,
    ).to_crs(STORAGE)
