"""Gather all checks of a run into quality.json and quality.md."""

from typing import Any

from comarca import io, layer_io
from comarca.jobs import job
from comarca.quality import NotComputed, quality_markdown, quality_report, table_checks
from comarca.registry import Column


def main(
    *,
    region: str,
    checks: list[str],
    table: str,
    flags: str,
    territories: str,
    columns: list[dict[str, Any]],
    not_computed: list[dict[str, Any]],
    json: str,
    markdown: str,
) -> None:
    found = [check for path in checks for check in io.read_checks(path)]
    found += table_checks(
        io.read_table(table),
        io.read_table(flags),
        [Column(**column) for column in columns],
        territories=layer_io.read_layer(territories, "territories"),
    )
    report = quality_report(found, region=region, not_computed=[NotComputed(**entry) for entry in not_computed])
    io.write_json(report, json)
    io.write_text(quality_markdown(report), markdown)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            region=snakemake.wildcards.region,
            checks=list(snakemake.input.checks),
            table=snakemake.input.table,
            flags=snakemake.input.flags,
            territories=snakemake.input.territories,
            columns=snakemake.params.columns,
            not_computed=snakemake.params.not_computed,
            json=snakemake.output.json,
            markdown=snakemake.output.markdown,
        )
