"""The table as CSV: one row per territory, numbers rounded by unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comarca.io import write_csv
from comarca.publish.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from comarca.publish.assembled import Assembled
    from comarca.registry.columns import Column


def write(data: Assembled, path: Path) -> None:
    """Write ``indicators.csv``."""
    write_csv(wide_table(data.table, data.columns), path)


def wide_table(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Make the table as its CSV has it.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.

    Returns
    -------
    pandas.DataFrame
        Numbers rounded by unit; booleans as ``true`` and ``false``.
    """
    plain = rounded(table, columns)
    booleans = [column.name for column in columns if column.kind == "boolean" and column.name in plain]
    return plain.assign(**{name: plain[name].map({True: "true", False: "false"}) for name in booleans})
