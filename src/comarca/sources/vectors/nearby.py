"""Keep of a layer what lies in a region or within a buffer of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from pyproj import Transformer

from comarca.crs import STORAGE, degree_boxes, equal_area_crs, region_bounds, require_storage_crs
from comarca.results import Check
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd


def within_reach(
    layer: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, name: str, buffer_km: float
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Drop the features of an extract that are too far from the region to matter.

    Parameters
    ----------
    layer : geopandas.GeoDataFrame
        Any layer, EPSG:4326.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    name : str
        Name of the layer, for the check.
    buffer_km : float
        Features within this distance of the region's bounding box are kept whole.

    Returns
    -------
    kept : geopandas.GeoDataFrame
        The features that touch the region's bounding box, widened by the buffer.
    checks : list of Check
        How many were dropped.

    Notes
    -----
    A box, not the outline: it is there to bound the work, not to decide what counts where.
    """
    require_storage_crs(layer, name=f"layer {name}")
    bounds = region_bounds(territories.geometry)
    plane = equal_area_crs(bounds)
    corners = Transformer.from_crs(STORAGE, plane, always_xy=True).transform_bounds(*bounds, densify_pts=51)
    reach = shapely.box(*corners).buffer(buffer_km * M_PER_KM, join_style="mitre").bounds
    wide = Transformer.from_crs(plane, STORAGE, always_xy=True).transform_bounds(*reach, densify_pts=51)
    area = shapely.union_all([shapely.box(*part) for part in degree_boxes(wide)])
    kept = layer.iloc[layer.sindex.query(area, predicate="intersects", sort=True)]
    dropped = len(layer) - len(kept)
    message = f"{dropped} of {len(layer)} features of {name} lie more than {buffer_km:g} km from the region."
    return kept.reset_index(drop=True), [Check(f"{name}_out_of_reach", "info", dropped, "", message)]
