"""Bands around the values of the table, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.publish.rounding import decimals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.registry.columns import Column

#: Columns of ``indicators_uncertainty.csv``; the first five are relied upon by other programs.
FIELDS: Final = ("territory_id", "column", "low", "high", "method", "rank_stability_share", "same_class_share")
_SHARES: Final = 4


def printed_bands(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Round the bands by unit.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.uncertainty.bands.band_table`.
    columns : sequence of Column
        The registered columns.

    Returns
    -------
    pandas.DataFrame
        Columns `FIELDS`; ``low`` and ``high`` are texts, of classes their names.
    """
    digits = {column.name: decimals(column) for column in columns if column.kind == "number"}
    places = table["column"].map(digits).fillna(0).astype(int)
    sides = {
        side: np.where(table[f"{side}_class"].isna(), _texts(table[side], places), table[f"{side}_class"])
        for side in ("low", "high")
    }
    shares = {name: table[name].round(_SHARES) for name in ("rank_stability_share", "same_class_share")}
    return table.assign(**sides, **shares)[list(FIELDS)]


def _texts(values: pd.Series, places: pd.Series) -> list[str]:
    return [f"{value:.{digits}f}" if pd.notna(value) else "" for value, digits in zip(values, places, strict=True)]
