"""Write the interactive atlas: one page that needs no network."""

from typing import Any

from comarca import io
from comarca.jobs import job
from comarca.publish.absent import published
from comarca.publish.maps.atlas_html import atlas_html
from comarca.publish.maps.theme import MapOptions


def main(
    *,
    base: str,
    table: str,
    flags: str,
    classes: str,
    years: str,
    credit_lines: str,
    sources: str,
    columns: list[dict[str, Any]],
    family_titles: dict[str, dict[str, str]],
    options: dict[str, Any],
    languages: list[str],
    output: str,
) -> None:
    page = atlas_html(
        io.read_pickle(base),
        io.read_table(table),
        published(columns, table),
        title=options["region"],
        options=MapOptions(**options, source_line=io.read_json(credit_lines)[options["language"]]),
        languages=languages,
        family_titles=family_titles,
        years=io.read_json(years),
        classes=io.read_pickle(classes),
        flags=io.read_table(flags),
        sources=io.read_text(sources),
    )
    io.write_text(page, output)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            base=snakemake.input.base,
            table=snakemake.input.table,
            flags=snakemake.input.flags,
            classes=snakemake.input.classes,
            years=snakemake.input.years,
            credit_lines=snakemake.input.credit_lines,
            sources=snakemake.input.sources,
            columns=snakemake.params.columns,
            family_titles=snakemake.params.family_titles,
            options=snakemake.params.options,
            languages=snakemake.params.languages,
            output=snakemake.output.atlas,
        )
