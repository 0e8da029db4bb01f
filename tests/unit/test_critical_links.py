"""Links that matter, and places where one more pays, held against brute force."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_from, network_of, road_layer
from shapely.geometry import box
from test_scenarios import city_layer

from comarca.access.landmasses import Landmasses
from comarca.access.model import Walking
from comarca.access.routable import origins_at, routable_network
from comarca.access.routes import quickest_routes
from comarca.scenarios.links import LinkClosures, link_table
from comarca.scenarios.siting import GREEDY_BOUND, choose_places, reach_of_candidates, siting_table

WALKING = Walking(fragment_max_km=0)
CITIES = city_layer(("a", 1000, 0, 0), ("b", 2000, 0.1, 0.1))


def minutes_of(roads, lon, lat):
    """Times of a run that never knew of the closed roads."""
    routable = routable_network(network_from(roads), CITIES, identifier="city_id", walking=WALKING)
    return quickest_routes(routable, origins_at(routable, lon, lat), np.ones(2, dtype=bool), walking=WALKING).minutes


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_each_closure_equals_a_run_without_the_road(seed):
    rng = np.random.default_rng(seed)
    spots = np.round(rng.random((10, 2)) * 0.1, 7)
    pairs = [(i, int(rng.integers(0, i))) for i in range(1, 10)] + [tuple(rng.choice(10, 2, False)) for _ in range(4)]
    roads = road_layer([[tuple(spots[i]), tuple(spots[j])] for i, j in pairs])
    lon, lat = rng.random((2, 12)) * 0.1
    persons = rng.integers(1, 100, 12).astype(float)
    closures = LinkClosures(network_from(roads), CITIES, np.ones(2, dtype=bool), lon, lat, persons, walking=WALKING)
    assert closures.base.minutes == pytest.approx(minutes_of(roads, lon, lat), rel=1e-12)
    for row in range(0, len(roads), 2):
        without = minutes_of(roads.drop(index=row).reset_index(drop=True), lon, lat)
        assert closures.minutes_without(np.array([row])) == pytest.approx(without, rel=1e-9, abs=1e-9)


def test_nobody_walks_over_the_sea_to_a_road_that_stays_open():
    # A mainland with a coast road, an island 1 km off with a ring of roads and a bridge, and points on the island.
    land = Landmasses.of([box(-0.01, -0.02, 0.12, 0.05), box(0.02, 0.06, 0.08, 0.11)])
    ring = [(0.03, 0.062), (0.07, 0.062), (0.07, 0.1), (0.03, 0.1), (0.03, 0.062)]
    roads = road_layer(
        [[(0, 0), (0, 0.049)], [(0, 0.049), (0.05, 0.049), (0.1, 0.049)], *([*pair] for pair in pairwise(ring)),
         [(0.05, 0.1), (0.11, 0.1), (0.1, 0.049)], [(0.03, 0.1), (0.05, 0.1)], [(0.05, 0.1), (0.07, 0.1)]],
    )  # fmt: skip
    lon, lat = np.array([0.05, 0.04, 0.071, 0.05, 0.01]), np.array([0.061, 0.0605, 0.062, 0.09, 0.048])

    def on_land(roads):
        network = network_from(roads)
        return replace(network, vertex_land=land.number_at(network.vertex_lon, network.vertex_lat))

    def without(row):
        left = roads.drop(index=row).reset_index(drop=True)
        routable = routable_network(on_land(left), CITIES, identifier="city_id", walking=WALKING, landmasses=land)
        origins = origins_at(routable, lon, lat, landmasses=land)
        return quickest_routes(routable, origins, only_a, walking=WALKING).minutes

    only_a, persons = np.array([True, False]), np.ones(5)
    closures = LinkClosures(
        on_land(roads), CITIES, only_a, lon, lat, persons, walking=WALKING, landmasses=land
    )  # fmt: skip
    bridge, south = 6, 2
    assert np.isfinite(closures.base.minutes).all()
    assert np.isfinite(closures.minutes_without(np.array([bridge]))).tolist() == [False] * 4 + [True]
    assert np.isfinite(closures.minutes_without(np.array([south]))).all()
    for row in (0, south, bridge):
        assert closures.minutes_without(np.array([row])) == pytest.approx(without(row), rel=1e-9)


def test_links_are_ranked_by_the_people_who_lose():
    # City a is in the west; 10 people live in the middle, 30 in the east beyond the bridge. The way round takes longer.
    roads = road_layer(
        [[(0, 0), (0.05, 0)], [(0.05, 0), (0.06, 0)], [(0.06, 0), (0.1, 0)], [(0, 0), (0, -0.1), (0.1, -0.1), (0.1, 0)],
         [(0.05, 0), (0.05, 0.02)]],
        name=["west", "bridge", "east", "round", "end"],
    )  # fmt: skip
    lon, lat, persons = np.array([0.05, 0.1, 0.05]), np.array([0.0, 0.0, 0.02]), np.array([10.0, 30.0, 5.0])
    only_a = np.array([True, False])
    closures = LinkClosures(network_from(roads), CITIES, only_a, lon, lat, persons, walking=Walking(
        fragment_max_km=0, max_walk_total_km=1))  # fmt: skip
    links = {name: np.flatnonzero(roads["name"] == name) for name in roads["name"]}
    table = link_table(roads, links, closures, loss_min=1.0).set_index("link")
    assert table["losing_persons"].to_dict() == {"west": 45, "bridge": 30, "east": 30, "end": 5, "round": 0}
    assert table.index[0] == "west"
    assert table["cut_off_persons"].to_dict() == {"west": 0, "bridge": 0, "east": 0, "end": 5, "round": 0}
    north_south, along = 0.2 * 110.574, 0.1 * 111.3195
    speed = along / closures.base.minutes[1]
    assert table.loc["bridge", "greatest_loss_min"] == pytest.approx(north_south / speed, rel=1e-3)
    assert table.loc["bridge", "lost_person_hours"] == pytest.approx(30 * north_south / speed / 60, rel=1e-3)
    assert np.isnan(table.loc["round", "mean_loss_min"])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 3))
def test_the_greedy_choice_keeps_its_bounds_against_all_choices(seed, count):
    rng = np.random.default_rng(seed)
    reach, persons = rng.random((7, 15)) < 0.25, rng.integers(0, 50, 15).astype(float)
    is_covered = rng.random(15) < 0.2
    found = choose_places(reach, persons, is_covered, count=count)
    left = np.where(is_covered, 0, persons)
    best = max(left[reach[list(choice)].any(axis=0)].sum() for choice in combinations(range(7), count))
    covered = left[reach[found.chosen].any(axis=0)].sum()
    assert found.gained_persons.sum() == pytest.approx(covered)
    assert GREEDY_BOUND * best - 1e-9 <= covered <= best <= found.most_persons + 1e-9
    if count == 1:
        assert covered == best


def test_places_on_a_road_reach_who_lives_near_enough():
    network = network_of([[(0, 0), (0.1, 0)]], speed_kmh=60)
    places = city_layer(("west", 0, 0.01, 0), ("middle", 0, 0.05, 0), ("east", 0, 0.09, 0))
    routable = routable_network(network, places, identifier="city_id", walking=WALKING)
    lon = np.array([0.0, 0.03, 0.06, 0.08, 0.1])
    reach = reach_of_candidates(routable, origins_at(routable, lon, np.zeros(5)), threshold_min=2.3, walking=WALKING)
    assert reach.astype(int).tolist() == [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]]
    persons = np.array([10.0, 5.0, 4.0, 2.0, 1.0])
    found = choose_places(reach, persons, np.array([True, False, False, False, False]), count=5)
    candidates = pd.DataFrame({"candidate_id": places["city_id"], "name": places["city_name"], "longitude": 0.0,
                               "latitude": 0.0})  # fmt: skip
    table = siting_table(found, candidates, persons_total=22.0, covered_persons=10.0)
    assert table["candidate_id"].tolist() == ["middle", "east"]
    assert table["gained_persons"].tolist() == [9, 3]
    assert table["within_share"].tolist() == pytest.approx([19 / 22, 1])
    assert table["at_least_share_of_best"].tolist() == [1, 1]
