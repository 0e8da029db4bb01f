"""Gather people in cells; without a population, take cells by their area."""

from collections.abc import Sequence
from typing import Any

from comarca import io
from comarca.errors import InputError
from comarca.fetch.receipts import load_layer_receipt
from comarca.fetch.tiles import one_raster
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.plan.ladders import population_source
from comarca.population.demand import demand_grid, demand_points
from comarca.population.plausibility import plausibility_check
from comarca.population.raster import demand_from_raster
from comarca.population.totals import scale_to_totals
from comarca.rasters.bands import Raster, open_dataset
from comarca.rasters.engines import engines_check
from comarca.rasters.extent import require_extent
from comarca.registry.countries import country
from comarca.results import Check
from comarca.sources.tables.totals import latest_totals, read_totals


def main(
    *,
    providers: Sequence[str],
    raster_options: dict[str, Any],
    census: dict[str, Any] | None,
    country_code: str,
    territories: str,
    demand_cell_m: float,
    demand: str,
    checks: str,
    cities: str | None = None,
    totals: str | None = None,
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
        with one_raster(files["raster"] if source == "raster" else None, files.get("receipt")) as path:
            people = Raster(path, **(raster_options if source == "raster" else {}))
            with open_dataset(people.path) as raster:
                require_extent(raster, area)
            layer, found = demand_from_raster(people, area, demand_cell_m=demand_cell_m)
            persons = layer.groupby("territory_id")["population_persons"].sum()
            found.append(engines_check(people, area, persons, name="population"))
        if layer.empty:
            raise InputError(
                f"population, {people.path}", got="nobody inside the territories",
                expected="a raster of the people who live there",
                remedy="Check that it covers the region, or take another population.provider (`none` weighs by area).",
            )  # fmt: skip
        if census and totals:
            names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
            table, join = read_totals(totals, names, **census)
            layer, _, scaled = scale_to_totals(layer, latest_totals(table), territories=area)
            found += [join, *scaled]
    if source and cities:
        known = layer_io.read_layer(cities, "cities")
        persons = float(layer["population_persons"].sum())
        found.append(plausibility_check(persons, territories=area, cities=known, country=country(country_code)))
    layer_io.write_layer(layer, demand, "demand")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
