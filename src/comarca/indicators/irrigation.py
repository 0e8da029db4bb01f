"""Water for farming: canals and ditches of irrigation over the farmland."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.land.fields import clean_land_use, covered_ha
from comarca.results import Check, Flag, Indicators, explain
from comarca.roads.lengths import length_by_territory
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

_LENGTH: Final = "irrigation_canal_length_km"
_DENSITY: Final = "irrigation_canal_density_km_per_100km2"
#: Mapped fields that cover less of a territory than this share are no measure of its farmland.
_LEAST_MAPPED: Final = 0.05


def compute(
    *,
    territories: gpd.GeoDataFrame,
    canals: gpd.GeoDataFrame,
    land_cover_areas: pd.DataFrame | None = None,
    land_use: gpd.GeoDataFrame | None = None,
    field_classes: Sequence[str] = ("farmland",),
    columns: Sequence[TableColumn],
) -> Indicators:
    """Length of canals, cut at borders, and over the farmland.

    Parameters
    ----------
    canals : geopandas.GeoDataFrame
        Layer of this name, EPSG:4326.
    land_cover_areas : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``is_farmed``, ``area_ha``; the farmland of the last year counts.
    land_use : geopandas.GeoDataFrame, optional
        Layer of this name, EPSG:4326: mapped fields are the farmland where there is no land cover.
    field_classes : sequence of str
        Values of ``land_use`` that are fields.

    Returns
    -------
    Indicators
        0 where the region has canals and the territory none; not known where the region has none.
    """
    require_storage_crs(territories, name="layer territories")
    require_storage_crs(canals, name="layer canals")
    places = territories.sort_values("territory_id", ignore_index=True)
    index = pd.Index(places["territory_id"], name="territory_id")
    pieces = length_by_territory(canals.geometry.to_numpy(), places.geometry.to_numpy())
    km = np.bincount(pieces["territory"].to_numpy(), pieces["km"].to_numpy(), len(index)).astype(float)
    length = pd.Series(km if len(pieces) else np.nan, index)
    fields = None if land_use is None else land_use[land_use["land_use"].isin(list(field_classes))]
    farmed_km2 = _farmed_km2(places, index, land_cover_areas, fields)
    values = pd.DataFrame({_LENGTH: length, _DENSITY: 100 * length / farmed_km2.where(farmed_km2 > 0)})
    unknown = length.isna() | farmed_km2.isna()
    gap = Flag.OUTSIDE_RASTER if land_cover_areas is not None else Flag.NOT_MAPPED
    dry = pd.Series(np.select([length.isna(), unknown], [Flag.NOT_MAPPED, gap], Flag.ZERO_DENOMINATOR), index)
    message = f"{km.sum():,.1f} km of canals lie in the territories, over {farmed_km2.sum():,.0f} km2 of farmland."
    check = Check("canals_inside", "info", float(km.sum()), "", message)
    flags = explain(values, Flag.NOT_MAPPED, **{_DENSITY: dry})
    return Indicators(values, flags, [check]).select([column.name for column in columns])


def _farmed_km2(
    places: gpd.GeoDataFrame, index: pd.Index, areas: pd.DataFrame | None, fields: gpd.GeoDataFrame | None
) -> pd.Series:
    """Farmland by the last land cover, or else by the mapped fields where there are enough of them."""
    if areas is not None:
        now = areas[areas["year"] == areas["year"].max()]
        farmed_ha = now["area_ha"].where(now["is_farmed"], 0.0).groupby(now["territory_id"]).sum()
        known: pd.Series = farmed_ha.reindex(index) / HA_PER_KM2
        return known
    if fields is None:
        return pd.Series(np.nan, index)
    cleaned, _ = clean_land_use(fields)
    shapes = places.geometry.to_numpy()
    area_ha = covered_ha(cleaned.geometry.to_numpy(), shapes) if len(cleaned) else np.zeros(len(index))
    mapped_km2 = pd.Series(area_ha / HA_PER_KM2, index)
    return mapped_km2.where(mapped_km2 >= _LEAST_MAPPED * geodesic_area_km2(shapes))
