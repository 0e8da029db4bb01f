"""Pages of the atlas on what is computed from the finished table: types of change, factors, propositions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.publish.maps.dynamics_pages import factor_pages, proposition_pages, summary_pages
from comarca.registry.propositions import load_propositions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.figure import Figure

    from comarca.publish.analysis import Analysis
    from comarca.registry.columns import Column


def analysis_pages(analysis: Analysis, columns: Sequence[Column], language: str) -> Iterator[Figure]:
    """Draw the pages on types of change, factors and propositions; none for a region without outcomes."""
    if analysis.dynamics is None:
        return
    dynamics = analysis.dynamics
    titles = next(column.categories for column in columns if column.name == "dynamics_type")
    yield from summary_pages(dynamics.summary, dynamics.transitions, titles, language=language)
    yield from factor_pages(dynamics.factors, columns, language=language)
    yield from proposition_pages(dynamics.propositions, load_propositions().rows, language=language)
