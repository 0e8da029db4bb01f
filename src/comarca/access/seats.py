"""Travel times to the seat of the unit one level up: the city from which a province or department is governed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comarca.access.cities import routes_to
from comarca.access.model import WALKING
from comarca.access.offroad_network import offroad_network
from comarca.errors import ConfigError, did_you_mean
from comarca.polygons import territory_of
from comarca.results import Check, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork

#: Key of the configuration, for messages.
_KEY = "indicators.access.parent_seats"


def parent_seats(
    cities: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, chosen: Mapping[str, str]
) -> tuple[pd.Series, list[Check]]:
    """Find the seat of each unit one level up.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema ``cities``, EPSG:4326: those that can be a seat.
    territories : geopandas.GeoDataFrame
        Schema ``territories``.
    chosen : mapping
        Name of the unit -> code or name of its seat; of several cities of a name, the one in the unit, then the
        largest.

    Returns
    -------
    seats : pandas.Series
        Code of the city by the name of the unit, sorted. Units that are not in `chosen` have their largest city;
        those without any city are left out.
    checks : list of Check
        Which city serves which unit, and why; none where the boundaries name no units one level up.

    Raises
    ------
    ConfigError
        If no unit, or no city, has a name in `chosen`.
    """
    parents = sorted(territories["parent_name"].dropna().unique())
    home = territory_of(cities.geometry.to_numpy(), territories)
    own = territories["parent_name"].reset_index(drop=True).reindex(home).set_axis(cities.index)
    order = cities["population_persons"].rank(ascending=False, method="first").sort_values().index
    ranked = cities.loc[order].assign(parent=own)
    largest = ranked.dropna(subset="parent").drop_duplicates("parent").set_index("parent")["city_id"]
    seats = {str(parent): str(largest[parent]) for parent in parents if parent in largest.index}
    for parent, city in chosen.items():
        if parent not in parents:
            raise ConfigError(_KEY, got=parent, expected="names of units one level up",
                              remedy=did_you_mean(parent, parents))  # fmt: skip
        seats[parent] = _city_named(city, parent, ranked)
    table = pd.Series(seats, dtype="str").sort_index()
    names = cities.set_index("city_id")["city_name"]
    rows = [
        {"unit": parent, "city": str(names[seats[parent]]) if parent in seats else None,
         "by": "configuration" if parent in chosen else "largest city" if parent in seats else "no city"}
        for parent in parents
    ]  # fmt: skip
    message = (
        f"{len(seats)} of {len(parents)} units one level up have a seat: {len(chosen)} by the configuration, the "
        "others their largest city, which need not be the seat of government."
    )
    return table, [Check("parent_seats", "info", len(seats), "", message, rows)] if parents else []


def _city_named(city: str, parent: str, ranked: gpd.GeoDataFrame) -> str:
    """Give the code of a city by its code or name."""
    is_meant = (ranked["city_id"] == city) | (ranked["city_name"].str.casefold() == city.casefold())
    meant = ranked[is_meant]
    if meant.empty:
        raise ConfigError(f"{_KEY}.{parent}", got=city, expected="the code or name of a city of the layer cities",
                          remedy=did_you_mean(city, ranked["city_name"]))  # fmt: skip
    return str(meant.iloc[int(np.argmax(meant["parent"] == parent))]["city_id"])


def seat_times(
    routable: RoutableNetwork,
    demand: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame,
    seats: pd.Series,
    *,
    origins: Origins,
    walking: Walking = WALKING,
    friction: FrictionSurface | None = None,
) -> pd.DataFrame:
    """Compute the travel time from each demand point to the seat of its own unit one level up.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the cities on them, identified by ``city_id``.
    demand, territories : geopandas.GeoDataFrame
        Layers of these names.
    seats : pandas.Series
        What `parent_seats` gives.
    origins : Origins
        The demand points with their nearest roads, in the order of `demand`.
    walking : Walking, optional
        How people walk.
    friction : FrictionSurface, optional
        Walking times over land; without them walks go straight.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``demand_id``: ``minutes`` (NaN where missing), ``city_id`` (null where the unit has no seat),
        ``reason`` (`Flag` of a missing time).

    Notes
    -----
    Routes are those of `comarca.access.routes.quickest_routes`. One search serves many seats: where the nearest of them
    is the own one, that is the answer. The other points ask again without the seats that were nearer, so that there
    are a few searches of the whole network, however many units a country has.
    """
    parent = demand["territory_id"].map(territories.set_index("territory_id")["parent_name"])
    offroad = None if friction is None else offroad_network(routable, friction)
    minutes = np.full(len(demand), np.nan)
    reason = np.full(len(demand), Flag.NO_CITY.value, dtype=object)
    city = parent.map(seats)
    own = pd.Index(routable.destinations.destination_id).get_indexer(city.fillna("").astype(str))
    left = np.flatnonzero(city.notna().to_numpy() & (own >= 0))
    used = np.unique(own[left])
    number = np.full(len(routable.destinations.destination_id), -1)
    number[used] = np.arange(len(used))
    rivals = np.zeros((len(used), len(used)), dtype=bool)
    while len(left):
        chosen = np.zeros(len(number), dtype=bool)
        chosen[used[_without_rivals(np.unique(number[own[left]]), rivals)]] = True
        point = left[chosen[own[left]]]
        route, why = routes_to(routable, origins.take(point), chosen, walking=walking, offroad=offroad)
        is_own = ~route.is_reached | (route.destination == own[point])
        done = point[is_own]
        minutes[done], reason[done] = np.where(route.is_reached, route.minutes, np.nan)[is_own], why[is_own]
        first, second = number[own[point[~is_own]]], number[route.destination[~is_own]]
        rivals[first, second] = rivals[second, first] = True
        left = np.setdiff1d(left, done, assume_unique=True)
    return pd.DataFrame(
        {"minutes": minutes, "city_id": city.astype("str").to_numpy(), "reason": pd.array(reason, "str")},
        index=pd.Index(demand["demand_id"], name="demand_id"),
    )


def _without_rivals(seats: NDArray[np.int64], rivals: NDArray[np.bool_]) -> list[int]:
    """Choose seats, one after the other, of which none is known to be nearer to the people of another."""
    chosen: list[int] = []
    for seat in seats.tolist():
        if not rivals[seat, chosen].any():
            chosen.append(seat)
    return chosen
