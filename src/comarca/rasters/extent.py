"""Does a raster lie where the region is? One of another place would count as nothing, without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer

from comarca.crs import STORAGE
from comarca.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

#: Places of a box: corners, middles of the sides, middle.
_PLACES: Final = np.array([(x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)])
_ROUND: Final = 360.0


def require_extent(raster: DatasetReader, territories: gpd.GeoDataFrame) -> None:
    """Refuse a raster that covers no place of the region.

    Parameters
    ----------
    raster : rasterio.io.DatasetReader
        Open raster; one without a CRS passes, which its readers refuse.
    territories : geopandas.GeoDataFrame
        Polygons, EPSG:4326.

    Raises
    ------
    CRSError
        If no territory's box meets it; names what would mend it.

    Notes
    -----
    Boxes are compared by nine places of each, so that a raster in any system can be held against them.
    """
    if raster.crs is None:
        return
    boxes = shapely.bounds(territories.geometry.to_numpy())
    crs = CRS.from_wkt(raster.crs.to_wkt())
    extent = np.array(raster.transform @ (0, 0) + raster.transform @ (raster.width, raster.height)).reshape(2, 2)
    low, high = extent.min(axis=0), extent.max(axis=0)
    if _meets(boxes, crs, low, high):
        return
    remedy = "Its coordinate system may not be the one that the file says, or it is of another place."
    if crs.is_geographic:
        turned = [boxes + np.array([turn, 0, turn, 0]) for turn in (-_ROUND, _ROUND)]
        if any(_meets(moved, crs, low, high) for moved in turned):
            remedy = (
                "Its longitudes run from 0 to 360: cut the region out and shift it by 360 degrees, for instance with "
                "gdal_translate -a_ullr, or gdalwarp -t_srs EPSG:4326 -te with the region's bounds."
            )
        elif _meets(boxes[:, [1, 0, 3, 2]], crs, low, high):
            remedy = "Latitude and longitude look swapped: write the corners anew, with gdal_translate -a_ullr."
    region = [float(f"{side:.5g}") for side in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))]
    raise CRSError(
        f"{raster.name}, extent", got=[float(f"{side:.5g}") for side in (*low, *high)],
        expected=f"a raster that covers some of the region, longitude {region[0]:g} to {region[2]:g}, latitude "
        f"{region[1]:g} to {region[3]:g}",
        remedy=remedy,
    )  # fmt: skip


def _meets(boxes: NDArray[np.float64], crs: CRS, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Tell whether any box in degrees meets an extent in the raster's system."""
    places = boxes[:, None, :2] + _PLACES * (boxes[:, None, 2:] - boxes[:, None, :2])
    if not crs.is_geographic:
        change = Transformer.from_crs(STORAGE, crs, always_xy=True)
        places = np.stack(change.transform(places[..., 0], places[..., 1]), axis=-1)
    places = np.where(np.isfinite(places), places, np.nan)
    known = places[np.isfinite(places).all(axis=(1, 2))]
    return bool(((known.min(axis=1) <= high) & (known.max(axis=1) >= low)).all(axis=1).any()) if len(known) else False
