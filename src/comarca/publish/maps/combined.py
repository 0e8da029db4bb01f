"""Maps of several columns: two against each other in nine classes, or more beside each other with the same classes."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from comarca import io
from comarca.errors import InputError
from comarca.publish.headlines import headline_columns
from comarca.publish.maps.atlas_pdf import few_shapes, pages_of
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.draw_all import Drawer
from comarca.publish.maps.drawing import draw_classes, draw_lines
from comarca.publish.maps.files import base_of, text_of
from comarca.publish.maps.furniture import Legend, draw_foot, draw_legend, draw_title, title_lines
from comarca.publish.maps.layout import A4_IN, FOOT_IN, MARGIN_IN, Box, frame_axes, new_page
from comarca.publish.maps.page import Content, compose
from comarca.publish.maps.style import BORDER, MUTED, NO_DATA, RC, contrast
from comarca.publish.maps.theme import Key, Theme, column_classes, make_theme, not_drawable, range_text
from comarca.publish.sentences import related
from comarca.publish.words import unit_label, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from comarca.publish.assembled import Assembled
    from comarca.publish.maps.atlas_pdf import Page
    from comarca.publish.maps.model import BaseMap
    from comarca.publish.maps.theme import MapText
    from comarca.registry.columns import Column

#: Joins the names of columns in the name of a map.
JOINT: Final = "__"
_THIRDS: Final = 3
#: Maps of two indicators in the printed atlas.
MAX_JOINT: Final = 3
#: Ends of the two ramps whose products are the nine colours.
_ACROSS: Final = ("#ffffff", "#92c9d8", "#1f8fae")
_UP: Final = ("#efefef", "#e2a9b8", "#c54b73")
_CELL_IN: Final = 0.36


def draw_named(data: Assembled, name: str, paths: Sequence[Path]) -> None:
    """Draw the map that a name asks for.

    Parameters
    ----------
    data : Assembled
        The region.
    name : str
        A column, or several joined by `JOINT`: two are drawn against each other, more beside each other.
    paths : sequence of pathlib.Path
        Where to; the suffix says the format.

    Raises
    ------
    InputError
        If the map would tell nothing, as there is no value or only one.
    """
    drawer = Drawer(data, paths[0].parent)
    known = {column.name: column for column in data.columns}
    columns = [_drawable(drawer, known, part) for part in name.split(JOINT)]
    text = replace(drawer.text, source_line=data.foot_of(*(column.name for column in columns)))
    years = {data.years.get(column.name) for column in columns}
    year = next(iter(years)) if len(years) == 1 else None
    if len(columns) == 1:
        flags = data.flags.get(name)
        classes = drawer.classes.get(name)
        figure = draw_map(
            drawer.base, columns[0], drawer.table[name], year=year, text=text, classes=classes, flags=flags
        )
    elif len(columns) == 2:
        figure = draw_bivariate(drawer.base, columns, drawer.table, text=text)
    else:
        figure = draw_multiples(drawer.base, columns, drawer.table, text=text)
    for path in paths:
        with io.atomic_path(path) as part:
            save_map(figure, part)


def joint_pages(data: Assembled) -> list[tuple[str, Page]]:
    """Draw the headline indicators that go together most as maps of two.

    Parameters
    ----------
    data : Assembled
        The region.

    Returns
    -------
    list of tuple
        Title and page of each, as from `joint_pairs`.
    """
    base, text = base_of(data), text_of(data)
    table = data.table.set_index("territory_id", drop=False)
    pairs = joint_pairs(table, data.columns)
    figures = (
        draw_bivariate(base, pair, table, text=replace(text, source_line=data.foot_of(*(each.name for each in pair))))
        for pair in pairs
    )
    titles = (word("against", data.language).format(*(each.title[data.language] for each in pair)) for pair in pairs)
    return list(zip(titles, pages_of(few_shapes(figure, len(base.territory_id)) for figure in figures), strict=True))


def joint_pairs(table: pd.DataFrame, columns: Sequence[Column]) -> list[tuple[Column, Column]]:
    """Choose the headline indicators that are drawn against each other.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.

    Returns
    -------
    list of tuple
        At most `MAX_JOINT` pairs of different families that go together, the strongest first, each indicator in one of
        them; where there is none, the first headline indicator and the one that says least of it. Indicators of which a
        third of the territories have one value are left out: of equal values no third can be told from another.
    """
    usable = [
        column
        for column in headline_columns(table, columns)
        if table[column.name].value_counts(normalize=True).iloc[0] < 1 / _THIRDS
    ]
    chosen: list[tuple[Column, Column]] = []
    for one, two, *_ in related(table, usable):
        if not {column.name for pair in chosen for column in pair} & {one.name, two.name}:
            chosen.append((one, two))
    if chosen or len(usable) < 2:
        return chosen[:MAX_JOINT]
    first, *others = usable
    rank = table[[column.name for column in usable]].astype("float64").rank()
    strength = rank.drop(columns=first.name).corrwith(rank[first.name]).abs().fillna(1.0)
    return [(first, others[int(np.argmin(strength.to_numpy()))])]


def draw_bivariate(base: BaseMap, columns: Sequence[Column], table: pd.DataFrame, *, text: MapText) -> Figure:
    """Draw two columns against each other: thirds of the territories by each, in nine colours.

    Parameters
    ----------
    base : BaseMap
        The region.
    columns : sequence of Column
        The two columns, numbers.
    table : pandas.DataFrame
        Indexed by ``territory_id``.
    text : MapText
        Language and texts.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page.
    """
    thirds = [_thirds(table[column.name].reindex(base.territory_id)) for column in columns]
    across, up = thirds
    is_known = (across >= 0) & (up >= 0)
    colors = nine_colors()
    code = np.where(is_known, 3 * up + across, 9)
    counts = np.bincount(code, minlength=10)
    keys = [Key("", color, int(count)) for color, count in zip(colors, counts[:9], strict=True)]
    keys.append(Key(word("no_data", text.language), NO_DATA, int(counts[9]), is_no_data=True))
    theme = Theme(code, keys, np.empty(0), np.zeros(len(code), dtype=bool))
    titles = [column.title[text.language] for column in columns]
    content = Content(
        title=word("against", text.language).format(*titles),
        subtitle=text.region,
        theme=theme,
        legend_in=2.6,
        draw_legend=lambda page, box: _draw_matrix(page, box, titles, keys, text.language),
    )
    return compose(base, content, text)


def draw_multiples(base: BaseMap, columns: Sequence[Column], table: pd.DataFrame, *, text: MapText) -> Figure:
    """Draw several columns of one unit beside each other with the same classes.

    Parameters
    ----------
    base, columns, table, text
        As for `draw_bivariate`; any number of columns.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page across.
    """
    language, main = text.language, base.frames[0]
    every = pd.concat([table[column.name].astype("float64") for column in columns])
    classes = column_classes(columns[0], every)
    width, height = A4_IN[::-1]
    per_row = min(len(columns), 3)
    rows = math.ceil(len(columns) / per_row)
    with mpl.rc_context(RC):
        figure, page = new_page(width, height)
        room = (width - 2 * MARGIN_IN - 2.7, height - 1.0 - FOOT_IN)
        size = (room[0] / per_row, room[1] / rows)
        for place, column in enumerate(columns):
            left = MARGIN_IN + size[0] * (place % per_row)
            bottom = FOOT_IN + size[1] * (rows - 1 - place // per_row)
            axes = frame_axes(figure, main, Box(left, bottom, size[0] - 0.1, size[1] - 0.4))
            theme = make_theme(column, table[column.name].reindex(base.territory_id), classes, language=language)
            draw_classes(axes, main, theme)
            draw_lines(axes, main)
            label = textwrap.fill(column.title[language], int(size[0] * 13))
            page.text(left, bottom + size[1] - 0.05, label, fontsize=8, fontweight="bold", va="top", parse_math=False)
        keys = make_theme(columns[0], every, classes, language=language).keys
        limits = range_text(classes, columns[0], language) if classes else ("", "")
        breaks = classes.breaks if classes else ()
        legend = Legend(unit_label(columns[0], language), keys, np.asarray(every, dtype=np.float64), breaks, limits)
        top = height - 1.0
        box = Box(width - MARGIN_IN - 2.5, top - legend.height_in, 2.5, legend.height_in)
        draw_legend(page, legend, box, language=language)
        every_title = " \u00b7 ".join(column.title[language] for column in columns)
        title = title_lines(every_title, width - 2 * MARGIN_IN)
        draw_title(page, title[:1], text.region, left=MARGIN_IN, top=height - 0.3)
        draw_foot(page, [text.source_line], left=MARGIN_IN, top=FOOT_IN - 0.1, width=width - 2 * MARGIN_IN)
    return figure


def nine_colors() -> list[str]:
    """Make the nine colours of two columns: the products of two ramps, row by row from the lower left."""
    return [to_hex(np.multiply(to_rgb(up), to_rgb(across)).tolist()) for up in _UP for across in _ACROSS]


def _drawable(drawer: Drawer, known: dict[str, Column], name: str) -> Column:
    where = f"the map of {name}"
    if name not in known:
        raise InputError(where, got="a column that this run could not compute", expected="a column of indicators.csv")
    reason = not_drawable(known[name], drawer.table[name], drawer.classes.get(name))
    if reason:
        raise InputError(where, got=word(reason, "en").lower(), expected="different values to draw")
    return known[name]


def _thirds(values: pd.Series) -> NDArray[np.intp]:
    """Third of each value by rank, ties together; -1 where missing."""
    ranks = values.astype("float64").rank(pct=True, method="max").to_numpy()
    return np.where(np.isnan(ranks), -1, np.clip(np.ceil(ranks * 3 - 1e-9) - 1, 0, 2)).astype(np.intp)


def _draw_matrix(page: Axes, box: Box, titles: Sequence[str], keys: Sequence[Key], language: str) -> None:
    """Legend of nine colours with the number of territories in each, titles along its sides."""
    page.add_patch(Rectangle((box.left, box.bottom), box.width, box.height, facecolor="white", alpha=0.88))
    left, bottom = box.left + 0.75, box.bottom + 0.85
    for place, key in enumerate(keys[:9]):
        x, y = left + _CELL_IN * (place % 3), bottom + _CELL_IN * (place // 3)
        page.add_patch(Rectangle((x, y), _CELL_IN, _CELL_IN, facecolor=key.color, edgecolor=BORDER, linewidth=0.4))
        middle = (x + _CELL_IN / 2, y + _CELL_IN / 2)
        page.text(*middle, str(key.count), fontsize=6.5, ha="center", va="center", color=contrast(key.color))
    across, up = (textwrap.fill(title, width) for title, width in zip(titles, (34, 24), strict=True))
    arrow = "\N{RIGHTWARDS ARROW}"
    page.text(left, bottom - 0.06, f"{across} {arrow}", fontsize=6.5, va="top", parse_math=False)
    page.text(
        left - 0.08, bottom, f"{up} {arrow}", fontsize=6.5, rotation=90, ha="right", va="bottom", parse_math=False
    )
    note = f"{word('thirds', language)}  {keys[-1].label}: {keys[-1].count}"
    page.text(box.left + 0.1, box.top - 0.1, textwrap.fill(note, 44), fontsize=6.5, color=MUTED, va="top")
