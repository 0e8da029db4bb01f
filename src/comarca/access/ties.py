"""The markets that each place is tied to: their size, how many there are, and how they grow, with travel times held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from comarca.access.cut_off import with_cut_off
from comarca.access.market import city_minutes
from comarca.access.model import WALKING
from comarca.access.routable import demand_origins
from comarca.access.routes import quickest_routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.model import Origins, Route, Walking
    from comarca.access.routable import RoutableNetwork

    Floats = NDArray[np.float64]


class CitySizes(NamedTuple):
    """Inhabitants of the cities, now and at two dates.

    Attributes
    ----------
    persons : numpy.ndarray, shape (p,)
        Inhabitants that market potential counts; 0 for cities that do not count.
    first, last : numpy.ndarray, shape (p,)
        Inhabitants at two dates; 0 for cities that do not count or are not known at both.
    is_fast : numpy.ndarray of bool, shape (p,)
        Cities that grow faster than the country between the two dates.
    """

    persons: Floats
    first: Floats
    last: Floats
    is_fast: NDArray[np.bool_]


class MarketTies(NamedTuple):
    """Ties of each point to the markets, arrays of shape (n,) unless said otherwise.

    Attributes
    ----------
    potential : numpy.ndarray
        Market potential, persons; 0 where no city can be reached.
    estimated : numpy.ndarray
        The part of it in cities that are reached over estimated ways, see `comarca.access.cut_off`.
    effective_count : numpy.ndarray
        Effective number of markets; NaN where the potential is none.
    first_share : numpy.ndarray
        Part of the potential in the city that gives most of it; NaN as before.
    within_count : numpy.ndarray, shape (thresholds, n)
        Cities reached within each threshold.
    first, last, fast : numpy.ndarray
        Potential by the inhabitants of two dates, and that of the last date in cities that outgrow the country.
    """

    potential: Floats
    estimated: Floats
    effective_count: Floats
    first_share: Floats
    within_count: Floats
    first: Floats
    last: Floats
    fast: Floats


def market_ties(
    routable: RoutableNetwork,
    origins: Origins,
    nearest: Route,
    sizes: CitySizes,
    *,
    half_life_min: float = 60.0,
    cutoff_half_lives: float = 7.0,
    thresholds_min: Sequence[float] = (60.0, 120.0),
    walking: Walking = WALKING,
) -> MarketTies:
    """Measure the ties of each point to the cities.

    Parameters
    ----------
    routable, origins, nearest, half_life_min, cutoff_half_lives, walking
        See `comarca.access.market.market_potential`.
    sizes : CitySizes
        Inhabitants of the cities.
    thresholds_min : sequence of float, optional
        Travel times within which cities are counted.

    Returns
    -------
    MarketTies
        One entry per point.

    Notes
    -----
    With ``w_j = P_j 2^(-t_j / half_life)`` the potential is ``M = sum w_j``, the shares are ``s_j = w_j / M``, and the
    effective number of markets is ``exp(-sum s_j ln s_j)``, the Hill number of order 1 (Hill 1973,
    doi:10.2307/1934352): that of equally large markets with the same entropy. It is 1 where one market is all.
    """
    limit_min = cutoff_half_lives * half_life_min
    reach_min = max(limit_min, *thresholds_min)
    count = len(nearest.minutes)
    total, estimated, log_sum, largest = (np.zeros(count) for _ in range(4))
    first, last, fast = np.zeros(count), np.zeros(count), np.zeros(count)
    within = np.zeros((len(thresholds_min), count))
    is_estimated = routable.destinations.is_cut_off
    counts = (sizes.persons > 0) | (sizes.first > 0) | (sizes.last > 0)
    times = city_minutes(routable, origins, nearest, counts, limit_min=reach_min, walking=walking)
    for city, reached, minutes in times:
        near, near_min = reached[minutes <= limit_min], minutes[minutes <= limit_min]
        decay = np.exp2(-near_min / half_life_min)
        if (persons := sizes.persons[city]) > 0:
            weight = persons * decay
            total[near] += weight
            estimated[near] += weight * is_estimated[city]
            log_sum[near] += weight * np.log(np.where(weight > 0, weight, 1.0))
            largest[near] = np.maximum(largest[near], weight)
            within[:, reached] += minutes <= np.asarray(thresholds_min)[:, None]
        first[near] += sizes.first[city] * decay
        last[near] += sizes.last[city] * decay
        fast[near] += sizes.last[city] * decay * sizes.is_fast[city]
    is_tied = total > 0
    whole = np.where(is_tied, total, 1.0)
    entropy = np.maximum(np.log(whole) - log_sum / whole, 0.0)
    return MarketTies(
        potential=total,
        estimated=estimated,
        effective_count=np.where(is_tied, np.exp(entropy), np.nan),
        first_share=np.where(is_tied, largest / whole, np.nan),
        within_count=within,
        first=first,
        last=last,
        fast=fast,
    )


def city_sizes(
    persons: Floats, by_year: pd.DataFrame | None, city_ids: pd.Index, *, country_percent_per_year: float | None = None
) -> CitySizes:
    """Gather the inhabitants of the cities at the dates of a table.

    Parameters
    ----------
    persons : numpy.ndarray, shape (p,)
        Inhabitants that market potential counts; 0 for cities that do not count.
    by_year : pandas.DataFrame, optional
        Layer ``city_population``: ``city_id``, ``year``, ``population_persons``; the first and the last year count.
    city_ids : pandas.Index
        Identifiers of the cities, in the order of `persons`.
    country_percent_per_year : float, optional
        Growth of the country; that of all its cities of the table together if not given.

    Returns
    -------
    CitySizes
        Cities that the table does not have at both dates count at neither.
    """
    nothing = np.zeros(len(persons))
    if by_year is None:
        return CitySizes(persons, nothing, nothing, nothing > 0)
    ends = by_year["year"].min(), by_year["year"].max()
    then, now = (
        by_year[by_year["year"] == year].set_index("city_id")["population_persons"].reindex(city_ids).to_numpy(float)
        for year in ends
    )
    counts = (persons > 0) & (then > 0) & (now > 0)
    first, last = np.where(counts, then, 0.0), np.where(counts, now, 0.0)
    years = float(ends[1] - ends[0])
    if country_percent_per_year is None:
        country = last.sum() / first.sum() if counts.any() else 1.0
    else:
        country = (1 + country_percent_per_year / 100) ** years
    return CitySizes(persons, first, last, last > first * country)


def market_table(
    routable: RoutableNetwork,
    cities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    min_persons: float,
    half_life_min: float = 60.0,
    thresholds_min: Sequence[float] = (60.0, 120.0),
    city_population: pd.DataFrame | None = None,
    country_percent_per_year: float | None = None,
    origins: Origins | None = None,
    walking: Walking = WALKING,
) -> pd.DataFrame:
    """Tabulate the ties of each demand point to the markets.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the cities on them, identified by ``city_id``.
    cities : geopandas.GeoDataFrame
        Schema ``cities``; those abroad too.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    min_persons : float
        Cities with fewer inhabitants do not count.
    half_life_min : float, optional
        Travel time at which a city counts half.
    thresholds_min : sequence of float, optional
        Travel times within which cities are counted.
    city_population : pandas.DataFrame, optional
        Layer of this name: inhabitants of the cities by year.
    country_percent_per_year : float, optional
        Growth of the country, see `city_sizes`.
    origins : Origins, optional
        The demand points with their nearest roads, in the order of `demand`; found if not given.
    walking : Walking, optional
        How people walk.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``demand_id``: ``market_potential_persons`` (0 where no city can be reached, NaN if there is none at
        all), ``estimated_persons`` (the part of it that rests on estimated times), ``effective_market_count``,
        ``first_market_share``, ``cities_within_<t>min_count`` and, with `city_population`,
        ``first_potential_persons``, ``last_potential_persons`` and ``fast_potential_persons``.
    """
    rows = routable.destinations.rows_in(cities["city_id"])
    population = cities["population_persons"].to_numpy()[rows]
    counts = population >= min_persons
    persons = np.where(counts, population, 0.0)
    ids = pd.Index(cities["city_id"].to_numpy()[rows])
    sizes = city_sizes(persons, city_population, ids, country_percent_per_year=country_percent_per_year)
    origins = demand_origins(routable, demand) if origins is None else origins
    routable = with_cut_off(routable)
    nearest = quickest_routes(routable, origins, counts, walking=walking)
    ties = market_ties(
        routable, origins, nearest, sizes,
        half_life_min=half_life_min, thresholds_min=thresholds_min, walking=walking,
    )  # fmt: skip
    columns = {
        "market_potential_persons": ties.potential if counts.any() else np.nan,
        "estimated_persons": ties.estimated,
        "effective_market_count": ties.effective_count,
        "first_market_share": ties.first_share,
    }
    columns |= {f"cities_within_{t:g}min_count": n for t, n in zip(thresholds_min, ties.within_count, strict=True)}
    if city_population is not None:
        columns |= {f"{name}_potential_persons": getattr(ties, name) for name in ("first", "last", "fast")}
    return pd.DataFrame(columns, index=pd.Index(demand["demand_id"], name="demand_id"))
