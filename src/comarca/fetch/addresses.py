"""Addresses: which may be asked, and what of them may be written down."""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from requests.utils import select_proxy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Fields of a query that say what is asked for; the values of all others may carry a right and are left out.
_HARMLESS: Final = frozenset(
    re.split(
        " ",
        "adm admin bbox branch commit count countries country country_code coverage coverageid cql_filter crs data "
        "dataset dataset_id datasetid date day dl download epsg f file filename files filter format from geometry "
        "geometryprecision geometrytype height id ids indicator indicators insr iso iso2 iso3 item kind lang language "
        "lat latitude layer layerid layers level limit lon longitude maxfeatures month name objectids offset order "
        "orderbyfields outfields outputformat outsr page page_size pagesize per_page period product propertyname q "
        "query raw ref region regions request resolution resource resource_id resultoffset resultrecordcount "
        "returncountonly returngeometry returnidsonly rev rows search service sort sortby spatialrel srs srsname "
        "start startindex state style styles subset subsettingcrs theme time to type typename typenames variable "
        "version versions where width x y year years z zoom",
    )
)
#: Names of fields that carry a right, whatever their value.
_SECRET: Final = re.compile(
    r".*(signature|token|credential|key|secret|pass|pwd|auth|session|jwt|hmac|ticket|hash|policy).*"
    r"|(.*[-_])?(sig|sid|pin|otp|sas)|x-(amz|goog|oss|obs)-.*|googleaccessid|s[epvrt]|spr|code|user(name)?|login|email",
    re.IGNORECASE,
)
#: A value that tells nothing under a name that is not known.
_PLAIN: Final = re.compile(r"\d{1,4}|true|false", re.IGNORECASE)
#: Texts that are rights by their form: JSON web tokens, and long ones of digits and letters in both cases.
_WEB_TOKEN: Final = re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*")
_RANDOM: Final = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{24,}(?![\w-])")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_/-]{0,24}")
_ADDRESS: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]*://(?:[^\s\"'<>\])/]*@)?(?:\[[0-9a-f:.%]*\])?[^\s\"'<>\])]*(?<![.,;:!?])", re.IGNORECASE
)
_HEADER: Final = re.compile(r"\b(bearer|basic)\s+[\w.~+/-]{8,}=*", re.IGNORECASE)
#: How urllib3 names an address: without its host.
_PATH: Final = re.compile(r"(with url: \S*?)\?\S*")
_LOCAL_NAMES: Final = (".local", ".localhost", ".localdomain", ".internal", ".lan", ".home.arpa")
#: Networks whose addresses hold one of the older kind in their last 32 bits: translated, and compatible ones.
_HOLDING: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
_TRANSLATED_HERE: Final = ipaddress.IPv6Network("64:ff9b:1::/48")


class RefusedAddressError(requests.exceptions.InvalidURL):
    """An address that must not be asked."""


def public(url: str) -> str:
    """Write an address without what gives rights.

    Parameters
    ----------
    url : str
        Any address.

    Returns
    -------
    str
        What may stand in receipts, logs and messages: no user and password, no sessions in the path, of the query only
        fields that are known to say what is asked for (numbers of up to four digits under other names, too), no
        fragment but a plain word. A query with a signature is left out as a whole.
    """
    try:
        parts = urlsplit(url)
        host, fields = parts.netloc.rpartition("@")[2], parse_qsl(parts.query, keep_blank_values=True)
        _ = parts.port
    except ValueError:
        return ""
    if not parts.netloc:
        return url
    kept = [(name, value) for name, value in fields if _says_what(name, value)]
    is_signed = any(_SECRET.fullmatch(name) for name, _ in fields if name.lower() not in _HARMLESS)
    query = parts.query if len(kept) == len(fields) else "" if is_signed else urlencode(kept, safe="/:,*'()")
    path = (
        _RANDOM.sub("***", re.sub(r";[^/]*", "", parts.path))
        if ";" in parts.path or "eyJ" in parts.path
        else parts.path
    )
    fragment = parts.fragment if _WORD.fullmatch(parts.fragment) else ""
    shown = (host, path, query, fragment)
    return url if shown == parts[1:] else urlunsplit((parts.scheme, *shown))


def _says_what(name: str, value: str) -> bool:
    """Tell whether a field of a query may be written down."""
    if name.lower() in _HARMLESS:
        return not (_WEB_TOKEN.search(value) or _RANDOM.search(value))
    return bool(_PLAIN.fullmatch(value)) and not _SECRET.fullmatch(name)


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
    shown = _ADDRESS.sub(lambda match: public(match[0]), text)
    return _HEADER.sub(r"\1 ***", _PATH.sub(r"\1", shown))


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
    is_local = "." not in host and ":" not in host and not host[:1].isdigit()
    if is_local or host.endswith(_LOCAL_NAMES) or any(map(_is_private, _numbers(host, url, proxies))):
        raise RefusedAddressError(
            f"{public(url)} lies on this machine or in a private network. If it is meant, configure it as a mirror"
        )


def _numbers(host: str, url: str, proxies: Mapping[str, str]) -> list[str]:
    """Give the numeric addresses of a host; none if it cannot be looked up, which the request itself will say."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    if re.fullmatch(r"[\da-fx.]+", host):  # 127.1, 2130706433 and 0x7f000001 are 127.0.0.1
        with suppress(OSError):
            return [str(ipaddress.ip_address(socket.inet_aton(host)))]
    if select_proxy(url, dict(proxies)):
        return []
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)]
    except (OSError, UnicodeError):
        return []


def _is_private(number: str) -> bool:
    """Tell whether an address, or one of the older kind that it holds, is none of the public network."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if address.is_multicast:
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not address.is_global
    teredo = address.teredo
    inner = address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
    if inner is None and any(address in network for network in _HOLDING):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return _is_private(str(inner)) if inner else address in _TRANSLATED_HERE or not address.is_global
