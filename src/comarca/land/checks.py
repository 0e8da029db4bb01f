"""Checks of the land family: what evidence there is, and how far the kinds of evidence agree."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from comarca.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from comarca.registry.legends import Legend

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


def parcel_check(remarks: pd.DataFrame, overlaps: pd.DataFrame, *, joined: int, joint: int | None = None) -> Check:
    """Report what was wrong with the parcels, and how many the territories have.

    Parameters
    ----------
    remarks : pandas.DataFrame
        As from `comarca.land.parcels.clean_parcels`.
    overlaps : pandas.DataFrame
        As from `comarca.land.parcels.find_overlaps`.
    joined : int
        Number of parcels that lie in a territory.
    joint : int, optional
        Number of parcels with several owners, where owners are known.

    Returns
    -------
    Check
        ``warn`` if parcels are empty, stand twice or overlap; the rows count each case.
    """
    counts = {
        "repaired": int(remarks["is_repaired"].sum()),
        "empty, left out": int(remarks["is_empty"].sum()),
        "duplicate, left out": int(remarks["is_duplicate"].sum()),
        "pairs that overlap": len(overlaps),
        "outside all territories, left out": int(remarks.loc[~remarks["is_empty"], "outline"].nunique()) - joined,
    }
    if joint is not None:
        counts["parcels of several owners, parted among them"] = joint
    wrong = counts["empty, left out"] + counts["duplicate, left out"] + counts["pairs that overlap"]
    return Check(
        name="parcels",
        status="warn" if wrong else "pass",
        value=joined,
        threshold="no parcel is empty, stands twice or overlaps another",
        message=f"{joined:,} of {len(remarks):,} parcels lie in the territories; {len(overlaps):,} pairs overlap "
        "and count in full.",
        rows=[{"case": case, "count": count} for case, count in counts.items()],
    )


def legend_check(legend: Legend, areas: pd.DataFrame) -> Check:
    """Report codes of a land-cover raster that its legend lacks.

    Parameters
    ----------
    legend : Legend
        The legend.
    areas : pandas.DataFrame
        Layer ``land_cover_areas``.

    Returns
    -------
    Check
        ``warn`` if there are any; the rows give the area of each.
    """
    area = areas.groupby("class_code")["area_ha"].sum()
    unknown = legend.unknown(area.index)
    return Check(
        name="land_cover_legend",
        status="warn" if unknown else "pass",
        value=len(unknown),
        threshold="the legend has every code of the raster",
        message=f"{len(unknown)} code(s) of the raster are not in the legend {legend.name}; they play no role.",
        rows=[{"class_code": code, "area_ha": float(area[code])} for code in unknown],
    )
