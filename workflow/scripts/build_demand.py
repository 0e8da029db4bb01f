"""Gather people in cells; without a population, take cells by their area."""

from comarca import io, layer_io
from comarca.demand import demand_grid, demand_points
from comarca.demand_raster import demand_from_raster
from comarca.jobs import job
from comarca.rasters import Raster
from comarca.results import Check
from comarca.zonal import balance_check, cover_check


def main(
    *,
    raster: str | None,
    nodata: float | None,
    population: str | None,
    territories: str,
    demand_cell_m: float,
    demand: str,
    checks: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if raster:
        people = Raster(raster, nodata=nodata)
        layer = demand_from_raster(people, area, demand_cell_m=demand_cell_m)
        found = [
            balance_check(people, area, layer["weight"].sum(), name="population"),
            cover_check(people, area, name="population"),
        ]
    elif population:
        layer, found = demand_points(layer_io.read_layer(population, "population"), area, demand_cell_m=demand_cell_m)
    else:
        layer = demand_grid(area, demand_cell_m=demand_cell_m)
        message = "No population is known: means and shares are weighted by area, not by people."
        found = [Check("demand_weights", "warn", "km2", "persons", message)]
    layer_io.write_layer(layer, demand, "demand")
    io.write_checks(found, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            raster=snakemake.input.get("raster"),
            nodata=snakemake.params.nodata,
            population=snakemake.input.get("population"),
            territories=snakemake.input.territories,
            demand_cell_m=snakemake.params.demand_cell_m,
            demand=snakemake.output.demand,
            checks=snakemake.output.checks,
        )
