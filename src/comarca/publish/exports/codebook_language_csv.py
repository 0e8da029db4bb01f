"""The codebook with all its texts in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_csv
from comarca.publish.codebook import codebook_in

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``codebook_<language>.csv``."""
    book = codebook_in(data.columns, data.table, language=data.language, years=data.years, families=data.families)
    write_csv(book, path)
