"""Draw the catchments of the cities of a class as areas."""

from pyproj import CRS

from comarca import io
from comarca.access.cities import in_class
from comarca.access.rasters import catchment_areas
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.bands import open_dataset
from comarca.rasters.grids import Grid


def main(*, raster: str, cities: str, interval: tuple[float, float | None], catchments: str) -> None:
    layer = layer_io.read_layer(cities, "cities")
    layer = layer[in_class(layer, interval)].reset_index(drop=True)
    with open_dataset(raster) as source:
        grid = Grid(CRS.from_wkt(source.crs.to_wkt()), source.transform, source.shape)
        areas = catchment_areas(source.read(1), grid, layer)
    with io.atomic_path(catchments) as part:
        areas.to_parquet(part, index=False, compression="zstd")


if "snakemake" in globals():
    run(main, snakemake)
