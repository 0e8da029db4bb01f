"""Propositions held against a region, recomputed formula by formula and on panels whose relations are known."""

import math
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from esda import Moran
from libpysal.weights import lat2W
from scipy import stats
from shapely.geometry import box
from statsmodels.stats.multitest import multipletests

from comarca.dynamics.association import Association, Sample, associate, false_discovery
from comarca.dynamics.neighbours import queen_neighbours
from comarca.dynamics.notes import CONDITIONS, OUTCOME_WORDS, SENTENCES, VERDICTS
from comarca.dynamics.periods import nature_periods, outcome_periods
from comarca.dynamics.propositions import COLUMNS, Outcome, Panel, Period, Settings, hold_propositions, verdict_of
from comarca.errors import InputError
from comarca.registry.propositions import Term, load_propositions

QUICK = Settings(permutations=199)


def squares(rows, columns):
    names = [f"{n:04}" for n in range(rows * columns)]
    shapes = [box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)]
    frame = {"territory_id": names, "territory_name": names, "parent_name": "P", "country": "XXX"}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)


def make_panel(seed, *, effects, rows=25, columns=40, parents=25, factors=("x",)):
    """A panel of independent normal factors; each outcome is effects[outcome][factor] times them, and convergence."""
    generator = np.random.default_rng(seed)
    n = rows * columns
    shapes = squares(rows, columns)
    index = pd.Index(shapes["territory_id"])
    table = pd.DataFrame(generator.standard_normal((n, len(factors))), index, list(factors))
    parent = pd.Series([f"P{number * parents // n:02}" for number in range(n)], index)
    level = pd.Series(generator.standard_normal(parents), [f"P{number:02}" for number in range(parents)])
    outcomes = {}
    for name, coefficients in effects.items():
        initial = pd.Series(generator.standard_normal(n), index)
        noise = pd.Series(generator.standard_normal(n), index)
        change = -0.3 * initial + 0.5 * parent.map(level) + noise
        for factor, coefficient in coefficients.items():
            change += coefficient * table[factor]
        outcomes[name] = Outcome(change, initial)
    population = pd.Series(np.exp(generator.normal(9, 1, n)), index)
    types = pd.Series(np.where(generator.random(n) > 0.5, "WWW", "LLL"), index)
    inequality = outcomes["equality"].initial if "equality" in outcomes else None
    period = Period("2000-2010", 2000, outcomes, population, inequality, types)
    return Panel(table, parent, [period], queen_neighbours(shapes), {"x": 2006})


def by_hand(panel, column, sign, outcome):
    """Standardised coefficient with clustered errors, from the matrix formulas."""
    known = panel.periods[0].outcomes[outcome]
    parent = panel.parent.to_numpy()
    labels = sorted(set(parent))

    def z(values):
        return (values - values.mean()) / values.std()

    x = np.column_stack(
        [
            z(sign * panel.table[column].to_numpy()),
            *(parent == label for label in labels),
            z(known.initial.to_numpy()),
            z(np.log(panel.periods[0].population.to_numpy())),
        ]
    ).astype(float)
    y = z(known.change.to_numpy())
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    left = y - x @ beta
    scores = np.array([x[parent == label].T @ left[parent == label] for label in labels])
    (n, k), g = x.shape, len(labels)
    covariance = inverse @ (scores.T @ scores) @ inverse * g / (g - 1) * (n - 1) / (n - k)
    error = math.sqrt(covariance[0, 0])
    half = stats.t.ppf(0.975, g - 1) * error
    return {
        "coefficient": beta[0], "low": beta[0] - half, "high": beta[0] + half,
        "p_clustered": 2 * stats.t.sf(abs(beta[0] / error), g - 1), "residuals": left,
    }  # fmt: skip


@pytest.fixture(scope="module")
def planted():
    factors = ("holding_area_gini_index", "market_potential_persons", "land_use_shannon_index")
    effects = {"growth": {factors[1]: 0.4}, "poverty": {factors[0]: -0.4}, "equality": {factors[2]: -0.4}}
    panel = make_panel(8, effects=effects, factors=factors)
    return panel, hold_propositions(panel, load_propositions(), QUICK)


def row_of(table, name, outcome, condition=""):
    chosen = table[(table["id"] == name) & (table["outcome"] == outcome) & (table["condition"] == condition)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_the_table_has_the_columns_of_the_contract_and_a_verdict_on_every_row(planted):
    _, table = planted
    assert tuple(table)[: len(COLUMNS)] == COLUMNS
    assert (table["note"] == table["note_en"]).all()
    assert (table["note_es"] != table["note_en"]).all()
    assert set(table["verdict"]) <= {"as expected", "against", "no clear relation", "cannot be told"}
    assert set(table["id"]) == {row.id for row in load_propositions().rows}
    assert (table.loc[table["verdict"] == "cannot be told", "note"] != "").all()


@pytest.mark.parametrize(
    ("name", "column", "sign", "outcome"),
    [
        ("land_inclusion", "holding_area_gini_index", -1, "poverty"),
        ("markets_growth", "market_potential_persons", 1, "growth"),
        ("diversification", "land_use_shannon_index", 1, "equality"),
    ],
)
def test_figures_are_those_of_the_formulas(planted, name, column, sign, outcome):
    panel, table = planted
    row = row_of(table, name, outcome)
    expected = by_hand(panel, column, sign, outcome)
    for key in ("coefficient", "low", "high", "p_clustered"):
        assert row[key] == pytest.approx(expected[key], rel=1e-8, abs=1e-12)
    rho = stats.spearmanr(sign * panel.table[column], panel.periods[0].outcomes[outcome].change).statistic
    assert row["rho"] == pytest.approx(rho, abs=1e-12)
    # Neighbours of a grid in row-major order, as libpysal makes them itself.
    weights = lat2W(25, 40, rook=False)
    assert row["moran_residuals"] == pytest.approx(Moran(expected["residuals"], weights, permutations=0).I, abs=1e-10)


def test_signs_and_verdicts_are_those_that_were_planted(planted):
    _, table = planted
    assert row_of(table, "land_inclusion", "poverty")["verdict"] == "as expected"
    assert row_of(table, "markets_growth", "growth")["verdict"] == "as expected"
    assert row_of(table, "diversification", "equality")["verdict"] == "against"
    assert row_of(table, "diversification", "growth")["verdict"] == "no clear relation"
    assert row_of(table, "infrastructure", "growth")["verdict"] == "cannot be told"


def test_q_is_adjusted_over_all_rows(planted):
    _, table = planted
    tested = table.dropna(subset=["p_clustered"])
    assert tested["q"].to_numpy() == pytest.approx(multipletests(tested["p_clustered"], method="fdr_bh")[1])
    assert table.loc[table["p_clustered"].isna(), "q"].isna().all()


def test_halves_divide_at_the_median_and_the_interaction_is_the_difference_of_slopes(planted):
    panel, table = planted
    title = "market potential"
    upper = row_of(table, "land_with_markets", "poverty", f"upper half of {title}")
    lower = row_of(table, "land_with_markets", "poverty", f"lower half of {title}")
    both = row_of(table, "land_with_markets", "poverty", f"upper against lower half of {title}")
    assert (upper["n"], lower["n"], both["n"]) == (500, 500, 1000)
    assert upper["verdict"] == "as expected"
    assert lower["verdict"] == "cannot be told"
    known = panel.periods[0].outcomes["poverty"]
    frame = pd.DataFrame(
        {
            "y": (known.change - known.change.mean()) / known.change.std(ddof=0),
            "x": -panel.table["holding_area_gini_index"],
            "half": panel.table["market_potential_persons"] > panel.table["market_potential_persons"].median(),
            "initial": known.initial, "people": np.log(panel.periods[0].population), "parent": panel.parent,
        }
    ).astype({"half": float})  # fmt: skip
    frame["x"] = (frame["x"] - frame["x"].mean()) / frame["x"].std(ddof=0)
    model = smf.ols("y ~ x * half + initial + people + C(parent)", frame)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["parent"])[0]}, use_t=True)
    assert both["coefficient"] == pytest.approx(fit.params["x:half"], rel=1e-8)
    assert both["p_clustered"] == pytest.approx(fit.pvalues["x:half"], rel=1e-6)


def test_counts_are_told_of_the_third_with_most_of_the_factor(planted):
    panel, table = planted
    note = row_of(table, "markets_not_enough", "poverty")["note"]
    n, grew, won = (int(text) for text in re.search(r"Of the (\d+) .*?, (\d+) grew; of these, (\d+)", note).groups())
    x = panel.table["market_potential_persons"]
    top = panel.periods[0].types[x >= x.quantile(2 / 3)]
    assert (n, grew, won) == (len(top), (top == "WWW").sum(), (top == "WWW").sum())


def test_the_permutation_test_moves_residuals_within_parents_only():
    generator = np.random.default_rng(3)
    parent = np.repeat([0, 1], [4, 5])
    y, x = generator.standard_normal(9), generator.standard_normal(9)
    sample = Sample(y, x, np.empty((9, 0)), parent)
    found = associate(sample, permutations=20_000, seed=1)
    held = np.column_stack([parent == 0, parent == 1]).astype(float)
    hat = held @ np.linalg.pinv(held)
    own, left = x - hat @ x, y - hat @ y
    # All orders of four and of five: the exact distribution.
    from itertools import permutations

    observed = abs(np.corrcoef(own, left)[0, 1])
    larger = total = 0
    for first in permutations(range(4)):
        for second in permutations(range(4, 9)):
            moved = left[[*first, *second]]
            larger += abs(own @ moved) / math.sqrt((own @ own) * (moved @ moved)) >= observed - 1e-12
            total += 1
    assert found.p_permutation == pytest.approx(larger / total, abs=0.015)


def test_few_parents_mean_hc3_errors_and_the_permutation_decides():
    panel = make_panel(11, effects={"growth": {"market_potential_persons": 0.4}}, parents=4,
                       factors=("market_potential_persons",))  # fmt: skip
    table = hold_propositions(panel, load_propositions(), Settings(permutations=4999))
    row = row_of(table, "markets_growth", "growth")
    assert math.isnan(row["p_clustered"])
    assert row["p_permutation"] == pytest.approx(1 / 5000)
    assert row["verdict"] == "as expected"
    assert "4 units one level up: errors are HC3" in row["note"]
    known = panel.periods[0].outcomes["growth"]
    frame = pd.DataFrame(
        {"y": known.change, "x": panel.table["market_potential_persons"], "initial": known.initial,
         "people": np.log(panel.periods[0].population), "parent": panel.parent}
    )  # fmt: skip
    frame[["y", "x"]] = (frame[["y", "x"]] - frame[["y", "x"]].mean()) / frame[["y", "x"]].std(ddof=0)
    fit = smf.ols("y ~ x + initial + people + C(parent)", frame).fit(cov_type="HC3", use_t=True)
    assert (row["low"], row["high"]) == pytest.approx(tuple(fit.conf_int().loc["x"]), rel=1e-8)


def test_what_cannot_be_told_says_why():
    panel = make_panel(5, effects={"growth": {}}, factors=("market_potential_persons",))
    few = Panel(panel.table.iloc[:29], panel.parent, panel.periods, panel.neighbours)
    one = Panel(panel.table, panel.parent.map(lambda _: "P"), panel.periods,
                panel.neighbours)  # fmt: skip
    flat = Panel(panel.table * 0, panel.parent, panel.periods, panel.neighbours)
    notes = [row_of(hold_propositions(case, load_propositions(), QUICK), "markets_growth", "growth")
             for case in (few, one, flat)]  # fmt: skip
    assert [row["verdict"] for row in notes] == ["cannot be told"] * 3
    assert "29 territories have all figures; 30 are needed." in notes[0]["note"]
    assert "Only one unit one level up" in notes[1]["note"]
    assert "does not vary" in notes[2]["note"]
    table = hold_propositions(panel, load_propositions(), QUICK)
    assert "has none of the columns" in row_of(table, "infrastructure", "growth")["note"]
    assert "not in the data" in row_of(table, "women_and_city", "women")["note"]


def test_parents_with_fewer_than_three_territories_are_left_out_and_counted():
    panel = make_panel(5, effects={"growth": {}}, factors=("market_potential_persons",))
    parent = panel.parent.copy()
    parent.iloc[:2] = "tiny"
    table = hold_propositions(Panel(panel.table, parent, panel.periods, panel.neighbours), load_propositions(), QUICK)
    row = row_of(table, "markets_growth", "growth")
    assert row["n"] == 998
    assert "2 territories in units with fewer than three are left out." in row["note"]


def test_the_year_of_the_factor_is_told_and_flagged_when_it_is_later():
    panel = make_panel(5, effects={"growth": {}}, factors=("market_potential_persons",))
    notes = []
    for years in ({"market_potential_persons": 2006}, {"market_potential_persons": 1999}, {}):
        case = Panel(panel.table, panel.parent, panel.periods, panel.neighbours, years)
        notes.append(row_of(hold_propositions(case, load_propositions(), QUICK), "markets_growth", "growth")["note"])
    assert "Factor of 2006, later than the first year of the outcome (2000)." in notes[0]
    assert notes[1].startswith("Factor of 1999.")
    assert notes[2].startswith("The year of the factor is not known.")


def test_the_history_of_land_is_the_earliest_gini_with_the_latest_held():
    panel = make_panel(9, effects={"poverty": {"early": -0.5}}, factors=("early", "other"))
    change = 0.7 * panel.table["other"]
    table = pd.DataFrame(
        {"holding_area_gini_index": panel.table["early"] + change, "holding_area_gini_change_index": change}
    )
    case = Panel(table, panel.parent, panel.periods, panel.neighbours)
    row = row_of(hold_propositions(case, load_propositions(), QUICK), "land_history", "poverty")
    assert row["verdict"] == "as expected"
    assert row["coefficient"] > 0.3
    frame = pd.DataFrame(
        {"y": panel.periods[0].outcomes["poverty"].change, "x": -panel.table["early"],
         "late": table["holding_area_gini_index"], "initial": panel.periods[0].outcomes["poverty"].initial,
         "people": np.log(panel.periods[0].population), "parent": panel.parent}
    )  # fmt: skip
    fit = smf.ols("y ~ x + late + initial + people + C(parent)", frame).fit()
    scale = frame["x"].std(ddof=0) / frame["y"].std(ddof=0)
    assert row["coefficient"] == pytest.approx(fit.params["x"] * scale, rel=1e-8)


def test_the_combination_counts_factors_on_the_favourable_side_of_the_median():
    factors = ("market_potential_persons", "holding_area_gini_index", "employment_largest_sector_share")
    panel = make_panel(9, effects={"growth": {}}, factors=factors)
    table = panel.table
    count = (table[factors[0]] > table[factors[0]].median()).astype(int)
    for name in factors[1:]:
        count += (table[name] < table[name].median()).astype(int)
    change = Outcome(
        0.5 * count + panel.periods[0].outcomes["growth"].change, panel.periods[0].outcomes["growth"].initial
    )
    period = Period("2000-2010", 2000, {"growth": change}, panel.periods[0].population)
    case = Panel(table, panel.parent, [period], panel.neighbours)
    row = row_of(hold_propositions(case, load_propositions(), QUICK), "combination", "growth")
    assert row["rho"] == pytest.approx(stats.spearmanr(count, change.change).statistic, abs=1e-12)
    assert row["verdict"] == "as expected"
    assert f"Factors counted: {', '.join(factors)}." in row["note"]


def test_a_users_column_can_stand_for_a_factor():
    panel = make_panel(9, effects={"growth": {"x": -0.5}})
    table = hold_propositions(panel, load_propositions(), Settings(permutations=199, columns={"infrastructure": "-x"}))
    row = row_of(table, "infrastructure", "growth")
    assert (row["column"], row["verdict"]) == ("x", "as expected")


def fit_of(coefficient, error, p_permutation=0.001):
    low, high = (coefficient + side * 1.96 * error for side in (-1, 1))
    low_90, high_90 = (coefficient + side * 1.645 * error for side in (-1, 1))
    return Association(coefficient, low, high, low_90, high_90, 0.01, p_permutation, True, np.empty(0))


@pytest.mark.parametrize(
    ("expected", "fit", "q", "verdict"),
    [
        ("+", fit_of(0.3, 0.05), 0.01, "as expected"),
        ("-", fit_of(0.3, 0.05), 0.01, "against"),
        ("+", fit_of(0.3, 0.05), 0.06, "no clear relation"),
        ("+", fit_of(0.3, 0.05, p_permutation=0.06), 0.01, "no clear relation"),
        ("0", fit_of(0.3, 0.05), 0.01, "against"),
        ("0", fit_of(0.02, 0.03), 0.9, "as expected"),
        ("0", fit_of(0.02, 0.10), 0.9, "no clear relation"),
        ("0", fit_of(-0.3, 0.05), 0.01, "no clear relation"),
        ("", fit_of(0.3, 0.05), 0.01, "cannot be told"),
        ("+", None, math.nan, "cannot be told"),
    ],
)
def test_verdicts_follow_their_rules(expected, fit, q, verdict):
    assert verdict_of(expected, fit, q) == verdict


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg():
    p = np.array([0.01, math.nan, 0.04, 0.03, 0.20])
    found = false_discovery(p)
    assert found[[0, 2, 3, 4]] == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.20])
    assert math.isnan(found[1])


def test_outcomes_are_turned_so_that_more_is_better():
    outcomes = pd.DataFrame(
        {"territory_id": ["a", "a"], "year": [2000, 2010], "income": [100.0, 200.0], "poverty": [50.0, 30.0],
         "inequality": [0.5, 0.6], "women": [30.0, 35.0], "population": [9.0, 9.0], "unit_population": [10.0, 12.0]}
    )  # fmt: skip
    (period,) = outcome_periods(outcomes, [(2000, 2010)], pd.DataFrame(index=pd.Index(["a"], name="territory_id")))
    changes = {name: outcome.change["a"] for name, outcome in period.outcomes.items()}
    assert changes["growth"] == pytest.approx(100 * (2**0.1 - 1))
    assert (changes["poverty"], changes["women"]) == (20.0, 5.0)
    assert changes["equality"] == pytest.approx(-0.1)
    assert {name: outcome.initial["a"] for name, outcome in period.outcomes.items()} == {
        "growth": 100.0, "poverty": 50.0, "equality": 0.5, "women": 30.0,
    }  # fmt: skip
    assert period.population["a"] == 10.0


def test_the_initial_level_of_nature_is_the_last_one_carried_back():
    table = pd.DataFrame({"natural_cover_share": [0.4], "natural_cover_change_percent_per_year": [-2.0]}, index=["a"])
    (period,) = nature_periods(table, load_propositions(), years=[2000, 2010])
    assert period.label == "2000-2010"
    assert period.outcomes["nature"].initial["a"] == pytest.approx(0.4 / 0.98**10)
    assert nature_periods(table, load_propositions(), years=[2010]) == []


CAUSAL = re.compile(
    r"\b(caus\w*|lead\w* to|because|due to|effects?|impacts?|drives?|drove|driven|thanks to|results? in|"
    r"lleva\w* a|porque|debido|efectos?|impactos?|gracias a|provoca\w*|produce\w*|genera\w*|"
    r"leva\w* a|devido|efeitos?|graças|provoc\w*|produz\w*|gera\w*)\b",
    re.IGNORECASE,
)


def test_no_text_on_propositions_has_a_causal_word():
    texts = [text for row in load_propositions().rows
             for entry in (row.claim, row.factor, row.condition_title) for text in entry.values()]  # fmt: skip
    for group in (SENTENCES, VERDICTS, OUTCOME_WORDS, CONDITIONS):
        texts += [text for entry in group.values() for text in entry.values()]
        assert all(set(entry) == {"en", "es", "pt"} for entry in group.values())
    assert len(texts) > 150
    assert [text for text in texts if CAUSAL.search(text)] == []
    assert CAUSAL.search("Land concentration leads to poverty.")


def test_a_proposition_with_an_unknown_key_or_sign_is_refused(tmp_path):
    texts = "{en: a, es: a, pt: a}"
    head = f"nature: []\npropositions:\n  p:\n    claim: {texts}\n    factor: {texts}\n"
    path = tmp_path / "p.yaml"
    for body, message in (
        ('    expected: {growth: "*"}\n', "one of"),
        ('    expectd: {growth: "+"}\n    expected: {}\n', "Did you mean 'expected'"),
        ('    expected: {growth: "+"}\n    measure: newest\n', "newest"),
    ):
        path.write_text(head + body)
        with pytest.raises(InputError, match=re.escape(message)):
            load_propositions(path)
    assert Term.of("-a_b") == Term("a_b", -1)


def simulate(seeds):
    """Verdicts on planted and on null cells over panels of many seeds."""
    factors = {
        "market_potential_persons": 0.3, "holding_area_gini_index": -0.3, "land_use_shannon_index": 0.3,
        "rural_access_index_share": 0.3, "small_firm_share": 0.3,
    }  # fmt: skip
    ids = {
        "market_potential_persons": "markets_growth", "holding_area_gini_index": "land_inclusion",
        "land_use_shannon_index": "diversification", "rural_access_index_share": "infrastructure",
        "small_firm_share": "small_local_firms",
    }  # fmt: skip
    # Each outcome rests on its own factors; the other cells are null.
    planted = {
        "growth": ("market_potential_persons", "rural_access_index_share"),
        "poverty": ("holding_area_gini_index", "land_use_shannon_index"),
        "equality": ("small_firm_share",),
    }
    # Effects in standard deviations of the outcome; what is left of its variance after initial level and parents is 1.
    effects = {outcome: {name: factors[name] * 1.3 for name in names} for outcome, names in planted.items()}
    hits = {(ids[name], outcome): 0 for outcome, names in planted.items() for name in names}
    false = cells = 0
    for seed in seeds:
        panel = make_panel(seed, effects=effects, factors=tuple(factors))
        table = hold_propositions(panel, load_propositions(), QUICK)
        for row in table.itertuples():
            if (row.id, row.outcome) in hits:
                hits[row.id, row.outcome] += row.verdict == "as expected"
            elif row.id in ids.values() and row.verdict != "cannot be told" and row.expected in "+-":
                cells += 1
                false += row.verdict == "as expected"
    return hits, false, cells


def test_planted_signs_are_found_and_null_cells_seldom_read_as_expected():
    hits, false, cells = simulate(range(6))
    assert min(hits.values()) >= 6 * 0.9, hits
    assert cells >= 6 * 5
    assert false <= 0.05 * cells
