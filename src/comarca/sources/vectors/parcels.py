"""Parcels from a user's file or from mapped fields: one row per parcel, or per owner and territory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from comarca.land.checks import parcel_check
from comarca.land.parcels import Border, clean_parcels, find_overlaps, land_units, sum_by_owner
from comarca.sources.vectors.read import read_vector

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from comarca.results import Check


def read_parcels(
    path: str | Path,
    territories: gpd.GeoDataFrame,
    *,
    layer: str | None = None,
    owner: str | None = None,
    border: Border = "majority",
) -> tuple[pd.DataFrame, Check]:
    """Read parcels and give them to territories.

    Parameters
    ----------
    path : path-like
        Vector file of polygons.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    layer : str, optional
        Layer of the file.
    owner : str, optional
        Column that names the owner: parcels of one owner in a territory are then one unit.
    border : {"majority", "cut"}, default "majority"
        What happens to a parcel that several territories share.

    Returns
    -------
    parcels : pandas.DataFrame
        Layer ``parcels``: ``territory_id`` and ``area_ha``, sorted.
    check : Check
        What was wrong with the file.
    """
    columns = [owner] if owner else []
    raw = read_vector(path, layer=layer, columns=columns, name="parcels")
    owners = raw[owner].where(raw[owner].notna(), None) if owner else None
    return _in_territories(raw.geometry.to_numpy(), territories, owners=owners, border=border)


def parcels_from_land_use(
    land_use: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, classes: Collection[str], border: Border = "majority"
) -> tuple[pd.DataFrame, Check]:
    """Take mapped fields for parcels, where there is no cadastre.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        Layer ``land_use``, EPSG:4326.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    classes : collection of str
        Values of ``land_use`` that are fields.
    border : {"majority", "cut"}, default "majority"
        What happens to a field that several territories share.

    Returns
    -------
    parcels : pandas.DataFrame
        As from `read_parcels`: each part of a polygon is one.
    check : Check
        What was wrong with the polygons.
    """
    fields = land_use.loc[land_use["land_use"].isin(list(classes)), "geometry"].to_numpy()
    table, check = _in_territories(shapely.get_parts(fields), territories, owners=None, border=border)
    message = f"Parcels are mapped fields, not a cadastre: they say the same as the columns of fields. {check.message}"
    return table, replace(check, status="warn", message=message)


def _in_territories(
    polygons: NDArray[np.object_], territories: gpd.GeoDataFrame, *, owners: pd.Series | None, border: Border
) -> tuple[pd.DataFrame, Check]:
    shapes, remarks = clean_parcels(polygons)
    kept = (~remarks["is_empty"] & ~remarks["is_duplicate"]).to_numpy()
    units = land_units(shapes[kept], territories.geometry.to_numpy(), border=border)
    check = parcel_check(remarks, find_overlaps(shapes[kept]), joined=units["unit"].nunique())
    if owners is not None:
        units = sum_by_owner(units, owners[kept])
    ids = territories["territory_id"].to_numpy()[units["territory"]]
    table = pd.DataFrame({"territory_id": ids, "area_ha": units["area_ha"].to_numpy()})
    return table.sort_values(["territory_id", "area_ha"], ignore_index=True), check
