"""Part files: continued only where the server vouches that it is the same file still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from comarca.fetch.partfile import continues, discard, resume_point, state_path, write_state

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://x.example/file"
NOTE: dict[str, Any] = {"url": URL, "etag": '"v1"', "last_modified": "Sat, 21 Nov 2026 20:21:09 GMT", "total": 10}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "file.part"
    path.write_bytes(b"1234")
    return path


def answer(**headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = 206
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def test_a_noted_part_is_continued_after_its_last_byte(part: Path) -> None:
    write_state(part, **NOTE)
    assert resume_point(part, url=URL) == (4, {"Range": "bytes=4-", "If-Range": '"v1"'})


@pytest.mark.parametrize(
    "change",
    [{"url": "https://x.example/other"}, {"total": None}, {"etag": "", "last_modified": ""}],
)  # fmt: skip
def test_a_part_of_another_address_or_without_size_or_validator_is_begun_anew(
    part: Path, change: dict[str, Any]
) -> None:
    write_state(part, **{**NOTE, **change})
    assert resume_point(part, url=URL) == (0, {})


def test_a_weak_etag_vouches_for_nothing_but_the_date_does(part: Path) -> None:
    write_state(part, **{**NOTE, "etag": 'W/"v1"'})
    assert resume_point(part, url=URL)[1]["If-Range"] == NOTE["last_modified"]


@pytest.mark.parametrize("note", ["", "not JSON", "[1, 2]"])
def test_a_part_whose_note_is_missing_or_damaged_is_begun_anew(part: Path, note: str) -> None:
    if note:
        state_path(part).write_text(note, encoding="utf-8")
    assert resume_point(part, url=URL) == (0, {})


def test_an_empty_or_missing_part_is_begun_anew(part: Path) -> None:
    write_state(part, **NOTE)
    part.write_bytes(b"")
    assert resume_point(part, url=URL) == (0, {})
    part.unlink()
    assert resume_point(part, url=URL) == (0, {})


@pytest.mark.parametrize(
    ("headers", "fits"),
    [
        ({"Content_Range": "bytes 4-9/10", "ETag": '"v1"'}, True),
        ({"Content_Range": "bytes 4-9/10", "Last_Modified": NOTE["last_modified"], "ETag": ""}, False),
        ({"Content_Range": "bytes 5-9/10", "ETag": '"v1"'}, False),
        ({"Content_Range": "bytes 4-9/11", "ETag": '"v1"'}, False),
        ({"Content_Range": "bytes 4-9/10", "ETag": '"v2"'}, False),
        ({"Content_Range": "bytes 4-9/*", "ETag": '"v1"'}, False),
        ({"ETag": '"v1"'}, False),
    ],
)
def test_an_answer_continues_a_part_if_range_total_and_validator_fit(
    part: Path, headers: dict[str, str], fits: bool
) -> None:
    write_state(part, **NOTE)
    assert continues(answer(**headers), part, offset=4) is fits


def test_discarding_removes_part_and_note_and_may_be_repeated(part: Path) -> None:
    write_state(part, **NOTE)
    discard(part)
    discard(part)
    assert not part.exists()
    assert not state_path(part).exists()
