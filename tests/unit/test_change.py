import numpy as np
import pandas as pd
import pytest

from comarca.measures.change import amounts_at_ends, growth_percent_per_year
from comarca.results import Flag

IDS = pd.Index(["a", "b", "c"], name="territory_id")


def table(*rows):
    return pd.DataFrame(rows, columns=["territory_id", "year", "jobs"])


def test_several_rows_of_one_territory_and_year_are_summed_and_years_between_are_left_out():
    first, last, years = amounts_at_ends(
        table(("a", 2000, 1.0), ("a", 2000, 2.0), ("a", 2005, 50.0), ("a", 2010, 9.0)), "jobs", IDS
    )
    assert (first["a"], last["a"], years) == (3.0, 9.0, 10.0)


def test_an_amount_that_is_not_known_is_not_taken_for_zero():
    first, last, _ = amounts_at_ends(table(("a", 2000, 1.0), ("a", 2000, np.nan), ("a", 2010, 9.0)), "jobs", IDS)
    assert np.isnan(first["a"])
    assert last["a"] == 9.0
    assert first[["b", "c"]].isna().all()


def test_one_year_gives_no_time_between():
    first, last, years = amounts_at_ends(table(("a", 2000, 1.0)), "jobs", IDS)
    assert years == 0.0
    assert first.equals(last)


def test_growth_is_compound():
    growth, _ = growth_percent_per_year(pd.Series([100.0, 100.0, 50.0]), pd.Series([121.0, 0.0, 50.0]), 2)
    assert growth.tolist() == pytest.approx([10.0, -100.0, 0.0])


def test_the_reason_tells_growth_from_nothing_and_growth_that_is_not_known():
    growth, reason = growth_percent_per_year(pd.Series([0.0, np.nan, 1.0]), pd.Series([5.0, 5.0, np.nan]), 10)
    assert growth.isna().all()
    assert reason.tolist() == [Flag.ZERO_DENOMINATOR, Flag.NOT_IN_SOURCE, Flag.NOT_IN_SOURCE]


def test_without_time_between_there_is_no_growth_and_no_zero_to_blame():
    growth, reason = growth_percent_per_year(pd.Series([0.0, 2.0]), pd.Series([5.0, 3.0]), 0)
    assert growth.isna().all()
    assert reason.tolist() == [Flag.NOT_IN_SOURCE] * 2


def test_amounts_below_one_grow_like_any_other():
    growth, _ = growth_percent_per_year(pd.Series([0.25, 1.0]), pd.Series([0.5, 2.0]), 1)
    assert growth.tolist() == pytest.approx([100.0, 100.0])
