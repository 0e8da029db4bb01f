"""Texts that a spreadsheet would take for formulas: written as text, and refused as codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_NUMBER: Final = r"[+-]\s?(?:\d[\d.,\s]*|[.,]\d+)(?:[eE][+-]?\d+)?\s?%?"
#: Signs that begin a formula, also in full width; before those of arithmetic it may be a number.
_SIGNS: Final = r"[=@\uff1d\uff20]|[+\-\uff0b\uff0d]"
_START: Final = re.compile(rf"(?!{_NUMBER}\s*$)(?=[\t\r\n]|[\s\u200b\ufeff]*(?:{_SIGNS}))")
#: The same behind a sign by which other programs or settings part cells, where the next cell would begin.
_INSIDE: Final = re.compile(rf"(?<=[;,|\t\r\n])(?!\s*{_NUMBER}\s*(?:[;,|\t\r\n]|$))(?=[\s\u200b\ufeff]*(?:{_SIGNS}))")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take a text, or a part of it, for a formula.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    bool
        True if it begins with ``=``, ``@``, a tab, a line end, or with ``+`` or ``-`` and is no number, blanks before
        it or not; or if a part of it behind a semicolon, comma, bar, tab or line end does.

    Notes
    -----
    The signs are those of the OWASP page on CSV injection, those in full width among them. Quotes part no cells for a
    program that expects another sign between them.
    """
    return _START.match(text) is not None or _INSIDE.search(text) is not None


def as_text(text: str) -> str:
    """Write a text so that a spreadsheet shows it and does not compute it.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    str
        With an apostrophe before it, or before the part of it, that would be a formula.
    """
    inside = _INSIDE.sub("'", text)
    return f"'{inside}" if _START.match(text) else inside


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Write the texts of a table as `as_text` does.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        A table of the same shape; numbers, truth values and gaps as they were.
    """
    changed = {}
    for name in table.columns:
        if table[name].dtype.kind in "OU" or str(table[name].dtype) in {"str", "string", "category"}:
            texts = table[name].astype(object)
            formula = texts.map(lambda value: isinstance(value, str) and is_formula(value)).astype(bool)
            if formula.any():
                changed[name] = texts.mask(formula, texts[formula].astype(str).map(as_text))
    return table.assign(**changed) if changed else table


def refuse_formulas(codes: pd.Series, *, where: str) -> None:
    """Refuse codes that a spreadsheet would take for formulas: written as text they would join to nothing.

    Parameters
    ----------
    codes : pandas.Series
        Codes.
    where : str
        File and column, for messages.

    Raises
    ------
    InputError
        Names the row.
    """
    formula = codes.map(lambda value: isinstance(value, str) and is_formula(value)).astype(bool)
    if formula.any():
        row = int(formula.to_numpy().argmax())
        raise InputError(
            f"{where}, row {row + 1}", got=codes.iloc[row], expected="a code that no spreadsheet takes for a formula",
            remedy="Codes may not begin with =, @, a tab, or with + or - before letters.",
        )  # fmt: skip
