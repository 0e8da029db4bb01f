"""Numbers, words and lists of the configuration that make no sense are refused before anything is read."""

import math

import pytest

from comarca.config import tables
from comarca.config.read import read_config
from comarca.errors import ConfigError
from comarca.sources.tables import age_groups, employment, holdings, outcomes, public_finance

ROADS = {"provider": "file", "path": "roads.gpkg", "road_class": "kind"}
NONSENSE = {
    "infinite buffer": ({"abroad_buffer_km": math.inf}, "finite"),
    "no number": ({"indicators": {"access": {"walk_kmh": math.nan}}}, "finite"),
    "walking as fast as a car": ({"indicators": {"access": {"walk_kmh": 60}}}, "walk_kmh"),
    "detour of a hundred": ({"indicators": {"access": {"walk_detour_ratio": 100}}}, "walk_detour_ratio"),
    "threshold twice": ({"indicators": {"access": {"time_thresholds_min": [60, 60]}}}, "lists 60 twice"),
    "threshold of a year": ({"indicators": {"access": {"time_thresholds_min": [525_600]}}}, "10000"),
    "kind twice": ({"indicators": {"services": {"kinds": ["school", "school"]}}}, "lists 'school' twice"),
    "no kinds": ({"indicators": {"services": {"kinds": []}}}, "at least 1"),
    "kind with a capital": ({"indicators": {"services": {"kinds": ["School"]}}}, "pattern"),
    "kind with a blank": ({"indicators": {"services": {"kinds": [" school"]}}}, "pattern"),
    "kind of the file's with a blank": (
        {"services": {"provider": "file", "path": "a.gpkg", "kind": "k", "kinds": {"e": "school "}}}, "pattern"),
    "class of a file's with a capital": ({"roads": ROADS | {"classes": {"1": "Primary"}}}, "pattern"),
    "class of a file's that is empty": ({"roads": ROADS | {"classes": {"1": ""}}}, "pattern"),
    "default class with a capital": ({"roads": ROADS | {"default_class": "Primary"}}, "pattern"),
    "no classes of cities": ({"city_classes_persons": {}}, "without any class"),
    "class of cities with a capital": ({"city_classes_persons": {"Town": [20_000, 50_000]}}, "pattern"),
    "class of cities with a blank": ({"city_classes_persons": {"big town": [20_000, 50_000]}}, "pattern"),
    "road class with a capital": ({"indicators": {"infrastructure": {"road_classes": ["Primary"]}}}, "pattern"),
    "no main roads": ({"indicators": {"infrastructure": {"main_road_classes": []}}}, "at least 1"),
    "no fields": ({"indicators": {"land": {"field_classes": []}}}, "at least 1"),
    "small holdings that are large": ({"indicators": {"land": {"small_unit_ha": 50, "large_unit_ha": 5}}}, "at most"),
    "tiny cells": ({"raster_cell_m": 0.001}, "raster_cell_m"),
    "huge cells": ({"demand_cell_m": 1e9}, "demand_cell_m"),
    "year with a digit too many": ({"population": {"provider": "worldpop", "year": 20_200}}, "2100"),
    "year before all": ({"land_cover": {"provider": "worldcover", "year": -1}}, "1800"),
    "provider twice": ({"territories": ["cod", "cod"]}, "lists 'cod' twice"),
    "file twice": ({"roads": ROADS | {"path": ["a.gpkg", "a.gpkg"]}}, "lists 'a.gpkg' twice"),
    "column twice": ({"clusters": {"columns": ["area_km2", "area_km2"]}}, "lists 'area_km2' twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_by_its_key(name):
    options, said = NONSENSE[name]
    with pytest.raises(ConfigError) as error:
        read_config({"regions": {"URY": {"country": "URY", **options}}})
    assert said in str(error.value)


def test_regions_that_would_share_a_folder_are_refused():
    with pytest.raises(ConfigError, match="ury and URY would share a folder"):
        read_config({"regions": {"ury": {"country": "URY"}, "URY": {"country": "URY"}}})


@pytest.mark.parametrize("name", [".hidden", "a/b", "..", "", "a b", "-a", "con", "NUL", "com1", "x" * 300])
def test_names_that_are_no_folders_are_refused(name):
    with pytest.raises(ConfigError):
        read_config({"regions": {name: {"country": "URY"}}})


@pytest.mark.parametrize(
    "options",
    [
        {"indicators": {"infrastructure": {"power_distance_km": 0.5, "rural_access_distance_km": 2.5}}},
        {"indicators": {"access": {"time_thresholds_min": []}}},
        {"indicators": {"infrastructure": {"road_classes": []}}},
    ],
)
def test_what_is_unusual_but_sound_passes(options):
    read_config({"regions": {"URY": {"country": "URY", **options}}})


def test_tables_take_the_columns_that_their_readers_read():
    own = {"sex", "size_class", "age_group", "value", "agrarian_households", "territory_name"}
    assert {*holdings.COLUMNS, *holdings.FURTHER} == {*tables.Holdings.TAKES} - own | {"territory_name"}
    assert {*outcomes.COLUMNS} == {*tables.Outcomes.TAKES}
    assert {*age_groups.COLUMNS} == {*tables.AgeGroups.TAKES} - {"age_group"}
    assert {*public_finance.FIGURES} < {*tables.PublicFinance.TAKES}
    for model, (key, figure) in zip((tables.Employment, tables.Firms), employment.TABLES.values(), strict=True):
        assert {key, figure} < {*model.TAKES}
