"""Measure forest loss, fires, burnt or protected land by territory, from the user's files."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.land.covered import covered_by_polygons, covered_by_raster, is_raster
from comarca.land.forest import tabulate_forest
from comarca.layers import files as layer_io
from comarca.rasters.bands import Raster
from comarca.sources.datasets import paths_of
from comarca.sources.vectors.fires import read_fires
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.read import VectorOptions, open_vector, options_of

#: Keys of the section that name the file, or are read by `options_of`.
READING = {"provider", "path", *VectorOptions.__annotations__}


def main(*, layer: str, territories: str, source: dict[str, Any], parquet: str, checks: str) -> None:
    area = layer_io.read_layer(territories, "territories")
    path = source["path"]
    if layer == "forest_loss":
        percent = source["threshold_percent"]
        table, found = tabulate_forest(paths_of(path), paths_of(source["loss"]), area, threshold_percent=percent)
    elif layer == "fires":
        chosen = {key: value for key, value in source.items() if key not in READING}
        table, found = read_fires(path, area, **chosen, **options_of(source))
    elif is_raster(path):
        table, found = covered_by_raster(Raster(path, nodata=source["nodata"]), area, name=layer)
    else:
        polygons, remarks = open_vector(path, name=layer, **options_of(source))
        shapes = polygons.geometry.to_numpy()
        table, check = covered_by_polygons(shapes, area, name=layer)
        found = [*remarks, *require_overlap(shapes, area, name=layer), check]
    io.write_table(table, parquet)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
