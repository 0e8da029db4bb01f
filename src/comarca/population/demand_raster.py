"""Demand from a population raster: people gathered in cells, apart for each territory."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from comarca.crs import GEOD, STORAGE
from comarca.errors import InputError
from comarca.rasters.bands import BLOCK_CELLS, OpenRaster, Raster, open_raster
from comarca.rasters.exactextract import Band, Wanted, extract
from comarca.rasters.zonal import zones_on


def demand_from_raster(raster: Raster, territories: gpd.GeoDataFrame, *, demand_cell_m: float) -> gpd.GeoDataFrame:
    """Gather the people of a population raster in cells, apart for each territory.

    Parameters
    ----------
    raster : Raster
        Inhabitants per cell (counts, not densities). Cells without data hold nobody.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    demand_cell_m : float
        Size of the cells that people are gathered in. It is rounded to whole cells of the raster, one at least.

    Returns
    -------
    geopandas.GeoDataFrame
        Layer ``demand``: one row per cell and territory in which somebody lives, EPSG:4326. The weight is the sum of
        the raster's cells, each by the exact share of it inside the territory; the point is the mean of their middles,
        weighted by people. Weights sum to the `zonal` sums.

    Raises
    ------
    InputError
        If the raster holds negative values that are not declared as no data, or cannot be measured.
    """
    with open_raster(raster) as grid:
        zones = zones_on(grid, territories)
        step_rows, step_columns = _steps(grid, zones, demand_cell_m)
        strip = step_rows * max(1, BLOCK_CELLS // (grid.width * step_rows))
        parts = [
            _gathered(grid, zones, first, min(strip, grid.height - first), (step_rows, step_columns))
            for first in range(0, grid.height, strip)
        ]
        cells = pd.concat(parts, ignore_index=True)
        lon, lat = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(cells["x"], cells["y"])
    cells = cells.astype({"zone": int, "row": int, "column": int})
    owner = zones["territory_id"].to_numpy()[cells["zone"]]
    names = [
        f"r{row:06}c{column:06}-{zone}" for row, column, zone in zip(cells["row"], cells["column"], owner, strict=True)
    ]
    demand = gpd.GeoDataFrame(
        {"demand_id": names, "territory_id": owner, "weight": cells["people"]},
        geometry=gpd.points_from_xy(lon, lat),
        crs=STORAGE,
    )
    return demand.sort_values("demand_id", ignore_index=True)


def _steps(grid: OpenRaster, zones: gpd.GeoDataFrame, cell_m: float) -> tuple[int, int]:
    """Rows and columns of the raster that make one demand cell, in the middle of the territories."""
    west, south, east, north = zones.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    to_degrees = Transformer.from_crs(grid.crs, STORAGE, always_xy=True)
    lon, lat = to_degrees.transform([x, x + grid.cell_width, x], [y, y, y + grid.cell_height])
    width_m, height_m = (GEOD.inv(lon[0], lat[0], lon[n], lat[n])[2] for n in (1, 2))
    return max(1, round(cell_m / height_m)), max(1, round(cell_m / width_m))


def _gathered(
    grid: OpenRaster, zones: gpd.GeoDataFrame, first_row: int, rows: int, steps: tuple[int, int]
) -> pd.DataFrame:
    """People by zone and demand cell in a strip of rows, with the mean place where they live."""
    band = Band(grid, "people", first_row=first_row, rows=rows)
    near = np.sort(zones.sindex.query(shapely.box(*band.extent())))
    if len(near) == 0:
        return pd.DataFrame(columns=["zone", "row", "column", "people", "x", "y"], dtype=float)
    found = extract(zones.iloc[near], [Wanted(name, name, band) for name in ("values", "coverage", "cell_id")])
    values, coverage, cell = (np.concatenate([np.empty(0), *found[name]]) for name in ("values", "coverage", "cell_id"))
    if (values < 0).any():
        raise InputError(
            f"{grid.raster.path}, values", got=float(values.min()), expected="no negative number of people",
            remedy="If it means no data, configure it as the `nodata` of this raster.",
        )  # fmt: skip
    row, column = np.divmod(cell.astype(np.int64), grid.width)
    people = values * coverage
    y, x = grid.middles(first_row, 0, rows, grid.width)
    table = pd.DataFrame(
        {
            "zone": np.repeat(near, found["values"].map(len)),
            "row": (first_row + row) // steps[0],
            "column": column // steps[1],
            "people": people,
            "x": x[column] * people,
            "y": y[row] * people,
        }
    )
    cells = table[table["people"] > 0].groupby(["zone", "row", "column"], as_index=False).sum()
    return cells.assign(x=cells["x"] / cells["people"], y=cells["y"] / cells["people"])
