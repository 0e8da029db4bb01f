"""Encodings of texts: which one bytes are written in, and texts that were read in a wrong one."""

from __future__ import annotations

import codecs
import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.errors import InputError
from comarca.results import Check

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WESTERN: Final = "cp1252"
_DOS: Final = "cp850"
_LISTED: Final = 5
#: Signs of money and others inside words, as where texts of DOS are read as those of Windows.
_ODD_SIGN: Final = re.compile(
    r"(?<=[A-Za-z])[\u00a1-\u00a5\u201a\u2021](?=[a-z\u00a1-\u00a5]|$)|^[\u00a4\u00a5\u201a\u2021](?=[a-z])"
)
_LETTERS: Final = re.compile(r"[\w\s.,;:'()/&-]+")


def decode(data: bytes, *, where: str, encoding: str | None = None) -> tuple[str, list[Check]]:
    """Decode a text file.

    Parameters
    ----------
    data : bytes
        The file.
    where : str
        The file, for messages.
    encoding : str, optional
        What the user says it is.

    Returns
    -------
    text : str
        The text.
    checks : list of Check
        The encoding, where it had to be guessed.

    Raises
    ------
    InputError
        If the bytes are not in the encoding given, or in none that is tried.

    Notes
    -----
    The encoding given, else that of the byte-order mark; else UTF-8 if the bytes are valid UTF-8, which texts in other
    encodings hardly ever are; else cp1252, which holds Latin-1 and what Windows added to it.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    chosen = encoding or marked or ("utf-8" if is_utf8(data) else _WESTERN)
    try:
        text = data.decode(chosen)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(
            where, got=f"bytes that are not {chosen} ({error})", expected="text in a known encoding",
            remedy="Say which it is with the key `encoding`, such as cp850 for old DOS tables, cp1252 or utf-8.",
        ) from error  # fmt: skip
    if encoding is None and chosen == _WESTERN:
        logger.warning("%s is not UTF-8; read as %s", where, _WESTERN)
        message = f"{where} is not UTF-8 and was read as {_WESTERN}; the key `encoding` says otherwise."
        return text, [Check("encoding", "info", _WESTERN, "", message)]
    return text, []


def is_utf8(data: bytes) -> bool:
    """Tell whether bytes are valid UTF-8.

    Parameters
    ----------
    data : bytes
        Any bytes.

    Returns
    -------
    bool
        True also for plain ASCII.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unmangled(text: str) -> str | None:
    """Undo the reading of UTF-8 bytes in a one-byte encoding, or of a text of DOS as one of Windows.

    Parameters
    ----------
    text : str
        A text.

    Returns
    -------
    str or None
        What it was, such as ``Medellín`` for ``MedellÃ­n``; None for a text that was read rightly.
    """
    if text.isascii():
        return None
    if _ODD_SIGN.search(text):
        with suppress(UnicodeEncodeError):
            plain = text.encode(_WESTERN).decode(_DOS)
            if _LETTERS.fullmatch(plain):
                return plain
    for codec in (_WESTERN, "latin-1", _DOS):
        try:
            plain = text.encode(codec).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if plain != text and all(sign.isascii() or "\u00a0" <= sign < "\u0250" for sign in plain):
            return plain
    return None


def mojibake_check(table: pd.DataFrame, where: str) -> list[Check]:
    """Warn of texts whose bytes were read in another encoding.

    Parameters
    ----------
    table : pandas.DataFrame
        A table with columns of text.
    where : str
        The file, for the message.

    Returns
    -------
    list of Check
        Nothing if there are no such texts.
    """
    texts: Iterable[str] = (
        text
        for column in table
        if column != "geometry" and (table[column].dtype == object or pd.api.types.is_string_dtype(table[column]))
        for text in table[column].dropna().unique()
        if isinstance(text, str)
    )
    meant = {text: plain for text in texts if (plain := unmangled(text)) is not None}
    lost = {text for column in table if column != "geometry" and pd.api.types.is_string_dtype(table[column])
            for text in table[column].dropna().unique() if isinstance(text, str) and "\ufffd" in text}  # fmt: skip
    if not meant and not lost:
        return []
    rows = [{"text": text, "meant": meant.get(text, "")} for text in sorted([*meant, *lost])[:_LISTED]]
    message = (
        f"{len(meant) + len(lost)} texts of {where} look as if they had been read in another encoding, such as "
        f"{rows[0]['text']!r}. Set the key `encoding` to UTF-8 or cp850, or save the file anew if its own "
        "texts are spoilt."
    )
    return [Check("mojibake", "warn", len(meant) + len(lost), "0 texts", message, rows)]
