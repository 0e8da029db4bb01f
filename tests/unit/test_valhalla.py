"""Times between towns and villages agree with those of the router Valhalla."""

from __future__ import annotations

import importlib.util
import sys

import pytest


@pytest.fixture(scope="module")
def table(root, cases):
    programs = root / ".venv-valhalla"
    if not (programs / "valhalla/bin/valhalla_build_tiles").exists():
        pytest.skip("Valhalla is not installed; `make router` puts it into .venv-valhalla")
    spec = importlib.util.spec_from_file_location("valhalla_benchmark", root / "benchmarks/valhalla.py")
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = benchmark
    spec.loader.exec_module(benchmark)
    found = benchmark.compare(cases / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf", programs)
    return benchmark.summary(found).set_index("speeds")


def test_every_pair_of_towns_and_villages_is_compared(table):
    assert (table["pairs"] == 25 * 24).all()


def test_the_default_speeds_are_those_of_a_router_to_fifteen_percent(table):
    assert 0.90 <= table.loc["default table", "median"] <= 1.15


def test_with_the_routers_speeds_only_turns_are_missing(table):
    assert 0.90 <= table.loc["router's class speeds", "median"] <= 1.05


def test_nineteen_of_twenty_pairs_are_within_thirty_percent(table):
    assert (table["near_share"] >= 0.95).all()
