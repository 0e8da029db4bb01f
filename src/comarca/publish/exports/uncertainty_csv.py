"""The bands around the values of the table as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca import io
from comarca.publish.bands import printed_bands

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators_uncertainty.csv``."""
    io.write_csv(printed_bands(io.read_table(data.path("uncertainty")), data.columns), path)
