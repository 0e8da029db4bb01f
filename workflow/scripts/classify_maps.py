"""Make the classes of all maps of a region, so that drawing a map need not load what makes them."""

from typing import Any

from comarca import io
from comarca.absent import mapped_values
from comarca.jobs import job
from comarca.maps.theme import MapOptions, column_classes
from comarca.registry import Column


def main(*, table: str, columns: list[dict[str, Any]], options: dict[str, Any], classes: str) -> None:
    values = io.read_table(table)
    made = {}
    for column in (Column(**entry) for entry in columns):
        if column.mapped:
            made[column.name] = column_classes(
                column, mapped_values(values, column.name), options=MapOptions(**options)
            )
    io.write_pickle(made, classes)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            table=snakemake.input.table,
            columns=snakemake.params.columns,
            options=snakemake.params.options,
            classes=snakemake.output.classes,
        )
