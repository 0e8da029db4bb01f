"""What cities offer: services inside them, and their centrality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.crs import geocentric_m, require_storage_crs
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

#: Persons per km2 by which a city without an outline is taken for a disc, and the least radius of that, km.
DENSITY_PERSONS_PER_KM2: Final = 3_000.0
_LEAST_RADIUS_KM: Final = 1.0
#: How many of the nearest cities are looked at for each service; farther ones that hold it are passed over.
_NEAREST: Final = 8


def city_of_service(services: gpd.GeoDataFrame, cities: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Find the city that each service lies in.

    Parameters
    ----------
    services : geopandas.GeoDataFrame
        Schema ``services``, EPSG:4326.
    cities : geopandas.GeoDataFrame
        Schema ``cities``, EPSG:4326; points or areas.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Row of the city; -1 for services in none.

    Notes
    -----
    An area holds what lies in it. A point is a disc of `DENSITY_PERSONS_PER_KM2`, at least one kilometre wide; of
    several discs the one with the nearest centre counts.
    """
    require_storage_crs(services, name="layer services")
    require_storage_crs(cities, name="layer cities")
    found = np.full(len(services), -1, dtype=np.intp)
    if not len(services) or not len(cities):
        return found
    places, points = cities.geometry.to_numpy(), services.geometry.to_numpy()
    persons = np.nan_to_num(cities["population_persons"].to_numpy(dtype=float))
    radius_m = np.maximum(np.sqrt(persons / DENSITY_PERSONS_PER_KM2 / np.pi), _LEAST_RADIUS_KM) * M_PER_KM
    radius_m[shapely.get_dimensions(places) == 2] = -1.0
    middle = shapely.point_on_surface(places)
    tree = scipy.spatial.cKDTree(geocentric_m(shapely.get_x(middle), shapely.get_y(middle)))
    count = min(_NEAREST, len(cities))
    where_m = geocentric_m(shapely.get_x(points), shapely.get_y(points))
    distance_m, row = (np.reshape(part, (-1, count)) for part in tree.query(where_m, k=count))
    is_inside = distance_m <= radius_m[row]
    has_city = is_inside.any(axis=1)
    found[has_city] = row[np.arange(len(row)), is_inside.argmax(axis=1)][has_city]
    area = np.flatnonzero(shapely.get_dimensions(places) == 2)
    which, service = shapely.STRtree(points).query(places[area], predicate="intersects")
    found[service[::-1]] = area[which[::-1]]
    return found


def davies_centrality(city: NDArray[np.intp], kind: pd.Series, *, city_count: int) -> pd.DataFrame:
    """Measure the centrality of cities by the services in them.

    Parameters
    ----------
    city : numpy.ndarray of int, shape (n,)
        Row of the city of each service; negative for none.
    kind : pandas.Series, shape (n,)
        Kind of each service.
    city_count : int
        Number of cities.

    Returns
    -------
    pandas.DataFrame
        A row per city: ``centrality``, ``kinds`` (how many it has) and ``services``.

    Notes
    -----
    Davies (1967, doi:10.1080/00167223.1967.10648965): ``sum over kinds k of n_ck 100 / N_k`` with the services n_ck of
    a kind in the city and N_k in the region, inside cities or not. A city with all services of m kinds has 100 m; the
    rarer a kind, the more each one counts.

    Examples
    --------
    Two schools, one in each of two cities, and one hospital:

    >>> davies_centrality(np.array([0, 1, 0]), pd.Series(["school", "school", "hospital"]), city_count=2)
       centrality  kinds  services
    0       150.0      2         2
    1        50.0      1         1
    """
    codes, names = pd.factorize(kind)
    table = np.zeros((city_count, max(len(names), 1)))
    inside = city >= 0
    np.add.at(table, (city[inside], codes[inside]), 1.0)
    whole = np.bincount(codes, minlength=table.shape[1]).astype(float)
    weight = np.divide(100.0, whole, out=np.zeros_like(whole), where=whole > 0)
    return pd.DataFrame(
        {"centrality": table @ weight, "kinds": (table > 0).sum(axis=1), "services": table.sum(axis=1).astype(int)}
    )
