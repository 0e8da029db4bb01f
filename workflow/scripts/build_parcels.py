"""Give the parcels of the cadastre to territories."""

from typing import Any

from comarca import io, layer_io
from comarca.jobs import job
from comarca.sources.parcels import read_parcels


def main(*, territories: str, source: dict[str, Any], parcels: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    table, check = read_parcels(source["path"], area, layer=source["layer"], owner=source["owner"])
    io.write_table(table, parcels)
    io.write_checks([check], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            source=snakemake.params.source,
            parcels=snakemake.output.parcels,
            checks=snakemake.output.checks,
        )
