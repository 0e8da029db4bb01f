"""Size classes as statistical offices write them, in Portuguese, Spanish and English."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from comarca.errors import InputError
from comarca.sources.names import fold_text

_NUMBER: Final = r"(\d[\d.,]*)"
_UNIT: Final = r"\b(ha|has|hectarea|hectareas|hectare|hectares)\b\.?"
_LESS: Final = r"(?:menos de|menor(?:es)? (?:de|que|a)|inferior(?:es)? a|hasta|ate|less than|under|below|up to|<)"
_MORE: Final = r"(?:e mais|ou mais|y mas|o mas|e acima|and over|and more|or more|\+)"
_OVER: Final = r"(?:mas de|mais de|mayor(?:es)? (?:de|que|a)|maior(?:es)? (?:de|que)|more than|over|>=?)"
_TO: Final = r"(?:a menos de|a menor(?:es)? de|a|ate|hasta|to less than|to under|to|y menos de|e menos de|<|-|\u2013)"

_RANGE = re.compile(rf"(?:de |from |{_OVER} ?)?{_NUMBER} ?{_TO} ?{_NUMBER}")
_FROM = re.compile(rf"(?:de |from )?{_NUMBER} ?{_MORE}|{_OVER} ?{_NUMBER}")
_BELOW = re.compile(rf"(?:de )?{_LESS} ?{_NUMBER}")
_TOTAL = re.compile(r"\btotal(es)?\b|\ball (sizes|holdings)\b")
_LANDLESS = re.compile(r"\b(sem|sin) (area|tierra|tierras|terra|terras)\b|\blandless\b|\bwithout land\b")


class SizeClass(NamedTuple):
    """A class of holdings by size.

    Attributes
    ----------
    kind : str
        ``range``, ``total`` (all sizes) or ``landless``.
    min_ha, max_ha : float
        Limits, closed below and open above; `max_ha` is NaN in an open class.
    rest : str
        What the text says besides the class, folded.
    """

    kind: str
    min_ha: float
    max_ha: float
    rest: str


def find_size_class(text: str) -> SizeClass | None:
    """Find a size class in a text.

    Parameters
    ----------
    text : str
        A label such as "De 10 a menos de 20 ha", or a heading that contains one.

    Returns
    -------
    SizeClass or None
        The class; None if the text has none.
    """
    folded = re.sub(_UNIT, " ", fold_text(text))
    folded = " ".join(folded.split())
    if match := _RANGE.search(folded):
        return SizeClass("range", _number(match[1]), _number(match[2]), _without(folded, match))
    if match := _BELOW.search(folded):
        return SizeClass("range", 0.0, _number(match[1]), _without(folded, match))
    if match := _FROM.search(folded):
        return SizeClass("range", _number(match[1] or match[2]), math.nan, _without(folded, match))
    for pattern, kind in ((_LANDLESS, "landless"), (_TOTAL, "total")):
        if match := pattern.search(folded):
            return SizeClass(kind, 0.0, math.nan, _without(folded, match))
    return None


def parse_size_class(label: str, *, where: str) -> SizeClass:
    """Read a label that must be a size class.

    Parameters
    ----------
    label : str
        The label.
    where : str
        File and column, for messages.

    Returns
    -------
    SizeClass
        The class.

    Raises
    ------
    InputError
        If it is not understood, or its limits are the wrong way round.
    """
    found = find_size_class(label)
    if found is None:
        raise InputError(
            where, got=label, expected="a size class such as 'De 10 a menos de 20 ha'",
            remedy="Or give the limits as numbers, in the columns class_min_ha and class_max_ha.",
        )  # fmt: skip
    if found.max_ha <= found.min_ha:
        raise InputError(where, got=label, expected="a lower limit below the upper one")
    return found


def _number(text: str) -> float:
    """Read a limit: a dot or comma before exactly three digits parts thousands, unless a lone zero stands before it."""
    text = text.rstrip(".,")
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    whole, _, decimals = text.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{decimals}") if whole else float(decimals)


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
