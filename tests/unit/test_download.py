"""The download engine against a real server that goes wrong in every way we know of."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from file_cases import GOOD, PATH, Bench, other_zip
from servers.clock import Clock
from servers.loopback import RANDOM_FAULTS, Fault, LoopbackServer, gzipped
from servers.samples import one_of_each

from comarca.fetch.failures import FileError
from comarca.fetch.providers.protocol import from_template
from comarca.fetch.receipts import Request, Resolved, meta_path, read_receipt
from comarca.fetch.retry import PassingError, Policy, parse_retry_after, pause_s

if TYPE_CHECKING:
    from comarca.fetch.settings import Context


def test_a_file_comes_whole_with_a_receipt_beside_it(bench: Bench, server: LoopbackServer) -> None:
    receipt = bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]
    assert receipt == read_receipt(meta_path(bench.target))
    assert receipt.sha256 == hashlib.sha256(GOOD["zip"]).hexdigest()
    assert (receipt.bytes, receipt.origin, receipt.url) == (len(GOOD["zip"]), "download", server.url + PATH)
    assert receipt.last_modified == "Sat, 21 Nov 2026 20:21:09 GMT"
    assert receipt.data_date == "2026-11-21T20:21:09Z"
    assert sorted(path.name for path in bench.target.parent.iterdir() if path.suffix != ".lock") == [
        "file", "file.meta.json",
    ]  # fmt: skip


def test_we_say_who_we_are(bench: Bench, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMARCA_CONTACT", "someone@example.org")
    bench.fetch()
    agent = server.requests[0][2]["User-Agent"]
    assert agent.startswith("comarca/")
    assert "someone@example.org" in agent


def test_what_is_there_is_not_fetched_again(bench: Bench, server: LoopbackServer) -> None:
    first = bench.fetch()
    again = bench.fetch()
    assert again == first
    assert server.hits() == 1


# --- peers, row 1 and 5: a server that is down, and a message that helps ------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_server_that_fails_for_a_moment_is_asked_again(bench: Bench, server: LoopbackServer, status: int) -> None:
    server.fail(PATH, Fault("status", status), Fault("status", status))
    bench.fetch()
    assert server.hits() == 3
    assert len(bench.clock.pauses) == 2


def test_retry_after_is_honoured(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("status", 503, (("Retry-After", "120"),)))
    bench.fetch()
    assert 120 <= bench.clock.pauses[0] <= 121


def test_a_server_that_asks_for_an_hour_is_not_waited_for(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("status", 429, (("Retry-After", "3600"),)))
    assert "come back in 3,600 s" in str(bench.refused())
    assert bench.clock.pauses == []


def test_the_message_of_a_failure_names_source_address_status_and_what_to_do(
    bench: Bench, server: LoopbackServer
) -> None:
    server.fail(PATH, *[Fault("status", 500)] * 20)
    message = str(bench.refused())
    for part in ("someone", server.url + PATH, "HTTP 500", "please log in", "save it as", bench.target.as_posix()):
        assert part in message
    assert server.hits() == bench.settings.policy.attempts


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 410])
def test_a_final_answer_is_not_asked_again(bench: Bench, server: LoopbackServer, status: int) -> None:
    server.fail(PATH, *[Fault("status", status)] * 5)
    error = bench.refused()
    assert server.hits() == 1
    assert error.not_there == (status in {404, 410})


def test_a_server_that_is_not_there_ends_in_a_message(tmp_path: Path) -> None:
    with LoopbackServer() as gone:
        address = gone.url + PATH
    bench = Bench(gone, tmp_path, url=address)
    assert "no connection" in str(bench.refused())
    assert len(bench.clock.pauses) == bench.settings.policy.attempts - 1


def test_a_redirect_loop_ends(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, *[Fault("loop")] * 50)
    assert "redirects, likely a loop" in str(bench.refused())


def test_redirects_are_followed_and_the_final_address_is_recorded(bench: Bench, server: LoopbackServer) -> None:
    server.put("/moved", b"", status=302, headers={"Location": PATH})
    moved = replace(bench.source, url=(server.url + "/moved",))
    bench.settings.sources["thing"] = moved  # type: ignore[index]
    receipt = bench.fetch()
    assert (receipt.url, receipt.final_url) == (server.url + "/moved", server.url + PATH)


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is needed to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with LoopbackServer(certificate=certificate, key=key) as server:
        server.put(PATH, GOOD["zip"])
        bench = Bench(server, tmp_path / "raw")
        refused = str(bench.refused())
        assert "certificate is not valid" in refused
        assert "REQUESTS_CA_BUNDLE" in refused
        assert "Try again later" not in refused
        assert server.hits() == 0
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert Path(Bench(server, tmp_path / "raw").fetch().path).is_file()
    assert bench.clock.pauses == []


def test_a_proxy_of_the_environment_carries_the_request(
    server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("http://data.example/file", GOOD["zip"])
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    Bench(server, tmp_path, url="http://data.example/file").fetch()
    assert server.requests[0][1] == "http://data.example/file"


def test_a_proxy_that_is_not_there_is_named_in_the_message(
    bench: Bench, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("/file", GOOD["zip"])
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FileError, match="no connection through the proxy of the environment"):
        bench.fetch()


# --- peers, row 3: a part taken for the whole ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reset", "short", "overlong", "broken_chunks", "refuse"])
def test_a_transfer_that_breaks_off_is_taken_up_again(bench: Bench, server: LoopbackServer, kind: str) -> None:
    server.fail(PATH, Fault(kind))
    bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]


@pytest.mark.parametrize("kind", ["truncated", "unannounced", "html", "xml", "empty", "corrupt"])
def test_a_wrong_body_that_looks_whole_is_fetched_once_more(bench: Bench, server: LoopbackServer, kind: str) -> None:
    server.fail(PATH, Fault(kind))
    bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]
    assert server.hits() == 2


@pytest.mark.parametrize("kind", ["truncated", "unannounced", "html", "xml", "empty", "corrupt", "reset", "short"])
def test_a_wrong_body_that_comes_every_time_is_refused(bench: Bench, server: LoopbackServer, kind: str) -> None:
    server.fail(PATH, *[Fault(kind)] * 30)
    assert server.url + PATH in str(bench.refused())


def test_an_error_page_with_status_200_is_quoted(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("html"), Fault("html"))
    assert "Service unavailable, please log in" in str(bench.refused())


def test_a_published_checksum_that_does_not_fit_refuses_the_file(bench: Bench) -> None:
    def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
        return tuple(replace(found, md5="0" * 32) for found in from_template(request, context))

    assert "published is 00000000" in str(bench.refused(resolve=resolve))


def test_a_file_that_changes_between_checksum_and_body_is_resolved_anew(bench: Bench, server: LoopbackServer) -> None:
    old, new = hashlib.md5(b"old").hexdigest(), hashlib.md5(GOOD["zip"]).hexdigest()
    answers = iter([old, new])

    def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
        return (Resolved(server.url + PATH, md5=next(answers)),)

    assert bench.fetch(resolve=resolve).md5 == new


def test_a_dripping_server_is_left(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    clock = Clock(leap_s=30.0)
    bench = Bench(server, tmp_path, policy=clock.policy(attempts=2))
    server.fail(PATH, Fault("drip"), Fault("drip"))
    assert "bytes a second" in str(bench.refused())


# --- resuming -----------------------------------------------------------------------------------------------------


def asked_ranges(server: LoopbackServer) -> list[str | None]:
    return [headers.get("Range") for _, path, headers in server.requests if path == PATH]


def test_a_broken_transfer_goes_on_where_it_broke_off(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("short"))
    bench.fetch()
    half = len(GOOD["zip"]) // 2
    assert asked_ranges(server) == [None, f"bytes={half}-"]
    assert bench.target.read_bytes() == GOOD["zip"]


def test_a_run_that_was_killed_goes_on_in_the_next(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("short"), *[Fault("status", 500)] * 5)
    bench.refused()
    server.calm()
    bench.fetch()
    assert asked_ranges(server)[-1] == f"bytes={len(GOOD['zip']) // 2}-"
    assert bench.target.read_bytes() == GOOD["zip"]


def test_a_server_that_ignores_ranges_sends_the_whole_and_that_is_fine(bench: Bench, server: LoopbackServer) -> None:
    server.documents[PATH].ranges = False
    server.fail(PATH, Fault("short"))
    bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]


def test_a_source_known_to_mishandle_ranges_is_not_asked_for_them(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    server.fail(PATH, Fault("short"))
    Bench(server, tmp_path, resume=False).fetch()
    assert asked_ranges(server) == [None, None]


def test_a_range_that_does_not_fit_is_not_glued_on(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("short"), Fault("wrong_range"))
    bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]


def test_nothing_is_continued_when_the_file_has_changed(bench: Bench, server: LoopbackServer) -> None:
    server.fail(PATH, Fault("short"), *[Fault("status", 500)] * 5)
    bench.refused()
    server.calm()
    server.put(PATH, one_of_each()["zip"] + b"")
    server.put(PATH, GOOD["zip"][:0] + other_zip())
    bench.fetch()
    assert bench.target.read_bytes() == other_zip()


@pytest.mark.parametrize("validators", [{"etag": "", "last_modified": ""}, {"etag": 'W/"weak"', "last_modified": ""}])
def test_without_a_strong_validator_nothing_is_continued(
    bench: Bench, server: LoopbackServer, validators: dict[str, str]
) -> None:
    server.put(PATH, GOOD["zip"], **validators)
    server.fail(PATH, Fault("short"))
    bench.fetch()
    assert asked_ranges(server) == [None, None]


def test_a_file_sent_compressed_is_unpacked(bench: Bench, server: LoopbackServer) -> None:
    server.put(PATH, gzipped(GOOD["zip"]), headers={"Content-Encoding": "gzip"})
    bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"]


# --- disk ---------------------------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_ends_in_a_message_and_leaves_no_part(bench: Bench) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    bench.target.parent.mkdir(parents=True)
    part = bench.target.with_name("file.part")
    part.symlink_to("/dev/full")
    assert "is full" in str(bench.refused())
    assert not os.path.lexists(part)
    assert bench.clock.pauses == []


def test_a_file_that_cannot_fit_is_not_begun(
    bench: Bench, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 90, 10))
    message = str(bench.refused())
    assert "10 bytes free" in message
    assert f"{len(GOOD['zip']):,}" in message


# --- pauses -------------------------------------------------------------------------------------------------------


def test_pauses_double_and_jitter_and_have_a_limit() -> None:
    policy = Policy(backoff_s=1.0, max_backoff_s=20.0, chance=random.Random(5))
    pauses = [pause_s(attempt, None, policy) for attempt in range(1, 9)]
    for attempt, pause in enumerate(pauses, start=1):
        step = min(2.0 ** (attempt - 1), 20.0)
        assert step / 2 <= pause <= step
    asked = pause_s(1, PassingError("", url="", retry_after_s=100.0), policy)
    assert 100.0 <= asked <= 101.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 7 ", 7.0), ("Thu, 01 Jan 1970 00:02:00 GMT", 60.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
     ("soon", None), (None, None), ("-5", None)],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=60.0) == seconds


# --- anything at all ----------------------------------------------------------------------------------------------

#: Formats without checksums cannot tell a flipped byte inside a value from another value.
WITHOUT_CHECKSUM = tuple(fault for fault in RANDOM_FAULTS if fault.kind != "corrupt")


@pytest.mark.parametrize("format_", GOOD)
def test_no_wrong_or_partial_file_is_ever_accepted(format_: str, server: LoopbackServer, tmp_path: Path) -> None:
    """40 seeded runs for each of the six formats; half of all requests go wrong."""
    body = GOOD[format_]
    checksum = hashlib.md5(body).hexdigest() if format_ in {"osm_pbf", "json"} else ""
    outcomes = {"whole": 0, "refused": 0}
    messages: list[str] = []
    server.put(PATH, body)

    def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
        return (Resolved(server.url + PATH, md5=checksum),)

    for seed in range(40):
        server.calm()
        server.chaos(seed, 0.6, RANDOM_FAULTS if checksum else WITHOUT_CHECKSUM)
        clock = Clock(leap_s=20.0)
        bench = Bench(server, tmp_path / str(seed), format=format_, policy=clock.policy(attempts=4))
        try:
            bench.fetch(resolve=resolve)
        except FileError as error:
            outcomes["refused"] += 1
            messages.append(str(error))
            assert not bench.target.exists()
        else:
            outcomes["whole"] += 1
            assert bench.target.read_bytes() == body
            recorded = json.loads(meta_path(bench.target).read_text(encoding="utf-8"))
            assert recorded["sha256"] == hashlib.sha256(body).hexdigest()
    assert min(outcomes.values()) > 0, outcomes
    assert all(server.url in message for message in messages)
