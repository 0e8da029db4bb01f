"""Make the classes of all maps of a region, so that drawing a map need not load what makes them."""

import pandas as pd

from comarca import io
from comarca.jobs import run
from comarca.publish.absent import mapped_values
from comarca.publish.maps.files import write_classes
from comarca.publish.maps.theme import column_classes
from comarca.registry.columns import Column


def main(*, tables: list[str], columns: str, scheme: str, k: int, classes: str) -> None:
    values = [io.read_table(path) for path in tables]
    made = {}
    for column in (Column(**entry) for entry in io.read_json(columns)["columns"]):
        if column.mapped:
            numbers = pd.concat([mapped_values(table, column.name) for table in values])
            made[column.name] = column_classes(column, numbers, scheme=scheme, k=k)
    write_classes(made, classes)


if "snakemake" in globals():
    run(main, snakemake)
