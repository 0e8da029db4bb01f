"""Put the tables of all regions on top of each other, with their common columns, classes of maps and codebook."""

from collections.abc import Sequence

import pandas as pd

from comarca import io
from comarca.dynamics.together import REGION, RegionTable, common_columns, left_out, stack
from comarca.jobs import run
from comarca.publish.assembled import Assembled
from comarca.publish.codebook import codebook
from comarca.publish.exports.wide_csv import wide_table
from comarca.publish.maps.theme import column_classes


def main(
    *,
    tables: Sequence[str],
    columns: Sequence[str],
    regions: Sequence[str],
    indicators: str,
    common: str,
    classes: str,
    only_some: str,
) -> None:
    found = {
        name: Assembled({"table": table, "columns": described})
        for name, table, described in zip(regions, tables, columns, strict=True)
    }
    parts = {name: RegionTable(data.table, data.columns) for name, data in found.items()}
    shared, stacked = common_columns(parts), stack(parts)
    io.write_csv(wide_table(stacked, shared), indicators)
    io.write_csv(codebook(shared, stacked.drop(columns=REGION), years={}), common)
    made = {column.name: column_classes(column, stacked[column.name]) for column in shared if column.mapped}
    rows = [
        {"column": name, "class": place, "from": low, "to": high}
        for name, kept in made.items()
        if kept is not None
        for place, (low, high) in enumerate(
            zip((kept.low, *kept.breaks), (*kept.breaks, kept.high), strict=True), start=1
        )
    ]
    io.write_csv(pd.DataFrame(rows, columns=["column", "class", "from", "to"]), classes)
    io.write_csv(left_out(parts), only_some)


if "snakemake" in globals():
    run(main, snakemake)
