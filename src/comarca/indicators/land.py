"""Land: how it is divided among units, by four kinds of evidence, and how diverse its use is.

Parcels, holdings of an agricultural census, patches of farmland on a land-cover raster and mapped fields are different
things; none of them is ownership. Each column says what it stands for, and ``land_evidence`` what a territory has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from comarca.concentration import concentration, flag_gaps
from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.diversity import hill_number, shannon, simpson
from comarca.errors import InputError
from comarca.fields import class_areas_ha, clean_land_use, covered_ha, field_units
from comarca.flags import Flag
from comarca.land_checks import evidence_check, proxy_correlations
from comarca.ranked_units import Units
from comarca.results import Check, Indicators
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from comarca.parcels import Border
    from comarca.registry import Column

    Block = tuple[pd.DataFrame, pd.DataFrame]

FIELD_CLASSES = ("farmland", "orchard", "vineyard", "meadow", "plant_nursery", "greenhouse_horticulture")

#: Kind of evidence -> the column that shows that a territory has it.
EVIDENCE = {
    "parcels": "parcel_area_gini_index",
    "holdings": "holding_area_gini_index",
    "patches": "farmland_patch_area_gini_index",
    "fields": "field_area_gini_index",
}


@dataclass(frozen=True)
class _Place:
    """The territories, in order, with the two options that all kinds of unit share."""

    index: pd.Index
    shapes: NDArray[np.object_]
    min_units: int
    large_unit_ha: float

    def units(self, table: pd.DataFrame, area: str = "area_ha") -> Units:
        """Group the units of a table with ``territory_id`` and areas by territory."""
        position = self.index.get_indexer(pd.Index(table["territory_id"]))
        if (position < 0).any():
            stray = table.loc[position < 0, "territory_id"].iloc[0]
            raise InputError("land units, column territory_id", got=stray, expected="a territory of the region")
        return Units.of(table[area], group=position, group_count=len(self.index))

    def measure(self, units: Units, prefix: str, absent: Flag) -> Block:
        """Measure concentration with the shared options."""
        return concentration(
            units,
            self.index,
            prefix=prefix,
            min_units=self.min_units,
            large_unit_ha=self.large_unit_ha,
            absent=absent,
        )


def compute(
    *,
    territories: gpd.GeoDataFrame,
    land_use: gpd.GeoDataFrame | None = None,
    parcels: pd.DataFrame | None = None,
    min_units: int = 30,
    large_unit_ha: float = 1000.0,
    field_classes: Sequence[str] = FIELD_CLASSES,
    field_border: Border = "majority",
    columns: Sequence[Column],
) -> Indicators:
    """Concentration and diversity of land from all the evidence that is given.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    land_use : geopandas.GeoDataFrame, optional
        Layer ``land_use``, EPSG:4326: mapped polygons with their use.
    parcels : pandas.DataFrame, optional
        Layer ``parcels``: columns ``territory_id`` and ``area_ha``; one row per parcel, or per owner and territory.
    min_units : int, default 30
        Fewest units to speak of concentration; below, the measures are NaN with flag ``too_few_units``.
    large_unit_ha : float, default 1000
        Size from which on a unit counts as large, ha.
    field_classes : sequence of str
        Values of ``land_use`` that are fields.
    field_border : {"majority", "cut"}, default "majority"
        What happens to a field that several territories share.
    columns : sequence of Column
        The active columns of the family.

    Returns
    -------
    Indicators
        The columns asked for, and the checks of this family.

    Raises
    ------
    CRSError
        If a layer is not in EPSG:4326.
    InputError
        If a table of units names a territory that the region does not have.
    """
    require_storage_crs(territories, name="layer territories")
    ordered = territories.sort_values("territory_id")
    place = _Place(
        index=pd.Index(ordered["territory_id"], name="territory_id"),
        shapes=ordered.geometry.to_numpy(),
        min_units=min_units,
        large_unit_ha=large_unit_ha,
    )
    blocks: list[Block] = []
    checks: list[Check] = []
    if parcels is not None:
        blocks.append(place.measure(place.units(parcels), "parcel", Flag.NO_SOURCE_ROW))
    if land_use is not None:
        require_storage_crs(land_use, name="layer land_use")
        blocks += _mapped_land(land_use, place, tuple(field_classes), field_border)
    values, flags = _joined(blocks, place.index)
    values, flags = _with_evidence(values, flags)
    checks += [evidence_check(values), *proxy_correlations(values[[c for c in EVIDENCE.values() if c in values]])]
    names = [column.name for column in columns]
    return Indicators(values[names], flags[names], checks)


def _mapped_land(land_use: gpd.GeoDataFrame, place: _Place, classes: tuple[str, ...], border: Border) -> list[Block]:
    """Fields, land mapped and diversity of its use, from polygons."""
    cleaned, _ = clean_land_use(land_use)
    fields = field_units(cleaned, place.shapes, classes=classes, border=border)
    units = Units.of(fields["area_ha"], group=fields["territory"], group_count=len(place.index))
    total_ha = geodesic_area_km2(place.shapes) * HA_PER_KM2
    is_field = cleaned["land_use"].isin(classes)
    shares = pd.DataFrame(
        {
            "mapped_farmland_share": covered_ha(cleaned.geometry[is_field], place.shapes) / total_ha,
            "mapped_land_use_share": covered_ha(cleaned.geometry, place.shapes) / total_ha,
        },
        index=place.index,
    )
    areas = class_areas_ha(cleaned, place.shapes)
    return [
        place.measure(units, "field", Flag.NOT_MAPPED),
        place.measure(units, "farmland_patch", Flag.NOT_MAPPED),
        (shares.clip(upper=1.0), flag_gaps(shares, Flag.ZERO_DENOMINATOR)),
        _diversity(areas, set(classes), place.index),
    ]


def _diversity(areas_ha: pd.DataFrame, farmed: set[str], index: pd.Index) -> Block:
    """Diversity of all classes, and of the farmed ones apart."""
    table = areas_ha.to_numpy()
    farm = areas_ha.loc[:, areas_ha.columns.isin(farmed)].to_numpy()
    values = pd.DataFrame(
        {
            "land_use_shannon_index": shannon(table),
            "land_use_simpson_index": simpson(table),
            "land_use_effective_class_index": hill_number(table, order=1),
            "farm_use_shannon_index": shannon(farm),
        },
        index=index,
    )
    return values, flag_gaps(values, Flag.NOT_MAPPED)


def _joined(blocks: Sequence[Block], index: pd.Index) -> Block:
    """Put blocks side by side; of a column that several have, the first one stands."""
    values, flags = pd.DataFrame(index=index), pd.DataFrame(index=index)
    for block_values, block_flags in blocks:
        new = [name for name in block_values if name not in values]
        values = values.join(block_values[new])
        flags = flags.join(block_flags[new])
    return values, flags


def _with_evidence(values: pd.DataFrame, flags: pd.DataFrame, kinds: Mapping[str, str] = EVIDENCE) -> Block:
    """Add the column that names the kinds of evidence each territory has."""
    has = pd.DataFrame({kind: values[name].notna() for kind, name in kinds.items() if name in values})
    text = has.apply(lambda row: ", ".join(row.index[row]) or "none", axis=1) if len(has.columns) else "none"
    return values.assign(land_evidence=text), flags.assign(land_evidence=Flag.OK.value)
