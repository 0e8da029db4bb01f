"""Compute one family of indicators from the layers it needs."""

import importlib
from typing import Any

import pandas as pd

from comarca import io
from comarca.jobs import job
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent
from comarca.registry.columns import Column
from comarca.results import Indicators


def main(
    *,
    family: str,
    layers: dict[str, str],
    options: dict[str, Any],
    columns: list[dict[str, Any]],
    absent: str | None,
    table: str,
    checks: str,
) -> None:
    """Read the layers, compute, keep the registered columns, write values with flags and the checks."""
    module = importlib.import_module(f"comarca.indicators.{family}")
    lost = Absent.read(absent)
    loaded = {name: layer_io.load(name, path) for name, path in layers.items() if name not in lost.layers}
    wanted = lost.kept([Column(**column) for column in columns])
    if not wanted:
        io.write_indicators(Indicators(pd.DataFrame(), pd.DataFrame()), table)
        io.write_checks([], checks)
        return
    result = module.compute(**loaded, **options, columns=wanted)
    io.write_indicators(result.select([column.name for column in wanted]), table)
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            family=snakemake.wildcards.family,
            layers={name: snakemake.input[name] for name in snakemake.params.layers},
            options=snakemake.params.options,
            columns=snakemake.params.columns,
            absent=snakemake.input.get("absent"),
            table=snakemake.output.table,
            checks=snakemake.output.checks,
        )
