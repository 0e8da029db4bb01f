"""Rasters read window by window: what is data and what is not, and the true area of each cell."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import rasterio
from pyproj import CRS, Transformer
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from comarca.crs import STORAGE
from comarca.errors import CRSError, InputError
from comarca.guards.gdal import refuse_virtual, require_raster_driver
from comarca.polygons import valid_areas
from comarca.rasters.cell_areas import areal_scale, zone_m2
from comarca.units import M2_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from rasterio.io import DatasetReader

    FloatArray = NDArray[np.float64]

logger = logging.getLogger(__name__)

#: Rows of a raster that are read at a time where the reader has the choice: this many cells together.
BLOCK_CELLS: Final = 8_000_000
_LATTICE: Final = 33
#: Farthest corner of a raster in degrees: a map of the world may be drawn around any meridian, and by half cells.
_DEGREES: Final = np.array([540.0, 91.0])
#: No amount is greater; files take such numbers for no data.
_GREATEST: Final = 1e30
#: What GDAL may keep of what it has decoded.
_CACHE_MB: Final = 128


@dataclass(frozen=True)
class Raster:
    """A band of a raster file, and which of its values are no data.

    Attributes
    ----------
    path : str or pathlib.Path
        A file that GDAL reads.
    band : int, optional
        Number of the band, from 1 on; None takes the only one, and refuses a file of several.
    nodata : float or "none" or None
        Value that means no data; None takes what the file says, and refuses a file that does not say; "none" says
        that every value is data.
    unit : "amount" or "per_km2"
        What the values are: amounts of a cell, as they are read; or per km2, and read as amounts, times the area of
        their cell on the ellipsoid.
    least : float, optional
        Values below it are no amounts of this kind: they are refused where they are read as data.
    """

    path: str | Path
    band: int | None = None
    nodata: float | Literal["none"] | None = None
    unit: Literal["amount", "per_km2"] = "amount"
    least: float | None = None

    @property
    def number(self) -> int:
        """Number of the band."""
        return self.band or 1


class OpenRaster:
    """An open band, read by windows of rows and columns. Made by `open_raster`."""

    def __init__(self, raster: Raster, dataset: Any) -> None:
        self.raster, self.dataset = raster, dataset
        self.height, self.width = int(dataset.height), int(dataset.width)
        self.crs = CRS.from_wkt(dataset.crs.to_wkt())
        self.west, self.north = float(dataset.transform.c), float(dataset.transform.f)
        self.cell_width, self.cell_height = float(dataset.transform.a), float(-dataset.transform.e)
        self._scale, self._offset = dataset.scales[raster.number - 1], dataset.offsets[raster.number - 1]
        self._last: tuple[tuple[int, int, int, int], tuple[NDArray[Any], NDArray[np.bool_]]] | None = None
        self._lattice: tuple[FloatArray, FloatArray, FloatArray] | None = None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the raster's CRS."""
        east, south = self.west + self.width * self.cell_width, self.north - self.height * self.cell_height
        return self.west, south, east, self.north

    def window(self, bounds: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """Find the cells that an extent touches.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north in the raster's CRS.

        Returns
        -------
        row, column, rows, columns : int
            The window, as in `read`; of one cell at least, and inside the raster even if the extent is not.
        """
        west, south, east, north = bounds
        column, last_column = (int(np.floor((x - self.west) / self.cell_width)) for x in (west, east))
        row, last_row = (int(np.floor((self.north - y) / self.cell_height)) for y in (north, south))
        row, last_row = (min(max(n, 0), self.height - 1) for n in (row, last_row))
        column, last_column = (min(max(n, 0), self.width - 1) for n in (column, last_column))
        return row, column, last_row - row + 1, last_column - column + 1

    def read(self, row: int, column: int, rows: int, columns: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Read a window.

        Parameters
        ----------
        row, column : int
            Its upper left cell.
        rows, columns : int
            Its size.

        Returns
        -------
        values, is_data : numpy.ndarray, shape (rows, columns)
            Values with the band's scale and offset applied, as amounts of a cell, and where they are data.
        """
        key = (row, column, rows, columns)
        if self._last is None or self._last[0] != key:
            self._last = (key, self._read(key))
        return self._last[1]

    def _read(self, cells: tuple[int, int, int, int]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        band, nodata = self.raster.number, self.raster.nodata
        row, column, rows, columns = cells
        window = Window(column, row, columns, rows)
        values = self.dataset.read(band, window=window)
        if nodata is None:
            is_data = self.dataset.read_masks(band, window=window) > 0
        else:
            is_data = np.ones(values.shape, dtype=bool) if nodata == "none" else values != values.dtype.type(nodata)
        if np.issubdtype(values.dtype, np.floating):
            is_data &= ~np.isnan(values)
        if (self._scale, self._offset) != (1, 0):
            values = values * np.float64(self._scale) + self._offset
        _refuse_impossible(self.raster, values, is_data)
        if self.raster.unit == "per_km2":
            row, column, rows, columns = (
                int(each) for each in (window.row_off, window.col_off, window.height, window.width)
            )
            values = values * self.cell_area_km2(row, column, rows, columns)
        return values, is_data

    def cell_area_km2(self, row: int, column: int, rows: int, columns: int) -> FloatArray:
        """Area of each cell of a window on the ellipsoid.

        Parameters
        ----------
        row, column, rows, columns : int
            The window, as in `read`.

        Returns
        -------
        numpy.ndarray, shape (rows, columns)
            Square kilometres: in closed form for rasters in degrees; else the cell's size in the plane over the
            projection's areal scale, which is interpolated between 33 x 33 places.
        """
        if self.crs.is_geographic:
            edges = self.north - np.arange(row, row + rows + 1, dtype=np.float64) * self.cell_height
            area = -np.diff(zone_m2(edges)) * np.radians(self.cell_width) / M2_PER_KM2
            return np.broadcast_to(area[:, None], (rows, columns))
        y, x = self.middles(row, column, rows, columns)
        scale = _interpolated(*self._areal_scales(), y, x)
        return self.cell_width * self.cell_height / M2_PER_KM2 / scale

    def middles(self, row: int, column: int, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
        """Coordinates of the middles of the rows and of the columns of a window, in the raster's CRS.

        Parameters
        ----------
        row, column, rows, columns : int
            The window, as in `read`.

        Returns
        -------
        y, x : numpy.ndarray, shapes (rows,) and (columns,)
            Northing or latitude of the rows, easting or longitude of the columns.
        """
        y = self.north - (np.arange(row, row + rows, dtype=np.float64) + 0.5) * self.cell_height
        x = self.west + (np.arange(column, column + columns, dtype=np.float64) + 0.5) * self.cell_width
        return y, x

    def _areal_scales(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        if self._lattice is None:
            west, south, east, north = self.bounds
            y, x = (np.linspace(*ends, _LATTICE, dtype=np.float64) for ends in ((south, north), (west, east)))
            grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
            lon, lat = Transformer.from_crs(self.crs, STORAGE, always_xy=True).transform(grid_x, grid_y)
            scale = areal_scale(self.crs, lon, lat)
            if not np.isfinite(scale).all():
                raise InputError(
                    f"{self.raster.path}, extent",
                    got=self.bounds,
                    expected="a raster that lies inside its projection's domain",
                    remedy="Cut it to the region, for instance with gdal_translate -projwin.",
                )
            self._lattice = y, x, scale
        return self._lattice


@contextmanager
def open_dataset(path: str | Path, *, band: int | None = None) -> Iterator[DatasetReader]:
    """Open a raster and note in the log what it is.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that GDAL reads.
    band : int, optional
        Number of the band that is wanted, from 1 on; None wants a file of one band, beside one for transparency.

    Yields
    ------
    rasterio.io.DatasetReader
        The open file.

    Raises
    ------
    InputError
        If it cannot be opened, or not be read while it is open; if there is no such band, or several and none is named;
        if its cells have no place on the Earth.
    """
    refuse_virtual(path, where=str(path))
    try:
        with rasterio.open(path) as dataset:
            require_raster_driver(path, dataset.driver)
            _require_band(dataset, band, str(path))
            _require_place(dataset, str(path))
            crs = dataset.crs.to_string() if dataset.crs else "without a CRS"
            logger.info("open: %s, %d x %d cells, %s", path, dataset.width, dataset.height, crs[:60])
            yield dataset
    except (rasterio.errors.RasterioError, CPLE_BaseError) as error:
        told = " ".join(str(error.__cause__ or error).split())
        raise InputError(str(path), got=told, expected="a raster file that GDAL reads to its end",
                         remedy="It is damaged or cut short: fetch or export it anew.") from error  # fmt: skip


@contextmanager
def open_raster(raster: Raster) -> Iterator[OpenRaster]:
    """Open a band and make sure that it can be measured.

    Parameters
    ----------
    raster : Raster
        The file and band.

    Yields
    ------
    OpenRaster
        The open band.

    Raises
    ------
    InputError
        If the file cannot be read, has no such band, is rotated, or does not say which value means no data.
    CRSError
        If it has no CRS.
    """
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB), open_dataset(raster.path, band=raster.band) as dataset:
        _check(raster, dataset)
        yield OpenRaster(raster, dataset)


def zones_on(grid: OpenRaster, territories: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring territories to the CRS of a raster: rasters of counts are never warped.

    Parameters
    ----------
    grid : OpenRaster
        The raster.
    territories : geopandas.GeoDataFrame
        Column ``territory_id`` and (Multi)Polygons with any CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        ``territory_id`` and valid polygons in the raster's CRS, in the order given.
    """
    zones = territories[["territory_id", "geometry"]].reset_index(drop=True).to_crs(grid.crs)
    return zones.set_geometry(valid_areas(zones.geometry.to_numpy()), crs=grid.crs)


def values_at(raster: Raster, longitude: ArrayLike, latitude: ArrayLike) -> FloatArray:
    """Value of the cell that each point lies in.

    Parameters
    ----------
    raster : Raster
        The file and band.
    longitude, latitude : array-like, shape (n,)
        Degrees (EPSG:4326).

    Returns
    -------
    numpy.ndarray, shape (n,)
        Values; NaN outside the raster and where it has no data.
    """
    with open_raster(raster) as grid:
        x, y = Transformer.from_crs(STORAGE, grid.crs, always_xy=True).transform(longitude, latitude)
        column = np.floor((np.asarray(x) - grid.west) / grid.cell_width).astype(int)
        row = np.floor((grid.north - np.asarray(y)) / grid.cell_height).astype(int)
        sampled = np.full(len(row), np.nan)
        inside = (row >= 0) & (row < grid.height) & (column >= 0) & (column < grid.width)
        step = max(1, BLOCK_CELLS // grid.width)
        for strip in np.unique(row[inside] // step):
            members = np.flatnonzero(inside & (row // step == strip))
            first = int(strip * step)
            values, is_data = grid.read(first, 0, min(step, grid.height - first), grid.width)
            at = row[members] - first, column[members]
            sampled[members] = np.where(is_data[at], values[at].astype(float), np.nan)
    return sampled


def _require_band(dataset: DatasetReader, band: int | None, where: str) -> None:
    """Refuse a band that is not there, and a choice among several."""
    if band is not None:
        if not 1 <= band <= dataset.count:
            raise InputError(f"{where}, band", got=band, expected=f"a number from 1 to {dataset.count}")
        return
    bands = sum(each != ColorInterp.alpha for each in dataset.colorinterp)
    if bands != 1:
        raise InputError(f"{where}, bands", got=bands, expected="a raster of one band",
                         remedy="Take one out, for instance with gdal_translate -b 1.")  # fmt: skip


def _require_place(dataset: DatasetReader, where: str) -> None:
    """Refuse grids without a place, angles that are no degrees, and degrees beyond the Earth."""
    if dataset.crs is not None and dataset.crs.is_geographic:
        unit = CRS.from_wkt(dataset.crs.to_wkt()).axis_info[0]
        if not np.isclose(unit.unit_conversion_factor, np.pi / 180, rtol=1e-6):
            raise CRSError(where, got=f"longitudes and latitudes in {unit.unit_name}", expected="degrees",
                           remedy="Bring it to degrees with gdalwarp -t_srs EPSG:4326.")  # fmt: skip
    corners = np.array([dataset.transform @ corner for corner in ((0, 0), (dataset.width, dataset.height))])
    has_place = np.isfinite(corners).all() and (np.abs(np.diff(corners, axis=0)) > 0).all()
    if has_place and dataset.crs is not None and dataset.crs.is_geographic:
        has_place = bool((np.abs(corners) <= _DEGREES).all())
    if not has_place:
        raise InputError(f"{where}, extent", got=corners.round(6).tolist(), expected="corners on the Earth",
                         remedy="Its coordinate system or its corner is not what the file says.")  # fmt: skip


def _refuse_impossible(raster: Raster, values: NDArray[Any], is_data: NDArray[np.bool_]) -> None:
    """Refuse numbers that no amount has, such as a value for no data of which the file does not tell."""
    least = -_GREATEST if raster.least is None else raster.least
    if values.dtype.kind == "u" and least <= 0:
        return
    wrong = is_data & ~((values >= least) & (values <= _GREATEST))
    if wrong.any():
        expected = "finite numbers" if raster.least is None else f"no negative number below {raster.least:g}"
        expected = "no negative number" if raster.least == 0 else expected
        raise InputError(
            f"{raster.path}, values", got=float(values[wrong][0]), expected=expected,
            remedy=f"It stands in {int(wrong.sum())} cells of those read. If it means no data, configure it as the"
            " `nodata` of this raster.",
        )  # fmt: skip


def _check(raster: Raster, dataset: Any) -> None:
    name = str(raster.path)
    if dataset.crs is None:
        raise CRSError(
            name,
            got=None,
            expected="a coordinate reference system",
            remedy="A CRS is never assumed: write it into the file, for instance with gdal_edit.py -a_srs.",
        )
    kind = np.dtype(dataset.dtypes[raster.number - 1])
    if kind.kind == "c":
        raise InputError(name, got=f"complex numbers ({kind})", expected="a band of plain numbers")
    if isinstance(raster.nodata, int | float) and not _can_hold(kind, raster.nodata):
        raise InputError(
            f"{name}, nodata", got=raster.nodata, expected=f"a value that the band can hold ({kind})",
            remedy="Look up which value means no data, or write `none` if every value is data.",
        )  # fmt: skip
    transform = dataset.transform
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise InputError(name, got=tuple(transform)[:6], expected="a north-up grid", remedy="Use gdalwarp first.")
    if raster.nodata is None and MaskFlags.all_valid in dataset.mask_flag_enums[raster.number - 1]:
        raise InputError(
            f"{name}, nodata",
            got=None,
            expected="a value that means no data",
            remedy="Configure `nodata` for this raster: a value, or `none` if every value is data.",
        )


def _can_hold(kind: np.dtype[Any], value: float) -> bool:
    """Whether a value can stand in a band: in one of integers only whole numbers of its range."""
    if kind.kind not in "iu":
        return True
    limits = np.iinfo(kind)
    return bool(np.isfinite(value) and value % 1 == 0 and limits.min <= value <= limits.max)


def _interpolated(
    rows: FloatArray, columns: FloatArray, values: FloatArray, y: FloatArray, x: FloatArray
) -> FloatArray:
    """Bilinear values on the grid of y and x from those on a lattice of rows and columns."""
    along_x = np.stack([np.interp(x, columns, row) for row in values])
    place = np.clip(np.searchsorted(rows, y) - 1, 0, len(rows) - 2)
    part = ((y - rows[place]) / (rows[place + 1] - rows[place]))[:, None]
    return np.asarray(along_x[place] * (1 - part) + along_x[place + 1] * part)
