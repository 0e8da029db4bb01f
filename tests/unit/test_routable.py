"""Destinations put on a network, stored and taken back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from road_cases import network_of
from shapely.geometry import Point, box

from comarca import io
from comarca.access.model import Walking
from comarca.access.routable import RoutableNetwork, origins_at, routable_network
from comarca.access.routes import network_tolls, quickest_routes, reasons, straight_km
from comarca.results import Flag
from comarca.roads.graph import nearest_source
from comarca.roads.segments import NEVER

WALKING = Walking(fragment_max_km=0)


@pytest.fixture(scope="module")
def cities() -> gpd.GeoDataFrame:
    shapes = [Point(0.02, 0), box(0.06, -0.01, 0.08, 0.01), Point(0.05, 0.5)]
    return gpd.GeoDataFrame({"city_id": ["7", "3", "5"]}, geometry=shapes, crs=4326)


@pytest.fixture(scope="module")
def routable(cities) -> RoutableNetwork:
    network = network_of([[(0, 0), (0.05, 0.001), (0.1, 0)], [(0.05, 0.001), (0.05, 0.1)]], oneway=["no", "yes"])
    return routable_network(network, cities, identifier="city_id", walking=WALKING)


def test_a_stored_network_answers_as_the_one_it_was_made_from(routable, cities, tmp_path):
    io.write_arrays(routable.to_arrays(), tmp_path / "network.npz")
    # The layer may hold other cities, in another order.
    more = gpd.GeoDataFrame({"city_id": ["9"]}, geometry=[Point(1, 1)], crs=4326)
    layer = gpd.GeoDataFrame(pd.concat([more, cities.iloc[::-1]], ignore_index=True))
    again = RoutableNetwork.from_arrays(io.read_arrays(tmp_path / "network.npz"), layer, identifier="city_id")
    assert again.destinations.rows_in(layer["city_id"]).tolist() == [3, 2, 1]
    assert again.destinations.max_snap_km == routable.destinations.max_snap_km
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-0.01, 0.11, 50), rng.uniform(-0.02, 0.12, 50)
    for chosen in np.eye(3, dtype=bool):
        ours, theirs = (
            quickest_routes(each, origins_at(each, lon, lat), chosen, walking=WALKING) for each in (routable, again)
        )
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_destination_is_asked_for_on_its_own(routable):
    origins = origins_at(routable, np.array([0.0, 0.07]), np.array([0.0, 0.005]))
    first, second, off = np.eye(3, dtype=bool)
    assert quickest_routes(routable, origins, first, walking=WALKING).destination.tolist() == [0, 0]
    assert quickest_routes(routable, origins, second, walking=WALKING).destination.tolist() == [1, 1]
    assert quickest_routes(routable, origins, second, walking=WALKING).minutes[1] == 0
    assert straight_km(origins, routable.destinations, second)[1] == 0
    nothing = quickest_routes(routable, origins, off, walking=WALKING)
    assert reasons(nothing, off).tolist() == [Flag.UNREACHABLE] * 2
    assert nothing.destination.tolist() == [-1, -1]
    assert reasons(nothing, ~np.ones(3, dtype=bool)).tolist() == [Flag.NO_CITY] * 2


def test_tolls_are_the_time_over_either_end_of_the_road(routable):
    network = routable.destinations.network
    node_min = nearest_source(
        routable.graph, routable.destinations.node[routable.destinations.destination == 0]
    ).minutes
    tolls = network_tolls(network, node_min)
    start, end = network.edge_start[:-1], network.edge_start[1:] - 1
    over_end = np.where(network.edge_forward, node_min[network.edge_to], np.inf)
    over_start = np.where(network.edge_backward, node_min[network.edge_from], np.inf)
    assert np.isinf(over_end).any()
    np.testing.assert_allclose(tolls.ahead[end], np.minimum(over_end, NEVER))
    np.testing.assert_allclose(tolls.ahead[start], np.minimum(over_end + network.edge_min, NEVER))
    np.testing.assert_allclose(tolls.back[start], np.minimum(over_start, NEVER))


def test_a_city_is_put_on_a_road_that_can_be_entered_and_left():
    # A one-way street of 5 km can only be left; the road 300 m farther goes both ways.
    street = [(0.05, 0.003), (0.0, 0.003), (0.0, 0.0)]
    network = network_of([[(0.0, 0.0), (0.1, 0.0)], street], oneway=["no", "yes"])
    city = gpd.GeoDataFrame({"city_id": ["1"]}, geometry=[Point(0.04, 0.0028)], crs=4326)
    routable = routable_network(network, city, identifier="city_id")
    assert routable.destinations.snap_km[0] == pytest.approx(0.0028 * 110.574, rel=1e-3)
    origins = origins_at(routable, np.array([0.1]), np.array([0.0]))
    route = quickest_routes(routable, origins, np.array([True]))
    assert route.minutes[0] == pytest.approx(0.06 * 111.3195, rel=1e-3)
    assert route.walk_m[0] == pytest.approx(0, abs=1e-6)


#: A two-way ring of 1.7 km, 330 m beside a main road of 11 km that it has one way to, and the middle of the ring's road
#: nearest to the main road.
RING_MAIN = [(0.0, 0.0), (0.05, 0.0), (0.1, 0.0)]
RING = [(0.05, 0.003), (0.054, 0.003), (0.054, 0.007), (0.05, 0.007), (0.05, 0.003)]
RAMP = [(0.05, 0.003), (0.05, 0.0)]


def route_beside_ring(*, city, home, ramp="yes"):
    network = network_of([RING_MAIN, RING, RAMP], oneway=["no", "no", ramp])
    layer = gpd.GeoDataFrame({"city_id": ["1"]}, geometry=[Point(city)], crs=4326)
    routable = routable_network(network, layer, identifier="city_id")
    origins = origins_at(routable, np.array([home[0]]), np.array([home[1]]))
    return routable, quickest_routes(routable, origins, np.array([True]))


def test_a_city_on_a_ring_that_can_only_be_left_is_put_on_the_main_road_beside_it():
    routable, route = route_beside_ring(city=(0.052, 0.003), home=(0.1, 0.0))
    assert routable.destinations.snap_km[0] == pytest.approx(0.003 * 110.574, rel=1e-3)
    assert route.minutes[0] == pytest.approx(0.048 * 111.3195, rel=1e-3)
    # A ring with roads in and out keeps it.
    assert route_beside_ring(city=(0.052, 0.003), home=(0.1, 0.0), ramp="no")[0].destinations.snap_km[0] < 1e-6


def test_people_on_a_ring_that_can_only_be_left_or_only_be_entered_use_the_main_road():
    away = route_beside_ring(city=(0.1, 0.0), home=(0.052, 0.003))[1]
    assert away.minutes[0] == pytest.approx((0.002 + 0.05) * 111.3195 + 0.003 * 110.574, rel=1e-3)
    shut = route_beside_ring(city=(0.1, 0.0), home=(0.052, 0.003), ramp="-1")[1]
    assert shut.minutes[0] == pytest.approx(0.048 * 111.3195 + 0.003 * 110.574 * 1.3 / 4 * 60, rel=1e-3)


def test_a_city_far_from_the_main_road_stays_on_the_roads_around_it():
    # The same ring 22 km off: people there reach their city, whether or not others can.
    north = 0.2
    ring, ramp = ([(lon, lat + north) for lon, lat in RING], [(0.05, 0.003 + north), (0.05, 0.0)])
    network = network_of([RING_MAIN, ring, ramp], oneway=["no", "no", "yes"])
    layer = gpd.GeoDataFrame({"city_id": ["1"]}, geometry=[Point(0.052, 0.003 + north)], crs=4326)
    routable = routable_network(network, layer, identifier="city_id")
    assert routable.destinations.snap_km[0] < 1e-6
    origins = origins_at(routable, np.array([0.054]), np.array([0.003 + north]))
    assert quickest_routes(routable, origins, np.array([True])).minutes[0] == pytest.approx(0.002 * 111.3195, rel=1e-3)


@pytest.mark.parametrize(("lat", "is_reached"), [(0.2, True), (0.22, False)])
def test_nobody_walks_farther_than_the_limit(lat, is_reached):
    # 30 km with a detour of 1.3 are 23.08 km straight; 0.2 degrees are 22.1 km.
    network = network_of([[(0.0, 0.0), (0.1, 0.0)]])
    city = gpd.GeoDataFrame({"city_id": ["1"]}, geometry=[Point(0.1, 0.0)], crs=4326)
    routable = routable_network(network, city, identifier="city_id")
    route = quickest_routes(routable, origins_at(routable, np.array([0.0]), np.array([lat])), np.array([True]))
    assert route.is_reached.tolist() == [is_reached]
    if not is_reached:
        assert reasons(route, np.array([True])).tolist() == [Flag.UNREACHABLE.value]
