"""What the checks of a run say, in Spanish and Portuguese."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import yaml

from comarca.registry import DATA
from comarca.registry.checks import has_word, number_in, reader_word

_FIELD: Final = "{}"
_NUMBER: Final = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?%?")
_LISTS: Final = ("; ", ", ", ": ")


def check_message(message: str, language: str) -> str | None:
    """Say the message of a check in a language.

    Parameters
    ----------
    message : str
        In English, one or more sentences.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str or None
        The same by the sentences of ``check_messages.yaml``, with its numbers as the language writes them; None where
        a sentence has no row.
    """
    return message if language == "en" else _sentences(message.strip(), language)


def _sentences(text: str, language: str) -> str | None:
    if not text:
        return ""
    for pattern, row in _patterns("sentences"):
        if match := pattern.match(text):
            rest = _sentences(text[match.end() :].lstrip(), language)
            if rest is not None:
                fields = [check_word(part, language) for part in match.groups()]
                return f"{str(row[language]).format(*fields)} {rest}".rstrip()
    return None


def check_word(text: str, language: str) -> str:
    """Write what is put into a sentence, or stands in a table of cases.

    Parameters
    ----------
    text : str
        A number, a phrase, a word or a list of these, in English.
    language : str
        ``en``, ``es`` or ``pt``.

    Returns
    -------
    str
        The same in the language; a name stays as it is.
    """
    if language == "en":
        return text
    if _NUMBER.fullmatch(text):
        return number_in(text, language)
    for pattern, row in _patterns("phrases"):
        if match := pattern.fullmatch(text):
            return str(row[language]).format(*(check_word(part, language) for part in match.groups()))
    for separator in _LISTS:
        if separator in text:
            return separator.join(check_word(part, language) for part in text.split(separator))
    word = text.replace(" ", "_")
    return reader_word(word, language) if has_word(word) else text


@cache
def _texts() -> dict[str, Any]:
    return dict(yaml.load((DATA / "check_messages.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def _patterns(part: str) -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Rows of the file, those of the most letters first; a sentence ends where another begins or the text ends."""
    end = r"(?=\s|$)" if part == "sentences" else ""
    rows = sorted(_texts()[part].items(), key=lambda item: (-len(item[0].replace(_FIELD, "")), item[0]))
    return [(re.compile("(.+?)".join(map(re.escape, key.split(_FIELD))) + end), row) for key, row in rows]
