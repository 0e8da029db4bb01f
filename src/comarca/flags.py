"""Reason codes: why a value is missing or doubtful. They are the `flag` column of `indicators_long.csv`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Flag(StrEnum):
    """Why a value is missing, or present but doubtful."""

    OK = ""
    NO_POPULATION = "no_population"
    NO_DEMAND = "no_demand"
    NO_CITY = "no_city"
    NO_ROADS = "no_roads"
    UNREACHABLE = "unreachable"
    BORDER_BIAS = "border_bias"
    TOO_FEW_UNITS = "too_few_units"
    NOT_MAPPED = "not_mapped"
    SUPPRESSED = "suppressed"
    NO_SOURCE_ROW = "no_source_row"
    NOT_IN_SOURCE = "not_in_source"
    OUTSIDE_RASTER = "outside_raster"
    ZERO_DENOMINATOR = "zero_denominator"


#: What each code says, for the codebook and the quality report. Those that leave a value in place say so.
MEANING: Final[dict[Flag, str]] = {
    Flag.OK: "no remark",
    Flag.NO_POPULATION: "nobody is known to live in the territory, so a value per person is not defined",
    Flag.NO_DEMAND: "no place where people live is known in the territory",
    Flag.NO_CITY: "no city of this class exists in the region's data",
    Flag.NO_ROADS: "the territory has no road of the kind the value is a share of",
    Flag.UNREACHABLE: "no city or service of this kind can be reached over the network or on foot",
    Flag.BORDER_BIAS: "the value stands, but a nearer city may lie beyond the edge of the road data",
    Flag.TOO_FEW_UNITS: "fewer units than the configured minimum",
    Flag.NOT_MAPPED: "the source has mapped nothing of this kind here, which does not mean that there is none",
    Flag.SUPPRESSED: "the source withheld figures for secrecy; the value, if present, rests on estimates",
    Flag.NO_SOURCE_ROW: "the user's table has no row for this territory",
    Flag.NOT_IN_SOURCE: "the source has a row for this territory, but no figure in it",
    Flag.OUTSIDE_RASTER: "the raster does not cover the territory",
    Flag.ZERO_DENOMINATOR: "the total that the value is a share of is zero",
}
