"""Parcels from a user's file or from mapped fields: one row per parcel, or per owner and territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.land.parcels import Border, _in_territories
from comarca.sources.vectors.read import read_vector

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

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
