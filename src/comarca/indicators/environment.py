"""What covers the land and how that changes, and light at night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.measures.change import amounts_at_ends, growth_percent_per_year
from comarca.population.people import people_by_territory
from comarca.results import Flag, Indicators, explain, join_parts
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

#: Kind of cover -> its column in the layer ``land_cover_areas``.
_COVERS: Final = {"natural": "is_natural", "farmed": "is_farmed", "built_up": "is_built_up"}


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    land_cover_areas: pd.DataFrame | None = None,
    territory_lights: pd.DataFrame | None = None,
    forest_loss: pd.DataFrame | None = None,
    fires: pd.DataFrame | None = None,
    burnt_areas: pd.DataFrame | None = None,
    protected_areas: pd.DataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Shares of natural, farmed and built-up land, night lights per person, and their change.

    Parameters
    ----------
    land_cover_areas : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``area_ha``, ``is_natural``, ``is_farmed``, ``is_built_up``, ``is_water``;
        one row per class.
    territory_lights : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``light``: sum of the raster of night lights over the territory.
    forest_loss : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``area_ha`` (for the first year the forest, for later ones what was lost)
        and ``mapped_ha`` (all land with data).
    fires : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``fires``; a row for each year that the archive covers.
    burnt_areas, protected_areas : pandas.DataFrame, optional
        Columns ``territory_id``, ``area_ha`` and ``mapped_ha`` (all land with data).

    Returns
    -------
    Indicators
        Shares are of the last year, changes from the first year to it.
    """
    require_storage_crs(territories, name="layer territories")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    parts: list[Indicators] = []
    if land_cover_areas is not None:
        parts += [_cover(land_cover_areas, kind, role, index) for kind, role in _COVERS.items()]
    if territory_lights is not None:
        parts += [_light_change(territory_lights, index), _light_per_area(territory_lights, territories, index)]
    if territory_lights is not None and demand is not None:
        parts.append(_light_per_person(territory_lights, people_by_territory(demand, index)))
    area_ha = pd.Series(geodesic_area_km2(territories.geometry.to_numpy()), territories["territory_id"]) * HA_PER_KM2
    area_ha = area_ha.reindex(index)
    if forest_loss is not None:
        parts.append(_forest(forest_loss, index))
    if fires is not None:
        parts.append(_fires(fires, area_ha))
    for name, table in (("burnt_area_share", burnt_areas), ("protected_area_share", protected_areas)):
        if table is not None:
            land = table.set_index("territory_id").reindex(index)
            share = (land["area_ha"] / land["mapped_ha"]).clip(upper=1.0).to_frame(name)
            parts.append(Indicators(share, explain(share, Flag.OUTSIDE_RASTER)))
    return join_parts(parts, index).select([column.name for column in columns])


def _cover(areas: pd.DataFrame, kind: str, role: str, index: pd.Index) -> Indicators:
    """Share of one kind of cover in the land, and change of its area."""
    land = areas.assign(part=areas["area_ha"] * areas[role], whole=areas["area_ha"] * ~areas["is_water"])
    first, last, years = amounts_at_ends(land, "part", index)
    growth, reason = growth_percent_per_year(first, last, years)
    _, whole, _ = amounts_at_ends(land, "whole", index)
    share, change = f"{kind}_cover_share", f"{kind}_cover_change_percent_per_year"
    values = pd.DataFrame({share: last / whole.where(whole > 0), change: growth}, index=index)
    outside = pd.Series(np.where(whole.isna(), Flag.OUTSIDE_RASTER, Flag.ZERO_DENOMINATOR), index)
    reasons = {share: outside, change: reason.where(whole.notna(), Flag.OUTSIDE_RASTER)}
    return Indicators(values, explain(values, Flag.OUTSIDE_RASTER, **reasons))


def _light_change(lights: pd.DataFrame, index: pd.Index) -> Indicators:
    name = "night_light_change_percent_per_year"
    first, last, years = amounts_at_ends(lights, "light", index)
    growth, reason = growth_percent_per_year(first, last, years)
    values = growth.to_frame(name)
    reasons = {name: reason.where(last.notna(), Flag.OUTSIDE_RASTER)}
    return Indicators(values, explain(values, Flag.OUTSIDE_RASTER, **reasons))


def _light_per_area(lights: pd.DataFrame, territories: gpd.GeoDataFrame, index: pd.Index) -> Indicators:
    name = "night_light_density_dn_per_km2"
    _, last, _ = amounts_at_ends(lights, "light", index)
    area = pd.Series(geodesic_area_km2(territories.geometry.to_numpy()), index=territories["territory_id"])
    values = (last / area.reindex(index)).to_frame(name)
    return Indicators(values, explain(values, Flag.OUTSIDE_RASTER))


def _light_per_person(lights: pd.DataFrame, persons: pd.Series) -> Indicators:
    name = "night_light_per_population_dn_per_1000persons"
    _, last, _ = amounts_at_ends(lights, "light", persons.index)
    values = (1000 * last / persons.where(persons > 0)).to_frame(name)
    reason = np.select([last.isna(), persons.isna()], [Flag.OUTSIDE_RASTER, Flag.NO_DEMAND], Flag.NO_POPULATION)
    return Indicators(values, explain(values, Flag.NO_POPULATION, **{name: pd.Series(reason, persons.index)}))


def _forest(areas: pd.DataFrame, index: pd.Index) -> Indicators:
    """Forest of the first year in the land with data, and what was lost of it in all later ones."""
    is_first = areas["year"] == areas["year"].min()
    first = areas[is_first].set_index("territory_id").reindex(index)
    lost = areas[~is_first].groupby("territory_id")["area_ha"].sum().reindex(index).fillna(0.0)
    forest, mapped = first["area_ha"], first["mapped_ha"]
    values = pd.DataFrame(
        {
            "forest_cover_2000_share": (forest / mapped).clip(upper=1.0),
            "forest_loss_share": (lost / forest.where(forest > 0)).clip(upper=1.0),
        }
    )
    reason = pd.Series(np.where(forest.isna(), Flag.OUTSIDE_RASTER, Flag.ZERO_DENOMINATOR), index)
    return Indicators(values, explain(values, Flag.OUTSIDE_RASTER, forest_loss_share=reason))


def _fires(fires: pd.DataFrame, area_ha: pd.Series) -> Indicators:
    """Measure fires per 100 km2 and year, over all years of the archive."""
    name = "fire_density_per_100km2_per_year"
    a_year = fires.groupby("territory_id")["fires"].sum().reindex(area_ha.index) / fires["year"].nunique()
    values = (100 * a_year / (area_ha / HA_PER_KM2)).to_frame(name)
    return Indicators(values, explain(values, Flag.NOT_IN_SOURCE))
