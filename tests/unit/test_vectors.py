"""Vector files that users give: clear words on what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.polygons import polygons_only
from comarca.sources.vectors.read import as_code, read_vector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a GeoPackage with two layers."""
    path = tmp_path / "data.gpkg"
    points = gpd.GeoDataFrame({"population": [1]}, geometry=[shapely.Point(0, 0)], crs=STORAGE)
    points.to_file(path, layer="towns")
    points.to_file(path, layer="villages")
    return path


def test_a_missing_file_names_the_one_beside_it(package: Path) -> None:
    with pytest.raises(InputError, match=r"cities: .*dta\.gpkg.*Did you mean 'data\.gpkg'"):
        read_vector(package.with_name("dta.gpkg"), name="cities")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist either"):
        read_vector(tmp_path / "no" / "data.gpkg")


def test_a_wrong_layer_names_the_right_one(package: Path) -> None:
    with pytest.raises(InputError, match=r"got 'town'.*Did you mean 'towns'"):
        read_vector(package, layer="town")


def test_several_layers_ask_for_one(package: Path) -> None:
    with pytest.raises(InputError, match="towns, villages"):
        read_vector(package)
    assert len(read_vector(package, layer="villages")) == 1


def test_a_wrong_column_names_the_right_one(package: Path) -> None:
    with pytest.raises(InputError, match=r"got 'Poblation'.*Did you mean 'population'"):
        read_vector(package, layer="towns", columns=["Poblation"])


@pytest.mark.parametrize("suffix", ["gpkg", "parquet"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"data.{suffix}"
    path.write_text("<html>")
    with pytest.raises(InputError, match=path.name):
        read_vector(path)


def test_a_table_without_geometry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="without geometry"):
        read_vector(path)


def test_a_parquet_table_without_geometry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(InputError, match="GeoParquet"):
        read_vector(path)


def test_a_layer_without_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    gpd.GeoDataFrame({"a": []}, geometry=[], crs=STORAGE).to_parquet(path)
    with pytest.raises(InputError, match="no rows"):
        read_vector(path)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["01", " 02 ", None, ""], ["01", "02", None, None]),
        ([1, 20], ["1", "20"]),
        ([1.0, np.nan, 5570.0], ["1", None, "5570"]),
    ],
)
def test_codes_are_text(values: list[object], expected: list[str | None]) -> None:
    found = as_code(pd.Series(values), where="file, column code")
    assert [code if isinstance(code, str) else None for code in found] == expected


def test_a_code_with_a_fraction_is_refused() -> None:
    with pytest.raises(InputError, match=r"column code: got .*1\.5"):
        as_code(pd.Series([1.5]), where="file, column code")


def test_only_polygons_are_left_of_a_collection() -> None:
    square = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection([square, shapely.Point(5, 5), shapely.MultiPolygon([shapely.box(2, 0, 3, 1)])])
    found = polygons_only(np.array([mixed, shapely.Point(0, 0), square], dtype=object))
    np.testing.assert_allclose(shapely.area(found), [2, 0, 1])
    assert shapely.is_empty(found[1])
