"""Named exceptions whose messages say what was wrong, where, and what to do."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ComarcaError(Exception):
    """Base of all errors that a user can mend."""


class InputError(ComarcaError):
    """A file, key or value given by the user is not what it has to be.

    Parameters
    ----------
    where : str
        The file, and the key, column or row in it.
    got : object
        The value found.
    expected : str
        What was expected instead.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, where: str, *, got: object, expected: str, remedy: str = "") -> None:
        self.where, self.got, self.expected, self.remedy = where, got, expected, remedy
        message = f"{where}: got {_short(got)}, expected {expected}."
        super().__init__(f"{message} {remedy}".rstrip())


class ConfigError(InputError):
    """A configuration key or value is wrong."""


class CRSError(InputError):
    """A coordinate reference system is missing or of the wrong kind."""


class RetrievalError(ComarcaError):
    """A file could not be had from its provider."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest right spelling.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What could have been meant.

    Returns
    -------
    str
        ``"Did you mean 'x'?"``, or an empty text when nothing is near.
    """
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]!r}?" if near else ""


def _short(value: object, limit: int = 120) -> str:
    is_scalar = type(value).__module__ == "numpy" and hasattr(value, "item")
    text = repr(value.item() if is_scalar else value)  # type: ignore[attr-defined]
    return text if len(text) <= limit else text[: limit - 3] + "..."
