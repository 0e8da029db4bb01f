"""Draw the map of one column."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import mapped_values
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.theme import MapOptions
from comarca.registry.columns import Column


def main(
    *,
    base: str,
    table: str,
    classes: str,
    years: str,
    credit_lines: str,
    column: dict[str, Any],
    options: dict[str, Any],
    paths: list[str],
) -> None:
    entry = Column(**column)
    values = mapped_values(io.read_table(table).set_index("territory_id"), entry.name)
    chosen = MapOptions(**options, source_line=io.read_json(credit_lines)[options["language"]])
    figure = draw_map(
        io.read_pickle(base),
        entry,
        values,
        year=io.read_json(years).get(entry.name),
        options=chosen,
        classes=io.read_pickle(classes)[entry.name],
    )
    for path in paths:
        with io.atomic_path(path) as part:
            save_map(figure, part)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            base=snakemake.input.base,
            table=snakemake.input.table,
            classes=snakemake.input.classes,
            years=snakemake.input.years,
            credit_lines=snakemake.input.credit_lines,
            column=snakemake.params.column,
            options=snakemake.params.options,
            paths=list(snakemake.output),
        )
