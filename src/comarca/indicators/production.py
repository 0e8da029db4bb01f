"""What the territory lives from: diversity of its farmland, of its local economy, and of its employment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2, require_storage_crs
from comarca.land.fields import clean_land_use, covered_ha
from comarca.measures.diversity import hill_number, shannon, simpson
from comarca.polygons import territory_of
from comarca.population.people import people_by_territory
from comarca.registry.columns import sector_key
from comarca.results import Check, Flag, Indicators, explain, join_parts
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from comarca.registry.columns import TableColumn

_SECTOR: Final = "employment_sector"
#: Column of the establishments of brands.
BRANDS: Final = "economy_brand_share"
#: OSM landuse of mines, pits and quarries.
QUARRY: Final = "quarry"
#: Jobs for each inhabitant that can be right in a region.
_JOBS_PER_PERSON: Final = (0.02, 1.5)


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    land_cover_areas: pd.DataFrame | None = None,
    economy: gpd.GeoDataFrame | None = None,
    employment: pd.DataFrame | None = None,
    firms: pd.DataFrame | None = None,
    land_use: gpd.GeoDataFrame | None = None,
    min_establishments: int = 30,
    brand_territories: int = 5,
    small_firm_max_jobs: int = 49,
    sector_groups: Mapping[str, str] | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Diversity of agricultural land, of the local economy and of employment, and shares of small firms.

    Parameters
    ----------
    land_cover_areas : pandas.DataFrame, optional
        Columns ``territory_id``, ``year``, ``class_code``, ``is_farmed``, ``area_ha``; the last year counts.
    economy : geopandas.GeoDataFrame, optional
        Points of shops, offices, crafts, industry and tourism with the columns ``sector`` and ``category``, EPSG:4326;
        ``name`` and ``brand`` for `BRANDS`.
    employment : pandas.DataFrame, optional
        The user's table: ``territory_id``, ``sector``, ``jobs``, and ``women`` (jobs of women) if it tells them; one
        row per sector.
    firms : pandas.DataFrame, optional
        The user's table: ``territory_id``, ``firms``, ``max_jobs`` (upper limit of the size class; NaN where open).
    land_use : geopandas.GeoDataFrame, optional
        Layer of this name, EPSG:4326; its quarries are the mines.
    min_establishments : int, optional
        Fewest establishments for which diversity is measured.
    brand_territories : int, optional
        A name that stands in so many territories is taken for a brand.
    small_firm_max_jobs : int, optional
        Largest number of jobs of a small firm.
    sector_groups : mapping, optional
        Sector -> wider group, for related and unrelated variety.
    """
    require_storage_crs(territories, name="layer territories")
    places = territories.sort_values("territory_id", ignore_index=True)
    index = pd.Index(places["territory_id"], name="territory_id")
    parts: list[Indicators] = []
    if land_cover_areas is not None:
        parts.append(_farmland(land_cover_areas, index))
    if economy is not None:
        sectors = sorted({column.fields["economy_sector"] for column in columns if "economy_sector" in column.fields})
        persons = pd.Series(np.nan, index) if demand is None else people_by_territory(demand, index)
        parts.append(_economy(economy, places, index, persons, sectors, min_establishments))
        if any(column.name == BRANDS for column in columns):
            parts.append(_brands(economy, places, index, min_establishments, brand_territories))
    if employment is not None:
        wanted = sorted({column.fields[_SECTOR] for column in columns if _SECTOR in column.fields})
        jobs = _employment(employment, index, wanted, sector_groups or {})
        told = [] if demand is None else [_jobs_check(employment, demand)]
        parts.append(replace(jobs, checks=[*jobs.checks, *told]))
    if land_use is not None:
        parts.append(_mines(land_use, places, index))
    if firms is not None:
        parts.append(_small_firms(firms, index, small_firm_max_jobs))
    return join_parts(parts, index).select([column.name for column in columns])


def _jobs_check(employment: pd.DataFrame, demand: gpd.GeoDataFrame) -> Check:
    """Compare the jobs with the people of the territories that have some."""
    jobs = employment.groupby("territory_id")["jobs"].sum()
    persons = demand.groupby("territory_id")["population_persons"].sum()  # 0 where nobody is known
    people = float(persons[persons.index.isin(jobs.index[jobs > 0])].sum())
    ratio = float(jobs.sum()) / people if people > 0 else np.nan
    low, high = _JOBS_PER_PERSON
    return Check(
        "employment_plausibility", "warn" if ratio < low or ratio > high else "pass",
        None if np.isnan(ratio) else round(ratio, 4), f"{low:g} to {high:g} jobs per person",
        f"The table has {jobs.sum():,.0f} jobs for {people:,.0f} people. Check their unit, such as thousands.",
    )  # fmt: skip


def _farmland(areas: pd.DataFrame, index: pd.Index) -> Indicators:
    """Diversity among the farmed classes of the raster."""
    now = areas[(areas["year"] == areas["year"].max())]
    table = _table(now[now["is_farmed"]], "class_code", "area_ha", index)
    values = pd.DataFrame(
        {
            "agricultural_land_use_simpson_index": simpson(table),
            "agricultural_land_use_effective_class_index": hill_number(table, order=1),
            "agricultural_land_use_largest_class_share": _largest_share(table),
        },
        index=index,
    )
    covered = index.isin(now["territory_id"])
    reason = pd.Series(np.where(covered, Flag.ZERO_DENOMINATOR, Flag.OUTSIDE_RASTER), index)
    return Indicators(values, explain(values, Flag.ZERO_DENOMINATOR, **dict.fromkeys(map(str, values), reason)))


def _economy(
    economy: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    index: pd.Index,
    persons: pd.Series,
    sectors: Sequence[str],
    min_establishments: int,
) -> Indicators:
    """Count establishments, and measure how diverse they are."""
    require_storage_crs(economy, name="layer economy")
    owner = territory_of(economy.geometry.to_numpy(), places)
    inside = economy[owner >= 0].assign(territory_id=index[owner[owner >= 0]], one=1.0)
    table = _table(inside.assign(kind=inside["sector"] + "=" + inside["category"]), "kind", "one", index)
    count = pd.Series(table.sum(axis=1), index)
    enough = count >= min_establishments
    values = {
        "economy_establishment_count": count,
        **{f"economy_{name}_count": _count_of(inside, name, index) for name in sectors},
        "economy_establishment_density_per_10000persons": 10_000 * count / persons.where(persons > 0),
        "economy_shannon_index": pd.Series(shannon(table), index).where(enough),
        "economy_effective_category_index": pd.Series(hill_number(table, order=1), index).where(enough),
    }
    frame = pd.DataFrame(values, index=index)
    reasons: dict[str, pd.Series | Flag] = {
        "economy_establishment_density_per_10000persons": pd.Series(
            np.where(persons.isna(), Flag.NO_DEMAND, Flag.NO_POPULATION), index
        )
    }
    if inside.empty:
        frame, reasons = frame * np.nan, {}
    check = Check(
        name="economy_inside",
        status="info",
        value=len(inside),
        threshold="",
        message=f"{len(inside)} of {len(economy)} establishments lie in a territory; {(~enough).sum()} of {len(index)} "
        f"territories have fewer than {min_establishments}.",
    )
    default = Flag.NOT_MAPPED if inside.empty else Flag.TOO_FEW_UNITS
    return Indicators(frame, explain(frame, default, **reasons), [check])


def _brands(
    economy: gpd.GeoDataFrame, places: gpd.GeoDataFrame, index: pd.Index, min_establishments: int, territories: int
) -> Indicators:
    """Share of the establishments that have a brand, or a name that stands in many territories."""
    owner = territory_of(economy.geometry.to_numpy(), places)
    inside = economy[owner >= 0].assign(territory_id=index[owner[owner >= 0]])
    names = inside["name"].fillna("").map(sector_key)
    spread = inside[names != ""].groupby(names[names != ""])["territory_id"].nunique()
    is_brand = inside["brand"].notna() | names.isin(spread.index[spread >= territories])
    groups = is_brand.groupby(inside["territory_id"])
    count = groups.size().reindex(index, fill_value=0)
    share = groups.mean().astype(float).reindex(index).where(count >= min_establishments).to_frame(BRANDS)
    return Indicators(share, explain(share, Flag.NOT_MAPPED if inside.empty else Flag.TOO_FEW_UNITS))


def _employment(
    employment: pd.DataFrame, index: pd.Index, wanted: Sequence[str], groups: Mapping[str, str]
) -> Indicators:
    """Diversity of jobs by sector, the largest sector, and location quotients."""
    rows = employment[employment["territory_id"].isin(index)]
    gaps = rows.loc[rows["jobs"].isna(), "territory_id"].unique()
    table = _table(rows.fillna({"jobs": 0.0}), "sector", "jobs", index)
    table[index.isin(gaps)] = 0.0
    total = table.sum(axis=1)
    share = table.div(total.where(total > 0), axis=0)
    whole = table.sum() / table.to_numpy().sum() if len(table.columns) else table.sum()
    quotient = share / whole
    quotient.columns = pd.Index([sector_key(str(name)) for name in table.columns])
    values = pd.DataFrame(
        {
            "employment_jobs_count": total.where(total > 0),
            "employment_shannon_index": shannon(table),
            "employment_hhi_index": (share**2).sum(axis=1, min_count=1),
            "employment_largest_sector_share": _largest_share(table),
            "employment_largest_sector_name": _largest_name(table),
            "employment_specialisation_index": 0.5 * (share - whole).abs().sum(axis=1, min_count=1),
        },
        index=index,
    )
    unrelated = shannon(table.T.groupby([groups.get(str(name), str(name)) for name in table.columns]).sum().T)
    values["employment_unrelated_variety_index"] = unrelated
    values["employment_related_variety_index"] = np.maximum(values["employment_shannon_index"] - unrelated, 0.0)
    if "women" in rows:
        both = rows.groupby("territory_id")[["women", "jobs"]].sum(skipna=False).reindex(index)
        values["employment_women_share"] = both["women"] / both["jobs"].where(both["jobs"] > 0)
    for name in wanted:
        values[f"employment_{name}_location_quotient_ratio"] = quotient.get(name, pd.Series(np.nan, index))
    has_row = index.isin(rows["territory_id"])
    reason = np.select([~has_row, index.isin(gaps)], [Flag.NO_SOURCE_ROW, Flag.NOT_IN_SOURCE], Flag.ZERO_DENOMINATOR)
    reasons = dict.fromkeys(map(str, values), pd.Series(reason, index))
    if "women" in rows:
        name = "employment_women_share"
        reasons[name] = reasons[name].mask(has_row & both["women"].isna(), Flag.NOT_IN_SOURCE)
    strange = sorted(set(employment["territory_id"]) - set(index))
    check = Check(
        name="employment_rows_joined",
        status="warn" if strange else "pass",
        value=len(strange),
        threshold="every code of the table is that of a territory",
        message=f"{len(strange)} code(s) of the employment table are no territory's.",
        rows=[{"territory_id": str(code)} for code in strange],
    )
    return Indicators(values, explain(values, Flag.NOT_IN_SOURCE, **reasons), [check])


def _mines(land_use: gpd.GeoDataFrame, places: gpd.GeoDataFrame, index: pd.Index) -> Indicators:
    """Share of the territory that is mapped as quarry; not known where the region has none mapped."""
    require_storage_crs(land_use, name="layer land_use")
    cleaned, _ = clean_land_use(land_use[land_use["land_use"] == QUARRY])
    shapes = places.geometry.to_numpy()
    mined_ha = covered_ha(cleaned.geometry.to_numpy(), shapes) if len(cleaned) else np.full(len(index), np.nan)
    share = mined_ha / HA_PER_KM2 / geodesic_area_km2(shapes)
    values = pd.DataFrame({"mine_area_share": np.minimum(share, 1.0)}, index=index)
    return Indicators(values, explain(values, Flag.NOT_MAPPED))


def _small_firms(firms: pd.DataFrame, index: pd.Index, max_jobs: int) -> Indicators:
    inside = firms[firms["territory_id"].isin(index)]
    small = inside["firms"].where(inside["max_jobs"] <= max_jobs, 0.0)
    rows = inside.assign(small=small.where(inside["firms"].notna()))
    both = rows.groupby("territory_id")[["small", "firms"]].sum(skipna=False).reindex(index)
    values = (both["small"] / both["firms"].where(both["firms"] > 0)).to_frame("small_firm_share")
    reason = np.select(
        [~index.isin(inside["territory_id"]), both["firms"].isna()],
        [Flag.NO_SOURCE_ROW, Flag.NOT_IN_SOURCE],
        Flag.ZERO_DENOMINATOR,
    )
    return Indicators(values, explain(values, Flag.NOT_IN_SOURCE, small_firm_share=pd.Series(reason, index)))


def _table(rows: pd.DataFrame, columns: str, values: str, index: pd.Index) -> pd.DataFrame:
    table = rows.pivot_table(
        index="territory_id", columns=columns, values=values, aggfunc="sum", fill_value=0.0, observed=True
    )
    # Without any class there is still one column, so that a row is one of zeros rather than of nothing.
    return (table if len(table.columns) else table.assign(none=0.0)).reindex(index, fill_value=0.0).astype(float)


def _count_of(inside: pd.DataFrame, sector: str, index: pd.Index) -> pd.Series:
    count: pd.Series = inside.loc[inside["sector"] == sector, "territory_id"].value_counts().reindex(index)
    return count.fillna(0).astype(float)


def _largest_share(table: pd.DataFrame) -> pd.Series:
    total = table.sum(axis=1)
    return table.max(axis=1) / total.where(total > 0)


def _largest_name(table: pd.DataFrame) -> pd.Series:
    some = table[table.sum(axis=1) > 0]
    names: pd.Series = some.idxmax(axis=1).reindex(table.index) if len(some) else pd.Series(None, table.index)
    return names.astype("str")
