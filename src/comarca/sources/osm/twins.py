"""One facility, one point: what is mapped twice is counted once."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.crs import geocentric_m
from comarca.sources.names import fold_names

_SAME_NAME_WITHIN_M: Final = 50.0


def without_twins(objects: gpd.GeoDataFrame, *, same_name_within_m: float = _SAME_NAME_WITHIN_M) -> gpd.GeoDataFrame:
    """Count each facility once, though it may be mapped as a node and as an area.

    Two objects of one kind are taken for one facility if one is a point inside the other's area, or if both have the
    same name (case and accents aside) and stand near each other. The area stays, or else the one with the lower id.

    Parameters
    ----------
    objects : geopandas.GeoDataFrame
        Columns ``id``, ``kind``, ``name`` and ``geometry`` (Points and (Multi)Polygons, EPSG:4326).
    same_name_within_m : float, optional
        How near, in metres, between points on the surface of the two.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per facility, geometry a Point inside it.

    Notes
    -----
    Several facilities of one kind within the area of another, such as schools that share a campus, count as one, so
    counts underestimate there.
    """
    is_point = objects.geom_type.to_numpy() == "Point"
    ordered = objects.assign(is_point=is_point).sort_values(["is_point", "id"], ignore_index=True)
    is_point = ordered.pop("is_point").to_numpy()
    shapes = ordered.geometry.to_numpy()
    kind = pd.factorize(ordered["kind"])[0]
    is_twin = np.zeros(len(ordered), dtype=bool)

    areas, points = np.flatnonzero(~is_point), np.flatnonzero(is_point)
    point, area = shapely.STRtree(shapes[areas]).query(shapes[points], predicate="intersects")
    same = kind[points[point]] == kind[areas[area]]
    is_twin[points[point[same]]] = True

    places = shapely.point_on_surface(shapes)
    name = pd.factorize(fold_names(ordered["name"]))[0]
    tree = scipy.spatial.cKDTree(geocentric_m(shapely.get_x(places), shapely.get_y(places)))
    first, second = tree.query_pairs(same_name_within_m, output_type="ndarray").reshape(-1, 2).T
    alike = (kind[first] == kind[second]) & (name[first] == name[second]) & (name[first] >= 0)
    is_twin[np.maximum(first, second)[alike]] = True
    return gpd.GeoDataFrame(ordered.assign(geometry=places)[~is_twin].reset_index(drop=True), crs=objects.crs)
