"""Our rasters and polygons as exactextract reads them, and one call to run it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import exactextract
import numpy as np
import shapely
from exactextract.feature import FeatureSource, JSONFeature
from exactextract.operation import Operation
from exactextract.raster import RasterSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from comarca.rasters.bands import OpenRaster

    FloatArray = NDArray[np.floating[Any]]

Strategy = Literal["raster-sequential", "feature-sequential"]

_CELLS_IN_MEMORY: Final = 8_000_000


class ZonalStatistic(NamedTuple):
    """A result that is wanted of each zone.

    Attributes
    ----------
    statistic : str
        Name of exactextract's operation.
    name : str
        Name of the result.
    band : Band
        What it is computed of.
    weights : Band or None
        What weighs the cells beside their share in the zone.
    """

    statistic: str
    name: str
    band: Band
    weights: Band | None = None


def extract(
    zones: gpd.GeoDataFrame, wanted: Sequence[ZonalStatistic], *, strategy: Strategy = "raster-sequential"
) -> pd.DataFrame:
    """Run exactextract.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        Valid polygons in the CRS of the bands.
    wanted : sequence of ZonalStatistic
        What to compute.
    strategy : str, optional
        ``raster-sequential`` reads each block of the raster once, for all zones in it; ``feature-sequential`` reads
        the window of each zone. Memory is bounded in both.

    Returns
    -------
    pandas.DataFrame
        One row per zone in the order given, one column per result.
    """
    # exactextract does not keep the bands alive: `wanted` has to hold them until it is done.
    operations = [Operation(*each) for each in wanted]
    sums: pd.DataFrame = exactextract.exact_extract(
        None, _Zones(zones), operations, include_cols=["row"], strategy=strategy,
        max_cells_in_memory=_CELLS_IN_MEMORY, output="pandas",
    )  # fmt: skip
    return sums.astype({"row": int}).set_index("row").sort_index()


class Band(RasterSource):  # type: ignore[misc]
    """A band, or a window of it, NaN where there is no data.

    exactextract 0.3 also takes masked arrays, but overlooks the mask where a zone covers part of the window that was
    read, and so takes what is no data for data.
    """

    def __init__(self, grid: OpenRaster, name: str, window: tuple[int, int, int, int] | None = None) -> None:
        super().__init__()
        self.grid = grid
        self.first_row, self.first_column, self.rows, self.columns = window or (0, 0, grid.height, grid.width)
        self.set_name(name)

    def res(self) -> tuple[float, float]:
        """Width and height of a cell."""
        return self.grid.cell_width, self.grid.cell_height

    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        west = self.grid.west + self.first_column * self.grid.cell_width
        north = self.grid.north - self.first_row * self.grid.cell_height
        return west, north - self.rows * self.grid.cell_height, west + self.columns * self.grid.cell_width, north

    def nodata_value(self) -> None:
        """Return None: what is no data is NaN."""

    def srs_wkt(self) -> str:
        """CRS as WKT."""
        return self.grid.crs.to_wkt()

    def read_window(self, column: int, row: int, columns: int, rows: int) -> FloatArray:
        """Read the values of a window in the least type of float that holds them all."""
        values, is_data = self.grid.read(self.first_row + row, self.first_column + column, rows, columns)
        return np.where(is_data, values, np.array(np.nan, dtype=np.result_type(values, np.float32)))


class CellAreas(Band):
    """The areas in km2 of those cells of a band that hold data, NaN elsewhere."""

    def read_window(self, column: int, row: int, columns: int, rows: int) -> FloatArray:
        """Read the areas of a window's cells."""
        window = (self.first_row + row, self.first_column + column, rows, columns)
        _, is_data = self.grid.read(*window)
        return np.where(is_data, self.grid.cell_area_km2(*window), np.nan)


class _Zones(FeatureSource):  # type: ignore[misc]
    """Polygons handed over as WKB, which is faster than GeoJSON by far."""

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        super().__init__()
        self.wkb = shapely.to_wkb(zones.geometry.to_numpy())
        self.wkt = zones.crs.to_wkt()

    def count(self) -> int:
        return len(self.wkb)

    def __iter__(self) -> Iterator[_Zone]:
        return (_Zone(row, wkb) for row, wkb in enumerate(self.wkb))

    def srs_wkt(self) -> str:
        return str(self.wkt)


class _Zone(JSONFeature):  # type: ignore[misc]
    def __init__(self, row: int, wkb: bytes) -> None:
        super().__init__({"type": "Feature", "properties": {"row": row}})
        self.wkb = wkb

    def geometry(self) -> bytes:
        return self.wkb
