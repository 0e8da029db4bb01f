"""Ties to markets: their number, the first of them, and their growth with travel times held."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, territories
from road_cases import network_of

from comarca.access.market import market_potential
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.access.routes import quickest_routes
from comarca.access.ties import CitySizes, city_sizes, market_table, market_ties
from comarca.config.region import Region
from comarca.errors import InputError
from comarca.indicators.markets import compute
from comarca.results import Flag
from comarca.sources.tables.city_population import read_city_population

WALKING = Walking(fragment_max_km=0)
#: Minutes per 0.01 degree along the equator at 60 km/h.
STEP_MIN = 1.1131949
LINE = [[(0, 0), (0.1, 0)], [(0.15, 0), (0.2, 0)]]


def city_layer(*rows):
    names, persons, lon = zip(*rows, strict=True)
    table = {"city_id": list(names), "city_name": [f"Ciudad {n}" for n in names], "country": "XXX",
             "population_persons": [float(p) for p in persons], "osm_id": None}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, [0.0] * len(lon)), crs=4326)


def by_year(*rows):
    names, years, persons = zip(*rows, strict=True)
    return pd.DataFrame({"city_id": names, "year": years, "population_persons": [float(p) for p in persons]})


def table_of(layer, people, **options):
    routable = routable_network(
        network_of(LINE, speed_kmh=60), layer, identifier="city_id", walking=WALKING, max_snap_km=5
    )
    return market_table(routable, layer, people, min_persons=1, walking=WALKING, **options)


def test_equal_markets_equally_far_count_as_many_as_they_are():
    layer = city_layer(("a", 500, 0.04), ("b", 500, 0.06))
    people = demand(("01", 1, 0.05, 0), ("01", 1, 0.16, 0))
    table = table_of(layer, people, half_life_min=STEP_MIN, thresholds_min=(0.9 * STEP_MIN, 1.1 * STEP_MIN))
    first = table.iloc[0]
    assert first["market_potential_persons"] == pytest.approx(500, rel=1e-4)
    assert first["effective_market_count"] == pytest.approx(2, rel=1e-4)
    assert first["first_market_share"] == pytest.approx(0.5, rel=1e-4)
    assert table.filter(like="cities_within").iloc[0].tolist() == [0, 2]


def test_the_effective_number_is_the_hill_number_of_the_shares():
    layer = city_layer(("a", 1000, 0.03), ("b", 4000, 0.06), ("c", 200, 0.1))
    table = table_of(layer, demand(("01", 1, 0.05, 0)), half_life_min=3 * STEP_MIN)
    weight = np.array([1000 * 2 ** (-2 / 3), 4000 * 2 ** (-1 / 3), 200 * 2 ** (-5 / 3)])
    share = weight / weight.sum()
    assert table["market_potential_persons"].item() == pytest.approx(weight.sum(), rel=1e-4)
    assert table["effective_market_count"].item() == pytest.approx(math.exp(-(share * np.log(share)).sum()), rel=1e-4)
    assert table["first_market_share"].item() == pytest.approx(share.max(), rel=1e-4)


def test_one_market_or_none_in_reach():
    table = table_of(city_layer(("a", 1000, 0.0)), demand(("01", 1, 0.05, 0), ("02", 1, 0.18, 0)))
    assert table["effective_market_count"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    assert table["cities_within_60min_count"].tolist() == [1, 0]
    hamlet = table_of(city_layer(("a", 1, 0.0)), demand(("01", 1, 0.05, 0)))
    assert 0 < hamlet["market_potential_persons"].item() < 1
    assert hamlet["effective_market_count"].item() == pytest.approx(1)


def test_a_point_beside_a_road_of_several_segments_goes_along_all_of_them():
    road = network_of([[(0, 0), (0.05, 0), (0.1, 0), (0.2, 0)]], speed_kmh=60)
    layer = city_layer(("a", 1000, 0.0), ("b", 1000, 0.05))
    routable = routable_network(road, layer, identifier="city_id", walking=WALKING)
    table = market_table(routable, layer, demand(("01", 1, 0.15, 0)), min_persons=1, walking=WALKING,
                         half_life_min=15 * STEP_MIN)  # fmt: skip
    assert table["market_potential_persons"].item() == pytest.approx(1000 * (0.5 + 2 ** (-2 / 3)), rel=1e-4)


def test_the_potential_is_that_of_the_plain_sum():
    layer = city_layer(("a", 1000, 0.0), ("b", 50, 0.07))
    people = demand(("01", 1, 0.02, 0.001), ("01", 1, 0.09, 0.002))
    routable = routable_network(network_of(LINE, speed_kmh=60), layer, identifier="city_id", walking=WALKING)
    origins = demand_origins(routable, people)
    nearest = quickest_routes(routable, origins, np.ones(2, dtype=bool), walking=WALKING)
    persons = layer["population_persons"].to_numpy()
    none = np.zeros(2)
    ties = market_ties(routable, origins, nearest, CitySizes(persons, none, none, none > 0), walking=WALKING)
    assert ties.potential == pytest.approx(market_potential(routable, origins, nearest, persons, walking=WALKING))


def test_growth_is_that_of_the_cities_known_at_both_dates_with_times_held(root):
    layer = city_layer(("a", 2000, 0.04), ("b", 1000, 0.06), ("new", 9000, 0.05))
    years = by_year(("a", 2000, 1000), ("a", 2010, 2000), ("b", 2000, 1000), ("b", 2010, 1000), ("new", 2010, 9000))
    people = demand(("01", 10, 0.05, 0), ("02", 10, 0.18, 0))
    table = table_of(layer, people, city_population=years, half_life_min=STEP_MIN)
    columns = columns_of_markets(root, "city_population")
    result = compute(territories=territories(*WEST_EAST), demand=people, market_potential=table,
                     city_population=years, columns=columns)  # fmt: skip
    growth = result.values["market_potential_growth_percent_per_year"]
    # Both cities are one step away: 2000 persons become 3000 in ten years; a alone outgrows the two together.
    assert growth["01"] == pytest.approx(100 * (1.5**0.1 - 1), rel=1e-4)
    assert result.values.loc["01", "market_potential_fast_share"] == pytest.approx(2 / 3, rel=1e-4)
    assert result.flags.loc["02", "market_potential_growth_percent_per_year"] == Flag.UNREACHABLE
    assert result.values.loc["02", "cities_within_60min_mean_index"] == 0
    apart = by_year(("a", 2000, 1000), ("b", 2010, 1000))
    table = table_of(layer, people, city_population=apart, half_life_min=STEP_MIN)
    gap = compute(territories=territories(*WEST_EAST), demand=people, market_potential=table, city_population=apart,
                  columns=columns).flags  # fmt: skip
    for name in ("market_potential_growth_percent_per_year", "market_potential_fast_share"):
        assert gap[name].tolist() == [Flag.NOT_AT_BOTH_DATES, Flag.UNREACHABLE]


def columns_of_markets(root, *layers):
    given = ["population", "demand", "market_potential", *layers]
    return columns_of(root, "markets", layers=given, fields={"time_threshold": ["60", "120"]})


def test_the_countrys_growth_may_be_given():
    years = by_year(("a", 2000, 1000), ("a", 2010, 2000), ("b", 2000, 1000), ("b", 2010, 1000))
    ids, persons = pd.Index(["b", "a"]), np.array([1000.0, 2000.0])
    assert city_sizes(persons, years, ids).is_fast.tolist() == [False, True]
    assert city_sizes(persons, years, ids, country_percent_per_year=-1.0).is_fast.tolist() == [True, True]
    assert city_sizes(persons, years, ids, country_percent_per_year=8.0).is_fast.tolist() == [False, False]


def test_a_table_of_cities_joins_by_code_or_by_name(tmp_path):
    layer = city_layer(("1", 2000, 0.04), ("2", 9000, 0.06), ("3", 10, 0.05))
    layer["city_name"] = ["León", "Santa Fe", "Santa Fe"]
    path = tmp_path / "cities.csv"
    path.write_text("codigo,ciudad,p2000,p2010\n1,x,10,20\n,SANTA FE,30,n.d.\n,Nowhere,1,1\n", encoding="utf-8")
    table, check = read_city_population(path, layer, population={2000: "p2000", 2010: "p2010"}, id="codigo",
                                        name="ciudad")  # fmt: skip
    assert table["city_id"].tolist() == ["1", "1", "2", "2"]
    assert table["population_persons"].tolist() == pytest.approx([10, 20, 30, np.nan], nan_ok=True)
    assert check.status == "pass"
    assert check.rows == [{"city": "Nowhere"}]


@pytest.mark.parametrize(
    ("rows", "said"),
    [("León,1,2\nLEON,3,4", "two rows"), ("León,-1,2", "negative"), ("Nowhere,1,2", "none of a city")],
)
def test_a_table_of_cities_that_cannot_be_right_is_refused(tmp_path, rows, said):
    layer = city_layer(("1", 2000, 0.04))
    layer["city_name"] = ["León"]
    path = tmp_path / "cities.csv"
    path.write_text(f"ciudad,a,b\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_city_population(path, layer, population={2000: "a", 2010: "b"}, name="ciudad")


def test_cities_by_year_need_two_years_and_a_key():
    section = {"provider": "file", "path": "x.csv", "name": "ciudad", "population": {2000: "a"}}
    with pytest.raises(ValueError, match="two years"):
        Region(country="NIC", city_population=section)
