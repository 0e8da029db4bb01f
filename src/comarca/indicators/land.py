"""Land: how it is divided among units, by four kinds of evidence, and how diverse its use is.

Parcels, holdings of an agricultural census, patches of farmland on a land-cover raster and mapped fields are different
things; none of them is ownership. Each column says what it stands for, and ``land_evidence`` what a territory has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.crs import require_storage_crs
from comarca.land.checks import evidence_check, proxy_correlations, source_check
from comarca.land.concentration import Block, MeasuredTerritories, concentration, side_by_side
from comarca.land.cover import land_cover_columns
from comarca.land.fields import polygon_columns
from comarca.land.holdings import BETWEEN, holding_columns, parent_column
from comarca.registry.columns import LIST_SEPARATOR
from comarca.results import Check, Flag, Indicators

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.land.parcels import Border
    from comarca.measures.size_classes import Estimate
    from comarca.registry.columns import TableColumn

FIELD_CLASSES: Final = ("farmland", "orchard", "vineyard", "meadow", "plant_nursery", "greenhouse_horticulture")

#: Kind of evidence -> the column that shows that a territory has it.
EVIDENCE: Final = {
    "parcels": "parcel_area_gini_index",
    "holdings": "holding_area_gini_index",
    "patches": "farmland_patch_area_gini_index",
    "fields": "field_area_gini_index",
}


def compute(
    *,
    territories: gpd.GeoDataFrame,
    land_use: gpd.GeoDataFrame | None = None,
    land_cover_patches: pd.DataFrame | None = None,
    land_cover_areas: pd.DataFrame | None = None,
    parcels: pd.DataFrame | None = None,
    holdings: pd.DataFrame | None = None,
    min_units: int = 30,
    large_unit_ha: float = 1000.0,
    small_unit_ha: float = 5.0,
    field_classes: Sequence[str] = FIELD_CLASSES,
    border: Border = "cut",
    suppressed: Estimate = "lognormal",
    columns: Sequence[TableColumn],
) -> Indicators:
    """Concentration and diversity of land from all the evidence that is given.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame, optional
        Layer ``land_use``, EPSG:4326: mapped polygons with their use.
    land_cover_patches, land_cover_areas : pandas.DataFrame, optional
        Tables of a land-cover raster, see `comarca.land.cover.tabulate_land_cover`. Where they are given, patches and
        diversity come from them; else from `land_use`.
    parcels : pandas.DataFrame, optional
        Layer ``parcels``: columns ``territory_id`` and ``area_ha``; one row per parcel, or per owner and territory.
    holdings : pandas.DataFrame, optional
        Layer ``holdings``, see `comarca.land.holdings.holding_columns`.
    min_units : int, default 30
        Fewest units for which concentration is measured; below, the measures are NaN with flag ``too_few_units``.
    large_unit_ha : float, default 1000
        Size from which on a unit counts as large, ha.
    small_unit_ha : float, default 5
        Below this size a holding counts as small, ha.
    field_classes : sequence of str
        Values of ``land_use`` that are fields.
    border : {"majority", "cut"}, default "cut"
        What happens to a field or patch that several territories share.
    suppressed : {"lognormal", "geometric", "midpoint", "drop"}, default "lognormal"
        How withheld areas of size classes are estimated.

    Raises
    ------
    InputError
        If a table names a territory that the region does not have.
    """
    sizes = {"large_unit_ha": large_unit_ha, "small_unit_ha": small_unit_ha}
    measured = MeasuredTerritories.of(territories, min_units=min_units, **sizes)
    has_raster = land_cover_patches is not None and land_cover_areas is not None
    blocks: list[Block] = []
    checks: list[Check] = []
    if parcels is not None:
        units = measured.units(parcels, where="layer parcels")
        blocks.append(concentration(units, measured, prefix="parcel", absent=Flag.NO_SOURCE_ROW))
    if holdings is not None:
        block, remarks = holding_columns(holdings, measured, estimate=suppressed)
        blocks.append(block)
        if any(column.name == BETWEEN for column in columns):
            parent = territories.set_index("territory_id")["parent_name"].reindex(measured.index)
            blocks.append(parent_column(block[0], parent))
        checks += remarks
    if land_cover_patches is not None and land_cover_areas is not None:
        blocks += land_cover_columns(land_cover_patches, land_cover_areas, measured, border=border)
    if land_use is not None:
        require_storage_crs(land_use, name="layer land_use")
        blocks += polygon_columns(land_use, measured, classes=tuple(field_classes), border=border)
    values, flags = side_by_side(blocks, measured.index)
    kinds = [kind for kind, name in EVIDENCE.items() if name in values and (kind != "patches" or has_raster)]
    values, flags = _with_evidence(values, flags, kinds)
    proxies = values[[EVIDENCE[kind] for kind in kinds]]
    checks += [evidence_check(values), *proxy_correlations(proxies)]
    if has_raster or land_use is not None:
        checks.append(source_check(has_raster=has_raster))
    names = [column.name for column in columns]
    return Indicators(values[names], flags[names], checks)


def _with_evidence(values: pd.DataFrame, flags: pd.DataFrame, kinds: Sequence[str]) -> Block:
    """Add the column that names the kinds of evidence each territory has."""
    has = pd.DataFrame({kind: values[EVIDENCE[kind]].notna() for kind in kinds}, index=values.index)
    found = ([kind for kind, is_there in zip(kinds, row, strict=True) if is_there] for row in has.to_numpy())
    text = [LIST_SEPARATOR.join(names or ["none"]) for names in found]
    evidence = pd.Series(text, index=values.index, dtype=str)
    return values.assign(land_evidence=evidence), flags.assign(land_evidence=Flag.OK.value)
