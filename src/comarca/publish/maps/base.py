"""What all maps of a region share: projected, simplified territories, roads and cities, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import require_storage_crs
from comarca.polygons import valid_areas
from comarca.publish.maps.frames import divide, project
from comarca.publish.maps.model import BaseMap, Frame
from comarca.publish.maps.style import ROAD_WIDTHS
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
MAX_CITIES: Final = 40


def build_base(
    territories: gpd.GeoDataFrame, *, cities: gpd.GeoDataFrame | None = None, roads: gpd.GeoDataFrame | None = None
) -> BaseMap:
    """Prepare all that the maps of a region have in common.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    cities, roads : geopandas.GeoDataFrame, optional
        Layers ``cities`` and ``roads``, EPSG:4326; drawn for orientation.

    Returns
    -------
    BaseMap
        Ready to be drawn any number of times.

    Notes
    -----
    Borders are simplified as a coverage (Visvalingam-Whyatt with shared edges), so that neighbours stay neighbours.
    The pictures are for the eye: measure on the layers.
    """
    for name, layer in (("territories", territories), ("cities", cities), ("roads", roads)):
        if layer is not None:
            require_storage_crs(layer, name=f"layer {name}")
    ordered = territories.sort_values("territory_id", ignore_index=True)
    parts, owner = _polygons(ordered.geometry.to_numpy())
    parents = ordered["parent_name"].fillna("").to_numpy(dtype=object)
    frames = [_frame(group, parts, owner, parents, cities, roads) for group in divide(parts, owner)]
    return BaseMap(
        territory_id=ordered["territory_id"].to_numpy(dtype=object),
        territory_name=ordered["territory_name"].to_numpy(dtype=object),
        frames=tuple(frames),
    )


def _polygons(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Polygons of each territory and its number; a boundary that is not valid is repaired."""
    parts, owner = shapely.get_parts(valid_areas(geometry), return_index=True)
    return parts, owner


def _frame(
    group: Group,
    parts: NDArray[np.object_],
    owner: NDArray[np.intp],
    parents: NDArray[np.object_],
    cities: gpd.GeoDataFrame | None,
    roads: gpd.GeoDataFrame | None,
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
        roads=_roads(roads, group.crs, (west, south, east, north), tolerance),
        cities=_cities(cities, group.crs, (west, south, east, north)),
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
    names = np.unique(parents)
    if not 1 < len(names) <= territory_count / 3:
        return shapely.MultiLineString()
    return _rings(*(_union(shapes[parents == name]) for name in names))


def _roads(
    roads: gpd.GeoDataFrame | None, crs: CRS, bounds: tuple[float, float, float, float], tolerance: float
) -> dict[str, shapely.MultiLineString]:
    if roads is None:
        return {}
    west, south, east, north = bounds
    extent = max(east - west, north - south)
    drawn = [name for name in ROAD_WIDTHS if extent <= ROAD_MAX_EXTENT_M.get(name, np.inf)]
    chosen = roads[roads["road_class"].isin(drawn)]
    lines = shapely.simplify(project(chosen.geometry.to_numpy(), crs), tolerance, preserve_topology=False)
    inside = shapely.intersects(lines, shapely.box(*bounds)) if len(lines) else np.zeros(0, dtype=bool)
    classes = chosen["road_class"].to_numpy()
    return {
        name: shapely.MultiLineString(list(shapely.get_parts(lines[inside & (classes == name)])))
        for name in drawn
        if (inside & (classes == name)).any()
    }


def _cities(cities: gpd.GeoDataFrame | None, crs: CRS, bounds: tuple[float, float, float, float]) -> pd.DataFrame:
    if cities is None:
        return pd.DataFrame({"x": [], "y": [], "city_name": [], "population_persons": []})
    points = project(shapely.point_on_surface(cities.geometry.to_numpy()), crs)
    table = pd.DataFrame(
        {
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "city_name": cities["city_name"].to_numpy(),
            "population_persons": cities["population_persons"].to_numpy(dtype=float),
        }
    )
    west, south, east, north = bounds
    table = table[table["x"].between(west, east) & table["y"].between(south, north)]
    table = table.sort_values(["population_persons", "city_name"], ascending=[False, True], na_position="last")
    return table.head(MAX_CITIES).reset_index(drop=True)
