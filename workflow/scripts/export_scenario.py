"""Write the tables of a scenario, draw the maps of what it changes, and sum it up on a page."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages

from comarca import io
from comarca.jobs import run
from comarca.publish.assembled import Assembled
from comarca.publish.exports.wide_csv import wide_table
from comarca.publish.maps.choropleth import save_map
from comarca.publish.maps.files import base_of, text_of
from comarca.publish.maps.scenario_pages import changed_columns, difference_classes, draw_difference, summary_page
from comarca.publish.rounding import decimals


def main(
    *,
    scenario: str,
    title: str,
    names: Mapping[str, str],
    language: str,
    all_differences: list[str],
    differences: str,
    people: str,
    indicators: str,
    checks: str,
    indicators_csv: str,
    differences_csv: str,
    people_csv: str,
    summary: str,
    **files: str,
) -> None:
    data = Assembled(files, language)
    table, reach, values = (io.read_table(path) for path in (differences, people, indicators))
    columns = [column for column in data.columns if column.name in values]
    territory_names = data.table.set_index("territory_id")["territory_name"]
    values.insert(0, "territory_name", territory_names.reindex(values.index))
    io.write_csv(wide_table(values.reset_index(), columns), indicators_csv)
    io.write_csv(_rounded(table, {column.name: decimals(column) for column in columns}), differences_csv)
    io.write_csv(reach.round(0).astype({"threshold_min": int}), people_csv)
    every = pd.concat([io.read_table(path)[["column", "difference"]] for path in all_differences])
    text, base, folder = text_of(data), base_of(data), Path(summary).parent / "maps"
    page = summary_page(
        title, table, reach, io.read_checks(checks), columns, names=names, language=language, region=data.title
    )
    with io.atomic_path(summary) as part, PdfPages(part, metadata={"CreationDate": None}) as pdf:
        pdf.savefig(page)
        for column in changed_columns(table, columns):
            classes = difference_classes(column, every.loc[every["column"] == column.name, "difference"])
            changes = table[table["column"] == column.name].set_index("territory_id")["difference"]
            credit = replace(text, source_line=data.credit_of(column.name))
            figure = draw_difference(base, column, changes, classes, text=credit, scenario=title)
            pdf.savefig(figure)
            with io.atomic_path(folder / f"{column.name}.png") as picture:
                save_map(figure, picture)


def _rounded(table: pd.DataFrame, digits: Mapping[str, int]) -> pd.DataFrame:
    """Round figures as the table of indicators has them, and differences alike."""
    figures = ["base", "scenario", "difference"]
    parts = [rows.assign(**rows[figures].round(digits.get(str(name), 6)).to_dict("series"))
             for name, rows in table.groupby("column", sort=False)]  # fmt: skip
    return pd.concat(parts) if parts else table


if "snakemake" in globals():
    run(main, snakemake)
