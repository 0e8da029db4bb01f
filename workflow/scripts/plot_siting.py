"""Draw the share of people whom the chosen places bring within reach, by territory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.publish.assembled import Assembled
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.files import base_of, text_of
from comarca.publish.maps.scenario_pages import siting_column


def main(
    *, options: Mapping[str, Any], names: Mapping[str, str], language: str, people: str, png: str, **files: str
) -> None:
    data = Assembled(files, language)
    rows = io.read_table(people)
    rows = rows[rows["territory_id"] != ""].set_index("territory_id")
    share = rows["gained_persons"] / rows["persons"].where(rows["persons"] > 0)
    kind = names.get(options["kind"], options["kind"])
    column = siting_column(kind, options["threshold_min"])
    figure = draw_map(base_of(data), column, share, text=text_of(data))
    with io.atomic_path(png) as part:
        save_map(figure, Path(part))


if "snakemake" in globals():
    run(main, snakemake)
