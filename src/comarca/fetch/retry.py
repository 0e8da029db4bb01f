"""How patient we are with servers: what is worth another attempt, and how long to wait before it."""

from __future__ import annotations

import base64
import email.utils
import logging
import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

import requests
import tenacity
import urllib3.exceptions

from comarca.errors import ComarcaError
from comarca.fetch.addresses import public, redacted
from comarca.fetch.verify import markup_title

if TYPE_CHECKING:
    from collections.abc import Callable


log = logging.getLogger(__name__)


Result = TypeVar("Result")

#: Shortest pause after a server said that we ask too much, where it does not say how long to wait.
BUSY_PAUSE_S: Final = 30.0
#: Answers after which the same question may be put again.
PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})


class TransferError(ComarcaError):
    """A transfer failed for good.

    Parameters
    ----------
    message : str
        What happened.
    url : str
        The address.
    status : int, optional
        HTTP status, if there was an answer.
    remedy : str, optional
        What to do, where trying again later does not help.
    """

    def __init__(self, message: str, *, url: str, status: int | None = None, remedy: str = "") -> None:
        self.url, self.status, self.remedy = public(url), status, remedy
        super().__init__(redacted(message))


class PassingError(TransferError):
    """A transfer failed in a way that may pass.

    Parameters
    ----------
    message, url, status
        As in `TransferError`.
    retry_after_s : float, optional
        How long the server asked us to wait.
    """

    def __init__(
        self, message: str, *, url: str, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, url=url, status=status)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Policy:
    """How patient a client is. Clock, sleep and chance are given, so that a test need not wait.

    Attributes
    ----------
    attempts : int
        Attempts per address.
    connect_timeout_s, read_timeout_s : float
        Longest silence before and between bytes.
    min_bytes_per_s, window_s : float
        Slowest transfer that counts as alive, judged over windows of this length; a slower one is begun anew.
    floor_bytes_per_s, patience_s : float
        A transfer that stays below this rate for this long is given up, so that the next address or provider is asked.
    report_s : float
        How often a transfer says in the log how far it is.
    backoff_s, max_backoff_s : float
        First and longest pause between attempts; doubled each time, with jitter.
    max_retry_after_s : float
        Longest pause that a server may ask for; beyond it the address is given up.
    max_redirects : int
        Redirects that are followed.
    max_body_bytes, max_unpacked_bytes : int
        Largest body that is written down, as it comes and where it comes compressed.
    progress : bool or None
        Whether to draw progress bars; None draws them on a terminal only.
    """

    attempts: int = 6
    connect_timeout_s: float = 20.0
    read_timeout_s: float = 60.0
    min_bytes_per_s: float = 512.0
    window_s: float = 60.0
    floor_bytes_per_s: float = 4096.0
    patience_s: float = 600.0
    report_s: float = 30.0
    backoff_s: float = 1.0
    max_backoff_s: float = 60.0
    max_retry_after_s: float = 600.0
    max_redirects: int = 10
    max_body_bytes: int = 1 << 37
    max_unpacked_bytes: int = 1 << 33
    progress: bool | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    chance: random.Random = field(default_factory=random.Random)


def repeat(attempt: Callable[[], Result], policy: Policy) -> Result:
    """Try until it works, the attempts are spent, or another attempt makes no sense.

    Parameters
    ----------
    attempt : callable
        Raises `PassingError` where another attempt may help.
    policy : Policy
        How often, and with which pauses.

    Returns
    -------
    object
        What `attempt` returned.

    Raises
    ------
    TransferError
        The last one that `attempt` raised.
    """
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(PassingError),
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=lambda state: pause_s(state.attempt_number, _raised(state), policy),
        sleep=policy.sleep,
        before_sleep=_log_pause,
        reraise=True,
    )(attempt)


def pause_s(attempt: int, error: BaseException | None, policy: Policy) -> float:
    """Pause before the next attempt.

    Parameters
    ----------
    attempt : int
        Number of the attempt that failed, from 1.
    error : Exception or None
        What it failed with; a server's ``Retry-After`` is honoured.
    policy : Policy
        First and longest pause.

    Returns
    -------
    float
        Seconds: exponential back-off with jitter between a half and the whole, or what the server asked for and up
        to one back-off step more.
    """
    step = min(policy.backoff_s * 2.0 ** (attempt - 1), policy.max_backoff_s)
    asked = getattr(error, "retry_after_s", None)
    if asked is not None:
        return float(asked) + step * policy.chance.random()
    return step * (0.5 + 0.5 * policy.chance.random())


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Read a ``Retry-After`` header.

    Parameters
    ----------
    value : str or None
        Seconds, or an HTTP date.
    now : float
        Seconds since the epoch.

    Returns
    -------
    float or None
        Seconds from now, not negative; None if there is none, or it makes no sense.
    """
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


def _raised(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _log_pause(state: tenacity.RetryCallState) -> None:
    pause = state.next_action.sleep if state.next_action else 0.0
    log.warning("Attempt %d failed (%s); the next one in %.0f s.", state.attempt_number, _raised(state), pause)


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


def stored_md5(response: requests.Response) -> str:
    """Checksum that Google's storage sends with an object.

    Parameters
    ----------
    response : requests.Response
        The answer.

    Returns
    -------
    str
        MD5 of the whole object in lower-case hexadecimal; empty if there is none.
    """
    match = re.search(r"\bmd5=([A-Za-z0-9+/]{22}==)", response.headers.get("x-goog-hash", ""))
    return base64.b64decode(match[1]).hex() if match else ""


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
