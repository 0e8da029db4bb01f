"""Draw the map of one column."""

from comarca import io
from comarca.jobs import run
from comarca.publish.absent import mapped_values
from comarca.publish.assembled import Assembled
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.files import base_of, classes_of, text_of
from comarca.registry.columns import Column


def main(*, column: str, language: str, png: str, svg: str, **files: str) -> None:
    data = Assembled(files, language)
    entry = next(Column(**entry) for entry in data.description["columns"] if entry["name"] == column)
    figure = draw_map(
        base_of(data),
        entry,
        mapped_values(data.table.set_index("territory_id", drop=False), column),
        year=data.years.get(column),
        text=text_of(data),
        classes=classes_of(data)[column],
    )
    for path in (png, svg):
        with io.atomic_path(path) as part:
            save_map(figure, part)


if "snakemake" in globals():
    run(main, snakemake)
