"""Parcels from a user's file: one row per parcel, or per owner and territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from comarca.land_checks import parcel_check
from comarca.parcels import Border, clean_parcels, find_overlaps, land_units, sum_by_owner
from comarca.sources.vectors import read_vector

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

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
    shapes, remarks = clean_parcels(raw.geometry.to_numpy())
    kept = (~remarks["is_empty"] & ~remarks["is_duplicate"]).to_numpy()
    units = land_units(shapes[kept], territories.geometry.to_numpy(), border=border)
    check = parcel_check(remarks, find_overlaps(shapes[kept]), joined=units["unit"].nunique())
    if owner:
        names = raw.loc[kept, owner]
        units = sum_by_owner(units, names.where(names.notna(), None))
    ids = territories["territory_id"].to_numpy()[units["territory"]]
    table = pd.DataFrame({"territory_id": ids, "area_ha": units["area_ha"].to_numpy()})
    return table.sort_values(["territory_id", "area_ha"], ignore_index=True), check
