"""People of a raster by territory: those of cells on the shore belong to the land part of their cell.

A cell that territories cover in part is on a land border if settled land goes on where the territories end: the cells
beyond hold at least a twentieth as many people as the cut cells around, or many of those farther off are lived in. Else
it is on a shore: the few people whom outlines and models leave at sea are no neighbour. On a shore all of its people
are spread over the covered part; on a land border they are taken by area.
"""

from __future__ import annotations

from dataclasses import replace
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
    from collections.abc import Mapping

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
#: Cells of the raster that are taken at a time: each takes some 200 bytes, by zone, place and weight.
_STRIP_CELLS: Final = 1_000_000
_BALANCE: Final = 1e-6
_LEFT_OUT: Final = 0.01
#: Cells covered to this share count as covered; the rest is rounding.
_WHOLE: Final = 1 - 1e-6
_COLUMNS: Final = ("zone", "row", "column", "people", "x", "y")


class _Strip(NamedTuple):
    """People of some rows of a raster: by zone and cell, and what became of the cells that territories cut."""

    cells: pd.DataFrame
    measured: Floats
    assigned: float
    moved: float
    abroad: float
    near: float


class _Gathered(NamedTuple):
    """People by zone and demand cell, cells with data by zone, and the checks made on the way."""

    cells: pd.DataFrame
    measured: Floats
    checks: list[Check]


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
        cells, measured, checks = _gather(grid, zones, _steps(grid, zones, demand_cell_m))
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
            cells, measured, remarks = _gather(grid, zones, (1, 1))
            remarks += _cover(rasters[year], territories, zones, measured, grid.cell_width * grid.cell_height)
        persons = np.bincount(cells["zone"], weights=cells["people"], minlength=len(zones))
        persons = np.where(measured > 0, persons, np.nan)
        tables.append(pd.DataFrame({"territory_id": zones["territory_id"], "year": year, "persons": persons}))
        checks += [
            Check(check.name.replace("population", f"population_{year}", 1), *list(check.as_dict().values())[1:])
            for check in remarks
        ]
    return pd.concat(tables, ignore_index=True), checks


def _gather(grid: OpenRaster, zones: gpd.GeoDataFrame, steps: tuple[int, int]) -> _Gathered:
    near = _near_cells(grid, zones)
    rows = steps[0] * max(1, _STRIP_CELLS // (grid.width * steps[0]))
    strips = [
        _strip(grid, zones, first, min(rows, grid.height - first), steps, near) for first in range(0, grid.height, rows)
    ]
    cells = pd.concat([strip.cells for strip in strips], ignore_index=True)
    cells = cells.astype({"zone": int, "row": int, "column": int})
    measured = np.sum([strip.measured for strip in strips], axis=0)
    sums = {name: sum(getattr(strip, name) for strip in strips) for name in ("assigned", "moved", "abroad", "near")}
    return _Gathered(cells, measured, _checks(float(cells["people"].sum()), **sums))


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


def _strip(
    grid: OpenRaster,
    zones: gpd.GeoDataFrame,
    first_row: int,
    rows: int,
    steps: tuple[int, int],
    near_cells: tuple[int, int],
) -> _Strip:
    """People by zone and demand cell in a strip of rows, with the mean place where they live."""
    # What is near a row, and what is near that.
    margin = 2 * near_cells[0]
    top, bottom = max(0, first_row - margin), min(grid.height, first_row + rows + margin)
    band = Band(grid, "people", first_row=top, rows=bottom - top)
    touched = np.sort(zones.sindex.query(shapely.box(*band.extent())))
    measured = np.zeros(len(zones))
    if len(touched) == 0:
        return _Strip(pd.DataFrame(columns=_COLUMNS, dtype=float), measured, 0.0, 0.0, 0.0, 0.0)
    people = extract(
        zones.iloc[touched], [ZonalStatistic(name, name, band) for name in ("values", "coverage", "cell_id")]
    )
    values, coverage, cell = (
        np.concatenate([np.empty(0), *people[name]]) for name in ("values", "coverage", "cell_id")
    )
    zone, cell = np.repeat(touched, people["values"].map(len)), cell.astype(np.int64)
    land, sums = _land(grid, top, bottom - top, cell, coverage, near_cells, (first_row - top, rows))
    row, column = np.divmod(cell, grid.width)
    is_inside = ~np.isnan(values) & (row >= first_row - top) & (row < first_row - top + rows)
    values, coverage, zone, cell, row, column = (
        each[is_inside] for each in (values, coverage, zone, cell, row + top, column)
    )
    np.add.at(measured, zone, coverage)
    weight = values * coverage / land.ravel()[cell]
    y, x = grid.middles(top, 0, bottom - top, grid.width)
    table = pd.DataFrame(
        {"zone": zone, "row": row // steps[0], "column": column // steps[1], "people": weight,
         "x": x[column] * weight, "y": y[row - top] * weight}
    )  # fmt: skip
    cells = table[weight > 0].groupby(["zone", "row", "column"], as_index=False).sum()
    cells = cells.assign(x=cells["x"] / cells["people"], y=cells["y"] / cells["people"])
    return _Strip(cells, measured, **sums)


def _land(
    grid: OpenRaster,
    top: int,
    rows: int,
    cell: NDArray[np.int64],
    coverage: Floats,
    near_cells: tuple[int, int],
    inner: tuple[int, int],
) -> tuple[Floats, dict[str, float]]:
    """Share of each of a window's cells that its people live in, and sums over its inner rows."""
    values, is_data = grid.read(top, 0, rows, grid.width)
    people = np.where(is_data, values, 0).astype(float)
    shape = people.shape
    covered: Floats = np.bincount(cell, weights=coverage, minlength=people.size).astype(float).reshape(shape)
    is_cut = (covered > 0) & (covered < _WHOLE)
    is_shore = is_cut.copy()
    is_lived_in = people >= _LIVED_IN_PER_KM2 * grid.cell_area_km2(top, 0, rows, grid.width)
    is_shore[is_cut] = ~_is_settled_beyond(people, covered, is_cut, is_lived_in, near_cells)
    window = tuple(2 * reach + 1 for reach in near_cells)
    is_beside = (covered == 0) & (scipy.ndimage.maximum_filter((covered > 0).view(np.uint8), size=window) > 0)
    # Where territories overlap, they share the people of a cell.
    is_shared = covered > 2 - _WHOLE
    land = np.where(is_shore | is_shared, covered, 1.0)
    kept = slice(inner[0], sum(inner))
    people_here, covered_here = people[kept], np.minimum(covered[kept], 1.0)
    part = people_here * (1 - covered_here)
    sums = {
        "assigned": float((people_here * np.where(is_shore[kept], 1.0, covered_here)).sum()),
        "moved": float(part[is_shore[kept]].sum()),
        "abroad": float(part[is_cut[kept] & ~is_shore[kept]].sum()),
        "near": float(people_here[is_beside[kept]].sum()),
    }
    return land, sums


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


def _checks(total: float, *, assigned: float, moved: float, abroad: float, near: float) -> list[Check]:
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
