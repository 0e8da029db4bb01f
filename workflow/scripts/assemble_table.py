"""Put the families' columns side by side and check them against the registry."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent
from comarca.publish.table import assemble_table
from comarca.registry.columns import TableColumn


def main(
    *,
    territories: str,
    columns: list[dict[str, Any]],
    keep_empty: bool,
    table: str,
    flags: str,
    absent: str | None = None,
    **families: str,
) -> None:
    values, reasons = assemble_table(
        layer_io.read_layer(territories, "territories"),
        {name: io.read_indicators(path) for name, path in families.items()},
        Absent.read(absent).kept([TableColumn(**column) for column in columns]),
        keep_empty=keep_empty,
    )
    io.write_table(values, table)
    io.write_table(reasons, flags)


if "snakemake" in globals():
    run(main, snakemake)
