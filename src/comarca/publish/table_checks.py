"""Checks on the finished table and its territories."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from comarca.crs import geodesic_area_km2
from comarca.polygons import polygons_only
from comarca.results import Check, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from comarca.publish.maps.classify import Classes
    from comarca.registry.columns import Column

MAX_ROBUST_Z: Final = 6.0
MAX_MISSING_SHARE: Final = 0.5
MAX_YEARS_APART: Final = 5
AREA_TOLERANCE_SHARE: Final = 0.02
#: A region whose convex hull takes in this share of a country is the whole country.
WHOLE_COUNTRY_SHARE: Final = 0.95
MAX_UNCOVERED_SHARE: Final = 0.2
#: Share of the territories in one class of a map from which on it tells nothing, and the fewest it is judged for.
MAX_ONE_CLASS_SHARE: Final = 0.9
MIN_MAPPED: Final = 20
MAX_TIMES_NEXT: Final = 10.0
# Share of the normal distribution's standard deviation that the median absolute deviation estimates.
#: Deviations below this part of the median are rounding.
_ROUNDING: Final = 1e-9
_MAD_PER_SIGMA: Final = 0.674489750196082


def table_checks(
    table: pd.DataFrame,
    flags: pd.DataFrame,
    columns: Sequence[Column],
    *,
    territories: gpd.GeoDataFrame,
    years: Mapping[str, int | None] | None = None,
    area_range_km2: tuple[float, float] | None = None,
    country_outline: shapely.Geometry | None = None,
    classes: Mapping[str, Classes | None] | None = None,
) -> list[Check]:
    """Check the table as a whole.

    Parameters
    ----------
    table, flags : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    columns : sequence of Column
        The registered columns.
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    years : mapping, optional
        Column name -> year of its data.
    area_range_km2 : tuple of float, optional
        Least and greatest plausible area of the country; not checked if not given.
    country_outline : shapely.Geometry, optional
        Outline of the country, EPSG:4326, that the territories are held against where they reach over all of it.
    classes : mapping, optional
        Column name -> classes of its map.

    Returns
    -------
    list of Check
        Territories, missing values, outliers, classes of maps and data dates.
    """
    numeric = [column.name for column in columns if column.kind == "number" and column.name in table]
    checks = [valid_territories(territories), shared_names(table)]
    if area_range_km2 is not None:
        checks.append(territory_area(territories, area_range_km2))
    if country_outline is not None:
        checks.append(country_covered(territories, country_outline))
    return [
        *checks,
        impossible_values(flags),
        missing_values(flags, table),
        outliers(table, numeric),
        drowned_maps(table, classes or {}),
        data_dates(years or {}),
    ]


def impossible_values(flags: pd.DataFrame) -> Check:
    """Name the values that were left out because they cannot be right."""
    row, column = np.nonzero((flags == Flag.IMPOSSIBLE).to_numpy())
    return Check(
        name="impossible_values",
        status="fail" if len(row) else "pass",
        value=len(row),
        threshold="every value lies in the range that the registry states",
        message=f"{len(row)} value(s) were outside the range of their column and were left out; the log of the job "
        "assemble_table names each.",
        rows=[
            {"territory_id": str(flags.index[one]), "column": str(flags.columns[other])}
            for one, other in zip(row.tolist(), column.tolist(), strict=True)
        ],
    )


def valid_territories(territories: gpd.GeoDataFrame) -> Check:
    """Check that no polygon crosses itself."""
    valid = shapely.is_valid(territories.geometry.to_numpy())
    wrong = _records(territories.loc[~valid, ["territory_id", "territory_name"]])
    return Check(
        name="territories_valid",
        status="fail" if wrong else "pass",
        value=len(wrong),
        threshold="0 invalid polygons",
        message=f"{len(territories) - len(wrong)} of {len(territories)} territories have a valid boundary.",
        rows=wrong,
    )


def shared_names(table: pd.DataFrame) -> Check:
    """List names that several territories bear: such tables cannot be joined by name."""
    shared = table[table["territory_name"].duplicated(keep=False)].sort_values(["territory_name", "territory_id"])
    count = shared["territory_name"].nunique()
    return Check(
        name="shared_names",
        status="info",
        value=count,
        threshold="",
        message=f"{count} name(s) are borne by more than one territory: join other tables by territory_id.",
        rows=_records(shared[["territory_id", "territory_name", "parent_name"]]),
    )


def territory_area(territories: gpd.GeoDataFrame, area_range_km2: tuple[float, float]) -> Check:
    """Compare the territories' total area with the country catalogue."""
    low, high = area_range_km2
    area = float(geodesic_area_km2(territories.geometry.to_numpy()).sum())
    error = area / float(np.clip(area, low, high)) - 1
    return Check(
        name="territory_area_km2",
        status="pass" if abs(error) <= AREA_TOLERANCE_SHARE else "warn",
        value=area,
        threshold=f"{low:,.0f} to {high:,.0f} km2, within {AREA_TOLERANCE_SHARE:.0%}",
        message=f"The territories have {area:,.0f} km2, {error:+.1%} against the range of the country catalogue.",
    )


def country_covered(territories: gpd.GeoDataFrame, country_outline: shapely.Geometry) -> Check:
    """Check that no large part of a country is without a territory, where the territories reach over all of it.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    country_outline : shapely.Geometry
        Outline of the country, EPSG:4326; a generalised one does.

    Returns
    -------
    Check
        Not held against anything where the convex hull of the territories leaves out more than 5 % of the country: such
        a region is a part of it.
    """
    shapes = territories.geometry.to_numpy()
    hull, union = shapely.convex_hull(shapely.geometrycollections(shapes)), shapely.union_all(shapes)
    parts = shapely.intersection(country_outline, np.array([country_outline, hull, union], dtype=object))
    whole, within, covered = geodesic_area_km2(polygons_only(parts))
    if within < WHOLE_COUNTRY_SHARE * whole:
        return Check("country_covered_share", "info", None, "", "The territories are a part of the country.")
    share = float(covered / whole)
    return Check(
        "country_covered_share", "pass" if share >= 1 - MAX_UNCOVERED_SHARE else "fail", round(share, 4),
        f"at least {1 - MAX_UNCOVERED_SHARE:.0%} of the country",
        f"The territories cover {share:.1%} of the country that they reach over. What lies in none of them is counted "
        "nowhere, neither its people nor its roads.",
    )  # fmt: skip


def drowned_maps(table: pd.DataFrame, classes: Mapping[str, Classes | None]) -> Check:
    """List the maps of which nearly all territories are in one class, though their values differ.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    classes : mapping
        Column name -> classes of its map.

    Returns
    -------
    Check
        A few extreme values, right or wrong, then take all the other classes. It fails where a single one does: one
        that is `MAX_TIMES_NEXT` times as far from the median as the next.
    """
    rows, is_one = [], False
    for name, made in classes.items():
        if made is None or name not in table or table[name].notna().sum() < MIN_MAPPED:
            continue
        values = table[name].dropna().to_numpy(dtype=float)
        number = np.searchsorted(np.asarray(made.breaks), values, side="right")
        largest = int(np.bincount(number).argmax())
        inside = values[number == largest]
        if len(inside) > MAX_ONE_CLASS_SHARE * len(values) and 2 * len(np.unique(inside)) > len(inside):
            next_to_last, last = np.sort(np.abs(values - np.median(values)))[-2:]
            is_one |= bool(last > MAX_TIMES_NEXT * next_to_last)
            rows.append({"column": name, "territories": len(values), "in_one_class": len(inside),
                         "lowest": float(values.min()), "highest": float(values.max())})  # fmt: skip
    return Check(
        "drowned_maps", "fail" if is_one else "warn" if rows else "pass", len(rows), "0 maps",
        f"In {len(rows)} map(s) more than {MAX_ONE_CLASS_SHARE:.0%} of the territories are in one class though their "
        "values differ: a few extreme values take the others. See whether these are right, or set `maps.scheme: "
        "quantiles`.",
        rows,
    )  # fmt: skip


def missing_values(flags: pd.DataFrame, table: pd.DataFrame) -> Check:
    """List columns by share of missing values, with the reasons and how often each holds."""
    rows: list[dict[str, Any]] = []
    for name in flags.columns.intersection(table.columns, sort=False):
        missing = table[name].isna().to_numpy()
        if missing.any():
            reasons = Counter(flags[name].to_numpy()[missing].tolist())
            rows.append({"column": str(name), "missing_share": float(missing.mean()), "reasons": dict(reasons)})
    rows.sort(key=lambda row: (-row["missing_share"], row["column"]))
    mostly = sum(row["missing_share"] > MAX_MISSING_SHARE for row in rows)
    return Check(
        name="missing_values",
        status="warn" if mostly else "pass",
        value=mostly,
        threshold=f"no column with more than {MAX_MISSING_SHARE:.0%} missing",
        message=f"{len(rows)} of {table.shape[1] - 1} columns have gaps; in {mostly} more than half is missing.",
        rows=rows,
    )


def _in_turn(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the first row of each column first, then the second: one column must not crowd out the others."""
    seen: Counter[str] = Counter()
    turns = []
    for number, row in enumerate(rows):
        turns.append((seen[row["column"]], number))
        seen[row["column"]] += 1
    return [rows[number] for _, number in sorted(turns)]


def outliers(table: pd.DataFrame, names: Sequence[str], *, max_robust_z: float = MAX_ROBUST_Z) -> Check:
    """List values far from the median of their column.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `comarca.publish.table.assemble_table`.
    names : sequence of str
        The numeric columns.
    max_robust_z : float, optional
        Values with a greater absolute robust z are listed.

    Returns
    -------
    Check
        One row per value: the farthest of each column, then the second of each, and so on.

    Notes
    -----
    Robust z is ``0.6745 (x - median) / MAD`` (Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers). It is not
    defined where more than half the values are equal but for rounding (MAD 0): those columns are not judged. Skewed
    columns, such as areas and populations, list their largest territories without anything being wrong.
    """
    numbers = table[list(names)].astype("float64").to_numpy(na_value=np.nan)
    known = numbers[:, np.isfinite(numbers).any(axis=0)]
    judged = [name for name, some in zip(names, np.isfinite(numbers).any(axis=0), strict=True) if some]
    median = np.nanmedian(known, axis=0) if judged else np.empty(0)
    mad = np.nanmedian(np.abs(known - median), axis=0) if judged else np.empty(0)
    is_judged = mad > _ROUNDING * np.abs(median)
    z = np.divide(_MAD_PER_SIGMA * (known - median), mad, out=np.zeros_like(known), where=is_judged)
    ids, titles = table["territory_id"].tolist(), table["territory_name"].tolist()
    rows: list[dict[str, Any]] = [
        {
            "territory_id": ids[row],
            "territory_name": titles[row],
            "column": judged[column],
            "value": float(known[row, column]),
            "robust_z": round(float(z[row, column]), 1),
        }
        for row, column in zip(*np.nonzero(np.nan_to_num(np.abs(z)) > max_robust_z), strict=True)
    ]
    rows.sort(key=lambda row: (-abs(row["robust_z"]), row["column"], row["territory_id"]))
    rows = _in_turn(rows)
    return Check(
        name="outliers",
        status="warn" if rows else "pass",
        value=len(rows),
        threshold=f"no value more than {max_robust_z:g} robust standard deviations (robust z) from the median",
        message=f"{len(rows)} value(s) lie very far from the median of their column: errors, or truly unusual places.",
        rows=rows,
    )


def data_dates(years: Mapping[str, int | None]) -> Check:
    """Check that the data behind the columns are not too many years apart."""
    known = {name: year for name, year in years.items() if year is not None}
    if not known:
        return Check(
            "data_dates", "info", None, "", "It is not known which years the data behind the columns describe."
        )
    apart = max(known.values()) - min(known.values())
    rows = [{"column": name, "year": year} for name, year in sorted(known.items(), key=lambda item: item[::-1])]
    return Check(
        name="data_dates",
        status="warn" if apart > MAX_YEARS_APART else "pass",
        value=apart,
        threshold=f"at most {MAX_YEARS_APART} years apart",
        message=f"The data behind {len(known)} columns are of {min(known.values())} to {max(known.values())}.",
        rows=rows if apart > MAX_YEARS_APART else [],
    )


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False)]
