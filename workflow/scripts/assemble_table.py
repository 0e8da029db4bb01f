"""Put the families' columns side by side and check them against the registry."""

from collections.abc import Mapping
from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent
from comarca.publish.table import assemble_table
from comarca.registry.columns import Column


def main(
    *,
    territories: str,
    families: Mapping[str, str],
    columns: list[dict[str, Any]],
    absent: str | None,
    table: str,
    flags: str,
) -> None:
    values, reasons = assemble_table(
        layer_io.read_layer(territories, "territories"),
        {name: io.read_indicators(path) for name, path in families.items()},
        Absent.read(absent).kept([Column(**column) for column in columns]),
    )
    io.write_table(values, table)
    io.write_table(reasons, flags)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            families={name: snakemake.input[name] for name in snakemake.params.families},
            columns=snakemake.params.columns,
            absent=snakemake.input.get("absent"),
            table=snakemake.output.table,
            flags=snakemake.output.flags,
        )
