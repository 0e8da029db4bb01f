"""What stands on and around the map: title, legend, keys, scale bar, north, sources. Places are inches on the page."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle

from comarca.publish.maps.style import (
    BORDER,
    CIRCLE,
    CITY,
    CONNECTOR_DASHES,
    CONNECTOR_PT,
    FLAG_COLOR,
    FLAG_HATCH,
    MUTED,
    NO_DATA,
    OUTLINE,
    ROAD,
    ROAD_EDGE,
    ROAD_EDGE_PT,
    ROAD_WIDTHS,
)
from comarca.publish.maps.theme import Key
from comarca.publish.words import number, word
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from comarca.publish.maps.layout import Box

_LINE_IN: Final = 0.225
_SWATCH_IN: Final = (0.32, 0.16)
_HISTOGRAM_IN: Final = 0.5
#: Fewer values than this are not drawn as a histogram.
_LEAST_VALUES: Final = 8
#: Amounts from which on a histogram is by logarithm.
_LOG_FROM: Final = 100.0
_BINS: Final = 24
#: Letters of a label in one line; a longer one takes two.
_LABEL_WIDTH: Final = 28
_LABEL_PT: Final = 8.0
MAX_LEGEND_ROWS: Final = 12
_PANEL: Final[dict[str, Any]] = {"facecolor": "white", "alpha": 0.88, "edgecolor": "none"}


@dataclass(frozen=True)
class Legend:
    """What the legend of a map says.

    Attributes
    ----------
    heading : str
        The unit; empty for none.
    keys : sequence of Key
        Rows, from the top.
    numbers : numpy.ndarray
        The values, for the histogram; NaN where missing, empty for classes with names.
    breaks : tuple of float
        Limits between the classes.
    range_text : tuple of str
        Least and greatest value, below the histogram.
    flagged_count : int
        Territories whose value is doubtful.
    is_all_flagged : bool
        Whether all are: nothing is hatched then.
    circles : sequence of tuple
        Label and radius (inches) of the circles that explain amounts; then there are no swatches for classes.
    """

    heading: str
    keys: Sequence[Key]
    numbers: NDArray[np.float64]
    breaks: tuple[float, ...] = ()
    range_text: tuple[str, str] = ("", "")
    flagged_count: int = 0
    is_all_flagged: bool = False
    circles: Sequence[tuple[str, float]] = ()

    @property
    def shown_keys(self) -> list[Key]:
        """Rows with swatches."""
        return [key for key in self.keys if key.is_no_data or not self.circles]

    @property
    def has_histogram(self) -> bool:
        """Whether there are enough different values for a histogram."""
        present = self.numbers[np.isfinite(self.numbers)]
        return len(present) >= _LEAST_VALUES and float(np.ptp(present)) > 0

    @property
    def step_in(self) -> float:
        """Distance of the rows, inches."""
        return min(_LINE_IN, _LINE_IN * MAX_LEGEND_ROWS / max(len(self.shown_keys), 1)) * (
            1.3 if self.is_wrapped else 1
        )

    @property
    def is_wrapped(self) -> bool:
        """Whether any label takes two lines."""
        return any(len(key.label) > _LABEL_WIDTH for key in self.shown_keys)

    @property
    def label_pt(self) -> float:
        """Size of the labels, the same in all rows."""
        return _LABEL_PT * min(self.step_in / _LINE_IN, 1.0) * (0.85 if self.is_wrapped else 1.0)

    @property
    def height_in(self) -> float:
        """Room that is kept for the legend, inches, in steps of a quarter, so that maps of a region look alike."""
        return math.ceil(self.content_in * 4) / 4

    @property
    def content_in(self) -> float:
        """Height of what the legend shows, inches."""
        rows = len(self.shown_keys) + bool(self.flagged_count) + bool(self.circles)
        circles = 2 * self.circles[0][1] + 0.2 if self.circles else 0.0
        histogram = _HISTOGRAM_IN + 0.35 if self.has_histogram else 0.0
        return 0.45 + rows * self.step_in + circles + histogram


def draw_title(page: Axes, lines: Sequence[str], subtitle: str, *, left: float, top: float) -> None:
    """Write title and subtitle.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    lines : sequence of str
        Lines of the title, as from `title_lines`.
    subtitle : str
        Region, unit and date.
    left, top : float
        Upper left corner, inches.
    """
    page.text(
        left, top, "\n".join(lines), fontsize=14.5, fontweight="bold", va="top", linespacing=1.15, parse_math=False
    )
    page.text(left, top - 0.275 * len(lines), subtitle, fontsize=9.5, color=MUTED, va="top", parse_math=False)


def title_lines(title: str, width: float) -> list[str]:
    """Break a title into the lines that fit a width in inches."""
    return textwrap.wrap(title, width=int(width * 8.4)) or [""]


def draw_foot(page: Axes, lines: Sequence[str], *, left: float, top: float, width: float) -> None:
    """Write sources, projection and producer below the map.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    lines : sequence of str
        Sentences; each begins a line, empty ones are left out.
    left, top, width : float
        Upper left corner and room, inches.
    """
    wrapped = [part for line in lines if line for part in textwrap.wrap(line, width=int(width * 18.5))]
    page.text(left, top, "\n".join(wrapped[:4]), fontsize=6.3, color=MUTED, va="top", linespacing=1.3, parse_math=False)


def draw_legend(page: Axes, legend: Legend, box: Box, *, language: str) -> None:
    """Draw the legend: a swatch, a label and the number of territories per class, and how the values spread.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    legend : Legend
        What it says.
    box : Box
        Where.
    language : str
        ``en``, ``es`` or ``pt``.
    """
    shown = min(legend.content_in, box.height)
    page.add_patch(Rectangle((box.left, box.top - shown), box.width, shown, **_PANEL))
    left, right, y = box.left + 0.1, box.right - 0.12, box.top - 0.15
    heading = textwrap.shorten(legend.heading, 34, placeholder="\N{HORIZONTAL ELLIPSIS}")
    page.text(left, y, heading, fontsize=9, fontweight="bold", va="center", parse_math=False)
    y -= 0.17
    if legend.shown_keys or legend.flagged_count:
        page.text(left, y, word("n", language), fontsize=6.5, color=MUTED, va="center", style="italic")
        page.text(right, y, "n", fontsize=7.5, color=MUTED, ha="right", va="center", style="italic")
    if legend.circles:
        y = _draw_circles(page, legend.circles, left, y - 0.08)
    step, size = legend.step_in, legend.label_pt
    if legend.circles:
        y -= step
        present = number(int(np.isfinite(legend.numbers).sum()), language)
        page.text(left, y, word("with_value", language), fontsize=size, va="center")
        page.text(right, y, present, fontsize=0.9 * size, color=MUTED, ha="right", va="center_baseline")
    for key in legend.shown_keys:
        y -= step
        _draw_row(page, key, left, y, step=step, size=size, right=right, language=language)
    if legend.flagged_count:
        y -= step
        if legend.is_all_flagged:
            text = "\n".join(textwrap.wrap(word("all_flagged", language), 40))
            page.text(left, y, text, fontsize=6.8, va="center", linespacing=1.0)
        else:
            flagged = Key(word("flagged", language), "white", legend.flagged_count, hatch=FLAG_HATCH)
            size = min(size, 0.85 * _LABEL_PT * min(step / _LINE_IN, 1.0))
            _draw_row(page, flagged, left, y, step=step, size=size, right=right, language=language)
    if legend.has_histogram:
        _draw_histogram(page, legend, left, y - 0.22 - _HISTOGRAM_IN, right - left, language)


def _draw_row(
    page: Axes, key: Key, left: float, y: float, *, step: float, size: float, right: float, language: str
) -> None:
    width, height = _SWATCH_IN
    share = min(step / _LINE_IN, 1.0)
    label = "\n".join(textwrap.wrap(key.label, _LABEL_WIDTH, max_lines=2, placeholder="\N{HORIZONTAL ELLIPSIS}"))
    swatch = Rectangle(
        (left, y - height / 2 * share), width, height * share, facecolor=NO_DATA if key.is_no_data else key.color,
        edgecolor=FLAG_COLOR if key.hatch == FLAG_HATCH else key.pattern_color, hatch=key.pattern, linewidth=0.4,
    )  # fmt: skip
    page.add_patch(swatch)
    page.text(left + width + 0.08, y, label, fontsize=size, va="center", linespacing=1.0, parse_math=False)
    count = number(key.count, language)
    page.text(right, y, count, fontsize=0.9 * size, color=MUTED, ha="right", va="center_baseline")


def _draw_circles(page: Axes, circles: Sequence[tuple[str, float]], left: float, top: float) -> float:
    """Nested circles, the largest first, with their amounts; returns the lower end."""
    largest = circles[0][1]
    foot = top - 2 * largest - 0.05
    level = top
    for label, radius in circles:
        # Labels of small circles stand below each other.
        level = min(foot + 2 * radius, level - 0.13)
        x, y = left + largest, foot + radius
        page.add_patch(Circle((x, y), radius, facecolor=CIRCLE, alpha=0.25, edgecolor="none"))
        page.add_patch(Circle((x, y), radius, facecolor="none", edgecolor=CIRCLE, linewidth=0.8))
        end = left + 2 * largest + 0.15
        page.add_line(Line2D([x, end], [foot + 2 * radius, level], color=MUTED, linewidth=0.4))
        page.text(end + 0.05, level, label, fontsize=7.5, va="center_baseline")
    return min(foot - 0.05, level - 0.05)


def _draw_histogram(page: Axes, legend: Legend, left: float, bottom: float, width: float, language: str) -> None:
    """How many territories have which value, in the colours of the classes; large amounts by the log of one more."""
    present = legend.numbers[np.isfinite(legend.numbers)]
    is_log = bool(legend.circles) and float(present.min()) >= 0 and float(present.max()) >= _LOG_FROM
    present = np.log1p(present) if is_log else present
    present = np.sort(present)
    counts, _ = np.histogram(present, bins=_BINS)
    # The middle one of a bin's values: a bin that begins with many zeros has their colour.
    middles = present[np.minimum(np.cumsum(counts) - (counts + 1) // 2, len(present) - 1)]
    colors = [CIRCLE] if legend.circles else [key.color for key in legend.keys if not key.is_no_data]
    member = np.searchsorted(legend.breaks, middles, side="right")
    for place, count in enumerate(counts.tolist()):
        if count:
            page.add_patch(
                Rectangle(
                    (left + place * width / _BINS, bottom),
                    width / _BINS,
                    _HISTOGRAM_IN * count / counts.max(),
                    facecolor=colors[min(int(member[place]), len(colors) - 1)],
                    edgecolor=BORDER,
                    linewidth=0.25,
                )
            )
    page.add_line(Line2D([left, left + width], [bottom, bottom], color=BORDER, linewidth=0.5))
    low, high = legend.range_text
    page.text(left, bottom - 0.05, low, fontsize=6.5, color=MUTED, va="top")
    page.text(left + width, bottom - 0.05, high, fontsize=6.5, color=MUTED, va="top", ha="right")
    if is_log:
        note = word("log_scale", language)
        page.text(left + width / 2, bottom - 0.05, note, fontsize=6.5, color=MUTED, va="top", ha="center")


@dataclass(frozen=True)
class CityKey:
    """A row of the key of cities: what it says, the size of its mark, how it is drawn."""

    label: str
    size_pt: float
    kind: str


def draw_keys(
    page: Axes,
    cities: Sequence[CityKey],
    *,
    left: float,
    top: float,
    has_roads: bool,
    has_parents: bool,
    language: str,
    has_connectors: bool = False,
) -> float:
    """Explain the marks of cities and the lines, where there are any.

    Parameters
    ----------
    page : matplotlib.axes.Axes
        The page.
    cities : sequence of CityKey
        Rows of the key of cities.
    left, top : float
        Upper left corner, inches.
    has_roads, has_parents : bool
        Whether main roads, and borders of the units one level up, are drawn.
    language : str
        ``en``, ``es`` or ``pt``.
    has_connectors : bool, optional
        Whether connectors are drawn.

    Returns
    -------
    float
        Lower end, inches.
    """
    y = top
    if cities:
        heading = f"{word('cities', language)} ({word('persons', language)})"
        page.text(left, y, heading, fontsize=7.5, fontweight="bold", va="center")
        for row in cities:
            y -= 0.175
            page.add_line(city_mark(left + 0.14, y, row.size_pt, row.kind))
            page.text(left + 0.32, y, row.label, fontsize=7, va="center_baseline")
        y -= 0.2
    if has_roads:
        # Wider than on the map, where dark ground sets it off.
        width = 2 * ROAD_WIDTHS["trunk"]
        for color, points in ((ROAD_EDGE, width + 3 * ROAD_EDGE_PT), (ROAD, width)):
            page.add_line(Line2D([left, left + 0.27], [y, y], color=color, linewidth=points, solid_capstyle="butt"))
        page.text(left + 0.32, y, word("main_roads", language), fontsize=7, va="center_baseline")
        y -= 0.18
    if has_connectors:
        dashed = (0.0, CONNECTOR_DASHES)
        page.add_line(Line2D([left, left + 0.27], [y, y], color=ROAD_EDGE, linewidth=CONNECTOR_PT, linestyle=dashed))
        page.text(left + 0.32, y, word("connectors", language), fontsize=7, va="center_baseline")
        y -= 0.18
    if has_parents:
        page.add_line(Line2D([left, left + 0.27], [y, y], color=OUTLINE, linewidth=0.8))
        page.text(left + 0.32, y, word("parents", language), fontsize=7, va="center_baseline")
        y -= 0.18
    return y


def city_mark(x: float, y: float, size_pt: float, kind: str) -> Line2D:
    """Mark of a city: filled if the map measures to it, a star for the capital; `kind` may say both."""
    is_capital, is_measured = "capital" in kind, "measured" in kind
    return Line2D(
        [x], [y], linestyle="", marker="*" if is_capital else "o", markersize=size_pt + (3.0 if is_capital else 0.0),
        markerfacecolor=CITY if is_measured else "white", markeredgecolor=CITY, markeredgewidth=0.7,
    )  # fmt: skip


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
    tip, foot, notch = top - 0.14, top - 0.42, top - 0.36
    page.add_patch(
        Polygon([(left, tip), (left - 0.08, foot), (left, notch)], facecolor=OUTLINE, edgecolor=OUTLINE, lw=0.5)
    )
    page.add_patch(
        Polygon([(left, tip), (left + 0.08, foot), (left, notch)], facecolor="white", edgecolor=OUTLINE, lw=0.5)
    )
    page.text(left, top, word("north", language), fontsize=8, fontweight="bold", ha="center", va="top")
