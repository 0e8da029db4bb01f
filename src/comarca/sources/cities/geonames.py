"""Cities from the dump of GeoNames."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.registry.countries import countries
from comarca.sources.osm.clip import routing_area

if TYPE_CHECKING:
    from pathlib import Path


#: Columns of the dump that are read, by position; it has 19, no header, and no quoting.
_COLUMNS: Final = {
    0: "city_id", 1: "city_name", 4: "latitude", 5: "longitude", 6: "feature_class", 7: "feature_code", 8: "iso2",
    14: "population_persons",
}  # fmt: skip
_COLUMN_COUNT: Final = 19
#: Places that are no more: abandoned, historical, destroyed.
_GONE: Final = ("PPLQ", "PPLH", "PPLW", "PPLCH")


def cities(path: Path, territories: gpd.GeoDataFrame, *, abroad_buffer_km: float = 50.0) -> gpd.GeoDataFrame:
    """Read the populated places in and around the territories.

    Parameters
    ----------
    path : pathlib.Path
        The zipped dump.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    abroad_buffer_km : float, optional
        Places outside the territories, also those abroad, count up to this distance.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `CITIES`, geometry Points, not yet merged (see `comarca.sources.cities.merge`). A population of 0 in the
        source means not known. Abandoned and historical places are left out. Namibia's code ``NA`` is a code.

    Raises
    ------
    InputError
        If the archive has no such table.
    """
    world = _table(path)
    area = routing_area(territories.union_all(), buffer_km=abroad_buffer_km)
    is_near = shapely.contains_xy(area, world["longitude"].to_numpy(), world["latitude"].to_numpy())
    near = world[is_near & (world["feature_class"] == "P") & ~world["feature_code"].isin(_GONE)].reset_index(drop=True)
    codes = {entry.iso2: entry.iso3 for entry in countries().values()}
    territory_codes = {code[:2]: code for code in territories["country"].unique()}
    population = near["population_persons"].to_numpy(float)
    table = gpd.GeoDataFrame(
        {
            "city_id": near["city_id"],
            "city_name": near["city_name"],
            "country": near["iso2"].map({**territory_codes, **codes}).astype("str"),
            "population_persons": np.where(population > 0, population, np.nan),
            "osm_id": pd.Series(None, index=near.index, dtype="str"),
        },
        geometry=gpd.points_from_xy(near["longitude"], near["latitude"]),
        crs=STORAGE,
    )
    return validate_layer(table, "cities")


def _table(path: Path) -> pd.DataFrame:
    with zipfile.ZipFile(path) as archive:
        tables = [name for name in archive.namelist() if name.endswith(".txt") and "readme" not in name.lower()]
        if len(tables) != 1:
            raise InputError(str(path), got=archive.namelist(), expected="one table, such as cities1000.txt")
        content = archive.read(tables[0])
    width = content.split(b"\n", 1)[0].count(b"\t") + 1
    if width != _COLUMN_COUNT:
        raise InputError(f"{path}, {tables[0]}", got=f"{width} columns", expected=f"{_COLUMN_COUNT} columns")
    types: dict[int, Any] = {**dict.fromkeys((0, 1, 6, 7, 8), "str"), 4: "float64", 5: "float64", 14: "int64"}
    table: pd.DataFrame = pd.read_csv(
        io.BytesIO(content), sep="\t", header=None, usecols=list(_COLUMNS), quoting=csv.QUOTE_NONE, encoding="utf-8",
        keep_default_na=False, dtype=types,
    )  # fmt: skip
    return table.rename(columns=_COLUMNS)
