"""Travel time and distance from where people are to the nearest of many places, over roads and on foot.

A way is a walk, straight to the nearest point of a road, then the road network; or a walk all the way. The quickest
way counts, not the nearest road at any price. People walk only onto the piece of network that their nearest road
belongs to, so that nobody crosses water by being snapped to a road on the other side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from comarca.access.destinations import outlines, put_on_network, walkable_index
from comarca.access.model import WALKING, Access, AccessNetwork, Starts, Walking
from comarca.access.ways import find_targets, inside_areas, on_foot, over_roads, own_pieces, quicker, straight_km_to
from comarca.crs import geocentric_m
from comarca.results import Flag
from comarca.roads.graph import reversed_graph
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import Tolls, index_segments

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]


def access_network(
    network: RoadNetwork, places: gpd.GeoDataFrame, *, walking: Walking = WALKING, max_snap_km: float = 1.0
) -> AccessNetwork:
    """Put places onto a network and make it ready to be searched.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    places : geopandas.GeoDataFrame
        Places of all classes or kinds, points or areas, EPSG:4326.
    walking : Walking, optional
        How people walk.
    max_snap_km : float, optional
        A point farther than this from every road is off the network, and reached on foot only.

    Returns
    -------
    AccessNetwork
        To be used for any number of classes and points.
    """
    destinations = put_on_network(network, places, max_snap_km=max_snap_km, fragment_max_km=walking.fragment_max_km)
    return AccessNetwork(
        destinations=destinations,
        graph=reversed_graph(destinations.network),
        index=walkable_index(destinations.network),
    )


def start_points(ready: AccessNetwork, lon: Floats, lat: Floats) -> Starts:
    """Find the road nearest to each point.

    Parameters
    ----------
    ready : AccessNetwork
        The network.
    lon, lat : numpy.ndarray, shape (n,)
        Points, degrees.

    Returns
    -------
    Starts
        The points with their nearest roads.
    """
    network = ready.destinations.network
    point_m = geocentric_m(lon, lat)
    free = np.zeros(len(network.vertex_lon))
    nearest = cheapest_segment(ready.index, point_m, tolls=Tolls(free, free), cost_per_m=1.0)
    component = np.full(len(nearest.vertex), -1)
    has_road = nearest.vertex >= 0
    component[has_road] = network.vertex_component[nearest.vertex[has_road]]
    return Starts(
        lon=np.asarray(lon, dtype=float),
        lat=np.asarray(lat, dtype=float),
        point_m=point_m,
        distance_m=nearest.distance_m,
        vertex=nearest.vertex,
        fraction=nearest.fraction,
        component=component,
    )


def straight_km(starts: Starts, geometry: NDArray[np.object_]) -> Floats:
    """Distance from each point to the nearest of some places as the crow flies.

    Parameters
    ----------
    starts : Starts
        The points.
    geometry : numpy.ndarray of shapely geometries
        Points and areas, EPSG:4326.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Geodesic, kilometres, to an area's border; NaN if there is no place.
    """
    if len(geometry) == 0:
        return np.full(len(starts.lon), np.nan)
    outline = outlines(geometry)
    return straight_km_to(starts, outline.lon, outline.lat, index_segments(outline.lon, outline.lat, outline.first))


def quickest_access(ready: AccessNetwork, starts: Starts, chosen: Booleans, *, walking: Walking = WALKING) -> Access:
    """Find the quickest way from each point to the nearest of the chosen places.

    Parameters
    ----------
    ready : AccessNetwork
        The network and the places.
    starts : Starts
        The points.
    chosen : numpy.ndarray of bool, shape (p,)
        Places that count.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    Access
        The quickest ways.

    Notes
    -----
    ``min over road segments s of (walk to the nearest point of s + time along s and over the network)``, or the walk to
    the place itself if that is quicker. Segments count that belong to the piece of network of the point's nearest
    road. If that is a mere fragment, any segment up to ``max_walk_km`` farther counts. Places off the network are
    reached by walks of that length only. The search is exact. Walks go straight, whatever lies between, so times
    off the road come out short where there are rivers, cliffs or dense forest.
    """
    if not chosen.any():
        return no_access(len(starts.lon), Flag.NO_CITY)
    targets = find_targets(ready, chosen)
    own = own_pieces(ready, starts, targets, walking)
    by_road = over_roads(ready, starts, targets, own, walking)
    way = quicker(by_road, on_foot(ready, starts, targets, own, walking, by_road.minutes))
    crow_km = straight_km_to(starts, targets.lon, targets.lat, targets.index)
    inside, place = inside_areas(starts.lon, starts.lat, ready.destinations.geometry, chosen)
    at_once: tuple[Any, ...] = (0.0, 0.0, place, -1, np.nan, 0.0, 0.0)
    for whole, value in zip((*way, crow_km), at_once, strict=True):
        whole[inside] = value
    is_missing = ~np.isfinite(way.minutes)
    return Access(
        minutes=np.where(is_missing, np.nan, way.minutes),
        km=way.km,
        straight_km=crow_km,
        place=way.place,
        vertex=way.vertex,
        fraction=way.fraction,
        walk_m=way.walk_m,
        reason=np.where(is_missing, Flag.UNREACHABLE.value, Flag.OK.value).astype(object),
    )


def no_access(count: int, reason: Flag) -> Access:
    """Say of a number of points that they reach nothing.

    Parameters
    ----------
    count : int
        Number of points.
    reason : Flag
        Why.

    Returns
    -------
    Access
        Gaps.
    """
    gap, none = np.full(count, np.nan), np.full(count, -1)
    return Access(gap, gap, gap, none, none, gap, gap, np.full(count, reason.value, dtype=object))
