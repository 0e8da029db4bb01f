"""Boundaries from geoBoundaries, COD-AB and GADM, in the formats and with the quirks they come in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from servers.bench import ALFA
from servers.bodies import gadm_layers, geoboundaries_frame
from servers.loopback import Fault
from servers.samples import geojson, geopackage, zipped
from servers.world import SOURCES

from comarca.errors import InputError, RetrievalError
from comarca.fetch.providers.index import PROVIDERS
from comarca.registry.countries import Country, Level, country
from comarca.sources.boundaries import cod as cod_units
from comarca.sources.boundaries import gadm as gadm_units
from comarca.sources.boundaries import geoboundaries as geoboundaries_units
from comarca.sources.boundaries.fetched import READERS
from comarca.sources.boundaries.fetched import territories as fetched_territories
from comarca.sources.boundaries.provider_file import choose_level, parents_by_place

if TYPE_CHECKING:
    from servers.bench import Desk

    from comarca.fetch.receipts import LayerReceipt

NAMES = ["El Alto", "San José", "Santa Cruz", "Ñeembucú"]
ANY = Level(2, exact=False)


def paths(receipt: LayerReceipt) -> list[Path]:
    return [Path(file.path) for file in receipt.files]


def check_units(territories: gpd.GeoDataFrame) -> None:
    assert sorted(territories["territory_name"]) == NAMES
    assert dict(zip(territories["territory_name"], territories["parent_name"], strict=True)) == {
        "San José": "Sur", "Santa Cruz": "Sur", "Ñeembucú": "Norte", "El Alto": "Norte",
    }  # fmt: skip
    assert set(territories["country"]) == {"XAA"}
    assert shapely.equals_exact(territories.union_all().normalize(), ALFA.outline.normalize(), tolerance=1e-9)


# --- geoBoundaries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [{}, {"as_list": True}, {"lfs": "redirect"}, {"lfs": "pointer"}, {"api": False}])
def test_geoboundaries_gives_units_and_the_names_of_their_parents(desk: Desk, shape: dict[str, Any]) -> None:
    desk.world.geoboundaries(ALFA, **shape)
    receipt = desk.fetch("territories", ALFA, "geoboundaries")
    territories, _ = geoboundaries_units.territories(paths(receipt), country=country("XAA"), level=ANY)
    check_units(territories)
    assert territories["territory_id"].str.startswith("XAA2B").all()


def test_licence_year_and_source_are_those_of_the_layer(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA)
    receipt = desk.fetch("territories", ALFA, "geoboundaries").files[0]
    assert (receipt.licence, receipt.data_date) == ("CC BY 4.0", "2021")
    assert receipt.attribution.endswith("Source: Instituto Geográfico.")
    assert receipt.version == "9469f09"


def test_an_object_behind_a_pointer_has_the_checksum_that_the_pointer_states(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, lfs="pointer")
    for path in [path for path in desk.server.documents if path.startswith("/geoboundaries/media/")]:
        body = desk.server.documents[path].body
        assert isinstance(body, bytes)
        desk.server.put(path, body.replace(b"San", b"Sun"))
    receipt = desk.fetch("territories", ALFA, "geoboundaries", required=False)
    assert receipt.status == "missing"
    assert "the sha256 is" in receipt.tried[0].reason


def test_a_release_that_moved_is_found_through_the_api(desk: Desk) -> None:
    """Peers, row 4: upstream renames files."""
    desk.world.geoboundaries(ALFA, release="abcdef0")
    receipt = desk.fetch("territories", ALFA, "geoboundaries").files[0]
    assert receipt.version == "abcdef0"


def test_where_the_level_is_a_guess_a_coarser_one_serves_and_that_is_noted(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, levels=(0, 1))
    receipt = desk.fetch("territories", ALFA, "geoboundaries")
    assert Path(receipt.files[0].path).name == "ADM1_for_ADM2.geojson"
    assert "ADM2 is not offered; ADM1 was taken" in receipt.files[0].note
    territories, _ = geoboundaries_units.territories(paths(receipt), country=country("XAA"), level=ANY)
    assert sorted(territories["territory_name"]) == ["Norte", "Sur"]
    assert territories["parent_name"].isna().all()


def test_a_coarser_level_fetched_for_another_purpose_is_not_taken_for_the_units(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA)
    desk.fetch("territories", ALFA, "geoboundaries", options={"level": 1})
    receipt = desk.fetch("territories", ALFA, "geoboundaries")
    assert Path(receipt.files[0].path).name == "ADM2.geojson"


def test_a_coarser_level_never_stands_in_because_a_server_failed(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA)
    for template in SOURCES["geoboundaries_units"].url:
        path = desk.world.path("geoboundaries", template.format(iso3="XAA", level=2, version="9469f09"))
        desk.server.fail(path, *[Fault("status", 503)] * 50)
    assert desk.fetch("territories", ALFA, "geoboundaries", required=False).status == "missing"


def test_a_level_that_is_known_has_no_substitute(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, levels=(0, 1))
    receipt = desk.fetch("territories", ALFA, "geoboundaries", options={"level": 2}, required=False)
    assert receipt.status == "missing"


def test_a_provider_without_the_units_is_not_even_asked(desk: Desk) -> None:
    receipt = desk.fetch("territories", "PER", "geoboundaries", required=False)
    assert receipt.status == "missing"
    assert "no distrito level for PER" in receipt.tried[0].reason
    assert desk.server.hits() == 0


def test_the_units_do_without_their_parents(desk: Desk) -> None:
    desk.world.geoboundaries(ALFA, levels=(0, 2))
    receipt = desk.fetch("territories", ALFA, "geoboundaries")
    territories, _ = geoboundaries_units.territories(paths(receipt), country=country("XAA"), level=ANY)
    assert territories["parent_name"].isna().all()


def with_rules(**rules: Any) -> Country:
    return Country(**{**vars(country("XAA")), **rules})


def test_lakes_and_repeated_rows_are_no_units(tmp_path: Path) -> None:
    """Lago de Yojoa is not a municipality, and Tocopilla is one (geoBoundaries issues 2786 and 1730)."""
    frame = geoboundaries_frame(ALFA, 2)
    lake = frame.iloc[[1]].assign(shapeName="LAGO DE YOJOA", shapeID="lake")
    twin = frame.iloc[[0]].assign(shapeID="twin")
    path = tmp_path / "ADM2.geojson"
    gpd.GeoDataFrame(gpd.pd.concat([frame, lake, twin], ignore_index=True), crs=4326).to_file(path)
    found, checks = geoboundaries_units.territories(
        [path], country=with_rules(not_units=("Lago de Yojoa",), units=(4, 4)), level=ANY
    )
    assert sorted(found["territory_name"]) == NAMES
    by_name = {check.name: check for check in checks}
    assert by_name["territory_count"].status == "pass"
    assert by_name["territories_not_units"].value == 2


def test_a_number_of_units_far_from_the_catalogues_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "ADM2.geojson"
    geoboundaries_frame(ALFA, 2).to_file(path)
    _, checks = geoboundaries_units.territories([path], country=with_rules(units=(150, 153)), level=ANY)
    assert next(check for check in checks if check.name == "territory_count").status == "warn"


# --- COD-AB -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["new", "old"])
@pytest.mark.parametrize("kind", ["shp", "geojson"])
def test_cod_is_read_in_the_new_and_the_old_naming(desk: Desk, style: str, kind: str) -> None:
    desk.world.cod(ALFA, style=style, kind=kind)
    receipt = desk.fetch("territories", ALFA, "cod")
    territories, _ = cod_units.territories(paths(receipt), country=country("XAA"), level=ANY)
    check_units(territories)
    assert sorted(territories["territory_id"]) == ["XA0101", "XA0102", "XA0201", "XA0202"]
    assert receipt.files[0].licence == "CC BY-IGO"
    assert receipt.files[0].data_date == "2025-06-30"


def test_cod_takes_a_coarser_level_only_where_the_level_is_a_guess(desk: Desk) -> None:
    desk.world.cod(ALFA, levels=(0, 1))
    path = paths(desk.fetch("territories", ALFA, "cod"))[0]
    territories, _ = cod_units.territories([path], country=country("XAA"), level=ANY)
    assert sorted(territories["territory_name"]) == ["Norte", "Sur"]
    with pytest.raises(InputError, match=r"levels \[0, 1\], expected level 2|got 'levels \[0, 1\]', expected level 2"):
        cod_units.territories([path], country=country("XAA"), level=Level(2, exact=True))


def test_a_dataset_that_does_not_exist_is_not_there(desk: Desk) -> None:
    receipt = desk.fetch("territories", ALFA, "cod", required=False)
    assert "HTTP 404" in receipt.tried[0].reason
    assert "data.humdata.org/dataset/cod-ab-xaa" in receipt.tried[0].remedy


def test_a_dataset_without_archives_names_what_it_has(desk: Desk) -> None:
    api = SOURCES["cod_boundaries"].more["api"].format(iso3_lower="xaa")
    desk.world.put("cod", api, b'{"result": {"resources": [{"name": "a.pdf", "format": "PDF", "url": "x/a.pdf"}]}}')
    assert "offered: PDF" in desk.fetch("territories", ALFA, "cod", required=False).tried[0].reason


def test_an_answer_of_another_shape_says_so(desk: Desk) -> None:
    desk.world.put("cod", SOURCES["cod_boundaries"].more["api"].format(iso3_lower="xaa"), b'{"help": "x"}')
    assert "its format has changed" in desk.fetch("territories", ALFA, "cod", required=False).tried[0].reason


# --- GADM ---------------------------------------------------------------------------------------------------------


def test_gadm_gives_the_countrys_own_land_units(desk: Desk) -> None:
    """Peers, row 8: rows of disputed areas, null names that are the text NA, lakes that stand as units."""
    desk.world.gadm(ALFA)
    receipt = desk.fetch("territories", ALFA, "gadm")
    territories, _ = gadm_units.territories(paths(receipt), country=country("XAA"), level=ANY)
    check_units(territories)
    assert "redistribution is not allowed" in receipt.files[0].licence


@pytest.mark.parametrize(("number", "names"), [(0, ["X"]), (1, ["Norte", "Sur"])])
def test_gadm_gives_other_levels_too(tmp_path: Path, number: int, names: list[str]) -> None:
    path = tmp_path / "gadm41_XAA.gpkg"
    path.write_bytes(geopackage(gadm_layers(ALFA)))
    territories, _ = gadm_units.territories([path], country=country("XAA"), level=Level(number, exact=True))
    assert sorted(territories["territory_name"]) == names


def test_gadm_without_the_level_says_which_it_has(tmp_path: Path) -> None:
    path = tmp_path / "gadm41_XAA.gpkg"
    path.write_bytes(geopackage(gadm_layers(ALFA)))
    with pytest.raises(InputError, match=r"levels \[0, 1, 2\]"):
        gadm_units.territories([path], country=country("XAA"), level=Level(3, exact=True))


# --- the ladder ---------------------------------------------------------------------------------------------------


def test_a_boundary_server_that_is_down_does_not_stop_the_run(desk: Desk) -> None:
    """Peers, row 1: down for days, the whole run dead."""
    desk.world.gadm(ALFA)
    desk.world.cod(ALFA)
    desk.world.geoboundaries(ALFA)
    for path in [path for path in desk.server.documents if path.startswith(("/cod/", "/geoboundaries/"))]:
        desk.server.fail(path, *[Fault("status", 503)] * 100)
    receipt = desk.fetch("territories", ALFA, "cod", "geoboundaries", "gadm")
    assert receipt.provider == "gadm"
    assert [failure.provider for failure in receipt.tried] == ["cod", "geoboundaries"]
    assert all("HTTP 503" in failure.reason for failure in receipt.tried)


def test_a_message_says_which_source_address_status_and_what_to_do(desk: Desk) -> None:
    """Peers, row 5: "Some internal url is broken"."""
    with pytest.raises(RetrievalError) as caught:
        desk.fetch("territories", ALFA, "gadm")
    text = str(caught.value)
    for part in ("XAA territories | gadm", "geodata.ucdavis.edu/gadm/gadm4.1/gpkg/gadm41_XAA.gpkg", "HTTP 404",
                 "save it as", "gadm/4.1/XAA/gadm41_XAA.gpkg"):  # fmt: skip
        assert part in text, part


# --- archives that hold something else than was expected -----------------------------------------------------------


@pytest.mark.parametrize("content", ["other fields", "no level", "not a vector file"])
def test_boundaries_that_cannot_be_made_into_units_leave_the_turn_to_the_next_provider(
    desk: Desk, content: str
) -> None:
    """A whole archive is not yet a usable one: for most countries nobody has looked at it before."""
    frame = ALFA.units.rename(columns={"name": "gemeinde"})[["gemeinde", "geometry"]]
    member = {
        "other fields": {"xaa_admin2.geojson": geojson(frame)},
        "no level": {"xaa_roads.geojson": geojson(frame)},
        "not a vector file": {"xaa_admin2.geojson": b"{"},
    }[content]
    desk.server.put(desk.world.cod(ALFA), zipped(member))
    desk.world.geoboundaries(ALFA)
    receipt = desk.fetch("territories", ALFA, "cod", "geoboundaries")
    assert receipt.provider == "geoboundaries"
    assert "cannot be used" in receipt.tried[0].reason
    with pytest.raises(RetrievalError, match="cannot be used"):
        desk.fetch("territories", ALFA, "cod")


# --- What the readers share ---------------------------------------------------------------------------------------


def test_each_provider_of_boundaries_has_a_reader_and_a_level() -> None:
    assert set(READERS) == set(PROVIDERS["territories"])
    with pytest.raises(InputError, match="one that has the units of XAA"):
        fetched_territories([], provider="gadm", country=with_rules(levels={"gadm": None}), level=None)


@pytest.mark.parametrize(
    ("offered", "number", "exact", "chosen"), [([0, 1, 2], 2, True, 2), ([0, 1], 2, False, 1), ([3, 1], 2, False, 1)]
)
def test_the_level_is_the_one_asked_for_or_the_next_coarser(
    offered: list[int], number: int, exact: bool, chosen: int
) -> None:
    assert choose_level(offered, Level(number, exact=exact), where="f") == chosen


def test_a_level_that_is_not_there_is_refused() -> None:
    for offered, exact in (([0, 1], True), ([3], False)):
        with pytest.raises(InputError, match="level 2"):
            choose_level(offered, Level(2, exact=exact), where="f")


def test_a_parent_is_the_unit_that_holds_a_point_inside() -> None:
    units = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1), shapely.box(9, 9, 10, 10)], crs=4326
    )
    above = gpd.GeoDataFrame(
        {"name": ["West", "East"]}, geometry=[shapely.box(0, 0, 1.5, 1), shapely.box(1.5, 0, 4, 1)], crs=4326
    )
    parents = parents_by_place(units, above, name="name")
    assert parents.tolist()[:2] == ["West", "East"]
    assert parents.isna().tolist() == [False, False, True]
