"""Ferries: the time of the crossing, and the wait for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from road_cases import default_table, road_layer
from scipy.sparse.csgraph import dijkstra

from comarca.crs import GEOD
from comarca.roads.ferries import duration_min, ferry_check, ferry_kmh, with_waits
from comarca.roads.graph import reversed_graph
from comarca.roads.network import build_network
from comarca.roads.speeds import may_walk_onto, road_speed_kmh

#: A road, a crossing of about 11 km in one or two ways, a road.
WEST, EAST = [(0.0, 0.0), (0.1, 0.0)], [(0.2, 0.0), (0.3, 0.0)]
CROSSING = [(0.1, 0.0), (0.2, 0.0)]
KM = GEOD.line_length([0.1, 0.2], [0, 0]) / 1000


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("00:20", 20), ("1:30:30", 90.5), ("20", 20), ("20 min", 20), ("1 h 30 min", 90), ("PT1H30M", 90), ("PT45M", 45),
     ("2h", 120), ("1", 1), ("0:00:30", 0.5), ("\u0661:\u0663\u0660", 90), ("\uff12\uff10 min", 20),
     ("0:00", np.nan), ("soon", np.nan), ("", np.nan), (None, np.nan)],
)  # fmt: skip
def test_durations_are_read_in_all_forms_that_mappers_use(text, minutes):
    assert duration_min(pd.Series([text], dtype="str"))[0] == pytest.approx(minutes, nan_ok=True)


def crossing_min(lines, classes, *, wait_min, **tags):
    """Minutes from the west end of the west road to the east end of the east one."""
    roads = road_layer(lines, road_class=classes, **tags)
    table = default_table()
    network = build_network(roads, speed_kmh=road_speed_kmh(roads, table), on_foot=may_walk_onto(roads, table))
    network = with_waits(network, roads, wait_min=wait_min)
    graph = reversed_graph(network).minutes
    ends = np.argsort(network.node_lon)[[0, -1]]
    return dijkstra(graph, indices=int(ends[1]))[ends[0]]


def test_a_tagged_duration_and_the_wait_make_the_time():
    roads_min = 2 * KM / 25 * 60
    got = crossing_min([WEST, CROSSING, EAST], ["residential", "ferry", "residential"], wait_min=20,
                       duration=[None, "0:30", None])  # fmt: skip
    assert got == pytest.approx(roads_min + 30 + 20, rel=1e-4)


def test_without_a_duration_ferries_go_at_20_kmh():
    got = crossing_min([WEST, CROSSING, EAST], ["residential", "ferry", "residential"], wait_min=20)
    assert got == pytest.approx(2 * KM / 25 * 60 + KM / 20 * 60 + 20, rel=1e-4)


def test_a_crossing_in_two_ways_is_waited_for_once():
    middle = (0.15, 0.0)
    lines = [WEST, [CROSSING[0], middle], [middle, CROSSING[1]], EAST]
    got = crossing_min(lines, ["residential", "ferry", "ferry", "residential"], wait_min=20)
    assert got == pytest.approx(2 * KM / 25 * 60 + KM / 20 * 60 + 20, rel=1e-4)


def test_impossible_durations_and_those_of_cut_ways_are_not_used():
    roads = road_layer([CROSSING] * 3, road_class="ferry", duration=["1", "1:00", "1:00"])
    roads["road_id"] = ["w1", "w2", "w3#1"]
    assert ferry_kmh(roads).tolist() == pytest.approx([np.nan, KM, np.nan], rel=1e-3, nan_ok=True)


def test_a_ferry_without_cars_is_no_way_and_is_counted():
    roads = road_layer([CROSSING] * 2, road_class="ferry", motorcar=["no", None], duration=[None, "0:30"])
    speed = road_speed_kmh(roads, default_table())
    assert np.isnan(speed[0])
    check = ferry_check(roads, speed, wait_min=20)
    assert check.value == 1
    assert [row["minutes"] for row in check.rows] == [None, 30.0]
