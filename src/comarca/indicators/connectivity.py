"""Connectivity: speed of the internet where people live, and masts of telecommunication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from comarca.crs import geodesic_area_km2, geodesic_step_km, require_storage_crs
from comarca.polygons import territory_of
from comarca.population.people import mean_over_people, people_by_territory
from comarca.results import Flag, Indicators, explain, join_parts
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from comarca.registry.columns import TableColumn

#: Kind of service that stands for masts and towers of telecommunication.
MAST: Final = "telecom"
#: Least length of a degree of latitude, km: bounds a search in degrees.
_DEGREE_KM: Final = 110.5


def compute(
    *,
    territories: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame | None = None,
    services: gpd.GeoDataFrame | None = None,
    internet: pd.DataFrame | None = None,
    reach_m: float = 500.0,
    columns: Sequence[TableColumn],
) -> Indicators:
    """Speed of the internet over people, people without a test, and masts per area.

    Parameters
    ----------
    services : geopandas.GeoDataFrame, optional
        Layer of this name, EPSG:4326; the kind ``telecom`` are the masts.
    internet : pandas.DataFrame, optional
        Columns ``west``, ``south``, ``east``, ``north`` (degrees) and ``download_mbps``; one row per tile with tests.
    reach_m : float, default 500
        People of a place have the speed of the tile that it lies in, or else of the nearest one within this distance.
    """
    require_storage_crs(territories, name="layer territories")
    places = territories.sort_values("territory_id", ignore_index=True)
    index = pd.Index(places["territory_id"], name="territory_id")
    parts: list[Indicators] = []
    if services is not None:
        parts.append(_masts(services, places, index))
    if internet is not None and demand is not None:
        parts.append(_speed(internet, demand, index, reach_m))
    return join_parts(parts, index).select([column.name for column in columns])


def _masts(services: gpd.GeoDataFrame, places: gpd.GeoDataFrame, index: pd.Index) -> Indicators:
    """Masts per 100 km2; not known where the region has none mapped."""
    require_storage_crs(services, name="layer services")
    masts = services[services["kind"] == MAST]
    owner = territory_of(masts.geometry.to_numpy(), places)
    count = np.bincount(owner[owner >= 0], minlength=len(index)).astype(float)
    area_km2 = geodesic_area_km2(places.geometry.to_numpy())
    density = 100 * count / area_km2 if count.any() else np.full(len(index), np.nan)
    values = pd.DataFrame({"telecom_density_per_100km2": density}, index=index)
    return Indicators(values, explain(values, Flag.NOT_MAPPED))


def _speed(tiles: pd.DataFrame, demand: gpd.GeoDataFrame, index: pd.Index, reach_m: float) -> Indicators:
    """Mean speed over people near a tile with tests, and the share of the others."""
    mbps = speed_at(demand.geometry.x.to_numpy(), demand.geometry.y.to_numpy(), tiles, reach_m=reach_m)
    mean, untested = "internet_download_mean_mbps", "internet_untested_population_share"
    values = pd.DataFrame({mean: mean_over_people(demand, mbps, index)})
    values[untested] = mean_over_people(demand, np.isnan(mbps), index)
    persons = people_by_territory(demand, index)
    nobody = np.select([persons.isna(), persons == 0], [Flag.NO_DEMAND, Flag.NO_POPULATION], Flag.NOT_IN_SOURCE)
    reasons = dict.fromkeys((mean, untested), pd.Series(nobody, index))
    return Indicators(values, explain(values, Flag.NOT_IN_SOURCE, **reasons))


def speed_at(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64], tiles: pd.DataFrame, *, reach_m: float
) -> NDArray[np.float64]:
    """Speed of the tile that each place lies in, or else of the nearest one.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray, shape (n,)
        Degrees (EPSG:4326).
    tiles : pandas.DataFrame
        Columns ``west``, ``south``, ``east``, ``north`` and ``download_mbps``.
    reach_m : float
        Greatest distance to a tile.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Mbit/s; NaN where no tile is as near.
    """
    west, south, east, north = (tiles[side].to_numpy(float) for side in ("west", "south", "east", "north"))
    high = reach_m / M_PER_KM / _DEGREE_KM
    wide = high / np.maximum(np.cos(np.radians(np.abs(latitude) + high)), 0.01)
    around = shapely.box(longitude - wide, latitude - high, longitude + wide, latitude + high)
    place, tile = shapely.STRtree(shapely.box(west, south, east, north)).query(around, predicate="intersects")
    x, y = longitude[place], latitude[place]
    km = geodesic_step_km(x, y, np.clip(x, west[tile], east[tile]), np.clip(y, south[tile], north[tile]))
    pairs = pd.DataFrame({"place": place, "tile": tile, "km": km})[km <= reach_m / M_PER_KM]
    nearest = pairs.sort_values(["place", "km", "tile"]).drop_duplicates("place")
    found = np.full(len(longitude), np.nan)
    found[nearest["place"]] = tiles["download_mbps"].to_numpy(float)[nearest["tile"]]
    return found
