"""Polygons of land (parcels, fields) as units of territories: cleaned, assigned or cut at borders, summed by owner.

Polygons come in EPSG:4326. Borders are cut there, where they are drawn; areas are then taken in an equal-area
projection. Everything runs over arrays, territory by territory only inside the spatial index.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely import STRtree

from comarca.crs import STORAGE, equal_area_crs
from comarca.land.checks import parcel_check
from comarca.polygons import valid_areas
from comarca.units import M2_PER_HA

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]
    ShapeArray = NDArray[np.object_]
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.results import Check


Border = Literal["majority", "cut"]


logger = logging.getLogger(__name__)


#: Pairs of neighbours that are compared at a time; bounds the memory of the search for overlaps.
_PAIRS: int = 2_000_000


def equal_area_ha(shapes: ArrayLike, crs: CRS) -> FloatArray:
    """Area of polygons through an equal-area projection, vectorised over vertices.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (n,)
        (Multi)Polygons, EPSG:4326.
    crs : pyproj.CRS
        An equal-area system in metres, such as `comarca.crs.equal_area_crs` gives.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Hectares; 0 for empty geometries. Edges are straight in the projection; for edges of up to 10 km this differs
        from geodesic areas by 1e-6 or so.
    """
    to_plane = Transformer.from_crs(STORAGE, crs, always_xy=True).transform
    flat = shapely.transform(
        np.asarray(shapes, dtype=object), lambda c: np.column_stack(to_plane(c[:, 0], c[:, 1])), include_z=False
    )
    return np.asarray(shapely.area(flat)) / M2_PER_HA


def clean_parcels(shapes: ArrayLike) -> tuple[ShapeArray, pd.DataFrame]:
    """Repair polygons, and find those that are nothing or stand twice.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (n,)
        Polygons as they come.

    Returns
    -------
    repaired : numpy.ndarray of shapely geometries, shape (n,)
        Valid (multi)polygons; lines and points that a repair leaves are dropped.
    remarks : pandas.DataFrame
        One row per polygon, columns of bool: ``is_repaired``, ``is_empty`` (missing, or without area), ``is_duplicate``
        (the same outline as an earlier one, wherever it starts).
    """
    repaired = np.array(shapes, dtype=object)
    missing = shapely.is_missing(repaired)
    repaired[missing] = shapely.Polygon()
    bad = ~np.asarray(shapely.is_valid(repaired))
    repaired = valid_areas(repaired)
    mixed = shapely.get_dimensions(repaired) < 2
    repaired[mixed] = shapely.Polygon()
    outline = pd.Series(shapely.to_wkb(shapely.normalize(repaired), output_dimension=2))
    empty = np.asarray(shapely.area(repaired) == 0)
    remarks = pd.DataFrame(
        {"is_repaired": bad & ~empty, "is_empty": empty, "is_duplicate": outline.duplicated().to_numpy() & ~empty}
    )
    if remarks.to_numpy().any():
        logger.warning("polygons repaired, empty, duplicate: %s", remarks.sum().to_dict())
    return repaired, remarks


def land_units(
    shapes: ArrayLike, territories: ArrayLike, *, border: Border = "majority", chunk_size: int = 250_000
) -> pd.DataFrame:
    """Give polygons to territories.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (n,)
        Valid (multi)polygons, EPSG:4326.
    territories : array-like of shapely geometries, shape (m,)
        (Multi)Polygons, EPSG:4326.
    border : {"majority", "cut"}, default "majority"
        What happens to a polygon that several territories share: it goes whole to the one that holds most of it (and
        to none if more of it lies outside them all), or each gets its piece as a unit of its own.
    chunk_size : int, default 250,000
        Polygons held in the spatial index at a time.

    Returns
    -------
    pandas.DataFrame
        Columns ``unit`` and ``territory`` (positions in the arguments) and ``area_ha`` (above 0), sorted by both. With
        "majority" the area is that of the whole polygon, with what lies outside; a tie goes to the territory that
        comes first.

    Notes
    -----
    Cutting makes small units of large ones along borders and so can raise or lower concentration; keeping polygons
    whole can give a territory more land than it has. Where borders follow parcels, both give the same.
    """
    shapes = np.asarray(shapes, dtype=object)
    areas = valid_areas(territories)
    crs = equal_area_crs(tuple(shapely.total_bounds(areas)))
    shapely.prepare(areas)
    parts = []
    for first in range(0, max(len(shapes), 1), chunk_size):
        part = _units_of_chunk(shapes[first : first + chunk_size], areas, crs, border)
        parts.append(part.assign(unit=part["unit"] + first))
    return pd.concat(parts, ignore_index=True)


def sum_by_owner(units: pd.DataFrame, owner: ArrayLike) -> pd.DataFrame:
    """Sum what each owner has in a territory, so that owners and not parcels are compared.

    Parameters
    ----------
    units : pandas.DataFrame
        As from `land_units`.
    owner : array-like of str, shape (n,)
        Owner of each polygon, None where not known: such a polygon stays a unit of its own.

    Returns
    -------
    pandas.DataFrame
        Columns ``owner`` (code of the owner), ``territory``, ``area_ha``; one row per owner and territory.

    Notes
    -----
    An owner who is written in two ways counts as two, which lowers concentration; an owner in several territories
    counts in each with the land there.
    """
    code, names = pd.factorize(np.asarray(owner, dtype=object), use_na_sentinel=True)
    nobody = code < 0
    code[nobody] = len(names) + np.arange(nobody.sum())
    owned = units.assign(owner=code[units["unit"]])
    total = owned.groupby(["territory", "owner"], as_index=False, sort=True)[["area_ha"]].sum()
    return total[["owner", "territory", "area_ha"]]


def find_overlaps(shapes: ArrayLike, *, min_share: float = 0.01) -> pd.DataFrame:
    """Find all pairs of polygons that cover the same land; none is left to sampling.

    Parameters
    ----------
    shapes : array-like of shapely geometries, shape (n,)
        Valid (multi)polygons, any one CRS.
    min_share : float, default 0.01
        Overlaps below this share of the smaller of the two are taken for inexact drawing. 0 keeps them all.

    Returns
    -------
    pandas.DataFrame
        Columns ``first`` and ``second`` (positions, first < second) and ``overlap_share`` of the smaller polygon, in
        the plane of the coordinates; sorted by the pair.
    """
    shapes = np.asarray(shapes, dtype=object)
    tree = STRtree(shapes)
    bounds = shapely.bounds(shapes)
    area = np.asarray(shapely.area(shapes))
    step = max(1, min(len(shapes), _PAIRS // 16))
    found = [
        _overlaps_of(shapes, tree, bounds, area, range(k, min(k + step, len(shapes))))
        for k in range(0, len(shapes), step)
    ]
    pairs = pd.concat([pd.DataFrame({"first": [], "second": [], "overlap_share": []}), *found])
    pairs = pairs[pairs["overlap_share"] >= max(min_share, np.finfo(float).tiny)]
    return pairs.astype({"first": np.intp, "second": np.intp}).sort_values(["first", "second"], ignore_index=True)


def _units_of_chunk(shapes: ShapeArray, areas: ShapeArray, crs: CRS, border: Border) -> pd.DataFrame:
    tree = STRtree(shapes)
    territory, unit = tree.query(areas, predicate="covers")
    inside = pd.DataFrame({"unit": unit, "territory": territory}).sort_values(["unit", "territory"])
    inside = inside.drop_duplicates("unit")
    inside["area_ha"] = equal_area_ha(shapes[inside["unit"]], crs)
    rest = np.setdiff1d(np.arange(len(shapes)), inside["unit"])
    territory, row = STRtree(shapes[rest]).query(areas, predicate="intersects")
    pieces = shapely.intersection(shapes[rest[row]], areas[territory])
    shared = pd.DataFrame({"unit": rest[row], "territory": territory, "area_ha": equal_area_ha(pieces, crs)})
    if border == "majority":
        shared = _whole_to_the_largest(shared, shapes, crs)
    both = pd.concat([inside, shared])
    return both[both["area_ha"] > 0].sort_values(["unit", "territory"], ignore_index=True)


def _whole_to_the_largest(pieces: pd.DataFrame, shapes: ShapeArray, crs: CRS) -> pd.DataFrame:
    """Keep of each unit the territory with the largest piece, with the area of the whole; the outside competes too."""
    inside = pieces.groupby("unit")["area_ha"].transform("sum")
    largest = pieces.assign(inside=inside).sort_values(["unit", "area_ha", "territory"], ascending=[True, False, True])
    largest = largest[largest["area_ha"] > 0].drop_duplicates("unit")
    whole = equal_area_ha(shapes[largest["unit"]], crs)
    chosen = largest["area_ha"] >= whole - largest["inside"]
    kept: pd.DataFrame = largest.assign(area_ha=whole).loc[chosen, ["unit", "territory", "area_ha"]]
    return kept


def _overlaps_of(shapes: ShapeArray, tree: STRtree, bounds: FloatArray, area: FloatArray, rows: range) -> pd.DataFrame:
    first, second = tree.query(shapes[rows.start : rows.stop])
    first = first + rows.start
    later = first < second
    first, second = first[later], second[later]
    # Boxes that only touch are most of the pairs in a cadastre: they are told apart without looking at outlines.
    width = np.minimum(bounds[first, 2:], bounds[second, 2:]) - np.maximum(bounds[first, :2], bounds[second, :2])
    meet = (width > 0).all(axis=1)
    first, second = first[meet], second[meet]
    shapely.prepare(shapes[first])
    meet = shapely.intersects(shapes[first], shapes[second]) & ~shapely.touches(shapes[first], shapes[second])
    first, second = first[meet], second[meet]
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(area[first], area[second])
    share = np.divide(common, smaller, out=np.zeros(len(common)), where=smaller > 0)
    return pd.DataFrame({"first": first, "second": second, "overlap_share": share})


def parcels_from_land_use(
    land_use: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, *, classes: Collection[str], border: Border = "majority"
) -> tuple[pd.DataFrame, Check]:
    """Take mapped fields for parcels, where there is no cadastre.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
        Layer ``land_use``, EPSG:4326.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    classes : collection of str
        Values of ``land_use`` that are fields.
    border : {"majority", "cut"}, default "majority"
        What happens to a field that several territories share.

    Returns
    -------
    parcels : pandas.DataFrame
        As from `read_parcels`: each part of a polygon is one.
    check : Check
        What was wrong with the polygons.
    """
    fields = land_use.loc[land_use["land_use"].isin(list(classes)), "geometry"].to_numpy()
    table, check = _in_territories(shapely.get_parts(fields), territories, owners=None, border=border)
    message = f"Parcels are mapped fields, not a cadastre: they say the same as the columns of fields. {check.message}"
    return table, replace(check, status="warn", message=message)


def _in_territories(
    polygons: NDArray[np.object_], territories: gpd.GeoDataFrame, *, owners: pd.Series | None, border: Border
) -> tuple[pd.DataFrame, Check]:
    shapes, remarks = clean_parcels(polygons)
    kept = (~remarks["is_empty"] & ~remarks["is_duplicate"]).to_numpy()
    units = land_units(shapes[kept], territories.geometry.to_numpy(), border=border)
    check = parcel_check(remarks, find_overlaps(shapes[kept]), joined=units["unit"].nunique())
    if owners is not None:
        units = sum_by_owner(units, owners[kept])
    ids = territories["territory_id"].to_numpy()[units["territory"]]
    table = pd.DataFrame({"territory_id": ids, "area_ha": units["area_ha"].to_numpy()})
    return table.sort_values(["territory_id", "area_ha"], ignore_index=True), check
