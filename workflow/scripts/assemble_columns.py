"""Gather what products say on the region and its columns; date each column by the sources that it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import job
from comarca.plan.years import column_years, population_year, year_of
from comarca.publish.describe import describe
from comarca.registry.columns import Column


def main(
    *,
    osm_header: str | None,
    osm_layers: Sequence[str],
    population: str | None,
    configured_year: int | None,
    tables: Mapping[str, str],
    columns: list[dict[str, Any]],
    family_layers: Mapping[str, Sequence[str]],
    region: Mapping[str, Any],
    output: str,
) -> None:
    extract = year_of(io.read_json(osm_header)["timestamp"]) if osm_header else None
    years: dict[str, int | None] = dict.fromkeys(osm_layers, extract)
    if "population" not in years:
        receipt = load_layer_receipt(population) if population else None
        years["population"] = population_year(receipt, configured=configured_year, extract=extract)
    for layer, path in tables.items():
        table = io.read_table(path)
        years[layer] = int(table["year"].fillna(0).max()) if len(table) and "year" in table else None
    entries = [Column(**column) for column in columns]
    dated = column_years(entries, family_layers, {layer: year for layer, year in years.items() if year})
    io.write_json(describe(entries, years=dated, **region), output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            osm_header=snakemake.input.get("osm_header"),
            osm_layers=snakemake.params.osm_layers,
            population=snakemake.input.get("receipt"),
            configured_year=snakemake.params.population_year,
            tables={name: snakemake.input[name] for name in snakemake.params.tables},
            columns=snakemake.params.columns,
            family_layers=snakemake.params.family_layers,
            region=snakemake.params.region,
            output=snakemake.output.columns,
        )
