"""Compiled loops give what the same lines give when Python runs them, number by number."""

from __future__ import annotations

import numpy as np
import pytest
from grid_cases import grid_of

from comarca.access import cells
from comarca.access.friction import FrictionSurface
from comarca.crs import geocentric_m
from comarca.roads import search, segments
from comarca.roads.segments import NEVER, Tolls, index_segments


@pytest.fixture
def interpret(monkeypatch):
    """Give a function that takes the compiled code of some modules away."""

    def interpret(*modules):
        for module in modules:
            for name, value in list(vars(module).items()):
                if hasattr(value, "py_func"):
                    monkeypatch.setattr(module, name, value.py_func)

    return interpret


def line(seed):
    """Segments of a crooked line in three components, a vertex of it twice, and points around it."""
    rng = np.random.default_rng(seed)
    lon, lat = (at + np.cumsum(rng.normal(0, 0.004, 90)) for at in (9.0, 47.0))
    lon[40], lat[40] = lon[39], lat[39]
    points_m = geocentric_m(9 + rng.normal(0, 0.03, 12), 47 + rng.normal(0, 0.03, 12))
    back = np.where(rng.random(90) < 0.3, NEVER, 60 * rng.random(90))
    component = np.repeat([0, 1, segments.OPEN], 30)
    return lon, lat, component, points_m, Tolls(60 * rng.random(90), back)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_is_the_same_compiled_and_interpreted(seed, interpret):
    lon, lat, component, points_m, tolls = line(seed)
    wanted = np.random.default_rng(seed).choice([0, 1, search.ANY], len(points_m))

    def answers():
        index = index_segments(lon, lat, np.arange(89), component[:89])
        options = {"cost_per_m": 0.0195, "tolls": tolls, "component": wanted, "reach_m": np.full(len(points_m), 2500.0)}
        found = [search.cheapest_segment(index, points_m, **options), search.cheapest_segment(index, points_m)]
        return [index.first, index.box_m, *found[0], *found[1], *search.segments_within(index, points_m, reach_m=900.0)]

    fast = answers()
    interpret(search, segments)
    for one, other in zip(fast, answers(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("height", [None, 400.0])
def test_walks_over_cells_are_the_same_compiled_and_interpreted(height, interpret):
    rng = np.random.default_rng(4)
    pace = rng.uniform(0.01, 0.05, (9, 14))
    pace[rng.random(pace.shape) < 0.25] = np.inf
    hills = None if height is None else height * rng.random(pace.shape)
    seeds = cells.Seeds(np.flatnonzero(np.isfinite(pace))[[0, 40, 41, 60]], np.array([3.0, 0.0, 50.0, 1.5]))
    friction = FrictionSurface(grid_of(*pace.shape), pace, hills)
    fast = cells.walk_to_seeds(friction, seeds)
    interpret(cells)
    for one, other in zip(fast, cells.walk_to_seeds(friction, seeds), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_segment_without_length_is_as_far_as_its_point():
    lon, lat = np.array([9.0, 9.0]), np.array([47.0, 47.0])
    point_m = geocentric_m(np.array([9.001]), np.array([47.0]))
    found = search.cheapest_segment(index_segments(lon, lat, np.array([0])), point_m)
    assert found.vertex[0] == 0
    assert found.distance_m[0] == pytest.approx(np.linalg.norm(point_m[0] - geocentric_m(lon[:1], lat[:1])[0]))
