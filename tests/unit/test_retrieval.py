"""Layers by country code: plans without the network, ladders, one table of what is missing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from servers.bench import ALFA, BETA
from servers.loopback import RANDOM_FAULTS, Fault
from servers.world import SOURCES, path_of

from comarca.errors import ConfigError, InputError, RetrievalError
from comarca.fetch.formats import FORMATS
from comarca.fetch.ladder import LadderError, failure_table, lacking, plan_layer
from comarca.fetch.providers.index import LOCAL, PROVIDERS
from comarca.fetch.receipts import load_layer_receipt, present_files
from comarca.fetch.settings import Settings
from comarca.io import write_json
from comarca.publish.inputs import input_files
from comarca.registry import DATA
from comarca.registry.countries import countries
from comarca.registry.files import load_sources

if TYPE_CHECKING:
    from servers.bench import Desk

#: Every provider of every layer.
LADDERS = {layer: tuple(known) for layer, known in PROVIDERS.items()}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)


# --- plans --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
def test_every_country_is_planned_without_the_network() -> None:
    """Peers, row 6: any code works, none has to be registered first."""
    settings = Settings()
    for code in [*countries(), "XAA", "ZZZ"]:
        for layer, ladder in LADDERS.items():
            for step in plan_layer(layer, code, providers=ladder, settings=settings):
                assert step.requests or step.refusal, (code, layer, step.provider)
                for request in step.requests:
                    assert request.target.is_relative_to(settings.raw_dir)
                    assert request.url.startswith("https://")
                    assert "{" not in request.url + request.target.as_posix()


def test_a_plan_has_the_same_paths_with_and_without_a_mirror() -> None:
    plain, mirrored = Settings(), Settings(mirrors={"geofabrik": "http://127.0.0.1:1"})
    first, second = (plan_layer("osm", "NIC", providers=["geofabrik"], settings=s)[0] for s in (plain, mirrored))
    assert first == second
    assert first.requests[0].target.as_posix() == "data/raw/geofabrik/latest/nicaragua.osm.pbf"


@pytest.mark.parametrize(
    ("layer", "provider", "said"),
    [("osm", "geofabrk", "Did you mean 'geofabrik'"), ("territoris", "cod", "Did you mean 'territories'"),
     ("cities", "cod", "one of geonames_dump")],
)  # fmt: skip
def test_a_wrong_name_is_met_with_the_right_one(layer: str, provider: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plan_layer(layer, "NIC", providers=[provider], settings=Settings())


def test_two_files_never_have_one_place() -> None:
    settings = Settings()
    owner: dict[Path, tuple[str, str]] = {}
    for code in countries():
        for layer, ladder in LADDERS.items():
            for step in plan_layer(layer, code, providers=ladder, settings=settings):
                for request in step.requests:
                    assert owner.setdefault(request.target, (request.source, request.url)) == (
                        request.source,
                        request.url,
                    )


# --- ladders ------------------------------------------------------------------------------------------------------


def test_an_optional_layer_that_nobody_has_does_not_stop_the_rest(desk: Desk) -> None:
    """Peers, row 2: let one download fail, keep the rest, tell what to fetch by hand."""
    receipt = desk.fetch("population", ALFA, "worldpop", "ghspop", required=False)
    assert (receipt.status, receipt.provider, receipt.files) == ("missing", "", ())
    assert not any(failure.may_pass for failure in receipt.tried)
    table = failure_table(receipt.tried)
    for part in ("XAA population | worldpop", "XAA population | ghspop", "HTTP 404", "save it as"):
        assert part in table
    desk.world.geofabrik(ALFA)
    assert desk.fetch("osm", ALFA, "geofabrik").status == "ready"


def test_a_required_layer_ends_in_one_table_with_a_row_for_each_provider(desk: Desk) -> None:
    with pytest.raises(LadderError) as caught:
        desk.fetch("territories", ALFA, "cod", "geoboundaries", "gadm")
    assert [failure.provider for failure in caught.value.failures] == ["cod", "geoboundaries", "gadm"]
    for failure in caught.value.failures:
        assert failure.url in str(caught.value)
        assert failure.target in str(caught.value)
    rows = [json.loads(json.dumps(failure.as_dict())) for failure in caught.value.failures]
    assert failure_table(rows) == failure_table(caught.value.failures)


def test_a_country_that_needs_every_fallback_gets_all_its_layers(desk: Desk) -> None:
    """Peers, row 1 and 11: every first choice is down, and each in another way."""
    desk.world.everything(BETA)
    desk.server.fail("/geofabrik/index-v1-nogeom.json", *[Fault("status", 503)] * 9)
    desk.world.take_away("cod")
    for path in [path for path in desk.server.documents if path.startswith("/geoboundaries/")]:
        desk.server.fail(path, *[Fault("html")] * 9)
    desk.server.fail(desk.world.path("geonames_dump", SOURCES["geonames_cities"].url[0]), *[Fault("truncated")] * 9)
    desk.world.take_away("worldpop")
    ladders = {
        "osm": ("geofabrik", "overpass"), "territories": ("cod", "geoboundaries", "gadm"),
        "cities": ("geonames_dump", "ucdb"), "population": ("worldpop", "ghspop"),
        "land_cover": ("mapbiomas", "worldcover"),
    }  # fmt: skip
    receipts = {layer: desk.fetch(layer, BETA, *ladder, options={}) for layer, ladder in ladders.items()}
    assert {layer: receipt.provider for layer, receipt in receipts.items()} == {
        layer: ladder[-1] for layer, ladder in ladders.items()
    }
    for layer, receipt in receipts.items():
        assert [failure.provider for failure in receipt.tried] == list(ladders[layer][:-1])


@pytest.mark.parametrize("provider", sorted({*LOCAL, "file"}))
def test_providers_that_need_no_download_end_the_ladder(desk: Desk, provider: str) -> None:
    receipt = desk.fetch("population", ALFA, provider)
    assert (receipt.status, receipt.provider, receipt.files) == ("ready", provider, ())
    assert desk.server.hits() == 0


def test_what_the_table_asks_for_is_accepted_when_put_there_by_hand(desk: Desk) -> None:
    """Peers, row 2."""
    with pytest.raises(LadderError) as caught:
        desk.fetch("osm", ALFA, "geofabrik")
    path = desk.world.geofabrik(ALFA)
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    desk.world.take_away("geofabrik")
    asked = desk.server.hits()
    Path(caught.value.failures[0].target).write_bytes(body)
    receipt = desk.fetch("osm", ALFA, "geofabrik")
    assert receipt.files[0].origin == "by_hand"
    assert receipt.files[0].data_date == "2026-11-21T20:21:09Z"
    assert desk.server.hits() == asked


def test_nothing_is_fetched_twice_whatever_else_changes(desk: Desk) -> None:
    """Peers, row 19: a second run, another ladder, another mirror, another region of the country."""
    desk.world.everything(ALFA)
    for layer, provider in (
        ("osm", "geofabrik"),
        ("territories", "cod"),
        ("population", "worldpop"),
        ("land_cover", "worldcover"),
    ):
        desk.fetch(layer, ALFA, provider)
    asked = desk.server.hits()
    for layer, provider in (
        ("osm", "geofabrik"),
        ("territories", "cod"),
        ("population", "worldpop"),
        ("land_cover", "worldcover"),
    ):
        desk.fetch(layer, ALFA, provider, settings=desk.settings(mirrors={}))
    assert desk.server.hits() == asked


def test_regions_share_what_can_be_shared_and_nothing_else(desk: Desk) -> None:
    for place in (ALFA, BETA):
        desk.world.everything(place)
    first = {layer: desk.fetch(layer, ALFA, provider) for layer, provider in _first_rungs()}
    second = {layer: desk.fetch(layer, BETA, provider) for layer, provider in _first_rungs()}
    shared = {layer for layer in first if {f.path for f in first[layer].files} & {f.path for f in second[layer].files}}
    assert shared == {"cities", "land_cover", "night_lights"}


def _first_rungs() -> list[tuple[str, str]]:
    return [(layer, ladder[0]) for layer, ladder in LADDERS.items()]


def test_a_layers_receipt_survives_the_way_through_json(desk: Desk, tmp_path: Path) -> None:
    desk.world.everything(BETA)
    receipt = desk.fetch("land_cover", BETA, "mapbiomas", "worldcover")
    path = tmp_path / "land_cover.json"
    write_json(receipt.as_dict(), path)
    assert load_layer_receipt(path) == receipt


def test_a_file_that_went_missing_after_its_receipt_is_noticed(desk: Desk) -> None:
    desk.world.geofabrik(ALFA)
    receipt = desk.fetch("osm", ALFA, "geofabrik")
    paths = present_files(receipt)
    paths[0].unlink()
    with pytest.raises(RetrievalError, match="no longer there"):
        present_files(receipt)


# --- offline ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_network")
def test_offline_lists_all_that_lack_at_once(tmp_path: Path) -> None:
    settings = Settings(raw_dir=tmp_path, offline=True)
    wanted: list[tuple[str, str, tuple[str, ...], dict[str, Any]]] = [
        ("osm", "NIC", ("geofabrik",), {}),
        ("territories", "NIC", ("cod", "geoboundaries"), {}),
        ("cities", "NIC", ("geonames_dump", "geonames"), {}),
        ("population", "NIC", ("worldpop", "ghspop", "settlements"), {}),
        ("land_cover", "NIC", ("worldcover",), {}),
    ]
    rows = lacking(wanted, settings)
    assert [(row.layer, row.provider) for row in rows] == [
        ("osm", "geofabrik"), ("territories", "cod"), ("territories", "geoboundaries"), ("land_cover", "worldcover"),
    ]  # fmt: skip
    assert all(row.url and row.target and row.remedy for row in rows)


def test_offline_lacks_nothing_after_a_run(desk: Desk) -> None:
    desk.world.everything(ALFA)
    for layer, provider in _first_rungs():
        if provider != "mapbiomas":
            desk.fetch(layer, ALFA, provider)
    wanted = [(layer, "XAA", (provider,), {}) for layer, provider in _first_rungs()]
    offline = desk.settings(offline=True)
    assert lacking(wanted, offline) == []
    asked = desk.server.hits()
    for layer, provider in _first_rungs():
        assert desk.fetch(layer, ALFA, provider, settings=offline).status == "ready"
    assert desk.server.hits() == asked


# --- anything at all ----------------------------------------------------------------------------------------------


def test_every_run_ends_in_whole_layers_or_one_clear_message(desk: Desk) -> None:
    """40 seeded runs of five layers, a third of all requests going wrong: 200 layers, none of them wrong."""
    desk.world.everything(ALFA)
    ladders = {
        "osm": ("geofabrik",), "territories": ("cod", "geoboundaries", "gadm"), "cities": ("geonames_dump", "ucdb"),
        "population": ("worldpop", "ghspop"), "land_cover": ("worldcover",),
    }  # fmt: skip
    faults = tuple(fault for fault in RANDOM_FAULTS if fault.kind not in {"corrupt", "drip"})
    outcomes = {"ready": 0, "refused": 0}
    messages: list[str] = []
    for seed in range(40):
        desk.server.calm()
        desk.server.chaos(seed, 0.35, faults)
        desk.clock.now += 1.0
        policy = desk.clock.policy(attempts=3, chance=random.Random(seed))
        settings = desk.settings(raw_dir=desk.folder / str(seed), policy=policy)
        for layer, ladder in ladders.items():
            try:
                receipt = desk.fetch(layer, ALFA, *ladder, settings=settings)
            except RetrievalError as error:
                outcomes["refused"] += 1
                messages.append(str(error))
                continue
            outcomes["ready"] += 1
            assert receipt.files
            for file in receipt.files:
                truth = desk.server.documents[path_of(file.final_url)].body
                assert Path(file.path).read_bytes() == truth, (seed, layer, file)
    assert min(outcomes.values()) > 0
    assert sum(outcomes.values()) == 200
    assert all("what to do" in message for message in messages)


# --- the registry -------------------------------------------------------------------------------------------------


def test_every_row_of_the_registry_says_what_provenance_needs() -> None:
    for row in SOURCES.values():
        assert row.format in FORMATS, row.key
        assert all(url.startswith("https://") for url in row.url), row.key
        for text in (row.title, row.version, row.licence, row.attribution, row.checksum):
            assert text.strip(), row.key
        assert row.licence_url.startswith("https://"), row.key
        assert row.homepage.startswith("https://"), row.key
        assert row.layer in PROVIDERS, row.key


def test_every_provider_has_a_row_and_every_row_a_provider() -> None:
    assert {name for known in PROVIDERS.values() for name in known} == {row.provider for row in SOURCES.values()}


def test_no_address_stands_outside_the_registry(root: Path) -> None:
    hosts = {url.split("/")[2] for row in SOURCES.values() for url in (*row.url, *_addresses(row.more))}
    for path in (root / "src/comarca").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for host in hosts - {"doi.org", "github.com"}:
            assert f"//{host}" not in text, (path, host)


def _addresses(more: object) -> list[str]:
    if isinstance(more, str):
        return [more] if more.startswith("https://") else []
    if isinstance(more, dict):
        return [url for value in more.values() for url in _addresses(value)]
    return []


@pytest.mark.parametrize(("change", "said"), [({"ulr": "x"}, "Did you mean 'url'"), ({"licence": None}, "also")])
def test_a_row_with_a_wrong_or_missing_key_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    rows = yaml.safe_load((DATA / "sources.yaml").read_text(encoding="utf-8"))
    row = {**rows["gadm_country"], **change}
    row = {key: value for key, value in row.items() if value is not None}
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump({"gadm_country": row}), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_sources(path)


def test_gadm_may_not_be_passed_on_and_all_others_may() -> None:
    assert [row.key for row in SOURCES.values() if not row.redistribute] == ["gadm_country"]


# --- provenance ---------------------------------------------------------------------------------------------------


def test_a_file_that_serves_two_layers_is_recorded_once(desk: Desk) -> None:
    desk.world.everything(ALFA)
    osm = desk.fetch("osm", ALFA, "geofabrik")
    cities = desk.fetch("cities", ALFA, "geonames_dump")
    again = type(osm)("roads", "XAA", "ready", "geofabrik", osm.files)
    records = input_files([osm, cities, again])
    assert [record.layer for record in records] == ["osm, roads", "cities"]
    assert all(record.sha256 and record.licence and record.retrieved and record.url for record in records)


def test_a_file_put_there_by_hand_has_no_address_in_the_record(desk: Desk) -> None:
    path = desk.world.geonames(ALFA)
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    target = plan_layer("cities", "XAA", providers=["geonames_dump"], settings=desk.settings())[0].requests[0].target
    target.parent.mkdir(parents=True)
    target.write_bytes(body)
    record = input_files([desk.fetch("cities", ALFA, "geonames_dump")])[0]
    assert record.url is None
    assert desk.server.hits() == 0
