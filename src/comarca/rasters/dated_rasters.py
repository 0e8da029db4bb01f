"""Sums of one quantity by territory over rasters of several years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.rasters.zonal import balance_check, cover_check, zonal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from comarca.rasters.bands import Raster
    from comarca.results import Check


def sums_by_year(
    rasters: Mapping[int, Raster], territories: gpd.GeoDataFrame, *, name: str
) -> tuple[pd.DataFrame, list[Check]]:
    """Sum rasters of several years by territory.

    Parameters
    ----------
    rasters : mapping of int to Raster
        Year -> raster of amounts per cell; each on a grid of its own, if need be.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    name : str
        What is summed, in snake_case.

    Returns
    -------
    sums : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``sum``; NaN where a raster has no data in a territory.
    checks : list of Check
        Per year: sums against the sum inside the union, and territories that the raster does not cover.
    """
    found = zonal({str(year): raster for year, raster in rasters.items()}, territories)
    tables = [
        pd.DataFrame({"territory_id": found.index, "year": year, "sum": found[f"{year}_sum"].to_numpy()})
        for year in sorted(rasters)
    ]
    checks = []
    for year in sorted(rasters):
        total = float(np.nansum(found[f"{year}_sum"]))
        checks.append(balance_check(rasters[year], territories, total, name=f"{name}_{year}"))
        checks.append(cover_check(rasters[year], territories, name=f"{name}_{year}"))
    return pd.concat(tables, ignore_index=True), checks
