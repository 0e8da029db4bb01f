"""How fast people walk where there is no road, cell by cell: from land cover and slope, or from a friction raster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pandas as pd
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import MaskFlags, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from comarca.errors import InputError
from comarca.rasters.bands import BLOCK_CELLS
from comarca.rasters.grids import Grid
from comarca.results import Check
from comarca.units import M_PER_KM, MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

    Floats = NDArray[np.float64]

_COLUMNS: Final = ("legend", "code", "speed_kmh")
_MAX_SUBCELLS: Final = 10
#: Fastest way off the roads, on foot or by boat.
_FASTEST_KMH: Final = 30.0
#: Fastest and slowest pace that the middle one of a raster may be.
_PACES: Final = (0.002, 0.15)
#: Nobody walks where a metre takes more minutes; such values stand for no data.
_SLOWEST: Final = 10.0
_SAMPLE: Final = 10_000
_HEIGHTS_M: Final = (-500.0, 9000.0)
#: Steepness and fastest slope of Tobler's hiking function.
STEEPNESS: Final = 3.5
FASTEST_SLOPE: Final = -0.05


@dataclass(frozen=True)
class FrictionSurface:
    """Walking times over land.

    Attributes
    ----------
    grid : Grid
        Its cells, equal in area.
    min_per_m : numpy.ndarray, shape (rows, columns)
        Minutes per metre on level ground; infinite where nobody can walk.
    elevation_m : numpy.ndarray, shape (rows, columns), or None
        Height of the cells; NaN where not known. None takes the land as level.
    """

    grid: Grid
    min_per_m: Floats
    elevation_m: Floats | None = None

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays by name, to be stored.

        Returns
        -------
        dict
            Times, heights (no cells if there are none), the transform's six numbers and the CRS as WKT.
        """
        return {
            "min_per_m": self.min_per_m.astype(np.float32),
            "elevation_m": np.empty(0) if self.elevation_m is None else self.elevation_m.astype(np.float32),
            "transform": np.array(self.grid.transform[:6]),
            "crs": np.array(self.grid.crs.to_wkt()),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take stored arrays back.

        Parameters
        ----------
        arrays : mapping
            What `to_arrays` gave.

        Returns
        -------
        FrictionSurface
            The same, in double precision.
        """
        pace, height = arrays["min_per_m"].astype(float), arrays["elevation_m"].astype(float)
        grid = Grid(CRS.from_wkt(str(arrays["crs"])), Affine(*arrays["transform"].tolist()), pace.shape)
        return cls(grid, pace, height if height.size else None)


def walking_speeds(rows: pd.DataFrame, *, legend: str, name: str = "off-road speeds") -> dict[int, float]:
    """Choose the walking speeds of a legend's classes.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``legend``, ``code``, ``speed_kmh``; others are free.
    legend : str
        Name of the legend, such as ``worldcover``.
    name : str, optional
        What to call the table in messages, such as its path.

    Returns
    -------
    dict
        Code -> speed in km/h on level ground; 0 is a barrier.

    Raises
    ------
    InputError
        If a column lacks, the legend has no row, a code stands twice, all speeds are 0, or a number is not one,
        negative or too large.
    """
    if lacking := [column for column in _COLUMNS if column not in rows]:
        raise InputError(name, got=list(rows), expected=f"also the columns {lacking}")
    table = rows[rows["legend"].str.lower() == legend]
    if table.empty:
        raise InputError(f"{name}, column legend", got=sorted(set(rows["legend"])), expected=f"rows of {legend!r}")
    code, speed = (pd.to_numeric(table[column], errors="coerce") for column in ("code", "speed_kmh"))
    wrong = code.isna() | (code % 1 != 0) | code.duplicated() | ~speed.between(0, _FASTEST_KMH)
    if wrong.any():
        line = wrong.index[wrong][0]
        raise InputError(f"{name}, line {line + 2}", got=table.loc[line, list(_COLUMNS)].tolist(),
                         expected=f"each code once, with a speed from 0 to {_FASTEST_KMH:g} km/h")  # fmt: skip
    if not speed.any():
        raise InputError(f"{name}, column speed_kmh", got="0 for all classes", expected="a class that people walk over")
    return dict(zip(code.astype(int).tolist(), speed.astype(float).tolist(), strict=True))


def friction_from_classes(
    raster: DatasetReader,
    grid: Grid,
    speed_kmh: Mapping[int, float],
    *,
    other_kmh: float,
    barrier_share: float = 0.5,
) -> tuple[Floats, list[Check]]:
    """Turn a raster of land-cover classes into minutes per metre.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Class codes, in any CRS. No data, or 0 where the file does not say, is a barrier.
    grid : Grid
        Cells wanted.
    speed_kmh : mapping
        Code -> speed, as from `walking_speeds`.
    other_kmh : float
        Speed on classes that have none.
    barrier_share : float, optional
        From this share of barriers on (water, no data) a cell is one.

    Returns
    -------
    min_per_m : numpy.ndarray, shape (rows, columns)
        Mean over the passable part of each cell, infinite for barriers.
    checks : list of Check
        Cells of classes without a speed, and cells that nobody can walk.

    Raises
    ------
    InputError
        If the raster is not of whole numbers, or its codes have a scale.

    Notes
    -----
    Each cell is sampled by at most 10 x 10 points, so rivers narrower than `barrier_share` of a cell are lost: take
    cells no wider than twice the narrowest river that counts. Walking speeds by class: Weiss et al. (2020),
    doi:10.1038/s41591-020-1059-1.
    """
    code = np.array(sorted(speed_kmh))
    pace = _pace(np.array([speed_kmh[number] for number in code.tolist()], dtype=float))
    strange = np.zeros(2, dtype=np.int64)
    _require_codes(raster)

    def to_pace(values: NDArray[Any]) -> Floats:
        at = np.minimum(np.searchsorted(code, values), len(code) - 1)
        is_known = code[at] == values
        strange[:] += (~is_known).sum(), values.size
        return np.where(is_known, pace[at], _pace(np.array(other_kmh)))

    min_per_m = _gathered(raster, grid, to_pace, barrier_share)
    share = float(strange[0] / max(strange[1], 1))
    unknown = Check(
        "offroad_unknown_class_share", "warn" if share > 0 else "pass", round(share, 6), "none",
        f"{share:.2%} of the land-cover cells are of a class without a walking speed; {other_kmh:.2g} km/h is taken.",
    )  # fmt: skip
    return min_per_m, [unknown, _barriers(min_per_m)]


def friction_from_raster(
    raster: DatasetReader, grid: Grid, *, barrier_share: float = 0.5
) -> tuple[Floats, list[Check]]:
    """Bring a friction raster to a grid.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Minutes per metre on foot, in any CRS; no data, and values that are not positive or above 10, are barriers.
    grid : Grid
        Cells wanted.
    barrier_share : float, optional
        From this share of barriers on a cell is one.

    Returns
    -------
    min_per_m : numpy.ndarray, shape (rows, columns)
        Infinite for barriers.
    checks : list of Check
        Cells that nobody can walk.

    Raises
    ------
    InputError
        If the middle one of the values is no pace of people on foot, or nobody can walk anywhere.
    """
    sampled: list[NDArray[Any]] = []

    def to_pace(stored: NDArray[Any]) -> Floats:
        values = _scaled(stored, raster)
        positive = values[(values > 0) & np.isfinite(values)]
        sampled.append(positive[:: max(1, len(positive) // _SAMPLE)])
        return np.where((values > 0) & (values <= _SLOWEST), values, np.inf)

    min_per_m = _gathered(raster, grid, to_pace, barrier_share)
    _require_pace(np.concatenate(sampled), str(raster.name))
    return min_per_m, [_barriers(min_per_m)]


def _require_pace(min_per_m: Floats, where: str) -> None:
    """Refuse values in another unit, by the middle one."""
    if not min_per_m.size:
        raise InputError(
            f"{where}, values", got="no positive value in the region", expected="minutes per metre on foot",
            remedy="Nobody could walk anywhere: take another raster, or leave `friction` out.",
        )  # fmt: skip
    middle = float(np.median(min_per_m))
    if not _PACES[0] <= middle <= _PACES[1]:
        raise InputError(
            f"{where}, values", got=f"a middle value of {middle:.4g}",
            expected=f"minutes per metre on foot, {_PACES[0]:g} to {_PACES[1]:g} (30 to 0.4 km/h)",
            remedy="Seconds per metre are divided by 60, minutes per km by 1,000; of speeds in km/h take 0.06 / speed.",
        )  # fmt: skip


def elevation_on(raster: DatasetReader, grid: Grid) -> Floats:
    """Bring a raster of heights to a grid.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Heights in metres, in any CRS.
    grid : Grid
        Cells wanted.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        Mean height of each cell; NaN where not known.

    Raises
    ------
    InputError
        If there are heights that no land has, or the raster hides cells by a mask.
    """
    _refuse_mask(raster)
    lowest, height_m, highest = (
        _warped(raster, grid, how) for how in (Resampling.min, Resampling.average, Resampling.max)
    )
    wrong = (lowest < _HEIGHTS_M[0]) | (highest > _HEIGHTS_M[1])
    if wrong.any():
        got = np.where(lowest < _HEIGHTS_M[0], lowest, highest)[wrong][0]
        raise InputError(
            f"{raster.name}, values", got=float(got), expected="heights of land in metres",
            remedy="If it means no data, write that into the file: gdal_edit.py -a_nodata <value>.",
        )  # fmt: skip
    return height_m


def _warped(raster: DatasetReader, grid: Grid, how: Resampling) -> Floats:
    """Bring a raster to a grid, its scale applied; NaN where there is no data."""
    rows, columns = grid.shape
    with WarpedVRT(raster, crs=grid.crs.to_wkt(), transform=grid.transform, width=columns, height=rows,
                   resampling=how, dtype="float32") as view:  # fmt: skip
        return _scaled(np.asarray(view.read(1, masked=True).astype(float).filled(np.nan)), raster)


def _scaled(stored: NDArray[Any], raster: DatasetReader) -> Floats:
    """Apply the scale and the offset of the band."""
    return np.asarray(stored * np.float64(raster.scales[0]) + raster.offsets[0])


def _require_codes(raster: DatasetReader) -> None:
    """Refuse class codes that are fractions or have a scale."""
    if np.dtype(raster.dtypes[0]).kind not in "ui" or (raster.scales[0], raster.offsets[0]) != (1, 0):
        raise InputError(
            str(raster.name), got=f"{raster.dtypes[0]}, scale {raster.scales[0]:g}, offset {raster.offsets[0]:g}",
            expected="class codes: whole numbers without a scale", remedy="Write them as integers, with gdal_calc.py.",
        )  # fmt: skip


def _refuse_mask(raster: DatasetReader) -> None:
    """Refuse masks that are no value, which a change of grid would not carry along."""
    if MaskFlags.per_dataset in raster.mask_flag_enums[0]:
        raise InputError(
            str(raster.name), got="a mask for cells without data", expected="a value that means no data",
            remedy="Write one in its place, for instance with gdalwarp -dstnodata.",
        )  # fmt: skip


def slope_factor(slope: Floats) -> Floats:
    """Time to walk a slope over the time to walk as far on level ground.

    Parameters
    ----------
    slope : numpy.ndarray
        Rise over run, positive uphill.

    Returns
    -------
    numpy.ndarray
        1 on level ground, 0.84 at best, 5 % downhill.

    Notes
    -----
    ``exp(3.5 (|slope + 0.05| - 0.05))``: the hiking function of Tobler (1993), Three presentations on geographical
    analysis and modeling, NCGIA report 93-1, over its value on the level, for which speeds by land cover hold.
    """
    return np.asarray(np.exp(STEEPNESS * (np.abs(slope - FASTEST_SLOPE) + FASTEST_SLOPE)))


def _barriers(min_per_m: Floats) -> Check:
    share = float(np.isinf(min_per_m).mean()) if min_per_m.size else 1.0
    return Check(
        "offroad_barrier_share", "warn" if share == 1 else "info", round(share, 6), "",
        f"{share:.1%} of the cells are water, outside the raster, or otherwise closed to walkers.",
    )  # fmt: skip


def _pace(speed_kmh: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(MIN_PER_HOUR / (speed_kmh * M_PER_KM))


def _gathered(
    raster: DatasetReader, grid: Grid, to_pace: Callable[[NDArray[Any]], Floats], barrier_share: float
) -> Floats:
    """Sample a raster on a finer grid, strip by strip, and take the mean pace of what is passable in each cell."""
    _refuse_mask(raster)
    rows, columns = grid.shape
    fine = _subcells(raster, grid)
    transform = grid.transform @ Affine.scale(1 / fine)
    nodata = 0 if raster.nodata is None else raster.nodata
    result = np.full(grid.shape, np.inf)
    strip = max(1, BLOCK_CELLS // (columns * fine * fine))
    with WarpedVRT(raster, crs=grid.crs.to_wkt(), transform=transform, width=columns * fine, height=rows * fine,
                   resampling=Resampling.nearest, nodata=nodata) as view:  # fmt: skip
        for first in range(0, rows, strip):
            count = min(strip, rows - first)
            cells = view.read(1, window=Window(0, first * fine, columns * fine, count * fine), masked=True)
            pace = np.full(cells.shape, np.inf)
            has_data = ~np.ma.getmaskarray(cells)
            pace[has_data] = to_pace(cells.data[has_data])
            blocks = pace.reshape(count, fine, columns, fine)
            can_walk = np.isfinite(blocks)
            passable = can_walk.sum(axis=(1, 3))
            total = np.where(can_walk, blocks, 0).sum(axis=(1, 3))
            is_open = (passable > 0) & (passable > (1 - barrier_share) * fine * fine)
            result[first : first + count] = np.where(is_open, total / np.maximum(passable, 1), np.inf)
    return result


def _subcells(raster: DatasetReader, grid: Grid) -> int:
    """How many cells of the raster go into the side of a cell of the grid."""
    if raster.crs is None:
        raise InputError(f"{raster.name}, CRS", got=None, expected="a CRS")
    to_grid = Transformer.from_crs(CRS.from_wkt(raster.crs.to_wkt()), grid.crs, always_xy=True)
    column, row = raster.width // 2, raster.height // 2
    x, y = zip(*(raster.transform @ (column + step, row + step) for step in (0, 1)), strict=True)
    east, north = to_grid.transform(x, y)
    native_m = float(np.hypot(np.diff(east), np.diff(north))[0]) / np.sqrt(2)
    return int(np.clip(round(grid.cell_m / native_m), 1, _MAX_SUBCELLS))
