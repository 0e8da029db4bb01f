"""What must not matter does not: units of measure, order, names, place, and how territories and blocks are cut."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import shapely.affinity
import shapely.ops
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from comarca.crs import geodesic_area_km2
from comarca.measures import diversity
from comarca.measures import inequality as of_units
from comarca.measures.change import growth_percent_per_year
from comarca.measures.lorenz import gini_jackknife_error, lorenz_asymmetry, lorenz_curve
from comarca.measures.ranked import RankedSizes
from comarca.population.degurba import classify_grid
from comarca.rasters.bands import Raster
from comarca.rasters.zonal import class_areas_ha, zonal
from comarca.roads.lengths import length_by_territory, within_distance

SIZES = st.lists(st.integers(1, 1000), min_size=2, max_size=30)
TABLES = st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=6)
SEEDS = st.integers(0, 2**32 - 1)
#: Measures of units that have neither a unit of measure nor an order.
PURE = {
    "gini": of_units.gini, "theil": of_units.theil, "atkinson": of_units.atkinson, "herfindahl": of_units.herfindahl,
    "top_share": of_units.top_share, "lorenz_asymmetry": lorenz_asymmetry, "jackknife": gini_jackknife_error,
}  # fmt: skip
#: Those that are the same if each unit is there several times.
REPEATABLE = ("gini", "theil", "atkinson")
DIVERSE = {
    "shannon": diversity.shannon, "simpson": diversity.simpson,
    "hill_1": lambda table: diversity.hill_number(table, order=1),
    "hill_2": lambda table: diversity.hill_number(table, order=2),
}  # fmt: skip
#: Settings of the tests that write a file for each example.
few = settings(max_examples=15)


@pytest.mark.parametrize("name", PURE)
@given(SIZES, st.floats(1e-6, 1e9))
def test_sizes_may_be_in_any_unit_of_measure(name, sizes, factor):
    plain, scaled = (PURE[name](RankedSizes.of(np.asarray(sizes, float) * by)) for by in (1.0, factor))
    np.testing.assert_allclose(scaled, plain, rtol=1e-9, atol=1e-12)


@given(SIZES, st.integers(1, 1000))
def test_shares_beyond_a_size_follow_the_unit_of_that_size(sizes, limit):
    units, scaled = RankedSizes.of(sizes), RankedSizes.of(np.asarray(sizes) * 2.0**10)
    for measure in (of_units.share_in_units_from, of_units.share_of_units_below):
        assert measure(scaled, size=limit * 2.0**10) == pytest.approx(measure(units, size=limit))


@pytest.mark.parametrize("name", PURE)
@given(SIZES, st.randoms())
def test_the_order_of_units_does_not_matter(name, sizes, random):
    shuffled = random.sample(sizes, len(sizes))
    np.testing.assert_array_equal(PURE[name](RankedSizes.of(shuffled)), PURE[name](RankedSizes.of(sizes)))


@pytest.mark.parametrize("name", PURE)
@given(st.lists(SIZES, min_size=2, max_size=5), st.randoms())
def test_territories_have_their_values_in_whatever_order_they_stand(name, groups, random):
    def values(order):
        size = [value for place in order for value in groups[place]]
        group = [number for number, place in enumerate(order) for _ in groups[place]]
        return PURE[name](RankedSizes.of(size, group=group, group_count=len(order)))

    order = random.sample(range(len(groups)), len(groups))
    np.testing.assert_allclose(values(order), values(range(len(groups)))[order], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", REPEATABLE)
@given(SIZES, st.integers(2, 4))
def test_a_country_of_several_equal_parts_is_as_unequal_as_each(name, sizes, times):
    np.testing.assert_allclose(
        PURE[name](RankedSizes.of(sizes * times)), PURE[name](RankedSizes.of(sizes)), rtol=1e-9, atol=1e-12
    )


@given(st.lists(SIZES, min_size=2, max_size=5))
def test_theil_of_joined_territories_is_what_lies_within_and_between_them(groups):
    group = np.repeat(np.arange(len(groups)), [len(sizes) for sizes in groups])
    units = RankedSizes.of(np.concatenate(groups), group=group)
    within, count, amount = of_units.theil(units), units.count, units.amount
    whole = of_units.theil(RankedSizes.of(np.concatenate(groups)))[0]
    between = float(np.sum(amount / amount.sum() * np.log(amount / count / (amount.sum() / count.sum()))))
    assert whole == pytest.approx(between + float(np.sum(amount / amount.sum() * within)), abs=1e-9)
    if whole > 1e-6:
        share = of_units.between_share_of_theil(within, count, amount)
        assert share == pytest.approx(between / whole, abs=1e-6)


@given(SIZES)
def test_the_lorenz_curve_lies_below_the_diagonal_and_gives_gini(sizes):
    units, held = lorenz_curve(sizes)
    assert (held <= units + 1e-12).all()
    assert 1 - 2 * np.trapezoid(held, units) == pytest.approx(of_units.gini_of(sizes), abs=1e-9)


@pytest.mark.parametrize("name", DIVERSE)
@given(TABLES, st.integers(2, 1000), st.randoms())
def test_diversity_depends_on_shares_alone_whatever_the_classes_are_called(name, table, factor, random):
    order = random.sample(range(4), 4)
    plain = DIVERSE[name](table)
    with_empty_class = [[*row, 0] for row in table]
    for other in (np.multiply(table, factor), np.asarray(table)[:, order], with_empty_class):
        np.testing.assert_allclose(DIVERSE[name](other), plain, rtol=1e-9, atol=1e-12)


@given(TABLES)
def test_two_regions_without_a_common_class_are_together_twice_as_diverse(table):
    rows = [row for row in table if sum(row)]
    both = [[*row, *row] for row in rows]
    for order in (0, 1, 2):
        apart = diversity.hill_number(rows or [[1]], order=order)
        np.testing.assert_allclose(diversity.hill_number(both or [[1, 1]], order=order), 2 * apart, rtol=1e-9)


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0.01, 100))
def test_growth_has_no_unit_and_follows_over_two_periods(first, middle, last, factor):
    def growth(start, end, years):
        return growth_percent_per_year(pd.Series([start]), pd.Series([end]), years)[0].iloc[0]

    assert growth(first * factor, last * factor, 10) == pytest.approx(growth(first, last, 10), abs=1e-9)
    parts = (1 + growth(first, middle, 4) / 100) ** 4 * (1 + growth(middle, last, 6) / 100) ** 6
    assert parts == pytest.approx((1 + growth(first, last, 10) / 100) ** 10, rel=1e-6)


@given(SEEDS)
def test_cells_are_classified_alike_however_the_map_is_turned(seed):
    random = np.random.default_rng(seed)
    persons = np.where(random.random((14, 17)) < 0.4, 0, 10 ** random.uniform(0, 4, (14, 17)))
    plain = classify_grid(persons).cell_class
    for turn in (np.flipud, np.fliplr, np.transpose):
        np.testing.assert_array_equal(turn(classify_grid(turn(persons).copy()).cell_class), plain)
    apart = np.pad(persons, 3)
    np.testing.assert_array_equal(classify_grid(apart).cell_class[3:-3, 3:-3], plain)


def layer(*shapes, names=None):
    identifiers = [f"t{number}" for number in range(len(shapes))] if names is None else names
    return gpd.GeoDataFrame({"territory_id": identifiers}, geometry=list(shapes), crs=4326)


@pytest.fixture(scope="module")
def rasters(tmp_path_factory):
    """Writes people and classes by seed, some cells without data; blocks and the western edge as asked."""
    folder = tmp_path_factory.mktemp("rasters")

    def write(seed, *, west=0.0, block=16, name="r"):
        random = np.random.default_rng(seed)
        values = random.integers(0, 9, (64, 48)).astype("float32")
        values[random.random((64, 48)) < 0.1] = -1
        path = folder / f"{name}.tif"
        profile = {"driver": "GTiff", "height": 64, "width": 48, "count": 1, "dtype": "float32", "nodata": -1}
        with rasterio.open(
            path, "w", **profile, crs="EPSG:4326", transform=Affine(0.01, 0, west, 0, -0.01, 0.64),
            tiled=True, blockxsize=block, blockysize=block,
        ) as file:  # fmt: skip
            file.write(values, 1)
        return Raster(path)

    return write


@few
@given(SEEDS, st.floats(0.05, 0.45), st.floats(0.05, 0.6))
def test_sums_of_the_parts_of_a_territory_are_those_of_the_whole(rasters, seed, x, y):
    raster = rasters(seed)
    whole, cut = shapely.box(0.013, 0.017, 0.471, 0.629), shapely.LineString([(x, -1), (0.24, y), (x, 2)])
    parts = shapely.get_parts(shapely.ops.split(whole, cut))
    sums = [zonal({"r": raster}, layer(*shapes))["r_sum"].sum() for shapes in ([whole], parts)]
    assert sums[1] == pytest.approx(sums[0], rel=1e-9)
    areas = [class_areas_ha(raster, layer(*shapes)).sum().to_numpy() for shapes in ([whole], parts)]
    np.testing.assert_allclose(areas[1], areas[0], rtol=1e-9)


@few
@given(SEEDS, st.integers(-150, 150))
def test_neither_blocks_nor_names_nor_the_place_on_the_parallel_matter(rasters, seed, shift):
    shapes = [shapely.box(0.003, 0.011, 0.2, 0.3), shapely.box(0.2, 0.05, 0.47, 0.6)]
    moved = [shapely.affinity.translate(shape, shift) for shape in shapes]
    plain = zonal({"r": rasters(seed)}, layer(*shapes))["r_sum"]
    blocks = zonal({"r": rasters(seed, block=32)}, layer(*shapes))["r_sum"]
    turned = zonal({"r": rasters(seed)}, layer(*shapes[::-1], names=["second", "first"]))["r_sum"]
    elsewhere = zonal({"r": rasters(seed, west=shift)}, layer(*moved))["r_sum"]
    np.testing.assert_array_equal(blocks, plain)
    np.testing.assert_array_equal(turned.loc[["first", "second"]], plain)
    np.testing.assert_allclose(elsewhere, plain, rtol=1e-6)
    np.testing.assert_allclose(geodesic_area_km2(moved), geodesic_area_km2(shapes), rtol=1e-9)


@few
@given(SEEDS, st.integers(-170, 170))
def test_roads_are_as_long_in_parts_of_territories_and_elsewhere_on_the_parallel(seed, shift):
    random = np.random.default_rng(seed)
    lines = [shapely.LineString(random.uniform(-0.2, 1.2, (5, 2))) for _ in range(6)]
    whole = [shapely.box(0, 0, 1, 1)]
    parts = [shapely.box(0, 0, 0.37, 1), shapely.box(0.37, 0, 1, 0.61), shapely.box(0.37, 0.61, 1, 1)]

    def by_line(shapes, areas):
        found = length_by_territory(shapes, areas)
        return np.bincount(found["line"], weights=found["km"], minlength=len(shapes))

    plain = by_line(lines, whole)
    np.testing.assert_allclose(by_line(lines, parts), plain, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(by_line([line.reverse() for line in lines], whole), plain, rtol=1e-9, atol=1e-9)
    moved = [[shapely.affinity.translate(shape, shift) for shape in shapes] for shapes in (lines, whole)]
    np.testing.assert_allclose(by_line(*moved), plain, rtol=1e-6, atol=1e-6)


@given(SEEDS)
def test_who_lives_near_a_line_does_not_depend_on_how_it_is_cut_or_drawn(seed):
    random = np.random.default_rng(seed)
    course = random.uniform(0, 0.3, (6, 2))
    lon, lat = random.uniform(0, 0.3, (2, 50))
    whole = [shapely.LineString(course)]
    cut = [shapely.LineString(course[at : at + 2][::-1]) for at in range(5)]
    near = within_distance(lon, lat, whole, distance_km=2.0)
    np.testing.assert_array_equal(within_distance(lon, lat, cut, distance_km=2.0), near)
    assert not (near & ~within_distance(lon, lat, whole, distance_km=2.5)).any()
