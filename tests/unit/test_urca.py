"""Urban-rural catchment areas: dominance, bands, and the classes beyond every city."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from comarca.access.urca import CITY_SIZES_PERSONS, GROUPS, NAMES, classify

SIZES = list(CITY_SIZES_PERSONS)


def name_of(density=0.0, *, urban=None, **minutes):
    row = [[minutes.get(f"m_{size}", np.nan) for size in SIZES]]
    code = classify(row, density_persons_per_km2=[density], is_urban=None if urban is None else [urban])[0]
    return NAMES[code]


@pytest.mark.parametrize(
    ("town", "large", "expected"),
    [
        (50, 59, "within_1h_of_1m_to_5m"),
        (50, 61, "within_1h_of_20k_to_50k"),
        (50, 60, "within_1h_of_20k_to_50k"),
        (70, 119, "1h_to_2h_of_1m_to_5m"),
        (130, 179.9, "2h_to_3h_of_1m_to_5m"),
        (181, 181, "hinterland"),
        (180, np.nan, "hinterland"),
        (np.nan, np.nan, "hinterland"),
    ],
)
def test_within_a_band_the_larger_city_counts(town, large, expected):
    assert name_of(m_20k_to_50k=town, m_1m_to_5m=large) == expected


def test_the_sizes_of_cities_are_seven_and_each_begins_where_the_next_ends():
    least = [5_000_000, 1_000_000, 500_000, 250_000, 100_000, 50_000, 20_000]
    assert list(CITY_SIZES_PERSONS.values()) == list(zip(least, [np.inf, *least[:-1]], strict=True))


def test_a_dense_place_beyond_every_city_is_a_dispersed_town():
    assert name_of(1501, m_20k_to_50k=181) == "dispersed_town"
    assert name_of(1500, m_20k_to_50k=181) == "hinterland"
    assert name_of(9999, m_20k_to_50k=179) == "2h_to_3h_of_20k_to_50k"


def test_a_place_in_a_city_is_urban_whatever_is_near():
    assert name_of(m_20k_to_50k=0, m_over_5m=5) == "city_20k_to_50k"


def test_urban_cells_near_a_city_that_is_a_point_lie_in_it():
    assert name_of(urban=True, m_50k_to_100k=10, m_20k_to_50k=2) == "city_50k_to_100k"
    assert name_of(urban=True, m_50k_to_100k=11) == "within_1h_of_50k_to_100k"
    assert name_of(urban=False, m_50k_to_100k=2) == "within_1h_of_50k_to_100k"


def test_there_are_thirty_codes_and_each_is_in_one_group():
    assert sorted(NAMES) == list(range(1, 31))
    assert sorted(code for group in GROUPS.values() for code in group) == list(range(1, 31))


def test_negative_times_and_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="negative"):
        classify(np.full((1, 7), -1.0), density_persons_per_km2=[0])
    with pytest.raises(ValueError, match="7 columns"):
        classify(np.zeros((1, 6)), density_persons_per_km2=[0])


def one_by_one(row, density):
    """Go through bands and sizes as the rule is worded."""
    for code, minutes in enumerate(row, start=1):
        if minutes == 0:
            return code
    for band in range(3):
        for size, minutes in enumerate(row):
            if 60 * band <= minutes < 60 * (band + 1):
                return 8 + 7 * band + size
    return 29 if density > 1500 else 30


@given(
    arrays(float, (5, 7), elements=st.sampled_from([0, 1, 59, 60, 61, 119, 120, 179, 180, 500, np.nan])),
    arrays(float, 5, elements=st.sampled_from([0, 1500, 1501])),
)
def test_codes_follow_the_rule_read_out_loud(minutes, density):
    expected = [one_by_one(row, people) for row, people in zip(minutes, density, strict=True)]
    assert classify(minutes, density_persons_per_km2=density).tolist() == expected
