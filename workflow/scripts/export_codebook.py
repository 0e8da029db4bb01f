"""Write what each column of the table means."""

from typing import Any

from comarca import io
from comarca.codebook import codebook
from comarca.jobs import job
from comarca.registry import Column


def main(*, table: str, columns: list[dict[str, Any]], output: str) -> None:
    io.write_csv(codebook([Column(**column) for column in columns], io.read_table(table)), output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            columns=snakemake.params.columns,
            output=snakemake.output.codebook,
        )
