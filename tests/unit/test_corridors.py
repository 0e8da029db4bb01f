"""Corridor flow: the part of all interaction between cities whose quickest way meets a territory."""

from itertools import combinations, pairwise, permutations
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from families import columns_of, demand, only, territories
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_of
from shapely.geometry import Point, box

from comarca.access.corridors import corridor_table
from comarca.access.model import Walking
from comarca.access.routable import routable_network
from comarca.indicators.markets import compute
from comarca.results import Flag
from comarca.roads.graph import quickest_edges, reversed_graph

ROOT = Path(__file__).resolve().parents[2]
WALKING = Walking(fragment_max_km=0)
#: Minutes per 0.01 degree along the equator at 60 km/h.
STEP_MIN = 1.1131949


def city_layer(*rows):
    names, persons, points = zip(*rows, strict=True)
    table = {"city_id": list(names), "city_name": list(names), "country": "XXX",
             "population_persons": [float(p) for p in persons], "osm_id": None}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[Point(at) for at in points], crs=4326)


def table_of(network, layer, places, **options):
    routable = routable_network(network, layer, identifier="city_id", walking=WALKING, max_snap_km=5)
    return corridor_table(routable, layer, places, **{"min_persons": 1, **options})


def strips(*bounds):
    """Territories side by side along the equator."""
    return territories(*(box(west, -0.3, east, 0.3) for west, east in bounds))


def test_on_a_line_of_equal_cities_the_middle_is_passed_most():
    layer = city_layer(*((f"c{n}", 10, (n / 100, 0)) for n in range(5)))
    places = strips(*((n / 100 - 0.005, n / 100 + 0.005) for n in range(5)))
    line = network_of([[(0, 0), (0.04, 0)]])
    table = table_of(line, layer, places, half_life_min=STEP_MIN)
    flow = {(a, b): 100 * 2.0 ** (a - b) for a in range(5) for b in range(a + 1, 5)}
    meeting = [sum(f for (a, b), f in flow.items() if a <= k <= b) for k in range(5)]
    passing = [sum(f for (a, b), f in flow.items() if a < k < b) for k in range(5)]
    np.testing.assert_allclose(table["meeting_flow"], meeting, rtol=1e-6)
    np.testing.assert_allclose(table["passing_flow"], passing, rtol=1e-6)
    np.testing.assert_allclose(table["all_flow"], sum(flow.values()), rtol=1e-6)


def test_a_way_that_enters_twice_counts_once():
    layer = city_layer(("a", 10, (0, 0)), ("b", 20, (0.06, 0)))
    around = shapely.union_all([box(0.01, -0.1, 0.02, 0.1), box(0.04, -0.1, 0.05, 0.1), box(0.01, 0.05, 0.05, 0.1)])
    places = territories(around, box(0.02, -0.1, 0.04, 0.05))
    table = table_of(network_of([[(0, 0), (0.06, 0)]]), layer, places, half_life_min=6 * STEP_MIN)
    # Both cities lie outside all territories, so nothing is known of the pair.
    assert table["all_flow"].tolist() == [0, 0]
    places = territories(*places.geometry, box(-0.01, -0.1, 0.005, 0.1))
    table = table_of(network_of([[(0, 0), (0.06, 0)]]), layer, places, half_life_min=6 * STEP_MIN)
    assert table["meeting_flow"].tolist() == pytest.approx([100, 100, 100], rel=1e-6)
    assert table["passing_flow"].tolist() == pytest.approx([100, 100, 0], rel=1e-6)


def test_ways_there_and_back_count_half_each():
    lines = [[(0, 0), (0, 0.03), (0.06, 0.03), (0.06, 0)], [(0.06, 0), (0, 0)]]
    network = network_of(lines, oneway=["yes", "yes"])
    layer = city_layer(("a", 10, (0, 0)), ("b", 20, (0.06, 0)))
    places = territories(box(-0.1, -0.1, 0.1, 0.01), box(-0.1, 0.01, 0.1, 0.1))
    table = table_of(network, layer, places, half_life_min=6 * STEP_MIN)
    back, there = 200 * 2**-1 / 2, 200 * 2**-2 / 2
    assert table["meeting_flow"].tolist() == pytest.approx([back + there, there], rel=0.01)
    assert table["passing_flow"].tolist() == pytest.approx([0, there], rel=0.01)


def test_pairs_too_far_or_too_small_or_cut_off_do_not_count():
    layer = city_layer(("a", 10, (0, 0)), ("b", 20, (0.03, 0)), ("c", 5, (0.01, 0)), ("d", 90, (0.09, 0)))
    places = strips((-0.01, 0.05))
    network = network_of([[(0, 0), (0.03, 0)], [(0.08, 0), (0.09, 0)]])
    table = table_of(network, layer, places, min_persons=10, half_life_min=STEP_MIN)
    assert table["all_flow"].item() == pytest.approx(200 / 8, rel=1e-6)
    near = table_of(network, layer, places, min_persons=10, half_life_min=STEP_MIN, cutoff_half_lives=2.5)
    assert near["all_flow"].item() == 0


def brute_force(network, layer, places, *, half_life_min):
    """Flows by NetworkX and plain loops over ordered pairs of cities."""
    graph, course = nx.MultiDiGraph(), []
    for edge in range(len(network.edge_from)):
        at = slice(network.edge_start[edge], network.edge_start[edge + 1])
        course.append(shapely.LineString(np.column_stack([network.vertex_lon[at], network.vertex_lat[at]])))
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        for is_open, way in ((network.edge_forward[edge], ends), (network.edge_backward[edge], ends[::-1])):
            if is_open:
                graph.add_edge(*way, key=edge, weight=float(network.edge_min[edge]))
    meeting, passing, whole = np.zeros(len(places)), np.zeros(len(places)), 0.0
    cities = [
        (int(np.argmin(np.hypot(network.node_lon - at.x, network.node_lat - at.y))), persons, at)
        for at, persons in zip(layer.geometry, layer.population_persons, strict=True)
    ]
    for (start, persons, at), (end, others, other_at) in permutations(cities, 2):
        has_end = np.array([shape.contains(at) or shape.contains(other_at) for shape in places.geometry])
        if not has_end.any() or not {start, end} <= {*graph} or not nx.has_path(graph, start, end):
            continue
        nodes = nx.shortest_path(graph, start, end, weight="weight")
        steps = [min((data["weight"], key) for key, data in graph[u][v].items()) for u, v in pairwise(nodes)]
        if (minutes := sum(weight for weight, _ in steps)) > 7 * half_life_min:
            continue
        flow = 0.5 * persons * others * 2 ** (-minutes / half_life_min)
        way = shapely.union_all([course[key] for _, key in steps])
        meets = np.array([way.intersection(shape).length > 0 for shape in places.geometry])
        meeting += flow * (meets | has_end)
        passing += flow * (meets & ~has_end)
        whole += flow
    return meeting, passing, whole


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_flow_is_that_of_all_pairs_by_brute_force(seed):
    rng = np.random.default_rng(seed)
    nodes = np.round(rng.uniform(0, 0.2, (14, 2)), 4)
    pairs = [(0, 1), *(pair for pair in combinations(range(14), 2) if rng.random() < 0.25)]
    bends = [np.round(nodes[[*pair]].mean(axis=0) + rng.normal(0, 0.01, 2), 4) for pair in pairs]
    lines = [[tuple(nodes[a]), tuple(bend), tuple(nodes[b])] for (a, b), bend in zip(pairs, bends, strict=True)]
    oneway = ["yes" if rng.random() < 0.2 else None for _ in pairs]
    network = network_of(lines, speed_kmh=rng.uniform(20, 90, len(lines)), oneway=oneway)
    # A city elsewhere is put on another road.
    main = {*zip(*(at[network.node_in_main_part].tolist() for at in (network.node_lon, network.node_lat)), strict=True)}
    chosen = [node for node in sorted({node for pair in pairs for node in pair}) if tuple(nodes[node]) in main][::3]
    layer = city_layer(*((f"c{n}", rng.integers(1, 50), nodes[n]) for n in chosen))
    places = strips(*pairwise([-0.1, *np.sort(rng.uniform(0.02, 0.15, 3))]))
    table = table_of(network, layer, places, half_life_min=20)
    meeting, passing, whole = brute_force(network, layer, places, half_life_min=20)
    np.testing.assert_allclose(table["meeting_flow"], meeting, rtol=1e-9)
    np.testing.assert_allclose(table["passing_flow"], passing, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(table["all_flow"], whole, rtol=1e-9)


def test_a_city_is_any_of_the_nodes_of_its_area():
    square = box(0.03, -0.005, 0.04, 0.005)
    layer = city_layer(("a", 10, (0, 0)), ("b", 20, (0.035, 0))).assign(geometry=[Point(0, 0), square])
    places = strips((-0.01, 0.01), (0.01, 0.029), (0.029, 0.05))
    table = table_of(network_of([[(0, 0), (0.08, 0)]]), layer, places, half_life_min=3 * STEP_MIN)
    assert table["meeting_flow"].tolist() == pytest.approx([100, 100, 100], rel=1e-6)
    assert table["passing_flow"].tolist() == pytest.approx([0, 100, 0], rel=1e-6, abs=1e-6)


def test_the_shares_say_why_they_are_missing():
    ties = pd.DataFrame({"market_potential_persons": [1.0, 1, 1], "estimated_persons": 0.0,
                         "effective_market_count": 1.0, "first_market_share": 1.0,
                         "cities_within_60min_count": 1.0}, index=["d000", "d001", "d002"])  # fmt: skip
    places = strips((0, 0.1), (0.1, 0.2), (0.2, 0.3))
    people = demand(("01", 1, 0.05, 0), ("02", 1, 0.15, 0), ("03", 1, 0.25, 0))
    flows = pd.DataFrame(
        {"meeting_flow": [8.0, 2, 0], "passing_flow": [0.0, 2, 0], "all_flow": 10.0}, index=["01", "02", "03"]
    )
    columns = only(
        columns_of(ROOT, "markets", layers=["demand", "market_potential", "corridors"]),
        "corridor_flow_share", "corridor_passing_share",
    )  # fmt: skip
    made = compute(territories=places, demand=people, market_potential=ties, corridors=flows, columns=columns)
    assert made.values["corridor_flow_share"].tolist() == [0.8, 0.2, 0]
    assert made.values["corridor_passing_share"].tolist() == pytest.approx([0, 1, np.nan], nan_ok=True)
    assert made.flags["corridor_passing_share"].tolist() == ["", "", Flag.ZERO_DENOMINATOR]
    nothing = compute(territories=places, demand=people, market_potential=ties, corridors=flows * 0, columns=columns)
    assert (nothing.flags == Flag.NO_CITY).all(axis=None)


def test_the_quickest_of_parallel_edges_is_found():
    network = network_of([[(0, 0), (0.01, 0)], [(0, 0), (0.005, 0.01), (0.01, 0)], [(0, 0), (0.01, 0)]],
                         speed_kmh=[20, 90, 30], oneway=[None, None, "yes"])  # fmt: skip
    edges = quickest_edges(network, np.array([0, 1]), np.array([1, 0]))
    graph = reversed_graph(network).minutes
    np.testing.assert_allclose(network.edge_min[edges], [graph[1, 0], graph[0, 1]])
