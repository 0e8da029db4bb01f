"""What cities offer, worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, territories
from shapely.geometry import Point, box

from comarca.access.centrality import city_of_service, davies_centrality
from comarca.indicators.centres import compute
from comarca.results import Flag


def services(*rows):
    kind, lon = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"service_id": [str(n) for n in range(len(rows))], "kind": kind, "name": None},
                            geometry=[Point(x, 0.05) for x in lon], crs=4326)  # fmt: skip


def cities(*rows):
    code, persons, place = zip(*rows, strict=True)
    table = {"city_id": code, "city_name": [f"C{name}" for name in code], "country": "XXX",
             "population_persons": np.array(persons, dtype=float), "osm_id": None}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=list(place), crs=4326)


def test_a_service_is_in_the_nearest_disc_or_in_the_area_that_holds_it():
    # 300,000 persons at 3,000 per km2 are a disc of 5.6 km; 10 persons count as one of 1 km.
    layer = cities(("a", 300_000, Point(0, 0.05)), ("b", 10, Point(0.04, 0.05)), ("c", 1, box(0.2, 0, 0.3, 0.1)))
    where = services(("x", 0.01), ("x", 0.036), ("x", 0.03), ("x", 0.055), ("x", 0.21), ("x", 5.0))
    assert city_of_service(where, layer).tolist() == [0, 1, 0, -1, 2, -1]
    assert city_of_service(where, layer.iloc[:0]).tolist() == [-1] * 6


def test_centrality_is_that_of_davies():
    table = davies_centrality(np.array([0, 0, 1, -1, 1]), pd.Series(["school", "bank", "school", "school", "fair"]),
                              city_count=3)  # fmt: skip
    assert table["centrality"].tolist() == pytest.approx([100 / 3 + 100, 100 / 3 + 100, 0])
    assert table["kinds"].tolist() == [2, 2, 0]
    # All services together have 100 per kind, but for the school outside cities.
    assert table["centrality"].sum() == pytest.approx(300 - 100 / 3)


def test_people_have_what_the_city_offers_that_they_reach_first(root):
    layer = cities(("a", 20_000, Point(0.02, 0.05)), ("b", 10_000, Point(0.18, 0.05)), ("abroad", 9, Point(5, 5)))
    offer = services(("school", 0.02), ("bank", 0.021), ("school", 0.18))
    people = demand(("01", 30, 0.05, 0.05), ("01", 10, 0.09, 0.05), ("02", 5, 0.15, 0.05))
    times = pd.DataFrame({"demand_id": people["demand_id"], "minutes": 1.0, "city_id": ["a", "b", "abroad"]})
    columns = columns_of(root, "centres", layers=["demand", "cities", "services", "travel_times", "population"],
                         fields={"city_class": ["town"]})  # fmt: skip
    result = compute(territories=territories(*WEST_EAST), demand=people, cities=layer, services=offer,
                     travel_times={"town": times}, columns=columns)  # fmt: skip
    row = result.values.loc["01"]
    assert row["town_city_centrality_index"] == pytest.approx((30 * 150 + 10 * 50) / 40)
    assert row["town_city_service_kinds_index"] == pytest.approx((30 * 2 + 10 * 1) / 40)
    assert row["town_city_service_density_per_10000persons"] == pytest.approx(1)
    assert row["town_city_hierarchy_index"] == pytest.approx((30 * 1 + 10 * 2) / 40)
    assert result.values.loc["02"].isna().all()
    assert (result.flags.loc["02"] == Flag.UNREACHABLE).all()
    assert result.checks[0].rows[0] == {"city": "Ca", "centrality": 150.0}
