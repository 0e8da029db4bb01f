"""The store of contents: found by name, held against their checksum, handed out as links."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from comarca.fetch.cache import Cache, link_or_copy
from comarca.fetch.receipts import Receipt

if TYPE_CHECKING:
    from pathlib import Path

NAME = "someone/1/NIC/file.zip"


def receipt_of(path: Path) -> Receipt:
    body = path.read_bytes()
    return Receipt(
        path=path.as_posix(), provider="someone", source="thing", version="1", url="https://x.example/file.zip",
        final_url="", sha256=hashlib.sha256(body).hexdigest(), bytes=len(body), retrieved="2026-11-21T00:00:00Z",
        data_date="", licence="CC0-1.0", attribution="Someone", origin="download",
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.zip"
    path.write_bytes(b"content")
    return path


def test_a_content_is_found_by_name_with_its_receipt(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    assert cache.find(NAME) is None
    receipt = receipt_of(file)
    cache.put(NAME, file, receipt)
    assert cache.find(NAME) == receipt
    assert cache.find("another/name") is None
    digest = receipt.sha256
    assert (tmp_path / "cache/sha256" / digest[:2] / digest).read_bytes() == b"content"


def test_two_names_of_one_content_take_its_space_once(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    receipt = receipt_of(file)
    cache.put(NAME, file, receipt)
    cache.put("second/name", file, receipt)
    assert len([path for path in (tmp_path / "cache/sha256").rglob("*") if path.is_file()]) == 1
    assert cache.find("second/name") == receipt


def test_a_name_follows_its_newest_content(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.put(NAME, file, receipt_of(file))
    newer = tmp_path / "newer.zip"
    newer.write_bytes(b"newer content")
    cache.put(NAME, newer, receipt_of(newer))
    kept = cache.find(NAME)
    assert kept is not None
    assert kept.sha256 == hashlib.sha256(b"newer content").hexdigest()


def test_a_content_that_changed_on_disk_is_not_given_and_is_removed(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    receipt = receipt_of(file)
    cache.put(NAME, file, receipt)
    stored = tmp_path / "cache/sha256" / receipt.sha256[:2] / receipt.sha256
    stored.unlink()
    stored.write_bytes(b"CONTENT")
    assert cache.find(NAME) is None
    assert not stored.exists()


def test_an_index_entry_without_content_gives_nothing(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    receipt = receipt_of(file)
    cache.put(NAME, file, receipt)
    (tmp_path / "cache/sha256" / receipt.sha256[:2] / receipt.sha256).unlink()
    assert cache.find(NAME) is None


def test_a_content_is_given_as_a_link_over_whatever_stands_there(tmp_path: Path, file: Path) -> None:
    cache = Cache(tmp_path / "cache")
    receipt = receipt_of(file)
    cache.put(NAME, file, receipt)
    target = tmp_path / "elsewhere/target.zip"
    target.parent.mkdir()
    target.write_bytes(b"old")
    cache.give(receipt, target)
    assert target.read_bytes() == b"content"
    assert target.samefile(file)


def test_a_cache_without_a_folder_holds_nothing(tmp_path: Path, file: Path) -> None:
    cache = Cache(None)
    cache.put(NAME, file, receipt_of(file))
    assert cache.find(NAME) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.zip"]


def test_where_links_are_impossible_the_content_is_copied(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "copy.zip"
    link_or_copy(file, target)
    assert target.read_bytes() == b"content"
    assert not target.samefile(file)
