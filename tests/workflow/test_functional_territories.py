"""The made-up country once more: grouped by province, with clusters and outcomes, and beside a second region."""

import json
import shutil
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import yaml

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]

#: Income per head, poverty and Gini of the territories in 2000 and 2010; 08 was divided into 06 and 07 in between.
OUTCOMES = """code;year;people;income;poor;gini
01;2000;100;10;50;0,50
01;2010;110;12;40;0,45
02;2000;100;10;50;0,50
02;2010;110;12;40;0,55
03;2000;100;10;50;0,50
03;2010;110;9;60;0,55
04;2010;110;9;60;0,55
08;2000;100;10;50;0,50
06;2010;60;12;40;0,45
07;2010;40;9;60;0,45
"""


@pytest.fixture(scope="module")
def project(synthetic_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("functional") / "project"
    shutil.copytree(synthetic_project.folder, folder)
    settings = yaml.safe_load(synthetic_project.config.read_text(encoding="utf-8"))
    region = settings["regions"]["XXA"]
    (folder / "outcomes.csv").write_text(OUTCOMES, encoding="utf-8")
    (folder / "units.csv").write_text("code,unit\n06,U\n07,U\n08,U\n", encoding="utf-8")
    columns = {
        "territory_id": "code",
        "population": "people",
        "income": "income",
        "poverty": "poor",
        "inequality": "gini",
    }
    more = {
        "functional": {"by": "column", "column": "parent_name"},
        "clusters": {"columns": ["road_density_km_per_100km2"]},
        "outcomes": {"provider": "file", "path": str(folder / "outcomes.csv"), "columns": columns,
                     "crosswalk": {"path": str(folder / "units.csv"),
                                   "columns": {"territory_id": "code", "unit_id": "unit"}}},
    }  # fmt: skip
    # A second region of little more than outlines: what both have in common is a table, too.
    lean = {key: region[key] for key in ("country", "territories")} | {"osm": "none", "population": "none"}
    settings["regions"] = {"XXA": region | more, "XXB": lean}
    config = folder / "more.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    done = replace(synthetic_project, folder=folder, config=config)
    replace(done, measured=True).run("tables", "results/XXA/sheets/02.pdf")
    return done


def read(project, name, region="XXA"):
    return pd.read_csv(project.results(region) / name, dtype={"territory_id": str, "functional_id": str})


def test_totals_of_functional_territories_are_those_of_the_municipal_table(project):
    whole = pd.read_parquet(project.results("XXA") / "indicators.parquet").set_index("territory_id")
    found = read(project, "indicators_functional.csv").set_index("territory_id")
    members = read(project, "functional_territories.csv").set_index("territory_id")["functional_id"]
    assert members.nunique() == len(found) == 3
    report = json.loads((project.results("XXA") / "checks/functional.json").read_text(encoding="utf-8"))
    balance = report[0]
    assert balance["status"] == "pass"
    assert balance["value"] <= 1e-9
    assert {"area_km2", "population_persons", "road_length_km"} <= {row["column"] for row in balance["rows"]}
    for name in ("area_km2", "population_persons", "road_length_km"):
        sums = whole[name].groupby(members).sum()
        assert found[name].to_dict() == pytest.approx(sums.to_dict(), abs=5e-4), name


def test_densities_of_functional_territories_are_recomputed_from_their_parts(project):
    found = read(project, "indicators_functional.csv").set_index("territory_id")
    density = 100 * found["road_length_km"] / found["area_km2"]
    assert found["road_density_km_per_100km2"].to_dict() == pytest.approx(density.to_dict(), rel=1e-3)
    layer = gpd.read_parquet(project.results("XXA") / "layers/functional_territories.parquet")
    assert sorted(layer["territory_name"]) == ["East", "Isles", "West"]


def test_clusters_of_too_few_territories_are_not_computed_and_say_why(project):
    name = "road_density_km_per_100km2_cluster_class"
    assert name not in read(project, "indicators.csv")
    quality = json.loads((project.results("XXA") / "quality.json").read_text(encoding="utf-8"))
    (left_out,) = [row for row in quality["not_computed"] if row["column"] == name]
    assert left_out["reasons"] == {"too_few_units": 7}


def test_a_municipality_that_was_divided_has_the_type_of_its_unit(project):
    whole = read(project, "indicators.csv").set_index("territory_id")
    # Unit of 06 and 07 in 2010: income 0.6 x 12 + 0.4 x 9 = 10.8, poverty 0.6 x 40 + 0.4 x 60 = 48, Gini 0.45.
    assert whole["dynamics_type"].dropna().to_dict() == {
        "01": "WWW", "02": "WWL", "03": "LLL", "06": "WWW", "07": "WWW",
    }  # fmt: skip
    assert whole.loc["07", "poverty_change_points_2000_2010"] == pytest.approx(-2)
    long = read(project, "indicators_long.csv")
    flags = long[long["column"] == "dynamics_type"].set_index("territory_id")["flag"].fillna("").to_dict()
    assert flags == {
        "01": "prices_not_stated", "02": "prices_not_stated", "03": "prices_not_stated", "04": "not_at_both_dates",
        "05": "no_source_row", "06": "compared_jointly", "07": "compared_jointly",
    }  # fmt: skip
    summary = read(project, "dynamics_summary.csv")
    country = summary[summary["level"] == "country"].set_index("dynamics_type")["territories"]
    assert country.to_dict() == {"LLL": 1, "WWL": 1, "WWW": 3, "missing": 2}


def test_a_claim_that_cannot_be_told_says_why(project):
    held = read(project, "propositions.csv")
    assert set(held["verdict"]) == {"cannot be told"}
    assert held["note"].str.contains(r"territories have all figures; 30 are needed\.").any()


def test_regions_stand_together_with_their_common_columns(project):
    folder = project.folder / "results/together"
    found = pd.read_csv(folder / "indicators.csv", dtype={"territory_id": str})
    assert found["region"].value_counts().to_dict() == {"XXA": 7, "XXB": 7}
    left_out = pd.read_csv(folder / "left_out.csv").set_index("column")["regions"]
    assert left_out["dynamics_type"] == "XXA"
    assert "dynamics_type" not in found
    codebook = pd.read_csv(folder / "codebook.csv")
    assert codebook["column"].tolist() == list(found)[1:]
    classes = pd.read_csv(folder / "map_classes.csv")
    assert set(classes["column"]) <= set(found)
    assert (classes["from"] <= classes["to"]).all()
    assert pd.read_csv(folder / "dynamics_summary.csv")["region"].unique().tolist() == ["XXA"]


def test_a_sheet_comes_by_its_name(project):
    assert (project.results("XXA") / "sheets/02.pdf").read_bytes().startswith(b"%PDF")
    done = project.run("results/XXA/sheets/99.pdf", ok=False)
    assert "the code of a territory" in done.stdout + done.stderr
