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
from comarca.population.grid import _quarter_sums, classes_at, classify_population, gather_points, gather_raster
from comarca.rasters.bands import Raster, values_at
from comarca.rasters.grids import Grid, cell_middles

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
    x = 800_000 + np.append((np.arange(50) - 25) * 200.0 + 100, 25_000.0)
    lon, lat = Transformer.from_crs(MOLLWEIDE, 4326, always_xy=True).transform(x, np.full(51, 5_600_500.0))
    bounds = (lon.min(), lat.min(), lon.max(), lat.max())
    places = gather_points(lon, lat, np.append(np.full(50, 1000.0), 100.0), bounds=bounds)
    classes, table = classify_population(places, lon, lat)
    assert table["cell_class"].tolist() == [3] * 50 + [1]
    assert table["detailed_class"].tolist() == [30] * 50 + [12]
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
        [3, 30, 1e6, 1],
        [1, 11, 0, 0],
    ]


def test_the_first_cell_of_the_grid_is_a_cell_like_any_other():
    places = gather_points([0.5], [0.5], [1e6], bounds=(0.4, 0.4, 0.6, 0.6))
    corner = np.zeros_like(places.persons)
    corner[0, 0] = 1e6
    shifted = places._replace(persons=corner)
    x, y = places.grid.transform @ (0.5, 0.5)
    lon, lat = Transformer.from_crs(places.grid.crs, 4326, always_xy=True).transform(x, y)
    assert classes_at(shifted, classify_grid(corner), [lon], [lat]).to_numpy().tolist() == [[3, 30, 1e6, 1]]


@pytest.mark.parametrize(("east", "north"), [(-1.0, 500.0), (2001.0, 500.0), (1000.0, -1.0), (1000.0, 1001.0)])
def test_people_beyond_any_side_of_the_grid_are_in_none_of_its_quarters(east, north):
    grid = Grid(MOLLWEIDE, Affine(1000, 0, 0, 0, -1000, 1000), (1, 2))
    quarters = _quarter_sums(grid, np.array([1250.0, east]), np.array([250.0, north]), np.array([3.0, 5.0]))
    assert quarters.tolist() == [[0, 0, 0, 0], [0, 0, 3, 0]]


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
    known = np.nan_to_num(values_at(raster, lon, lat))
    assert places.persons.ravel() == pytest.approx(known)
    assert np.count_nonzero(known) == people.size


def clumped(path: Path, seed: int) -> Raster:
    """A country of 2.4 x 2.4 degrees with towns and villages of all sizes, in cells of half a kilometre."""
    random = np.random.default_rng(seed)
    people = np.zeros((480, 480))
    for _ in range(60):
        row, column, size = *random.integers(0, 480, 2), min(random.pareto(0.8) * 10_000, 300_000)
        spread = random.normal(0, 1 + size**0.25 / 3, (int(size) + 50, 2)).round().astype(int) + np.array([row, column])
        inside = ((spread >= 0) & (spread < 480)).all(axis=1)
        np.add.at(people, tuple(spread[inside].T), 1.0)
    return write(path, people, -60.0, -20.0, 0.005, CRS.from_epsg(4326))


@pytest.mark.parametrize("east", [-58.9, -58.37])
def test_half_a_country_gets_the_classes_of_the_whole(tmp_path, east):
    raster = clumped(tmp_path / "people.tif", 3)
    with rasterio.open(raster.path) as source:
        row, column = np.nonzero(source.read(1))
    lon, lat = -59.9975 + column * 0.005, -20.0025 - row * 0.005
    lon, lat = lon[lon < east], lat[lon < east]
    whole = gather_raster(raster, bounds=(-60.0, -22.4, -57.6, -20.0))
    half = gather_raster(raster, bounds=(-60.0, -22.4, east, -20.0))
    expected, got = (classify_population(places, lon, lat)[1] for places in (whole, half))
    columns = ["cell_class", "detailed_class", "density_persons_per_km2"]
    assert (expected["cell_class"] > 1).mean() > 0.1
    assert got[columns].equals(expected[columns])


def test_half_of_uruguay_gets_the_classes_of_the_whole(cases):
    raster = Raster(cases / "uruguay/population_1km.tif")
    random = np.random.default_rng(4)
    # Across Montevideo, which the bounds cut in two.
    lon, lat = random.uniform(-58.4, -56.18, 50_000), random.uniform(-34.95, -34.0, 50_000)
    whole = gather_raster(raster, bounds=(-58.5, -35.0, -53.1, -30.0))
    west = gather_raster(raster, bounds=(-58.5, -35.0, -56.18, -33.9))
    columns = ["cell_class", "detailed_class", "density_persons_per_km2"]
    expected, got = (classify_population(places, lon, lat)[1][columns] for places in (whole, west))
    assert set(expected["cell_class"]) == {1, 2, 3}
    assert got.equals(expected)


def test_the_grid_grows_while_a_town_goes_on_over_its_edge(tmp_path):
    # A strip of 150 km along the equator of 400 persons per km2, of which the region holds the first 10 km.
    people = np.zeros((20, 200))
    people[9:11, 20:170] = 400.0 * 1.23
    raster = write(tmp_path / "people.tif", people, 0.0, 0.1, 0.01, CRS.from_epsg(4326))
    places = gather_raster(raster, bounds=(0.2, -0.1, 0.29, 0.1))
    assert places.persons.sum() == pytest.approx(people.sum())


def test_people_are_multiplied_where_they_live(tmp_path):
    raster = write(tmp_path / "people.tif", np.full((40, 40), 10.0), 0, 0.4, 0.01, CRS.from_epsg(4326))
    places = gather_raster(raster, bounds=(0.1, 0.1, 0.3, 0.3), factor=lambda lon, _: np.where(lon < 0.2, 3.0, 0.0))
    assert places.persons.sum() == pytest.approx(16_000 / 2 * 3)


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
