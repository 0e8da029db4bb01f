"""Connectors: short straight links that join what the road data leave apart, each one listed.

National road files often end some metres short of each other, or leave out the streets between a highway and a town. A
connector is an edge of its own, straight, at a stated low speed. Three kinds are drawn, in this order: over *gaps* that
are no wider than what drawing leaves, between the main component and *components* that hold cities or people, and from
*cities* to the road that reaches them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE, geocentric_m, geodesic_step_km
from comarca.roads.joining import Links, join_nearest_first
from comarca.roads.network import connected
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import NEVER, SegmentIndex, Tolls, index_segments
from comarca.roads.splitting import add_straight_edges, insert_points
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

Kind = Literal["gap", "component", "city", "foot"]
_LAYER: Final = ("kind", "name", "length_km", "minutes")


@dataclass(frozen=True)
class Linking:
    """How connectors are drawn.

    Attributes
    ----------
    bridge_gap_m : float
        Ends of roads of different components that are no farther apart are joined.
    max_km : float
        Longest connector to a component or a city.
    min_persons : float
        People on a component, from which on it is linked even if it holds no city.
    speed_kmh, detour_ratio : float
        Speed on connectors, and length of the way over the straight line.
    city_density_persons_per_km2 : float
        Density by which a city without an outline is taken for a disc: a road that enters the disc reaches the city.
    walk_m, walk_kmh, walk_detour_ratio : float
        Longest walk from a loose component to another road, its speed, and its length over the straight line.
    """

    bridge_gap_m: float = 10.0
    max_km: float = 10.0
    min_persons: float = 1_000.0
    speed_kmh: float = 15.0
    detour_ratio: float = 1.3
    city_density_persons_per_km2: float = 3_000.0
    walk_m: float = 500.0
    walk_kmh: float = 4.0
    walk_detour_ratio: float = 1.3

    def radius_km(self, persons: Floats) -> Floats:
        """Radius of the disc of a city of so many inhabitants.

        Parameters
        ----------
        persons : numpy.ndarray, shape (n,)
            Inhabitants; NaN counts as none.

        Returns
        -------
        numpy.ndarray, shape (n,)
            ``sqrt(persons / (pi density))``, kilometres.
        """
        return np.sqrt(np.nan_to_num(persons) / (np.pi * self.city_density_persons_per_km2))


@dataclass(frozen=True)
class _Ends:
    """Both ends of connectors: a point off the road or a node, and a place on a segment."""

    lon: Floats
    lat: Floats
    vertex: Integers
    fraction: Floats
    kind: Kind
    name: NDArray[np.object_]


def link_gaps(
    network: RoadNetwork, linking: Linking, *, is_ferry: Booleans | None = None
) -> tuple[RoadNetwork, gpd.GeoDataFrame]:
    """Join ends of roads that nearly meet a road of another component.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    linking : Linking
        How connectors are drawn.
    is_ferry : numpy.ndarray of bool, shape (e,), optional
        Edges that are crossings, which no connector leads to: they are boarded at piers, not at sea.

    Returns
    -------
    network : RoadNetwork
        The network with the connectors.
    connectors : geopandas.GeoDataFrame
        One line per connector, as from `as_layer`.
    """
    degree = np.bincount(np.concatenate([network.edge_from, network.edge_to]), minlength=len(network.node_lon))
    ends = np.flatnonzero(degree == 1)
    if linking.bridge_gap_m <= 0 or len(network.component_km) < 2 or len(ends) == 0:
        return network, as_layer([])
    distance_m, vertex, fraction = _nearest_elsewhere(network, ends, is_ferry, reach_m=linking.bridge_gap_m)
    is_near = np.isfinite(distance_m)
    ends, vertex, fraction, distance_m = ends[is_near], vertex[is_near], fraction[is_near], distance_m[is_near]
    pair = np.sort(
        np.column_stack([network.node_component[ends], network.component_at(vertex)]).astype(np.int64), axis=1
    )
    order = np.lexsort((ends, distance_m, pair[:, 1], pair[:, 0]))
    chosen = order[np.sort(np.unique(pair[order], axis=0, return_index=True)[1])]
    return _link(
        network,
        _Ends(
            network.node_lon[ends[chosen]], network.node_lat[ends[chosen]], vertex[chosen], fraction[chosen], "gap",
            np.full(len(chosen), None, dtype=object),
        ),
        linking,
        node=ends[chosen],
    )  # fmt: skip


def link_components(
    network: RoadNetwork, names: pd.Series, linking: Linking, *, is_ferry: Booleans | None = None
) -> tuple[RoadNetwork, gpd.GeoDataFrame]:
    """Join components that matter to the main one, the nearest first, so that a chain of them comes along.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    names : pandas.Series
        Component number -> what it is called in the list of connectors, for those that are to be joined.
    linking : Linking
        How connectors are drawn.
    is_ferry : numpy.ndarray of bool, shape (e,), optional
        Edges that are crossings, which no connector leads to: they are boarded at piers, not at sea.

    Returns
    -------
    network : RoadNetwork
        The network with the connectors; its components are numbered anew.
    connectors : geopandas.GeoDataFrame
        One line per connector, as from `as_layer`.
    """
    waiting = dict(zip(names.index.astype(int).tolist(), names.astype(str), strict=True))
    waiting.pop(main_component(network), None)
    if not waiting:
        return network, as_layer([])
    is_main, reach_m = np.arange(len(network.component_km)) == main_component(network), linking.max_km * M_PER_KM
    index = _boardable(network, is_ferry)
    nodes = np.flatnonzero(np.isin(network.node_component, list(waiting)))
    distance_m, vertex, fraction = _nearest(network, index, nodes, is_main, reach_m=reach_m)
    links = join_nearest_first(network, index, Links(nodes, vertex, fraction, distance_m), reach_m=reach_m)
    called = np.array([waiting[number] for number in network.node_component[links.node].tolist()], dtype=object)
    ends = _Ends(
        network.node_lon[links.node], network.node_lat[links.node], links.vertex, links.fraction, "component", called
    )
    return _link(network, ends, linking, node=links.node)


def link_cities(
    network: RoadNetwork,
    cities: gpd.GeoDataFrame,
    linking: Linking,
    *,
    max_snap_km: float,
    reach_km: Floats,
    land: Integers | None = None,
    is_ferry: Booleans | None = None,
) -> tuple[RoadNetwork, gpd.GeoDataFrame]:
    """Join cities to the road that reaches them, where none passes by.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    cities : geopandas.GeoDataFrame
        Points, EPSG:4326, with ``city_name``.
    linking : Linking
        How connectors are drawn.
    max_snap_km : float
        A city is reached by any road within this distance, without a connector.
    reach_km : numpy.ndarray, shape (n,)
        Longest connector of each city; 0 for cities that are not to be joined.
    land : numpy.ndarray, shape (n,), optional
        Landmass of each city, where the network knows that of its roads.
    is_ferry : numpy.ndarray of bool, shape (e,), optional
        Edges that are crossings, which no connector leads to.

    Returns
    -------
    network : RoadNetwork
        The network with the connectors.
    connectors : geopandas.GeoDataFrame
        One line per connector, as from `as_layer`.
    """
    if len(cities) == 0 or len(network.component_km) == 0:
        return network, as_layer([])
    lon, lat = shapely.get_x(cities.geometry.to_numpy()), shapely.get_y(cities.geometry.to_numpy())
    is_main = np.arange(len(network.component_km)) == main_component(network)
    toll = _toll_to_enter(network, is_main)
    nearest = cheapest_segment(
        _boardable(network, is_ferry),
        geocentric_m(lon, lat),
        tolls=Tolls(toll, toll),
        cost_per_m=1.0,
        reach_m=reach_km * M_PER_KM,
        component=land,
    )
    chosen = np.flatnonzero((nearest.vertex >= 0) & (nearest.distance_m > max_snap_km * M_PER_KM))
    ends = _Ends(
        lon[chosen], lat[chosen], nearest.vertex[chosen], nearest.fraction[chosen], "city",
        cities["city_name"].to_numpy(dtype=object)[chosen],
    )  # fmt: skip
    return _link(network, ends, linking)


def main_component(network: RoadNetwork) -> int:
    """Give the number of the longest component.

    Parameters
    ----------
    network : RoadNetwork
        The network.

    Returns
    -------
    int
        Its number; -1 if there is no road.
    """
    return int(np.argmax(network.component_km)) if len(network.component_km) else -1


def as_layer(rows: list[tuple[Kind, str | None, float, float, shapely.LineString]]) -> gpd.GeoDataFrame:
    """Make the layer of connectors.

    Parameters
    ----------
    rows : list of tuple
        Kind, name, kilometres, minutes and line of each.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema ``connectors``, EPSG:4326, in the order given.
    """
    table = pd.DataFrame([row[:4] for row in rows], columns=list(_LAYER))
    table = table.astype({"kind": "str", "name": "str", "length_km": float, "minutes": float})
    return gpd.GeoDataFrame(table, geometry=[row[4] for row in rows], crs=STORAGE)


def _boardable(network: RoadNetwork, is_ferry: Booleans | None) -> SegmentIndex:
    """Index the segments of roads, by landmass where the network knows it: no connector crosses the sea."""
    is_road = np.ones(len(network.edge_from), dtype=bool) if is_ferry is None else ~is_ferry
    is_first = is_road[network.vertex_edge]
    is_first[network.edge_start[1:] - 1] = False
    first = np.flatnonzero(is_first)
    land = network.vertex_land[first] if len(network.vertex_land) else None
    return index_segments(network.vertex_lon, network.vertex_lat, first, land)


def _toll_to_enter(network: RoadNetwork, is_open: Booleans) -> Floats:
    """Close the segments of all components that are not open."""
    return np.where(is_open[network.edge_component], 0.0, NEVER)[network.vertex_edge]


def _nearest(
    network: RoadNetwork, index: SegmentIndex, nodes: Integers, is_open: Booleans, *, reach_m: float
) -> tuple[Floats, Integers, Floats]:
    """Nearest segment of the open components to each node: metres, first vertex, fraction."""
    toll = _toll_to_enter(network, is_open)
    nearest = cheapest_segment(
        index,
        geocentric_m(network.node_lon[nodes], network.node_lat[nodes]),
        tolls=Tolls(toll, toll),
        cost_per_m=1.0,
        reach_m=np.full(len(nodes), reach_m),
        component=network.node_land[nodes],
    )
    return np.where(nearest.vertex >= 0, nearest.distance_m, np.inf), nearest.vertex, nearest.fraction


def _nearest_elsewhere(
    network: RoadNetwork, nodes: Integers, is_ferry: Booleans | None, *, reach_m: float
) -> tuple[Floats, Integers, Floats]:
    """Nearest segment of another component to each node: metres (infinite if none), first vertex, fraction."""
    is_main = np.arange(len(network.component_km)) == main_component(network)
    is_minor = ~is_main[network.edge_component] if is_ferry is None else ~is_main[network.edge_component] & ~is_ferry
    distance_m, vertex, fraction = nearest_of_minor(network, nodes, is_minor[network.vertex_edge], reach_m=reach_m)
    minor = np.flatnonzero(~is_main[network.node_component[nodes]])
    if not len(minor):
        return distance_m, vertex, fraction
    to_main = _nearest(network, _boardable(network, is_ferry), nodes[minor], is_main, reach_m=reach_m)
    is_nearer = to_main[0] < distance_m[minor]
    for values, found in zip((distance_m, vertex, fraction), to_main, strict=True):
        values[minor[is_nearer]] = found[is_nearer]
    return distance_m, vertex, fraction


def nearest_of_minor(
    network: RoadNetwork, nodes: Integers, is_usable: Booleans, *, reach_m: float
) -> tuple[Floats, Integers, Floats]:
    """Find the nearest segment of a minor component that is not a node's own.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    nodes : numpy.ndarray, shape (n,)
        Nodes.
    is_usable : numpy.ndarray of bool, shape (v,)
        Vertices whose segments count; few, as all of them are looked through.
    reach_m : float
        Farther segments do not count.

    Returns
    -------
    distance_m, vertex, fraction : numpy.ndarray, shape (n,)
        Metres (infinite if there is none), first vertex of the segment (-1), and place on it.
    """
    is_first = is_usable.copy()
    is_first[network.edge_start[1:] - 1] = False
    first = np.flatnonzero(is_first)
    start_m = geocentric_m(network.vertex_lon[first], network.vertex_lat[first])
    end_m = geocentric_m(network.vertex_lon[first + 1], network.vertex_lat[first + 1])
    point_m = geocentric_m(network.node_lon[nodes], network.node_lat[nodes])
    # The boxes are of two of the three earth-centred axes: they find all that is near, and some that is not.
    shapes: NDArray[np.object_] = np.asarray(shapely.linestrings(np.stack([start_m, end_m], axis=1)[:, :, 1:]))
    tree = shapely.STRtree(shapes)
    point, segment = tree.query(shapely.box(*(point_m[:, 1:] - reach_m).T, *(point_m[:, 1:] + reach_m).T))
    is_other = network.component_at(first[segment]) != network.node_component[nodes[point]]
    point, segment = point[is_other], segment[is_other]
    along = end_m[segment] - start_m[segment]
    square = np.einsum("ij,ij->i", along, along)
    share = np.einsum("ij,ij->i", point_m[point] - start_m[segment], along) / np.where(square > 0, square, 1)
    share = np.clip(share, 0.0, 1.0)
    apart_m = np.linalg.norm(start_m[segment] + share[:, None] * along - point_m[point], axis=1)
    order = np.lexsort((segment, apart_m, point))
    order = order[np.unique(point[order], return_index=True)[1]]
    order = order[apart_m[order] <= reach_m]
    distance_m, vertex, fraction = np.full(len(nodes), np.inf), np.full(len(nodes), -1), np.zeros(len(nodes))
    distance_m[point[order]], vertex[point[order]] = apart_m[order], first[segment[order]]
    fraction[point[order]] = share[order]
    return distance_m, vertex, fraction


def _link(
    network: RoadNetwork, ends: _Ends, linking: Linking, *, node: Integers | None = None
) -> tuple[RoadNetwork, gpd.GeoDataFrame]:
    """Add a straight edge, driven both ways, from each node or new point to its place on a road."""
    count = len(ends.vertex)
    if count == 0:
        return network, as_layer([])
    cut, road_node = insert_points(network, ends.vertex, ends.fraction)
    start = len(cut.node_lon) + np.arange(count) if node is None else node
    node_lon = np.append(cut.node_lon, ends.lon) if node is None else cut.node_lon
    node_lat = np.append(cut.node_lat, ends.lat) if node is None else cut.node_lat
    lon = np.column_stack([ends.lon, node_lon[road_node]])
    lat = np.column_stack([ends.lat, node_lat[road_node]])
    km = geodesic_step_km(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])
    minutes = km * linking.detour_ratio / linking.speed_kmh * MIN_PER_HOUR
    placed = replace(cut, node_lon=node_lon, node_lat=node_lat)
    linked = add_straight_edges(placed, start, road_node, minutes, on_foot=True)
    lines: NDArray[np.object_] = np.asarray(shapely.linestrings(np.stack([lon, lat], axis=2)))
    rows = [
        (ends.kind, name, float(length), float(time), line)
        for name, length, time, line in zip(ends.name, km, minutes, lines, strict=True)
    ]
    return connected(linked), as_layer(rows)
