"""Terrain that roads lead through, from heights, and how much longer they take for it.

Roads wind and climb more the steeper the ground is. Terrain is told by the slope of the ground across it, as manuals of
road design do (INVIAS 2008, Manual de diseno geometrico de carreteras: level below 6 degrees, rolling below 13,
mountainous above), and each road takes the factor of its terrain in the table of speeds. The factors there are the
least design speeds of rural collectors over those on level ground (AASHTO, A Policy on Geometric Design of Highways and
Streets: 60, 80 and 100 km/h on level ground by traffic, 50, 60 and 80 on rolling, 30, 50 and 60 in mountains).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

from comarca.rasters.grids import cells_of
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comarca.rasters.grids import Grid
    from comarca.roads.network import RoadNetwork

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

TERRAINS: Final = ("level", "rolling", "mountainous")
#: Slope from which on the ground is rolling, and mountainous, degrees.
LIMITS_DEGREES: Final = (6.0, 13.0)
#: Side of the cells that the slope is measured on, and of the square that it is averaged over, metres.
CELL_M: Final = 250.0
AROUND_M: Final = 1_250.0
#: Roads are looked at in steps of at most this length.
STEP_KM: Final = 0.5
#: Most cells of a region; larger regions have larger cells.
MAX_CELLS: Final = 20_000_000


def terrain_of(height_m: Floats, *, cell_m: float) -> Integers:
    """Tell terrain by the mean slope of the ground around each cell.

    Parameters
    ----------
    height_m : numpy.ndarray, shape (rows, columns)
        Mean heights on an equal-area grid; NaN where not known.
    cell_m : float
        Side of a cell.

    Returns
    -------
    numpy.ndarray of int, shape (rows, columns)
        Position in `TERRAINS`; level where no height is known.

    Notes
    -----
    The slope is ``arctan |gradient|`` by central differences, averaged over a square of `AROUND_M`. Large cells level
    the ground out: in regions of more than a million square kilometres mountains come out too gentle.
    """
    if min(height_m.shape) < 2:
        return np.zeros(height_m.shape, dtype=np.int64)
    north, east = np.gradient(height_m, cell_m)
    slope = np.degrees(np.arctan(np.hypot(north, east)))
    is_known = np.isfinite(slope)
    size = max(round(AROUND_M / cell_m), 1)
    total = scipy.ndimage.uniform_filter(np.where(is_known, slope, 0.0), size, mode="nearest")
    share = scipy.ndimage.uniform_filter(is_known.astype(float), size, mode="nearest")
    mean = np.divide(total, share, out=np.zeros_like(total), where=share > 1e-9)
    return np.asarray(np.searchsorted(np.array(LIMITS_DEGREES), mean, side="right"), dtype=np.int64)


def slowed_by_terrain(
    network: RoadNetwork, terrain: Integers, grid: Grid, *, factors: Mapping[str, float], is_slowed: Booleans
) -> tuple[RoadNetwork, Check]:
    """Let roads take longer where the ground is steep.

    Parameters
    ----------
    network : RoadNetwork
        With the times of level ground.
    terrain : numpy.ndarray of int, shape (rows, columns)
        As from `terrain_of`.
    grid : Grid
        Its cells.
    factors : mapping
        Terrain -> factor on the speed; 1 where there is none.
    is_slowed : numpy.ndarray of bool, shape (r,)
        Roads of the layer that the factors hold for: not ferries, nor roads whose speed as driven is known.

    Returns
    -------
    network : RoadNetwork
        With the time over each `STEP_KM` divided by the factor of the terrain there.
    check : Check
        Kilometres by terrain.
    """
    edge, kind, km = _along(network, terrain, grid)
    factor = np.array([factors.get(name, 1.0) for name in TERRAINS])[kind]
    longer = np.where(is_slowed[network.edge_road[edge]], km / factor, km)
    times_longer = np.divide(
        np.bincount(edge, weights=longer, minlength=len(network.edge_km)), network.edge_km,
        out=np.ones(len(network.edge_km)), where=network.edge_km > 0,
    )  # fmt: skip
    by_terrain = np.bincount(kind, weights=km, minlength=len(TERRAINS))
    words = ", ".join(f"{length:,.0f} km {name}" for name, length in zip(TERRAINS, by_terrain, strict=True))
    text = f"Roads by terrain: {words}. Speeds on the latter fall as the table of speeds says."
    rows = [{"terrain": name, "km": float(length)} for name, length in zip(TERRAINS, by_terrain, strict=True)]
    slowed = replace(network, edge_min=network.edge_min * times_longer)
    return slowed, Check("roads_by_terrain", "info", float(by_terrain[1:].sum()), "", text, rows)


def _along(network: RoadNetwork, terrain: Integers, grid: Grid) -> tuple[Integers, Integers, Floats]:
    """Go along all edges in steps: edge, terrain and length of each; level outside the grid."""
    first = np.ones(len(network.vertex_lon), dtype=bool)
    first[network.edge_start[1:] - 1] = False
    vertex = np.flatnonzero(first)
    km = network.vertex_km[vertex + 1] - network.vertex_km[vertex]
    steps = np.maximum(np.ceil(km / STEP_KM), 1).astype(np.int64)
    start = np.repeat(vertex, steps)
    number = np.arange(len(start)) - np.repeat(np.cumsum(steps) - steps, steps)
    fraction = (number + 0.5) / np.repeat(steps, steps)
    lon, lat = (
        values[start] + fraction * (values[start + 1] - values[start])
        for values in (network.vertex_lon, network.vertex_lat)
    )
    cell = cells_of(grid, lon, lat)[0]
    kind = np.where(cell >= 0, terrain.ravel()[cell], 0)
    return network.vertex_edge[start], kind, np.repeat(km / steps, steps)
