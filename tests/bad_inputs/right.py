"""The right answers, written by hand: what each layer's clean form has to read to, whatever way it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

#: Two places nearer than this are one, degrees.
SAME_DEG = 1e-7
_SQUARE_M_PER_HA = 10_000.0
_CODES = ["0101", "0102", "0201"]


def is_table(right: pd.DataFrame, *, rtol: float = 1e-9) -> Callable[[Any], bool]:
    """Compare all columns and rows with the right ones, in their order; columns without a value may be left out."""

    def check(found: Any) -> bool:
        same_tables(found, right, rtol=rtol)
        return True

    return check


def is_layer(name: str, frame: gpd.GeoDataFrame) -> Callable[[Any], bool]:
    """Compare a layer with the right answer for a frame; areas of parcels are of a plane, good to a millionth."""
    return is_table(layer(name, frame), rtol=1e-6 if name == "parcels" else 1e-9)


def same_tables(found: Any, right: pd.DataFrame, *, rtol: float = 1e-9) -> None:
    """Require two tables to be the same; rows with shapes by code, as some formats put them into an order of theirs."""
    found, right = _plain(found), _plain(right)
    if "geometry" in right:
        found, right = (frame.sort_values(frame.columns[0], ignore_index=True) for frame in (found, right))
        shapes, others = (np.asarray(frame.pop("geometry"), dtype=object) for frame in (found, right))
        assert len(shapes) == len(others)
        assert shapely.equals_exact(_one_part(shapes), _one_part(others), SAME_DEG).all(), shapes
    pd.testing.assert_frame_equal(found, right, check_dtype=False, rtol=rtol)


def _one_part(shapes: Any) -> Any:
    """Bring shapes to one form: the order of vertices is free, and a single part needs no collection."""
    single = [shape.geoms[0] if hasattr(shape, "geoms") and len(shape.geoms) == 1 else shape for shape in shapes]
    return shapely.normalize(np.array(single, dtype=object))


def _plain(table: Any) -> pd.DataFrame:
    """Bring a table to columns of floats and objects, None where there is nothing, without empty columns."""
    plain = pd.DataFrame(table)
    if plain.index.name:
        plain = plain.reset_index()
    plain = plain.reset_index(drop=True)
    if len(plain):
        plain = plain.loc[:, plain.notna().any()]
    kinds = {name: float if pd.api.types.is_numeric_dtype(plain[name]) else object for name in plain}
    return pd.DataFrame({name: plain[name].astype(kind).where(plain[name].notna(), None if kind is object else np.nan)
                         for name, kind in kinds.items()})  # fmt: skip


def _of(codes: list[str], *, each: int) -> list[str]:
    return [code for code in codes for _ in range(each)]


def tables() -> dict[str, pd.DataFrame]:
    """Right answer of each layer of tables."""
    twice, nameless = _of(_CODES, each=2), [""] * 6
    pairs = [(one, other) for one in _CODES for other in _CODES if one != other]
    whole = {
        "holdings": {
            "territory_id": twice, "territory_name": nameless, "class_min_ha": [0.0, 10.0] * 3,
            "class_max_ha": [10.0, np.nan] * 3, "holdings": [10.0, 4.0, 20.0, 6.0, 31.0, 2.0],
            "area_ha": [50.5, 400.25, 80.0, 1500.0, 95.75, 1234.5],
        },
        "outcomes": {
            "territory_id": twice, "territory_name": nameless, "year": [2000, 2010] * 3,
            "income": [200.5, 310.0, 150.25, 180.0, 1234.5, 1500.0], "poverty": [30.0, 25.5, 41.0, 40.0, 18.0, 12.25],
        },
        "employment": {
            "territory_id": twice, "territory_name": nameless, "sector": ["caña", "trade"] * 3,
            "jobs": [40.0, 25.0, 1200.0, 10.0, 7.0, 33.0],
        },
        "firms": {
            "territory_id": twice, "territory_name": nameless, "max_jobs": [9.0, 49.0] * 3,
            "firms": [7.0, 3.0, 1250.0, 12.0, 30.0, 5.0],
        },
        "totals": {"territory_id": _CODES, "year": [2010] * 3, "persons": [1000.0, 25_000.0, 4321.0]},
        "attributes": {"territory_id": _CODES, "income_currency": [12.5, 1730.25, 9.0]},
        "flows": {
            "origin_id": [one for one, _ in pairs], "destination_id": [other for _, other in pairs],
            "persons": [5.0, 8.0, 1300.0, 9.0, 4.0, 26.0],
        },
        "age_groups": {
            "territory_id": _of(_CODES, each=3), "territory_name": [""] * 9, "year": [2020] * 9, "sex": ["both"] * 9,
            "age_from": [0.0, 15.0, 65.0] * 3, "age_to": [14.0, 64.0, np.nan] * 3,
            "persons": [120.0, 300.0, 45.0, 80.0, 1700.0, 60.0, 12.0, 33.0, 20.0],
        },
        "public_finance": {
            "territory_id": twice, "territory_name": nameless, "year": [2019, 2020] * 3,
            "budget": [1200.5, 1310.0, 900.25, 950.0, 77.5, 81.0],
            "transfers": [300.0, 310.25, 410.0, 400.0, 12.0, 18.75],
        },
        "input_output": {
            "from_sector": ["caña", "caña", "trade", "trade"], "to_sector": ["caña", "trade", "caña", "trade"],
            "coefficient": [0.0205, 0.12, 0.1, 0.1005],
        },
        "city_population": {
            "city_id": _CODES, "year": [2010] * 3, "population_persons": [12_000.0, 25_500.0, 1001.0],
        },
    }  # fmt: skip
    return {layer: pd.DataFrame(columns) for layer, columns in whole.items()}


def layer(name: str, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Right answer of a layer of shapes: the columns ``code``, ``label``, ``kind`` and ``people``, under its own names.

    Parcels go to the territory, a square degree, in which the greater part lies, with the area of their polygon on the
    ellipsoid.
    """
    if name == "parcels":
        return _parcels(frame)
    shapes = frame.geometry.to_numpy()
    if name == "territories":
        named = {"territory_id": frame["code"], "territory_name": frame["label"], "country": "URY"}
    elif name == "cities":
        named = {"city_id": frame["code"], "city_name": frame["label"], "country": "URY",
                 "population_persons": frame["people"]}  # fmt: skip
    else:
        code, kind = {"roads": ("road_id", "road_class"), "power": ("power_id", "power_class"),
                      "services": ("service_id", "kind")}[name]  # fmt: skip
        number = (frame.groupby("code").cumcount() + 1).astype(str)
        codes = frame["code"].astype(str).where(~frame["code"].duplicated(keep=False), frame["code"] + "#" + number)
        named = {code: codes, kind: frame["kind"]}
    return pd.DataFrame({**named, "geometry": shapes})


def _parcels(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    geod = pyproj.Geod(ellps="WGS84")
    shapes = frame.geometry.to_numpy()
    areas = [abs(geod.geometry_area_perimeter(shape)[0]) / _SQUARE_M_PER_HA for shape in shapes]
    west = shapely.get_x(shapely.centroid(shapes))
    table = pd.DataFrame({"territory_id": np.where(west < -57, "1", "2"), "area_ha": areas})
    return table.sort_values(["territory_id", "area_ha"], ignore_index=True)
