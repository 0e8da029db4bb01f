"""The inequality toolbox against hand-worked answers, definitions, closed forms and an independent library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.atkinson import atkinson as pysal_atkinson
from inequality.gini import Gini as PysalGini
from inequality.theil import Theil as PysalTheil

from comarca.measures.inequality import (
    atkinson,
    gini,
    gini_of,
    herfindahl,
    mean,
    median,
    share_in_units_from,
    theil,
    top_share,
)
from comarca.measures.lorenz import bootstrap_error, gini_jackknife_error, lorenz_asymmetry, lorenz_curve
from comarca.measures.ranked import RankedSizes

SIZE = st.just(0.0) | st.floats(1e-3, 1e4)
SIZES = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40)
MEASURES = [gini, theil, atkinson, herfindahl, top_share, mean, median, lorenz_asymmetry]


def one(measure, size, weight=None, **options):
    return float(measure(RankedSizes.of(size, weight), **options)[0])


def gini_by_definition(size):
    size = np.asarray(size, dtype=float)
    return np.abs(size[:, None] - size[None, :]).sum() / (2 * len(size) ** 2 * size.mean())


def test_sizes_one_to_five_give_the_worked_answers():
    assert gini_of([3, 1, 5, 2, 4]) == pytest.approx(4 / 15, abs=1e-15)
    assert one(theil, [3, 1, 5, 2, 4]) == pytest.approx(0.119688, abs=5e-7)
    assert one(herfindahl, [3, 1, 5, 2, 4]) == pytest.approx(55 / 225, abs=1e-15)


def test_half_of_the_units_holding_all_gives_a_theil_of_ln_2():
    assert one(theil, [0, 0, 0, 10, 10, 10]) == pytest.approx(math.log(2), abs=1e-15)


@pytest.mark.parametrize(("area", "expected"), [([5, 10, 15, 20, 50], 0.7125), ([10, 10, 15, 20, 45], 0.64)])
def test_five_size_classes_give_the_worked_gini(area, expected):
    # Leaving out the trapezoid from the origin would give 0.7375 and 0.69.
    holdings = [50, 20, 15, 10, 5]
    assert gini_of(np.divide(area, holdings), holdings) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_equal_units_have_no_gini_and_one_holder_of_all_has_one_minus_one_over_n(n):
    assert gini_of(np.full(n, 0.1)) == 0
    holder = np.zeros(n)
    holder[n // 2] = 3.7
    assert gini_of(holder) == pytest.approx(1 - 1 / n, abs=1e-15)


def test_small_sample_correction_gives_one_to_a_single_holder():
    assert one(gini, [0, 0, 0, 8], small_sample_correction=True) == pytest.approx(1, abs=1e-15)
    assert math.isnan(one(gini, [8], small_sample_correction=True))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("sizes", [[], [0, 0, 0]])
def test_no_land_has_no_inequality(measure, sizes):
    if measure in {mean, median} and sizes:
        assert one(measure, sizes) == 0
    else:
        assert math.isnan(one(measure, sizes))


def test_the_largest_tenth_counts_the_unit_at_the_cut_in_part():
    # 10 % of 15 units are 1.5: the unit of 20 and half of the unit of 10, of 43 in all.
    assert one(top_share, [20, 10, *[1] * 13]) == pytest.approx(25 / 43)
    assert one(top_share, [4, 4, 4], share=0.25) == pytest.approx(0.25)
    assert one(top_share, [1, 2, 3], share=1) == 1
    assert one(top_share, [1, 2, 3], share=0) == 0


def test_large_units_are_counted_from_the_limit_on():
    assert share_in_units_from(RankedSizes.of([999, 1000, 3001]), size=1000)[0] == pytest.approx(4001 / 5000)


def test_median_lies_between_the_middle_two():
    assert one(median, [9, 1, 4]) == 4
    assert one(median, [9, 1, 4, 6]) == 5
    assert one(median, [1, 10], [3, 1]) == 1
    assert one(median, [1, 10], [2, 2]) == 5.5


def test_atkinson_of_two_units_is_that_of_the_closed_form():
    # e = 1/2 on sizes 1 and 9: equivalent (1/2 + 3/2)**2 = 4, mean 5.
    assert one(atkinson, [1, 9]) == pytest.approx(0.2)
    assert one(atkinson, [1, 9], aversion=1) == pytest.approx(1 - 3 / 5)
    assert one(atkinson, [0, 9], aversion=1) == 1
    assert one(atkinson, [0, 9], aversion=2) == 1


def test_lorenz_asymmetry_of_hand_worked_cases():
    # Mean 2: one unit of three below it, step (2 - 1) / (2.5 - 1) = 2/3.
    assert one(lorenz_asymmetry, [1, 2.5, 2.5]) == pytest.approx((1 + 2 / 3) / 3 + (1 + 2 / 3 * 2.5) / 6)
    # A unit of the mean size: the middle of [1/3 + 1/6, 2/3 + 3/6].
    assert one(lorenz_asymmetry, [1, 2, 3]) == pytest.approx(5 / 6)
    assert one(lorenz_asymmetry, [2, 2, 2]) == pytest.approx(1)


def test_few_very_large_units_lean_the_curve_one_way_and_many_very_small_ones_the_other():
    assert one(lorenz_asymmetry, [*[1] * 9, 11]) > 1
    assert one(lorenz_asymmetry, [*[0] * 5, *[1] * 5, *[1.01] * 5]) < 1


@given(SIZES)
def test_gini_is_half_the_relative_mean_difference(sizes):
    assert gini_of(sizes) == pytest.approx(gini_by_definition(sizes), abs=1e-12)


@given(SIZES)
def test_pysal_agrees_where_it_has_the_measure(sizes):
    array = np.asarray(sizes)
    assert gini_of(array) == pytest.approx(PysalGini(array).g, abs=1e-12)
    assert one(theil, array) == pytest.approx(float(PysalTheil(array).T), abs=1e-12)
    assert one(atkinson, array) == pytest.approx(pysal_atkinson(array, 0.5), abs=1e-12)
    assert one(atkinson, array, aversion=1) == pytest.approx(pysal_atkinson(array, 1), abs=1e-12)


@given(st.lists(st.tuples(SIZE, st.integers(1, 5)), min_size=1, max_size=15))
@pytest.mark.parametrize("measure", MEASURES)
def test_a_weight_stands_for_that_many_units(measure, pairs):
    size, weight = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    assert one(measure, size, weight) == pytest.approx(one(measure, np.repeat(size, weight)), abs=1e-9, nan_ok=True)


@given(st.lists(st.tuples(st.integers(0, 6), SIZE), max_size=60))
def test_groups_together_give_what_each_gives_alone(pairs):
    group = np.array([p[0] for p in pairs], dtype=int)
    size = np.array([p[1] for p in pairs])
    units = RankedSizes.of(size, group=group, group_count=8)
    for measure in MEASURES:
        together = measure(units)
        assert together.shape == (8,)
        for code in range(8):
            alone = one(measure, size[group == code])
            assert together[code] == pytest.approx(alone, abs=1e-9, rel=1e-9, nan_ok=True)


@given(SIZES, st.floats(0.1, 100), st.randoms(use_true_random=False))
def test_gini_depends_neither_on_the_unit_nor_on_the_order(sizes, factor, random):
    shuffled = random.sample(sizes, len(sizes))
    assert gini_of(np.asarray(shuffled) * factor) == pytest.approx(gini_of(sizes), abs=1e-12)


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=30))
def test_a_transfer_from_the_smallest_to_the_largest_raises_gini_and_theil(sizes):
    before = np.sort(sizes)
    after = before.copy()
    after[0] -= 0.5
    after[-1] += 0.5
    assert gini_of(after) > gini_of(before)
    assert one(theil, after) > one(theil, before)


def test_lorenz_curve_runs_from_corner_to_corner_and_encloses_the_gini():
    share, held = lorenz_curve([4, 1, 3, 2, 5])
    np.testing.assert_allclose(share, [0, 0.2, 0.4, 0.6, 0.8, 1])
    np.testing.assert_allclose(held, np.array([0, 1, 3, 6, 10, 15]) / 15)
    assert 1 - 2 * np.trapezoid(held, share) == pytest.approx(4 / 15)
    with pytest.raises(ValueError, match="Lorenz curve of nothing"):
        lorenz_curve([0, 0])


def test_two_units_have_an_error_of_0_and_one_has_none():
    assert one(gini_jackknife_error, [1, 3]) == 0
    assert np.isnan(one(gini_jackknife_error, [3]))


@given(st.lists(st.floats(0.1, 1e3), min_size=3, max_size=20), st.integers(0, 3))
def test_jackknife_in_closed_form_equals_leaving_units_out_one_by_one(sizes, repeats):
    sample = np.concatenate([sizes, sizes[:1] * repeats])
    left_out = [gini_of(np.delete(sample, k)) for k in range(len(sample))]
    n = len(sample)
    expected = math.sqrt((n - 1) / n * ((np.array(left_out) - np.mean(left_out)) ** 2).sum())
    assert one(gini_jackknife_error, sample) == pytest.approx(expected, abs=1e-9)
    size, weight = np.unique(sample, return_counts=True)
    assert one(gini_jackknife_error, size, weight) == pytest.approx(expected, abs=1e-9)


def test_bootstrap_and_jackknife_errors_are_near_each_other_on_a_large_sample():
    random = np.random.default_rng(7)
    group = np.repeat([0, 1, 2], [2000, 0, 3000])
    units = RankedSizes.of(random.lognormal(1, 1, 5000), group=group, group_count=3)
    jackknife = gini_jackknife_error(units)
    bootstrap = bootstrap_error(units, random=random, replicates=400)
    np.testing.assert_allclose(bootstrap[[0, 2]], jackknife[[0, 2]], rtol=0.2)
    assert np.isnan(jackknife[1])
    assert np.isnan(bootstrap[1])


def test_bootstrap_of_weighted_units_is_refused():
    with pytest.raises(ValueError, match="every weight must be 1"):
        bootstrap_error(RankedSizes.of([1, 2], [1, 2]), random=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("size", "weight", "group", "message"),
    [
        ([-1, 2], None, None, "size must be finite and not negative"),
        ([np.nan, 2], None, None, "size must be finite"),
        ([1, 2], [1, np.inf], None, "weight must be finite"),
        ([1, 2], [1], None, "different shapes"),
        ([[1, 2]], None, None, "one dimension"),
        ([1, 2], None, [0, 3], "group codes must lie from 0 to 1"),
    ],
)
def test_units_that_cannot_be_are_refused(size, weight, group, message):
    with pytest.raises(ValueError, match=message):
        RankedSizes.of(size, weight, group=group, group_count=2)


def test_options_out_of_range_are_refused():
    with pytest.raises(ValueError, match="share must lie"):
        one(top_share, [1, 2], share=1.5)
    with pytest.raises(ValueError, match="aversion must be above 0"):
        one(atkinson, [1, 2], aversion=0)
    with pytest.raises(ValueError, match="replicates must be 2"):
        bootstrap_error(RankedSizes.of([1, 2]), random=np.random.default_rng(0), replicates=1)


@pytest.mark.parametrize("size", [0.1, 1 / 3, 7.7])
def test_rounding_takes_no_measure_of_equal_units_beyond_its_bounds(size):
    counts = np.arange(1, 2000)
    units = RankedSizes.of(np.full(len(counts), size), counts, group=np.arange(len(counts)))
    assert (theil(units) >= 0).all()
    assert (atkinson(units) >= 0).all()
    assert (top_share(units, share=1.0) <= 1).all()
    assert (share_in_units_from(units, size=0.0) <= 1).all()
    assert (herfindahl(units) <= 1).all()
