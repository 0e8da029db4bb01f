"""Services by territory: counts, borders, values per person, and times."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, only, territories
from shapely.geometry import box

from comarca.indicators.services import compute
from comarca.results import Flag

KINDS = ("school", "bank")


@pytest.fixture(scope="module")
def columns(root):
    layers = ["services", "demand", "population", "service_times", "roads"]
    return columns_of(root, "services", layers=layers, fields={"service": KINDS})


def services(*rows):
    kind, lon, lat = zip(*rows, strict=True)
    ids = [f"n{n}" for n in range(len(rows))]
    points = gpd.points_from_xy(lon, lat)
    return gpd.GeoDataFrame({"service_id": ids, "kind": kind, "name": None}, geometry=points, crs=4326)


SCHOOLS = services(
    ("school", 0.05, 0.05), ("school", 0.06, 0.05), ("school", 0.1, 0.05), ("school", 5, 5), ("church", 0.01, 0.01)
)
PLACES = territories(*WEST_EAST)


def test_a_school_on_the_border_counts_once_and_one_outside_not_at_all(columns):
    got = compute(territories=PLACES, services=SCHOOLS, kinds=KINDS, columns=only(columns, "school_count"))
    assert got.values["school_count"].tolist() == [3, 0]
    outside = next(check for check in got.checks if check.name == "services_outside")
    assert (outside.value, outside.rows) == (1, [{"kind": "school", "services": 1}])


def test_counts_and_outside_make_all(columns):
    got = compute(territories=PLACES, services=SCHOOLS, kinds=KINDS, columns=only(columns, "school_count"))
    assert got.values["school_count"].sum() + got.checks[0].value == (SCHOOLS["kind"] == "school").sum()


def test_a_kind_that_is_found_nowhere_is_not_mapped(columns):
    got = compute(territories=PLACES, services=SCHOOLS, kinds=KINDS, columns=only(columns, "bank_count"))
    assert got.values["bank_count"].isna().all()
    assert (got.flags["bank_count"] == Flag.NOT_MAPPED).all()


def test_services_per_ten_thousand_people(columns):
    people = demand(("01", 500, 0.05, 0.05), ("02", 0, 0.15, 0.05))
    names = ("school_density_per_10000persons", "bank_density_per_10000persons")
    got = compute(territories=PLACES, services=SCHOOLS, demand=people, kinds=KINDS, columns=only(columns, *names))
    assert got.values[names[0]].tolist() == pytest.approx([60, np.nan], nan_ok=True)
    assert got.flags[names[0]].tolist() == ["", Flag.NO_POPULATION]
    assert got.flags[names[1]].tolist() == [Flag.NOT_MAPPED] * 2


def test_times_are_weighted_by_people_who_can_reach_one(columns):
    squares = territories(*WEST_EAST, box(1, 1, 2, 2))
    people = demand(("01", 100, 0.01, 0.01), ("01", 300, 0.02, 0.02), ("01", 50, 0.03, 0.03), ("02", 9, 0.15, 0.05))
    minutes = pd.DataFrame({"minutes": [10.0, 30.0, np.nan, np.nan], "edge_min": np.nan}, index=people["demand_id"])
    got = compute(
        territories=squares, services=SCHOOLS, demand=people, service_times={"school": minutes}, kinds=KINDS,
        columns=only(columns, "time_school_mean_min"),
    )  # fmt: skip
    assert got.values["time_school_mean_min"].tolist() == pytest.approx([25, np.nan, np.nan], nan_ok=True)
    assert got.flags["time_school_mean_min"].tolist() == ["", Flag.UNREACHABLE, Flag.NO_DEMAND]
