"""Indicators of access by territory."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of, demand, territories
from road_cases import network_of
from shapely.geometry import box

from comarca.access.cities import cities_to_reach, in_class, travel_times_by_class
from comarca.access.model import Walking
from comarca.access.routable import routable_network
from comarca.access.ties import market_table
from comarca.errors import InputError
from comarca.indicators.access import compute
from comarca.population.people import weighted_mean, weighted_quantile
from comarca.results import Flag

THREE = (box(0, 0, 0.1, 0.1), box(0.1, 0, 0.2, 0.1), box(0.2, 0, 0.3, 0.1))
CLASSES = {"small": (1000, 50_000), "big": (50_000, None)}
#: 1.3 x 60 min over 4 km.
WALK_MIN_PER_KM = 19.5


def cities(*rows):
    ids, persons, lon, lat = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "city_id": list(ids),
            "city_name": [f"Ciudad {name}" for name in ids],
            "country": "XXX",
            "population_persons": [float(p) for p in persons],
            "osm_id": None,
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )


def times(*rows):
    """Travel times of d000, d001, ... from rows of minutes, km, straight_km, off_network_km, city_id, reason."""
    names = ["minutes", "km", "straight_km", "off_network_km", "city_id", "reason"]
    index = pd.Index([f"d{n:03}" for n in range(len(rows))], name="demand_id")
    return pd.DataFrame(list(rows), columns=names, index=index).assign(edge_min=np.nan)


def run(root, *, travel_times, people, city_layer=None, areas=THREE, **options):
    classes = {name: CLASSES[name] for name in travel_times}
    layers = ["demand", "cities", "travel_times", *(["market_potential"] if "market_potential" in options else [])]
    columns = columns_of(
        root, "access", layers=layers, fields={"city_class": list(classes), "time_threshold": ["30", "60"]}
    )
    return compute(
        territories=territories(*areas),
        demand=people,
        cities=cities(("a", 2000, 0.05, 0.05), ("b", 3000, 0.15, 0.05)) if city_layer is None else city_layer,
        travel_times=travel_times,
        city_classes_persons=classes,
        columns=columns,
        **options,
    )


PEOPLE = demand(("01", 10, 0.05, 0.05), ("01", 30, 0.06, 0.05), ("01", 60, 0.07, 0.05), ("02", 5, 0.15, 0.05))
TIMES = times(
    (10.0, 8.0, 6.0, np.nan, "a", ""),
    (40.0, 30.0, 20.0, np.nan, "b", ""),
    (50.0, 45.0, 25.0, np.nan, "b", ""),
    (np.nan, np.nan, 90.0, np.nan, None, "unreachable"),
)


def test_means_quantiles_and_shares_are_over_people(root):
    row = run(root, travel_times={"small": TIMES}, people=PEOPLE).values.loc["01"]
    assert row["time_small_city_mean_min"] == pytest.approx((10 * 10 + 30 * 40 + 60 * 50) / 100)
    assert row["time_small_city_median_min"] == 50
    assert row["time_small_city_p90_min"] == 50
    assert row["distance_small_city_mean_km"] == pytest.approx((10 * 8 + 30 * 30 + 60 * 45) / 100)
    assert row["distance_small_city_straight_km"] == pytest.approx((10 * 6 + 30 * 20 + 60 * 25) / 100)
    assert row["population_within_30min_small_city_share"] == pytest.approx(0.1)
    assert row["population_within_60min_small_city_share"] == pytest.approx(1.0)
    assert row["unreachable_small_city_population_share"] == 0
    assert (row["nearest_small_city_id"], row["nearest_small_city_name"]) == ("b", "Ciudad b")


def test_unreachable_is_not_far(root):
    result = run(root, travel_times={"small": TIMES}, people=PEOPLE)
    row, flag = result.values.loc["02"], result.flags.loc["02"]
    assert np.isnan(row["time_small_city_mean_min"])
    assert flag["time_small_city_mean_min"] == Flag.UNREACHABLE
    assert flag["nearest_small_city_name"] == Flag.UNREACHABLE
    assert row["unreachable_small_city_population_share"] == 1
    assert row["population_within_60min_small_city_share"] == 0
    assert row["distance_small_city_straight_km"] == 90


def test_a_territory_without_demand_or_people_says_which(root):
    people = demand(("01", 10, 0.05, 0.05), ("02", 0, 0.15, 0.05))
    result = run(root, travel_times={"small": TIMES.iloc[:2]}, people=people)
    flags = result.flags["time_small_city_mean_min"]
    assert flags.tolist() == [Flag.OK, Flag.NO_POPULATION, Flag.NO_DEMAND]
    assert result.flags.loc["03", "population_within_60min_small_city_share"] == Flag.NO_DEMAND
    assert result.values.loc["03", "small_city_count"] == 0
    assert result.flags.loc["03", "small_city_count"] == Flag.OK


def test_a_class_without_any_city_is_missing_but_counts_none(root):
    none = times(*[(np.nan, np.nan, np.nan, np.nan, None, "no_city")] * 4)
    result = run(root, travel_times={"big": none}, people=PEOPLE)
    assert result.flags.loc["01", "time_big_city_mean_min"] == Flag.NO_CITY
    assert result.flags.loc["01", "population_within_60min_big_city_share"] == Flag.NO_CITY
    assert result.flags.loc["01", "unreachable_big_city_population_share"] == Flag.NO_CITY
    assert result.values["big_city_count"].tolist() == [0, 0, 0]
    assert result.values["has_big_city"].tolist() == [False, False, False]


def test_cities_count_where_they_lie_and_on_a_border_once(root):
    layer = cities(("a", 2000, 0.05, 0.05), ("b", 3000, 0.1, 0.05), ("c", 9e4, 0.15, 0.05), ("d", np.nan, 0.25, 0.05))
    result = run(root, travel_times={"small": TIMES, "big": TIMES}, people=PEOPLE, city_layer=layer)
    assert result.values["small_city_count"].sum() == 2
    assert result.values["small_city_count"].tolist() == [2, 0, 0]
    assert result.values["has_big_city"].tolist() == [False, True, False]


def test_a_city_abroad_that_may_be_nearer_is_a_remark_on_the_value(root):
    # 15 km at 90 km/h are 10 min: less than the 40 and 50 min found, not less than the 10 min found.
    near = TIMES.assign(off_network_km=15.0)
    result = run(root, travel_times={"small": near}, people=PEOPLE)
    assert result.flags.loc["01", "time_small_city_mean_min"] == Flag.BORDER_BIAS
    assert result.values.loc["01", "time_small_city_mean_min"] == pytest.approx(43)
    assert result.flags.loc["02", "time_small_city_mean_min"] == Flag.UNREACHABLE
    assert result.flags.loc["01", "distance_small_city_straight_km"] == Flag.OK
    assert {check.name: check.value for check in result.checks}["border_bias_small_count"] == 2
    far = run(root, travel_times={"small": TIMES.assign(off_network_km=80.0)}, people=PEOPLE)
    assert far.flags.loc["01", "time_small_city_mean_min"] == Flag.OK


def test_a_time_longer_than_to_the_edge_of_the_data_is_a_remark_on_the_value(root):
    # Of 100 people of 01, 60 take 50 min: the data end nearer for them.
    result = run(root, travel_times={"small": TIMES.assign(edge_min=45.0)}, people=PEOPLE)
    assert result.flags.loc["01", "time_small_city_mean_min"] == Flag.BORDER_BIAS
    far = run(root, travel_times={"small": TIMES.assign(edge_min=51.0)}, people=PEOPLE)
    assert far.flags.loc["01", "time_small_city_mean_min"] == Flag.OK


def test_of_cities_with_equally_many_people_the_first_id_is_named(root):
    people = demand(("01", 5, 0.05, 0.05), ("01", 5, 0.06, 0.05))
    result = run(root, travel_times={"small": TIMES.iloc[:2]}, people=people)
    assert result.values.loc["01", "nearest_small_city_id"] == "a"


def test_market_potential_is_the_mean_over_people(root):
    potential = pd.DataFrame(
        {"market_potential_persons": [100.0, 200.0, 0.0, 500.0], "estimated_persons": [0.0, 0.0, 0.0, 6.0]},
        index=TIMES.index,
    )
    result = run(root, travel_times={"small": TIMES}, people=PEOPLE, market_potential=potential)
    assert result.values.loc["01", "market_potential_persons"] == pytest.approx((1000 + 6000) / 100)
    assert result.flags["market_potential_persons"].tolist() == [Flag.OK, Flag.BORDER_BIAS, Flag.NO_DEMAND]
    none = run(root, travel_times={"small": TIMES}, people=PEOPLE, market_potential=potential * np.nan)
    assert none.flags["market_potential_persons"].tolist() == [Flag.NO_CITY, Flag.NO_CITY, Flag.NO_DEMAND]


def test_a_demand_point_without_a_time_is_refused(root):
    with pytest.raises(InputError, match="d003"):
        run(root, travel_times={"small": TIMES.iloc[:3]}, people=PEOPLE)


def test_from_roads_to_columns_the_numbers_are_those_of_the_drawing(root):
    network = network_of([[(0, 0.05), (0.2, 0.05)]], speed_kmh=60)
    layer = cities(("a", 2000, 0.02, 0.05), ("far", 5000, 0.5, 0.5), ("big", 1e5, 0.2, 0.05))
    people = demand(("01", 1, 0.05, 0.05), ("02", 1, 0.15, 0.05))
    walking = Walking(fragment_max_km=0)
    routable = routable_network(network, layer, identifier="city_id", walking=walking)
    found = travel_times_by_class(routable, layer, people, city_classes_persons=CLASSES, walking=walking)
    values = run(root, travel_times=found.times, people=people, city_layer=layer).values
    km = 1.1131945
    assert values["time_small_city_mean_min"].tolist()[:2] == pytest.approx([3 * km, 13 * km], rel=1e-4)
    assert values["time_big_city_mean_min"].tolist()[:2] == pytest.approx([15 * km, 5 * km], rel=1e-4)
    assert values["nearest_small_city_id"].tolist()[:2] == ["a", "a"]
    assert found.cities["is_on_network"].tolist() == [True, False, True]
    checks = {check.name: check for check in found.checks}
    assert (checks["cities_off_network"].value, checks["cities_off_network"].status) == (1, "warn")
    assert checks["cities_off_network"].rows[0]["city_id"] == "far"
    assert checks["demand_unreachable_small_share"].value == 0


def test_all_cities_that_a_class_or_the_catchment_scheme_asks_for_are_put_on_the_network():
    layer = cities(("a", 999, 0, 0), ("b", 1000, 0, 0), ("c", 30_000, 0, 0), ("d", np.nan, 0, 0))
    assert cities_to_reach(layer, CLASSES.values())["city_id"].tolist() == ["b", "c"]
    assert cities_to_reach(layer, [(50_000, None)])["city_id"].tolist() == ["c"]


def test_classes_are_closed_below_and_open_above():
    layer = cities(("a", 1000, 0, 0), ("b", 49_999, 0, 0), ("c", 50_000, 0, 0), ("d", np.nan, 0, 0))
    assert in_class(layer, (1000, 50_000)).tolist() == [True, True, False, False]
    assert in_class(layer, (50_000, None)).tolist() == [False, False, True, False]


class TestWeightedStatistics:
    def test_the_mean_leaves_out_what_is_not_known(self):
        mean = weighted_mean(
            np.array([1, np.nan, 3, 7]), np.array([1.0, 5, 3, 0]), np.array([0, 0, 0, 1]), group_count=3
        )
        assert mean[0] == pytest.approx(2.5)
        assert np.isnan(mean[1:]).all()

    @pytest.mark.parametrize(("quantile", "value"), [(0.0, 1), (0.5, 2), (0.51, 3), (0.9, 4), (1.0, 4)])
    def test_quantiles_are_values_that_occur(self, quantile, value):
        found = weighted_quantile(
            np.array([4.0, 1, 3, 2]), np.ones(4), np.zeros(4, dtype=int), quantile=quantile, group_count=1
        )
        assert found[0] == value

    def test_quantiles_equal_repeating_each_value_by_its_weight(self):
        rng = np.random.default_rng(0)
        value, weight, group = rng.random(500), rng.integers(0, 5, 500), rng.integers(-1, 20, 500)
        for quantile in (0.1, 0.5, 0.9):
            found = weighted_quantile(value, weight.astype(float), group, quantile=quantile, group_count=20)
            for number in range(20):
                repeated = np.repeat(value[group == number], weight[group == number])
                assert found[number] == np.quantile(repeated, quantile, method="inverted_cdf")


@pytest.mark.parametrize("layer", [cities(("a", 2000, 0.02, 0.05)), cities(("a", 2000, 0.02, 0.05)).iloc[:0]])
@pytest.mark.parametrize("count", [0, 2])
def test_no_people_or_no_cities_are_no_error(layer, count):
    network = network_of([[(0, 0.05), (0.2, 0.05)]])
    people = demand(("01", 1, 0.05, 0.05), ("02", 1, 0.15, 0.05)).iloc[:count]
    routable = routable_network(network, layer, identifier="city_id")
    found = travel_times_by_class(routable, layer, people, city_classes_persons=CLASSES)
    assert len(found.times["small"]) == count
    assert found.times["big"]["reason"].tolist() == [Flag.NO_CITY] * count
    assert len(found.cities) == len(layer)


def test_market_potential_comes_as_a_table_by_demand_point():
    network = network_of([[(0, 0), (0.1, 0)]], speed_kmh=60)
    people = demand(("01", 1, 0.02, 0), ("01", 1, 0.05, 0))
    layer = cities(("a", 2000, 0, 0), ("hamlet", 10, 0.02, 0), ("unknown", np.nan, 0.05, 0))
    walking = Walking(fragment_max_km=0)
    routable = routable_network(network, layer, identifier="city_id", walking=walking)
    table = market_table(routable, layer, people, min_persons=1000, half_life_min=1.1131949, walking=walking)
    assert table.index.tolist() == ["d000", "d001"]
    assert table["market_potential_persons"].tolist() == pytest.approx([2000 / 2**2, 2000 / 2**5], rel=1e-4)
