"""Column names that Stata accepts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


def stata_names(names: Iterable[str]) -> dict[str, str]:
    """Shorten column names to the 32 characters that Stata allows.

    Parameters
    ----------
    names : iterable of str
        Column names.

    Returns
    -------
    dict
        Name -> Stata's name. A name that fits stays; else common words are abbreviated; if it is still too long, it is
        cut and ends in four digits made from the whole name, so that it depends on nothing else.
    """
    return {name: _stata_name(name) for name in names}


def _stata_name(name: str) -> str:
    if len(name) <= MAX_NAME:
        return name
    short = "_".join(_SHORT.get(part, part) for part in name.split("_"))
    if len(short) <= MAX_NAME:
        return short
    digest = hashlib.sha256(name.encode()).hexdigest()[:4]
    return f"{short[: MAX_NAME - 5]}_{digest}"


MAX_NAME: Final = 32


_SHORT: Final = {
    "population": "pop", "distance": "dist", "density": "dens", "intermediate": "interm", "persons": "pers",
    "nearest": "near", "straight": "str", "concentration": "conc", "catchment": "catch", "infrastructure": "infra",
    "farmland": "farm", "holding": "hold", "parcel": "parc", "within": "in", "service": "serv", "marketplace": "market",
    "unreachable": "unreach", "diversity": "div", "completeness": "compl", "change": "chg", "patch": "ptch",
}  # fmt: skip
