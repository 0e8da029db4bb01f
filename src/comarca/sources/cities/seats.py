"""Cities of a table that tells no coordinates, but the code of the territory that each lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from comarca.crs import STORAGE
from comarca.errors import InputError
from comarca.guards.spreadsheets import refuse_formulas
from comarca.layers.schemas import validate_layer
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.sources.cities.read import offline_places, parse_persons
from comarca.sources.datasets import paths_of
from comarca.sources.names import fold_names
from comarca.sources.tables.join import join_by_code
from comarca.sources.tables.read import clean_codes, open_table, pick_columns
from comarca.sources.vectors.spots import table_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comarca.io import PathLike
    from comarca.sources.vectors.read import VectorOptions

_LISTED: Final = 20
_FOUND_BY: Final = ("name", "largest place", "territory")


def seats_from_table(
    path: PathLike | Sequence[str],
    territories: gpd.GeoDataFrame,
    *,
    territory: str,
    name: str,
    population: str,
    country: str,
    id: str | None = None,  # noqa: A002 - the configuration's own word
    places: gpd.GeoDataFrame | None = None,
    **options: Unpack[VectorOptions],
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Take the cities from a table, and put each where its territory has a place of that name.

    Parameters
    ----------
    path : path-like or sequence of str
        A table.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    territory, name, population : str
        Columns with the code of the territory, the name and the number of inhabitants (empty: not known).
    country : str
        ISO 3166-1 alpha-3 code to write beside them.
    id : str, optional
        Column with a code; without it, the rows are numbered.
    places : geopandas.GeoDataFrame, optional
        Schema `PLACES`: looked through before the offline copy of GeoNames.
    **options
        See `comarca.sources.vectors.read.VectorOptions`; ``layer`` is the sheet of a workbook.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`, geometry Points.
    checks : list of Check
        Rows that belong to no territory; a warning with the cities that stand at another place than one of their name.

    Raises
    ------
    InputError
        If a column is missing, no code is one of a territory, a code of a city is there twice, or a population is no
        number.

    Notes
    -----
    A city without a place of its name in its territory stands at the territory's most populous place, and where there
    is none at a point inside the territory: most seats are the largest place of their municipality.
    """
    file = paths_of(path)[0]
    where = f"cities: {file}, column"
    opened = open_table(file, **table_layout(options))
    named = {"territory_id": territory, "territory_name": name, "persons": population} | ({"city_id": id} if id else {})
    table = pick_columns(opened.cells, named, required=list(named), where=f"cities: {file}")
    rows = table.assign(territory_id=clean_codes(table["territory_id"]))
    names = dict(zip(territories["territory_id"], territories["territory_name"], strict=True))
    joined, join = join_by_code(rows, names, name="cities")
    code = joined["city_id"] if id else (joined.index + 1).astype("str").to_series(index=joined.index)
    refuse_formulas(code, where=f"{where} {id}")
    if code.duplicated().any():
        raise InputError(f"{where} {id}", got=f"{code[code.duplicated()].iloc[0]} more than once",
                         expected="one row per city")  # fmt: skip
    points, found_by = _places_of(joined, territories, places)
    cities = gpd.GeoDataFrame(
        {
            "city_id": code,
            "city_name": joined["territory_name"].mask(joined["territory_name"] == "", code),
            "country": pd.Series(country, index=joined.index, dtype="str"),
            "population_persons": parse_persons(joined["persons"], f"{where} {population}"),
            "osm_id": np.full(len(joined), None, dtype=object),
        },
        geometry=points,
        crs=STORAGE,
    )
    return validate_layer(cities, "cities"), [*opened.checks, join, _placed(cities, found_by)]


def _places_of(
    rows: pd.DataFrame, territories: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None
) -> tuple[np.ndarray, pd.Series]:
    """Give the point of each row, and by what it was found."""
    west, south, east, north = territories.total_bounds
    known = offline_places()
    known = known[known["longitude"].between(west, east) & known["latitude"].between(south, north)]
    spots = pd.DataFrame(
        {"place": known["city_name"], "persons": known["population_persons"], "x": known["longitude"],
         "y": known["latitude"], "rank": 1}
    )  # fmt: skip
    if places is not None:
        osm = pd.DataFrame({"place": places["name"], "persons": places["population_persons"], "x": places.geometry.x,
                            "y": places.geometry.y, "rank": 0})  # fmt: skip
        spots = pd.concat([osm, spots], ignore_index=True)
    points = np.asarray(shapely.points(spots["x"].to_numpy(), spots["y"].to_numpy()), dtype=object)
    owner = territory_of(points, territories)
    spots = spots.assign(owner=owner, folded=fold_names(spots["place"]))[owner >= 0]
    spots = spots.sort_values(["persons", "rank", "x", "y"], ascending=[False, True, True, True], na_position="last")
    by_name = spots.sort_values("rank", kind="stable").drop_duplicates(["owner", "folded"])
    largest = spots[spots["persons"].notna()].drop_duplicates("owner")
    own = pd.Index(territories["territory_id"]).get_indexer(pd.Index(rows["territory_id"]))
    wanted = pd.DataFrame({"owner": own, "folded": fold_names(rows["territory_name"]).to_numpy()})
    same = wanted.merge(by_name[["owner", "folded", "x", "y"]], on=["owner", "folded"], how="left")
    main = wanted[["owner"]].merge(largest[["owner", "x", "y"]], on="owner", how="left")
    inside = shapely.get_coordinates(shapely.point_on_surface(territories.geometry.to_numpy()))[own]
    place = np.where(same[["x", "y"]].notna(), same[["x", "y"]], main[["x", "y"]])
    found_by = np.where(same["x"].notna(), 0, np.where(main["x"].notna(), 1, 2))
    seats = np.asarray(shapely.points(np.where(np.isnan(place), inside, place)), dtype=object)
    return seats, pd.Series([_FOUND_BY[at] for at in found_by], index=rows.index)


def _placed(cities: gpd.GeoDataFrame, found_by: pd.Series) -> Check:
    other = cities[(found_by != _FOUND_BY[0]).to_numpy()]
    rows = [
        {"city": name, "at": at}
        for name, at in zip(other["city_name"].head(_LISTED), found_by[other.index].head(_LISTED), strict=True)
    ]
    named, largest, inside = (int((found_by == way).sum()) for way in _FOUND_BY)
    message = (
        f"{len(cities)} cities were put into their territories: {named} at a place of their name, {largest} at the"
        f" territory's most populous place, {inside} at a point inside it."
    )
    return Check(
        "cities_placed", "warn" if rows else "pass", len(other), "0 cities away from their name", message, rows
    )
