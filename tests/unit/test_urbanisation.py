"""Degree of urbanisation and catchment areas of territories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, degree_of_urbanisation, demand, territories
from shapely.geometry import box

from comarca.access.urca import CITY_SIZES_PERSONS, GROUPS, NAMES
from comarca.indicators.urbanisation import compute
from comarca.population.degurba import DETAILED_CODES, classify_units_in_detail
from comarca.results import Flag

PLACES = territories(*WEST_EAST, box(1, 1, 2, 2), box(3, 3, 4, 4))
#: A city of 60,000 in one cell, a town of 6,000, a hamlet; nobody in 03, and nothing known of 04.
PEOPLE = demand(("01", 60_000, 0.02, 0.02), ("01", 6_000, 0.08, 0.08), ("01", 34_000, 0.05, 0.05),
                ("02", 40, 0.15, 0.05), ("02", 60, 0.19, 0.05), ("03", 0, 1.5, 1.5))  # fmt: skip


def no_estimates(index):
    return pd.DataFrame(np.nan, index=index, columns=[f"estimated_{size}" for size in CITY_SIZES_PERSONS])


@pytest.fixture(scope="module")
def columns(root):
    return columns_of(root, "urbanisation", layers=["demand", "degree_of_urbanisation", "urca_times"])


@pytest.fixture(scope="module")
def got(columns):
    minutes = pd.DataFrame(np.nan, index=PEOPLE["demand_id"], columns=list(CITY_SIZES_PERSONS))
    minutes["50k_to_100k"] = [0, 9, 20, 70, 130, 10]
    minutes["1m_to_5m"] = [200, 200, 50, 119, 500, 10]
    minutes = minutes.join(no_estimates(minutes.index))
    cells = degree_of_urbanisation(PEOPLE)
    return compute(territories=PLACES, demand=PEOPLE, degree_of_urbanisation=cells, urca_times=minutes, columns=columns)


def test_units_are_named_by_where_their_people_live(got):
    assert got.values["degree_of_urbanisation_class"].tolist()[:2] == ["city", "rural"]
    assert got.values["population_urban_centre_share"].tolist()[:2] == pytest.approx([0.6, 0])
    assert got.values["population_urban_cluster_share"].tolist()[:2] == pytest.approx([0.4, 0])
    assert got.values["population_rural_share"].tolist()[:2] == pytest.approx([0, 1])


def test_level_2_names_the_kind_of_settlement(got):
    # A city; and cells of 40 and 60 people per km2, most of them above 50.
    assert got.values["settlement_type_class"].tolist()[:2] == ["city", "dispersed_rural"]


def test_the_class_is_that_of_most_people(got):
    assert got.values["urban_rural_catchment_class"].tolist()[:2] == ["city_50k_to_100k", "2h_to_3h_of_50k_to_100k"]


def test_shares_of_the_groups(got):
    expected = {"city": [0.66, 0], "within_1h_large_city": [0.34, 0], "1h_to_2h": [0, 0.4], "2h_to_3h": [0, 0.6]}
    for name, shares in expected.items():
        assert got.values[f"population_urca_{name}_share"].tolist()[:2] == pytest.approx(shares)


def test_the_groups_make_all_the_people(got):
    groups = [f"population_urca_{name}_share" for name in GROUPS]
    assert got.values[groups].sum(axis=1).tolist()[:2] == pytest.approx([1, 1])
    cells = [f"population_{name}_share" for name in ("urban_centre", "urban_cluster", "rural")]
    assert got.values[cells].sum(axis=1).tolist()[:2] == pytest.approx([1, 1])


def test_a_territory_without_people_has_no_class(got):
    assert got.values.iloc[2:].isna().all(axis=None)
    assert (got.flags.loc["03"] == Flag.NO_POPULATION).all()
    assert (got.flags.loc["04"] == Flag.NO_DEMAND).all()


def test_the_registry_names_every_class(columns):
    categories = {column.name: column.categories for column in columns}
    assert list(categories["urban_rural_catchment_class"]) == list(NAMES.values())
    assert set(categories["degree_of_urbanisation_class"]) == {"city", "town", "rural"}
    shares = {code: np.identity(len(DETAILED_CODES))[row] for row, code in enumerate(DETAILED_CODES)}
    found = {*classify_units_in_detail(shares), *classify_units_in_detail({code: [1 / 7] for code in shares})}
    assert found <= set(categories["settlement_type_class"])


class TestCitiesBeyondTheRoadData:
    """A territory whose people reach nothing but, by estimate, a city of 60,000 beyond the border."""

    def run(self, columns, estimated, found=np.nan):
        people = demand(("01", 100, 0.05, 0.05), ("02", 100, 0.15, 0.05))
        minutes = pd.DataFrame(np.nan, index=people["demand_id"], columns=list(CITY_SIZES_PERSONS))
        minutes = minutes.join(no_estimates(minutes.index))
        minutes["20k_to_50k"], minutes["estimated_50k_to_100k"] = found, estimated
        cells = degree_of_urbanisation(people)
        result = compute(
            territories=PLACES.iloc[:2],
            demand=people,
            degree_of_urbanisation=cells,
            urca_times=minutes,
            columns=columns,
        )
        return result.values.iloc[0], result.flags.iloc[0]

    def test_its_estimated_time_makes_the_class_which_is_flagged(self, columns):
        values, flags = self.run(columns, [40.0, np.nan])
        assert values["urban_rural_catchment_class"] == "within_1h_of_50k_to_100k"
        assert values["population_urca_within_1h_small_city_share"] == 1
        assert flags["urban_rural_catchment_class"] == Flag.BORDER_BIAS
        assert flags["population_urca_within_1h_small_city_share"] == Flag.BORDER_BIAS
        assert flags["degree_of_urbanisation_class"] == Flag.OK

    def test_the_class_is_blank_where_30_percent_more_or_less_is_another_band(self, columns):
        # 0.7 x 70 = 49 and 1.3 x 70 = 91 min.
        values, flags = self.run(columns, [70.0, np.nan])
        assert pd.isna(values["urban_rural_catchment_class"])
        assert flags["urban_rural_catchment_class"] == Flag.BORDER_UNDECIDED
        assert values["population_urca_1h_to_2h_share"] == 1

    def test_a_town_found_in_the_nearer_band_decides_alone(self, columns):
        values, flags = self.run(columns, [100.0, np.nan], found=[30.0, 30.0])
        assert values["urban_rural_catchment_class"] == "within_1h_of_20k_to_50k"
        assert flags["urban_rural_catchment_class"] == Flag.OK
