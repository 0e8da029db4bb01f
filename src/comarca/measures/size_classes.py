"""Concentration from size classes: what a census table of holdings and areas by class allows to say.

Inside a class the sizes are not known, and for secrecy the area of a class may be withheld. Both leave a range of
values that fit the table; its two ends are computed exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import scipy

from comarca.measures.inequality import gini
from comarca.measures.ranked import RankedSizes, ratio
from comarca.measures.withheld import fit_sums, remainders, shared_counts
from comarca.measures.withheld import sums as _sums

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

Estimate = Literal["lognormal", "geometric", "midpoint", "drop"]

#: Mean size of an open class over its lower limit where no table cell tells it: that of a Pareto tail of exponent 2.
_OPEN_RATIO = 2.0
#: Upper limits and names of Câmara's bands of the Gini coefficient (1949); the last band is above the last limit.
CAMARA_LIMITS, CAMARA_BANDS = (0.25, 0.5, 0.9), ("weak", "medium", "strong", "very_strong")
#: The same in six bands, as studies of Brazil's censuses write them.
SIX_LIMITS = (0.1, 0.25, 0.5, 0.7, 0.9)
SIX_BANDS = (
    "null",
    "null_to_weak",
    "weak_to_medium",
    "medium_to_strong",
    "strong_to_very_strong",
    "very_strong_to_absolute",
)


def complete_cells(
    cells: pd.DataFrame,
    *,
    group_count: int,
    estimate: Estimate = "lognormal",
    cap_ha: ArrayLike | None = None,
    totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Find withheld figures, estimate them, and state between which limits they lie.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row per territory and size class: ``group`` (0 to g - 1), ``class_min_ha``, ``class_max_ha`` (NaN if the
        class is open), ``holdings``, ``area_ha`` (NaN if withheld).
    group_count : int
        Number of territories, g.
    estimate : {"lognormal", "geometric", "midpoint", "drop"}, default "lognormal"
        Mean size taken for a class whose area is withheld: that of the log-normal distribution fitted to the
        territory's classes, cut to the class; the geometric mean or the mid-point of its limits. With "drop" areas are
        estimated in the same way as with "lognormal", for the caller to leave such territories out.
    cap_ha : array-like, shape (g,), optional
        Land that the territory can hold at most, ha: limits what an open class may hold.
    totals : pandas.DataFrame, shape (g, ...), optional
        Published ``holdings`` and ``area_ha`` of all sizes together; NaN where not published.

    Returns
    -------
    pandas.DataFrame
        Cells that are not empty, with limits as numbers (0 and inf where open), completed ``holdings`` and ``area_ha``,
        ``area_low_ha``, ``area_high_ha`` (equal to the area where it is known), ``is_suppressed``, ``is_bounded``
        (False where the number of holdings is withheld), ``is_area_estimated`` and ``is_inconsistent`` (mean size
        outside the limits by more than rounding to whole hectares explains). Where totals are published, completed
        figures add up to them, and what no class holds is a cell of its own. Cells with neither figure are kept only
        where totals tell what they hold together; see `unknown_cells`.

    Notes
    -----
    A class with holdings but no area, or the reverse, is withheld and not zero: offices withhold a figure that one or
    two holdings could be read off. Zeros that stand for areas rounded down are treated alike; their limits are narrow.

    Examples
    --------
    Two holdings between 10 and 20 ha whose area is withheld have from 20 to 40 ha:

    >>> cells = pd.DataFrame({"group": [0, 0], "class_min_ha": [0, 10], "class_max_ha": [10, 20],
    ...                       "holdings": [30, 2], "area_ha": [90, np.nan]})
    >>> completed = complete_cells(cells, group_count=1, estimate="midpoint")
    >>> completed[["area_ha", "area_low_ha", "area_high_ha"]].to_numpy().tolist()
    [[90.0, 90.0, 90.0], [30.0, 20.0, 40.0]]
    """
    table = cells.astype(dict.fromkeys(("class_min_ha", "class_max_ha", "holdings", "area_ha"), np.float64))
    table["class_min_ha"] = table["class_min_ha"].fillna(0.0)
    table["class_max_ha"] = table["class_max_ha"].fillna(np.inf)
    left = remainders(table, _totals(totals, group_count))
    table = _with_rest(table, left)
    has_holdings, has_area = table["holdings"] > 0, table["area_ha"] > 0
    neither = table["holdings"].isna() & table["area_ha"].isna()
    told = (
        neither & (left["holdings"].to_numpy() > 0)[table["group"]] & (left["area_ha"].to_numpy() > 0)[table["group"]]
    )
    is_suppressed = (has_holdings ^ has_area) | told | table["is_rest"]
    table = table.assign(is_suppressed=is_suppressed, is_bounded=has_holdings)[has_holdings | has_area | told]
    table = _estimated(table.reset_index(drop=True), left, group_count, estimate, cap_ha)
    low, limit = table["holdings"] * table["class_min_ha"], table["holdings"] * table["class_max_ha"]
    table["is_inconsistent"] = ~table["is_suppressed"] & (
        (table["area_ha"] + 0.5 < low) | (table["area_ha"] - 0.5 > limit)
    )
    return table[table["holdings"] > 0].reset_index(drop=True)


def unknown_cells(cells: pd.DataFrame, group_count: int) -> FloatArray:
    """Count classes of which neither holdings nor area is known.

    Parameters
    ----------
    cells : pandas.DataFrame
        As for `complete_cells`.
    group_count : int
        Number of territories, g.

    Returns
    -------
    numpy.ndarray, shape (g,)
        Their number. No limit can be put on what they hold.

    Examples
    --------
    >>> cells = pd.DataFrame({"group": [0, 1], "holdings": [np.nan, 3], "area_ha": [np.nan, np.nan]})
    >>> unknown_cells(cells, group_count=2).tolist()
    [1.0, 0.0]
    """
    unknown = cells["holdings"].isna() & cells["area_ha"].isna()
    return np.bincount(cells.loc[unknown, "group"], minlength=group_count).astype(np.float64)


def grouped_gini(completed: pd.DataFrame, *, group_count: int) -> pd.DataFrame:
    """Gini coefficient of holdings known by size class, with the range that the table allows.

    Parameters
    ----------
    completed : pandas.DataFrame
        As from `complete_cells`.
    group_count : int
        Number of territories, g.

    Returns
    -------
    pandas.DataFrame, shape (g, 4)
        ``equal_inside``: holdings of a class taken as equal, withheld areas as estimated. ``lower``: the least value
        that fits the table, withheld areas anywhere between their limits. ``upper``: the greatest, with the most
        unequal sizes inside each class that its limits and mean allow. ``interpolated``: one third of the way from the
        estimated areas' upper to their lower bound. Where numbers of holdings are withheld too, the cells that lack a
        figure are bounded together by what the totals leave for them: still certain, and wider than need be; NaN where
        no totals are published.

    Notes
    -----
    With classes ranked by size the Gini is ``(sum(c_i A_i) + sum(q_i)) / sum(A_i)``, where ``c_i`` depends on numbers
    of holdings only and ``q_i = (A - n a)(n b - A) / (N (b - a))`` is what class i adds at most. It is a ratio of a
    concave and a linear function of the withheld areas, so its extremes over their limits are found exactly by
    Dinkelbach's iteration. Sources: Gastwirth (1972), doi:10.2307/1937992; Dinkelbach (1967),
    doi:10.1287/mnsc.13.7.492; Cowell & Mehta (1982), doi:10.2307/2297275, for the rule of thirds.

    Examples
    --------
    >>> cells = pd.DataFrame({"group": [0, 0], "class_min_ha": [0, 10], "class_max_ha": [10, 100],
    ...                       "holdings": [80, 20], "area_ha": [400, 600]})
    >>> grouped_gini(complete_cells(cells, group_count=1), group_count=1).round(3).iloc[0].to_dict()
    {'equal_inside': 0.4, 'lower': 0.4, 'upper': 0.622, 'interpolated': 0.548}
    """
    ranked = _ranked(completed, group_count)
    size, holdings = ranked["area_ha"] / ranked["holdings"], ranked["holdings"]
    equal = gini(RankedSizes.of(size, holdings, group=ranked["group"], group_count=group_count))
    fixed = ranked.assign(area_low_ha=ranked["area_ha"], area_high_ha=ranked["area_ha"])
    estimated_upper = _extreme_gini(fixed, group_count, highest=True)
    merged, spread = _merged_unknown(completed), _spread_unknown(completed)
    bounded = _sums(merged["group"], ~merged["is_bounded"], group_count) == 0
    lower = _extreme_gini(_ranked(merged, group_count), group_count, highest=False)
    upper = _extreme_gini(_ranked(spread, group_count), group_count, highest=True)
    return pd.DataFrame(
        {
            "equal_inside": equal,
            "lower": np.where(bounded, lower, np.nan),
            "upper": np.where(bounded, upper, np.nan),
            "interpolated": equal + (estimated_upper - equal) * 2 / 3,
        }
    )


def _unknown_together(completed: pd.DataFrame) -> pd.Series:
    """Cells that lack a figure where a number of holdings lacks and the totals tell what they all hold together."""
    uncertain = ~completed["is_bounded"] | (completed["area_low_ha"] != completed["area_high_ha"])
    without_number = (~completed["is_bounded"]).groupby(completed["group"]).transform("any")
    return uncertain & without_number & completed["area_left_ha"].notna() & completed["holdings_left"].notna()


def _merged_unknown(completed: pd.DataFrame) -> pd.DataFrame:
    """Put such cells into one of equal holdings: no division among them is more equal."""
    chosen = _unknown_together(completed)
    if not chosen.any():
        return completed
    merged = completed[chosen].groupby("group", as_index=False).agg(
        class_min_ha=("class_min_ha", "min"), class_max_ha=("class_max_ha", "max"), holdings=("holdings", "sum"),
        area_ha=("area_ha", "sum"), area_left_ha=("area_left_ha", "first"), holdings_left=("holdings_left", "first"),
    )  # fmt: skip
    merged = merged.assign(
        area_low_ha=merged["area_ha"], area_high_ha=merged["area_ha"], is_bounded=True, is_suppressed=True
    )
    return pd.concat([completed[~chosen], merged], ignore_index=True)


def _spread_unknown(completed: pd.DataFrame) -> pd.DataFrame:
    """Put such cells at the ends of the range that they span: no division among them is more unequal."""
    merged = _merged_unknown(completed)
    if len(merged) == len(completed):
        return completed
    chosen = merged["is_inconsistent"].isna()
    low, count, area = (_f(merged.loc[chosen, name]) for name in ("class_min_ha", "holdings", "area_ha"))
    high = np.minimum(_f(merged.loc[chosen, "class_max_ha"]), area - np.maximum(count - 1, 0) * low)
    above = np.clip((area - count * low) / np.maximum(high - low, 1e-12), 0.0, count)
    ends = []
    for size, held in ((low, count - above), (high, above)):
        part = merged[chosen].assign(holdings=held, area_ha=held * size, class_min_ha=size, class_max_ha=size + 1e-9)
        ends.append(part.assign(area_low_ha=held * size, area_high_ha=held * size)[held > 1e-12])
    return pd.concat([merged[~chosen], *ends], ignore_index=True)


def landless_gini(index: ArrayLike, landless: ArrayLike, holdings: ArrayLike) -> FloatArray:
    """Gini coefficient with households that have no land counted as holdings of size zero.

    Parameters
    ----------
    index : array-like, shape (g,)
        Gini coefficient among those with land.
    landless, holdings : array-like, shape (g,)
        Number of households without land, and of holdings.

    Returns
    -------
    numpy.ndarray, shape (g,)
        ``u + (1 - u) G`` with u the share of landless among both.

    Examples
    --------
    >>> landless_gini([0.6], landless=[25], holdings=[75]).round(3).tolist()
    [0.7]
    """
    without, having = np.asarray(landless, dtype=np.float64), np.asarray(holdings, dtype=np.float64)
    share = ratio(without, without + having)
    return np.asarray(share + (1 - share) * np.asarray(index, dtype=np.float64))


def camara_band(index: ArrayLike, *, six: bool = False) -> NDArray[np.object_]:
    """Name the band of concentration that a Gini coefficient falls in.

    Parameters
    ----------
    index : array-like, shape (g,)
        Gini coefficients.
    six : bool, default False
        Take the version of six bands.

    Returns
    -------
    numpy.ndarray of str, shape (g,)
        ``weak`` up to 0.25, ``medium`` up to 0.5, ``strong`` up to 0.9, ``very_strong`` above, or one of `SIX_BANDS`;
        None where missing.

    Notes
    -----
    Source: Câmara (1949), Concentração da propriedade agrária no Brasil, Boletim Geográfico 7 (77), 516-528.

    Examples
    --------
    >>> camara_band([0.2, 0.86, np.nan]).tolist()
    ['weak', 'strong', None]
    """
    values = np.asarray(index, dtype=np.float64)
    # NaN sorts behind the last limit and meets the band after the last one: None.
    limits, bands = (SIX_LIMITS, SIX_BANDS) if six else (CAMARA_LIMITS, CAMARA_BANDS)
    position = np.searchsorted((*limits, np.inf), values, side="left")
    return np.asarray(np.array([*bands, None], dtype=object)[position], dtype=object)


def _class_mean_ha(table: pd.DataFrame, group_count: int, estimate: Estimate) -> pd.Series:
    """Mean size to expect in each cell's class, from the limits and what is known."""
    low, high = _f(table["class_min_ha"]), _f(table["class_max_ha"])
    is_given = ((table["holdings"] > 0) & (table["area_ha"] > 0)).to_numpy()
    is_open = np.isinf(high)
    tail = is_given & is_open & (low > 0)
    held, floor = _f(table["area_ha"])[tail].sum(), (_f(table["holdings"]) * low)[tail].sum()
    top = low * (held / floor if floor > 0 else _OPEN_RATIO)
    closed = np.where(is_open, top, high)
    log_middle = np.where(low > 0, np.sqrt(low * closed), closed / 2)
    if estimate == "midpoint":
        return pd.Series(np.where(is_open, top, (low + closed) / 2), index=table.index)
    simple = np.where(is_open, top, log_middle)
    if estimate == "geometric":
        return pd.Series(simple, index=table.index)
    size = np.where(is_given, _f(table["area_ha"]) / np.where(is_given, _f(table["holdings"]), 1.0), log_middle)
    return pd.Series(_truncated_mean(table, size, simple, group_count), index=table.index)


def _truncated_mean(table: pd.DataFrame, size: FloatArray, fallback: FloatArray, group_count: int) -> FloatArray:
    """Mean between the class limits of the log-normal distribution fitted to each territory's classes."""
    group = table["group"].to_numpy()
    weight = table["holdings"].fillna(0.0).to_numpy(dtype=np.float64)
    log_size = np.log(np.maximum(size, 1e-6))
    total = _sums(group, weight, group_count)
    centre = ratio(_sums(group, weight * log_size, group_count), total)[group]
    variance = ratio(_sums(group, weight * (log_size - centre) ** 2, group_count), total)
    spread = np.sqrt(variance)[group]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        low = (np.log(_f(table["class_min_ha"])) - centre) / spread
        high = (np.log(_f(table["class_max_ha"])) - centre) / spread
        inside = scipy.special.ndtr(high) - scipy.special.ndtr(low)
        moment = scipy.special.ndtr(high - spread) - scipy.special.ndtr(low - spread)
        mean = np.exp(centre + spread**2 / 2) * moment / inside
    # Far in a tail the differences lose their digits; there, and without spread, the limits decide.
    fits = (inside > 1e-9) & (moment > 1e-9) & np.isfinite(mean)
    return np.where(fits, np.clip(mean, table["class_min_ha"], table["class_max_ha"]), fallback)


def _totals(totals: pd.DataFrame | None, group_count: int) -> pd.DataFrame:
    if totals is not None:
        return totals
    return pd.DataFrame({name: np.full(group_count, np.nan) for name in ("holdings", "area_ha")})


def _with_rest(table: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """Add a cell for holdings that the total has and no class: a class that was left out of the table."""
    lacks = (table["holdings"].isna() | table["area_ha"].isna()) | ((table["holdings"] > 0) ^ (table["area_ha"] > 0))
    complete = _sums(table["group"], lacks, len(left)) == 0
    missing = complete & (left["holdings"] >= 1).to_numpy() & (left["area_ha"] > 0).to_numpy()
    group = np.flatnonzero(missing & (_sums(table["group"], np.ones(len(table)), len(left)) > 0))
    first = table.drop_duplicates("group").set_index("group").reindex(group)
    rest = first.reset_index().assign(
        class_min_ha=0.0, class_max_ha=np.inf, is_rest=True,
        holdings=left["holdings"].to_numpy()[group], area_ha=left["area_ha"].to_numpy()[group],
    )  # fmt: skip
    rows = table.assign(is_rest=False)
    return pd.concat([rows, rest[rows.columns]], ignore_index=True) if len(group) else rows


def _estimated(
    table: pd.DataFrame, left: pd.DataFrame, group_count: int, estimate: Estimate, cap_ha: ArrayLike | None
) -> pd.DataFrame:
    """Complete the figures, and give the areas their limits."""
    mean = _class_mean_ha(table, group_count, estimate)
    without_area = table["is_suppressed"] & ~(table["area_ha"] > 0)
    without_count = table["is_suppressed"] & ~(table["holdings"] > 0)
    table = table.assign(holdings=_counts(table, mean, without_count, without_area, left))
    low = table["holdings"] * table["class_min_ha"]
    high = _highest_area_ha(table, low, group_count, cap_ha)
    high = high.clip(upper=pd.Series(_f(left["area_ha"])[table["group"]], index=table.index).fillna(np.inf)).clip(low)
    first = (table["holdings"] * mean).clip(low, high)
    area = _f(table["area_ha"]).copy()
    chosen = without_area.to_numpy()
    group = table.loc[chosen, "group"].to_numpy()
    area[chosen], _ = fit_sums(
        _f(first)[chosen], _f(low)[chosen], _f(high)[chosen], target=_f(left["area_ha"]), group=group
    )
    return table.assign(
        area_ha=area,
        area_low_ha=np.where(chosen, np.minimum(low, area), area),
        area_high_ha=np.where(chosen, np.maximum(high, area), area),
        area_left_ha=_f(left["area_ha"])[table["group"]],
        holdings_left=_f(left["holdings"])[table["group"]],
        is_bounded=~without_count | _alone(table, without_count, left["holdings"]),
        is_area_estimated=without_area & ~_alone(table, without_area, left["area_ha"]),
    )


def _alone(table: pd.DataFrame, lacking: pd.Series, left: pd.Series) -> pd.Series:
    """Cells that are the only ones of their territory to lack a figure, so that the total tells it."""
    single = (_sums(table["group"], lacking, len(left)) == 1) & left.notna().to_numpy()
    alone: pd.Series = lacking & single[table["group"]]
    return alone


def _counts(
    table: pd.DataFrame, mean: pd.Series, without_count: pd.Series, without_area: pd.Series, left: pd.DataFrame
) -> FloatArray:
    """Numbers of holdings: known, from the area and the mean size, or shared out of what the total leaves."""
    holdings = _f(table["holdings"]).copy()
    by_area = (without_count & ~without_area).to_numpy()
    neither = (without_count & without_area).to_numpy()
    area, size = _f(table["area_ha"]), _f(mean)
    group = table["group"].to_numpy()
    left_count, groups = _f(left["holdings"]), len(left)
    with np.errstate(divide="ignore", invalid="ignore"):
        most, least = area / _f(table["class_min_ha"]), area / _f(table["class_max_ha"])
        holdings[by_area] = (area / size)[by_area]
    # Where classes of both kinds lack numbers, those without an area have one holding each at least.
    unknown = _sums(group, neither, groups)
    room = np.maximum(left_count - unknown, 0.0)
    first = _sums(group[by_area], holdings[by_area], groups)
    room = np.where((unknown > 0) & (first <= room), np.nan, np.where(unknown > 0, room, left_count))
    holdings[by_area], _ = fit_sums(holdings[by_area], least[by_area], most[by_area], target=room, group=group[by_area])
    count_left = np.maximum(left_count - _sums(group[by_area], holdings[by_area], groups), 0.0)
    expected = np.where(without_area & ~neither, holdings * size, 0.0)
    area_left = np.maximum(_f(left["area_ha"]) - _sums(group, expected, groups), 0.0)
    holdings[neither] = shared_counts(
        mean_ha=np.maximum(size[neither], 1e-9), left=count_left, area_left_ha=area_left, group=group[neither]
    )
    return holdings


def _highest_area_ha(table: pd.DataFrame, low: pd.Series, group_count: int, cap_ha: ArrayLike | None) -> pd.Series:
    highest = table["holdings"] * table["class_max_ha"]
    if cap_ha is None:
        return highest
    given = np.where(table["is_suppressed"], 0.0, table["area_ha"].fillna(0.0))
    room = (np.asarray(cap_ha, dtype=np.float64) - _sums(table["group"], given, group_count))[table["group"]]
    return highest.clip(upper=pd.Series(room, index=table.index)).clip(lower=low)


def _ranked(completed: pd.DataFrame, group_count: int) -> pd.DataFrame:
    """Cells in order of mean size, with the number of holdings of their territory and their rank weight."""
    mean = completed["area_ha"] / completed["holdings"]
    order = np.lexsort((mean, completed["group"]))
    ranked = completed.iloc[order].reset_index(drop=True)
    holdings = _f(ranked["holdings"])
    all_holdings = _sums(ranked["group"], holdings, group_count)[ranked["group"]]
    rank = ranked.groupby("group")["holdings"].cumsum()
    return ranked.assign(all_holdings=all_holdings, rank_weight=(2 * rank - holdings - all_holdings) / all_holdings)


def _extreme_gini(ranked: pd.DataFrame, group_count: int, *, highest: bool) -> FloatArray:
    """Least or greatest Gini over all areas between their limits, by Dinkelbach's iteration."""
    group = ranked["group"].to_numpy()
    low, high = _f(ranked["area_low_ha"]), _f(ranked["area_high_ha"])
    endless = np.isinf(high)
    high = np.where(endless, low, high)
    value = np.zeros(group_count)
    target = _sum_of_withheld(ranked, low, high, group_count)
    for _ in range(100):
        area = _best_area(ranked, value[group], low, high, highest=highest)
        area = _with_sum(ranked, area, low, high, target, highest=highest)
        gain = _f(ranked["rank_weight"]) * area + (_spread_inside(ranked, area) if highest else 0.0)
        total = _sums(group, area, group_count)
        improved = ratio(_sums(group, gain, group_count), total)
        if np.allclose(improved, value, rtol=0, atol=1e-14, equal_nan=True):
            break
        value = improved
    unlimited = highest & (_sums(group, endless, group_count) > 0) & ~np.isnan(improved)
    return np.where(unlimited, 1.0, np.clip(improved, 0.0, 1.0))


def _best_area(
    ranked: pd.DataFrame, value: FloatArray, low: FloatArray, high: FloatArray, *, highest: bool
) -> FloatArray:
    """Area of each cell that takes the Gini furthest, given the value reached so far; the larger one if all do."""
    pull = _f(ranked["rank_weight"]) - np.nan_to_num(value)
    if not highest:
        return np.where(pull <= 0, high, low)
    holdings, count = _f(ranked["holdings"]), _f(ranked["all_holdings"])
    floor, ceiling = _f(ranked["class_min_ha"]), _f(ranked["class_max_ha"])
    several = holdings > 1
    is_open = np.isinf(ceiling)
    closed = np.where(is_open, floor, ceiling)
    peak = holdings * (floor + closed) / 2 + pull * count * (closed - floor) / 2
    push = pull + np.where(several & is_open, holdings / count, 0.0)
    return np.where(several & ~is_open, np.clip(peak, low, high), np.where(push >= 0, high, low))


def _sum_of_withheld(ranked: pd.DataFrame, low: FloatArray, high: FloatArray, group_count: int) -> FloatArray:
    """Area that a territory's withheld classes hold together, by its total; NaN where that is not known or not free."""
    free = high > low
    left = np.full(group_count, np.nan)
    left[ranked["group"]] = _f(ranked["area_left_ha"])
    least = _sums(ranked["group"], np.where(free, low, 0.0), group_count)
    most = _sums(ranked["group"], np.where(free, high, 0.0), group_count)
    estimated = _sums(ranked["group"], np.where(free, _f(ranked["area_ha"]), 0.0), group_count)
    is_bounded = ~np.isnan(left) & (_sums(ranked["group"], free, group_count) > 0) & (least <= most)
    return np.where(is_bounded, estimated, np.nan)


def _with_sum(
    ranked: pd.DataFrame, area: FloatArray, low: FloatArray, high: FloatArray, target: FloatArray, *, highest: bool
) -> FloatArray:
    """Areas that take the Gini furthest among those with the sum that the total asks for, by a multiplier."""
    if np.isnan(target).all():
        return area
    group, groups = ranked["group"].to_numpy(), len(target)
    free = high > low
    reverse = not highest
    below, above = np.full(groups, -4.0), np.full(groups, 4.0)
    for _ in range(60):
        middle = (below + above) / 2
        held = _best_area(ranked, middle[group], low, high, highest=highest)
        too_much = _sums(group, np.where(free, held, 0.0), groups) > target
        raises = too_much ^ reverse
        below, above = np.where(raises, middle, below), np.where(raises, above, middle)
    first, second = (_best_area(ranked, end[group], low, high, highest=highest) for end in (below, above))
    one, other = (_sums(group, np.where(free, held, 0.0), groups) for held in (first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip(np.where(one == other, 0.0, (target - one) / (other - one)), 0.0, 1.0)[group]
    fitted = first + part * (second - first)
    return np.where(free & ~np.isnan(target)[group], fitted, area)


def _spread_inside(ranked: pd.DataFrame, area: FloatArray) -> FloatArray:
    """Add up what the most unequal sizes inside each class bring; a single holding brings nothing."""
    holdings, count = _f(ranked["holdings"]), _f(ranked["all_holdings"])
    floor, ceiling = _f(ranked["class_min_ha"]), _f(ranked["class_max_ha"])
    is_open = np.isinf(ceiling)
    closed = np.where(is_open, floor + 1.0, ceiling)
    above, span = area - holdings * floor, closed - floor
    # Holdings of a class of one size only are equal.
    below = np.divide(holdings * closed - area, span, out=np.zeros(len(area)), where=span > 0)
    inside = above * np.where(is_open, holdings, below) / count
    return np.where(holdings > 1, np.maximum(inside, 0.0), 0.0)


def _f(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=np.float64)
