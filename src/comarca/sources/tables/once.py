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

_TOTAL: Final = re.compile(
    r"(sub)?tota(l|is|les)( (geral|general|nacional|de|do|da|of)\b.*)?|todos( (os|los)\b.*)?|todas( (as|las)\b.*)?"
    r"|all( (sectors|industries|activities|economic activities))?|conjunto|suma|soma"
)
#: Fewest territories in which a class is the sum of the others for it to be their total, whatever its name.
_SEVERAL: Final = 3
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
        If a class is called a total, or is the sum of two or more others in all of at least three territories.
    """
    wide = table.assign(label=table[key].astype("str").fillna("")).pivot_table(
        index=["territory_id", "territory_name"], columns="label", values=figure, aggfunc="sum"
    )
    if len(wide.columns) == 1:
        return
    sums = wide.sum(axis=1)
    for label in wide.columns:
        others = (wide.drop(columns=label) > 0).sum(axis=1) > 1
        rows = others & (wide[label] > 0)
        is_sum = np.isclose(2 * wide.loc[rows, label], sums[rows], rtol=_ROUNDING, atol=0)
        if _TOTAL.fullmatch(fold_text(str(label)).strip()) or (len(is_sum) >= _SEVERAL and is_sum.all()):
            shown = label or "(empty)"
            raise InputError(
                f"{where}, column {key}", got=f"{shown!r}, the total of the others", expected="each class once",
                remedy="Leave the rows of the total out with `where`.",
            )  # fmt: skip
