"""Catchments as areas hold just the cells that reach their city first."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from comarca.access.raster_files import catchment_areas
from comarca.crs import geodesic_area_km2
from comarca.rasters.grids import cell_middles, square_grid


@pytest.fixture
def grid():
    return square_grid((9.4, 47.0, 9.7, 47.3), cell_m=1000.0)


def cities(count):
    return gpd.GeoDataFrame(
        {"city_id": [f"c{i}" for i in range(count)], "city_name": [f"City {i}" for i in range(count)]},
        geometry=[shapely.Point(9.5, 47.1)] * count,
        crs=4326,
    )


def test_each_cell_lies_in_the_area_of_its_city_and_in_no_other(grid):
    rng = np.random.default_rng(5)
    place = np.kron(rng.integers(-1, 3, (12, 10)), np.ones((4, 4), dtype=int)).astype(np.int32)
    place = np.pad(place, ((0, 60), (0, 60)), constant_values=-1)[: grid.shape[0], : grid.shape[1]]
    place[place == 1] = 2
    areas = catchment_areas(place, grid, cities(3))
    assert list(areas["city_id"]) == ["c0", "c2"]
    lon, lat = cell_middles(grid)
    for row, city in zip(areas.itertuples(), (0, 2), strict=True):
        inside = shapely.contains_xy(row.geometry, lon, lat)
        np.testing.assert_array_equal(inside, (place == city).ravel())
    assert areas["area_km2"].sum() == (place >= 0).sum()
    np.testing.assert_allclose(geodesic_area_km2(areas.geometry.to_numpy()), areas["area_km2"], rtol=1e-4)
    assert areas.geometry.is_valid.all()


def test_where_no_city_is_reached_there_is_no_area(grid):
    areas = catchment_areas(np.full(grid.shape, -1, dtype=np.int32), grid, cities(1))
    assert areas.empty
    assert list(areas) == ["city_id", "city_name", "area_km2", "geometry"]
    assert areas.crs == 4326
