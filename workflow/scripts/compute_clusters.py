"""Class territories by local Moran's I of the configured columns."""

from typing import Any

import pandas as pd

from comarca import io
from comarca.dynamics.clusters import cluster_columns
from comarca.dynamics.neighbours import queen_neighbours
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.publish.absent import Absent
from comarca.registry.columns import TableColumn
from comarca.results import join_parts


def main(
    *,
    territories: str,
    columns: list[dict[str, Any]],
    options: dict[str, Any],
    table: str,
    checks: str,
    absent: str | None = None,
    **families: str,
) -> None:
    area = layer_files.read_layer(territories, "territories")
    index = pd.Index(area["territory_id"].sort_values(), name="territory_id")
    known = join_parts([io.read_indicators(path) for path in families.values()], index)
    kept = Absent.read(absent).kept([TableColumn(**column) for column in columns])
    wanted = [column.fields["cluster_column"] for column in kept]
    found = cluster_columns(known.values, wanted, queen_neighbours(area), flags=known.flags, **options)
    io.write_indicators(found, table)
    io.write_checks([], checks)


if "snakemake" in globals():
    run(main, snakemake)
