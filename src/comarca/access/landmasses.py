"""Landmasses: which points people can walk between without crossing the sea."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import scipy
import shapely

from comarca.access.destinations import as_points
from comarca.crs import geocentric_m
from comarca.polygons import polygons_only
from comarca.roads.search import cheapest_segment
from comarca.roads.segments import index_segments

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from comarca.roads.segments import SegmentIndex

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Water no wider than this, in metres, does not part land: rivers between territories, gaps of drawing.
STRAIT_M: Final = 500.0
#: Points that are objects in memory at once.
_POINTS_AT_ONCE: Final = 200_000
#: Cells along a side of the box around all land, to tell points well inside it from those near a border.
_CELLS: Final = 512
_M_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True)
class Landmasses:
    """Land in pieces that wide water parts.

    Attributes
    ----------
    parts : numpy.ndarray of shapely.Polygon, shape (p,)
        Land, EPSG:4326.
    number : numpy.ndarray, shape (p,)
        Landmass of each part.
    """

    parts: NDArray[np.object_]
    number: Integers

    @classmethod
    def of(cls, shapes: ArrayLike) -> Self:
        """Join shapes to landmasses.

        Parameters
        ----------
        shapes : array-like of shapely geometries
            (Multi)Polygons, EPSG:4326, such as the territories.

        Returns
        -------
        Landmasses
            Parts are of one landmass that meet, or come within about `STRAIT_M` of each other.
        """
        parts = shapely.get_parts(polygons_only(np.asarray(shapes, dtype=object)))
        if len(parts) == 0:
            return cls(parts, np.zeros(0, dtype=np.int64))
        _, south, _, north = shapely.total_bounds(parts)
        # Degrees of longitude are shorter away from the equator.
        narrowing = np.array([np.cos(np.radians((south + north) / 2)), 1.0])
        scaled = shapely.transform(parts, lambda degrees: degrees * narrowing)
        pairs = shapely.STRtree(scaled).query(scaled, predicate="dwithin", distance=STRAIT_M / _M_PER_DEGREE)
        links = scipy.sparse.coo_array(
            (np.ones(pairs.shape[1], dtype=np.int8), tuple(pairs)), shape=(len(parts), len(parts))
        )
        return cls(parts, scipy.sparse.csgraph.connected_components(links.tocsr(), directed=False)[1].astype(np.int64))

    def number_at(self, lon: Floats, lat: Floats) -> Integers:
        """Find the landmass of each point.

        Parameters
        ----------
        lon, lat : numpy.ndarray, shape (n,)
            Degrees.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Its number; that of the nearest land for points on none, such as bridges and roads abroad.
        """
        if len(self.parts) == 0 or self.number.max() == 0:
            return np.zeros(len(lon), dtype=np.int64)
        number = self.number_on(lon, lat)
        off = np.flatnonzero(number < 0)
        index, part_of_vertex = self._shores
        nearest = cheapest_segment(index, geocentric_m(lon[off], lat[off]))
        number[off] = self.number[part_of_vertex[nearest.vertex]]
        return number

    def number_on(self, lon: Floats, lat: Floats) -> Integers:
        """Find the landmass of the points that are on land.

        Parameters
        ----------
        lon, lat : numpy.ndarray, shape (n,)
            Degrees.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Its number; -1 for points on none.
        """
        number = np.full(len(lon), -1, dtype=np.int64)
        if len(lon) > _POINTS_AT_ONCE:
            number[:] = self._number_inside(lon, lat)
        rest = np.flatnonzero(number < 0)
        for start in range(0, len(rest), _POINTS_AT_ONCE):
            few = rest[start : start + _POINTS_AT_ONCE]
            part, point = shapely.STRtree(as_points(lon[few], lat[few])).query(self.parts, predicate="intersects")
            number[few[point]] = self.number[part]
        return number

    def _number_inside(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """Find the landmass of points well inside a part, by the cells that one part covers; -1 for all others."""
        west, south, east, north = shapely.total_bounds(self.parts)
        edges = [np.linspace(*ends, _CELLS + 1) for ends in ((west, east), (south, north))]
        (left, bottom), (right, top) = (
            np.meshgrid(*(edge[cut] for edge in edges)) for cut in (slice(-1), slice(1, None))
        )
        cells = shapely.box(left.ravel(), bottom.ravel(), right.ravel(), top.ravel())
        part, cell = shapely.STRtree(cells).query(self.parts, predicate="covers")
        number = np.full(len(cells) + 1, -1, dtype=np.int32)
        number[cell] = self.number[part]
        column, row = (np.searchsorted(edge, at, side="right") - 1 for edge, at in zip(edges, (lon, lat), strict=True))
        is_inside = (column >= 0) & (column < _CELLS) & (row >= 0) & (row < _CELLS)
        return number[np.where(is_inside, row * _CELLS + column, len(cells))]

    @cached_property
    def _shores(self) -> tuple[SegmentIndex, Integers]:
        """Borders of the parts as segments, and the part of each vertex."""
        vertices, ring = shapely.get_coordinates(shapely.get_exterior_ring(self.parts), return_index=True)
        first = np.flatnonzero(ring[1:] == ring[:-1])
        return index_segments(vertices[:, 0], vertices[:, 1], first), np.asarray(ring, dtype=np.int64)
