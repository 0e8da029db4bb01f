"""Draw the territories of a frame and what lies around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from comarca.publish.maps.base import locator_bounds
from comarca.publish.maps.furniture import city_mark
from comarca.publish.maps.layout import square_axes
from comarca.publish.maps.model import path_of
from comarca.publish.maps.style import (
    BORDER,
    CIRCLE,
    COAST,
    CONNECTOR,
    CONNECTOR_DASHES,
    CONNECTOR_PT,
    FLAG_HATCH,
    GROUND,
    LAND,
    NO_DATA,
    OUTLINE,
    ROAD,
    ROAD_EDGE,
    ROAD_EDGE_PT,
    ROAD_WIDTHS,
    contrast,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from comarca.publish.maps.cities import CityMark
    from comarca.publish.maps.layout import Box
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.publish.maps.theme import Theme

#: In narrower frames the coarse borders of countries would lie beside the true ones, and are not drawn.
BORDERS_FROM_M: Final = 150_000.0


def draw_surroundings(axes: Axes, frame: Frame) -> None:
    """Fill the land around the region; its borders are drawn where the map is coarse enough for them."""
    lands = [shape for shape in frame.surroundings.values() if not shape.is_empty]
    if not lands:
        axes.set_facecolor(LAND)
        return
    has_borders = frame.extent_m >= BORDERS_FROM_M
    paths = PathCollection(
        [path_of(shape) for shape in lands], facecolors=[LAND], edgecolors=[COAST if has_borders else LAND],
        linewidths=[0.5 if has_borders else 0.0], zorder=0.5,
    )  # fmt: skip
    axes.add_collection(paths, autolim=False)


def draw_classes(axes: Axes, frame: Frame, theme: Theme) -> None:
    """Fill the territories by class; patterns over those without data and those with a doubtful value."""
    key_of = theme.key_of[frame.territory]
    width = border_width(len(key_of))
    for row, key in enumerate(theme.keys):
        members = np.flatnonzero(key_of == row)
        _fill(axes, frame, members, color=key.color, edge=BORDER, width=width)
        _hatch(axes, frame, members, pattern=key.pattern, color=key.pattern_color)
    draw_flagged(axes, frame, theme)


def draw_flagged(axes: Axes, frame: Frame, theme: Theme, *, ground: str | None = None) -> None:
    """Hatch the territories whose value stands, but is doubtful; not if all are, which the legend says.

    Lines are light on dark classes and dark on others, or stand out from `ground` where territories have one colour.
    """
    if theme.is_flagged.all():
        return
    lines = np.array([contrast(ground or key.color) for key in theme.keys])[theme.key_of[frame.territory]]
    for color in np.unique(lines):
        flagged = np.flatnonzero(theme.is_flagged[frame.territory] & (lines == color))
        _hatch(axes, frame, flagged, pattern=FLAG_HATCH, color=str(color))


def draw_amounts(axes: Axes, frame: Frame, theme: Theme, radii_m: NDArray[np.float64]) -> None:
    """Draw circles in the territories, the largest below the others.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The frame's axes.
    frame : Frame
        The frame.
    theme : Theme
        The values; territories without one are grey.
    radii_m : numpy.ndarray
        Radius for each territory of the base map, in metres of the plane.
    """
    values = theme.numbers[frame.territory]
    width = border_width(len(values))
    for missing, color in ((False, GROUND), (True, NO_DATA)):
        members = np.flatnonzero(np.isnan(values) == missing)
        _fill(axes, frame, members, color=color, edge=BORDER, width=width)
    radii = radii_m[frame.territory]
    for place in np.argsort(-radii, kind="stable"):
        if radii[place] > 0:
            centre = tuple(frame.label_points[place])
            axes.add_patch(Circle(centre, radii[place], facecolor=CIRCLE, alpha=0.6, edgecolor="none", zorder=4.5))
            axes.add_patch(Circle(centre, radii[place], facecolor="none", edgecolor="white", linewidth=0.5, zorder=4.6))


def draw_lines(axes: Axes, frame: Frame) -> None:
    """Draw the outline, the borders of the units one level up, the main roads and the connectors."""
    _lines(axes, frame.parent_borders, color=OUTLINE, width=0.7, zorder=3)
    _lines(axes, frame.outline, color=OUTLINE, width=1.0, zorder=4)
    for zorder, color, edge in ((3.2, ROAD_EDGE, ROAD_EDGE_PT), (3.3, ROAD, 0.0)):
        for name, lines in reversed(frame.main_roads.items()):
            _lines(axes, lines, color=color, width=ROAD_WIDTHS[name] + 2 * edge, zorder=zorder)
    if CONNECTOR in frame.roads:
        links = frame.roads[CONNECTOR]
        _lines(axes, links, color=ROAD_EDGE, width=CONNECTOR_PT, zorder=3.4, dashes=CONNECTOR_DASHES)


def draw_cities(axes: Axes, marks: Sequence[CityMark]) -> None:
    """Draw the marks of cities, the most important on top."""
    for mark in reversed(marks):
        kind = f"{'measured ' if mark.is_measured else ''}{'capital' if mark.is_capital else 'city'}"
        line = city_mark(mark.x, mark.y, mark.size_pt, kind)
        line.set_zorder(7)
        axes.add_line(line)


def draw_locator(figure: Figure, base: BaseMap, box: Box) -> None:
    """Show where in the world the region lies: the land around it, and a rectangle."""
    main = base.frames[0]
    west, south, east, north = locator_bounds(main)
    axes = square_axes(figure, box, (west, south, east, north))
    if not base.land.is_empty:
        axes.add_collection(
            PathCollection([path_of(base.land)], facecolors=["#cfccc4"], edgecolors=["none"], zorder=1), autolim=False
        )
    left, bottom, right, top = main.bounds
    least = (east - west) * 0.04
    width, height = max(right - left, least), max(top - bottom, least)
    x, y = (left + right - width) / 2, (bottom + top - height) / 2
    axes.add_patch(
        Rectangle((x, y), width, height, facecolor="#b2182b55", edgecolor="#b2182b", linewidth=0.9, zorder=2)
    )


def border_width(count: int) -> float:
    """Width of borders between territories, points: the more there are, the thinner."""
    return 0.45 if count <= 100 else 0.25 if count <= 1_500 else 0.1


def _fill(axes: Axes, frame: Frame, members: NDArray[np.intp], *, color: str, edge: str, width: float) -> None:
    if len(members):
        paths = [frame.paths[member] for member in members]
        shapes = PathCollection(paths, facecolors=[color], edgecolors=[edge], linewidths=[width], zorder=1)
        axes.add_collection(shapes, autolim=False)


def _hatch(axes: Axes, frame: Frame, members: NDArray[np.intp], *, pattern: str | None, color: str) -> None:
    """Lay a pattern over territories as one shape: patterns are drawn anew for each, and borders show nothing."""
    if len(members) and pattern:
        path = path_of(shapely.union_all(frame.shapes[members]))
        shape = PathPatch(path, facecolor="none", edgecolor=color, linewidth=0.0, hatch=pattern, zorder=2)
        # Not add_patch, which measures every vertex for limits that are set already.
        axes.add_artist(shape)


def _lines(
    axes: Axes,
    lines: shapely.MultiLineString,
    *,
    color: str,
    width: float,
    zorder: float,
    dashes: tuple[float, float] | None = None,
) -> None:
    """Draw lines as one path: each path of a collection costs time and space in every file."""
    if not lines.is_empty:
        points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
        codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
        codes[np.flatnonzero(np.diff(line, prepend=-1))] = Path.MOVETO
        drawn = PathCollection(
            [Path(points, codes)], facecolors="none", edgecolors=[color], linewidths=[width], zorder=zorder,
            joinstyle="round", linestyles=[(0, dashes) if dashes else "solid"],
        )  # fmt: skip
        axes.add_collection(drawn, autolim=False)
