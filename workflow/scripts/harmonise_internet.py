"""Read the measured speed of the internet by map tile."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.sources.vectors.internet import read_internet_tiles
from comarca.sources.vectors.read import options_of


def main(*, territories: str, source: dict[str, Any], parquet: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    chosen = {key: source[key] for key in ("speed", "tests", "quadkey")}
    table, found = read_internet_tiles(source["path"], area, **chosen, **options_of(source))
    io.write_table(table, parquet)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
