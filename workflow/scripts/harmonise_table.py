"""Read jobs by sector or firms by size class and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.tables.employment import read_economy_table
from comarca.sources.tables.join import divide_units, join_by_code
from comarca.sources.tables.read import layout_of, table_checks


def main(
    *,
    layer: str,
    table: str,
    territories: str,
    source: dict[str, Any],
    parquet: str,
    checks: str,
    divided: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    layout = layout_of(source)
    options = {key: source[key] for key in ("columns", "decimal", "missing") if source[key]}
    found = read_economy_table(table, name=layer, **options, **layout)
    figures = [name for name in ("jobs", "firms") if name in found]
    found, parts = divide_units(found, divided, figures=figures, name=layer)
    joined, check = join_by_code(found, names, name=layer, codes=source["codes"], repair=source["repair_codes"])
    io.write_table(joined, parquet)
    io.write_checks([check, *parts, *table_checks(table, name=layer, **layout)], checks)


if "snakemake" in globals():
    run(main, snakemake)
