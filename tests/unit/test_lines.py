"""Lines cut at borders: closed forms, brute force, balance on random and on real data."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.filter import KeyFilter
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box

from comarca.crs import GEOD, geodesic_length_km
from comarca.polygons import valid_areas
from comarca.roads.lengths import length_by_territory, length_inside_km

TWO_SQUARES = [box(0, 0, 1, 1), box(1, 0, 2, 1)]


def km_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    return GEOD.inv(lon1, lat1, lon2, lat2)[2] / 1000


def km_table(lines: list[shapely.Geometry], territories: list[shapely.Geometry]) -> np.ndarray:
    found = length_by_territory(lines, territories)
    table = np.zeros((len(lines), len(territories)))
    table[found["line"], found["territory"]] = found["km"]
    return table


def test_a_line_inside_one_territory_counts_in_full():
    line = LineString([(0.50, 0.50), (0.51, 0.50), (0.51, 0.52)])
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array([[geodesic_length_km([line])[0], 0]]), rel=1e-12)


def test_a_line_across_a_border_is_cut_where_it_crosses():
    line = LineString([(0.99, 0.5), (1.03, 0.5)])
    expected = [[km_between(0.99, 0.5, 1, 0.5), km_between(1, 0.5, 1.03, 0.5)]]
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array(expected), rel=1e-9)


def test_a_line_along_a_shared_border_is_split_half_and_half():
    line = LineString([(1, 0.2), (1, 0.21)])
    half = km_between(1, 0.2, 1, 0.21) / 2
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array([[half, half]]), rel=1e-9)


def test_a_line_along_the_outer_border_counts_in_full():
    line = LineString([(0.2, 0), (0.21, 0)])
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array([[km_between(0.2, 0, 0.21, 0), 0]]), rel=1e-9)


def test_a_line_partly_along_a_border_is_split_only_there():
    line = LineString([(0.99, 0.2), (1, 0.2), (1, 0.21), (1.01, 0.21)])
    half = km_between(1, 0.2, 1, 0.21) / 2
    expected = [[km_between(0.99, 0.2, 1, 0.2) + half, half + km_between(1, 0.21, 1.01, 0.21)]]
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array(expected), rel=1e-9)


def test_a_line_through_a_lake_counts_only_on_land():
    land = Polygon(box(0, 0, 1, 1).exterior, [box(0.4, 0.4, 0.6, 0.6).exterior])
    line = LineString([(0.3, 0.5), (0.7, 0.5)])
    expected = km_between(0.3, 0.5, 0.4, 0.5) + km_between(0.6, 0.5, 0.7, 0.5)
    assert km_table([line], [land]) == pytest.approx(expected, rel=1e-9)


def test_an_exclave_belongs_to_its_territory():
    mother = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    line = LineString([(0.9, 0.5), (2.1, 0.5)])
    km = km_table([line], [mother, box(1, 0, 2, 1)])
    expected = [[2 * km_between(0.9, 0.5, 1, 0.5), km_between(1, 0.5, 2, 0.5)]]
    assert km == pytest.approx(np.array(expected), rel=1e-6)


def test_a_line_that_ends_on_a_border_is_not_shared():
    line = LineString([(0.9, 0.5), (1, 0.5)])
    assert km_table([line], TWO_SQUARES) == pytest.approx(np.array([[km_between(0.9, 0.5, 1, 0.5), 0]]), rel=1e-9)


def test_a_line_run_twice_counts_twice_on_both_sides_of_a_cut():
    there_and_back = LineString([(0.99, 0.5), (1.01, 0.5), (0.99, 0.5)])
    once = km_between(0.99, 0.5, 1, 0.5)
    assert km_table([there_and_back], TWO_SQUARES) == pytest.approx(np.array([[2 * once, 2 * once]]), rel=1e-9)


def test_overlapping_territories_share_what_both_claim():
    line = LineString([(0.2, 0.5), (0.8, 0.5)])
    km = km_table([line], [box(0, 0, 0.6, 1), box(0.4, 0, 1, 1)])
    assert km == pytest.approx(np.full((1, 2), km_between(0.2, 0.5, 0.8, 0.5) / 2), rel=1e-8)


def test_four_territories_that_meet_in_a_corner_share_nothing_there():
    quarters = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2)]
    km = km_table([LineString([(0.99, 0.99), (1.01, 1.01)])], quarters)
    assert km[0, 1:3] == pytest.approx(0, abs=1e-9)
    assert km[0, [0, 3]] == pytest.approx([km_between(0.99, 0.99, 1, 1), km_between(1, 1, 1.01, 1.01)], rel=1e-9)


def test_multilines_empty_lines_and_lines_outside():
    many = MultiLineString([[(0.1, 0.1), (0.11, 0.1)], [(5, 5), (5.1, 5)], [(1.5, 0.5), (1.51, 0.5)]])
    km = km_table([many, LineString(), LineString([(5, 5), (6, 6)])], TWO_SQUARES)
    assert km[0] == pytest.approx([km_between(0.1, 0.1, 0.11, 0.1), km_between(1.5, 0.5, 1.51, 0.5)], rel=1e-9)
    assert (km[1:] == 0).all()


def test_no_lines_give_no_rows():
    found = length_by_territory([], TWO_SQUARES)
    assert found.empty
    assert list(found) == ["line", "territory", "km"]


def test_a_territory_that_crosses_itself_is_repaired():
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert valid_areas([bow_tie])[0].area == pytest.approx(0.5)
    line = LineString([(0.05, 0.5), (0.95, 0.5)])
    assert km_table([line], [bow_tie])[0, 0] == pytest.approx(geodesic_length_km([line])[0], rel=1e-9)


def test_a_long_segment_and_its_pieces_agree():
    squares = [box(x, y, x + 1, y + 1) for x in range(3) for y in range(40, 43)]
    line = LineString([(0.1, 40.1), (2.9, 42.7)])
    assert km_table([line], squares).sum() == pytest.approx(length_inside_km([line], box(0, 40, 3, 43))[0], rel=1e-9)


def test_an_outline_of_many_vertices_cuts_as_one_of_few_does():
    outline = Polygon(shapely.get_coordinates(box(0, 0, 1, 1).exterior), [box(0.4, 0.4, 0.6, 0.6).exterior])
    random = np.random.default_rng(2)
    lines = shapely.linestrings(random.uniform(-0.2, 1.2, (200, 4, 2)))
    fine = shapely.segmentize(outline, 1e-4)
    assert shapely.get_num_coordinates(fine) > 40_000
    assert length_inside_km(lines, fine) == pytest.approx(length_inside_km(lines, outline), rel=1e-9, abs=1e-9)


def brute_force_km(line: LineString, territories: list[shapely.Geometry]) -> np.ndarray:
    """Node the line with all outlines at once and ask of each atom which territories cover its middle."""
    noded = shapely.union_all([line, *[area.boundary for area in territories]])
    atoms = [atom for atom in noded.geoms if line.distance(atom.interpolate(0.5, normalized=True)) < 1e-12]
    km = np.zeros(len(territories))
    for atom in atoms:
        middle = atom.interpolate(0.5, normalized=True)
        holders = [n for n, area in enumerate(territories) if area.distance(middle) < 1e-12]
        for holder in holders:
            km[holder] += geodesic_length_km([shapely.segmentize(atom, 0.02)])[0] / len(holders)
    return km


GRID = [box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
VERTEX = st.tuples(*[st.integers(-4, 16).map(lambda n: n / 4) for _ in range(2)])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(VERTEX, min_size=2, max_size=5, unique=True), min_size=1, max_size=4), st.data())
def test_random_lines_balance_on_a_random_part_of_a_grid(vertices, data):
    chosen = data.draw(st.lists(st.sampled_from(range(9)), min_size=1, unique=True))
    territories = [GRID[n] for n in chosen]
    lines = [LineString(line) for line in vertices]
    segments = [LineString(pair) for line in vertices for pair in itertools.pairwise(line)]
    km = km_table(lines, territories)
    # Segment by segment, because an overlay counts a stretch that a line runs over twice only once.
    inside = length_inside_km(segments, shapely.union_all(territories)).sum()
    assert km.sum() == pytest.approx(inside, rel=1e-9, abs=1e-9)
    expected = sum(brute_force_km(segment, territories) for segment in segments)
    assert km.sum(axis=0) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def municipalities_and_ways(pbf) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    polygons, ways = [], []
    for item in (
        osmium.FileProcessor(pbf).with_areas(KeyFilter("admin_level")).with_filter(KeyFilter("admin_level", "highway"))
    ):
        if item.is_area() and item.tags.get("admin_level") == "8":
            polygons.append((item.tags.get("name"), WKB.create_multipolygon(item)))
        elif item.is_way() and "highway" in item.tags and len(item.nodes) > 1:
            ways.append(WKB.create_linestring(item))
    names, shapes = zip(*polygons, strict=True)
    areas = gpd.GeoDataFrame({"name": names}, geometry=shapely.from_wkb(shapes), crs=4326)
    return areas, shapely.from_wkb(ways)


WKB = osmium.geom.WKBFactory()


def assert_roads_balance(pbf) -> None:
    areas, ways = municipalities_and_ways(pbf)
    found = length_by_territory(ways, areas.geometry)
    inside = length_inside_km(ways, shapely.union_all(areas.geometry)).sum()
    assert inside > 100
    assert found["km"].sum() == pytest.approx(inside, rel=1e-6)


def test_roads_of_the_example_balance(example_pbf):
    assert_roads_balance(example_pbf)


def test_roads_of_liechtenstein_2021_balance_and_some_run_along_borders(cases):
    pbf = cases / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"
    assert_roads_balance(pbf)
    areas, ways = municipalities_and_ways(pbf)
    naive = geodesic_length_km(
        pd.Series([shapely.intersection(ways, area) for area in areas.geometry]).explode().to_numpy()
    ).sum()
    assert naive > length_by_territory(ways, areas.geometry)["km"].sum() * (1 + 1e-5)
