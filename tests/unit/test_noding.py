"""Noding: closed forms, and the brute-force definition that lines which meet share a vertex."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_of
from shapely import LineString

from comarca.crs import GEOD, geodesic_length_km
from comarca.roads import crossings
from comarca.roads.crossings import position_code, read_vertices, segments_near
from comarca.roads.noding import node_lines, noding_checks

#: Degrees per metre on the equator: of longitude, and of latitude.
EAST, NORTH = 1 / 111_319.490793, 1 / 110_574.275822


def metres(*places):
    """Make a line of places in metres east and north of 0, 0."""
    return LineString([(x * EAST, y * NORTH) for x, y in places])


def places_of(lines):
    """Give the set of places that each line has a vertex at."""
    vertices = read_vertices(np.asarray(lines, dtype=object))
    code = position_code(vertices.step)
    return [set(code[vertices.line == line]) for line in range(len(lines))]


def test_points_are_looked_up_in_blocks_that_change_nothing(monkeypatch):
    random = np.random.default_rng(3)
    lines = [LineString(random.uniform(0, 0.01, (4, 2))) for _ in range(12)]
    vertices = read_vertices(np.asarray(lines, dtype=object))
    points = np.rint(random.uniform(0, 1e5, (25, 2))).astype(np.int64)
    whole = segments_near(vertices, points, reach_m=np.full(25, 200.0))
    monkeypatch.setattr(crossings, "_BLOCK_BOXES", 4)
    for one, other in zip(segments_near(vertices, points, reach_m=np.full(25, 200.0)), whole, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(whole.point) > 25


def rounded(lines):
    return [LineString(np.rint(np.asarray(line.coords) * 1e7)) for line in lines]


def check_against_the_definition(lines):
    noded = node_lines(lines, snap_m=0).lines
    places, plain = places_of(noded), rounded(lines)
    for one in range(len(lines)):
        for other in range(one):
            if plain[one].intersects(plain[other]):
                assert places[one] & places[other], (one, other)
            elif plain[one].distance(plain[other]) > 4:
                assert not places[one] & places[other], (one, other)
    for before, after in zip(plain, rounded(noded), strict=True):
        assert before.hausdorff_distance(after) < 3
        assert after.coords[0] == before.coords[0]
        assert after.coords[-1] == before.coords[-1]


def lines_on(coordinate):
    place = st.tuples(coordinate, coordinate)
    line = st.lists(place, min_size=2, max_size=6).filter(lambda places: len(set(places)) > 1)
    return st.lists(line.map(LineString), min_size=2, max_size=12)


@given(lines_on(st.integers(0, 6).map(lambda step: step * 1e-4)))
@settings(max_examples=150, deadline=None)
def test_lines_on_a_coarse_grid_share_a_vertex_where_they_meet_and_only_there(lines):
    check_against_the_definition(lines)


@given(lines_on(st.floats(-0.01, 0.01)).filter(lambda lines: all(len(set(line.coords)) > 1 for line in rounded(lines))))
@settings(max_examples=150, deadline=None)
def test_lines_anywhere_share_a_vertex_where_they_meet_and_only_there(lines):
    check_against_the_definition(lines)


def test_many_random_lines_meet_as_shapely_says():
    rng = np.random.default_rng(5)
    start = rng.uniform(0, 0.2, (600, 1, 2))
    steps = rng.normal(0, 0.002, (600, 20, 2))
    lines = [LineString(places) for places in np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1)]
    places, plain = places_of(node_lines(lines, snap_m=0).lines), np.array(rounded(lines), dtype=object)
    one, other = shapely.STRtree(plain).query(plain, predicate="intersects")
    assert len(one) > 2000
    assert all(places[i] & places[j] for i, j in zip(one, other, strict=True))


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (4, 7), (30, 20)])
def test_a_grid_of_crossing_lines_has_a_node_at_each_crossing(columns, rows):
    upright = [LineString([(i * 1e-3, -1e-3), (i * 1e-3, rows * 1e-3)]) for i in range(columns)]
    level = [LineString([(-1e-3, j * 1e-3), (columns * 1e-3, j * 1e-3)]) for j in range(rows)]
    noded = node_lines(upright + level)
    assert noded.inserted_count == columns * rows
    assert noded.joined_count == 0
    network = network_of(list(noded.lines))
    # The crossings, and the two ends of each line; each line falls into pieces between its crossings.
    assert len(network.node_lon) == columns * rows + 2 * (columns + rows)
    assert len(network.edge_from) == columns * (rows + 1) + rows * (columns + 1)
    assert len(network.component_km) == 1


def test_noding_changes_no_length_by_more_than_the_rounding():
    lines = [metres((0, 0), (9000, 5000)), metres((0, 5000), (9000, 100))]
    before, after = geodesic_length_km(lines), geodesic_length_km(node_lines(lines).lines)
    np.testing.assert_allclose(after, before, atol=2e-5)


def test_lines_that_share_their_vertices_stay_as_they_are():
    lines = [
        LineString([(0, 0), (1e-3, 0)]),
        LineString([(1e-3, 0), (2e-3, 1e-3)]),
        LineString([(1e-3, 0), (1e-3, -1)]),
    ]
    noded = node_lines(lines)
    assert noded.inserted_count == noded.joined_count == 0
    assert all(new.equals_exact(old, 1e-12) for new, old in zip(noded.lines, lines, strict=True))


def test_lines_that_run_together_share_all_vertices_of_the_part_in_common():
    long, short = LineString([(0, 0), (8e-3, 0)]), LineString([(2e-3, 1e-3), (2e-3, 0), (5e-3, 0), (5e-3, -1e-3)])
    noded = node_lines([long, short]).lines
    np.testing.assert_allclose(noded[0].coords, [(0, 0), (2e-3, 0), (5e-3, 0), (8e-3, 0)], atol=1e-12)


def test_a_line_that_crosses_itself_is_joined_to_itself():
    loop = LineString([(0, 0), (4e-3, 0), (4e-3, 2e-3), (2e-3, 2e-3), (2e-3, -2e-3)])
    noded = node_lines([loop])
    assert noded.inserted_count == 1
    assert [tuple(place) for place in np.round(noded.lines[0].coords, 9)].count((2e-3, 0)) == 2


def test_an_end_that_misses_by_less_than_the_tolerance_is_led_on_to_the_line():
    main, side = metres((0, 0), (1000, 0)), metres((400, 0.6), (400, 300))
    noded = node_lines([main, side], snap_m=1)
    assert noded.joined_count == 1
    np.testing.assert_allclose(noded.added_km, 0.0006, atol=2e-5)
    np.testing.assert_allclose(noded.lines[1].coords[0], (400 * EAST, 0), atol=1e-7)
    assert len(network_of(list(noded.lines)).component_km) == 1


def test_an_end_that_misses_by_more_is_left_and_reported():
    main, side = metres((0, 0), (1000, 0)), metres((400, 1.5), (400, 300))
    noded = node_lines([main, side], snap_m=1, suspicious_m=20)
    assert noded.joined_count == 0
    assert noded.open_ends[["line", "other"]].to_numpy().tolist() == [[1, 0]]
    np.testing.assert_allclose(noded.open_ends["gap_m"], [1.5], atol=0.02)
    check = {check.name: check for check in noding_checks(noded)}["roads_ends_open"]
    assert check.status == "warn"
    assert check.rows[0]["gap_m"] == pytest.approx(1.5, abs=0.02)


def test_a_gap_is_measured_in_metres_at_any_latitude():
    at_60 = LineString([(0.0, 60.0), (0.0, 60.01)])
    lon, lat, _ = GEOD.fwd(0.0, 60.005, 90.0, 3.0)
    open_ends = node_lines([at_60, LineString([(lon, lat), (lon + 0.01, lat)])]).open_ends
    np.testing.assert_allclose(open_ends["gap_m"], [3.0], atol=0.02)


def test_a_dead_end_near_the_road_it_leaves_from_is_no_gap():
    assert node_lines([metres((0, 0), (500, 0), (1000, 0)), metres((500, 0), (500, 15))]).open_ends.empty


def test_a_loop_that_nearly_comes_back_to_its_own_road_is_closed():
    stem = metres((0, 0), (100, 0), (200, 0), (200, 80), (60, 80), (60, 0.6))
    noding = node_lines([stem])
    assert noding.joined_count == 1
    assert noding.added_km == pytest.approx(0.6e-3, rel=0.03)
    vertices = read_vertices(noding.lines)
    assert len(vertices.step) == len(np.unique(position_code(vertices.step))) + 1
    assert node_lines([stem], snap_m=0.5).joined_count == 0


def test_a_ring_whose_ends_nearly_meet_is_closed_once():
    noding = node_lines([metres((0, 0), (90, 0), (90, 90), (0, 90), (0, 0.7))])
    assert noding.joined_count == 1
    assert noding.lines[0].coords[0] == noding.lines[0].coords[-1]


def test_a_hairpin_at_the_end_of_a_road_is_no_loop():
    noding = node_lines([metres((0, 0), (90, 0), (98, 0), (98, 0.5), (90, 0.5))])
    assert noding.joined_count == 0
    assert noding.open_ends.empty


def test_a_gap_between_two_ends_is_said_once():
    noded = node_lines([metres((0, 0), (100, 0)), metres((110, 0), (200, 0))])
    assert len(noded.open_ends) == 1


def test_three_ends_that_nearly_meet_become_one_place_of_the_network():
    lines = [metres((0, 0), (-300, 0)), metres((0.5, 0), (300, 10)), metres((0.2, 0.5), (0, 300))]
    noded = node_lines(lines)
    assert len(network_of(list(noded.lines)).component_km) == 1
    assert noded.open_ends.empty


def test_an_end_that_others_meet_is_joined_without_losing_them():
    both = [metres((0, 0.5), (0, 300)), metres((0, 0.5), (200, 200)), metres((-500, 0), (500, 0))]
    assert len(network_of(list(node_lines(both).lines)).component_km) == 1


def test_levels_do_not_cross_but_join_at_ends():
    bridge, below = metres((0, -50), (0, 50)), metres((-500, 0), (500, 0))
    ramp = metres((0, 50), (0, 500))
    noded = node_lines([bridge, below, ramp], level=["bridge", "", ""])
    assert noded.inserted_count == 0
    assert sorted(np.round(network_of(list(noded.lines)).component_km, 3)) == [0.55, 1.0]


def test_noding_again_finds_only_what_rounding_moved():
    rng = np.random.default_rng(3)
    lines = [LineString(places) for places in np.cumsum(rng.normal(0, 1e-3, (60, 12, 2)), axis=1)]
    once = node_lines(lines, snap_m=0)
    assert once.inserted_count > 1000
    assert node_lines(once.lines, snap_m=0).inserted_count <= 0.01 * once.inserted_count


def test_no_lines_are_noded_to_no_lines():
    noded = node_lines([])
    assert len(noded.lines) == 0
    assert [check.value for check in noding_checks(noded)] == [0, 0, 0]


@pytest.mark.parametrize(
    "shape", [LineString([(0, 0), (1e-9, 0)]), shapely.Point(0, 0), shapely.MultiLineString([[(0, 0), (1, 1)]])]
)
def test_what_is_no_line_with_a_length_is_refused(shape):
    with pytest.raises(ValueError, match="LineStrings with a length"):
        node_lines([LineString([(0, 0), (1, 1)]), shape])


def test_tolerances_out_of_order_are_refused():
    with pytest.raises(ValueError, match="in order"):
        node_lines([LineString([(0, 0), (1, 1)])], snap_m=30, suspicious_m=20)
