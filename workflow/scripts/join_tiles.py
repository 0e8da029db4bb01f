"""Make one raster of the tiles of a layer, without copying them; of a layer that is missing, an empty file."""

from pathlib import Path

from comarca import io
from comarca.fetch.ladder import present_files
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.rasters.mosaic import mosaic


def main(*, receipt: str, raster: str) -> None:
    paths = present_files(load_layer_receipt(receipt))
    if paths:
        mosaic(paths, Path(raster))
    else:
        io.write_text("", raster)


if "snakemake" in globals():
    run(main, snakemake)
