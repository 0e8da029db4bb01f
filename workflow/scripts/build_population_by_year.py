"""Sum the population rasters of several years by territory, or take the years of a census."""

from typing import Any

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.population.raster import people_by_year
from comarca.rasters.bands import Raster
from comarca.rasters.engines import engines_check
from comarca.sources.tables.totals import read_totals


def main(
    *,
    years: list[int],
    raster_options: dict[str, Any],
    census: dict[str, Any] | None,
    territories: str,
    table: str,
    checks: str,
    rasters: list[str] | None = None,
    totals: str | None = None,
) -> None:
    area = layer_io.read_layer(territories, "territories")
    if census and totals:
        names = dict(zip(area["territory_id"], area["territory_name"], strict=True))
        people, join = read_totals(totals, names, **census)
        found = [join]
    else:
        dated = {year: Raster(path, **raster_options) for year, path in zip(years, rasters or [], strict=True)}
        people, found = people_by_year(dated, area)
        for year, rows in people.groupby("year"):
            sums = rows.set_index("territory_id")["persons"]
            found.append(engines_check(dated[year], area, sums, name=f"population_{year}"))
    io.write_table(people, table)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
