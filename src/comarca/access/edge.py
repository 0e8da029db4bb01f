"""Where the data of a region end on land: beyond it there may be cities and services that nobody knows of.

Coasts are no edge, as nothing lies beyond them that a road leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import scipy
import shapely

from comarca.crs import GEOD, geocentric_m
from comarca.polygons import territory_of
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.model import Origins

    Floats = NDArray[np.float64]

#: Share of the people for whom data end nearer than what was found, from which on that is a remark on a territory.
EDGE_SHARE: Final = 0.1
#: Land is sampled by points that far apart: a share of the region's extent, within limits.
_EXTENT_SHARE: Final = 1 / 300
_LEAST_STEP_KM: Final = 0.5
_MOST_STEP_KM: Final = 10.0
#: Outlines of countries are drawn that coarsely: land of the region's own country this near a territory is none.
_OUTLINE_KM: Final = 10.0
#: Roads outside the region count as data if they are at least this share of all, and reach as far as most of them.
_OUTSIDE_SHARE: Final = 0.01
_REACH_QUANTILE: Final = 0.95


def edge_km(
    origins: Origins, territories: gpd.GeoDataFrame, world: gpd.GeoDataFrame, *, reach_km: float = 0.0
) -> Floats:
    """Measure from each point to where a region's data end on land.

    Parameters
    ----------
    origins : Origins
        The points.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    world : geopandas.GeoDataFrame
        Outlines of countries with ``iso3``, EPSG:4326.
    reach_km : float, optional
        How far beyond the territories data reach.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Straight distance to the nearest land outside the territories, plus `reach_km`; infinite where there is no such
        land, as on an island.

    Notes
    -----
    Land is sampled by a grid of points, one 300th of the region's extent apart (0.5 to 10 km), so the distance is right
    to about that. Land of the region's own country counts from 10 km beyond the territories on, as coasts in the
    outlines are no more exact.
    """
    lon, lat, step_km = _sample(territories)
    points: NDArray[np.object_] = np.asarray(shapely.points(lon, lat), dtype=object)
    is_inside = territory_of(points, territories) >= 0
    country, point = shapely.STRtree(points).query(world.geometry.to_numpy(), predicate="intersects")
    country, point = country[~is_inside[point]], point[~is_inside[point]]
    place = geocentric_m(lon, lat)
    is_own = np.isin(world["iso3"].to_numpy()[country], territories["country"].unique())
    if is_inside.any():
        near_m, _ = scipy.spatial.KDTree(place[is_inside]).query(place[point[is_own]])
        is_own[is_own] = near_m < _OUTLINE_KM * M_PER_KM
    land, inside = place[point[~is_own]], geocentric_m(origins.lon, origins.lat)
    if len(land) == 0:
        return np.full(len(inside), np.inf)
    distance_m, _ = scipy.spatial.KDTree(land).query(inside)
    return np.maximum(np.asarray(distance_m) / M_PER_KM - step_km / 2, 0.0) + reach_km


def reach_beyond_km(lon: Floats, lat: Floats, territories: gpd.GeoDataFrame) -> float:
    """Tell how far beyond the territories the roads of a network reach.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (n,)
        Nodes of the network, degrees.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.

    Returns
    -------
    float
        Distance from the nearest node inside within which 95 % of the nodes outside lie, km; 0 if less than 1 % of all
        nodes lie outside.
    """
    points: NDArray[np.object_] = np.asarray(shapely.points(lon, lat), dtype=object)
    is_inside = territory_of(points, territories) >= 0
    if is_inside.all() or not is_inside.any() or (~is_inside).mean() < _OUTSIDE_SHARE:
        return 0.0
    place = geocentric_m(lon, lat)
    distance_m, _ = scipy.spatial.KDTree(place[is_inside]).query(place[~is_inside])
    return float(np.quantile(distance_m, _REACH_QUANTILE)) / M_PER_KM


def _sample(territories: gpd.GeoDataFrame) -> tuple[Floats, Floats, float]:
    """Give the points of a grid over the region and around it, and how far apart they are in km."""
    west, south, east, north = territories.total_bounds
    middle = (south + north) / 2
    height_km = GEOD.line_length([west, west], [south, north]) / M_PER_KM
    width_km = GEOD.line_length([west, east], [middle, middle]) / M_PER_KM
    step_km = float(np.clip(max(height_km, width_km) * _EXTENT_SHARE, _LEAST_STEP_KM, _MOST_STEP_KM))
    km_per_degree = GEOD.line_length([west, west], [middle - 0.5, middle + 0.5]) / M_PER_KM
    step_lat = step_km / km_per_degree
    step_lon = step_lat / max(np.cos(np.radians(middle)), 0.01)
    margin = max(10, round(2 * _OUTLINE_KM / step_km))
    lon = np.arange(west - margin * step_lon, east + margin * step_lon, step_lon)
    lat = np.arange(max(south - margin * step_lat, -90), min(north + margin * step_lat, 90), step_lat)
    grid_lon, grid_lat = np.meshgrid(lon, lat)
    return grid_lon.ravel(), grid_lat.ravel(), step_km
