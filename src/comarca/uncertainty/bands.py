"""Bands: the table of the lowest and highest value that each figure may have, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Share of the draws that lies inside a band.
LEVEL: Final = 0.9
#: Ranks count as stable within this share of the number of territories.
RANK_SHARE: Final = 0.1


class Method(StrEnum):
    """How a band is known."""

    DRAWS = "draws_of_speeds"
    DRAWS_AND_THRESHOLD = "draws_of_speeds_and_threshold"
    THRESHOLD = "threshold"
    SURFACES = "untagged_surfaces"
    GRID_SHIFTS = "grid_shifts"
    BOOTSTRAP = "coverage_and_bootstrap"
    BOUNDS = "bounds_of_size_classes"


#: Columns of the table of bands, with their types.
COLUMNS: Final = {
    "territory_id": "str",
    "column": "str",
    "low": "float64",
    "high": "float64",
    "low_class": "str",
    "high_class": "str",
    "method": "str",
    "rank_stability_share": "float64",
    "same_class_share": "float64",
}


@dataclass(frozen=True)
class Band:
    """The bands of one column.

    Attributes
    ----------
    column : str
        Its name.
    method : Method
        How they are known.
    rows : pandas.DataFrame
        Indexed by ``territory_id``: some of the columns `COLUMNS`.
    """

    column: str
    method: Method
    rows: pd.DataFrame


def bounds(column: str, method: Method, value: pd.Series, low: ArrayLike, high: ArrayLike, **further: Any) -> Band:
    """Make bands of bounds; they are widened to hold the published value.

    Parameters
    ----------
    column : str
        Name of the column.
    method : Method
        How the bounds are known.
    value : pandas.Series
        Published values, indexed by ``territory_id``.
    low, high : array-like, shape (n,)
        Bounds; where one is missing there is no band.
    **further : array-like
        Further columns of `COLUMNS`.

    Returns
    -------
    Band
        Of the territories that have a value.
    """
    known = value.to_numpy(dtype=float, na_value=np.nan)
    rows = pd.DataFrame({"low": low, "high": high, **further}, index=value.index).astype(float)
    rows = rows.assign(low=np.minimum(rows["low"], known), high=np.maximum(rows["high"], known))
    return Band(column, method, rows[~np.isnan(known) & rows[["low", "high"]].notna().all(axis=1).to_numpy()])


def band_of_draws(column: str, method: Method, value: pd.Series, draws: Floats) -> Band:
    """Make bands of draws.

    Parameters
    ----------
    column : str
        Name of the column.
    method : Method
        What was drawn.
    value : pandas.Series
        Published values, indexed by ``territory_id``.
    draws : numpy.ndarray, shape (d, n)
        The same in each draw.

    Returns
    -------
    Band
        From the 5th to the 95th percentile of the draws in which there is a value, and how stable ranks are.
    """
    low, high = quantiles(draws, (1 - LEVEL) / 2), quantiles(draws, (1 + LEVEL) / 2)
    return bounds(column, method, value, low, high, rank_stability_share=rank_stability(value, draws))


def quantiles(draws: Floats, level: float) -> Floats:
    """Take a quantile over the draws, of those that have a value.

    Parameters
    ----------
    draws : numpy.ndarray, shape (d, n)
        Values by draw.
    level : float
        From 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        NaN where no draw has a value.
    """
    found = np.full(draws.shape[1], np.nan)
    some = ~np.isnan(draws).all(axis=0)
    found[some] = np.nanquantile(draws[:, some], level, axis=0)
    return found


def rank_stability(value: pd.Series, draws: Floats) -> Floats:
    """Tell in what share of the draws each territory keeps about its rank.

    Parameters
    ----------
    value : pandas.Series, length n
        Published values.
    draws : numpy.ndarray, shape (d, n)
        The same in each draw.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Share of the draws in which the rank differs by at most a tenth of the number of territories that have a value;
        ranks of equal values are their mean. NaN where there is no value.
    """
    known = value.to_numpy(dtype=float, na_value=np.nan)
    has_value = ~np.isnan(known)
    tolerance = RANK_SHARE * has_value.sum()
    published = pd.Series(known).rank().to_numpy()
    ranks = pd.DataFrame(np.where(has_value, draws, np.nan)).rank(axis=1).to_numpy()
    with np.errstate(invalid="ignore"):
        stays = np.abs(ranks - published) <= tolerance
    return np.where(has_value, stays.mean(axis=0), np.nan)


def class_band(column: str, method: Method, value: pd.Series, draws: Sequence[pd.Series], order: Sequence[str]) -> Band:
    """Make bands of classes.

    Parameters
    ----------
    column : str
        Name of the column.
    method : Method
        What was drawn.
    value : pandas.Series of str
        Published classes, indexed by ``territory_id``.
    draws : sequence of pandas.Series
        The same in each draw.
    order : sequence of str
        The classes in the order of the legend.

    Returns
    -------
    Band
        First and last class of the legend that came out, the published one among them, and the share of draws with it.
    """
    codes = {name: number for number, name in enumerate(order)}
    published = value.map(codes).to_numpy(dtype=float, na_value=np.nan)
    drawn = np.array([draw.reindex(value.index).map(codes).to_numpy(dtype=float, na_value=np.nan) for draw in draws])
    has_value = ~np.isnan(published)
    whole = np.vstack([published, drawn])[:, has_value]
    names = np.asarray(order, dtype=object)
    rows = pd.DataFrame(
        {
            "low_class": names[np.nanmin(whole, axis=0).astype(int)],
            "high_class": names[np.nanmax(whole, axis=0).astype(int)],
            "same_class_share": (drawn == published)[:, has_value].mean(axis=0),
        },
        index=value.index[has_value],
    )
    return Band(column, method, rows)


def band_table(bands: Iterable[Band]) -> pd.DataFrame:
    """Put the bands of all columns on top of each other.

    Parameters
    ----------
    bands : iterable of Band
        In the order of the columns.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by column in that order, then by territory.
    """
    parts = [
        band.rows.sort_index()
        .rename_axis("territory_id")
        .reset_index()
        .assign(column=band.column, method=str(band.method))
        for band in bands
        if len(band.rows)
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.reindex(columns=list(COLUMNS)).astype(COLUMNS)
