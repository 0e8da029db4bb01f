"""Write the table, its codebook and its sources as an Excel workbook."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.codebook import codebook
from comarca.publish.exports.xlsx import write_xlsx


def main(*, table: str, sources: str, years: str, columns: list[dict[str, Any]], language: str, output: str) -> None:
    values = io.read_table(table)
    entries = published(columns, table)
    with io.atomic_path(output) as part:
        write_xlsx(
            values,
            entries,
            codebook(entries, values, years=io.read_json(years)),
            io.read_table(sources),
            part,
            language=language,
        )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            sources=snakemake.input.sources,
            years=snakemake.input.years,
            columns=snakemake.params.columns,
            language=snakemake.params.language,
            output=snakemake.output.xlsx,
        )
