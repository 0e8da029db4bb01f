"""Size classes: worked answers, exact bounds against brute force, secrecy, landless, bands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comarca.measures.inequality import gini_of
from comarca.measures.size_classes import camara_band, complete_cells, grouped_gini, landless_gini, unknown_cells

CLASSES = [(0, 1), (1, 10), (10, 100), (100, 1000), (1000, np.nan)]


def cells(rows, group=0):
    table = pd.DataFrame(rows, columns=["class_min_ha", "class_max_ha", "holdings", "area_ha"])
    return table.assign(group=group)


def ginis(table, groups=1, **options):
    return grouped_gini(complete_cells(table, group_count=groups, **options), group_count=groups)


@pytest.mark.parametrize(("area", "expected"), [([5, 10, 15, 20, 50], 0.7125), ([10, 10, 15, 20, 45], 0.64)])
def test_five_classes_give_the_worked_gini(area, expected):
    rows = [(0, np.nan, n, a) for n, a in zip([50, 20, 15, 10, 5], area, strict=True)]
    assert ginis(cells(rows)).equal_inside[0] == pytest.approx(expected, abs=1e-12)


def test_gastwirth_bound_of_one_class_is_that_of_the_two_point_distribution():
    # 100 holdings from 0 to 10 ha with a mean of 2.5: at worst 75 of size 0 and 25 of size 10.
    found = ginis(cells([(0, 10, 100, 250)]))
    assert found.lower[0] == pytest.approx(0)
    assert found.upper[0] == pytest.approx(gini_of([0, 10], [75, 25]))
    assert found.interpolated[0] == pytest.approx(0.5)


def test_a_single_holding_in_a_class_is_not_spread():
    found = ginis(cells([(0, 10, 1, 5), (10, 100, 1, 50)]))
    assert found.lower[0] == found.upper[0] == pytest.approx(gini_of([5, 50]))


def test_a_class_of_one_holding_is_complete_so_that_the_total_has_a_class_more():
    found = complete_cells(
        cells([(0, 10, 1, 5.0)]), group_count=1, totals=pd.DataFrame({"holdings": [3.0], "area_ha": [65.0]})
    )
    assert found[["holdings", "area_ha"]].to_numpy().tolist() == [[1, 5], [2, 60]]


def test_an_area_below_a_hectare_is_an_area():
    found = complete_cells(cells([(0, 1, np.nan, 0.5), (1, 10, 4, 20.0)]), group_count=1)
    assert found["area_ha"].tolist() == [0.5, 20]
    assert found["is_area_estimated"].tolist() == [False, False]


@st.composite
def holdings_and_their_table(draw):
    """Single holdings, the table of classes that an office would print of them, and which areas it withholds."""
    counts = draw(st.lists(st.integers(0, 6), min_size=5, max_size=5).filter(any))
    withheld = draw(st.lists(st.booleans(), min_size=5, max_size=5))
    sizes, rows = [], []
    for (low, high), count, hide in zip(CLASSES, counts, withheld, strict=True):
        top = 5000 if np.isnan(high) else high
        inside = [draw(st.floats(low, top * 0.999)) for _ in range(count)]
        sizes += inside
        area = sum(inside)
        rows.append((low, high, count, np.nan if hide and count else area))
    return np.array(sizes), cells(rows)


@given(holdings_and_their_table())
@settings(max_examples=300)
def test_the_true_gini_lies_between_the_bounds_whatever_is_withheld(case):
    sizes, table = case
    if sizes.sum() < 1e-3:
        return
    found = ginis(table)
    true = gini_of(sizes)
    assert found.lower[0] <= true + 1e-9
    assert found.upper[0] >= true - 1e-9
    assert found.lower[0] <= found.equal_inside[0] + 1e-9 <= found.upper[0] + 2e-9


def test_a_lone_holding_of_unknown_area_is_equal_to_itself():
    found = ginis(cells([(0, 1, 1, np.nan), (1, 10, 0, 0)]))
    assert found[["lower", "equal_inside", "upper"]].to_numpy().tolist() == [[0.0, 0.0, 0.0]]


def test_bounds_are_the_best_that_a_search_over_withheld_areas_finds():
    rows = [(0, 10, 40, 200), (10, 50, 2, np.nan), (50, 100, 5, 350), (100, 200, 2, np.nan)]
    found = ginis(cells(rows))
    first, second = np.meshgrid(np.linspace(20, 100, 161), np.linspace(200, 400, 201))
    lower, upper = [], []
    for a, b in zip(first.ravel(), second.ravel(), strict=True):
        known = [(0, 10, 40, 200), (10, 50, 2, a), (50, 100, 5, 350), (100, 200, 2, b)]
        area, number = np.array([row[3] for row in known]), np.array([row[2] for row in known])
        base = gini_of(area / number, number)
        limits = np.array([row[:2] for row in known], dtype=float)
        spread = (area - number * limits[:, 0]) * (number * limits[:, 1] - area) / (limits[:, 1] - limits[:, 0])
        lower.append(base)
        upper.append(base + spread.sum() / number.sum() / area.sum())
    assert found.lower[0] == pytest.approx(min(lower), abs=1e-6)
    assert found.lower[0] <= min(lower) + 1e-12
    assert found.upper[0] == pytest.approx(max(upper), abs=1e-4)
    assert found.upper[0] >= max(upper) - 1e-12


def test_one_holding_of_unknown_area_has_at_worst_the_least_or_the_most_of_its_class():
    rows = [(0, 10, 40, 200), (10, 50, 1, np.nan), (50, 100, 5, 350)]
    worst = [gini_of([0, 10, size, 50, 100], [20, 20, 1, 3, 2]) for size in np.linspace(10, 50, 401)]
    assert ginis(cells(rows)).upper[0] == pytest.approx(max(worst), rel=1e-9)


@pytest.mark.parametrize("top", range(1, 8))
def test_holdings_of_unknown_area_are_at_worst_parted_between_the_ends_of_their_class(top):
    rows = [(1, 1, 10, 10), (10, 50, 2, np.nan), (60, 60, top, 60 * top)]
    worst = max(gini_of([1, 10, 50, 60], [10, 2 - most, most, top]) for most in np.linspace(0, 2, 101))
    assert ginis(cells(rows)).upper[0] == pytest.approx(worst, rel=1e-3)


def test_an_open_class_without_area_leaves_the_upper_bound_open_unless_land_is_limited():
    rows = [(0, 10, 50, 250), (1000, np.nan, 1, np.nan)]
    assert ginis(cells(rows)).upper[0] == 1
    capped = ginis(cells(rows), cap_ha=[3250])
    # At most the one large holding has the 3,000 ha that are left; at worst the 50 others are of 0 and 10 ha.
    assert capped.upper[0] == pytest.approx(gini_of([0, 10, 3000], [25, 25, 1]))
    assert capped.lower[0] == pytest.approx(gini_of([5, 1000], [50, 1]))


def test_a_class_with_holdings_but_no_area_is_withheld_and_not_zero():
    rows = [(0, 10, 50, 250), (500, 1000, 2, 0)]
    found = complete_cells(cells(rows), group_count=1, estimate="midpoint")
    assert found.is_suppressed.tolist() == [False, True]
    assert found.area_ha[1] == 1500
    assert (found.area_low_ha[1], found.area_high_ha[1]) == (1000, 2000)
    naive = gini_of([0, 5], [2, 50])
    assert ginis(cells(rows)).lower[0] > naive + 0.5


def test_estimates_follow_the_option_and_stay_in_the_class():
    rows = [(0, 10, 50, 250), (10, 100, 30, 900), (100, 1000, 3, np.nan)]
    means = {
        method: complete_cells(cells(rows), group_count=1, estimate=method).area_ha[2] / 3
        for method in ("midpoint", "geometric", "lognormal")
    }
    assert means["midpoint"] == 550
    assert means["geometric"] == pytest.approx(np.sqrt(100 * 1000))
    assert 100 < means["lognormal"] < means["geometric"]


def test_lognormal_estimate_is_the_mean_of_the_fitted_distribution_between_the_limits():
    random = np.random.default_rng(3)
    edges = [0, 1, 2, 5, 10, 20, 50, 100, np.inf]
    sizes = random.lognormal(2, 1.2, 200_000)
    position = np.digitize(sizes, edges) - 1
    count, area = np.bincount(position, minlength=8), np.bincount(position, weights=sizes, minlength=8)
    for hidden in (3, 6, 7):
        rows = [
            (edges[k], edges[k + 1] if k < 7 else np.nan, count[k], np.nan if k == hidden else area[k])
            for k in range(8)
        ]
        found = complete_cells(cells(rows), group_count=1, estimate="lognormal")
        assert found.area_ha[hidden] == pytest.approx(area[hidden], rel=0.05)


def test_area_without_holdings_is_estimated_and_has_no_bounds():
    rows = [(0, 10, 50, 250), (10, 30, np.nan, 400)]
    found = complete_cells(cells(rows), group_count=1, estimate="midpoint")
    assert found.holdings.tolist() == [50, 20]
    assert found.is_bounded.tolist() == [True, False]
    assert ginis(cells(rows))[["lower", "upper"]].isna().to_numpy().all()


def test_classes_with_neither_figure_are_counted_apart():
    rows = [(0, 10, 50, 250), (10, 30, np.nan, np.nan), (30, 50, 0, 0)]
    assert unknown_cells(cells(rows), 2).tolist() == [1, 0]
    assert len(complete_cells(cells(rows), group_count=1)) == 1
    half = [(50, 70, 3, np.nan), (70, 90, np.nan, 80)]
    assert unknown_cells(cells(rows + half), 2).tolist() == [1, 0]


def test_a_mean_size_outside_the_class_is_reported_but_rounding_is_not():
    rows = [(1, 2, 10, 30), (0, 0.1, 2, 1), (10, 20, 3, 29.6)]
    found = complete_cells(cells(rows), group_count=1)
    assert found.set_index("class_min_ha").is_inconsistent.to_dict() == {1: True, 0: True, 10: False}


def test_territories_do_not_touch_each_other_and_empty_ones_have_no_value():
    one = cells([(0, 10, 100, 250)], group=2)
    other = cells([(0, 10, 40, 200), (10, 50, 2, np.nan)], group=0)
    together = ginis(pd.concat([one, other]), groups=3)
    assert together.iloc[2].to_numpy() == pytest.approx(ginis(cells([(0, 10, 100, 250)])).iloc[0].to_numpy())
    assert together.iloc[0][["lower", "upper"]].to_numpy() == pytest.approx(
        ginis(cells([(0, 10, 40, 200), (10, 50, 2, np.nan)])).iloc[0][["lower", "upper"]].to_numpy()
    )
    assert together.iloc[1].isna().all()


def test_landless_households_count_as_holdings_of_size_zero():
    with_zeros = gini_of([0, 1, 3], [5, 6, 4])
    assert landless_gini([gini_of([1, 3], [6, 4])], [5], [10])[0] == pytest.approx(with_zeros)
    assert landless_gini([0.4], [0], [10])[0] == pytest.approx(0.4)


def test_camara_bands_change_at_their_limits():
    found = camara_band([0, 0.25, 0.26, 0.5, 0.51, 0.9, 0.91, np.nan])
    assert found.tolist() == ["weak", "weak", "medium", "medium", "strong", "strong", "very_strong", None]


@pytest.mark.parametrize("spread", [1.2, 1.8, 2.2])
@pytest.mark.parametrize("limits", [(0, 10, 100, 1000), (0, 5, 20, 100, 500, 1000)])
def test_the_interpolated_estimate_finds_the_gini_of_single_holdings_where_the_trapezoid_does_not(spread, limits):
    size = np.random.default_rng(1).lognormal(2, spread, 20_000)
    kind = np.digitize(size, limits) - 1
    upper = [*limits[1:], np.nan]
    rows = [(0, limits[k], upper[k], (kind == k).sum(), size[kind == k].sum()) for k in range(len(limits))]
    cells = pd.DataFrame(rows, columns=["group", "class_min_ha", "class_max_ha", "holdings", "area_ha"])
    found = grouped_gini(complete_cells(cells, group_count=1), group_count=1).iloc[0]
    truth = gini_of(size)
    assert found["interpolated"] == pytest.approx(truth, abs=0.006)
    assert truth - found["equal_inside"] > 0.015
    assert found["lower"] <= truth <= found["upper"]
