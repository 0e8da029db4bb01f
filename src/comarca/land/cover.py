"""Columns of the land family that come from a land-cover raster, through the tables of patches and of class areas.

Reading the raster is heavy and is done once, by `tabulate_land_cover`; measuring its tables is light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.land.concentration import Block, MeasuredTerritories, blank, concentration, flag_gaps
from comarca.land.fields import diversity_columns
from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes, ratio
from comarca.rasters.patches import find_patches
from comarca.registry.legends import ROLES
from comarca.results import Flag

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    from comarca.land.parcels import Border
    from comarca.registry.legends import Legend

    FloatArray = NDArray[np.float64]

#: Share of the farmland of a territory from which on one patch that crosses its border decides all measures.
_MOST: Final = 0.5
#: What sums of areas may differ by.
_ROUNDING: Final = 1e-9
_SPREAD: Final = ("gini_index", "theil_index", "herfindahl_index", "asymmetry_index", "top10_share")


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
    tally = find_patches(
        raster, territories.geometry.to_numpy(), codes=legend.codes("is_farmed"), block_size=block_size
    )
    pieces = whole_areas(tally.pieces)
    patches = pd.DataFrame(
        {
            "patch_id": pieces["patch"],
            "territory_id": pd.Series(ids[pieces["territory"]], dtype="str"),
            "year": year,
            **pieces[["area_ha", "patch_area_ha", "is_main"]],
        }
    )
    classes = legend.table.reindex(tally.classes["class_code"])
    if len(classes) and classes["name"].isna().all():
        raise InputError(
            f"{raster.name}, codes", got=sorted(set(map(int, classes.index)))[:5],
            expected=f"codes of the legend {legend.name}, such as {[int(code) for code in legend.table.index[:5]]}",
            remedy="None of the codes stands in the legend: `land_cover.legend` is that of another raster.",
        )  # fmt: skip
    areas = pd.DataFrame(
        {
            "territory_id": pd.Series(ids[tally.classes["territory"]], dtype="str"),
            "year": year,
            "class_code": tally.classes["class_code"],
            "class_name": pd.Series(classes["name"].fillna("").to_numpy(), dtype="str"),
            **{role: classes[role].eq(True).to_numpy() for role in ROLES},
            **tally.classes[["area_ha", "edge_m"]],
        }
    )
    return patches, areas


def land_cover_columns(
    patches: pd.DataFrame, areas: pd.DataFrame, territories: MeasuredTerritories, *, border: Border = "cut"
) -> list[Block]:
    """Measure patches of farmland and the diversity of land cover.

    Parameters
    ----------
    patches, areas : pandas.DataFrame
        As from `tabulate_land_cover`, of one year or several.
    territories : MeasuredTerritories
        Territories and options.
    border : {"majority", "cut"}, default "cut"
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
    territory = territories.position(now["territory_id"], where="layer land_cover_areas")
    count = len(territories.index)
    total = np.bincount(territory, weights=now["area_ha"], minlength=count).astype(np.float64)
    edge = np.bincount(territory, weights=now["edge_m"], minlength=count).astype(np.float64)
    units = _units(now_patches, territories, border)
    pieces = now_patches.assign(
        territory=territories.position(now_patches["territory_id"], where="layer land_cover_patches")
    )
    landscape = landscape_measures(pieces, total_ha=total, edge_m=edge).set_axis(
        ["farmland_cover_share", "farmland_largest_patch_share", "farmland_mesh_size_ha",
         "farmland_edge_density_m_per_ha"], axis=1,
    ).set_index(territories.index)  # fmt: skip
    landscape["mapped_land_use_share"] = np.minimum(ratio(total, territories.total_ha), 1.0)
    table = now.assign(territory=territory).pivot_table(
        index="territory", columns="class_code", values="area_ha", aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(range(count), fill_value=0.0)
    farmed = now.loc[now["is_farmed"], "class_code"].unique()
    spanned = _is_spanned(pieces, len(territories.index))
    patch_columns = concentration(units, territories, prefix="farmland_patch", absent=Flag.TOO_FEW_UNITS)
    blocks = [
        _blank_spread(patch_columns, spanned),
        (landscape, flag_gaps(landscape, Flag.OUTSIDE_RASTER)),
        diversity_columns(table, farmed, territories, absent=Flag.NOT_MAPPED),
        blank(
            _change(units, patches[patches["year"] == first], territories, border, is_one=first == last),
            spanned & (first != last),
            Flag.SPANNING_PATCH,
        ),
    ]
    return [blank(block, total == 0, Flag.OUTSIDE_RASTER) for block in blocks]


def _is_spanned(pieces: pd.DataFrame, count: int) -> NDArray[np.bool_]:
    """Tell territories most of whose farmland is one patch that crosses their border."""
    farmland = np.bincount(pieces["territory"], weights=pieces["area_ha"], minlength=count)
    crossing = pieces[pieces["patch_area_ha"] > pieces["area_ha"] * (1 + _ROUNDING)]
    largest = np.zeros(count)
    np.maximum.at(largest, crossing["territory"].to_numpy(), crossing["area_ha"].to_numpy())
    return np.asarray(largest > _MOST * farmland)


def _blank_spread(block: Block, rows: NDArray[np.bool_]) -> Block:
    """Leave out how unequal patches are where that says where the border runs and not how land is divided."""
    values, flags = (part.copy() for part in block)
    for name in (f"farmland_patch_area_{measure}" for measure in _SPREAD):
        chosen = rows & values[name].notna().to_numpy()
        values.loc[chosen, name], flags.loc[chosen, name] = np.nan, Flag.SPANNING_PATCH.value
    return values, flags


def _units(patches: pd.DataFrame, territories: MeasuredTerritories, border: Border) -> RankedSizes:
    return territories.units(patch_units(patches, border=border), where="layer land_cover_patches")


def _change(
    units: RankedSizes, first: pd.DataFrame, territories: MeasuredTerritories, border: Border, *, is_one: bool
) -> Block:
    before = _units(first, territories, border)
    few = (np.minimum(units.count, before.count) < territories.min_units) | is_one
    values = pd.DataFrame(
        {"farmland_patch_area_gini_change_index": np.where(few, np.nan, gini(units) - gini(before))},
        index=territories.index,
    )
    return values, flag_gaps(values, Flag.NOT_IN_SOURCE if is_one else Flag.TOO_FEW_UNITS)


def whole_areas(pieces: pd.DataFrame) -> pd.DataFrame:
    """Add to each piece the area of the whole patch.

    Parameters
    ----------
    pieces : pandas.DataFrame
        Columns ``patch``, ``territory`` and ``area_ha``, with pieces outside all territories as territory -1.

    Returns
    -------
    pandas.DataFrame
        Pieces inside territories, with ``patch_area_ha``, and ``is_main``: it is the patch's largest piece, counting
        all that lies outside as one (a tie goes to the territory that comes first).
    """
    whole = pieces.groupby("patch")["area_ha"].transform("sum")
    outside = pieces["territory"] < 0
    order = pieces.assign(last=outside, whole=whole).sort_values(
        ["patch", "area_ha", "last", "territory"], ascending=[True, False, True, True]
    )
    main = ~order.duplicated("patch")
    inside = order.assign(patch_area_ha=order["whole"], is_main=main)[order["territory"] >= 0]
    columns = ["patch", "territory", "area_ha", "patch_area_ha", "is_main"]
    return inside[columns].sort_values(["patch", "territory"], ignore_index=True)


def patch_units(pieces: pd.DataFrame, *, border: Border = "cut") -> pd.DataFrame:
    """Count patches for territories.

    Parameters
    ----------
    pieces : pandas.DataFrame
        As from `whole_areas`.
    border : {"majority", "cut"}, default "cut"
        A patch that several territories share goes whole to the one that holds most of it, or each piece counts.

    Returns
    -------
    pandas.DataFrame
        Rows of `pieces` that count as units, with their ``area_ha``.
    """
    if border == "cut":
        return pieces
    main = pieces[pieces["is_main"]]
    return main.assign(area_ha=main["patch_area_ha"])


def landscape_measures(pieces: pd.DataFrame, *, total_ha: FloatArray, edge_m: FloatArray) -> pd.DataFrame:
    """Largest patch, effective mesh size and edge density of each territory.

    Parameters
    ----------
    pieces : pandas.DataFrame
        As from `whole_areas`, with positions as ``territory``.
    total_ha : numpy.ndarray, shape (m,)
        Area of each territory that the raster has data for.
    edge_m : numpy.ndarray, shape (m,)
        Length of the edges of patches in each territory.

    Returns
    -------
    pandas.DataFrame, shape (m, 4)
        ``share``: farmland over the area; ``largest_share``: the largest piece over the area; ``mesh_ha``: the
        effective mesh size; ``edge_m_per_ha``. NaN where the raster has no data.

    Notes
    -----
    The effective mesh size is the size of the patch that a point dropped at random in the territory finds itself in, 0
    if it falls outside farmland: ``sum(piece * patch) / total``, with the whole of patches that cross the border (the
    cross-boundary procedure), so that small territories are not taken for fragmented. Sources: Jaeger (2000),
    doi:10.1023/A:1008129329289; Moser et al. (2007), doi:10.1007/s10980-006-9023-0.
    """
    count = len(total_ha)
    territory = pieces["territory"].to_numpy()
    area, whole = pieces["area_ha"].to_numpy(), pieces["patch_area_ha"].to_numpy()
    largest = np.zeros(count)
    np.maximum.at(largest, territory, area)
    return pd.DataFrame(
        {
            "share": ratio(np.bincount(territory, weights=area, minlength=count).astype(np.float64), total_ha),
            "largest_share": ratio(largest, total_ha),
            "mesh_ha": ratio(
                np.bincount(territory, weights=area * whole, minlength=count).astype(np.float64), total_ha
            ),
            "edge_m_per_ha": ratio(edge_m, total_ha),
        }
    )
