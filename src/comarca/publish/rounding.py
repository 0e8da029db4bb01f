"""Numbers as people read them: rounded by unit. Full precision stays in the Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca.registry.columns import OWN_FAMILY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.registry.columns import Column

_BY_UNIT: Final = {
    "persons": 0, "min": 1, "km": 3, "km2": 3, "ha": 2, "m/ha": 2, "persons/km2": 2, "km/100 km2": 3,
    "km/1000 persons": 3, "1/10000 persons": 3, "DN/1000 persons": 3, "%/year": 3,
    "1/100 km2": 3, "1/100 km2/year": 3, "currency/person": 2, "Mbit/s": 1,
}  # fmt: skip
#: Of shares, indices and ratios.
_DIMENSIONLESS: Final = 4
_OTHERWISE: Final = 6


def decimals(column: Column) -> int:
    """Tell how many digits after the point people are shown.

    Parameters
    ----------
    column : Column
        A column of numbers.

    Returns
    -------
    int
        By its unit; none for counts and ranks; six for a unit that is not in the list, such as one of a user's table.
    """
    if column.name.endswith(("_count", "_rank")) and column.family != OWN_FAMILY:
        return 0
    return _DIMENSIONLESS if column.unit in {"", "1"} else _BY_UNIT.get(column.unit, _OTHERWISE)


def rounded(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Round the numbers of a table by their units.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns; others stay as they are.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns. Numbers without digits after the point are ``Int64``.
    """
    numeric = {column.name: decimals(column) for column in columns if column.kind == "number"}
    return pd.DataFrame(
        {name: _rounded(table[name], numeric[name]) if name in numeric else table[name] for name in table.columns},
        index=table.index,
    )


def _rounded(values: pd.Series, digits: int) -> pd.Series:
    numbers = values.astype("Float64").round(digits)
    return numbers.astype("Int64") if digits == 0 else numbers.astype("float64")
