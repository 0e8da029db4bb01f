"""Measure the light at night by territory and year, and where people live."""

from collections.abc import Sequence

import pandas as pd

from comarca import io
from comarca.fetch.receipts import load_layer_receipt
from comarca.fetch.tiles import dated_rasters
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.layers.schemas import empty_layer
from comarca.rasters.bands import Raster, open_dataset, values_at
from comarca.rasters.extent import require_extent
from comarca.rasters.zonal import Engine, sums_by_year

#: Composites go below 0 by what the correction for airglow takes too much.
LEAST_LIGHT = -10.0


def main(
    *,
    years: list[int],
    nodata: float | str | None,
    territories: str,
    demand: str,
    engine: Engine,
    by_territory: str,
    by_demand: str,
    checks: str,
    rasters: Sequence[str] = (),
    receipt: str | None = None,
) -> None:
    fetched = load_layer_receipt(receipt) if receipt else None
    if fetched is not None and fetched.provider != "file":
        nodata = "none" if nodata is None else nodata  # 0 means dark there
    area, places = layer_io.read_layer(territories, "territories"), layer_io.read_layer(demand, "demand")
    sums, light, found = empty_layer("territory_lights"), empty_layer("demand_lights"), []
    with dated_rasters(rasters, years, fetched) as dated:
        if dated:
            bands = {year: Raster(path, nodata=nodata, least=LEAST_LIGHT) for year, path in dated.items()}
            for band in bands.values():
                with open_dataset(band.path) as raster:
                    require_extent(raster, area)
            sums, found = sums_by_year(bands, area, name="night_lights", engine=engine)
            values = values_at(bands[max(bands)], places.geometry.x, places.geometry.y)
            light = pd.DataFrame({"light": values}, index=places["demand_id"])
    layer_io.write_layer(sums.rename(columns={"sum": "light"}), by_territory, "territory_lights")
    layer_io.write_layer(light, by_demand, "demand_lights")
    io.write_checks(found, checks)


if "snakemake" in globals():
    run(main, snakemake)
