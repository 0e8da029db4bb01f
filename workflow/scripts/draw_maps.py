"""Draw all maps of a region, list them, and join them with their texts to the atlas for print."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from comarca import io
from comarca.jobs import run
from comarca.publish.analysis import Analysis
from comarca.publish.assembled import Assembled
from comarca.publish.headlines import quality_notes, rankings
from comarca.publish.maps.analysis_pages import analysis_pages
from comarca.publish.maps.atlas_pdf import AtlasText, write_atlas_pdf
from comarca.publish.maps.combined import joint_pages
from comarca.publish.maps.draw_all import contact_sheet, draw_all, index
from comarca.publish.maps.files import base_of, text_of
from comarca.publish.maps.scenario_pages import summary_page
from comarca.publish.sentences import in_short


def main(
    *,
    language: str,
    threads: int,
    listing: str,
    contacts: str,
    atlas: str,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    differences: Sequence[str],
    people: Sequence[str],
    scenario_checks: Sequence[str],
    **files: str,
) -> None:
    data = Assembled(files, language)
    drawn = draw_all(data, Path(listing).parent, workers=threads)
    scenarios = zip(titles.values(), differences, people, scenario_checks, strict=True)
    pages = [*analysis_pages(Analysis.of(data), data.columns, language)]
    pages += [
        summary_page(
            title, io.read_table(changes), io.read_table(reach), io.read_checks(checks), data.columns,
            names=names, language=language, region=data.title,
        )
        for title, changes, reach, checks in scenarios
    ]  # fmt: skip
    about = AtlasText(
        data.title,
        text_of(data),
        data.families,
        data.source_text(language),
        summary=in_short(data.table, data.columns, language, title=data.title),
        joint=joint_pages(data),
        rankings=rankings(data.table, data.columns, language),
        notes=quality_notes(data.table, data.flags, data.columns, language),
        further=tuple(pages),
    )
    with io.atomic_path(atlas) as part:
        maps = {entry.column: entry.page for entry in drawn if entry.page}
        write_atlas_pdf(base_of(data), data.columns, maps, part, about=about)
    sheet = contact_sheet(drawn, data.columns, title=data.title, language=language, families=data.families)
    io.write_text(sheet, contacts)
    io.write_json(index(drawn, data.columns, language), listing)


if "snakemake" in globals():
    run(main, snakemake)
