"""Draw all maps of a region: each figure once, saved as PNG, as SVG and as a page of the atlas."""

from __future__ import annotations

import base64
import io as memory
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from html import escape
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from comarca import io
from comarca.publish.maps.atlas_pdf import few_shapes, pages_of
from comarca.publish.maps.choropleth import PNG_DPI, draw_map, picture_of, save_map
from comarca.publish.maps.files import base_of, classes_of, text_of
from comarca.publish.maps.png import save_picture
from comarca.publish.maps.theme import not_drawable
from comarca.publish.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure
    from PIL import Image

    from comarca.publish.assembled import Assembled
    from comarca.publish.maps.atlas_pdf import Page
    from comarca.registry.columns import Column

#: Every how many pixels a picture is sampled for its thumbnail.
_THUMB_STEP: Final = 6
#: Most maps that share a file of pages, whatever the number of processes.
_MAPS_PER_FILE: Final = 32


@dataclass(frozen=True)
class Drawn:
    """What came of a column.

    Attributes
    ----------
    column : str
        Its name.
    reason : str
        Why no map was drawn, in the region's first language; empty if one was.
    page : Page or None
        The map as a page of a PDF file.
    thumbnail : bytes
        The map as a small PNG.
    """

    column: str
    reason: str = ""
    page: Page | None = None
    thumbnail: bytes = b""


class Drawer:
    """Draws maps of one region; what they share is read once.

    Parameters
    ----------
    data : Assembled
        With the inputs ``table, flags, columns, shapes, frames, classes, credits``.
    folder : pathlib.Path
        Where pictures go.
    """

    def __init__(self, data: Assembled, folder: Path) -> None:
        self.data, self.folder = data, folder
        self.base, self.classes, self.text = base_of(data), classes_of(data), text_of(data)
        self.table = data.table.set_index("territory_id", drop=False)

    def draw(self, columns: Sequence[Column]) -> list[Drawn]:
        """Draw the maps of some columns and save them, or say why they would tell nothing."""
        reasons = {
            column.name: not_drawable(column, self.table[column.name], self.classes.get(column.name))
            for column in columns
        }
        thumbnails: dict[str, bytes] = {}
        figures = (self._saved(column, thumbnails) for column in columns if not reasons[column.name])
        pages = iter(pages_of(figures))
        return [
            Drawn(name, reason=word(reason, self.data.language))
            if reason
            else Drawn(name, page=next(pages), thumbnail=thumbnails[name])
            for name, reason in reasons.items()
        ]

    def _saved(self, column: Column, thumbnails: dict[str, bytes]) -> Figure:
        """Draw a map, save it as two pictures, keep a small one, and leave it ready for the atlas."""
        figure = draw_map(
            self.base,
            column,
            self.table[column.name],
            year=self.data.years.get(column.name),
            text=replace(self.text, source_line=self.data.foot_of(column.name)),
            classes=self.classes.get(column.name),
            flags=self.data.flags.get(column.name),
        )
        picture = picture_of(figure)
        thumbnails[column.name] = thumbnail(picture)
        with io.atomic_path(self.folder / f"{column.name}.png") as part:
            save_picture(picture, part, dpi=PNG_DPI)
        with io.atomic_path(self.folder / f"{column.name}.svg") as part:
            save_map(figure, part)
        return few_shapes(figure, len(self.base.territory_id))


_drawer: list[Drawer] = []


def draw_all(data: Assembled, folder: Path, *, workers: int = 1) -> list[Drawn]:
    """Draw the maps of all mapped columns, and remove pictures of columns that are no longer drawn.

    Parameters
    ----------
    data : Assembled
        As for `Drawer`.
    folder : pathlib.Path
        Where pictures go.
    workers : int, optional
        Processes that draw at the same time; the pictures are the same for any number.

    Returns
    -------
    list of Drawn
        In the order of the table.
    """
    mapped = [column for column in data.columns if column.mapped]
    count = -(-len(mapped) // _MAPS_PER_FILE)
    parts = [mapped[len(mapped) * part // count : len(mapped) * (part + 1) // count] for part in range(count)]
    if workers > 1:
        with ProcessPoolExecutor(workers, get_context("fork"), _start, (data, folder)) as pool:
            drawn = [entry for part in pool.map(_draw, parts) for entry in part]
    else:
        drawer = Drawer(data, folder)
        drawn = [entry for part in parts for entry in drawer.draw(part)]
    made = {entry.column for entry in drawn if not entry.reason}
    for path in [*folder.glob("*.png"), *folder.glob("*.svg")]:
        if path.stem not in made and "__" not in path.stem:
            path.unlink()
    return drawn


def index(drawn: Sequence[Drawn], columns: Sequence[Column], language: str) -> dict[str, Any]:
    """List what was drawn and what was not, for ``maps/index.json``."""
    titles = {column.name: column.title[language] for column in columns}
    return {
        "made": [
            {"column": entry.column, "title": titles[entry.column]}
            | {suffix: f"{entry.column}.{suffix}" for suffix in ("png", "svg")}
            for entry in drawn
            if not entry.reason
        ],
        "skipped": [
            {"column": entry.column, "title": titles[entry.column], "reason": entry.reason}
            for entry in drawn
            if entry.reason
        ],
    }


def contact_sheet(
    drawn: Sequence[Drawn],
    columns: Sequence[Column],
    *,
    title: str,
    language: str,
    families: Mapping[str, Mapping[str, str]],
) -> str:
    """Make a page that shows all maps small, by family and title, and the list of those that were not drawn."""
    known = {column.name: column for column in columns}
    parts = [f"<h1>{escape(title)}</h1>"]
    family = None
    for entry in drawn:
        column = known[entry.column]
        if column.family != family:
            family = column.family
            parts.append(f"<h2>{escape(families.get(family, {}).get(language, family))}</h2>")
        text = escape(column.title[language])
        if entry.reason:
            parts.append(f"<p>{text}: {escape(entry.reason)}.</p>")
            continue
        picture = base64.b64encode(entry.thumbnail).decode()
        parts.append(
            f'<figure><a href="{entry.column}.png"><img alt="{text}" src="data:image/png;base64,{picture}"></a>'
            f"<figcaption>{text}</figcaption></figure>"
        )
    style = (
        "body{font-family:sans-serif;margin:1.5em;max-width:75em}figure{display:inline-block;width:15em;margin:.5em;"
        "vertical-align:top}img{width:100%;border:1px solid #ccc}figcaption{font-size:.85em}"
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def thumbnail(picture: Image.Image) -> bytes:
    """Make a small PNG of a large picture: every block of pixels becomes its mean."""
    stream = memory.BytesIO()
    picture.reduce(_THUMB_STEP).save(stream, format="png")
    return stream.getvalue()


def _start(data: Assembled, folder: Path) -> None:
    _drawer[:] = [Drawer(data, folder)]


def _draw(columns: Sequence[Column]) -> list[Drawn]:
    return _drawer[0].draw(columns)
