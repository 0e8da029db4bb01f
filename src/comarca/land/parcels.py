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

from comarca.crs import STORAGE, equal_area_crs, region_bounds
from comarca.land.checks import parcel_check
from comarca.polygons import valid_areas
from comarca.results import Check
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


Border = Literal["majority", "cut"]


logger = logging.getLogger(__name__)


#: Pairs of neighbours that are compared at a time; bounds the memory of the search for overlaps.
_PAIRS: int = 2_000_000

#: Shares of a parcel may miss a whole by as much as rounding to three digits.
_ROUNDING = 0.005


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
        (the same outline as an earlier one, wherever it starts); and ``outline``, the same whole number for rows of one
        outline.
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
    return repaired, remarks.assign(outline=pd.factorize(outline)[0])


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
    crs = equal_area_crs(region_bounds(areas))
    shapely.prepare(areas)
    parts = []
    for first in range(0, max(len(shapes), 1), chunk_size):
        part = _units_of_chunk(shapes[first : first + chunk_size], areas, crs, border)
        parts.append(part.assign(unit=part["unit"] + first))
    return pd.concat(parts, ignore_index=True)


def sum_by_owner(units: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Sum what each owner has in a territory, so that owners and not parcels are compared.

    Parameters
    ----------
    units : pandas.DataFrame
        As from `land_units`.
    parts : pandas.DataFrame
        Who owns what part of each polygon: ``unit``, ``owner`` (text, None where not known: such a part stays a unit of
        its own) and ``share``, see `owner_parts`.

    Returns
    -------
    pandas.DataFrame
        Columns ``owner`` (code of the owner), ``territory``, ``area_ha``; one row per owner and territory.

    Notes
    -----
    An owner who is written in two ways counts as two, which lowers concentration; an owner in several territories
    counts in each with the land there.
    """
    code, names = pd.factorize(parts["owner"].to_numpy(dtype=object), use_na_sentinel=True)
    nobody = code < 0
    code[nobody] = len(names) + np.arange(nobody.sum())
    owned = units.merge(parts.assign(owner=code), on="unit")
    owned["area_ha"] *= owned["share"]
    total = owned.groupby(["territory", "owner"], as_index=False, sort=True)[["area_ha"]].sum()
    return total[["owner", "territory", "area_ha"]]


def owner_parts(outline: ArrayLike, owner: ArrayLike, *, share: ArrayLike | None = None) -> pd.DataFrame:
    """Part the parcels among their owners: a register has one row per parcel and owner.

    Parameters
    ----------
    outline : array-like of int, shape (n,)
        Parcel of each row: rows of one outline are one parcel.
    owner : array-like of str, shape (n,)
        Owner of each row; None where not known.
    share : array-like of float, shape (n,), optional
        Part that the owner has, in any unit; NaN where not known. Without it owners of one parcel have equal parts.

    Returns
    -------
    pandas.DataFrame
        Columns ``outline``, ``owner``, ``share``; one row per parcel and owner, the shares of a parcel add up to 1. The
        same for any order of rows.
    """
    rows = pd.DataFrame({"outline": outline, "owner": pd.Series(np.asarray(owner, dtype=object), dtype=object)})
    rows["weight"] = np.nan if share is None else np.asarray(share, dtype=np.float64)
    is_weighted = rows.groupby("outline")["weight"].transform(lambda part: part.notna().all() and part.sum() > 0)
    rows["weight"] = rows["weight"].where(is_weighted.astype(bool), np.nan)
    single = rows.groupby(["outline", "owner"], dropna=False, as_index=False)["weight"].sum(min_count=1)
    single["weight"] = single["weight"].fillna(1.0)
    single["share"] = single["weight"] / single.groupby("outline")["weight"].transform("sum")
    return pd.DataFrame(single[["outline", "owner", "share"]])


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
    overlaps = [
        _overlaps_of(shapes, tree, bounds, area, range(k, min(k + step, len(shapes))))
        for k in range(0, len(shapes), step)
    ]
    pairs = pd.concat([pd.DataFrame({"first": [], "second": [], "overlap_share": []}), *overlaps])
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
    table, (check,) = parcels_in_territories(shapely.get_parts(fields), territories, owners=None, border=border)
    message = f"Parcels are mapped fields, not a cadastre: they say the same as the columns of fields. {check.message}"
    return table, replace(check, status="warn", message=message)


def parcels_in_territories(
    polygons: NDArray[np.object_],
    territories: gpd.GeoDataFrame,
    *,
    owners: pd.Series | None,
    shares: pd.Series | None = None,
    border: Border,
) -> tuple[pd.DataFrame, list[Check]]:
    """Give parcels to territories, and sum them by owner where owners are known.

    Parameters
    ----------
    polygons : numpy.ndarray of shapely geometries, shape (n,)
        Parcels, EPSG:4326; rows of one outline are one parcel.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    owners, shares : pandas.Series, optional
        Owner of each row, and the part that is the owner's, see `owner_parts`.
    border : {"majority", "cut"}
        What happens to a parcel that several territories share.

    Returns
    -------
    parcels : pandas.DataFrame
        Layer ``parcels``.
    checks : list of Check
        What was wrong with the polygons, how many parcels have several owners, and whose shares are not a whole.
    """
    shapes, remarks = clean_parcels(polygons)
    kept = (~remarks["is_empty"] & ~remarks["is_duplicate"]).to_numpy()
    units = land_units(shapes[kept], territories.geometry.to_numpy(), border=border)
    joint = None
    if owners is not None:
        position = pd.Series(np.arange(kept.sum()), index=remarks.loc[kept, "outline"].to_numpy())
        parts = owner_parts(remarks["outline"], owners, share=shares)
        parts = parts[parts["outline"].isin(position.index)].assign(unit=lambda rows: rows["outline"].map(position))
        joint = int((parts.groupby("unit").size() > 1).sum())
        owned = sum_by_owner(units, parts)
    counted = remarks if owners is None else remarks.assign(is_duplicate=_same_row(remarks, owners))
    check = parcel_check(counted, find_overlaps(shapes[kept]), joined=units["unit"].nunique(), joint=joint)
    table = units if owners is None else owned
    ids = territories["territory_id"].to_numpy()[table["territory"]]
    pieces = pd.DataFrame({"territory_id": ids, "area_ha": table["area_ha"].to_numpy()})
    incomplete = [] if shares is None else [_shares_check(remarks["outline"], shares)]
    return pieces.sort_values(["territory_id", "area_ha"], ignore_index=True), [check, *incomplete]


def _shares_check(outline: pd.Series, shares: pd.Series) -> Check:
    """Count parcels whose shares do not add up to 1, or 100."""
    sums = shares.groupby(outline.to_numpy()).sum(min_count=1)
    whole = 100.0 if (shares > 1).any() else 1.0
    count = int((sums.notna() & ((sums - whole).abs() > _ROUNDING * whole)).sum())
    message = (
        f"The shares of {count} of {len(sums)} parcels do not add up to {whole:g}: owners may be missing. Those there"
        " are have the whole parcel, in proportion to their shares."
    )
    return Check("parcels_shares", "warn" if count else "pass", count, "0 parcels", message)


def _same_row(remarks: pd.DataFrame, owners: pd.Series) -> NDArray[np.bool_]:
    """Rows of one parcel and one owner that stand there again."""
    rows = pd.DataFrame({"outline": remarks["outline"].to_numpy(), "owner": owners.to_numpy(dtype=object)})
    return (rows.duplicated() & ~remarks["is_empty"].to_numpy()).to_numpy()
