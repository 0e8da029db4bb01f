"""Land that is burnt or protected, from polygons or from a raster, by territory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.errors import InputError
from comarca.land.fields import covered_ha
from comarca.polygons import valid_areas
from comarca.rasters.zonal import class_areas_ha, data_check
from comarca.results import Check
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.rasters.bands import Raster

_RASTERS: Final = frozenset({".tif", ".tiff", ".img", ".nc", ".hdf", ".asc"})


def is_raster(path: str | Sequence[str]) -> bool:
    """Tell whether a path names a raster by its ending.

    Parameters
    ----------
    path : str or sequence of str
        The key ``path``.

    Returns
    -------
    bool
        True for one file with the ending of a raster.
    """
    return isinstance(path, str) and Path(path).suffix.lower() in _RASTERS


def covered_by_polygons(
    shapes: NDArray[np.object_], territories: gpd.GeoDataFrame, *, name: str
) -> tuple[pd.DataFrame, Check]:
    """Measure the land under polygons, counted once where they overlap and cut at borders.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries
        EPSG:4326; what is no polygon, or has no area, is left out.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    name : str
        The layer, for the check.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``territory_id``, ``area_ha`` (0 where no polygon lies) and ``mapped_ha`` (the whole territory), sorted.
    check : Check
        Polygons, rows left out, and the total.

    Raises
    ------
    InputError
        If there are rows and none is a polygon with an area.
    """
    require_storage_crs(territories, name="layer territories")
    places = territories.sort_values("territory_id", ignore_index=True)
    areas = valid_areas(shapes[(shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)])
    areas = areas[shapely.area(areas) > 0]
    if len(shapes) and not len(areas):
        raise InputError(f"layer {name}", got=f"{len(shapes)} rows without a polygon that has an area",
                         expected="polygons")  # fmt: skip
    outlines = places.geometry.to_numpy()
    area_ha = covered_ha(areas, outlines) if len(areas) else np.zeros(len(places))
    # Plane and geodesic areas differ in the last digits.
    whole_ha = geodesic_area_km2(outlines) * HA_PER_KM2
    area_ha = np.minimum(area_ha, whole_ha)
    table = pd.DataFrame({"territory_id": places["territory_id"], "area_ha": area_ha, "mapped_ha": whole_ha})
    left_out = len(shapes) - len(areas)
    message = f"{len(areas)} polygons cover {area_ha.sum():,.0f} ha of the territories, overlaps counted once; "
    message += f"{left_out} rows are no polygons, or have no area."
    return table, Check(f"{name}_covered", "warn" if left_out else "info", float(area_ha.sum()), "", message)


def covered_by_raster(raster: Raster, territories: gpd.GeoDataFrame, *, name: str) -> tuple[pd.DataFrame, list[Check]]:
    """Measure the land under cells above 0.

    Parameters
    ----------
    raster : Raster
        Whole numbers, such as the day of burning; 0 and below is none.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    name : str
        The layer, for the checks.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``territory_id``, ``area_ha`` and ``mapped_ha`` (all cells with data), sorted; without rows for
        territories that have no cell with data.
    checks : list of Check
        The total, and territories with cells without data.
    """
    places = territories.sort_values("territory_id", ignore_index=True)
    areas = class_areas_ha(raster, places)
    whole = geodesic_area_km2(places.geometry.to_numpy()) * HA_PER_KM2
    area_ha = areas[[code for code in areas if int(str(code)) > 0]].sum(axis=1)
    known = areas.sum(axis=1)
    table = pd.DataFrame({"area_ha": area_ha, "mapped_ha": known})[known > 0].reset_index()
    message = f"Cells above 0 cover {table['area_ha'].sum():,.0f} ha of the territories."
    total = Check(f"{name}_covered", "info", float(table["area_ha"].sum()), "", message)
    return table, [total, data_check((known / whole).clip(upper=1.0), name=name)]
