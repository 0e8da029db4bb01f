"""Join the user's own tables to the territories, as columns like any other."""

from typing import Any

import pandas as pd

from comarca import io
from comarca.config.tables import ConfiguredColumn
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.results import join_parts
from comarca.sources.tables.attributes import read_attributes
from comarca.sources.tables.read import layout_of


def main(*, sources: list[dict[str, Any]], territories: str, table: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    parts = [
        read_attributes(
            source["path"],
            area,
            {name: ConfiguredColumn(**entry) for name, entry in source["columns"].items()},
            id_column=source["id"],
            name_column=source["name"],
            parent_column=source["parent"],
            decimal=source["decimal"],
            missing=source["missing"],
            repair=source["repair_codes"],
            **layout_of(source),
        )
        for source in sources
    ]
    joined = join_parts(parts, pd.Index(area["territory_id"].sort_values(), name="territory_id"))
    io.write_indicators(joined, table)
    io.write_checks(joined.checks, checks)


if "snakemake" in globals():
    run(main, snakemake)
