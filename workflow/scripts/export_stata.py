"""Write the table for Stata, with variable labels."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.exports.stata import write_dta


def main(*, table: str, columns: list[dict[str, Any]], language: str, title: str, output: str) -> None:
    with io.atomic_path(output) as part:
        write_dta(io.read_table(table), published(columns, table), part, language=language, title=title)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            columns=snakemake.params.columns,
            language=snakemake.params.language,
            title=snakemake.params.title,
            output=snakemake.output.dta,
        )
