"""Columns of the land family that come from mapped polygons of land use, and diversity of any class areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.land.concentration import Block, MeasuredTerritories, concentration, flag_gaps
from comarca.land.parcels import Border, clean_parcels, find_overlaps, land_units
from comarca.measures.diversity import hill_number, shannon, simpson
from comarca.measures.ranked import RankedSizes
from comarca.results import Flag

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from comarca.land.parcels import Border

    FloatArray = NDArray[np.float64]
    ShapeArray = NDArray[np.object_]


def polygon_columns(
    land_use: gpd.GeoDataFrame, territories: MeasuredTerritories, *, classes: Collection[str], border: Border
) -> list[Block]:
    """Measure fields, how much is mapped, and the diversity of land use.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        Layer ``land_use``, EPSG:4326.
    territories : MeasuredTerritories
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
    fields = field_units(cleaned, territories.shapes, classes=tuple(classes), border=border)
    units = RankedSizes.of(fields["area_ha"], group=fields["territory"], group_count=len(territories.index))
    is_field = cleaned["land_use"].isin(list(classes))
    shares = pd.DataFrame(
        {
            "mapped_farmland_share": covered_ha(cleaned.geometry[is_field], territories.shapes) / territories.total_ha,
            "mapped_land_use_share": covered_ha(cleaned.geometry, territories.shapes) / territories.total_ha,
        },
        index=territories.index,
    )
    return [
        concentration(units, territories, prefix="field", absent=Flag.NOT_MAPPED),
        concentration(units, territories, prefix="farmland_patch", absent=Flag.NOT_MAPPED),
        # Projected and geodesic areas differ in the last digits: a share of one must not come out above it.
        (shares.clip(upper=1.0), flag_gaps(shares, Flag.ZERO_DENOMINATOR)),
        diversity_columns(class_areas_ha(cleaned, territories.shapes), classes, territories, absent=Flag.NOT_MAPPED),
    ]


def diversity_columns(
    areas_ha: pd.DataFrame, farmed: Collection[object], territories: MeasuredTerritories, *, absent: Flag
) -> Block:
    """Measure the diversity of all classes, and of the farmed ones apart.

    Parameters
    ----------
    areas_ha : pandas.DataFrame, shape (m, k)
        Area of each class (columns) in each territory, in the order of `territories`.
    farmed : collection
        Column labels of farmed classes.
    territories : MeasuredTerritories
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
        index=territories.index,
    )
    return values, flag_gaps(values, absent)


def clean_land_use(land_use: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Repair mapped polygons and drop those that are nothing or stand twice under one class.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        Layer ``land_use``, EPSG:4326.

    Returns
    -------
    land_use : geopandas.GeoDataFrame
        Columns ``land_use`` and ``geometry``, all valid.
    remarks : pandas.DataFrame
        What was found, one row per polygon given, see `comarca.land.parcels.clean_parcels`.
    """
    shapes, remarks = clean_parcels(land_use["geometry"].to_numpy())
    cleaned = land_use[["land_use", "geometry"]].set_geometry(shapes, crs=land_use.crs)
    twice = remarks["is_duplicate"].to_numpy() & cleaned.duplicated(["land_use", "geometry"]).to_numpy()
    return cleaned[~twice & ~remarks["is_empty"].to_numpy()], remarks


def field_units(
    land_use: gpd.GeoDataFrame, territories: ArrayLike, *, classes: Sequence[str], border: Border = "majority"
) -> pd.DataFrame:
    """Take mapped polygons of farmed land as fields.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        As from `clean_land_use`.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326.
    classes : sequence of str
        Values of ``land_use`` that are fields.
    border : {"majority", "cut"}, default "majority"
        What happens to a field that several territories share, see `comarca.land.parcels.land_units`.

    Returns
    -------
    pandas.DataFrame
        Columns ``unit``, ``territory`` (position) and ``area_ha``.

    Notes
    -----
    Each polygon is a field, also if it touches another; the parts of a multipolygon are fields of their own. Mappers
    who draw a whole plain as one polygon raise concentration, those who draw every strip lower it.
    """
    chosen = land_use.loc[land_use["land_use"].isin(list(classes)), "geometry"].to_numpy()
    return land_units(shapely.get_parts(chosen), territories, border=border)


def class_areas_ha(land_use: gpd.GeoDataFrame, territories: ArrayLike) -> pd.DataFrame:
    """Land mapped per class in each territory, cut exactly at the borders.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        As from `clean_land_use`.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326.

    Returns
    -------
    pandas.DataFrame, shape (m, k)
        Hectares; rows are positions of territories, columns the classes in alphabetical order. Land that polygons of
        two classes cover counts in both.
    """
    units = land_units(land_use["geometry"].to_numpy(), territories, border="cut")
    units["class"] = land_use["land_use"].to_numpy()[units["unit"]]
    table = units.pivot_table(index="territory", columns="class", values="area_ha", aggfunc="sum", fill_value=0.0)
    return table.reindex(range(len(np.asarray(territories, dtype=object))), fill_value=0.0).sort_index(axis=1)


def covered_ha(shapes: ArrayLike, territories: ArrayLike) -> FloatArray:
    """Land that polygons cover in each territory, counted once where they overlap.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (n,)
        Valid (multi)polygons, EPSG:4326.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326.

    Returns
    -------
    numpy.ndarray, shape (m,)
        Hectares.
    """
    units = land_units(_merge_overlapping(np.asarray(shapes, dtype=object)), territories, border="cut")
    count = len(np.asarray(territories, dtype=object))
    return np.bincount(units["territory"], weights=units["area_ha"], minlength=count).astype(np.float64)


def _merge_overlapping(shapes: ShapeArray) -> ShapeArray:
    """Unite polygons that overlap, directly or through others; the rest stay as they are."""
    pairs = find_overlaps(shapes, min_share=0)
    link = scipy.sparse.coo_array(
        (np.ones(len(pairs)), (pairs["first"], pairs["second"])), shape=(len(shapes), len(shapes))
    )
    _, label = scipy.sparse.csgraph.connected_components(link, directed=False)
    alone = np.bincount(label)[label] == 1 if len(label) else np.zeros(0, dtype=bool)
    groups = pd.Series(shapes[~alone]).groupby(label[~alone], sort=True)
    united = [shapely.union_all(group.to_numpy()) for _, group in groups]
    return np.concatenate([shapes[alone], np.array(united, dtype=object)])
