"""Demand points: where the people are whose access is measured, one point per cell and territory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from comarca.crs import STORAGE, equal_area_crs, geodesic_area_km2, region_bounds
from comarca.layers.schemas import validate_layer
from comarca.polygons import territory_of
from comarca.results import Check

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS


#: Weight in mean positions of a point that nobody lives at; too little to move the mean of its neighbours.
_EMPTY_PULL: Final = 1e-9


def demand_points(
    population: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, demand_cell_m: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Gather people into one point per cell and territory.

    Parameters
    ----------
    population : geopandas.GeoDataFrame
        Schema `SETTLEMENTS`.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    demand_cell_m : float
        Side of a cell in metres, in the region's equal-area system.

    Returns
    -------
    demand : geopandas.GeoDataFrame
        Schema `DEMAND`, with persons. A point lies at the mean position of the cell's people.
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
    # Points where nobody lives are kept: they tell an empty territory from an unknown one.
    pull = np.where(persons > 0, persons, _EMPTY_PULL)
    frame = pd.DataFrame(
        {
            "territory": territory,
            "column": np.floor(np.asarray(east) / demand_cell_m).astype(np.int64),
            "row": np.floor(np.asarray(north) / demand_cell_m).astype(np.int64),
            "persons": persons,
            "pull": pull,
            "east": east * pull,
            "north": north * pull,
        }
    )
    used = frame[frame["territory"] >= 0]
    cells = used.groupby(["territory", "column", "row"], as_index=False).sum()
    lon, lat = _transformer(plane, STORAGE).transform(cells["east"] / cells["pull"], cells["north"] / cells["pull"])
    demand = _demand(cells, territories, shapely.points(lon, lat), persons=cells["persons"].to_numpy())
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
        Schema `DEMAND`, with areas in place of persons: one point inside each piece of a cell in a territory.
    """
    _require_positive(demand_cell_m)
    plane = _plane(territories)
    shapes = territories.geometry.to_crs(plane).to_numpy()
    cells = pd.concat(
        [_cells(shape, demand_cell_m).assign(territory=row) for row, shape in enumerate(shapes)], ignore_index=True
    )
    pieces = gpd.GeoSeries(cells["piece"].to_numpy(), crs=plane).to_crs(STORAGE).to_numpy()
    return _demand(cells, territories, shapely.point_on_surface(pieces), area_km2=geodesic_area_km2(pieces))


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
    cells: pd.DataFrame,
    territories: gpd.GeoDataFrame,
    points: NDArray[np.object_],
    *,
    persons: NDArray[np.float64] | float = np.nan,
    area_km2: NDArray[np.float64] | float = np.nan,
) -> gpd.GeoDataFrame:
    territory_id = pd.Series(territories["territory_id"].to_numpy()[cells["territory"].to_numpy()], dtype="str")
    number = cells["column"].astype("str") + ":" + cells["row"].astype("str")
    demand = gpd.GeoDataFrame(
        {
            "demand_id": territory_id + ":" + number.to_numpy(),
            "territory_id": territory_id,
            "population_persons": persons,
            "area_km2": area_km2,
        },
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
        message=f"{lost:,.0f} of {total:,.0f} persons are outside all territories and are left out.",
    )


def _plane(territories: gpd.GeoDataFrame) -> CRS:
    return equal_area_crs(region_bounds(territories.geometry))


def _transformer(source: Any, target: Any) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _require_positive(demand_cell_m: float) -> None:
    if not demand_cell_m > 0:
        raise ValueError(f"demand_cell_m is {demand_cell_m}, but has to be above 0")
