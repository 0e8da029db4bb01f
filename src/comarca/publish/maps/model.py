"""What all maps of a region share: frame, outlines, roads and cities, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from comarca.publish.maps.style import CONNECTOR

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.path import Path
    from numpy.typing import NDArray
    from pyproj import CRS


@dataclass(frozen=True)
class Frame:
    """One frame of a map.

    Attributes
    ----------
    crs : pyproj.CRS
        Equal-area system of the frame, metres.
    bounds : tuple of float
        West, south, east, north of the territories in it, metres.
    territory : numpy.ndarray of int
        Numbers of the territories that have a part in the frame, rising.
    shapes : numpy.ndarray of shapely.MultiPolygon
        Their simplified polygons, metres.
    label_points : numpy.ndarray, shape (n, 2)
        A point well inside each territory's largest part, metres.
    outline, parent_borders : shapely.MultiLineString
        Lines around the region, and between units one level up.
    roads : mapping
        Road class -> shapely.MultiLineString, the widest class first; connectors last.
    cities : pandas.DataFrame
        Columns ``x, y, city_name, population_persons, is_capital``, the largest first.
    parents : pandas.DataFrame
        Units one level up that have borders: columns ``x, y, parent_name``.
    surroundings : mapping
        ISO code of a country -> shapely.MultiPolygon of its land around the region and below it.
    """

    crs: CRS
    bounds: tuple[float, float, float, float]
    territory: NDArray[np.intp]
    shapes: NDArray[np.object_]
    label_points: NDArray[np.float64]
    outline: shapely.MultiLineString
    parent_borders: shapely.MultiLineString
    roads: dict[str, shapely.MultiLineString]
    cities: pd.DataFrame
    parents: pd.DataFrame
    surroundings: dict[str, shapely.MultiPolygon]

    @cached_property
    def paths(self) -> list[Path]:
        """One compound path per territory; holes run against their shell, so that they stay empty."""
        return [path_of(shape) for shape in self.shapes]

    @cached_property
    def area(self) -> shapely.MultiPolygon:
        """Ground that the territories cover, without details."""
        ground = shapely.union_all(shapely.get_parts(shapely.polygonize([self.outline])))
        return shapely.MultiPolygon(list(shapely.get_parts(shapely.simplify(ground, self.extent_m / 150))))

    @property
    def main_roads(self) -> dict[str, shapely.MultiLineString]:
        """Roads by class, without connectors."""
        return {name: lines for name, lines in self.roads.items() if name != CONNECTOR}

    @property
    def extent_m(self) -> float:
        """Longer side of the bounds."""
        west, south, east, north = self.bounds
        return max(east - west, north - south)


@dataclass(frozen=True)
class BaseMap:
    """The frames of a region and the territories they show.

    Attributes
    ----------
    territory_id, territory_name : numpy.ndarray of str
        In the order that the frames' territory numbers mean.
    frames : tuple of Frame
        The main frame first, then insets.
    land : shapely.MultiPolygon
        Coarse land around the main frame, in its plane, for a map that shows where the region lies.
    """

    territory_id: NDArray[np.object_]
    territory_name: NDArray[np.object_]
    frames: tuple[Frame, ...]
    land: shapely.MultiPolygon


def path_of(shape: shapely.Geometry) -> Path:
    """Turn polygons into one path."""
    from matplotlib.path import Path  # here, since a base map is made and kept without drawing

    polygons = shapely.get_parts(shapely.orient_polygons(shape))
    points, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(ring, prepend=-1))] = Path.MOVETO
    codes[np.flatnonzero(np.diff(ring, append=-1))] = Path.CLOSEPOLY
    return Path(points, codes)
