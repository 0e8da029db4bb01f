"""The atlas for print: title, contents, a page per family that says what its indicators are, every map, the sources."""

from __future__ import annotations

import io
import re
import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PathCollection
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    Fit,
    FloatObject,
    NameObject,
)

from comarca.publish.maps.layout import A4_IN, Box, frame_axes, new_page
from comarca.publish.maps.pdf_structure import finish, marked, tag_pages
from comarca.publish.maps.style import MUTED, RC
from comarca.publish.words import unit_label, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pypdf import PageObject
    from pypdf.generic import IndirectObject, StreamObject

    from comarca.publish.headlines import Place, Ranking
    from comarca.publish.maps.model import BaseMap
    from comarca.publish.maps.theme import MapText
    from comarca.registry.columns import Column

#: With more territories than this, shapes are stored as pictures, so that the file stays small enough to mail.
MAX_VECTOR_TERRITORIES: Final = 300
RASTER_DPI: Final = 200
_LABELS_ZORDER: Final = 8
_COVER: Final = "#c8d6dc"
_LEFT: Final = 0.8
_RIGHT: Final = 7.47
_TOP: Final = 10.9
_BOTTOM: Final = 1.0
_LINE: Final = 0.215
_HEADING: Final = 18
_PT_PER_IN: Final = 72
#: Digits of the steps of a path in a page's contents (move, line, curve) beyond a hundredth of a point, which is less
#: than any printer resolves.
_DIGITS: Final = re.compile(rb"(?<=\.\d\d)\d+(?=[-\d. ]* [mlc]$)", re.MULTILINE)
#: A path with the operator that fills or strokes it; one of fewer bytes is left where it stands.
_PATH: Final = re.compile(rb"(?:^(?:[-\d. ]+ [mlc]|h)\n+)+(?:[fBb]\*?|[Ss])\n", re.MULTILINE)
_LEAST_SHARED: Final = 600
_FAR: Final = 20_000
#: Page numbers are set in a font that every viewer has; its digits are this wide, in ems.
_HELVETICA: Final = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
)
_NUMBER_FONT: Final = "/PageNumber"
_DIGIT_WIDTH: Final = 0.556
_LEVEL: Final = 9


@dataclass(frozen=True)
class _Section:
    """A heading of the contents: pages of its own, pages that it lists, pages after those."""

    title: str
    target: str
    members: list[tuple[str, str]]
    count: int = 0
    after: int = 0


@dataclass(frozen=True)
class _Line:
    """One line of a text page: what it says, how large, how far in, what stands at its right end, where it leads."""

    text: str
    size: float = 9.5
    bold: bool = False
    indent: float = 0.0
    right: str = ""
    target: str = ""


@dataclass(frozen=True)
class AtlasText:
    """What the atlas says beside its maps.

    Attributes
    ----------
    title : str
        Name of the region.
    text : MapText
        Language and sources.
    family_titles : mapping
        Family -> its title per language.
    sources : str
        Text of the last pages, Markdown.
    summary : sequence of str
        Sentences on the region, for the page after the contents.
    joint : sequence of tuple
        Titles and pages of maps of two indicators, after the others.
    rankings : sequence of Ranking
        Best and worst territories, for pages after the maps.
    notes : mapping
        Column -> a note on its quality, for the page of its family.
    further : sequence of matplotlib.figure.Figure
        Pages after the maps.
    """

    title: str
    text: MapText
    family_titles: Mapping[str, Mapping[str, str]]
    sources: str = ""
    summary: Sequence[str] = ()
    joint: Sequence[tuple[str, Page]] = ()
    rankings: Sequence[Ranking] = ()
    notes: Mapping[str, str] | None = None
    further: Sequence[Figure] = ()


@dataclass(frozen=True)
class Page:
    """A page of a PDF file.

    Attributes
    ----------
    pdf : bytes
        The file, which pages may share: each file stores its fonts once, and choosing their letters takes longer than
        drawing.
    place : int
        Place of the page in the file, from 0.
    """

    pdf: bytes
    place: int


def few_shapes(figure: Figure, territory_count: int) -> Figure:
    """Let the shapes of a page become a picture in PDF where there are many; words stay words.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The page.
    territory_count : int
        Up to `MAX_VECTOR_TERRITORIES`, the page is left as it is.

    Returns
    -------
    matplotlib.figure.Figure
        The same figure.
    """
    if territory_count > MAX_VECTOR_TERRITORIES:
        for axes in figure.axes:
            axes.set_rasterization_zorder(_LABELS_ZORDER - 0.5 if axes.get_zorder() < 5 else None)
    return figure


def pages_of(figures: Iterable[Figure]) -> list[Page]:
    """Write figures as the pages of one PDF file.

    Parameters
    ----------
    figures : iterable of matplotlib.figure.Figure
        Pages; each is written before the next one is asked for.

    Returns
    -------
    list of Page
        The same figures give the same bytes.
    """
    stream, count = io.BytesIO(), 0
    with mpl.rc_context(RC), PdfPages(stream, metadata={"CreationDate": None, "ModDate": None}) as pages:
        for figure in figures:
            pages.savefig(figure, dpi=RASTER_DPI)
            count += 1
    return [Page(stream.getvalue(), place) for place in range(count)]


def write_atlas_pdf(
    base: BaseMap, columns: Sequence[Column], maps: Mapping[str, Page], path: Path, *, about: AtlasText
) -> None:
    """Join the pages of the atlas: bookmarks per family and map, contents that lead to their pages.

    Parameters
    ----------
    base : BaseMap
        The region, as from `comarca.publish.maps.base.build_base`.
    columns : sequence of Column
        The registered columns, in the order of the table.
    maps : mapping
        Column -> its map, as from `pages_of`; columns without a map are left out.
    path : pathlib.Path
        Where to; does not exist yet.
    about : AtlasText
        What it says.

    Notes
    -----
    The same table gives the same bytes.
    """
    language = about.text.language
    drawn = [column for column in columns if column.name in maps]
    families = [(name, list(group)) for name, group in groupby(drawn, key=lambda column: column.family)]
    titles = {name: about.family_titles.get(name, {}).get(language, name) for name, _ in families}
    texts = {
        name: list(_paged(_about(titles[name], members, language, about.notes or {}))) for name, members in families
    }
    summary = list(_paged(_summary(about))) if about.summary else []
    ranked = list(_paged(_rankings(about)))
    sections = [
        _Section(titles[name], f"{name}/", [(each.name, each.title[language]) for each in members], len(texts[name]))
        for name, members in families
    ]
    sections += _last_sections(about, len(ranked))
    contents_count = len(list(_paged(_contents(sections, {}, language))))
    starts = _page_numbers(sections, first=2 + contents_count + len(summary))
    contents = list(_paged(_contents(sections, starts, language)))
    title_page = few_shapes(_title_page(base, about, len(drawn)), len(base.territory_id))
    parts: list[Figure | Page] = [title_page, *map(_text_page, [*contents, *summary])]
    for name, members in families:
        parts += [*map(_text_page, texts[name]), *(maps[column.name] for column in members)]
    parts += [*(page for _, page in about.joint), *map(_text_page, ranked), *about.further]
    parts += map(_text_page, _paged(_sources(about.sources, language)))
    pictures = {starts[column.name]: column.title[language] for column in drawn}
    pictures |= {starts[f"joint/{number}"]: title for number, (title, _) in enumerate(about.joint)}
    drawn_pages = iter(pages_of(part for part in parts if not isinstance(part, Page)))
    writer = _joined([part if isinstance(part, Page) else next(drawn_pages) for part in parts])
    _bookmarks(writer, sections, starts)
    _links(writer, contents, starts)
    tag_pages(writer, {number: f"{word('map', language)}: {title}" for number, title in pictures.items()})
    writer.compress_identical_objects()
    finish(writer, f"{about.title}: {word('atlas', language)}", language)
    with path.open("wb") as stream:
        writer.write(stream)


def _last_sections(about: AtlasText, ranked_count: int) -> Iterator[_Section]:
    """Headings of what follows the maps of single indicators, as far as there is any."""
    language = about.text.language
    if about.joint:
        members = [(f"joint/{number}", title) for number, (title, _) in enumerate(about.joint)]
        yield _Section(word("joint", language), "joint/", members)
    if ranked_count or about.further:
        yield _Section(word("rankings", language), "rankings/", [], ranked_count, len(about.further))
    yield _Section(word("sources", language), "sources/", [], 1)


def _joined(pages: Sequence[Page]) -> PdfWriter:
    """Join pages and number them from the second."""
    readers = {pdf: PdfReader(io.BytesIO(pdf)) for pdf in dict.fromkeys(page.pdf for page in pages)}
    writer = PdfWriter()
    shapes: dict[bytes, tuple[str, IndirectObject]] = {}
    for number, page in enumerate(pages, start=1):
        _complete(writer, writer.add_page(readers[page.pdf].pages[page.place]), number, shapes)
    return writer


def _complete(
    writer: PdfWriter, page: PageObject, number: int, shapes: dict[bytes, tuple[str, IndirectObject]]
) -> None:
    """Write the number of a page and cut its coordinates: digits beyond those that print are most of a map."""
    contents = page.get_contents()
    data = _DIGITS.sub(b"", contents.get_data() if contents is not None else b"")
    data = marked(_shared(writer, page, data, shapes))
    if number > 1:
        data += _stamp(number, float(page.mediabox.width))
        fonts = page["/Resources"]["/Font"].get_object()  # type: ignore[index]
        fonts[NameObject(_NUMBER_FONT)] = _HELVETICA
    stream = DecodedStreamObject()
    stream.set_data(data)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(_LEVEL))


def _shared(writer: PdfWriter, page: PageObject, data: bytes, shapes: dict[bytes, tuple[str, IndirectObject]]) -> bytes:
    """Store each long path once for all pages that draw it: maps of a region differ in colours, not in borders."""
    drawn = page["/Resources"]["/XObject"].get_object()  # type: ignore[index]

    def place(found: re.Match[bytes]) -> bytes:
        path = found[0]
        if len(path) < _LEAST_SHARED:
            return path
        if path not in shapes:
            shapes[path] = (f"/Shape{len(shapes)}", writer._add_object(_form(path)))
        name, reference = shapes[path]
        drawn[NameObject(name)] = reference
        return f"{name} Do\n".encode()

    return _PATH.sub(place, data)


def _form(path: bytes) -> StreamObject:
    """Make a drawing of a path; it takes colour, width and pattern from the page."""
    form = DecodedStreamObject()
    form.set_data(path)
    packed = form.flate_encode(_LEVEL)
    packed[NameObject("/Type")] = NameObject("/XObject")
    packed[NameObject("/Subtype")] = NameObject("/Form")
    packed[NameObject("/BBox")] = ArrayObject(
        [FloatObject(-_FAR), FloatObject(-_FAR), FloatObject(_FAR), FloatObject(_FAR)]
    )
    return packed


def _stamp(number: int, width: float) -> bytes:
    size, text = 8.0, str(number)
    left = width - 0.4 * _PT_PER_IN - len(text) * _DIGIT_WIDTH * size
    where = f"{left:.2f} {0.22 * _PT_PER_IN:.2f}"
    return f"/Artifact BMC\nq BT {_NUMBER_FONT} {size:g} Tf 0.36 g {where} Td ({text}) Tj ET Q\nEMC\n".encode()


def _bookmarks(writer: PdfWriter, sections: Sequence[_Section], starts: Mapping[str, int]) -> None:
    for section in sections:
        parent = writer.add_outline_item(title=section.title, page_number=starts[section.target] - 1)
        for target, title in section.members:
            writer.add_outline_item(title=title, page_number=starts[target] - 1, parent=parent)


def _links(writer: PdfWriter, contents: Sequence[Sequence[_Line]], starts: Mapping[str, int]) -> None:
    from pypdf.annotations import Link

    for number, lines in enumerate(contents, start=1):
        for place, line in enumerate(lines):
            if line.target in starts:
                top = (_TOP - _LINE * place) * _PT_PER_IN
                rect = (_LEFT * _PT_PER_IN, top - _LINE * _PT_PER_IN, _RIGHT * _PT_PER_IN, top)
                link = Link(rect=rect, target_page_index=starts[line.target] - 1, fit=Fit.fit())
                writer.add_annotation(number, link)


def _page_numbers(sections: Sequence[_Section], *, first: int) -> dict[str, int]:
    """Page of each section and of what it lists; the name of a section ends with a slash, which no column has."""
    numbers, page = {}, first
    for section in sections:
        numbers[section.target] = page
        page += section.count
        for target, _ in section.members:
            numbers[target] = page
            page += 1
        page += section.after
    return numbers


def _title_page(base: BaseMap, about: AtlasText, column_count: int) -> Figure:
    language = about.text.language
    with mpl.rc_context(RC):
        figure, page = new_page(*A4_IN)
        main = base.frames[0]
        axes = frame_axes(figure, main, Box(_LEFT, 1.7, _RIGHT - _LEFT, 6.2))
        width = 0.4 if len(main.paths) <= MAX_VECTOR_TERRITORIES else 0.0
        shapes = PathCollection(
            main.paths, facecolors=[_COVER], edgecolors=["white" if width else _COVER], linewidths=[width]
        )
        axes.add_collection(shapes, autolim=False)
        wrapped = textwrap.wrap(about.title, width=26) or [""]
        page.text(_LEFT, 9.3, "\n".join(wrapped), fontsize=30, fontweight="bold", va="bottom", parse_math=False)
        page.text(_LEFT, 9.05, word("atlas", language), fontsize=16, va="top")
        counts = word("indicators", language).format(column_count, len(base.territory_id))
        page.text(_LEFT, 8.6, counts, fontsize=11, color=MUTED, va="top")
        credit = "\n".join(textwrap.wrap(about.text.source_line, width=105))
        page.text(_LEFT, _BOTTOM, credit, fontsize=7.5, color=MUTED, va="bottom", parse_math=False)
    return figure


def _contents(sections: Sequence[_Section], starts: Mapping[str, int], language: str) -> Iterator[_Line]:
    yield _Line(word("contents", language), size=_HEADING, bold=True)
    yield _Line("")
    for section in sections:
        yield _Line(section.title, size=11, bold=True, right=str(starts.get(section.target, "")), target=section.target)
        for target, title in section.members:
            text = textwrap.shorten(title, width=88, placeholder="\N{HORIZONTAL ELLIPSIS}")
            yield _Line(text, indent=0.2, right=str(starts.get(target, "")), target=target)
        yield _Line("")


def _summary(about: AtlasText) -> Iterator[_Line]:
    yield _Line(word("summary", about.text.language), size=_HEADING, bold=True)
    yield _Line("")
    for sentence in about.summary:
        yield from (_Line(text) for text in textwrap.wrap(sentence, width=90))
        yield _Line("")


def _rankings(about: AtlasText) -> Iterator[_Line]:
    if not about.rankings:
        return
    yield _Line(word("rankings", about.text.language), size=_HEADING, bold=True)
    yield _Line("")
    for ranking in about.rankings:
        yield _Line(ranking.title, size=10.5, bold=True)
        yield from _places(ranking.first)
        if ranking.is_cut:
            yield _Line("\N{HORIZONTAL ELLIPSIS}", size=8.5, indent=0.15)
        yield from _places(ranking.last)
        yield _Line("")


def _places(places: Sequence[Place]) -> Iterator[_Line]:
    for place in places:
        yield _Line(f"{place.rank}.  {place.name}", size=8.5, indent=0.15, right=place.value)


def _about(title: str, members: Sequence[Column], language: str, notes: Mapping[str, str]) -> Iterator[_Line]:
    yield _Line(title, size=_HEADING, bold=True)
    yield _Line("")
    for column in members:
        unit = unit_label(column, language)
        heading = f"{column.title[language]} ({unit})" if unit else column.title[language]
        yield from (_Line(text, bold=True) for text in textwrap.wrap(heading, width=86))
        yield from (_Line(text, size=8.5) for text in textwrap.wrap(column.text("definition", language), width=108))
        if column.name in notes:
            yield from (_Line(text, size=8, indent=0.15) for text in textwrap.wrap(notes[column.name], width=110))
        yield _Line("")


def _sources(text: str, language: str) -> Iterator[_Line]:
    yield _Line(word("sources", language), size=_HEADING, bold=True)
    yield _Line("")
    for paragraph in text.splitlines():
        words = re.sub(r"[*`]", "", paragraph)
        if heading := re.match(r"#+ (.*)", words):
            yield _Line(heading[1], bold=True)
            continue
        indent = 0.12 if words.startswith("- ") else 0.0
        for number, line in enumerate(textwrap.wrap(words, width=105) or [""]):
            yield _Line(line, size=8.5, indent=indent if number else 0.0)


def _paged(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Fill pages with lines; what stands between two empty lines is not parted if it fits on a page."""
    room = int((_TOP - _BOTTOM) / _LINE)
    page: list[_Line] = []
    for block in _blocks(lines):
        if page and len(page) + 1 + len(block) > room:
            yield page
            page = []
        while len(block) > room:
            yield block[:room]
            block = block[room:]
        page += [_Line(""), *block] if page else block
    if page:
        yield page


def _blocks(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Part lines at the empty ones; a heading of the page stays with what follows it."""
    block: list[_Line] = []
    for line in lines:
        if line.text or (block and block[-1].size == _HEADING):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _text_page(lines: Sequence[_Line]) -> Figure:
    with mpl.rc_context(RC):
        figure, page = new_page(*A4_IN)
        for place, line in enumerate(lines):
            _write(page, line, _TOP - _LINE * place)
    return figure


def _write(page: Axes, line: _Line, y: float) -> None:
    weight = "bold" if line.bold else "normal"
    page.text(_LEFT + line.indent, y, line.text, fontsize=line.size, fontweight=weight, va="top", parse_math=False)
    if line.right:
        page.text(_RIGHT, y, line.right, fontsize=line.size, fontweight=weight, ha="right", va="top")
