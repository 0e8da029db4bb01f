"""People held against cities and country."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from families import territories
from shapely.geometry import box

from comarca.crs import geodesic_area_km2
from comarca.population.plausibility import plausibility_check
from comarca.registry.countries import countries

PLACES = territories(box(-57, -25, -56.9, -24.9))
AREA_KM2 = float(geodesic_area_km2(PLACES.geometry).sum())
#: 20 persons per km2 on land a hundred times as large.
COUNTRY = replace(countries()["PRY"], area_km2=100 * AREA_KM2, population_persons=2_000 * AREA_KM2)
ON_LAND = 20 * AREA_KM2


def check(persons, *, cities=(), country=COUNTRY):
    rows = {"population_persons": np.array([each for each, *_ in cities], dtype=float)}
    points = gpd.points_from_xy([lon for _, lon, _ in cities], [lat for *_, lat in cities])
    layer = gpd.GeoDataFrame(rows, geometry=points, crs=4326)
    return plausibility_check(persons, territories=PLACES, cities=layer, country=country)


TOWN = ((5_000.0, -56.95, -24.95), (np.nan, -56.96, -24.95), (900_000.0, -56.5, -24.95))


@pytest.mark.parametrize(
    ("persons", "status", "factor"),
    [
        (5_000, "pass", 1),
        (5_000 + ON_LAND, "pass", 1),
        (2_501, "pass", 5_000 / 2_501),
        (2_499, "warn", 5_000 / 2_499),
        (499, "fail", 5_000 / 499),
        (0, "fail", None),
        ((5_000 + ON_LAND) * 2.01, "warn", 2.01),
        ((5_000 + ON_LAND) * 32, "fail", 32),
    ],
)
def test_people_are_at_least_those_of_the_cities_and_at_most_those_and_what_the_land_has(persons, status, factor):
    got = check(persons, cities=TOWN)
    assert got.status == status
    assert got.value == pytest.approx(factor)
    assert ("per km2" in got.message) == (status != "pass")


def test_a_country_is_held_against_its_population():
    whole = replace(COUNTRY, area_km2=1.05 * AREA_KM2, population_persons=1_000_000)
    assert check(600_000, country=whole).status == "pass"
    assert check(400_000, country=whole).status == "warn"
    assert check(12_000_000, country=whole).status == "fail"


def test_without_cities_and_country_nothing_is_expected():
    assert check(5.0, country=replace(COUNTRY, area_km2=None, population_persons=None)).status == "pass"
