"""Group the territories, and compute the same indicators for the groups."""

from collections.abc import Mapping
from typing import Any

from comarca import io
from comarca.dynamics.functional import balance_checks, compute_families, group_territories, grouping_of
from comarca.jobs import run
from comarca.layers import files as layer_files
from comarca.publish.absent import Absent
from comarca.publish.assembled import Assembled
from comarca.publish.exports.wide_csv import wide_table
from comarca.publish.table import assemble_table
from comarca.sources.tables.flows import read_flows
from comarca.sources.tables.read import layout_of


def main(
    *,
    table: str,
    columns: str,
    territories: str,
    grouping: Mapping[str, Any],
    families: Mapping[str, Mapping[str, Any]],
    functional: str,
    members: str,
    layer: str,
    checks: str,
    flows: str | None = None,
    absent: str | None = None,
    **layers: str,
) -> None:
    data, lost = Assembled({"table": table, "columns": columns}), Absent.read(absent)
    rows, area = data.table.set_index("territory_id", drop=False), layer_files.read_layer(territories, "territories")
    loaded = {name: layer_files.load(name, path) for name, path in layers.items() if name not in lost.layers}
    commuters, told = None, []
    if flows:
        options = {key: grouping[key] for key in ("columns", "decimal", "missing") if grouping[key]}
        commuters, check = read_flows(flows, known=rows.index, **options, **layout_of(grouping))
        told = [check]
    group_of, names = grouping_of(rows, grouping, flows=commuters, cities=loaded.get("cities"))
    people = rows["population_persons"].astype(float) if "population_persons" in rows else None
    grouped, table_of_members = group_territories(area, group_of, population=people, names=names)
    described = {column.name: column for column in data.columns}
    wanted = {
        name: {**entry, "columns": [described[part["name"]] for part in entry["columns"] if part["name"] in described]}
        for name, entry in families.items()
    }
    made = compute_families(wanted, {**loaded, "territories": area}, grouped, table_of_members, rows)
    kept = [described[column.name] for entry in wanted.values() for column in entry["columns"]]
    found = assemble_table(grouped, made, kept)
    io.write_csv(wide_table(found[0], kept), functional)
    io.write_csv(table_of_members, members)
    layer_files.write_layer(grouped, layer, "territories")
    left_out = [column.name for column in data.columns if column.name not in found[0]]
    io.write_checks([*told, *balance_checks(rows, found[0], kept, left_out)], checks)


if "snakemake" in globals():
    run(main, snakemake)
