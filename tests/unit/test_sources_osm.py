"""OSM extracts: Geofabrik with its index and md5, Overpass through osmnx, and the cut to the country."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import osmnx
import pytest
import shapely
from servers.bench import ALFA, BETA
from servers.bodies import extract_of
from servers.loopback import Fault, gzipped
from servers.world import DATE, SOURCES, path_of

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError, RetrievalError
from comarca.fetch.providers.geofabrik import choose_extract
from comarca.fetch.providers.overpass import query_tags
from comarca.sources.osm.clip import clip_extract, routing_area
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from servers.bench import Desk

INDEX = "/geofabrik/index-v1-nogeom.json"


# --- Geofabrik ----------------------------------------------------------------------------------------------------


def test_the_dated_file_that_the_md5_names_is_fetched(desk: Desk) -> None:
    dated = desk.world.geofabrik(ALFA)
    receipt = desk.fetch("osm", ALFA, "geofabrik").files[0]
    assert desk.server.hits(dated) == 1
    assert receipt.version == "2026-11-21"
    assert receipt.data_date == "2026-11-21T20:21:09Z"
    assert receipt.licence == "ODbL-1.0"
    assert "OpenStreetMap contributors" in receipt.attribution
    assert len(receipt.md5) == 32


def test_the_md5_may_come_compressed(desk: Desk) -> None:
    dated = desk.world.geofabrik(ALFA)
    plain = desk.server.documents[dated.replace(DATE, "latest") + ".md5"].body
    assert isinstance(plain, bytes)
    desk.world.geofabrik(ALFA, md5=gzipped(plain))
    assert desk.fetch("osm", ALFA, "geofabrik").status == "ready"


def test_where_the_dated_file_is_gone_the_latest_serves_if_the_md5_fits(desk: Desk) -> None:
    dated = desk.world.geofabrik(ALFA, dated=False)
    receipt = desk.fetch("osm", ALFA, "geofabrik").files[0]
    assert receipt.final_url.endswith(dated.replace(DATE, "latest"))


def test_an_md5_that_fits_neither_file_refuses_both(desk: Desk) -> None:
    desk.world.geofabrik(ALFA, md5=f"{'0' * 32}  xaa-{DATE}.osm.pbf".encode())
    with pytest.raises(RetrievalError, match="published is 0000"):
        desk.fetch("osm", ALFA, "geofabrik")


def test_without_an_md5_the_file_is_still_checked_and_that_is_noted(desk: Desk) -> None:
    dated = desk.world.geofabrik(ALFA)
    del desk.server.documents[dated.replace(DATE, "latest") + ".md5"]
    assert "No md5 is published" in desk.fetch("osm", ALFA, "geofabrik").files[0].note


def test_a_rotation_between_md5_and_body_is_noticed_and_mended(desk: Desk) -> None:
    """Peers: the file was replaced between the two requests (OSRM #7330)."""
    dated = desk.world.geofabrik(ALFA)
    good = desk.server.documents[dated].body
    desk.server.put(dated, extract_of(BETA))
    latest = dated.replace(DATE, "latest")
    desk.server.put(latest, extract_of(BETA))
    asked: list[bytes] = []
    line = desk.server.documents[latest + ".md5"].body

    def rotate(_: bytes) -> bytes:
        asked.append(b"")
        if len(asked) == 2:
            desk.server.put(dated, good)
        assert isinstance(line, bytes)
        return line

    desk.server.put(latest + ".md5", rotate)
    assert desk.fetch("osm", ALFA, "geofabrik").status == "ready"
    assert len(asked) == 2


def test_the_index_finds_what_the_catalogue_does_not_know_by_code(desk: Desk) -> None:
    desk.world.geofabrik(ALFA, extract="renamed-land", parent="elsewhere")
    assert "renamed-land" in desk.fetch("osm", ALFA, "geofabrik").files[0].url


def test_an_extract_of_several_countries_is_found_and_noted(desk: Desk) -> None:
    """Peers, row 7: the country's code is not the extract's."""
    desk.world.geofabrik(ALFA, BETA, extract="alfa-and-beta")
    for place in (ALFA, BETA):
        assert "XA, XB" in desk.fetch("osm", place, "geofabrik").files[0].note


def test_an_extract_of_several_countries_is_fetched_once_also_if_the_catalogue_does_not_know_it(desk: Desk) -> None:
    dated = desk.world.geofabrik(ALFA, BETA, extract="alfa-and-beta")
    files = [desk.fetch("osm", place, "geofabrik").files[0] for place in (ALFA, BETA)]
    assert desk.server.hits(dated) == 1
    assert desk.server.hits(INDEX) == 2
    first, second = (Path(file.path) for file in files)
    assert first.name != second.name
    assert first.samefile(second)
    assert first.samefile(first.with_name("alfa-and-beta.osm.pbf"))
    assert files[0].sha256 == files[1].sha256
    offline = desk.settings(offline=True)
    assert desk.fetch("osm", ALFA, "geofabrik", settings=offline).files[0].path == str(first)
    assert len(desk.server.requests) == 2 + 2  # the index for each, one md5, one extract


def test_an_extract_of_a_neighbour_that_holds_the_country_is_cut_too(desk: Desk) -> None:
    """The Vatican lies in the extract of Italy, which lists Italy's code alone."""
    desk.world.geofabrik(ALFA, extract="italy", parent="europe", codes=["IT"])
    assert "holds IT; to be cut to the country" in desk.fetch("osm", "VAT", "geofabrik").files[0].note
    assert desk.fetch("osm", "VAT", "geofabrik").files[0].path.endswith("italy.osm.pbf")


def test_a_record_without_codes_is_found_by_the_name_the_catalogue_has(desk: Desk) -> None:
    """Peers, row 7: older indexes give Haiti and the Dominican Republic no code."""
    desk.world.geofabrik(ALFA, extract="haiti-and-domrep", parent="central-america", codes=[])
    first = desk.fetch("osm", "HTI", "geofabrik").files[0]
    second = desk.fetch("osm", "DOM", "geofabrik").files[0]
    assert first.path == second.path
    assert "larger than the country" in first.note
    assert desk.server.hits(f"/geofabrik/central-america/haiti-and-domrep-{DATE}.osm.pbf") == 1


def test_a_code_that_no_extract_has_ends_in_a_message(desk: Desk) -> None:
    desk.world.geofabrik(ALFA)
    with pytest.raises(RetrievalError, match=r"lists no extract for XBB[\s\S]*the smallest extract of https"):
        desk.fetch("osm", BETA, "geofabrik")


def test_without_the_index_the_catalogue_has_the_address(desk: Desk) -> None:
    desk.world.geofabrik(ALFA, extract="nicaragua", parent="central-america")
    desk.server.fail(INDEX, *[Fault("status", 503)] * 10)
    receipt = desk.fetch("osm", "NIC", "geofabrik").files[0]
    assert "without the provider's index" in receipt.note


def test_a_shared_extract_is_cut_also_without_the_index_or_if_a_person_put_it_there(desk: Desk) -> None:
    """Malaysia, Ireland and Morocco share theirs, though the index lists one code for each."""
    for code, extract, parent in (
        ("MYS", "malaysia-singapore-brunei", "asia"),
        ("IRL", "ireland-and-northern-ireland", "europe"),
        ("MAR", "morocco", "africa"),
    ):
        desk.world.geofabrik(ALFA, extract=extract, parent=parent, codes=[code[:2]])
        assert desk.fetch("osm", code, "geofabrik").files[0].is_shared, code
    desk.server.fail(INDEX, *[Fault("status", 503)] * 30)
    blind = desk.settings(raw_dir=desk.folder / "blind")
    assert desk.fetch("osm", "MAR", "geofabrik", settings=blind).files[0].is_shared
    by_hand = desk.settings(raw_dir=desk.folder / "by_hand", offline=True)
    target = desk.folder / "by_hand/geofabrik/latest/haiti-and-domrep.osm.pbf"
    target.parent.mkdir(parents=True)
    target.write_bytes(extract_of(ALFA))
    assert desk.fetch("osm", "HTI", "geofabrik", settings=by_hand).files[0].is_shared


def test_a_countrys_own_extract_is_not_cut(desk: Desk) -> None:
    desk.world.geofabrik(ALFA, extract="nicaragua", parent="central-america", codes=["NI"])
    assert not desk.fetch("osm", "NIC", "geofabrik").files[0].is_shared
    desk.world.geofabrik(BETA, extract="polynesie-francaise", parent="australia-oceania", codes=["VU"])
    assert not desk.fetch("osm", "PYF", "geofabrik").files[0].is_shared  # its code in the index is Vanuatu's


def test_the_smallest_region_that_lists_the_code_is_chosen_and_no_part_of_a_country() -> None:
    def entry(name: str, parent: str | None, *codes: str) -> dict[str, Any]:
        return (
            {"id": name, "parent": parent, "iso3166-1:alpha2": list(codes)} if codes else {"id": name, "parent": parent}
        )

    features = [
        entry("south-america", None),
        entry("andes", "south-america", "PE", "BO", "EC"),
        entry("brazil", "south-america", "BR"),
        entry("norte", "brazil", "BR"),
        entry("peru", "south-america", "PE"),
        entry("us", "north-america", "US"),
        entry("us/puerto-rico", "us"),
    ]
    for entry_ in features:
        entry_["urls"] = {"pbf": f"https://download.geofabrik.de/x/{entry_['id']}-latest.osm.pbf"}
    for code, extract, expected in (("PE", "", "peru"), ("BO", "", "andes"), ("BR", "", "brazil"),
                                    ("PR", "x/us/puerto-rico", "us/puerto-rico"), ("BR", "no", "brazil")):  # fmt: skip
        chosen = choose_extract(features, extract=extract, iso2=code)
        assert chosen is not None
        assert chosen["id"] == expected
    assert choose_extract(features, extract="", iso2="ZZ") is None


def test_an_index_of_another_shape_says_so(desk: Desk) -> None:
    """Peers, row 4: formats change."""
    desk.server.put(INDEX, b'{"regions": []}')
    with pytest.raises(RetrievalError, match="its format has changed"):
        desk.fetch("osm", ALFA, "geofabrik")


# --- Overpass -----------------------------------------------------------------------------------------------------


def counts(path: str | Path) -> dict[str, int]:
    found = {"n": 0, "w": 0, "r": 0}
    for thing in osmium.FileProcessor(str(path)):
        found[thing.type_str()] += 1
    return found


def test_overpass_gives_the_same_layers_as_an_extract(desk: Desk, tmp_path: Path) -> None:
    desk.world.overpass(ALFA)
    receipt = desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0}).files[0]
    assert receipt.data_date == "2026-11-21T12:00:00Z"
    extract = tmp_path / "extract.osm.pbf"
    extract.write_bytes(extract_of(ALFA))
    assert counts(receipt.path) == counts(extract)
    ours, theirs = read_osm(receipt.path), read_osm(extract)
    for name in ("roads", "power", "services", "land_use", "places", "buildings", "boundaries"):
        assert len(ours[name]), name
        assert ours[name].equals(theirs[name]), name


def test_overpass_is_told_who_we_are_and_asked_for_all_layers(desk: Desk) -> None:
    desk.world.overpass(ALFA)
    desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0})
    agents = {headers["User-Agent"] for _, path, headers in desk.server.requests if path.startswith("/overpass")}
    assert len(agents) == 1
    assert agents.pop().startswith("comarca/")
    for key in ("highway", "place", "landuse", "power", "amenity", "boundary"):
        assert key.encode() in desk.server.posts[0], key
    assert b"building" not in desk.server.posts[0]  # too many for the server, say its administrators
    assert query_tags()["amenity"] == sorted(set(query_tags()["amenity"]))  # type: ignore[arg-type]


def test_a_remark_is_an_incomplete_answer_and_never_a_file(desk: Desk) -> None:
    """Peers, row 11: the server runs out of memory and says so in a remark, with status 200."""
    desk.world.overpass(ALFA, remark='runtime error: Query timed out in "query" at line 1 after 180 seconds.')
    with pytest.raises(RetrievalError, match="not complete, Overpass remarks: runtime error: Query timed out"):
        desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0})
    assert not list(desk.folder.rglob("*.osm.pbf"))


def test_a_remark_that_passes_is_asked_again(desk: Desk) -> None:
    desk.world.overpass(ALFA)
    whole = desk.server.documents["/overpass/api/interpreter"].body
    assert isinstance(whole, bytes)
    answers = iter([json.dumps({"elements": [], "remark": "runtime error"}).encode()])
    desk.server.put("/overpass/api/interpreter", lambda _: next(answers, whole))
    assert desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0}).status == "ready"


@pytest.mark.parametrize("status", [429, 504])
def test_overpass_without_a_free_slot_is_left_alone_for_half_a_minute(desk: Desk, status: int) -> None:
    """Peers, row 11."""
    desk.world.overpass(ALFA)
    desk.server.fail("/overpass/api/interpreter", Fault("status", status))
    desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0})
    assert desk.clock.pauses[0] >= 30


@pytest.mark.parametrize("fault", [Fault("status", 406), Fault("status", 403), Fault("html"), Fault("short")])
def test_overpass_that_refuses_ends_in_a_message(desk: Desk, fault: Fault) -> None:
    desk.world.overpass(ALFA)
    desk.server.fail("/overpass/api/interpreter", *[fault] * 10)
    with pytest.raises(RetrievalError, match="overpass"):
        desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0})


def test_large_areas_are_divided_and_what_came_is_not_asked_again(desk: Desk) -> None:
    """Peers, row 10 and 11: parts that came are kept when a later one fails."""
    desk.world.overpass(ALFA)
    desk.server.fail("/overpass/api/interpreter", *[])
    row = SOURCES["overpass_extract"]
    wide = replace(row, more={**row.more, "max_area_km2": 20_000})
    settings = desk.settings(sources={**SOURCES, row.key: wide})
    desk.fetch("osm", ALFA, "overpass", settings=settings, options={"buffer_km": 40.0})
    parts = desk.server.hits("/overpass/api/interpreter")
    assert parts > 1
    for path in desk.folder.rglob("*.osm.pbf*"):
        path.unlink()
    whole = desk.server.documents["/overpass/api/interpreter"].body
    assert isinstance(whole, bytes)
    calls: list[bytes] = []

    def third_fails(sent: bytes) -> bytes:
        calls.append(sent)
        return b"{" if len(calls) == 3 else whole

    desk.server.put("/overpass/api/interpreter", third_fails)
    desk.fetch("osm", ALFA, "overpass", settings=settings, options={"buffer_km": 40.0})
    assert len(calls) == parts + 1
    assert len(set(calls)) == parts


def test_overpass_is_not_asked_for_a_whole_country(desk: Desk) -> None:
    """Peers, row 10 and 12: refused at once, with the reason and what to do."""
    large = shapely.box(-62, -12, -58, -8)
    with pytest.raises(RetrievalError, match=r"small areas.*Take the provider geofabrik"):
        desk.fetch("osm", "XAA", "overpass", boundary=large)
    assert desk.server.hits() == 0


def test_overpass_without_a_boundary_says_so(desk: Desk) -> None:
    with pytest.raises(RetrievalError, match="needs the region's boundary"):
        desk.fetch("osm", "XAA", "overpass")


def test_osmnx_is_left_as_it_was_found(desk: Desk) -> None:
    before = {name: getattr(osmnx.settings, name) for name in ("overpass_url", "cache_only_mode", "requests_kwargs")}
    resolver = socket.getaddrinfo
    desk.world.overpass(ALFA)
    desk.fetch("osm", ALFA, "overpass", options={"buffer_km": 2.0})
    assert {name: getattr(osmnx.settings, name) for name in before} == before
    assert socket.getaddrinfo is resolver


def test_the_address_is_the_base_that_osmnx_expects() -> None:
    assert path_of(SOURCES["overpass_extract"].url[0]) == "/api"


# --- the cut to the country ---------------------------------------------------------------------------------------


def test_a_combined_extract_is_cut_to_the_country_and_its_surroundings(tmp_path: Path) -> None:
    both, part = tmp_path / "both.osm.pbf", tmp_path / "alfa.osm.pbf"
    both.write_bytes(extract_of(ALFA, BETA))
    clip_extract(both, part, routing_area(ALFA.outline, buffer_km=10.0))
    alone = tmp_path / "alone.osm.pbf"
    alone.write_bytes(extract_of(ALFA))
    assert counts(part) == counts(alone)
    assert read_osm(part).header.timestamp == "2026-11-21T20:21:09Z"


def test_ways_are_kept_whole_at_the_edge(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.osm.pbf", tmp_path / "part.osm.pbf"
    whole.write_bytes(extract_of(ALFA))
    corner = shapely.box(ALFA.left, ALFA.bottom, ALFA.left + 0.06, ALFA.bottom + 0.06)
    clip_extract(whole, part, corner)
    nodes = {thing.id for thing in osmium.FileProcessor(str(part), osmium.osm.NODE)}
    ways = {thing.id: [node.ref for node in thing.nodes] for thing in osmium.FileProcessor(str(part), osmium.osm.WAY)}
    assert 1_000_001 in ways
    assert len(ways[1_000_001]) == 7
    assert set().union(*ways.values()) <= nodes


def test_an_extract_of_another_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "beta.osm.pbf"
    path.write_bytes(extract_of(BETA))
    with pytest.raises(InputError, match="no node inside the region"):
        clip_extract(path, tmp_path / "x.osm.pbf", routing_area(ALFA.outline, buffer_km=1.0))


@pytest.mark.parametrize("latitude", [0.0, -33.0, -54.0])
def test_the_buffer_has_its_width_at_any_latitude(latitude: float) -> None:
    """A point with a buffer is a disc of its radius, whatever the latitude: no degrees are taken for kilometres."""
    centre = shapely.Point(-70.0, latitude)
    disc = routing_area(centre.buffer(1e-4), buffer_km=50.0)
    area = float(geodesic_area_km2(np.array([disc]))[0])
    assert area == pytest.approx(np.pi * 50.0**2, rel=0.04)
