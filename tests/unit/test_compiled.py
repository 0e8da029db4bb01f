"""Compiled loops: kept for the next process, compiled anew where nothing can be kept."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from comarca.roads.compiled import compiled

RUN = """
import numpy as np
from comarca.roads import search
from comarca.roads.segments import index_segments
index = index_segments(np.array([0.0, 0.1]), np.array([0.0, 0.0]), np.array([0]))
search.cheapest_segment(index, index.vertex_m)
print(sum(search._search.stats.cache_misses.values()))
"""


def test_a_second_process_finds_the_code_compiled():
    counts = [
        int(subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    ]
    assert counts[1] == 0


def test_without_a_folder_to_keep_code_in_it_is_compiled_all_the_same():
    # Code that stands in no file has no folder beside it.
    names: dict[str, object] = {}
    exec(
        "def total(values):\n    total = 0.0\n    for value in values:\n        total += value\n    return total", names
    )
    total = compiled(names["total"])
    assert total(np.arange(5.0)) == 10.0
    assert not total.stats.cache_path


def test_arithmetic_is_not_reordered():
    @compiled
    def add(values):
        total = 0.0
        for value in values:
            total += value
        return total

    values = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-500, 500) ** 0
    expected = 0.0
    for value in values.tolist():
        expected += value
    assert add(values) == expected
