"""Times to services: one table per kind, over roads and on foot."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from families import demand
from road_cases import network_of
from shapely.geometry import Point

from comarca.access.model import Walking
from comarca.access.routable import demand_origins, routable_network
from comarca.access.services import services_of, services_off_network, times_by_kind
from comarca.results import Flag

KM = 1.1131949


def services(*rows: tuple[str, float, float]) -> gpd.GeoDataFrame:
    kinds, lon, lat = zip(*rows, strict=True)
    ids = [f"n{n}" for n in range(len(rows))]
    points = [Point(*each) for each in zip(lon, lat, strict=True)]
    return gpd.GeoDataFrame({"service_id": ids, "kind": kinds, "name": None}, geometry=points, crs=4326)


def test_each_kind_has_a_table_and_what_is_far_from_every_road_is_reported():
    network = network_of([[(0, 0), (0.1, 0)]], speed_kmh=60)
    layer = services(("school", 0.02, 0), ("school", 0.09, 0), ("hospital", 0.1, 0), ("bank", 0.05, 0.5))
    people = demand(("01", 1, 0.03, 0), ("01", 1, 0.08, 0))
    kinds, walking = ["school", "hospital", "bank", "fuel"], Walking(fragment_max_km=0)
    used = services_of(layer, kinds)
    routable = routable_network(network, used, identifier="service_id", walking=walking)
    origins, kind_of = demand_origins(routable, people), used["kind"].to_numpy(dtype=object)
    times = times_by_kind(routable, kind_of, origins, kinds=kinds, demand_id=people["demand_id"], walking=walking)
    assert list(times) == kinds
    school, hospital, bank, fuel = times.values()
    assert school.index.tolist() == ["d000", "d001"]
    assert school["minutes"].tolist() == pytest.approx([KM, KM], rel=1e-4)
    assert hospital["km"].tolist() == pytest.approx([7 * KM, 2 * KM], rel=1e-4)
    assert bank["minutes"].isna().all()
    assert bank["reason"].tolist() == [Flag.UNREACHABLE] * 2
    assert fuel["minutes"].isna().all()
    assert np.isnan(fuel["km"]).all()
    check = services_off_network(routable, kind_of)
    assert (check.value, check.rows) == (1, [{"service_id": "n3", "kind": "bank"}])
