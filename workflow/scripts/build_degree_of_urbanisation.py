"""Classify cells of 1 km2 by the degree of urbanisation, and look up those that people live in."""

from collections.abc import Sequence

import numpy as np
import shapely

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import population_source
from comarca.population.grid import PopulationGrid, classify_population, gather_points, gather_raster
from comarca.rasters.bands import Raster
from comarca.rasters.grids import cell_middles, cells_of


def people(
    files: dict[str, str], providers: Sequence[str], nodata: float | None, bounds: tuple[float, float, float, float]
) -> PopulationGrid:
    source = population_source(providers, load_layer_receipt(files["receipt"]) if "receipt" in files else None, files)
    if not source:
        return gather_points([], [], [], bounds=bounds)
    if source == "settlements":
        layer = layer_io.read_layer(files[source], "settlements")
        return gather_points(layer.geometry.x, layer.geometry.y, layer["population_persons"], bounds=bounds)
    return gather_raster(Raster(files[source], nodata=nodata if source == "raster" else None), bounds=bounds)


def main(
    *,
    providers: Sequence[str],
    nodata: float | None,
    territories: str,
    demand: str,
    classes: str,
    table: str,
    **files: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    places = people(files, providers, nodata, tuple(area.total_bounds))
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


if "snakemake" in globals():
    run(main, snakemake)
