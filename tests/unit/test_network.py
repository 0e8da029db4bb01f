"""How roads become a network."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from road_cases import network_of, road_layer

from comarca.crs import GEOD
from comarca.roads.network import RoadNetwork, build_network, network_checks
from comarca.roads.splitting import insert_points

CROSS = [[(0, 0), (0.01, 0), (0.02, 0)], [(0.01, -0.01), (0.01, 0), (0.01, 0.01)]]


def test_a_crossing_makes_four_edges_and_five_nodes():
    network = network_of(CROSS)
    assert (len(network.edge_from), len(network.node_lon)) == (4, 5)


def test_inner_vertices_are_shape_not_nodes():
    network = network_of([[(0, 0), (0.01, 0.001), (0.02, 0), (0.03, 0.001)]])
    assert (len(network.edge_from), len(network.node_lon), len(network.vertex_lon)) == (1, 2, 4)


def test_length_and_time_follow_the_geodesic():
    network = network_of([[(0, 0), (0.5, 0), (0.5, 0.5)]], speed_kmh=50)
    km = (GEOD.inv(0, 0, 0.5, 0)[2] + GEOD.inv(0.5, 0, 0.5, 0.5)[2]) / 1000
    assert network.edge_km[0] == pytest.approx(km, rel=1e-12)
    assert network.edge_min[0] == pytest.approx(km / 50 * 60, rel=1e-12)


def test_contracting_changes_no_length():
    dense = [(0.01 * i, 0.003 * (i % 3)) for i in range(40)]
    whole = network_of([dense])
    cut = network_of([[a, b] for a, b in itertools.pairwise(dense)])
    assert whole.edge_km.sum() == pytest.approx(cut.edge_km.sum(), rel=1e-12)
    assert whole.component_km.tolist() == pytest.approx(cut.component_km.tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("oneway", "junction", "forward", "backward"),
    [
        (None, None, True, True),
        ("no", None, True, True),
        ("yes", None, True, False),
        ("true", None, True, False),
        ("1", None, True, False),
        ("F", None, True, False),
        ("-1", None, False, True),
        ("reverse", None, False, True),
        ("T", None, False, True),
        ("alternating", None, True, True),
        (None, "roundabout", True, False),
        ("no", "roundabout", True, False),
        ("-1", "roundabout", False, True),
        (None, "circular", True, True),
    ],
)
def test_directions_follow_the_tags(oneway, junction, forward, backward):
    network = network_of([[(0, 0), (0.01, 0)]], oneway=oneway, junction=junction)
    assert (network.edge_forward[0], network.edge_backward[0]) == (forward, backward)


def test_a_bridge_over_a_road_does_not_meet_it():
    network = network_of(CROSS, grade_separated=["1:77", "1:88"])
    assert (len(network.edge_from), len(network.node_lon)) == (2, 4)
    assert len(network.component_km) == 2


def test_ways_that_share_a_separated_node_meet_in_it():
    network = network_of([*CROSS, [(0.01, 0), (0.02, 0.02)]], grade_separated=["1:77", "1:88", "0:88"])
    assert sorted(network.component_km.round(2).tolist()) == pytest.approx(
        sorted([2.23, GEOD.inv(0, -0.01, 0, 0.01)[2] / 1000 + GEOD.inv(0.01, 0, 0.02, 0.02)[2] / 1000]), abs=0.01
    )


def test_repeated_vertices_and_lone_points_leave_no_edge():
    network = network_of([[(0, 0), (0, 0), (0.01, 0)], [(0.5, 0.5), (0.5, 0.5)]])
    assert len(network.edge_from) == 1
    assert len(network.vertex_lon) == 2


def test_a_loop_is_an_edge_from_its_node_to_itself():
    network = network_of([[(0, 0), (0.01, 0), (0.01, 0.01), (0, 0)]])
    assert network.edge_from.tolist() == network.edge_to.tolist() == [0]


def test_places_differ_from_one_ten_millionth_of_a_degree_on():
    apart = network_of([[(0, 0), (0.01, 0)], [(0.0100001, 0), (0.02, 0)]])
    together = network_of([[(0, 0), (0.01, 0)], [(0.01000001, 0), (0.02, 0)]])
    assert (len(apart.component_km), len(together.component_km)) == (2, 1)


def test_impassable_roads_are_left_out():
    network = network_of(CROSS, speed_kmh=[50, np.nan])
    assert (len(network.edge_from), network.edge_road.tolist()) == (1, [0])


def test_a_layer_without_passable_roads_makes_an_empty_network_and_a_warning():
    network = network_of(CROSS, speed_kmh=np.nan)
    assert (len(network.edge_from), len(network.node_lon), len(network.component_km)) == (0, 0, 0)
    assert [check.status for check in network_checks(network)] == ["warn"]


def test_arrays_make_the_same_network_again():
    network = network_of(CROSS)
    again = RoadNetwork.from_arrays(network.to_arrays())
    for name, values in network.to_arrays().items():
        np.testing.assert_array_equal(values, again.to_arrays()[name])


def test_the_order_of_roads_does_not_matter():
    roads = road_layer([*CROSS, [(0.02, 0), (0.03, 0.01)]])
    turned = roads.iloc[::-1].reset_index(drop=True)
    first, second = (
        build_network(layer, speed_kmh=np.full(3, 50.0), on_foot=np.full(3, True)) for layer in (roads, turned)
    )
    np.testing.assert_array_equal(first.node_lon, second.node_lon)
    np.testing.assert_allclose(np.sort(first.edge_km), np.sort(second.edge_km), rtol=1e-12)


def test_pieces_of_the_network_are_reported():
    checks = {check.name: check for check in network_checks(network_of([*CROSS, [(1, 1), (1.01, 1)]]))}
    assert checks["network_components"].value == 2
    assert checks["network_outside_main_share"].value == pytest.approx(1.113 / (4 * 1.11 + 1.113), abs=0.01)
    assert checks["network_outside_main_share"].rows[0]["km"] == pytest.approx(1.113, abs=0.001)


class TestInsertingPoints:
    def test_pieces_add_up_to_the_whole(self):
        network = network_of(CROSS, speed_kmh=[50, 30], oneway=["yes", None])
        vertex = np.array([0, 0, 2, 5, 5, 1])
        fraction = np.array([0.25, 0.75, 0.5, 0.0, 1.0, 0.0])
        cut, _ = insert_points(network, vertex, fraction)
        assert cut.edge_km.sum() == pytest.approx(network.edge_km.sum(), rel=1e-12)
        assert cut.edge_min.sum() == pytest.approx(network.edge_min.sum(), rel=1e-12)
        assert cut.edge_forward.all()
        assert (cut.edge_backward == (cut.edge_road == 1)).all()

    def test_two_points_on_one_segment_make_three_pieces(self):
        network = network_of([[(0, 0), (0.01, 0)]])
        cut, node = insert_points(network, np.array([0, 0]), np.array([0.75, 0.25]))
        assert cut.edge_km.tolist() == pytest.approx((network.edge_km[0] * np.array([0.25, 0.5, 0.25])).tolist())
        assert cut.node_lon[node].tolist() == pytest.approx([0.0075, 0.0025])
        assert cut.edge_from.tolist() == [0, node[1], node[0]]
        assert cut.edge_to.tolist() == [node[1], node[0], 1]
        assert cut.vertex_km.tolist() == pytest.approx(
            (network.edge_km[0] * np.array([0, 0.25, 0, 0.5, 0, 0.25])).tolist()
        )

    def test_a_point_on_a_node_is_that_node(self):
        network = network_of(CROSS)
        cut, node = insert_points(network, np.array([0, 0]), np.array([0.0, 1.0]))
        assert cut is network
        assert node.tolist() == [network.edge_from[0], network.edge_to[0]]

    def test_points_at_one_place_share_a_node(self):
        network = network_of([[(0, 0), (0.01, 0), (0.02, 0)]])
        cut, node = insert_points(network, np.array([0, 1, 0]), np.array([1.0, 0.0, 0.5]))
        assert node[0] == node[1] != node[2]
        assert len(cut.edge_from) == 3

    def test_new_nodes_lie_on_the_piece_of_network_they_cut(self):
        network = network_of([[(0, 0), (0.01, 0)], [(1, 1), (1.01, 1)]])
        cut, node = insert_points(network, np.array([2]), np.array([0.5]))
        assert cut.node_component[node[0]] == network.node_component[network.edge_from[1]]
