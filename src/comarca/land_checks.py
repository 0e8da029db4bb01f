"""Checks of the land family: what evidence there is, and how far the kinds of evidence agree."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from comarca.results import Check

if TYPE_CHECKING:
    import pandas as pd

#: Fewest territories that a correlation is stated for.
_MIN_PAIRS = 10


def evidence_check(values: pd.DataFrame) -> Check:
    """Count territories by the kinds of evidence on land that they have.

    Parameters
    ----------
    values : pandas.DataFrame
        Has a column ``land_evidence``.

    Returns
    -------
    Check
        ``warn`` if some territories have none.
    """
    counts = values["land_evidence"].value_counts().sort_index()
    without = int(counts.get("none", 0))
    return Check(
        name="land_evidence",
        status="warn" if without else "pass",
        value=without,
        threshold="every territory has at least one kind of evidence on how land is divided",
        message=f"{without} of {len(values)} territories have no evidence on how land is divided among units.",
        rows=[{"evidence": str(kind), "territories": int(count)} for kind, count in counts.items()],
    )


def proxy_correlations(values: pd.DataFrame) -> list[Check]:
    """Correlate the proxies of concentration with each other, by rank.

    Parameters
    ----------
    values : pandas.DataFrame
        One column per proxy.

    Returns
    -------
    list of Check
        One check with a row per pair of proxies that at least ten territories share; none if there is no such pair.
    """
    rows = []
    for first, second in itertools.combinations(values.columns, 2):
        both = values[[first, second]].dropna().rank()
        if len(both) >= _MIN_PAIRS and (both.max() > both.min()).all():
            rank = float(both[first].corr(both[second]))
            rows.append({"first": first, "second": second, "rank_correlation": rank, "territories": len(both)})
    if not rows:
        return []
    message = "Rank correlation between proxies of land concentration; they measure different things."
    return [Check("land_proxy_correlation", "info", len(rows), "", message, rows)]


def source_check(*, has_raster: bool) -> Check:
    """Say what the figures on farmland patches and on diversity rest on.

    Parameters
    ----------
    has_raster : bool
        Whether there is a land-cover raster.

    Returns
    -------
    Check
        ``warn`` if mapped polygons stand in for a raster.
    """
    source = "a land-cover raster" if has_raster else "mapped polygons (OSM), which cover only what has been mapped"
    return Check(
        name="land_patch_source",
        status="pass" if has_raster else "warn",
        value="land_cover" if has_raster else "land_use",
        threshold="farmland patches and diversity of land use come from a land-cover raster",
        message=f"Farmland patches and the diversity of land use come from {source}.",
    )
