"""Compute the structural profile of each territory, what is most like it, its Lorenz curves, and Moran's I."""

from collections.abc import Mapping, Sequence
from typing import Any

from comarca import io
from comarca.dynamics.clusters import moran_check
from comarca.dynamics.neighbours import queen_neighbours
from comarca.dynamics.profiles import profile_columns, profile_table, similar_territories
from comarca.jobs import run
from comarca.land.concentration import MeasuredTerritories
from comarca.land.lorenz_curves import lorenz_curves
from comarca.layers import files as layer_files
from comarca.publish.analysis import write_curves


def main(
    *,
    table: str,
    territories: str,
    columns: Mapping[str, Mapping[str, str]],
    options: Mapping[str, Any],
    measures: Mapping[str, Any],
    units: Mapping[str, float],
    profiles: str,
    similar: str,
    curves: str,
    checks: str,
    **land: str,
) -> None:
    area = layer_files.read_layer(territories, "territories")
    rows = io.read_table(table).set_index("territory_id")
    numeric = {name: column for name, column in columns.items() if name in rows}
    factors: Mapping[str, Sequence[str]] = options["factors"]
    chosen = profile_columns([name for name in numeric if rows[name].notna().any()], factors)
    better = {name: numeric[name]["better"] for name in chosen}
    column_units = {name: numeric[name]["unit"] for name in chosen}
    io.write_table(profile_table(rows, chosen, better=better, units=column_units), profiles)
    limits = {"count": options["similar_count"], "min_shared_share": options["min_shared_share"]}
    io.write_table(similar_territories(rows, list(chosen), **limits), similar)
    evidence = {name: layer_files.load(name, path) for name, path in land.items()}
    write_curves(lorenz_curves(MeasuredTerritories.of(area, **units), **evidence, **measures), curves)
    io.write_checks([moran_check(rows, numeric, queen_neighbours(area))], checks)


if "snakemake" in globals():
    run(main, snakemake)
