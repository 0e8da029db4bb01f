"""Write the table, its codebook and its sources as an Excel workbook."""

from typing import Any

import pandas as pd

from comarca import io
from comarca.absent import published
from comarca.exports_xlsx import write_xlsx
from comarca.jobs import job


def main(*, table: str, codebook: str, sources: str, columns: list[dict[str, Any]], language: str, output: str) -> None:
    with io.atomic_path(output) as part:
        write_xlsx(
            io.read_table(table),
            published(columns, table),
            pd.read_csv(codebook, keep_default_na=False),
            io.read_table(sources),
            part,
            language=language,
        )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            codebook=snakemake.input.codebook,
            sources=snakemake.input.sources,
            columns=snakemake.params.columns,
            language=snakemake.params.language,
            output=snakemake.output.xlsx,
        )
