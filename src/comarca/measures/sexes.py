"""Figures of women and men, and of both together, out of rows that tell some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

SEXES: Final = ("women", "men", "both")


def figures_by_sex(table: pd.DataFrame, figures: Sequence[str], *, by: Sequence[str]) -> pd.DataFrame:
    """Tell the figures of women, of men and of both together, cell by cell.

    A row of both sexes is the total of its cell, and rows of women and men are parts of it; without one, the total is
    the sum of women and men. Whichever of the three lacks follows from the other two.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns `by`, ``sex`` (``women``, ``men`` or ``both``) and the figures; rows of one cell and sex are added up.
    figures : sequence of str
        Columns of amounts; a sum of which a part is not known is not known.
    by : sequence of str
        Columns that tell cells apart, such as territory, year and age.

    Returns
    -------
    pandas.DataFrame
        One row per cell, sorted: `by`, and per figure ``<figure>_both``, ``<figure>_women`` and ``<figure>_men``. NaN
        where it does not follow: the rows of one sex alone tell no total, and a part larger than the total tells
        nothing of the other sex.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("a", "both", 50.0), ("a", "women", 20.0), ("b", "women", 1.0), ("b", "men", 2.0), ("c", "women", 4.0)]
    >>> jobs = pd.DataFrame(rows, columns=["at", "sex", "jobs"])
    >>> figures_by_sex(jobs, ["jobs"], by=["at"])
      at  jobs_both  jobs_women  jobs_men
    0  a       50.0        20.0      30.0
    1  b        3.0         1.0       2.0
    2  c        NaN         4.0       NaN
    """
    keys = list(by)
    sums = table.groupby([*keys, "sex"], dropna=False)[list(figures)].sum().reset_index()
    gaps = table[list(figures)].isna().groupby([table[key] for key in (*keys, "sex")], dropna=False).any()
    sums[list(figures)] = sums[list(figures)].mask(gaps.to_numpy())
    cell = sums.groupby(keys, dropna=False).ngroup()
    cells = sums[keys].groupby(cell).head(1).reset_index(drop=True)
    told = {}
    for figure in figures:
        women, men, both = (sums.loc[sums["sex"] == sex, figure].set_axis(cell[sums["sex"] == sex]) for sex in SEXES)
        women, men, both = (part.reindex(cells.index) for part in (women, men, both))
        whole = both.fillna(women + men)
        told[f"{figure}_both"] = whole
        told[f"{figure}_women"] = women.fillna((whole - men).where(whole >= men))
        told[f"{figure}_men"] = men.fillna((whole - women).where(whole >= women))
    return cells.join(pd.DataFrame(told, index=cells.index))
