"""Write the table with the shapes of the territories as GeoParquet."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.absent import published
from comarca.publish.exports.parquet import write_geoparquet


def main(*, table: str, territories: str, columns: list[dict[str, Any]], output: str) -> None:
    with io.atomic_path(output) as part:
        write_geoparquet(
            io.read_table(table),
            layer_io.read_layer(territories, "territories"),
            published(columns, table),
            part,
        )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            territories=snakemake.input.territories,
            columns=snakemake.params.columns,
            output=snakemake.output.geoparquet,
        )
