"""Each provider by itself: which files it names for a country, and where it finds them in its index."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import shapely

from comarca.errors import ConfigError
from comarca.fetch.formats import VerificationError
from comarca.fetch.on_disk import FORMAT_OF_SUFFIX, format_of, make_receipt, present, record
from comarca.fetch.overture import collection_files
from comarca.fetch.providers.cod import CodBoundaries, rank_resources
from comarca.fetch.providers.cod_parquet import CodParquet, levels_of
from comarca.fetch.providers.fieldmaps import FieldMaps
from comarca.fetch.providers.gadm import Gadm
from comarca.fetch.providers.geoboundaries import GeoBoundaries
from comarca.fetch.providers.ghspop import EPOCHS, GhsPop
from comarca.fetch.providers.mapbiomas import MapBiomas
from comarca.fetch.providers.nightlights import SIMULATED, NightLights
from comarca.fetch.providers.one_file import GeonamesDump, UrbanCentres
from comarca.fetch.providers.osm_fr import OsmFrance
from comarca.fetch.providers.overture import OvertureDivisions
from comarca.fetch.providers.worldcover import WorldCover
from comarca.fetch.providers.worldpop import WorldPop
from comarca.fetch.receipts import Resolved, meta_path, read_receipt
from comarca.fetch.retry import TransferError
from comarca.fetch.settings import Context, NotOfferedError, Settings
from comarca.fetch.verify import verify
from comarca.registry.countries import country

if TYPE_CHECKING:
    from comarca.fetch.receipts import Request

SETTINGS = Settings()
GUATEMALA = shapely.box(-92.2, 13.7, -88.2, 17.8)


@dataclass
class Index:
    """A context whose providers answer with one document, or do not answer."""

    answer: Any = None
    settings: Settings = field(default_factory=Settings)

    def get_json(self, url: str, provider: str) -> Any:
        if self.answer is None:
            raise TransferError("no answer", url=url)
        return self.answer


def index(answer: Any = None) -> Context:
    return cast("Context", Index(answer))


def one(requests: tuple[Request, ...]) -> Request:
    (request,) = requests
    return request


@pytest.mark.parametrize("provider", [GeonamesDump(), UrbanCentres()])
def test_a_provider_of_one_file_states_its_row_and_nothing_else(provider: GeonamesDump | UrbanCentres) -> None:
    request = one(provider.plan(country("GTM"), {}, SETTINGS, None))
    (address,) = provider.resolve(request, index())[:1]
    assert address.url == SETTINGS.sources[provider.source].url[0]
    assert one(provider.plan(country("NIC"), {}, SETTINGS, None)).target == request.target, "the world's, kept once"


def test_gadm_has_codes_of_its_own() -> None:
    kosovo = one(Gadm().plan(country("XKX"), {"level": 2}, SETTINGS, None))
    assert "XKO" in kosovo.url
    assert kosovo.country == "XKX"
    assert "GTM" in one(Gadm().plan(country("GTM"), {}, SETTINGS, None)).url


def test_geoboundaries_takes_the_level_above_too_and_can_do_without_it() -> None:
    units, parents = GeoBoundaries().plan(country("GTM"), {"level": 2}, SETTINGS, None)
    assert (units.params["level"], units.optional) == ("2", False)
    assert (parents.params["level"], parents.optional) == ("1", True)
    assert len(GeoBoundaries().plan(country("GTM"), {"level": 1}, SETTINGS, None)) == 1


def test_geoboundaries_goes_by_the_pinned_release_where_its_index_is_silent() -> None:
    units, _ = GeoBoundaries().plan(country("GTM"), {"level": 2}, SETTINGS, None)
    pinned = GeoBoundaries().resolve(units, index())
    listed = GeoBoundaries().resolve(
        units, index({"gjDownloadURL": "https://x/raw/abcdef1/y.geojson", "boundaryLicense": "CC BY 4.0"})
    )
    assert [address.url for address in listed] == [
        *(address.url for address in pinned),
        "https://x/raw/abcdef1/y.geojson",
    ]
    assert (listed[-1].version, listed[-1].licence) == ("abcdef1", "CC BY 4.0")


def resource(name: str, form: str = "SHP", url: str = "") -> dict[str, str]:
    return {"name": name, "format": form, "url": url or f"https://x/{name}"}


def test_archives_with_the_right_level_come_first_then_the_handiest_format() -> None:
    resources = [
        resource("gtm_adm1.shp.zip"),
        resource("gtm_all.gdb.zip", "Geodatabase"),
        resource("gtm_all.shp.zip"),
        resource("gtm_adm2.shp.zip"),
        resource("gtm_adm2.geojson.zip", "GeoJSON"),
        resource("gtm_admbndl_lines.shp.zip"),
        resource("gtm_adm2.xlsx", "XLSX"),
    ]
    assert [entry["name"] for entry in rank_resources(resources, level=2)] == [
        "gtm_adm2.geojson.zip", "gtm_adm2.shp.zip", "gtm_all.shp.zip", "gtm_all.gdb.zip", "gtm_adm1.shp.zip",
    ]  # fmt: skip


def test_a_dataset_made_from_gadm_is_not_passed_on() -> None:
    request = one(CodBoundaries().plan(country("GTM"), {"level": 2}, SETTINGS, None))
    dataset = {"dataset_source": "GADM", "license_title": "CC BY", "resources": [resource("gtm_adm2.shp.zip")]}
    (address,) = CodBoundaries().resolve(request, index({"result": dataset}))
    assert address.redistribute is False
    assert "forbids" in address.licence
    with pytest.raises(TransferError, match="its format has changed"):
        CodBoundaries().resolve(request, index({"error": "no"}))


@pytest.mark.parametrize("provider", [CodParquet(), FieldMaps()])
def test_coarser_levels_have_files_of_their_own_where_the_level_is_a_guess(provider: CodParquet | FieldMaps) -> None:
    guess, stated = (one(provider.plan(country("AFG"), options, SETTINGS, None)) for options in ({}, {"level": 2}))
    assert [level for level, _ in levels_of(stated)] == [2]
    if not guess.params["exact"]:
        assert [level for level, _ in levels_of(guess)] == [2, 1]
        assert len({path for _, path in levels_of(guess)}) == 2


def test_a_catalogue_that_has_changed_says_so() -> None:
    request = one(CodParquet().plan(country("GTM"), {"level": 2}, SETTINGS, None))
    with pytest.raises(TransferError, match="its format has changed"):
        CodParquet().resolve(request, index({"error": 1}))
    with pytest.raises(TransferError, match="no level 2"):
        CodParquet().resolve(request, index({"links": []}))


def test_overture_is_found_by_its_latest_release() -> None:
    request = one(OvertureDivisions().plan(country("GTM"), {}, SETTINGS, None))
    assert request.params["iso2"] == "GT"
    (address,) = OvertureDivisions().resolve(request, index({"latest": "2025-01-22.0"}))
    assert (address.version, address.data_date) == ("2025-01-22.0", "2025-01-22")
    with pytest.raises(TransferError, match="its format has changed"):
        OvertureDivisions().resolve(request, index({}))
    with pytest.raises(ConfigError, match="no numbers"):
        OvertureDivisions().plan(country("GTM"), {"level": 2}, SETTINGS, None)


def test_files_of_a_collection_that_reach_into_the_region_are_listed() -> None:
    request = one(OvertureDivisions().plan(country("GTM"), {}, SETTINGS, None))
    boxes = [[-180, -90, 180, 90], [-92, 13, -88, 18], [10, 10, 20, 20]]
    collection = {
        "links": [{"rel": rel, "href": f"./{rel}.json"} for rel in ("item", "self", "item")],
        "extent": {"spatial": {"bbox": boxes}}, "assets": {"aws": {"href": "https://x/part.parquet"}},
    }  # fmt: skip
    url = "https://x/collection.json"
    assert len(collection_files(url, request, index(collection))) == 2
    assert len(collection_files(url, request, index(collection), bounds=GUATEMALA.bounds)) == 1
    with pytest.raises(TransferError, match="its format has changed"):
        collection_files(url, request, index({}))


def test_the_second_host_of_extracts_is_asked_for_countries_that_it_has() -> None:
    assert one(OsmFrance().plan(country("GTM"), {}, SETTINGS, None)).params["extract"] == country("GTM").osmfr_extract
    with pytest.raises(NotOfferedError, match="no extract"):
        OsmFrance().plan(replace(country("GTM"), osmfr_extract=""), {}, SETTINGS, None)


@pytest.mark.parametrize(("year", "epoch"), [(1900, "1975"), (1977, "1975"), (2018, "2020"), (2100, "2030")])
def test_ghspop_takes_the_nearest_epoch(year: int, epoch: str) -> None:
    assert int(epoch) in EPOCHS
    requests = GhsPop().plan(country("GTM"), {"year": year}, SETTINGS, GUATEMALA)
    assert {request.params["year"] for request in requests} == {epoch}
    assert all(request.may_lack for request in requests)


def test_tiles_are_not_known_before_the_boundary_is() -> None:
    for provider in (GhsPop(), WorldCover()):
        assert one(provider.plan(country("GTM"), {}, SETTINGS, None)).params["tile"] == "<tile>"


def test_worldcover_tells_open_sea_by_the_providers_list_and_without_it_by_area() -> None:
    requests = WorldCover().plan(country("GTM"), {}, SETTINGS, GUATEMALA)
    listed = {"features": [{"properties": {"ll_tile": request.params["tile"]}} for request in requests[1:]]}
    assert [WorldCover().is_sea(request, index(listed)) for request in requests] == [
        True,
        *[False] * (len(requests) - 1),
    ]
    largest = max(requests, key=lambda request: float(request.params["area_km2"]))
    assert not WorldCover().is_sea(largest, index())
    with pytest.raises(ConfigError, match="the only year"):
        WorldCover().plan(country("GTM"), {"year": 2019}, SETTINGS, None)


def test_mapbiomas_has_years_and_countries() -> None:
    first, last = SETTINGS.sources["mapbiomas_coverage"].more["countries"]["BRA"]["years"]
    assert one(MapBiomas().plan(country("BRA"), {}, SETTINGS, None)).params["year"] == str(last)
    request = one(MapBiomas().plan(country("BRA"), {"year": first}, SETTINGS, None))
    addresses = MapBiomas().resolve(request, index())
    assert str(first) in addresses[0].url
    assert [address.substitute for address in addresses] == [False] + [True] * len(request.alternatives)
    with pytest.raises(ConfigError, match=f"{first} to {last}"):
        MapBiomas().plan(country("BRA"), {"year": first - 1}, SETTINGS, None)
    with pytest.raises(NotOfferedError, match="does not cover GTM"):
        MapBiomas().plan(country("GTM"), {}, SETTINGS, None)


def test_night_lights_of_late_years_say_that_they_are_simulated() -> None:
    def entry(name: str) -> dict[str, Any]:
        return {"name": name, "download_url": f"https://x/{name}", "id": 7, "computed_md5": "m", "size": 3}

    names = ["Harmonized_DN_NTL_2013_simVIIRS.tif", "Harmonized_DN_NTL_2013_calDMSP.tif", "readme.txt"]
    files = [entry(name) for name in [*names, "Harmonized_DN_NTL_2020_simVIIRS.tif"]]
    early = one(NightLights().plan(country("GTM"), {"year": 2013}, SETTINGS, None))
    late = one(NightLights().plan(country("GTM"), {"year": 2020}, SETTINGS, None))
    assert NightLights().resolve(early, index(files))[0].url == "https://x/Harmonized_DN_NTL_2013_calDMSP.tif"
    assert {address.note for address in NightLights().resolve(late, index(files))} == {SIMULATED}
    with pytest.raises(TransferError, match="none of the year 2013"):
        NightLights().resolve(early, index(files[2:]))


def test_worldpop_is_found_by_year_and_one_of_2020_stands_in_only_where_no_year_is_asked_for() -> None:
    free = one(WorldPop().plan(country("GTM"), {}, SETTINGS, None))
    year = free.params["year"]
    records = [
        {"popyear": 1999, "files": ["https://x/old.tif"]},
        {"popyear": year, "title": "t", "files": ["https://x/right.tif", "https://x/right.txt"]},
    ]
    addresses = WorldPop().resolve(free, index({"data": records}))
    assert addresses[0].url == "https://x/right.tif"
    assert addresses[-1].substitute
    asked = one(WorldPop().plan(country("GTM"), {"year": int(year)}, SETTINGS, None))
    assert not any(address.substitute for address in WorldPop().resolve(asked, index({"data": records})))
    assert WorldPop().resolve(asked, index({"changed": 1})) == WorldPop().resolve(asked, index()), "by the template"


def test_a_file_that_is_there_is_checked_and_gets_a_receipt(tmp_path: Path) -> None:
    settings = Settings(raw_dir=tmp_path)
    request = one(Gadm().plan(country("GTM"), {}, settings, None))
    assert present(request, settings) is None
    request.target.parent.mkdir(parents=True)
    request.target.write_bytes(b"<html>not found</html>")
    with pytest.raises(Exception, match="is not usable"):
        present(request, settings)
    assert request.target.is_file(), "what a person put there is left alone"
    with pytest.raises(VerificationError):
        verify(request.target, format=format_of(request, request.target))


def test_a_receipt_says_what_the_provider_says_and_else_what_the_registry_does(tmp_path: Path) -> None:
    settings = Settings(raw_dir=tmp_path)
    request = one(GeonamesDump().plan(country("GTM"), {}, settings, None))
    source = settings.sources[request.source]
    path = tmp_path / "f.zip"
    path.write_bytes(b"12345")
    plain = make_receipt(request, source, Resolved("u", data_date="2020"), path, "d", origin="download")
    assert (plain.bytes, plain.licence, plain.redistribute) == (5, source.licence, True)
    stated = make_receipt(
        request,
        source,
        Resolved("u", licence="ODbL-1.0", data_date="2020", redistribute=False),
        path,
        "d",
        origin="download",
    )
    assert (stated.licence, stated.share_alike, stated.redistribute) == ("ODbL-1.0", True, False)
    assert read_receipt(meta_path(path)) is None
    assert record(plain, path) == read_receipt(meta_path(path))


def test_a_file_by_another_name_has_the_format_of_its_suffix() -> None:
    request = one(Gadm().plan(country("GTM"), {}, SETTINGS, None))
    assert format_of(request, request.target) == request.format
    for suffix, form in FORMAT_OF_SUFFIX.items():
        assert format_of(request, Path(f"other{suffix}")) == form
    assert format_of(request, Path("other.xyz")) == request.format
