"""Column names that Stata accepts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME: Final = 32
#: Short forms, of several words first. Every column of the registry fits with them.
_PHRASES: Final = {
    "per_10000persons": "p10k", "per_1000persons": "p1k", "percent_per_year": "pct_yr", "km_per_100km2": "km_100km2",
    "persons_per_km2": "pers_km2", "agricultural_land_use": "agri_use", "location_quotient_ratio": "loc_quot",
    "currency_per_person": "cur_pp",
}  # fmt: skip
#: Words that Stata, or its programming language, keeps for itself.
_RESERVED: Final = frozenset(
    re.split(
        " ",
        "aggregate array boolean break byte case catch class colvector complex const continue default delegate "
        "delete do double else eltypedef end enum explicit export external float for friend function global goto "
        "if in inline int local long null pragma private protected public quad rowvector short signed static strl "
        "struct super switch template this throw transmorphic try typedef typename union unsigned using vector "
        "version virtual void volatile while with",
    )
)
_WORDS: Final = {
    "population": "pop", "distance": "dist", "density": "dens", "intermediate": "interm", "persons": "pers",
    "nearest": "near", "straight": "str", "concentration": "conc", "catchment": "catch", "infrastructure": "infra",
    "farmland": "farm", "holding": "hold", "parcel": "parc", "within": "in", "service": "serv", "marketplace": "market",
    "unreachable": "unreach", "diversity": "div", "completeness": "compl", "change": "chg", "patch": "ptch",
    "establishment": "estab", "interpolated": "interp", "largest": "max", "effective": "eff", "dispersed": "disp",
    "economy": "econ", "employment": "empl", "settlement": "settl", "secondary": "second", "residential": "resid",
    "unclassified": "unclass", "simpson": "simps", "territory": "terr", "average": "avg", "inequality": "ineq",
    "household": "hh", "transfer": "transf", "classification": "class", "functional": "func", "agricultural": "agri",
}  # fmt: skip


def stata_names(names: Iterable[str]) -> dict[str, str]:
    """Shorten column names to the 32 characters that Stata allows.

    Parameters
    ----------
    names : iterable of str
        All column names of a table.

    Returns
    -------
    dict
        Name -> Stata's name. A name that fits stays, but one that Stata reserves gets ``_v``; else common words are
        abbreviated; if it is still too long, as a name of a user's table may be, it is cut, and numbered where two
        would be the same.
    """
    short: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = abbreviated(name)[:MAX_NAME].rstrip("_")
        short[name] = _free(f"{plain}_v" if plain in _RESERVED or re.fullmatch(r"str\d+", plain) else plain, taken)
        taken.add(short[name])
    return short


def abbreviated(name: str) -> str:
    """Abbreviate the common words of a name that is too long; a name that fits stays."""
    if len(name) <= MAX_NAME:
        return name
    for phrase, brief in _PHRASES.items():
        name = re.sub(rf"(?<![a-z0-9]){phrase}(?![a-z0-9])", brief, name)
    return "_".join(_WORDS.get(part, part) for part in name.split("_"))


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - len(str(number)) - 1]}_{number}"
    return free
