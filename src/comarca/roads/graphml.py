"""The road network as OSMnx's own graph, for everything that OSMnx and NetworkX can do with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import networkx as nx
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.layers.schemas import ROAD_TAGS
from comarca.units import M_PER_KM, MIN_PER_HOUR, S_PER_MIN

if TYPE_CHECKING:
    import geopandas as gpd

    from comarca.roads.network import RoadNetwork

#: Attributes of edges that this module sets beside the tags of roads.
_SET: Final = ("oneway",)


def network_graph(network: RoadNetwork, roads: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Give a network as a graph in the form of OSMnx.

    Parameters
    ----------
    network : RoadNetwork
        The network.
    roads : geopandas.GeoDataFrame
        Schema ``roads``, the layer that it was built from.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes numbered as in the network, with ``x`` and ``y`` (degrees); one edge per direction that may be driven,
        with ``length`` (m), ``speed_kph``, ``travel_time`` (s), ``geometry``, ``oneway``, ``reversed``, ``highway``,
        ``road_id`` and the tags of the road. Attribute ``crs`` of the graph.

    Notes
    -----
    Times and lengths are those of the network, geodesic on WGS84; OSMnx itself measures on a sphere, up to 0.5 % apart.
    """
    graph = nx.MultiDiGraph(crs=STORAGE.to_string(), simplified=True)
    graph.add_nodes_from(
        (node, {"x": x, "y": y})
        for node, (x, y) in enumerate(zip(network.node_lon.tolist(), network.node_lat.tolist(), strict=True))
    )
    lines = _lines(network)
    table = _edge_table(network, roads)
    for allowed, is_reversed in ((network.edge_forward, False), (network.edge_backward, True)):
        edge = np.flatnonzero(allowed)
        start, end = (network.edge_to, network.edge_from) if is_reversed else (network.edge_from, network.edge_to)
        shapes = shapely.reverse(lines[edge]) if is_reversed else lines[edge]
        rows = table.iloc[edge].assign(reversed=is_reversed, geometry=shapes)
        graph.add_edges_from(zip(start[edge].tolist(), end[edge].tolist(), _attributes(rows), strict=True))
    return graph


def _lines(network: RoadNetwork) -> Any:
    """Give the shape of each edge."""
    vertices = np.column_stack([network.vertex_lon, network.vertex_lat])
    return np.asarray(shapely.linestrings(vertices, indices=network.vertex_edge), dtype=object).reshape(-1)


def _edge_table(network: RoadNetwork, roads: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the attributes of each edge, directions apart."""
    tags = [name for name in ("road_id", *ROAD_TAGS) if name not in _SET]
    table = pd.DataFrame(roads[["road_class", *tags]]).iloc[network.edge_road].reset_index(drop=True)
    minutes = np.where(network.edge_min > 0, network.edge_min, np.nan)
    return table.rename(columns={"road_class": "highway"}).assign(
        length=network.edge_km * M_PER_KM,
        speed_kph=network.edge_km / minutes * MIN_PER_HOUR,
        travel_time=network.edge_min * S_PER_MIN,
        oneway=~(network.edge_forward & network.edge_backward),
    )


def _attributes(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the attributes of each row that are not missing."""
    return [
        {str(name): value for name, value in row.items() if not pd.isna(value)}
        for row in rows.astype(object).to_dict("records")
    ]
