"""Addresses: which may be asked, and what of them may be written down."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import requests
from requests.utils import select_proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Fields of a query by which an address carries a right: signatures, keys, tokens.
_SECRET: Final = re.compile(
    r"sig|signature|.*[-_]signature|.*token|.*[-_]?credential|.*api[-_]?key|key|apikey|.*secret.*|pass(word|wd)?|auth.*|"
    r"awsaccesskeyid|googleaccessid|key-pair-id|policy|x-(amz|goog|oss|obs)-.*|s[epvrt]|spr|code|session(id)?",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\bhttps?://[^\s\"'<>\])]+", re.IGNORECASE)
#: How urllib3 names an address: without its host.
_PATH: Final = re.compile(r"(with url: \S*?)\?\S*")
_LOCAL_NAMES: Final = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


class RefusedAddressError(requests.exceptions.InvalidURL):
    """An address that must not be asked."""


def public(url: str) -> str:
    """Write an address without what gives rights: user and password, and any query with a signature, key or token.

    Parameters
    ----------
    url : str
        Any address.

    Returns
    -------
    str
        What may stand in receipts, logs and messages.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        is_secret = any(_SECRET.fullmatch(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return ""
    query = "" if is_secret else parts.query
    return url if host == parts.netloc and query == parts.query else urlunsplit((*parts[:1], host, parts[2], query, ""))


def redacted(text: str) -> str:
    """Write a message with all addresses in it as `public` writes them.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text without rights.
    """
    return _PATH.sub(r"\1", _ADDRESS.sub(lambda match: public(match[0]), text))


def hosts_of(values: Iterable[Any]) -> Iterator[str]:
    """Find the hosts of addresses.

    Parameters
    ----------
    values : iterable
        Texts, lists and mappings of texts.

    Yields
    ------
    str
        Host, with its port if the address has one, of each that is an address.
    """
    for value in values:
        if isinstance(value, str):
            if value.startswith(("http://", "https://")):
                yield urlsplit(value).netloc.rpartition("@")[2].lower()
        elif hasattr(value, "values"):
            yield from hosts_of(value.values())
        elif isinstance(value, list | tuple):
            yield from hosts_of(value)


class WatchedSession(requests.Session):
    """A session that asks no private address on the word of an index or a redirect, and no open one after https.

    Parameters
    ----------
    trusted : iterable of str
        Hosts that the project's registry or the configuration names, which may be private.
    """

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        super().__init__()
        self.trusted = frozenset(trusted)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request; redirects come here, too, one by one, before they are followed."""
        require_public(str(request.url), trusted=self.trusted, proxies=kwargs.get("proxies") or {})
        return super().send(request, **kwargs)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Refuse to go from https to http."""
        target = super().get_redirect_target(resp)
        if target and urlsplit(resp.url).scheme == "https" and urlsplit(target).scheme == "http":
            raise RefusedAddressError(f"redirected from https to an unprotected address, {public(target)}")
        return target


def require_public(url: str, *, trusted: Iterable[str], proxies: Mapping[str, str]) -> None:
    """Refuse an address of this machine or of a private network, unless its host is trusted.

    Parameters
    ----------
    url : str
        About to be asked.
    trusted : iterable of str
        Hosts, as from `hosts_of`.
    proxies : mapping
        Proxies in use; names that a proxy looks up are not looked up here.

    Raises
    ------
    RefusedAddressError
        If the host is such an address, bears such a name, or its name leads to one.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.netloc.rpartition("@")[2].lower() in trusted:
        return
    if host == "localhost" or host.endswith(_LOCAL_NAMES) or any(map(_is_private, _numbers(host, url, proxies))):
        raise RefusedAddressError(
            f"{public(url)} lies on this machine or in a private network. If it is meant, configure it as a mirror"
        )


def _numbers(host: str, url: str, proxies: Mapping[str, str]) -> list[str]:
    """Give the numeric addresses of a host; none if it cannot be looked up, which the request itself will say."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        if select_proxy(url, dict(proxies)):
            return []
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)]
    except (OSError, UnicodeError):
        return []


def _is_private(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None)
    return not (inner or address).is_global
