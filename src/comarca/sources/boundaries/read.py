"""Territories: the units of the table, from OSM boundaries or from a user's file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE, geodesic_area_km2
from comarca.errors import InputError
from comarca.guards.spreadsheets import refuse_formulas
from comarca.layers.schemas import validate_layer
from comarca.registry.countries import DEFAULT_OSM_ADMIN_LEVEL, UNITS_TOLERANCE
from comarca.registry.countries import country as country_of
from comarca.results import Check
from comarca.sources.boundaries.topology import topology_checks
from comarca.sources.names import fold_name, slug_words
from comarca.sources.vectors.read import VectorOptions, as_code, open_vector, repair_polygons

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comarca.io import PathLike
    from comarca.registry.countries import Country

logger = logging.getLogger(__name__)

COUNTRY_LEVEL: Final = "2"
#: A unit belongs to the country or to a parent if at least this share of its area lies in it.
_SHARE_INSIDE: Final = 0.5


def territories_from_osm(
    boundaries: gpd.GeoDataFrame, *, country: str, country_alpha2: str, admin_level: int
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take a country's own units of one level out of OSM boundaries.

    Parameters
    ----------
    boundaries : geopandas.GeoDataFrame
        Schema `BOUNDARIES`; extracts also hold parts of the neighbours.
    country : str
        ISO 3166-1 alpha-3 code, written into the result.
    country_alpha2 : str
        ISO 3166-1 alpha-2 code, as OSM has it on the boundary of level 2; empty for made-up countries.
    admin_level : int
        OSM level of the units.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`. ``territory_id`` is the ISO 3166-2 code or the reference number if all units have one and
        no two the same, else the OSM id. ``parent_name`` is the unit of the next higher level that holds it.
    checks : list of Check
        What was left out and why, how the country was found, gaps and overlaps.

    Raises
    ------
    InputError
        If no unit of that level is left.

    Notes
    -----
    A unit is the country's own if at least half of its area lies inside the country's boundary of level 2, which is
    the one with its code, or else the only one if that has no code. If there is none, a check warns, and units whose
    code starts with the country's are taken; if none has such a code, all named units are. Units without a name are
    rings of exclaves and slivers of broken boundaries, and are left out.
    """
    level = boundaries["admin_level"] == str(admin_level)
    units = boundaries[level].reset_index(drop=True)
    is_inside, country_check = _inside_country(boundaries, units, country_alpha2.upper())
    is_named = units["name"].notna().to_numpy()
    reason = np.select([~is_inside, ~is_named], [f"not in {country}", "no name"], "")
    territory_units = units[reason == ""].reset_index(drop=True)
    if territory_units.empty:
        levels = ", ".join(
            sorted(
                set(boundaries.loc[boundaries["name"].notna(), "admin_level"]), key=lambda level: (len(level), level)
            )
        )
        raise InputError(
            f"territories of {country}, admin_level",
            got=admin_level,
            expected=f"a level that the extract has units of: {levels or 'none'}",
            remedy="Set territories.admin_level, or take another provider.",
        )
    territories = gpd.GeoDataFrame(
        {
            "territory_id": _ids(territory_units),
            "territory_name": territory_units["name"],
            "parent_name": _parents(territory_units, boundaries, admin_level),
            "country": country,
        },
        geometry=territory_units.geometry,
        crs=STORAGE,
    )
    checks = [country_check, _left_out(units[reason != ""], reason[reason != ""])]
    return _finished(territories, checks)


def osm_admin_level(boundaries: gpd.GeoDataFrame, country: Country) -> int:
    """Choose the OSM level of a country's units.

    Parameters
    ----------
    boundaries : geopandas.GeoDataFrame
        Schema `BOUNDARIES`.
    country : Country
        The country.

    Returns
    -------
    int
        What the catalogue says; where it says nothing, the level with as many named units as it expects, and the usual
        one if no level has.
    """
    if country.osm_admin_level is not None or country.units is None:
        return country.osm_admin_level or DEFAULT_OSM_ADMIN_LEVEL
    low, high = country.units
    levels = pd.to_numeric(boundaries["admin_level"], errors="coerce")
    named = boundaries[boundaries["name"].notna() & (levels > int(COUNTRY_LEVEL))].reset_index(drop=True)
    is_inside, _ = _inside_country(boundaries, named, country.iso2.upper())
    counts = pd.to_numeric(named.loc[is_inside, "admin_level"]).value_counts().sort_index()
    misses = {int(level): max(low - count, count - high, 0) / high for level, count in counts.items()}
    level = min(misses, key=lambda number: (misses[number], number), default=DEFAULT_OSM_ADMIN_LEVEL)
    logger.info("OSM units of %s by level: %s; %d to %d are expected.", country.iso3, counts.to_dict(), low, high)
    return level if misses.get(level, 1.0) <= UNITS_TOLERANCE else DEFAULT_OSM_ADMIN_LEVEL


def territories_from_file(
    path: PathLike,
    *,
    country: str,
    id: str,  # noqa: A002 - the configuration's own word
    name: str,
    parent: str | None = None,
    dissolve: bool = False,
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the territories from a vector file.

    Parameters
    ----------
    path : path-like
        Any vector file, with a CRS.
    country : str
        ISO 3166-1 alpha-3 code, written into the result.
    id, name : str
        Columns with code and name. A territory without a name gets its code as name.
    parent : str, optional
        Column with the name of the unit one level up.
    dissolve : bool, optional
        Merge rows of one code into one territory, instead of refusing them.
    **options
        How the file is read: layer, encoding, system, rows; see `VectorOptions`.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    checks : list of Check
        Repairs, missing names, merged rows, gaps and overlaps.

    Raises
    ------
    InputError
        If the file, layer or a column is missing; a code is missing or there twice; a geometry is missing, not a
        polygon, or cannot be repaired.
    CRSError
        If the file does not say its CRS.
    """
    columns = [column for column in (id, name, parent) if column is not None]
    rows, remarks = open_vector(path, columns=columns, name="territories", **options)
    territories, checks = territories_from_rows(
        rows, where=f"territories: {path}", country=country, id=id, name=name, parent=parent, dissolve=dissolve
    )
    return territories, [*remarks, *checks, *_known_not_units(territories, country, name)]


def _known_not_units(territories: gpd.GeoDataFrame, country: str, column: str) -> list[Check]:
    """Warn of rows that the catalogue knows to be no units, such as lakes."""
    not_units = {fold_name(text) for text in country_of(country).not_units}
    named = territories["territory_name"]
    names = sorted(named[named.map(fold_name).isin(not_units)])
    if not names:
        return []
    message = (
        f"{len(names)} territories are no units of the country, as far as the catalogue knows: {', '.join(names)}."
        f" Leave them out with territories.where, such as {{not: {{{column}: [{', '.join(names)}]}}}}."
    )
    return [Check("territories_not_units", "warn", len(names), "0", message, [{"name": name} for name in names])]


def territories_from_rows(
    rows: gpd.GeoDataFrame,
    *,
    where: str,
    country: str,
    id: str,  # noqa: A002 - the configuration's own word
    name: str,
    parent: str | None = None,
    dissolve: bool = False,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the territories from the rows of a vector file.

    Parameters
    ----------
    rows : geopandas.GeoDataFrame
        One row per polygon, EPSG:4326.
    where : str
        The file, for messages.
    country, id, name, parent, dissolve
        As in `territories_from_file`.

    Returns
    -------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    checks : list of Check
        As in `territories_from_file`.

    Raises
    ------
    InputError
        As in `territories_from_file`.
    """
    raw = rows.reset_index(drop=True)
    code = as_code(raw[id], where=f"{where}, column {id}")
    if code.isna().any():
        numbers = ", ".join(str(row + 1) for row in np.flatnonzero(code.isna())[:5])
        raise InputError(f"{where}, column {id}, row(s) {numbers}", got=None, expected="a code for every territory")
    refuse_formulas(code, where=f"{where}, column {id}")
    repaired, repairs = repair_polygons(raw, ids=code, name="territories")
    territories = gpd.GeoDataFrame(
        {
            "territory_id": code,
            "territory_name": as_code(raw[name], where=f"{where}, column {name}"),
            "parent_name": None if parent is None else as_code(raw[parent], where=f"{where}, column {parent}"),
            "country": country,
        },
        geometry=repaired.geometry,
        crs=STORAGE,
    )
    checks = [repairs]
    if territories["territory_id"].duplicated().any():
        territories, merged = _one_per_code(territories, where=f"{where}, column {id}", dissolve=dissolve)
        checks.append(merged)
    if words := slug_words(territories["parent_name"].dropna()):
        territories["parent_name"] = territories["parent_name"].map(words)
        checks.append(_parents_spelt(words, f"column {parent}"))
    unnamed = territories["territory_name"].isna()
    if unnamed.any():
        checks.append(_unnamed(territories.loc[unnamed, "territory_id"]))
    return _finished(territories, checks)


def _inside_country(
    boundaries: gpd.GeoDataFrame, units: gpd.GeoDataFrame, alpha2: str
) -> tuple[NDArray[np.bool_], Check]:
    """Units that lie in the country, and how the country was found."""
    countries = boundaries[boundaries["admin_level"] == COUNTRY_LEVEL]
    whole = countries[countries["iso_code"] == alpha2]
    how = f"The country was found by its code {alpha2} on the boundary of level {COUNTRY_LEVEL}."
    if whole.empty and len(countries) == 1 and countries["iso_code"].isna().all():
        whole = countries
        how = f"The country was taken to be the only boundary of level {COUNTRY_LEVEL}, which has no code."
    if len(whole):
        pairs = _shares(units.geometry.to_numpy(), np.array([whole.union_all()]))
        inside = np.isin(np.arange(len(units)), pairs.loc[pairs["share"] >= _SHARE_INSIDE, "shape"])
        return inside, Check("territories_country_boundary", "pass", alpha2, "a boundary of the country", how)
    coded = units["subdivision_code"].str.upper().str.startswith(f"{alpha2}-").eq(True).to_numpy(dtype=bool)
    inside = coded if alpha2 and coded.any() else np.ones(len(units), dtype=bool)
    taken = f"units whose code starts with {alpha2}-" if not inside.all() or coded.all() else "all named units"
    message = f"No whole boundary of level {COUNTRY_LEVEL} with the code {alpha2} in the extract: {taken} were taken."
    return inside, Check("territories_country_boundary", "warn", None, "a boundary of the country", message)


def _shares(shapes: NDArray[np.object_], wholes: NDArray[np.object_]) -> pd.DataFrame:
    """Share of each shape's area that lies in each of some larger ones: columns shape, whole, share."""
    parts, owner = shapely.get_parts(wholes, return_index=True)
    shape, part = shapely.STRtree(parts).query(shapes, predicate="intersects")
    shapely.prepare(parts)
    area = shapely.area(shapes[shape])
    is_cut = ~shapely.contains_properly(parts[part], shapes[shape])
    area[is_cut] = shapely.area(shapely.intersection(shapes[shape[is_cut]], parts[part[is_cut]]))
    share = area / shapely.area(shapes[shape])
    pairs = pd.DataFrame({"shape": shape, "whole": owner[part], "share": share})
    return pairs.groupby(["shape", "whole"], as_index=False).sum()


def _ids(units: gpd.GeoDataFrame) -> pd.Series:
    code = units["subdivision_code"]
    ids: pd.Series = code if code.notna().all() and code.is_unique else units["boundary_id"]
    return ids


def _parents(units: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame, admin_level: int) -> pd.Series:
    """Name of the nearest unit above that holds each unit: level 7 before 6, and so on down to 3."""
    level = pd.to_numeric(boundaries["admin_level"], errors="coerce")
    is_above = (level < admin_level) & (level > int(COUNTRY_LEVEL)) & boundaries["name"].notna()
    above = boundaries[is_above].assign(level=level[is_above]).reset_index(drop=True)
    pairs = _shares(units.geometry.to_numpy(), above.geometry.to_numpy())
    pairs["level"] = above["level"].to_numpy()[pairs["whole"]]
    holding = pairs[pairs["share"] >= _SHARE_INSIDE]
    nearest = holding.sort_values(["level", "share"]).groupby("shape")["whole"].last()
    return nearest.map(above["name"]).reindex(units.index).astype("str")


def _left_out(units: gpd.GeoDataFrame, reason: NDArray[np.str_]) -> Check:
    area = geodesic_area_km2(units.geometry.to_numpy())
    rows: list[dict[str, Any]] = [
        {
            "id": unit,
            "name": name if isinstance(name, str) else None,
            "reason": str(why),
            "area_km2": round(float(km2), 4),
        }
        for unit, name, why, km2 in zip(units["boundary_id"], units["name"], reason, area, strict=True)
    ]
    message = f"{len(rows)} boundaries of the level were left out: neighbours' units and unnamed slivers."
    return Check("territories_left_out", "info", len(rows), "", message, rows)


def _one_per_code(territories: gpd.GeoDataFrame, *, where: str, dissolve: bool) -> tuple[gpd.GeoDataFrame, Check]:
    again = territories["territory_id"].duplicated(keep=False)
    codes = sorted(set(territories.loc[again, "territory_id"]))
    if not dissolve:
        raise InputError(
            where,
            got=f"{len(codes)} code(s) more than once: {', '.join(codes[:5])}",
            expected="one row per territory",
            remedy="Name another column, or set territories.dissolve to true to merge the rows of one code.",
        )
    merged = territories.dissolve("territory_id", as_index=False)[list(territories.columns)]
    message = f"{int(again.sum())} rows were merged into {len(codes)} territories."
    return merged, Check("territories_merged", "info", len(codes), "", message, [{"territory_id": c} for c in codes])


def _unnamed(ids: pd.Series) -> Check:
    rows: list[Mapping[str, Any]] = [{"territory_id": code} for code in ids]
    message = f"{len(rows)} territories have no name; their code stands in its place."
    return Check("territories_unnamed", "warn", len(rows), "0", message, [dict(row) for row in rows])


def _parents_spelt(words: Mapping[str, str], where: str) -> Check:
    rows = [{"slug": slug, "parent_name": name} for slug, name in sorted(words.items())]
    message = f"{len(rows)} names of units one level up are slugs in {where}, and are written as words."
    return Check("territories_parent_slugs", "info", len(rows), "", message, rows)


def _finished(territories: gpd.GeoDataFrame, checks: list[Check]) -> tuple[gpd.GeoDataFrame, list[Check]]:
    named = territories.assign(
        territory_name=territories["territory_name"].fillna(territories["territory_id"]),
        parent_name=territories["parent_name"].astype("str"),
    )
    checked = validate_layer(named, "territories")
    logger.info("%d territories", len(checked))
    return checked, [*checks, *topology_checks(checked)]
