"""Spread of people and population change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, degree_of_urbanisation, demand, only, territories
from shapely.geometry import box

from comarca.indicators.settlement import compute
from comarca.results import Flag

PLACES = territories(*WEST_EAST, box(1, 1, 2, 2), box(3, 3, 4, 4))
PEOPLE = demand(("01", 6000, 0.02, 0.02), ("01", 400, 0.08, 0.08), ("01", 1600, 0.05, 0.05), ("01", 0, 0.06, 0.02),
                ("02", 50, 0.15, 0.05), ("02", 50, 0.19, 0.05), ("03", 0, 1.5, 1.5))  # fmt: skip
SPREAD = ("urban_population_share", "largest_settlement_population_share", "settlement_population_gini_index")
CHANGE = "population_change_percent_per_year"


@pytest.fixture(scope="module")
def columns(root):
    return columns_of(root, "settlement", layers=["demand", "degree_of_urbanisation", "population_by_year"])


def test_spread_of_people(columns):
    cells = degree_of_urbanisation(PEOPLE)
    got = compute(territories=PLACES, demand=PEOPLE, degree_of_urbanisation=cells, columns=only(columns, *SPREAD))
    # Gini of 400, 1600, 6000: (2 * (1*400 + 2*1600 + 3*6000) / (3 * 8000)) - 4/3; the empty cell is no place.
    assert got.values.loc["01"].tolist() == pytest.approx([0.75, 0.75, 2 * 21_600 / 24_000 - 4 / 3])
    assert got.values.loc["02"].tolist() == pytest.approx([0, 0, 0])
    assert got.values.loc[["03", "04"]].isna().all(axis=None)
    assert got.flags[SPREAD[0]].tolist() == ["", "", Flag.NO_POPULATION, Flag.NO_DEMAND]
    assert got.flags[SPREAD[1]].tolist() == got.flags[SPREAD[2]].tolist() == got.flags[SPREAD[0]].tolist()


def test_population_change_is_compound_growth(columns):
    table = pd.DataFrame(
        [("01", 2000, 100.0), ("01", 2010, 100 * 1.02**10), ("01", 2005, 7.0), ("02", 2000, 50.0), ("02", 2010, 0.0),
         ("03", 2000, 0.0), ("03", 2010, 5.0), ("04", 2010, 5.0)],
        columns=["territory_id", "year", "persons"],
    )  # fmt: skip
    got = compute(territories=PLACES, population_by_year=table, columns=only(columns, CHANGE))
    assert got.values[CHANGE].tolist() == pytest.approx([2, -100, np.nan, np.nan], nan_ok=True)
    assert got.flags[CHANGE].tolist() == ["", "", Flag.ZERO_DENOMINATOR, Flag.NOT_IN_SOURCE]


def test_one_year_gives_no_change_and_a_warning(columns):
    table = pd.DataFrame({"territory_id": ["01"], "year": [2000], "persons": [5.0]})
    got = compute(territories=PLACES, population_by_year=table, columns=only(columns, CHANGE))
    assert got.values[CHANGE].isna().all()
    assert got.checks[0].status == "warn"
