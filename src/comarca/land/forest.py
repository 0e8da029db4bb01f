"""Forest of the year 2000 and its loss, from rasters of tree cover and of the year of loss, read block by block."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError
from comarca.rasters.bands import OpenRaster, Raster, open_raster, zones_on
from comarca.rasters.exactextract import Band, ZonalStatistic, extract
from comarca.rasters.zonal import data_check
from comarca.results import Check
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

#: Year of the forest that losses are counted from.
FIRST_YEAR: Final = 2000
#: Values above it mean no data in rasters of per cent, and of years since 2000.
_GREATEST: Final = 100


def tabulate_forest(
    covers: Sequence[str], losses: Sequence[str], territories: gpd.GeoDataFrame, *, threshold_percent: float = 30.0
) -> tuple[pd.DataFrame, list[Check]]:
    """Measure the forest of 2000 and what was lost of it each year.

    Parameters
    ----------
    covers : sequence of path-like
        Tiles of tree cover in 2000, per cent (0 to 100; anything above is no data).
    losses : sequence of path-like
        As many tiles on the same grids, in any order: year of the loss, counted from 2000; 0 where there was none.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    threshold_percent : float, default 30
        From this tree cover on a cell was forest.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``area_ha``, sorted: for 2000 the forest (0 where there was none), for each
        later year what was lost in it, of cells that were forest; without rows for territories outside the tiles.
    checks : list of Check
        Territories with cells without data, and the totals.

    Raises
    ------
    InputError
        If a tile has no partner on its grid.

    Notes
    -----
    Cells count by the exact share of them that lies in a territory, with their areas on the ellipsoid. The definition
    is that of Hansen et al. (2013), doi:10.1126/science.1244693; plantations count as forest there.
    """
    rows = [_tile(*pair, territories, threshold_percent) for pair in _pairs(covers, losses)]
    areas = pd.concat(rows).groupby(level=0).sum().reindex(territories["territory_id"], fill_value=0.0)
    areas = areas.fillna(0.0)
    whole = pd.Series(geodesic_area_km2(territories.to_crs(4326).geometry.to_numpy()) * HA_PER_KM2, areas.index)
    known = areas.sum(axis=1)
    forest = areas.drop(columns=0, errors="ignore")
    lost = forest.drop(columns=1, errors="ignore")
    table = lost.rename(columns=lambda code: FIRST_YEAR + int(code) - 1)
    table.insert(0, FIRST_YEAR, forest.sum(axis=1))
    long = table[known > 0].rename_axis("territory_id").reset_index()
    long = long.melt("territory_id", var_name="year", value_name="area_ha").astype({"year": "int64"})
    long = long.sort_values(["territory_id", "year"], ignore_index=True)
    total = forest.to_numpy().sum()
    message = f"{total:,.0f} ha were forest in {FIRST_YEAR} ({threshold_percent:g} % tree cover or more), of which "
    message += f"{lost.to_numpy().sum():,.0f} ha were lost by {max(long['year'], default=FIRST_YEAR)}."
    check = Check("forest_loss", "info", float(lost.to_numpy().sum() / total) if total else None, "", message)
    return long, [check, data_check((known / whole).clip(upper=1.0), name="forest")]


class _Forest(Band):
    """0 where there was no forest, 1 where it stands, 1 + n where it was lost in the n-th year; NaN without data."""

    def __init__(self, cover: OpenRaster, loss: OpenRaster, threshold: float) -> None:
        super().__init__(cover, "forest")
        self.loss, self.threshold = loss, threshold

    def classes(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        cover, years = (grid.read(row, column, rows, columns)[0] for grid in (self.grid, self.loss))
        classes = np.where(cover >= self.threshold, np.float32(1) + years, np.float32(0)).astype(np.float32)
        return np.where((cover <= _GREATEST) & (years <= _GREATEST), classes, np.float32(np.nan))

    def read_window(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        return self.classes(column, row, columns, rows)


class _ForestAreas(_Forest):
    """The areas in km2 of the cells that have a class."""

    def read_window(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        is_data = ~np.isnan(self.classes(column, row, columns, rows))
        return np.where(is_data, self.grid.cell_area_km2(row, column, rows, columns), np.nan)


def _tile(cover: Raster, loss: Raster, territories: gpd.GeoDataFrame, threshold: float) -> pd.DataFrame:
    """Hectares of each class by territory in one pair of tiles."""
    with open_raster(cover) as covers, open_raster(loss) as losses:
        zones = zones_on(covers, territories)
        classes, cells = (kind(covers, losses, threshold) for kind in (_Forest, _ForestAreas))
        cells.set_name("area")
        wanted = [
            ZonalStatistic("unique", "class", classes),
            ZonalStatistic("weighted_frac", "share", classes, cells),
            ZonalStatistic("sum", "km2", cells),
        ]
        table = extract(zones, wanted)
    parts = zip(table["class"], table["share"], table["km2"], strict=True)
    rows = [pd.Series(share * km2 * HA_PER_KM2, np.asarray(names).astype(int)) for names, share, km2 in parts]
    return pd.DataFrame(rows).set_axis(pd.Index(zones["territory_id"]))


def _pairs(covers: Sequence[str], losses: Sequence[str]) -> list[tuple[Raster, Raster]]:
    """Put tiles of one grid together."""
    by_grid = [{_grid(path): Raster(path, nodata="none") for path in paths} for paths in (covers, losses)]
    if odd := sorted(by_grid[0].keys() ^ by_grid[1].keys()):
        lone = [str(tiles[grid].path) for grid in odd for tiles in by_grid if grid in tiles]
        raise InputError(
            f"forest_loss: {lone[0]}", got="a tile without a partner on its grid",
            expected="for each tile of tree cover one with the years of loss, of the same corners and cells",
            remedy="Cut both kinds of raster in the same way.",
        )  # fmt: skip
    return [(by_grid[0][grid], by_grid[1][grid]) for grid in sorted(by_grid[0])]


def _grid(path: str) -> tuple[Any, ...]:
    with ExitStack() as stack:
        grid = stack.enter_context(open_raster(Raster(path, nodata="none")))
        return tuple(round(side, 9) for side in grid.bounds), grid.height, grid.width, grid.crs.to_wkt()
