"""Gather what products say on the region and its columns; date each column by the sources that it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.plan.years import column_inputs, column_years, year_of, year_of_people
from comarca.publish.describe import describe
from comarca.registry.columns import Column


def main(
    *,
    osm_layers: Sequence[str],
    population_year: int | None,
    columns: list[dict[str, Any]],
    family_layers: Mapping[str, Sequence[str]],
    texts: Mapping[str, Any],
    described: str,
    osm: str | None = None,
    receipt: str | None = None,
    **tables: str,
) -> None:
    extract = year_of(io.read_json(osm)["timestamp"]) if osm else None
    years: dict[str, int | None] = dict.fromkeys(osm_layers, extract)
    if "population" not in years:
        people = load_layer_receipt(receipt) if receipt else None
        years["population"] = year_of_people(people, configured=population_year, extract=extract)
    for layer, path in tables.items():
        table = io.read_table(path)
        years[layer] = int(table["year"].fillna(0).max()) if len(table) and "year" in table else None
    entries = [Column(**column) for column in columns]
    dated = column_years(entries, family_layers, {layer: year for layer, year in years.items() if year})
    inputs = column_inputs(entries, family_layers, [*osm_layers, "osm"])
    io.write_json(describe(entries, years=dated, inputs=inputs, **texts), described)


if "snakemake" in globals():
    run(main, snakemake)
