"""Names of files made of codes that others chose: none hides, none takes the place of another, on any system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Names of devices on Windows, with any ending.
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\..*)?", re.IGNORECASE)
#: What some system does not take in a name, or what would make a hidden file or end in a blank or dot.
_UNSAFE: Final = re.compile(r"""[\x00-\x1f\x7f/\\:*?"<>|%~]|^[.\s-]|[.\s]$""")
_LONGEST_BYTES: Final = 120


def file_names(codes: Iterable[str]) -> dict[str, str]:
    """Give each code a file name of its own, without an ending.

    Parameters
    ----------
    codes : iterable of str
        Codes, such as those of territories.

    Returns
    -------
    dict of str to str
        Code -> name. Codes of letters and digits are their own names. Signs that some system does not take are written
        as in addresses (``a/b`` as ``a%2Fb``), a very long name ends with a digest, and of names that differ in
        capitals or composed accents only, the second has ``~2`` behind it.

    Examples
    --------
    >>> file_names(["2101", "a/b", "a_b", "A_b", "nul"])
    {'2101': '2101', 'a/b': 'a%2Fb', 'a_b': 'a_b', 'A_b': 'A_b~2', 'nul': '%6Eul'}
    """
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for code in dict.fromkeys(codes):
        name = _plain(code)
        key = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
        taken[key] = taken.get(key, 0) + 1
        names[code] = name if taken[key] == 1 else f"{name}~{taken[key]}"
    return names


def _plain(code: str) -> str:
    name = _UNSAFE.sub(lambda sign: _escaped(sign[0]), code) or "%"
    if _DEVICE.fullmatch(name):
        name = _escaped(name[0]) + name[1:]
    if len(name.encode("utf-8", "surrogatepass")) <= _LONGEST_BYTES:
        return name
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    short = name.encode("utf-8", "surrogatepass")[: _LONGEST_BYTES - len(digest) - 1].decode("utf-8", "ignore")
    return f"{short}%{digest}"


def _escaped(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())
