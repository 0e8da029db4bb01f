"""Read income, poverty and inequality by year and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.outcomes import read_outcomes
from comarca.sources.tables.read import layout_of, table_checks


def main(*, table: str, territories: str, source: dict[str, Any], outcomes: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    layout = layout_of(source)
    options = {key: source[key] for key in ("columns", "decimal", "missing") if source[key]}
    joined, check = join_by_code(
        read_outcomes(table, **options, **layout),
        names,
        name="outcomes",
        codes=source["codes"],
        repair=source["repair_codes"],
    )
    io.write_table(joined, outcomes)
    io.write_checks([check, *table_checks(table, name="outcomes", **layout)], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            territories=snakemake.input.territories,
            source=snakemake.params.source,
            outcomes=snakemake.output.outcomes,
            checks=snakemake.output.checks,
        )
