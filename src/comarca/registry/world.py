"""Outlines of the countries of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.registry import DATA

if TYPE_CHECKING:
    import geopandas as gpd


def read_world() -> gpd.GeoDataFrame:
    """Read the outlines of countries: Natural Earth 1:50 million, public domain (naturalearthdata.com).

    Returns
    -------
    geopandas.GeoDataFrame
        ``iso3`` and geometry, EPSG:4326.
    """
    import geopandas as gpd  # here, since planning a run does without it

    return gpd.read_parquet(DATA / "world.parquet")
