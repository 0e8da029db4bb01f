"""People of a raster by territory: those of cells on the shore belong to the land part of their cell.

A cell that territories cover in part is on a land border if settled land goes on where the territories end: the cells
beyond hold at least a twentieth as many people as the cut cells around, or many of those farther off are lived in. Else
it is on a shore: the few people whom outlines and models leave at sea are no neighbour. On a shore all of its people
are spread over the covered part; on a land border they are taken by area.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from pyproj import Transformer

from comarca.crs import GEOD, STORAGE
from comarca.rasters.bands import OpenRaster, Raster, open_raster, zones_on
from comarca.rasters.exactextract import Band, ZonalStatistic, extract
from comarca.rasters.zonal import cover_check, data_check
from comarca.results import Check
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

#: How far cut cells look beyond the territories, kilometres, and from where on people are beyond a trace on the shore.
_NEAR_KM: Final = 3.0
_FAR_SHARE: Final = 2 / 3
#: People per cell beyond, over those of cut cells, that make a neighbour.
_SETTLED: Final = 0.05
#: Share of cells far beyond that are lived in, above which there is one too, and the density from which on they are.
_LIVED_IN: Final = 0.1
_LIVED_IN_PER_KM2: Final = 1.0
#: Rows and columns of the raster that are taken at a time: each cell takes some 200 bytes, by zone, place and weight.
_TILE: Final = (512, 2048)
_BALANCE: Final = 1e-6
_LEFT_OUT: Final = 0.01
#: Cells covered to this share count as covered; the rest is rounding.
_WHOLE: Final = 1 - 1e-6


class _Tile(NamedTuple):
    """Inner cells of a window and the margin around it: first row and column, and the window as `OpenRaster.read`."""

    row: int
    column: int
    rows: int
    columns: int
    window: tuple[int, int, int, int]

    def holds(self, row: Integers, column: Integers) -> Booleans:
        """Tell which cells of the raster are inner ones."""
        in_rows = (row >= self.row) & (row < self.row + self.rows)
        return np.asarray(in_rows & (column >= self.column) & (column < self.column + self.columns))


class _People(NamedTuple):
    """People in the cells of a raster, a row per zone and cell with data."""

    zone: Integers
    row: Integers
    column: Integers
    persons: Floats


class _Sums(NamedTuple):
    """Cells with data by zone, and what became of the people of cells that territories cut."""

    measured: Floats
    assigned: float = 0.0
    moved: float = 0.0
    abroad: float = 0.0
    near: float = 0.0

    def plus(self, other: _Sums) -> _Sums:
        """Add up."""
        amounts = (one + more for one, more in zip(self[1:], other[1:], strict=True))
        return _Sums(self.measured + other.measured, *amounts)


def demand_from_raster(
    raster: Raster, territories: gpd.GeoDataFrame, *, demand_cell_m: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Gather the people of a population raster in cells, apart for each territory.

    Parameters
    ----------
    raster : Raster
        Inhabitants per cell, or per km2 if the raster says so. Cells without data hold nobody.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.
    demand_cell_m : float
        Size of the cells that people are gathered in. It is rounded to whole cells of the raster, one at least.

    Returns
    -------
    demand : geopandas.GeoDataFrame
        Layer ``demand``: one row per cell and territory in which somebody lives, EPSG:4326. Persons are the sum of
        the raster's cells, each by the share of it inside the territory, on a shore by the share of its land; the point
        is the mean of their middles, weighted by people. A territory with data in which nobody lives has one row of
        0 persons.
    checks : list of Check
        ``population_raster_balance``, ``population_near_land``, ``population_raster_cover``,
        ``population_raster_data``.

    Raises
    ------
    InputError
        If the raster holds negative values that are not declared as no data, or cannot be measured.
    """
    with open_raster(replace(raster, least=0.0)) as grid:
        zones = zones_on(grid, territories)
        steps, sums = _steps(grid, zones, demand_cell_m), _Sums(np.zeros(len(zones)))
        parts = []
        for tile in chain.from_iterable(_tiles(grid, steps, near_cells := _near_cells(grid, zones))):
            people, more = _people_in(grid, zones, tile, near_cells)
            sums = sums.plus(more)
            parts.append(_demand_cells(grid, tile, people, steps))
        cells, measured = pd.concat(parts, ignore_index=True), sums.measured
        checks = _checks(float(cells["people"].sum()), sums)
        cell_area = grid.cell_width * grid.cell_height
        lon, lat = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(cells["x"], cells["y"])
    owner = zones["territory_id"].to_numpy()[cells["zone"]]
    names = [
        f"r{row:06}c{column:06}-{zone}" for row, column, zone in zip(cells["row"], cells["column"], owner, strict=True)
    ]
    lived_in = gpd.GeoDataFrame(
        {"demand_id": names, "territory_id": owner, "population_persons": cells["people"], "area_km2": np.nan},
        geometry=gpd.points_from_xy(lon, lat),
        crs=STORAGE,
    )
    empty = zones[(measured > 0) & ~np.isin(np.arange(len(zones)), cells["zone"])].to_crs(STORAGE)
    nobody = gpd.GeoDataFrame(
        {
            "demand_id": "empty-" + empty["territory_id"],
            "territory_id": empty["territory_id"],
            "population_persons": 0.0,
            "area_km2": np.nan,
        },
        geometry=shapely.point_on_surface(empty.geometry.to_numpy()),
        crs=STORAGE,
    )
    demand = pd.concat([lived_in, nobody]) if len(nobody) else lived_in
    checks += _cover(raster, territories, zones, measured, cell_area)
    return demand.sort_values("demand_id", ignore_index=True), checks


def people_by_year(rasters: Mapping[int, Raster], territories: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[Check]]:
    """Sum population rasters of several years by territory.

    Parameters
    ----------
    rasters : mapping of int to Raster
        Year -> raster of people; each on a grid of its own, if need be.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.

    Returns
    -------
    people : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``persons``, people on shores as in `demand_from_raster`; NaN where a raster
        has no data in a territory.
    checks : list of Check
        As from `demand_from_raster`, the year in their names.
    """
    tables, checks = [], []
    for year in sorted(rasters):
        with open_raster(replace(rasters[year], least=0.0)) as grid:
            zones = zones_on(grid, territories)
            persons, sums = _people_by_zone(grid, zones)
            remarks = _checks(float(persons.sum()), sums)
            remarks += _cover(rasters[year], territories, zones, sums.measured, grid.cell_width * grid.cell_height)
        persons = np.where(sums.measured > 0, persons, np.nan)
        tables.append(pd.DataFrame({"territory_id": zones["territory_id"], "year": year, "persons": persons}))
        checks += [
            Check(check.name.replace("population", f"population_{year}", 1), *list(check.as_dict().values())[1:])
            for check in remarks
        ]
    return pd.concat(tables, ignore_index=True), checks


def _people_by_zone(grid: OpenRaster, zones: gpd.GeoDataFrame) -> tuple[Floats, _Sums]:
    """People of each zone, added up cell by cell, row by row of the raster, whatever the tiles are."""
    persons, sums = np.zeros(len(zones)), _Sums(np.zeros(len(zones)))
    near_cells = _near_cells(grid, zones)
    for tiles in _tiles(grid, (1, 1), near_cells):
        parts = []
        for tile in tiles:
            people, more = _people_in(grid, zones, tile, near_cells)
            sums = sums.plus(more)
            parts.append(people)
        zone, row, column, found = (np.concatenate(values) for values in zip(*parts, strict=True))
        order = np.lexsort((column, row, zone))
        np.add.at(persons, zone[order], found[order])
    return persons, sums


def _tiles(grid: OpenRaster, steps: tuple[int, int], near_cells: tuple[int, int]) -> Iterator[list[_Tile]]:
    """Cut a raster into tiles of whole demand cells, one row of tiles after the other."""
    rows, columns = (step * max(1, most // step) for step, most in zip(steps, _TILE, strict=True))
    for row in range(0, grid.height, rows):
        yield [
            _tile(grid, (row, min(row + rows, grid.height)), (column, min(column + columns, grid.width)), near_cells)
            for column in range(0, grid.width, columns)
        ]


def _tile(grid: OpenRaster, rows: tuple[int, int], columns: tuple[int, int], near_cells: tuple[int, int]) -> _Tile:
    # The margin holds what is near the inner cells, and what is near that.
    down, right = (2 * reach for reach in near_cells)
    top, bottom = max(0, rows[0] - down), min(grid.height, rows[1] + down)
    left, end = max(0, columns[0] - right), min(grid.width, columns[1] + right)
    window = (top, left, bottom - top, end - left)
    return _Tile(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0], window)


def _cover(
    raster: Raster, territories: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, measured: Floats, cell_area: float
) -> list[Check]:
    """Territories beyond the edge of the raster, and those of whose cells many have no data."""
    share = pd.Series(measured * cell_area / shapely.area(zones.geometry.to_numpy()), zones["territory_id"])
    return [cover_check(raster, territories, name="population"), data_check(share, name="population")]


def _near_cells(grid: OpenRaster, zones: gpd.GeoDataFrame) -> tuple[int, int]:
    """Rows and columns of the raster that `_NEAR_KM` spans, in the middle of the territories."""
    width_m, height_m = _cell_size_m(grid, zones)
    return tuple(max(1, round(_NEAR_KM * M_PER_KM / side)) for side in (height_m, width_m))  # type: ignore[return-value]


def _steps(grid: OpenRaster, zones: gpd.GeoDataFrame, cell_m: float) -> tuple[int, int]:
    """Rows and columns of the raster that make one demand cell, in the middle of the territories."""
    width_m, height_m = _cell_size_m(grid, zones)
    return max(1, round(cell_m / height_m)), max(1, round(cell_m / width_m))


def _cell_size_m(grid: OpenRaster, zones: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = zones.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    to_degrees = Transformer.from_crs(grid.crs, STORAGE, always_xy=True)
    lon, lat = to_degrees.transform([x, x + grid.cell_width, x], [y, y, y + grid.cell_height])
    width_m, height_m = (GEOD.inv(lon[0], lat[0], lon[n], lat[n])[2] for n in (1, 2))
    return float(width_m), float(height_m)


def _people_in(
    grid: OpenRaster, zones: gpd.GeoDataFrame, tile: _Tile, near_cells: tuple[int, int]
) -> tuple[_People, _Sums]:
    """People by zone in the inner cells of a tile."""
    band = Band(grid, "people", tile.window)
    touched = np.sort(zones.sindex.query(shapely.box(*band.extent())))
    measured = np.zeros(len(zones))
    if len(touched) == 0:
        none = np.zeros(0, dtype=np.int64)
        return _People(none, none, none, np.zeros(0)), _Sums(measured)
    people = extract(
        zones.iloc[touched], [ZonalStatistic(name, name, band) for name in ("values", "coverage", "cell_id")]
    )
    values, coverage, cell = (
        np.concatenate([np.empty(0), *people[name]]) for name in ("values", "coverage", "cell_id")
    )
    zone, cell = np.repeat(touched, people["values"].map(len)), cell.astype(np.int64)
    land, sums = _land(grid, tile, cell, coverage, near_cells)
    row, column = np.divmod(cell, tile.window[3])
    row, column = row + tile.window[0], column + tile.window[1]
    has_data = ~np.isnan(values) & tile.holds(row, column)
    np.add.at(measured, zone[has_data], coverage[has_data])
    persons = values * coverage / land.ravel()[cell]
    kept = has_data & (persons > 0)
    return _People(zone[kept], row[kept], column[kept], persons[kept]), sums._replace(measured=measured)


def _demand_cells(grid: OpenRaster, tile: _Tile, people: _People, steps: tuple[int, int]) -> pd.DataFrame:
    """Gather people by zone and demand cell, with the mean place where they live."""
    top, left, rows, columns = tile.window
    y, x = grid.middles(top, left, rows, columns)
    shape = (-(-grid.height // steps[0]), -(-grid.width // steps[1]))
    key = (people.zone * shape[0] + people.row // steps[0]) * shape[1] + people.column // steps[1]
    weight = people.persons
    table = pd.DataFrame({"people": weight, "x": x[people.column - left] * weight, "y": y[people.row - top] * weight})
    cells = table.groupby(key).sum()
    zone_row, column = np.divmod(cells.index.to_numpy(dtype=np.int64), shape[1])
    zone, row = np.divmod(zone_row, shape[0])
    places = {name: (cells[name] / cells["people"]).to_numpy() for name in ("x", "y")}
    return pd.DataFrame({"zone": zone, "row": row, "column": column, "people": cells["people"].to_numpy(), **places})


def _land(
    grid: OpenRaster, tile: _Tile, cell: Integers, coverage: Floats, near_cells: tuple[int, int]
) -> tuple[Floats, _Sums]:
    """Share of each of a window's cells that its people live in, and sums over the inner cells."""
    values, is_data = grid.read(*tile.window)
    people = np.where(is_data, values, 0).astype(float)
    shape = people.shape
    covered: Floats = np.bincount(cell, weights=coverage, minlength=people.size).astype(float).reshape(shape)
    is_cut = (covered > 0) & (covered < _WHOLE)
    is_shore = is_cut.copy()
    if is_cut.any():
        near = _part_around(is_cut, near_cells)
        is_lived_in = people >= _LIVED_IN_PER_KM2 * grid.cell_area_km2(*tile.window)
        part_near = people[near], covered[near], is_cut[near], is_lived_in[near]
        is_shore[is_cut] = ~_is_settled_beyond(*part_near, near_cells)
    size = tuple(2 * reach + 1 for reach in near_cells)
    is_beside = (covered == 0) & (scipy.ndimage.maximum_filter((covered > 0).view(np.uint8), size=size) > 0)
    # Where territories overlap, they share the people of a cell.
    is_shared = covered > 2 - _WHOLE
    land = np.where(is_shore | is_shared, covered, 1.0)
    top, left = tile.row - tile.window[0], tile.column - tile.window[1]
    kept = slice(top, top + tile.rows), slice(left, left + tile.columns)
    people_here, covered_here = people[kept], np.minimum(covered[kept], 1.0)
    part = people_here * (1 - covered_here)
    return land, _Sums(
        measured=np.zeros(0),
        assigned=float((people_here * np.where(is_shore[kept], 1.0, covered_here)).sum()),
        moved=float(part[is_shore[kept]].sum()),
        abroad=float(part[is_cut[kept] & ~is_shore[kept]].sum()),
        near=float(people_here[is_beside[kept]].sum()),
    )


def _part_around(is_cut: Booleans, near_cells: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns that tell on the cut cells: those near them, and those that say which of these are far."""
    rows, columns = np.flatnonzero(is_cut.any(axis=1)), np.flatnonzero(is_cut.any(axis=0))
    down, right = (2 * reach + 1 for reach in near_cells)
    return slice(max(rows[0] - down, 0), rows[-1] + down + 1), slice(
        max(columns[0] - right, 0), columns[-1] + right + 1
    )


def _is_settled_beyond(
    people: Floats, covered: Floats, is_cut: Booleans, is_lived_in: Booleans, near_cells: tuple[int, int]
) -> Booleans:
    """Tell of each cut cell whether land with people goes on, on the side where the territories end."""
    north, south, west, east, around = _boxes_around(is_cut, near_cells)
    inside, is_beyond = _table(np.minimum(covered, 1.0)), covered == 0
    to_south, to_east = _sums(inside, north) - _sums(inside, south), _sums(inside, west) - _sums(inside, east)
    along_row = np.where(to_east > 0, east, west)
    side = np.where(np.abs(to_south) >= np.abs(to_east), np.where(to_south > 0, south, north), along_row)
    beyond = _table(is_beyond)
    side = np.where(_sums(beyond, side) > 0, side, around)
    rim = [2 * max(1, round(_FAR_SHARE * reach)) + 1 for reach in near_cells]
    is_far = is_beyond & (scipy.ndimage.maximum_filter((covered > 0).view(np.uint8), size=rim) == 0)
    persons = _sums(_table(np.where(is_beyond, people, 0.0)), side) / np.maximum(_sums(beyond, side), 1.0)
    cut = _sums(_table(np.where(is_cut, people, 0.0)), around) / _sums(_table(is_cut), around)
    far, lived_in = _sums(_table(is_far), side), _sums(_table(is_far & is_lived_in), side)
    return np.asarray(((persons > 0) & (persons >= _SETTLED * cut)) | (lived_in > _LIVED_IN * far))


def _boxes_around(chosen: Booleans, near_cells: tuple[int, int]) -> list[Integers]:
    """Give the cells to the north, south, west and east of each chosen cell, and all around, as `_sums` takes them."""
    down, right = near_cells
    row, column = np.nonzero(chosen)
    all_rows, all_columns = (-down, down + 1), (-right, right + 1)
    return [
        np.stack([*(row + edge for edge in rows), *(column + edge for edge in columns)])
        for rows, columns in (
            ((-down, 0), all_columns), ((1, down + 1), all_columns), (all_rows, (-right, 0)),
            (all_rows, (1, right + 1)), (all_rows, all_columns),
        )
    ]  # fmt: skip


def _table(values: Floats | Booleans) -> Floats:
    """Sum values over all cells before each row and column."""
    return np.pad(values.cumsum(axis=0, dtype=float).cumsum(axis=1), ((1, 0), (1, 0)))


def _sums(table: Floats, box: Integers) -> Floats:
    """Give the sums over boxes of cells: first row, row after the last, first column, column after the last."""
    top, bottom = np.clip(box[:2], 0, table.shape[0] - 1)
    left, right = np.clip(box[2:], 0, table.shape[1] - 1)
    return np.asarray(table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left])


def _checks(total: float, sums: _Sums) -> list[Check]:
    _, assigned, moved, abroad, near = sums
    error = abs(total - assigned) / max(total, assigned, np.finfo(float).tiny)
    balance = Check(
        name="population_raster_balance",
        status="pass" if error <= _BALANCE else "fail",
        value=error,
        threshold=f"relative difference at most {_BALANCE:g}",
        message=f"The territories hold {total:,.0f} persons together; the raster has {assigned:,.0f} in the cells that"
        f" they cover, {moved:,.0f} of them beyond the outline in cells on the shore, whose people live on the land.",
    )
    left_out = (near + abroad) / max(total + near + abroad, np.finfo(float).tiny)
    near_land = Check(
        name="population_near_land",
        status="warn" if left_out > _LEFT_OUT else "pass",
        value=left_out,
        threshold=f"at most {_LEFT_OUT:.0%} of the people near the territories",
        message=f"{near:,.0f} persons live within {_NEAR_KM:g} km of the territories in cells that they do not touch,"
        f" and {abroad:,.0f} beyond the outline in cells on a land border. They belong to a neighbour, or the outline"
        " is too narrow.",
    )
    return [balance, near_land]
