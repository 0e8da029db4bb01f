"""Put the parts of a family's results together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from comarca.results import Indicators

if TYPE_CHECKING:
    from collections.abc import Iterable


def join_parts(parts: Iterable[Indicators], index: pd.Index) -> Indicators:
    """Join results that stand on the same territories.

    Parameters
    ----------
    parts : iterable of Indicators
        Results with different columns, on `index`.
    index : pandas.Index
        The territories; what an empty `parts` stands on.

    Returns
    -------
    Indicators
        All columns and all checks, in the order given.
    """
    parts, empty = list(parts), pd.DataFrame(index=index)
    return Indicators(
        pd.concat([empty, *(part.values for part in parts)], axis=1),
        pd.concat([empty, *(part.flags for part in parts)], axis=1),
        [check for part in parts for check in part.checks],
    )
