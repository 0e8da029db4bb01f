"""Columns of the land family that come from an agricultural census: holdings by size class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.land.concentration import Block, MeasuredTerritories, flag_gaps
from comarca.land.holders import holder_columns
from comarca.measures.inequality import (
    between_share_of_theil,
    mean,
    share_in_units_from,
    share_of_units_below,
    theil,
    top_share,
)
from comarca.measures.ranked import RankedSizes, ratio
from comarca.measures.size_classes import (
    Estimate,
    camara_band,
    complete_cells,
    grouped_gini,
    landless_gini,
    unknown_cells,
)
from comarca.measures.withheld import remainders
from comarca.results import Check, Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Columns that rest on estimates where figures are withheld; the bounds do not, they enclose what is possible.
_ESTIMATED = (
    "holding_count", "holding_area_mean_ha", "holding_area_gini_index", "holding_area_theil_index",
    "holding_area_top10_share", "holding_area_top1_share", "holding_area_small_share", "holding_small_share",
    "holding_area_large_share", "holding_gini_camara_class", "holding_gini_camara6_class",
    "holding_gini_with_landless_index", "holding_area_gini_change_index",
)  # fmt: skip
#: Columns that name a band of the Gini coefficient -> whether of six bands.
_BANDS = {"holding_gini_camara_class": False, "holding_gini_camara6_class": True}

#: Column that compares the territories of a parent unit.
BETWEEN: Final = "holding_area_theil_between_share"
#: Totals may exceed their classes by this share before it is worth a word.
_CLOSE = 0.01


def holding_columns(
    holdings: pd.DataFrame, territories: MeasuredTerritories, *, estimate: Estimate = "lognormal"
) -> tuple[Block, list[Check]]:
    """Measure concentration among holdings.

    Parameters
    ----------
    holdings : pandas.DataFrame
        Layer ``holdings``: ``territory_id``, ``year``, ``class_min_ha``, ``class_max_ha`` (NaN if open), ``holdings``,
        ``area_ha`` (NaN if withheld), ``landless`` (NaN if not known); ``women``, ``absent`` and ``irrigated_ha`` of
        each class if the census tells them.
    territories : MeasuredTerritories
        Territories and options. No class is taken to hold more land than its territory has.
    estimate : {"lognormal", "geometric", "midpoint", "drop"}, default "lognormal"
        How withheld areas are estimated, see `comarca.measures.size_classes.complete_cells`; with "drop" territories
        with withheld figures have no value but the bounds.

    Returns
    -------
    block : Block
        The columns ``holding_*``, of each territory's last year.
    checks : list of Check
        Withheld and inconsistent classes.
    """
    completed, cells, keys = completed_holdings(holdings, territories, estimate=estimate)
    measured, flags = _measured(completed, cells, keys, territories, drop=estimate == "drop")
    shares, gaps = holder_columns(cells, group_count=len(keys), min_units=territories.min_units)
    measured, flags = measured.join(shares), flags.join(gaps)
    values, flags = _by_territory(measured, flags, keys, territories)
    return (values, flags), [*_checks(completed, cells, territories), *_total_checks(cells, keys, territories)]


def completed_holdings(
    holdings: pd.DataFrame, territories: MeasuredTerritories, *, estimate: Estimate = "lognormal"
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Group size classes by territory and year, and estimate what is withheld.

    Parameters
    ----------
    holdings, territories, estimate
        As for `holding_columns`.

    Returns
    -------
    completed : pandas.DataFrame
        As from `comarca.measures.size_classes.complete_cells`.
    cells : pandas.DataFrame
        The rows of `holdings` with ``group`` and ``position`` (of the territory); ``year`` is 0 where not given.
    keys : pandas.DataFrame
        One row per group, in order of position and year.
    """
    position = territories.position(holdings["territory_id"], where="layer holdings")
    keyed = holdings.assign(position=position, year=holdings["year"].fillna(0.0))
    cells = keyed.assign(group=keyed.groupby(["position", "year"], sort=True).ngroup())
    keys = cells.drop_duplicates("group").sort_values("group")
    cap = territories.total_ha[keys["position"]]
    totals = published_totals(keys)
    completed = complete_cells(cells, group_count=len(keys), estimate=estimate, cap_ha=cap, totals=totals)
    return completed, cells, keys


def published_totals(keys: pd.DataFrame) -> pd.DataFrame:
    """Take the published totals of each group.

    Parameters
    ----------
    keys : pandas.DataFrame, shape (g, ...)
        One row per group, with ``total_holdings`` and ``total_area_ha`` where the layer has them.

    Returns
    -------
    pandas.DataFrame, shape (g, 2)
        ``holdings`` and ``area_ha``; NaN where not published.
    """
    lacking = pd.Series(np.nan, index=keys.index)
    totals = {name: keys.get(f"total_{name}", lacking) for name in ("holdings", "area_ha")}
    return pd.DataFrame(totals).astype(np.float64).reset_index(drop=True)


def _with_other_classes(cells: pd.DataFrame) -> NDArray[np.intp]:
    """Positions of territories whose classes of the first and the last year cut one another."""
    limits = cells[["position", "year", "class_min_ha", "class_max_ha"]].round(0).fillna(np.inf)
    years = limits.groupby("position")["year"]
    first, last = limits[limits["year"] == years.transform("min")], limits[limits["year"] == years.transform("max")]
    pairs = first.merge(last, on="position", suffixes=("", "_last"))
    low = np.maximum(pairs["class_min_ha"], pairs["class_min_ha_last"])
    high = np.minimum(pairs["class_max_ha"], pairs["class_max_ha_last"])
    is_same = (pairs["class_min_ha"] == pairs["class_min_ha_last"]) & (
        pairs["class_max_ha"] == pairs["class_max_ha_last"]
    )
    return np.unique(pairs.loc[(low < high) & ~is_same, "position"].to_numpy())


def _measured(
    completed: pd.DataFrame, cells: pd.DataFrame, keys: pd.DataFrame, territories: MeasuredTerritories, *, drop: bool
) -> Block:
    """Values and flags of each territory and year."""
    size = completed["area_ha"] / completed["holdings"]
    groups = len(keys)
    units = RankedSizes.of(size, completed["holdings"], group=completed["group"], group_count=groups)
    index = grouped_gini(completed, group_count=groups)
    told = published_totals(keys).notna().all(axis=1).to_numpy()
    unknown = (unknown_cells(cells, groups) > 0) & ~told
    withheld = _total(completed, completed["is_suppressed"] * completed["holdings"], groups)
    estimated = _total(completed, completed["is_area_estimated"], groups, "area_ha")
    landless = keys["landless"].to_numpy(dtype=np.float64)
    few = units.count < territories.min_units
    values = pd.DataFrame(
        {
            "holding_count": np.rint(units.count),
            "holding_area_mean_ha": mean(units),
            "holding_suppressed_share": np.where(unknown, np.nan, ratio(withheld, units.count)),
            "holding_area_estimated_share": ratio(estimated, units.amount),
            "holding_landless_share": ratio(landless, landless + units.count),
            "holding_area_gini_index": index["interpolated"],
            "holding_area_gini_lower_index": index["lower"].mask(unknown),
            "holding_area_gini_upper_index": index["upper"].mask(unknown),
            "holding_area_theil_index": theil(units),
            "holding_area_top10_share": top_share(units, share=0.1),
            "holding_area_top1_share": top_share(units, share=0.01),
            "holding_area_small_share": 1 - share_in_units_from(units, size=territories.small_unit_ha),
            "holding_small_share": share_of_units_below(units, size=territories.small_unit_ha),
            "holding_area_large_share": share_in_units_from(units, size=territories.large_unit_ha),
            "holding_gini_with_landless_index": landless_gini(index["interpolated"], landless, units.count),
        }
    )
    spread = values.columns[5:]
    values.loc[few, spread] = np.nan
    for name, six in _BANDS.items():
        values[name] = camara_band(values["holding_area_gini_index"], six=six)
    has_withheld = (withheld > 0) | unknown
    rests_on = [name for name in _ESTIMATED if name in values]
    if drop:
        values.loc[has_withheld, rests_on] = np.nan
    reason = np.select(
        [units.count == 0, few, has_withheld],
        [Flag.NOT_IN_SOURCE.value, Flag.TOO_FEW_UNITS.value, Flag.SUPPRESSED.value],
        Flag.NOT_IN_SOURCE.value,
    )
    flags = flag_gaps(values, pd.Series(reason))
    flags[rests_on] = flags[rests_on].mask(
        (flags[rests_on] == Flag.OK.value) & has_withheld[:, None], Flag.SUPPRESSED.value
    )
    for name, six in _BANDS.items():
        flags[name] = flags[name].mask(_spans_bands(values, six=six), Flag.BETWEEN_CLASSES.value)
    no_landless = ["holding_landless_share", "holding_gini_with_landless_index"]
    flags.loc[np.isnan(landless), no_landless] = Flag.NOT_IN_SOURCE.value
    return values, flags


def parent_column(values: pd.DataFrame, parent: pd.Series) -> Block:
    """Tell how much of the inequality of holdings in a parent unit lies between its territories.

    Parameters
    ----------
    values : pandas.DataFrame
        Columns ``holding_count``, ``holding_area_mean_ha`` and ``holding_area_theil_index``, as from `holding_columns`.
    parent : pandas.Series
        Name of the unit one level up, on the same index.

    Returns
    -------
    Block
        ``holding_area_theil_between_share``, the same in all territories of a parent that have holdings measured.
    """
    count, theil_index = values["holding_count"], values["holding_area_theil_index"]
    known = (count > 0) & theil_index.notna() & parent.notna()
    found = pd.Series(np.nan, values.index)
    for _, rows in values[known].groupby(parent[known], sort=True):
        if len(rows) > 1:
            members = rows["holding_count"].to_numpy(dtype=float)
            area_ha = members * rows["holding_area_mean_ha"].to_numpy(dtype=float)
            inside = rows["holding_area_theil_index"].to_numpy(dtype=float)
            found[rows.index] = between_share_of_theil(inside, members, area_ha)
    made = found.to_frame(BETWEEN)
    reason = np.where(known, Flag.TOO_FEW_UNITS.value, Flag.NOT_IN_SOURCE.value)
    return made, flag_gaps(made, pd.Series(reason, values.index))


def _spans_bands(values: pd.DataFrame, *, six: bool) -> pd.Series:
    """Tell where the bounds of the Gini coefficient lie in two bands, so that the table does not decide which holds."""
    low, high = (camara_band(values[f"holding_area_gini_{end}_index"], six=six) for end in ("lower", "upper"))
    has_value = values["holding_area_gini_index"].notna().to_numpy()
    return pd.Series(has_value & (low != high), index=values.index)


def _by_territory(
    measured: pd.DataFrame, flags: pd.DataFrame, keys: pd.DataFrame, territories: MeasuredTerritories
) -> Block:
    """Take each territory's last year, and the change since its first."""
    position = keys["position"].to_numpy()
    last = pd.Series(np.arange(len(keys))).groupby(position).max()
    first = pd.Series(np.arange(len(keys))).groupby(position).min()
    values = measured.iloc[last].set_axis(last.index).reindex(range(len(territories.index))).set_axis(territories.index)
    texts = flags.iloc[last].set_axis(last.index).reindex(range(len(territories.index))).set_axis(territories.index)
    texts = texts.fillna(Flag.NO_SOURCE_ROW.value)
    index = measured["holding_area_gini_index"].to_numpy(dtype=np.float64)
    change = pd.Series(index[last] - index[first], index=last.index).mask(first == last)
    values["holding_area_gini_change_index"] = change.reindex(range(len(territories.index))).to_numpy()
    several = pd.Series(first != last).reindex(range(len(territories.index)), fill_value=False).to_numpy()
    gini_flag = texts["holding_area_gini_index"].where(texts["holding_area_gini_index"] != Flag.OK, Flag.NOT_IN_SOURCE)
    reason = gini_flag.where(several | (gini_flag == Flag.NO_SOURCE_ROW), Flag.NOT_IN_SOURCE).astype(str)
    texts = texts.join(flag_gaps(values[["holding_area_gini_change_index"]], reason))
    values = values.astype({name: np.float64 for name in values if name not in _BANDS})
    return values, texts


def _checks(completed: pd.DataFrame, cells: pd.DataFrame, territories: MeasuredTerritories) -> list[Check]:
    neither = cells["holdings"].isna() & cells["area_ha"].isna()
    withheld = cells[neither | ((cells["holdings"] > 0) ^ (cells["area_ha"] > 0))]
    strange = completed[completed["is_inconsistent"]]
    count = len(completed)
    return [
        Check(
            name="holdings_suppressed_cells",
            status="warn" if len(withheld) else "pass",
            value=len(withheld),
            threshold="every size class has its holdings and its area",
            message=f"{len(withheld)} of {count:,} filled size classes lack a figure or both, which is taken as "
            "withheld and not as zero; they are estimated, bounded and flagged.",
            rows=_by_count(withheld, territories),
        ),
        Check(
            name="holdings_inconsistent_cells",
            status="warn" if len(strange) else "pass",
            value=len(strange),
            threshold="every class has a mean size inside its limits",
            message=f"{len(strange)} of {count:,} filled size classes have a mean size outside their limits.",
            rows=_listed(strange, territories),
        ),
    ]


def _total_checks(cells: pd.DataFrame, keys: pd.DataFrame, territories: MeasuredTerritories) -> list[Check]:
    """Totals that contradict their classes or exceed them, and years whose classes differ."""
    left = remainders(cells, published_totals(keys))
    lacks = cells["holdings"].isna() | cells["area_ha"].isna() | ((cells["holdings"] > 0) ^ (cells["area_ha"] > 0))
    complete = ~lacks.groupby(cells["group"]).any().to_numpy()
    area = published_totals(keys)["area_ha"].to_numpy()
    short = complete & ((left["holdings"] > 1) | (left["area_ha"] > _CLOSE * area)).to_numpy()
    wrong = keys[left["is_contradicted"].to_numpy() | short]
    changed = _with_other_classes(cells)
    return [
        Check(
            "holdings_totals", "warn" if len(wrong) else "pass", len(wrong), "classes add up to the published total",
            f"{len(wrong)} published totals are not what their size classes add up to: totals below the classes are not"
            " used; what is above them counts as a withheld class.",
            [
                {"territory_id": str(territories.index[position]), "year": int(year)}
                for position, year in zip(wrong["position"], wrong["year"], strict=True)
            ],
        ),
        Check(
            "holdings_class_limits", "warn" if len(changed) else "pass", len(changed), "the same classes in all years",
            f"The class limits of {len(changed)} territories differ between the years: part of the change of their"
            " Gini may come from the classes.",
            [{"territory_id": str(territories.index[position])} for position in changed],
        ),
    ]  # fmt: skip


def _by_count(withheld: pd.DataFrame, territories: MeasuredTerritories) -> list[dict[str, Any]]:
    at, counts = np.unique(withheld["position"], return_counts=True)
    names = territories.index.to_numpy()[at]
    return [{"territory_id": str(name), "cells": int(count)} for name, count in zip(names, counts, strict=True)]


def _listed(cells: pd.DataFrame, territories: MeasuredTerritories) -> list[dict[str, Any]]:
    named = cells.assign(territory_id=territories.index.to_numpy()[cells["position"]])
    columns = ["territory_id", "class_min_ha", "holdings", "area_ha"]
    return [dict(zip(columns, row, strict=True)) for row in named[columns].itertuples(index=False, name=None)]


def _total(completed: pd.DataFrame, chosen: pd.Series, groups: int, weight: str | None = None) -> NDArray[np.float64]:
    weights = chosen * completed[weight] if weight else chosen
    return np.bincount(completed["group"], weights=weights, minlength=groups).astype(np.float64)
