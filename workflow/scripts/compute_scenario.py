"""Compute what a scenario changes: the rules that hang on the edited layers run again, with the base's parameters."""

import runpy
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from comarca import io
from comarca.jobs import run, run_step
from comarca.layers import files as layer_files
from comarca.registry.columns import TableColumn
from comarca.results import Check, Indicators
from comarca.roads.network import RoadNetwork
from comarca.scenarios.connectors import without_new_connectors
from comarca.scenarios.differences import change_checks, difference_table, people_table
from comarca.scenarios.editing import edited_layers
from comarca.scenarios.redirect import redirected


def main(
    *,
    region: str,
    scenario: str,
    edits: Mapping[str, Any],
    columns: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]],
    folder: str,
    region_folder: str,
    country: str,
    kinds: Sequence[str],
    thresholds_min: Sequence[float],
    reach_km: float,
    speeds: str,
    surfaces: str,
    demand: str,
    territories: str,
    families: list[str],
    differences: str,
    people: str,
    indicators: str,
    checks: str,
    log: str,
    files: object = None,
    base: object = None,
    **layers: str,
) -> None:
    work = Path(folder)
    shutil.rmtree(work, ignore_errors=True)
    paths = {**layers, "territories": territories}
    made, found = edited_layers(
        edits, lambda name: layer_files.read_layer(paths[name], name), key=f"regions.{region}.scenarios.{scenario}",
        speeds=speeds, surfaces=surfaces, country=country, kinds=kinds, reach_km=reach_km,
    )  # fmt: skip
    edited = {layers[name]: str(work / "layers" / f"{name}.parquet") for name in made}
    for name, layer in made.items():
        layer_files.write_layer(layer, edited[layers[name]], name)
    led = redirected(steps, edited, base_folder=region_folder, folder=folder)
    for step in led:
        Path(next(iter(step["output"].values()))).parent.mkdir(parents=True, exist_ok=True)
        run_step(runpy.run_path(step["script"])["main"], step, log=log)
        if step["rule"] == "build_connectors" and not edits["roads"]:
            found.append(_keep_connectors(step["output"], layers["connectors"]))
    before = {Path(path).stem: io.read_indicators(path) for path in families}
    after = {name: io.read_indicators(work / "indicators" / f"{name}.parquet") for name in before}
    names = layer_files.read_layer(territories, "territories").set_index("territory_id")["territory_name"].sort_index()
    compared = _comparable([TableColumn(**column) for column in columns], before, after)
    table = difference_table(before, after, compared, names)
    times = _times(layers, work)
    reach = people_table(layer_files.read_layer(demand, "demand"), *times, names, thresholds_min=thresholds_min)
    io.write_table(table, differences)
    io.write_table(reach, people)
    io.write_table(pd.concat([after[column.family].values[column.name] for column in compared], axis=1), indicators)
    io.write_checks([*found, *change_checks(table, reach)], checks)
    shutil.rmtree(work)


def _keep_connectors(output: Mapping[str, str], base: str) -> Check:
    """Take the connectors out again that would stand for what the scenario closes."""
    linked = RoadNetwork.from_arrays(io.read_arrays(output["linked_network"]))
    lines = layer_files.read_layer(output["connectors"], "connectors")
    network, check = without_new_connectors(linked, lines, layer_files.read_layer(base, "connectors"))
    if check.value:
        io.write_arrays(network.to_arrays(), output["linked_network"])
    return check


def _comparable(
    columns: Sequence[TableColumn], before: Mapping[str, Indicators], after: Mapping[str, Indicators]
) -> list[TableColumn]:
    """Columns with a value in one of both: a layer that no provider had takes its columns with it."""
    both = [c for c in columns if c.name in before[c.family].values and c.name in after[c.family].values]
    return [c for c in both if any(made[c.family].values[c.name].notna().any() for made in (before, after))]


def _times(layers: Mapping[str, str], work: Path) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Travel times that were computed again: of the base, and of the scenario."""
    both: tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]] = ({}, {})
    for name in ("travel_times", "service_times"):
        if name in layers and (again := work / "layers" / f"{name}.parquet").is_file():
            for tables, path in zip(both, (layers[name], again), strict=True):
                tables |= layer_files.load(name, path)
    return both


if "snakemake" in globals():
    run(main, snakemake)
