"""The products of a real run, read back with other people's tools."""

import json
import re
import sqlite3

import frictionless
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from comarca.publish.assembled import Assembled
from comarca.publish.rounding import rounded

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]


@pytest.fixture(scope="module")
def results(synthetic_project):
    return synthetic_project.results("XXA")


@pytest.fixture(scope="module")
def table(results):
    return pd.read_csv(results / "indicators.csv", dtype={"territory_id": str})


@pytest.fixture(scope="module")
def columns(results):
    return Assembled(
        {"columns": results / "assembled/columns.json", "table": results / "assembled/table.parquet"}
    ).columns


def numbers(frame, table, columns):
    """Numbers of a product that keeps all digits, rounded as in the CSV file, and those of the CSV file."""
    names = [name for name in table if pd.api.types.is_float_dtype(table[name])]
    return rounded(pd.DataFrame(frame[names]), columns).to_numpy(dtype=float), table[names].to_numpy(dtype=float)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_data_package_is_valid(results):
    report = frictionless.validate(str(results / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])


def test_the_geoparquet_holds_the_same_table_with_shapes(results, table, columns):
    frame = gpd.read_parquet(results / "indicators.parquet")
    assert frame.crs == 4326
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(*numbers(frame, table, columns), rtol=1e-12)


def test_the_geopackage_holds_the_same_table_and_its_styles(results, table, columns):
    frame = gpd.read_file(results / "indicators.gpkg", layer="territories").sort_values("territory_id")
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(*numbers(frame, table, columns), rtol=1e-12)
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


def test_the_stata_file_has_the_same_rows_and_labels(results, table, columns):
    with pd.read_stata(results / "indicators.dta", iterator=True) as reader:
        labels = reader.variable_labels()
        frame = reader.read()
    assert frame["territory_id"].tolist() == table["territory_id"].tolist()
    np.testing.assert_allclose(rounded(frame[["area_km2"]], columns)["area_km2"], table["area_km2"], rtol=1e-12)
    assert all(labels.values())


def test_the_codebook_and_the_long_table_cover_every_column(results, table):
    codebook = pd.read_csv(results / "codebook.csv", keep_default_na=False)
    long = pd.read_csv(results / "indicators_long.csv", dtype=str, keep_default_na=False)
    assert codebook["column"].tolist() == list(table)
    assert set(long["territory_id"]) == set(table["territory_id"])
    assert len(long) == len(table) * long["column"].nunique()


def test_long_table_workbook_and_stata_file_hold_the_same_numbers(results, table, columns):
    keys = ["territory_id", "column", "value"]
    long = pd.read_csv(results / "indicators_long.csv", dtype={"territory_id": str}, usecols=keys)
    book = pd.read_excel(
        results / "indicators.xlsx", sheet_name="indicators", dtype={"territory_id": str}, engine="calamine"
    )
    stata = pd.read_stata(results / "indicators.dta", convert_categoricals=False).set_axis(list(table), axis=1)
    values = long.set_index(["column", "territory_id"])["value"]
    # Codes of cities look like numbers in a CSV file; in Parquet they are what they are.
    typed = pd.read_parquet(results / "indicators.parquet")
    names = [name for name in table if pd.api.types.is_float_dtype(typed[name])]
    stata = rounded(stata[names], columns)
    for name in names:
        for column in (pd.to_numeric(values[name])[table["territory_id"]], book[name], stata[name]):
            np.testing.assert_allclose(
                column.to_numpy(float, na_value=np.nan), table[name].to_numpy(float), rtol=1e-12, err_msg=name
            )


@pytest.mark.parametrize("name", ["provenance.json", "quality.json", "datapackage.json"])
def test_json_products_are_strict(results, name):
    json.loads((results / name).read_text(), parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def captions(synthetic_project, tmp_path_factory):
    """Product -> its caption, in the report of a finished run; it is built without a network."""
    project = synthetic_project
    path = tmp_path_factory.mktemp("report") / "report.html"
    targets = ["tables", "results/XXA/maps/index.html", "results/XXA/atlas.html"]
    project.run(*targets)
    project.run(*targets, "--report", str(path))
    page = path.read_text(encoding="utf-8")
    start = page.index('var results = {"results/') + len("var results = ")
    shown, _ = json.JSONDecoder().raw_decode(page, start)
    return {entry["name"]: entry["caption"] for entry in shown.values()}


def test_every_product_in_the_report_has_a_caption(captions):
    assert captions.keys() == {"indicators.csv", "codebook.csv", "quality.md", "atlas.html", "index.html"}
    for name, caption in captions.items():
        assert len(re.sub("<[^>]+>", "", caption)) > 60, name
        assert "system-message" not in caption
        assert "{{" not in caption


def test_the_caption_of_the_maps_names_the_region(captions):
    assert "All maps of <strong>XXA</strong>" in re.sub(r"\s+", " ", captions["index.html"])


def test_the_bands_hold_the_published_values(results, table, columns):
    bands = pd.read_csv(results / "indicators_uncertainty.csv", dtype=str)
    assert list(bands)[:5] == ["territory_id", "column", "low", "high", "method"]
    assert not bands.duplicated(["territory_id", "column"]).any()
    values = table.set_index("territory_id")
    for column in (column for column in columns if column.name in {*bands["column"]}):
        mine = bands[bands["column"] == column.name]
        published = values.loc[mine["territory_id"], column.name].to_numpy()
        if column.kind == "class":
            order = {name: place for place, name in enumerate(column.categories)}
            low, at, high = ([order[name] for name in names] for names in (mine["low"], published, mine["high"]))
        else:
            low, at, high = mine["low"].astype(float), published, mine["high"].astype(float)
        assert (np.asarray(low) <= at).all(), column.name
        assert (np.asarray(at) <= high).all(), column.name
    methods = {"draws_of_speeds", "draws_of_speeds_and_threshold", "untagged_surfaces", "grid_shifts"}
    assert methods <= {*bands["method"]}
