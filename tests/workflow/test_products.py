"""The products of a real run, read back with other people's tools."""

import json
import sqlite3

import frictionless
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]


@pytest.fixture(scope="module")
def results(synthetic_project):
    return synthetic_project.results("XXA")


@pytest.fixture(scope="module")
def table(results):
    return pd.read_csv(results / "indicators.csv", dtype={"territory_id": str})


def numbers(frame, table):
    names = [name for name in table if pd.api.types.is_float_dtype(table[name])]
    return frame[names].to_numpy(dtype=float), table[names].to_numpy(dtype=float)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_data_package_is_valid(results):
    report = frictionless.validate(str(results / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])


def test_the_geoparquet_holds_the_same_table_with_shapes(results, table):
    frame = gpd.read_parquet(results / "indicators.parquet")
    assert frame.crs == 4326
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(*numbers(frame, table), rtol=1e-12)


def test_the_geopackage_holds_the_same_table_and_its_styles(results, table):
    frame = gpd.read_file(results / "indicators.gpkg", layer="territories").sort_values("territory_id")
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(*numbers(frame, table), rtol=1e-12)
    with sqlite3.connect(results / "indicators.gpkg") as database:
        styled = {row[0] for row in database.execute("select f_table_name from layer_styles where useAsDefault = 1")}
    assert styled >= {"territories", "cities", "roads"}


def test_the_workbook_keeps_codes_as_text(results, table):
    book = openpyxl.load_workbook(results / "indicators.xlsx", read_only=True)
    assert {"indicators", "codebook", "sources"} <= set(book.sheetnames)
    rows = list(book["indicators"].iter_rows(values_only=True))
    position = next(number for number, row in enumerate(rows) if "territory_id" in row)
    column = rows[position].index("territory_id")
    assert [row[column] for row in rows[position + 1 :]] == table["territory_id"].tolist()


def test_the_stata_file_has_the_same_rows_and_labels(results, table):
    with pd.read_stata(results / "indicators.dta", iterator=True) as reader:
        labels = reader.variable_labels()
        frame = reader.read()
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(frame["area_km2"], table["area_km2"], rtol=1e-12)
    assert all(labels.values())


def test_the_codebook_and_the_long_table_cover_every_column(results, table):
    codebook = pd.read_csv(results / "codebook.csv", keep_default_na=False)
    long = pd.read_csv(results / "indicators_long.csv", dtype=str, keep_default_na=False)
    assert codebook["column"].tolist() == list(table)
    assert set(long["territory_id"]) == set(table["territory_id"])
    assert len(long) == len(table) * long["column"].nunique()


@pytest.mark.parametrize("name", ["provenance.json", "quality.json", "datapackage.json"])
def test_json_products_are_strict(results, name):
    json.loads((results / name).read_text(), parse_constant=pytest.fail)
