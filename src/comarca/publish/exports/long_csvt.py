"""Types of the columns of the long table, as GDAL and QGIS read them from a file beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_text
from comarca.publish.exports.csvt import LONG_TYPES, csvt

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators_long.csvt``."""
    write_text(csvt(LONG_TYPES), path)
