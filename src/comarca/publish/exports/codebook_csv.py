"""The codebook as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_csv
from comarca.publish.codebook import codebook

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``codebook.csv``."""
    write_csv(codebook(data.columns, data.table, years=data.years), path)
