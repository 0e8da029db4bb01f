"""Cities brought together: entries that are one city merged, cities joined to OpenStreetMap places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.crs import STORAGE, geocentric_m
from comarca.layers.schemas import validate_layer
from comarca.results import Check
from comarca.sources.names import fold_names
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Persons per km2 in a built-up city: a city of P persons fills a disc of ``sqrt(P / (pi * 5000))`` km.
URBAN_DENSITY_PER_KM2: Final = 5_000.0
_SAME_NAME_WITHIN_KM: Final = 10.0
_SECTION_SHARE: Final = 0.1
#: From so many inhabitants on a place is a city of its own: those that the OECD counts as medium-sized urban areas.
_SECTION_PERSONS: Final = 200_000.0
#: Two entries of one name may be so far apart, however small their town is.
_TOWN_KM: Final = 3.0
_ALIKE: Final = 0.9
_EQUAL: Final = 0.01


def without_sections(
    cities: gpd.GeoDataFrame,
    *,
    same_name_within_km: float = _SAME_NAME_WITHIN_KM,
    section_share_max: float = _SECTION_SHARE,
    section_persons_max: float = _SECTION_PERSONS,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Merge cities that are listed twice, and sections of cities into their city.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`, geometry Points.
    same_name_within_km : float, optional
        Two entries of one name and country are one city within twice the radius of the larger, at most within this
        distance; an entry without a population within this distance.
    section_share_max : float, optional
        A section has at most this share of its city's population.
    section_persons_max : float, optional
        A section has fewer people than this: what has more is a city, whatever stands beside it.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Without the smaller ones. Populations are not added up: the city's figure holds its sections.
    checks : list of Check
        ``cities_merged`` with the names.

    Notes
    -----
    A section lies inside the disc that its city's people would fill at 5,000 persons per km2 (22 km for 7.7 million,
    6 km for 500,000, 0.6 km for 5,000) and has at most a tenth of them. Small towns right beside a large city go with
    it; sections of cities that are spread wider stay, as towns of their own. One town stands under two names where one
    name holds the other's words and the figures are alike; or where the figures are the same to 1 %
    and both lie within the town. Homonyms further apart stay two.
    """
    ordered = cities.sort_values(
        ["population_persons", "city_id"], ascending=[False, True], na_position="last", ignore_index=True
    )
    persons = ordered["population_persons"].to_numpy()
    place = geocentric_m(ordered.geometry.x, ordered.geometry.y)
    tree = scipy.spatial.cKDTree(place)
    radius_km = np.sqrt(np.nan_to_num(persons) / (np.pi * URBAN_DENSITY_PER_KM2))
    larger, smaller = _neighbours(tree, place, np.maximum(radius_km, same_name_within_km) * M_PER_KM)
    larger, smaller = larger[larger < smaller], smaller[larger < smaller]
    km = np.linalg.norm(place[larger] - place[smaller], axis=1) / M_PER_KM
    name = pd.factorize(fold_names(ordered["city_name"]))[0]
    country = pd.factorize(ordered["country"])[0]
    near = np.minimum(same_name_within_km, np.maximum(_TOWN_KM, 2 * radius_km[larger]))
    near = np.where(np.isnan(persons[smaller]), same_name_within_km, near)
    is_same = (name[larger] >= 0) & (name[larger] == name[smaller]) & (km <= near)
    is_same |= (km <= np.maximum(_TOWN_KM / 4, radius_km[larger])) & _two_names(ordered, larger, smaller)
    is_section = (km <= radius_km[larger]) & (persons[smaller] <= section_share_max * persons[larger])
    is_section &= persons[smaller] < section_persons_max
    is_part = (is_same | is_section) & (country[larger] == country[smaller])
    into = pd.Series(larger[is_part], index=smaller[is_part]).groupby(level=0).min()
    rows = [
        {"city": ordered["city_name"].iloc[part], "merged_into": ordered["city_name"].iloc[whole]}
        for part, whole in into.items()
    ]
    message = f"{len(rows)} of {len(cities)} cities were merged into a larger one: duplicates and sections."
    whole_cities = validate_layer(ordered.drop(index=into.index), "cities")
    return whole_cities, [Check("cities_merged", "info", len(rows), "", message, rows)]


def _two_names(cities: pd.DataFrame, larger: NDArray[np.intp], smaller: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell of pairs of neighbours whether they are one town under two names."""
    persons = cities["population_persons"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = persons[smaller] / persons[larger]
    names = fold_names(cities["city_name"]).fillna("").to_numpy()
    pairs = np.flatnonzero(share >= _ALIKE)
    held = np.zeros(len(larger), dtype=bool)
    held[pairs] = [_holds(str(names[larger[pair]]), str(names[smaller[pair]])) for pair in pairs]
    return np.asarray(held | (share >= 1 - _EQUAL))


def _holds(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return bool(short) and {*short.split()} <= {*long.split()}


def join_places(
    cities: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, within_km: float = 5.0
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Join cities to the OpenStreetMap places of the same name.

    Parameters
    ----------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`.
    places : geopandas.GeoDataFrame
        Schema `PLACES`.
    within_km : float, optional
        Greatest distance between a city (its central point) and its place.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Joined cities have ``osm_id`` and, if they are points, the place's position, which lies on the mapped town
        rather than near it. The place's population is taken only where the city's is not known.
    checks : list of Check
        ``cities_joined_to_osm``: how many, and which in the extract's area were not.

    Notes
    -----
    Names are compared without case, accents and punctuation. Pairs are made nearest first, one to one.
    """
    centre = shapely.point_on_surface(cities.geometry.to_numpy())
    city_m = geocentric_m(shapely.get_x(centre), shapely.get_y(centre))
    place_m = geocentric_m(places.geometry.x, places.geometry.y)
    city, place = _neighbours(scipy.spatial.cKDTree(place_m), city_m, np.full(len(city_m), within_km * M_PER_KM))
    names = pd.factorize(pd.concat([fold_names(cities["city_name"]), fold_names(places["name"])]))[0]
    alike = (names[city] >= 0) & (names[city] == names[len(cities) + place])
    city, place = _one_to_one(city[alike], place[alike], np.linalg.norm(city_m[city] - place_m[place], axis=1)[alike])

    joined = cities.reset_index(drop=True)
    osm_id = joined["osm_id"].to_numpy(dtype=object, copy=True)
    osm_id[city] = places["place_id"].to_numpy()[place]
    persons = joined["population_persons"].to_numpy(copy=True)
    tagged = places["population_persons"].to_numpy()[place]
    persons[city] = np.where(np.isnan(persons[city]), tagged, persons[city])
    shapes = joined.geometry.to_numpy().copy()
    is_point = shapely.get_dimensions(shapes[city]) == 0
    shapes[city[is_point]] = places.geometry.to_numpy()[place[is_point]]
    joined = joined.assign(
        osm_id=pd.Series(osm_id, dtype="str"),
        population_persons=persons,
        geometry=gpd.GeoSeries(shapes, crs=STORAGE),
    )
    return validate_layer(joined, "cities"), [_join_check(joined, places, len(city))]


def _join_check(cities: gpd.GeoDataFrame, places: gpd.GeoDataFrame, joined: int) -> Check:
    hull = places.union_all().envelope if len(places) else shapely.Polygon()
    unjoined = cities[cities["osm_id"].isna() & cities.intersects(hull)]
    rows = [
        {"city_id": code, "city": name} for code, name in zip(unjoined["city_id"], unjoined["city_name"], strict=True)
    ]
    message = (
        f"{joined} of {len(cities)} cities were joined to OpenStreetMap places;"
        f" {len(rows)} that lie among those places were not, and keep their own position."
    )
    return Check("cities_joined_to_osm", "info", joined, "", message, rows)


def _neighbours(
    tree: scipy.spatial.cKDTree, points: NDArray[np.float64], radius_m: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of a point and a point of the tree within its radius."""
    if not len(points) or not tree.n:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    neighbours = tree.query_ball_point(points, radius_m, return_sorted=True)
    count = np.fromiter((len(each) for each in neighbours), dtype=np.intp, count=len(neighbours))
    second = np.concatenate([np.asarray(each, dtype=np.intp) for each in neighbours])
    first = np.repeat(np.arange(len(points)), count)
    return first, second


def _one_to_one(
    left: NDArray[np.intp], right: NDArray[np.intp], distance: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Choose pairs nearest first, each side at most once."""
    pairs = pd.DataFrame({"left": left, "right": right, "distance": distance})
    pairs = pairs.sort_values(["distance", "left", "right"], ignore_index=True)
    rounds = []
    while len(pairs):
        best = pairs[~pairs["left"].duplicated() & ~pairs["right"].duplicated()]
        rounds.append(best)
        pairs = pairs[~pairs["left"].isin(best["left"]) & ~pairs["right"].isin(best["right"])]
    taken = pd.concat(rounds) if rounds else pairs
    return taken["left"].to_numpy(), taken["right"].to_numpy()
