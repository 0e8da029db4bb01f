"""The same set of concentration measures for any kind of land unit: one row per territory, one reason per gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.flags import Flag
from comarca.inequality import gini, herfindahl, mean, median, share_in_units_from, theil, top_share
from comarca.lorenz import lorenz_asymmetry

if TYPE_CHECKING:
    from comarca.ranked_units import Units


def concentration(
    units: Units, index: pd.Index, *, prefix: str, min_units: int, large_unit_ha: float, absent: Flag
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure how land is divided among the units of each territory.

    Parameters
    ----------
    units : Units
        Areas in hectares, grouped by position of the territory in `index`.
    index : pandas.Index
        Territory ids.
    prefix : str
        Kind of unit, such as ``parcel``: first word of the column names.
    min_units : int
        Fewest units to speak of concentration.
    large_unit_ha : float
        Size from which on a unit counts as large, ha.
    absent : Flag
        Reason given where a territory has no unit at all.

    Returns
    -------
    values, flags : pandas.DataFrame
        Columns ``<prefix>_count``, ``_area_mean_ha``, ``_area_median_ha``, ``_area_gini_index``,
        ``_area_theil_index``, ``_area_herfindahl_index``, ``_area_asymmetry_index``, ``_area_top10_share`` and
        ``_area_large_share``. The last six are NaN below `min_units` (flag ``too_few_units``); count is 0, not NaN,
        where there is none.
    """
    count = units.count
    few = count < min_units
    size = {f"{prefix}_area_mean_ha": mean(units), f"{prefix}_area_median_ha": median(units)}
    spread = {
        f"{prefix}_area_gini_index": gini(units),
        f"{prefix}_area_theil_index": theil(units),
        f"{prefix}_area_herfindahl_index": herfindahl(units),
        f"{prefix}_area_asymmetry_index": lorenz_asymmetry(units),
        f"{prefix}_area_top10_share": top_share(units, share=0.1),
        f"{prefix}_area_large_share": share_in_units_from(units, size=large_unit_ha),
    }
    spread = {name: np.where(few, np.nan, value) for name, value in spread.items()}
    values = pd.DataFrame({f"{prefix}_count": count, **size, **spread}, index=index)
    reason = np.select([count == 0, few], [absent.value, Flag.TOO_FEW_UNITS.value], Flag.ZERO_DENOMINATOR.value)
    return values, flag_gaps(values, pd.Series(reason, index=index))


def flag_gaps(values: pd.DataFrame, reason: pd.Series | Flag) -> pd.DataFrame:
    """Write one reason per territory into every gap of its row.

    Parameters
    ----------
    values : pandas.DataFrame
        Values, NaN where missing.
    reason : Series of Flag or Flag
        The reason, one per territory or one for all.

    Returns
    -------
    pandas.DataFrame
        Shape of `values`: the reason where a value is missing, empty text elsewhere.
    """
    text = np.broadcast_to(np.asarray(reason, dtype=object).reshape(-1, 1), values.shape)
    gaps = values.isna().to_numpy()
    return pd.DataFrame(np.where(gaps, text, Flag.OK.value), index=values.index, columns=values.columns).astype(str)
