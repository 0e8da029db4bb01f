"""Tabulate farmland patches and class areas of the land-cover rasters by territory."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import rasterio

from comarca import io
from comarca.fetch.ladder import data_year
from comarca.fetch.receipts import load_layer_receipt
from comarca.jobs import run
from comarca.land.checks import legend_check
from comarca.land.cover import tabulate_land_cover
from comarca.layers import files as layer_io
from comarca.rasters.bands import Raster
from comarca.rasters.engines import engines_check
from comarca.registry.legends import read_legend


def main(
    *,
    rasters: Sequence[str],
    years: Sequence[int],
    territories: str,
    legends: list[str],
    patches: str,
    areas: str,
    checks: str,
    receipt: str | None = None,
) -> None:
    legend = legends[0]
    fetched = load_layer_receipt(receipt) if receipt else None
    if fetched is not None and fetched.status == "missing":
        # Nobody reads them: they only have to be there.
        io.write_table(pd.DataFrame(), patches)
        io.write_table(pd.DataFrame(), areas)
        io.write_checks([], checks)
        return
    if fetched is not None and fetched.provider != "file":
        years = [data_year(fetched)]
        legend = next(path for path in legends if Path(path).stem == fetched.provider)
    area = layer_io.read_layer(territories, "territories")
    names = read_legend(legend, Path(legend).parent)
    tables, found = [], []
    for path, year in zip(rasters, years, strict=True):
        with rasterio.open(path) as raster:
            tables.append(tabulate_land_cover(raster, area, legend=names, year=year))
            band = Raster(path, nodata="none" if raster.nodata is None else None)
        farmed = tables[-1][1].query("is_farmed")
        sums, classes = farmed.groupby("territory_id")["area_ha"].sum(), farmed["class_code"].unique().tolist()
        found.append(engines_check(band, area, sums, name=f"farmland_{year}", classes=classes))
    patch_table, class_table = (pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True))
    io.write_table(patch_table, patches)
    io.write_table(class_table, areas)
    io.write_checks([legend_check(names, class_table), *found], checks)


if "snakemake" in globals():
    run(main, snakemake)
