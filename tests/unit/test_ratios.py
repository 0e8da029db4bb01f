"""The benchmark of ratios runs at its smallest size, and fails where answers differ."""

import sys
import warnings

import pytest


@pytest.fixture(scope="module")
def ratios(root):
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        import ratios
    finally:
        sys.path.pop(0)
    return ratios


@pytest.fixture(scope="module")
def rows(ratios):
    with warnings.catch_warnings(action="ignore"):  # of the others
        return ratios.measure(ratios.SIZES["smoke"])


def test_each_comparison_has_a_figure_or_says_why_not(ratios, rows):
    assert {row.peer.split(",")[0] for row in rows} >= {"SciPy", "NetworkX", "rasterstats", "scikit-image"}
    for row in rows:
        assert (row.ratio is not None and row.ratio > 0) or row.note
    text = ratios.page(rows, ratios.machine())
    assert sum(line.startswith("| ") for line in text.splitlines()) == len(rows) + 1


def test_a_comparison_whose_answers_differ_fails(ratios):
    with pytest.raises(SystemExit, match=r"differ by 0\.5"):
        ratios.row("times", "vertex", "peer", 1.0, 1.0, 10, [1.0, 3.0], [1.0, 2.0])
