"""Sheets of territories as one file, drawn by several processes."""

from __future__ import annotations

import io
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages

from comarca.publish.maps.pdf_structure import structured
from comarca.publish.maps.sheet import draw_sheet
from comarca.publish.maps.style import RC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comarca.publish.maps.sheet import SheetData

#: Sheets that are drawn together, whatever the number of processes: they share fonts and pictures.
SHEETS_PER_PART: Final = 100
_DPI: Final = 200


def write_sheets(data: SheetData, chosen: Sequence[str], path: Path, *, workers: int = 1) -> None:
    """Write sheets into one file, with bookmarks by name.

    Parameters
    ----------
    data : SheetData
        The region.
    chosen : sequence of str
        Territories.
    path : pathlib.Path
        Where to.
    workers : int, optional
        Processes that draw at the same time; the file is the same for any number.
    """
    parts = [chosen[start : start + SHEETS_PER_PART] for start in range(0, len(chosen), SHEETS_PER_PART)]
    draw = partial(_drawn, data)
    if workers > 1 and len(parts) > 1:
        with ProcessPoolExecutor(workers, get_context("fork")) as pool:
            files = list(pool.map(draw, parts))
    else:
        files = [draw(part) for part in parts]
    names = data.table["territory_name"].loc[list(chosen)].tolist()
    title = names[0] if len(names) == 1 else data.title
    structured(files, names, title=title, language=data.language).write(path)


def _drawn(data: SheetData, chosen: Sequence[str]) -> bytes:
    stream = io.BytesIO()
    with mpl.rc_context(RC), PdfPages(stream, metadata={"CreationDate": None, "ModDate": None}) as pages:
        for name in chosen:
            pages.savefig(draw_sheet(data, name), dpi=_DPI)
    return stream.getvalue()
