"""Classify cells of 1 km2 by the degree of urbanisation, and look up those that people live in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from comarca import io
from comarca.crs import region_bounds
from comarca.fetch.receipts import load_layer_receipt
from comarca.fetch.tiles import one_raster
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import population_source
from comarca.population.grid import classify_population, gather_points, gather_raster
from comarca.population.raster import demand_from_raster
from comarca.population.totals import factor_at, scale_to_totals
from comarca.population.urban_places import conurbation_check, urban_places
from comarca.rasters.bands import Raster
from comarca.rasters.grids import cell_middles, cells_of
from comarca.sources.tables.totals import latest_totals, read_totals


def main(
    *,
    providers: Sequence[str],
    raster_options: dict[str, Any],
    census: dict[str, Any] | None,
    demand_cell_m: float,
    territories: str,
    demand: str,
    classes: str,
    table: str,
    population_quarters: str,
    checks: str,
    cities: str | None = None,
    totals: str | None = None,
    **files: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    source = population_source(providers, load_layer_receipt(files["receipt"]) if "receipt" in files else None, files)
    bounds = region_bounds(area.geometry)
    if not source:
        places = gather_points([], [], [], bounds=bounds, with_quarters=True)
    elif source == "settlements":
        layer = layer_io.read_layer(files[source], "settlements")
        places = gather_points(
            layer.geometry.x, layer.geometry.y, layer["population_persons"], bounds=bounds, with_quarters=True
        )
    else:
        with one_raster(files["raster"] if source == "raster" else None, files.get("receipt")) as path:
            people = Raster(path, **(raster_options if source == "raster" else {}))
            factor = None
            if census and totals:
                names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
                table_of_totals, _ = read_totals(totals, names, **census)
                before, _ = demand_from_raster(people, area, demand_cell_m=demand_cell_m)
                _, scale, _ = scale_to_totals(before, latest_totals(table_of_totals), territories=area)
                factor = factor_at(scale, area)
            places = gather_raster(people, bounds=bounds, factor=factor, with_quarters=True)
    points = layer_io.read_layer(demand, "demand")
    found, by_point = classify_population(places, points.geometry.x, points.geometry.y)
    outline = area.union_all()
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, *cell_middles(places.grid))
    # Cells that people of the territories live in count, also where their middle is at sea.
    cell, _, _ = cells_of(places.grid, points.geometry.x.to_numpy(), points.geometry.y.to_numpy())
    inside[cell[cell >= 0]] = True
    layer_io.write_raster(
        np.where(inside.reshape(places.grid.shape), found.cell_class, 0).astype(np.uint8), classes,
        crs=places.grid.crs, transform=places.grid.transform, nodata=0, unit="",
        description="degree of urbanisation: 3 urban centre, 2 urban cluster, 1 rural",
    )  # fmt: skip
    io.write_table(by_point.set_index(points["demand_id"]), table)
    io.write_arrays(places.to_arrays(), population_quarters)
    checked = []
    if cities and source:
        outlines = urban_places(places, found)
        checked.append(conurbation_check(outlines, layer_io.read_layer(cities, "cities"), cell_m=places.grid.cell_m))
    io.write_checks(checked, checks)


if "snakemake" in globals():
    run(main, snakemake)
