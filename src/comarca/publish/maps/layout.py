"""The page: A4, upright or across, whichever shows the region larger; all places in inches from the lower left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from comarca.publish.maps.style import RC

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from comarca.publish.maps.model import Frame

MARGIN_IN: Final = 0.5
#: Side of the one inset, or of each of several, which stand two in a row.
INSET_IN: Final = (1.5, 1.0)
INSET_STEP_IN: Final = (1.1, 1.18)


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


@dataclass(frozen=True)
class Layout:
    """Where things stand on the page.

    Attributes
    ----------
    width, height : float
        The page, inches.
    map : Box
        Room for the main frame.
    legend, context, scale, insets : tuple of float
        Upper left corner of the legend, of the marks of cities and roads, of the scale bar, and of the first inset.
    """

    width: float
    height: float
    map: Box
    legend: tuple[float, float]
    context: tuple[float, float]
    scale: tuple[float, float]
    insets: tuple[float, float]


_ACROSS: Final = Layout(
    width=11.69,
    height=8.27,
    map=Box(0.5, 0.75, 8.1, 6.3),
    legend=(8.85, 7.1),
    context=(8.85, 4.75),
    scale=(8.85, 1.35),
    insets=(8.85, 3.6),
)
_UPRIGHT: Final = Layout(
    width=8.27,
    height=11.69,
    map=Box(0.5, 3.25, 7.27, 7.2),
    legend=(0.5, 3.0),
    context=(3.1, 3.0),
    scale=(3.1, 1.35),
    insets=(5.65, 3.12),
)
_TALL: Final = Layout(
    width=8.27,
    height=11.69,
    map=Box(0.5, 0.75, 4.6, 9.6),
    legend=(5.4, 10.4),
    context=(5.4, 7.9),
    scale=(5.4, 1.35),
    insets=(5.4, 6.4),
)


def choose_layout(frame: Frame) -> Layout:
    """Choose the page that shows a frame at the largest scale.

    Parameters
    ----------
    frame : Frame
        The main frame.

    Returns
    -------
    Layout
        Across, upright with the legend below, or upright with the legend beside.
    """
    return min((_ACROSS, _UPRIGHT, _TALL), key=lambda layout: metres_per_inch(frame, layout.map))


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
    boxes = (layout.map for layout in (_ACROSS, _UPRIGHT, _TALL))
    return min(max(width_m / box.width, height_m / box.height) for box in boxes)


def inset_boxes(layout: Layout, count: int) -> list[Box]:
    """Places of insets; the room below each is for its scale bar.

    Parameters
    ----------
    layout : Layout
        The page.
    count : int
        How many insets there are.

    Returns
    -------
    list of Box
        Two in a row.
    """
    left, top = layout.insets
    right, down = INSET_STEP_IN
    size = INSET_IN[count > 1]
    return [
        Box(left + right * (place % 2), top - down * (place // 2) - size, size, size - 0.1) for place in range(count)
    ]


def metres_per_inch(frame: Frame, box: Box) -> float:
    """Scale at which a frame fits into a box.

    Parameters
    ----------
    frame : Frame
        The frame.
    box : Box
        The room there is.

    Returns
    -------
    float
        Metres on the ground per inch of paper; a margin of 2 % is left around.
    """
    west, south, east, north = frame.bounds
    return 1.04 * max((east - west) / box.width, (north - south) / box.height)


def new_page(layout: Layout) -> tuple[Figure, Axes]:
    """Make a blank page.

    Parameters
    ----------
    layout : Layout
        Its size is taken.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The page.
    page : matplotlib.axes.Axes
        Covers the page; its data coordinates are inches.
    """
    with mpl.rc_context(RC):
        figure = Figure(figsize=(layout.width, layout.height), facecolor="white")
        FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, layout.width), ylim=(0, layout.height))
    page.set_axis_off()
    return figure, page


def frame_axes(figure: Figure, layout: Layout, frame: Frame, box: Box) -> Axes:
    """Make the axes of a frame, at one scale in both directions.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The page.
    layout : Layout
        Its size is taken.
    frame : Frame
        What will be drawn.
    box : Box
        Where.

    Returns
    -------
    matplotlib.axes.Axes
        Data coordinates are the frame's metres.
    """
    scale = metres_per_inch(frame, box)
    west, south, east, north = frame.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    half = (scale * box.width / 2, scale * box.height / 2)
    axes = figure.add_axes(
        (box.left / layout.width, box.bottom / layout.height, box.width / layout.width, box.height / layout.height)
    )
    axes.set(xlim=(middle[0] - half[0], middle[0] + half[0]), ylim=(middle[1] - half[1], middle[1] + half[1]))
    axes.set_axis_off()
    return axes
