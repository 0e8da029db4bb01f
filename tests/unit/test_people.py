"""People gathered by territory, and the areas that stand for them where nobody knows how many there are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from comarca.layers.schemas import validate_layer
from comarca.population.people import demand_weight, mean_over_people, people_by_territory

INDEX = pd.Index(["01", "02", "03"], name="territory_id")


def layer(persons, area_km2) -> gpd.GeoDataFrame:
    ids = [f"d{n}" for n in range(3)]
    columns = {
        "demand_id": ids,
        "territory_id": ["01", "01", "02"],
        "population_persons": persons,
        "area_km2": area_km2,
    }
    types = {"demand_id": "str", "territory_id": "str", "population_persons": float, "area_km2": float}
    points = gpd.points_from_xy([0.0, 0.1, 0.2], [0.0, 0.0, 0.0])
    return validate_layer(gpd.GeoDataFrame(pd.DataFrame(columns).astype(types), geometry=points, crs=4326), "demand")


def test_people_weigh_where_they_are_known_and_areas_where_they_are_not():
    assert demand_weight(layer([10, 0, 5], np.nan)).tolist() == [10, 0, 5]
    assert demand_weight(layer(np.nan, [1.5, 1.0, 2.0])).tolist() == [1.5, 1.0, 2.0]


def test_people_are_summed_by_territory_and_unknown_where_no_point_is():
    people = people_by_territory(layer([10, 4, 5], np.nan), INDEX)
    assert people.tolist()[:2] == [14, 5]
    assert np.isnan(people["03"])
    half = people_by_territory(layer([10, 4, 5], np.nan), INDEX, where=[0.5, 0, 1])
    assert half.tolist()[:2] == [5, 5]


def test_a_mean_is_over_the_people_with_a_value():
    demand = layer([10, 30, 5], np.nan)
    assert mean_over_people(demand, [1.0, 5.0, np.nan], INDEX)["01"] == pytest.approx((10 + 150) / 40)
    assert mean_over_people(demand, [np.nan, 5.0, np.nan], INDEX).tolist()[0] == 5.0
    assert np.isnan(mean_over_people(demand, [1.0, 5.0, np.nan], INDEX)["02"])
    assert mean_over_people(demand, [True, False, True], INDEX).tolist()[:2] == [0.25, 1.0]
