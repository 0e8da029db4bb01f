"""Measure the light at night by territory and year, and where people live."""

import pandas as pd

from comarca import io
from comarca.fetch.ladder import data_year
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.rasters.bands import Raster, values_at
from comarca.rasters.zonal import Engine, sums_by_year


def main(
    *,
    rasters: list[str],
    years: list[int],
    nodata: float | str | None,
    territories: str,
    demand: str,
    engine: Engine,
    by_territory: str,
    by_demand: str,
    checks: str,
    receipt: str | None = None,
) -> None:
    fetched = load_layer_receipt(receipt) if receipt else None
    if fetched is not None and fetched.status == "missing":
        # Nobody reads them: they only have to be there.
        io.write_table(pd.DataFrame(), by_territory)
        io.write_table(pd.DataFrame(), by_demand)
        io.write_checks([], checks)
        return
    if fetched is not None and fetched.provider != "file":
        years = [data_year(fetched)]
        nodata = "none" if nodata is None else nodata  # 0 means dark there
    area = layer_io.read_layer(territories, "territories")
    dated = {year: Raster(path, nodata=nodata) for year, path in zip(years, rasters, strict=True)}
    sums, found = sums_by_year(dated, area, name="night_lights", engine=engine)
    places = layer_io.read_layer(demand, "demand")
    light = values_at(dated[max(dated)], places.geometry.x, places.geometry.y)
    io.write_table(sums.rename(columns={"sum": "light"}), by_territory)
    io.write_table(pd.DataFrame({"light": light}, index=places["demand_id"]), by_demand)
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
