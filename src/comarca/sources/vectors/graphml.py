"""Roads from a graph of OSMnx, saved as GraphML."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.layers.schemas import ROAD_TAGS, validate_layer
from comarca.results import Check
from comarca.sources.osm.lines import grade_separated
from comarca.sources.osm.opl import Vertices

if TYPE_CHECKING:
    from collections.abc import Collection

    import networkx as nx
    from numpy.typing import NDArray

    from comarca.io import PathLike

    Booleans = NDArray[np.bool_]

logger = logging.getLogger(__name__)

_NEEDED: Final = ("highway", "oneway", "length")


def roads_from_graphml(path: PathLike, *, known_classes: Collection[str]) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the roads from a graph that OSMnx, or this project, saved as GraphML.

    Parameters
    ----------
    path : path-like
        What ``osmnx.save_graphml`` wrote: nodes with ``x`` and ``y``, edges with ``highway``, ``oneway`` and
        ``length``, graph attribute ``crs``.
    known_classes : collection of str
        Classes of the speed table; roads of other classes are left out.

    Returns
    -------
    roads : geopandas.GeoDataFrame
        Schema `ROADS`: one road per edge, both directions of a two-way road in one. Roads meet in the nodes of the
        graph and nowhere else.
    checks : list of Check
        Roads left out, and attributes of which the first of several values was taken.

    Raises
    ------
    InputError
        If the file is no such graph, or has no road of a known class.

    Notes
    -----
    Speeds come from the speed table, by class and tags, as for any other source; ``speed_kph`` and ``travel_time`` of
    the file are not used. OSMnx joins ways into one edge where it simplifies, and lists their tags: the first value
    stands for the edge.
    """
    import networkx as nx
    import osmnx as ox

    where = f"roads: {path}"
    try:
        graph = ox.load_graphml(path)
    except (OSError, ValueError, KeyError, AttributeError, SyntaxError, nx.NetworkXError) as error:
        raise InputError(where, got=str(error), expected="a graph that osmnx.save_graphml wrote") from None
    nodes, edges = _tables(graph, where)
    several = _take_first(edges)
    is_doubled, is_oneway = _directions(edges)
    is_known = edges["highway"].isin(list(known_classes))
    kept = edges.assign(oneway=is_oneway)[~is_doubled & is_known].reset_index(drop=True)
    if kept.empty:
        raise InputError(where, got=sorted(edges["highway"].dropna().unique()), expected="roads of known classes",
                         remedy="Add rows of kind `class` to the speed table.")  # fmt: skip
    lines = _lines(kept, nodes, CRS.from_user_input(graph.graph["crs"]))
    tags = {tag: _text(kept, tag) for tag in ROAD_TAGS}
    tags["oneway"] = pd.Series(
        np.where(kept["oneway"].to_numpy(), "yes", np.array(None, dtype=object)), index=kept.index, dtype="str"
    )
    tags["junction"] = tags["junction"].where(kept["oneway"])
    roads = gpd.GeoDataFrame(
        {
            "road_id": _identifiers(kept),
            "road_class": kept["highway"].astype("str"),
            **tags,
            "grade_separated": _separated(lines, kept, nodes),
        },
        geometry=lines,
        crs=STORAGE,
    )
    left_out = edges.loc[~is_doubled & ~is_known, "highway"].astype("str").value_counts()
    logger.info("%d roads from %d edges and %d nodes of %s", len(roads), len(edges), len(nodes), path)
    return validate_layer(roads, "roads"), [_left_out_check(left_out, len(roads)), _several_check(several, len(edges))]


def _tables(graph: nx.MultiDiGraph, where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the nodes with their coordinates, and the edges with their attributes, checked."""
    nodes = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    edges = pd.DataFrame([{"from": u, "to": v, **data} for u, v, data in graph.edges(data=True)])
    lacking = [name for name in ("x", "y") if name not in nodes] + [name for name in _NEEDED if name not in edges]
    if lacking:
        raise InputError(where, got=[*nodes, *edges], expected=f"also {lacking}: a graph that osmnx.save_graphml wrote")
    try:
        CRS.from_user_input(graph.graph.get("crs"))
    except CRSError:
        raise InputError(f"{where}, graph attribute crs", got=graph.graph.get("crs"), expected="a CRS") from None
    if nodes[["x", "y"]].isna().any(axis=None) or edges[["oneway", "length"]].isna().any(axis=None):
        raise InputError(where, got="nodes or edges without them", expected="x, y, oneway and length throughout")
    return nodes, edges.astype({"oneway": bool})


def _directions(edges: pd.DataFrame) -> tuple[Booleans, Booleans]:
    """Tell which edges are the second direction of a two-way road, and which have no second direction."""
    table = edges[["from", "to"]].assign(low=edges[["from", "to"]].min(axis=1), high=edges[["from", "to"]].max(axis=1))
    table = table.assign(length=edges["length"].astype(float).round(3), up=edges["from"] <= edges["to"])
    both = table[~edges["oneway"]]
    key = ["low", "high", "length"]
    rank = both.groupby([*key, "up"]).cumcount()
    ups = both.groupby(key)["up"].transform("sum")
    downs = both.groupby(key)["up"].transform("size") - ups
    is_loop = both["from"] == both["to"]
    second = np.where(is_loop, rank % 2 == 1, ~both["up"] & (rank < ups))
    single = ~is_loop & (rank >= np.where(both["up"], downs, ups))
    is_second, is_oneway = np.zeros(len(edges), dtype=bool), edges["oneway"].to_numpy(dtype=bool, copy=True)
    is_second[both.index], is_oneway[both.index] = second, single
    return is_second, is_oneway


def _take_first(edges: pd.DataFrame) -> int:
    """Replace lists by their first values; give the number of edges that had one in a tag."""
    several = np.zeros(len(edges), dtype=bool)
    for name in ("highway", "osmid", "road_id", *ROAD_TAGS):
        if name in edges and name != "oneway":
            listed = edges[name].map(lambda value: isinstance(value, list)).to_numpy()
            edges[name] = edges[name].map(lambda value: value[0] if isinstance(value, list) else value)
            several |= listed & (name != "osmid")
    return int(several.sum())


def _lines(edges: pd.DataFrame, nodes: pd.DataFrame, crs: CRS) -> Any:
    """Give the shape of each edge, EPSG:4326; straight where the file has none."""
    start, end = (nodes.loc[edges[name], ["x", "y"]].to_numpy(dtype=float) for name in ("from", "to"))
    lines = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object).reshape(-1)
    if "geometry" in edges:
        has_shape = edges["geometry"].notna().to_numpy()
        lines[has_shape] = edges["geometry"].to_numpy()[has_shape]
    return gpd.GeoSeries(lines, crs=crs).to_crs(STORAGE).to_numpy()


def _separated(lines: Any, edges: pd.DataFrame, nodes: pd.DataFrame) -> pd.Series:
    """Name the vertices that share their position with one they do not meet: ends meet in nodes, shapes nowhere."""
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    is_first, is_last = np.diff(line, prepend=-1) != 0, np.diff(line, append=len(lines)) != 0
    node = len(nodes) + np.arange(len(line))
    number = pd.Index(nodes.index)
    node[is_first], node[is_last] = (number.get_indexer(pd.Index(edges[name])) for name in ("from", "to"))
    return grade_separated(Vertices(line.astype(np.int64), node, lonlat), len(lines))


def _identifiers(edges: pd.DataFrame) -> pd.Series:
    """Identify edges by their road or way; those that share one get ``#1``, ``#2``, ... ."""
    row = pd.Series(np.arange(len(edges)).astype(str), index=edges.index)
    code = _text(edges, "road_id").fillna("w" + _text(edges, "osmid")).fillna("edge " + row)
    part = (code.groupby(code).cumcount() + 1).astype("str")
    return code.where(~code.duplicated(keep=False), code + "#" + part).astype("str")


def _text(edges: pd.DataFrame, name: str) -> pd.Series:
    if name not in edges:
        return pd.Series(None, index=edges.index, dtype="str")
    return edges[name].where(edges[name].isna(), edges[name].astype(str)).astype("str")


def _left_out_check(left_out: pd.Series, kept: int) -> Check:
    count = int(left_out.sum())
    return Check(
        "roads_left_out", "warn" if count > kept else "info", count, "no more than are kept",
        f"{count} of {count + kept} roads are of classes that the speed table does not know, and are left out.",
        [{"value": str(value), "roads": int(number)} for value, number in left_out.items()],
    )  # fmt: skip


def _several_check(several: int, edges: int) -> Check:
    return Check(
        "roads_several_values", "info", several, "",
        f"{several} of {edges} edges join ways of different tags; the first value of each tag was taken.",
    )  # fmt: skip
