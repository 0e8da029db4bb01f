"""The core of a graph keeps the times between the nodes that matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from comarca.roads.core_graph import core_graph


def matrix(links, count):
    start, end, minutes = (np.array(values) for values in zip(*links, strict=True))
    return csr_array((minutes.astype(float), (start, end)), shape=(count, count))


def both_ways(*links):
    return [*links, *((end, start, minutes) for start, end, minutes in links)]


def kept(count, *nodes):
    keep = np.zeros(count, dtype=bool)
    keep[list(nodes)] = True
    return keep


def test_a_run_becomes_one_link_each_way():
    core = core_graph(matrix(both_ways((0, 1, 1), (1, 2, 2), (2, 3, 4)), 4), kept(4, 0, 3))
    np.testing.assert_array_equal(core.number, [0, -1, -1, 1])
    np.testing.assert_array_equal(core.minutes.toarray(), [[0, 7], [7, 0]])


def test_a_one_way_run_leads_one_way():
    core = core_graph(matrix([(0, 1, 1), (1, 2, 2), (2, 1, 2), (2, 3, 4), (3, 2, 4)], 4), kept(4, 0, 3))
    np.testing.assert_array_equal(core.minutes.toarray(), [[0, 7], [0, 0]])


def test_dead_ends_are_cut_off_unless_somebody_lives_there():
    links = both_ways((0, 1, 1), (1, 2, 1), (1, 3, 1), (3, 4, 1))
    without = core_graph(matrix(links, 5), kept(5, 0, 2))
    assert without.minutes.shape == (2, 2)
    within = core_graph(matrix(links, 5), kept(5, 0, 2, 4))
    assert within.minutes.shape == (4, 4)
    assert dijkstra(within.minutes, indices=within.number[0])[within.number[4]] == 3


def test_a_ring_apart_from_all_that_matters_is_left_out():
    links = both_ways((0, 1, 1), (2, 3, 1), (3, 4, 1), (4, 2, 1))
    core = core_graph(matrix(links, 5), kept(5, 0, 1))
    np.testing.assert_array_equal(core.number, [0, 1, -1, -1, -1])


def test_the_quicker_of_two_runs_counts():
    links = both_ways((0, 1, 1), (1, 3, 1), (0, 2, 5), (2, 3, 5))
    core = core_graph(matrix(links, 4), kept(4, 0, 3))
    np.testing.assert_array_equal(core.minutes.toarray(), [[0, 2], [2, 0]])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_times_between_kept_nodes_are_those_of_the_whole_graph(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 40))
    size = int(rng.integers(1, 60))
    links = [
        (int(a), int(b), float(minutes))
        for a, b, minutes in zip(
            rng.integers(0, count, size), rng.integers(0, count, size), rng.uniform(0.1, 9, size), strict=True
        )
    ]
    links += [(b, a, minutes) for a, b, minutes in links if rng.random() < 0.7]
    quickest = {}
    for a, b, minutes in links:
        quickest[a, b] = min(minutes, quickest.get((a, b), np.inf))
    whole = matrix([(a, b, minutes) for (a, b), minutes in quickest.items()], count)
    keep = rng.random(count) < 0.4
    if not keep.any():
        return
    core = core_graph(whole, keep)
    nodes = np.flatnonzero(keep)
    expected = dijkstra(whole, indices=nodes)[:, nodes]
    np.testing.assert_allclose(dijkstra(core.minutes, indices=core.number[nodes])[:, core.number[nodes]], expected)
    assert core.minutes.shape[0] <= count


def test_a_graph_without_links_is_its_kept_nodes():
    core = core_graph(csr_array((3, 3)), kept(3, 1))
    assert core.minutes.shape == (1, 1)
    assert core.number.tolist() == pytest.approx([-1, 0, -1])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_entries_expand_to_the_run_whose_time_they_have(seed):
    rng = np.random.default_rng(seed)
    links = {(n, n + 1): 1.0 for n in range(30)} | {(n + 1, n): 2.0 for n in range(30)}
    links |= {tuple(rng.integers(0, 31, 2).tolist()): float(rng.uniform(0.1, 9)) for _ in range(6)}
    whole = matrix([(a, b, minutes) for (a, b), minutes in links.items() if a != b], 31)
    core = core_graph(whole, kept(31, 0, 11, 30))
    row, column = core.minutes.nonzero()
    steps = core.expand(row, column)
    minutes = np.bincount(steps.entry, weights=whole[steps.row, steps.column], minlength=len(row))
    np.testing.assert_allclose(minutes, core.minutes[row, column])
    for entry in range(len(row)):
        at = np.flatnonzero(steps.entry == entry)
        np.testing.assert_array_equal(
            core.number[[steps.row[at[0]], steps.column[at[-1]]]], [row[entry], column[entry]]
        )
        np.testing.assert_array_equal(steps.column[at[:-1]], steps.row[at[1:]])
