"""Bands of travel times and of what rests on them: families computed anew with drawn speeds and detours."""

from __future__ import annotations

import importlib
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from comarca.access.cities import travel_times_by_class, urca_travel_times
from comarca.access.services import times_by_kind
from comarca.access.ties import market_table
from comarca.uncertainty.bands import Band, Method, band_of_draws, bounds, class_band
from comarca.uncertainty.draws import drawn_walking, edge_classes, factors_by_edge, redrawn, sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.access.friction import FrictionSurface
    from comarca.access.model import Origins, Walking
    from comarca.access.routable import RoutableNetwork
    from comarca.registry.columns import TableColumn

    Values = dict[str, pd.DataFrame]

logger = logging.getLogger(__name__)

#: Columns that rest on travel times, as the registry names them, by family; those of classes and numbers only.
FROM_TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "access": (
        "time_{city_class}_city_mean_min",
        "time_{city_class}_city_median_min",
        "time_{city_class}_city_p90_min",
        "distance_{city_class}_city_mean_km",
        "population_within_{time_threshold}min_{city_class}_city_share",
        "market_potential_persons",
    ),
    "markets": (
        "effective_market_index",
        "first_market_share",
        "cities_within_{time_threshold}min_mean_index",
        "market_potential_growth_percent_per_year",
        "market_potential_fast_share",
    ),
    "urbanisation": ("urban_rural_catchment_class", "population_urca_"),
    "services": ("time_{service}_mean_min",),
}
#: Columns that are shares within a time, and the field that holds it.
_WITHIN: Final = "population_within_{time_threshold}min_{city_class}_city_share"
_THRESHOLD: Final = "time_threshold"
#: Thresholds are lowered and raised by this share.
THRESHOLD_SPREAD: Final = 0.1


@dataclass(frozen=True)
class Family:
    """A family that is computed anew in each draw.

    Attributes
    ----------
    name : str
        Its module in `comarca.indicators`.
    layers : mapping
        Layers that it takes beside times, by name.
    options : mapping
        Options of its `compute`.
    columns : tuple of TableColumn
        Columns that rest on times.
    """

    name: str
    layers: Mapping[str, Any]
    options: Mapping[str, Any]
    columns: tuple[TableColumn, ...]


@dataclass(frozen=True)
class Journeys:
    """What travel times are computed from.

    Attributes
    ----------
    cities_on_roads : RoutableNetwork or None
        The roads with the cities on them.
    services_on_roads : RoutableNetwork or None
        The roads with the services on them.
    service_kind : numpy.ndarray of str
        Kind of each service.
    road_class : pandas.Series of str
        Class of each road.
    cities, demand, territories : geopandas.GeoDataFrame
        Layers of these names.
    origins : Origins
        The demand points with their nearest roads.
    walking : Walking
        How people walk.
    friction : FrictionSurface or None
        Walking times over land.
    city_classes_persons : mapping
        Classes of cities, see `comarca.access.cities.travel_times_by_class`.
    market : mapping
        Further arguments of `comarca.access.ties.market_table`.
    """

    cities_on_roads: RoutableNetwork | None
    services_on_roads: RoutableNetwork | None
    service_kind: NDArray[np.object_]
    road_class: pd.Series
    cities: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    territories: gpd.GeoDataFrame
    origins: Origins
    walking: Walking
    friction: FrictionSurface | None
    city_classes_persons: Mapping[str, tuple[float, float | None]]
    market: Mapping[str, Any]


def rests_on_times(column: TableColumn) -> bool:
    """Tell whether a column rests on travel times, and can have a band from draws.

    Parameters
    ----------
    column : TableColumn
        The column.

    Returns
    -------
    bool
        Whether it does.
    """
    return any(column.template == name or (name.endswith("_") and column.template.startswith(name))
               for name in FROM_TIMES.get(column.family, ()))  # fmt: skip


def drawn_layers(journeys: Journeys, wanted: frozenset[str], *, draws: int, seed: int) -> Iterator[dict[str, Any]]:
    """Compute the layers of travel times draw by draw.

    Parameters
    ----------
    journeys : Journeys
        Roads, destinations and origins.
    wanted : frozenset of str
        Layers to be computed: ``travel_times``, ``urca_times``, ``market_potential``, ``service_times``.
    draws, seed : int
        Number of draws, and seed.

    Yields
    ------
    dict
        Layer -> what the base run has, with the drawn speeds and detour. Roads, origins, the index of segments and the
        places of the destinations are those of the base run; no road is snapped to anew. How far it is to the edge of
        the road data is left out, since only flags rest on it.
    """
    networks = [each for each in (journeys.cities_on_roads, journeys.services_on_roads) if each is not None]
    edge_class = [edge_classes(each.destinations.network, journeys.road_class) for each in networks]
    classes = sorted({str(name) for names in edge_class for name in np.unique(names.astype(str))})
    factors = sample(draws, len(classes) + 1, seed=seed)
    for draw in factors:
        walking = drawn_walking(journeys.walking, float(draw[-1]))
        again = {
            id(each): redrawn(each, factors_by_edge(classes, draw[:-1], names))
            for each, names in zip(networks, edge_class, strict=True)
        }
        yield _layers(
            replace(
                journeys,
                walking=walking,
                cities_on_roads=again.get(id(journeys.cities_on_roads)),
                services_on_roads=again.get(id(journeys.services_on_roads)),
            ),
            wanted,
        )


def _layers(journeys: Journeys, wanted: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if journeys.cities_on_roads is not None:
        routable, cities, demand = journeys.cities_on_roads, journeys.cities, journeys.demand
        origins, walking, friction = journeys.origins, journeys.walking, journeys.friction
        if "travel_times" in wanted:
            by_class = travel_times_by_class(
                routable,
                cities,
                demand,
                city_classes_persons=journeys.city_classes_persons,
                origins=origins,
                walking=walking,
                friction=friction,
                territories=journeys.territories,
            )
            found["travel_times"] = by_class.times
        if "urca_times" in wanted:
            found["urca_times"] = urca_travel_times(
                routable, cities, demand, origins=origins, walking=walking, friction=friction
            )
        if "market_potential" in wanted:
            market = dict(journeys.market)
            found["market_potential"] = market_table(
                routable, cities, demand, origins=origins, walking=walking, **market
            )
    if journeys.services_on_roads is not None and "service_times" in wanted:
        found["service_times"] = times_by_kind(
            journeys.services_on_roads,
            journeys.service_kind,
            journeys.origins,
            kinds=sorted({str(kind) for kind in journeys.service_kind}),
            demand_id=journeys.demand["demand_id"],
            walking=journeys.walking,
        )
    return found


def values_of(families: Sequence[Family], times: Mapping[str, Any]) -> pd.DataFrame:
    """Compute the columns that rest on times.

    Parameters
    ----------
    families : sequence of Family
        What is computed.
    times : mapping
        Layers of travel times.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``territory_id``. Shares within a time stand three times: as published, and with ``:low`` and
        ``:high`` after their names, for the lowered and the raised threshold.
    """
    parts = []
    for family in families:
        module = importlib.import_module(f"comarca.indicators.{family.name}")
        layers = {name: layer for name, layer in times.items() if name in _TIMES_OF[family.name]}
        columns = [part for column in family.columns for part in _with_thresholds(column)]
        parts.append(module.compute(**family.layers, **layers, **family.options, columns=columns).values)
    return pd.concat(parts, axis=1) if parts else pd.DataFrame()


#: Layers of travel times that families take.
_TIMES_OF: Final[Mapping[str, frozenset[str]]] = {
    "access": frozenset({"travel_times", "market_potential"}),
    "markets": frozenset({"market_potential"}),
    "urbanisation": frozenset({"urca_times"}),
    "services": frozenset({"service_times"}),
}


def _with_thresholds(column: TableColumn) -> list[TableColumn]:
    if column.template != _WITHIN:
        return [column]
    threshold = float(column.fields[_THRESHOLD])
    sides = {"low": 1 - THRESHOLD_SPREAD, "high": 1 + THRESHOLD_SPREAD}
    return [column] + [
        replace(column, name=f"{column.name}:{side}", fields={**column.fields, _THRESHOLD: str(threshold * factor)})
        for side, factor in sides.items()
    ]


def time_bands(
    journeys: Journeys | None,
    families: Sequence[Family],
    published: pd.DataFrame,
    times: Mapping[str, Any],
    *,
    draws: int,
    seed: int,
) -> list[Band]:
    """Make the bands of the columns that rest on travel times.

    Parameters
    ----------
    journeys : Journeys, optional
        Roads, destinations and origins; without them, or without draws, only shares within a time have a band, by
        their threshold.
    families : sequence of Family
        What is computed.
    published : pandas.DataFrame
        The table, indexed by ``territory_id``.
    times : mapping
        Layers of travel times of the base run.
    draws, seed : int
        Number of draws, and seed.

    Returns
    -------
    list of Band
        In the order of the columns.
    """
    columns = [column for family in families for column in family.columns]
    if not columns:
        return []
    base, drawn = values_of(families, times), []
    if journeys is not None and draws:
        start = time.perf_counter()
        layers = drawn_layers(journeys, frozenset(times), draws=draws, seed=seed)
        drawn = [values_of(families, {**times, **layer}) for layer in layers]
        seconds = time.perf_counter() - start
        logger.info("%d draws of %d columns: %.1f s, %.2f s a draw", draws, len(columns), seconds, seconds / draws)
    return [band for column in columns if (band := _band(column, published[column.name], base, drawn)) is not None]


def _band(column: TableColumn, value: pd.Series, base: pd.DataFrame, drawn: Sequence[pd.DataFrame]) -> Band | None:
    if column.kind == "class":
        values = [part[column.name] for part in drawn]
        return class_band(column.name, Method.DRAWS, value, values, tuple(column.categories)) if drawn else None
    has_threshold = column.template == _WITHIN
    sides = (
        [_numbers([base, *drawn], f"{column.name}:{side}", value.index) for side in ("low", "high")]
        if has_threshold
        else []
    )
    if not drawn:
        return bounds(column.name, Method.THRESHOLD, value, sides[0][0], sides[1][0]) if has_threshold else None
    draws = _numbers(drawn, column.name, value.index)
    band = band_of_draws(column.name, Method.DRAWS, value, draws)
    if not has_threshold:
        return band
    wide = [band_of_draws(column.name, Method.DRAWS, value, side).rows for side in sides]
    rows = band.rows.assign(low=wide[0]["low"], high=wide[1]["high"])
    return Band(column.name, Method.DRAWS_AND_THRESHOLD, rows)


def _numbers(parts: Sequence[pd.DataFrame], name: str, index: pd.Index) -> NDArray[np.float64]:
    return np.array([part[name].reindex(index).to_numpy(dtype=float, na_value=np.nan) for part in parts])
