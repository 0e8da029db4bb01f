"""Roads and power lines out of OSM ways."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from comarca.crs import GEOD, STORAGE
from comarca.layers.schemas import ROAD_TAGS
from comarca.sources.osm import tags as osm_tags
from comarca.sources.osm.opl import Vertices, WayBlock, read_vertices
from comarca.sources.repeats import is_among, repeated
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NO_PLACE: Final = "ways with fewer than two places"
#: Tags by which a way may be a road or a power line.
ROAD_FILTER: Final = (*(("highway", value) for value in osm_tags.DRIVABLE), ("route", osm_tags.FERRY))
POWER_FILTER: Final = tuple(("power", value) for value in osm_tags.POWER_CLASSES)
CANAL_FILTER: Final = tuple(("waterway", value) for value in osm_tags.CANAL_CLASSES)
#: Tags that the rules on roads read.
ROAD_KEYS: Final = tuple(
    dict.fromkeys(
        (
            "highway",
            "route",
            "area",
            "vehicle",
            *osm_tags.FERRY_KEYS,
            *osm_tags.ROAD_TAG_OF.values(),
            *osm_tags.LIFECYCLE,
            *osm_tags.WINTER,
            *osm_tags.CONDITIONAL,
        )
    )
)


@dataclass
class LineParts:
    """Lines of one kind, gathered block by block.

    Attributes
    ----------
    tables : list of pandas.DataFrame
        Attributes, with the column ``way`` for the way's id.
    shapes : list of numpy.ndarray
        Their LineStrings.
    places, nodes : list of numpy.ndarray of int
        Position, by `place_codes`, and node id of each of their vertices, one line after the other.
    dropped : collections.Counter
        How many ways were left out, by reason.
    gap_km : dict
        Straight km between the ends of ways that were cut where nodes are missing, by class.
    """

    tables: list[pd.DataFrame] = field(default_factory=list)
    shapes: list[NDArray[np.object_]] = field(default_factory=list)
    places: list[NDArray[np.int64]] = field(default_factory=list)
    nodes: list[NDArray[np.int64]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    gap_km: dict[str, float] = field(default_factory=dict)

    def add(self, table: pd.DataFrame, nodes: pa.Array) -> None:
        """Add ways of one block.

        Parameters
        ----------
        table : pandas.DataFrame, shape (n, ...)
            Attributes.
        nodes : pyarrow.Array of text, shape (n,)
            Node lists.
        """
        if table.empty:
            return
        vertices = read_vertices(nodes)
        whole, kept, gaps = _drawable(vertices)
        self.dropped["vertices without a place"] += int(np.isnan(vertices.lonlat[:, 0]).sum())
        self.dropped[NO_PLACE] += len(table) - len(np.unique(kept))
        for way, km in zip(gaps.way, _gap_km(gaps), strict=True):
            name = str(table.iloc[way, 1])
            self.gap_km[name] = self.gap_km.get(name, 0.0) + float(km)
        self.tables.append(table.iloc[kept])
        self.shapes.append(np.asarray(shapely.linestrings(whole.lonlat, indices=whole.way), object))
        self.places.append(place_codes(whole.lonlat))
        self.nodes.append(whole.node)


@dataclass(frozen=True)
class _Gaps:
    """Places before and after missing vertices: way, and both ends, shape (n, 2)."""

    way: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


def _drawable(vertices: Vertices) -> tuple[Vertices, NDArray[np.intp], _Gaps]:
    """Cut ways where vertices are nowhere, leave out what is said twice and pieces that have no extent then.

    Gives the vertices by piece, the way of each piece, and the gaps.
    """
    is_placed = ~np.isnan(vertices.lonlat[:, 0])
    lacking = np.cumsum(~is_placed)[is_placed]
    placed = _only(vertices, is_placed)
    same_way = placed.way[1:] == placed.way[:-1]
    is_gap = same_way & (lacking[1:] != lacking[:-1])
    goes_on = same_way & ~is_gap
    piece = np.cumsum(np.append(0, ~goes_on)) if len(placed.way) else placed.way
    owner = placed.way[np.append(True, ~goes_on)] if len(placed.way) else placed.way
    is_new = np.ones(len(piece), dtype=bool)
    is_new[1:] = ~goes_on | (placed.node[1:] != placed.node[:-1])
    moves = goes_on & (
        (placed.lonlat[1:, 0] != placed.lonlat[:-1, 0]) | (placed.lonlat[1:, 1] != placed.lonlat[:-1, 1])
    )
    has_extent = np.zeros(len(owner), dtype=bool)
    has_extent[piece[1:][moves]] = True
    number = np.cumsum(has_extent) - 1
    drawn = _only(placed, is_new & has_extent[piece])
    kept = (is_new & has_extent[piece]).nonzero()[0]
    gaps = _Gaps(placed.way[1:][is_gap], placed.lonlat[:-1][is_gap], placed.lonlat[1:][is_gap])
    return replace(drawn, way=number[piece[kept]]), owner[has_extent], gaps


def _gap_km(gaps: _Gaps) -> NDArray[np.float64]:
    if not len(gaps.way):
        return np.empty(0)
    return np.asarray(GEOD.inv(*gaps.before.T, *gaps.after.T)[2]) / M_PER_KM


def _only(vertices: Vertices, keep: NDArray[np.bool_]) -> Vertices:
    if keep.all():
        return vertices
    return Vertices(vertices.way[keep], vertices.node[keep], vertices.lonlat[keep])


def add_roads(parts: LineParts, block: WayBlock, tags: pd.DataFrame) -> None:
    """Add the roads among the ways of a block.

    Parameters
    ----------
    parts : LineParts
        Where to add them.
    block : WayBlock
        The ways.
    tags : pandas.DataFrame
        Their tags, at least `ROAD_KEYS`.
    """
    road_class = osm_tags.road_class(tags)
    is_road = road_class.notna()
    is_area = is_road & (tags["area"] == "yes")
    is_gone = is_road & ~is_area & osm_tags.is_not_there(tags)
    parts.dropped["areas"] += int(is_area.sum())
    parts.dropped["planned, being built or given up"] += int(is_gone.sum())
    keep = (is_road & ~is_area & ~is_gone).to_numpy()
    stated = {
        "oneway": osm_tags.oneway(tags),
        "seasonal": osm_tags.seasonal(tags),
        "motor_vehicle": tags["motor_vehicle"].fillna(tags["vehicle"]),
        "motorcar": osm_tags.motorcar(tags),
    }
    columns = {column: stated.get(column, tags[tag])[keep] for column, tag in osm_tags.ROAD_TAG_OF.items()}
    table = pd.DataFrame({"way": block.ids[keep], "road_class": road_class[keep], **columns})
    parts.add(table, block.nodes.filter(pa.array(keep)))


def add_power(parts: LineParts, block: WayBlock, tags: pd.DataFrame) -> None:
    """Add the power lines among the ways of a block.

    Parameters
    ----------
    parts : LineParts
        Where to add them.
    block : WayBlock
        The ways.
    tags : pandas.DataFrame
        Their tags, at least ``power`` and ``voltage``.
    """
    keep = tags["power"].isin(osm_tags.POWER_CLASSES).to_numpy()
    table = pd.DataFrame(
        {"way": block.ids[keep], "power_class": tags.loc[keep, "power"], "voltage": tags.loc[keep, "voltage"]}
    )
    parts.add(table, block.nodes.filter(pa.array(keep)))


def add_canals(parts: LineParts, block: WayBlock, tags: pd.DataFrame) -> None:
    """Add the canals and ditches of irrigation among the ways of a block.

    Parameters
    ----------
    parts : LineParts
        Where to add them.
    block : WayBlock
        The ways.
    tags : pandas.DataFrame
        Their tags, at least ``waterway`` and ``usage``.
    """
    kind = osm_tags.canal_class(tags)
    keep = kind.notna().to_numpy()
    table = pd.DataFrame({"way": block.ids[keep], "canal_class": kind[keep]})
    parts.add(table, block.nodes.filter(pa.array(keep)))


def canals_layer(parts: LineParts) -> gpd.GeoDataFrame:
    """Put the gathered canals together.

    Parameters
    ----------
    parts : LineParts
        All canals.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `CANALS`, EPSG:4326.
    """
    return _layer(parts, "canal_id", ["canal_class"])


def roads_layer(parts: LineParts) -> gpd.GeoDataFrame:
    """Put the gathered roads together.

    Parameters
    ----------
    parts : LineParts
        All roads.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `ROADS`, EPSG:4326.
    """
    names = ["road_class", *ROAD_TAGS]
    layer = _layer(parts, "road_id", names)
    count = shapely.get_num_coordinates(layer.geometry.to_numpy())
    layer.insert(len(layer.columns) - 1, "grade_separated", _separated(parts.places, parts.nodes, count))
    return layer


def power_layer(parts: LineParts) -> gpd.GeoDataFrame:
    """Put the gathered power lines together.

    Parameters
    ----------
    parts : LineParts
        All power lines.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `POWER`, EPSG:4326.
    """
    return _layer(parts, "power_id", ["power_class", "voltage"])


def grade_separated(vertices: Vertices, ways: int) -> pd.Series:
    """Name the vertices that share their place with a vertex of another node.

    A road and the bridge above it may each have a node at exactly one place without being joined there. Those who
    tell vertices apart by place alone would join them, so the vertices at such places are named.

    Parameters
    ----------
    vertices : Vertices
        Vertices of all roads.
    ways : int
        Number of roads.

    Returns
    -------
    pandas.Series of str, length `ways`
        ``"index:node index:node"``, index counting the road's vertices from 0; null for most roads.
    """
    count = np.bincount(vertices.way, minlength=ways)
    return _separated([place_codes(vertices.lonlat)], [vertices.node], count)


def place_codes(lonlat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Code positions as one number each, in the steps of 1e-7 degrees that OpenStreetMap knows.

    Parameters
    ----------
    lonlat : numpy.ndarray, shape (n, 2)
        Longitude and latitude, degrees.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Equal where positions are.
    """
    steps = np.rint(lonlat * 1e7).astype(np.int64)
    return np.asarray((steps[:, 0] << 32) + steps[:, 1])


def _separated(
    places: Sequence[NDArray[np.int64]], nodes: Sequence[NDArray[np.int64]], count: NDArray[np.integer]
) -> pd.Series:
    """Name the vertices as `grade_separated` does, from places and nodes in blocks and the vertices of each road."""
    again = repeated(places)
    is_again = [is_among(block, again) for block in places]
    vertex = np.flatnonzero(np.concatenate([np.empty(0, bool), *is_again]))
    place, node = (
        np.concatenate([np.empty(0, np.int64), *(block[at] for block, at in zip(blocks, is_again, strict=True))])
        for blocks in (places, nodes)
    )
    code = np.searchsorted(again, place)
    some_node = np.empty(len(again), dtype=np.int64)
    some_node[code] = node
    is_shared = np.zeros(len(again), dtype=bool)
    is_shared[code[node != some_node[code]]] = True
    shared = is_shared[code]
    ends = np.cumsum(count)
    way = np.searchsorted(ends, vertex[shared], side="right")
    index = vertex[shared] - (ends - count)[way]
    marks = pd.Series([f"{at}:{node}" for at, node in zip(index, node[shared], strict=True)], dtype="str")
    return marks.groupby(way).agg(" ".join).reindex(range(len(count))).astype("str")


def _layer(parts: LineParts, id_column: str, columns: list[str]) -> gpd.GeoDataFrame:
    empty = pd.DataFrame({"way": np.empty(0, np.int64), **{name: pd.Series(dtype="str") for name in columns}})
    table = pd.concat([empty, *parts.tables], ignore_index=True) if parts.tables else empty
    shapes = np.concatenate([np.empty(0, object), *parts.shapes])
    ids = "w" + table["way"].astype("str")
    part = (ids.groupby(ids).cumcount() + 1).astype("str")
    ids = ids.where(~ids.duplicated(keep=False), ids + "#" + part)
    return gpd.GeoDataFrame({id_column: ids, **table[columns]}, geometry=shapes, crs=STORAGE)
