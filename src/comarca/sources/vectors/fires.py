"""Active fires seen by satellites, as the archives of FIRMS have them: counted by territory and year."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pandas as pd

from comarca.errors import InputError
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.sources.datasets import paths_of
from comarca.sources.names import fold_name
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.read import VectorOptions, require_column
from comarca.sources.vectors.spots import read_spots

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from comarca.io import PathLike

logger = logging.getLogger(__name__)

#: Words of confidence (VIIRS) -> the least confidence in per cent (MODIS) that is called so.
_CONFIDENCE: Final = {"l": 0.0, "low": 0.0, "n": 30.0, "nominal": 30.0, "h": 80.0, "high": 80.0}
#: Kind of a fire of vegetation; others are volcanoes, industry and flares.
_VEGETATION: Final = "0"


def read_fires(
    path: PathLike | Sequence[str],
    territories: gpd.GeoDataFrame,
    *,
    longitude: str | None = None,
    latitude: str | None = None,
    date: str = "acq_date",
    confidence: str = "confidence",
    min_confidence: float = 30.0,
    kind: str = "type",
    years: tuple[int, int] | None = None,
    **options: Unpack[VectorOptions],
) -> tuple[pd.DataFrame, list[Check]]:
    """Count fires by territory and year.

    Parameters
    ----------
    path : path-like or sequence of str
        CSV files with coordinates in degrees, or vector files of points; several are read as one.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    longitude, latitude : str, optional
        Columns of a table with the coordinates; found by their usual names if not given.
    date : str
        Column with the date.
    confidence, kind : str
        Columns with the confidence and the kind of source; not used where the file lacks them.
    min_confidence : float
        Least confidence, per cent; words count as the least that is called so.
    years : tuple of int, optional
        First and last year of the archive; those of the first and last fire if not given.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``territory_id``, ``year``, ``fires``: a row for each territory and year, sorted.
    checks : list of Check
        What was counted and what was left out, for which reason.

    Raises
    ------
    InputError
        If a file cannot be read or lacks the dates, or words of confidence are not understood.
    """
    parts, checks = [], []
    for each in paths_of(path):
        spots, remarks = read_spots(each, longitude=longitude, latitude=latitude, name="fires", **options)
        require_column(date, map(str, spots), where=f"fires: {each}")
        parts.append(_told(spots, date, confidence, kind, where=f"fires: {each}"))
        checks += remarks
    fires = pd.concat(parts, ignore_index=True)
    checks += require_overlap(fires["shape"].to_numpy(), territories, name="fires")
    first, last = years or _years(fires, str(path))
    places = territories.sort_values("territory_id", ignore_index=True)
    owner = territory_of(fires["shape"].to_numpy(), places)
    reasons = {
        "are not fires of vegetation": ~fires["is_vegetation"],
        "have less confidence": fires["confidence"] < min_confidence,
        "have no year from the first to the last": ~fires["year"].between(first, last),
        "lie in no territory": owner < 0,
    }
    left_out = pd.DataFrame(reasons)
    counted = ~left_out.any(axis=1).to_numpy()
    span = range(int(first), int(last) + 1)
    number = np.zeros((len(places), len(span)), dtype=np.int64)
    at = owner[counted], fires.loc[counted, "year"].to_numpy().astype(int) - int(first)
    np.add.at(number, at, 1)
    index = pd.MultiIndex.from_product([places["territory_id"], span], names=["territory_id", "year"])
    table = pd.Series(number.ravel(), index, name="fires").reset_index()
    told = "; ".join(f"{int(rows.sum()):,} {reason}" for reason, rows in left_out.items() if rows.any())
    message = f"{int(counted.sum()):,} of {len(fires):,} fires of {first} to {last} are counted"
    return table, [
        *checks,
        Check("fires_counted", "info", int(counted.sum()), "", message + (f": {told}." if told else ".")),
    ]


def _told(spots: gpd.GeoDataFrame, date: str, confidence: str, kind: str, *, where: str) -> pd.DataFrame:
    """Year, confidence and kind of each fire; full confidence and vegetation where the file does not tell."""
    years = (
        spots[date].astype("str").str.extract(r"(?<!\d)((?:19|20)\d\d)(?=\D|$|\d{4}(?!\d))", expand=False).astype(float)
    )
    certain = pd.Series(100.0, spots.index)
    if confidence in spots:
        texts = spots[confidence].astype("str").map(fold_name)
        certain = pd.to_numeric(texts, errors="coerce").fillna(texts.map(_CONFIDENCE))
        if (strange := spots[confidence].notna() & certain.isna()).any():
            raise InputError(f"{where}, column {confidence}", got=str(spots.loc[strange, confidence].iloc[0]),
                             expected="0 to 100, or low, nominal, high")  # fmt: skip
    plants = pd.Series(True, spots.index)
    if kind in spots:
        plants = spots[kind].isna() | spots[kind].astype("str").str.removesuffix(".0").eq(_VEGETATION)
    missing = sorted({confidence, kind} - set(spots))
    logger.info("%s: %d fires; without the column(s) %s", where, len(spots), ", ".join(missing) or "none")
    return pd.DataFrame(
        {"shape": spots.geometry.to_numpy(), "year": years, "confidence": certain.fillna(0.0), "is_vegetation": plants}
    )


def _years(fires: pd.DataFrame, where: str) -> tuple[int, int]:
    if fires["year"].isna().all():
        raise InputError(f"fires: {where}", got="no date with a year", expected="dates such as 2019-08-14")
    return int(fires["year"].min()), int(fires["year"].max())
