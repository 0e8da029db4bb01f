"""Diversity indices against hand-worked numbers and closed forms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy

from comarca.measures.coverage import assemblage
from comarca.measures.diversity import class_shares, hill_number, shannon, simpson

TABLES = arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.just(0.0) | st.floats(1e-3, 1e6))


def test_one_class_alone_is_not_diverse():
    table = [[0, 7, 0]]
    assert shannon(table)[0] == 0
    assert simpson(table)[0] == 0
    assert [hill_number(table, order=q)[0] for q in (0, 1, 2)] == [1, 1, 1]


def test_four_classes_alike_count_as_four():
    table = [[2.5] * 4]
    assert shannon(table)[0] == pytest.approx(math.log(4))
    assert simpson(table)[0] == pytest.approx(0.75)
    assert [hill_number(table, order=q)[0] for q in (0, 0.5, 1, 2, 5)] == pytest.approx([4] * 5)


def test_shares_of_a_half_a_quarter_and_a_quarter():
    table = [[2, 1, 1, 0]]
    assert shannon(table)[0] == pytest.approx(1.5 * math.log(2))
    assert simpson(table)[0] == pytest.approx(1 - 3 / 8)
    assert hill_number(table, order=0)[0] == 3
    assert hill_number(table, order=2)[0] == pytest.approx(8 / 3)


def test_nothing_has_no_diversity():
    table = np.zeros((2, 3))
    assert np.isnan(shannon(table)).all()
    assert np.isnan(simpson(table)).all()
    assert np.isnan(hill_number(table, order=0)).all()
    assert np.isnan(class_shares(table)).all()


@given(TABLES)
def test_shannon_is_the_entropy_of_scipy(table):
    filled = table[table.sum(axis=1) > 0]
    np.testing.assert_allclose(shannon(filled), np.atleast_1d(entropy(filled, axis=1)), atol=1e-12)


@given(TABLES)
def test_hill_numbers_fall_with_the_order_and_are_not_more_than_the_classes(table):
    filled = table[table.sum(axis=1) > 0]
    numbers = [hill_number(filled, order=q) for q in (0, 0.5, 1, 2, 3)]
    for more, less in itertools.pairwise(numbers):
        assert (less <= more * (1 + 1e-9)).all()
    assert (numbers[0] <= table.shape[1]).all()


def test_amounts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="not negative"):
        shannon([[1, -1]])
    with pytest.raises(ValueError, match="finite"):
        simpson([[1, np.nan]])
    with pytest.raises(ValueError, match="table of groups by classes"):
        shannon([1, 2])
    with pytest.raises(ValueError, match="order must not be negative"):
        hill_number([[1, 2]], order=-1)


@pytest.mark.parametrize(
    "measure",
    [
        shannon,
        simpson,
        lambda table: hill_number(table, order=1),
        lambda table: hill_number(table, order=2),
        lambda table: hill_number(table, order=0),
    ],
)
def test_where_nothing_is_mapped_there_is_no_diversity_whether_or_not_there_are_classes(measure):
    assert np.isnan(measure(np.zeros((3, 0)))).all()
    assert np.isnan(measure(np.zeros((3, 2)))).all()


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=40))
def test_rounding_passes_no_bound(amounts):
    row = np.array([amounts])
    k = len(amounts)
    assert 0 <= shannon(row)[0] <= np.log(k)
    assert 0 <= simpson(row)[0] <= 1 - 1 / k
    for order in (0, 0.5, 1, 2, 5):
        assert 1 <= hill_number(row, order=order)[0] <= k


def test_equal_parts_reach_the_bound_and_do_not_pass_it():
    for k in range(1, 200):
        row = np.full((1, k), 0.1)
        assert simpson(row)[0] <= 1 - 1 / k
        assert hill_number(row, order=2)[0] <= k


@pytest.mark.parametrize(
    ("counts", "unseen"),
    [([6, 2, 2, 1, 1], 1), ([6, 2, 1, 1, 1], 5), ([9, 1, 1], 1), ([9, 2, 2], 0), ([7, 1, 1, 1, 1], 6)],
)
def test_kinds_that_a_sample_missed_are_as_many_as_chao_estimates(counts, unseen):
    """Chao (1984): (n - 1) / n x f1^2 / (2 f2), or f1 (f1 - 1) / 2 where no kind was met twice."""
    shares = assemblage(counts)
    assert len(shares) == len(counts) + unseen
    assert shares.sum() == pytest.approx(1)
    assert len(set(shares[len(counts) :])) <= 1
