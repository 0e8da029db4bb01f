"""The atlas for print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.publish.analysis import Analysis
from comarca.publish.maps.atlas_pdf import write_atlas_pdf
from comarca.publish.maps.files import base_of, classes_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``atlas.pdf``."""
    write_atlas_pdf(
        base_of(data),
        data.table,
        data.columns,
        path,
        text=text_of(data),
        title=data.title,
        family_titles=data.families,
        years=data.years,
        classes=classes_of(data),
        sources=data.source_text,
        analysis=Analysis.of(data),
    )
