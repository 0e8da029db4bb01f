"""Read a national input-output table."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.sources.tables.input_output import read_input_output
from comarca.sources.tables.read import layout_of, table_checks


def main(*, table: str, source: dict[str, Any], parquet: str, checks: str) -> None:
    layout = layout_of(source)
    options = {key: source[key] for key in ("columns", "decimal", "missing") if source[key]}
    found, check = read_input_output(table, **options, **layout)
    io.write_table(found, parquet)
    io.write_checks([check, *table_checks(table, name="input_output", **layout)], checks)


if "snakemake" in globals():
    run(main, snakemake)
