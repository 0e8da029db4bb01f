"""Files that are being downloaded: how much is there, of what, and whether it may be continued."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from comarca import io
from comarca.errors import InputError
from comarca.fetch.addresses import public

if TYPE_CHECKING:
    from pathlib import Path

    import requests


def state_path(part: Path) -> Path:
    """Path of the note that says what a part file is a part of.

    Parameters
    ----------
    part : pathlib.Path
        The part file.

    Returns
    -------
    pathlib.Path
        ``<part>.json``.
    """
    return part.with_name(part.name + ".json")


def discard(part: Path) -> None:
    """Remove a part file and its note.

    Parameters
    ----------
    part : pathlib.Path
        The part file; it need not exist.
    """
    part.unlink(missing_ok=True)
    state_path(part).unlink(missing_ok=True)


def write_state(part: Path, *, url: str, etag: str, last_modified: str, total: int | None) -> None:
    """Note what a part file is a part of.

    Parameters
    ----------
    part : pathlib.Path
        The part file.
    url : str
        Where it comes from.
    etag, last_modified : str
        The server's validators; a weak ETag does not vouch for the bytes and is left out.
    total : int or None
        Size of the whole; without it nothing is ever continued.
    """
    strong = "" if etag.startswith("W/") else etag
    io.write_json({"url": public(url), "validator": strong or last_modified, "total": total}, state_path(part))


def resume_point(part: Path, *, url: str) -> tuple[int, dict[str, str]]:
    """Where a download can go on, and how to ask for it.

    Parameters
    ----------
    part : pathlib.Path
        The part file.
    url : str
        The address that is about to be asked.

    Returns
    -------
    offset : int
        Bytes that are there and can be kept; 0 to start anew.
    headers : dict
        ``Range`` and ``If-Range``, empty to start anew.
    """
    state = _read_state(part)
    if not part.is_file() or state.get("url") != public(url) or not state.get("validator") or not state.get("total"):
        return 0, {}
    offset = part.stat().st_size
    return (offset, {"Range": f"bytes={offset}-", "If-Range": state["validator"]}) if offset else (0, {})


def continues(response: requests.Response, part: Path, *, offset: int) -> bool:
    """Whether a partial answer begins where we stopped, in the very file that we began.

    Parameters
    ----------
    response : requests.Response
        An answer with status 206.
    part : pathlib.Path
        The part file.
    offset : int
        Bytes in it.

    Returns
    -------
    bool
        False for another range, another total, or another validator than noted.
    """
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
    state = _read_state(part)
    return (
        match is not None
        and int(match[1]) == offset > 0
        and int(match[3]) == state.get("total")
        and state.get("validator") in {response.headers.get("ETag"), response.headers.get("Last-Modified")}
    )


def _read_state(part: Path) -> dict[str, Any]:
    try:
        state = io.read_json(state_path(part))
    except (FileNotFoundError, InputError):
        return {}
    return state if isinstance(state, dict) else {}
