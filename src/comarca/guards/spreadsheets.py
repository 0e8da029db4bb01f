"""Texts that a spreadsheet would take for formulas: written as text, and refused as codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_NUMBER: Final = re.compile(r"[+-]\s?(\d[\d.,\s]*|[.,]\d+)([eE][+-]?\d+)?\s?%?")


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take a text for a formula.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    bool
        True if it begins with ``=``, ``@``, a tab or a carriage return, or with ``+`` or ``-`` and is no number.
    """
    return text[:1] in {"=", "@", "\t", "\r"} or (text[:1] in {"+", "-"} and not _NUMBER.fullmatch(text.rstrip()))


def as_text(text: str) -> str:
    """Write a text so that a spreadsheet shows it and does not compute it.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    str
        With an apostrophe before it if it would be a formula.
    """
    return f"'{text}" if is_formula(text) else text


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
                changed[name] = texts.mask(formula, "'" + texts[formula].astype(str))
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
