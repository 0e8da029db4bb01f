"""HTTP as it is in life: streamed, watched, resumed, and never trusted.

`requests` carries the transfer: proxies come from the environment, TLS is always verified. urllib3's own `Retry` is
not used: it ends where the body begins, and it is the body that breaks.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Any, Final

import requests
from tqdm import tqdm

import comarca
from comarca.fetch.addresses import RefusedAddressError, WatchedSession, public
from comarca.fetch.formats import VerificationError, gunzip
from comarca.fetch.partfile import continues, discard, resume_point, write_state
from comarca.fetch.retry import (
    BUSY_PAUSE_S,
    PASSING_ERRORS,
    PASSING_STATUS,
    PassingError,
    Policy,
    TransferError,
    cause,
    content_length,
    excerpt,
    is_packed,
    parse_retry_after,
    repeat,
    stored_md5,
)
from comarca.fetch.verify import markup_title
from comarca.fetch.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

CHUNK: Final = 1 << 16
SMALL_LIMIT_BYTES: Final = 1 << 27
_CERTIFICATE_REMEDY: Final = (
    "Trying again does not help. A firewall that opens encrypted traffic signs it anew: ask your IT for the "
    "organisation's certificate (a PEM file) and name that file in the environment variable REQUESTS_CA_BUNDLE."
)


@dataclass(frozen=True)
class Delivery:
    """What a server said of the file it sent.

    Attributes
    ----------
    final_url : str
        Address after redirects.
    etag, last_modified : str
        Validators; empty if the server gave none.
    md5 : str
        Checksum of the whole file in lower-case hexadecimal, where the server sends one with it.
    """

    final_url: str
    etag: str
    last_modified: str
    md5: str = ""


@dataclass(frozen=True)
class Peek:
    """What a server says of a file, and how the file begins.

    Attributes
    ----------
    status : int
        HTTP status, whatever it is.
    final_url : str
        Address after redirects.
    total : int or None
        Size of the whole file, if the server says it.
    head : bytes
        Its first bytes.
    """

    status: int
    final_url: str
    total: int | None
    head: bytes


def user_agent(contact: str = "") -> str:
    """Say who we are: there are servers that refuse clients that do not, or block those they cannot write to.

    Parameters
    ----------
    contact : str, optional
        Mail address or page of whoever runs the program.

    Returns
    -------
    str
        Name and version, and a contact: the given one, else what stands in ``COMARCA_CONTACT``, else the project's
        page as its package states it.
    """
    contact = contact.strip() or os.environ.get("COMARCA_CONTACT", "").strip() or _page()
    return f"comarca/{comarca.__version__} (research workflow{'; ' + contact if contact else ''})"


@lru_cache(maxsize=1)
def _page() -> str:
    try:
        entries = metadata("comarca").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return next((entry.partition(",")[2].strip() for entry in entries), "")


class Client:
    """A careful HTTP client.

    Parameters
    ----------
    policy : Policy, optional
        How patient it is.
    contact : str, optional
        As for `user_agent`.
    trusted : iterable of str, optional
        Hosts that may lie in a private network.
    """

    def __init__(self, policy: Policy | None = None, *, contact: str = "", trusted: Iterable[str] = ()) -> None:
        self.policy = policy or Policy()
        self.user_agent = user_agent(contact)
        self._session = WatchedSession(trusted)
        self._session.max_redirects = self.policy.max_redirects
        self._session.headers.update({"User-Agent": self.user_agent, "Accept-Encoding": "identity"})

    def __enter__(self) -> Client:
        """Return the client itself."""
        return self

    def __exit__(self, *details: object) -> None:
        """Close its connections."""
        self._session.close()

    def download(self, url: str, part: Path, *, resume: bool = True) -> Delivery:
        """Stream a file to disk, going on where an earlier attempt broke off if the server allows it.

        Parameters
        ----------
        url : str
            The address.
        part : pathlib.Path
            Where to write. What stands there from an earlier attempt is continued only if the server confirms by its
            validator that the file is still the same one.
        resume : bool
            False for servers known to mishandle ranges.

        Returns
        -------
        Delivery
            What the server said of the file.

        Raises
        ------
        TransferError
            If it cannot be had: the attempts are spent, or another one makes no sense.
        """
        return repeat(lambda: self._download_once(url, part, resume=resume), self.policy)

    def get_bytes(self, url: str) -> bytes:
        """Fetch a small answer, such as a checksum.

        Parameters
        ----------
        url : str
            The address.

        Returns
        -------
        bytes
            The body, decompressed if it came compressed.

        Raises
        ------
        TransferError
            If it cannot be had.
        """
        return repeat(lambda: self._get_once(url), self.policy)

    def get_json(self, url: str) -> Any:
        """Fetch JSON.

        Parameters
        ----------
        url : str
            The address.

        Returns
        -------
        object
            What it holds.

        Raises
        ------
        TransferError
            If it cannot be had, or something else comes, such as an error page with status 200.
        """
        return repeat(lambda: _parse_json(self._get_once(url), url), self.policy)

    def peek(self, url: str, *, size: int = 2048) -> Peek:
        """Look at the beginning of a file.

        Parameters
        ----------
        url : str
            The address.
        size : int, optional
            How many bytes to ask for; servers without ranges are left after as many.

        Returns
        -------
        Peek
            Also of an answer that is an error.

        Raises
        ------
        TransferError
            If there is no answer at all.
        """
        return repeat(lambda: self._peek_once(url, size), self.policy)

    def _peek_once(self, url: str, size: int) -> Peek:
        timeout = (self.policy.connect_timeout_s, self.policy.read_timeout_s)
        headers = {"Range": f"bytes=0-{size - 1}"}
        try:
            with self._session.get(url, headers=headers, stream=True, timeout=timeout) as response:
                head = response.raw.read(size, decode_content=True) or b""
                whole = re.fullmatch(r"bytes \d+-\d+/(\d+)", response.headers.get("Content-Range", ""))
                total = int(whole[1]) if whole else content_length(response)
                return Peek(response.status_code, response.url, total, head)
        except (*PASSING_ERRORS, requests.RequestException) as error:
            raise PassingError(f"no connection: {cause(error)}", url=url) from error

    def get_range(self, url: str, first: int, last: int) -> tuple[bytes, int, str]:
        """Fetch some bytes out of a file.

        Parameters
        ----------
        url : str
            The address.
        first, last : int
            Position of the first and the last byte.

        Returns
        -------
        body : bytes
            The bytes.
        total : int
            Size of the whole file.
        validator : str
            The server's ETag or date of it.

        Raises
        ------
        TransferError
            If it cannot be had, or the server does not hand out ranges.
        """
        return repeat(lambda: self._range_once(url, first, last), self.policy)

    def _range_once(self, url: str, first: int, last: int) -> tuple[bytes, int, str]:
        with self._open(url, {"Range": f"bytes={first}-{last}"}) as response:
            match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
            if response.status_code != requests.codes.partial_content:
                raise TransferError("the server does not hand out parts of the file", url=url)
            if match is None or (int(match[1]), int(match[2])) != (first, last):
                raise PassingError("the server answered another range than asked for", url=url)
            body = b"".join(self._chunks(response, url, decode=False))
            validator = response.headers.get("ETag") or response.headers.get("Last-Modified", "")
        if len(body) != last - first + 1:
            raise PassingError(f"the answer ended after {len(body):,} of {last - first + 1:,} bytes", url=url)
        return body, int(match[3]), validator

    def _get_once(self, url: str) -> bytes:
        with self._open(url, {}) as response:
            body = bytearray()
            for chunk in self._chunks(response, url, decode=True):
                body += chunk
                if len(body) > SMALL_LIMIT_BYTES:
                    raise TransferError(f"the answer is larger than {SMALL_LIMIT_BYTES:,} bytes", url=url)
            _refuse_short(response, len(body), url)
        try:
            return gunzip(bytes(body), SMALL_LIMIT_BYTES)
        except VerificationError as error:
            raise PassingError(str(error), url=url) from error

    def _download_once(self, url: str, part: Path, *, resume: bool) -> Delivery:
        offset, headers = resume_point(part, url=url) if resume else (0, {})
        with self._open(url, headers) as response:
            if response.status_code == 416 or (
                response.status_code == 206 and not continues(response, part, offset=offset)
            ):
                discard(part)
                raise PassingError("the server answered a range that does not fit; starting anew", url=url)
            offset = offset if response.status_code == 206 else 0
            packed = is_packed(response, url)
            length = None if packed else content_length(response)
            _refuse_full_disk(part, length, url)
            total = None if length is None else offset + length
            delivery = Delivery(
                final_url=public(response.url),
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
                md5=stored_md5(response),
            )
            write_state(
                part, url=url, etag=delivery.etag, last_modified=delivery.last_modified, total=None if packed else total
            )
            written = self._write(response, part, url=url, offset=offset, total=total, decode=packed)
        if total is not None and written != total:
            raise PassingError(f"the transfer ended after {written:,} of {total:,} bytes", url=url)
        return delivery

    def _write(
        self, response: requests.Response, part: Path, *, url: str, offset: int, total: int | None, decode: bool
    ) -> int:
        show = None if self.policy.progress is None else not self.policy.progress
        name = part.name.removesuffix(".part")
        written = offset
        limit_bytes = self.policy.max_unpacked_bytes if decode else self.policy.max_body_bytes
        try:
            with (
                part.open("ab" if offset else "wb") as file,
                tqdm(total=total, initial=offset, unit="B", unit_scale=True, desc=name, disable=show) as bar,
            ):
                for chunk in self._chunks(response, url, decode=decode, have=offset, total=total, name=name):
                    file.write(chunk)
                    bar.update(len(chunk))
                    written += len(chunk)
                    if written > limit_bytes:
                        raise TransferError(f"the body grows beyond {limit_bytes:,} bytes", url=url)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                discard(part)
                raise TransferError(f"the disk of {part.parent} is full after {written:,} bytes", url=url) from error
            raise
        return written

    def _open(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        timeout = (self.policy.connect_timeout_s, self.policy.read_timeout_s)
        try:
            response = self._session.get(url, headers=dict(headers), stream=True, timeout=timeout)
        except RefusedAddressError as error:
            raise TransferError(str(error), url=url) from error
        except requests.exceptions.SSLError as error:
            message = f"the server's certificate is not valid: {error}"
            raise TransferError(message, url=url, remedy=_CERTIFICATE_REMEDY) from error
        except requests.TooManyRedirects as error:
            raise TransferError(f"more than {self.policy.max_redirects} redirects, likely a loop", url=url) from error
        except PASSING_ERRORS as error:
            through = (
                " through the proxy of the environment" if isinstance(error, requests.exceptions.ProxyError) else ""
            )
            raise PassingError(f"no connection{through}: {cause(error)}", url=url) from error
        except requests.RequestException as error:
            raise TransferError(f"the address cannot be asked: {error}", url=url) from error
        if response.status_code not in {200, 206, 416}:
            with response:
                raise self._refusal(response, url)
        return response

    def _refusal(self, response: requests.Response, url: str) -> TransferError:
        status = response.status_code
        message = f"HTTP {status} {response.reason}{excerpt(response)}"
        if status not in PASSING_STATUS:
            return TransferError(message, url=url, status=status)
        wait = parse_retry_after(response.headers.get("Retry-After"), now=self.policy.wall_clock())
        if status == requests.codes.too_many_requests:
            wait = max(wait or 0.0, BUSY_PAUSE_S)
        if wait is not None and wait > self.policy.max_retry_after_s:
            return TransferError(f"{message}; the server asks to come back in {wait:,.0f} s", url=url, status=status)
        return PassingError(message, url=url, status=status, retry_after_s=wait)

    def _chunks(
        self,
        response: requests.Response,
        url: str,
        *,
        decode: bool,
        have: int = 0,
        total: int | None = None,
        name: str = "",
    ) -> Iterator[bytes]:
        watch = Watch(self.policy, url=url, have=have, total=total, name=name)
        try:
            # read1 hands over what is there; read would wait for a full chunk, and a dripping server wins.
            while chunk := response.raw.read1(CHUNK, decode_content=decode):
                yield chunk
                watch.count(len(chunk))
        except PASSING_ERRORS as error:
            raise PassingError(f"the transfer broke off: {cause(error)}", url=url) from error


def _refuse_short(response: requests.Response, received: int, url: str) -> None:
    length = content_length(response)
    if length is not None and "Content-Encoding" not in response.headers and received != length:
        raise PassingError(f"the answer ended after {received:,} of {length:,} bytes", url=url)


def _refuse_full_disk(part: Path, needed_bytes: int | None, url: str) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed_bytes is not None and needed_bytes > free:
        raise TransferError(
            f"the disk of {part.parent} has {free:,} bytes free, the file needs {needed_bytes:,}", url=url
        )


def _parse_json(body: bytes, url: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        shown = markup_title(body[:2048]) or body[:80].decode("utf-8", errors="replace")
        raise PassingError(f"the answer is not JSON: {shown!r}", url=url) from error
