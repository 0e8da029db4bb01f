"""The embedded example as shipped, and the same country eight years later where that extract is at hand."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import yaml
from PIL import Image
from pyproj import Geod

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("example")]

#: Columns of the contract that OSM and GeoNames alone allow.
MAIN_COLUMNS = [
    "territory_id", "territory_name", "parent_name", "country", "area_km2", "population_persons",
    "time_intermediate_city_mean_min", "distance_intermediate_city_mean_km", "distance_intermediate_city_straight_km",
    "nearest_intermediate_city_name", "population_within_60min_intermediate_city_share", "road_length_km",
    "road_density_km_per_100km2", "main_road_density_km_per_100km2", "paved_road_share", "rural_access_index_share",
    "power_line_density_km_per_100km2", "school_count", "farmland_patch_area_gini_index", "land_use_shannon_index",
]  # fmt: skip


@pytest.fixture(scope="module")
def table(example_project):
    return pd.read_csv(example_project.results("LIE") / "indicators.csv", dtype={"territory_id": str})


def test_the_table_has_the_eleven_municipalities_and_their_area(table):
    assert len(table) == 11
    assert table["area_km2"].sum() == pytest.approx(160, rel=0.01)


def test_the_columns_of_the_contract_are_there(table):
    assert not set(MAIN_COLUMNS) - set(table)
    assert list(table)[:6] == MAIN_COLUMNS[:6]


def test_road_lengths_add_up_to_the_length_inside_the_country(example_project):
    table = pd.read_parquet(example_project.results("LIE") / "assembled/table.parquet")
    layers = example_project.results("LIE") / "layers"
    country = gpd.read_parquet(layers / "territories.parquet").union_all()
    roads = gpd.read_parquet(layers / "roads.parquet")
    inside = roads[roads["road_class"] != "ferry"].geometry.intersection(country)
    total_km = sum(Geod(ellps="WGS84").geometry_length(line) for line in inside) / 1000
    counted = table["road_length_km"] + table["restricted_road_length_km"]
    assert counted.sum() == pytest.approx(total_km, rel=1e-6)


def test_every_municipality_has_a_travel_time(table):
    assert table["time_intermediate_city_mean_min"].between(0, 60).all()


def test_every_missing_value_is_explained(example_project):
    long = pd.read_csv(example_project.results("LIE") / "indicators_long.csv", dtype=str, keep_default_na=False)
    assert not ((long["value"] == "") & (long["text"] == "") & (long["flag"] == "")).any()


def test_every_column_stands_in_the_codebook(example_project, table):
    codebook = pd.read_csv(example_project.results("LIE") / "codebook.csv", keep_default_na=False)
    assert codebook["column"].tolist() == list(table)
    assert (
        (codebook[["title_es", "title_en", "title_pt", "definition", "method", "source", "missing"]] != "").all().all()
    )


def test_no_check_of_the_example_fails(example_project):
    report = json.loads((example_project.results("LIE") / "quality.json").read_text())
    assert not [check["name"] for check in report["checks"] if check["status"] == "fail"]


def test_provenance_names_sources_with_checksums_and_licences(example_project):
    record = json.loads((example_project.results("LIE") / "provenance.json").read_text())
    assert {source["licence"] for source in record["inputs"]} == {"ODbL 1.0", "CC BY 4.0"}
    assert all(len(source["sha256"]) == 64 for source in record["inputs"])
    assert "OpenStreetMap contributors" in (example_project.results("LIE") / "SOURCES.md").read_text()


def test_a_map_is_an_a4_page_at_200_dpi(example_project):
    example_project.run("results/LIE/maps/time_intermediate_city_mean_min.png")
    with Image.open(example_project.results("LIE") / "maps/time_intermediate_city_mean_min.png") as picture:
        assert sorted(picture.size) == [1654, 2338]
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 10


def test_a_later_extract_gives_farmland_concentration_for_most_municipalities(example_project, cases):
    config = yaml.safe_load((example_project.folder / "config/config.yaml").read_text())
    region = config["regions"].pop("LIE")
    extract = next((cases / "liechtenstein-2021").glob("*.osm.pbf"))
    region["osm"]["path"] = str(extract)
    config["regions"]["LIE2021"] = region
    path = example_project.folder / "later.yaml"
    path.write_text(yaml.safe_dump(config))
    example_project.run("results/LIE2021/indicators/land.parquet", "--configfile", str(path))
    table = pd.read_parquet(example_project.results("LIE2021") / "indicators/land.parquet")
    assert table.index.tolist() == [f"LI-{number:02d}" for number in range(1, 12)]
    assert table["farmland_patch_area_gini_index"].notna().sum() > 11 / 2
    assert table["farmland_patch_area_gini_index"].dropna().between(0.3, 0.9).all()
