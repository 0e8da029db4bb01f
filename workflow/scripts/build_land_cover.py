"""Tabulate farmland patches and class areas of the land-cover raster by territory."""

from pathlib import Path

import rasterio

from comarca import io, layer_io
from comarca.jobs import job
from comarca.land_checks import legend_check
from comarca.land_cover import tabulate_land_cover
from comarca.legends import read_legend


def main(
    *, territories: str, raster: str, legend: str, legends: str, year: int, patches: str, areas: str, checks: str
) -> None:
    area = layer_io.read_layer(territories, "territories")
    names = read_legend(legend, Path(legends))
    with rasterio.open(raster) as file:
        patch_table, class_table = tabulate_land_cover(file, area, legend=names, year=year)
    io.write_table(patch_table, patches)
    io.write_table(class_table, areas)
    io.write_checks([legend_check(names, class_table)], checks)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            territories=snakemake.input.territories,
            raster=snakemake.input.raster,
            legend=snakemake.params.legend,
            legends=snakemake.params.legends,
            year=snakemake.params.year,
            patches=snakemake.output.patches,
            areas=snakemake.output.areas,
            checks=snakemake.output.checks,
        )
