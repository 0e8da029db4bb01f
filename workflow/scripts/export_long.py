"""Write one row per territory and column, with the reason of every gap."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.table import long_table


def main(*, table: str, flags: str, years: str, columns: list[dict[str, Any]], output: str) -> None:
    long = long_table(io.read_table(table), io.read_table(flags), published(columns, table), io.read_json(years))
    io.write_csv(long, output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            flags=snakemake.input.flags,
            years=snakemake.input.years,
            columns=snakemake.params.columns,
            output=snakemake.output.long,
        )
