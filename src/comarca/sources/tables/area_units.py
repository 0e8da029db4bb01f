"""Units of area in census tables, with what they hold in the country that counts in them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from comarca.errors import InputError, did_you_mean
from comarca.registry import DATA
from comarca.sources.names import fold_text

#: Words for units of differing size, or of countries that are not in the table: never read as another unit.
_AMBIGUOUS: Final = (
    "alqueire",
    "alqueires",
    "alq",
    "alqueirao",
    "tarefa",
    "tarefas",
    "topo",
    "topos",
    "yugada",
    "yugadas",
    "rai",
    "mu",
    "bigha",
    "feddan",
)


@dataclass(frozen=True)
class AreaUnit:
    """A unit of area.

    Attributes
    ----------
    name : str
        Its name, as in the key ``area_unit``.
    hectares : float
        What it holds.
    """

    name: str
    hectares: float

    @property
    def limit_hectares(self) -> float:
        """What it holds in the limits of size classes: areas are counted in thousands of hectares, limits are not."""
        return 1.0 if self.name == "thousand_hectares" else self.hectares


HECTARE: Final = AreaUnit("hectare", 1.0)


def area_unit(word: str, *, country: str, where: str) -> AreaUnit:
    """Look up a unit that the user names.

    Parameters
    ----------
    word : str
        Its name or one of its words, such as ``acre``, ``mz`` or ``alqueire_mineiro``.
    country : str
        ISO 3166-1 alpha-3 code: units of one name differ between countries.
    where : str
        The key, for messages.

    Returns
    -------
    AreaUnit
        The unit.

    Raises
    ------
    InputError
        If it is not known, or not for that country.
    """
    units = _words(country)
    plain = fold_text(word).replace("_", " ")
    if plain in units:
        return units[plain]
    names = sorted({unit.name for unit in units.values()})
    elsewhere = [row.country for row in _rows() if plain in row.words]
    remedy = f"It is known for {', '.join(elsewhere)} only; convert the table to hectares." if any(elsewhere) else ""
    raise InputError(where, got=word, expected=f"one of {names}", remedy=remedy or did_you_mean(plain, units))


def find_unit(text: str, *, country: str) -> tuple[AreaUnit | None, str]:
    """Find the unit that a label or heading names.

    Parameters
    ----------
    text : str
        A folded text.
    country : str
        ISO 3166-1 alpha-3 code.

    Returns
    -------
    unit : AreaUnit or None
        The unit; None if none is named.
    rest : str
        The text without its words.

    Raises
    ------
    InputError
        If a unit is named that is not known for the country, or the text names two.
    """
    unit_of = _words(country)
    pattern = _pattern(country)
    units = {unit_of[match.rstrip(".")] for match in pattern.findall(text) if match.rstrip(".") in unit_of}
    rest = " ".join(pattern.sub(" ", text).split())
    foreign = _foreign_pattern(country).search(rest)
    if foreign or len(units) > 1:
        names = foreign[0] if foreign else " and ".join(sorted(unit.name for unit in units))
        raise InputError(
            f"unit in {text!r}", got=names, expected=f"one unit of area that is known for {country or 'the country'}",
            remedy="Name it with the key `area_unit`, such as alqueire_mineiro, or convert the table to hectares.",
        )  # fmt: skip
    return next(iter(units), None), rest


@dataclass(frozen=True)
class _Row:
    unit: AreaUnit
    country: str
    words: tuple[str, ...]


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    with (DATA / "area_units.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            _Row(
                AreaUnit(row["unit"], float(row["hectares"])),
                row["country"],
                (row["unit"].replace("_", " "), *row["words"].split(";")),
            )
            for row in csv.DictReader(stream)
        )


@lru_cache(maxsize=32)
def _words(country: str) -> dict[str, AreaUnit]:
    return {word: row.unit for row in _rows() if row.country in ("", country) for word in row.words}


def _pattern_of(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(set(words), key=len, reverse=True)
    return re.compile(r"(?<![\w])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w])\.?")


@lru_cache(maxsize=32)
def _pattern(country: str) -> re.Pattern[str]:
    return _pattern_of(list(_words(country)))


@lru_cache(maxsize=32)
def _foreign_pattern(country: str) -> re.Pattern[str]:
    words = [word for row in _rows() if row.country not in ("", country) for word in row.words]
    return _pattern_of([*(word for word in words if word not in _words(country)), *_AMBIGUOUS])
