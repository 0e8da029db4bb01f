"""Land use, buildings, boundaries, services and establishments out of closed OSM ways and multipolygon relations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from comarca.crs import GEOD, STORAGE
from comarca.polygons import valid_areas
from comarca.sources.osm import tags as osm_tags
from comarca.sources.osm.opl import WayBlock, read_vertices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import ArrayLike, NDArray

    from comarca.sources.osm.stream import Areas

SERVICE_KEYS: Final = tuple(dict.fromkeys(key for key, _ in osm_tags.SERVICE_KINDS))
#: Keys by which an area of a layer is known, and the further keys that are read.
LAYER_KEYS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "land_use": (("landuse", "natural"), ()),
    "buildings": (("building",), ("building:levels",)),
    "boundaries": (
        ("admin_level",),
        ("boundary", "name", "ISO3166-1", "ISO3166-1:alpha2", "ISO3166-2", "ref"),
    ),
    "services": (SERVICE_KEYS, ("name",)),
    "economy": (tuple(osm_tags.ECONOMY_KEYS), ("name", "brand")),
}
_RING_VERTICES: Final = 4


@dataclass
class AreaParts:
    """Areas by layer, gathered block by block.

    Attributes
    ----------
    wanted : collection of str
        Names of layers, keys of `LAYER_KEYS`.
    tables : dict of str to list of pandas.DataFrame
        Per layer: ``id``, what the layer says, ``geometry``.
    dropped : collections.Counter
        How many areas were left out, by reason.
    """

    wanted: Collection[str]
    tables: dict[str, list[gpd.GeoDataFrame]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, ids: pd.Series, values: dict[str, pd.DataFrame], shapes: NDArray[np.object_]) -> None:
        """Add areas to the layers they belong to.

        Parameters
        ----------
        ids : pandas.Series of str, shape (n,)
            Identifiers.
        values : dict of str to pandas.DataFrame, each of shape (n, ...)
            Per layer, what the tags say of the areas; the first column is null where they do not belong to it.
        shapes : numpy.ndarray of shapely geometries, shape (n,)
            (Multi)Polygons.
        """
        for name, table in values.items():
            belongs = _belongs(table)
            named = table[belongs].assign(
                id=pd.Series(ids.to_numpy()[belongs], index=table.index[belongs], dtype="str")
            )
            layer = gpd.GeoDataFrame(named, geometry=shapes[belongs], crs=STORAGE)
            self.tables.setdefault(name, []).append(_as_points(layer) if name == "buildings" else layer)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Put the parts of one layer together.

        Parameters
        ----------
        name : str
            Name of the layer.

        Returns
        -------
        geopandas.GeoDataFrame
            Column ``id``, what the layer says, ``geometry``.
        """
        tables = [table for table in self.tables[name] if len(table)] or self.tables[name][:1]
        return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=STORAGE)


def area_keys(layers: Collection[str], *, further: bool) -> tuple[str, ...]:
    """Keys that the area layers need.

    Parameters
    ----------
    layers : collection of str
        Names of layers; others than those in `LAYER_KEYS` need none.
    further : bool
        Whether to give the keys that only describe, too.

    Returns
    -------
    tuple of str
        Without repetition.
    """
    keys = [LAYER_KEYS[name] for name in layers if name in LAYER_KEYS]
    return tuple(dict.fromkeys(key for usual, more in keys for key in (*usual, *(more if further else ()))))


def add_closed_ways(parts: AreaParts, block: WayBlock, tags: pd.DataFrame) -> None:
    """Add the areas among the ways of a block.

    Parameters
    ----------
    parts : AreaParts
        Where to add them.
    block : WayBlock
        The ways.
    tags : pandas.DataFrame
        Their tags.
    """
    values = {name: _SAY[name](tags) for name in parts.wanted}
    is_any = np.logical_or.reduce([_belongs(table) for table in values.values()])
    candidate = np.flatnonzero(is_any & (tags["area"] != "no").to_numpy())
    shapes, kept = _polygons(block.nodes.take(pa.array(candidate)), parts.dropped)
    rows = candidate[kept]
    ids = "w" + pd.Series(block.ids[rows]).astype("str")
    parts.add(ids, {name: table.iloc[rows] for name, table in values.items()}, shapes)


def add_relations(parts: AreaParts, areas: Areas) -> None:
    """Add the areas of relations.

    Parameters
    ----------
    parts : AreaParts
        Where to add them.
    areas : Areas
        What the assembler made.
    """
    keys = area_keys(parts.wanted, further=True)
    tags = pd.DataFrame([[entry.get(key) for key in keys] for entry in areas.tags], columns=list(keys), dtype="str")
    shapes = shapely.from_wkb(np.array(areas.wkb, dtype=object))
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    shapes, valid = _repaired(shapes)
    parts.dropped["relations whose members are not all there"] += areas.broken
    parts.dropped["relations that cross themselves"] += int((~valid).sum())
    ids = "r" + pd.Series(areas.ids, dtype="int64").astype("str")
    parts.add(ids[valid], {name: _SAY[name](tags[valid]) for name in parts.wanted}, shapes[valid])


def footprint_m2(polygons: ArrayLike) -> NDArray[np.float64]:
    """Area of small polygons on the ellipsoid.

    Parameters
    ----------
    polygons : array-like of shapely geometries, shape (n,)
        (Multi)Polygons, EPSG:4326.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Square metres.

    Notes
    -----
    Area in degrees times the ellipsoid's radii of curvature at the middle latitude. Off by less than 1e-6 for extents
    up to 5 km outside the polar circles, and a hundred times faster than integrating along the rings.
    """
    shapes = np.asarray(polygons, dtype=object)
    bounds = shapely.bounds(shapes)
    latitude = np.radians((bounds[:, 1] + bounds[:, 3]) / 2)
    curvature = 1 - GEOD.es * np.sin(latitude) ** 2
    meridian, normal = GEOD.a * (1 - GEOD.es) / curvature**1.5, GEOD.a / curvature**0.5
    degree2 = np.radians(1) ** 2 * meridian * normal * np.cos(latitude)
    return np.asarray(shapely.area(shapes) * degree2, dtype=np.float64)


def _polygons(nodes: pa.Array, dropped: Counter[str]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Polygons of the ways that are closed, and the positions of these ways."""
    vertices = read_vertices(nodes)
    count = np.bincount(vertices.way, minlength=len(nodes))
    last = np.cumsum(count) - 1
    is_ring = count >= _RING_VERTICES
    is_ring[is_ring] = vertices.node[(last - count + 1)[is_ring]] == vertices.node[last[is_ring]]
    is_placed = np.bincount(vertices.way, weights=np.isnan(vertices.lonlat[:, 0]), minlength=len(nodes)) == 0
    kept = np.flatnonzero(is_ring & is_placed)
    dropped["ways that are not closed"] += int((~is_ring).sum())
    dropped["closed ways that lack a place"] += int((is_ring & ~is_placed).sum())
    inside = np.isin(vertices.way, kept)
    number = np.searchsorted(kept, vertices.way[inside])
    shapes = np.asarray(shapely.polygons(shapely.linearrings(vertices.lonlat[inside], indices=number)), dtype=object)
    shapes, valid = _repaired(shapes)
    dropped["closed ways that cross themselves"] += int((~valid).sum())
    return shapes[valid], kept[valid]


def _repaired(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Repair areas that cross themselves: a shop stays where it is. Tell which of them have an area."""
    areas = valid_areas(shapes) if len(shapes) else shapes
    return areas, np.asarray(~shapely.is_empty(areas), dtype=bool)


def _belongs(values: pd.DataFrame) -> NDArray[np.bool_]:
    return values.iloc[:, 0].notna().to_numpy(dtype=bool)


def _as_points(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = buildings.geometry.to_numpy()
    return buildings.assign(footprint_m2=footprint_m2(shapes), geometry=shapely.point_on_surface(shapes))


def _say_land_use(tags: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"land_use": osm_tags.land_use(tags)})


def _say_building(tags: pd.DataFrame) -> pd.DataFrame:
    building = tags["building"].where(tags["building"] != "no")
    return pd.DataFrame({"building": building, "levels": osm_tags.parse_number(tags["building:levels"])})


def _say_boundary(tags: pd.DataFrame) -> pd.DataFrame:
    level = tags["admin_level"].where(tags["boundary"] == "administrative")
    code = tags["ISO3166-2"].fillna(tags["ref"])
    iso = osm_tags.country_code(tags)
    return pd.DataFrame({"admin_level": level, "name": tags["name"], "iso_code": iso, "subdivision_code": code})


def _say_service(tags: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"kind": osm_tags.service_kind(tags), "name": tags["name"]})


def _say_economy(tags: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"kind": osm_tags.establishment(tags), "name": tags["name"], "brand": tags["brand"]})


#: Per layer, what tags say of an area; the first column is null for areas that do not belong to it.
_SAY: Final[dict[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "land_use": _say_land_use,
    "buildings": _say_building,
    "boundaries": _say_boundary,
    "services": _say_service,
    "economy": _say_economy,
}
