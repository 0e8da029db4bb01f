"""Change between the first and the last year of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.results import Flag

if TYPE_CHECKING:
    from collections.abc import Hashable


def amounts_at_ends(table: pd.DataFrame, value: Hashable, index: pd.Index) -> tuple[pd.Series, pd.Series, float]:
    """Sum a value by territory in the first and in the last year.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``territory_id``, ``year`` and `value`; several rows of one territory and year are summed.
    value : str
        Name of the column.
    index : pandas.Index
        Ids of the territories wanted.

    Returns
    -------
    first, last : pandas.Series
        Sums on `index`; NaN for a territory without a row in that year, or with one that is not known.
    years : float
        Years between the two; 0 if the table has one year only.

    Examples
    --------
    >>> table = pd.DataFrame({"territory_id": ["a", "a", "b"], "year": [2000, 2010, 2010], "jobs": [5, 8, 3]})
    >>> first, last, years = amounts_at_ends(table, "jobs", pd.Index(["a", "b"]))
    >>> first.tolist(), last.tolist(), years
    ([5.0, nan], [8, 3], 10.0)
    """
    ends = [table["year"].min(), table["year"].max()]
    first, last = (
        table[table["year"] == year].groupby("territory_id")[value].sum(skipna=False).reindex(index) for year in ends
    )
    return first, last, float(ends[1] - ends[0]) if len(table) else 0.0


def growth_percent_per_year(first: pd.Series, last: pd.Series, years: float) -> tuple[pd.Series, pd.Series]:
    """Compound growth between two dates.

    Parameters
    ----------
    first, last : pandas.Series
        Amounts at the two dates, not negative.
    years : float
        Years between them.

    Returns
    -------
    growth : pandas.Series
        ``100 ((last / first)**(1 / years) - 1)``, from -100 on; NaN where it is not defined.
    reason : pandas.Series of Flag
        Why it would be missing: ``zero_denominator`` where the first amount is 0, else ``not_in_source``.

    Examples
    --------
    Doubled in ten years; from nothing:

    >>> growth, reason = growth_percent_per_year(pd.Series([100.0, 0.0]), pd.Series([200.0, 5.0]), 10)
    >>> growth.round(3).tolist(), str(reason[1])
    ([7.177, nan], 'zero_denominator')
    """
    ratio = last / first.where(first > 0)
    growth = 100 * (ratio ** (1 / years) - 1) if years > 0 else ratio * np.nan
    reason = pd.Series(np.where((first == 0) & (years > 0), Flag.ZERO_DENOMINATOR, Flag.NOT_IN_SOURCE), first.index)
    return growth, reason
