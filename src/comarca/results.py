"""What a family of indicators returns: values, a reason code for each gap, and the checks it made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd


class Flag(StrEnum):
    """Why a value is missing, or present but doubtful."""

    OK = ""
    NO_POPULATION = "no_population"
    NO_DEMAND = "no_demand"
    NO_CITY = "no_city"
    NO_ROADS = "no_roads"
    UNREACHABLE = "unreachable"
    BORDER_BIAS = "border_bias"
    BORDER_UNDECIDED = "border_undecided"
    TOO_FEW_UNITS = "too_few_units"
    NOT_MAPPED = "not_mapped"
    SUPPRESSED = "suppressed"
    NO_SOURCE_ROW = "no_source_row"
    NOT_IN_SOURCE = "not_in_source"
    OUTSIDE_RASTER = "outside_raster"
    ZERO_DENOMINATOR = "zero_denominator"
    BETWEEN_CLASSES = "between_classes"
    SPANNING_PATCH = "spanning_patch"
    IMPOSSIBLE = "impossible"
    NOT_AT_BOTH_DATES = "not_at_both_dates"
    COMPARED_JOINTLY = "compared_jointly"
    PRICES_NOT_STATED = "prices_not_stated"


#: What each code says, for the codebook and the quality report. Those that leave a value in place say so.
MEANING: Final[dict[Flag, str]] = {
    Flag.OK: "no remark",
    Flag.NO_POPULATION: "nobody is known to live in the territory, so a value per person is not defined",
    Flag.NO_DEMAND: "no place where people live is known in the territory",
    Flag.NO_CITY: "no city of this class exists in the region's data",
    Flag.NO_ROADS: "the territory has no road of the kind the value is a share of",
    Flag.UNREACHABLE: "no city or service of this kind can be reached over the network or on foot",
    Flag.BORDER_BIAS: "the value stands, but what lies beyond the edge of the data is estimated or may change it",
    Flag.BORDER_UNDECIDED: "a city beyond the road data decides, and estimated times to it allow two classes",
    Flag.TOO_FEW_UNITS: "fewer units than the configured minimum",
    Flag.NOT_MAPPED: "the source has mapped nothing of this kind here, which does not mean that there is none",
    Flag.SUPPRESSED: "the source withheld figures for secrecy; the value, if present, rests on estimates",
    Flag.NO_SOURCE_ROW: "the table of the source has no row for this territory",
    Flag.NOT_IN_SOURCE: "the source has a row for this territory, but no figure in it",
    Flag.OUTSIDE_RASTER: "the raster does not cover the territory",
    Flag.ZERO_DENOMINATOR: "the total that the value is a share of is zero",
    Flag.IMPOSSIBLE: "what was computed cannot be right and was left out: a fault of the data or of the program",
    Flag.SPANNING_PATCH: "one patch that crosses the border makes up most of the land and hides how it is divided",
    Flag.BETWEEN_CLASSES: "the value stands, but the figures it rests on allow the next class as well",
    Flag.NOT_AT_BOTH_DATES: "the source has the territory at one of the two dates only; it may be new or merged",
    Flag.COMPARED_JOINTLY: "the value stands for a unit of several territories, as municipalities split or merged",
    Flag.PRICES_NOT_STATED: "the value stands, but it is not stated whether incomes are in constant prices",
}


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
    fields : dict
        Values of the fields of the column names that it is about, such as ``{"city_class": "large"}``; empty if it is
        about all columns that rest on what was checked.
    """

    name: str
    status: Status
    value: float | int | str | None
    threshold: str
    message: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

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
        The checks that the family made.
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


def explain(values: pd.DataFrame, default: Flag, /, **reasons: pd.Series | Flag) -> pd.DataFrame:
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
    import pandas as pd

    parts, empty = list(parts), pd.DataFrame(index=index)
    return Indicators(
        pd.concat([empty, *(part.values for part in parts)], axis=1),
        pd.concat([empty, *(part.flags for part in parts)], axis=1),
        [check for part in parts for check in part.checks],
    )
