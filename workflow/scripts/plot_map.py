"""Draw the map of one column."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.maps import MapOptions, draw_map, save_map
from comarca.registry import Column


def main(
    *, base: str, table: str, column: dict[str, Any], options: dict[str, Any], credit_lines: str, paths: list[str]
) -> None:
    entry = Column(**column)
    values = io.read_table(table).set_index("territory_id")[entry.name]
    source_line = io.read_json(credit_lines)[options["language"]]
    figure = draw_map(io.read_pickle(base), entry, values, options=MapOptions(**options, source_line=source_line))
    for path in paths:
        with io.atomic_path(path) as part:
            save_map(figure, part)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            base=snakemake.input.base,
            table=snakemake.input.table,
            column=snakemake.params.column,
            options=snakemake.params.options,
            credit_lines=snakemake.input.credits,
            paths=list(snakemake.output),
        )
