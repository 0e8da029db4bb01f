"""Draw the Lorenz curves of every territory that has evidence on how its land is divided."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comarca import io
from comarca.guards.file_names import file_names
from comarca.jobs import run
from comarca.land.concentration import MeasuredTerritories
from comarca.land.lorenz_curves import lorenz_curves
from comarca.layers import files as layer_io
from comarca.publish.maps.choropleth import save_map
from comarca.publish.maps.lorenz_plot import draw_lorenz
from comarca.publish.maps.theme import MapText


def main(
    *,
    territories: str,
    credit_lines: str,
    measures: Mapping[str, Any],
    units: Mapping[str, float],
    options: dict[str, Any],
    folder: str,
    **layers: str,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
    loaded = {name: layer_io.load(name, path) for name, path in layers.items()}
    text = MapText(**options, source_line=io.read_json(credit_lines)[options["language"]]["all"])
    Path(folder).mkdir(parents=True)
    file_of = file_names(area["territory_id"])
    for territory_id, curves in lorenz_curves(MeasuredTerritories.of(area, **units), **loaded, **measures).items():
        figure = draw_lorenz(curves, title=names[territory_id], text=text)
        with io.atomic_path(Path(folder) / f"{file_of[territory_id]}.svg") as part:
            save_map(figure, part)


if "snakemake" in globals():
    run(main, snakemake)
