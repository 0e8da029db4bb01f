"""Types of change: eight patterns, ties, thresholds, significance and what is missing."""

import itertools
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of
from scipy import stats
from shapely.geometry import box

from comarca.indicators.dynamics import compute
from comarca.measures.types_of_change import TYPES, change_letters, change_z, join_letters

NAN = math.nan


def test_an_improvement_is_w_and_no_change_is_l():
    assert change_letters([0.1, 0.0, -0.1, NAN]).tolist() == ["W", "L", "L", ""]


def test_no_change_is_a_letter_of_its_own_when_asked_for():
    assert change_letters([0.1, 0.0, -0.1], no_change=True).tolist() == ["W", "N", "L"]


def test_a_change_has_to_exceed_the_threshold_and_rounding_of_the_computer_is_no_change():
    # 0.56 - 0.55 is 0.010000000000000009 in floating point.
    assert change_letters([0.56 - 0.55, 0.011, -0.011, -0.005], threshold=0.01).tolist() == ["L", "W", "L", "L"]
    found = change_letters([0.56 - 0.55, 0.011, -0.011, -0.005], threshold=0.01, no_change=True)
    assert found.tolist() == ["N", "W", "L", "N"]


def test_where_errors_are_known_a_change_has_to_be_significant_and_n_tells_what_is_not():
    limit = stats.norm.ppf(0.975)
    z = [limit + 1e-6, limit - 1e-6, -limit + 1e-6, -limit - 1e-6, NAN, NAN]
    assert change_letters([1, 1, -1, -1, 1, 0], z=z).tolist() == ["W", "N", "N", "L", "W", "L"]
    at_ten = stats.norm.ppf(0.95)
    assert change_letters([1, 1], z=[at_ten + 1e-6, at_ten - 1e-6], level=0.10).tolist() == ["W", "N"]


def test_the_ratio_of_a_change_to_its_error_is_that_of_two_independent_samples():
    assert change_z([7.0], [3.0], [4.0]).tolist() == [7 / 5]
    assert math.isnan(change_z([7.0], [NAN], [4.0])[0])
    assert change_z([0.0, 1.0], [0.0, 0.0], [0.0, 0.0]).tolist() == [0.0, math.inf]


@pytest.mark.parametrize(("threshold", "level"), [(-1.0, 0.05), (0.0, 0.0), (0.0, 1.0)])
def test_options_that_cannot_be_are_refused(threshold, level):
    with pytest.raises(ValueError, match="threshold must be"):
        change_letters([1.0], threshold=threshold, level=level)


def test_a_type_needs_all_its_letters():
    letters = [np.array(["W", "W"]), np.array(["L", ""]), np.array(["N", "W"])]
    assert join_letters(letters).tolist() == ["WLN", None]
    assert len(TYPES) == 27


def region(count):
    names = [f"{n:02}" for n in range(count)]
    rows = {"territory_id": names, "territory_name": names, "parent_name": "P", "country": "XXX"}
    return gpd.GeoDataFrame(rows, geometry=[box(n, 0, n + 1, 1) for n in range(count)], crs=4326)


def layer(rows):
    """Rows of code, year, income, poverty, inequality; errors and units as from reading."""
    table = pd.DataFrame(rows, columns=["territory_id", "year", "income", "poverty", "inequality"])
    for name in ("income", "poverty", "inequality"):
        table[f"{name}_error"] = NAN
    return table.assign(unit_id=table["territory_id"], population=100.0, unit_population=100.0)


def family(root, table, count, periods=((2000, 2010),), **options):
    fields = {"period": [f"{a}_{b}" for a, b in periods]}
    columns = columns_of(root, "dynamics", layers=["outcomes"], fields=fields)
    table = table.assign(has_constant_prices=options.pop("constant_prices", True))
    return compute(territories=region(count), outcomes=table, columns=columns, **options)


def test_hand_made_units_of_each_of_the_eight_patterns_have_their_type(root):
    rows, expected = [], []
    for place, (growth, poverty, gini) in enumerate(itertools.product([True, False], repeat=3)):
        rows.append((f"{place:02}", 2000, 100.0, 50.0, 0.5))
        rows.append((f"{place:02}", 2010, 110.0 if growth else 90.0, 40.0 if poverty else 60.0, 0.4 if gini else 0.6))
        expected.append("".join("W" if won else "L" for won in (growth, poverty, gini)))
    found = family(root, layer(rows), 8)
    assert found.values["dynamics_type"].tolist() == expected
    assert found.values["dynamics_type_2000_2010"].tolist() == expected
    assert len(set(expected)) == 8
    growing = found.values["income_growth_percent_per_year_2000_2010"].iloc[0]
    assert growing == pytest.approx(100 * (1.1 ** (1 / 10) - 1), rel=1e-12)
    assert found.values["income_change_currency_2000_2010"].iloc[0] == pytest.approx(10)
    assert found.values["poverty_change_points_2000_2010"].iloc[0] == pytest.approx(-10)
    assert found.values["income_gini_change_index_2000_2010"].iloc[0] == pytest.approx(-0.1)


def test_ties_are_no_improvement_in_any_letter(root):
    rows = [("00", 2000, 100.0, 50.0, 0.5), ("00", 2010, 100.0, 50.0, 0.5)]
    assert family(root, layer(rows), 1).values["dynamics_type"].tolist() == ["LLL"]
    assert family(root, layer(rows), 1, no_change=True).values["dynamics_type"].tolist() == ["NNN"]


def test_thresholds_are_per_variable(root):
    rows = [("00", 2000, 100.0, 50.0, 0.50), ("00", 2010, 110.0, 47.0, 0.48)]
    thresholds = {"growth": 0.9, "poverty": 3.0, "distribution": 0.01}
    assert family(root, layer(rows), 1, thresholds=thresholds).values["dynamics_type"].tolist() == ["WLW"]


def test_every_gap_has_its_reason(root):
    rows = [
        ("00", 2000, 100.0, 50.0, 0.5), ("00", 2010, 110.0, NAN, 0.4),  # a figure lacks
        ("01", 2010, 110.0, 40.0, 0.4),  # split off between the dates
        ("02", 2000, 0.0, 50.0, 0.5), ("02", 2010, 110.0, 40.0, 0.4),  # growth is not defined
    ]  # fmt: skip
    found = family(root, layer(rows), 4)
    assert found.values["dynamics_type"].isna().all()
    assert found.flags["dynamics_type"].tolist() == [
        "not_in_source", "not_at_both_dates", "zero_denominator", "no_source_row",
    ]  # fmt: skip
    assert found.flags["poverty_change_points_2000_2010"].tolist() == [
        "not_in_source", "not_at_both_dates", "", "no_source_row",
    ]  # fmt: skip


def test_the_latest_pair_gives_the_type_without_dates(root):
    rows = [("00", 1990, 100.0, 50.0, 0.5), ("00", 2000, 90.0, 60.0, 0.6), ("00", 2010, 95.0, 55.0, 0.55)]
    found = family(root, layer(rows), 1, periods=((1990, 2000), (2000, 2010))).values
    assert found.loc["00", ["dynamics_type", "dynamics_type_1990_2000", "dynamics_type_2000_2010"]].tolist() == [
        "WWW", "LLL", "WWW",
    ]  # fmt: skip


def test_significance_makes_n_only_where_errors_are_given(root):
    table = layer(
        [("00", 2000, 100.0, 50.0, 0.5), ("00", 2010, 101.0, 40.0, 0.4),
         ("01", 2000, 100.0, 50.0, 0.5), ("01", 2010, 100.0, 40.0, 0.4)]
    )  # fmt: skip
    table.loc[table["territory_id"] == "00", ["income_error", "poverty_error", "inequality_error"]] = [2.0, 1.0, 0.01]
    assert family(root, table, 2).values["dynamics_type"].tolist() == ["NWW", "LWW"]


def test_incomes_of_which_nobody_says_the_prices_are_flagged_and_warned_of(root):
    rows = [("00", 2000, 100.0, 50.0, 0.5), ("00", 2010, 110.0, 40.0, 0.4)]
    found = family(root, layer(rows), 1, constant_prices=False)
    flagged = found.flags.columns[found.flags.loc["00"] == "prices_not_stated"].tolist()
    assert set(found.flags) - set(flagged) == {"poverty_change_points_2000_2010", "income_gini_change_index_2000_2010"}
    assert {check.name: check.status for check in found.checks}["outcomes_prices"] == "warn"


def test_territories_that_are_compared_as_one_unit_are_flagged(root):
    rows = [(code, year, income, 50.0, 0.5) for code in ("00", "01") for year, income in ((2000, 100.0), (2010, 110.0))]
    table = layer(rows).assign(unit_id="U")
    assert set(family(root, table, 2).flags["dynamics_type"]) == {"compared_jointly"}
