"""Which territories are neighbours."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from comarca.crs import equal_area_crs, region_bounds

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

logger = logging.getLogger(__name__)


def queen_neighbours(territories: gpd.GeoDataFrame) -> Graph:
    """Join territories that share a border or a point of one.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, on ``territory_id``, weights 1. A territory that touches no other is joined to the one whose centroid
        is nearest, so that it has a neighbour too.

    Notes
    -----
    Two polygons are neighbours if they meet, whether or not they share a vertex.
    """
    from libpysal.graph import Graph  # here, since it loads what most callers do not need

    shapes = territories.sort_values("territory_id").set_index("territory_id").geometry
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The graph")
        graph = Graph.build_contiguity(shapes, rook=False, strict=True)
    isolated = list(graph.isolates)
    logger.info("%d pairs of neighbours; %d territories touch no other.", graph.n_edges // 2, len(isolated))
    if not isolated or len(shapes) < 2:
        return graph
    centroids = shapes.to_crs(equal_area_crs(region_bounds(shapes))).centroid
    pairs = {(focal, other) for focal, other in graph.adjacency.index if focal != other}
    for focal in isolated:
        other = str(centroids.drop(focal).distance(centroids[focal]).idxmin())
        pairs |= {(focal, other), (other, focal)}
    return graph_of(pairs, list(shapes.index))


def graph_of(pairs: set[tuple[str, str]], members: list[str]) -> Graph:
    """Make a graph of pairs, members without any included.

    Parameters
    ----------
    pairs : set of tuple of str
        Focal and neighbour.
    members : list of str
        All members, in the order of the graph.

    Returns
    -------
    libpysal.graph.Graph
        Weights 1; members without a neighbour are isolates.
    """
    ordered = sorted(pairs)
    focal, neighbour = [pair[0] for pair in ordered], [pair[1] for pair in ordered]
    lonely = sorted(set(members) - set(focal))
    adjacency = pd.DataFrame(
        {
            "focal": focal + lonely,
            "neighbor": neighbour + lonely,
            "weight": [1] * len(focal) + [0] * len(lonely),
        }
    )
    from libpysal.graph import Graph

    order = {name: place for place, name in enumerate(members)}
    adjacency = adjacency.sort_values(["focal", "neighbor"], key=lambda names: names.map(order), ignore_index=True)
    return Graph.from_adjacency(adjacency)


def among(graph: Graph, members: pd.Index) -> Graph:
    """Keep the neighbours among some territories; those left without any are dropped.

    Parameters
    ----------
    graph : libpysal.graph.Graph
        Neighbours.
    members : pandas.Index
        The territories to keep.

    Returns
    -------
    libpysal.graph.Graph
        Row-standardised, without isolates, in the order of `members`.
    """
    index = graph.adjacency.index
    kept = graph.adjacency[
        index.get_level_values(0).isin(members)
        & index.get_level_values(1).isin(members)
        & (index.get_level_values(0) != index.get_level_values(1))
    ]
    connected = members[members.isin(kept.index.get_level_values(0))]
    return graph_of(set(kept.index), connected.tolist()).transform("r")
