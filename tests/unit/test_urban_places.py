"""Cities from the population grid: conurbations with their edges, their people and the name of their largest place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from families import territories
from pyproj import Transformer

from comarca.crs import MOLLWEIDE, geodesic_area_km2
from comarca.population.degurba import classify_grid
from comarca.population.grid import PopulationGrid
from comarca.population.urban_places import cities_in, conurbation_check, urban_places
from comarca.rasters.grids import anchored_grid
from comarca.sources.cities.degurba import cities

BOUNDS = (-60.3, -10.3, -59.7, -9.7)


def middle(row: int, column: int) -> tuple[float, float]:
    grid = anchored_grid(BOUNDS, crs=MOLLWEIDE, cell_m=1000.0)
    x, y = grid.transform @ (column + 0.5, row + 0.5)
    return Transformer.from_crs(MOLLWEIDE, 4326, always_xy=True).transform(x, y)


def people(*blocks: tuple[int, int, int, int, float]) -> PopulationGrid:
    grid = anchored_grid(BOUNDS, crs=MOLLWEIDE, cell_m=1000.0)
    persons = np.zeros(grid.shape)
    for row, column, height, width, each in blocks:
        persons[row : row + height, column : column + width] = each
    return PopulationGrid(grid, persons)


def named(*rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    ids, persons, longitude, latitude = zip(*rows, strict=True)
    columns = {
        "city_id": pd.Series(ids, dtype="str"), "city_name": pd.Series(ids, dtype="str").str.title(),
        "country": pd.Series("BRA", index=range(len(ids)), dtype="str"),
        "population_persons": np.array(persons, dtype=float),
        "osm_id": pd.Series(None, index=range(len(ids)), dtype="str"),
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(longitude, latitude), crs=4326)


#: A conurbation of 280,000 in 5 x 8 cells, a dense town of 12,000, a semi-dense one of 4,000 + 4,000, a village.
PEOPLE = people((10, 10, 5, 8, 7_000.0), (30, 30, 2, 2, 3_000.0), (50, 10, 2, 4, 1_000.0), (50, 50, 1, 1, 900.0))
NAMED = named(("sede", 32_000.0, *middle(12, 12)), ("barrio", 20_000.0, *middle(13, 16)),
              ("pueblo", 9_000.0, *middle(30, 32)), ("lejos", 70_000.0, -59.0, -10.0))  # fmt: skip
REGION = territories(shapely.box(-60.25, -10.25, -59.75, -9.75))


def test_a_conurbation_is_one_city_with_all_its_people():
    got, checks = cities(PEOPLE, NAMED, REGION, country="BRA", abroad_buffer_km=150.0)
    table = got.set_index("city_name")
    # The town without a name goes by its place; the city abroad stays a point.
    assert table["population_persons"].to_dict() == pytest.approx(
        {"Sede": 280_000, "Pueblo": 12_000, "-10.12 -60.23": 8_000, "Lejos": 70_000}
    )
    assert table.geometry["Lejos"].geom_type == "Point"
    assert geodesic_area_km2(table.geometry[["Sede", "Pueblo"]]) == pytest.approx([40, 4], rel=1e-2)
    assert "1 urban centres and 2 towns" in checks[0].message
    assert "1 have no named city" in checks[0].message


def test_places_beyond_the_buffer_do_not_count():
    far = territories(shapely.box(-60.25, -9.9, -60.15, -9.85))
    got, _ = cities(PEOPLE, NAMED, far, country="BRA", abroad_buffer_km=5.0)
    assert got.loc[got.geometry.geom_type != "Point", "city_name"].tolist() == ["Sede"]


def test_a_city_on_the_border_of_two_places_belongs_to_one():
    shapes = [shapely.box(-60.01, -10, -60, -9.99), shapely.box(-60, -10, -59.99, -9.99)]
    outlines = gpd.GeoDataFrame(geometry=shapes, crs=4326)
    assert len(cities_in(outlines, named(("raya", 9_000.0, -60.0, -10.0)), cell_m=1000.0)) == 1


def test_a_city_just_outside_its_cells_belongs_to_them():
    outlines = urban_places(PEOPLE, classify_grid(PEOPLE.persons))
    assert outlines["population_persons"].tolist() == [280_000, 12_000, 8_000]
    around = named(("a", 1.0, *middle(9, 11)), ("b", 5.0, *middle(12, 12)), ("c", 9.0, *middle(7, 11)))
    near = cities_in(outlines, around, cell_m=1000.0)
    assert near[["place", "city"]].to_numpy().tolist() == [[0, 1], [0, 0]]


def test_a_centre_of_more_than_twice_its_largest_city_is_named():
    outlines = urban_places(PEOPLE, classify_grid(PEOPLE.persons))
    check = conurbation_check(outlines, NAMED, cell_m=1000.0)
    assert (check.status, check.value) == ("warn", 1)
    assert check.rows[0]["largest_city"] == "Sede"
    assert (check.rows[0]["centre_persons"], check.rows[0]["city_persons"]) == (280_000, 32_000)
    large = named(("sede", 141_000.0, *middle(12, 12)))
    assert conurbation_check(outlines, large, cell_m=1000.0).status == "pass"
    nobody = conurbation_check(outlines, named(("lejos", 70_000.0, -59.0, -10.0)), cell_m=1000.0)
    assert nobody.rows[0]["largest_city"] == ""


def test_no_places_are_no_cities():
    empty = people()
    outlines = urban_places(empty, classify_grid(empty.persons))
    assert outlines.empty
    assert conurbation_check(outlines, NAMED, cell_m=1000.0).status == "pass"
    got, _ = cities(empty, NAMED, REGION, country="BRA", abroad_buffer_km=150.0)
    assert got["city_name"].tolist() == ["Lejos"]
