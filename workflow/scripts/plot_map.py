"""Draw the map of one column, of two against each other, or of several beside each other."""

from pathlib import Path

from comarca.jobs import run
from comarca.publish.assembled import Assembled
from comarca.publish.maps.combined import draw_named


def main(*, column: str, language: str, png: str, svg: str, **files: str) -> None:
    draw_named(Assembled(files, language), column, [Path(png), Path(svg)])


if "snakemake" in globals():
    run(main, snakemake)
