"""Files put there by hand, offline runs, the cache, mirrors, and addresses that stand in for others."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from file_cases import GOOD, PATH, Bench, other_zip
from servers.loopback import Fault, LoopbackServer

from comarca.errors import ConfigError
from comarca.fetch.failures import FileError
from comarca.fetch.receipts import Request, Resolved, meta_path

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.fetch.settings import Context


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
    bench.target.write_bytes(other_zip())
    receipt = bench.fetch()
    assert receipt.origin == "by_hand"
    assert receipt.sha256 == hashlib.sha256(other_zip()).hexdigest()


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
    server.put(PATH, other_zip())
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
