"""Degree of urbanisation: the rules' thresholds, smoothing and gaps on grids small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from comarca.population.degurba import (
    classify_cells,
    classify_cells_in_detail,
    classify_grid,
    classify_units,
    classify_units_in_detail,
    fill_gaps,
    smooth_edges,
)


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


def test_centres_keep_their_numbers_beside_others():
    grid = labels([1, 0, 0, 0], [0, 0, 2, 2], [0, 0, 0, 0])
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


def detail(*blocks: tuple[int, int, int, int, float]) -> np.ndarray:
    """Level 2 of a grid that is empty but for blocks: first row, column, height, width, persons per cell."""
    grid = np.zeros((20, 40))
    for row, column, height, width, persons in blocks:
        grid[row : row + height, column : column + width] = persons
    return classify_cells_in_detail(grid)


def test_level_2_divides_the_clusters_of_level_1():
    town = detail((5, 5, 2, 2, 1500.0), (5, 7, 2, 1, 1000.0), (5, 8, 2, 6, 350.0), (5, 14, 2, 2, 1000.0))
    assert (town[5:7, 5:7] == 23).all()
    # Dense enough, but next to the dense cluster; the same 7 km on is a cluster of its own.
    assert (town[5:7, 7] == 21).all()
    assert (town[5:7, 8:14] == 21).all()
    assert (town[5:7, 14:16] == 22).all()
    assert (np.delete(town[5:7], np.s_[5:16], axis=1) == 11).all()


def test_a_semi_dense_cluster_needs_900_per_km2_and_2_500_people_since_july_2024():
    assert (detail((5, 5, 3, 3, 600.0))[5:8, 5:8] == 21).all()
    assert (detail((5, 5, 3, 3, 900.0))[5:8, 5:8] == 22).all()
    few = detail((5, 5, 1, 2, 1200.0), (6, 5, 4, 4, 300.0))
    assert (few[few > 20] == 21).all()


def test_a_semi_dense_cluster_lies_more_than_2_km_from_a_dense_one():
    near = detail((5, 5, 2, 2, 1500.0), (5, 7, 2, 2, 300.0), (5, 9, 2, 2, 1000.0))
    far = detail((5, 5, 2, 2, 1500.0), (5, 7, 2, 3, 300.0), (5, 10, 2, 2, 1000.0))
    assert near[5, 8] == 21
    assert (far[5:7, 10:12] == 22).all()


def test_rural_cells_of_level_2():
    cells = detail((1, 1, 1, 1, 500.0), (1, 5, 1, 1, 499.0), (1, 9, 1, 1, 50.0), (1, 13, 1, 1, 49.0))
    assert cells[1, [1, 5, 9, 13]].tolist() == [13, 12, 12, 11]


def test_level_2_lies_inside_level_1():
    random = np.random.default_rng(8)
    grid = np.exp(random.normal(5.5, 1.8, (80, 80)))
    expected = classify_cells(grid)
    assert (np.select([expected == 3, expected == 2], [30, 20], 10) == classify_cells_in_detail(grid) // 10 * 10).all()


@pytest.mark.parametrize(
    ("shares", "unit"),
    [
        ({30: 0.5, 11: 0.5}, "city"),
        ({30: 0.3, 23: 0.2, 21: 0.5}, "dense_town"),
        ({23: 0.4, 22: 0.3, 21: 0.1, 12: 0.2}, "semi_dense_town"),
        ({22: 0.5, 21: 0.1, 12: 0.4}, "suburb"),
        ({21: 0.2, 13: 0.3, 12: 0.5}, "village"),
        ({21: 0.2, 13: 0.29, 12: 0.51}, "dispersed_rural"),
        ({12: 0.5, 11: 0.5}, "mostly_uninhabited"),
    ],
)
def test_units_of_level_2(shares, unit):
    codes = dict.fromkeys((30, 23, 22, 21, 13, 12, 11), 0.0) | shares
    assert classify_units_in_detail({code: [share] for code, share in codes.items()}).tolist() == [unit]


def test_nobody_makes_no_unit_of_level_2():
    assert classify_units_in_detail({code: [np.nan] for code in (30, 23, 22, 21, 13, 12, 11)})[0] is None


def test_settlements_are_numbered_whatever_their_population():
    got = classify_grid(np.array([[400.0, 0.0, 0.0], [0.0, 400.0, 0.0], [0.0, 0.0, 0.0], [301.0, 0.0, 299.0]]))
    assert got.settlement.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0], [2, 0, 0]]
    assert (got.cell_class == 1).all()
