"""The adapters against answers that services really gave: an old and a new COD-AB, all tiles of GHSL, all licences.

The recorded answers are read where they lie; without them these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from servers.bench import ALFA
from servers.bodies import cod_frame, gadm_layers, shapefile_members
from servers.samples import geopackage, zipped

from comarca.errors import RetrievalError
from comarca.fetch.providers.cod import rank_resources
from comarca.fetch.providers.tiles import ghsl_tiles
from comarca.registry.countries import Level, country
from comarca.registry.licences import licence_of
from comarca.sources.boundaries import cod as cod_units
from comarca.sources.boundaries import gadm as gadm_units
from comarca.sources.boundaries.fetched import territories
from comarca.sources.cities import geonames
from comarca.sources.names import country_codes, fold_country

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servers.bench import Desk


@pytest.fixture(scope="session")
def providers(cases: Path) -> Path:
    return cases / "providers"


# --- COD-AB, one archive per level --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def dataset(providers: Path) -> dict[str, Any]:
    answer = json.loads((providers / "cod/package_show_cod-ab-caf.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = answer.get("result", answer)
    return found


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4])
def test_of_an_old_dataset_the_archive_of_the_right_level_comes_first(dataset: Mapping[str, Any], level: int) -> None:
    names = [entry["name"] for entry in rank_resources(dataset["resources"], level=level)]
    assert names[0].startswith(f"caf_admbnda_adm{level}_")
    assert len(names) == 5
    assert not any("admbndl" in name or name.endswith(".xlsx") for name in names)


def test_archives_without_a_level_come_before_those_of_another_and_tables_and_lines_not_at_all() -> None:
    names = [
        "x_admbnda_adm0.zip", "x_admbnda_adm2.zip", "x_admin_boundaries.zip", "x_admbndl_admALL.zip", "x_admbndp.zip",
        "x_gazetteer.zip", "x_gz.zip", "x_admin_lines.zip", "x_adm_edge.zip",
    ]  # fmt: skip
    resources = [{"name": name, "format": "SHP", "url": f"https://x.example/{name}"} for name in names]
    assert [entry["name"] for entry in rank_resources(resources, level=2)] == [
        "x_admbnda_adm2.zip", "x_admin_boundaries.zip", "x_admbnda_adm0.zip",
    ]  # fmt: skip


def put_old_style(desk: Desk, dataset: Mapping[str, Any], *, without: tuple[int, ...] = ()) -> dict[int, str]:
    """The recorded dataset, with archives of the made-up country behind its own addresses."""
    row = desk.settings().sources["cod_boundaries"]
    answer = {"success": True, "result": dataset}
    desk.world.put("cod", row.more["api"].format(iso3_lower="xaa"), json.dumps(answer).encode())
    paths = {}
    for entry in dataset["resources"]:
        for level in (0, 1, 2):
            if f"admbnda_adm{level}_" in entry["name"]:
                frame = cod_frame(ALFA, 0 if level in without else level, "old")
                name = entry["name"].removesuffix(".zip")
                body = zipped(shapefile_members(frame, name))
                paths[level] = desk.world.put("cod", entry["url"], body)
    return paths


def test_an_old_dataset_gives_its_units_without_fetching_other_levels(desk: Desk, dataset: Mapping[str, Any]) -> None:
    paths = put_old_style(desk, dataset)
    receipt = desk.fetch("territories", ALFA, "cod", "gadm")
    assert receipt.provider == "cod"
    assert [desk.server.hits(paths[level]) for level in (0, 1, 2)] == [0, 0, 1]
    layer, _ = territories([Path(receipt.files[0].path)], provider="cod", country=country("XAA"), level=2)
    assert len(layer) == 4
    assert "Agency for Technical Cooperation and Development(ACTED)" in receipt.files[0].attribution
    assert receipt.files[0].redistribute


def test_an_archive_that_is_refused_gives_the_turn_to_the_next_of_the_dataset(
    desk: Desk, dataset: Mapping[str, Any]
) -> None:
    """The one of the right name holds the country alone; the one that follows has the units after all."""
    wrong = cod_frame(ALFA, 0, "old").rename(columns=lambda name: name.replace("ADM0", "X"))
    resources = [dict(entry) for entry in dataset["resources"] if "adm2" in entry["name"]]
    whole = {**resources[0], "name": "xaa_adm_shp.zip", "url": resources[0]["url"].replace("caf_admbnda", "xaa_whole")}
    put_old_style(desk, {**dataset, "resources": [*resources, whole]})
    desk.world.put("cod", resources[0]["url"], zipped(shapefile_members(wrong, "caf_admbnda_adm2_x")))
    frame = cod_frame(ALFA, 2, "old")
    desk.world.put("cod", whole["url"], zipped(shapefile_members(frame, "xaa_admbnda_adm2_x")))
    receipt = desk.fetch("territories", ALFA, "cod", options={"level": 2})
    assert receipt.files[0].version == "xaa_adm_shp.zip"
    assert not list(desk.folder.rglob("*.part"))


def test_when_every_archive_is_refused_the_message_names_each(desk: Desk, dataset: Mapping[str, Any]) -> None:
    put_old_style(desk, dataset, without=(1, 2))
    with pytest.raises(RetrievalError, match="cannot be used") as caught:
        desk.fetch("territories", ALFA, "cod", options={"level": 2})
    assert "adm2_200k" in str(caught.value)


def test_boundaries_whose_source_is_gadm_may_not_be_passed_on(desk: Desk, dataset: Mapping[str, Any]) -> None:
    put_old_style(desk, {**dataset, "dataset_source": "GADM database (www.gadm.org), version 2.8"})
    receipt = desk.fetch("territories", ALFA, "cod").files[0]
    assert not receipt.redistribute
    assert "GADM" in receipt.licence
    assert "Source: GADM database (www.gadm.org), version 2.8." in receipt.attribution


def test_all_sources_of_cod_that_are_gadm_are_recognised(
    desk: Desk, dataset: Mapping[str, Any], providers: Path
) -> None:
    from comarca.fetch.providers.cod import _address

    with (providers / "cod/cod_datasets.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["iso_3"]: row["src_name"] for row in csv.DictReader(file)}
    entry = dataset["resources"][1]
    closed = {
        code for code, name in rows.items()
        if _address(entry, {**dataset, "dataset_source": name}, "").redistribute is False
    }  # fmt: skip
    assert len(rows) == 164
    assert {"ABW", "ATG", "BHS", "BLZ", "BRB", "CUB", "CYM", "KNA", "MSR", "PAN", "SLV", "SUR", "TTO", "URY", "VCT",
            "VGB", "PRI", "TCA", "GLP"} <= closed  # fmt: skip
    assert closed == {code for code, name in rows.items() if "gadm" in name.lower()}


# --- COD-AB, one archive of all levels ----------------------------------------------------------------------------


def test_a_new_archive_of_guatemala_is_read_and_its_lake_is_no_unit(providers: Path) -> None:
    path = providers / "cod/gtm_admin_boundaries.geojson.zip"
    layer, checks = cod_units.territories([path], country=country("GTM"), level=Level(2, exact=True))
    assert sorted(layer["territory_name"]) == ["Acatenango", "Yepocapa"]
    assert sorted(layer["territory_id"]) == ["GT0411", "GT0412"]
    assert set(layer["parent_name"]) == {"Chimaltenango"}
    left_out = next(check for check in checks if check.name == "territories_not_units")
    assert [row["name"] for row in left_out.rows] == ["Lago De Atitlán"]


# --- GADM ---------------------------------------------------------------------------------------------------------


def test_kosovo_has_a_code_of_its_own_at_gadm(desk: Desk, tmp_path: Path) -> None:
    kosovo = replace(ALFA, iso3="XKO")
    url = desk.settings().sources["gadm_country"].url[0].format(iso3="XKO")
    assert url.endswith("gadm41_XKO.gpkg")
    path = desk.world.put("gadm", url, geopackage(gadm_layers(kosovo)))
    receipt = desk.fetch("territories", "XKX", "gadm")
    assert desk.server.hits(path) == 1
    layer, _ = gadm_units.territories([Path(receipt.files[0].path)], country=country("XKX"), level=Level(2, exact=True))
    assert len(layer) == 4
    assert set(layer["country"]) == {"XKX"}
    assert not receipt.files[0].redistribute


def test_sint_maarten_is_not_asked_for_at_gadm(desk: Desk) -> None:
    with pytest.raises(RetrievalError, match=r"GADM has no .* level for SXM"):
        desk.fetch("territories", "SXM", "gadm")
    assert desk.server.hits() == 0


# --- GHSL ---------------------------------------------------------------------------------------------------------


def inside_of(entry: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Longitude and latitude of points well inside a tile, as far as the globe reaches there."""
    there = Transformer.from_crs("ESRI:54009", 4326, always_xy=True)
    columns = np.linspace(entry["left"] + 2e4, entry["right"] - 2e4, 25)
    rows = np.linspace(entry["bottom"] + 2e4, entry["top"] - 2e4, 25)
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    longitude, latitude = there.transform(x, y)
    back = there.transform(longitude, latitude, direction="INVERSE")
    exact = np.hypot(back[0] - x, back[1] - y) < 1.0
    return list(zip(longitude[exact], latitude[exact], strict=True))


def test_all_tiles_of_ghsl_lie_where_the_adapter_looks_for_them(providers: Path) -> None:
    text = json.loads((providers / "ghsl/ghsl_tiles.geojson").read_text(encoding="utf-8"))
    entries = [feature["properties"] for feature in text["features"]]
    assert len(entries) == 375
    missed = {}
    for entry in entries:
        points = inside_of(entry)
        assert points, entry
        longitude, latitude = points[len(points) // 2]
        names = ghsl_tiles(shapely.Point(longitude, latitude).buffer(0.01))
        if list(names) != [entry["tile_id"]]:
            missed[entry["tile_id"]] = names
    assert missed == {}


def test_a_tile_of_ghsl_has_the_bounds_of_its_number(providers: Path) -> None:
    from comarca.fetch.providers.tiles import GHSL_LEFT_M, GHSL_TILE_M, GHSL_TOP_M

    text = json.loads((providers / "ghsl/ghsl_tiles.geojson").read_text(encoding="utf-8"))
    for feature in text["features"]:
        entry = feature["properties"]
        row, column = (int(part[1:]) for part in entry["tile_id"].split("_"))
        assert entry["left"] == GHSL_LEFT_M + (column - 1) * GHSL_TILE_M
        assert entry["top"] == GHSL_TOP_M - (row - 1) * GHSL_TILE_M


# --- names of countries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [("Trinidad and Tobago", "TTO"), ("Saint Lucia", "LCA"), ("Antigua and Barbuda", "ATG"),
     ("Saint Kitts and Nevis", "KNA"), ("Saint Vincent and the Grenadines", "VCT"),
     ("Democratic Republic of the Congo", "COD"), ("Republic of the Congo", "COG"), ("Cabo Verde", "CPV"),
     ("Bosnia and Herzegovina", "BIH"), ("Hong Kong", "HKG"), ("Macao", "MAC"), ("Myanmar", "MMR"),
     ("Palestine", "PSE"), ("São Tomé and Príncipe", "STP"), ("Swaziland", "SWZ"), ("Czech Republic", "CZE"),
     ("Turkey", "TUR"), ("Côte d'Ivoire", "CIV"), ("México", "MEX"), ("Curaçao", "CUW")],
)  # fmt: skip
def test_countries_are_known_by_the_names_of_the_urban_centre_database(name: str, code: str) -> None:
    assert country_codes()[fold_country(name)] == code


def test_geonames_are_read_from_real_rows(providers: Path) -> None:
    shapes = [shapely.box(-92.3, 13.7, -88.2, 17.9)]
    area = gpd.GeoDataFrame({"territory_id": ["1"], "country": ["GTM"]}, geometry=shapes, crs=4326)
    cities = geonames.cities(providers / "geonames/cities1000.zip", area)
    assert len(cities)
    assert set(cities["country"]) == {"GTM"}
    assert "Chimaltenango" in set(cities["city_name"])
    assert "Municipio de Yepocapa" not in set(cities["city_name"])  # a municipality is no populated place


# --- licences -----------------------------------------------------------------------------------------------------


def test_the_licences_of_all_rows_of_geoboundaries_are_recognised(providers: Path) -> None:
    with (providers / "geoboundaries/gbopen_api_rows.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["boundaryLicense"] for row in csv.DictReader(file)]
    licences = [licence_of(text) for text in texts]
    assert len(set(texts)) == 25
    assert sum(licence.share_alike for licence in licences) == 270
    assert sum(licence.kind == "odbl" for licence in licences) == 225
    closed = [text for text, licence in zip(texts, licences, strict=True) if not licence.redistribute]
    assert closed.count("Other - Direct Permission") == 5
    assert set(closed) == {"Other - Direct Permission", "Other - Humanitarian", "Pixabay License for Content"}


def test_the_licence_of_a_layer_of_geoboundaries_follows_it_into_its_receipt(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, licence="Creative Commons Attribution-ShareAlike 2.0")
    receipt = desk.fetch("territories", ALFA, "geoboundaries").files[0]
    assert (receipt.share_alike, receipt.redistribute) == (True, True)
    assert receipt.licence == "Creative Commons Attribution-ShareAlike 2.0"


def test_a_layer_of_geoboundaries_by_direct_permission_may_not_be_passed_on(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, licence="Other - Direct Permission")
    assert not desk.fetch("territories", ALFA, "geoboundaries").files[0].redistribute


def test_a_layer_whose_licence_nobody_stated_is_not_taken_for_free(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, api=False)
    receipt = desk.fetch("territories", ALFA, "geoboundaries").files[0]
    assert licence_of(receipt.licence).kind == "unknown"
    assert not receipt.redistribute
