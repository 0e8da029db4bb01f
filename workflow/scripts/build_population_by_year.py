"""Sum the population rasters of several years by territory."""

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.population.raster import people_by_year
from comarca.rasters.bands import Raster
from comarca.rasters.engines import engines_check


def main(
    *, rasters: list[str], years: list[int], nodata: float | str | None, territories: str, table: str, checks: str
) -> None:
    area = layer_io.read_layer(territories, "territories")
    dated = {year: Raster(path, nodata=nodata) for year, path in zip(years, rasters, strict=True)}
    people, found = people_by_year(dated, area)
    for year, rows in people.groupby("year"):
        sums = rows.set_index("territory_id")["persons"]
        found.append(engines_check(dated[year], area, sums, name=f"population_{year}"))
    io.write_table(people, table)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
