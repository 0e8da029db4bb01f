"""Numbers in tables as people write them: decimals with comma or dot, marks for zero and for what is not told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

Decimal = Literal[",", "."]


#: Statistical offices' mark of a true zero; a zero that was rounded is written as a number.
ZERO_MARK: Final = "-"
#: Marks of figures that are withheld, not available or do not apply.
MISSING_MARKS: Final = frozenset({"", "x", "(x)", "..", "...", "…", "*", "s", "(s)", "nd", "n.d.", "na", "n/a", "nan"})


def decimal_of(texts: pd.Series, *, where: str, hint: Decimal | None = None) -> Decimal:
    """Find out which sign separates decimals.

    Parameters
    ----------
    texts : pandas.Series of str
        All numbers of the table.
    where : str
        The file, for messages.
    hint : {",", "."}, optional
        What to take if the numbers do not tell.

    Returns
    -------
    str
        Comma or dot.

    Raises
    ------
    InputError
        If "1.234" could be one and a bit as well as a thousand and there is no hint, or both styles occur.
    """
    unique = pd.Series(texts.unique(), dtype=str).str.replace(r"[\s\u00a0-]", "", regex=True)
    only_comma, only_dot = _shows_decimal(unique, ","), _shows_decimal(unique, ".")
    if only_comma.any() and only_dot.any():
        raise InputError(
            where,
            got=[unique[only_comma].iloc[0], unique[only_dot].iloc[0]],
            expected="one way of writing decimals",
            remedy="Set `decimal` in the configuration.",
        )
    if only_comma.any():
        return ","
    if only_dot.any():
        return "."
    doubtful = unique[unique.str.contains(r"[.,]")]
    if len(doubtful) and hint is None:
        raise InputError(
            where, got=doubtful.iloc[0], expected="numbers that tell decimals from thousands",
            remedy="Say which it is: `decimal: ','` or `decimal: '.'`.",
        )  # fmt: skip
    return hint or "."


def decimal_hint(table: pd.DataFrame) -> Decimal | None:
    """Say which sign separates decimals if the numbers themselves do not tell.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `read_text_table`.

    Returns
    -------
    str or None
        Comma in files separated by semicolons, as those programs write them that have commas in numbers; else None.
    """
    return "," if table.attrs.get("separator") == ";" else None


def parse_columns(
    table: pd.DataFrame, names: Iterable[str], *, decimal: Decimal | None, hint: Decimal | None, where: str
) -> dict[str, pd.Series]:
    """Read several columns of numbers, all written in one way.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells as text.
    names : iterable of str
        The columns.
    decimal, hint : {",", "."}, optional
        Sign of the decimals; found out from the numbers if not given, with the hint where they do not tell.
    where : str
        The file, for messages.

    Returns
    -------
    dict
        Column -> numbers.
    """
    chosen = list(names)
    sign = decimal or decimal_of(pd.concat([table[name] for name in chosen]), where=where, hint=hint)
    return {name: parse_numbers(table[name], decimal=sign, where=f"{where}, column {name}") for name in chosen}


def parse_numbers(texts: pd.Series, *, decimal: Decimal, where: str) -> pd.Series:
    """Read numbers written by people.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.
    decimal : {",", "."}
        Sign of the decimals; the other one and spaces part thousands.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of float
        ``-`` is zero; marks such as X, .. and ... are NaN.

    Raises
    ------
    InputError
        If a cell is neither a number nor a known mark.
    """
    thousands = "." if decimal == "," else ","
    bare = texts.str.replace(r"[\s\u00a0']", "", regex=True)
    missing = bare.str.lower().isin(MISSING_MARKS)
    plain = bare.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    plain = plain.mask(bare == ZERO_MARK, "0").mask(missing, "nan")
    numbers = pd.to_numeric(plain, errors="coerce")
    strange = numbers.isna() & ~missing
    if strange.any():
        row = int(strange.to_numpy().argmax())
        raise InputError(
            f"{where}, row {row}",
            got=texts.iloc[row],
            expected="a number, '-' for zero, or a mark such as X, .. or ...",
            remedy=f"{int(strange.sum())} such cell(s) in all.",
        )
    return numbers.astype(np.float64)


def _shows_decimal(texts: pd.Series, sign: str) -> pd.Series:
    """Texts that can only be read with this sign as the decimal one."""
    other = "." if sign == "," else ","
    mark, mark_other = re.escape(sign), re.escape(other)
    alone = texts.str.match(rf"^\d*{mark}\d*$")
    not_three_after = ~texts.str.match(rf"^.*{mark}\d{{3}}$")
    no_thousands_before = texts.str.match(rf"^(0|\d{{4,}}){mark}")
    after_thousands = texts.str.match(rf"^\d{{1,3}}({mark_other}\d{{3}})+{mark}\d*$")
    only_thousands = texts.str.match(rf"^\d{{1,3}}({mark_other}\d{{3}}){{2,}}$")
    return (alone & (not_three_after | no_thousands_before)) | after_thousands | only_thousands
