"""Compute the structural profile of each territory, the territories most like it, and how alike neighbours are."""

from collections.abc import Mapping, Sequence

from comarca import io
from comarca.dynamics.clusters import moran_check
from comarca.dynamics.neighbours import queen_neighbours
from comarca.dynamics.profiles import profile_columns, profile_table, similar_territories
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.publish.assembled import Assembled


def main(
    *,
    table: str,
    columns: str,
    territories: str,
    factors: Mapping[str, Sequence[str]],
    similar_count: int,
    min_shared_share: float,
    profiles: str,
    similar_territories_table: str,
    checks: str,
) -> None:
    data = Assembled({"table": table, "columns": columns})
    rows = data.table.set_index("territory_id")
    numeric = {column.name: column for column in data.columns if column.kind == "number"}
    chosen = profile_columns([name for name in numeric if rows[name].notna().any()], factors)
    better = {name: numeric[name].better for name in chosen}
    units = {name: numeric[name].unit for name in chosen}
    io.write_table(profile_table(rows, chosen, better=better, units=units), profiles)
    alike = similar_territories(rows, list(chosen), count=similar_count, min_shared_share=min_shared_share)
    io.write_table(alike, similar_territories_table)
    neighbours = queen_neighbours(layer_files.read_layer(territories, "territories"))
    io.write_checks([moran_check(rows, {name: numeric[name].title["en"] for name in numeric}, neighbours)], checks)


if "snakemake" in globals():
    run(main, snakemake)
