"""Read the inhabitants of the cities by year and join them to the cities."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.tables.city_population import read_city_population
from comarca.sources.tables.read import layout_of, table_checks


def main(*, table: str, cities: str, source: dict[str, Any], parquet: str, checks: str) -> None:
    layout = layout_of(source)
    found, check = read_city_population(
        table,
        layer_io.read_layer(cities, "cities"),
        population={int(year): column for year, column in source["population"].items()},
        id=source["id"],
        name=source["name"],
        decimal=source["decimal"],
        missing=source["missing"],
        **layout,
    )
    io.write_table(found, parquet)
    io.write_checks([check, *table_checks(table, name="city_population", **layout)], checks)


if "snakemake" in globals():
    run(main, snakemake)
