"""Travel times as tables: from each demand point to the nearest city of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comarca.access.cut_off import estimated_minutes
from comarca.access.model import WALKING
from comarca.access.offroad import offroad_reasons, offroad_routes, offroad_targets
from comarca.access.offroad_network import offroad_network
from comarca.access.routable import demand_origins
from comarca.access.routes import quickest_routes, reasons, straight_km
from comarca.access.urca import CITY_SIZES_PERSONS
from comarca.polygons import territory_of
from comarca.population.people import demand_weight
from comarca.results import Check, Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.model import Origins, Route, Walking
    from comarca.access.offroad_network import OffroadNetwork
    from comarca.access.routable import RoutableNetwork

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Interval = tuple[float, float | None]


@dataclass(frozen=True)
class TravelTimes:
    """Travel times from demand points to the cities of each class.

    Attributes
    ----------
    times : dict of str to pandas.DataFrame
        City class -> rows indexed by ``demand_id`` with the columns ``minutes, km, straight_km,
        off_network_km, city_id, reason``.
    cities : pandas.DataFrame
        Cities in a class, indexed by ``city_id``: ``city_name, city_class, population_persons, snap_km,
        is_on_network``.
    checks : list of Check
        Demand that reaches no city, cities off the network.
    """

    times: dict[str, pd.DataFrame]
    cities: pd.DataFrame
    checks: list[Check]


def in_class(cities: gpd.GeoDataFrame, interval: Interval) -> Booleans:
    """Tell which cities are of a class.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema ``cities``.
    interval : tuple
        Least number of inhabitants, and the number from which on it is too many; None is no limit.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Cities of unknown size are in no class.
    """
    low, high = interval
    persons = cities["population_persons"].to_numpy(dtype=float)
    return np.asarray((persons >= low) & (persons < (np.inf if high is None else high)))


def cities_to_reach(cities: gpd.GeoDataFrame, intervals: Iterable[Interval]) -> gpd.GeoDataFrame:
    """Choose the cities that any travel time of a region runs to.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema ``cities``; those abroad too.
    intervals : iterable of tuple
        The region's classes, as for `in_class`.

    Returns
    -------
    geopandas.GeoDataFrame
        Cities from the smallest class on, or from the smallest size of the catchment scheme.
    """
    least = min(low for low, _ in [*intervals, *CITY_SIZES_PERSONS.values()])
    chosen: gpd.GeoDataFrame = cities[in_class(cities, (least, None))].reset_index(drop=True)
    return chosen


def city_travel_times(
    routable: RoutableNetwork,
    origins: Origins,
    chosen: Booleans,
    *,
    demand_id: pd.Series,
    walking: Walking = WALKING,
    offroad: OffroadNetwork | None = None,
    is_abroad: Booleans | None = None,
    edge_min: Floats | None = None,
) -> pd.DataFrame:
    """Tabulate the quickest route from each demand point to a class of cities.

    Parameters
    ----------
    routable : RoutableNetwork
        The network with all these cities on it.
    origins : Origins
        The demand points.
    chosen : numpy.ndarray of bool, shape (n,)
        Cities of the class.
    demand_id : pandas.Series
        Identifiers of the demand points.
    walking : Walking, optional
        How people walk.
    offroad : OffroadNetwork, optional
        `routable` with a friction surface; without it walks go straight.
    is_abroad : numpy.ndarray of bool, shape (n,), optional
        Cities outside the region, which the edge of the road data may cut off; all of them if not given.
    edge_min : numpy.ndarray, shape (n,), optional
        Minutes from each demand point to where cities are no longer known.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``demand_id``: ``minutes, km, straight_km`` (NaN where missing), ``off_network_km`` (straight to the
        nearest city of the class that lies abroad and off the network, NaN if there is none), ``estimated_min`` (to the
        nearest city of the class that the edge of the road data cuts off, NaN if there is none), ``edge_min`` (as
        given), ``city_id`` (null where none is reached), ``reason`` (`Flag` of a missing time).
    """
    route, reason = routes_to(routable, origins, chosen, walking=walking, offroad=offroad)
    destinations = routable.destinations
    identifiers = np.array([*destinations.destination_id, None], dtype=object)
    cut_off = ~destinations.is_on_network & (True if is_abroad is None else is_abroad)
    return pd.DataFrame(
        {
            "minutes": np.where(route.is_reached, route.minutes, np.nan),
            "km": route.km,
            "straight_km": straight_km(origins, destinations, chosen),
            "off_network_km": straight_km(origins, destinations, chosen & cut_off),
            "estimated_min": estimated_minutes(routable, origins, chosen, walking=walking),
            "edge_min": np.full(len(origins.lon), np.nan) if edge_min is None else edge_min,
            "city_id": pd.array(identifiers[route.destination], dtype="str"),
            "reason": pd.array(reason, dtype="str"),
        },
        index=pd.Index(demand_id, name="demand_id"),
    )


def routes_to(
    routable: RoutableNetwork,
    origins: Origins,
    chosen: Booleans,
    *,
    walking: Walking = WALKING,
    offroad: OffroadNetwork | None = None,
) -> tuple[Route, NDArray[np.object_]]:
    """Find the quickest routes to the nearest of some cities, and the reasons where there is none.

    Parameters
    ----------
    routable, origins, chosen, walking, offroad
        See `city_travel_times`.

    Returns
    -------
    route : Route
        One row per origin.
    reason : numpy.ndarray of str, shape (n,)
        `Flag` of each missing time, empty elsewhere.
    """
    if offroad is None:
        route = quickest_routes(routable, origins, chosen, walking=walking)
        return route, reasons(route, chosen)
    route = offroad_routes(offroad, origins, offroad_targets(offroad, chosen))
    return route, offroad_reasons(offroad, origins, route, chosen)


def travel_times_by_class(
    routable: RoutableNetwork,
    cities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    city_classes_persons: Mapping[str, Interval],
    origins: Origins | None = None,
    walking: Walking = WALKING,
    friction: FrictionSurface | None = None,
    territories: gpd.GeoDataFrame | None = None,
    edge_min: Floats | None = None,
) -> TravelTimes:
    """Compute the travel times from demand points to the nearest city of each class, one pass per class.

    Parameters
    ----------
    routable : RoutableNetwork
        The roads with the cities of all classes on them, identified by ``city_id``.
    cities : geopandas.GeoDataFrame
        Schema ``cities``; those abroad too.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    city_classes_persons : mapping
        Class -> least number of inhabitants, and the number from which on it is too many (None is no limit).
    origins : Origins, optional
        The demand points with their nearest roads, in the order of `demand`; found if not given.
    walking : Walking, optional
        How people walk.
    friction : FrictionSurface, optional
        Walking times over land; without them walks go straight.
    territories : geopandas.GeoDataFrame, optional
        Schema ``territories``: cities outside them are those that the edge of the road data may cut off.
    edge_min : numpy.ndarray, shape (n,), optional
        Minutes from each demand point to where cities are no longer known.

    Returns
    -------
    TravelTimes
        Times, the cities that were used, and checks.
    """
    cities = cities.iloc[routable.destinations.rows_in(cities["city_id"])].reset_index(drop=True)
    member = {name: in_class(cities, interval) for name, interval in city_classes_persons.items()}
    is_abroad = None if territories is None else territory_of(cities.geometry.to_numpy(), territories) < 0
    origins = demand_origins(routable, demand) if origins is None else origins
    offroad = None if friction is None else offroad_network(routable, friction)
    times = {
        name: city_travel_times(
            routable,
            origins,
            chosen,
            demand_id=demand["demand_id"],
            walking=walking,
            offroad=offroad,
            is_abroad=is_abroad,
            edge_min=edge_min,
        )
        for name, chosen in member.items()
    }
    table = _city_table(routable, cities, member)
    checks = access_checks(times, table, demand, max_snap_km=routable.destinations.max_snap_km)
    return TravelTimes(times=times, cities=table, checks=checks)


def access_checks(
    times: Mapping[str, pd.DataFrame], cities: pd.DataFrame, demand: gpd.GeoDataFrame, *, max_snap_km: float
) -> list[Check]:
    """Report demand that reaches no city, and cities that no road reaches.

    Parameters
    ----------
    times : mapping
        As in `TravelTimes`.
    cities : pandas.DataFrame
        As in `TravelTimes`.
    demand : geopandas.GeoDataFrame
        Schema ``demand``.
    max_snap_km : float
        Distance beyond which a city is off the network.

    Returns
    -------
    list of Check
        One per class that has a city, and one on the cities.
    """
    weight = demand_weight(demand)
    whom = "people" if demand["population_persons"].notna().any() else "area"
    checks = []
    for name, table in times.items():
        if (table["reason"] == Flag.NO_CITY.value).any():
            continue
        missing = weight[table["minutes"].isna().to_numpy()].sum()
        share = float(missing / weight.sum()) if weight.sum() else 0.0
        checks.append(
            Check(
                f"demand_unreachable_{name}_share", "fail" if share > 0.05 else "pass", round(share, 6),
                f"at most 5 % of the {whom}", f"From {share:.1%} of the {whom} no city of class {name} can be reached.",
                fields={"city_class": name},
            )
        )  # fmt: skip
    off = cities[~cities["is_on_network"]]
    checks.append(
        Check(
            "cities_off_network", "warn" if len(off) else "pass", len(off), "none",
            f"{len(off)} of {len(cities)} cities are more than {max_snap_km:g} km from every road in the data; "
            "most often these lie abroad, beyond the edge of the extract.",
            _largest_first(off),
        )
    )  # fmt: skip
    return checks


def urca_travel_times(
    routable: RoutableNetwork,
    cities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    origins: Origins | None = None,
    walking: Walking = WALKING,
    friction: FrictionSurface | None = None,
) -> pd.DataFrame:
    """Compute the travel times from demand points to the nearest city of each size of the catchment scheme.

    Parameters
    ----------
    routable, cities, demand, origins, walking, friction
        As for `travel_times_by_class`.

    Returns
    -------
    pandas.DataFrame
        Minutes, one column per name in `comarca.access.urca.CITY_SIZES_PERSONS`, indexed by ``demand_id``; NaN where no
        city of the size is reached. To a city's edge where it is an area, else to its point. And a column
        ``estimated_<name>`` each: estimates for the cities that the edge of the road data cuts off.
    """
    by_size = travel_times_by_class(
        routable,
        cities,
        demand,
        city_classes_persons=CITY_SIZES_PERSONS,
        origins=origins,
        walking=walking,
        friction=friction,
    )
    found = {name: table["minutes"] for name, table in by_size.times.items()}
    return pd.DataFrame(found | {f"estimated_{name}": t["estimated_min"] for name, t in by_size.times.items()})


def _city_table(routable: RoutableNetwork, cities: gpd.GeoDataFrame, member: Mapping[str, Booleans]) -> pd.DataFrame:
    city_class = pd.Series(pd.NA, index=cities.index, dtype="str")
    for name, chosen in member.items():
        city_class[chosen] = name
    table = pd.DataFrame(
        {
            "city_name": cities["city_name"].to_numpy(),
            "city_class": city_class.to_numpy(),
            "population_persons": cities["population_persons"].to_numpy(),
            "snap_km": routable.destinations.snap_km,
            "is_on_network": routable.destinations.is_on_network,
        },
        index=pd.Index(cities["city_id"], name="city_id"),
    )
    return table[table["city_class"].notna()]


def _largest_first(cities: pd.DataFrame) -> list[dict[str, Any]]:
    rows = cities.sort_values("population_persons", ascending=False, kind="stable").reset_index()
    rows["snap_km"] = rows["snap_km"].where(np.isfinite(rows["snap_km"])).round(1)
    columns = ["city_id", "city_name", "city_class", "snap_km"]
    shown = rows[columns].astype(object).where(rows[columns].notna(), None)
    return [dict(zip(columns, row, strict=True)) for row in shown.to_numpy().tolist()]
