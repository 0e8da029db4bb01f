"""Jobs within reach of people."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from families import columns_of, demand, only, territories
from road_cases import network_of
from shapely.geometry import box

from comarca.access.employment import job_places, jobs_within_reach
from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.indicators.markets import compute
from comarca.roads.graph import nearest_source, reversed_graph

ROOT = Path(__file__).resolve().parents[2]
WALKING = Walking(fragment_max_km=0)
#: Minutes per 0.01 degree along the equator at 60 km/h.
STEP_MIN = 1.1131949


def employment(*rows):
    return pd.DataFrame(rows, columns=["territory_id", "sector", "jobs"])


def reach(places, people, network, reach_min):
    routable = routable_network(network, places, identifier="place_id", walking=WALKING, max_snap_km=5)
    origins = demand_origins(routable, people)
    return jobs_within_reach(routable, places, people, origins=origins, reach_min=reach_min, walking=WALKING)["jobs"]


def test_jobs_are_spread_as_people_are_and_add_up():
    people = demand(("01", 30, 0.01, 0.01), ("01", 10, 0.02, 0.02), ("01", 60, 0.2, 0.01), ("02", 5, 0.01, 0.012))
    jobs = employment(("01", "farm", 40), ("01", "shop", 10), ("02", "farm", 7), ("03", "farm", 99))
    places = job_places(people, jobs)
    # The first two points lie in one cell of 5 km, and the first of them has most people.
    assert places["jobs"].tolist() == [20, 30, 7]
    assert [(point.x, point.y) for point in places.geometry] == [(0.01, 0.01), (0.2, 0.01), (0.01, 0.012)]


def test_cells_of_jobs_are_as_wide_as_high_far_from_the_equator():
    """At 60 degrees a degree of longitude is half as long: two cells of latitude to one of longitude."""
    people = demand(("01", 30, 0.001, 60.0), ("01", 10, 0.015, 60.0), ("01", 10, 0.021, 60.0))
    assert job_places(people, employment(("01", "all", 50)), cell_deg=0.01)["jobs"].tolist() == pytest.approx([40, 10])


def test_territories_that_lack_a_figure_are_places_of_unknown_jobs():
    people = demand(("01", 30, 0.01, 0), ("02", 5, 0.2, 0), ("03", 5, 0.4, 0), ("04", 0, 0.5, 0))
    places = job_places(people, employment(("01", "farm", np.nan), ("01", "shop", 10), ("02", "farm", 7)))
    assert places["jobs"].tolist() == pytest.approx([np.nan, 7, np.nan], nan_ok=True)
    assert places["gap"].tolist() == ["not_in_source", "", "no_source_row"]


def column_of(people, access):
    ties = pd.DataFrame({"market_potential_persons": 1.0, "estimated_persons": 0.0, "effective_market_count": 1.0,
                         "first_market_share": 1.0}, index=access.index)  # fmt: skip
    columns = only(
        columns_of(ROOT, "markets", layers=["population", "demand", "market_potential", "job_access"],
                   fields={"time_threshold": []}),
        "jobs_within_60min_mean_index",
    )  # fmt: skip
    places = territories(*(box(0.1 * n, -1, 0.1 * n + 0.1, 1) for n in range(people["territory_id"].nunique())))
    made = compute(territories=places, demand=people, market_potential=ties, job_access=access, columns=columns)
    return made.values["jobs_within_60min_mean_index"].tolist(), made.flags["jobs_within_60min_mean_index"].tolist()


@pytest.mark.parametrize(
    ("rows", "values", "flags"),
    [
        ([("01", np.nan), ("02", 7), ("03", 2)], [np.nan, 9, 9], ["not_in_source", "border_bias", ""]),
        ([("02", 0), ("03", 0)], [np.nan, np.nan, 0], ["no_source_row", "not_in_source", ""]),
        ([("01", np.nan), ("02", np.nan), ("03", np.nan)], [np.nan] * 3, ["not_in_source"] * 3),
    ],
)
def test_jobs_that_are_not_known_are_not_zero(rows, values, flags):
    people = demand(*((f"0{n + 1}", 1, 0.1 * n + 0.05, 0) for n in range(3)))
    line = network_of([[(0, 0), (0.3, 0)]])
    places = job_places(people, employment(*((code, "all", jobs) for code, jobs in rows)))
    routable = routable_network(line, places, identifier="place_id", walking=WALKING, max_snap_km=5)
    access = jobs_within_reach(routable, places, people, origins=demand_origins(routable, people),
                               reach_min=10.1 * STEP_MIN, walking=WALKING)  # fmt: skip
    found, told = column_of(people, access)
    assert found == pytest.approx(values, nan_ok=True)
    assert told == flags


def test_on_a_line_people_reach_the_jobs_of_the_places_near_enough():
    people = demand(*((f"{n + 1:02}", 1, 0.1 * n, 0) for n in range(5)))
    jobs = employment(*((f"{n + 1:02}", "all", 10.0**n) for n in range(5)))
    line = network_of([[(0, 0), (0.4, 0)]])
    assert reach(job_places(people, jobs), people, line, 10.1 * STEP_MIN).tolist() == [11, 111, 1110, 11100, 11000]
    assert reach(job_places(people, jobs), people, line, 9.9 * STEP_MIN).tolist() == [1, 10, 100, 1000, 10000]


def test_where_people_live_at_the_roads_ends_the_count_is_that_of_all_pairs():
    rng = np.random.default_rng(3)
    nodes = np.round(rng.uniform(0, 0.6, (12, 2)), 4)
    pairs = [(a, b) for a in range(12) for b in range(a + 1, 12) if rng.random() < 0.3]
    network = network_of(
        [[tuple(nodes[a]), tuple(nodes[b])] for a, b in pairs], speed_kmh=rng.uniform(30, 90, len(pairs))
    )
    people = demand(*((f"{n + 1:02}", 1, *nodes[n]) for n in range(12)))
    jobs = employment(*((f"{n + 1:02}", "all", float(n + 1)) for n in range(12)))
    found = reach(job_places(people, jobs), people, network, 40.0)
    graph = reversed_graph(network)
    at = [int(np.argmin(np.hypot(network.node_lon - x, network.node_lat - y))) for x, y in nodes]
    minutes = np.array([nearest_source(graph, np.array([node])).minutes[at] for node in at])
    np.testing.assert_array_equal(found, (minutes <= 40) @ np.arange(1.0, 13))


def test_the_column_is_the_mean_over_people():
    people = demand(("01", 1, 0.05, 0), ("01", 3, 0.06, 0), ("02", 0, 0.15, 0))
    jobs = {"jobs": [100.0, 20.0, 9.0], "lacks_jobs": False, "gap": ""}
    values, flags = column_of(people, pd.DataFrame(jobs, index=["d000", "d001", "d002"]))
    assert values == pytest.approx([40, np.nan], nan_ok=True)
    assert flags == ["", "no_population"]
    # One of two members of a functional territory lacks a figure: the jobs of the other are reached.
    part = {"jobs": [100.0, 20.0, 9.0], "lacks_jobs": [True, False, False], "gap": ["not_in_source", "", ""]}
    values, flags = column_of(people, pd.DataFrame(part, index=["d000", "d001", "d002"]))
    assert values[0] == pytest.approx(40)
    assert flags[0] == "border_bias"
