"""The search for the cheapest segment equals trying every segment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comarca.crs import GEOD, arc_m, geocentric_m, geodesic_step_km
from comarca.roads.search import ANY, cheapest_segment, segments_within
from comarca.roads.segments import NEVER, Tolls, index_segments


def brute_force(lon, lat, first, points, tolls, cost_per_m):
    """Try 2,001 spots on each segment, geodesic by geodesic."""
    best = np.full(len(points), np.inf)
    share = np.linspace(0, 1, 2001)
    for vertex in first:
        spot_lon = lon[vertex] + share * (lon[vertex + 1] - lon[vertex])
        spot_lat = lat[vertex] + share * (lat[vertex + 1] - lat[vertex])
        toll = np.minimum(
            tolls.ahead[vertex] + share * (tolls.ahead[vertex + 1] - tolls.ahead[vertex]),
            tolls.back[vertex] + share * (tolls.back[vertex + 1] - tolls.back[vertex]),
        )
        for i, (x, y) in enumerate(points):
            metres = GEOD.inv(np.full_like(share, x), np.full_like(share, y), spot_lon, spot_lat)[2]
            nearest = np.argmin(metres)
            best[i] = min(best[i], metres[nearest] * cost_per_m + toll[nearest])
    return best


@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.01, 0.1]))
@settings(max_examples=15, deadline=None)
def test_the_search_equals_trying_all_spots_of_all_segments(seed, spread):
    rng = np.random.default_rng(seed)
    lon, lat = 9.5 + spread * rng.random(60), -47 + spread * rng.random(60)
    first = np.sort(rng.choice(59, 40, replace=False))
    tolls = Tolls(rng.random(60) * 200, rng.random(60) * 200)
    points = np.column_stack([9.5 + spread * (2 * rng.random(8) - 0.5), -47 + spread * (2 * rng.random(8) - 0.5)])
    found = cheapest_segment(index_segments(lon, lat, first), geocentric_m(*points.T), tolls=tolls, cost_per_m=0.0195)
    expected = brute_force(lon, lat, first, points, tolls, 0.0195)
    # The spots tried are up to 1/4000 of a segment away from the nearest one, which shifts the toll that is due there.
    np.testing.assert_allclose(found.cost, expected, rtol=1e-3, atol=0.15)


def test_thousands_of_segments_are_searched_exactly():
    rng = np.random.default_rng(1)
    lon = np.cumsum(rng.normal(0, 0.002, 6000)) + 9
    lat = np.cumsum(rng.normal(0, 0.002, 6000)) + 47
    first = np.arange(5999)
    tolls = Tolls(rng.random(6000) * 60, np.where(rng.random(6000) < 0.5, NEVER, rng.random(6000) * 60))
    tolls = Tolls(tolls.ahead, np.full(6000, NEVER))
    points_m = geocentric_m(9 + rng.normal(0, 0.2, 300), 47 + rng.normal(0, 0.2, 300))
    index = index_segments(lon, lat, first)
    found = cheapest_segment(index, points_m, tolls=tolls, cost_per_m=0.0195)
    start, along = index.vertex_m[first], index.vertex_m[first + 1] - index.vertex_m[first]
    square = (along**2).sum(axis=1)
    for point, cost in zip(points_m, found.cost, strict=True):
        share = np.clip(((point - start) * along).sum(axis=1) / square, 0, 1)
        metres = arc_m(np.linalg.norm(point - start - share[:, None] * along, axis=1))
        toll = tolls.ahead[first] + share * (tolls.ahead[first + 1] - tolls.ahead[first])
        assert cost == pytest.approx((metres * 0.0195 + toll).min(), rel=1e-6)


@pytest.mark.parametrize("count", [0, 1, 8, 9, 600])
def test_all_segments_within_reach_are_found_and_no_others(count):
    rng = np.random.default_rng(2)
    lon, lat = 9 + rng.random(count + 1) * 0.05, 47 + rng.random(count + 1) * 0.05
    points_m = geocentric_m(9 + rng.random(20) * 0.05, 47 + rng.random(20) * 0.05)
    near = segments_within(index_segments(lon, lat, np.arange(count)), points_m, reach_m=400.0)
    # Each segment apart, in an index of its own.
    expected = {
        (point, vertex): alone.distance_m[point]
        for vertex in range(count)
        for alone in [cheapest_segment(index_segments(lon, lat, np.array([vertex])), points_m)]
        for point in np.flatnonzero(alone.distance_m <= 400.0)
    }
    found = dict(zip(zip(near.point, near.vertex, strict=True), near.distance_m, strict=True))
    assert found == expected
    assert (near.fraction >= 0).all()
    assert (near.fraction <= 1).all()


def test_nothing_beyond_reach_or_bound_is_found():
    index = index_segments(np.array([0.0, 0.1]), np.array([0.0, 0.0]), np.array([0]))
    point_m = geocentric_m([0.05], [0.01])
    free = Tolls(np.zeros(2), np.zeros(2))
    assert cheapest_segment(index, point_m, tolls=free, cost_per_m=1).cost[0] == pytest.approx(1105.74, abs=0.01)
    assert cheapest_segment(index, point_m, tolls=free, cost_per_m=1, reach_m=np.array([1105.0])).vertex[0] == -1
    assert cheapest_segment(index, point_m, tolls=free, cost_per_m=1, bound=np.array([1105.0])).vertex[0] == -1
    never = Tolls(np.full(2, NEVER), np.full(2, NEVER))
    assert cheapest_segment(index, point_m, tolls=never, cost_per_m=1).vertex[0] == -1


def test_no_segment_means_nothing_found():
    none = np.zeros(0)
    index = index_segments(none, none, np.zeros(0, dtype=np.int64))
    found = cheapest_segment(index, geocentric_m([0.0], [0.0]), tolls=Tolls(none, none), cost_per_m=1)
    assert found.vertex.tolist() == [-1]
    assert np.isinf(found.cost[0])


def test_a_point_on_a_long_segment_is_not_below_the_surface():
    index = index_segments(np.array([0.0, 1.0]), np.array([0.0, 0.0]), np.array([0]))
    free = Tolls(np.zeros(2), np.zeros(2))
    found = cheapest_segment(index, geocentric_m([0.5], [0.0]), tolls=free, cost_per_m=1)
    assert found.distance_m[0] < 1.0


def test_points_on_both_sides_of_the_antimeridian_are_near():
    index = index_segments(np.array([179.99, 179.999]), np.array([0.0, 0.0]), np.array([0]))
    free = Tolls(np.zeros(2), np.zeros(2))
    found = cheapest_segment(index, geocentric_m([-179.999], [0.0]), tolls=free, cost_per_m=1)
    assert found.distance_m[0] == pytest.approx(222.64, abs=0.01)


@pytest.mark.parametrize("latitude", [0, 30, 60, 79, 85])
@pytest.mark.parametrize("size_degree", [1e-6, 1e-3, 9e-3, 0.5])
def test_steps_are_as_long_as_geodesics(latitude, size_degree):
    rng = np.random.default_rng(0)
    lon, lat = rng.random(200), latitude + rng.random(200) * 0.01
    to_lon, to_lat = lon + size_degree * rng.random(200), lat + size_degree * rng.random(200)
    metres = np.asarray(GEOD.inv(lon, lat, to_lon, to_lat)[2])
    np.testing.assert_allclose(geodesic_step_km(lon, lat, to_lon, to_lat) * 1000, metres, rtol=1e-7, atol=2e-8)


def test_an_arc_is_as_long_as_the_geodesic():
    start, end = geocentric_m([10.0], [45.0]), geocentric_m([10.5], [45.6])
    metres = GEOD.inv(10.0, 45.0, 10.5, 45.6)[2]
    assert arc_m(np.linalg.norm(start - end, axis=1))[0] == pytest.approx(metres, rel=1e-7)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_points_use_only_segments_of_their_own_piece_however_far(seed):
    rng = np.random.default_rng(seed)
    count = 2000
    lon, lat = 9 + 0.3 * rng.random(count), 47 + 0.3 * rng.random(count)
    lon[1::2], lat[1::2] = lon[::2] + 0.001, lat[::2]
    first = np.arange(0, count, 2)
    # Component 7 is far off in the north-east corner; beside the points it has only segments that lead nowhere.
    component = np.where((lon > 9.28) & (lat > 47.28), 7, rng.integers(0, 3, count))
    toll = np.where((component == 7) | (lon > 9.05), rng.random(count) * 10, NEVER)
    of_vertex, toll = np.repeat(component[::2], 2), np.repeat(toll[::2], 2)
    own = np.array([7, 7, 0, 1, ANY, 99])
    points_m = geocentric_m(9 + 0.04 * rng.random(6), 47 + 0.04 * rng.random(6))
    index = index_segments(lon, lat, first, of_vertex[first])
    found = cheapest_segment(index, points_m, tolls=Tolls(toll, toll), cost_per_m=0.0195, component=own)
    for i, point_m in enumerate(points_m):
        may = first if own[i] == ANY else first[of_vertex[first] == own[i]]
        alone = index_segments(lon, lat, may)
        expected = cheapest_segment(alone, point_m[None], tolls=Tolls(toll, toll), cost_per_m=0.0195)
        assert found.cost[i] == pytest.approx(expected.cost[0], rel=1e-12)
        assert found.vertex[i] == expected.vertex[0]


@pytest.mark.parametrize("count", [7, 9, 60, 513])
def test_a_point_that_is_no_place_finds_nothing_and_the_next_is_searched(count):
    random = np.random.default_rng(count)
    lon, lat = random.random(2 * count), random.random(2 * count)
    index, point_m = (
        index_segments(lon, lat, np.arange(0, 2 * count, 2)),
        geocentric_m(np.full(3, 0.5), np.full(3, 0.5)),
    )
    points_m = point_m.copy()
    points_m[0], points_m[1, 2] = np.nan, np.inf
    found, alone = cheapest_segment(index, points_m), cheapest_segment(index, point_m)
    assert found.vertex.tolist() == [-1, -1, alone.vertex[2]]
    assert found.distance_m.tolist() == [np.inf, np.inf, alone.distance_m[2]]
    assert (cheapest_segment(index, point_m, cost_per_m=0.0).cost == 0).all()


def test_a_segment_a_hair_within_reach_is_found():
    rng = np.random.default_rng(5)
    lon, lat = 9 + 0.1 * rng.random(1200), 47 + 0.1 * rng.random(1200)
    lon[1::2], lat[1::2] = lon[::2] + 1e-5, lat[::2]
    index = index_segments(lon, lat, np.arange(0, 1200, 2))
    points_m = geocentric_m(9 + 0.2 * rng.random(100), 47 + 0.2 * rng.random(100))
    nearest = cheapest_segment(index, points_m)
    again = cheapest_segment(index, points_m, reach_m=nearest.distance_m * 1.0001)
    assert again.vertex.tolist() == nearest.vertex.tolist()
    assert (cheapest_segment(index, points_m, reach_m=nearest.distance_m * 0.9999).vertex < 0).all()


def test_of_equally_cheap_segments_the_first_is_taken_whatever_the_point_before():
    rng = np.random.default_rng(6)
    lon, lat = 0.1 * rng.random(200) - 0.05, 0.1 * rng.random(200) - 0.05
    lon[::2] = lat[::2] = 0
    index = index_segments(lon, lat, np.arange(0, 200, 2))
    hub_lon, hub_lat = np.zeros(200), np.zeros(200)
    hub_lon[::2], hub_lat[::2] = lon[1::2], lat[1::2]
    found = cheapest_segment(index, geocentric_m(hub_lon, hub_lat))
    assert (found.distance_m < 1e-6).all()
    assert set(found.vertex[1::2].tolist()) == {int(index.first[0])}
