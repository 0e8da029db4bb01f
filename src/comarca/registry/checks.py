"""What the checks of a run are called in each language, and what they are held against."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any, Final

import yaml

from comarca.registry import DATA

#: A number inside words: 0.1, 1e-06, 95%, 2,500; not the digit of km2.
NUMBER: Final = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?")


def check_title(name: str, language: str) -> str:
    """Name a check for readers.

    Parameters
    ----------
    name : str
        Its name, such as ``osm_roads_left_out``.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The title of its row in ``checks.yaml``, with what stands in the braces, or of the row that is left behind the
        name of a layer, as of ``territories_broken_shapes``; the name itself in English and where there is no row.
    """
    if language != "en":
        titles = _texts()["titles"]
        if name in titles:
            return str(titles[name][language])
        for pattern, key in _patterns():
            if match := pattern.fullmatch(name):
                return str(titles[key][language]).format(*(reader_word(part, language) for part in match.groups()))
        for place in (found.start() for found in re.finditer("_", name)):
            layer, rest = name[:place], name[place + 1 :]
            if has_word(layer) and rest in titles:
                return f"{titles[rest][language]}: {reader_word(layer, language)}"
    return name.replace("_", " ").capitalize()


def check_expected(threshold: str, language: str) -> str:
    """Write what a check is held against.

    Parameters
    ----------
    threshold : str
        In English, with its numbers.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The same in the language; English where there is no translation.
    """
    row = _texts()["expected"].get(NUMBER.sub("{}", threshold), {})
    numbers = (number_in(number, language) for number in NUMBER.findall(threshold))
    return str(row[language]).format(*numbers) if language in row else threshold


def number_in(text: str, language: str) -> str:
    """Write a number as a language does.

    Parameters
    ----------
    text : str
        The number in English, such as ``1,234.5`` or ``12%``.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        In Spanish 1 234,5 and 12 %, in Portuguese 1.234,5 and 12%; with a minus sign, not a hyphen.
    """
    if language == "en":
        return text
    text = _written_out(text)
    thousands = {"es": "\N{NO-BREAK SPACE}", "pt": "."}[language]
    swapped = text.translate({ord(","): thousands, ord("."): ",", ord("-"): "\N{MINUS SIGN}"})
    return swapped.replace("%", "\N{NO-BREAK SPACE}%") if language == "es" else swapped


def reader_word(name: str, language: str) -> str:
    """Translate the name of a layer, a class or a heading.

    Parameters
    ----------
    name : str
        In snake_case.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The word of ``checks.yaml``; the name with spaces in English and where there is no row.
    """
    row = _texts()["words"].get(name, {})
    return str(row.get(language, name.replace("_", " ")))


def has_word(name: str) -> bool:
    """Tell whether a word is translated.

    Parameters
    ----------
    name : str
        In snake_case.

    Returns
    -------
    bool
        Whether ``checks.yaml`` has it.
    """
    return name in _texts()["words"]


def _written_out(number: str) -> str:
    """Write 1e-06 as 0.000001."""
    plain = number.rstrip("%")
    return f"{Decimal(plain):f}{number[len(plain) :]}" if "e" in plain else number


@cache
def _texts() -> dict[str, Any]:
    return dict(yaml.load((DATA / "checks.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Titles with a field, those of the most letters first."""
    keys = sorted((key for key in _texts()["titles"] if "{}" in key), key=lambda key: (-len(key), key))
    return [(re.compile(re.escape(key).replace(r"\{\}", "(.+)")), key) for key in keys]
