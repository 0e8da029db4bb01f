"""Is there a way to the internet at all? Asked once, before a run spends minutes on finding out."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests

from comarca.errors import RetrievalError
from comarca.fetch.http import user_agent
from comarca.fetch.retry import cause
from comarca.registry.files import mirrored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.fetch.receipts import Failure
    from comarca.fetch.settings import Settings

#: How long to wait for the first answer of any host.
PATIENCE_S: Final = 10.0


def require_network(rows: Sequence[Failure], settings: Settings, *, patience_s: float = PATIENCE_S) -> None:
    """Refuse to begin if no host that a run will ask gives any answer.

    Parameters
    ----------
    rows : sequence of Failure
        Files that are not there, by provider.
    settings : Settings
        Settings of the run; mirrors are asked in the place of their providers.
    patience_s : float, optional
        How long to wait. Hosts are asked at the same time; one answer, whatever it says, is enough.

    Raises
    ------
    RetrievalError
        Says what was tried, what to do, and which file belongs where.
    """
    hosts = {
        f"{parts.scheme}://{parts.netloc}/"
        for row in rows
        if row.url
        for parts in [urlsplit(mirrored(row.url, row.provider, settings.mirrors))]
    }
    if not hosts:
        return
    reasons = _reasons(sorted(hosts), settings.contact, patience_s)
    if reasons:
        raise RetrievalError(no_network_message(reasons, rows))


def no_network_message(reasons: dict[str, str], rows: Sequence[Failure]) -> str:
    """Say that nothing answers, and what to do.

    Parameters
    ----------
    reasons : dict
        Host -> what happened.
    rows : sequence of Failure
        Files that are not there.

    Returns
    -------
    str
        Text of several lines.
    """
    asked = "\n".join(f"    {host}  {reason}" for host, reason in reasons.items())
    # Of each layer the provider that is asked first; rows of the others only add hosts.
    first = {(row.country, row.layer): row for row in reversed(rows) if row.url}
    files = "\n".join(f"    {row.url}\n      -> {row.target}" for _, row in sorted(first.items()))
    return (
        f"The internet cannot be reached: none of {len(reasons)} hosts answers.\n{asked}\n"
        "Do one of three things:\n"
        "  1. Connect this machine, and run again.\n"
        "  2. If there is a proxy, set HTTPS_PROXY and HTTP_PROXY to its address, and run again.\n"
        "  3. On a machine that is connected, download one file per layer, put it where it belongs, and run with\n"
        f"     `--config offline=true`:\n{files}"
    )


def _reasons(hosts: Sequence[str], contact: str, patience_s: float) -> dict[str, str]:
    """Say what happened at each host; nothing as soon as one answers."""
    answers: queue.Queue[tuple[str, str]] = queue.Queue()
    for host in hosts:
        # Daemons: the look-up of a name cannot be stopped, and the program must not wait for it.
        threading.Thread(target=_ask, args=(host, contact, patience_s, answers), daemon=True).start()
    reasons = dict.fromkeys(hosts, f"no answer within {patience_s:.0f} s")
    end = time.monotonic() + patience_s
    for _ in hosts:
        try:
            host, reason = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if not reason:
            return {}
        reasons[host] = reason
    return reasons


def _ask(host: str, contact: str, patience_s: float, answers: queue.Queue[tuple[str, str]]) -> None:
    try:
        headers = {"User-Agent": user_agent(contact)}
        requests.head(host, headers=headers, timeout=patience_s, allow_redirects=False).close()
    except requests.exceptions.SSLError:
        answers.put((host, ""))  # somebody answered
    except requests.RequestException as error:
        through = "the proxy of the environment: " if isinstance(error, requests.exceptions.ProxyError) else ""
        answers.put((host, f"{through}{cause(error)}"))
    else:
        answers.put((host, ""))
