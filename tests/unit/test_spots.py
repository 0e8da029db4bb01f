"""Spots on roads and outlines: near enough to each other, in the cells they lie in, paired with points there."""

from __future__ import annotations

import numpy as np
import pytest
from grid_cases import CELL_M, grid_of
from pyproj import Transformer
from road_cases import network_of
from shapely.geometry import Point, Polygon

from comarca.access.destinations import outlines
from comarca.access.spots import _subdivided, outline_spots, pairs_in_cells, road_spots
from comarca.crs import GEOD
from comarca.rasters.grids import cells_of

GRID = grid_of(20, 30)


def at(row, column) -> tuple[float, float]:
    east, north = GRID.transform.c + column * CELL_M, GRID.transform.f - row * CELL_M
    return Transformer.from_crs(GRID.crs, 4326, always_xy=True).transform(east, north)


def test_spots_along_a_road_are_no_farther_apart_than_asked_and_hold_its_ends():
    network = network_of([[at(10.5, 2.5), at(10.5, 12.5), at(3.5, 12.5)]])
    spots = road_spots(network, GRID, spacing_m=CELL_M / 4)
    along_km = network.vertex_km[spots.vertex] + spots.fraction * np.diff(network.vertex_km)[spots.vertex]
    along_m = np.sort(along_km) * 1000
    assert np.diff(along_m).max() <= CELL_M / 4 * 1.001
    assert along_m[[0, -1]] == pytest.approx([0, 17 * CELL_M], rel=1e-3)
    crossed = {(10, column) for column in range(2, 13)} | {(row, 12) for row in range(3, 11)}
    assert {divmod(cell, 30) for cell in spots.cell.tolist()} == crossed
    assert (np.diff(spots.cell) >= 0).all()


def test_roads_that_nobody_may_walk_onto_and_what_lies_outside_hold_no_spots():
    lines = [[at(5.5, 2.5), at(5.5, 20.5)], [at(8.5, 2.5), at(8.5, 60.5)]]
    spots = road_spots(network_of(lines, on_foot=[False, True]), GRID, spacing_m=CELL_M)
    assert {cell // 30 for cell in spots.cell.tolist()} == {8}
    assert spots.cell.max() < 20 * 30


def test_spots_on_outlines_follow_borders_and_stand_at_points():
    square = Polygon([at(row, column) for row, column in ((2.2, 2.2), (2.2, 8.2), (8.2, 8.2), (8.2, 2.2))])
    outline = outlines(np.array([square, Point(at(15.5, 20.5))], dtype=object))
    spots = outline_spots(outline, GRID, spacing_m=CELL_M / 4)
    owner = outline.destination[spots.vertex]
    assert [divmod(cell, 30) for cell in spots.cell[owner == 1].tolist()] == [(15, 20)]
    # Nowhere inside the square.
    assert {divmod(cell, 30) for cell in spots.cell[owner == 0].tolist()}.isdisjoint(
        {(row, column) for row in range(3, 8) for column in range(3, 8)}
    )


@pytest.mark.parametrize("max_pairs", [1, 7, 1_000_000])
def test_points_are_paired_with_all_spots_of_their_cell_and_no_others(max_pairs):
    rng = np.random.default_rng(0)
    network = network_of([[at(*ends) for ends in rng.uniform(1, 19, (12, 2))]])
    spots = road_spots(network, GRID, spacing_m=CELL_M / 2)
    lon, lat = np.array([at(*each) for each in rng.uniform(0, 20, (300, 2))]).T
    cell, _, _ = cells_of(GRID, lon, lat)
    pairs = [pair for part in pairs_in_cells(cell, spots, max_pairs=max_pairs) for pair in zip(*part, strict=True)]
    expected = [(p, s) for p in range(len(cell)) for s in range(len(spots.cell)) if cell[p] == spots.cell[s]]
    assert pairs == expected
    assert len(pairs) > 20


def test_a_segment_is_divided_into_parts_no_longer_than_the_spacing():
    lon, lat = np.array([5.0, 0.0, 0.01, 0.01, 3.0]), np.array([9.0, 0.0, 0.0, 0.02, 7.0])
    segment, fraction = _subdivided(lon, lat, np.array([1, 2]), 100.0)
    length_m = np.array([GEOD.inv(0, 0, 0.01, 0)[2], GEOD.inv(0.01, 0, 0.01, 0.02)[2]])
    counts = np.ceil(length_m / 100).astype(int)
    assert segment.tolist() == np.repeat([1, 2], counts).tolist()
    assert fraction == pytest.approx(np.concatenate([np.arange(count) / count for count in counts]))
