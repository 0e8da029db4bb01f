"""Active fires seen by satellites, as the archives of FIRMS have them: counted by territory and year."""

from __future__ import annotations

import logging
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.sources.datasets import paths_of
from comarca.sources.names import fold_name
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.read import VectorOptions, require_column
from comarca.sources.vectors.spots import is_table, read_spots, spot_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.io import PathLike

logger = logging.getLogger(__name__)

#: Words of confidence (VIIRS) -> the least confidence in per cent (MODIS) that is called so.
_CONFIDENCE: Final = {"l": 0.0, "low": 0.0, "n": 30.0, "nominal": 30.0, "h": 80.0, "high": 80.0}
#: Greatest confidence, per cent.
_CERTAIN: Final = 100
#: Columns of the archives of FIRMS that are used if they are there.
_TIME, _INSTRUMENT, _SATELLITE = "acq_time", "instrument", "satellite"
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})
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
        What was counted and what was left out, for which reason; a warning where files repeat fires, or are of several
        sensors.

    Raises
    ------
    InputError
        If a file cannot be read or lacks the dates, or confidence or kind are not understood.

    Notes
    -----
    A delimited text with a heading alone is an archive without fires.
    """
    parts, checks = [], []
    for each in paths_of(path):
        spots, remarks = (
            (_no_fires(each, options), [])
            if _has_heading_only(each)
            else read_spots(each, longitude=longitude, latitude=latitude, name="fires", **options)
        )
        require_column(date, map(str, spots), where=f"fires: {each}")
        parts.append(_told(spots, date, confidence, kind, where=f"fires: {each}").assign(file=each))
        checks += remarks
    fires = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    checks += [_placeless(fires, str(path)), *_doubled(fires)]
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


def _placeless(fires: pd.DataFrame, path: str) -> Check:
    """Report fires without a place, which count nowhere."""
    shapes = fires["shape"].to_numpy(dtype=object)
    lost = int((shapely.is_missing(shapes) | shapely.is_empty(shapes)).sum())
    if lost and lost == len(fires):
        raise InputError(f"fires: {path}", got=f"{lost} fires without a place", expected="longitudes and latitudes")
    return Check("fires_without_shape", "warn" if lost else "pass", lost, "0 rows",
                 f"{lost} of {len(fires)} fires have no place, and count nowhere.")  # fmt: skip


def _told(spots: gpd.GeoDataFrame, date: str, confidence: str, kind: str, *, where: str) -> pd.DataFrame:
    """Year, confidence and kind of each fire; full confidence and vegetation where the file does not tell."""
    years = (
        spots[date].astype("str").str.extract(r"(?<!\d)((?:19|20)\d\d)(?=\D|$|\d{4}(?!\d))", expand=False).astype(float)
    )
    certain = pd.Series(100.0, spots.index)
    if confidence in spots:
        words = spots[confidence].astype("str").map(fold_name).map(_CONFIDENCE)
        certain = pd.to_numeric(spots[confidence], errors="coerce").astype(float).fillna(words.astype(float))
        strange = (spots[confidence].notna() & certain.isna()) | (certain < 0) | (certain > _CERTAIN)
        if strange.any():
            raise InputError(f"{where}, column {confidence}", got=str(spots.loc[strange, confidence].iloc[0]),
                             expected="0 to 100, or low, nominal, high")  # fmt: skip
    plants = pd.Series(True, spots.index)
    if kind in spots:
        plants = spots[kind].isna() | spots[kind].astype("str").str.removesuffix(".0").eq(_VEGETATION)
        if (strange := spots[kind].notna() & pd.to_numeric(spots[kind], errors="coerce").isna()).any():
            raise InputError(f"{where}, column {kind}", got=str(spots.loc[strange, kind].iloc[0]),
                             expected="numbers, of which 0 is a fire of vegetation",
                             remedy="Name another column with the key `kind`, or none that the file has.")  # fmt: skip
    missing = sorted({confidence, kind} - set(spots))
    logger.info("%s: %d fires; without the column(s) %s", where, len(spots), ", ".join(missing) or "none")
    return pd.DataFrame(
        {
            "shape": spots.geometry.to_numpy(),
            "year": years,
            "when": spots[date].astype("str") + (" " + spots[_TIME].astype("str") if _TIME in spots else ""),
            "sensor": _sensors(spots, confidence),
            "confidence": certain.fillna(0.0),
            "is_vegetation": plants,
        }
    )


def _sensors(spots: gpd.GeoDataFrame, confidence: str) -> pd.Series:
    """Name the sensor of each fire: as the file does, or by its kind of confidence; empty if neither tells."""
    named: pd.Series
    if _INSTRUMENT in spots:
        named = spots[_INSTRUMENT].astype("str").str.upper()
    elif confidence in spots:
        is_number = pd.to_numeric(spots[confidence], errors="coerce").notna()
        named = pd.Series(np.where(is_number, "MODIS", "VIIRS"), spots.index).where(spots[confidence].notna(), "")
    else:
        named = pd.Series("", spots.index)
    if _SATELLITE not in spots:
        return named
    # MODIS is one archive of two satellites; each satellite with VIIRS has its own.
    known: pd.Series = named.where(named != "VIIRS", named + " " + spots[_SATELLITE].astype("str"))
    return known


def _doubled(fires: pd.DataFrame) -> list[Check]:
    """Warn of fires that count more than once, as files repeat them or several sensors saw them."""
    x, y = (get(fires["shape"].to_numpy()) for get in (shapely.get_x, shapely.get_y))
    rows = fires[["when", "file"]].assign(x=x, y=y).dropna().drop_duplicates()
    repeated = int(rows.duplicated(["x", "y", "when"]).sum())
    sensors = sorted({*fires["sensor"]} - {""})
    checks = []
    if repeated:
        twice = f"{repeated:,} fires stand at the same place and time in two files and count in each."
        checks.append(Check("fires_repeated", "warn", repeated, "each fire in one file", twice))
    if len(sensors) > 1:
        mixed = f"The fires are of {', '.join(sensors)}: sensors see different numbers of fires, and one fire twice."
        checks.append(Check("fires_sensors", "warn", len(sensors), "fires of one sensor", mixed))
    return checks


def _has_heading_only(path: str) -> bool:
    if not (is_table(path) and Path(path).suffix.lower() in _TEXTS and Path(path).is_file()):
        return False
    with Path(path).open("rb") as lines:
        return len(list(islice((line for line in lines if line.strip()), 2))) == 1


def _no_fires(path: str, options: VectorOptions) -> gpd.GeoDataFrame:
    """Stand for a file that has a heading alone."""
    empty = pd.DataFrame(columns=spot_fields(path, **options), dtype="str")
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=STORAGE))


def _years(fires: pd.DataFrame, where: str) -> tuple[int, int]:
    if fires["year"].isna().all():
        raise InputError(f"fires: {where}", got="no date with a year", expected="dates such as 2019-08-14",
                         remedy="Say with the key `years` which years an archive without fires covers.")  # fmt: skip
    return int(fires["year"].min()), int(fires["year"].max())
