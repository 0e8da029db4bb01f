"""Draw one indicator as a map on a page."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text

from comarca.publish.maps.furniture import (
    draw_context_key,
    draw_legend,
    draw_north_arrow,
    draw_scale_bar,
    draw_source,
    draw_title,
)
from comarca.publish.maps.labels import HALO_ID, place_labels
from comarca.publish.maps.layout import MARGIN_IN, choose_layout, frame_axes, inset_boxes, metres_per_inch, new_page
from comarca.publish.maps.style import (
    BORDER,
    CITY,
    OUTLINE,
    RC,
    ROAD,
    ROAD_EDGE,
    ROAD_EDGE_PT,
    ROAD_WIDTHS,
    city_size_pt,
)
from comarca.publish.maps.theme import column_classes, make_theme
from comarca.publish.words import unit_label, word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.publish.maps.classify import Classes
    from comarca.publish.maps.layout import Layout
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.publish.maps.theme import MapText, Theme
    from comarca.registry.columns import Column

PNG_DPI: Final = 300
_SVG_HALO: Final = 'style="paint-order: stroke; stroke: white; stroke-width: 2; stroke-linejoin: round"'
# A hundredth of a point is enough for any printer, and halves the file.
_SVG_PATH: Final = re.compile(r'\bd="[^"]*"')
_SVG_DIGITS: Final = re.compile(r"(\.\d\d)\d+")


def draw_map(
    base: BaseMap,
    column: Column,
    values: pd.Series,
    *,
    year: int | None = None,
    text: MapText,
    breaks: tuple[float, ...] | None = None,
    classes: Classes | None = None,
) -> Figure:
    """Draw the map of one column.

    Parameters
    ----------
    base : BaseMap
        The region, as from `comarca.publish.maps.base.build_base`.
    column : Column
        What the values are.
    values : pandas.Series
        Indexed by ``territory_id``; missing where not known. Territories without a row have no data.
    year : int, optional
        Year of the data, for the subtitle.
    text : MapText
        Language, texts and classes.
    breaks : tuple of float, optional
        Class limits to use instead of the scheme, such as those of another year.
    classes : Classes, optional
        Classes made beforehand by `comarca.publish.maps.theme.column_classes`; made here if not given.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page. Not registered with pyplot: nothing has to be closed.
    """
    language = text.language
    ordered = values.reindex(base.territory_id)
    classes = classes or column_classes(column, ordered, breaks=breaks)
    theme = make_theme(column, ordered, classes, language=language)
    main = base.frames[0]
    layout = choose_layout(main)
    with mpl.rc_context(RC):
        figure, page = new_page(layout)
        axes = frame_axes(figure, layout, main, layout.map)
        _draw_frame(axes, main, theme)
        place_labels(axes, base, main)
        _draw_insets(figure, page, layout, base, theme, language)
        subtitle = _subtitle(column, year, text)
        width = layout.width - 2 * MARGIN_IN
        draw_title(
            page, title=column.title[language], subtitle=subtitle, left=MARGIN_IN, top=layout.height - 0.42, width=width
        )
        legend_left, legend_top = layout.legend
        bottom = draw_legend(
            page, theme.keys, heading=unit_label(column, language), left=legend_left, top=legend_top, language=language
        )
        context_left, context_top = layout.context
        if context_left == legend_left:
            context_top = min(context_top, bottom - 0.2)
        draw_context_key(page, main, left=context_left, top=context_top, language=language)
        left, top = layout.scale
        draw_scale_bar(page, metres_per_inch(main, layout.map), left=left + 0.05, top=top - 0.3, language=language)
        draw_north_arrow(page, left=left + 2.25, top=top, language=language)
        draw_source(page, text.source_line, left=MARGIN_IN, bottom=0.3, width=width)
    return figure


def save_map(figure: Figure, path: Path) -> None:
    """Write a map to a file whose suffix says the format. The same map gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As from `draw_map`.
    path : pathlib.Path
        ``.png`` (300 dpi), ``.svg`` (text as text) or ``.pdf``.
    """
    metadata = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}, ".pdf": {"CreationDate": None}}
    with mpl.rc_context(RC), _plain_names(figure, when=path.suffix == ".svg"):
        figure.savefig(path, dpi=PNG_DPI, metadata=metadata[path.suffix])
    if path.suffix == ".svg":
        text = path.read_text(encoding="utf-8").replace(f'<g id="{HALO_ID}', f'<g {_SVG_HALO} id="{HALO_ID}')
        path.write_text(_SVG_PATH.sub(lambda match: _SVG_DIGITS.sub(r"\1", match[0]), text), encoding="utf-8")


@contextmanager
def _plain_names(figure: Figure, *, when: bool) -> Iterator[None]:
    """Take the halos off the names of places, which would turn their text into outlines in SVG."""
    names = [text for text in figure.findobj(Text) if str(text.get_gid() or "").startswith(HALO_ID)] if when else []
    effects = [text.get_path_effects() for text in names]
    for text in names:
        text.set_path_effects([])
    try:
        yield
    finally:
        for text, effect in zip(names, effects, strict=True):
            text.set_path_effects(effect)


def _draw_frame(axes: Axes, frame: Frame, theme: Theme) -> None:
    key_of = theme.key_of[frame.territory]
    width = 0.45 if len(key_of) <= 100 else 0.25 if len(key_of) <= 1_500 else 0.1
    for row, key in enumerate(theme.keys):
        members = np.flatnonzero(key_of == row)
        if len(members):
            shapes = PathCollection(
                [frame.paths[member] for member in members],
                facecolors=[key.color],
                edgecolors=[key.pattern_color],
                linewidths=[width],
                hatch=key.pattern,
                zorder=1,
            )
            axes.add_collection(shapes, autolim=False)
    hatched = np.flatnonzero([theme.keys[row].pattern is not None for row in key_of])
    if len(hatched):
        # The hatch takes the colour of the edge, so that edges are drawn once more in their own.
        edges = [frame.paths[member] for member in hatched]
        axes.add_collection(
            PathCollection(edges, facecolors="none", edgecolors=[BORDER], linewidths=[width], zorder=2), autolim=False
        )
    _lines(axes, frame.parent_borders, color=OUTLINE, width=0.6, zorder=3)
    _lines(axes, frame.outline, color=OUTLINE, width=0.9, zorder=4)
    for zorder, color, edge in ((5, ROAD_EDGE, ROAD_EDGE_PT), (6, ROAD, 0.0)):
        for name, lines in reversed(frame.roads.items()):
            _lines(axes, lines, color=color, width=ROAD_WIDTHS[name] + 2 * edge, zorder=zorder)
    if len(frame.cities):
        sizes = [city_size_pt(value) ** 2 for value in frame.cities["population_persons"]]
        axes.scatter(
            frame.cities["x"], frame.cities["y"], s=sizes, facecolor="white", edgecolor=CITY, linewidth=0.8, zorder=7
        )


def _lines(axes: Axes, lines: shapely.MultiLineString, *, color: str, width: float, zorder: int) -> None:
    if not lines.is_empty:
        vertices = [shapely.get_coordinates(line) for line in lines.geoms]
        axes.add_collection(
            LineCollection(vertices, colors=[color], linewidths=[width], zorder=zorder, joinstyle="round"),
            autolim=False,
        )


def _draw_insets(figure: Figure, page: Axes, layout: Layout, base: BaseMap, theme: Theme, language: str) -> None:
    for frame, box in zip(base.frames[1:], inset_boxes(layout, len(base.frames) - 1), strict=True):
        axes = frame_axes(figure, layout, frame, box)
        axes.set_axis_on()
        axes.set(xticks=[], yticks=[], facecolor="none")
        _draw_frame(axes, frame, theme)
        scale = metres_per_inch(frame, box)
        draw_scale_bar(page, scale, left=box.left + 0.1, top=box.bottom - 0.04, language=language, max_length_in=0.7)


def _subtitle(column: Column, year: int | None, text: MapText) -> str:
    language = text.language
    dated = word("data_of", language).format(year) if year is not None else ""
    parts = (text.region, unit_label(column, language), dated)
    return " \u00b7 ".join(part for part in parts if part)
