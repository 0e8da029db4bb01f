"""Put the types of change of all regions on top of each other."""

from collections.abc import Sequence

from comarca import io
from comarca.dynamics.together import stack_tables
from comarca.jobs import run
from comarca.publish.exports.analysis_csv import rounded


def main(*, tables: Sequence[str], regions: Sequence[str], summary: str) -> None:
    parts = {name: io.read_table(path) for name, path in zip(regions, tables, strict=True)}
    io.write_csv(rounded(stack_tables(parts)), summary)


if "snakemake" in globals():
    run(main, snakemake)
