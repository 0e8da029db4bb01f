"""Does a layer lie where the region is? What lies elsewhere would count as nothing, without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from comarca.crs import GEOD
from comarca.errors import CRSError
from comarca.results import Check
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

#: Layers that lie farther than so many times their reach are of another place.
_FAR: Final = 10
_LEAST_REACH_KM: Final = 10.0
#: A layer whose box covers less of the region's box than this is warned of, if it has so many features.
_LITTLE_SHARE: Final = 0.05
_SOME_FEATURES: Final = 20
#: So many features are not all at whole degrees by chance.
_FEW_FEATURES: Final = 5
#: Width of a zone of UTM, degrees; and the share of the features that one zone's shift has to bring into the region.
_ZONE_DEG: Final = 6.0
_MOST: Final = 0.9
#: Up to this share of the features, or so many, may be far off by an error in their coordinates.
_STRAY_SHARE: Final = 0.01
_STRAY_FEATURES: Final = 3
#: Part of the features far off that lie in the region with longitude and latitude exchanged, if they are swapped.
_SWAPPED_SHARE: Final = 0.5
_LISTED: Final = 20
_SWAPPED: Final = (
    "Latitude and longitude look swapped: with both exchanged it lies in the region. Write longitude first into the "
    "file, or exchange the keys `longitude` and `latitude` of a table."
)
_ZONE: Final = (
    "Shifted by {:+d} degrees it lies in the region: the file names another zone of its projection than it is drawn in."
    " Set the right one with the key `crs`."
)
_ELSEWHERE: Final = (
    "Its coordinate system may not be the one that the file says, such as another zone or degrees taken for metres: "
    "set the right one with the key `crs`. Or it is of another place."
)


def require_overlap(
    shapes: Shapes,
    territories: gpd.GeoDataFrame,
    *,
    name: str,
    reach_km: float = 0.0,
    ids: Sequence[object] | pd.Series | None = None,
) -> list[Check]:
    """Refuse a layer of another place, and report one of which little, or a part with its axes swapped, lies there.

    Parameters
    ----------
    shapes : numpy.ndarray of shapely geometries, shape (n,)
        The features, longitude and latitude; None where one has no shape.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    name : str
        Name of the layer, for messages.
    reach_km : float, optional
        How far from the region its features still matter.
    ids : sequence, shape (n,), optional
        What to call the features; by default their number, from 1.

    Returns
    -------
    list of Check
        How many features lie in the region's box with its reach; which ones look swapped, if any do.

    Raises
    ------
    CRSError
        If none does, and some would with longitude and latitude exchanged, or most would in another zone of UTM, or
        none lies within ten times the reach.

    Notes
    -----
    Boxes are compared, not outlines: what lies beside the territories inside their box is found by the layer's own
    checks.
    """
    is_present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    present = np.asarray(shapes[is_present], dtype=object)
    names = np.asarray(list(range(1, len(shapes) + 1) if ids is None else ids), dtype=object)[is_present]
    if len(present) == 0:
        return []
    region = np.asarray(territories.total_bounds, dtype=float)
    bounds = shapely.bounds(present)
    near = int(_meets(bounds, _widened(region, reach_km)).sum())
    if near == 0:
        where, got = f"layer {name}", f"{len(present)} features, all in {_box(_total(bounds))}"
        expected = f"features in the region, {_box(region)}"
        if _meets(bounds[:, [1, 0, 3, 2]], _widened(region, reach_km)).any():
            raise CRSError(where, got=got, expected=expected, remedy=_SWAPPED)
        if (zones := _zones_off(bounds, region)) is not None:
            raise CRSError(where, got=got, expected=expected, remedy=_ZONE.format(zones))
        if not _meets(bounds, _widened(region, max(_FAR * reach_km, _LEAST_REACH_KM))).any():
            raise CRSError(where, got=got, expected=expected, remedy=_ELSEWHERE)
    wide = _widened(region, max(_FAR * reach_km, _LEAST_REACH_KM))
    little = near == 0 or (len(present) >= _SOME_FEATURES and _covered_share(bounds, region) < _LITTLE_SHARE)
    stray = int((~_meets(bounds, wide)).sum())
    is_stray = 0 < stray <= max(_STRAY_SHARE * len(present), _STRAY_FEATURES) and 2 * near > len(present)
    is_coarse = len(present) >= _FEW_FEATURES and bool((bounds % 1 == 0).all())
    message = f"{near} of {len(present)} features of {name} lie in the region's box or within {reach_km:g} km of it."
    message += " All coordinates are whole degrees: their decimals may be lost." if is_coarse else ""
    return [
        Check(
            f"{name}_overlap", "warn" if little or is_stray or is_coarse else "info", near,
            f"some features, whose box covers at least {_LITTLE_SHARE:.0%} of the region's",
            message + (" They cover little of the region." if little else "")
            + (f" {stray} lie more than ten times as far off: their coordinates may be wrong." if is_stray else ""),
        ),
        *_swapped_check(bounds, names, region, wide, name=name),
    ]  # fmt: skip


def _swapped_check(
    bounds: NDArray[np.float64],
    names: NDArray[np.object_],
    region: NDArray[np.float64],
    wide: NDArray[np.float64],
    *,
    name: str,
) -> list[Check]:
    """Report features far off that lie in the region's box with their axes exchanged, if most of those far off do."""
    is_far = ~_meets(bounds, wide)
    is_swapped = is_far & _meets(bounds[:, [1, 0, 3, 2]], region)
    count = int(is_swapped.sum())
    if count == 0 or count < _SWAPPED_SHARE * is_far.sum():
        return []
    chosen = np.flatnonzero(is_swapped)[:_LISTED]
    rows = [{"feature": str(names[at]), "longitude": float(bounds[at, 0]), "latitude": float(bounds[at, 1])}
            for at in chosen]  # fmt: skip
    message = (
        f"{count} of {len(bounds)} features of {name} lie in the region only with latitude and longitude exchanged, "
        "and count nowhere as they are: exchange their coordinates."
    )
    return [Check(f"{name}_swapped", "warn", count, "0 features", message, rows)]


def require_country(territories: gpd.GeoDataFrame, places: NDArray[np.float64], *, country: str) -> list[Check]:
    """Refuse territories that lie outside their country, and report single ones that do.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    places : numpy.ndarray, shape (n, 2)
        Longitude and latitude of places of the country; without any nothing is checked.
    country : str
        Its code, for messages.

    Returns
    -------
    list of Check
        ``territories_outside_country``: those without a place of the country within 1 degree, as of remote islands.

    Raises
    ------
    CRSError
        If none of the places lies in the territories' box or within 1 degree of it, or some lie in a territory's box
        only with longitude and latitude exchanged.
    """
    if len(places) == 0:
        return []
    region = np.asarray(territories.total_bounds, dtype=float)
    wide = region + np.array([-1.0, -1.0, 1.0, 1.0])
    boxes = np.column_stack([places, places])
    if _meets(boxes, wide).any():
        return [_outside_check(territories, places, country)]
    is_swapped = _meets(boxes[:, [1, 0, 3, 2]], wide).any()
    raise CRSError(
        "layer territories", got=f"territories in {_box(region)}",
        expected=f"territories of {country}, whose places lie in {_box(_total(boxes))}",
        remedy=_SWAPPED.replace("the region", country) if is_swapped else _ELSEWHERE,
    )  # fmt: skip


def _outside_check(territories: gpd.GeoDataFrame, places: NDArray[np.float64], country: str) -> Check:
    """Look for each territory whether a place of the country is near, or would be with exchanged axes."""
    bounds = shapely.bounds(territories.geometry.to_numpy()) + np.array([-1.0, -1.0, 1.0, 1.0])
    tree = shapely.STRtree(np.asarray(shapely.points(places), dtype=object))
    lone = np.setdiff1d(np.arange(len(bounds)), tree.query(shapely.box(*bounds.T))[0])
    codes = territories["territory_id"].to_numpy()
    turned = lone[np.unique(tree.query(shapely.box(*bounds[lone][:, [1, 0, 3, 2]].T))[0])]
    if len(turned):
        raise CRSError(
            "layer territories", got=f"{len(turned)} territories that lie elsewhere: {', '.join(codes[turned][:5])}",
            expected=f"territories of {country}",
            remedy=_SWAPPED.replace("it lies in the region", f"they lie in {country}"),
        )  # fmt: skip
    return Check(
        "territories_outside_country", "warn" if len(lone) else "pass", len(lone), "none",
        f"{len(lone)} territories have no place of {country} within 1 degree: their coordinates may be wrong.",
        [{"territory_id": code} for code in codes[lone]],
    )  # fmt: skip


def _zones_off(bounds: NDArray[np.float64], region: NDArray[np.float64]) -> int | None:
    """Shift in degrees, by one zone of UTM or two, that brings most features into the region's box."""
    for zones in (-1, 1, -2, 2):
        shift = zones * _ZONE_DEG
        if _meets(bounds + np.array([shift, 0, shift, 0]), region).mean() >= _MOST:
            return int(shift)
    return None


def _meets(bounds: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = box
    return np.asarray(
        (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    )


def _widened(box: NDArray[np.float64], km: float) -> NDArray[np.float64]:
    """Move the sides of a box outward."""
    west, south, east, north = box
    degree_m = GEOD.inv(0, 0, 0, 1)[2]
    up = km * M_PER_KM / degree_m
    widest = max(np.cos(np.radians(min(89.0, max(abs(south), abs(north)) + up))), 0.01)
    return np.array([west - up / widest, south - up, east + up / widest, north + up])


def _covered_share(bounds: NDArray[np.float64], region: NDArray[np.float64]) -> float:
    """Share of the region's box that the box of the features covers."""
    low = np.maximum(_total(bounds)[:2], region[:2])
    high = np.minimum(_total(bounds)[2:], region[2:])
    sides = np.maximum(high - low, 0) / np.maximum(region[2:] - region[:2], 1e-12)
    return float(sides.prod())


def _total(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])


def _box(sides: NDArray[np.float64]) -> str:
    west, south, east, north = sides
    return f"longitude {west:.4g} to {east:.4g}, latitude {south:.4g} to {north:.4g}"
