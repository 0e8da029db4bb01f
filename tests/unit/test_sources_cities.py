"""Cities from the GeoNames dump and the urban centre database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from servers.bench import ALFA, BETA
from servers.bodies import Place
from servers.loopback import Fault
from servers.samples import geopackage, zipped

from comarca.errors import InputError
from comarca.fetch.providers.index import PROVIDERS
from comarca.layers.schemas import validate_layer
from comarca.sources.cities import geonames as geonames_cities
from comarca.sources.cities import ucdb as ucdb_cities
from comarca.sources.cities.fetched import READERS, cities
from comarca.sources.cities.read import scan_places

if TYPE_CHECKING:
    import geopandas as gpd
    from servers.bench import Desk


def territories(place: Place) -> gpd.GeoDataFrame:
    frame = place.units.rename(columns={"code": "territory_id", "name": "territory_name", "province": "parent_name"})
    frame = frame.assign(country=place.iso3)
    return validate_layer(
        frame[["territory_id", "territory_name", "parent_name", "country", "geometry"]], "territories"
    )


def test_the_dump_is_read_with_its_quotes_and_its_unknowns(desk: Desk) -> None:
    desk.world.geonames(ALFA)
    receipt = desk.fetch("cities", ALFA, "geonames_dump").files[0]
    cities = geonames_cities.cities(Path(receipt.path), territories(ALFA)).set_index("city_name")
    assert sorted(cities.index) == ["El Alto", 'San José "La Villa"']
    assert cities.loc['San José "La Villa"', "population_persons"] == 60_000
    assert np.isnan(cities.loc["El Alto", "population_persons"])
    assert set(cities["country"]) == {"XAA"}


def test_namibia_is_a_country_and_no_missing_value(tmp_path: Path, desk: Desk) -> None:
    path = desk.world.geonames(ALFA)
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    (tmp_path / "dump.zip").write_bytes(body)
    windhoek = territories(Place("NAM", 17.0, -22.6))
    assert geonames_cities.cities(tmp_path / "dump.zip", windhoek)["country"].tolist() == ["NAM"]


def test_places_abroad_count_up_to_the_buffer(desk: Desk) -> None:
    desk.world.geonames(ALFA)
    desk.world.geonames(Place("BRA", ALFA.left + 0.5, ALFA.bottom))
    path = Path(desk.fetch("cities", ALFA, "geonames_dump").files[0].path)
    near = geonames_cities.cities(path, territories(ALFA), abroad_buffer_km=50.0)
    assert set(near["country"]) == {"XAA", "BRA"}
    assert set(geonames_cities.cities(path, territories(ALFA), abroad_buffer_km=10.0)["country"]) == {"XAA"}


def test_a_dump_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.zip"
    path.write_bytes(zipped({"cities1000.txt": b"1\ta\tb\n"}))
    with pytest.raises(InputError, match="3 columns"):
        geonames_cities.cities(path, territories(ALFA))
    path.write_bytes(zipped({"x.csv": b"1"}))
    with pytest.raises(InputError, match="one table"):
        geonames_cities.cities(path, territories(ALFA))


def test_one_dump_serves_all_countries(desk: Desk) -> None:
    path = desk.world.geonames(ALFA)
    first, second = (desk.fetch("cities", place, "geonames_dump").files[0] for place in (ALFA, BETA))
    assert first == second
    assert desk.server.hits(path) == 1


def test_urban_centres_come_as_polygons_with_codes_where_the_name_is_known(desk: Desk) -> None:
    desk.world.ucdb(ALFA)
    path = Path(desk.fetch("cities", ALFA, "ucdb").files[0].path)
    cities = ucdb_cities.cities(path, territories(ALFA))
    assert cities[["city_id", "city_name", "country"]].to_numpy().tolist() == [["1", "San José", "NIC"]]
    assert cities["population_persons"].tolist() == [61_234.5]
    assert cities.geometry[0].contains(shapely.Point(ALFA.capital))
    assert ucdb_cities.cities(path, territories(BETA)).empty


def test_a_database_without_its_layer_or_fields_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ucdb.zip"
    path.write_bytes(zipped({"x.gpkg": geopackage({"OTHER": ALFA.units})}))
    with pytest.raises(InputError, match="GENERAL_CHARACTERISTICS"):
        ucdb_cities.cities(path, territories(ALFA))
    path.write_bytes(zipped({"x.gpkg": geopackage({"A_GENERAL_CHARACTERISTICS_B": ALFA.units})}))
    with pytest.raises(InputError, match="the fields"):
        ucdb_cities.cities(path, territories(ALFA))


def test_the_offline_copy_stands_at_the_end_of_the_ladder(desk: Desk) -> None:
    path = desk.world.geonames(ALFA)
    desk.server.fail(path, *[Fault("html")] * 10)
    receipt = desk.fetch("cities", ALFA, "geonames_dump", "geonames")
    assert (receipt.provider, receipt.files) == ("geonames", ())
    assert "please log in" in receipt.tried[0].reason


def test_each_provider_of_files_has_a_reader_and_sections_of_a_city_are_merged(desk: Desk) -> None:
    assert set(READERS) == set(PROVIDERS["cities"])
    desk.world.geonames(ALFA)
    paths = [Path(desk.fetch("cities", ALFA, "geonames_dump").files[0].path)]
    merged, checks = cities(paths, territories(ALFA), provider="geonames_dump", abroad_buffer_km=50.0)
    assert sorted(merged["city_name"]) == ["El Alto", 'San José "La Villa"']
    assert [check.name for check in checks] == ["cities_merged"]


def test_places_are_scanned_as_json_reads_them_or_not_at_all():
    place = {"geonameid": 1, "name": 'A "B" \\ \u00e9', "latitude": -1.5, "longitude": 2e-05, "countrycode": "NA",
             "population": 0, "timezone": "", "alternatenames": ["x"]}  # fmt: skip
    other = place | {"geonameid": 2, "name": "\U0001f600"}
    text = json.dumps({"1": place, "2": other})
    number, name, latitude, longitude, code, persons = scan_places(text)
    assert (number, name, code) == (["1", "2"], [place["name"], other["name"]], ["NA", "NA"])
    assert ([*map(float, latitude)], [*map(float, longitude)], persons) == ([-1.5] * 2, [2e-05] * 2, ["0", "0"])
    assert scan_places(json.dumps({"1": place, "2": dict(reversed(other.items()))})) is None
