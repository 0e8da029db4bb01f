"""Access to cities: how long people take to the nearest city of each class, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from comarca.access.edge import EDGE_SHARE
from comarca.access.model import NOTABLE_SHARE
from comarca.crs import require_storage_crs
from comarca.errors import InputError
from comarca.population.people import demand_weight, weighted_mean, weighted_quantile
from comarca.results import Check, Flag, Indicators
from comarca.units import MIN_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.registry.columns import TableColumn

    Floats = NDArray[np.float64]
    Texts = NDArray[np.object_]

#: Nobody drives straight to a city off the network faster than this.
_STRAIGHT_KMH: Final = 90.0


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    cities: gpd.GeoDataFrame,
    travel_times: Mapping[str, pd.DataFrame],
    city_classes_persons: Mapping[str, tuple[float, float | None]],
    market_potential: pd.DataFrame | None = None,
    seat_times: pd.DataFrame | None = None,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Gather travel times by territory.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Layer ``cities``, EPSG:4326.
    travel_times : mapping of str to pandas.DataFrame
        City class -> what `comarca.access.cities.city_travel_times` gives, indexed by ``demand_id``.
    city_classes_persons : mapping
        City class -> least number of inhabitants, and the number from which on it is too many (None is no limit).
    market_potential : pandas.DataFrame, optional
        Columns ``market_potential_persons`` and ``estimated_persons``, indexed by ``demand_id``.
    seat_times : pandas.DataFrame, optional
        What `comarca.access.seats.seat_times` gives.

    Returns
    -------
    Indicators
        Means, quantiles and shares are over people. A territory where nobody lives has none (flag ``no_population``).

    Raises
    ------
    InputError
        If a demand point has no travel time, or a class of cities has no table.
    """
    for name, layer in (("territories", territories), ("demand", demand), ("cities", cities)):
        require_storage_crs(layer, name=name)
    index = pd.Index(territories["territory_id"], name="territory_id")
    people = _People(
        territory=index.get_indexer(demand["territory_id"]),
        weight=demand_weight(demand),
        count=len(index),
    )
    values: dict[str, Any] = {}
    flags: dict[str, Texts] = {}
    by_class = {
        name: _ClassAccess(
            people=people,
            times=_times_of(travel_times, name, demand["demand_id"]),
            cities=cities,
            inside=_cities_inside(cities, territories, city_classes_persons[name]),
        )
        for name in dict.fromkeys(c.fields["city_class"] for c in columns if "city_class" in c.fields)
    }
    for column in columns:
        if column.name == "market_potential_persons":
            values[column.name], flags[column.name] = _potential(people, market_potential, demand["demand_id"])
        elif column.name == "time_parent_seat_mean_min":
            values[column.name], flags[column.name] = _seat_min(people, seat_times, demand["demand_id"])
        else:
            fields = dict(column.fields)
            access = by_class[fields.pop("city_class")]
            values[column.name], flags[column.name] = _COLUMNS[column.template](access, **fields)
    return Indicators(
        values=pd.DataFrame(values, index=index),
        flags=pd.DataFrame(flags, index=index).astype(str),
        checks=[_bias_check(name, access) for name, access in by_class.items()],
    )


@dataclass(frozen=True)
class _People:
    """Demand points: number of their territory, and how many people they stand for."""

    territory: NDArray[np.int64]
    weight: Floats
    count: int

    def mean(self, value: Floats) -> Floats:
        return weighted_mean(value, self.weight, self.territory, group_count=self.count)

    def quantile(self, value: Floats, quantile: float) -> Floats:
        return weighted_quantile(value, self.weight, self.territory, quantile=quantile, group_count=self.count)

    def gaps(self) -> Texts:
        """Give the reason why nothing can be said per person, by territory."""
        inside = self.territory >= 0
        points = np.bincount(self.territory[inside], minlength=self.count)
        persons = np.bincount(self.territory[inside], weights=self.weight[inside], minlength=self.count)
        reasons = np.full(self.count, Flag.OK.value, dtype=object)
        reasons[persons == 0] = Flag.NO_POPULATION.value
        reasons[points == 0] = Flag.NO_DEMAND.value
        return reasons


@dataclass(frozen=True)
class _ClassAccess:
    """Access to one class of cities."""

    people: _People
    times: pd.DataFrame
    cities: gpd.GeoDataFrame
    inside: NDArray[np.int64]

    @property
    def minutes(self) -> Floats:
        return self.times["minutes"].to_numpy(dtype=float)

    @property
    def has_no_city(self) -> bool:
        return bool((self.times["reason"] == Flag.NO_CITY.value).any())

    def has_city(self) -> tuple[Any, Texts]:
        return pd.array(self.inside > 0, dtype="boolean"), _no_flags(self.people.count)

    def city_count(self) -> tuple[Any, Texts]:
        return self.inside.astype(float), _no_flags(self.people.count)

    def nearest_city_id(self) -> tuple[Any, Texts]:
        return self._flagged(pd.array(self._nearest(), dtype="str"))

    def nearest_city_name(self) -> tuple[Any, Texts]:
        names = pd.Series(self._nearest()).map(self.cities.set_index("city_id")["city_name"])
        return self._flagged(pd.array(names.to_numpy(dtype=object), dtype="str"))

    def mean_min(self) -> tuple[Any, Texts]:
        return self._flagged(self.people.mean(self.minutes))

    def quantile_min(self, quantile: float) -> tuple[Any, Texts]:
        return self._flagged(self.people.quantile(self.minutes, quantile))

    def mean_km(self) -> tuple[Any, Texts]:
        return self._flagged(self.people.mean(self.times["km"].to_numpy(dtype=float)))

    def straight_km(self) -> tuple[Any, Texts]:
        """Give straight distances, also to cities off the network, so that the edge of the road data is no bias."""
        return self._flagged(self.people.mean(self.times["straight_km"].to_numpy(dtype=float)), may_be_biased=False)

    def within_share(self, time_threshold: str) -> tuple[Any, Texts]:
        return self._flagged(self._share(self.minutes <= float(time_threshold)))

    def unreachable_share(self) -> tuple[Any, Texts]:
        return self._flagged(self._share(np.isnan(self.minutes)))

    def biased_share(self) -> Floats:
        """Share of the people for whom a city off the network might be nearer."""
        at_least_min = self.times["off_network_km"].to_numpy(dtype=float) / _STRAIGHT_KMH * MIN_PER_HOUR
        road_min = np.where(np.isnan(self.minutes), np.inf, self.minutes)
        return self.people.mean((at_least_min < road_min).astype(float))

    def is_biased(self) -> NDArray[np.bool_]:
        """Whether cities beyond the edge of the data may change what is said of a territory."""
        minutes = np.where(np.isnan(self.minutes), np.inf, self.minutes)
        edge_nearer = self.people.mean((self.times["edge_min"].to_numpy(dtype=float) < minutes).astype(float))
        return np.asarray((self.biased_share() > NOTABLE_SHARE) | (edge_nearer > EDGE_SHARE))

    def _share(self, has: NDArray[np.bool_]) -> Floats:
        """Share of the people who have something; not defined without any city."""
        return np.full(self.people.count, np.nan) if self.has_no_city else self.people.mean(has.astype(float))

    def _nearest(self) -> Texts:
        """Id of the city that most of the people reach first; the first id of equals."""
        ids = self.times["city_id"]
        rows = pd.DataFrame(
            {"territory": self.people.territory, "city_id": ids.to_numpy(dtype=object), "weight": self.people.weight}
        )
        rows = rows[ids.notna().to_numpy() & (rows["territory"] >= 0) & (rows["weight"] > 0)]
        sums = rows.groupby(["territory", "city_id"])["weight"].sum().reset_index()
        most = sums.sort_values(["weight", "city_id"], ascending=[False, True]).drop_duplicates("territory")
        nearest = np.full(self.people.count, None, dtype=object)
        nearest[most["territory"].to_numpy()] = most["city_id"].to_numpy(dtype=object)
        return nearest

    def _flagged(self, value: Any, *, may_be_biased: bool = True) -> tuple[Any, Texts]:
        is_missing = np.asarray(pd.isna(value))
        reasons = self.people.gaps()
        default = Flag.NO_CITY if self.has_no_city else Flag.UNREACHABLE
        reasons = np.where(is_missing & (reasons == Flag.OK.value), default.value, reasons)
        bias = np.where(may_be_biased & self.is_biased(), Flag.BORDER_BIAS.value, Flag.OK.value)
        return value, np.where(is_missing, reasons, bias).astype(object)


#: Registry name of a column -> what computes it for a class of cities.
_COLUMNS: Final[Mapping[str, Callable[..., tuple[Any, Texts]]]] = {
    "has_{city_class}_city": _ClassAccess.has_city,
    "{city_class}_city_count": _ClassAccess.city_count,
    "nearest_{city_class}_city_id": _ClassAccess.nearest_city_id,
    "nearest_{city_class}_city_name": _ClassAccess.nearest_city_name,
    "time_{city_class}_city_mean_min": _ClassAccess.mean_min,
    "time_{city_class}_city_median_min": partial(_ClassAccess.quantile_min, quantile=0.5),
    "time_{city_class}_city_p90_min": partial(_ClassAccess.quantile_min, quantile=0.9),
    "distance_{city_class}_city_mean_km": _ClassAccess.mean_km,
    "distance_{city_class}_city_straight_km": _ClassAccess.straight_km,
    "population_within_{time_threshold}min_{city_class}_city_share": _ClassAccess.within_share,
    "unreachable_{city_class}_city_population_share": _ClassAccess.unreachable_share,
}


def _times_of(travel_times: Mapping[str, pd.DataFrame], city_class: str, demand_id: pd.Series) -> pd.DataFrame:
    if city_class not in travel_times:
        raise InputError("travel_times", got=sorted(travel_times), expected=f"also a table for {city_class}")
    return _rows_of(travel_times[city_class], f"travel_times, {city_class}", demand_id)


def _rows_of(table: pd.DataFrame, name: str, demand_id: pd.Series) -> pd.DataFrame:
    table = table.set_index("demand_id") if "demand_id" in table.columns else table
    position = table.index.get_indexer(pd.Index(demand_id))
    if (position < 0).any():
        missing = demand_id[position < 0].iloc[0]
        raise InputError(name, got=f"no row for demand point {missing}", expected="one row per demand point")
    return table.iloc[position]


def _cities_inside(
    cities: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, interval: tuple[float, float | None]
) -> NDArray[np.int64]:
    """Count the cities of a class in each territory; one on a border counts in the first territory only."""
    low, high = interval
    persons = cities["population_persons"].to_numpy(dtype=float)
    chosen = (persons >= low) & (persons < (np.inf if high is None else high))
    points = shapely.point_on_surface(cities.geometry.to_numpy()[chosen])
    city, territory = shapely.STRtree(territories.geometry.to_numpy()).query(points, predicate="intersects")
    order = np.lexsort((territory, city))
    city, first = np.unique(city[order], return_index=True)
    return np.bincount(territory[order][first], minlength=len(territories))


def _potential(people: _People, market_potential: pd.DataFrame | None, demand_id: pd.Series) -> tuple[Floats, Texts]:
    if market_potential is None:
        raise InputError("market_potential", got=None, expected="a table, since its column is active")
    rows = _rows_of(market_potential, "market_potential", demand_id)
    value = people.mean(rows["market_potential_persons"].to_numpy(dtype=float))
    estimated = people.mean(rows["estimated_persons"].to_numpy(dtype=float))
    reasons = people.gaps()
    reasons[np.isnan(value) & (reasons == Flag.OK.value)] = Flag.NO_CITY.value
    bias = np.where(estimated > NOTABLE_SHARE * value, Flag.BORDER_BIAS.value, Flag.OK.value)
    return value, np.where(np.isnan(value), reasons, bias).astype(object)


def _seat_min(people: _People, seat_times: pd.DataFrame | None, demand_id: pd.Series) -> tuple[Floats, Texts]:
    if seat_times is None:
        raise InputError("seat_times", got=None, expected="a table, since its column is active")
    rows = _rows_of(seat_times, "seat_times", demand_id)
    value = people.mean(rows["minutes"].to_numpy(dtype=float))
    no_seat = people.mean(np.asarray(rows["reason"] == Flag.NO_CITY.value, dtype=float)) == 1
    why = np.where(no_seat, Flag.NO_CITY.value, Flag.UNREACHABLE.value)
    reasons = people.gaps()
    reasons = np.where(reasons == Flag.OK.value, why, reasons)
    return value, np.where(np.isnan(value), reasons, Flag.OK.value).astype(object)


def _no_flags(count: int) -> Texts:
    return np.full(count, Flag.OK.value, dtype=object)


def _bias_check(city_class: str, access: _ClassAccess) -> Check:
    biased = int(access.is_biased().sum())
    return Check(
        f"border_bias_{city_class}_count",
        "warn" if biased else "pass",
        biased,
        "no territory",
        f"In {biased} of {access.people.count} territories a nearer {city_class} city may lie beyond the road data.",
    )
