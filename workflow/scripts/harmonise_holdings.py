"""Read holdings by size class and join them to the territories by code."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.sources.tables.holdings import read_holdings
from comarca.sources.tables.join import join_by_code


def main(*, table: str, territories: str, source: dict[str, Any], holdings: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    keys = ("columns", "decimal", "sheet", "skip_rows", "header_rows", "year")
    rows = read_holdings(table, **{key: source[key] for key in keys if source[key]})
    joined, check = join_by_code(rows, names, name="holdings", codes=source["codes"])
    io.write_table(joined, holdings)
    io.write_checks([check], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            territories=snakemake.input.territories,
            source=snakemake.params.source,
            holdings=snakemake.output.holdings,
            checks=snakemake.output.checks,
        )
