"""Write all maps as one PDF, a page per map."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.maps.atlas_pdf import write_atlas_pdf
from comarca.publish.maps.theme import MapOptions


def main(
    *,
    base: str,
    table: str,
    classes: str,
    years: str,
    credit_lines: str,
    sources: str,
    columns: list[dict[str, Any]],
    family_titles: dict[str, dict[str, str]],
    options: dict[str, Any],
    output: str,
) -> None:
    with io.atomic_path(output) as part:
        write_atlas_pdf(
            io.read_pickle(base),
            io.read_table(table),
            published(columns, table),
            part,
            options=MapOptions(**options, source_line=io.read_json(credit_lines)[options["language"]]),
            title=options["region"],
            family_titles=family_titles,
            years=io.read_json(years),
            classes=io.read_pickle(classes),
            sources=io.read_text(sources),
        )


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            base=snakemake.input.base,
            table=snakemake.input.table,
            classes=snakemake.input.classes,
            years=snakemake.input.years,
            credit_lines=snakemake.input.credit_lines,
            sources=snakemake.input.sources,
            columns=snakemake.params.columns,
            family_titles=snakemake.params.family_titles,
            options=snakemake.params.options,
            output=snakemake.output.atlas,
        )
