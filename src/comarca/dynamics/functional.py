"""Functional territories: municipalities grouped around a city, by commuting flows, or as the user says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from comarca.crs import STORAGE, require_storage_crs
from comarca.errors import InputError
from comarca.sources.tables.comparable import combine_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column

logger = logging.getLogger(__name__)

#: Tables with one row per territory and key -> their keys, and how the other columns of members become one.
_ONE_ROW: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]] = {
    "employment": (("sector",), {"jobs": "sum"}),
    "firms": (("max_jobs",), {"firms": "sum"}),
    "population_by_year": (("year",), {"persons": "sum"}),
    "territory_lights": (("year",), {"light": "sum"}),
    "land_cover_patches": (("patch_id", "year"), {"area_ha": "sum", "patch_area_ha": "first", "is_main": "any"}),
    "land_cover_areas": (
        ("year", "class_code", "class_name", "is_farmed", "is_natural", "is_built_up", "is_water"),
        {"area_ha": "sum", "edge_m": "sum"},
    ),
}
#: Figures of a territory and year that stand in each of its rows of holdings.
_HOLDING_TOTALS: Final = ("landless", "total_holdings", "total_area_ha")


def group_by_city(table: pd.DataFrame, *, city_class: str, max_time_min: float) -> dict[str, str]:
    """Group territories by the city that most of their people reach first.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    city_class : str
        Class of the cities.
    max_time_min : float
        Longest mean time to it; beyond, a territory stays by itself.

    Returns
    -------
    dict
        Territory -> group: the code of the city with ``city:`` before it, or the territory's own.
    """
    city, time = table[f"nearest_{city_class}_city_id"], table[f"time_{city_class}_city_mean_min"].astype(float)
    joins = (city.notna() & (time <= max_time_min)).to_numpy()
    logger.info("%d of %d territories are within %g min of a city.", joins.sum(), len(table), max_time_min)
    rows = zip(table.index, city, joins, strict=True)
    return {str(code): f"city:{name}" if is_near else str(code) for code, name, is_near in rows}


def group_territories(
    territories: gpd.GeoDataFrame,
    group_of: Mapping[str, str],
    *,
    population: pd.Series | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Make the layer of functional territories.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Layer ``territories``, EPSG:4326.
    group_of : mapping
        Territory -> group; those that are not in it stay by themselves.
    population : pandas.Series, optional
        People by territory: which member a group is named after.
    names : mapping, optional
        Group -> name.

    Returns
    -------
    functional : geopandas.GeoDataFrame
        By the schema of ``territories``. The code is that of the member with most people (or the largest area), and so
        is the unit one level up; the name is that of the group, or of this member.
    members : pandas.DataFrame
        Columns ``territory_id``, ``functional_id``, ``functional_name``; one row per territory, sorted.

    Raises
    ------
    InputError
        If a group has a member that is no territory of the region.
    """
    require_storage_crs(territories, name="layer territories")
    rows = territories.sort_values("territory_id", ignore_index=True)
    if strange := sorted(set(group_of) - set(rows["territory_id"])):
        raise InputError("functional territories", got=strange[:3], expected="codes of territories of the region",
                         remedy=f"{len(strange)} such code(s) in all.")  # fmt: skip
    size = rows["territory_id"].map(population) if population is not None else rows.to_crs("ESRI:54034").area
    group = rows["territory_id"].map(dict(group_of)).fillna(rows["territory_id"])
    order = pd.DataFrame({"group": group, "size": size.fillna(0.0)}).sort_values("size", ascending=False, kind="stable")
    lead = order.groupby("group", sort=False).head(1).index
    lead_of = pd.Series(lead, group.loc[lead])
    code = group.map(pd.Series(rows["territory_id"].to_numpy()[lead_of], lead_of.index))
    merged = rows.assign(code=code).groupby("code")["geometry"].apply(lambda part: shapely.union_all(part.to_numpy()))
    heads = rows.set_index("territory_id").loc[merged.index]
    named = [(names or {}).get(str(key), "") for key in lead_of.index]
    name = pd.Series(named, rows["territory_id"].to_numpy()[lead_of], dtype=object).loc[merged.index]
    functional = gpd.GeoDataFrame(
        {
            "territory_id": merged.index.astype(str),
            "territory_name": name.where(name != "", heads["territory_name"]).to_numpy(),
            "parent_name": heads["parent_name"].to_numpy(),
            "country": heads["country"].to_numpy(),
        },
        geometry=merged.to_numpy(),
        crs=STORAGE,
    )
    called = functional.set_index("territory_id")["territory_name"]
    members = pd.DataFrame(
        {"territory_id": rows["territory_id"], "functional_id": code, "functional_name": code.map(called)}
    )
    logger.info("%d territories form %d functional territories.", len(rows), len(functional))
    return functional, members


def regroup(name: str, layer: Any, code_of: Mapping[str, str]) -> Any:
    """Give a layer the codes of functional territories.

    Parameters
    ----------
    name : str
        Name of the layer.
    layer : GeoDataFrame, DataFrame or other
        The layer as a family takes it.
    code_of : mapping
        Territory -> functional territory.

    Returns
    -------
    same as `layer`
        Amounts of members are summed where the family expects one row per territory and key; outcomes are means
        weighted by people. A layer that does not know territories comes back as it is.
    """
    if not isinstance(layer, pd.DataFrame) or "territory_id" not in layer:
        return layer
    moved = layer.assign(territory_id=layer["territory_id"].map(dict(code_of)).fillna(layer["territory_id"]))
    if name == "outcomes":
        return _outcomes(moved, layer)
    if name == "holdings":
        return _holdings(moved, layer)
    if name not in _ONE_ROW:
        return moved
    keys, ways = _ONE_ROW[name]
    grouped = moved.groupby(["territory_id", *keys], dropna=False, sort=True)
    # A sum of which a part is not known is not known.
    columns = {
        column: grouped[column].sum(min_count=1).where(~grouped[column].apply(lambda part: part.isna().any()))
        if way == "sum"
        else grouped[column].agg(way)
        for column, way in ways.items()
    }
    return pd.DataFrame(columns).reset_index()


def _outcomes(moved: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    """Combine units of comparison, each once, however many territories it stands for."""
    units = moved.assign(population=layer["unit_population"])
    units = units.drop_duplicates(["territory_id", "year", "unit_id"]).drop(columns=["unit_id", "unit_population"])
    found = combine_rows(units)
    return found.assign(unit_id=found["territory_id"], unit_population=found["population"])


def _holdings(moved: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    """Keep each member's size classes, and give all rows of a year the totals of all members."""
    names = [name for name in _HOLDING_TOTALS if name in layer]
    once = layer.assign(code=moved["territory_id"]).drop_duplicates(["territory_id", "year"])
    grouped = once.groupby(["code", "year"], dropna=False)[names]
    total = grouped.sum(min_count=1).where(grouped.count().eq(grouped.size(), axis=0))
    keys = pd.MultiIndex.from_frame(moved[["territory_id", "year"]])
    return moved.assign(**{name: total[name].reindex(keys).to_numpy() for name in names})


def add_up(table: pd.DataFrame, columns: Sequence[Column], members: pd.DataFrame) -> pd.DataFrame:
    """Sum the additive columns of the members, so that totals are exactly those of the municipal table.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators of the municipalities by ``territory_id``.
    columns : sequence of Column
        The columns of the table; those with ``is_additive`` are summed.
    members : pandas.DataFrame
        As from `group_territories`.

    Returns
    -------
    pandas.DataFrame
        Sums by functional territory; missing where a member's figure is.
    """
    names = [column.name for column in columns if column.is_additive and column.name in table]
    code = members.set_index("territory_id")["functional_id"].reindex(table.index)
    amounts = table[names].astype(float)
    return amounts.groupby(code.to_numpy()).sum(min_count=1).where(~amounts.isna().groupby(code.to_numpy()).any())
