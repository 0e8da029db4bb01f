"""All files of a synthetic country."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from comarca.io import write_csv
from comarca.synthetic import tables
from comarca.synthetic.extract import write_extract
from comarca.synthetic.land import parcels
from comarca.synthetic.rasters import write_rasters
from comarca.synthetic.truths import bounds, truths

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comarca.synthetic.country import Country

logger = logging.getLogger(__name__)


def write_country(country: Country, folder: Path) -> None:
    """Write the inputs that ``config/regions/synthetic.yaml`` names, and what must come out of them.

    Parameters
    ----------
    country : Country
        The country.
    folder : pathlib.Path
        Where the files go; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], None]] = {
        "extract": lambda: write_extract(country, folder / "country.osm.pbf"),
        "rasters": lambda: write_rasters(country, folder),
        "shapes": lambda: _write_shapes(country, folder),
        "tables": lambda: _write_tables(country, folder),
        "truths": lambda: _write_truths(country, folder),
    }
    for name, write in parts.items():
        start = time.perf_counter()
        write()
        logger.info("synthetic country of %d territories: %s, %.1f s", country.territory_count, name,
                    time.perf_counter() - start)  # fmt: skip


def _write_shapes(country: Country, folder: Path) -> None:
    territories = gpd.GeoDataFrame(
        {"code": country.codes, "name": [f"Territory {code}" for code in country.codes], "province": country.parents},
        geometry=country.polygons, crs=4326,
    )  # fmt: skip
    territories.to_file(folder / "territories.gpkg", layer="territories")
    shapes, territory, owner = parcels(country)
    owners = [f"{country.codes[i]}-{j}" for i, j in zip(territory.tolist(), owner.tolist(), strict=True)]
    gpd.GeoDataFrame({"owner": owners}, geometry=shapes, crs=4326).to_parquet(folder / "parcels.parquet")


def _write_tables(country: Country, folder: Path) -> None:
    for make in (
        tables.cities, tables.holdings, tables.outcomes, tables.employment, tables.firms, tables.commuters,
        tables.age_groups, tables.public_finance, tables.input_output,
    ):  # fmt: skip
        write_csv(make(country), folder / f"{make.__name__}.csv")


def _write_truths(country: Country, folder: Path) -> None:
    limits = bounds(country).rename(columns={"holding_area_gini_index": "holding_gini"})
    table = pd.concat([truths(country), limits], axis=1)
    table.reset_index().to_parquet(folder / "truths.parquet", index=False)
