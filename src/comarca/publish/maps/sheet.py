"""A page per territory: where it is, how it changed, its factors against the region, its land, what is like it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle

from comarca.publish.headlines import MAX_SENTENCES, Comparison, written
from comarca.publish.maps.dynamics_words import say
from comarca.publish.maps.layout import A4_IN, Box, frame_axes, new_page
from comarca.publish.maps.picture import Picture, paint
from comarca.publish.maps.style import BORDER, MUTED, OUTLINE, RC, contrast, type_style
from comarca.publish.words import number, unit_label, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from comarca.land.lorenz_curves import LorenzCurve
    from comarca.publish.headlines import Compared
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.registry.columns import Column

_LEFT: Final = 0.7
_RIGHT: Final = 7.57
#: Letters of a name in full size; longer names are set smaller, so that they end before what stands at the right.
_NAME_LENGTH: Final = 24
_MAP: Final = Box(_LEFT, 7.45, 2.6, 2.7)
#: The table of headline indicators: its left edge, right edges of its columns, height of a row, its lower end.
_TABLE: Final = 3.5
_RIGHTS: Final = (6.2, 6.9, _RIGHT)
_ROW: Final = 0.245
_LEAST: Final = 7.1
#: Lower end of what stands above the line of sources, inches; rows of the table of other indicators.
_FOOT: Final = 0.72
_OTHER_ROW: Final = 0.27
#: Right part of the page: what is like the territory.
_HALF: Final = 4.2
#: The line of dots of a factor, inches.
_STRIP: Final = 3.75
_STRIP_WIDTH: Final = 1.75
_STRIP_IN: Final = 0.12
_GROUND: Final = "#e4e9ea"
_HERE: Final = "#c1570c"
_DOT: Final = "#7d8f96"
_CURVES: Final = ("#1b6a84", "#8a6d1b", "#5a5a5a", "#7a3a6d")
#: Of more periods only the types are written, since their figures would reach into the profile.
_MAX_PERIODS: Final = 3
#: Columns of changes of a period, in the order of the sentence.
_CHANGES: Final = (
    "income_growth_percent_per_year_{}",
    "poverty_change_points_{}",
    "income_gini_change_index_{}",
)


class Pictures:
    """Pictures that all sheets of a region share; each is drawn when it is first asked for."""

    def __init__(self) -> None:
        self._drawn: dict[str, NDArray[np.uint8]] = {}

    def ground(self, frame: Frame) -> NDArray[np.uint8]:
        """Draw the whole region as the ground of the locators."""
        if "" not in self._drawn:

            def draw(figure: Figure) -> None:
                axes = frame_axes(figure, frame, Box(0, 0, _MAP.width, _MAP.height))
                axes.set_facecolor("none")
                shapes = PathCollection(frame.paths, facecolors=[_GROUND], edgecolors=["white"], linewidths=[0.1])
                axes.add_collection(shapes, autolim=False)

            self._drawn[""] = paint((_MAP.width, _MAP.height), draw)
        return self._drawn[""]

    def strip(self, name: str, values: pd.Series, *, falling: bool) -> NDArray[np.uint8]:
        """Draw the values of all territories as dots on a line."""
        if name not in self._drawn:

            def draw(figure: Figure) -> None:
                axes = figure.add_axes((0, 0, 1, 1))
                axes.set(xlim=(0, 1), ylim=(0, 1))
                axes.set_axis_off()
                axes.axhline(0.5, color=BORDER, linewidth=0.4)
                places = strip_places(values, falling=falling)
                if places is not None:
                    known = places[~np.isnan(places)]
                    pale = max(0.06, min(0.5, 30 / len(known)))
                    axes.scatter(known, np.full(len(known), 0.5), s=9, color=_DOT, alpha=pale, linewidth=0, zorder=3)

            self._drawn[name] = paint((_STRIP_WIDTH, _STRIP_IN), draw)
        return self._drawn[name]


def strip_places(values: pd.Series, *, falling: bool) -> NDArray[np.float64] | None:
    """Place values on a line between their 1st and 99th percentile.

    Parameters
    ----------
    values : pandas.Series
        One per territory.
    falling : bool
        Whether the least value stands at the right end.

    Returns
    -------
    ndarray of float or None
        0 to 1, NaN where there is no value; None where all values are the same.
    """
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    known = numbers[~np.isnan(numbers)]
    if len(known) < 2 or np.ptp(known) == 0:
        return None
    low, high = np.quantile(known, [0.01, 0.99])
    low, high = (low, high) if low < high else (known.min(), known.max())
    places: NDArray[np.float64] = (numbers.clip(low, high) - low) / (high - low)
    return 1 - places if falling else places


@dataclass(frozen=True)
class SheetData:
    """What the sheets of a region are drawn from.

    Attributes
    ----------
    base : BaseMap
        The region.
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    columns : sequence of Column
        Their registry entries.
    profiles, similar : pandas.DataFrame
        As from `comarca.dynamics.profiles`.
    periods : sequence of str
        Periods of change, such as ``1991_2000``.
    curves : mapping
        Territory -> Lorenz curves of its land.
    language, source_line, title : str
        Language, the line of sources, what readers call the region.
    pictures : Pictures
        What all sheets have in common.
    """

    base: BaseMap
    table: pd.DataFrame
    columns: Sequence[Column]
    profiles: pd.DataFrame
    similar: pd.DataFrame
    periods: Sequence[str] = ()
    curves: Mapping[str, Sequence[LorenzCurve]] = field(default_factory=dict)
    language: str = "en"
    source_line: str = ""
    title: str = ""
    pictures: Pictures = field(default_factory=Pictures)

    @cached_property
    def comparison(self) -> Comparison:
        """The indicators against medians."""
        return Comparison(self.table, self.columns, self.language)


def draw_sheet(data: SheetData, territory_id: str) -> Figure:
    """Draw the page of one territory.

    Parameters
    ----------
    data : SheetData
        The region.
    territory_id : str
        Which territory.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page. Not registered with pyplot: nothing has to be closed.
    """
    row, language = data.table[data.table.index == territory_id].iloc[0], data.language
    with mpl.rc_context(RC):
        figure, page = new_page(*A4_IN)
        name = str(row["territory_name"])
        size = 22 * min(1.0, _NAME_LENGTH / len(name))
        page.text(_LEFT, 11.2, name, fontsize=size, fontweight="bold", va="top", parse_math=False)
        under = [str(row[name]) for name in ("parent_name", "country") if isinstance(row[name], str)]
        page.text(
            _LEFT, 10.78, " \u00b7 ".join([*under, territory_id]), fontsize=9.5, color=MUTED, va="top", parse_math=False
        )
        _locator(figure, page, data, territory_id)
        y = _changes(page, data, row)
        others = _headlines(page, data, row, y)
        _city(page, data, row)
        y = _profile(page, data, territory_id) - 0.25
        if data.curves.get(territory_id):
            bottom = min(_land(page, data, territory_id, y), _similar(page, data, territory_id, _HALF, y))
            _others(page, data, others, ((_LEFT, _HALF - 0.4), (_HALF, _RIGHT)), bottom)
        else:
            _land(page, data, territory_id, _similar(page, data, territory_id, _LEFT, y) - 0.1)
            _others(page, data, others, ((_HALF, _RIGHT),), y)
        source = "\n".join(textwrap.wrap(data.source_line, width=140))
        page.text(_LEFT, 0.35, source, fontsize=6, color=MUTED, va="bottom", parse_math=False)
        page.text(_RIGHT, 11.2, f"{data.title}\n{word('atlas', language)}".strip(), fontsize=8, color=MUTED, va="top",
                  ha="right", linespacing=1.3, parse_math=False)  # fmt: skip
    return figure


def _locator(figure: Figure, page: Axes, data: SheetData, territory_id: str) -> None:
    page.text(_LEFT, 10.4, say("where", data.language), fontsize=11, fontweight="bold", va="top")
    frame = data.base.frames[0]
    page.add_artist(Picture(data.pictures.ground(frame), _MAP))
    axes = frame_axes(figure, frame, _MAP)
    axes.set_facecolor("none")
    here = np.flatnonzero(frame.territory == int(np.flatnonzero(data.base.territory_id == territory_id)[0]))
    members = [frame.paths[place] for place in here]
    axes.add_collection(
        PathCollection(members, facecolors=[_HERE], edgecolors=[OUTLINE], linewidths=[0.6], zorder=3), autolim=False
    )
    if len(here):
        x, y = frame.label_points[here[0]]
        # Small territories cannot be seen at this scale.
        axes.scatter([x], [y], s=90, facecolor="none", edgecolor=_HERE, linewidth=1.2, zorder=4)


def _changes(page: Axes, data: SheetData, row: pd.Series) -> float:
    language, left, y = data.language, _TABLE, 10.4
    if not data.periods:
        return y
    page.text(left, y, say("change", language), fontsize=11, fontweight="bold", va="top")
    y -= 0.32
    titles = {column.name: column for column in data.columns}
    for period in data.periods:
        kind = row.get(f"dynamics_type_{period}")
        dated = period.replace("_", "\u2013")
        if not isinstance(kind, str):
            page.text(left, y, f"{dated}: {say('no_type', language)}", fontsize=9, va="top")
            y -= 0.35
            continue
        color, hatch = type_style(kind)
        page.add_patch(Rectangle((left, y - 0.17), 0.32, 0.17, facecolor=color, hatch=hatch or None,
                                 edgecolor=contrast(color) if hatch else BORDER, linewidth=0.4))  # fmt: skip
        text = titles[f"dynamics_type_{period}"].categories[kind][language]
        lines = textwrap.wrap(f"{dated}  {text}", 50)
        page.text(left + 0.42, y, "\n".join(lines), fontsize=9, va="top", fontweight="bold", linespacing=1.2)
        y -= 0.07 + 0.17 * len(lines)
        for name in _CHANGES if len(data.periods) <= _MAX_PERIODS else ():
            column = titles[name.format(period)]
            title = column.title[language].split(",")[0]
            unit = unit_label(column, language)
            value = number(float(row[column.name]), language, decimals=2)
            page.text(left + 0.42, y, f"{title}: {value} {unit}", fontsize=8.5, va="top", color=MUTED)
            y -= 0.19
        y -= 0.12
    return y


def _headlines(page: Axes, data: SheetData, row: pd.Series, y: float) -> list[Compared]:
    """List the first indicators against the medians of the unit above and of the region; return the others."""
    language = data.language
    fitting = min(max(int((y - _LEAST - 0.55) / _ROW), 0), MAX_SENTENCES)
    known = data.comparison.of(str(row["territory_id"]), count=4 * MAX_SENTENCES)
    rows = known[:fitting]
    if not rows:
        return known
    page.text(_TABLE, y, say("headlines", language), fontsize=11, fontweight="bold", va="top")
    parent = row["parent_name"] if isinstance(row["parent_name"], str) else ""
    heads = (say("here", language), parent, data.title)
    y -= 0.36
    for right, text in zip(_RIGHTS, heads, strict=True):
        _head(page, right, y, text)
    for entry in rows:
        y -= _ROW
        title = "\n".join(textwrap.wrap(entry.title, 46, max_lines=2, placeholder="\u2026"))
        page.text(_TABLE, y, title, fontsize=6.5, va="center", linespacing=1.05)
        for right, text in zip(_RIGHTS, (entry.here, entry.parent, entry.region), strict=True):
            weight = "bold" if right == _RIGHTS[0] else "normal"
            page.text(right, y, text, fontsize=6.8, va="center", ha="right", fontweight=weight)
    _rules(page, _TABLE, _RIGHT, [y + _ROW * (place - 0.5) for place in range(len(rows))])
    page.text(_TABLE, y - 0.22, say("medians", language), fontsize=6.2, color=MUTED, va="center")
    return known[fitting:]


def _head(page: Axes, right: float, y: float, text: str) -> None:
    """Write the head of a column of numbers, in as many lines as it needs above the first row."""
    lines = textwrap.wrap(text, 12, break_long_words=False, max_lines=3, placeholder="\u2026")
    size = min(6.8, 6.8 * 14 / max(map(len, lines), default=1))
    page.text(right, y - 0.06, "\n".join(lines), fontsize=size, color=MUTED, va="bottom", ha="right", linespacing=1.05,
              parse_math=False)  # fmt: skip


def _rules(page: Axes, left: float, right: float, heights: Sequence[float]) -> None:
    """Draw the lines below rows as one path: each further artist takes as long as a word."""
    across = np.tile([left, right, np.nan], len(heights))
    page.plot(across, np.repeat(heights, 3), color=BORDER, linewidth=0.2)


def _others(
    page: Axes, data: SheetData, rows: Sequence[Compared], blocks: Sequence[tuple[float, float]], y: float
) -> None:
    """List further indicators in blocks side by side, as many as there is room for."""
    fitting = int((y - 0.46 - _FOOT) / _OTHER_ROW)
    if fitting < 1 or not rows:
        return
    language, title = data.language, data.title
    page.text(blocks[0][0], y, say("others", language), fontsize=11, fontweight="bold", va="top")
    deep = min(fitting, -(-len(rows) // len(blocks)))
    for block, (left, right) in enumerate(blocks):
        part = rows[block * deep : (block + 1) * deep]
        for place, text in enumerate((say("here", language), title) if part else ()):
            _head(page, right - (0.62, 0)[place], y - 0.34, text)
        _rules(page, left, right, [y - 0.46 - _OTHER_ROW * (place + 1) for place in range(len(part))])
        for place, entry in enumerate(part):
            middle = y - 0.46 - _OTHER_ROW * (place + 0.5)
            lines = textwrap.wrap(entry.title, 40, max_lines=3, placeholder="\u2026")
            size = 6.3 if len(lines) < 3 else 5.6
            page.text(left, middle, "\n".join(lines), fontsize=size, va="center", linespacing=1.0)
            page.text(right - 0.62, middle, entry.here, fontsize=6.6, va="center", ha="right", fontweight="bold")
            page.text(right, middle, entry.region, fontsize=6.6, va="center", ha="right")


def _city(page: Axes, data: SheetData, row: pd.Series) -> None:
    columns = [str(name) for name in data.table]
    names = [name for name in columns if name.startswith("nearest_") and name.endswith("_city_name")]
    chosen = next((name for name in ("nearest_intermediate_city_name", *names) if name in names), None)
    if chosen is None or not isinstance(row[chosen], str):
        return
    text = say("city", data.language).format(row[chosen])
    time = chosen.replace("nearest_", "time_").replace("_city_name", "_city_mean_min")
    if time in row and row[time] == row[time]:
        text = f"{text}, {number(float(row[time]), data.language, decimals=0)} min"
    page.text(_LEFT, _MAP.bottom - 0.08, text, fontsize=8.5, va="top", parse_math=False)


def _profile(page: Axes, data: SheetData, territory_id: str) -> float:
    language, y = data.language, 6.95
    page.text(_LEFT, y, say("profile", language), fontsize=11, fontweight="bold", va="top")
    lines = textwrap.wrap(say("profile_note", language), 128)
    page.text(_LEFT, y - 0.24, "\n".join(lines), fontsize=7.5, color=MUTED, va="top", linespacing=1.25)
    y -= 0.42 + 0.15 * len(lines)
    titles = {column.name: column for column in data.columns}
    factors = data.profiles[data.profiles["territory_id"] == territory_id]
    step = min(0.27, 3.1 / max(len(factors) + 0.6 * factors["dimension"].nunique(), 1))
    for dimension, rows in factors.groupby("dimension", sort=False):
        page.text(_LEFT, y, say(str(dimension), language), fontsize=8.5, fontweight="bold", va="center")
        y -= 0.75 * step
        for row in rows.to_dict("records"):
            _factor(page, data, titles[row["column"]], row["percentile"], territory_id, y)
            y -= step
        y -= 0.1 * step
    return y


def _factor(page: Axes, data: SheetData, column: Column, percentile: float, territory_id: str, y: float) -> None:
    """Draw one factor: its name, all territories as dots, this one, its value and percentile."""
    language = data.language
    title = "\n".join(textwrap.wrap(column.title[language], 52)[:2])
    page.text(_LEFT + 0.15, y, title, fontsize=7.5 if "\n" not in title else 6.5, va="center", linespacing=1.0)
    values, here = data.table[column.name], float(data.table[column.name].loc[territory_id])
    box = Box(_STRIP, y - _STRIP_IN / 2, _STRIP_WIDTH, _STRIP_IN)
    page.add_artist(Picture(data.pictures.strip(column.name, values, falling=column.better == "lower"), box))
    if here != here:
        page.text(_STRIP + _STRIP_WIDTH + 0.15, y, say("no_value", language), fontsize=7.2, va="center", color=MUTED)
        return
    places = strip_places(values, falling=column.better == "lower")
    if places is not None:
        x = _STRIP + _STRIP_WIDTH * places[values.index.get_loc(territory_id)]
        page.plot([x], [y], "o", markersize=6.5, color=_HERE, markeredgecolor="white", markeredgewidth=0.8, zorder=6)
    place = say("percentile", language).format(number(percentile, language, decimals=0))
    text = f"{written(column, here, language)} \u00b7 {place}"
    page.text(_STRIP + _STRIP_WIDTH + 0.15, y, text, fontsize=6.8, va="center")


def _land(page: Axes, data: SheetData, territory_id: str, y: float) -> float:
    """Draw how land is divided; return the lower end."""
    language = data.language
    page.text(_LEFT, y, word("lorenz", language), fontsize=11, fontweight="bold", va="top")
    curves = data.curves.get(territory_id, ())
    if not curves:
        page.text(_LEFT, y - 0.28, say("no_curve", language), fontsize=8.5, color=MUTED, va="top")
        return y - 0.5
    side = max(min(1.9, y - 1.45), 0.8)
    left, bottom = _LEFT + 0.35, y - 0.3 - side
    page.add_patch(Rectangle((left, bottom), side, side, fill=False, edgecolor=BORDER, linewidth=0.4))
    page.plot([left, left + side], [bottom, bottom + side], color=OUTLINE, linewidth=0.7)
    for tick in (0, 50, 100):
        page.text(left + side * tick / 100, bottom - 0.06, str(tick), fontsize=6.5, ha="center", va="top")
        page.text(left - 0.06, bottom + side * tick / 100, str(tick), fontsize=6.5, ha="right", va="center")
    top = y - 0.38
    for curve, color in zip(curves, _CURVES, strict=False):
        page.plot(left + side * curve.curve[:, 0], bottom + side * curve.curve[:, 1], color=color, linewidth=1.6)
        dated = f"{curve.year} \u00b7 " if curve.year else ""
        index = word("gini", language).format(number(curve.gini, language, decimals=2))
        lines = [*textwrap.wrap(word(curve.kind, language), 18), f"{dated}{index}"]
        page.text(left + side + 0.1, top, "\n".join(lines), fontsize=7.5, color=color, va="top")
        top -= 0.14 * len(lines) + 0.08
    across = "\n".join(textwrap.wrap(word("units_share", language), 34))
    page.text(left + side / 2, bottom - 0.2, across, fontsize=6.5, ha="center", va="top")
    page.text(left - 0.28, bottom + side / 2, word("land_share", language), fontsize=6.5, rotation=90, ha="right",
              va="center")  # fmt: skip
    return bottom - 0.62


def _similar(page: Axes, data: SheetData, territory_id: str, left: float, y: float) -> float:
    """List what is most alike; return the lower end."""
    language, right = data.language, left + _RIGHT - _HALF - (0.2 if left < _HALF else 0.0)
    rows = data.similar[data.similar["territory_id"] == territory_id]
    if rows.empty:
        return y
    page.text(left, y, say("similar", language), fontsize=11, fontweight="bold", va="top")
    for row in rows.to_dict("records"):
        y -= 0.24
        parent = data.table["parent_name"].get(row["similar_territory_id"])
        name = (
            f"{row['similar_territory_name']}, {parent}"
            if isinstance(parent, str)
            else str(row["similar_territory_name"])
        )
        away = say("distance", language).format(number(row["distance"], language, decimals=3))
        page.text(
            left, y - 0.05, textwrap.shorten(name, 34, placeholder="\u2026"), fontsize=8.5, va="top", parse_math=False
        )
        page.text(right, y - 0.05, away, fontsize=7.5, color=MUTED, va="top", ha="right")
    return y - 0.35
