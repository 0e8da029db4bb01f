"""Compute one family of indicators from the layers it needs."""

import importlib
from typing import Any

import pandas as pd

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.publish.absent import Absent
from comarca.registry.columns import TableColumn
from comarca.results import Indicators


def main(
    *,
    family: str,
    options: dict[str, Any],
    columns: list[dict[str, Any]],
    table: str,
    checks: str,
    absent: str | None = None,
    **layers: str,
) -> None:
    """Read the layers, compute, keep the registered columns, write values with flags and the checks."""
    module = importlib.import_module(f"comarca.indicators.{family}")
    lost = Absent.read(absent)
    loaded = {name: layer_io.load(name, path) for name, path in layers.items() if name not in lost.layers}
    wanted = lost.kept([TableColumn(**column) for column in columns])
    if not wanted:
        io.write_indicators(Indicators(pd.DataFrame(), pd.DataFrame()), table)
        io.write_checks([], checks)
        return
    result = module.compute(**loaded, **options, columns=wanted)
    io.write_indicators(result.select([column.name for column in wanted]), table)
    io.write_checks(result.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
