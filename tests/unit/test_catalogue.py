"""The country catalogue: every code works, and a wrong one is met with the right one."""

from __future__ import annotations

import csv
import string
from typing import TYPE_CHECKING

import pytest

from comarca.errors import ConfigError
from comarca.registry import DATA
from comarca.registry.countries import Level, countries, country

if TYPE_CHECKING:
    from pathlib import Path

#: The 249 codes of ISO 3166-1, counted by first letter.
ISO_COUNT = 249


def test_every_iso_code_is_there_once() -> None:
    codes = [code for code in countries() if code != "XKX"]
    assert len(codes) == len(set(codes)) == ISO_COUNT
    assert all(len(code) == 3 and set(code) <= set(string.ascii_uppercase) for code in codes)


def test_every_country_has_its_names_area_and_continent() -> None:
    for entry in countries().values():
        assert all(entry.names[language] for language in ("en", "es", "pt")), entry
        assert entry.continent, entry
        assert len(entry.iso2) == 2, entry
    without_area = [code for code, entry in countries().items() if entry.area_km2 is None]
    assert without_area == ["UMI", "VAT"]


def test_names_are_those_of_the_language() -> None:
    assert dict(country("BRA").names) == {"en": "Brazil", "es": "Brasil", "pt": "Brasil"}
    assert country("NLD").names["es"] == "Países Bajos"


def test_namibia_is_not_missing() -> None:
    assert country("NAM").iso2 == "NA"
    assert country("NIC").continent == "North America"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("ECQ", "ECU"), ("nic", "NIC"), ("NI", "NIC"), ("Nicaragua", "NIC"), ("brasil", "BRA"), ("Guatemla", "GTM"),
     ("BRZ", "BRA")],
)  # fmt: skip
def test_an_unknown_code_is_met_with_the_right_one(wrong: str, right: str) -> None:
    with pytest.raises(ConfigError, match=rf"got '{wrong}'.*Did you mean.*{right}"):
        country(wrong)


@pytest.mark.parametrize("code", ["XAA", "XZZ", "AAA", "QMA", "QZZ", "ZZZ"])
def test_user_assigned_codes_make_a_country_of_which_nothing_is_known(code: str) -> None:
    made_up = country(code)
    assert (made_up.iso3, made_up.extract, made_up.units) == (code, "", None)
    assert made_up.level("cod") == Level(2, exact=False)


@pytest.mark.parametrize("code", ["QLA", "ABA", "ZAB", ""])
def test_codes_that_are_nobodys_are_refused(code: str) -> None:
    with pytest.raises(ConfigError):
        country(code)


def test_latin_america_and_the_caribbean_are_curated() -> None:
    american = [entry for entry in countries().values() if entry.is_latin_american]
    assert len(american) == 50
    assert all(entry.extract for entry in american)
    large = {"ARG", "BOL", "BRA", "CHL", "COL", "CRI", "CUB", "DOM", "ECU", "GTM", "HND", "HTI", "MEX", "NIC", "PAN",
             "PER", "PRY", "SLV", "URY", "VEN"}  # fmt: skip
    for code in large:
        entry = country(code)
        assert entry.units is not None
        assert entry.units[0] <= entry.units[1]
        assert set(entry.levels) == {"cod", "cod_parquet", "fieldmaps", "geoboundaries", "gadm"}
        assert entry.unit


def test_combined_extracts_are_known() -> None:
    assert country("HTI").extract == country("DOM").extract == "central-america/haiti-and-domrep"
    assert country("BRB").extract == "central-america"
    assert country("SEN").extract == country("GMB").extract


def test_the_level_that_holds_the_units_depends_on_the_provider() -> None:
    peru = country("PER")
    assert peru.level("geoboundaries") is None
    assert peru.level("gadm") == Level(3, exact=True)
    assert peru.level("geoboundaries", asked=2) == Level(2, exact=True)
    assert country("DEU").level("gadm") == Level(2, exact=False)


@pytest.mark.parametrize(
    ("count", "status"), [(153, "pass"), (160, "pass"), (161, "warn"), (146, "pass"), (145, "warn")]
)
def test_the_number_of_units_is_held_against_the_catalogue_within_a_twentieth(count: int, status: str) -> None:
    assert country("NIC").check_units(count).status == status


def test_no_number_is_made_up_where_none_is_known() -> None:
    assert country("DEU").check_units(400).status == "info"


def test_the_suggested_system_is_centred_on_the_country() -> None:
    system = country("NIC").equal_area_crs
    assert system is not None
    assert system.coordinate_operation is not None
    assert system.coordinate_operation.method_name == "Lambert Azimuthal Equal Area"
    assert country("ATA").equal_area_crs is None


def test_countries_across_the_date_line_are_not_centred_in_africa() -> None:
    for code in ("FJI", "NZL", "RUS"):
        centre = country(code).centre
        assert centre is not None
        assert abs(centre[0]) > 60


def test_every_row_of_the_table_is_clean() -> None:
    path: Path = DATA / "countries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["iso3"] for row in rows] == sorted(row["iso3"] for row in rows)
    for row in rows:
        assert all(value == value.strip() for value in row.values())
        assert row["latin_america"] in {"", "true"}
