"""Counts by type, moves between types, factors by type, profiles, similar territories, clusters, commuting areas."""

import logging
import math
import time
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from esda import Moran, Moran_Local, crand
from libpysal.weights import lat2W
from scipy import stats
from shapely.geometry import box
from statsmodels.stats.multitest import multipletests

from comarca.dynamics.clusters import cluster_columns, local_clusters, moran_check
from comarca.dynamics.commuting import louvain_areas, travel_to_work_areas
from comarca.dynamics.factors import factor_table
from comarca.dynamics.neighbours import among, graph_of, queen_neighbours
from comarca.dynamics.profiles import percentiles, profile_columns, profile_table, similar_territories
from comarca.dynamics.propositions import Outcome, Period
from comarca.dynamics.summary import balance_check, summarise, transitions

NAN = math.nan
PERIODS = [(1990, 2000), (2000, 2010)]


@pytest.fixture
def types():
    index = pd.Index(["a", "b", "c", "d", "e"], name="territory_id")
    return pd.DataFrame(
        {
            "parent_name": ["P", "P", "Q", "Q", "Q"],
            "dynamics_type_1990_2000": ["WWW", "WWL", "WWW", None, "LLL"],
            "dynamics_type_2000_2010": ["WWW", "WWW", "LLL", "LLL", None],
        },
        index=index,
    )


@pytest.fixture
def people():
    rows = [
        (code, year, persons)
        for year in (2000, 2010)
        for code, persons in zip("abcde", (10, 20, 30, 40, 50), strict=True)
    ]
    return pd.DataFrame(rows, columns=["territory_id", "year", "population"]).astype({"population": float})


def test_counts_by_type_add_up_to_all_territories_and_people(types, people):
    found = summarise(types, people, PERIODS)
    country = found[(found["level"] == "country") & (found["period"] == "1990-2000")].set_index("dynamics_type")
    assert country["territories"].to_dict() == {"LLL": 1, "WWL": 1, "WWW": 2, "missing": 1}
    assert country["population_persons"].to_dict() == {"LLL": 50, "WWL": 20, "WWW": 40, "missing": 40}
    assert country["territories_share"].dropna().to_dict() == {"LLL": 0.25, "WWL": 0.25, "WWW": 0.5}
    assert country.loc["WWW", "population_share"] == pytest.approx(40 / 110)
    sums = found.groupby(["period", "level"])[["territories", "population_persons"]].sum()
    assert set(map(tuple, sums.to_numpy())) == {(5, 150)}
    q = found[(found["parent_name"] == "Q") & (found["period"] == "2000-2010")].set_index("dynamics_type")
    assert q["territories"].to_dict() == {"LLL": 2, "missing": 1}
    assert balance_check(found, 5).status == "pass"
    assert balance_check(found, 6).status == "fail"


def test_without_people_counts_stand_and_people_are_missing(types, people):
    found = summarise(types, people.assign(population=NAN), PERIODS)
    assert found["territories"].sum() == 20
    assert found["population_persons"].isna().all()


def test_moves_between_types_say_how_many_stay_with_their_people(types, people):
    found = transitions(types, people, PERIODS).set_index(["from_type", "to_type"])
    assert found["territories"].to_dict() == {
        ("LLL", "missing"): 1, ("WWL", "WWW"): 1, ("WWW", "LLL"): 1, ("WWW", "WWW"): 1, ("missing", "LLL"): 1,
    }  # fmt: skip
    assert found["is_same"].sum() == 1
    assert found["population_persons"].sum() == 150
    assert found.loc[("WWL", "WWW"), "population_share"] == pytest.approx(20 / 60)
    assert len(transitions(types, people, PERIODS[:1])) == 0


def test_factors_by_type_are_means_with_errors_and_correlations_with_their_adjustment():
    generator = np.random.default_rng(1)
    index = pd.Index([f"{n:02}" for n in range(40)], name="territory_id")
    table = pd.DataFrame(generator.standard_normal((40, 2)), index, ["f", "g"])
    table.loc["00", "f"] = NAN
    change = pd.Series(generator.standard_normal(40), index)
    kinds = pd.Series(["WWW", "LLL"] * 20, index)
    kinds.iloc[-1] = None
    nothing = pd.Series(0.0, index)
    outcomes = {"growth": Outcome(change, nothing), "poverty": Outcome(change + table["g"], nothing)}
    found = factor_table(table, ["f", "g"], [Period("2000-2010", 2000, outcomes, types=kinds)])
    rows = found.set_index(["column", "group"])
    members = table.loc[kinds == "WWW", "f"].dropna()
    assert rows.loc[("f", "WWW"), "n"] == len(members) == 19
    assert rows.loc[("f", "WWW"), "mean"] == pytest.approx(members.mean())
    assert rows.loc[("f", "WWW"), "standard_error"] == pytest.approx(stats.sem(members))
    assert rows.loc[("f", "all"), "n"] == 39
    expected = stats.spearmanr(table["g"], change + table["g"])
    assert rows.loc[("g", "all"), "rho_poverty"] == pytest.approx(expected.statistic)
    assert rows.loc[("g", "all"), "p_poverty"] == pytest.approx(expected.pvalue)
    p = found[["p_growth", "p_poverty"]].to_numpy().ravel()
    q = found[["q_growth", "q_poverty"]].to_numpy().ravel()
    tested = ~np.isnan(p)
    assert q[tested] == pytest.approx(multipletests(p[tested], method="fdr_bh")[1])
    assert found["rho_equality"].isna().all()


def test_a_percentile_is_the_share_of_others_that_stand_worse():
    values = pd.Series([1.0, 2.0, 2.0, 5.0, NAN])
    assert percentiles(values, "higher").tolist()[:4] == pytest.approx([0, 50, 50, 100])
    assert percentiles(values, "lower").tolist()[:4] == pytest.approx([100, 50, 50, 0])
    assert math.isnan(percentiles(values, "lower")[4])
    others = values.drop(1).dropna()
    assert percentiles(values, "higher")[1] == pytest.approx(
        stats.percentileofscore(others, 2.0, kind="mean"), abs=1e-9
    )
    assert percentiles(pd.Series([3.0]), "higher").tolist() == [50.0]


def test_a_profile_has_the_raw_value_beside_the_percentile_and_no_score():
    table = pd.DataFrame({"natural_cover_share": [0.1, 0.9], "paved_road_share": [NAN, 0.5]}, index=["a", "b"])
    columns = profile_columns(list(table))
    assert columns == {"paved_road_share": "infrastructure", "natural_cover_share": "environment"}
    found = profile_table(table, columns, better=dict.fromkeys(columns, "higher"), units=dict.fromkeys(columns, "1"))
    assert found["territory_id"].tolist() == ["a", "a", "b", "b"]
    assert found["column"].tolist() == ["paved_road_share", "natural_cover_share"] * 2
    assert found["value"].tolist()[1:] == [0.1, 0.5, 0.9]
    assert found["percentile"].tolist()[1:] == [0, 50, 100]
    assert found["n"].tolist() == [1, 2, 1, 2]


def test_similar_territories_are_nearest_by_gowers_distance_of_robust_z():
    generator = np.random.default_rng(2)
    values = generator.standard_normal((12, 3))
    values[3, 0] = values[5, 1] = NAN
    values[7, :2] = NAN
    index = [f"{n:02}" for n in range(12)]
    table = pd.DataFrame(values, index, list("xyz")).assign(territory_name=index)
    found = similar_territories(table, list("xyz"), count=11)
    z = (values - np.nanmedian(values, axis=0)) / stats.median_abs_deviation(
        values, scale=1 / 1.4826, nan_policy="omit"
    )
    expected = {}
    for a in range(12):
        for b in range(12):
            gaps = [min(abs(z[a, k] - z[b, k]), 6) / 6 for k in range(3) if not np.isnan(z[a, k] - z[b, k])]
            if a != b and len(gaps) >= 2:
                expected[index[a], index[b]] = sum(gaps) / len(gaps)
    got = {(row.territory_id, row.similar_territory_id): row.distance for row in found.itertuples()}
    assert got.keys() == expected.keys()
    assert [got[pair] for pair in expected] == pytest.approx(list(expected.values()), rel=1e-9)
    assert (found.groupby("territory_id")["distance"].diff().dropna() >= 0).all()
    # The territory with one factor only is like nobody.
    assert "07" not in set(found["territory_id"])


def grid(rows, columns):
    names = [f"{n:03}" for n in range(rows * columns)]
    shapes = [box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)]
    return gpd.GeoDataFrame({"territory_id": names}, geometry=shapes, crs=4326)


def test_neighbours_meet_and_an_island_has_the_nearest(caplog):
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 0.5), box(1, 0.5, 2, 1), box(2, 1, 3, 2), box(5, 5, 6, 6)]
    territories = gpd.GeoDataFrame({"territory_id": list("abcde")}, geometry=shapes, crs=4326)
    with caplog.at_level(logging.INFO):
        graph = queen_neighbours(territories)
    pairs = {tuple(sorted(pair)) for pair in graph.adjacency.index}
    # b has no vertex of a's but for corners; c meets d in a point.
    assert pairs == {("a", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("d", "e")}
    assert "1 territories touch no other" in caplog.text
    kept = among(graph, pd.Index(list("abde")))
    assert list(kept.unique_ids) == ["a", "b", "d", "e"]
    assert among(graph, pd.Index(list("abd"))).n == 2


def test_keeping_some_neighbours_takes_no_longer_than_joining_all_of_them_many_times():
    names = [f"{number:04}" for number in range(4000)]
    pairs = {pair for one, other in pairwise(names) for pair in ((one, other), (other, one))}
    start = time.process_time()
    graph = graph_of(pairs, names)
    joined = time.process_time()
    assert among(graph, pd.Index(names[:-1])).n == 3999
    assert time.process_time() - joined < 15 * (joined - start)


@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
def test_local_moran_agrees_with_esda_and_with_a_hand_worked_case():
    shapes = grid(5, 5)
    values = pd.Series(np.zeros(25), shapes["territory_id"])
    values.iloc[[0, 1, 5, 6]] = 10.0
    values.iloc[24] = 8.0
    found = local_clusters(values, queen_neighbours(shapes))
    local = Moran_Local(values.to_numpy(), lat2W(5, 5, rook=False), permutations=999, seed=12_345, n_jobs=1)
    names = np.array(["not_significant", "high_high", "low_high", "low_low", "high_low"])
    assert found.tolist() == names[np.where(local.p_sim <= 0.05, local.q, 0)].tolist()
    # By hand: mean (4 x 10 + 8) / 25 = 1.92; the corner's neighbours 1, 5, 6 are all 10, so its lag is 8.08.
    z = values.to_numpy() - 1.92
    assert local.Is[0] == pytest.approx((z[0] * 8.08) / (z @ z / 24), rel=1e-9)
    assert found.iloc[0] == "high_high"
    assert found.iloc[24] != "high_high"


def test_clusters_are_missing_where_the_value_is_with_its_reason():
    shapes = grid(4, 5)
    index = pd.Index(shapes["territory_id"], name="territory_id")
    table = pd.DataFrame({"x": np.arange(20.0), "flat": 1.0}, index=index)
    table.loc["003", "x"] = NAN
    flags = pd.DataFrame("", index=index, columns=list(table))
    flags.loc["003", "x"] = "suppressed"
    found = cluster_columns(table, ["x", "flat"], queen_neighbours(shapes), flags=flags)
    assert found.flags.loc["003", "x_cluster_class"] == "suppressed"
    assert found.values["x_cluster_class"].isna().sum() == 1
    assert set(found.flags["flat_cluster_class"]) == {"too_few_units"}


def test_code_that_esda_compiles_is_kept():
    shapes = grid(4, 5)
    values = pd.Series(np.arange(20.0), pd.Index(shapes["territory_id"], name="territory_id"))
    local_clusters(values, queen_neighbours(shapes), permutations=9)
    assert crand.vec_permutations.stats.cache_path


def test_global_moran_is_esdas():
    shapes = grid(4, 5)
    values = pd.Series(np.random.default_rng(4).standard_normal(20), pd.Index(shapes["territory_id"]))
    check = moran_check(pd.DataFrame({"x": values}), ["x"], queen_neighbours(shapes))
    expected = Moran(values.to_numpy(), lat2W(4, 5, rook=False), permutations=0)
    assert check.rows[0]["moran_i"] == pytest.approx(expected.I)
    assert check.rows[0]["p"] == pytest.approx(expected.p_norm)


def flows(matrix):
    names = [f"{n:02}" for n in range(len(matrix))]
    rows = [(names[a], names[b], float(v)) for a, row in enumerate(matrix) for b, v in enumerate(row) if v]
    return pd.DataFrame(rows, columns=["origin_id", "destination_id", "persons"])


def test_commuters_join_the_place_they_are_most_tied_to():
    # 00 is a town with its suburb 01; 02 is a town with 03; 04 has no ties at all.
    table = flows(
        [
            [9000, 500, 50, 0, 0],
            [6000, 2000, 10, 0, 0],
            [60, 0, 8000, 300, 0],
            [20, 0, 3000, 1000, 0],
            [0, 0, 0, 0, 100],
        ]
    )
    areas = travel_to_work_areas(table)
    assert areas == {"00": "00", "01": "00", "02": "02", "03": "02", "04": "04"}


def test_every_area_reaches_the_thresholds_or_has_no_ties():
    generator = np.random.default_rng(0)
    places = generator.random((30, 2)) * 10
    jobs = generator.pareto(1.0, 30) * 1000 + 200
    gap = np.linalg.norm(places[:, None] - places[None], axis=2)
    matrix = np.round(jobs[:, None] * (jobs * np.exp(-2 * gap)) / (jobs * np.exp(-2 * gap)).sum(axis=1, keepdims=True))
    areas = travel_to_work_areas(flows(matrix))
    owner = np.array([int(areas[f"{n:02}"]) for n in range(30)])
    for area in set(owner):
        inside = owner == area
        living, working, staying = matrix[inside].sum(), matrix[:, inside].sum(), matrix[np.ix_(inside, inside)].sum()
        assert living >= 3500
        needed = 0.75 - (0.75 - 0.667) * np.clip((living - 3500) / 21_500, 0, 1)
        assert staying / max(living, working) >= needed - 1e-12
    assert 1 < len(set(owner)) < 30


def test_louvain_areas_are_those_of_networkx_and_the_same_each_time():
    matrix = [[50, 9, 0, 0], [9, 20, 1, 0], [0, 1, 30, 8], [0, 0, 8, 10]]
    areas = louvain_areas(flows(matrix))
    assert areas == {"00": "00", "01": "00", "02": "02", "03": "02"}
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 18), (1, 2, 2), (2, 3, 16)])
    assert sorted(map(sorted, nx.community.louvain_communities(graph, seed=1))) == [[0, 1], [2, 3]]
    assert louvain_areas(flows(matrix)) == areas
