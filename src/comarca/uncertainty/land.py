"""Bounds of land concentration from the limits of the size classes, as they stand in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.uncertainty.bands import Band, Method, bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: Estimates -> columns with their lower and upper bound.
_BOUNDED: Final[Mapping[str, tuple[str, str]]] = {
    "holding_area_gini_index": ("holding_area_gini_lower_index", "holding_area_gini_upper_index"),
}
_WITH_LANDLESS: Final = "holding_gini_with_landless_index"


def land_bands(published: pd.DataFrame) -> list[Band]:
    """Take the bounds of the Gini of holdings.

    Parameters
    ----------
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.

    Returns
    -------
    list of Band
        Equal holdings inside each class, and the most unequal ones that its limits allow (Gastwirth 1972,
        doi:10.2307/1937992). With the share u of landless households, a bound G becomes u + (1 - u) G.
    """
    bands = []
    for name, sides in _BOUNDED.items():
        if {name, *sides} <= {*published.columns}:
            low, high = (published[side].to_numpy(dtype=float, na_value=np.nan) for side in sides)
            bands.append(bounds(name, Method.BOUNDS, published[name], low, high))
            if {_WITH_LANDLESS, "holding_landless_share"} <= {*published.columns}:
                landless = published["holding_landless_share"].to_numpy(dtype=float, na_value=np.nan)
                spread = [landless + (1 - landless) * side for side in (low, high)]
                bands.append(bounds(_WITH_LANDLESS, Method.BOUNDS, published[_WITH_LANDLESS], *spread))
    return bands
