"""Each thing once: rows of totals among their parts, and one territory under two names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.errors import InputError
from comarca.sources.names import fold_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Words that begin or end the name of a total; punctuation, footnotes and brackets are gone.
_TOTAL: Final = re.compile(
    r"(grand |gran |over|sub)?tota(l|is|les|ux)\b.*|.*\btota(l|is|les)|todos( (os|los)\b.*)?|todas( (as|las)\b.*)?"
    r"|all( (sectors|industries|activities|economic activities))?|conjunto|suma|soma|tou(s|tes)( les\b.*| \w+)?"
    r"|ensemble( des?\b.*)?|insgesamt|gesamt|jumlah"
)
_SPACED: Final = re.compile(r"\b(?:\w ){2,}\w\b")
#: Fewest territories in which a class is the sum of the others for it to be their total, whatever its name.
_SEVERAL: Final = 3
#: Fewest of these that tell all their figures, where others withhold some.
_COMPLETE: Final = 2
_ROUNDING: Final = 1e-9


def one_name(table: pd.DataFrame, keys: Sequence[str] = ()) -> pd.Series:
    """Give all rows of a code the name that the first of them has.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``territory_id`` and ``territory_name``.
    keys : sequence of str
        Further columns within which a code has one name, such as the year.

    Returns
    -------
    pandas.Series of str
        The names; those of rows without a code are as they came.
    """
    first = table.groupby(["territory_id", *keys], dropna=False)["territory_name"].transform("first")
    return table["territory_name"].where(table["territory_id"] == "", first)


def is_total(text: str) -> bool:
    """Tell whether a text is a name of the total of all classes.

    Parameters
    ----------
    text : str
        Name of a class, as in a file; case, accents, punctuation and letters set apart do not matter.

    Returns
    -------
    bool
        True for a total.

    Examples
    --------
    >>> is_total("TOTAL (A+B)"), is_total("Total ocupados*"), is_total("T O T A L"), is_total("Totora")
    (True, True, True, False)
    """
    plain = " ".join(re.sub(r"[\W_]+", " ", fold_text(text)).split())
    return _TOTAL.fullmatch(_SPACED.sub(lambda found: found[0].replace(" ", ""), plain)) is not None


def refuse_totals(table: pd.DataFrame, key: str, figure: str, *, where: str) -> None:
    """Refuse a class that is the total of the others, which would count everything twice.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per territory and class: ``territory_id``, the key and the figure.
    key : str
        Column of the class: texts, or upper limits of size classes, missing where open.
    figure : str
        Column of the figure.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        If a class is called a total, or is the sum of two or more others in all of at least three territories; where
        figures are withheld, at least as much as the others together.
    """
    wide = table.assign(label=table[key].astype("str").fillna("")).pivot_table(
        index=["territory_id", "territory_name"], columns="label", values=figure, aggfunc="sum"
    )
    if len(wide.columns) == 1:
        return
    lacking = table[figure].isna().groupby([table["territory_id"], table["territory_name"]]).any()
    is_whole = ~lacking.reindex(wide.index)
    for label in wide.columns:
        if is_total(str(label)) or _is_sum(wide[label], wide.drop(columns=label), is_whole):
            shown = label or "(empty)"
            raise InputError(
                f"{where}, column {key}", got=f"{shown!r}, the total of the others", expected="each class once",
                remedy="Leave the rows of the total out with `where`.",
            )  # fmt: skip


def refuse_rows_of_totals(
    table: pd.DataFrame, figure: str, *, by: Sequence[str], labels: Sequence[str], where: str
) -> None:
    """Refuse rows that are the total of the others of their key, where all rows of a key are added up.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per key and part of it.
    figure : str
        Column of the figure, without missing values.
    by : sequence of str
        Columns of the key.
    labels : sequence of str
        Columns that may tell what a row is.
    where : str
        The file, for messages.

    Raises
    ------
    InputError
        If some rows, but not all, are called a total; or if in all keys of three rows and more, and at least three of
        two parts above 0, the largest row is the sum of the others.
    """
    got = ""
    groups = table.groupby(list(by))
    for column in labels:
        if not groups[column].nunique().gt(1).any():
            continue  # It tells something of the key, such as its name.
        totals = [text for text in table[column].unique() if is_total(str(text))]
        if totals and not table[column].isin(totals).all():
            got = f"{totals[0]!r} in the column {column}, beside rows of its parts"
            break
    size, whole, largest = groups.size(), groups[figure].sum(), groups[figure].max()
    several = (size >= _SEVERAL) & (whole > 0)
    parts = table[figure].gt(0).groupby([table[column] for column in by]).sum()
    is_sum = np.isclose(2 * largest[several], whole[several], rtol=_ROUNDING, atol=0)
    if not got and is_sum.all() and (parts[several] >= _SEVERAL).sum() >= _SEVERAL:
        got = f"the total of the other rows of each {' and '.join(by)}"
    if got:
        raise InputError(where, got=got, expected="rows that add up to the figure",
                         remedy="Leave the rows of the total out with `where`.")  # fmt: skip


def _is_sum(figures: pd.Series, others: pd.DataFrame, is_whole: pd.Series) -> bool:
    """Whether a class is the sum of the others wherever all figures are told, and not less elsewhere."""
    rows = ((others > 0).sum(axis=1) > 1) & (figures > 0)
    told, rest = figures[rows], others[rows].sum(axis=1)
    whole = is_whole[rows]
    is_sum = np.isclose(told[whole], rest[whole], rtol=_ROUNDING, atol=0)
    is_enough = len(told) >= _SEVERAL and len(is_sum) >= _COMPLETE
    return bool(is_enough and is_sum.all() and (told[~whole] >= rest[~whole]).all())
