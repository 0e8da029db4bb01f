"""Which year a column describes."""

from __future__ import annotations

import pytest
from families import columns_of

from comarca.config.region import Region
from comarca.fetch.receipts import LayerReceipt
from comarca.layers.index import origins
from comarca.plan.layers import layers_of_extract
from comarca.plan.years import column_years, year_of, year_of_people


@pytest.mark.parametrize(
    ("date", "year"), [("2013-08-03T19:00:02Z", 2013), ("2020", 2020), ("R2025A", 2025), ("", None), (None, None),
                       ("120130", None)],
)  # fmt: skip
def test_the_year_is_taken_out_of_a_date(date, year):
    assert year_of(date) == year


def test_a_column_is_as_old_as_the_oldest_layer_it_rests_on(root):
    layers = ["roads", "power", "demand", "population", "degree_of_urbanisation", "surfaces"]
    columns = columns_of(root, "infrastructure", layers=layers, fields={"power_distance": ["5"]})
    years = column_years(
        columns, {"infrastructure": ("territories",)}, {"roads": 2021, "population": 2020, "power": 2015}
    )
    assert years["road_density_km_per_100km2"] == 2021
    assert years["rural_access_index_share"] == 2020
    assert years["power_line_density_km_per_100km2"] == 2015
    assert years["population_within_5km_power_line_share"] == 2015


def test_a_column_whose_sources_bear_no_date_has_no_year(root):
    columns = columns_of(root, "infrastructure", layers=["roads"])
    assert column_years(columns, {"infrastructure": ("territories",)}, {"population": 2020}) == {}


def test_what_comes_from_the_extract_has_its_year():
    example = Region(
        country="LIE", osm={"provider": "file", "path": "x.osm.pbf"}, population="settlements", power="none"
    )
    of_extract = layers_of_extract(example)
    assert {"land_use", "economy", "roads", "services", "population", "places"} <= of_extract
    assert not {"power", "cities", "territories"} & of_extract
    given = {"provider": "file", "path": "x", "id": "a", "name": "b"}
    assert layers_of_extract(Region(country="LIE", osm="none", territories=given)) == frozenset()


def test_what_is_made_from_others_has_their_date():
    assert origins("travel_times") == {"roads", "cities"}
    assert origins("land_cover_patches") == {"land_cover_areas"}
    assert origins("farmland") == {"land_use", "land_cover_areas"}
    assert origins("demand") == origins("degree_of_urbanisation") == {"population"}
    assert origins("power") == {"power"}


def test_boundaries_do_not_date_a_column(root):
    columns = columns_of(root, "infrastructure", layers=["roads"])
    years = column_years(columns, {"infrastructure": ("territories",)}, {"territories": 2001, "roads": 2021})
    assert set(years.values()) == {2021}


@pytest.mark.parametrize(("provider", "year"), [("settlements", 2021), ("file", 2019), ("worldpop", None)])
def test_people_are_as_old_as_what_they_came_from_in_the_end(provider, year):
    receipt = LayerReceipt(layer="population", country="LIE", status="ready", provider=provider, files=(), tried=())
    assert year_of_people(receipt, configured=2019, extract=2021) == year
    assert year_of_people(None, configured=2019, extract=2021) == 2019
