"""What a family of indicators hands back: values, a reason code for each gap, and the checks it made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from comarca.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Status = Literal["pass", "warn", "fail", "info"]


@dataclass(frozen=True)
class Check:
    """One check of a run, as it stands in `quality.json`.

    Attributes
    ----------
    name : str
        Short snake_case name, such as ``road_km_balance``.
    status : str
        ``pass``, ``warn``, ``fail``, or ``info`` for a figure without a threshold.
    value : float or int or str or None
        What was measured.
    threshold : str
        What it was held against, in words; empty for ``info``.
    message : str
        One sentence for a reader who is no programmer.
    rows : list of dict
        Cases, if there are any to name.
    """

    name: str
    status: Status
    value: float | int | str | None
    threshold: str
    message: str
    rows: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the check as plain data, fit for JSON.

        Returns
        -------
        dict
            One entry per attribute.
        """
        return asdict(self)


@dataclass(frozen=True)
class Indicators:
    """Values of a family on the territory index, with flags of the same shape.

    Attributes
    ----------
    values : pandas.DataFrame
        One row per territory, indexed by ``territory_id``; one column per indicator.
    flags : pandas.DataFrame
        The same shape; `Flag` texts, empty where nothing is to be said. A missing value always has one.
    checks : list of Check
        The checks the family made on its way.
    """

    values: pd.DataFrame
    flags: pd.DataFrame
    checks: list[Check] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not (self.values.index.equals(self.flags.index) and list(self.values) == list(self.flags)):
            raise ValueError("values and flags differ in rows or columns")
        silent = self.values.isna() & (self.flags == Flag.OK)
        if silent.to_numpy().any():
            columns = silent.columns[silent.any()].tolist()
            raise ValueError(f"missing values without a reason code in {columns}")

    def select(self, columns: Sequence[str]) -> Indicators:
        """Keep some columns, in the order given.

        Parameters
        ----------
        columns : sequence of str
            Names of columns that are there.

        Returns
        -------
        Indicators
            Values and flags of these columns, and all checks.
        """
        names = list(columns)
        return Indicators(self.values[names], self.flags[names], self.checks)


def explain(values: pd.DataFrame, default: Flag, **reasons: pd.Series | Flag) -> pd.DataFrame:
    """Make the frame of flags for a frame of values.

    Parameters
    ----------
    values : pandas.DataFrame
        Indicator values, NaN where missing.
    default : Flag
        The reason of a gap that no other reason covers.
    **reasons : Flag or Series of Flag
        Per column: the reason of its gaps, one for all or one per territory.

    Returns
    -------
    pandas.DataFrame
        Same rows and columns as `values`: a reason where a value is missing, empty text elsewhere.
    """
    import pandas as pd  # here, since planning a run needs checks and no tables

    flags = {}
    for name, column in values.items():
        reason = reasons.get(str(name), default)
        flags[name] = np.where(column.isna(), np.asarray(reason, dtype=object), Flag.OK.value)
    return pd.DataFrame(flags, index=values.index).astype(str)
