"""Structural profiles: where each territory stands on the factors, and which territories are most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

#: Dimensions of a profile in their order, with the columns that stand for each: those that the region has are used.
DIMENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "access": (
        "time_intermediate_city_mean_min",
        "distance_intermediate_city_straight_km",
        "market_potential_persons",
        "market_potential_growth_percent_per_year",
    ),
    "land": (
        "holding_area_gini_index",
        "parcel_area_gini_index",
        "farmland_patch_area_gini_index",
        "holding_area_large_share",
    ),
    "diversification": (
        "employment_shannon_index",
        "economy_shannon_index",
        "land_use_shannon_index",
        "small_firm_share",
    ),
    "infrastructure": (
        "rural_access_index_share",
        "paved_road_share",
        "main_road_density_km_per_100km2",
        "power_line_density_km_per_100km2",
    ),
    "services": (
        "school_density_per_10000persons",
        "time_school_mean_min",
        "time_hospital_mean_min",
        "bank_density_per_10000persons",
    ),
    "environment": ("natural_cover_share", "natural_cover_change_percent_per_year"),
}

PROFILE_COLUMNS: Final = ("territory_id", "dimension", "column", "value", "unit", "better", "percentile", "n")
SIMILAR_COLUMNS: Final = (
    "territory_id",
    "rank",
    "similar_territory_id",
    "similar_territory_name",
    "distance",
    "shared_columns",
)
#: Makes the median absolute deviation of normal values their standard deviation.
_MAD_SCALE: Final = 1.4826
#: Differences in robust z beyond this count no more, so that one outlier does not decide.
_MAX_Z_RANGE: Final = 6.0


def profile_columns(names: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Choose the columns of a profile.

    Parameters
    ----------
    names : sequence of str
        Columns that the region has.
    chosen : mapping, optional
        Dimension -> columns, instead of `DIMENSIONS`.

    Returns
    -------
    dict
        Column -> dimension, in order.
    """
    wanted = chosen or DIMENSIONS
    return {name: dimension for dimension, columns in wanted.items() for name in columns if name in names}


def percentiles(values: pd.Series, better: str) -> pd.Series:
    """Percentile of each territory among those that have a value.

    Parameters
    ----------
    values : pandas.Series
        Values, NaN where missing.
    better : str
        ``higher``, ``lower`` or ``neither``: with ``lower`` the lowest value has the highest percentile.

    Returns
    -------
    pandas.Series
        From 0 to 100: per cent of the others that stand worse, ties counted half; NaN where the value is, and 50 if it
        is alone.

    Examples
    --------
    >>> percentiles(pd.Series([10.0, 20.0, 40.0]), "lower").tolist()
    [100.0, 50.0, 0.0]
    """
    numbers = values.astype(float)
    rank = numbers.rank(method="average", ascending=better != "lower")
    others = numbers.notna().sum() - 1
    return 100 * (rank - 1) / others if others > 0 else rank * 50.0


def profile_table(
    table: pd.DataFrame, columns: Mapping[str, str], *, better: Mapping[str, str], units: Mapping[str, str]
) -> pd.DataFrame:
    """Profiles of all territories, one row per territory and factor.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``.
    columns : mapping
        Column -> dimension.
    better, units : mapping
        Column -> the better direction; its unit.

    Returns
    -------
    pandas.DataFrame
        The `PROFILE_COLUMNS`; a territory without a value has a row without percentile.
    """
    parts = [
        pd.DataFrame(
            {
                "territory_id": table.index,
                "dimension": dimension,
                "column": name,
                "value": pd.to_numeric(table[name]).astype(float).to_numpy(),
                "unit": units[name],
                "better": better[name],
                "percentile": percentiles(pd.to_numeric(table[name]), better[name]).to_numpy(),
                "n": int(table[name].notna().sum()),
            }
        )
        for name, dimension in columns.items()
    ]
    if not parts:
        return pd.DataFrame(columns=list(PROFILE_COLUMNS))
    return pd.concat(parts).sort_values("territory_id", kind="stable", ignore_index=True)[list(PROFILE_COLUMNS)]


def similar_territories(
    table: pd.DataFrame, columns: Sequence[str], *, count: int = 5, min_shared_share: float = 0.5
) -> pd.DataFrame:
    """Find the territories that are most alike in their factors.

    Parameters
    ----------
    table : pandas.DataFrame
        Indicators by ``territory_id``, with ``territory_name``.
    columns : sequence of str
        Factors.
    count : int, default 5
        How many to list for each.
    min_shared_share : float, default 0.5
        Share of the factors that both must have.

    Returns
    -------
    pandas.DataFrame
        The `SIMILAR_COLUMNS`, nearest first; ties by ``territory_id``. A territory that shares too few factors with all
        others has no rows.

    Notes
    -----
    Values become robust z (value less median, over 1.4826 times the median absolute deviation, or over the standard
    deviation where that is 0). The distance is Gower's: the mean over the factors that both territories have of
    ``min(|z_a - z_b|, 6) / 6``, from 0 to 1. Source: Gower (1971), doi:10.2307/2528823.
    """
    z = _robust_z(table[list(columns)].apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan))
    least = max(1, int(np.ceil(min_shared_share * z.shape[1])))
    rows = []
    names = table["territory_name"].to_numpy()
    for place, name in enumerate(table.index):
        difference = np.minimum(np.abs(z - z[place]), _MAX_Z_RANGE) / _MAX_Z_RANGE
        is_shared = ~np.isnan(difference)
        shared = is_shared.sum(axis=1)
        distance = np.where(is_shared, difference, 0.0).sum(axis=1) / np.maximum(shared, 1)
        distance[(shared < least) | (np.arange(len(z)) == place)] = np.inf
        nearest = np.argsort(distance, kind="stable")[:count]
        for rank, other in enumerate(nearest[np.isfinite(distance[nearest])], start=1):
            rows.append((name, rank, table.index[other], names[other], float(distance[other]), int(shared[other])))
    return pd.DataFrame(rows, columns=list(SIMILAR_COLUMNS))


def _robust_z(values: FloatArray) -> FloatArray:
    z = np.full(values.shape, np.nan)
    for place, column in enumerate(values.T):
        present = column[~np.isnan(column)]
        if not len(present):
            continue
        centre = np.median(present)
        spread = _MAD_SCALE * np.median(np.abs(present - centre)) or present.std()
        z[:, place] = (column - centre) / spread if spread > 0 else np.where(np.isnan(column), np.nan, 0.0)
    return z
