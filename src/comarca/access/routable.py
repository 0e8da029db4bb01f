"""A road network with destinations on it, made routable once and stored, and the origins beside its roads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from scipy.sparse import csr_array

from comarca.access.destinations import Destinations, put_on_network, walkable_index
from comarca.access.model import WALKING, Origins, Walking
from comarca.crs import geocentric_m, require_storage_crs
from comarca.roads.graph import TravelGraph, reversed_graph
from comarca.roads.network import RoadNetwork
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import SegmentIndex, Tolls, least_tolls, packed_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.landmasses import Landmasses
    from comarca.roads.segments import Cheapest

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_NETWORK: Final = "network."
_DESTINATIONS: Final = (
    "destination_id",
    "node",
    "destination",
    "snap_km",
    "component",
    "point_land",
    "cut_off_node",
    "cut_off_destination",
)


@dataclass(frozen=True)
class RoutableNetwork:
    """A network and the destinations on it: all that does not depend on which destinations are asked for.

    Attributes
    ----------
    destinations : Destinations
        The network cut at the destinations.
    graph : TravelGraph
        The same, turned round.
    index : SegmentIndex
        Its segments that people may walk onto.
    """

    destinations: Destinations
    graph: TravelGraph
    index: SegmentIndex

    def on_land(self, number: int) -> RoutableNetwork:
        """Give the network with the segments of one landmass only to walk onto.

        Parameters
        ----------
        number : int
            The landmass.

        Returns
        -------
        RoutableNetwork
            All roads may still be driven.
        """
        if number not in self._by_land:
            self._by_land[number] = self._cut_to_land(number)
        return self._by_land[number]

    @cached_property
    def _by_land(self) -> dict[int, RoutableNetwork]:
        """What was cut to one landmass before."""
        return {}

    @cached_property
    def free(self) -> tuple[Tolls, NDArray[np.float32]]:
        """No tolls, and the least of them in each box of the index."""
        none = np.zeros(len(self.index.vertex_m))
        return Tolls(none, none), least_tolls(self.index, Tolls(none, none))

    def _cut_to_land(self, number: int) -> RoutableNetwork:
        network, first = self.destinations.network, self.index.first
        first = first[network.vertex_land[first] == number]
        index = packed_index(self.index.vertex_m, first, network.component_at(first))
        return replace(self, index=index)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, to be stored.

        Returns
        -------
        dict
            One entry per array. The geometry of the destinations stays in their own layer.
        """
        placed, graph = self.destinations, self.graph
        return {
            **{f"{_NETWORK}{name}": values for name, values in placed.network.to_arrays().items()},
            **{name: getattr(placed, name) for name in _DESTINATIONS},
            "max_snap_km": np.array(placed.max_snap_km),
            "graph_minutes": graph.minutes.data,
            "graph_indices": graph.minutes.indices,
            "graph_indptr": graph.minutes.indptr,
            "graph_km": graph.km,
            "index_first": self.index.first,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], layer: gpd.GeoDataFrame, *, identifier: str) -> Self:
        """Take stored arrays back.

        Parameters
        ----------
        arrays : mapping
            What `to_arrays` gave.
        layer : geopandas.GeoDataFrame
            Layer that the destinations were taken from, EPSG:4326.
        identifier : str
            Its column of identifiers.

        Returns
        -------
        RoutableNetwork
            The same network.
        """
        parts = {name.removeprefix(_NETWORK): values for name, values in arrays.items() if name.startswith(_NETWORK)}
        network = RoadNetwork.from_arrays(parts)
        destinations = Destinations(
            network=network,
            geometry=layer.set_index(layer[identifier].astype(str)).geometry.loc[arrays["destination_id"]].to_numpy(),
            max_snap_km=float(arrays["max_snap_km"]),
            **{name: arrays[name] for name in _DESTINATIONS},
        )
        size, first = len(network.node_lon), arrays["index_first"]
        matrix = (arrays["graph_minutes"], arrays["graph_indices"], arrays["graph_indptr"])
        return cls(
            destinations=destinations,
            graph=TravelGraph(minutes=csr_array(matrix, shape=(size, size)), km=arrays["graph_km"]),
            index=packed_index(
                geocentric_m(network.vertex_lon, network.vertex_lat), first, network.component_at(first)
            ),
        )


def routable_network(
    network: RoadNetwork,
    destinations: gpd.GeoDataFrame,
    *,
    identifier: str | None = None,
    walking: Walking = WALKING,
    max_snap_km: float = 1.0,
    landmasses: Landmasses | None = None,
) -> RoutableNetwork:
    """Put destinations onto a network and index it.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    destinations : geopandas.GeoDataFrame
        Destinations of all classes or kinds, points or areas, EPSG:4326.
    identifier : str, optional
        Column of their identifiers; the index if not given.
    walking : Walking, optional
        How people walk.
    max_snap_km : float, optional
        A point farther than this from every road is off the network, and reached on foot only.
    landmasses : Landmasses, optional
        As for `put_on_network`: nobody walks over the sea to destinations off the network.

    Returns
    -------
    RoutableNetwork
        For any number of classes and origins. It takes a copy of the network; where nothing else holds the network
        itself, that is freed before the copy is indexed.
    """
    placed = put_on_network(
        network,
        destinations,
        identifier=identifier,
        max_snap_km=max_snap_km,
        fragment_max_km=walking.fragment_max_km,
        landmasses=landmasses,
    )
    del network
    return RoutableNetwork(placed, graph=reversed_graph(placed.network), index=walkable_index(placed.network))


def origins_at(routable: RoutableNetwork, lon: Floats, lat: Floats, *, landmasses: Landmasses | None = None) -> Origins:
    """Find the road nearest to each point.

    Parameters
    ----------
    routable : RoutableNetwork
        The network; any destinations on it make no difference.
    lon, lat : numpy.ndarray, shape (n,)
        Points, degrees.
    landmasses : Landmasses, optional
        Land that people walk on, where the network tells which landmass its roads are on; all land is one if not given.

    Returns
    -------
    Origins
        The points with their nearest roads; on their own landmass, where points and roads know theirs.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    land = np.zeros(0, dtype=np.int64) if landmasses is None else landmasses.number_at(lon, lat)
    nearest = nearest_roads(routable, geocentric_m(lon, lat), land)
    return Origins(lon, lat, nearest.distance_m, component_of(routable, nearest), land)


def nearest_roads(
    routable: RoutableNetwork, point_m: Floats, land: Integers, *, tolls: Tolls | None = None
) -> Cheapest:
    """Find the nearest of the roads that people may walk onto.

    Parameters
    ----------
    routable : RoutableNetwork
        The network.
    point_m : numpy.ndarray, shape (n, 3)
        Points, geocentric metres.
    land : numpy.ndarray, shape (n,)
        Landmass of each point, which roads of another one are not on; empty if all land is one.
    tolls : Tolls, optional
        `NEVER` on roads that are closed, else 0.

    Returns
    -------
    Cheapest
        One segment per point; none where the own landmass has no road and the nearest road lies on another.
    """
    costs, least = routable.free if tolls is None else (tolls, None)
    nearest = cheapest_segment(routable.index, point_m, tolls=costs, least=least)
    vertex_land = routable.destinations.network.vertex_land
    if len(land) == 0 or len(vertex_land) == 0:
        return nearest
    road_land = np.where(nearest.vertex >= 0, vertex_land[nearest.vertex], -1)
    across = np.flatnonzero((land >= 0) & (road_land >= 0) & (road_land != land))
    for number in np.unique(land[across]):
        point = across[land[across] == number]
        index = routable.on_land(int(number)).index
        for values, own in zip(nearest, cheapest_segment(index, point_m[point], tolls=tolls), strict=True):
            values[point] = own
    return nearest


def component_of(routable: RoutableNetwork, roads: Cheapest) -> Integers:
    """Give the component of the network that roads belong to.

    Parameters
    ----------
    routable : RoutableNetwork
        The network.
    roads : Cheapest
        Its segments.

    Returns
    -------
    numpy.ndarray, shape (n,)
        -1 where there is no road.
    """
    component = np.full(len(roads.vertex), -1)
    has_road = roads.vertex >= 0
    component[has_road] = routable.destinations.network.component_at(roads.vertex[has_road])
    return component


def demand_origins(
    routable: RoutableNetwork, demand: gpd.GeoDataFrame, *, landmasses: Landmasses | None = None
) -> Origins:
    """Find the road nearest to each demand point.

    Parameters
    ----------
    routable : RoutableNetwork
        The network.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    landmasses : Landmasses, optional
        As for `origins_at`.

    Returns
    -------
    Origins
        The points in the order of the layer.

    Raises
    ------
    CRSError
        If demand is not in EPSG:4326.
    """
    require_storage_crs(demand, name="demand")
    lon, lat = demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy()
    return origins_at(routable, lon, lat, landmasses=landmasses)
