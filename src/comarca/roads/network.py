"""The road network as flat arrays: polylines between junctions, with lengths, times and directions.

A *vertex* is a point of a polyline, a *node* a position where edges meet or end, an *edge* the polyline between two
nodes, all of one road. Vertices that only one road uses, and only once, are kept as shape, not as nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy
import shapely

from comarca.crs import GEOD, geodesic_step_km, require_storage_crs
from comarca.results import Check
from comarca.units import MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import Geod

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.signedinteger]
    Booleans = NDArray[np.bool_]

#: Positions are told apart to 1e-7 degree, the precision of OSM: about 1 cm.
STEPS_PER_DEGREE: Final = 10_000_000
#: Classes of roads that lead to homes and fields; data without any of them are of main roads only.
LOCAL_CLASSES: Final = frozenset({"unclassified", "residential", "living_street", "service", "road", "track"})
#: Vertices that are measured at once, where there may be hundreds of millions.
_VERTICES_AT_ONCE: Final = 1_000_000
_ONEWAY: Final = ("yes", "true", "1", "-1", "reverse", "T", "F")
_REVERSED: Final = ("-1", "reverse", "T")


@dataclass(frozen=True)
class RoadNetwork:
    """Directed road network.

    Attributes
    ----------
    vertex_lon, vertex_lat : numpy.ndarray, shape (v,)
        Degrees (EPSG:4326), edge after edge; the nodes at both ends of an edge included.
    vertex_km : numpy.ndarray, shape (v,)
        Geodesic length from the start of the edge.
    edge_start : numpy.ndarray, shape (e + 1,)
        Edge ``i`` has the vertices ``edge_start[i]`` to ``edge_start[i + 1]``, the last not included.
    edge_from, edge_to : numpy.ndarray, shape (e,)
        Nodes at the start and at the end.
    edge_min : numpy.ndarray, shape (e,)
        Minutes from one end to the other.
    edge_forward, edge_backward : numpy.ndarray of bool, shape (e,)
        Directions in which it may be driven.
    edge_on_foot : numpy.ndarray of bool, shape (e,)
        Whether people may walk onto it anywhere along its course.
    edge_road : numpy.ndarray, shape (e,)
        Row of its road in the layer it was built from; -1 for connectors.
    node_lon, node_lat : numpy.ndarray, shape (n,)
        Degrees.
    node_component : numpy.ndarray, shape (n,)
        Number of the component it belongs to, directions disregarded.
    component_km : numpy.ndarray, shape (c,)
        Length of each component.
    has_local_roads : numpy.ndarray of bool, shape ()
        Whether the roads it was built from are more than main roads, see `LOCAL_CLASSES`.
    vertex_land : numpy.ndarray, shape (v,)
        Landmass that each vertex lies on, or nearest to; empty if all land is one.
    """

    vertex_lon: Floats
    vertex_lat: Floats
    vertex_km: Floats
    edge_start: Integers
    edge_from: Integers
    edge_to: Integers
    edge_min: Floats
    edge_forward: Booleans
    edge_backward: Booleans
    edge_on_foot: Booleans
    edge_road: Integers
    node_lon: Floats
    node_lat: Floats
    node_component: Integers
    component_km: Floats
    has_local_roads: Booleans = field(default_factory=lambda: np.array(True))
    vertex_land: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))

    @property
    def edge_km(self) -> Floats:
        """Length of each edge, shape (e,)."""
        return self.vertex_km[self.edge_start[1:] - 1]

    @cached_property
    def vertex_edge(self) -> Numbers:
        """Edge of each vertex, shape (v,), in 32 bits where these hold it."""
        count = len(self.edge_from)
        edge = np.arange(count, dtype=scipy.sparse.get_index_dtype(maxval=count))
        return np.repeat(edge, np.diff(self.edge_start))

    @property
    def edge_component(self) -> Integers:
        """Component of each edge, shape (e,)."""
        return self.node_component[self.edge_from]

    def component_at(self, vertex: Numbers) -> Integers:
        """Give the component that vertices belong to.

        Parameters
        ----------
        vertex : numpy.ndarray of int, shape (n,)
            Vertices.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Numbers of components.
        """
        return self.node_component[self.edge_from[self.vertex_edge[vertex]]]

    @cached_property
    def node_land(self) -> Numbers:
        """Landmass of each node, shape (n,)."""
        land = np.zeros(len(self.node_lon), dtype=self.vertex_land.dtype)
        if len(self.vertex_land):
            land[self.edge_to] = self.vertex_land[self.edge_start[1:] - 1]
            land[self.edge_from] = self.vertex_land[self.edge_start[:-1]]
        return land

    @cached_property
    def node_part(self) -> Integers:
        """Number of the strongly connected part that each node belongs to, shape (n,).

        Whoever is on such a part can leave it for any other place on it and come back.
        """
        count = len(self.node_lon)
        start = np.concatenate([self.edge_from[self.edge_forward], self.edge_to[self.edge_backward]])
        end = np.concatenate([self.edge_to[self.edge_forward], self.edge_from[self.edge_backward]])
        links = scipy.sparse.coo_array((np.ones(len(start), dtype=np.int32), (start, end)), shape=(count, count))
        return np.asarray(
            scipy.sparse.csgraph.connected_components(links.tocsr(), directed=True, connection="strong")[1],
            dtype=np.int64,
        )

    @cached_property
    def part_km(self) -> Floats:
        """Length of the edges inside each strongly connected part, shape (parts,)."""
        part = self.node_part[self.edge_from]
        is_inside = part == self.node_part[self.edge_to]
        parts = int(self.node_part.max(initial=-1)) + 1
        return np.asarray(np.bincount(part[is_inside], weights=self.edge_km[is_inside], minlength=parts), dtype=float)

    @cached_property
    def edge_strong_km(self) -> Floats:
        """Length of the strongly connected part that each edge lies in, 0 on edges between two of them, shape (e,)."""
        part = self.node_part[self.edge_from]
        return np.where(part == self.node_part[self.edge_to], self.part_km[part], 0.0)

    @cached_property
    def node_in_main_part(self) -> Booleans:
        """Whether each node belongs to the longest strongly connected part of its component, shape (n,)."""
        order = np.lexsort((-self.part_km[self.node_part], self.node_component))
        first = np.unique(self.node_component[order], return_index=True)[1]
        return np.isin(self.node_part, self.node_part[order[first]])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, to be stored.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take stored arrays back.

        Parameters
        ----------
        arrays : mapping
            What `to_arrays` gave.

        Returns
        -------
        RoadNetwork
            The same network.
        """
        return cls(**{part.name: arrays[part.name] for part in fields(cls)})


def build_network(roads: gpd.GeoDataFrame, *, speed_kmh: Floats, on_foot: Booleans, geod: Geod = GEOD) -> RoadNetwork:
    """Build the directed network of a layer of roads.

    Parameters
    ----------
    roads : geopandas.GeoDataFrame
        Schema ``roads``: noded, that is, roads meet where they share a vertex, and nowhere else.
    speed_kmh : numpy.ndarray, shape (n,)
        Speed of each road; roads with NaN are left out.
    on_foot : numpy.ndarray of bool, shape (n,)
        Roads that people may walk onto.
    geod : pyproj.Geod, optional
        Ellipsoid; WGS84 if not given.

    Returns
    -------
    RoadNetwork
        The network; without nodes and edges if no road can be driven.

    Notes
    -----
    Directions: ``oneway`` = yes, true, 1, -1, reverse, T or F, or ``junction`` = roundabout, allow one direction only;
    it is against the order of the vertices for -1, reverse and T. Vertices are one if they are at one position to
    1e-7 degree, but for those that ``grade_separated`` tells apart.
    """
    require_storage_crs(roads, name="roads")
    rows = np.flatnonzero(~np.isnan(speed_kmh))
    lon, lat, row, position = _distinct_vertices(roads, rows)
    is_first = np.diff(row, prepend=-1) != 0
    is_last = np.diff(row, append=-1) != 0
    node, first_use = _nodes(position, is_first | is_last)
    del position
    is_node = node >= 0
    copies = np.where(is_node & ~is_first & ~is_last, 2, 1).astype(np.int8)
    edge_start = np.append((np.cumsum(copies) - 1)[is_node & ~is_last], copies.sum(dtype=np.int64))
    vertex = np.repeat(np.arange(len(lon), dtype=scipy.sparse.get_index_dtype(maxval=len(lon))), copies)
    along_km = _along_km(lon, lat, is_first, geod)
    edge_first, edge_last = vertex[edge_start[:-1]], vertex[edge_start[1:] - 1]
    edge_road = row[edge_first]
    edge_km = along_km[edge_last] - along_km[edge_first]
    edge_from, edge_to = node[edge_first], node[edge_last]
    del node, row
    forward, backward = _directions(roads)
    component, component_km = _components(edge_from, edge_to, edge_km, node_count=len(first_use))
    return RoadNetwork(
        vertex_lon=lon[vertex],
        vertex_lat=lat[vertex],
        vertex_km=along_km[vertex] - np.repeat(along_km[edge_first], np.diff(edge_start)),
        edge_start=edge_start,
        edge_from=edge_from,
        edge_to=edge_to,
        edge_min=edge_km / speed_kmh[edge_road] * MIN_PER_HOUR,
        edge_forward=forward[edge_road],
        edge_backward=backward[edge_road],
        edge_on_foot=np.asarray(on_foot, dtype=bool)[edge_road],
        edge_road=edge_road,
        node_lon=lon[first_use],
        node_lat=lat[first_use],
        node_component=component,
        component_km=component_km,
        has_local_roads=np.array(len(edge_road) == 0 or bool(roads["road_class"].isin(LOCAL_CLASSES).any())),
    )


def connected(network: RoadNetwork) -> RoadNetwork:
    """Give a network the components that its edges make, after some were added.

    Parameters
    ----------
    network : RoadNetwork
        Its ``node_component`` and ``component_km`` need not be right.

    Returns
    -------
    RoadNetwork
        The same network with the components that its edges make.
    """
    component, km = _components(network.edge_from, network.edge_to, network.edge_km, node_count=len(network.node_lon))
    return replace(network, node_component=component, component_km=km)


def without_edges(network: RoadNetwork, drop: Booleans) -> RoadNetwork:
    """Take edges out.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    drop : numpy.ndarray of bool, shape (e,)
        Edges to take out.

    Returns
    -------
    RoadNetwork
        With the same nodes; components are those of before, see `connected`.
    """
    keep, vertex_keep = ~drop, ~drop[network.vertex_edge]
    edges = ("edge_from", "edge_to", "edge_min", "edge_forward", "edge_backward", "edge_on_foot", "edge_road")
    count = np.diff(network.edge_start)[keep]
    return replace(
        network,
        **{name: getattr(network, name)[keep] for name in edges},
        **{name: getattr(network, name)[vertex_keep] for name in ("vertex_lon", "vertex_lat", "vertex_km")},
        vertex_land=network.vertex_land[vertex_keep] if len(network.vertex_land) else network.vertex_land,
        edge_start=np.concatenate([[0], np.cumsum(count)]),
    )


def network_checks(network: RoadNetwork) -> list[Check]:
    """Report the components that the network falls into.

    Parameters
    ----------
    network : RoadNetwork
        The network.

    Returns
    -------
    list of Check
        Number of components, and the share of the length outside the largest one, with all others, the longest first;
        whether there are local roads.
    """
    if len(network.component_km) == 0:
        message = (
            "No road can be driven. People walk, and reach only what is near, unless `friction` says how they walk."
        )
        return [Check("network_components", "warn", 0, "at least one road that can be driven", message)]
    order = np.argsort(-network.component_km, kind="stable")
    total = float(network.component_km.sum())
    outside = total - float(network.component_km[order[0]])
    node = np.unique(network.node_component, return_index=True)[1][order[1:]]
    places = np.column_stack([network.component_km[order[1:]], network.node_lon[node], network.node_lat[node]])
    rows = [
        {"km": round(km, 3), "longitude": round(lon, 5), "latitude": round(lat, 5)} for km, lon, lat in places.tolist()
    ]
    share = outside / total if total else 0.0
    return [
        Check(
            "network_components", "info", len(order), "",
            f"The road network falls into {len(order)} components that no road or ferry joins.",
        ),
        Check(
            "network_outside_main_share", "warn" if share > 0.05 else "pass", round(share, 6), "at most 5 % of the km",
            f"{outside:.1f} of {total:.1f} km of road do not join the largest component: islands, or gaps in the map.",
            rows,
        ),
        _local_roads(network),
    ]  # fmt: skip


def _local_roads(network: RoadNetwork) -> Check:
    if network.has_local_roads:
        return Check("local_roads", "pass", None, "roads of local classes", "The road data have local roads.")
    return Check(
        "local_roads", "warn", None, f"some road of the classes {', '.join(sorted(LOCAL_CLASSES))}",
        "The road data have main roads only. People are taken to reach them over local roads that the data lack, at "
        "`indicators.access.local_road_kmh`: times are estimates, the more so the farther from the main roads.",
    )  # fmt: skip


def _distinct_vertices(roads: gpd.GeoDataFrame, rows: Integers) -> tuple[Floats, Floats, Integers, Integers]:
    """Give the vertices of the roads, without repetitions and lone points: lon, lat, row of the road, position."""
    coordinates, part = shapely.get_coordinates(roads.geometry.to_numpy()[rows], return_index=True)
    steps = np.rint(coordinates * STEPS_PER_DEGREE).astype(np.int64)
    steps[steps[:, 0] == -180 * STEPS_PER_DEGREE, 0] = 180 * STEPS_PER_DEGREE  # one meridian, on which roads meet
    position = ((steps[:, 0] + 180 * STEPS_PER_DEGREE) << 31) | (steps[:, 1] + 90 * STEPS_PER_DEGREE)
    offset = np.searchsorted(part, np.arange(len(rows)))
    road, vertex, node = _separated_vertices(roads["grade_separated"].iloc[rows])
    position[offset[road] + vertex] = -1 - node
    keep = np.append(True, (part[1:] != part[:-1]) | (position[1:] != position[:-1])) if len(part) else np.ones(0, bool)
    keep &= (np.bincount(part[keep], minlength=len(rows)) > 1)[part]
    return coordinates[keep, 0], coordinates[keep, 1], rows[part[keep]], position[keep]


def _nodes(position: Integers, is_end: Booleans) -> tuple[Integers, Integers]:
    """Give the node of each vertex, -1 where one road alone passes, and the first vertex of each node."""
    order = np.argsort(position, kind="stable")
    starts = np.append(True, np.diff(position[order]) != 0) if len(order) else np.zeros(0, bool)
    group = np.cumsum(starts, dtype=scipy.sparse.get_index_dtype(maxval=len(order))) - 1
    first = np.flatnonzero(starts)
    is_node = np.diff(first, append=len(order)) > 1
    is_node[group[is_end[order]]] = True
    number = np.where(is_node, np.cumsum(is_node) - 1, -1)
    node = np.empty(len(order), dtype=np.int64)
    node[order] = number[group]
    return node, order[first[is_node]]


def _separated_vertices(grade_separated: pd.Series) -> tuple[Integers, Integers, Integers]:
    """Give the vertices that are told apart by their node: position of the road, vertex of the road, node."""
    pairs = grade_separated.reset_index(drop=True).dropna().str.split().explode()
    numbers = pairs.str.split(":", expand=True).to_numpy(dtype=np.int64).reshape(-1, 2)
    return pairs.index.to_numpy(dtype=np.int64), numbers[:, 0], numbers[:, 1]


def _along_km(lon: Floats, lat: Floats, is_first: Booleans, geod: Geod) -> Floats:
    """Run up the length over all roads, without the jumps from one to the next."""
    km = np.zeros(len(lon))
    for start in range(0, len(lon) - 1, _VERTICES_AT_ONCE):
        few, next_ones = (slice(start + at, min(start + _VERTICES_AT_ONCE, len(lon) - 1) + at) for at in (0, 1))
        km[next_ones] = geodesic_step_km(lon[few], lat[few], lon[next_ones], lat[next_ones], geod=geod)
    km[is_first] = 0
    return np.cumsum(km, out=km)


def _directions(roads: gpd.GeoDataFrame) -> tuple[Booleans, Booleans]:
    is_oneway = roads["oneway"].isin(_ONEWAY).to_numpy(dtype=bool)
    is_roundabout = roads["junction"].isin(["roundabout"]).to_numpy(dtype=bool)
    is_reversed = roads["oneway"].isin(_REVERSED).to_numpy(dtype=bool)
    return ~is_reversed, is_reversed | ~(is_oneway | is_roundabout)


def _components(edge_from: Integers, edge_to: Integers, edge_km: Floats, *, node_count: int) -> tuple[Integers, Floats]:
    links = scipy.sparse.coo_array(
        (np.ones(len(edge_from), dtype=np.int32), (edge_from, edge_to)), shape=(node_count, node_count)
    )
    count, component = scipy.sparse.csgraph.connected_components(links.tocsr(), directed=False)
    km = np.bincount(component[edge_from], weights=edge_km, minlength=count)
    return component.astype(np.int64), np.asarray(km, dtype=float)
