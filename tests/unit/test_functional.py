"""Functional territories and stacked regions: nothing is lost, nothing is averaged."""

import logging
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of
from shapely.geometry import box

from comarca.config.dynamics import Functional
from comarca.dynamics.functional import add_up, group_by_city, group_territories, grouping_of, regroup
from comarca.dynamics.together import RegionTable, common_columns, left_out, stack, stack_tables
from comarca.errors import ConfigError, InputError
from comarca.indicators.production import compute
from comarca.sources.tables.flows import read_flows

NAN = math.nan


@pytest.fixture
def territories():
    rows = {"territory_id": list("abcd"), "territory_name": ["Alfa", "Beta", "Gama", "Delta"],
            "parent_name": ["P", "P", "Q", "Q"], "country": "XXX"}  # fmt: skip
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1), box(3, 0, 4, 1)]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)


def test_territories_join_the_city_most_reach_first_within_the_limit():
    table = pd.DataFrame(
        {"nearest_intermediate_city_id": ["x", "x", "y", None],
         "time_intermediate_city_mean_min": [10.0, 61.0, 60.0, NAN]},
        index=list("abcd"),
    )  # fmt: skip
    groups = group_by_city(table, city_class="intermediate", max_time_min=60)
    assert groups == {"a": "city:x", "b": "b", "c": "city:y", "d": "d"}


def test_a_group_is_named_after_its_city_and_bears_the_code_of_its_largest_member(territories):
    people = pd.Series([5.0, 50.0, 7.0, 1.0], index=list("abcd"))
    groups = {"a": "city:x", "b": "city:x"}
    found, members = group_territories(territories, groups, population=people, names={"city:x": "Xis"})
    assert found["territory_id"].tolist() == ["b", "c", "d"]
    assert found["territory_name"].tolist() == ["Xis", "Gama", "Delta"]
    assert found.geometry.iloc[0].equals(box(0, 0, 2, 1))
    assert members["functional_id"].tolist() == ["b", "b", "c", "d"]
    assert members["functional_name"].tolist() == ["Xis", "Xis", "Gama", "Delta"]
    with pytest.raises(InputError, match="codes of territories"):
        group_territories(territories, {"zz": "1"})


CODE = {"a": "b", "b": "b", "c": "c", "d": "d"}


def test_shares_of_a_group_are_recomputed_from_their_parts_and_not_averaged(root, territories):
    jobs = pd.DataFrame(
        [("a", "farms", 90.0), ("a", "trade", 10.0), ("b", "farms", 0.0), ("b", "trade", 900.0), ("c", "farms", 3.0)],
        columns=["territory_id", "sector", "jobs"],
    )
    functional, _ = group_territories(
        territories, {"a": "g", "b": "g"}, population=pd.Series([1.0, 2, 3, 4], list("abcd"))
    )
    columns = columns_of(root, "production", layers=["employment"], fields={"employment_sector": []})
    found = compute(territories=functional, employment=regroup("employment", jobs, CODE), columns=columns).values
    # 910 of 1,000 jobs; the mean of the members' shares, 0.9 and 1.0, would be 0.95.
    assert found.loc["b", "employment_largest_sector_share"] == pytest.approx(0.91)
    assert found.loc["b", "employment_jobs_count"] == 1000


def test_a_sum_of_which_a_part_is_not_known_is_not_known():
    jobs = pd.DataFrame({"territory_id": ["a", "b"], "sector": "farms", "jobs": [5.0, NAN]})
    assert regroup("employment", jobs, CODE)["jobs"].isna().all()


def test_outcomes_of_a_group_are_means_weighted_by_people_each_unit_once():
    from comarca.sources.tables.outcomes import ERRORS

    rows = pd.DataFrame(
        {"territory_id": ["a", "b", "c"], "territory_name": "", "year": 2000, "population": [30.0, 10.0, 5.0],
         "income": [10.0, 50.0, 7.0], "poverty": [40.0, 80.0, 1.0], "inequality": 0.5, "women": NAN,
         **dict.fromkeys(ERRORS, NAN), "unit_id": ["a", "b", "c"], "unit_population": [30.0, 10.0, 5.0],
         "has_constant_prices": True}
    )  # fmt: skip
    found = regroup("outcomes", rows, CODE).set_index("territory_id")
    assert found.loc["b", ["income", "poverty", "population"]].tolist() == [20.0, 50.0, 40.0]
    assert found.loc["c", "income"] == 7.0
    joint = rows.assign(unit_id=["U", "U", "c"], unit_population=[40.0, 40.0, 5.0], income=[20.0, 20.0, 7.0])
    assert regroup("outcomes", joint, CODE).set_index("territory_id").loc["b", ["income", "population"]].tolist() == [
        20,
        40,
    ]


def test_holdings_keep_their_classes_and_landless_are_those_of_all_members():
    rows = pd.DataFrame({"territory_id": ["a", "a", "b"], "year": 2000.0, "holdings": [1.0, 2, 3],
                         "area_ha": [1.0, 9, 2], "landless": [4.0, 4.0, 5.0]})  # fmt: skip
    found = regroup("holdings", rows, CODE)
    assert found["landless"].tolist() == [9.0] * 3
    assert found["holdings"].sum() == 6
    assert set(found["territory_id"]) == {"b"}


def test_a_patch_that_members_share_is_one_patch_of_the_group():
    rows = pd.DataFrame(
        {"patch_id": [1, 1, 1], "territory_id": ["a", "b", "c"], "year": 2020, "area_ha": [2.0, 3.0, 4.0],
         "patch_area_ha": 9.0, "is_main": [False, False, True]}
    )  # fmt: skip
    found = regroup("land_cover_patches", rows, CODE).set_index("territory_id")
    assert found.loc["b", ["area_ha", "patch_area_ha"]].tolist() == [5.0, 9.0]
    assert found["is_main"].tolist() == [False, True]


def test_layers_that_do_not_know_territories_stay_as_they_are():
    roads = pd.DataFrame({"road_id": ["w1"]})
    assert regroup("roads", roads, CODE) is roads
    assert regroup("surfaces", 5, CODE) == 5


def test_additive_columns_are_summed_and_a_gap_is_no_zero(root):
    columns = columns_of(root, "territory", layers=["demand", "population"])
    table = pd.DataFrame(
        {"area_km2": [0.1, 0.2, 0.3, 0.4], "population_persons": [1.0, NAN, 2.0, 3.0],
         "population_density_persons_per_km2": 5.0}, index=list("abcd"),
    )  # fmt: skip
    members = pd.DataFrame({"territory_id": list("abcd"), "functional_id": list("bbcc")})
    found = add_up(table, columns, members)
    assert list(found) == ["area_km2", "population_persons"]
    assert found["area_km2"].tolist() == pytest.approx([0.3, 0.7])
    assert np.isnan(found.loc["b", "population_persons"])
    assert found.loc["c", "population_persons"] == 5.0


def test_regions_are_stacked_by_the_columns_that_all_have(root):
    columns = columns_of(root, "territory", layers=["demand", "population"])
    chosen = [column for column in columns if column.name in {"territory_id", "area_km2", "population_persons"}]
    one = RegionTable(pd.DataFrame({"territory_id": ["1"], "area_km2": [1.0], "population_persons": [2.0]}), chosen)
    two = RegionTable(pd.DataFrame({"territory_id": ["1"], "area_km2": [3.0]}), chosen[:2])
    regions = {"A": one, "B": two}
    assert [column.name for column in common_columns(regions)] == ["territory_id", "area_km2"]
    found = stack(regions)
    assert list(found) == ["region", "territory_id", "area_km2"]
    assert found.to_numpy().tolist() == [["A", "1", 1.0], ["B", "1", 3.0]]
    assert left_out(regions).to_numpy().tolist() == [["population_persons", "A"]]
    both = stack_tables({"A": one.table, "B": one.table})
    assert both["region"].tolist() == ["A", "B"]


def test_flows_of_one_pair_are_summed_and_those_across_the_border_left_out(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("de;a;n\na;b;1,5\na;b;2\na;z;9\nb;b;-\nb;a;4\n", encoding="utf-8")
    columns = {"origin_id": "de", "destination_id": "a", "persons": "n"}
    flows, _ = read_flows(path, known=["a", "b"], columns=columns)
    assert flows.to_numpy().tolist() == [["a", "b", 3.5], ["b", "a", 4.0], ["b", "b", 0.0]]
    with pytest.raises(InputError, match="no flow between two territories"):
        read_flows(path, known=["x"], columns=columns)
    path.write_text("de;a;n\na;b;-1\n", encoding="utf-8")
    with pytest.raises(InputError, match="0 or more"):
        read_flows(path, known=["a", "b"], columns=columns)


def test_flows_are_read_by_pair_and_those_outside_are_left_out_and_told(tmp_path, caplog):
    path = tmp_path / "flows.csv"
    path.write_text("from;to;n\na;a;9.000\na;b;500\nb;a;6.000\nb;b;2.000\nb;zz;40\na;b;1\n", encoding="utf-8")
    columns = {"origin_id": "from", "destination_id": "to", "persons": "n"}
    with caplog.at_level(logging.INFO):
        found, check = read_flows(path, known=["a", "b", "c"], columns=columns)
    assert found.to_numpy().tolist() == [["a", "a", 9000], ["a", "b", 501], ["b", "a", 6000], ["b", "b", 2000]]
    assert "40 of 17,541 persons of the flows go from or to places outside" in caplog.text
    assert (check.status, check.value) == ("info", 0.2)
    path.write_text("from;to;n\na;b;10\na;;50\n", encoding="utf-8")
    _, check = read_flows(path, known=["a", "b", "c"], columns=columns)
    assert (check.status, check.value) == ("warn", 83.3)
    options = Functional(by="flows", path=str(path)).model_dump()
    assert grouping_of(pd.DataFrame(), options, flows=found, cities=None)[0] == {"a": "a", "b": "a"}
    louvain = Functional(by="flows", path=str(path), method="louvain").model_dump()
    assert grouping_of(pd.DataFrame(), louvain, flows=found, cities=None)[0] == {"a": "a", "b": "a"}
    with pytest.raises(InputError, match="no flow between two territories"):
        read_flows(path, known=["x"], columns=columns)


def test_a_grouping_whose_columns_lack_is_refused_with_what_to_do():
    table = pd.DataFrame({"parent_name": ["P"]}, index=["a"])
    with pytest.raises(ConfigError, match="Did you mean 'parent_name'"):
        grouping_of(table, Functional(by="column", column="parent_nam").model_dump(), flows=None, cities=None)
    with pytest.raises(ConfigError, match="need roads and cities"):
        grouping_of(table, Functional(by="city").model_dump(), flows=None, cities=None)
    groups, names = grouping_of(
        table, Functional(by="column", column="parent_name").model_dump(), flows=None, cities=None
    )
    assert (groups, names) == ({"a": "group:P"}, {"group:P": "P"})
