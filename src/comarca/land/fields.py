"""Columns of the land family that come from mapped polygons of land use, and diversity of any class areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from comarca.flags import Flag
from comarca.land.concentration import Block, Place, concentration, flag_gaps
from comarca.land.osm_fields import class_areas_ha, clean_land_use, covered_ha, field_units
from comarca.measures.diversity import hill_number, shannon, simpson
from comarca.measures.ranked import Units

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from comarca.land.parcels import Border


def polygon_columns(
    land_use: gpd.GeoDataFrame, place: Place, *, classes: Collection[str], border: Border
) -> list[Block]:
    """Measure fields, how much is mapped, and the diversity of land use.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        Layer ``land_use``, EPSG:4326.
    place : Place
        Territories and options.
    classes : collection of str
        Values of ``land_use`` that are fields.
    border : {"majority", "cut"}
        What happens to a field that several territories share.

    Returns
    -------
    list of Block
        Columns ``field_*``; the same as ``farmland_patch_*``, for regions without a land-cover raster;
        ``mapped_farmland_share`` and ``mapped_land_use_share``; those of `diversity_columns`.
    """
    cleaned, _ = clean_land_use(land_use)
    fields = field_units(cleaned, place.shapes, classes=tuple(classes), border=border)
    units = Units.of(fields["area_ha"], group=fields["territory"], group_count=len(place.index))
    is_field = cleaned["land_use"].isin(list(classes))
    shares = pd.DataFrame(
        {
            "mapped_farmland_share": covered_ha(cleaned.geometry[is_field], place.shapes) / place.total_ha,
            "mapped_land_use_share": covered_ha(cleaned.geometry, place.shapes) / place.total_ha,
        },
        index=place.index,
    )
    return [
        concentration(units, place, prefix="field", absent=Flag.NOT_MAPPED),
        concentration(units, place, prefix="farmland_patch", absent=Flag.NOT_MAPPED),
        # Projected and geodesic areas differ in the last digits: a share of one must not come out above it.
        (shares.clip(upper=1.0), flag_gaps(shares, Flag.ZERO_DENOMINATOR)),
        diversity_columns(class_areas_ha(cleaned, place.shapes), classes, place, absent=Flag.NOT_MAPPED),
    ]


def diversity_columns(areas_ha: pd.DataFrame, farmed: Collection[object], place: Place, *, absent: Flag) -> Block:
    """Measure the diversity of all classes, and of the farmed ones apart.

    Parameters
    ----------
    areas_ha : pandas.DataFrame, shape (m, k)
        Area of each class (columns) in each territory, in the order of `place`.
    farmed : collection
        Column labels of farmed classes.
    place : Place
        Territories.
    absent : Flag
        Reason given where nothing is mapped.

    Returns
    -------
    Block
        ``land_use_shannon_index``, ``land_use_simpson_index``, ``land_use_effective_class_index``,
        ``farm_use_shannon_index``.
    """
    table = areas_ha.to_numpy()
    farm = areas_ha.loc[:, areas_ha.columns.isin(list(farmed))].to_numpy()
    values = pd.DataFrame(
        {
            "land_use_shannon_index": shannon(table),
            "land_use_simpson_index": simpson(table),
            "land_use_effective_class_index": hill_number(table, order=1),
            "farm_use_shannon_index": shannon(farm),
        },
        index=place.index,
    )
    return values, flag_gaps(values, absent)
