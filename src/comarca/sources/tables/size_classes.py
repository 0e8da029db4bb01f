"""Size classes as statistical offices write them, in Spanish, Portuguese, French and English.

A label is taken apart into numbers, signs of order and words. It is understood only if nothing of it is left over.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError
from comarca.sources.names import fold_text
from comarca.sources.tables.area_units import AreaUnit, find_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER: Final = r"\d{1,3}(?:[ .,'\u2019]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_TOTAL: Final = re.compile(r"\b(total(es)?|todos|todas|ensemble)\b|\ball (sizes|holdings|farms)\b")
_LANDLESS: Final = re.compile(
    r"\b(sem|sin|sans) (area|tierras?|terras?|terres?|superficie)\b|\blandless\b|\b(without|no) land\b"
    r"|\bno (tiene|posee|tienen) tierras?\b|\bnao (tem|possui) terras?\b"
)
_GREATER: Final = r"(?:mayor(?:es)?|maior(?:es)?|superior(?:es)?|greater|larger)"
_LESSER: Final = r"(?:menor(?:es)?|inferior(?:es)?|smaller|lower|fewer)"
_THAN: Final = r"(?: (?:de|que|a|than|ou|o))?"
_AND: Final = r"(?:e|y|o|ou|a|and|or|et|&)"
#: Words -> one letter each: M and more (behind), D and less (behind), E or equal, L less than, O more than, F from, B
#: between two limits. What is said in more words stands first.
_PHRASES: Final = tuple(
    (re.compile(pattern), f" {sign} ")
    for pattern, sign in (
        (rf"\b{_AND} ?(?:mas|mais|more|over|above|plus|acima|{_GREATER})\b|& (?:above|over|more|mas)\b", "M"),
        (r"\ben adelante\b|(?:\b(?:e|y|and|ou) )?\+(?! ?de\b)", "M"),
        (rf"\b(?:e|y|o|ou|and|or|et) (?:menos|less|under|moins|below|{_LESSER})\b(?! +(?:de|que|a|than|d'|N))", "D"),
        (r"\b(?:o|ou|or|and)? ?(?:igual|iguales|iguais|equal|egal)(?: (?:a|to))?\b", "E"),
        (r"\b(?:a|hasta|ate|to|y|e|and|o)? ?(?:menos (?:de|que)|less than|under|below|moins d(?:e|'))", "L"),
        (rf"\b(?:a|hasta|ate|to|y|e|and|o)? ?{_LESSER}{_THAN}|\babaixo de\b|\bpor debajo de\b", "L"),
        (r"\b(?:no mas de|nao mais de|hasta|ate|up to|jusqu'?a|maximo|until)\b", "L"),
        (rf"\b(?:mas (?:de|que)|mais (?:de|que)|more than|over|above|plus d(?:e|')|{_GREATER}{_THAN})\b", "O"),
        (r"\b(?:acima|por encima) de\b|\+ ?de\b", "O"),
        (r"\b(?:a partir de|at least|minimo|y desde)\b", "O"),
        (r"<=?", "L"),
        (r">=?", "O"),
        (r"\b(?:de|desde|entre|from|between|du|des?)\b", "F"),
        (r"(?<=[\d ])-|-(?=[\d ])|\b(?:a|y|e|to|and|au?|et|through)\b", "B"),
    )
)  # fmt: skip
#: Order of signs -> kind of limits. N is a number.
_RANGE: Final = re.compile(r"F?(?:OE?|E)?NB*(?:[LF]|E)*B*L?E?N")
_BELOW: Final = re.compile(r"F?(?:LE?|E?L)N|NE?D|FND")
_ABOVE: Final = re.compile(r"F?(?:OE?N|NE?M|MN)|FN")
#: Words that a label may hold besides its limits.
_FILLERS: Final = frozenset(
    re.split(
        " ",
        "area areas superficie superficies size sizes tamano tamanho tamanos estrato estratos grupo grupos clase "
        "clases classe classes class escala extension extensao total operated de la el los las do da dos das del the "
        "of por segun rango rangos upa upas eap eaps explotaciones estabelecimentos fincas farms holdings productores "
        "con com with que unidades tierra terra land produtores entre taille exploitations",
    )
)
#: Words of order that no phrase has taken up: a label with one of them is not understood.
_ORDER: Final = frozenset(
    {"menos", "mas", "mais", "menor", "mayor", "maior", "less", "more", "moins", "plus", "igual", "acima", "abaixo"}
)
#: A number whose dot or comma separates decimals whatever stands beside it.
_DECIMALS: Final = {
    sign: re.compile(rf"(?<![\d.,])(0[{sign}]\d+|\d+[{sign}](\d{{1,2}}|\d{{4,}}))(?![\d.,])") for sign in ".,"
}
_BOTH: Final = 2
_HEADING_WORDS: Final = re.compile(r"[LMDO]")


@dataclass(frozen=True)
class SizeClass:
    """A class of holdings by size.

    Attributes
    ----------
    kind : str
        ``range``, ``total`` (all sizes) or ``landless``.
    lower, upper : float
        Limits, closed below and open above, in the label's unit; `upper` is NaN in an open class.
    unit : AreaUnit or None
        Unit that the label names.
    rest : str
        What the text says besides the class, folded.
    """

    kind: str
    lower: float
    upper: float
    unit: AreaUnit | None
    rest: str

    def limits_ha(self, unit: AreaUnit) -> tuple[float, float]:
        """Limits in hectares.

        Parameters
        ----------
        unit : AreaUnit
            Unit of labels that name none.

        Returns
        -------
        tuple of float
            Lower and upper limit.
        """
        hectares = (self.unit or unit).limit_hectares
        return self.lower * hectares, self.upper * hectares


def decimal_of_labels(labels: Iterable[str], *, country: str = "") -> str:
    """Find the sign that separates decimals even before exactly three digits, from all labels together.

    Parameters
    ----------
    labels : iterable of str
        All labels of a column, or all headings.
    country : str, optional
        As for `find_size_class`.

    Returns
    -------
    str
        Dot or comma; empty where both part thousands there.

    Notes
    -----
    All readings are tried: the one is right by which fewest classes overlap or are upside down, and then most begin
    where another ends. Among equals, decimals are told by numbers such as ``0.500`` or ``2.5`` in the labels.
    """
    chosen = list(labels)
    plain = [_folded(label) for label in chosen]
    misfit = {sign: _misfit(chosen, country=country, decimal=sign) for sign in ("", ".", ",")}
    best = [sign for sign in misfit if misfit[sign] == min(misfit.values())]
    told = [sign for sign in best if sign and any(map(_DECIMALS[sign].search, plain))]
    return told[0] if len(told) == 1 else best[0]


def _misfit(labels: Iterable[str], *, country: str, decimal: str) -> tuple[int, int]:
    """Count classes that overlap or are upside down, and less those that begin where another ends."""
    limits = set()
    for label in labels:
        try:
            found = find_size_class(label, country=country, decimal=decimal)
        except InputError:
            continue
        if found and found.kind == "range":
            limits.add((found.lower, math.inf if math.isnan(found.upper) else found.upper))
    ordered = sorted(limits)
    wrong = sum(high <= low for low, high in ordered)
    wrong += sum(high > low for (_, high), (low, _) in pairwise(ordered))
    return wrong, -len({low for low, _ in ordered} & {high for _, high in ordered})


def find_size_class(text: str, *, country: str = "", decimal: str = "") -> SizeClass | None:
    """Find a size class in a text.

    Parameters
    ----------
    text : str
        A label such as "De 10 a menos de 20 ha", or a heading that contains one.
    country : str, optional
        ISO 3166-1 alpha-3 code: units of one name differ between countries.
    decimal : str, optional
        As from `decimal_of_labels`.

    Returns
    -------
    SizeClass or None
        The class; None if the text has none, or has numbers that form none.

    Raises
    ------
    InputError
        If the text names a unit that is not known.
    """
    unit, plain = find_unit(_folded(text), country=country)
    numbers = [_number(match, decimal=decimal) for match in re.findall(_NUMBER, plain)]
    if not numbers:
        for pattern, kind in ((_LANDLESS, "landless"), (_TOTAL, "total")):
            if pattern.search(plain):
                return SizeClass(kind, 0.0, math.nan, unit, " ".join(pattern.sub(" ", plain).split()))
        return None
    signs, rest = _signs(plain)
    if _ORDER & {*rest.split()}:
        return None
    if len(numbers) == _BOTH and _RANGE.fullmatch(signs):
        return SizeClass("range", numbers[0], numbers[1], unit, rest)
    if len(numbers) == 1 and _BELOW.fullmatch(signs):
        return SizeClass("range", 0.0, numbers[0], unit, rest)
    if len(numbers) == 1 and _ABOVE.fullmatch(signs):
        return SizeClass("range", numbers[0], math.nan, unit, rest)
    return None


def looks_like_class(text: str) -> bool:
    """Tell whether a heading has limits in it, understood or not.

    Parameters
    ----------
    text : str
        A heading.

    Returns
    -------
    bool
        True if it has numbers and a word or sign of order.
    """
    signs, _ = _signs(_folded(text))
    return "N" in signs and _HEADING_WORDS.search(signs) is not None


def parse_size_classes(labels: Iterable[str], *, where: str, country: str = "") -> dict[str, SizeClass]:
    """Read the labels of a column, each of which must be a size class.

    Parameters
    ----------
    labels : iterable of str
        All labels.
    where : str
        File and column, for messages.
    country : str, optional
        As for `find_size_class`.

    Returns
    -------
    dict of str to SizeClass
        Label -> class.

    Raises
    ------
    InputError
        If one is not understood as a whole, or its limits are the wrong way round.
    """
    chosen = list(dict.fromkeys(labels))
    decimal = decimal_of_labels(chosen, country=country)
    return {label: _parsed(label, where=where, country=country, decimal=decimal) for label in chosen}


def _parsed(label: str, *, where: str, country: str, decimal: str) -> SizeClass:
    try:
        parsed = find_size_class(label, country=country, decimal=decimal)
    except InputError as error:
        raise InputError(where, got=label, expected=error.expected, remedy=error.remedy) from error
    left = "" if parsed is None else " ".join(word for word in re.findall(r"\w+", parsed.rest) if word not in _FILLERS)
    if parsed is None or (parsed.kind == "range" and left):
        raise InputError(
            where, got=label, expected="a size class such as 'De 10 a menos de 20 ha'",
            remedy=(f"Not understood in it: {left!r}. " if left else "")
            + "Or give the limits as numbers, in the columns class_min_ha and class_max_ha.",
        )  # fmt: skip
    if parsed.upper <= parsed.lower:
        raise InputError(where, got=label, expected="a lower limit below the upper one")
    return parsed


def _folded(text: str) -> str:
    """Folded text with one sign for each meaning, and with blanks and dots inside numbers mended."""
    plain = re.sub(r"#\d+$", "", fold_text(text).replace("≤", "<=").replace("≥", ">="))
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain.replace("⩽", "<=").replace("⩾", ">="))
    plain = re.sub(r"^(?:\(?\d{1,2}\)|\d{1,2}\.-?) +(?=[^\d\s])", "", plain)  # the number of a list
    plain = re.sub(r"(?<=\d)([.,]) (?=\d{3}\b)", r"\1", plain)
    plain = re.sub(r"(?:(?<=^)|(?<=[\s(<>=]))[.,](?=\d)", "0.", re.sub(r"(?<=\d)(?=[a-z])", " ", plain))
    return " ".join(re.sub(r"[()\[\]:;\"]|(?<!\d)[.,]|[.,](?!\d)", " ", plain).split())


def _signs(plain: str) -> tuple[str, str]:
    """Numbers and words of order as letters, and the other words."""
    text = re.sub(_NUMBER, " N ", plain)
    for pattern, sign in _PHRASES:
        text = pattern.sub(sign, text)
    parts = text.split()
    signs = "".join(part for part in parts if re.fullmatch("[A-Z]", part))
    first, last = signs.find("N"), signs.rfind("N")
    while first > 0 and signs[first - 1] in "OLEFM":
        first -= 1
    inner = signs[first : last + 1] + "".join(re.findall(r"^E?[MD]", signs[last + 1 :]))
    return inner, " ".join(part for part in parts if not re.fullmatch("[A-Z]", part))


def _number(text: str, *, decimal: str) -> float:
    """Read a limit: a sign before exactly three digits parts thousands, unless it is that of decimals or after a 0."""
    text = re.sub("[ '\u2019]", "", text)
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", text) and (not decimal or text.count(decimal) != 1):
        return float(re.sub(r"[.,]", "", text))
    whole, _, rest = text.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{rest}") if whole else float(rest)
