"""What a table of holdings by size class cannot say: more land than there is, classes that lack, means outside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from comarca.crs import geodesic_area_km2
from comarca.errors import InputError
from comarca.results import Check
from comarca.units import HA_PER_KM2

if TYPE_CHECKING:
    import geopandas as gpd

#: Holdings belong to the territory of their seat, so that some have more land than their territory.
_MORE: Final = 1.05
#: All territories together have no more land than this share; beyond, the unit is another one.
_OTHER_UNIT: Final = 1.5
#: Limits that touch may be written as 9.99 and 10.
_TOUCH: Final = 0.02
_LISTED: Final = 30
#: Shares of the classes whose mean size may lie outside their limits, before it is told and before it is refused.
_SOME_OUT: Final = 0.05
_MOST_OUT: Final = 0.5
_FEW: Final = 10


def land_check(
    holdings: pd.DataFrame,
    territories: gpd.GeoDataFrame,
    *,
    units: Literal["holdings", "parcels"] = "holdings",
    where: str,
) -> Check:
    """Compare the land of the holdings or parcels with that of their territories.

    Parameters
    ----------
    holdings : pandas.DataFrame
        The long table after joining: ``territory_id``, ``year``, ``area_ha`` (NaN if withheld).
    territories : geopandas.GeoDataFrame
        Layer ``territories``.
    units : {"holdings", "parcels"}, default "holdings"
        What the rows are.
    where : str
        The file, for messages.

    Returns
    -------
    Check
        ``holdings_land`` or ``parcels_land``: ``warn`` with the territories whose units have more land than there is.

    Raises
    ------
    InputError
        If all territories of a year together have half as much again as there is.
    """
    land = pd.Series(geodesic_area_km2(territories.geometry) * HA_PER_KM2, index=territories["territory_id"])
    sums = holdings.groupby(["territory_id", "year"], dropna=False)["area_ha"].sum().reset_index()
    sums["land_ha"] = land.reindex(sums["territory_id"]).to_numpy()
    by_year = sums.groupby("year", dropna=False)[["area_ha", "land_ha"]].sum()
    share = by_year["area_ha"] / by_year["land_ha"]
    if (share > _OTHER_UNIT).any():
        raise InputError(
            f"{where}, areas of the {units}", got=f"{share.max():.3g} times the land of their territories",
            expected="no more land than there is",
            remedy="Is the unit of area another one (`area_unit`), or the sign of the decimals (`decimal`), or is"
            " something counted twice?",
        )  # fmt: skip
    beyond = sums[sums["area_ha"] > _MORE * sums["land_ha"]]
    rows = beyond.assign(share=beyond["area_ha"] / beyond["land_ha"]).sort_values("share", ascending=False)
    if units == "parcels":
        message = (
            f"The parcels of {len(beyond)} of {len(sums)} territories have more land than the territory: a figure is"
            " wrong, or land counts twice."
        )
    else:
        message = (
            f"The holdings of {len(beyond)} of {len(sums)} territories and years have more land than the territory:"
            " they are counted where their seat is, or a figure is wrong."
        )
    listed = [
        {"territory_id": str(code), "area_ha": float(area), "land_ha": float(whole)}
        for code, area, whole in zip(rows["territory_id"], rows["area_ha"], rows["land_ha"], strict=True)
    ]
    limit = f"at most {_MORE:g} times the territory's land"
    return Check(
        "parcels_land" if units == "parcels" else "holdings_land", "warn" if len(beyond) else "pass", len(beyond),
        limit, message, listed[:_LISTED],
    )  # fmt: skip


def classes_check(holdings: pd.DataFrame) -> Check:
    """Look for size classes that no row has though there are smaller and larger ones.

    Parameters
    ----------
    holdings : pandas.DataFrame
        The long table: ``year``, ``class_min_ha``, ``class_max_ha`` (NaN if open).

    Returns
    -------
    Check
        ``holdings_classes``: ``warn`` with the gaps of each year.
    """
    rows: list[dict[str, Any]] = []
    for year in holdings["year"].fillna(0.0).unique():
        part = holdings[holdings["year"].fillna(0.0) == year]
        classes = part[["class_min_ha", "class_max_ha"]].drop_duplicates().sort_values("class_min_ha")
        reached = classes["class_max_ha"].fillna(np.inf).cummax().shift()
        is_gap = classes["class_min_ha"] > reached * (1 + _TOUCH) + _TOUCH
        rows += [
            {"year": int(year) or None, "from_ha": float(low), "to_ha": float(high)}
            for low, high in zip(reached[is_gap], classes.loc[is_gap, "class_min_ha"], strict=True)
        ]
    return Check(
        "holdings_classes", "warn" if rows else "pass", len(rows), "no class lacks between others",
        f"{len(rows)} size classes between others have no row in any territory: a column or rows of the file may not"
        " have been read.", rows,
    )  # fmt: skip


def means_check(holdings: pd.DataFrame, *, where: str) -> Check:
    """Compare the mean size of the holdings of each class with the limits of the class.

    Parameters
    ----------
    holdings : pandas.DataFrame
        The long table: ``territory_id``, ``year``, ``class_min_ha``, ``class_max_ha`` (NaN if open), ``holdings``,
        ``area_ha`` (NaN if withheld).
    where : str
        The file, for messages.

    Returns
    -------
    Check
        ``holdings_means``: ``warn`` with the rows whose mean lies outside, if they are more than a twentieth.

    Raises
    ------
    InputError
        If it does in more than half of the rows: numbers and areas are exchanged, or the unit is another one.
    """
    rows = holdings[holdings["holdings"].notna() & (holdings["area_ha"] > 0)]
    count = rows["holdings"].where(rows["holdings"] > 0)
    mean = rows["area_ha"] / count
    # Areas may be rounded to the hectare.
    slack = _TOUCH * mean + 1.0 / count
    high = rows["class_max_ha"].fillna(np.inf)
    is_out = (mean < rows["class_min_ha"] - slack) | (mean > high + slack) | mean.isna()
    if len(rows) >= _FEW and is_out.mean() > _MOST_OUT:
        first = rows[is_out].iloc[0]
        raise InputError(
            f"{where}, areas of the holdings",
            got=f"{int(is_out.sum())} of {len(rows)} classes whose mean size lies outside their limits, such as "
            f"{mean[is_out].iloc[0]:.3g} ha in the class from {first['class_min_ha']:g} ha",
            expected="holdings as large as their class says",
            remedy="Are numbers and areas exchanged (`columns`), or is the unit of the areas another (`area_unit`)?",
        )  # fmt: skip
    listed = [
        {"territory_id": str(code), "from_ha": float(low), "mean_ha": None if np.isnan(size) else round(float(size), 3)}
        for code, low, size in zip(
            rows.loc[is_out, "territory_id"], rows.loc[is_out, "class_min_ha"], mean[is_out], strict=True
        )
    ]
    return Check(
        "holdings_means", "warn" if is_out.mean() > _SOME_OUT else "pass", len(listed), "at most 5 % of the classes",
        f"In {len(listed)} of {len(rows)} classes of territories the mean size of the holdings lies outside the limits "
        "of the class, or there is land without holdings.",
        listed[:_LISTED],
    )  # fmt: skip
