"""Columns are dated by the layer that they measure."""

from dataclasses import replace
from pathlib import Path

import pytest

from comarca.provenance import InputFile
from comarca.registry import load_registry
from comarca.vintage import column_years, section_years

REGISTRY = load_registry(Path(__file__).parents[2] / "workflow/registry/indicators")
OSM = InputFile("osm", "OpenStreetMap", "", "x.pbf", None, "", 0, None, "2013-08-03T19:00:02Z", "", "")


def columns(family, *layers):
    fields = {"city_class": ["town"], "time_threshold": ["60"], "road_class": ["primary"], "power_km": ["5"],
              "service": ["school"], "economy_sector": ["shop"], "employment_sector": ["a"]}  # fmt: skip
    return REGISTRY.columns(family, fields=fields, layers={"territories", *layers})[0]


def years_of(family, *layers, years):
    needed = {name: entry.layers for name, entry in REGISTRY.families.items()}
    return column_years(columns(family, *layers), family_layers=needed, years=years)


def test_what_comes_from_osm_is_as_old_as_the_extract():
    providers = {"osm": ["file"], "roads": ["osm"], "population": ["settlements"], "cities": ["geonames"]}
    assert section_years([OSM], providers=providers) == {"osm": 2013, "roads": 2013, "population": 2013}


def test_a_file_of_ones_own_does_not_get_the_date_of_osm():
    providers = {"osm": ["file"], "roads": ["file"], "population": ["worldpop", "settlements"]}
    roads = replace(OSM, layer="roads", data_date=None)
    people = replace(OSM, layer="population", data_date="2020")
    assert section_years([OSM, roads, people], providers=providers) == {"osm": 2013, "population": 2020}


def test_the_year_in_a_table_counts_for_more_than_that_of_its_file():
    holdings = replace(OSM, layer="holdings", data_date="2024-01-31")
    assert section_years([holdings], providers={"holdings": ["file"]}, tables={"holdings": 2006}) == {"holdings": 2006}


def test_travel_times_are_as_old_as_the_roads_and_density_as_the_people():
    years = {"roads": 2013, "population": 2020, "cities": 2024, "territories": 2018}
    access = years_of("access", "demand", "cities", "travel_times", years=years)
    assert set(access.values()) == {2013}
    territory = years_of("territory", "demand", "population", years=years)
    assert territory["population_density_persons_per_km2"] == 2020
    assert territory["area_km2"] == 2018


@pytest.mark.parametrize(("years", "expected"), [({"osm": 2013, "land_cover": 2020}, 2020), ({"osm": 2013}, 2013)])
def test_farmland_is_dated_by_land_cover_or_else_by_osm(years, expected):
    assert years_of("land", "farmland", years=years)["farmland_patch_area_gini_index"] == expected


def test_what_is_not_dated_has_no_year():
    assert years_of("access", "demand", "cities", "travel_times", years={"population": 2020}) == {}
