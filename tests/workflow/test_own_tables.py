"""A region of the user's own tables and rasters: jobs, firms, further data, people and lights at two dates."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from cases import synthetic

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("own_tables")]

JOBS = """codigo;rama;puestos
01;Agricultura, ganadería;80
01;Construcción;20
02;Agricultura, ganadería;20
02;Construcción;80
99;Construcción;5
"""
FIRMS = "territory_id,max_jobs,firms\n01,9,8\n01,49,1\n01,,1\n02,9,3\n"
SCORES = "codigo;Índice;tipo\n01;0,25;a\n02;0,5;b\n03;0,75;a\n"
NAMED = "municipio;provincia;gasto\nBREA;west;12.5\nBrea;East;7\nNowhere;East;1\n"


def raster(path, west_of, value, other):
    """Write cells of a hundredth of a degree, one value in the west and another in the east."""
    cells = np.full((20, 70), other, dtype="float32")
    cells[:, : round((west_of - 10) * 100)] = value
    with rasterio.open(
        path, "w", driver="GTiff", height=20, width=70, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(0.01, 0, 10, 0, -0.01, 0.2), nodata=-1,
    ) as file:  # fmt: skip
        file.write(cells, 1)
    return str(path)


@pytest.fixture(scope="module")
def project(make_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    synthetic.territories().to_file(folder / "units.gpkg")
    synthetic.cities().to_file(folder / "cities.gpkg")
    for name, text in {"jobs": JOBS, "firms": FIRMS, "scores": SCORES, "named": NAMED}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    region = {
        "country": "XXA",
        "osm": "none",
        "territories": {
            "provider": "file", "path": str(folder / "units.gpkg"), "id": "code", "name": "name", "parent": "province",
        },
        "cities": {
            "provider": "file", "path": str(folder / "cities.gpkg"), "name": "name", "population": "inhabitants",
        },
        "population": {
            "provider": "file", "path": raster(folder / "people_2020.tif", 10.2, 10, 20), "year": 2020,
            "earlier": {2010: raster(folder / "people_2010.tif", 10.2, 5, 20)},
        },
        "night_lights": {
            "provider": "file", "path": raster(folder / "lights_2020.tif", 10.1, 4, 0), "year": 2020, "nodata": "none",
            "earlier": {2010: raster(folder / "lights_2010.tif", 10.1, 1, 0)},
        },
        "employment": {
            "provider": "file", "path": str(folder / "jobs.csv"),
            "columns": {"territory_id": "codigo", "sector": "rama", "jobs": "puestos"},
        },
        "firms": {"provider": "file", "path": str(folder / "firms.csv")},
        "attributes": [
            {
                "path": str(folder / "scores.csv"), "id": "codigo",
                "columns": {
                    "poverty_share": {"title": "Poverty", "unit": "1", "better": "lower", "column": "Índice"},
                    "own_class": {
                        "title": {"en": "Kind of place", "es": "Tipo de lugar", "pt": "Tipo de lugar"}, "unit": "",
                        "kind": "class", "column": "tipo", "categories": {"a": "Coast", "b": "Inland"},
                    },
                },
            },
            {
                "path": str(folder / "named.csv"), "name": "municipio", "parent": "provincia",
                "columns": {"spending_usd": {"title": "Public spending", "unit": "USD", "column": "gasto"}},
            },
        ],
        "city_classes_persons": {"intermediate": [50_000, None]},
        "indicators": {"infrastructure": {"lit_above": 3}},
    }  # fmt: skip
    done = make_project({"own": region})
    done.run_in_process("tables", *(f"results/own/maps/{name}.png" for name in ("poverty_share", "own_class")))
    return done


@pytest.fixture(scope="module")
def table(project):
    """The table with all digits; those of the CSV are rounded."""
    return pd.read_parquet(project.results("own") / "assembled/table.parquet").set_index("territory_id")


@pytest.fixture(scope="module")
def checks(project):
    report = json.loads((project.results("own") / "quality.json").read_text(encoding="utf-8"))
    return {check["name"]: check for check in report["checks"]}


def test_people_of_the_rasters_are_in_the_territories(table, checks):
    assert table.loc["06", "population_persons"] == pytest.approx(1000, rel=1e-5)
    assert table.loc["06", "population_change_percent_per_year"] == pytest.approx(100 * (2**0.1 - 1), rel=1e-5)
    assert table.loc["03", "population_change_percent_per_year"] == pytest.approx(0, abs=1e-9)
    assert {checks[f"population_{year}_raster_balance"]["status"] for year in (2010, 2020)} == {"pass"}


def test_lights_are_of_people_and_of_land(table):
    assert table.loc[["06", "07"], "lit_population_share"].tolist() == [1, 0]
    assert table.loc["06", "night_light_per_population_dn_per_1000persons"] == pytest.approx(400, rel=1e-5)
    assert table.loc["06", "night_light_change_percent_per_year"] == pytest.approx(100 * (4**0.1 - 1), rel=1e-5)


def test_sectors_of_the_table_have_columns_and_titles_of_their_own(project, table):
    ratio = "employment_agricultura_ganaderia_location_quotient_ratio"
    assert table.loc[["01", "02"], ratio].tolist() == pytest.approx([1.6, 0.4])
    assert table.loc["01", "employment_largest_sector_name"] == "Agricultura, ganadería"
    assert table.loc["01", "small_firm_share"] == pytest.approx(0.9)
    codebook = pd.read_csv(project.results("own") / "codebook.csv").set_index("column")
    assert "Agricultura, ganadería" in codebook.loc[ratio, "title_en"]


def test_rows_that_no_territory_has_are_named(checks):
    assert [row["territory_id"] for row in checks["employment_join"]["rows"]] == ["99"]


def test_the_users_columns_are_like_any_other(project, table):
    assert table.loc["01", "poverty_share"] == 0.25
    assert table.loc["02", "own_class"] == "b"
    codebook = pd.read_csv(project.results("own") / "codebook.csv").set_index("column")
    assert codebook.loc["poverty_share", ["title_es", "unit", "better"]].tolist() == ["Poverty", "1", "lower"]
    long = pd.read_csv(project.results("own") / "indicators_long.csv", dtype=str, keep_default_na=False)
    flags = long[long["column"] == "poverty_share"].set_index("territory_id")["flag"]
    assert flags[["01", "04"]].tolist() == ["", "no_source_row"]
    for name in ("poverty_share", "own_class"):
        assert (project.results("own") / f"maps/{name}.png").stat().st_size > 20_000


def test_a_join_by_name_is_within_the_parent_and_never_silent(project, table):
    assert table.loc[["02", "03"], "spending_usd"].tolist() == [12.5, 7]
    report = (project.results("own") / "quality.md").read_text(encoding="utf-8")
    assert "joined by name" in report
    assert "Nowhere" in report


def test_the_files_are_cited(project):
    sources = (project.results("own") / "SOURCES.md").read_text(encoding="utf-8")
    assert all(name in sources for name in ("scores.csv", "named.csv", "jobs.csv", "firms.csv", "lights_2010.tif"))


def test_a_name_that_is_taken_is_refused_before_any_job(project):
    text = project.config.read_text(encoding="utf-8").replace("poverty_share:", "area_km2:")
    wrong = project.folder / "wrong.yaml"
    wrong.write_text(text, encoding="utf-8")
    done = replace(project, config=wrong).run("-n", "tables", ok=False)
    assert done.returncode != 0
    assert "a name that no other column bears" in done.stdout + done.stderr
