"""Travel times for the catchment scheme: from the network to the class."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from road_cases import network_of
from shapely.geometry import Point

from comarca.access.cities import urca_travel_times
from comarca.access.routable import routable_network
from comarca.access.urca import CITY_SIZES_PERSONS, NAMES, classify

#: Degrees of longitude on the equator that take a minute at 60 km/h.
MINUTE = 1 / 111.31949079


@pytest.mark.parametrize(
    ("town_min", "large_min", "name"),
    [
        (50, 59, "within_1h_of_1m_to_5m"),
        (50, 61, "within_1h_of_20k_to_50k"),
        (61, 119, "1h_to_2h_of_1m_to_5m"),
        (179, 181, "2h_to_3h_of_20k_to_50k"),
        (181, 200, "hinterland"),
    ],
)
def test_the_larger_city_of_the_nearest_band_counts(town_min, large_min, name):
    cities = gpd.GeoDataFrame(
        {
            "city_id": ["a", "b", "c"],
            "city_name": "x",
            "country": "AAA",
            "population_persons": [30_000.0, 2e6, 19_999.0],
            "osm_id": None,
        },
        geometry=[Point(-town_min * MINUTE, 0), Point(large_min * MINUTE, 0), Point(0.001, 0)],
        crs=4326,
    )
    demand = gpd.GeoDataFrame(
        {"demand_id": ["d"], "territory_id": "1", "population_persons": 1.0, "area_km2": np.nan},
        geometry=[Point(0, 0)],
        crs=4326,
    )
    network = network_of([[(lon, 0) for lon in np.linspace(-4, 4, 401)]], speed_kmh=60.0)
    times = urca_travel_times(routable_network(network, cities, identifier="city_id"), cities, demand)
    assert list(times)[:7] == list(CITY_SIZES_PERSONS)
    times = times[list(CITY_SIZES_PERSONS)]
    assert list(times.index) == ["d"]
    assert times.loc["d", "20k_to_50k"] == pytest.approx(town_min, abs=1e-3)
    assert times.loc["d", "1m_to_5m"] == pytest.approx(large_min, abs=1e-3)
    assert times.loc["d"].isna().sum() == len(CITY_SIZES_PERSONS) - 2
    assert NAMES[int(classify(times, density_persons_per_km2=np.zeros(1))[0])] == name
