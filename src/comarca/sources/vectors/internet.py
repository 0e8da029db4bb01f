"""Measured speed of the internet by map tile, as Ookla's open tiles have it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from comarca.errors import InputError
from comarca.results import Check
from comarca.sources.datasets import paths_of
from comarca.sources.vectors.read import VectorOptions, open_vector

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.io import PathLike

#: Columns of the layer that say where a tile lies.
SIDES: Final = ("west", "south", "east", "north")
_KBPS_PER_MBPS: Final = 1000.0
#: Degrees around the territories within which tiles are kept.
_MARGIN_DEG: Final = 0.1


def read_internet_tiles(
    path: PathLike | Sequence[str],
    territories: gpd.GeoDataFrame,
    *,
    speed: str = "avg_d_kbps",
    tests: str = "tests",
    quadkey: str = "quadkey",
    **options: Unpack[VectorOptions],
) -> tuple[pd.DataFrame, list[Check]]:
    """Read the mean download speed of map tiles near the territories.

    Parameters
    ----------
    path : path-like or sequence of str
        A Parquet table with quadkeys, or a vector file whose rows are tiles; several are read as one.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    speed, tests : str
        Columns with the mean download speed, kbit/s, and the number of tests.
    quadkey : str
        Column of a Parquet table with the quadkey of the tile.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``west``, ``south``, ``east``, ``north`` (degrees), ``download_mbps`` and ``tests``, sorted by place. Of
        tiles that several files have, the mean weighted by tests.
    check : list of Check
        Tiles near the territories and in the file, and the remarks of the reader.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or no tile lies near the territories.
    """
    parts, checks, count = [], [], 0
    west, south, east, north = territories.total_bounds + _MARGIN_DEG * np.array([-1, -1, 1, 1])
    for each in paths_of(path):
        part, remarks = _tiles(each, speed, tests, quadkey, options)
        checks += remarks
        count += len(part)
        near = part["east"].ge(west) & part["west"].le(east) & part["north"].ge(south) & part["south"].le(north)
        parts.append(part[near & (part["tests"] > 0) & part["kbps"].notna()])
    rows = pd.concat(parts, ignore_index=True)
    if rows.empty:
        raise InputError(f"internet: {path}", got=f"{count} tiles, none with tests near the territories",
                         expected="tiles of the region")  # fmt: skip
    rows["amount"] = rows["kbps"] / _KBPS_PER_MBPS * rows["tests"]
    sums = rows.groupby([*SIDES], sort=True)[["amount", "tests"]].sum().reset_index()
    table = sums.assign(download_mbps=sums["amount"] / sums["tests"])[[*SIDES, "download_mbps", "tests"]]
    message = f"{len(table):,} of {count:,} tiles are near the territories, with {table['tests'].sum():,.0f} tests."
    return table, [*checks, Check("internet_tiles", "info", len(table), "", message)]


def tile_sides(quadkeys: Sequence[str] | NDArray[np.str_]) -> NDArray[np.float64]:
    """Find the sides of map tiles.

    Parameters
    ----------
    quadkeys : sequence of str, shape (n,)
        Digits 0 to 3, one per level, as many in each (Bing Maps tile system).

    Returns
    -------
    numpy.ndarray, shape (n, 4)
        West, south, east, north in degrees.

    Raises
    ------
    InputError
        If a key has other digits, or another length than the others.
    """
    texts = np.asarray(quadkeys, dtype=np.str_)
    lengths = np.char.str_len(texts)
    level = int(lengths.max(initial=1))
    digits = np.ascontiguousarray(texts.astype(f"U{level}")).view(np.uint32).reshape(len(texts), level) - ord("0")
    if (lengths != level).any() or (digits > 3).any():
        wrong = texts[(lengths != level) | (digits > 3).any(axis=1)][0]
        raise InputError("internet, quadkey", got=str(wrong), expected="digits 0 to 3, as many in each key")
    powers = 2.0 ** np.arange(level - 1, -1, -1)
    x, y = (digits & 1) @ powers, (digits >> 1) @ powers
    size = 2.0**level
    longitude = np.column_stack([x, x + 1]) / size * 360 - 180
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.column_stack([y + 1, y]) / size))))
    return np.column_stack([longitude[:, 0], latitude[:, 0], longitude[:, 1], latitude[:, 1]])


def _tiles(path: str, speed: str, tests: str, quadkey: str, options: VectorOptions) -> tuple[pd.DataFrame, list[Check]]:
    """Sides, speed and tests of all tiles of one file."""
    where = f"internet: {path}"
    remarks: list[Check] = []
    if Path(path).suffix.lower() == ".parquet" and quadkey in pq.read_schema(path).names:
        if lacking := sorted({speed, tests} - set(pq.read_schema(path).names)):
            raise InputError(where, got=pq.read_schema(path).names, expected=f"a column {lacking[0]}")
        table = pd.read_parquet(path, columns=[quadkey, speed, tests])
        blank = table[quadkey].isna().to_numpy()
        if blank.any():
            raise InputError(f"{where}, column {quadkey}, row {int(blank.argmax()) + 1}", got="blank",
                             expected="a quadkey", remedy=f"{int(blank.sum())} rows have none.")  # fmt: skip
        sides = tile_sides(table[quadkey].astype("str").to_numpy(dtype=str))
    else:
        table, remarks = open_vector(path, columns=[speed, tests], name="internet", **options)
        sides = table.geometry.bounds.to_numpy()
        if lost := int(np.isnan(sides).any(axis=1).sum()):
            message = f"{lost} of {len(sides)} tiles have no place, and are left out."
            remarks = [*remarks, Check("internet_without_shape", "warn", lost, "0 rows", message)]
    figures = {
        "kbps": _numbers(table[speed], where=f"{where}, column {speed}"),
        "tests": _numbers(table[tests], where=f"{where}, column {tests}"),
    }
    return pd.DataFrame(dict(zip(SIDES, sides.T, strict=True)) | figures), remarks


def _numbers(column: pd.Series, *, where: str) -> NDArray[np.float64]:
    """Read numbers of 0 or more; NaN where there is none."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    wrong = (column.notna().to_numpy() & np.isnan(numbers)) | (numbers < 0)
    if wrong.any():
        first = column[wrong].iloc[0]
        got = first if isinstance(first, str) else float(first)
        raise InputError(f"{where}, row {int(wrong.argmax()) + 1}", got=got,
                         expected="a number, 0 or more", remedy=f"{int(wrong.sum())} rows have none.")  # fmt: skip
    return numbers
