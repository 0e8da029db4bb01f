"""The atlas for print: title, contents, a page per family that says what its indicators are, every map, the sources."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PathCollection

from comarca.publish.maps.choropleth import draw_map
from comarca.publish.maps.dynamics_pages import factor_pages, proposition_pages, summary_pages
from comarca.publish.maps.layout import Box, Layout, frame_axes, new_page
from comarca.publish.maps.style import MUTED, RC
from comarca.publish.words import unit_label, word
from comarca.registry.propositions import load_propositions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from comarca.publish.analysis import Analysis
    from comarca.publish.maps.classify import Classes
    from comarca.publish.maps.model import BaseMap
    from comarca.publish.maps.theme import MapText
    from comarca.registry.columns import Column

#: With more territories than this, shapes are stored as pictures, so that the file stays small enough to mail.
MAX_VECTOR_TERRITORIES: Final = 300
RASTER_DPI: Final = 300
_LABELS_ZORDER: Final = 8
_PAGE: Final = Layout(8.27, 11.69, Box(0.7, 0.8, 6.87, 10.0), (0, 0), (0, 0), (0, 0), (0, 0))
_COVER: Final = "#c8d6dc"
_LEFT: Final = 0.8
_RIGHT: Final = 7.47
_TOP: Final = 10.9
_BOTTOM: Final = 1.0
_LINE: Final = 0.215


@dataclass(frozen=True)
class _Line:
    """One line of a text page: what it says, how large, how far in, what stands at its right end."""

    text: str
    size: float = 9.5
    bold: bool = False
    indent: float = 0.0
    right: str = ""


def write_atlas_pdf(
    base: BaseMap,
    table: pd.DataFrame,
    columns: Sequence[Column],
    path: Path,
    *,
    text: MapText,
    title: str,
    family_titles: Mapping[str, Mapping[str, str]],
    years: Mapping[str, int | None] | None = None,
    classes: Mapping[str, Classes | None] | None = None,
    sources: str = "",
    analysis: Analysis | None = None,
) -> None:
    """Write the atlas.

    Parameters
    ----------
    base : BaseMap
        The region, as from `comarca.publish.maps.base.build_base`.
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns, in the order of the table; those with ``mapped`` set get a page.
    path : pathlib.Path
        Where to; does not exist yet.
    text : MapText
        Language, texts and classes.
    title : str
        Name of the region.
    family_titles : mapping
        Family -> its title per language.
    years : mapping, optional
        Column name -> year of its data.
    classes : mapping, optional
        Column name -> its classes, None for columns that are not numbers; made of the table if not given.
    sources : str, optional
        Text for the last page.
    analysis : Analysis, optional
        Profiles and, where the region has outcomes, dynamics, which get pages after the maps.

    Notes
    -----
    The same table gives the same bytes.
    """
    pages = atlas_pages(
        base, table, columns, text=text, title=title, family_titles=family_titles, years=years, classes=classes,
        sources=sources, analysis=analysis,
    )  # fmt: skip
    metadata = {"Title": f"{title}: {word('atlas', text.language)}", "CreationDate": None, "ModDate": None}
    with mpl.rc_context(RC), PdfPages(path, metadata=metadata) as pdf:
        for figure in pages:
            figure.savefig(pdf, format="pdf", dpi=RASTER_DPI)


def atlas_pages(
    base: BaseMap,
    table: pd.DataFrame,
    columns: Sequence[Column],
    *,
    text: MapText,
    title: str,
    family_titles: Mapping[str, Mapping[str, str]],
    years: Mapping[str, int | None] | None = None,
    classes: Mapping[str, Classes | None] | None = None,
    sources: str = "",
    analysis: Analysis | None = None,
) -> Iterator[Figure]:
    """Draw the pages of the atlas, one after the other; parameters as in `write_atlas_pdf`.

    Yields
    ------
    matplotlib.figure.Figure
        A page; all but the first bear their number.
    """
    language = text.language
    mapped = [column for column in columns if column.mapped and column.name in table]
    families = [(name, list(group)) for name, group in groupby(mapped, key=lambda column: column.family)]
    titles = {name: family_titles.get(name, {}).get(language, name) for name, _ in families}
    about = {name: list(_paged(_about(titles[name], members, language))) for name, members in families}
    contents_count = len(list(_paged(_contents(families, titles, {}, language))))
    starts = _page_numbers(families, about, first=2 + contents_count)
    number = 2
    yield _title_page(base, title, len(mapped), text)
    for lines in _paged(_contents(families, titles, starts, language)):
        yield _numbered(_text_page(lines), number)
        number += 1
    values = table.set_index("territory_id", drop=False)
    for name, members in families:
        for lines in about[name]:
            yield _numbered(_text_page(lines), number)
            number += 1
        for column in members:
            year = (years or {}).get(column.name)
            made = (classes or {}).get(column.name)
            figure = draw_map(base, column, values[column.name], year=year, text=text, classes=made)
            yield _numbered(_lighter(figure, len(base.territory_id)), number)
            number += 1
    for figure in _dynamics(analysis, columns, language):
        yield _numbered(figure, number)
        number += 1
    for lines in _paged(_sources(sources, language)):
        yield _numbered(_text_page(lines), number)
        number += 1


def _dynamics(analysis: Analysis | None, columns: Sequence[Column], language: str) -> Iterator[Figure]:
    """Draw the pages on types of change, factors and propositions."""
    if analysis is None or analysis.dynamics is None:
        return
    dynamics = analysis.dynamics
    titles = next(column.categories for column in columns if column.name == "dynamics_type")
    yield from summary_pages(dynamics.summary, dynamics.transitions, titles, language=language)
    yield from factor_pages(dynamics.factors, columns, language=language)
    yield from proposition_pages(dynamics.propositions, load_propositions().rows, language=language)


def _page_numbers(
    families: Sequence[tuple[str, list[Column]]], about: Mapping[str, list[list[_Line]]], *, first: int
) -> dict[str, int]:
    """Page of each family's first page and of each map; a family is marked by a slash, which no column has."""
    numbers, page = {}, first
    for name, members in families:
        numbers[f"{name}/"] = page
        page += len(about[name])
        for column in members:
            numbers[column.name] = page
            page += 1
    return numbers


def _numbered(figure: Figure, number: int) -> Figure:
    page = figure.axes[0]
    page.text(page.get_xlim()[1] - 0.5, 0.3, str(number), fontsize=8, color=MUTED, ha="right", va="bottom")
    return figure


def _lighter(figure: Figure, territory_count: int) -> Figure:
    """Store shapes as a picture where there are many; words stay words.

    Without smoothed edges the picture has few colours, and takes a tenth of the room.
    """
    if territory_count > MAX_VECTOR_TERRITORIES:
        for axes in figure.axes[1:]:
            axes.set_rasterization_zorder(_LABELS_ZORDER - 0.5)
            for shapes in axes.collections:
                shapes.set_antialiased([False])
    return figure


def _title_page(base: BaseMap, title: str, column_count: int, text: MapText) -> Figure:
    language = text.language
    figure, page = new_page(_PAGE)
    main = base.frames[0]
    axes = frame_axes(figure, _PAGE, main, Box(_LEFT, 1.7, _RIGHT - _LEFT, 6.2))
    width = 0.4 if len(main.paths) <= MAX_VECTOR_TERRITORIES else 0.0
    shapes = PathCollection(
        main.paths, facecolors=[_COVER], edgecolors=["white" if width else _COVER], linewidths=[width]
    )
    axes.add_collection(shapes, autolim=False)
    _lighter(figure, len(base.territory_id))
    wrapped = textwrap.wrap(title, width=26) or [""]
    page.text(_LEFT, 9.3, "\n".join(wrapped), fontsize=30, fontweight="bold", va="bottom", parse_math=False)
    page.text(_LEFT, 9.05, word("atlas", language), fontsize=16, va="top")
    counts = word("indicators", language).format(column_count, len(base.territory_id))
    page.text(_LEFT, 8.6, counts, fontsize=11, color=MUTED, va="top")
    credit = "\n".join(textwrap.wrap(text.source_line, width=105))
    page.text(_LEFT, _BOTTOM, credit, fontsize=7.5, color=MUTED, va="bottom", parse_math=False)
    return figure


def _contents(
    families: Sequence[tuple[str, list[Column]]],
    titles: Mapping[str, str],
    starts: Mapping[str, int],
    language: str,
) -> Iterator[_Line]:
    yield _Line(word("contents", language), size=18, bold=True)
    yield _Line("")
    for name, members in families:
        yield _Line(titles[name], size=11, bold=True, right=str(starts.get(f"{name}/", "")))
        for column in members:
            text = textwrap.shorten(column.title[language], width=88, placeholder="\N{HORIZONTAL ELLIPSIS}")
            yield _Line(text, indent=0.2, right=str(starts.get(column.name, "")))
        yield _Line("")


def _about(title: str, members: Sequence[Column], language: str) -> Iterator[_Line]:
    yield _Line(title, size=18, bold=True)
    yield _Line("")
    for column in members:
        unit = unit_label(column, language)
        heading = f"{column.title[language]} ({unit})" if unit else column.title[language]
        yield from (_Line(text, bold=True) for text in textwrap.wrap(heading, width=86))
        yield from (_Line(text, size=8.5) for text in textwrap.wrap(column.definition, width=108))
        yield _Line("")


def _sources(text: str, language: str) -> Iterator[_Line]:
    yield _Line(word("sources", language), size=18, bold=True)
    yield _Line("")
    for paragraph in text.splitlines():
        words = re.sub(r"[*`]", "", paragraph)
        if heading := re.match(r"#+ (.*)", words):
            yield _Line(heading[1], bold=True)
            continue
        indent = 0.12 if words.startswith("- ") else 0.0
        for number, line in enumerate(textwrap.wrap(words, width=105) or [""]):
            yield _Line(line, size=8.5, indent=indent if number else 0.0)


def _paged(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Fill pages with lines."""
    room = int((_TOP - _BOTTOM) / _LINE)
    page: list[_Line] = []
    for line in lines:
        if len(page) == room:
            yield page
            page = []
        if page or line.text:
            page.append(line)
    if page:
        yield page


def _text_page(lines: Sequence[_Line]) -> Figure:
    figure, page = new_page(_PAGE)
    for place, line in enumerate(lines):
        _write(page, line, _TOP - _LINE * place)
    return figure


def _write(page: Axes, line: _Line, y: float) -> None:
    weight = "bold" if line.bold else "normal"
    page.text(_LEFT + line.indent, y, line.text, fontsize=line.size, fontweight=weight, va="top", parse_math=False)
    if line.right:
        page.text(_RIGHT, y, line.right, fontsize=line.size, fontweight=weight, ha="right", va="top")
