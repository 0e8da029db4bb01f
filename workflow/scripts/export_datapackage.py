"""Describe the CSV files as a Frictionless Data Package."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.exports.datapackage import datapackage
from comarca.publish.provenance import inputs_from_table


def main(*, table: str, sources: str, columns: list[dict[str, Any]], region: str, title: str, output: str) -> None:
    inputs = inputs_from_table(io.read_table(sources))
    io.write_json(datapackage(published(columns, table), inputs, region=region, title=title), output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            sources=snakemake.input.sources,
            columns=snakemake.params.columns,
            region=snakemake.wildcards.region,
            title=snakemake.params.title,
            output=snakemake.output.datapackage,
        )
