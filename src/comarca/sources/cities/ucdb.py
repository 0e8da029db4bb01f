"""Cities from the GHS Urban Centre Database."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from comarca.errors import InputError
from comarca.layers.schemas import validate_layer
from comarca.sources.names import country_codes, fold_country
from comarca.sources.osm.clip import routing_area

if TYPE_CHECKING:
    from pathlib import Path


_THEME: Final = re.compile("GENERAL_CHARACTERISTICS")
_FIELDS: Final = {
    "ID_UC_G0": "city_id", "GC_UCN_MAI_2025": "city_name", "GC_CNT_GAD_2025": "country",
    "GC_POP_TOT_2025": "population_persons",
}  # fmt: skip


def cities(path: Path, territories: gpd.GeoDataFrame, *, abroad_buffer_km: float = 50.0) -> gpd.GeoDataFrame:
    """Read the urban centres in and around the territories.

    Parameters
    ----------
    path : pathlib.Path
        The archive, with a GeoPackage in it.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    abroad_buffer_km : float, optional
        Centres outside the territories, also those abroad, count up to this distance.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `CITIES`, geometry polygons. The database names countries and has no codes: names that are not those of
        the catalogue give no code.

    Raises
    ------
    InputError
        If the archive has no layer of general characteristics, or that lacks a field.
    """
    member, layer = _layer(path)
    fields = {column.lstrip("\ufeff"): column for column in map(str, pyogrio.read_info(member, layer=layer)["fields"])}
    if lacking := _FIELDS.keys() - fields.keys():
        raise InputError(f"{path}, {layer}", got=sorted(fields), expected=f"the fields {sorted(lacking)}")
    area = routing_area(territories.union_all(), buffer_km=abroad_buffer_km)
    frame = pyogrio.read_dataframe(member, layer=layer, columns=[fields[name] for name in _FIELDS])
    near = frame.to_crs(territories.crs).rename(columns={fields[name]: ours for name, ours in _FIELDS.items()})
    near = near[shapely.intersects(area, near.geometry.to_numpy())].reset_index(drop=True)
    codes = country_codes()
    country = near["country"].map(lambda name: codes.get(fold_country(name)), na_action="ignore")
    centres = gpd.GeoDataFrame(
        {
            "city_id": near["city_id"].astype("int64").astype("str"),
            "city_name": near["city_name"],
            "country": country.astype("str"),
            "population_persons": near["population_persons"].astype(float),
            "osm_id": pd.Series(None, index=near.index, dtype="str"),
        },
        geometry=near.geometry,
        crs=territories.crs,
    )
    return validate_layer(centres, "cities")


def _layer(path: Path) -> tuple[str, str]:
    with zipfile.ZipFile(path) as archive:
        packages = [name for name in archive.namelist() if name.lower().endswith(".gpkg")]
    for name in packages:
        member = f"/vsizip/{path.absolute()}/{name}"
        for layer in pyogrio.list_layers(member)[:, 0]:
            if _THEME.search(str(layer)):
                return member, str(layer)
    raise InputError(str(path), got=packages, expected="a GeoPackage with a layer GENERAL_CHARACTERISTICS")
