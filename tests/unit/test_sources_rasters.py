"""Rasters: WorldPop by year, GHS-POP and WorldCover by tile, MapBiomas by country, night lights by list."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
import shapely
from servers.bench import ALFA, BETA
from servers.loopback import Fault
from servers.samples import raster, zipped
from servers.world import SOURCES

from comarca.errors import ConfigError, InputError, RetrievalError
from comarca.fetch.providers.tiles import ghsl_tiles, worldcover_tiles
from comarca.fetch.tiles import dated_rasters, fetched_raster
from comarca.rasters.mosaic import mosaic, raster_name

if TYPE_CHECKING:
    from servers.bench import Desk


def first_value(path: str) -> float:
    with rasterio.open(path) as source:
        return float(source.read(1)[0, 0])


# --- WorldPop -----------------------------------------------------------------------------------------------------


def test_the_raster_is_chosen_by_year_and_not_by_its_place_in_the_list(desk: Desk) -> None:
    desk.world.worldpop(ALFA, years=(2030, 2015, 2025, 2020))
    for year in (2015, 2020, 2030):
        receipt = desk.fetch("population", ALFA, "worldpop", options={"year": year}).files[0]
        assert first_value(receipt.path) == pytest.approx(year / 1000)
        assert receipt.data_date == str(year)
    assert first_value(desk.fetch("population", ALFA, "worldpop").files[0].path) == pytest.approx(2.025)


def test_no_ranges_are_asked_of_worldpop(desk: Desk) -> None:
    desk.world.worldpop(ALFA)
    path = desk.world.path("worldpop", SOURCES["worldpop_count"].url[0].format(iso3="XAA", iso3_lower="xaa", year=2025))
    desk.server.fail(path, Fault("short"))
    desk.fetch("population", ALFA, "worldpop")
    assert [headers.get("Range") for _, asked, headers in desk.server.requests if asked == path] == [None, None]


def test_without_the_index_the_address_pattern_serves(desk: Desk) -> None:
    desk.world.worldpop(ALFA, index=False)
    assert desk.fetch("population", ALFA, "worldpop").status == "ready"


def test_the_second_host_serves_when_the_first_fails(desk: Desk) -> None:
    desk.world.worldpop(ALFA, index=False)
    first, second = (url.format(iso3="XAA", iso3_lower="xaa", year=2025) for url in SOURCES["worldpop_count"].url)
    assert desk.world.path("worldpop", first) == desk.world.path("worldpop", second)
    desk.server.fail(desk.world.path("worldpop", first), *[Fault("status", 500)] * 2)
    assert desk.fetch("population", ALFA, "worldpop").files[0].url == second


@pytest.mark.parametrize("folder", [0, 1])
def test_the_raster_of_2020_stands_in_where_the_newer_series_lacks_the_country(desk: Desk, folder: int) -> None:
    desk.world.worldpop_2020(ALFA, folder)
    receipt = desk.fetch("population", ALFA, "worldpop").files[0]
    assert receipt.data_date == "2020"
    assert "the one of 2020 stands in" in receipt.note
    assert receipt.attribution == SOURCES["worldpop_count_2020"].attribution


def test_nothing_stands_in_for_a_year_that_was_asked_for(desk: Desk) -> None:
    desk.world.worldpop_2020(ALFA)
    assert desk.fetch("population", ALFA, "worldpop", options={"year": 2022}, required=False).status == "missing"


# --- GHS-POP ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("longitude", "latitude", "tile"),
    [(-90.51, 14.63, "R8_C10"), (-74.07, 4.71, "R9_C11"), (-77.03, -12.05, "R11_C11"), (-68.13, -16.5, "R12_C12"),
     (-57.57, -25.28, "R13_C13")],
)  # fmt: skip
def test_ghsl_tiles_have_the_names_that_the_provider_gives_them(longitude: float, latitude: float, tile: str) -> None:
    assert list(ghsl_tiles(shapely.Point(longitude, latitude).buffer(0.05))) == [tile]


def test_a_region_in_two_ghsl_tiles_has_all_its_area_in_them() -> None:
    region = shapely.box(-92.3, 13.7, -88.2, 17.8)
    tiles = ghsl_tiles(region)
    assert len(tiles) > 1
    assert sum(tiles.values()) == pytest.approx(200_600, rel=0.02)


def test_ghspop_is_fetched_tile_by_tile_and_joined_without_a_copy(desk: Desk) -> None:
    names = desk.world.ghspop(ALFA)
    receipt = desk.fetch("population", ALFA, "ghspop")
    assert len(receipt.files) == len(names)
    with fetched_raster(receipt) as name, rasterio.open(name) as joined:
        assert joined.crs.to_string() == "ESRI:54009"
        assert joined.nodata == -200.0
        assert joined.read(1).sum() == joined.width * joined.height


def test_the_rasters_of_a_layer_are_the_users_or_what_was_fetched(desk: Desk) -> None:
    desk.world.ghspop(ALFA)
    with dated_rasters(["a.tif", "b.tif"], [2010, 2020], None) as rasters:
        assert rasters == {2010: "a.tif", 2020: "b.tif"}
    fetched = desk.fetch("population", ALFA, "ghspop")
    with dated_rasters([], [0], fetched) as rasters:
        ((year, name),) = rasters.items()
        assert year == int(fetched.files[0].data_date[:4])
        assert first_value(name) == 1.0
    with fetched_raster(replace(fetched, files=fetched.files * 2)) as joined:
        assert Path(joined).name == "population.vrt"
        assert first_value(joined) == 1.0
    assert not Path(joined).exists()
    missing = replace(fetched, status="missing", provider="", files=())
    with dated_rasters([], [0], missing) as rasters:
        assert rasters == {}


def test_the_nearest_epoch_is_taken(desk: Desk) -> None:
    desk.world.ghspop(ALFA, year=2020)
    assert "/E2020/" in desk.fetch("population", ALFA, "ghspop", options={"year": 2021}).files[0].path


def test_a_tile_with_land_in_it_may_not_be_missing(desk: Desk) -> None:
    with pytest.raises(RetrievalError, match="HTTP 404"):
        desk.fetch("population", ALFA, "ghspop")


def test_population_falls_from_worldpop_to_ghspop_to_settlements(desk: Desk) -> None:
    desk.world.ghspop(ALFA)
    assert desk.fetch("population", ALFA, "worldpop", "ghspop", "settlements").provider == "ghspop"
    desk.world.take_away("ghspop")
    for path in (desk.folder / "raw/ghspop").rglob("*.*"):
        path.unlink()
    assert desk.fetch("population", ALFA, "worldpop", "ghspop", "settlements").provider == "settlements"


# --- WorldCover ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("longitude", "latitude", "tile"),
    [(-90.51, 14.63, "N12W093"), (-77.03, -12.05, "S15W078"), (0.5, 0.5, "N00E000"), (-0.5, -0.5, "S03W003"),
     (179.5, -89.5, "S90E177")],
)  # fmt: skip
def test_worldcover_tiles_are_named_by_their_south_west_corner(longitude: float, latitude: float, tile: str) -> None:
    assert list(worldcover_tiles(shapely.Point(longitude, latitude).buffer(0.04))) == [tile]


def test_a_region_that_ends_on_the_edge_of_a_tile_does_not_touch_the_next() -> None:
    assert list(worldcover_tiles(shapely.box(-93, 12, -90, 15))) == ["N12W093"]
    assert len(worldcover_tiles(shapely.box(-93, 12, -89.9, 15.1))) == 4


def test_a_tile_of_open_sea_is_left_out_and_noted(desk: Desk) -> None:
    desk.world.worldcover(BETA)
    receipt = desk.fetch("land_cover", BETA, "worldcover")
    assert [Path(file.path).name for file in receipt.files] == ["S12W060.tif"]
    assert receipt.note == "Not offered by the provider: S12W057.tif."


def test_a_tile_that_the_provider_lists_may_not_be_missing(desk: Desk) -> None:
    desk.world.worldcover(ALFA)
    desk.server.fail(
        "/worldcover/v200/2021/map/ESA_WorldCover_10m_2021_v200_S12W060_Map.tif", *[Fault("status", 404)] * 9
    )
    assert desk.fetch("land_cover", ALFA, "worldcover", required=False).status == "missing"


def test_without_the_list_a_tile_with_much_land_may_not_be_missing(desk: Desk) -> None:
    desk.world.worldcover(BETA, listed=False)
    assert desk.fetch("land_cover", BETA, "worldcover", required=False).status == "missing"
    sliver = shapely.box(-57.1, -10.0, -56.999, -9.8)
    receipt = desk.fetch("land_cover", "XBB", "worldcover", boundary=sliver)
    assert [Path(file.path).name for file in receipt.files] == ["S12W060.tif"]


def test_a_tile_that_fails_for_another_reason_is_never_taken_for_sea(desk: Desk) -> None:
    desk.world.worldcover(BETA)
    desk.server.fail(
        "/worldcover/v200/2021/map/ESA_WorldCover_10m_2021_v200_S12W057_Map.tif", *[Fault("status", 503)] * 9
    )
    assert desk.fetch("land_cover", BETA, "worldcover", required=False).status == "missing"


def test_worldcover_has_one_year_only(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="2021"):
        desk.fetch("land_cover", ALFA, "worldcover", options={"year": 2020})


# --- MapBiomas and night lights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", SOURCES["mapbiomas_coverage"].more["countries"])
def test_mapbiomas_is_found_under_each_initiatives_own_spelling(desk: Desk, iso3: str) -> None:
    last = SOURCES["mapbiomas_coverage"].more["countries"][iso3]["years"][1]
    path = desk.world.mapbiomas(iso3, last)
    receipt = desk.fetch("land_cover", iso3, "mapbiomas").files[0]
    assert desk.server.hits(path) == 1
    assert "collection_" in receipt.version
    assert SOURCES["mapbiomas_coverage"].more["countries"][iso3]["initiative"] in receipt.attribution
    assert receipt.data_date == str(last)


def test_a_country_without_an_initiative_goes_on_to_the_next_provider(desk: Desk) -> None:
    desk.world.worldcover(ALFA)
    receipt = desk.fetch("land_cover", ALFA, "mapbiomas", "worldcover")
    assert receipt.provider == "worldcover"
    assert "does not cover XAA" in receipt.tried[0].reason


def test_a_year_that_mapbiomas_does_not_have_is_refused_with_its_range(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="2000 to 2022 for CHL"):
        desk.fetch("land_cover", "CHL", "mapbiomas", options={"year": 1990})


def test_mapbiomas_takes_the_collection_before_only_if_the_newer_one_is_not_there(desk: Desk) -> None:
    newer = desk.world.mapbiomas("BRA", 2020)
    older = desk.world.mapbiomas("BRA", 2020, earlier=True)
    desk.server.fail(newer, *[Fault("status", 503)] * 9)
    missing = desk.fetch("land_cover", "BRA", "mapbiomas", options={"year": 2020}, required=False)
    assert missing.status == "missing"
    desk.server.calm()
    del desk.server.documents[newer]
    receipt = desk.fetch("land_cover", "BRA", "mapbiomas", options={"year": 2020}).files[0]
    assert desk.server.hits(older) == 1
    assert (receipt.version, receipt.substitute) == ("collection_10", True)
    assert "collection_11 is not there; collection_10 was taken" in receipt.note
    assert Path(receipt.path).parent.parent.name == "collection_10"


def test_mapbiomas_of_argentina_is_share_alike(desk: Desk) -> None:
    desk.world.mapbiomas("ARG", 2024)
    receipt = desk.fetch("land_cover", "ARG", "mapbiomas").files[0]
    assert (receipt.licence, receipt.share_alike, receipt.redistribute) == ("CC-BY-SA-4.0", True, True)
    assert receipt.attribution.endswith("CC-BY-SA-4.0.")


def test_the_md5_in_a_header_is_held_against_the_file(desk: Desk) -> None:
    """Google's storage sends it with every object."""
    path = desk.world.mapbiomas("URY", 2022)
    document = desk.server.documents[path]
    assert isinstance(document.body, bytes)
    digest = base64.b64encode(hashlib.md5(document.body).digest()).decode()
    document.headers["x-goog-hash"] = f"crc32c=AAAAAA==,md5={digest}"
    assert desk.fetch("land_cover", "URY", "mapbiomas").files[0].md5 == hashlib.md5(document.body).hexdigest()
    desk.world.mapbiomas("URY", 2021)
    other = desk.server.documents[path.replace("2022", "2021")]
    other.headers["x-goog-hash"] = f"md5={base64.b64encode(b'0' * 16).decode()}"
    with pytest.raises(RetrievalError, match=r"the md5 is .* published is 3030"):
        desk.fetch("land_cover", "URY", "mapbiomas", options={"year": 2021})


def test_night_lights_are_found_by_year_in_the_list_and_checked(desk: Desk) -> None:
    desk.world.nightlights()
    receipt = desk.fetch("night_lights", ALFA, "nightlights", options={"year": 2021}).files[0]
    assert first_value(receipt.path) == 3
    assert len(receipt.md5) == 32
    assert desk.fetch("night_lights", ALFA, "nightlights").files[0].version.endswith("2024_simVIIRS.tif")
    missing = desk.fetch("night_lights", ALFA, "nightlights", options={"year": 1980}, required=False)
    assert "none of the year 1980" in missing.tried[0].reason


def test_of_2013_the_night_lights_that_were_measured_are_taken_and_later_ones_say_that_they_are_simulated(
    desk: Desk,
) -> None:
    desk.world.nightlights()
    receipt = desk.fetch("night_lights", ALFA, "nightlights", options={"year": 2013}).files[0]
    assert (first_value(receipt.path), receipt.note) == (2, "")
    assert "simulated from VIIRS" in desk.fetch("night_lights", ALFA, "nightlights").files[0].note


def test_where_figshares_web_host_answers_with_a_challenge_its_interface_serves(desk: Desk) -> None:
    """Status 202 and a page that runs a script: nothing that another attempt would change."""
    desk.world.nightlights()
    desk.server.put("/nightlights/files/4", b"<html><title>Human?</title></html>", status=202)
    receipt = desk.fetch("night_lights", ALFA, "nightlights").files[0]
    assert receipt.url == "https://api.figshare.com/v2/file/download/4"
    assert desk.server.hits("/nightlights/files/4") == 1


# --- joining tiles ------------------------------------------------------------------------------------------------


def tile(
    folder: Path, name: str, values: np.ndarray, *, left: float, top: float, cell: float = 1.0, **options: object
) -> Path:
    path = folder / name
    path.write_bytes(raster(values, left=left, top=top, cell=cell, **options))  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("cell", [1.0, 0.5])
def test_tiles_are_joined_cell_by_cell_and_gaps_have_no_data(tmp_path: Path, cell: float) -> None:
    whole = np.arange(60, dtype="int16").reshape(6, 10)
    parts = [
        tile(tmp_path, "a.tif", whole[:3, :5], left=0.0, top=6 * cell, cell=cell, nodata=-1),
        tile(tmp_path, "b.tif", whole[3:, :5], left=0.0, top=3 * cell, cell=cell, nodata=-1),
        tile(tmp_path, "c.tif", whole[:3, 5:], left=5 * cell, top=6 * cell, cell=cell, nodata=-1),
    ]
    packed = tmp_path / "c.zip"
    packed.write_bytes(zipped({"inner.tif": parts[2].read_bytes(), "readme.txt": b"x"}))
    target = tmp_path / "joined.vrt"
    mosaic([parts[0], parts[1], packed], target)
    expected = whole.copy()
    expected[3:, 5:] = -1
    with rasterio.open(target) as joined:
        np.testing.assert_array_equal(joined.read(1), expected)
        assert joined.bounds == (0.0, 0.0, 10 * cell, 6 * cell)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"left": 5.5}, "grid"), ({"cell": 2.0}, "cell size"), ({"nodata": 0}, "nodata"), ({"crs": "EPSG:3857"}, "crs")],
)  # fmt: skip
def test_tiles_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, object], said: str) -> None:
    values = np.ones((5, 5), dtype="int16")
    first = tile(tmp_path, "a.tif", values, left=0.0, top=5.0, nodata=-1)
    second = tile(tmp_path, "b.tif", values, **{"left": 5.0, "top": 5.0, "nodata": -1, **change})  # type: ignore[arg-type]
    with pytest.raises(InputError, match=said):
        mosaic([first, second], tmp_path / "joined.vrt")


def test_an_archive_with_two_rasters_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    path.write_bytes(zipped({"a.tif": b"1", "b.tif": b"2"}))
    with pytest.raises(InputError, match="one GeoTIFF"):
        raster_name(path)
