"""Cities from the region's own population: urban centres and towns of the 1 km grid, with their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from comarca.layers.schemas import validate_layer
from comarca.population.degurba import classify_grid
from comarca.population.urban_places import cities_in, urban_places
from comarca.results import Check
from comarca.sources.osm.clip import routing_area

if TYPE_CHECKING:
    from comarca.population.grid import PopulationGrid


def cities(
    people: PopulationGrid,
    named: gpd.GeoDataFrame,
    territories: gpd.GeoDataFrame,
    *,
    country: str,
    abroad_buffer_km: float = 50.0,
) -> tuple[gpd.GeoDataFrame, list[Check]]:
    """Make cities of the urban centres and towns of a population grid.

    Parameters
    ----------
    people : PopulationGrid
        People in cells of the GHSL grid.
    named : geopandas.GeoDataFrame
        Schema `CITIES`: what gives the names, and the cities abroad that the grid does not show.
    territories : geopandas.GeoDataFrame
        Schema `TERRITORIES`.
    country : str
        ISO 3166-1 alpha-3 code of the region's country, for places without a named city.
    abroad_buffer_km : float, optional
        Places outside the territories count up to this distance.

    Returns
    -------
    cities : geopandas.GeoDataFrame
        Schema `CITIES`: polygons of urban centres, dense and semi-dense urban clusters with the people of their cells,
        each named after the largest named city in it; and the named cities outside the territories in none of them, as
        they come. Identifier and country are those of the city that gives the name.
    checks : list of Check
        ``urban_places``: how many there are, and those without a name.
    """
    outlines = urban_places(people, classify_grid(people.persons))
    area = routing_area(territories.union_all(), buffer_km=abroad_buffer_km)
    outlines = outlines[shapely.intersects(area, outlines.geometry.to_numpy())].reset_index(drop=True)
    inside = cities_in(outlines, named, cell_m=people.grid.cell_m)
    first = inside.drop_duplicates("place").set_index("place")["city"].reindex(outlines.index)
    source = named.reset_index(drop=True).reindex(first)
    middle = outlines.geometry.representative_point()
    place = [f"{lat:.2f} {lon:.2f}" for lon, lat in zip(middle.x, middle.y, strict=True)]
    unnamed = first.isna().to_numpy()
    centres = gpd.GeoDataFrame(
        {
            "city_id": ["urban:" + (at if lacks else key) for at, key, lacks in
                        zip(place, source["city_id"].astype(object), unnamed, strict=True)],
            "city_name": [at if lacks else name for at, name, lacks in
                          zip(place, source["city_name"].astype(object), unnamed, strict=True)],
            "country": pd.Series(source["country"].to_numpy(), dtype="str").where(~unnamed, country),
            "population_persons": outlines["population_persons"].to_numpy(),
            "osm_id": pd.Series(source["osm_id"].to_numpy(), dtype="str"),
        },
        geometry=outlines.geometry.to_numpy(),
        crs=outlines.crs,
    )  # fmt: skip
    is_inside = shapely.intersects(territories.union_all(), shapely.point_on_surface(named.geometry.to_numpy()))
    abroad = named[~is_inside & ~named.reset_index(drop=True).index.isin(inside["city"])]
    layer = pd.concat([centres, abroad], ignore_index=True) if len(abroad) else centres
    return validate_layer(gpd.GeoDataFrame(layer, crs=outlines.crs), "cities"), [
        _check(centres, unnamed.sum(), outlines)
    ]


def _check(centres: gpd.GeoDataFrame, unnamed: int, outlines: gpd.GeoDataFrame) -> Check:
    of_centres = int(outlines["is_centre"].sum())
    return Check(
        name="urban_places",
        status="info",
        value=len(centres),
        threshold="",
        message=f"{of_centres} urban centres and {len(centres) - of_centres} towns of the population grid are the"
        f" cities, with {centres['population_persons'].sum():,.0f} persons; {unnamed} have no named city in them.",
    )
