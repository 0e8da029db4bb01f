"""Rasters that are sound files and hold what their layer cannot: units, codes, values for no data, masks, places."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely
from affine import Affine

from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.right import is_table
from comarca.access.friction import elevation_on, friction_from_classes, friction_from_raster, walking_speeds
from comarca.land.cover import tabulate_land_cover
from comarca.land.covered import covered_by_raster
from comarca.land.forest import tabulate_forest
from comarca.population.raster import demand_from_raster
from comarca.rasters.bands import Raster, open_dataset
from comarca.rasters.extent import require_extent
from comarca.rasters.grids import square_grid
from comarca.rasters.zonal import sums_by_year
from comarca.registry.legends import read_legend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_WEST, _NORTH, _CELL, _ROWS, _COLUMNS = -58.0, -33.0, 0.01, 6, 8
_PACE, _SECONDS_PER_MIN, _M_PER_KM = 0.0123, 60.0, 1000.0
_HEIGHT = 120.0


@dataclass(frozen=True)
class Cells:
    """A raster: values of the cells, value for no data, and further keys of the file."""

    values: NDArray[Any]
    nodata: float | None = None
    keys: dict[str, Any] | None = None
    scale: float | None = None
    mask: NDArray[np.bool_] | None = None

    def write(self, path: Path) -> Path:
        """Write the file; a mask is written into it."""
        keys = {
            "driver": "GTiff", "height": self.values.shape[0], "width": self.values.shape[1], "count": 1,
            "dtype": self.values.dtype.name, "crs": "EPSG:4326", "nodata": self.nodata,
            "transform": Affine(_CELL, 0, _WEST, 0, -_CELL, _NORTH), **(self.keys or {}),
        }  # fmt: skip
        with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            warnings.simplefilter("ignore")
            with rasterio.open(path, "w", **keys) as file:
                file.write(self.values, 1)
                if self.scale is not None:
                    file.scales = (self.scale,)
                if self.mask is not None:
                    file.write_mask(self.mask)
        return path


def _region() -> gpd.GeoDataFrame:
    """Two territories of 4 x 6 cells each, side by side."""
    middle = _WEST + 4 * _CELL
    south = _NORTH - _ROWS * _CELL
    shapes = [shapely.box(_WEST, south, middle, _NORTH), shapely.box(middle, south, middle + 4 * _CELL, _NORTH)]
    return gpd.GeoDataFrame({"territory_id": ["1", "2"], "territory_name": ["A", "B"]}, geometry=shapes, crs=4326)


def _full(value: float, dtype: str = "float64", **others: float) -> NDArray[Any]:
    """Cells of one value; ``r0c3=...`` sets that of row 0, column 3."""
    cells = np.full((_ROWS, _COLUMNS), value, dtype=dtype)
    for place, other in others.items():
        row, column = map(int, place.removeprefix("r").split("c"))
        cells[row, column] = other
    return cells


def counted() -> NDArray[Any]:
    return np.arange(_ROWS * _COLUMNS, dtype=float).reshape(_ROWS, _COLUMNS)


def sums(cells: NDArray[Any]) -> list[float]:
    return [float(np.nansum(cells[:, :4])), float(np.nansum(cells[:, 4:]))]


def _hectares() -> NDArray[np.float64]:
    """Area of each cell on the ellipsoid, by its four corners."""
    geod = pyproj.Geod(ellps="WGS84")
    rows = [
        geod.geometry_area_perimeter(shapely.segmentize(shapely.box(0, _NORTH - (row + 1) * _CELL, _CELL,
                                                                    _NORTH - row * _CELL), _CELL / 50))[0]
        for row in range(_ROWS)
    ]  # fmt: skip
    return np.repeat(np.abs(rows)[:, None] / 10_000.0, _COLUMNS, axis=1)


def _areas(chosen: NDArray[np.bool_]) -> list[float]:
    return sums(np.where(chosen, _hectares(), 0.0))


def read_people(path: Path, **options: Any) -> pd.DataFrame:
    area = _region()
    with open_dataset(path) as raster:
        require_extent(raster, area)
    cells, _ = demand_from_raster(Raster(path, **options), area, demand_cell_m=2000.0)
    return cells.groupby("territory_id", as_index=False)["population_persons"].sum()


def _light(path: Path, **options: Any) -> pd.DataFrame:
    area = _region()
    with open_dataset(path) as raster:
        require_extent(raster, area)
    return sums_by_year({2020: Raster(path, least=-10.0, **options)}, area, name="night_lights")[0]


def _cover(path: Path) -> pd.DataFrame:
    area = _region()
    with open_dataset(path) as raster:
        require_extent(raster, area)
        found = tabulate_land_cover(raster, area, legend=read_legend("worldcover"), year=2021)[1]
    kept = found[["territory_id", "class_code", "class_name", "is_farmed", "area_ha"]]
    return kept.sort_values(["territory_id", "class_code"], ignore_index=True)


def _paces(path: Path, *, legend: str | None = None) -> tuple[list[float], float]:
    """Different paces of the cells that can be walked, and the share of those in the raster that cannot."""
    west, south, east, north = _region().total_bounds
    grid = square_grid((west + 0.005, south + 0.005, east - 0.005, north - 0.005), cell_m=500.0)
    with open_dataset(path) as raster:
        require_extent(raster, _region())
        if legend is None:
            found, _ = friction_from_raster(raster, grid)
        else:
            table = pd.DataFrame({"legend": legend, "code": ["40", "80"], "speed_kmh": ["4.8", "0"]})
            found, _ = friction_from_classes(raster, grid, walking_speeds(table, legend=legend), other_kmh=3.0)
    return sorted(set(found[np.isfinite(found)].round(9).tolist())), float(np.isinf(found).mean())


def _heights(path: Path) -> list[float]:
    west, south, east, north = _region().total_bounds
    grid = square_grid((west + 0.01, south + 0.01, east - 0.01, north - 0.01), cell_m=2000.0)
    with open_dataset(path) as raster:
        found = elevation_on(raster, grid)
    return sorted(set(found[np.isfinite(found)].round(6).tolist()))


def _burnt(path: Path, **options: Any) -> pd.DataFrame:
    return covered_by_raster(Raster(path, **options), _region(), name="burnt_areas")[0]


def by_territory(column: str, sums: list[float], **others: Any) -> Callable[[Any], bool]:
    return is_table(pd.DataFrame({"territory_id": ["1", "2"], **others, column: sums}))


def _population() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    people = counted()
    right = by_territory("population_persons", sums(people))
    no_last = by_territory("population_persons", sums(np.where(people == 47, 0, people)))
    density = by_territory("population_persons", sums(people * _hectares() / 100))
    yield "sound", Cells(people, -1.0), {}, right
    yield "no value for no data, as told", Cells(people), {"nodata": "none"}, right
    yield "no value for no data, not told", Cells(people), {}, None
    yield "a value for no data of the configuration", Cells(people), {"nodata": 47}, no_last
    yield "a mask in the file", Cells(people, mask=people != 47), {}, no_last
    yield "whole numbers with a scale", Cells((people * 10).astype("int32"), -1, scale=0.1), {}, right
    yield "people per km2", Cells(people, -1.0), {"unit": "per_km2"}, density
    yield "a negative number", Cells(_full(5.0, r2c2=-5), -1.0), {}, None
    yield "-9999 of which nobody tells", Cells(_full(5.0, r2c2=-9999)), {"nodata": "none"}, None
    yield "-9999 beside another value for no data", Cells(_full(5.0, r2c2=-9999), -1.0), {}, None
    yield "an infinite number", Cells(_full(5.0, r2c2=np.inf), -1.0), {}, None
    yield "a number of 3e38", Cells(_full(5.0, r2c2=3e38), -1.0), {}, None
    yield "the second of two bands not told", Cells(people, -1.0, {"count": 2}), {}, None
    yield from ((fault, Cells(people, -1.0, keys), {}, None) for fault, keys in ELSEWHERE.items())


#: Place of a raster that is not of the region.
ELSEWHERE: dict[str, dict[str, Any]] = {
    "another continent": {"transform": Affine(_CELL, 0, 10, 0, -_CELL, 50)},
    "axes swapped": {"transform": Affine(_CELL, 0, _NORTH, 0, -_CELL, _WEST)},
    "longitudes from 0 to 360": {"transform": Affine(_CELL, 0, _WEST + 360, 0, -_CELL, _NORTH)},
    "another zone": {"crs": "EPSG:32718", "transform": Affine(1000, 0, 406_000, 0, -1000, 6_348_000)},
    "degrees called metres": {"crs": "EPSG:32721"},
}


def _lights() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    light = counted() - 3
    right = by_territory("sum", sums(light), year=2020)
    yield "sound", Cells(light.astype("float32"), -9999.0), {}, right
    yield "dark cells a little below 0", Cells(light, np.nan), {}, right
    yield "-9999 of which nobody tells", Cells(_full(5.0, r2c2=-9999)), {"nodata": "none"}, None
    yield "light of -50", Cells(_full(5.0, r2c2=-50), -9999.0), {}, None
    yield "an infinite number", Cells(_full(5.0, r2c2=np.inf), -9999.0), {}, None
    yield "complex numbers", Cells(counted().astype("complex64")), {"nodata": "none"}, None
    yield from ((fault, Cells(light, -9999.0, keys), {}, None) for fault, keys in ELSEWHERE.items())


def _classes() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    codes = np.where(np.arange(_COLUMNS) % 2 == 0, 10, 40).astype("uint8") * np.ones((_ROWS, 1), "uint8")
    right = _of_classes(codes)
    yield "sound", Cells(codes, 0), {}, right
    yield "two bytes", Cells(codes.astype("uint16"), 0), {}, right
    yield "whole numbers with a sign", Cells(codes.astype("int16"), -1), {}, right
    yield "four bytes", Cells(codes.astype("int32"), -1), {}, right
    yield "a mask in the file", Cells(codes, mask=codes == 40), {}, _of_classes(np.where(codes == 40, 40, 0))
    strange = codes.copy()
    strange[0, 0] = 77
    yield "a code that the legend lacks", Cells(strange, 0), {}, _of_classes(strange)
    yield "another legend", Cells(np.where(codes == 10, 3, 15).astype("uint8"), 0), {}, None
    yield "codes with a scale", Cells(codes, 0, scale=0.5), {}, None
    yield "fractions", Cells(codes + 0.5, 0), {}, None
    yield "codes as floats", Cells(codes.astype("float32"), 0), {}, None
    huge = codes.astype("int32")
    huge[1, 1] = 70_000
    yield "a code of 70,000", Cells(huge, -1), {}, None
    negative = codes.astype("int16")
    negative[1, 1] = -9999
    yield "-9999 of which nobody tells", Cells(negative), {}, None
    yield "two bands", Cells(codes, 0, {"count": 2}), {}, None
    yield "rotated", Cells(codes, 0, {"transform": Affine(_CELL, 0.002, _WEST, 0.002, -_CELL, _NORTH)}), {}, None
    yield from ((fault, Cells(codes, 0, keys), {}, None) for fault, keys in ELSEWHERE.items())


def _of_classes(codes: NDArray[Any]) -> Callable[[Any], bool]:
    names = {10: "Tree cover", 40: "Cropland", 77: ""}
    rows = [
        (territory, code, names[int(code)], code == 40, area)
        for code in np.unique(codes[codes > 0]).tolist()
        for territory, area in zip(("1", "2"), _areas(codes == code), strict=True)
        if area
    ]
    columns = ["territory_id", "class_code", "class_name", "is_farmed", "area_ha"]
    right = pd.DataFrame(sorted(rows), columns=columns)
    return is_table(right, rtol=1e-7)


def _friction() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    def gives(*paces: float, barriers: bool = False) -> Callable[[Any], bool]:
        return lambda found: bool(np.allclose(found[0], paces, rtol=1e-6) and (found[1] > 0) == barriers)

    half = _full(_PACE)
    half[:, 4:] = -9999
    yield "sound", Cells(_full(_PACE, "float32"), -9999.0), {}, gives(_PACE)
    yield "half without data", Cells(half, -9999.0), {}, gives(_PACE, barriers=True)
    yield "half at -9999 of which nobody tells", Cells(half), {}, gives(_PACE, barriers=True)
    yield "a mask in the file", Cells(_full(_PACE), mask=half > 0), {}, None
    yield "seconds per metre", Cells(_full(_PACE * _SECONDS_PER_MIN), -9999.0), {}, None
    yield "minutes per km", Cells(_full(_PACE * _M_PER_KM), -9999.0), {}, None
    yield "speeds in km/h", Cells(_full(4.8), -9999.0), {}, None
    yield "zeros", Cells(_full(0.0), -9999.0), {}, None
    yield "negative numbers", Cells(_full(-0.01), -9999.0), {}, None
    yield "whole numbers with a scale", Cells(_full(123, "int16"), -1, scale=0.0001), {}, gives(_PACE)
    yield "two bands", Cells(_full(_PACE), -9999.0, {"count": 2}), {}, None
    yield from ((fault, Cells(_full(_PACE), -9999.0, keys), {}, None) for fault, keys in ELSEWHERE.items())


def _ways_of_classes() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    def gives(*kmh: float) -> Callable[[Any], bool]:
        return lambda found: bool(np.allclose(found[0], sorted(0.06 / each for each in kmh), rtol=1e-6))

    how = {"legend": "own"}
    yield "sound", Cells(_full(40, "uint8"), 0), how, gives(4.8)
    yield "a class without a speed", Cells(_full(41, "uint8"), 0), how, gives(3.0)
    yield "codes with a scale", Cells(_full(80, "uint8"), 0, scale=0.5), how, None
    yield "fractions", Cells(_full(40.5), 0), how, None
    yield "a mask in the file", Cells(_full(40, "uint8"), mask=_full(1, "uint8") > 0), how, None


def _elevation() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    def gives(*heights: float) -> Callable[[Any], bool]:
        return lambda found: bool(np.allclose(found, heights))

    some = _full(_HEIGHT, "int16", r2c2=-9999, r3c5=-9999)
    yield "sound", Cells(_full(_HEIGHT, "int16"), -9999), {}, gives(_HEIGHT)
    yield "some cells without data", Cells(some, -9999), {}, gives(_HEIGHT)
    yield "some at -9999 of which nobody tells", Cells(some), {}, None
    yield "few at -9999 of which nobody tells", Cells(_full(_HEIGHT, "int16", r2c2=-3000)), {}, None
    yield "some at 32767 of which nobody tells", Cells(_full(_HEIGHT, "int16", r2c2=32_767)), {}, None
    yield "decimetres with a scale", Cells(_full(_HEIGHT * 10, "int16"), -9999, scale=0.1), {}, gives(_HEIGHT)
    yield "a mask in the file", Cells(_full(_HEIGHT), mask=some > 0), {}, None


def _burns() -> Iterator[tuple[str, Cells, dict[str, Any], Callable[[Any], bool] | None]]:
    day = np.where(counted() % 3 == 0, 200, 0)

    def right(cells: NDArray[Any], known: NDArray[np.bool_]) -> Callable[[Any], bool]:
        table = {"territory_id": ["1", "2"], "area_ha": _areas((cells > 0) & known), "mapped_ha": _areas(known)}
        return is_table(pd.DataFrame(table), rtol=1e-7)

    whole = np.ones(day.shape, dtype=bool)
    yield "sound", Cells(day.astype("int16"), -2), {}, right(day, whole)
    yield "cells not mapped", Cells(np.where(day == 0, -2, day).astype("int16"), -2), {}, right(day, day > 0)
    yield "no value for no data, not told", Cells(day.astype("int16")), {}, None
    yield "whole numbers as floats", Cells(day.astype("float32"), -2), {}, right(day, whole)
    yield "shares from 0 to 1", Cells(day / 250.0, -2), {}, None
    yield "water at -2 and unknown cells at -1", Cells(day.astype("int16") - 2), {"nodata": "none"}, right(day, whole)


_RASTERS = {
    "population": (_population, read_people), "night_lights": (_lights, _light), "land_cover": (_classes, _cover),
    "friction": (_friction, _paces), "friction_by_class": (_ways_of_classes, _paces),
    "elevation": (_elevation, _heights), "burnt_or_protected": (_burns, _burnt),
}  # fmt: skip


def cases() -> Iterator[Case]:
    """List all cases."""
    for layer, (rasters, read) in _RASTERS.items():
        for fault, cells, options, check in rasters():

            def make(folder: Path, cells: Cells = cells, options: Any = options, read: Any = read) -> Any:
                path = cells.write(folder / "cells.tif")
                return lambda: read(path, **options)

            yield Case(layer, ".tif", fault, ANSWER if check else REFUSED, make, check)
    yield from _forests()


def _forests() -> Iterator[Case]:
    cover = np.where(counted() < 24, 80, 10)
    years = np.where(counted() % 4 == 0, 7, 0)
    lost = (cover >= 30) & (years == 7)
    rows = [
        ("1", 2000, *[_areas(cover >= 30)[0]]), ("1", 2007, _areas(lost)[0]),
        ("2", 2000, *[_areas(cover >= 30)[1]]), ("2", 2007, _areas(lost)[1]),
    ]  # fmt: skip
    right = pd.DataFrame(rows, columns=["territory_id", "year", "area_ha"])
    right["mapped_ha"] = np.repeat(_areas(cover > 0), 2)
    gives = is_table(right, rtol=1e-7)
    of_bytes = cover.astype("uint8")
    loss = years.astype("uint8")
    pairs: dict[str, tuple[Cells, Cells, Callable[[Any], bool] | None]] = {
        "sound": (Cells(of_bytes), Cells(loss), gives),
        "years of the calendar": (Cells(of_bytes), Cells(np.where(years > 0, 2007, 0).astype("uint16")), gives),
        "cover as a share": (Cells(cover / 100.0), Cells(loss), None),
        "cover above 100": (Cells(np.where(cover == 80, 200, 10).astype("uint8")), Cells(loss), None),
        "a year before 2000": (Cells(of_bytes), Cells(np.where(years > 0, 1999, 0).astype("uint16")), None),
        "a year to come": (Cells(of_bytes), Cells(np.where(years > 0, 90, 0).astype("uint8")), None),
        "cover and loss exchanged": (Cells(loss), Cells(of_bytes), None),
        "another grid": (Cells(of_bytes), Cells(loss, keys=ELSEWHERE["another continent"]), None),
    }
    for fault, (one, other, check) in pairs.items():

        def make(folder: Path, one: Cells = one, other: Cells = other) -> Any:
            paths = str(one.write(folder / "cover.tif")), str(other.write(folder / "loss.tif"))
            return lambda: tabulate_forest([paths[0]], [paths[1]], _region())[0]

        yield Case("forest_loss", ".tif", fault, ANSWER if check else REFUSED, make, check)
