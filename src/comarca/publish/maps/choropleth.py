"""Draw one indicator as a map on a page."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from comarca.publish.maps.amounts import largest_radius_in, legend_circles
from comarca.publish.maps.cities import city_marks
from comarca.publish.maps.furniture import Legend, draw_legend
from comarca.publish.maps.labels import HALO_ID
from comarca.publish.maps.layout import choose_layout
from comarca.publish.maps.page import Content, compose
from comarca.publish.maps.png import save_picture
from comarca.publish.maps.style import RC
from comarca.publish.maps.theme import column_classes, is_amount, make_theme, range_text
from comarca.publish.words import unit_label, word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from comarca.publish.maps.classify import Classes
    from comarca.publish.maps.model import BaseMap, Frame
    from comarca.publish.maps.theme import MapText
    from comarca.registry.columns import Column

PNG_DPI: Final = 200
_SVG_HALO: Final = 'style="paint-order: stroke; stroke: white; stroke-width: 2; stroke-linejoin: round"'
# A hundredth of a point is enough for any printer, and halves the file.
_SVG_PATH: Final = re.compile(r'\bd="[^"]*"')
_SVG_DIGITS: Final = re.compile(r"(?<=\.\d\d)\d+")


def draw_map(
    base: BaseMap,
    column: Column,
    values: pd.Series,
    *,
    year: int | None = None,
    text: MapText,
    breaks: tuple[float, ...] | None = None,
    classes: Classes | None = None,
    flags: pd.Series | None = None,
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
        Language, texts and classes of cities.
    breaks : tuple of float, optional
        Class limits to use instead of the scheme, such as those of another year.
    classes : Classes, optional
        Classes made beforehand by `comarca.publish.maps.theme.column_classes`; made here if not given.
    flags : pandas.Series, optional
        Reason codes, indexed by ``territory_id``; territories with a code beside a value are hatched.

    Returns
    -------
    matplotlib.figure.Figure
        An A4 page. Not registered with pyplot: nothing has to be closed.
    """
    ordered = values.reindex(base.territory_id)
    reasons = flags.reindex(base.territory_id) if flags is not None else None
    classes = classes or column_classes(column, ordered, breaks=breaks)
    theme = make_theme(column, ordered, classes, language=text.language, flags=reasons)
    main = base.frames[0]
    largest = _largest_in(main) if is_amount(column) and np.nanmax(theme.numbers, initial=0.0) > 0 else None
    legend = Legend(
        heading=unit_label(column, text.language),
        keys=theme.keys,
        # Most places of a scenario do not change: a histogram would show one bar.
        numbers=np.zeros(0) if classes is not None and classes.is_change else theme.numbers,
        breaks=classes.breaks if classes else (),
        range_text=range_text(classes, column, text.language) if classes else ("", ""),
        flagged_count=int(theme.is_flagged.sum()),
        is_all_flagged=bool(theme.is_flagged.all()),
        circles=legend_circles(theme.numbers, largest, text.language) if largest else (),
    )
    content = Content(
        title=column.title[text.language],
        subtitle=_subtitle(column, year, text),
        theme=theme,
        legend_in=legend.height_in,
        draw_legend=lambda page, box: draw_legend(page, legend, box, language=text.language),
        marks=city_marks(main, column, text.city_classes),
        measured=column.fields.get("city_class"),
        largest_in=largest,
    )
    return compose(base, content, text)


def save_map(figure: Figure, path: Path) -> None:
    """Write a map to a file whose suffix says the format. The same map gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As from `draw_map`.
    path : pathlib.Path
        ``.png`` (200 dpi), ``.svg`` (text as text) or ``.pdf``.
    """
    if path.suffix == ".png":
        save_picture(picture_of(figure), path, dpi=PNG_DPI)
        return
    metadata = {".svg": {"Date": None, "Creator": None}, ".pdf": {"CreationDate": None}}
    with mpl.rc_context(RC), _plain_names(figure, when=path.suffix == ".svg"):
        figure.savefig(path, dpi=PNG_DPI, metadata=metadata[path.suffix])
    if path.suffix == ".svg":
        text = path.read_text(encoding="utf-8").replace(f'<g id="{HALO_ID}', f'<g {_SVG_HALO} id="{HALO_ID}')
        path.write_text(_SVG_PATH.sub(lambda match: _SVG_DIGITS.sub("", match[0]), text), encoding="utf-8")


def picture_of(figure: Figure) -> Image.Image:
    """Draw a map as pixels.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As from `draw_map`.

    Returns
    -------
    PIL.Image.Image
        Red, green and blue, at `PNG_DPI`; a page has no transparent part.
    """
    dpi = figure.dpi
    figure.dpi = PNG_DPI
    try:
        with mpl.rc_context(RC):
            canvas = FigureCanvasAgg(figure)
            canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        return Image.fromarray(pixels).convert("RGB")
    finally:
        figure.dpi = dpi


@contextmanager
def _plain_names(figure: Figure, *, when: bool) -> Iterator[None]:
    """Take the halos off the names of places, which would turn their text into outlines in SVG."""
    # Not Figure.findobj, which makes the ticks of all axes to look at them.
    texts = [text for axes in figure.axes for text in axes.texts] if when else []
    names = [text for text in texts if str(text.get_gid() or "").startswith(HALO_ID)]
    effects = [text.get_path_effects() for text in names]
    for text in names:
        text.set_path_effects([])
    try:
        yield
    finally:
        for text, effect in zip(names, effects, strict=True):
            text.set_path_effects(effect)


def _largest_in(main: Frame) -> float:
    """Radius of the largest circle, chosen for the region's scale on an empty page."""
    return largest_radius_in(main.area.area / choose_layout(main).metres_per_inch ** 2, len(main.territory))


def _subtitle(column: Column, year: int | None, text: MapText) -> str:
    language = text.language
    dated = word("data_of", language).format(year) if year is not None else ""
    parts = (text.region, unit_label(column, language), dated)
    return " \u00b7 ".join(part for part in parts if part)
