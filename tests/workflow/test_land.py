"""Two real regions without OpenStreetMap: one of an agricultural census and incomes, one of rasters."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
import statsmodels.formula.api as smf
import yaml
from scipy import stats
from statsmodels.stats.multitest import multipletests

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
    # Those of cells on the shore live on the land part of their cell; each of six territories is rounded to a person.
    assert found["population_persons"].sum() == pytest.approx(float(everyone), abs=3.5)
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


PAIRS = ((1991, 2000), (2000, 2010))


@pytest.fixture(scope="module")
def incomes(cases):
    """The table as it was published, by code; the row without a code is that of a person's decision."""
    table = pd.read_csv(cases / "matopiba/income_1991_2000_2010.csv", dtype={"code": str})
    table["code"] = table["code"].mask(table["municipality"] == "São Valério (TO)", "1720499")
    return table.dropna(subset=["code"]).drop(columns=["municipality", "uf"]).pivot_table(index="code", columns="year")


def test_types_of_change_are_those_of_an_independent_count_in_both_decades(project, incomes):
    found = table(project, "matopiba")
    summary = pd.read_csv(project.results("matopiba") / "dynamics_summary.csv")
    for first, last in PAIRS:
        letters = [
            (incomes["income_per_capita_brl"][last] > incomes["income_per_capita_brl"][first]),
            (incomes["poverty_percent"][last] < incomes["poverty_percent"][first]),
            (incomes["income_gini"][last] < incomes["income_gini"][first]),
        ]
        types = pd.Series("", incomes.index)
        for letter in letters:
            types += letter.map({True: "W", False: "L"})
        assert found[f"dynamics_type_{first}_{last}"].to_dict() == types.reindex(found.index).to_dict()
        counted = summary[(summary["period"] == f"{first}-{last}") & (summary["level"] == "country")]
        assert counted.set_index("dynamics_type")["territories"].to_dict() == types.value_counts().to_dict()
        people = incomes["population"][last].groupby(types).sum()
        assert counted.set_index("dynamics_type")["population_persons"].to_dict() == people.to_dict()
        by_parent = summary[(summary["period"] == f"{first}-{last}") & (summary["level"] == "parent")]
        assert by_parent["territories"].sum() == counted["territories"].sum() == 996
    assert (found["dynamics_type"] == found["dynamics_type_2000_2010"]).all()


def test_counts_by_type_and_moves_are_those_that_were_looked_at(project):
    summary = pd.read_csv(project.results("matopiba") / "dynamics_summary.csv")
    country = summary[summary["level"] == "country"]
    country = country.pivot_table(index="dynamics_type", columns="period", values="territories")
    assert country["1991-2000"].to_dict() == {"LLL": 18, "LWL": 18, "LWW": 17, "WLL": 11, "WWL": 700, "WWW": 232}
    assert country["2000-2010"].to_dict() == {"LLL": 1, "LWL": 1, "LWW": 6, "WLL": 2, "WWL": 329, "WWW": 657}
    moves = pd.read_csv(project.results("matopiba") / "dynamics_transitions.csv")
    assert moves["territories"].sum() == 996
    assert moves.loc[moves["is_same"], "territories"].sum() == 323


def test_propositions_are_those_of_another_computation(project, incomes):
    rows = pd.read_csv(project.results("matopiba") / "propositions.csv", keep_default_na=False)
    whole = pd.read_parquet(project.results("matopiba") / "indicators.parquet").set_index("territory_id")
    told = rows[rows["coefficient"] != ""]
    assert set(told["id"]) == {"land_inclusion"}
    assert set(told["verdict"]) == {"no clear relation"}
    outcomes = {"poverty": "poverty_percent", "equality": "income_gini"}
    p_values = []
    for row in told.to_dict("records"):
        first, last = (int(year) for year in row["period"].split("-"))
        name = outcomes[row["outcome"]]
        frame = pd.DataFrame(
            {
                "fall": incomes[name][first] - incomes[name][last],
                "start": incomes[name][first],
                "people": np.log(incomes["population"][first]),
                "less_gini": -whole["holding_area_gini_index"],
                "parent": whole["parent_name"],
            }
        ).dropna()
        assert int(row["n"]) == len(frame) == 336
        rho = stats.spearmanr(frame["less_gini"], frame["fall"]).statistic
        assert float(row["rho"]) == pytest.approx(rho, abs=1e-5)
        scale = {"fall": frame["fall"].std(ddof=0), "less_gini": frame["less_gini"].std(ddof=0)}
        model = smf.ols("fall ~ less_gini + start + people + C(parent)", frame).fit(cov_type="HC3", use_t=True)
        ratio = scale["less_gini"] / scale["fall"]
        assert float(row["coefficient"]) == pytest.approx(model.params["less_gini"] * ratio, abs=1e-5)
        low, high = model.conf_int().loc["less_gini"] * ratio
        assert (float(row["low"]), float(row["high"])) == pytest.approx((low, high), abs=1e-5)
        assert row["p_clustered"] == ""
        p = permuted_within(frame, seed=5)
        # Two samples of permutations of one p-value.
        assert float(row["p_permutation"]) == pytest.approx(p, abs=5 * np.sqrt(0.25 / 2000))
        p_values.append(float(row["p_permutation"]))
    assert [float(q) for q in told["q"]] == pytest.approx(multipletests(p_values, method="fdr_bh")[1], abs=1e-5)


def permuted_within(frame, *, seed):
    """Freedman and Lane: residuals without the factor change places within parents; the whole model is fitted again."""
    generator = np.random.default_rng(seed)
    parents = pd.get_dummies(frame["parent"]).to_numpy(dtype=float)
    held = np.column_stack([parents, frame["start"], frame["people"]])
    fitted = held @ np.linalg.lstsq(held, frame["fall"].to_numpy(), rcond=None)[0]
    left = frame["fall"].to_numpy() - fitted
    whole = np.column_stack([frame["less_gini"], held])
    inverse = np.linalg.inv(whole.T @ whole)

    def t(y):
        beta = inverse @ whole.T @ y
        error = np.sqrt(((y - whole @ beta) ** 2).sum() / (len(y) - whole.shape[1]) * inverse[0, 0])
        return abs(beta[0] / error)

    observed, larger = t(frame["fall"].to_numpy()), 0
    groups = [np.flatnonzero(parents[:, place] == 1) for place in range(parents.shape[1])]
    for _ in range(2000):
        moved = left.copy()
        for group in groups:
            moved[group] = left[generator.permutation(group)]
        larger += t(fitted + moved) >= observed
    return (1 + larger) / 2001


def test_factors_and_neighbours_are_told(project):
    factors = pd.read_csv(project.results("matopiba") / "dynamics_factors.csv")
    assert factors["column"].unique().tolist() == [
        "holding_area_gini_index", "holding_area_top10_share", "holding_area_large_share", "holding_area_mean_ha",
        "holding_area_theil_index", "holding_count",
    ]  # fmt: skip
    assert set(factors.loc[factors["group"] != "all", "rho_growth"].isna()) == {True}
    moran = checks(project, "matopiba")["spatial_autocorrelation"]["rows"]
    (gini,) = [row for row in moran if row["column"] == "holding_area_gini_index"]
    assert gini["n"] > 300
    assert gini["moran_i"] > 0.2
    assert checks(project, "matopiba")["dynamics_balance"]["status"] == "pass"
    assert checks(project, "matopiba")["outcomes_prices"]["status"] == "pass"
