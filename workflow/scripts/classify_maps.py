"""Make the classes of all maps of a region, so that drawing a map need not load what makes them."""

from typing import Any

import pandas as pd

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import mapped_values
from comarca.publish.maps.theme import MapOptions, column_classes
from comarca.registry.columns import Column


def main(*, tables: list[str], columns: list[dict[str, Any]], options: dict[str, Any], classes: str) -> None:
    values = [io.read_table(path) for path in tables]
    made = {}
    for column in (Column(**entry) for entry in columns):
        if column.mapped:
            known = pd.concat([mapped_values(table, column.name) for table in values])
            made[column.name] = column_classes(column, known, options=MapOptions(**options))
    io.write_pickle(made, classes)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            tables=list(snakemake.input.tables),
            columns=snakemake.params.columns,
            options=snakemake.params.options,
            classes=snakemake.output.classes,
        )
