"""Read income, poverty and inequality by year and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.outcomes import read_outcomes


def main(*, table: str, territories: str, source: dict[str, Any], outcomes: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    options = {key: source[key] for key in ("columns", "decimal", "sheet", "skip_rows") if source[key]}
    joined, check = join_by_code(read_outcomes(table, **options), names, name="outcomes", codes=source["codes"])
    io.write_table(joined, outcomes)
    io.write_checks([check], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            territories=snakemake.input.territories,
            source=snakemake.params.source,
            outcomes=snakemake.output.outcomes,
            checks=snakemake.output.checks,
        )
