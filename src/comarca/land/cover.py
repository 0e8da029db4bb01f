"""Columns of the land family that come from a land-cover raster, through the tables of patches and of class areas.

Reading the raster is heavy and is done once, by `tabulate_land_cover`; measuring its tables is light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.flags import Flag
from comarca.land.concentration import Block, Place, blank, concentration, flag_gaps
from comarca.land.fields import diversity_columns
from comarca.land.landscape import landscape_measures, patch_units, whole_areas
from comarca.measures.inequality import gini
from comarca.measures.ranked import Units, ratio
from comarca.rasters.patches import find_patches
from comarca.registry.legends import ROLES

if TYPE_CHECKING:
    import geopandas as gpd
    from rasterio.io import DatasetReader

    from comarca.land.parcels import Border
    from comarca.registry.legends import Legend


def tabulate_land_cover(
    raster: DatasetReader, territories: gpd.GeoDataFrame, *, legend: Legend, year: int, block_size: int = 2048
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the two tables that stand for a land-cover raster.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Open raster of class codes, see `comarca.rasters.patches.find_patches`.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    legend : Legend
        What the codes mean.
    year : int
        Year of the raster.
    block_size : int, default 2048
        Rows and columns read at a time.

    Returns
    -------
    patches : pandas.DataFrame
        Layer ``land_cover_patches``: ``patch_id``, ``territory_id``, ``year``, ``area_ha`` (the piece in the
        territory), ``patch_area_ha`` (the whole patch), ``is_main`` (largest piece of the patch).
    areas : pandas.DataFrame
        Layer ``land_cover_areas``: ``territory_id``, ``year``, ``class_code``, ``class_name`` (empty if the legend
        lacks the code), ``is_farmed``, ``is_natural``, ``is_built_up``, ``is_water``, ``area_ha``, ``edge_m``.
    """
    ids = territories["territory_id"].to_numpy()
    found = find_patches(
        raster, territories.geometry.to_numpy(), codes=legend.codes("is_farmed"), block_size=block_size
    )
    pieces = whole_areas(found.pieces)
    patches = pd.DataFrame(
        {
            "patch_id": pieces["patch"],
            "territory_id": ids[pieces["territory"]],
            "year": year,
            **pieces[["area_ha", "patch_area_ha", "is_main"]],
        }
    )
    classes = legend.table.reindex(found.classes["class_code"])
    areas = pd.DataFrame(
        {
            "territory_id": ids[found.classes["territory"]],
            "year": year,
            "class_code": found.classes["class_code"],
            "class_name": classes["name"].fillna("").to_numpy(),
            **{role: classes[role].eq(True).to_numpy() for role in ROLES},
            **found.classes[["area_ha", "edge_m"]],
        }
    )
    return patches, areas


def land_cover_columns(
    patches: pd.DataFrame, areas: pd.DataFrame, place: Place, *, border: Border = "majority"
) -> list[Block]:
    """Measure patches of farmland and the diversity of land cover.

    Parameters
    ----------
    patches, areas : pandas.DataFrame
        As from `tabulate_land_cover`, of one year or several.
    place : Place
        Territories and options.
    border : {"majority", "cut"}, default "majority"
        What happens to a patch that several territories share.

    Returns
    -------
    list of Block
        Of the last year: ``farmland_patch_*``, ``farmland_cover_share``, ``farmland_largest_patch_share``,
        ``farmland_mesh_size_ha``, ``farmland_edge_density_m_per_ha``, ``mapped_land_use_share`` and those of
        `comarca.land.fields.diversity_columns`; ``farmland_patch_area_gini_change_index`` from the first year to the
        last. Territories without any cell have flag ``outside_raster``.
    """
    last, first = areas["year"].max(), areas["year"].min()
    now_patches, now = patches[patches["year"] == last], areas[areas["year"] == last]
    territory = place.position(now["territory_id"], where="layer land_cover_areas")
    count = len(place.index)
    total = np.bincount(territory, weights=now["area_ha"], minlength=count).astype(np.float64)
    edge = np.bincount(territory, weights=now["edge_m"], minlength=count).astype(np.float64)
    units = _units(now_patches, place, border)
    pieces = now_patches.assign(territory=place.position(now_patches["territory_id"], where="layer land_cover_patches"))
    landscape = landscape_measures(pieces, total_ha=total, edge_m=edge).set_axis(
        ["farmland_cover_share", "farmland_largest_patch_share", "farmland_mesh_size_ha",
         "farmland_edge_density_m_per_ha"], axis=1,
    ).set_index(place.index)  # fmt: skip
    landscape["mapped_land_use_share"] = np.minimum(ratio(total, place.total_ha), 1.0)
    table = now.assign(territory=territory).pivot_table(
        index="territory", columns="class_code", values="area_ha", aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(range(count), fill_value=0.0)
    farmed = now.loc[now["is_farmed"], "class_code"].unique()
    blocks = [
        concentration(units, place, prefix="farmland_patch", absent=Flag.TOO_FEW_UNITS),
        (landscape, flag_gaps(landscape, Flag.OUTSIDE_RASTER)),
        diversity_columns(table, farmed, place, absent=Flag.NOT_MAPPED),
        _change(units, patches[patches["year"] == first], place, border, is_one=first == last),
    ]
    return [blank(block, total == 0, Flag.OUTSIDE_RASTER) for block in blocks]


def _units(patches: pd.DataFrame, place: Place, border: Border) -> Units:
    return place.units(patch_units(patches, border=border), where="layer land_cover_patches")


def _change(units: Units, first: pd.DataFrame, place: Place, border: Border, *, is_one: bool) -> Block:
    before = _units(first, place, border)
    few = (np.minimum(units.count, before.count) < place.min_units) | is_one
    values = pd.DataFrame(
        {"farmland_patch_area_gini_change_index": np.where(few, np.nan, gini(units) - gini(before))},
        index=place.index,
    )
    return values, flag_gaps(values, Flag.NOT_IN_SOURCE if is_one else Flag.TOO_FEW_UNITS)
