"""Demand points: where the people are whose access is measured, one point per cell and territory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from comarca.crs import GEOD, STORAGE, equal_area_crs, geodesic_area_km2
from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.polygons import territory_of
from comarca.rasters.bands import BLOCK_CELLS, OpenRaster, Raster, open_raster
from comarca.rasters.exactextract import Band, ZonalStatistic, extract
from comarca.rasters.zonal import zones_on
from comarca.results import Check

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS


#: Weight in mean positions of a place that nobody lives at; too little to move people beside it.
_EMPTY_PULL: Final = 1e-9


def demand_points(
    population: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, demand_cell_m: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Gather people into one point per cell and territory.

    Parameters
    ----------
    population : geopandas.GeoDataFrame
        Schema `POPULATION`.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    demand_cell_m : float
        Side of a cell in metres, in the region's equal-area system.

    Returns
    -------
    demand : geopandas.GeoDataFrame
        Schema `DEMAND`, weight in persons. A point stands at the mean position of the cell's people.
    checks : list of Check
        ``demand_outside_territories``: persons that are in none.

    Notes
    -----
    Moves people by less than the diagonal of a cell. People on a border count for the first territory that touches
    it, in the order of the ids.
    """
    _require_positive(demand_cell_m)
    plane = _plane(territories)
    territory = territory_of(population.geometry.to_numpy(), territories)
    persons = population["population_persons"].to_numpy()
    east, north = _transformer(STORAGE, plane).transform(population.geometry.x, population.geometry.y)
    # Places known to have nobody are kept: they tell an empty territory from an unknown one.
    pull = np.where(persons > 0, persons, _EMPTY_PULL)
    frame = pd.DataFrame(
        {
            "territory": territory,
            "column": np.floor(np.asarray(east) / demand_cell_m).astype(np.int64),
            "row": np.floor(np.asarray(north) / demand_cell_m).astype(np.int64),
            "weight": persons,
            "pull": pull,
            "east": east * pull,
            "north": north * pull,
        }
    )
    used = frame[frame["territory"] >= 0]
    cells = used.groupby(["territory", "column", "row"], as_index=False).sum()
    lon, lat = _transformer(plane, STORAGE).transform(cells["east"] / cells["pull"], cells["north"] / cells["pull"])
    demand = _demand(cells, territories, cells["weight"].to_numpy(), shapely.points(lon, lat))
    return demand, [_outside(persons, territory)]


def demand_grid(territories: gpd.GeoDataFrame, *, demand_cell_m: float) -> gpd.GeoDataFrame:
    """Cover the territories with cells weighted by area, where no population is known.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    demand_cell_m : float
        Side of a cell in metres, in the region's equal-area system.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `DEMAND`, weight in km2: one point inside each piece of a cell in a territory.
    """
    _require_positive(demand_cell_m)
    plane = _plane(territories)
    shapes = territories.geometry.to_crs(plane).to_numpy()
    cells = pd.concat(
        [_cells(shape, demand_cell_m).assign(territory=row) for row, shape in enumerate(shapes)], ignore_index=True
    )
    pieces = gpd.GeoSeries(cells["piece"].to_numpy(), crs=plane).to_crs(STORAGE).to_numpy()
    return _demand(cells, territories, geodesic_area_km2(pieces), shapely.point_on_surface(pieces))


def _cells(shape: shapely.Geometry, side: float) -> pd.DataFrame:
    """Pieces of grid cells inside a shape in the plane, with their column and row."""
    west, south, east, north = shapely.bounds(shape)
    columns = np.arange(np.floor(west / side), np.ceil(east / side), dtype=np.int64)
    rows = np.arange(np.floor(south / side), np.ceil(north / side), dtype=np.int64)
    column, row = (each.ravel() for each in np.meshgrid(columns, rows))
    boxes = shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side)
    shapely.prepare(shape)
    is_met = shapely.intersects(shape, boxes)
    column, row, pieces = column[is_met], row[is_met], boxes[is_met]
    is_cut = ~shapely.contains(shape, pieces)
    pieces[is_cut] = shapely.intersection(pieces[is_cut], shape)
    has_area = shapely.area(pieces) > 0
    return pd.DataFrame({"column": column[has_area], "row": row[has_area], "piece": pieces[has_area]})


def _demand(
    cells: pd.DataFrame, territories: gpd.GeoDataFrame, weight: NDArray[np.float64], points: NDArray[np.object_]
) -> gpd.GeoDataFrame:
    territory_id = pd.Series(territories["territory_id"].to_numpy()[cells["territory"].to_numpy()], dtype="str")
    number = cells["column"].astype("str") + ":" + cells["row"].astype("str")
    demand = gpd.GeoDataFrame(
        {"demand_id": territory_id + ":" + number.to_numpy(), "territory_id": territory_id, "weight": weight},
        geometry=points,
        crs=STORAGE,
    )
    return validate_layer(demand, "demand")


def _outside(persons: NDArray[np.float64], territory: NDArray[np.intp]) -> Check:
    lost, total = float(persons[territory < 0].sum()), float(persons.sum())
    return Check(
        name="demand_outside_territories",
        status="warn" if lost > 0 else "pass",
        value=lost,
        threshold="0",
        message=f"{lost:,.0f} of {total:,.0f} persons stand outside all territories and are left out.",
    )


def _plane(territories: gpd.GeoDataFrame) -> CRS:
    west, south, east, north = (float(each) for each in territories.total_bounds)
    return equal_area_crs((west, south, east, north))


def _transformer(source: Any, target: Any) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _require_positive(demand_cell_m: float) -> None:
    if not demand_cell_m > 0:
        raise ValueError(f"demand_cell_m is {demand_cell_m}, but has to be above 0")


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
    found = extract(zones.iloc[near], [ZonalStatistic(name, name, band) for name in ("values", "coverage", "cell_id")])
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
