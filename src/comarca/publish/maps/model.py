"""What all maps of a region share: frame, outlines, roads and cities, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
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
    paths : list of matplotlib.path.Path
        One compound path per territory that has a part in the frame.
    territory : numpy.ndarray of int
        Number of the territory of each path.
    label_points : numpy.ndarray, shape (n, 2)
        A point well inside each path's largest part, metres.
    outline, parent_borders : list of numpy.ndarray
        Lines around the region, and between units one level up.
    roads : mapping
        Road class -> lines.
    cities : pandas.DataFrame
        Columns ``x, y, city_name, population_persons``, the largest first.
    """

    crs: CRS
    bounds: tuple[float, float, float, float]
    paths: list[Path]
    territory: NDArray[np.intp]
    label_points: NDArray[np.float64]
    outline: list[NDArray[np.float64]]
    parent_borders: list[NDArray[np.float64]]
    roads: dict[str, list[NDArray[np.float64]]]
    cities: pd.DataFrame

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
    """

    territory_id: NDArray[np.object_]
    territory_name: NDArray[np.object_]
    frames: tuple[Frame, ...]
