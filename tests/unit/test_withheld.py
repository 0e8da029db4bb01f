import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comarca.measures.size_classes import complete_cells, grouped_gini
from comarca.measures.withheld import fit_sums, remainders, shared_counts, sums

ONE = np.zeros(3, dtype=int)


def test_what_is_left_is_known_by_subtraction():
    cells = pd.DataFrame({"group": [0, 0, 1], "holdings": [30, np.nan, 5], "area_ha": [90, np.nan, 100]})
    left = remainders(cells, pd.DataFrame({"holdings": [32, 4], "area_ha": [120, 200]}))
    assert left.iloc[0].tolist() == [2, 30, False]
    # More published in the classes than in the total: nothing is derived from it.
    assert left["is_contradicted"].tolist() == [False, True]
    assert left.loc[1, ["holdings", "area_ha"]].isna().all()


def test_rounding_to_whole_hectares_is_no_contradiction():
    cells = pd.DataFrame({"group": [0, 0], "holdings": [3, 4], "area_ha": [10.0, 11.0]})
    left = remainders(cells, pd.DataFrame({"holdings": [7], "area_ha": [20.0]}))
    assert left.iloc[0].tolist() == [0, 0, False]


def test_where_the_total_leaves_no_land_nothing_is_derived_for_a_class():
    cells = pd.DataFrame(
        {"group": 0, "class_min_ha": [10, 0], "class_max_ha": [20, 1], "holdings": [6, np.nan], "area_ha": [90, np.nan]}
    )
    totals = pd.DataFrame({"holdings": [8.0], "area_ha": [90.0]})
    assert complete_cells(cells, group_count=1, totals=totals)["holdings"].tolist() == [6]
    more = complete_cells(cells, group_count=1, totals=totals.assign(area_ha=91.0))
    assert more[["holdings", "area_ha"]].to_numpy().tolist() == [[6, 90], [2, 1]]


@given(st.floats(3, 50), st.floats(0, 1))
def test_shared_counts_add_up_and_meet_the_area_where_it_can_be_met(left, part):
    mean = np.array([2.0, 10.0, 50.0])
    least, most = mean.sum() + (left - 3) * 2, mean.sum() + (left - 3) * 50
    area = least + part * (most - least)
    counts = shared_counts(mean_ha=mean, left=np.array([left]), area_left_ha=np.array([area]), group=ONE)
    assert counts.sum() == pytest.approx(left)
    assert (counts >= 1 - 1e-9).all()
    assert (counts * mean).sum() == pytest.approx(area, rel=1e-6)


def test_fitted_values_have_the_sum_and_keep_their_limits_where_they_can():
    values, low, high = np.array([5.0, 10.0, 1.0]), np.zeros(3), np.array([10.0, 15.0, 1.0])
    fitted, out = fit_sums(values, low, high, target=np.array([21.0]), group=ONE)
    assert fitted.sum() == pytest.approx(21)
    assert ((low <= fitted) & (fitted <= high)).all()
    assert not out[0]
    beyond, out = fit_sums(values, low, high, target=np.array([52.0]), group=ONE)
    assert beyond.sum() == pytest.approx(52)
    assert out[0]
    kept, _ = fit_sums(values, low, high, target=np.array([np.nan]), group=ONE)
    assert kept.tolist() == values.tolist()


def test_sums_of_groups_without_values_are_zero():
    assert sums([2, 0, 2], [1.0, 2.0, 3.0], 4).tolist() == [2, 0, 4, 0]


@pytest.mark.parametrize("kinds", ["neither area", "neither count", "count count", "neither count area", "area area"])
def test_bounds_hold_the_true_gini_whatever_is_withheld_beside_totals(kinds):
    limits = np.array([0.0, 5.0, 20.0, 80.0, 300.0, np.inf])
    random = np.random.default_rng(7)
    territories, true = [], []
    for group in range(20):
        size = np.exp(random.normal(2.5, 1.2, 60))
        of = np.digitize(size, limits) - 1
        count, area = np.bincount(of, minlength=5).astype(float), np.bincount(of, size, minlength=5)
        for row, kind in zip(random.permutation(np.flatnonzero(count)), kinds.split(), strict=False):
            count[row] = count[row] if kind == "area" else np.nan
            area[row] = area[row] if kind == "count" else np.nan
        columns = {"group": group, "class_min_ha": limits[:-1], "class_max_ha": limits[1:]}
        territories.append(pd.DataFrame({**columns, "holdings": count, "area_ha": area, "total": size.sum()}))
        true.append(np.abs(size[:, None] - size).mean() / (2 * size.mean()))
    cells = pd.concat(territories, ignore_index=True)
    totals = pd.DataFrame({"holdings": 60.0, "area_ha": cells.groupby("group")["total"].first()})
    bounds = grouped_gini(complete_cells(cells, group_count=20, totals=totals), group_count=20)
    assert (bounds["lower"] <= np.array(true) + 1e-9).all()
    assert (bounds["upper"] >= np.array(true) - 1e-9).all()
    assert bounds["interpolated"].between(bounds["lower"] - 1e-9, bounds["upper"] + 1e-9).all()
