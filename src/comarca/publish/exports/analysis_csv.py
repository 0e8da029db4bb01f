"""Tables of the analysis as CSV, rounded for people; the assembled Parquet files keep all digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from comarca import io

if TYPE_CHECKING:
    from pathlib import Path

    from comarca.publish.assembled import Assembled

#: Significant digits of what is not a count.
_DIGITS: Final = 6
#: Texts per language, which pages print; the file has them in the first language.
_TRANSLATED: Final = re.compile(r"(note|condition)_(en|es|pt)")


def write(data: Assembled, path: Path) -> None:
    """Write the table that the file is named after, such as ``dynamics_summary.csv``."""
    table = io.read_table(data.path(path.stem))
    io.write_csv(rounded(table[[name for name in table if not _TRANSLATED.fullmatch(str(name))]]), path)


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Round the floating-point columns of a table.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        The same, with at most six significant digits; whole numbers stay whole.
    """
    floats = table.select_dtypes("float64")
    short = {
        name: [value if pd.isna(value) or value == round(value) else float(f"{value:.{_DIGITS}g}") for value in values]
        for name, values in floats.items()
    }
    return table.assign(**{str(name): values for name, values in short.items()})
