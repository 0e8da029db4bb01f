"""What stands around the map: title, legend, scale bar, north arrow, source line. Places are inches on the page."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from comarca.publish.maps.style import (
    BORDER,
    CITY,
    CITY_SIZES,
    HATCH,
    MUTED,
    NO_DATA,
    NO_DATA_HATCH,
    OUTLINE,
    ROAD,
    ROAD_EDGE,
    ROAD_EDGE_PT,
    ROAD_WIDTHS,
    city_size_pt,
    contrast,
)
from comarca.publish.words import number, word
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from comarca.publish.maps.model import Frame

_LINE_IN: Final = 0.235
_SWATCH_IN: Final = (0.34, 0.17)
MAX_LEGEND_ROWS: Final = 12
#: Letters of a label in one line; a longer one takes two.
_LABEL_WIDTH: Final = 33


@dataclass(frozen=True)
class Key:
    """One row of the legend.

    Attributes
    ----------
    label : str
        What the colour means.
    color : str
        The colour; ignored for "no data".
    count : int
        Number of territories.
    is_no_data : bool
        Whether the row is that of missing values, drawn hatched.
    hatch : str
        Pattern over the colour, as matplotlib writes it; empty for none.
    """

    label: str
    color: str
    count: int
    is_no_data: bool = False
    hatch: str = ""

    @property
    def pattern(self) -> str | None:
        """Pattern over the colour; None for a plain one."""
        return HATCH if self.is_no_data else self.hatch or None

    @property
    def pattern_color(self) -> str:
        """Colour of the pattern, which stands out from the colour below; that of borders if there is no pattern."""
        if self.is_no_data:
            return NO_DATA_HATCH
        return contrast(self.color) if self.hatch else BORDER


def draw_title(page: Axes, *, title: str, subtitle: str, left: float, top: float, width: float) -> None:
    """Write title and subtitle.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    title, subtitle : str
        What to write; a long title is broken into lines.
    left, top, width : float
        Upper left corner and room, inches.
    """
    lines = textwrap.wrap(title, width=int(width * 8.2)) or [""]
    page.text(left, top, "\n".join(lines), fontsize=15, fontweight="bold", va="top", linespacing=1.15, parse_math=False)
    page.text(left, top - 0.27 * len(lines), subtitle, fontsize=9.5, color=MUTED, va="top", parse_math=False)


def draw_source(page: Axes, text: str, *, left: float, bottom: float, width: float) -> None:
    """Write the source and licence line at the foot of the page.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    text : str
        What to write; broken into lines.
    left, bottom, width : float
        Lower left corner and room, inches.
    """
    lines = textwrap.wrap(text, width=int(width * 19))
    page.text(
        left, bottom, "\n".join(lines), fontsize=6.5, color=MUTED, va="bottom", linespacing=1.25, parse_math=False
    )


def draw_legend(page: Axes, keys: Sequence[Key], *, heading: str, left: float, top: float, language: str) -> float:
    """Draw the legend: a swatch, a label and the number of territories per class.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    keys : sequence of Key
        The rows, from the top.
    heading : str
        The unit; empty for none.
    left, top : float
        Upper left corner, inches.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    float
        Lower end, inches.
    """
    width, height = _SWATCH_IN
    if heading:
        page.text(left, top, heading, fontsize=9, fontweight="bold", va="center", parse_math=False)
    page.text(left + 2.35, top, "n", fontsize=7.5, color=MUTED, ha="right", va="center", style="italic")
    is_wrapped = any(len(key.label) > _LABEL_WIDTH for key in keys)
    labels = [
        "\n".join(textwrap.wrap(key.label, _LABEL_WIDTH, max_lines=2, placeholder="\N{HORIZONTAL ELLIPSIS}"))
        for key in keys
    ]
    step = min(_LINE_IN, _LINE_IN * MAX_LEGEND_ROWS / len(keys)) * (1.3 if is_wrapped else 1.0)
    size = 8.5 * min(step / _LINE_IN, 1.0) * (0.78 if is_wrapped else 1.0)
    for row, key in enumerate(keys):
        y = top - step * (row + 1.15)
        page.add_patch(
            Rectangle(
                (left, y - height / 2 * step / _LINE_IN),
                width,
                height * step / _LINE_IN,
                facecolor=NO_DATA if key.is_no_data else key.color,
                edgecolor=key.pattern_color,
                hatch=key.pattern,
                linewidth=0.4,
            )
        )
        page.text(left + width + 0.1, y, labels[row], fontsize=size, va="center", linespacing=1.0, parse_math=False)
        count = number(key.count, language)
        page.text(left + 2.35, y, count, fontsize=0.9 * size, color=MUTED, ha="right", va="center_baseline")
    return top - step * (len(keys) + 1)


def draw_context_key(page: Axes, frame: Frame, *, left: float, top: float, language: str) -> None:
    """Explain the marks of cities and the lines of roads, where there are any.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    frame : Frame
        The main frame.
    left, top : float
        Upper left corner, inches.
    language : str
        ``en``, ``es`` or ``pt``.
    """
    y = top
    rows = _city_rows(frame, language)
    if rows:
        heading = f"{word('cities', language)} ({word('persons', language)})" if len(rows) > 1 or rows[0][1] else ""
        page.text(left, y, heading or word("cities", language), fontsize=8, fontweight="bold", va="center")
        for size, text in rows:
            y -= 0.19
            page.add_line(_mark(left + 0.15, y, size))
            page.text(left + 0.4, y, text, fontsize=7.5, va="center_baseline")
        y -= 0.26
    if frame.roads:
        width = ROAD_WIDTHS["trunk"]
        for color, points in ((ROAD_EDGE, width + 2 * ROAD_EDGE_PT), (ROAD, width)):
            page.add_line(Line2D([left, left + 0.3], [y, y], color=color, linewidth=points, solid_capstyle="butt"))
        page.text(left + 0.4, y, word("main_roads", language), fontsize=7.5, va="center_baseline")


def scale_bar_m(metres_per_inch: float, *, max_length_in: float = 1.65) -> float:
    """Choose the length of a scale bar.

    Parameters
    ----------
    metres_per_inch : float
        Scale of the map.
    max_length_in : float, optional
        Room for the bar, inches.

    Returns
    -------
    float
        Metres on the ground: the greatest 1, 2, 4 or 5 times a power of ten that fits.
    """
    room = metres_per_inch * max_length_in
    power = 10.0 ** math.floor(math.log10(room))
    return max(step * power for step in (1, 2, 4, 5) if step * power <= room)


def draw_scale_bar(
    page: Axes, metres_per_inch: float, *, left: float, top: float, language: str, max_length_in: float = 1.65
) -> None:
    """Draw a scale bar of two halves, in kilometres, or in metres below one.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    metres_per_inch : float
        Scale of the map that it belongs to.
    left, top : float
        Upper left corner, inches.
    language : str
        ``en``, ``es`` or ``pt``.
    max_length_in : float, optional
        Room for the bar, inches.

    Notes
    -----
    The frames are equal-area systems centred on what they show: the bar is exact at the centre, and off by less than
    ``(d / 2R)**2 / 2`` at a distance ``d`` from it, 0.1 % at 570 km.
    """
    length_m = scale_bar_m(metres_per_inch, max_length_in=max_length_in)
    length = length_m / metres_per_inch
    unit, size = ("km", M_PER_KM) if length_m >= M_PER_KM else ("m", 1.0)
    for half, color in enumerate((OUTLINE, "white")):
        page.add_patch(
            Rectangle(
                (left + half * length / 2, top - 0.06),
                length / 2,
                0.06,
                facecolor=color,
                edgecolor=OUTLINE,
                linewidth=0.6,
            )
        )
    for part in (0.0, 0.5, 1.0):
        text = number(part * length_m / size, language)
        label = f"{text} {unit}" if part == 1 else text
        if part == 0.5 and length < 1.0:
            continue
        page.text(left + part * length, top - 0.1, label, fontsize=7, ha="center", va="top")


def draw_north_arrow(page: Axes, *, left: float, top: float, language: str) -> None:
    """Draw a north arrow.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    left, top : float
        Its middle and its upper end, inches.
    language : str
        ``en``, ``es`` or ``pt``.

    Notes
    -----
    North is straight up along the frame's central meridian, which runs through the middle of the map.
    """
    tip, foot, notch = top - 0.16, top - 0.52, top - 0.44
    page.add_patch(
        Polygon([(left, tip), (left - 0.1, foot), (left, notch)], facecolor=OUTLINE, edgecolor=OUTLINE, lw=0.5)
    )
    page.add_patch(
        Polygon([(left, tip), (left + 0.1, foot), (left, notch)], facecolor="white", edgecolor=OUTLINE, lw=0.5)
    )
    page.text(left, top, word("north", language), fontsize=8, fontweight="bold", ha="center", va="top")


def _city_rows(frame: Frame, language: str) -> list[tuple[float, str]]:
    """Size of each mark that the map shows, and what it means; no words if no city's population is known."""
    if frame.cities.empty:
        return []
    people = frame.cities["population_persons"].dropna()
    if people.empty:
        return [(CITY_SIZES[-1][1], "")]
    sizes = {city_size_pt(float(value)) for value in people}
    rows = []
    for place, (least, size) in enumerate(CITY_SIZES):
        if size in sizes:
            phrase, limit = ("over", least) if least else ("under", CITY_SIZES[place - 1][0])
            rows.append((size, word(phrase, language).format(number(limit, language))))
    return rows


def _mark(x: float, y: float, size: float) -> Line2D:
    return Line2D(
        [x],
        [y],
        marker="o",
        markersize=size,
        markerfacecolor="white",
        markeredgecolor=CITY,
        markeredgewidth=0.8,
        linestyle="",
    )
