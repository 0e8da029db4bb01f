"""Urban centres and towns of a population grid: their edges, their people, and the cities in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from rasterio.features import shapes

from comarca.crs import STORAGE
from comarca.population.degurba import DENSE_CLUSTER, SEMI_DENSE_CLUSTER, CellClasses
from comarca.results import Check

if TYPE_CHECKING:
    from comarca.population.grid import PopulationGrid

#: A name's point this near outside an urban place still names it, in cells.
_NAME_WITHIN_CELLS: Final = 1.5
_TWOFOLD: Final = 2.0


def urban_places(places: PopulationGrid, classes: CellClasses) -> gpd.GeoDataFrame:
    """Outline the urban centres and towns of a grid.

    Parameters
    ----------
    places : PopulationGrid
        People in cells.
    classes : CellClasses
        Degree of urbanisation of the cells.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``is_centre``, ``population_persons``, geometry (Multi)Polygon in EPSG:4326 along the edges of the
        cells: urban centres, dense and semi-dense urban clusters; from the largest down.
    """
    layers = []
    four = scipy.ndimage.generate_binary_structure(2, 1)
    towns = [
        scipy.ndimage.label(classes.detailed_class == code, four)[0] for code in (DENSE_CLUSTER, SEMI_DENSE_CLUSTER)
    ]
    for labels, is_centre in ((classes.centre, True), *((labels, False) for labels in towns)):
        numbered = labels.astype(np.int32)
        persons = np.bincount(numbered.ravel(), weights=places.persons.ravel())
        pieces = list(shapes(numbered, mask=numbered > 0, connectivity=4, transform=places.grid.transform))
        number = np.array([int(value) for _, value in pieces], dtype=np.int64)
        outline = gpd.GeoDataFrame(
            {"number": number}, geometry=[shapely.geometry.shape(shape) for shape, _ in pieces], crs=places.grid.crs
        ).dissolve("number")
        # Edges of the plane are curves in degrees.
        outline = outline.set_geometry(outline.geometry.segmentize(places.grid.cell_m)).to_crs(STORAGE)
        layers.append(outline.assign(is_centre=is_centre, population_persons=persons[outline.index]))
    both = pd.concat(layers, ignore_index=True)[["is_centre", "population_persons", "geometry"]]
    return gpd.GeoDataFrame(
        both.sort_values("population_persons", ascending=False, kind="stable", ignore_index=True), crs=STORAGE
    )


def cities_in(outlines: gpd.GeoDataFrame, cities: gpd.GeoDataFrame, *, cell_m: float) -> pd.DataFrame:
    """Find the urban place that each city lies in.

    Parameters
    ----------
    outlines : geopandas.GeoDataFrame
        As from `urban_places`.
    cities : geopandas.GeoDataFrame
        Schema `CITIES`.
    cell_m : float
        Side of a cell of the grid; a city up to one and a half cells outside belongs to the nearest place.

    Returns
    -------
    pandas.DataFrame
        Columns ``place`` and ``city`` (rows of the two layers), ``population_persons`` of the city; by place, the
        largest city first.
    """
    plane = outlines.estimate_utm_crs() if len(outlines) else STORAGE
    points = gpd.GeoSeries(shapely.point_on_surface(cities.geometry.to_numpy()), crs=STORAGE).to_crs(plane)
    tree = shapely.STRtree(outlines.geometry.to_crs(plane).to_numpy())
    city, place = tree.query_nearest(points.to_numpy(), max_distance=_NAME_WITHIN_CELLS * cell_m, all_matches=False)
    persons = cities["population_persons"].to_numpy(dtype=float)[city]
    table = pd.DataFrame({"place": place, "city": city, "population_persons": persons})
    return table.sort_values(
        ["place", "population_persons", "city"], ascending=[True, False, True], na_position="last", ignore_index=True
    )


def conurbation_check(outlines: gpd.GeoDataFrame, cities: gpd.GeoDataFrame, *, cell_m: float) -> Check:
    """Look for urban centres that hold more than twice the people of their largest city.

    Parameters
    ----------
    outlines : geopandas.GeoDataFrame
        As from `urban_places`.
    cities : geopandas.GeoDataFrame
        Schema `CITIES`.
    cell_m : float
        Side of a cell of the grid.

    Returns
    -------
    Check
        ``warn`` with the centres, their people, and the largest city in each.
    """
    inside = cities_in(outlines, cities, cell_m=cell_m)
    largest = inside.drop_duplicates("place").set_index("place")
    rows = []
    for place in np.flatnonzero(outlines["is_centre"].to_numpy()):
        persons = float(outlines["population_persons"].iloc[place])
        city = largest["city"].get(place)
        of_city = 0.0 if city is None else float(np.nan_to_num(largest["population_persons"].loc[place]))
        if persons > _TWOFOLD * of_city:
            name = "" if city is None else str(cities["city_name"].iloc[int(city)])
            lon, lat = shapely.get_coordinates(outlines.geometry.iloc[place].centroid)[0]
            rows.append({"centre_persons": round(persons), "largest_city": name, "city_persons": round(of_city),
                         "longitude": round(float(lon), 4), "latitude": round(float(lat), 4)})  # fmt: skip
    return Check(
        name="conurbations",
        status="warn" if rows else "pass",
        value=len(rows),
        threshold=f"no urban centre holds more than {_TWOFOLD:g} times the people of its largest city",
        message=f"{len(rows)} of {int(outlines['is_centre'].sum())} urban centres hold more than twice the people of"
        " the largest city in them, whose class is then too low. `cities: {provider: degurba}` takes the centres"
        " themselves.",
        rows=rows,
    )
