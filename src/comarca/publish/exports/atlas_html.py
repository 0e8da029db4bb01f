"""The atlas for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import read_table, write_text
from comarca.publish.analysis import Analysis
from comarca.publish.maps.atlas_html import atlas_html
from comarca.publish.maps.files import base_of, classes_of

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled


def write(data: Assembled, path: Path) -> None:
    """Write ``atlas.html``."""
    page = atlas_html(
        base_of(data),
        data.table,
        data.columns,
        title=data.titles,
        languages=data.languages,
        family_titles=data.families,
        years=data.years,
        classes=classes_of(data),
        flags=data.flags,
        sources={language: data.source_text(language) for language in data.languages},
        analysis=Analysis.of(data),
        bands=read_table(data.files["uncertainty"]) if "uncertainty" in data.files else None,
    )
    write_text(page, path)
