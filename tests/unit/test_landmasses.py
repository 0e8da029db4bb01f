"""Nobody walks over the sea: not to a road, not to a city, and no connector leads over it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from road_cases import network_of
from shapely.geometry import MultiPolygon, Point, box

from comarca.access import landmasses
from comarca.access.destinations import put_on_network
from comarca.access.landmasses import Landmasses
from comarca.access.linking import link_network
from comarca.access.market import city_minutes
from comarca.access.model import WALKING
from comarca.access.routable import RoutableNetwork, origins_at, routable_network
from comarca.access.routes import quickest_routes
from comarca.roads.connectors import Linking
from comarca.roads.network import without_edges

#: A mainland of two territories, 200 m apart, and an island 2 km off its coast.
MAINLAND = [box(0, 0, 0.1, 0.1), box(0.102, 0, 0.2, 0.1)]
ISLAND = box(0, 0.12, 0.1, 0.15)
COAST = [(0.01, 0.095), (0.19, 0.095)]


def test_wide_water_parts_land_and_a_river_does_not():
    land = Landmasses.of([MultiPolygon([MAINLAND[0], ISLAND]), MAINLAND[1]])
    west, east, island, bridge, far = land.number_at(
        np.array([0.05, 0.15, 0.05, 0.101, 0.05]), np.array([0.05, 0.05, 0.13, 0.05, 0.2])
    )
    assert west == east == bridge
    assert island == far != west


@pytest.mark.parametrize(("metres", "count"), [(400, 1), (600, 2)])
@pytest.mark.parametrize("latitude", [0, -54, 65])
def test_a_strait_is_as_wide_in_the_far_south_as_at_the_equator(metres, count, latitude):
    gap = metres / (111_320 * np.cos(np.radians(latitude)))
    shapes = [box(-70.1, latitude - 0.01, -70, latitude + 0.01), box(gap - 70, latitude - 0.01, -69.9, latitude + 0.01)]
    assert len(set(Landmasses.of(shapes).number)) == count
    assert Landmasses.of([]).number_at(np.zeros(1), np.zeros(1)).tolist() == [0]


@pytest.mark.parametrize(("at_once", "cells"), [(1_000, 512), (70, 16), (70, 1)])
def test_numbers_of_points_are_those_of_a_search_by_distance(monkeypatch, at_once, cells):
    monkeypatch.setattr(landmasses, "_POINTS_AT_ONCE", at_once)
    monkeypatch.setattr(landmasses, "_CELLS", cells)
    shapes = [*MAINLAND, ISLAND]
    land, random = Landmasses.of(shapes), np.random.default_rng(1)
    lon, lat = random.uniform(-0.05, 0.25, 200), random.uniform(-0.05, 0.2, 200)
    nearest = gpd.GeoSeries(gpd.points_from_xy(lon, lat))
    distance = np.array([nearest.distance(shape) for shape in shapes])
    assert land.number_at(lon, lat).tolist() == land.number[distance.argmin(axis=0)].tolist()


def routes(network, cities, points, *, walking=WALKING):
    land = Landmasses.of([*MAINLAND, ISLAND])
    network = replace(network, vertex_land=land.number_at(network.vertex_lon, network.vertex_lat))
    layer = gpd.GeoDataFrame(geometry=[Point(city) for city in cities], crs=4326)
    routable = routable_network(network, layer, walking=walking, landmasses=land)
    again = RoutableNetwork.from_arrays(
        routable.to_arrays(), layer.assign(city_id=layer.index.astype(str)), identifier="city_id"
    )
    lon, lat = np.array(points, dtype=float).T
    found = []
    for each in (routable, again):
        origins = origins_at(each, lon, lat, landmasses=land)
        found.append(quickest_routes(each, origins, np.ones(len(cities), dtype=bool), walking=walking))
    assert found[0].minutes.tolist() == found[1].minutes.tolist()
    return found[0]


def test_islanders_without_a_road_do_not_walk_to_the_coast_road():
    route = routes(network_of([COAST]), [(0.15, 0.095)], [(0.05, 0.13), (0.05, 0.09)])
    assert np.isfinite(route.minutes).tolist() == [False, True]
    assert route.destination.tolist() == [-1, 0]


def test_islanders_take_their_own_road_over_the_bridge_though_the_coast_road_is_nearer():
    own = [(0.09, 0.148), (0.09, 0.095)]
    network = network_of([[*COAST[:1], (0.09, 0.095), COAST[1]], own])
    assert len(network.component_km) == 1
    (minutes,) = routes(network, [(0.15, 0.095)], [(0.01, 0.121)]).minutes
    ride = routes(network, [(0.15, 0.095)], [(0.09, 0.121)]).minutes[0]
    walk = 0.08 * 111.32 * 1.3 / 4 * 60
    assert minutes == pytest.approx(ride + walk, rel=0.03)


def test_a_road_across_the_strait_that_leads_nowhere_does_not_hide_the_own_road():
    own, across = [(0.09, 0.148), (0.09, 0.125)], [(0.001, 0.0999), (0.08, 0.0999)]
    (alone,) = routes(network_of([own]), [(0.09, 0.148)], [(0.05, 0.121)]).minutes
    (beside,) = routes(network_of([own, across]), [(0.09, 0.148)], [(0.05, 0.121)]).minutes
    assert np.isfinite(alone)
    assert beside == pytest.approx(alone, rel=1e-12)


def test_islanders_do_not_walk_to_a_city_across_the_strait():
    # Both the city's road and the city itself are within five kilometres.
    route = routes(network_of([COAST, [(0.02, 0.13), (0.03, 0.13)]]), [(0.05, 0.098)], [(0.05, 0.121)])
    assert not np.isfinite(route.minutes).any()


def test_nobody_walks_over_the_sea_to_a_city_without_a_road():
    network = network_of([[(0.15, 0.005), (0.19, 0.005)]])
    assert routes(network, [(0.05, 0.095)], [(0.05, 0.09), (0.15, 0.005)]).destination.tolist() == [0, -1]
    route = routes(network, [(0.05, 0.095)], [(0.05, 0.121), (0.05, 0.09)])
    assert np.isfinite(route.minutes).tolist() == [False, True]


def test_a_city_is_moved_to_a_road_of_its_own_landmass_only():
    # 0.6 km of water lie between the city and the coast road, 0.9 km of land between it and its own road.
    near = box(0, 0.1055, 0.1, 0.15)
    land = Landmasses.of([*MAINLAND, near])
    coast, own = [(0.01, 0.1), (0.09, 0.1)], [(0.02, 0.1137), (0.08, 0.1137)]
    layer = gpd.GeoDataFrame(geometry=[Point(0.05, 0.1056), Point(0.05, 0.103)], crs=4326)

    def placed(*roads):
        network = network_of(roads)
        network = replace(network, vertex_land=land.number_at(network.vertex_lon, network.vertex_lat))
        return put_on_network(network, layer, landmasses=land)

    island = land.number[2]
    assert placed(coast, own).land.tolist() == [island, land.number[0]]
    assert placed(coast, own).snap_km[0] == pytest.approx(0.0081 * 110.574, rel=0.01)
    # A point on no land, as on a bridge or abroad, may be moved to any road.
    assert placed(coast).is_on_network.tolist() == [False, True]


def test_vertices_keep_their_landmass_where_edges_are_taken_out():
    network = network_of([COAST, [(0.02, 0.121), (0.05, 0.13), (0.09, 0.121)], [(0.01, 0.05), (0.05, 0.05)]])
    land = Landmasses.of([*MAINLAND, ISLAND])
    network = replace(network, vertex_land=land.number_at(network.vertex_lon, network.vertex_lat))
    left = without_edges(network, np.array([True, False, False]))
    assert left.vertex_land.tolist() == land.number_at(left.vertex_lon, left.vertex_lat).tolist()


def test_islanders_with_a_city_at_hand_do_not_reach_those_of_the_mainland():
    land = Landmasses.of([*MAINLAND, ISLAND])
    network = network_of([COAST, [(0.04, 0.1495), (0.06, 0.1495)]])
    network = replace(network, vertex_land=land.number_at(network.vertex_lon, network.vertex_lat))
    layer = gpd.GeoDataFrame(geometry=[Point(0.05, 0.125), Point(0.15, 0.095)], crs=4326)
    routable, both = routable_network(network, layer), np.ones(2, dtype=bool)
    origins = origins_at(routable, np.array([0.05]), np.array([0.121]), landmasses=land)
    nearest = quickest_routes(routable, origins, both)
    times = city_minutes(routable, origins, nearest, both, limit_min=420)
    found = {city: dict(zip(point, minutes, strict=True)) for city, point, minutes in times}
    assert found == {0: {0: nearest.minutes[0]}, 1: {}}
    assert nearest.minutes[0] < 60


def test_no_connector_crosses_the_sea():
    network = network_of([COAST, [(0.02, 0.121), (0.09, 0.121)]])
    territories = gpd.GeoDataFrame({"territory_id": ["1", "2", "3"]}, geometry=[*MAINLAND, ISLAND], crs=4326)
    cities = gpd.GeoDataFrame(
        {"city_id": ["a", "b", "c"], "city_name": ["Coast", "Isle", "Cape"], "population_persons": [60_000.0] * 3},
        geometry=[Point(0.1, 0.095), Point(0.05, 0.121), Point(0.09, 0.12)],
        crs=4326,
    )
    demand = gpd.GeoDataFrame(
        {"demand_id": ["1"], "population_persons": [9_000.0]}, geometry=[Point(0.05, 0.125)], crs=4326
    )
    linking = Linking(max_km=10)
    linked, connectors, checks = link_network(
        network, cities, demand, territories, intervals=[(20_000, None)], linking=linking, max_snap_km=1.0
    )
    assert len(connectors) == 0
    assert len(linked.component_km) == 2
    assert {row["city_name"] for row in checks[1].rows} == {"Isle", "Cape"}
    one = territories.assign(geometry=[*MAINLAND, box(0, 0.1, 0.1, 0.15)])
    assert len(link_network(
        network, cities, demand, one, intervals=[(20_000, None)], linking=linking, max_snap_km=1.0
    )[1]) == 1  # fmt: skip
