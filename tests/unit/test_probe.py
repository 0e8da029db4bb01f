"""The probe of all providers, against a server of our own: what it finds, and what it says when something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from servers.bench import ALFA
from servers.loopback import Fault
from servers.world import SOURCES

from comarca.fetch.probe import Finding, main, probe, report
from comarca.fetch.providers.index import PROVIDERS

if TYPE_CHECKING:
    from pathlib import Path

    from servers.bench import Desk

EVERY = {(layer, name) for layer, known in PROVIDERS.items() for name in known}


@pytest.fixture
def whole(desk: Desk) -> Desk:
    desk.world.everything(ALFA)
    return desk


def found(desk: Desk) -> dict[str, Finding]:
    return {finding.provider: finding for finding in ask(desk)}


def ask(desk: Desk) -> list[Finding]:
    return probe(["XAA"], desk.settings(), outlines={"XAA": ALFA.outline})


def test_every_provider_is_asked_and_all_are_good(whole: Desk) -> None:
    findings = ask(whole)
    assert {(finding.layer, finding.provider) for finding in findings} == EVERY
    verdicts = {finding.provider: (finding.verdict, finding.text) for finding in findings}
    assert {name for name, (verdict, _) in verdicts.items() if verdict != "good"} == {"mapbiomas", "osm_fr"}
    assert "does not cover XAA" in verdicts["mapbiomas"][1]
    assert "knows no extract" in verdicts["osm_fr"][1]
    by_name = {finding.provider: finding for finding in findings}
    assert by_name["worldpop"].head.startswith(b"II*\0")
    assert by_name["cod_parquet"].head.startswith(b"PAR1")
    assert by_name["geofabrik"].status == 206
    assert by_name["geofabrik"].size_bytes == len(_body(whole, "geofabrik", ".osm.pbf"))


def _body(desk: Desk, provider: str, suffix: str) -> bytes:
    path = next(path for path in desk.server.documents if path.startswith(f"/{provider}/") and path.endswith(suffix))
    body = desk.server.documents[path].body
    assert isinstance(body, bytes)
    return body


def test_nothing_is_kept_and_little_is_read(whole: Desk) -> None:
    ask(whole)
    assert not list(whole.folder.rglob("*.*"))
    assert not whole.server.posts  # Overpass is asked for its status only


def test_a_field_that_the_index_no_longer_has_is_named(whole: Desk) -> None:
    for level in (0, 1, 2):
        url = SOURCES["geoboundaries_units"].more["api"].format(iso3="XAA", level=level)
        path = whole.world.path("geoboundaries", url)
        body = whole.server.documents[path].body
        assert isinstance(body, bytes)
        whole.server.put(path, body.replace(b"boundaryLicense", b"boundaryLicence"))
    finding = found(whole)["geoboundaries"]
    assert (finding.verdict, finding.lacks) == ("changed", ("boundaryLicense",))
    assert "the index lacks boundaryLicense" in finding.text


@pytest.mark.parametrize(
    ("provider", "fault", "said"),
    [
        ("gadm", Fault("status", 404), "HTTP 404"),
        ("gadm", Fault("html"), "a page instead of the file: 'Service unavailable, please log in'"),
        ("ucdb", Fault("empty"), "begins with b'', which is no zip"),
        ("fieldmaps", Fault("refuse"), "no connection"),
    ],
)
def test_what_changed_at_an_address_is_said(whole: Desk, provider: str, fault: Fault, said: str) -> None:
    for path in [path for path in whole.server.documents if path.startswith(f"/{provider}/")]:
        whole.server.fail(path, *[fault] * 4)
    finding = found(whole)[provider]
    assert finding.verdict == "changed"
    assert said in finding.text


def test_an_index_of_another_shape_is_a_change_and_no_crash(whole: Desk) -> None:
    whole.server.put("/geofabrik/index-v1-nogeom.json", b'{"regions": []}')
    finding = found(whole)["geofabrik"]
    assert finding.verdict == "changed"
    assert "its format has changed" in finding.text
    assert "urls" in finding.lacks


def test_the_report_has_a_row_for_each_address_and_explains_each_change(whole: Desk) -> None:
    whole.world.take_away("ucdb")
    findings = ask(whole)
    text = report(findings)
    assert text.count("\n| ") == len(findings) + 1
    assert "**ucdb** (cities of XAA): HTTP 404" in text
    changes = text[text.index("## What changed") : text.index("## All addresses")]
    assert SOURCES["ucdb_centres"].url[0] in changes
    assert "worldpop" not in changes
    for finding in findings:
        assert finding.url in text
    assert "Nothing." in report([Finding("osm", "geofabrik", "XAA")])


@pytest.mark.parametrize(("gone", "code"), [([], 0), (["gadm"], 1)])
def test_the_command_writes_the_report_and_says_by_its_status_whether_anything_changed(
    whole: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], gone: list[str], code: int
) -> None:
    for provider in gone:
        whole.world.take_away(provider)
    config, output = tmp_path / "config.yaml", tmp_path / "probe-report.md"
    settings: dict[str, Any] = {"mirrors": dict(whole.world.mirrors), "contact": "me@example.org"}
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    arguments = ["--countries", "XAA", "--config", str(config), "--output", str(output), "--attempts", "1"]
    assert main(arguments) == code
    assert output.read_text(encoding="utf-8").startswith("# Providers of comarca")
    assert f"{code} changed" in capsys.readouterr().out
    assert all("me@example.org" in headers["User-Agent"] for _, _, headers in whole.server.requests)
