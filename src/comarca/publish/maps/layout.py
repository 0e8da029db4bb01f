"""The page: A4, filled by the map; legend and keys stand where the region is not. Places are in inches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

import shapely
from shapely import affinity

from comarca.publish.maps.style import RC, SEA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.publish.maps.model import Frame

A4_IN: Final = (8.27, 11.69)
MARGIN_IN: Final = 0.4
#: Room for title and subtitle above the map, and for sources below it.
TITLE_IN: Final = 0.85
LINE_OF_TITLE_IN: Final = 0.27
FOOT_IN: Final = 0.72
#: Width of the blocks of legend and keys, and their distance from the edge of the map.
BLOCK_IN: Final = 2.5
PAD_IN: Final = 0.12
#: Side of an inset, with room below for its scale bar.
INSET_IN: Final = 1.15
#: Each step of the search for the largest scale.
_STEP: Final = 1.04
_STEPS: Final = 60
_CORNERS: Final = (("right", "top"), ("right", "bottom"), ("left", "top"), ("left", "bottom"))
_PLACES: Final = (0.5, 1.0, 0.0)


@dataclass(frozen=True)
class Box:
    """A rectangle on the page.

    Attributes
    ----------
    left, bottom, width, height : float
        Inches.
    """

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Upper side, inches."""
        return self.bottom + self.height

    @property
    def right(self) -> float:
        """Right side, inches."""
        return self.left + self.width

    @property
    def shape(self) -> shapely.Polygon:
        """The rectangle as a polygon."""
        return shapely.box(self.left, self.bottom, self.right, self.top)


@dataclass(frozen=True)
class Layout:
    """Where things stand on the page.

    Attributes
    ----------
    width, height : float
        The page, inches.
    panel : Box
        The map with what lies around the region.
    region : Box
        Where the bounds of the main frame lie.
    legend, keys : Box
        Legend; marks of cities, scale bar, north, insets.
    metres_per_inch : float
        Scale.
    """

    width: float
    height: float
    panel: Box
    region: Box
    legend: Box
    keys: Box
    metres_per_inch: float

    @property
    def fill(self) -> float:
        """Share of the page that the map takes."""
        return self.panel.width * self.panel.height / (self.width * self.height)


def choose_layout(frame: Frame, *, legend_in: float = 3.0, keys_in: float = 2.6, title_lines: int = 1) -> Layout:
    """Choose the page and the places that show a frame at the largest scale.

    Parameters
    ----------
    frame : Frame
        The main frame.
    legend_in, keys_in : float, optional
        Heights of the two blocks, inches.
    title_lines : int, optional
        Lines of the title.

    Returns
    -------
    Layout
        At the largest scale, in steps of 4 %, at which the region itself, not its bounds, keeps clear of both blocks in
        any two corners of an upright page or one across.
    """
    return _search(frame.bounds, frame.area, legend_in, keys_in, title_lines)


@lru_cache(maxsize=64)
def _search(
    bounds: tuple[float, float, float, float],
    area: shapely.MultiPolygon,
    legend_in: float,
    keys_in: float,
    title_lines: int,
) -> Layout:
    west, south, east, north = bounds
    size = (east - west, north - south)
    pages = [(page, _panel(page, title_lines)) for page in (A4_IN, A4_IN[::-1])]
    least = min(_fit(size, panel) for _, panel in pages)
    area = affinity.translate(area, -west, -south)
    for step in range(_STEPS):
        scale = least * _STEP**step
        ground = affinity.scale(area, 1 / scale, 1 / scale, origin=(0, 0))
        for page, panel in pages:
            width, height = size[0] / scale, size[1] / scale
            if width > panel.width - 2 * PAD_IN or height > panel.height - 2 * PAD_IN:
                continue
            for legend, keys in _blocks(panel, legend_in, keys_in):
                taken = shapely.union(legend.shape, keys.shape)
                for region in _positions(panel, width, height):
                    if not affinity.translate(ground, region.left, region.bottom).intersects(taken):
                        return Layout(*page, panel, region, legend, keys, scale)
    raise AssertionError("a region that shrinks without end finds room")


def page_scale(width_m: float, height_m: float) -> float:
    """Scale of a map of this size on the page that suits it best.

    Parameters
    ----------
    width_m, height_m : float
        Size of the ground to show, metres.

    Returns
    -------
    float
        Metres on the ground per inch of paper.
    """
    return min(_fit((width_m, height_m), _panel(page, 1)) for page in (A4_IN, A4_IN[::-1]))


def inset_boxes(keys: Box, count: int) -> list[Box]:
    """Places of insets, two in a row at the foot of the keys; the room below each is for its scale bar.

    Parameters
    ----------
    keys : Box
        The block of keys, with `inset_height` more than it needs itself.
    count : int
        How many insets there are.

    Returns
    -------
    list of Box
        In the order of the frames.
    """
    rows = (count + 1) // 2
    return [
        Box(
            keys.left + 0.06 + (INSET_IN + 0.08) * (place % 2),
            keys.bottom + 0.3 + (INSET_IN + 0.3) * (rows - 1 - place // 2),
            INSET_IN,
            INSET_IN,
        )
        for place in range(count)
    ]


def inset_height(count: int) -> float:
    """Room that insets need, inches."""
    return (INSET_IN + 0.3) * ((count + 1) // 2) + (0.1 if count else 0.0)


def metres_per_inch(frame: Frame, box: Box) -> float:
    """Scale at which a frame fits into a box, with 4 % around it; metres on the ground per inch of paper."""
    west, south, east, north = frame.bounds
    return 1.08 * max((east - west) / box.width, (north - south) / box.height)


def new_page(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a blank page.

    Parameters
    ----------
    width, height : float
        Inches.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The page.
    page : matplotlib.axes.Axes
        Covers the page; its data coordinates are inches.
    """
    import matplotlib as mpl  # here, since a base map is made without drawing
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=(width, height), facecolor="white")
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), zorder=5)
    page.set(xlim=(0, width), ylim=(0, height), facecolor="none")
    page.set_axis_off()
    return figure, page


def main_axes(figure: Figure, layout: Layout, frame: Frame) -> Axes:
    """Make the axes of the main frame: they fill the panel, and the region lies where the layout says.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The page.
    layout : Layout
        Where things stand.
    frame : Frame
        The main frame.

    Returns
    -------
    matplotlib.axes.Axes
        Data coordinates are the frame's metres.
    """
    panel, scale = layout.panel, layout.metres_per_inch
    west = frame.bounds[0] - (layout.region.left - panel.left) * scale
    south = frame.bounds[1] - (layout.region.bottom - panel.bottom) * scale
    return _axes(figure, panel, (west, south, west + panel.width * scale, south + panel.height * scale))


def inset_axes(figure: Figure, frame: Frame, box: Box) -> Axes:
    """Make the axes of an inset, the frame in its middle; data coordinates are the frame's metres."""
    west, south, east, north = frame.bounds
    scale = metres_per_inch(frame, box)
    x, y = (west + east) / 2, (south + north) / 2
    half = (scale * box.width / 2, scale * box.height / 2)
    return _axes(figure, box, (x - half[0], y - half[1], x + half[0], y + half[1]), zorder=6)


def frame_axes(figure: Figure, frame: Frame, box: Box) -> Axes:
    """Make bare axes of a frame in a box, without a border; data coordinates are the frame's metres."""
    axes = inset_axes(figure, frame, box)
    axes.set_axis_off()
    return axes


def square_axes(figure: Figure, box: Box, bounds: tuple[float, float, float, float]) -> Axes:
    """Make axes for a window of a plane."""
    return _axes(figure, box, bounds, zorder=6)


def _axes(figure: Figure, box: Box, bounds: tuple[float, float, float, float], *, zorder: int = 1) -> Axes:
    width, height = figure.get_size_inches()
    axes = figure.add_axes(
        (box.left / width, box.bottom / height, box.width / width, box.height / height), zorder=zorder
    )
    west, south, east, north = bounds
    axes.set(xlim=(west, east), ylim=(south, north), facecolor=SEA)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_visible(False)
    for spine in axes.spines.values():
        spine.set(color="#8a8a8a", linewidth=0.6)
    return axes


def _panel(page: tuple[float, float], title_lines: int) -> Box:
    top = TITLE_IN + LINE_OF_TITLE_IN * (title_lines - 1)
    return Box(MARGIN_IN, FOOT_IN, page[0] - 2 * MARGIN_IN, page[1] - FOOT_IN - top)


def _fit(size: tuple[float, float], panel: Box) -> float:
    return max(size[0] / (panel.width - 2 * PAD_IN), size[1] / (panel.height - 2 * PAD_IN))


def _blocks(panel: Box, legend_in: float, keys_in: float) -> Iterator[tuple[Box, Box]]:
    """Places of both blocks in the corners; in the same corner they stand above each other."""
    for corner, other in product(_CORNERS, _CORNERS):
        legend = _corner(panel, corner, legend_in, 0.0)
        keys = _corner(panel, other, keys_in, legend_in + PAD_IN if corner == other else 0.0)
        apart = keys.left != legend.left or keys.bottom >= legend.top or legend.bottom >= keys.top
        if apart and keys.bottom >= panel.bottom and legend.bottom >= panel.bottom and keys.top <= panel.top:
            yield legend, keys


def _corner(panel: Box, corner: tuple[str, str], height: float, beyond: float) -> Box:
    side, end = corner
    left = panel.left + PAD_IN if side == "left" else panel.right - PAD_IN - BLOCK_IN
    bottom = panel.bottom + PAD_IN + beyond if end == "bottom" else panel.top - PAD_IN - beyond - height
    return Box(left, bottom, BLOCK_IN, height)


def _positions(panel: Box, width: float, height: float) -> Iterator[Box]:
    for across, up in product(_PLACES, _PLACES):
        yield Box(
            panel.left + PAD_IN + across * (panel.width - 2 * PAD_IN - width),
            panel.bottom + PAD_IN + up * (panel.height - 2 * PAD_IN - height),
            width,
            height,
        )
