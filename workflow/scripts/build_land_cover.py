"""Tabulate farmland patches and class areas of the land-cover rasters by territory."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from comarca import io
from comarca.fetch.receipts import LayerReceipt, load_layer_receipt
from comarca.fetch.tiles import dated_rasters
from comarca.jobs import run
from comarca.land.checks import legend_check
from comarca.land.cover import tabulate_land_cover
from comarca.layers import files as layer_io
from comarca.layers.schemas import empty_layer
from comarca.rasters.bands import Raster, open_dataset
from comarca.rasters.engines import engines_check
from comarca.rasters.extent import require_extent
from comarca.registry.legends import Legend, read_legend
from comarca.results import Check


def main(
    *,
    years: Sequence[int],
    territories: str,
    legends: list[str],
    patches: str,
    areas: str,
    checks: str,
    rasters: Sequence[str] = (),
    receipt: str | None = None,
) -> None:
    fetched = load_layer_receipt(receipt) if receipt else None
    area = layer_io.read_layer(territories, "territories")
    with dated_rasters(rasters, years, fetched) as dated:
        if not dated:
            layer_io.write_layer(empty_layer("land_cover_patches"), patches, "land_cover_patches")
            layer_io.write_layer(empty_layer("land_cover_areas"), areas, "land_cover_areas")
            io.write_checks([], checks)
            return
        legend = read_legend(legend_of(legends, fetched))
        tables, found = zip(
            *(tabulate(path, area, legend=legend, year=year) for year, path in dated.items()), strict=True
        )
    patch_table, class_table = (pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True))
    layer_io.write_layer(patch_table, patches, "land_cover_patches")
    layer_io.write_layer(class_table, areas, "land_cover_areas")
    io.write_checks([legend_check(legend, class_table), *found], checks)


def legend_of(paths: list[str], receipt: LayerReceipt | None) -> str:
    """Choose the legend of the provider that answered; the user's raster has one."""
    if receipt is None or receipt.provider == "file":
        return paths[0]
    return next(path for path in paths if Path(path).stem == receipt.provider)


def tabulate(
    path: str, area: gpd.GeoDataFrame, *, legend: Legend, year: int
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], Check]:
    """Tabulate one raster, and hold its farmland against a second engine."""
    with open_dataset(path) as raster:
        require_extent(raster, area)
        tables = tabulate_land_cover(raster, area, legend=legend, year=year)
        band = Raster(path, nodata="none" if raster.nodata is None else None)
    farmed = tables[1].query("is_farmed")
    sums, classes = farmed.groupby("territory_id")["area_ha"].sum(), farmed["class_code"].unique().tolist()
    return tables, engines_check(band, area, sums, name=f"farmland_{year}", classes=classes)


if "snakemake" in globals():
    run(main, snakemake)
