"""What answers say of themselves, and which failures of a connection may pass."""

from __future__ import annotations

from typing import Final

import requests
import urllib3.exceptions

from comarca.fetch.verify import markup_title

#: What the libraries raise when a connection fails or breaks off.
PASSING_ERRORS: Final = (
    requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError,
)  # fmt: skip


def is_packed(response: requests.Response, url: str) -> bool:
    """Whether a body comes compressed though its address does not say so.

    Parameters
    ----------
    response : requests.Response
        The answer.
    url : str
        The address asked.

    Returns
    -------
    bool
        True if it has to be unpacked on its way.
    """
    encoded = response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}
    return encoded and not url.endswith((".gz", ".gzip"))


def content_length(response: requests.Response) -> int | None:
    """Size that a server announces.

    Parameters
    ----------
    response : requests.Response
        The answer.

    Returns
    -------
    int or None
        Bytes of the body as transferred; None if it does not say.
    """
    value = response.headers.get("Content-Length", "")
    return int(value) if value.isdigit() else None


def excerpt(response: requests.Response) -> str:
    """Quote an answer that was not wanted.

    Parameters
    ----------
    response : requests.Response
        The answer, its body not read yet.

    Returns
    -------
    str
        A colon and its title or first words; empty if it has none.
    """
    try:
        head = response.raw.read1(2048, decode_content=True) or b""
    except PASSING_ERRORS:
        return ""
    text = markup_title(head) or " ".join(head.decode("utf-8", errors="replace").split())[:120]
    return f": {text}" if text else ""


def cause(error: BaseException) -> str:
    """Say what lies at the bottom of a chain of exceptions.

    Parameters
    ----------
    error : Exception
        What was caught.

    Returns
    -------
    str
        Kind and text of the first one.
    """
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__} {error}".strip()
