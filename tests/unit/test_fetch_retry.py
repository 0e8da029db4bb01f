"""Patience: what is tried again, after which pause, and what an answer says of itself."""

from __future__ import annotations

import random
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import requests
from servers.clock import Clock
from urllib3.response import HTTPResponse

from comarca.fetch.retry import PassingError, TransferError, cause, content_length, excerpt, is_packed, repeat

if TYPE_CHECKING:
    from collections.abc import Callable


def failing(times: int, error: Exception) -> Callable[[], int]:
    """An attempt that fails so many times, and then gives how often it was tried."""
    tries: list[int] = []

    def attempt() -> int:
        tries.append(1)
        if len(tries) <= times:
            raise error
        return len(tries)

    return attempt


def answer(body: bytes = b"", **headers: str) -> requests.Response:
    response = requests.Response()
    response.raw = HTTPResponse(BytesIO(body), preload_content=False)
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def test_what_may_pass_is_tried_until_it_does() -> None:
    clock = Clock()
    assert repeat(failing(3, PassingError("x", url="u")), clock.policy(attempts=5)) == 4
    assert len(clock.pauses) == 3


def test_attempts_are_counted_and_the_last_error_is_raised() -> None:
    clock = Clock()
    with pytest.raises(PassingError, match="busy"):
        repeat(failing(9, PassingError("busy", url="u")), clock.policy(attempts=3))
    assert len(clock.pauses) == 2


def test_what_is_final_is_tried_once() -> None:
    clock = Clock()
    with pytest.raises(TransferError, match="gone"):
        repeat(failing(1, TransferError("gone", url="u", status=404)), clock.policy())
    assert clock.pauses == []


def test_a_pause_is_what_the_server_asked_for_and_a_little_more() -> None:
    clock = Clock()
    error = PassingError("slow down", url="u", status=429, retry_after_s=90.0)
    repeat(failing(1, error), clock.policy(chance=random.Random(3), backoff_s=2.0))
    assert 90.0 <= clock.pauses[0] <= 92.0


@pytest.mark.parametrize(
    ("url", "encoding", "expected"),
    [("https://x/a.tif", "gzip", True), ("https://x/a.tif", "identity", False), ("https://x/a.tif", "", False),
     ("https://x/a.csv.gz", "gzip", False)],
)  # fmt: skip
def test_a_body_is_unpacked_unless_its_address_says_that_it_is_packed(url: str, encoding: str, expected: bool) -> None:
    assert is_packed(answer(Content_Encoding=encoding) if encoding else answer(), url) is expected


@pytest.mark.parametrize(("value", "expected"), [("120", 120), ("", None), ("many", None), ("-1", None)])
def test_a_size_is_read_only_from_digits(value: str, expected: int | None) -> None:
    assert content_length(answer(Content_Length=value)) == expected


@pytest.mark.parametrize(
    ("body", "quoted"),
    [(b"<html><title>Log in</title></html>", ": Log in"), (b"too  many\nrequests", ": too many requests"), (b"", "")],
)
def test_an_answer_that_was_not_wanted_is_quoted_by_its_title_or_first_words(body: bytes, quoted: str) -> None:
    assert excerpt(answer(body)) == quoted


def test_the_cause_is_the_first_error_of_the_chain() -> None:
    error = PassingError("no connection", url="u")
    error.__cause__ = requests.ConnectionError("pool")
    error.__cause__.__context__ = TimeoutError("the read timed out")
    assert cause(error) == "TimeoutError the read timed out"
