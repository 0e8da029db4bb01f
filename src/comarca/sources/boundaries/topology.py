"""Gaps and overlaps between territories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError
from comarca.polygons import polygons_only
from comarca.results import Check

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

#: Share of the total area up to which gaps and overlaps are taken for rounding.
_TOLERANCE_SHARE: Final = 1e-6
#: From this share of the total area on people, roads and land are given to one of two territories by chance.
_WRONG_SHARE: Final = 0.01
#: Two territories that share so much of both their areas are one.
_ONE: Final = 0.99


def topology_checks(territories: gpd.GeoDataFrame) -> list[Check]:
    """Measure overlaps between territories and the gaps that they enclose.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`, valid polygons.

    Returns
    -------
    list of Check
        ``territories_overlaps`` and ``territories_gaps``: square kilometres, share of the total, the largest cases.
        They warn above a millionth of the total area; overlaps above a hundredth fail.

    Raises
    ------
    InputError
        If two territories are one and the same area.

    Notes
    -----
    A gap is a hole in the union of all territories, so a lake or an enclave that is left out on purpose shows up
    too. Territories that form a coverage (neighbours share their vertices) have no overlap, which is found quickly.
    """
    shapes = territories.geometry.to_numpy()
    total = float(geodesic_area_km2(shapes).sum())
    return [_overlaps(territories, total), _gaps(territories, total)]


def _overlaps(territories: gpd.GeoDataFrame, total: float) -> Check:
    shapes, ids = territories.geometry.to_numpy(), territories["territory_id"].to_numpy()
    suspect = np.arange(0)
    if not shapely.coverage_is_valid(shapes):
        edges = shapely.coverage_invalid_edges(shapes)
        suspect = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    # Of a shape inside another, only one is suspect: so suspects are held against all, and each pair taken once.
    one, other = shapely.STRtree(shapes).query(shapes[suspect], predicate="intersects")
    pairs = np.sort(np.column_stack([suspect[one], other]), axis=1)
    left, right = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    common = geodesic_area_km2(polygons_only(shapely.intersection(shapes[left], shapes[right])))
    _refuse_twins(geodesic_area_km2(shapes), ids, np.column_stack([left, right]), common)
    order = np.argsort(-common, kind="stable")
    order = order[common[order] > 0]
    rows = [
        {"territory_ids": f"{ids[left[case]]}, {ids[right[case]]}", "area_km2": float(common[case])} for case in order
    ]
    shared = float(common.sum())
    check = _check("territories_overlaps", "Overlaps between territories", shared, total, rows)
    return replace(check, status="fail") if shared > _WRONG_SHARE * total else check


def _refuse_twins(
    area: NDArray[np.float64], ids: NDArray[np.object_], pairs: NDArray[np.int64], common: NDArray[np.float64]
) -> None:
    """Refuse territories that stand twice under two codes: each would have the half of what lies in it."""
    twins = pairs[common > _ONE * area[pairs].max(axis=1)] if len(pairs) else pairs
    if len(twins):
        one, other = ids[twins[0]]
        raise InputError(
            "layer territories", got=f"{len(twins)} pairs of territories of one and the same area, {one} and {other}"
            + (" first" if len(twins) > 1 else ""),
            expected="each area once",
            remedy="Leave one of each out with `where`, or merge them with `dissolve` under one code.",
        )  # fmt: skip


def _gaps(territories: gpd.GeoDataFrame, total: float) -> Check:
    parts = shapely.get_parts(shapely.union_all(territories.geometry.to_numpy()))
    rings, part = shapely.get_rings(parts, return_index=True)
    is_hole = part == np.roll(part, 1)
    is_hole[:1] = False
    holes = shapely.polygons(rings[is_hole])
    area = geodesic_area_km2(holes)
    order = np.argsort(-area, kind="stable")
    rows = [{"place": shapely.point_on_surface(holes[case]).wkt, "area_km2": float(area[case])} for case in order]
    return _check("territories_gaps", "Gaps enclosed by territories", float(area.sum()), total, rows)


def _check(name: str, what: str, area: float, total: float, rows: list[dict[str, Any]]) -> Check:
    share = area / total if total else 0.0
    return Check(
        name=name,
        status="warn" if share > _TOLERANCE_SHARE else "pass",
        value=area,
        threshold=f"{_TOLERANCE_SHARE:g} of the total area",
        message=f"{what} amount to {area:.6g} km2, {share:.3g} of the total area.",
        rows=rows,
    )
