"""Functional territories: municipalities grouped around a city, by commuting flows, or as the user says."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from comarca.crs import STORAGE, require_storage_crs
from comarca.dynamics.commuting import louvain_areas, travel_to_work_areas
from comarca.errors import ConfigError, InputError, did_you_mean
from comarca.results import Check, Flag, Indicators
from comarca.sources.tables.comparable import combine_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comarca.registry.columns import Column

logger = logging.getLogger(__name__)

#: Tables with one row per territory and key -> their keys, and how the other columns of members become one.
_ONE_ROW: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]] = {
    "employment": (("sector",), {"jobs": "sum", "women": "sum"}),
    "firms": (("max_jobs",), {"firms": "sum"}),
    "forest_loss": (("year",), {"area_ha": "sum", "mapped_ha": "sum"}),
    "fires": (("year",), {"fires": "sum"}),
    "burnt_areas": ((), {"area_ha": "sum", "mapped_ha": "sum"}),
    "protected_areas": ((), {"area_ha": "sum", "mapped_ha": "sum"}),
    "public_finance": (("year",), dict.fromkeys(("budget", "investment", "transfers", "income", "population"), "sum")),
    "age_groups": (("year", "sex", "age_from", "age_to"), {"persons": "sum"}),
    "population_by_year": (("year",), {"persons": "sum"}),
    "territory_lights": (("year",), {"light": "sum"}),
    "land_cover_patches": (("patch_id", "year"), {"area_ha": "sum", "patch_area_ha": "first", "is_main": "any"}),
    "land_cover_areas": (
        ("year", "class_code", "class_name", "is_farmed", "is_natural", "is_built_up", "is_water"),
        {"area_ha": "sum", "edge_m": "sum"},
    ),
}
#: Share by which sums of the two tables may differ.
TOLERANCE: Final = 1e-9
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


def grouping_of(
    table: pd.DataFrame, options: Mapping[str, Any], *, flows: pd.DataFrame | None, cities: gpd.GeoDataFrame | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Group territories as the configuration says.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    options : mapping
        The section ``functional`` of the configuration.
    flows : pandas.DataFrame, optional
        Commuters, for provider ``flows``.
    cities : geopandas.GeoDataFrame, optional
        Layer ``cities``, for names.

    Returns
    -------
    group_of, names : dict
        Territory -> group, and group -> name where it has one.

    Raises
    ------
    ConfigError
        If the table lacks the columns that the grouping needs.
    """
    if options["by"] == "flows" and flows is not None:
        return commuting_groups(flows, options), {}
    if options["by"] == "column":
        name = options["column"]
        if name not in table:
            raise ConfigError("functional.column", got=name, expected="a column of the table",
                              remedy=did_you_mean(name, map(str, table.columns)))  # fmt: skip
        labels = table[name].dropna().astype(str)
        groups = {str(code): f"group:{value}" for code, value in labels.items()}
        return groups, {f"group:{value}": value for value in labels}
    city_class = options["city_class"]
    if f"time_{city_class}_city_mean_min" not in table:
        raise ConfigError("functional.by", got="city", expected=f"travel times to {city_class} cities",
                          remedy="They need roads and cities; group by flows or by a column instead.")  # fmt: skip
    groups = group_by_city(table, city_class=city_class, max_time_min=options["max_time_min"])
    if cities is None:
        return groups, {}
    return groups, {f"city:{code}": name for code, name in zip(cities["city_id"], cities["city_name"], strict=True)}


def commuting_groups(flows: pd.DataFrame, options: Mapping[str, Any]) -> dict[str, str]:
    """Group territories by flows, by the method that the configuration says."""
    if options["method"] == "louvain":
        return louvain_areas(flows, seed=options["seed"])
    limits = ("min_workers", "target_workers", "min_self_containment", "target_self_containment")
    return travel_to_work_areas(flows, **{name: options[name] for name in limits})


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
        if column in moved
    }
    return pd.DataFrame(columns).reset_index()


def _outcomes(moved: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    """Combine units of comparison, each once, however many territories it stands for."""
    units = moved.assign(population=layer["unit_population"])
    units = units.drop_duplicates(["territory_id", "year", "unit_id"]).drop(columns=["unit_id", "unit_population"])
    combined = combine_rows(units)
    return combined.assign(unit_id=combined["territory_id"], unit_population=combined["population"])


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


def compute_families(
    families: Mapping[str, Mapping[str, Any]],
    layers: Mapping[str, Any],
    functional: gpd.GeoDataFrame,
    members: pd.DataFrame,
    table: pd.DataFrame,
) -> dict[str, Indicators]:
    """Compute families of indicators for functional territories.

    Parameters
    ----------
    families : mapping
        Family -> its ``layers`` (names), ``options`` and ``columns``.
    layers : mapping
        Layer -> what the families take, for the municipalities.
    functional, members
        As from `group_territories`.
    table : pandas.DataFrame
        Indicators of the municipalities by ``territory_id``.

    Returns
    -------
    dict
        Family -> values and flags. Shares and means are computed from the regrouped layers; additive columns are the
        sums of those of the municipalities.
    """
    code_of = dict(zip(members["territory_id"], members["functional_id"], strict=True))
    moved = {name: regroup(name, layer, code_of) for name, layer in layers.items()} | {"territories": functional}
    computed = {}
    for name, family in families.items():
        if not family["columns"]:
            continue
        module = importlib.import_module(f"comarca.indicators.{name}")
        taken = {layer: moved[layer] for layer in family["layers"] if layer in moved}
        made: Indicators = module.compute(**taken, **family["options"], columns=family["columns"])
        sums = add_up(table, family["columns"], members).reindex(made.values.index)
        values = made.values.assign(**{str(column): sums[column] for column in sums})
        gaps = values[list(sums)].isna() & (made.flags[list(sums)] == Flag.OK)
        flags = made.flags.assign(**made.flags[list(sums)].mask(gaps, Flag.NOT_IN_SOURCE.value))
        computed[name] = Indicators(values, flags, made.checks)
    return computed


def balance_checks(
    table: pd.DataFrame, functional: pd.DataFrame, columns: Sequence[Column], left_out: Sequence[str]
) -> list[Check]:
    """Hold the totals of functional territories against those of the municipalities.

    Parameters
    ----------
    table, functional : pandas.DataFrame
        The two tables.
    columns : sequence of Column
        Columns of the functional table.
    left_out : sequence of str
        Columns of the municipal table that it does not have.

    Returns
    -------
    list of Check
        ``fail`` if the sums of an additive column differ by more than 1e-9 of them; and what was left out.
    """
    rows: list[dict[str, Any]] = []
    for column in columns:
        if column.is_additive and column.name in functional:
            sums = [float(part[column.name].astype(float).sum()) for part in (table, functional)]
            if table[column.name].notna().all():
                rows.append({"column": column.name, "territories": sums[0], "functional": sums[1]})
    gaps = [abs(row["territories"] - row["functional"]) / max(abs(row["territories"]), 1e-300) for row in rows]
    worst = max(gaps, default=0.0)
    return [
        Check(
            name="functional_balance",
            status="pass" if worst <= TOLERANCE else "fail",
            value=worst,
            threshold="sums differ by at most 1e-9 of them",
            message=f"{len(functional)} groups of {len(table)} territories have the same sums of {len(rows)} columns.",
            rows=rows,
        ),
        Check(
            name="functional_left_out",
            status="info",
            value=len(left_out),
            threshold="",
            message="Columns of users' tables and classes of clusters are not computed for functional territories.",
            rows=[{"column": name} for name in left_out],
        ),
    ]
