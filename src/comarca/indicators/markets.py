"""Ties to markets: how many there are, how much hangs on the first, how they grow, and what passes between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comarca.access.model import NOTABLE_SHARE
from comarca.crs import require_storage_crs
from comarca.errors import InputError
from comarca.measures.change import growth_percent_per_year
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Check, Flag, Indicators, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.registry.columns import TableColumn

_JOBS: Final = "jobs_within_60min_mean_index"
_GROWTH: Final = ("market_potential_growth_percent_per_year", "market_potential_fast_share")
#: Column -> that of the points whose mean it is.
_MEANS: Final = {"effective_market_index": "effective_market_count", "first_market_share": "first_market_share"}


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    market_potential: pd.DataFrame,
    city_population: pd.DataFrame | None = None,
    corridors: pd.DataFrame | None = None,
    job_access: pd.DataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Gather the ties of places to markets by territory.

    Parameters
    ----------
    market_potential : pandas.DataFrame
        What `comarca.access.ties.market_table` gives, indexed by ``demand_id``.
    city_population : pandas.DataFrame, optional
        Inhabitants of the cities by year; gives the years between the two potentials.
    corridors : pandas.DataFrame, optional
        What `comarca.access.corridors.corridor_table` gives.
    job_access : pandas.DataFrame, optional
        What `comarca.access.employment.jobs_within_reach` gives.

    Returns
    -------
    Indicators
        Means are over people. Who reaches no city counts 0 cities, and is left out of the effective number. Values of
        territories where more than 1 % of the potential rests on estimated times have the flag ``border_bias``, and so
        have jobs within reach where more than 1 % of the people reach a territory whose jobs are not known.

    Raises
    ------
    InputError
        If a demand point has no row.
    """
    require_storage_crs(territories, name="layer territories")
    require_storage_crs(demand, name="layer demand")
    index = pd.Index(territories["territory_id"].sort_values(), name="territory_id")
    if lacking := sorted({*demand["demand_id"]} - {*market_potential.index}):
        raise InputError("market_potential", got=f"no row for demand point {lacking[0]}", expected="one row per point")
    points = market_potential.loc[demand["demand_id"]]
    values = pd.DataFrame(index=index)
    for name, source in _MEANS.items():
        values[name] = mean_over_people(demand, points[source], index)
    for threshold in (c.fields["time_threshold"] for c in columns if "time_threshold" in c.fields):
        name = f"cities_within_{threshold}min"
        values[f"{name}_mean_index"] = mean_over_people(demand, points[f"{name}_count"], index)
    persons = people_by_territory(demand, index)
    nobody = np.where(persons.isna(), Flag.NO_DEMAND, np.where(persons == 0, Flag.NO_POPULATION, Flag.UNREACHABLE))
    checks = []
    if city_population is not None:
        checks.append(_growth(values, demand, points, city_population))
    estimated, whole = (
        mean_over_people(demand, points[name], index) for name in ("estimated_persons", "market_potential_persons")
    )
    reasons = dict.fromkeys(map(str, values), pd.Series(nobody, index))
    # Who reaches cities lacks only their figures at both dates.
    reasons |= dict.fromkeys(_GROWTH, pd.Series(np.where(whole > 0, Flag.NOT_AT_BOTH_DATES, nobody), index))
    flags = explain(values, Flag.UNREACHABLE, **reasons)
    flags = flags.mask(values.notna().mul(estimated > NOTABLE_SHARE * whole, axis=0), Flag.BORDER_BIAS.value)
    if job_access is not None:
        _jobs(values, flags, demand, job_access.loc[demand["demand_id"]], nobody)
    if corridors is not None:
        _corridors(values, flags, corridors)
    return Indicators(values, flags, checks).select([column.name for column in columns])


def _jobs(
    values: pd.DataFrame, flags: pd.DataFrame, demand: gpd.GeoDataFrame, access: pd.DataFrame, nobody: NDArray[np.str_]
) -> None:
    """Add the jobs within reach; not known where the territory's own are not, or all that are reached."""
    index = pd.Index(values.index)
    mean, lacking = (mean_over_people(demand, access[name].astype(float), index) for name in ("jobs", "lacks_jobs"))
    gaps = pd.Series(access["gap"].to_numpy(), demand["territory_id"].to_numpy())
    # A functional territory with a member that lacks a figure still has jobs of the others.
    is_whole = (gaps != Flag.OK).groupby(level=0).all()
    own = gaps.groupby(level=0).first().where(is_whole, Flag.OK.value).reindex(index).fillna(Flag.OK.value)
    unknown = (own != Flag.OK) | ((mean == 0) & (lacking > 0))
    reason = np.where(own != Flag.OK, own, Flag.NOT_IN_SOURCE)
    values[_JOBS] = mean.mask(unknown)
    reasons = pd.Series(np.where(mean.isna(), nobody, reason), index)
    flags[_JOBS] = explain(values[[_JOBS]], Flag.NOT_IN_SOURCE, **{_JOBS: reasons})[_JOBS]
    flags.loc[values[_JOBS].notna() & (lacking > NOTABLE_SHARE), _JOBS] = Flag.BORDER_BIAS.value


def _corridors(values: pd.DataFrame, flags: pd.DataFrame, corridors: pd.DataFrame) -> None:
    """Add the shares of the flow between cities."""
    flow = corridors.reindex(values.index)
    values["corridor_flow_share"] = flow["meeting_flow"] / flow["all_flow"].where(flow["all_flow"] > 0)
    values["corridor_passing_share"] = flow["passing_flow"] / flow["meeting_flow"].where(flow["meeting_flow"] > 0)
    none = pd.Series(np.where(flow["all_flow"] > 0, Flag.ZERO_DENOMINATOR, Flag.NO_CITY), values.index)
    shares = ["corridor_flow_share", "corridor_passing_share"]
    flags[shares] = explain(values[shares], Flag.NO_CITY, **dict.fromkeys(shares, none))


def _growth(
    values: pd.DataFrame, demand: gpd.GeoDataFrame, points: pd.DataFrame, city_population: pd.DataFrame
) -> Check:
    """Add the growth of the potential, and the part of it in cities that grow fast."""
    first, last, fast = (
        mean_over_people(demand, points[f"{name}_potential_persons"], pd.Index(values.index))
        for name in ("first", "last", "fast")
    )
    years = float(city_population["year"].max() - city_population["year"].min())
    values["market_potential_growth_percent_per_year"] = growth_percent_per_year(first, last, years)[0]
    values["market_potential_fast_share"] = fast / last.where(last > 0)
    growth = values["market_potential_growth_percent_per_year"]
    return Check(
        name="market_growth",
        status="info",
        value=None if growth.isna().all() else float(growth.median()),
        threshold="",
        message=f"The potential of cities with figures at both dates changes by {growth.median():.2f} % a year over "
        f"{years:g} years in the median territory." if growth.notna().any()
        else "No territory reaches a city with figures at both dates.",
    )  # fmt: skip
