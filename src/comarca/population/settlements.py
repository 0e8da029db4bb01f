"""People from settlements: the inhabitants of places spread over homes, and gathered into demand points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from comarca.crs import STORAGE, geocentric_m
from comarca.layers.schemas import empty_layer, validate_layer
from comarca.polygons import territory_of
from comarca.results import Check
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Buildings in which people live for certain.
HOMES: Final = (
    "house", "residential", "apartments", "detached", "semidetached_house", "semi", "terrace", "bungalow", "dormitory",
    "farm", "hut", "cabin", "ger", "houseboat", "static_caravan", "stilt_house", "tree_house", "ruko", "mixed_use",
)  # fmt: skip
#: Buildings in which hardly anybody lives. All other values, ``yes`` above all, are homes unless they stand where
#: people work.
NOT_HOMES: Final = (
    "garage", "garages", "carport", "shed", "roof", "barn", "stable", "sty", "cowshed", "farm_auxiliary", "greenhouse",
    "silo", "storage_tank", "slurry_tank", "industrial", "warehouse", "hangar", "manufacture", "factory", "commercial",
    "retail", "supermarket", "kiosk", "shop", "office", "bank", "hotel", "school", "kindergarten", "university",
    "college", "hospital", "clinic", "public", "government", "civic", "fire_station", "police", "sports_hall",
    "sports_centre", "stadium", "grandstand", "pavilion", "church", "chapel", "cathedral", "mosque", "temple",
    "shrine", "synagogue", "religious", "monastery", "castle", "ruins", "construction", "collapsed", "train_station",
    "transportation", "service", "transformer_tower", "water_tower", "tower", "bunker", "bridge", "parking", "toilets",
    "allotment_house",
)  # fmt: skip
_WORK: Final = (
    "industrial", "commercial", "retail", "railway", "port", "military", "quarry", "landfill", "depot", "construction",
)  # fmt: skip
#: Places that are parts of a town by what they are.
_PARTS: Final = ("borough", "suburb", "quarter", "neighbourhood")
#: Persons per km2 in a built-up place, from which the extent of a large place is judged.
_DENSITY_PER_KM2: Final = 5_000.0
_SECTION_WITHIN_KM: Final = 3.0
_DEFAULT_LEVELS: Final = 1.0
#: Farther than any two points on Earth, in metres: as a fourth coordinate it keeps territories apart.
_APART_M: Final = 1e8
_BALANCE: Final = 1e-9


def settlement_population(
    *,
    territories: gpd.GeoDataFrame,
    cities: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    land_use: gpd.GeoDataFrame | None = None,
    section_within_km: float = _SECTION_WITHIN_KM,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Spread the inhabitants of settlements over the homes nearest to them.

    Parameters
    ----------
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    cities : geopandas.GeoDataFrame
        Schema `CITIES`, joined to OpenStreetMap places by ``osm_id``.
    places : geopandas.GeoDataFrame, optional
        Schema `PLACES`; without them settlements are the cities alone.
    buildings : geopandas.GeoDataFrame, optional
        Schema `BUILDINGS`; without them people stand at the points of their settlements.
    land_use : geopandas.GeoDataFrame, optional
        Schema `LAND_USE`; tells homes from places of work.
    section_within_km : float, optional
        A place this near to a larger one in the same territory is a section of it, whose people are in the larger
        one's figure.

    Returns
    -------
    population : geopandas.GeoDataFrame
        Schema `SETTLEMENTS`: one row per home, or per settlement where no home is mapped.
    checks : list of Check
        Balance of the total, sections left out, territories without people.

    Notes
    -----
    A settlement's figure is the city's, or else the place's tag; never both. It is shared among the homes of its
    territory that are nearer to it than to another settlement, by footprint times storeys (1 if not tagged). Figures
    are not added where a place is a section of a larger one: within `section_within_km`, or inside the disc that the
    larger one's people would fill at 5,000 persons per km2; suburbs and quarters wherever their territory has a town or
    village. Bias: where figures are the town's alone, villages right
    beside it are lost; where they are the municipality's, villages farther off are counted twice. Homes that are
    empty or not mapped bend the distribution, not the total.
    """
    settlements = _settlements(cities, empty_layer("places") if places is None else places)
    settlements["territory"] = territory_of(settlements.geometry.to_numpy(), territories)
    outside = int((settlements["territory"] < 0).sum())
    inside = settlements[settlements["territory"] >= 0].reset_index(drop=True)
    whole, sections = _without_sections(inside, section_within_km)
    buildings = empty_layer("buildings") if buildings is None else buildings
    land_use = empty_layer("land_use") if land_use is None else land_use
    homes = buildings[_is_home(buildings, land_use)].reset_index(drop=True)
    population = _spread(whole, homes, territory_of(homes.geometry.to_numpy(), territories))
    checks = [
        _balance(whole, population),
        _sections_check(sections, territories, outside),
        _empty_check(whole, territories),
    ]
    return validate_layer(population, "settlements"), checks


def _settlements(cities: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cities and the places that are none of them, with what is known of their people."""
    others = places[~places["place_id"].isin(cities["osm_id"].dropna())]
    names = {"city_id": "id", "place_id": "id", "city_name": "name"}
    columns = ["id", "name", "population_persons", "is_part", "geometry"]
    marked = (cities.assign(is_part=False), others.assign(is_part=others["place"].isin(_PARTS)))
    both = [layer.rename(columns=names)[columns] for layer in marked]
    counted = gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=STORAGE)
    counted = counted[counted["population_persons"] >= 0]
    return counted.sort_values(["population_persons", "id"], ascending=[False, True], ignore_index=True)


def _without_sections(settlements: gpd.GeoDataFrame, within_km: float) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Take out the places whose people are already in a larger place's figure; rows come largest first."""
    persons = settlements["population_persons"].to_numpy()
    reach_m = np.maximum(within_km, np.sqrt(persons / (np.pi * _DENSITY_PER_KM2))) * M_PER_KM
    place = _place(settlements.geometry.to_numpy(), settlements["territory"].to_numpy())
    near = scipy.spatial.cKDTree(place).query_ball_point(place, reach_m, return_sorted=True) if len(place) else []
    whole_of = np.full(len(settlements), -1, dtype=np.intp)
    for larger, neighbours in enumerate(near):
        if whole_of[larger] < 0:
            smaller = np.array([each for each in neighbours if each > larger and whole_of[each] < 0], dtype=np.intp)
            whole_of[smaller] = larger
    largest = settlements[~settlements["is_part"]].reset_index().groupby("territory")["index"].min()
    town = settlements["territory"].map(largest)
    is_part = (settlements["is_part"] & town.notna()).to_numpy() & (whole_of < 0)
    whole_of[is_part] = town[is_part]
    is_section = whole_of >= 0
    sections = settlements[is_section].assign(section_of=settlements["name"].to_numpy()[whole_of[is_section]])
    return settlements[~is_section].reset_index(drop=True), sections


def _is_home(buildings: gpd.GeoDataFrame, land_use: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    kind = buildings["building"]
    is_home = kind.isin(HOMES).to_numpy()
    is_open = ~is_home & ~kind.isin(NOT_HOMES).to_numpy()
    work = land_use.loc[land_use["land_use"].isin(_WORK)].geometry.to_numpy()
    candidates = np.flatnonzero(is_open)
    at_work = shapely.STRtree(work).query(buildings.geometry.to_numpy()[candidates], predicate="intersects")[0]
    is_open[candidates[at_work]] = False
    return np.asarray(is_home | is_open, dtype=bool)


def _spread(
    settlements: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, home_territory: NDArray[np.intp]
) -> gpd.GeoDataFrame:
    territory = settlements["territory"].to_numpy()
    is_served = np.isin(home_territory, territory)
    homes, home_territory = homes[is_served], home_territory[is_served]
    tree = scipy.spatial.cKDTree(_place(settlements.geometry.to_numpy(), territory)) if len(settlements) else None
    at = _place(homes.geometry.to_numpy(), home_territory)
    nearest = tree.query(at)[1] if tree is not None else np.empty(0, dtype=np.intp)
    size = (homes["footprint_m2"] * homes["levels"].clip(lower=1).fillna(_DEFAULT_LEVELS)).to_numpy()
    total = np.bincount(nearest, weights=size, minlength=len(settlements))
    persons = settlements["population_persons"].to_numpy()
    is_bare = total == 0
    share = np.divide(size, total[nearest], out=np.zeros(len(size)), where=total[nearest] > 0)
    at_homes = gpd.GeoDataFrame(
        {"population_id": homes["building_id"], "population_persons": persons[nearest] * share},
        geometry=homes.geometry,
        crs=STORAGE,
    )
    at_places = gpd.GeoDataFrame(
        {"population_id": settlements.loc[is_bare, "id"], "population_persons": persons[is_bare]},
        geometry=shapely.point_on_surface(settlements.geometry.to_numpy()[is_bare]),
        crs=STORAGE,
    )
    both = pd.concat([layer for layer in (at_homes, at_places) if len(layer)] or [at_places], ignore_index=True)
    return gpd.GeoDataFrame(both, crs=STORAGE)


def _place(points: NDArray[np.object_], territory: NDArray[np.intp]) -> NDArray[np.float64]:
    """Coordinates in which points of different territories are never near each other."""
    centre = shapely.point_on_surface(points)
    return np.column_stack([geocentric_m(shapely.get_x(centre), shapely.get_y(centre)), territory * _APART_M])


def _balance(settlements: gpd.GeoDataFrame, population: gpd.GeoDataFrame) -> Check:
    before = float(settlements["population_persons"].sum())
    after = float(population["population_persons"].sum())
    return Check(
        name="population_balance",
        status="pass" if abs(after - before) <= _BALANCE * max(before, 1.0) else "fail",
        value=after,
        threshold=f"equal to the sum over settlements within {_BALANCE:g}",
        message=f"{len(settlements)} settlements have {before:,.0f} persons;"
        f" {after:,.0f} stand at {len(population)} points.",
    )


def _sections_check(sections: pd.DataFrame, territories: gpd.GeoDataFrame, outside: int) -> Check:
    rows = [
        {
            "section": name,
            "persons": float(persons),
            "section_of": whole,
            "territory_id": territories["territory_id"].iloc[at],
        }
        for name, persons, whole, at in sections[["name", "population_persons", "section_of", "territory"]].itertuples(
            index=False
        )
    ]
    persons = float(sections["population_persons"].sum())
    message = (
        f"{len(rows)} places with {persons:,.0f} persons were taken for sections of larger places and not added;"
        f" {outside} settlements, those abroad among them, lie outside all territories."
    )
    return Check("population_sections", "info", len(rows), "", message, rows)


def _empty_check(settlements: gpd.GeoDataFrame, territories: gpd.GeoDataFrame) -> Check:
    empty = ~np.isin(np.arange(len(territories)), settlements["territory"])
    rows = territories.loc[empty, ["territory_id", "territory_name"]].to_dict("records")
    message = f"{len(rows)} territories have no settlement whose population is known, so nobody is known to live there."
    return Check("territories_without_population", "warn" if rows else "pass", len(rows), "0", message, rows)
