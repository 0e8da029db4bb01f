"""Destinations (cities, services) put onto a road network, as points or as areas."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geocentric_m, require_storage_crs
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import NEVER, Cheapest, SegmentIndex, Tolls, index_segments
from comarca.roads.splitting import insert_points
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.landmasses import Landmasses
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

_TO_VERTEX: Final = 1e-9


class Outlines(NamedTuple):
    """Points and borders of areas as segments; a point is a segment without length.

    Attributes
    ----------
    lon, lat : numpy.ndarray, shape (v,)
        Vertices, degrees.
    first : numpy.ndarray, shape (s,)
        Vertices that start a segment.
    destination : numpy.ndarray, shape (v,)
        Row of the destination.
    """

    lon: Floats
    lat: Floats
    first: Integers
    destination: Integers


def _no_rows() -> Integers:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Destinations:
    """A network on which destinations are nodes.

    Attributes
    ----------
    network : RoadNetwork
        The network, cut at the destinations and where it enters an area.
    geometry : numpy.ndarray of shapely geometries, shape (p,)
        The destinations, EPSG:4326.
    destination_id : numpy.ndarray of str, shape (p,)
        Their identifiers.
    node, destination : numpy.ndarray, shape (k,)
        Nodes that belong to destinations, and the row of the destination; an area has many.
    snap_km : numpy.ndarray, shape (p,)
        Straight distance to the nearest road that is no mere fragment; 0 for areas that roads reach.
    component : numpy.ndarray, shape (p,)
        Component of the network (for areas: that of the first node); -1 for destinations off the network.
    max_snap_km : float
        Distance beyond which a point is off the network.
    point_land : numpy.ndarray, shape (p,)
        Landmass that the point of each destination lies on; empty if that is not known.
    cut_off_node, cut_off_destination : numpy.ndarray, shape (c,)
        Ends of estimated ways to destinations beyond the edge of the road data, see `comarca.access.cut_off`.
    """

    network: RoadNetwork
    geometry: NDArray[np.object_]
    destination_id: NDArray[np.str_]
    node: Integers
    destination: Integers
    snap_km: Floats
    component: Integers
    max_snap_km: float
    point_land: Integers = field(default_factory=_no_rows)
    cut_off_node: Integers = field(default_factory=_no_rows)
    cut_off_destination: Integers = field(default_factory=_no_rows)

    @property
    def is_cut_off(self) -> Booleans:
        """Whether the edge of the road data cuts each destination off, shape (p,)."""
        return np.isin(np.arange(len(self.destination_id)), self.cut_off_destination)

    @property
    def is_on_network(self) -> Booleans:
        """Whether each destination is on the network, shape (p,)."""
        return self.component >= 0

    @cached_property
    def land(self) -> Integers:
        """Landmass of each destination, shape (p,): that of its roads, else of its point; -1 where it is not known."""
        land = self.point_land.copy() if len(self.point_land) else np.full(len(self.geometry), -1)
        land[self.destination[::-1]] = self.network.node_land[self.node[::-1]]
        return land

    def rows_in(self, identifiers: pd.Series) -> Integers:
        """Find the destinations in the layer that they were taken from.

        Parameters
        ----------
        identifiers : pandas.Series
            Identifiers of the layer's rows.

        Returns
        -------
        numpy.ndarray, shape (p,)
            Row of each destination.
        """
        return np.asarray(pd.Index(identifiers.astype(str)).get_indexer(pd.Index(self.destination_id)), dtype=np.int64)

    @cached_property
    def outlines(self) -> Outlines:
        """Points and borders of the destinations."""
        return outlines(self.geometry)

    @cached_property
    def outline_index(self) -> SegmentIndex:
        """Index of the segments of the outlines."""
        component = self.component[self.outlines.destination[self.outlines.first]]
        return index_segments(self.outlines.lon, self.outlines.lat, self.outlines.first, component)


def walkable_index(network: RoadNetwork, *, by_land: bool = False) -> SegmentIndex:
    """Index the segments that people may walk onto.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    by_land : bool, optional
        Whether searches tell landmasses apart, and not components.

    Returns
    -------
    SegmentIndex
        Their index.
    """
    is_first = network.edge_on_foot[network.vertex_edge]
    is_first[network.edge_start[1:] - 1] = False
    first = np.flatnonzero(is_first)
    member = network.vertex_land[first] if by_land else network.component_at(first)
    return index_segments(network.vertex_lon, network.vertex_lat, first, member)


def put_on_network(
    network: RoadNetwork,
    destinations: gpd.GeoDataFrame,
    *,
    identifier: str | None = None,
    max_snap_km: float = 1.0,
    fragment_max_km: float = 1.0,
    landmasses: Landmasses | None = None,
) -> Destinations:
    """Make destinations nodes of a network.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    destinations : geopandas.GeoDataFrame
        Points or areas, EPSG:4326.
    identifier : str, optional
        Column of their identifiers; the index if not given.
    max_snap_km : float, optional
        A point farther than this from every road is off the network.
    fragment_max_km : float, optional
        Isolated bits of road shorter than this are left aside.
    landmasses : Landmasses, optional
        Land that people walk on, where the network tells which landmass its roads are on; all land is one if not given.

    Returns
    -------
    Destinations
        The network with the destinations. A point is moved to the nearest road of the main part of a component, that is
        its longest strongly connected part; only where none is within `max_snap_km`, to one of another such part; a
        point on land, to a road of its own landmass only. An
        area takes in every node inside it, and roads are cut where they cross its border, so that times run to its
        edge. An area without any road is treated as its central point.
    """
    require_storage_crs(destinations, name="destinations")
    geometry = destinations.geometry.to_numpy()
    identifiers: Any = destinations.index if identifier is None else destinations[identifier]
    area_vertex, area_fraction, area_destination = _border_crossings(network, geometry)
    point = shapely.point_on_surface(geometry)
    lon, lat = shapely.get_x(point), shapely.get_y(point)
    nearest = _nearest_road(
        network,
        geocentric_m(lon, lat),
        _no_rows() if landmasses is None or len(network.vertex_land) == 0 else landmasses.number_on(lon, lat),
        max_snap_km=max_snap_km,
        fragment_max_km=fragment_max_km,
    )
    has_area_node = np.zeros(len(geometry), dtype=bool)
    has_area_node[_nodes_inside(network, geometry)[1]] = True
    has_area_node[area_destination] = True
    is_near = (nearest.distance_m <= max_snap_km * M_PER_KM) & ~has_area_node
    snapped = np.flatnonzero(is_near)
    cut, node = insert_points(
        network,
        np.concatenate([nearest.vertex[snapped], area_vertex]),
        np.concatenate([nearest.fraction[snapped], area_fraction]),
    )
    inside_node, inside_destination = _nodes_inside(cut, geometry)
    node = np.concatenate([node, inside_node])
    destination = np.concatenate([snapped, area_destination, inside_destination])
    pairs = np.unique(np.column_stack([destination, node]), axis=0)
    component = np.full(len(geometry), -1)
    component[pairs[::-1, 0]] = cut.node_component[pairs[::-1, 1]]
    return Destinations(
        network=cut,
        geometry=geometry,
        destination_id=np.asarray(identifiers.astype(str), dtype=np.str_),
        node=pairs[:, 1],
        destination=pairs[:, 0],
        snap_km=np.where(has_area_node, 0.0, nearest.distance_m / M_PER_KM),
        component=component,
        max_snap_km=max_snap_km,
        point_land=_no_rows() if landmasses is None else landmasses.number_at(lon, lat),
    )


def tolls_to_enter(network: RoadNetwork, fragment_max_km: float, *, main_only: bool = True) -> Tolls:
    """Close all edges that are no part of something large that can be entered and left; one-way components stay open.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    fragment_max_km : float
        Shorter parts are closed.
    main_only : bool, optional
        Whether only the longest strongly connected part of each component is open. Others can be entered from it, or
        left for it, but not both.

    Returns
    -------
    Tolls
        0 or `NEVER` per vertex.
    """
    is_open = network.edge_strong_km >= fragment_max_km
    if main_only:
        is_open &= network.node_in_main_part[network.edge_from] & network.node_in_main_part[network.edge_to]
    component = network.node_component[network.edge_from]
    is_one_way = np.bincount(component[is_open], minlength=len(network.component_km)) == 0
    is_open |= (is_one_way & (network.component_km >= fragment_max_km))[component]
    toll = np.where(is_open[network.vertex_edge], 0.0, NEVER)
    return Tolls(toll, toll)


def _nearest_road(
    network: RoadNetwork, point_m: Floats, land: Integers, *, max_snap_km: float, fragment_max_km: float
) -> Cheapest:
    """Take the nearest road of a main part within reach, on the own landmass if it is known, else that of any part."""
    index = walkable_index(network, by_land=len(land) > 0)
    main, other = (
        cheapest_segment(
            index,
            point_m,
            tolls=tolls_to_enter(network, fragment_max_km, main_only=main_only),
            component=land if len(land) else None,
        )
        for main_only in (True, False)
    )
    is_near = main.distance_m <= max_snap_km * M_PER_KM
    return Cheapest(*(np.where(is_near, near, far) for near, far in zip(main, other, strict=True)))


def outlines(geometry: NDArray[np.object_]) -> Outlines:
    """Give points and the borders of areas as segments.

    Parameters
    ----------
    geometry : numpy.ndarray of shapely geometries, shape (p,)
        Points and (Multi)Polygons, EPSG:4326.

    Returns
    -------
    Outlines
        Their segments.
    """
    is_point = shapely.get_dimensions(geometry) == 0
    lines = shapely.boundary(geometry)
    coordinates = shapely.get_coordinates(geometry[is_point])
    lines[is_point] = shapely.linestrings(np.repeat(coordinates[:, None, :], 2, axis=1))
    parts, destination = shapely.get_parts(lines, return_index=True)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    return Outlines(
        lon=vertices[:, 0],
        lat=vertices[:, 1],
        first=np.flatnonzero(part[1:] == part[:-1]),
        destination=np.asarray(destination[part], dtype=np.int64),
    )


def as_points(lon: Floats, lat: Floats) -> NDArray[np.object_]:
    """Make points of coordinates.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (n,)
        Degrees.

    Returns
    -------
    numpy.ndarray of shapely.Point, shape (n,)
        The points.
    """
    return np.asarray(shapely.points(np.column_stack([lon, lat])), dtype=object)


def _nodes_inside(network: RoadNetwork, geometry: NDArray[np.object_]) -> tuple[Integers, Integers]:
    """Nodes inside areas, with the row of the area."""
    area = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    if len(area) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    which, node = shapely.STRtree(as_points(network.node_lon, network.node_lat)).query(
        geometry[area], predicate="intersects"
    )
    return np.asarray(node, dtype=np.int64), area[which]


def _border_crossings(network: RoadNetwork, geometry: NDArray[np.object_]) -> tuple[Integers, Floats, Integers]:
    """Where roads cross the borders of areas: first vertex, fraction of the segment, row of the area."""
    area = np.flatnonzero(shapely.get_dimensions(geometry) == 2)
    first = _segments_near(network, geometry[area])
    lon, lat = network.vertex_lon, network.vertex_lat
    ends = np.stack([np.column_stack([lon[first], lat[first]]), np.column_stack([lon[first + 1], lat[first + 1]])], 1)
    borders = shapely.boundary(geometry[area])
    segments: NDArray[np.object_] = np.asarray(shapely.linestrings(ends), dtype=object)
    which, segment = shapely.STRtree(segments).query(borders, predicate="intersects")
    crossings = shapely.intersection(segments[segment], borders[which])
    at, pair = shapely.get_coordinates(crossings, return_index=True)
    start, along = ends[segment[pair], 0], ends[segment[pair], 1] - ends[segment[pair], 0]
    square = np.einsum("ij,ij->i", along, along)
    fraction = np.einsum("ij,ij->i", at - start, along) / np.where(square > 0, square, 1)
    fraction = np.where(fraction < _TO_VERTEX, 0.0, np.where(fraction > 1 - _TO_VERTEX, 1.0, fraction))
    return first[segment[pair]], fraction, area[which[pair]]


def _segments_near(network: RoadNetwork, areas: NDArray[np.object_]) -> Integers:
    """First vertices of the segments of all edges whose bounding box meets that of an area."""
    if len(areas) == 0:
        return np.zeros(0, dtype=np.int64)
    starts = network.edge_start[:-1]
    boxes = shapely.box(
        np.minimum.reduceat(network.vertex_lon, starts),
        np.minimum.reduceat(network.vertex_lat, starts),
        np.maximum.reduceat(network.vertex_lon, starts),
        np.maximum.reduceat(network.vertex_lat, starts),
    )
    is_near = np.zeros(len(starts), dtype=bool)
    is_near[shapely.STRtree(boxes).query(shapely.boundary(areas))[1]] = True
    is_first = is_near[network.vertex_edge]
    is_first[network.edge_start[1:] - 1] = False
    return np.flatnonzero(is_first)
