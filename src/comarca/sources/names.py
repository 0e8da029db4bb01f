"""Names made comparable across sources."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from comarca.registry.countries import countries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

_SEPARATORS: Final = re.compile(r"[\W_]+")
_SLUG: Final = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
#: Words within a name that Spanish and Portuguese write small.
_SMALL_WORDS: Final = frozenset({"al", "da", "das", "de", "del", "do", "dos", "e", "el", "en", "la", "las", "los", "y"})
#: Characters that are not seen: controls but tabs and line ends, marks of width and of direction.
_INVISIBLE: Final = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 127, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070),
     0xFEFF]
)  # fmt: skip


def visible(text: str) -> str:
    r"""Take out of a text what is not seen, and the blanks around it.

    Parameters
    ----------
    text : str
        A code or a name. Joiners, which change how some scripts are written, stay.

    Returns
    -------
    str
        The text as it is read.

    Examples
    --------
    >>> visible("\u200b01\ufeff "), visible("a\x01b")
    ('01', 'ab')
    """
    return text.translate(_INVISIBLE).strip()


def fold_name(name: str) -> str:
    """Strip case, accents and punctuation, so that ``"Cobán"`` and ``"COBAN"`` compare equal.

    Parameters
    ----------
    name : str
        A name in any script.

    Returns
    -------
    str
        Letters and digits in single-spaced words.
    """
    return _SEPARATORS.sub(" ", fold_text(name)).strip()


def fold_text(text: str) -> str:
    """Take a text to lower case without accents and without runs of blanks.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The folded text.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def slug_words(names: Iterable[str]) -> dict[str, str]:
    """Write the slugs of a file as names.

    Parameters
    ----------
    names : iterable of str
        Names of a column.

    Returns
    -------
    dict
        ``cerro_largo`` -> ``Cerro Largo``, ``salto_del_guaira`` -> ``Salto del Guaira``; empty if any name is
        not a slug, or none has a word: the column holds names, or codes. What a slug has lost, as accents, stays lost.
    """
    distinct = list(dict.fromkeys(names))
    if not all(map(_SLUG.fullmatch, distinct)) or not any(re.search("[a-z]{4}", name) for name in distinct):
        return {}
    return {name: _title(re.split("[_-]", name)) for name in distinct}


def _title(words: Sequence[str]) -> str:
    return " ".join(word if place and word in _SMALL_WORDS else word.capitalize() for place, word in enumerate(words))


def same_form(text: str) -> str:
    """Take a text to composed accents and single blanks, so that equal looks are equal texts.

    Parameters
    ----------
    text : str
        Any text; programs on macOS write accents decomposed.

    Returns
    -------
    str
        The text in NFC.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold_country(name: str) -> str:
    """Fold a country's name, so that ``"St. Kitts & Nevis"`` and ``"Saint Kitts and Nevis"`` compare equal.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        As `fold_name`, with ``&`` and ``St.`` written out.
    """
    return re.sub(r"\bst\b", "saint", fold_name(name.replace("&", " and ")))


def country_codes() -> dict[str, str]:
    """ISO 3166-1 alpha-3 codes by the names that sources use.

    Returns
    -------
    dict
        Name, folded by `fold_country` -> code.
    """
    return {
        fold_country(name): entry.iso3
        for entry in countries().values()
        for name in (*entry.names.values(), *entry.aliases)
    }


def fold_names(names: Iterable[Any]) -> pd.Series:
    """Fold many names; an unknown name stays unknown.

    Parameters
    ----------
    names : iterable of str or None
        The names.

    Returns
    -------
    pandas.Series
        Folded names on a fresh index, null where there is none.
    """
    import pandas as pd  # here, since what folds single names is also run where nothing is read

    folded = [fold_name(name) or None if isinstance(name, str) else None for name in names]
    return pd.Series(folded, dtype="str")
