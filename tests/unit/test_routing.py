"""Shortest times: closed forms, and NetworkX on random graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_of

from comarca.roads.graph import nearest_source, reversed_graph

STEP = 0.01


def node_at(network, lon, lat):
    return int(np.argmin((network.node_lon - lon) ** 2 + (network.node_lat - lat) ** 2))


def grid(size):
    """Streets of a square grid on the equator, each way a whole street."""
    along = [(i * STEP, 0.0) for i in range(size)]
    rows = [[(x, j * STEP) for x, _ in along] for j in range(size)]
    columns = [[(j * STEP, x) for x, _ in along] for j in range(size)]
    return network_of(rows + columns, speed_kmh=60)


def test_on_a_uniform_grid_times_are_the_sum_of_both_legs():
    network = grid(9)
    reached = nearest_source(reversed_graph(network), np.array([node_at(network, 4 * STEP, 4 * STEP)]))
    blocks_east = np.abs(np.rint(network.node_lon / STEP) - 4)
    blocks_north = np.abs(np.rint(network.node_lat / STEP) - 4)
    # At 60 km/h a minute is a kilometre; a block is 1.1132 km east and 1.1057 km north.
    expected = blocks_east * 1.113195 + blocks_north * 1.105743
    np.testing.assert_allclose(reached.minutes, expected, rtol=2e-6)
    np.testing.assert_allclose(reached.km, expected, rtol=2e-6)


def test_with_two_cities_the_nearer_one_counts():
    network = grid(5)
    west, east = node_at(network, 0, 0), node_at(network, 4 * STEP, 0)
    reached = nearest_source(reversed_graph(network), np.array([west, east]))
    assert reached.source[node_at(network, STEP, STEP)] == west
    assert reached.source[node_at(network, 3 * STEP, STEP)] == east
    assert reached.minutes[node_at(network, 3 * STEP, 0)] == pytest.approx(1.113195, rel=1e-5)


def test_on_a_one_way_ring_the_way_to_the_city_is_the_long_way_round():
    corners = [(0, 0), (STEP, 0), (STEP, STEP), (0, STEP)]
    ring = [[a, b] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
    network = network_of(ring, speed_kmh=60, oneway="yes")
    city = node_at(network, 0, 0)
    minutes = nearest_source(reversed_graph(network), np.array([city])).minutes
    east, north = 1.113195, 1.105743
    assert minutes[node_at(network, STEP, 0)] == pytest.approx(2 * north + east, rel=1e-5)
    assert minutes[node_at(network, STEP, STEP)] == pytest.approx(north + east, rel=1e-5)
    assert minutes[node_at(network, 0, STEP)] == pytest.approx(north, rel=1e-5)
    assert minutes[city] == 0


def test_an_island_is_reached_over_its_ferry_and_else_not_at_all():
    roads = [[(0, 0), (STEP, 0)], [(5 * STEP, 0), (6 * STEP, 0)]]
    speeds = [60, 60, 8]
    ferry = [(STEP, 0), (5 * STEP, 0)]
    with_ferry = network_of([*roads, ferry], speed_kmh=speeds, road_class=["residential", "residential", "ferry"])
    without = network_of(roads, speed_kmh=speeds[:2])
    island = 6 * STEP
    reached = nearest_source(reversed_graph(with_ferry), np.array([node_at(with_ferry, 0, 0)]))
    km = 1.113195
    assert reached.minutes[node_at(with_ferry, island, 0)] == pytest.approx(2 * km + 4 * km / 8 * 60, rel=1e-5)
    assert reached.km[node_at(with_ferry, island, 0)] == pytest.approx(6 * km, rel=1e-5)
    cut_off = nearest_source(reversed_graph(without), np.array([node_at(without, 0, 0)]))
    assert np.isinf(cut_off.minutes[node_at(without, island, 0)])
    assert np.isinf(cut_off.km[node_at(without, island, 0)])
    assert cut_off.source[node_at(without, island, 0)] == -1


def test_of_parallel_roads_the_quickest_counts_not_their_sum():
    lines = [[(0, 0), (STEP, 0)], [(0, 0), (STEP / 2, STEP), (STEP, 0)], [(0, 0), (STEP, 0)]]
    network = network_of(lines, speed_kmh=[10, 120, 20])
    reached = nearest_source(reversed_graph(network), np.array([node_at(network, 0, 0)]))
    far = node_at(network, STEP, 0)
    assert reached.minutes[far] == pytest.approx(network.edge_min.min())
    assert reached.km[far] == pytest.approx(network.edge_km[np.argmin(network.edge_min)])


def test_an_edge_without_length_still_joins():
    network = network_of(
        [[(0, 0), (STEP, 0)], [(STEP, 0), (STEP, 0)], [(STEP, 0), (2 * STEP, 0)]],
        grade_separated=["1:7", "0:7 1:8", "0:8"],
    )
    reached = nearest_source(reversed_graph(network), np.array([node_at(network, 0, 0)]))
    assert np.isfinite(reached.minutes).all()
    assert reached.km.max() == pytest.approx(2 * 1.113195, rel=1e-5)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_times_and_lengths_equal_networkx_on_random_graphs(seed):
    rng = np.random.default_rng(seed)
    places = np.round(rng.random((12, 2)) * 0.1, 7)
    ends = rng.integers(0, 12, (30, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    speeds = rng.uniform(5, 100, len(ends))
    oneway = rng.choice(["yes", "-1", "no"], len(ends))
    network = network_of([[tuple(places[a]), tuple(places[b])] for a, b in ends], speed_kmh=speeds, oneway=oneway)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.node_lon)))
    for edge, (a, b) in enumerate(zip(network.edge_from, network.edge_to, strict=True)):
        weights = {"minutes": network.edge_min[edge], "km": network.edge_km[edge]}
        if oneway[network.edge_road[edge]] != "-1":
            graph.add_edge(a, b, **weights)
        if oneway[network.edge_road[edge]] != "yes":
            graph.add_edge(b, a, **weights)
    sources = rng.choice(len(network.node_lon), 2, replace=False)
    reached = nearest_source(reversed_graph(network), sources)
    times, paths = nx.multi_source_dijkstra(graph.reverse(), set(sources.tolist()), weight="minutes")
    for node in graph:
        if node not in times:
            assert np.isinf(reached.minutes[node])
            continue
        assert reached.minutes[node] == pytest.approx(times[node], rel=1e-9)
        steps = zip(paths[node][1:], paths[node], strict=False)
        km = sum(min((d["minutes"], d["km"]) for d in graph[a][b].values())[1] for a, b in steps)
        assert reached.km[node] == pytest.approx(km, rel=1e-9)
        assert reached.source[node] == paths[node][0]
