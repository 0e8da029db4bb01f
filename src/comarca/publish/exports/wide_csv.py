"""The table as CSV: one row per territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.csv``."""
    write_csv(data.table, path)
