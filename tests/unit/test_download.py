"""The download engine against a real server that goes wrong in every way we know of."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers.clock import Clock
from servers.loopback import RANDOM_FAULTS, Fault, LoopbackServer, gzipped
from servers.samples import one_of_each

from comarca.custody import FileError
from comarca.download import fetch, from_template
from comarca.errors import ConfigError
from comarca.receipts import Receipt, Request, Resolved, meta_path, read_receipt
from comarca.retry import PassingError, Policy, parse_retry_after, pause_s
from comarca.session import Context, Settings
from comarca.sources.registry import SourceFile
from comarca.transfer import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = one_of_each()
PATH = "/folder/file"


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


def row(url: str, **options: Any) -> SourceFile:
    plain: dict[str, Any] = {
        "key": "thing", "provider": "someone", "layer": "cities", "title": "A thing", "version": "1", "url": (url,),
        "target": "someone/1/{iso3}/file", "format": "zip", "checksum": "none", "licence": "CC0-1.0",
        "licence_url": "-", "attribution": "Someone", "homepage": "-",
    }  # fmt: skip
    return SourceFile(**{**plain, **options})


class Bench:
    """A server, a source, and all that is needed to fetch from it."""

    def __init__(self, server: LoopbackServer, folder: Path, *, policy: Policy | None = None, **options: Any) -> None:
        settings = {key: options.pop(key) for key in ("offline", "cache_dir", "mirrors") if key in options}
        self.clock = Clock()
        self.source = row(options.pop("url", server.url + PATH), **options)
        self.settings = Settings(
            raw_dir=folder, sources={"thing": self.source}, policy=policy or self.clock.policy(), **settings
        )
        self.request = self.settings.request("thing", "XAA", params={})
        self.target = self.request.target

    def fetch(self, **options: Any) -> Receipt:
        with Client(self.settings.policy) as client:
            return fetch(self.request, Context(self.settings, client), **options)

    def refused(self, **options: Any) -> FileError:
        """Fetch, expect a refusal, and check that nothing that could be taken for the file is left."""
        with pytest.raises(FileError) as caught:
            self.fetch(**options)
        assert not self.target.exists()
        assert not meta_path(self.target).exists()
        return caught.value


@pytest.fixture
def bench(server: LoopbackServer, tmp_path: Path) -> Bench:
    server.put(PATH, GOOD["zip"])
    return Bench(server, tmp_path / "raw")


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


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(tmp_path: Path) -> None:
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
        assert "certificate is not valid" in str(bench.refused())
        assert server.hits() == 0
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
    server.put(PATH, GOOD["zip"][:0] + _other_zip())
    bench.fetch()
    assert bench.target.read_bytes() == _other_zip()


def _other_zip() -> bytes:
    from servers.samples import zipped

    return zipped({"other.txt": bytes(range(256)) * 40})


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


# --- by hand, offline, cache, mirrors -----------------------------------------------------------------------------


def test_a_file_put_there_by_hand_is_accepted_and_recorded(bench: Bench, server: LoopbackServer) -> None:
    bench.target.parent.mkdir(parents=True)
    bench.target.write_bytes(GOOD["zip"])
    receipt = bench.fetch()
    assert (receipt.origin, receipt.url, server.hits()) == ("by_hand", "", 0)
    assert receipt.sha256 == hashlib.sha256(GOOD["zip"]).hexdigest()
    assert bench.fetch() == receipt


def test_a_file_put_there_by_hand_is_checked_and_left_alone(bench: Bench, server: LoopbackServer) -> None:
    bench.target.parent.mkdir(parents=True)
    bench.target.write_bytes(GOOD["zip"][:-20])
    with pytest.raises(FileError, match=r"not usable.*Replace or delete"):
        bench.fetch()
    assert bench.target.read_bytes() == GOOD["zip"][:-20]
    assert server.hits() == 0


def test_a_download_that_was_replaced_by_hand_is_recorded_anew(bench: Bench) -> None:
    bench.fetch()
    bench.target.write_bytes(_other_zip())
    receipt = bench.fetch()
    assert receipt.origin == "by_hand"
    assert receipt.sha256 == hashlib.sha256(_other_zip()).hexdigest()


def test_a_download_that_was_damaged_later_is_noticed(bench: Bench) -> None:
    bench.fetch()
    bench.target.write_bytes(GOOD["zip"][:100])
    with pytest.raises(FileError, match="not usable"):
        bench.fetch()


def test_offline_asks_nobody_and_says_what_to_put_where(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    bench = Bench(server, tmp_path, offline=True)
    message = str(bench.refused())
    assert server.hits() == 0
    assert server.url + PATH in message
    assert bench.target.as_posix() in message


def test_the_cache_serves_other_projects_and_takes_no_second_space(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    one = Bench(server, tmp_path / "one", cache_dir=tmp_path / "cache")
    two = Bench(server, tmp_path / "two", cache_dir=tmp_path / "cache")
    first, second = one.fetch(), two.fetch()
    assert server.hits() == 1
    assert (second.origin, second.sha256, second.url) == ("cache", first.sha256, first.url)
    assert one.target.stat().st_ino == two.target.stat().st_ino


def test_the_cache_serves_offline_runs(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    Bench(server, tmp_path / "one", cache_dir=tmp_path / "cache", version="latest").fetch()
    offline = Bench(server, tmp_path / "two", cache_dir=tmp_path / "cache", version="latest", offline=True)
    assert offline.fetch().origin == "cache"


def test_files_that_move_come_from_the_cache_only_if_their_checksum_still_holds(
    server: LoopbackServer, tmp_path: Path
) -> None:
    server.put(PATH, GOOD["zip"])

    def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
        body = server.documents[PATH].body
        assert isinstance(body, bytes)
        return (Resolved(server.url + PATH, md5=hashlib.md5(body).hexdigest()),)

    options = {"cache_dir": tmp_path / "cache", "version": "latest"}
    Bench(server, tmp_path / "one", **options).fetch(resolve=resolve)
    assert Bench(server, tmp_path / "two", **options).fetch(resolve=resolve).origin == "cache"
    server.put(PATH, _other_zip())
    assert Bench(server, tmp_path / "three", **options).fetch(resolve=resolve).origin == "download"


def test_a_damaged_cache_entry_is_thrown_away(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    Bench(server, tmp_path / "one", cache_dir=tmp_path / "cache").fetch()
    for entry in (tmp_path / "cache/sha256").glob("*/*"):
        entry.unlink()
        entry.write_bytes(b"rotten")
    assert Bench(server, tmp_path / "two", cache_dir=tmp_path / "cache").fetch().origin == "download"


def test_a_cache_that_cannot_be_written_to_stops_nothing(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    assert Bench(server, tmp_path / "one", cache_dir=tmp_path / "cache").fetch().origin == "download"


def test_two_jobs_that_want_one_file_fetch_it_once(server: LoopbackServer, tmp_path: Path) -> None:
    server.put(PATH, GOOD["zip"])
    bench = Bench(server, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: bench.fetch(), range(4)))
    assert len(set(receipts)) == 1
    assert server.hits() == 1


def test_a_mirror_takes_the_place_of_the_provider(server: LoopbackServer, tmp_path: Path) -> None:
    server.put("/mirror/export/file.zip", GOOD["zip"])
    bench = Bench(
        server, tmp_path, url="https://provider.example/export/file.zip?x=1",
        mirrors={"someone": server.url + "/mirror/"},
    )  # fmt: skip
    receipt = bench.fetch()
    assert receipt.url == "https://provider.example/export/file.zip?x=1"
    assert receipt.final_url == server.url + "/mirror/export/file.zip?x=1"


@pytest.mark.parametrize(
    ("mirrors", "said"), [({"somone": "http://x.org"}, "someone"), ({"someone": "x.org"}, "https")]
)
def test_a_mirror_that_makes_no_sense_is_refused(
    server: LoopbackServer, tmp_path: Path, mirrors: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        Bench(server, tmp_path, mirrors=mirrors)


def test_an_lfs_pointer_is_followed_to_the_stored_object_and_checked(server: LoopbackServer, tmp_path: Path) -> None:
    body = GOOD["geojson"]
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(body).hexdigest()}\nsize {len(body)}\n"
    )
    server.put("/owner/repo/raw/abc/x.geojson", pointer.encode())
    server.put("/media/owner/repo/abc/x.geojson", body)
    bench = Bench(
        server, tmp_path, url="https://github.com/owner/repo/raw/abc/x.geojson", format="geojson",
        mirrors={"someone": server.url}, more={"media": "https://media.githubusercontent.com"},
    )  # fmt: skip
    assert bench.fetch().url == "https://media.githubusercontent.com/media/owner/repo/abc/x.geojson"
    assert bench.target.read_bytes() == body
    bench.target.unlink()
    meta_path(bench.target).unlink()
    server.put("/media/owner/repo/abc/x.geojson", body.replace(b"a", b"e", 1))
    assert "the sha256 is" in str(bench.refused())


def test_an_lfs_pointer_that_leads_nowhere_is_refused(bench: Bench, server: LoopbackServer) -> None:
    server.put(PATH, b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n")
    assert "Git LFS pointer" in str(bench.refused())


def test_the_next_address_is_tried_where_one_fails(server: LoopbackServer, tmp_path: Path) -> None:
    server.put("/second", GOOD["zip"])
    bench = Bench(server, tmp_path)
    bench.settings.sources["thing"] = replace(bench.source, url=(server.url + "/first", server.url + "/second"))  # type: ignore[index]
    assert bench.fetch().url == server.url + "/second"


@pytest.mark.parametrize(("status", "taken"), [(404, True), (500, False)])
def test_something_else_stands_in_only_if_the_thing_does_not_exist(
    bench: Bench, server: LoopbackServer, status: int, taken: bool
) -> None:
    server.fail(PATH, *[Fault("status", status)] * 30)
    server.put("/coarser", GOOD["zip"])

    def resolve(request: Request, context: Context) -> tuple[Resolved, ...]:
        return (Resolved(server.url + PATH), Resolved(server.url + "/coarser", substitute=True))

    if taken:
        assert bench.fetch(resolve=resolve).url == server.url + "/coarser"
    else:
        bench.refused(resolve=resolve)


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
