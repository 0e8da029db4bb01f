"""Forest of the year 2000 and its loss, from rasters of tree cover and of the year of loss, read block by block."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from rasterio.enums import MaskFlags

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
#: Greatest tree cover, per cent.
_FULL_COVER: Final = 100
#: Tiles may overlap by this part of a cell, and all of them cover a territory by this share more than its area.
_ROUNDING: Final = 0.01


def tabulate_forest(
    covers: Sequence[str], losses: Sequence[str], territories: gpd.GeoDataFrame, *, threshold_percent: float = 30.0
) -> tuple[pd.DataFrame, list[Check]]:
    """Measure the forest of 2000 and what was lost of it each year.

    Parameters
    ----------
    covers : sequence of path-like
        Tiles of tree cover in 2000, per cent; no data where they declare it.
    losses : sequence of path-like
        As many tiles on the same grids, in any order: year of the loss, counted from 2000 or by the calendar; 0 where
        there was none.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    threshold_percent : float, default 30
        From this tree cover on a cell was forest.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``area_ha``, ``mapped_ha``, sorted: for 2000 the forest (0 where there was
        none), for each later year what was lost in it, of cells that were forest, and in each row the area of all
        cells with data; without rows for territories outside the tiles.
    checks : list of Check
        Territories with cells without data, and the totals.

    Raises
    ------
    InputError
        If a tile has no partner on its grid, tiles overlap, a tree cover is not from 0 to 100 or nowhere above 1, or a
        year of loss is none from 2001 to this one.

    Notes
    -----
    A declared value of 0 for no data is taken for what it says in both rasters: no trees, no loss.

    Cells count by the exact share of them that lies in a territory, with their areas on the ellipsoid. The definition
    is that of Hansen et al. (2013), doi:10.1126/science.1244693; plantations count as forest there.
    """
    rows, greatest = zip(
        *(_tile(*pair, territories, threshold_percent) for pair in pair_tiles(covers, losses)), strict=True
    )
    _refuse_shares(covers, max(greatest))
    areas = pd.concat(rows).groupby(level=0).sum().reindex(territories["territory_id"], fill_value=0.0)
    areas = areas.fillna(0.0)
    whole = pd.Series(geodesic_area_km2(territories.to_crs(4326).geometry.to_numpy()) * HA_PER_KM2, areas.index)
    known = areas.sum(axis=1)
    if (twice := known > (1 + _ROUNDING) * whole).any():
        got = f"tiles that cover {known[twice].iloc[0]:,.0f} ha of territory {twice.idxmax()}"
        raise _overlap(covers, f"{got}, which has {whole[twice].iloc[0]:,.0f} ha")
    forest = areas.drop(columns=0, errors="ignore")
    lost = forest.drop(columns=1, errors="ignore")
    table = lost.rename(columns=lambda code: FIRST_YEAR + int(code) - 1)
    table.insert(0, FIRST_YEAR, forest.sum(axis=1))
    long = table[known > 0].rename_axis("territory_id").reset_index()
    long = long.melt("territory_id", var_name="year", value_name="area_ha")
    long = long.astype({"territory_id": "str", "year": "int64", "area_ha": "float64"})
    long["mapped_ha"] = known.reindex(long["territory_id"]).to_numpy(float)
    long = long.sort_values(["territory_id", "year"], ignore_index=True)
    total = forest.to_numpy().sum()
    message = f"{total:,.0f} ha were forest in {FIRST_YEAR} ({threshold_percent:g} % tree cover or more), of which "
    message += f"{lost.to_numpy().sum():,.0f} ha were lost by {max(long['year'], default=FIRST_YEAR)}."
    check = Check("forest_loss", "info", float(lost.to_numpy().sum() / total) if total else None, "", message)
    return long, [check, data_check((known / whole).clip(upper=1.0), name="forest")]


def pair_tiles(covers: Sequence[str], losses: Sequence[str]) -> list[tuple[Raster, Raster]]:
    """Put tiles of one grid together.

    Parameters
    ----------
    covers, losses : sequence of path-like
        Tiles of tree cover and of the years of loss.

    Returns
    -------
    list of (Raster, Raster)
        Tree cover and years of loss of each grid, sorted.

    Raises
    ------
    InputError
        If a tile has no partner on its grid, or tiles of one kind overlap.
    """
    by_grid: list[dict[_Grid, Raster]] = []
    for paths in (covers, losses):
        tiles = [_opened(path) for path in paths]
        for (one, first), (other, second) in combinations(tiles, 2):
            if one.overlaps(other):
                raise _overlap([str(second.path)], f"a tile that overlaps {first.path}")
        by_grid.append(dict(tiles))
    if odd := sorted(by_grid[0].keys() ^ by_grid[1].keys()):
        lone = [str(tiles[grid].path) for grid in odd for tiles in by_grid if grid in tiles]
        raise InputError(
            f"forest_loss: {lone[0]}", got="a tile without a partner on its grid",
            expected="for each tile of tree cover one with the years of loss, of the same corners and cells",
            remedy="Cut both kinds of raster in the same way.",
        )  # fmt: skip
    return [(by_grid[0][grid], by_grid[1][grid]) for grid in sorted(by_grid[0])]


def _overlap(paths: Sequence[str], got: str) -> InputError:
    return InputError(f"forest_loss: {paths[0]}", got=got, expected="tiles that lie beside each other",
                      remedy="Give each place once: join tiles that overlap into one file.")  # fmt: skip


class _Forest(Band):
    """0 where there was no forest, 1 where it stands, 1 + n where it was lost in the n-th year; NaN without data."""

    def __init__(self, cover: OpenRaster, loss: OpenRaster, threshold: float) -> None:
        super().__init__(cover, "forest")
        self.loss, self.threshold, self.greatest = loss, threshold, 0.0

    def classes(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        (cover, has_cover), (years, has_years) = (
            grid.read(row, column, rows, columns) for grid in (self.grid, self.loss)
        )
        _refuse_cover(self.grid.raster, cover[has_cover])
        since = np.where(years > FIRST_YEAR, years - np.float32(FIRST_YEAR), years)
        _refuse_years(self.loss.raster, years[has_years], since[has_years])
        self.greatest = max(self.greatest, float(cover[has_cover].max(initial=0)))
        classes = np.where(cover >= self.threshold, np.float32(1) + since, np.float32(0)).astype(np.float32)
        return np.where(has_cover & has_years, classes, np.float32(np.nan))

    def read_window(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        return self.classes(column, row, columns, rows)


def _refuse_cover(raster: Raster, values: NDArray[Any]) -> None:
    if (wrong := (values < 0) | (values > _FULL_COVER)).any():
        raise InputError(
            f"forest_loss: {raster.path}, values", got=float(values[wrong][0]),
            expected=f"tree cover from 0 to {_FULL_COVER} per cent",
            remedy="If it means no data, say so in the file, for instance with gdal_edit.py -a_nodata.",
        )  # fmt: skip


def _refuse_years(raster: Raster, values: NDArray[Any], since: NDArray[Any]) -> None:
    latest = datetime.now(tz=UTC).year
    if (wrong := (since < 0) | (since > latest - FIRST_YEAR) | (since % 1 != 0)).any():
        raise InputError(
            f"forest_loss: {raster.path}, values", got=float(values[wrong][0]),
            expected=f"0, or a year of loss: 1 to {latest - FIRST_YEAR}, or {FIRST_YEAR + 1} to {latest}",
            remedy="If it means no data, say so in the file, for instance with gdal_edit.py -a_nodata.",
        )  # fmt: skip


def _refuse_shares(covers: Sequence[str], greatest: float) -> None:
    if 0 < greatest <= 1:
        raise InputError(
            f"forest_loss: {covers[0]}, values", got=f"no tree cover above {greatest:g} in the territories",
            expected=f"per cent, from 0 to {_FULL_COVER}",
            remedy="Multiply shares by 100, for instance with gdal_calc.py.",
        )  # fmt: skip


class _ForestAreas(_Forest):
    """The areas in km2 of the cells that have a class."""

    def read_window(self, column: int, row: int, columns: int, rows: int) -> NDArray[Any]:
        is_data = ~np.isnan(self.classes(column, row, columns, rows))
        return np.where(is_data, self.grid.cell_area_km2(row, column, rows, columns), np.nan)


def _tile(cover: Raster, loss: Raster, territories: gpd.GeoDataFrame, threshold: float) -> tuple[pd.DataFrame, float]:
    """Hectares of each class by territory in one pair of tiles, and the greatest tree cover."""
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
    return pd.DataFrame(rows).set_axis(pd.Index(zones["territory_id"])), classes.greatest


class _Grid(NamedTuple):
    """Where the cells of a tile lie."""

    sides: tuple[float, ...]
    height: int
    width: int
    crs: str

    def overlaps(self, other: _Grid) -> bool:
        """Whether the two cover one place, by more than rounding."""
        if self.crs != other.crs:
            return False
        (west, south, east, north), (left, bottom, right, top) = self.sides, other.sides
        across, down = _ROUNDING * (east - west) / self.width, _ROUNDING * (north - south) / self.height
        return min(east, right) - max(west, left) > across and min(north, top) - max(south, bottom) > down


def _opened(path: str) -> tuple[_Grid, Raster]:
    """Find the grid of a tile, and whether it tells which of its cells have no data."""
    with open_raster(Raster(path, nodata="none")) as grid:
        sides = tuple(round(side, 9) for side in grid.bounds)
        flags = grid.dataset.mask_flag_enums[0]
        is_told = MaskFlags.all_valid not in flags and not (MaskFlags.nodata in flags and grid.dataset.nodata == 0)
        where = _Grid(sides, grid.height, grid.width, grid.crs.to_wkt())
    return where, Raster(path, nodata=None if is_told else "none")
