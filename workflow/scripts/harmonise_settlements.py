"""Spread the population of places over their buildings and the people of a census over places and land."""

from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.layers.schemas import empty_layer
from comarca.population.settlements import settlement_population
from comarca.population.totals import spread_totals
from comarca.sources.tables.totals import latest_totals, read_totals


def main(
    *,
    settlements: str,
    checks: str,
    census: dict[str, Any] | None,
    territories: str,
    cities: str | None = None,
    receipt: str | None = None,
    totals: str | None = None,
    **layers: str,
) -> None:
    if receipt and load_layer_receipt(receipt).provider != "settlements":
        layer_io.write_layer(empty_layer("settlements"), settlements, "settlements")
        io.write_checks([], checks)
        return
    area = layer_io.read_layer(territories, "territories")
    layer, found = None, []
    if cities:
        known = {name: layer_io.read_layer(path, name) for name, path in layers.items()}
        layer, found = settlement_population(territories=area, cities=layer_io.read_layer(cities, "cities"), **known)
    if census and totals:
        names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
        table, join = read_totals(totals, names, **census)
        layer, spread = spread_totals(latest_totals(table), territories=area, settlements=layer)
        found = [check for check in found if check.name == "population_sections"] + [join, *spread]
    layer_io.write_layer(layer, settlements, "settlements")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
