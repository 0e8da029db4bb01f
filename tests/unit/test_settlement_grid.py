"""People in cells of 1 km2: no one lost or doubled, whatever the raster, and classes where people are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer

from comarca.crs import equal_area_crs
from comarca.population.degurba import classify_grid
from comarca.population.grid import classes_at, classify_population, gather_points, gather_raster
from comarca.rasters.bands import Raster, values_at
from comarca.rasters.grids import cell_middles

if TYPE_CHECKING:
    from pathlib import Path

MOLLWEIDE = CRS.from_string("ESRI:54009")


def write(path: Path, values: np.ndarray, west: float, north: float, cell: float, crs: CRS) -> Raster:
    profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float64"}
    transform = Affine(cell, 0.0, west, 0.0, -cell, north)
    with rasterio.open(path, "w", **profile, crs=crs.to_wkt(), transform=transform, nodata=-1) as raster:
        raster.write(values, 1)
    return Raster(path)


def test_points_are_gathered_in_cells_of_one_km2():
    # Ten cells in a row with 5,000 persons each, in five places per cell, and a hamlet 20 km away.
    bounds = (9.9, 46.9, 10.4, 47.1)
    plane = equal_area_crs(bounds)
    x = np.append((np.arange(50) - 25) * 200.0 + 100, 15_000.0)
    lon, lat = Transformer.from_crs(plane, 4326, always_xy=True).transform(x, np.full(51, 500.0))
    places = gather_points(lon, lat, np.append(np.full(50, 1000.0), 100.0), bounds=bounds)
    classes, table = classify_population(places, lon, lat)
    assert table["cell_class"].tolist() == [3] * 50 + [1]
    assert table["density_persons_per_km2"].tolist() == [5000] * 50 + [100]
    assert table["settlement"].tolist() == [1] * 50 + [0]
    assert np.count_nonzero(classes.cell_class == 3) == 10
    assert places.persons.sum() == 50_100


def test_no_points_have_no_classes():
    _, table = classify_population(gather_points([], [], [], bounds=(0, 0, 1, 1)), [], [])
    assert len(table) == 0


def test_points_outside_the_grid_are_where_nobody_lives():
    places = gather_points([0.5], [0.5], [1e6], bounds=(0, 0, 1, 1))
    assert classes_at(places, classify_grid(places.persons), [0.5, 9.0], [0.5, 0.5]).to_numpy().tolist() == [
        [3, 1e6, 1],
        [1, 0, 0],
    ]


@pytest.mark.parametrize("cell_deg", [1 / 1200, 1 / 120, 1 / 40])
def test_even_people_stay_even_and_nobody_is_lost(tmp_path, cell_deg):
    # 700 persons per km2 at 13 degrees north, in cells of 90 m, 0.9 km and 2.7 km: none left out or counted twice.
    side = round(0.6 / cell_deg)
    plane = Transformer.from_crs(4326, equal_area_crs((0, 13, 0.6, 13.6)), always_xy=True)
    x, y = plane.transform([0, cell_deg], [13, 13 + cell_deg])
    people = np.full((side, side), 700 * (x[1] - x[0]) * (y[1] - y[0]) / 1e6)
    raster = write(tmp_path / "people.tif", people, 0, 13.6, cell_deg, CRS.from_epsg(4326))
    places = gather_raster(raster, bounds=(0.1, 13.1, 0.5, 13.5))
    assert places.persons.sum() == pytest.approx(people.sum(), rel=1e-12)
    lon, lat = cell_middles(places.grid)
    inner = (lon > 0.05) & (lon < 0.55) & (lat > 13.05) & (lat < 13.55)
    assert places.persons.ravel()[inner] == pytest.approx(np.full(inner.sum(), 700.0), rel=0.35)
    assert places.persons.ravel()[inner].mean() == pytest.approx(700, rel=0.01)
    assert (places.persons.ravel()[inner] > 300).all()


def test_cells_of_1_km2_are_taken_as_they_are(tmp_path):
    people = np.random.default_rng(5).uniform(0, 3000, (40, 40))
    x, y = Transformer.from_crs(4326, MOLLWEIDE, always_xy=True).transform(-85.0, 13.0)
    raster = write(
        tmp_path / "people.tif", people, np.floor(x / 1000) * 1000, np.floor(y / 1000) * 1000, 1000, MOLLWEIDE
    )
    places = gather_raster(raster, bounds=(-84.95, 12.75, -84.9, 12.9))
    assert places.grid.crs == MOLLWEIDE
    assert places.grid.transform.c % 1000 == 0
    lon, lat = cell_middles(places.grid)
    known = values_at(raster, lon, lat)
    assert places.persons.ravel() == pytest.approx(known)
    assert len(known) == places.persons.size > 900


def test_people_without_data_are_nobody(tmp_path):
    raster = write(tmp_path / "people.tif", np.full((60, 60), -1.0), 0, 0.6, 0.01, CRS.from_epsg(4326))
    assert gather_raster(raster, bounds=(0.2, 0.2, 0.4, 0.4)).persons.sum() == 0


def test_people_of_sao_miguel_are_all_there(cases):
    path = cases / "sao-miguel/gpw_v411_2020_count_2020.tif"
    with rasterio.open(path) as source:
        values, mask = source.read(1), source.read_masks(1)
        bounds = source.bounds
    places = gather_raster(Raster(path), bounds=tuple(bounds))
    assert places.persons.sum() == pytest.approx(values[mask > 0].astype(float).sum(), rel=1e-9)
    # Ponta Delgada is the only city of the island, and no urban centre by the 50,000 of the rule alone.
    assert set(np.unique(classify_grid(places.persons).cell_class)) >= {1, 2}
