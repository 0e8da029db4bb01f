"""Who holds the land of a census, and how water is shared: women, holders who live elsewhere, irrigation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes, ratio
from comarca.results import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comarca.land.concentration import Block

#: Figure of a class -> the column of its share in the holdings.
_SHARES: Final[Mapping[str, str]] = {"women": "holding_women_share", "absent": "holding_absent_holder_share"}


def holder_columns(cells: pd.DataFrame, *, group_count: int, min_units: int) -> Block:
    """Share of the holdings of women, of holders who live elsewhere, and of irrigated land, where classes tell them.

    Parameters
    ----------
    cells : pandas.DataFrame
        Rows of the layer ``holdings`` with ``group``, which numbers territories and years.
    group_count : int
        How many groups there are.
    min_units : int
        Fewest holdings for which the concentration of irrigated land is measured.

    Returns
    -------
    Block
        One row per group. A share is over the classes that tell both of its figures, and has the flag ``suppressed``
        where others do not. The Gini of irrigated land takes the holdings of a class as equal: it is a lower bound.
    """
    values, flags = pd.DataFrame(index=range(group_count)), pd.DataFrame(index=range(group_count))
    for part, name in _SHARES.items():
        if part in cells:
            values[name], flags[name] = _share_of(cells, part, "holdings", group_count)
    if "irrigated_ha" in cells:
        share, name = "holding_irrigated_share", "holding_irrigated_area_gini_index"
        values[share], flags[share] = _share_of(cells, "irrigated_ha", "area_ha", group_count)
        values[name], flags[name] = _irrigated_gini(cells, flags[share], group_count, min_units)
    return values, flags.astype(str)


def _share_of(
    cells: pd.DataFrame, part: str, whole: str, groups: int
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Share of a figure in another over the classes that tell both, and its flags."""
    is_told = cells[part].notna() & cells[whole].notna()
    sums = [np.bincount(cells["group"], cells[name].where(is_told, 0.0), groups) for name in (part, whole)]
    share = ratio(sums[0].astype(np.float64), sums[1].astype(np.float64))
    counts = [np.bincount(cells["group"], which, groups) for which in (is_told, ~is_told & (cells["holdings"] != 0))]
    reason = np.where(counts[0] > 0, Flag.ZERO_DENOMINATOR.value, Flag.NOT_IN_SOURCE.value)
    remark = np.where(counts[1] > 0, Flag.SUPPRESSED.value, Flag.OK.value)
    return share, np.where(np.isnan(share), reason, remark).astype(object)


def _irrigated_gini(
    cells: pd.DataFrame, remarks: pd.Series, groups: int, min_units: int
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Gini of the irrigated land of holdings, those without any among them."""
    told = cells[cells["irrigated_ha"].notna() & (cells["holdings"] > 0)]
    mean_ha = told["irrigated_ha"] / told["holdings"]
    units = RankedSizes.of(mean_ha, told["holdings"], group=told["group"], group_count=groups)
    few, dry = units.count < min_units, units.amount == 0
    index = np.where(few | dry, np.nan, gini(units))
    reason = np.select([units.count == 0, few], [Flag.NOT_IN_SOURCE.value, Flag.TOO_FEW_UNITS.value],
                       Flag.ZERO_DENOMINATOR.value)  # fmt: skip
    remark = remarks.where(remarks == Flag.SUPPRESSED, Flag.OK.value)
    return index, np.where(np.isnan(index), reason, remark).astype(object)
