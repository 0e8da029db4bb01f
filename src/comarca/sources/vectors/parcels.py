"""Parcels from a user's file or from mapped fields: one row per parcel, or per owner and territory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pandas as pd
import shapely

from comarca.errors import InputError
from comarca.land.parcels import Border, parcels_in_territories
from comarca.results import Check
from comarca.sources.datasets import paths_of
from comarca.sources.tables.area_units import area_unit as area_unit_of
from comarca.sources.tables.holdings_checks import land_check
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.numbers import Decimal, parse_columns
from comarca.sources.tables.owners import known_owners, read_shares, table_shares_check
from comarca.sources.tables.read import clean_codes, open_table, pick_columns
from comarca.sources.vectors.overlap import require_overlap
from comarca.sources.vectors.read import VectorOptions, open_vector, parts_of
from comarca.sources.vectors.spots import table_layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.io import PathLike


def read_parcels(
    path: PathLike | Sequence[str],
    territories: gpd.GeoDataFrame,
    *,
    owner: str | None = None,
    share: str | None = None,
    area: str | None = None,
    area_unit: str | None = None,
    territory: str | None = None,
    weight: str | None = None,
    border: Border = "majority",
    country: str = "",
    **options: Unpack[VectorOptions],
) -> tuple[pd.DataFrame, list[Check]]:
    """Read parcels and give them to territories.

    Parameters
    ----------
    path : path-like or sequence of str
        Vector file of polygons; or a table of parcels with their areas and no shapes.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    owner : str, optional
        Column that names the owner: parcels of one owner in a territory are then one unit.
    share : str, optional
        Column with the part of a parcel that the owner has; without it co-owners have equal parts.
    area, territory : str, optional
        Of a table: columns with the area and with the code of the territory.
    area_unit : str, optional
        Of a table: unit of the areas; hectare if not given.
    weight : str, optional
        Of a table: column with the number of parcels that a row stands for, as in surveys.
    border : {"majority", "cut"}, default "majority"
        What happens to a parcel that several territories share.
    country : str, optional
        ISO 3166-1 alpha-3 code: units of area differ between countries.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    parcels : pandas.DataFrame
        Layer ``parcels``: ``territory_id`` and ``area_ha``, sorted; ``weight`` where rows have one.
    checks : list of Check
        What was wrong with the file.
    """
    if area is not None:
        keys = {"owner": owner, "share": share, "area": area, "territory": territory, "weight": weight}
        return _from_table(path, territories, keys, area_unit, country, options)
    columns = [column for column in (owner, share) if column is not None]
    raw, remarks = open_vector(path, columns=columns, name="parcels", **options)
    owners = known_owners(raw[owner], where=f"parcels: {path}, column {owner}") if owner else None
    shares = None
    if share:
        outline = pd.factorize(shapely.to_wkb(raw.geometry.to_numpy()))[0]
        shares = read_shares(raw[share], parcel=outline, where=f"parcels: {path}, column {share}")
    shapes, _ = parts_of(raw.geometry.to_numpy(), 2)
    if len(shapes) and (shapely.get_dimensions(shapes) != 2).all():
        raise InputError(f"parcels: {path}", got=f"{len(shapes)} rows without a polygon", expected="polygons")
    remarks = [*remarks, *require_overlap(shapes, territories, name="parcels")]
    table, checks = parcels_in_territories(shapes, territories, owners=owners, shares=shares, border=border)
    return table, [*remarks, *checks]


def _from_table(
    path: PathLike | Sequence[str],
    territories: gpd.GeoDataFrame,
    keys: Mapping[str, str | None],
    unit: str | None,
    country: str,
    options: VectorOptions,
) -> tuple[pd.DataFrame, list[Check]]:
    """Read parcels whose areas a column holds, and whose territory is told by a code."""
    file = paths_of(path)[0]
    where = f"parcels: {file}"
    if keys["territory"] is None:
        raise InputError(where, got="no column for the territory", expected="the code of each parcel's territory",
                         remedy="Name it as parcels.territory.")  # fmt: skip
    if keys["owner"] is not None and keys["weight"] is not None:
        raise InputError(where, got="both `owner` and `weight`", expected="one of them",
                         remedy="A row that stands for several parcels has no owner of its own.")  # fmt: skip
    opened = open_table(file, **table_layout(options))
    named = {key: column for key, column in keys.items() if column is not None}
    table = pick_columns(opened.cells, named, required=["area", "territory"], where=where)
    figures = [key for key in ("area", "weight") if key in named]
    hint: Decimal | None = "," if opened.separator == ";" else None
    values = parse_columns(table, figures, decimal=None, hint=hint, where=where)
    hectares = area_unit_of(unit, country=country, where=f"{where}, area_unit").hectares if unit else 1.0
    told = table.assign(territory_id=clean_codes(table["territory"]), territory_name="")
    if "share" in named:
        alike = told.groupby(["territory_id", values["area"]], dropna=False, sort=False).ngroup()
        values["share"] = read_shares(told["share"], parcel=alike, where=f"{where}, column {named['share']}")
    if "owner" in named:
        told["owner"] = known_owners(told["owner"], where=f"{where}, column {named['owner']}")
    rows, left_out = _with_figures(told.assign(**values, area_ha=values["area"] * hectares), list(values))
    checks = [*opened.checks, left_out]
    if "share" in named:
        checks.append(table_shares_check(rows["share"], parcel=alike[rows.index]))
    names = dict(zip(territories["territory_id"], territories["territory_name"], strict=True))
    joined, check = join_by_code(rows, names, name="parcels")
    if "owner" in named:
        joined = _by_owner(joined)
    land = joined.assign(area_ha=joined["area_ha"] * joined.get("weight", 1.0), year=float("nan"))
    checks += [check, land_check(land, territories, units="parcels", where=where)]
    kept = ["territory_id", "area_ha", *(["weight"] if "weight" in joined else [])]
    return joined[kept].sort_values(kept, ignore_index=True), checks


def _with_figures(rows: pd.DataFrame, figures: Sequence[str]) -> tuple[pd.DataFrame, Check]:
    """Leave out rows of which a figure lacks or is not above 0, and count them by figure."""
    lacking = {figure: int((~(rows[figure] > 0)).sum()) for figure in figures}
    kept = rows[(rows[list(figures)] > 0).all(axis=1)]
    lost = len(rows) - len(kept)
    told = ", ".join(f"{figure} {count}" for figure, count in sorted(lacking.items()) if count)
    start = f"{lost} of {len(rows)} rows of the table of parcels are left out, as a figure lacks or is not above 0"
    check = Check(
        "parcels_without_figures", "warn" if lost else "pass", lost, "0 rows",
        start + (f": {told}." if told else "."),
    )  # fmt: skip
    return kept, check


def _by_owner(joined: pd.DataFrame) -> pd.DataFrame:
    """Sum areas by owner and territory; a share says how much of a row is the owner's."""
    owned = joined.assign(area_ha=joined["area_ha"] * joined.get("share", 1.0))
    row = "row " + owned.index.astype("str").to_series(index=owned.index)
    owned["owner"] = owned["owner"].where(owned["owner"].notna(), row)
    return owned.groupby(["territory_id", "owner"], as_index=False)[["area_ha"]].sum()
