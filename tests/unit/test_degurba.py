"""Degree of urbanisation: the rules' thresholds, smoothing and gaps on grids small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from comarca.population.degurba import classify_cells, classify_grid, classify_units, fill_gaps, smooth_edges


def labels(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int32)


def test_smoothing_repeats_until_nothing_changes():
    smoothed = smooth_edges(labels([1, 1, 1], [1, 0, 0], [1, 1, 1]))
    assert (smoothed == 1).all()


def test_smoothing_gives_a_cell_to_the_majority():
    assert smooth_edges(labels([1, 1, 1], [1, 0, 2], [1, 1, 1])).tolist() == [[1, 1, 1], [1, 1, 2], [1, 1, 1]]


def test_smoothing_needs_five_neighbours_of_one_centre():
    grid = labels([1, 1, 2], [1, 0, 0], [2, 1, 0])
    assert (smooth_edges(grid) == grid).all()


def test_smoothing_leaves_its_argument_alone():
    grid = labels([1, 1, 1], [1, 0, 0], [1, 1, 1])
    smooth_edges(grid)
    assert grid[1].tolist() == [1, 0, 0]


def test_a_gap_inside_one_centre_is_filled():
    assert (fill_gaps(labels([1, 1, 1], [1, 0, 1], [1, 1, 1])) == 1).all()


def test_a_gap_between_two_centres_stays():
    grid = labels([1, 1, 2], [1, 0, 2], [1, 1, 2])
    assert (fill_gaps(grid) == grid).all()


def test_a_centre_inside_another_is_no_gap():
    grid = labels([1, 1, 1], [1, 2, 1], [1, 1, 1])
    assert (fill_gaps(grid) == grid).all()


def test_a_bay_open_to_the_edge_of_the_grid_is_no_gap():
    grid = labels([1, 0, 1], [1, 0, 1], [1, 1, 1])
    assert (fill_gaps(grid) == grid).all()


def test_gaps_of_14_km2_are_filled_and_of_15_are_not():
    ring = np.ones((5, 17), dtype=np.int32)
    ring[2, 1:15] = 0
    assert (fill_gaps(ring) == 1).all()
    ring[2, 15] = 0
    assert (fill_gaps(ring) == ring).all()


def test_a_centre_needs_1500_per_km2_and_50_000_people():
    grid = np.zeros((5, 12))
    grid[2, 1:11] = 5000.0
    assert (classify_cells(grid)[2, 1:11] == 3).all()
    grid[2, 1] = 4999.0
    assert (classify_cells(grid)[2, 1:11] == 2).all()
    assert (classify_cells(np.full((3, 11), 1500.0 - 1e-9)) == 2).all()
    assert (classify_cells(np.full((3, 12), 1500.0)) == 3).all()


def test_cells_that_touch_at_a_corner_join_in_clusters_but_not_in_centres():
    grid = np.zeros((6, 6))
    grid[0:2, 0:2] = grid[2:4, 2:4] = 10_000.0
    assert (classify_cells(grid)[grid > 0] == 2).all()
    grid[0:2, 0:2] = grid[2:4, 2:4] = 700.0
    assert (classify_cells(grid)[grid > 0] == 2).all()
    grid[2:4, 2:4] = 0
    assert (classify_cells(grid) == 1).all()


def test_density_is_per_land():
    grid, land = np.zeros((3, 10)), np.ones((3, 10))
    grid[1] = 200.0
    grid[1, 0] = 5000.0
    land[1] = 0.5
    assert (classify_cells(grid)[1, 1:] == 1).all()
    assert (classify_cells(grid, land_km2=land)[1] == 2).all()


def test_unknown_cells_and_cells_without_land_are_rural():
    grid = np.array([[np.nan, 10_000.0]])
    assert classify_cells(grid).tolist() == [[1, 2]]
    assert classify_cells(grid, land_km2=np.array([[1.0, 0.0]])).tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("centre", "rural", "unit"),
    [(0.5, 0.5, "city"), (0.49, 0.51, "rural"), (0.49, 0.5, "town"), (0.0, 0.5, "town"), (np.nan, np.nan, None)],
)
def test_units_are_cities_from_half_on_and_rural_above_half(centre, rural, unit):
    assert classify_units([centre], [rural]).tolist() == [unit]


def test_settlements_are_numbered_whatever_their_population():
    got = classify_grid(np.array([[400.0, 0.0, 0.0], [0.0, 400.0, 0.0], [0.0, 0.0, 0.0], [301.0, 0.0, 299.0]]))
    assert got.settlement.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0], [2, 0, 0]]
    assert (got.cell_class == 1).all()
