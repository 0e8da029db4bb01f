"""Numbers in tables as people write them: decimals with comma or dot, marks for zero and for what is not told.

Each column is read in one way, which all of its cells together decide.
"""

from __future__ import annotations

import re
from decimal import Decimal as StoredDecimal
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.sources.names import fold_text, visible
from comarca.units import latin_digits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

Decimal = Literal[",", "."]


#: Statistical offices' marks of a true zero; a zero that was rounded is written as a number.
ZERO_MARKS: Final = frozenset({"-", "\u2013", "\u2014"})
_MARKS: Final = (
    "x (x) . .. ... .... * ** s (s) (d) d (c) : -- --- ? # nd n.d. n.d n/d (nd) na n/a n.a. nan <na> none null nulo nc "
    "n.c. s/d s/i s.d. sd s.i. sindato sindatos semdados semdado nodisponible naodisponivel confidencial #n/a #n/d #na "
    "#valor! #¡valor! #value! #div/0! #¡div/0! #ref! #¡ref!"
)
#: Marks of figures that are withheld, not available or do not apply, folded and without blanks.
MISSING_MARKS: Final = frozenset(["", *re.split(" ", _MARKS)])
#: Marks that in a column of texts may well be a text.
_LETTERS: Final = frozenset({"x", "s", "d", "*", "-", "#", "?", "sd"})
_BLANKS: Final = r"[\s\u00a0\u202f\u2009'\u2019\u00b4]"
_REMARK: Final = r"(?<=[\d%])(?:[*¹²³⁴⁵†‡]+|\((?:[a-z]|\d)\))$"
_FEW: Final = 3
#: From here on a stored number may stand for several whole ones.
_EXACT: Final = 2.0**53
#: More persons, jobs or holdings than there are on earth.
_MOST: Final = 1e10
#: Attribute of a table of texts: column -> what is wrong with its numbers, what was expected, what to do.
DOUBTS: Final = "doubts"
#: Attribute of a table of texts: column -> texts of those cells that came as numbers with decimals, not as text.
NUMBERS: Final = "numbers"
#: Columns of numbers that name a row, which may stand in one cell merged over several.
_KEYS: Final = frozenset({"year", "class_min_ha", "class_max_ha", "max_jobs"})


class NumberTexts(frozenset[str]):
    """Texts of cells that came as numbers; copies of a table share them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> NumberTexts:
        return self


def cell_text(cell: object) -> str:
    """Write a cell as text: numbers with a dot before their decimals, nothing for nothing.

    Numbers of so many digits that their last ones are lost keep the form of a power of ten, which is no code.

    Parameters
    ----------
    cell : object
        A text, number or anything else.

    Returns
    -------
    str
        Its text without invisible characters.
    """
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float | StoredDecimal) and _is_whole(cell):
        return str(int(cell))
    return visible(str(cell))


def _is_whole(number: float | StoredDecimal) -> bool:
    return bool(abs(float(number)) < _EXACT and number == int(number))


def number_texts(cells: Iterable[object]) -> NumberTexts:
    """Give the texts of the cells that are numbers with decimals: their dot parts no thousands.

    Parameters
    ----------
    cells : iterable
        Cells of a column as they are stored.

    Returns
    -------
    NumberTexts
        As `cell_text` writes them.
    """
    texts = {cell_text(cell) for cell in cells if isinstance(cell, float | StoredDecimal) and not _is_whole(cell)}
    return NumberTexts(texts - {""})


def as_texts(values: pd.Series, name: str) -> pd.DataFrame:
    """Make a table of texts of a column that holds numbers and texts, as those of GeoJSON may.

    Parameters
    ----------
    values : pandas.Series
        The column.
    name : str
        What to call it.

    Returns
    -------
    pandas.DataFrame
        One column, for `parse_columns`, which takes the cells that are numbers as they are.
    """
    table = values.astype(object).map(cell_text).astype("str").to_frame(name)
    table.attrs[NUMBERS] = {name: number_texts(values)}
    return table


def is_missing(texts: pd.Series, *, marks: Collection[str] = (), letters: bool = True) -> pd.Series:
    """Tell which cells hold nothing, or a mark for nothing.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.
    marks : collection of str, optional
        Further marks that the user names.
    letters : bool, default True
        Whether single letters and signs such as X count as marks, as in columns of numbers.

    Returns
    -------
    pandas.Series of bool
        Same index.
    """
    marked = {_mark(mark) for mark in marks} | (MISSING_MARKS if letters else MISSING_MARKS - _LETTERS)
    if not letters:
        marked |= {"-", *ZERO_MARKS}
    answer = {text: _mark(text) in marked for text in texts.unique()}
    return texts.map(answer).astype(bool)


def decimal_of(texts: pd.Series, *, where: str, hint: Decimal | None = None) -> Decimal:
    """Find out which sign separates decimals.

    Parameters
    ----------
    texts : pandas.Series of str
        All cells of a column.
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
    unique = _bare(pd.Series(texts.unique(), dtype=str)).str.lstrip("-")
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
    doubtful = unique[unique.str.contains(r"\d[.,]\d")]
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


def refuse_twins(table: pd.DataFrame, names: Iterable[str], *, where: str) -> None:
    """Refuse columns that are read and stand twice in the heading with other cells.

    Parameters
    ----------
    table : pandas.DataFrame
        As read.
    names : iterable of str
        Headings that are read.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        Names the heading.
    """
    for name in names:
        twin = f"{name} #2"
        if name in table and twin in table and not table[name].equals(table[twin]):
            raise InputError(where, got=f"two columns {name}", expected="each name once in the heading",
                             remedy="Give one of them another name, or take it out.")  # fmt: skip


def parse_columns(
    table: pd.DataFrame,
    names: Iterable[str],
    *,
    decimal: Decimal | None,
    hint: Decimal | None,
    where: str,
    whole: Collection[str] = (),
    missing: Collection[str] = (),
) -> dict[str, pd.Series]:
    """Read several columns of numbers, each in the way that its cells tell.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells as text.
    names : iterable of str
        The columns.
    decimal, hint : {",", "."}, optional
        Sign of the decimals; found out from each column if not given. Where a column does not tell, the others do; else
        the hint.
    where : str
        The file, for messages.
    whole : collection of str, optional
        Columns that count things: there, signs before exactly three digits part thousands if shorter numbers have
        none, and per cent, shares below 1 and numbers beyond 10 billion are refused.
    missing : collection of str, optional
        Further marks of missing figures.

    Returns
    -------
    dict
        Column -> numbers.

    Raises
    ------
    InputError
        As from `parse_numbers` and `refuse_twins`, and where the reader of the table tells that figures are not as they
        seem.
    """
    chosen = list(names)
    refuse_twins(table, chosen, where=where)
    for name in [name for name in chosen if name not in _KEYS]:
        if name in table.attrs.get(DOUBTS, {}):
            got, expected, remedy = table.attrs[DOUBTS][name]
            raise InputError(f"{where}, column {name}", got=got, expected=expected, remedy=remedy)
    for name in [name for name in chosen if name in whole]:
        refuse_percent(table[name], where=f"{where}, column {name}")
    stored = {name: _stored_numbers(table, name, missing, where) for name in chosen}
    written = {name: table[name].mask(stored[name].notna(), "") for name in chosen}
    known = {name: written[name][~is_missing(written[name], marks=missing)] for name in chosen}
    signs = dict.fromkeys(chosen, decimal) if decimal else _signs(known, hint, where, whole)
    numbers = {
        name: parse_numbers(
            written[name], decimal=signs[name] or ".", where=f"{where}, column {name}", missing=missing
        ).fillna(stored[name])
        for name in chosen
    }
    for name in [name for name in chosen if name in whole]:
        _require_counts(numbers[name], f"{where}, column {name}")
    return numbers


def _require_counts(numbers: pd.Series, where: str) -> None:
    """Refuse counts in shares of 1, or of more than there can be."""
    given, got = numbers.dropna(), ""
    if len(given) and given.between(0, 1).all() and (given % 1 > 0).any():
        got = f"figures from {given.min():g} to {given.max():g}"
    elif len(given) and given.max() > _MOST:
        got = f"{given.max():g}"
    if got:
        raise InputError(where, got=got, expected="numbers of persons, jobs, firms or holdings",
                         remedy="Shares and per cent of a total are no counts; multiply them by it.")  # fmt: skip


def _stored_numbers(table: pd.DataFrame, name: str, missing: Collection[str], where: str) -> pd.Series:
    """Numbers of the cells that came as numbers with decimals; NaN for the others, which texts tell."""
    texts = table[name]
    is_number = texts.isin(list(table.attrs.get(NUMBERS, {}).get(name, ()))) & ~is_missing(texts, marks=missing)
    if is_number.any():
        _refuse_some_percent(texts[~is_missing(texts, marks=missing)], f"{where}, column {name}")
    return pd.to_numeric(texts.where(is_number, "nan"), errors="coerce").replace([np.inf, -np.inf], np.nan)


def parse_numbers(texts: pd.Series, *, decimal: Decimal, where: str, missing: Collection[str] = ()) -> pd.Series:
    """Read numbers written by people.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.
    decimal : {",", "."}
        Sign of the decimals; the other one, blanks and apostrophes part thousands.
    where : str
        File and column, for messages.
    missing : collection of str, optional
        Further marks of missing figures, such as ``-1`` or ``-``.

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
    is_void = is_missing(texts, marks=missing)
    _refuse_some_percent(texts[~is_void], where)
    bare = _bare(texts)
    torn = _is_torn(texts)
    grouped = bare.str.contains(re.escape(thousands), regex=True)
    lakh = r"\d{2,3}" if thousands == "," else r"\d{3}"  # India groups by two digits, and with commas
    well_grouped = bare.str.match(
        rf"^-?\d{{1,3}}(?:{re.escape(thousands)}{lakh})*{re.escape(thousands)}\d{{3}}(?:{re.escape(decimal)}\d*)?$"
    )
    plain = bare.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    plain = plain.mask((grouped & ~well_grouped) | torn, "?").mask(bare.isin(ZERO_MARKS), "0").mask(is_void, "nan")
    numbers = pd.to_numeric(plain, errors="coerce")
    strange = (numbers.isna() & ~is_void) | np.isinf(numbers)
    if strange.any():
        row = int(strange.to_numpy().argmax())
        raise InputError(
            f"{where}, row {row + 1}",
            got=texts.iloc[row],
            expected=f"a number with {decimal!r} before its decimals, '-' for zero, or a mark such as X, .. or ...",
            remedy=f"{int(strange.sum())} such cell(s) in all. The key `missing` names further marks.",
        )
    return numbers.astype(np.float64)


def refuse_only_zeros(numbers: pd.Series, *, where: str) -> None:
    """Refuse a column of figures that are all 0: nothing could be told from it.

    Parameters
    ----------
    numbers : pandas.Series of float
        The figures; NaN where not known.
    where : str
        File and column, for messages.

    Raises
    ------
    InputError
        If there are figures and none is above 0.
    """
    known = numbers.dropna()
    if len(known) and not (known != 0).any():
        raise InputError(where, got=f"{len(known)} figures that are all 0", expected="some figure above 0",
                         remedy="Is it another column? If 0 marks missing figures: `missing: ['0']`.")  # fmt: skip


def has_percent(texts: pd.Series) -> bool:
    """Tell whether cells carry the sign of per cent.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.

    Returns
    -------
    bool
        Whether any does.
    """
    return bool(texts.astype("str").str.contains(r"\d\s*%", regex=True).any())


def refuse_percent(texts: pd.Series, *, where: str) -> None:
    """Refuse cells in per cent in a column of amounts.

    Parameters
    ----------
    texts : pandas.Series of str
        Cells.
    where : str
        File and column, for messages.

    Raises
    ------
    InputError
        Names the first such cell.
    """
    if has_percent(texts):
        raise InputError(where, got=texts[texts.str.contains("%", regex=False)].iloc[0], expected="amounts, not parts",
                         remedy="Multiply per cent by the total that they are of.")  # fmt: skip


def _refuse_some_percent(texts: pd.Series, where: str) -> None:
    """Refuse a column of which some numbers are in per cent by their sign and others have none."""
    if not has_percent(texts):
        return
    plain = texts.astype("str")
    bare = plain.str.contains(r"[1-9]", regex=True) & ~plain.str.contains("%", regex=False)
    if bare.any():
        raise InputError(
            where, got=[plain[plain.str.contains("%", regex=False)].iloc[0], plain[bare].iloc[0]],
            expected="all numbers with a sign of per cent, or none",
            remedy="Write all in one unit.",
        )  # fmt: skip


def _is_torn(texts: pd.Series) -> pd.Series:
    """Tell cells whose blanks part digits otherwise than in groups of three, such as two numbers side by side."""
    latin = texts.astype("str").map(latin_digits).astype("str")
    plain = latin.str.strip().str.replace(_REMARK, "", regex=True).str.strip()
    parted = plain.str.contains(rf"\d{_BLANKS}+\d", regex=True)
    signs = plain.where(parted, "").str.replace(f"{_BLANKS}+", " ", regex=True)
    return parted & ~signs.str.match(r"^[-+\u2212\u2013\u2014]? ?\d{1,3}(?: \d{2,3})* \d{3}(?:[.,]\d*)? ?%?$")


def _mark(text: str) -> str:
    return fold_text(str(text)).replace(" ", "")


def _bare(texts: pd.Series) -> pd.Series:
    """Numbers without blanks, signs of footnotes and per cent; the minus as a hyphen."""
    latin = texts.astype("str").map(latin_digits).astype("str")
    bare = latin.str.replace(_BLANKS, "", regex=True).str.replace(r"^\u2212", "-", regex=True)
    bare = bare.str.replace(r"^[\u2013\u2014](?=\d)", "-", regex=True)
    return bare.str.replace(_REMARK, "", regex=True).str.removesuffix("%").str.removeprefix("+")


def _signs(
    known: Mapping[str, pd.Series], hint: Decimal | None, where: str, whole: Collection[str]
) -> dict[str, Decimal]:
    """Find the sign of the decimals of each column from its cells that are no marks of missing figures."""
    signs_of: dict[str, Decimal] = {}
    doubtful: list[str] = []
    for name, cells in known.items():
        signs = [
            sign
            for sign in (",", ".")
            if _shows_decimal(_bare(pd.Series(cells.unique(), dtype=str)).str.lstrip("-"), sign).any()
        ]
        if len(signs) > 1:
            decimal_of(cells, where=f"{where}, column {name}")
        if signs:
            signs_of[name] = "," if signs == [","] else "."
        elif name in whole and (sign := _of_counts(cells)):
            signs_of[name] = sign
        else:
            doubtful.append(name)
    others = set(signs_of.values())
    for name in doubtful:
        common = next(iter(others)) if len(others) == 1 else None
        sign = decimal_of(known[name], where=f"{where}, column {name}", hint=common or hint)
        if name in whole:
            _refuse_three_decimals(known[name], sign, f"{where}, column {name}")
        signs_of[name] = sign
    for name in [name for name in whole if name in known]:
        _refuse_two_forms(known[name], signs_of[name], f"{where}, column {name}")
    return signs_of


def _refuse_three_decimals(cells: pd.Series, decimal: Decimal, where: str) -> None:
    """Refuse counts that could be thousands and whose sign is taken for that of decimals by a mere hint."""
    doubtful = cells[_bare(cells).str.contains(rf"\d{re.escape(decimal)}\d", regex=True)]
    if len(doubtful):
        raise InputError(where, got=doubtful.iloc[0], expected="counts that tell decimals from thousands",
                         remedy="Write them without signs, such as 60000, or store them as numbers.")  # fmt: skip


def _refuse_two_forms(cells: pd.Series, decimal: Decimal, where: str) -> None:
    """Refuse counts such as 12.000 beside 10000.0: no program writes both, and people mean thousands by the first."""
    bare, mark = _bare(cells), re.escape(decimal)
    grouped = bare.str.match(rf"^[1-9]\d{{0,2}}{mark}\d\d0$")
    other = bare.str.match(rf"^-?\d*{mark}(?:\d{{1,2}}|\d{{4,}})$")
    if grouped.any() and other.any():
        raise InputError(where, got=[cells[other].iloc[0], cells[grouped].iloc[0]],
                         expected="one way of writing counts",
                         remedy="Write them without signs, such as 60000, or store them as numbers.")  # fmt: skip


def _of_counts(cells: pd.Series) -> Decimal | None:
    """Sign of the decimals in a column of counts of which all longer ones have a sign, before three digits."""
    bare = _bare(cells)
    signs: tuple[tuple[str, Decimal], ...] = ((".", ","), (",", "."))
    for sign, decimal in signs:
        grouped = bare.str.match(rf"^\d{{1,3}}{re.escape(sign)}\d{{3}}$")
        short = bare.str.match(r"^\d{1,3}$")
        is_part = grouped & ~bare.str.endswith("000")  # as a number with decimals, no count
        if grouped.any() and (grouped | short).all() and (short.any() or is_part.any() or grouped.sum() >= _FEW):
            return decimal
    return None


def _shows_decimal(texts: pd.Series, sign: str) -> pd.Series:
    """Texts that can only be read with this sign as the decimal one."""
    other = "." if sign == "," else ","
    mark, mark_other = re.escape(sign), re.escape(other)
    alone = texts.str.match(rf"^\d*{mark}\d*$") & texts.str.contains(r"\d")
    not_three_after = ~texts.str.match(rf"^.*{mark}\d{{3}}$")
    no_thousands_before = texts.str.match(rf"^(0+|\d{{4,}}){mark}")
    after_thousands = texts.str.match(rf"^\d{{1,3}}({mark_other}\d{{3}})+{mark}\d*$")
    with_exponent = texts.str.match(rf"^\d+{mark}\d+[eE][-+]?\d+$")
    only_thousands = texts.str.match(rf"^\d{{1,3}}({mark_other}\d{{3}}){{2,}}$")
    return (alone & (not_three_after | no_thousands_before)) | after_thousands | only_thousands | with_exponent
