"""Gather people in cells; without a population, take cells by their area."""

from collections.abc import Sequence

from comarca import io
from comarca.errors import InputError
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import population_source
from comarca.population.demand import demand_grid, demand_points
from comarca.population.raster import demand_from_raster
from comarca.rasters.bands import Raster
from comarca.rasters.engines import engines_check
from comarca.results import Check


def main(
    *,
    providers: Sequence[str],
    nodata: float | None,
    territories: str,
    demand_cell_m: float,
    demand: str,
    checks: str,
    **files: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    source = population_source(providers, load_layer_receipt(files["receipt"]) if "receipt" in files else None, files)
    if not source:
        layer = demand_grid(area, demand_cell_m=demand_cell_m)
        message = "No population is known: means and shares are weighted by area, not by people."
        found = [Check("demand_weights", "warn", "km2", "persons", message)]
    elif source == "settlements":
        settlements = layer_io.read_layer(files[source], "settlements")
        layer, found = demand_points(settlements, area, demand_cell_m=demand_cell_m)
    else:
        people = Raster(files[source], nodata=nodata if source == "raster" else None)
        layer, found = demand_from_raster(people, area, demand_cell_m=demand_cell_m)
        found.append(
            engines_check(people, area, layer.groupby("territory_id")["population_persons"].sum(), name="population")
        )
        if layer.empty:
            raise InputError(
                f"population, {people.path}", got="nobody inside the territories",
                expected="a raster of the people who live there",
                remedy="Check that it covers the region, or take another population.provider (`none` weighs by area).",
            )  # fmt: skip
    layer_io.write_layer(layer, demand, "demand")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
