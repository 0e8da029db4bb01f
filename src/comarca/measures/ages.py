"""Persons of some ages, out of groups of ages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Tables by single years may end here, although a few people are older.
_LAST: Final = 80.0


def persons_of_ages(table: pd.DataFrame, first: int, last: int | None, *, by: Sequence[str]) -> pd.Series:
    """Count the persons of some ages.

    A group that reaches beyond these ages counts by the part of its years inside them, as if its persons were spread
    evenly.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``age_from``, ``age_to`` (the last year of age in the group; NaN where it is open), ``persons`` and
        those of `by`.
    first : int
        First year of age that counts.
    last : int or None
        Last year of age that counts; None: no limit.
    by : sequence of str
        Columns that tell the sums apart.

    Returns
    -------
    pandas.Series
        Persons by the columns `by`; NaN where a figure lacks, the groups leave out ages below 80, or an open group
        would have to be divided.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = {"age_from": [0, 15, 65], "age_to": [14, 64, float("nan")], "persons": [30.0, 60.0, 10.0], "at": "a"}
    >>> persons_of_ages(pd.DataFrame(groups), 65, None, by=["at"]).tolist()
    [10.0]
    >>> persons_of_ages(pd.DataFrame(groups), 20, 39, by=["at"]).tolist()
    [24.0]
    """
    low, high = float(first), np.inf if last is None else last + 1.0
    start, end = table["age_from"].to_numpy(float), table["age_to"].to_numpy(float) + 1
    is_open = np.isnan(end)
    end = np.where(is_open, np.inf, end)
    with np.errstate(invalid="ignore"):
        part = np.clip(np.minimum(end, high) - np.maximum(start, low), 0, None) / (end - start)
    whole = (start >= low) & np.isinf(high)
    part = np.where(is_open, np.where(whole, 1.0, np.where(start >= high, 0.0, np.nan)), part)
    counts = np.isnan(part) | (part > 0)
    limit = min(high, max(_LAST, low + 1))
    covered = np.clip(np.minimum(end, limit) - np.maximum(start, low), 0, None)
    rows = table[list(by)].assign(persons=table["persons"].to_numpy(float) * part, covered=covered)
    groups = rows[counts].groupby(list(by), sort=True)
    persons = groups["persons"].sum(skipna=False).where(groups["covered"].sum() >= limit - low)
    everyone = rows.groupby(list(by), sort=True).size().index
    return persons.reindex(everyone)
