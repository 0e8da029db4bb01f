"""Cities that the edge of the road data cuts off, and the land where the data end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of, demand, territories
from road_cases import network_of
from shapely.geometry import Point, box

from comarca.access.cities import travel_times_by_class, urca_travel_times
from comarca.access.cut_off import Beyond, estimated_minutes, link_cut_off, over_sea_km
from comarca.access.edge import edge_km, reach_beyond_km
from comarca.access.model import Walking
from comarca.access.routable import RoutableNetwork, demand_origins, routable_network
from comarca.access.routes import quickest_routes
from comarca.access.ties import market_table
from comarca.crs import GEOD
from comarca.indicators.services import compute as compute_services
from comarca.results import Flag

WALKING = Walking(fragment_max_km=0)
#: Along the equator: a road from 0 to 0.1 degrees, a city at its start, another 0.05 degrees beyond its end.
ROAD = [(0, 0), (0.1, 0)]
KM = GEOD.line_length([0, 0.01], [0, 0]) / 1000
HOMES = demand(("01", 1, 0.02, 0), ("01", 1, 0.08, 0))


def cities(*rows):
    ids, persons, geometry = zip(*rows, strict=True)
    columns = {"city_id": list(ids), "city_name": list(ids), "country": "XXX", "osm_id": None}
    return gpd.GeoDataFrame(
        columns | {"population_persons": np.array(persons, dtype=float)}, geometry=list(geometry), crs=4326
    )


LAYER = cities(("inside", 30_000, box(0, 0, 0, 0).centroid), ("beyond", 60_000, box(0.15, 0, 0.15, 0).centroid))
ABROAD = np.array([False, True])


def linked(layer=LAYER, roads=(ROAD,), is_abroad=ABROAD, **options):
    routable = routable_network(network_of(list(roads), speed_kmh=60), layer, identifier="city_id", walking=WALKING)
    return link_cut_off(routable, demand_origins(routable, HOMES), is_abroad, walking=WALKING, **options)


def test_the_way_beyond_the_last_road_is_straight_with_a_detour_at_the_stated_speed():
    routable = linked(beyond=Beyond(beyond_kmh=40, beyond_detour_ratio=1.5))
    minutes = estimated_minutes(routable, demand_origins(routable, HOMES), np.array([True, True]), walking=WALKING)
    rest = 5 * KM * 1.5 / 40 * 60
    assert minutes.tolist() == pytest.approx([8 * KM + rest, 2 * KM + rest], rel=1e-4)


def test_a_city_with_an_outline_is_entered_at_its_edge():
    area = cities(("inside", 30_000, LAYER.geometry[0]), ("beyond", 60_000, box(0.15, -0.05, 0.25, 0.05)))
    routable = linked(area)
    minutes = estimated_minutes(routable, demand_origins(routable, HOMES), np.array([True, True]), walking=WALKING)
    corner_km = GEOD.line_length([0.1, 0.15], [0, 0.05]) / 1000
    assert minutes[1] == pytest.approx(2 * KM + Beyond().minutes(corner_km), rel=1e-3)


def test_each_of_several_cities_beyond_has_its_own_way():
    three = cities(
        ("inside", 30_000, LAYER.geometry[0]), ("east", 60_000, Point(0.15, 0)), ("west", 90_000, Point(-0.1, 0))
    )
    routable = linked(three, is_abroad=np.array([False, True, True]))
    assert routable.destinations.is_cut_off.tolist() == [False, True, True]
    for chosen, km, gap_km in ((1, (8, 2), 5), (2, (2, 8), 10)):
        mask = np.arange(3) == chosen
        minutes = estimated_minutes(routable, demand_origins(routable, HOMES), mask, walking=WALKING)
        expected = [each * KM + Beyond().minutes(gap_km * KM) for each in km]
        assert minutes.tolist() == pytest.approx(expected, rel=1e-3)


def test_estimates_are_never_given_as_times_found():
    routable, plain = (
        linked(),
        routable_network(network_of([ROAD], speed_kmh=60), LAYER, identifier="city_id", walking=WALKING),
    )
    classes = {"all": (1000, None)}
    found, before = (
        travel_times_by_class(each, LAYER, HOMES, city_classes_persons=classes, walking=WALKING).times["all"]
        for each in (routable, plain)
    )
    assert found["minutes"].tolist() == pytest.approx(before["minutes"].tolist(), rel=1e-12)
    assert found["city_id"].tolist() == ["inside", "inside"]
    assert before["estimated_min"].isna().all()
    assert found["estimated_min"].notna().all()


def test_cities_inside_and_cities_that_roads_reach_are_not_estimated():
    assert not linked(is_abroad=np.array([False, False])).destinations.is_cut_off.any()
    assert not linked(roads=[[(0, 0), (0.15, 0)]]).destinations.is_cut_off.any()


def test_a_city_on_a_bit_of_road_that_the_edge_left_over_is_cut_off():
    routable = linked(roads=[ROAD, [(0.149, 0), (0.16, 0)]])
    assert routable.destinations.is_on_network.tolist() == [True, True]
    assert routable.destinations.is_cut_off.tolist() == [False, True]


def test_a_city_on_roads_that_only_lead_into_the_region_is_cut_off():
    # Abroad, on a two-way ring of 1.8 km: the road from there into the region is one-way.
    ring = [(0.148, 0), (0.152, 0), (0.152, 0.004), (0.148, 0.004), (0.148, 0)]
    layer = cities(("inside", 30_000, LAYER.geometry[0]), ("beyond", 60_000, Point(0.15, 0)))
    for oneway, is_cut_off in (("yes", True), ("no", False)):
        network = network_of([ROAD, ring, [(0.148, 0), (0.1, 0)]], speed_kmh=60, oneway=["no", "no", oneway])
        routable = routable_network(network, layer, identifier="city_id")
        origins = demand_origins(routable, HOMES)
        routable = link_cut_off(routable, origins, ABROAD)
        assert routable.destinations.is_cut_off.tolist() == [False, is_cut_off]
        assert routable.destinations.is_on_network.tolist() == [True, not is_cut_off]
        found = quickest_routes(routable, origins, ABROAD)
        estimated = estimated_minutes(routable, origins, ABROAD)
        if is_cut_off:
            assert not found.is_reached.any()
            rest = Beyond().minutes(5 * KM)
            assert estimated.tolist() == pytest.approx([8 * KM + rest, 2 * KM + rest], rel=1e-3)
        else:
            assert found.minutes.tolist() == pytest.approx([13 * KM, 7 * KM], rel=1e-3)
            assert np.isnan(estimated).all()


def test_a_city_across_the_sea_is_not_estimated_and_one_across_a_river_is():
    shores = np.array([box(-1, -1, 0.1, 1), box(0.15, -1, 1, 1)], dtype=object)
    # 5.6 km of water, and 4.5 km.
    assert not linked(land=shores).destinations.is_cut_off.any()
    shores[1] = box(0.14, -1, 1, 1)
    assert linked(land=shores).destinations.is_cut_off.tolist() == [False, True]


def test_what_is_stored_comes_back():
    routable = linked()
    again = RoutableNetwork.from_arrays(routable.to_arrays(), LAYER, identifier="city_id")
    assert again.destinations.is_cut_off.tolist() == [False, True]
    ask = demand_origins(again, HOMES), np.array([True, True])
    assert estimated_minutes(again, *ask).tolist() == estimated_minutes(routable, *ask).tolist()


def test_potential_counts_everybody_and_cities_beyond_by_their_estimated_time():
    routable = linked()
    table = market_table(routable, LAYER, HOMES, min_persons=1000, half_life_min=60, walking=WALKING)
    beyond = [60_000 * 0.5 ** ((km * KM + Beyond().minutes(5 * KM)) / 60) for km in (8, 2)]
    inside = [30_000 * 0.5 ** (km * KM / 60) for km in (2, 8)]
    assert table["estimated_persons"].tolist() == pytest.approx(beyond, rel=1e-4)
    assert table["market_potential_persons"].tolist() == pytest.approx(np.add(beyond, inside).tolist(), rel=1e-4)


def test_who_reaches_no_city_has_no_potential_rather_than_an_unknown_one():
    island = demand(("01", 1, 0.02, 0), ("02", 1, 5, 5))
    routable = routable_network(network_of([ROAD]), LAYER, identifier="city_id", walking=WALKING)
    table = market_table(routable, LAYER, island, min_persons=1000, walking=WALKING)["market_potential_persons"]
    assert table.iloc[0] > 0
    assert table.iloc[1] == 0
    assert market_table(routable, LAYER, island, min_persons=1e6)["market_potential_persons"].isna().all()


def test_catchments_have_estimates_by_size_of_city():
    table = urca_travel_times(linked(), LAYER, HOMES, walking=WALKING)
    assert table["estimated_50k_to_100k"].notna().all()
    assert table["estimated_20k_to_50k"].isna().all()
    assert table["50k_to_100k"].isna().all()


class TestEdge:
    """A country of one degree, a neighbour in the east, the sea all around."""

    places = territories(box(0, 0, 1, 1))
    world = gpd.GeoDataFrame({"iso3": ["XXX", "YYY"]}, geometry=[box(-0.03, -0.03, 1, 1.03), box(1, 0, 3, 1)], crs=4326)
    homes = demand(("01", 1, 0.1, 0.5), ("01", 1, 0.9, 0.5))

    def edge(self, world, **options):
        origins = demand_origins(routable_network(network_of([ROAD]), LAYER, identifier="city_id"), self.homes)
        return edge_km(origins, self.places, world, **options)

    def test_it_is_the_land_border_and_how_far_data_reach_beyond_it(self):
        assert self.edge(self.world).tolist() == pytest.approx([90 * KM, 10 * KM], abs=0.6)
        assert self.edge(self.world, reach_km=50).tolist() == pytest.approx([90 * KM + 50, 10 * KM + 50], abs=0.6)

    def test_a_coast_is_none(self):
        assert np.isinf(self.edge(self.world.iloc[:1])).all()

    def test_the_rest_of_the_same_country_is_beyond_the_edge_too(self):
        part = self.world.assign(iso3="XXX")
        assert self.edge(part)[1] == pytest.approx(10 * KM + 10, abs=1.5)

    def test_roads_tell_how_far_data_reach(self):
        inside = [[(x / 100, 0.5), (x / 100 + 0.01, 0.5)] for x in range(99)]
        outside = [[(1.0 + x / 100, 0.5), (1.01 + x / 100, 0.5)] for x in range(20)]
        alone, both = network_of(inside), network_of(inside + outside)
        assert reach_beyond_km(alone.node_lon, alone.node_lat, self.places) == 0
        assert reach_beyond_km(both.node_lon, both.node_lat, self.places) == pytest.approx(20 * KM, rel=0.1)


def test_times_to_services_are_flagged_near_the_edge_and_who_reaches_none_is_counted(root):
    people = demand(("01", 3, 0.05, 0.05), ("01", 1, 0.06, 0.05), ("02", 1, 0.15, 0.05))
    minutes = pd.DataFrame(
        {"minutes": [10.0, np.nan, 5.0], "edge_min": [np.inf, np.inf, 4.0]}, index=people["demand_id"]
    )
    services = gpd.GeoDataFrame(
        {"service_id": ["a"], "kind": ["school"]}, geometry=[box(0, 0, 0.1, 0.1).centroid], crs=4326
    )
    columns = columns_of(
        root, "services", layers=["services", "demand", "population", "service_times", "roads"],
        fields={"service": ["school"]},
    )  # fmt: skip
    got = compute_services(
        territories=territories(box(0, 0, 0.1, 0.1), box(0.1, 0, 0.2, 0.1)), services=services, demand=people,
        service_times={"school": minutes}, kinds=["school"], columns=columns,
    )  # fmt: skip
    assert got.values["time_school_mean_min"].tolist() == [10, 5]
    assert got.values["unreachable_school_population_share"].tolist() == [0.25, 0]
    assert got.flags["time_school_mean_min"].tolist() == [Flag.OK, Flag.BORDER_BIAS]


def test_the_way_over_the_sea_is_counted_at_101_points():
    zero, one = np.zeros(1), np.ones(1)
    km = GEOD.inv(0, 0, 1, 0)[2] / 1000
    west_half = np.array([box(-1, -1, 0.501, 1)], dtype=object)
    assert over_sea_km(zero, zero, one, zero, west_half)[0] == pytest.approx(50 / 101 * km)
