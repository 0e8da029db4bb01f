"""Connectors: what is joined, at which price, and what stays apart."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from road_cases import network_of
from shapely.geometry import Point, box

from comarca import io
from comarca.access.linking import link_network, nearest_component
from comarca.access.routable import origins_at, routable_network
from comarca.access.routes import quickest_routes
from comarca.crs import GEOD
from comarca.roads.connectors import Linking, link_cities, link_components, link_gaps, main_component
from comarca.roads.foot_links import link_on_foot

#: A main road of 22 km along the equator, and a loose one.
MAIN = [(0.0, 0.0), (0.2, 0.0)]


def km_between(one, other):
    return GEOD.inv(*one, *other)[2] / 1000


def cities_at(*points, persons=100_000.0):
    count = len(points)
    data = {
        "city_id": [str(i) for i in range(count)],
        "city_name": [f"City {i}" for i in range(count)],
        "country": "XAA",
        "population_persons": np.broadcast_to(persons, count).astype(float),
        "osm_id": None,
    }
    return gpd.GeoDataFrame(data, geometry=[Point(point) for point in points], crs=4326)


def demand_at(*points, persons=10.0):
    data = {"demand_id": [str(i) for i in range(len(points))], "territory_id": "1", "population_persons": persons,
            "area_km2": np.nan}  # fmt: skip
    return gpd.GeoDataFrame(data, geometry=[Point(point) for point in points], crs=4326)


def territory():
    return gpd.GeoDataFrame({"territory_id": ["1"]}, geometry=[box(-1, -1, 1, 1)], crs=4326)


def test_cities_apart_are_told_with_why():
    # The short road lies in the west, so that its component has the number 0.
    network = network_of([[(-0.8, 0.0), (-0.79, 0.0)], MAIN], on_foot=False)
    cities = cities_at((0.0, 0.0), (-0.8, 0.0), (0.8, 0.6), persons=[90_000.0, 60_000.0, 70_000.0])
    checks = linked(network, cities, max_km=1.0)[2]
    told = next(check for check in checks if check.name == "cities_apart")
    assert (told.value, told.status) == (2, "fail")
    assert [(row["city_id"], row["reason"]) for row in told.rows] == [
        ("2", "off the network"), ("1", "on a component of its own")
    ]  # fmt: skip


def linked(network, cities, demand=None, **options):
    return link_network(
        network, cities, demand_at((0.0, 0.001)) if demand is None else demand, territory(),
        intervals=[(20_000, 50_000), (50_000, None)], linking=Linking(**options), max_snap_km=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(("gap_deg", "count"), [(0.00005, 1), (0.0005, 0)])
def test_a_gap_is_bridged_up_to_its_limit_only(gap_deg, count):
    network = network_of([MAIN, [(0.2 + gap_deg, 0.0), (0.3, 0.0)]])
    joined, connectors = link_gaps(network, Linking(bridge_gap_m=10))
    assert len(connectors) == count
    assert len(joined.component_km) == 2 - count


def test_roads_that_meet_already_get_no_connector():
    network = network_of([[(0.0, 0.0), (0.1, 0.0), (0.2, 0.0)], [(0.2, 0.0), (0.3, 0.0)], [(0.1, 0.0), (0.1, 0.1)]])
    assert len(link_gaps(network, Linking(bridge_gap_m=500))[1]) == 0


def test_an_end_beside_the_middle_of_a_road_is_joined_there():
    network = network_of([MAIN, [(0.1, 0.00005), (0.1, 0.1)]])
    joined, connectors = link_gaps(network, Linking(bridge_gap_m=10))
    assert connectors["length_km"].tolist() == pytest.approx([km_between((0.1, 0.00005), (0.1, 0.0))], rel=1e-6)
    assert joined.component_km.tolist() == pytest.approx([network.component_km.sum() + connectors["length_km"].sum()])


def test_times_over_a_connector_are_those_of_its_speed_and_detour():
    network = network_of([MAIN, [(0.23, 0.0), (0.3, 0.0)]], speed_kmh=60)
    linking = Linking(max_km=10, speed_kmh=15, detour_ratio=1.3)
    joined, connectors = link_components(network, pd.Series({0: "main", 1: "East"}), linking)
    km = km_between((0.2, 0.0), (0.23, 0.0))
    assert connectors[["kind", "name"]].to_numpy().tolist() == [["component", "East"]]
    assert connectors["minutes"].tolist() == pytest.approx([km * 1.3 / 15 * 60])
    east = cities_at((0.3, 0.0))
    routable = routable_network(joined, east, identifier="city_id")
    route = quickest_routes(routable, origins_at(routable, np.array([0.0]), np.array([0.0])), np.array([True]))
    driven_km = km_between((0.0, 0.0), (0.2, 0.0)) + km_between((0.23, 0.0), (0.3, 0.0))
    assert route.minutes[0] == pytest.approx(driven_km + km * 1.3 / 15 * 60, rel=1e-9)


def test_a_chain_of_components_comes_along_and_one_too_far_stays():
    network = network_of([MAIN, [(0.25, 0.0), (0.26, 0.0)], [(0.31, 0.0), (0.32, 0.0)], [(0.5, 0.0), (0.51, 0.0)]])
    names = pd.Series(["main", "near", "next", "far"])
    joined, connectors = link_components(network, names, Linking(max_km=6))
    assert connectors["name"].tolist() == ["near", "next"]
    assert len(joined.component_km) == 2


def test_a_large_city_is_joined_and_a_town_far_off_is_not():
    network = network_of([MAIN])
    cities = cities_at((0.1, 0.03), (0.1, -0.03), persons=[300_000.0, 21_000.0])
    _, connectors, checks = linked(network, cities)
    assert connectors["name"].tolist() == ["City 0"]
    apart = checks[1]
    assert (apart.status, [row["city_name"] for row in apart.rows]) == ("fail", ["City 1"])


def test_a_road_within_the_disc_of_a_town_reaches_it():
    # 40,000 persons at 3,000 per km2 are a disc of 2.06 km.
    _, connectors, checks = linked(network_of([MAIN]), cities_at((0.1, 0.018), persons=40_000.0))
    assert len(connectors) == 1
    assert checks[1].status == "pass"


def test_a_city_beside_a_loose_road_is_reached_over_it():
    network = network_of([MAIN, [(0.1, 0.03), (0.1, 0.06)]])
    joined, connectors, checks = linked(network, cities_at((0.1, 0.05)))
    assert connectors[["kind", "name"]].to_numpy().tolist() == [["component", "City 0"]]
    assert len(joined.component_km) == 1
    assert checks[1].status == "pass"


def test_people_are_enough_to_join_a_component():
    network = network_of([MAIN, [(0.1, 0.03), (0.1, 0.06)]])
    nobody = cities_at()
    for persons, count in ((10.0, 0), (5_000.0, 1)):
        _, connectors, _ = linked(network, nobody, demand_at((0.1, 0.05), persons=persons))
        assert len(connectors) == count


def test_cities_abroad_are_left_to_the_edge_of_the_data():
    _, connectors, checks = linked(network_of([MAIN]), cities_at((1.5, 0.0)))
    assert (len(connectors), checks[1].status) == (0, "pass")


def test_a_region_without_roads_has_no_connectors():
    network = network_of([MAIN], speed_kmh=np.nan)
    _, connectors, checks = linked(network, cities_at((0.1, 0.0)))
    assert (len(connectors), checks[1].status) == (0, "fail")


def test_the_main_component_is_the_longest_and_points_know_theirs():
    network = network_of([[(0.5, 0.0), (0.51, 0.0)], MAIN])
    lon, lat = np.array([0.1, 0.505, 0.8]), np.array([0.001, 0.001, 0.0])
    of_point = nearest_component(network, lon, lat, reach_km=5)
    assert of_point[0] == main_component(network)
    assert of_point[1] not in {main_component(network), -1}
    assert of_point[2] == -1


def test_connectors_do_not_depend_on_the_order_of_the_cities():
    network = network_of([MAIN])
    cities = cities_at((0.1, 0.03), (0.05, -0.04))
    both = [link_cities(network, each, Linking(), max_snap_km=1.0, reach_km=np.full(2, 10.0))[1]
            for each in (cities, cities.iloc[::-1])]  # fmt: skip
    assert both[0].sort_values("name").length_km.tolist() == pytest.approx(
        both[1].sort_values("name").length_km.tolist()
    )


def test_connectors_over_gaps_have_no_name_and_can_be_written(tmp_path):
    _, _, checks = linked(network_of([MAIN, [(0.20005, 0.0), (0.3, 0.0)]]), cities_at((0.1, 0.0)), bridge_gap_m=10)
    assert [row["name"] for row in checks[0].rows] == [None]
    io.write_checks(checks, tmp_path / "checks.json")


class TestWalksFromLoosePieces:
    """A main road along the equator, and a piece of 200 m that begins some metres north of it."""

    def run(self, apart_m, *, water=None, more=(), ferry=()):
        north = apart_m / 110_574
        lines = [MAIN, [(0.1, north), (0.1, north + 0.002)], *more, *ferry]
        on_foot = [True] * (2 + len(more)) + [False] * len(ferry)
        network = network_of(lines, on_foot=on_foot)
        home = demand_at((0.1001, north + 0.001), persons=7.0)
        return link_network(
            network, cities_at((0.0, 0.0)), home, territory(), intervals=[(20_000, 50_000), (50_000, None)],
            linking=Linking(bridge_gap_m=10), max_snap_km=1.0, is_ferry=~np.array(on_foot), water=water,
        )  # fmt: skip

    def test_people_walk_to_the_next_road_up_to_the_limit(self):
        joined, links, checks = self.run(300)
        assert links["kind"].tolist() == ["foot"]
        assert links["length_km"].item() == pytest.approx(0.3, rel=1e-3)
        assert links["minutes"].item() == pytest.approx(0.3 * 1.3 / 4 * 60, rel=1e-3)
        assert len(joined.component_km) == 1
        assert {check.name: check.value for check in checks}["people_on_loose_roads_share"] == 0
        assert len(self.run(600)[0].component_km) == 2

    def test_not_over_mapped_water(self):
        pond = np.array([box(0.05, 0.0005, 0.15, 0.001)], dtype=object)
        joined, links, checks = self.run(300, water=pond)
        assert len(links) == 0
        loose = next(check for check in checks if check.name == "people_on_loose_roads_share")
        assert (loose.value, loose.status) == (1.0, "warn")
        assert loose.rows[0]["persons"] == 7
        assert loose.rows[0]["longitude"] == 0.1
        assert len(joined.component_km) == 2

    def walks(self, lines, *, water=None):
        return link_network(
            network_of(lines, on_foot=True), cities_at((0.0, 0.0)), demand_at((0.0, 0.0)), territory(),
            intervals=[(20_000, 50_000), (50_000, None)], linking=Linking(), max_snap_km=1.0, water=water,
        )[1].query("kind == 'foot'")  # fmt: skip

    def test_the_nearest_dry_road_where_a_nearer_one_is_over_water(self):
        # Roads of the main network 100 m east of the piece and 300 m west of it.
        roads = [MAIN, [(0.1009, 0.0), (0.1009, 0.06)], [(0.0973, 0.0), (0.0973, 0.01)]]
        piece = [(0.1, 0.006), (0.1, 0.05)]
        links = self.walks([*roads, piece])
        assert links["length_km"].tolist() == [pytest.approx(0.1, abs=0.001)]
        river = np.array([box(0.1003, 0.001, 0.1006, 0.07)], dtype=object)
        links = self.walks([*roads, piece], water=river)
        assert links["length_km"].tolist() == [pytest.approx(0.3, abs=0.001)]
        assert links.geometry.item().coords[1] == pytest.approx((0.0973, 0.006))

    def test_a_piece_is_left_along_its_course_where_it_nears_the_main_road(self):
        # Its ends are 3 km off, a bend 200 m.
        links = self.walks([MAIN, [(0.09, 0.027), (0.1, 0.0018), (0.11, 0.027)]])
        assert links["length_km"].tolist() == [pytest.approx(0.2, abs=0.002)]
        assert links.geometry.item().coords[0] == pytest.approx((0.1, 0.0018))

    def test_nothing_is_walked_where_the_limit_is_none_or_each_walk_is_blocked(self):
        network = network_of([MAIN, [(0.1, 0.001), (0.1, 0.002)]], on_foot=[True, True])
        for walk_m, blocked in ((0, False), (500, True)):
            same, links = link_on_foot(
                network, Linking(walk_m=walk_m), is_ferry=np.zeros(2, dtype=bool),
                is_blocked=lambda lines, blocked=blocked: np.full(len(lines), blocked),
            )  # fmt: skip
            assert len(links) == 0
            assert len(same.component_km) == 2

    def test_the_shortest_walk_between_two_pieces_is_enough(self):
        _, links, _ = self.run(300, more=[[(0.102, 0.002), (0.104, 0.002)]])
        # The piece to the main road, and the second piece, 200 m east of the first, to either.
        assert sorted(links["length_km"].round(1).tolist()) == [0.2, 0.2, 0.3]

    def test_a_ferry_without_a_road_at_its_pier_is_boarded_on_foot_and_not_at_sea(self):
        # Over water 2 km wide to an island; both piers 100 m from the road.
        island = [(0.05, 0.02), (0.06, 0.02)]
        ferry = [(0.05, 0.0009), (0.05, 0.0191)]
        joined, links, _ = self.run(20_000, more=[island], ferry=[ferry])
        assert sorted(links["length_km"].round(1).tolist()) == [0.1, 0.1]
        pier = np.argmin(np.hypot(joined.node_lon - 0.06, joined.node_lat - 0.02))
        assert joined.node_component[pier] == main_component(joined)

    @pytest.mark.parametrize(("is_split_on_water", "walks"), [(False, 3), (True, 2)])
    def test_a_pier_that_ferries_share_is_boarded_on_foot_and_open_water_is_not(self, is_split_on_water, walks):
        # Two islands, and a pier between them 100 m off the main road; their other piers are 100 m from the roads.
        islands = [[(0.04, 0.02), (0.05, 0.02)], [(0.05, -0.02), (0.06, -0.02)]]
        ferries = [[(0.045, 0.0191), (0.05, 0.0009)], [(0.05, 0.0009), (0.055, -0.0191)]]
        water = np.array([box(0.03, 0.0005, 0.07, 0.015)], dtype=object) if is_split_on_water else None
        joined, links, _ = self.run(20_000, more=islands, ferry=ferries, water=water)
        assert links["length_km"].round(1).tolist() == [0.1] * walks
        ends = [
            np.argmin(np.hypot(joined.node_lon - lon, joined.node_lat - lat))
            for lon, lat in ((0.04, 0.02), (0.06, -0.02))
        ]
        is_joined = joined.node_component[ends] == main_component(joined)
        assert is_joined.tolist() == [not is_split_on_water] * 2


def test_nothing_is_joined_to_a_ferry_that_passes_at_sea():
    lines = [MAIN, [(0.2, 0.0), (0.3, 0.0), (0.4, 0.0)], [(0.28, 0.05), (0.32, 0.05)]]
    is_ferry = np.array([False, True, False])
    network, city = network_of(lines), cities_at((0.3, 0.06))
    names = pd.Series(dict.fromkeys(range(2), "loose"))
    crossings = is_ferry[network.edge_road]
    assert len(link_components(network, names, Linking(max_km=10))[1]) == 1
    assert len(link_components(network, names, Linking(max_km=10), is_ferry=crossings)[1]) == 0
    assert len(link_gaps(network, Linking(bridge_gap_m=6_000), is_ferry=crossings)[1]) == 0
    options = {"max_snap_km": 0.5, "reach_km": np.array([8.0])}
    without_road = network_of(lines[:2])
    assert len(link_cities(without_road, city, Linking(), **options)[1]) == 1
    assert len(link_cities(without_road, city, Linking(), is_ferry=is_ferry[without_road.edge_road], **options)[1]) == 0
