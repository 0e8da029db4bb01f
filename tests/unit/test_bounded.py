"""Searches that end at a limit give SciPy's times, one after the other, and touch nothing beyond."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from comarca.roads import bounded
from comarca.roads.bounded import BoundedSearch


@pytest.mark.parametrize("interpreted", [False, True])
def test_times_are_those_of_scipy_to_the_last_bit_whatever_was_searched_before(monkeypatch, interpreted):
    if interpreted:
        for name in ("_search", "_push", "_pop"):
            monkeypatch.setattr(bounded, name, getattr(bounded, name).py_func)
    random = np.random.default_rng(7)
    start, end = random.integers(0, 60, (2, 240))
    # Few values, so that many ways are equally long.
    graph = csr_array((random.choice([0.1, 0.2, 0.3, 1.7], 240), (start, end)), shape=(60, 60))
    search = BoundedSearch(graph)
    for limit in (0.0, 0.35, 1.0, 2.0, np.inf, 0.5):
        sources = random.choice(60, random.integers(1, 4))
        expected = dijkstra(graph, indices=sources, min_only=True, limit=limit)
        assert search.within(sources, limit).tolist() == np.flatnonzero(np.isfinite(expected)).tolist()
        assert search.minutes.tolist() == expected.tolist()
