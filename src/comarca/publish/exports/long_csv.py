"""The table as CSV in its long form: one row per territory and column, with the reason of each gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_csv
from comarca.publish.table import long_table

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators_long.csv``."""
    write_csv(long_table(data.table, data.flags, data.columns, data.years), path)
