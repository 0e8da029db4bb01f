"""Write what each column of the table means."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.codebook import codebook


def main(*, table: str, years: str, columns: list[dict[str, Any]], output: str) -> None:
    io.write_csv(codebook(published(columns, table), io.read_table(table), years=io.read_json(years)), output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            years=snakemake.input.years,
            columns=snakemake.params.columns,
            output=snakemake.output.codebook,
        )
