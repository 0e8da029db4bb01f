"""Compose a page: the map with what lies around it, title, legend, keys, sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.patches import Rectangle

from comarca.publish.maps.amounts import radii_in
from comarca.publish.maps.cities import class_size_pt
from comarca.publish.maps.drawing import (
    draw_amounts,
    draw_cities,
    draw_classes,
    draw_flagged,
    draw_lines,
    draw_locator,
    draw_surroundings,
)
from comarca.publish.maps.furniture import (
    CityKey,
    draw_foot,
    draw_keys,
    draw_north_arrow,
    draw_scale_bar,
    draw_title,
    title_lines,
)
from comarca.publish.maps.labels import place_labels
from comarca.publish.maps.layout import (
    A4_IN,
    FOOT_IN,
    MARGIN_IN,
    Box,
    choose_layout,
    inset_axes,
    inset_boxes,
    inset_height,
    main_axes,
    metres_per_inch,
    new_page,
)
from comarca.publish.maps.style import CITY_SIZES, CONNECTOR, GROUND, RC
from comarca.publish.words import number, word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.publish.maps.cities import CityMark
    from comarca.publish.maps.layout import Layout
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.publish.maps.theme import MapText, Theme

_LOCATOR_IN: Final = 0.95


@dataclass(frozen=True)
class Content:
    """What a page shows.

    Attributes
    ----------
    title, subtitle : str
        Its heads.
    theme : Theme
        Colours of the territories, or amounts.
    legend_in : float
        Height of the legend, inches.
    draw_legend : callable
        Draws the legend on the page axes in a box.
    marks : sequence of CityMark
        Cities.
    measured : str or None
        Class of cities that is measured to.
    largest_in : float or None
        Radius of the largest circle, inches, where amounts are drawn as circles.
    """

    title: str
    subtitle: str
    theme: Theme
    legend_in: float
    draw_legend: Callable[[Axes, Box], None]
    marks: Sequence[CityMark] = ()
    measured: str | None = None
    largest_in: float | None = None


def compose(base: BaseMap, content: Content, text: MapText) -> Figure:
    """Draw a page.

    Parameters
    ----------
    base : BaseMap
        The region.
    content : Content
        What the page shows.
    text : MapText
        Language, sources and classes of cities.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page. Not registered with pyplot: nothing has to be closed.
    """
    main = base.frames[0]
    rows = city_keys(content.measured, content.marks, text)
    lines = title_lines(content.title, A4_IN[0] - 2 * MARGIN_IN)
    keys_in = keys_height(rows, main, len(base.frames) - 1)
    layout = choose_layout(main, legend_in=content.legend_in, keys_in=keys_in, title_lines=len(lines))
    with mpl.rc_context(RC):
        figure, page = new_page(layout.width, layout.height)
        axes = main_axes(figure, layout, main)
        blocks = [_pixels(axes, box) for box in (layout.legend, layout.keys)]
        marks = _uncovered(axes, content.marks, blocks)
        draw_surroundings(axes, main)
        _draw_frame(axes, main, content, layout.metres_per_inch)
        draw_cities(axes, marks)
        _draw_insets(figure, page, layout, base, content, text.language)
        place_labels(axes, base, main, marks, taken=blocks)
        content.draw_legend(page, layout.legend)
        _draw_keys(figure, page, layout, base, rows, text.language)
        draw_title(page, lines, content.subtitle, left=MARGIN_IN, top=layout.height - 0.3)
        foot = [text.source_line, _projection(main, text.language), text.producer]
        draw_foot(page, foot, left=MARGIN_IN, top=FOOT_IN - 0.08, width=layout.width - 2 * MARGIN_IN)
    return figure


def _uncovered(axes: Axes, marks: Sequence[CityMark], blocks: Sequence[mpl.transforms.Bbox]) -> list[CityMark]:
    """Keep the cities that lie whole within the map and neither below a block nor between two."""
    room = axes.bbox.padded(-axes.figure.dpi / 16)
    points = np.array([(mark.x, mark.y) for mark in marks]).reshape(-1, 2)
    places = axes.transData.transform(points)
    return [
        mark
        for mark, (x, y) in zip(marks, places, strict=True)
        if room.contains(x, y) and not any(block.padded(axes.figure.dpi / 8).contains(x, y) for block in blocks)
    ]


def _draw_frame(axes: Axes, frame: Frame, content: Content, scale: float) -> None:
    if content.largest_in is None:
        draw_classes(axes, frame, content.theme)
    else:
        draw_amounts(axes, frame, content.theme, radii_in(content.theme.numbers, content.largest_in) * scale)
        draw_flagged(axes, frame, content.theme, ground=GROUND)
    draw_lines(axes, frame)


def _draw_insets(figure: Figure, page: Axes, layout: Layout, base: BaseMap, content: Content, language: str) -> None:
    for frame, box in zip(base.frames[1:], inset_boxes(layout.keys, len(base.frames) - 1), strict=True):
        axes = inset_axes(figure, frame, box)
        scale = metres_per_inch(frame, box)
        draw_surroundings(axes, frame)
        _draw_frame(axes, frame, content, scale)
        draw_scale_bar(page, scale, left=box.left + 0.08, top=box.bottom - 0.05, language=language, max_length_in=0.7)


def keys_height(rows: Sequence[CityKey], main: Frame, inset_count: int) -> float:
    """Room that the keys need, inches, in steps of a quarter."""
    lines = bool(main.main_roads) + (CONNECTOR in main.roads) + (not main.parent_borders.is_empty)
    key = (0.25 + 0.175 * len(rows) if rows else 0.0) + 0.18 * lines
    return math.ceil((key + 0.2 + _LOCATOR_IN + 0.12 + inset_height(inset_count)) * 4) / 4


def _draw_keys(
    figure: Figure, page: Axes, layout: Layout, base: BaseMap, rows: Sequence[CityKey], language: str
) -> None:
    """Fill the block of keys: marks from the top, locator, scale bar and north below them, insets at its foot."""
    box, main = layout.keys, base.frames[0]
    y = draw_keys(
        page, rows, left=box.left + 0.1, top=box.top - 0.13, has_roads=bool(main.main_roads),
        has_connectors=CONNECTOR in main.roads,
        has_parents=not main.parent_borders.is_empty, language=language,
    )  # fmt: skip
    locator = Box(box.right - _LOCATOR_IN - 0.08, y - _LOCATOR_IN + 0.06, _LOCATOR_IN, _LOCATOR_IN)
    foot = max(box.bottom, locator.bottom - 0.08) if len(base.frames) == 1 else box.bottom
    page.add_patch(Rectangle((box.left, foot), box.width, box.top - foot, facecolor="white", alpha=0.88, zorder=0))
    draw_locator(figure, base, locator)
    draw_north_arrow(page, left=box.left + 0.3, top=y, language=language)
    draw_scale_bar(
        page, layout.metres_per_inch, left=box.left + 0.14, top=locator.bottom + 0.28, language=language,
        max_length_in=1.1,
    )  # fmt: skip


def city_keys(measured: str | None, marks: Sequence[CityMark], text: MapText) -> list[CityKey]:
    """Rows of the key of cities: the classes that the map shows, that which is measured to told apart."""
    language = text.language
    sizes = {mark.size_pt for mark in marks if not (mark.is_capital and not mark.is_measured)}
    rows = []
    if not text.city_classes:
        for place, (least, size) in enumerate(CITY_SIZES):
            phrase, limit = ("over", least) if least else ("under", CITY_SIZES[place - 1][0])
            rows.append(CityKey(word(phrase, language).format(number(limit, language)), size, "city"))
        return [row for row in rows if row.size_pt in sizes]
    for name, (low, high) in sorted(text.city_classes.items(), key=lambda item: -item[1][0]):
        kind = "measured" if name == measured else "city"
        rows.append(CityKey(city_class_label(low, high, language), class_size_pt(name, text.city_classes), kind))
    rows = [row for row in rows if row.size_pt in sizes]
    capital = [CityKey(word("capital", language), 4.0, "capital")] if any(mark.is_capital for mark in marks) else []
    return rows + capital


def city_class_label(low: float, high: float | None, language: str) -> str:
    """Write the limits of a class of cities, such as ``50,000 to 1,000,000``."""
    first = number(low, language)
    if high is None:
        return word("over", language).format(first)
    return word("span", language).format(first, number(high, language))


def _pixels(axes: Axes, box: Box) -> mpl.transforms.Bbox:
    dpi = axes.figure.dpi
    return mpl.transforms.Bbox.from_extents(box.left * dpi, box.bottom * dpi, box.right * dpi, box.top * dpi)


def _projection(main: Frame, language: str) -> str:
    operation = main.crs.coordinate_operation
    centre = (
        {part.name: float(part.value) for part in operation.params if not isinstance(part.value, str)}
        if operation
        else {}
    )
    latitude = float(centre.get("Latitude of natural origin", 0.0))
    longitude = float(centre.get("Longitude of natural origin", 0.0))
    degrees = (_degrees(latitude, "N", "S", language), _degrees(longitude, "E", word("west", language), language))
    centre_text = " ".join(degrees)
    return f"{word('projection', language)} ({centre_text})."


def _degrees(angle: float, positive: str, negative: str, language: str) -> str:
    return f"{number(abs(angle), language, decimals=1)}° {positive if angle >= 0 else negative}"
