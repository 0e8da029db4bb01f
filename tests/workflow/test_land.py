"""Two real regions without OpenStreetMap: one of an agricultural census and incomes, one of rasters."""

import json

import pandas as pd
import pytest
import rasterio
import yaml

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("land")]


def shipped(root, name, cases):
    text = (root / f"config/regions/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text.replace("../shared/data", str(cases)))["regions"][name]


@pytest.fixture(scope="module")
def project(make_project, root, cases):
    regions = {name: shipped(root, name, cases) for name in ("matopiba", "sao_miguel")}
    regions["matopiba"]["indicators"]["land"]["lorenz"] = False
    # The same raster as that of an earlier date: nothing has changed.
    regions["sao_miguel"]["land_cover"]["earlier"] = {2012: regions["sao_miguel"]["land_cover"]["path"]}
    done = make_project(regions)
    done.run("tables", "results/matopiba/maps/holding_gini_camara_class.png")
    return done


def table(project, region):
    return pd.read_csv(project.results(region) / "indicators.csv", dtype={"territory_id": str}).set_index(
        "territory_id"
    )


def checks(project, region):
    report = json.loads((project.results(region) / "quality.json").read_text(encoding="utf-8"))
    return {check["name"]: check for check in report["checks"]}


def test_every_municipality_has_a_row_and_those_of_the_census_their_holdings(project):
    found = table(project, "matopiba")
    assert len(found) == 996
    assert found["holding_count"].notna().sum() == 337
    assert found["holding_count"].sum() == 280_187


def test_no_gini_is_negative_and_each_lies_between_its_bounds(project):
    found = table(project, "matopiba").dropna(subset=["holding_area_gini_index"])
    low, index, high = (found[f"holding_area_gini_{name}index"] for name in ("lower_", "", "upper_"))
    assert len(found) == 336
    assert (low >= 0).all()
    assert (low <= index + 1e-12).all()
    assert (index <= high + 1e-12).all()
    assert (high <= 1).all()


def test_what_rests_on_withheld_figures_is_flagged(project):
    long = pd.read_csv(project.results("matopiba") / "indicators_long.csv", dtype=str, keep_default_na=False)
    flags = long[long["column"] == "holding_area_gini_index"]["flag"].value_counts()
    assert flags.to_dict() == {"no_source_row": 659, "suppressed": 291, "": 45, "too_few_units": 1}
    suppressed = checks(project, "matopiba")["holdings_suppressed_cells"]
    assert suppressed["value"] == 772
    assert sum(row["cells"] for row in suppressed["rows"]) == 772


def test_names_that_did_not_join_are_listed_with_those_most_like_them(project):
    assert checks(project, "matopiba")["holdings_join"]["rows"] == []
    (stray,) = checks(project, "matopiba")["outcomes_join"]["rows"]
    assert stray["territory_name"] == "Nazária (PI)"
    assert "| Nazária (PI) | Nazaré" in (project.results("matopiba") / "quality.md").read_text(encoding="utf-8")


def test_outcomes_have_three_dates_for_every_municipality(project):
    outcomes = pd.read_parquet(project.results("matopiba") / "layers/outcomes.parquet")
    assert outcomes.groupby("year")["territory_id"].nunique().to_dict() == {1991: 996, 2000: 996, 2010: 996}
    assert outcomes[["income", "poverty", "inequality"]].notna().all(axis=None)


def test_without_roads_travel_times_are_listed_and_not_made_up(project):
    report = json.loads((project.results("matopiba") / "quality.json").read_text(encoding="utf-8"))
    lacking = {entry["column"]: entry["config_key"] for entry in report["not_computed"]}
    assert lacking["time_intermediate_city_mean_min"] == "roads.provider"
    assert lacking["farmland_cover_share"] == "land_cover.provider"
    assert not [name for name in table(project, "matopiba") if name.startswith("time_")]
    assert (project.results("matopiba") / "maps/holding_gini_camara_class.png").stat().st_size > 50_000


def test_people_and_land_cover_each_come_from_their_own_grid(project, cases):
    found = table(project, "sao_miguel")
    with rasterio.open(cases / "sao-miguel/gpw_v411_2020_count_2020.tif") as raster:
        everyone = raster.read(1, masked=True).sum()
    assert 0.85 * everyone < found["population_persons"].sum() < everyone
    assert found["mapped_land_use_share"].to_numpy() == pytest.approx(1, abs=1e-3)
    assert found["farmland_cover_share"].between(0.4, 0.8).all()
    assert checks(project, "sao_miguel")["population_raster_balance"]["status"] == "pass"
    assert checks(project, "sao_miguel")["land_cover_legend"]["status"] == "pass"


def test_two_dates_of_one_raster_have_no_change(project):
    patches = pd.read_parquet(project.results("sao_miguel") / "layers/land_cover_patches.parquet")
    assert sorted(patches["year"].unique()) == [2012, 2018]
    change = table(project, "sao_miguel")["farmland_patch_area_gini_change_index"].dropna()
    assert len(change) == 2
    assert change.to_numpy() == pytest.approx(0)


def test_lorenz_curves_are_drawn_where_there_is_evidence(project):
    has_evidence = table(project, "sao_miguel")["land_evidence"] != "none"
    drawn = sorted(path.stem for path in (project.results("sao_miguel") / "lorenz").glob("*.svg"))
    assert drawn == sorted(has_evidence.index[has_evidence])
    assert not (project.results("matopiba") / "lorenz").exists()
