"""FrictionSurface rasters: classes and values become walking times; tables of speeds; what is stored comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from grid_cases import grid_of
from rasterio.io import MemoryFile

from comarca.access import friction
from comarca.access.friction import (
    FrictionSurface,
    _subcells,
    elevation_on,
    friction_from_classes,
    friction_from_raster,
    walking_speeds,
)
from comarca.errors import InputError
from comarca.rasters.grids import cell_middles, square_grid
from comarca.registry.legends import read_legend


@pytest.fixture
def classes_raster():
    """Class codes in degrees, 0.0005 degrees wide: grass, forest, a river of two columns, and a strange class."""
    codes = np.full((80, 120), 30, dtype="uint8")
    codes[:, 60:] = 10
    codes[:, 40:42] = 80
    codes[0:8, 0:8] = 77
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=80, width=120, count=1, dtype="uint8", crs="EPSG:4326",
            transform=Affine(0.0005, 0, 0, 0, -0.0005, 0.02), nodata=0,
        ) as raster:  # fmt: skip
            raster.write(codes, 1)
        with memory.open() as raster:
            yield raster


def test_classes_become_minutes_per_metre(classes_raster):
    grid = square_grid((-0.01, -0.02, 0.06, 0.02), cell_m=50.0)
    pace, checks = friction_from_classes(
        classes_raster, grid, {10: 1.62, 30: 4.86, 80: 0.0}, other_kmh=3.0, barrier_share=0.5
    )
    lon, lat = cell_middles(grid)

    def near(longitude, latitude):
        return pace.ravel()[np.argmin((lon - longitude) ** 2 + (lat - latitude) ** 2)]

    assert near(0.01, 0.0) == pytest.approx(60 / 4860)
    assert near(0.05, 0.0) == pytest.approx(60 / 1620)
    assert near(0.002, 0.018) == pytest.approx(60 / 3000)
    assert np.isinf(near(0.0205, 0.0))
    assert np.isinf(near(-0.005, 0.0))
    by_name = {check.name: check for check in checks}
    assert by_name["offroad_unknown_class_share"].status == "warn"
    assert by_name["offroad_unknown_class_share"].value == pytest.approx(64 / 9600, rel=0.1)
    assert 0 < by_name["offroad_barrier_share"].value < 1


def test_mixed_cells_take_the_mean_time_of_what_can_be_walked(classes_raster):
    grid = square_grid((0.012, -0.01, 0.028, 0.01), cell_m=500.0)
    speeds = {10: 1.62, 30: 4.86, 80: 0.0}
    narrow, _ = friction_from_classes(classes_raster, grid, speeds, other_kmh=3.0)
    assert np.isfinite(narrow).all()
    assert narrow == pytest.approx(np.full(grid.shape, 60 / 4860))
    wide, _ = friction_from_classes(classes_raster, grid, speeds, other_kmh=3.0, barrier_share=0.2)
    assert np.isinf(wide).any(axis=1).all()


def test_a_friction_raster_is_taken_as_it_is():
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=20, width=20, count=1, dtype="float32", crs="EPSG:4326",
            transform=Affine(0.01, 0, 0, 0, -0.01, 0.2), nodata=-9999,
        ) as raster:  # fmt: skip
            values = np.full((20, 20), 0.02, dtype="float32")
            values[:, 5] = -9999
            raster.write(values, 1)
        with memory.open() as raster:
            grid = square_grid((0.0, 0.0, 0.2, 0.2), cell_m=500.0)
            pace, checks = friction_from_raster(raster, grid)
            height = elevation_on(raster, grid)
    assert pace[np.isfinite(pace)] == pytest.approx(0.02)
    assert checks[0].value == pytest.approx(np.isinf(pace).mean(), abs=1e-6)
    assert np.isinf(pace).any(axis=1).all()
    assert np.isnan(height).any()
    assert height[np.isfinite(height)] == pytest.approx(0.02)


def test_strips_of_a_friction_raster_change_nothing(classes_raster, monkeypatch):
    grid = square_grid((0.0, 0.0, 0.03, 0.018), cell_m=200.0)
    whole, _ = friction_from_classes(classes_raster, grid, {10: 1.62, 30: 4.86, 80: 0.0}, other_kmh=3.0)
    for rows in (1, 4):
        monkeypatch.setattr(friction, "BLOCK_CELLS", rows * grid.shape[1] * _subcells(classes_raster, grid) ** 2)
        parts, _ = friction_from_classes(classes_raster, grid, {10: 1.62, 30: 4.86, 80: 0.0}, other_kmh=3.0)
        np.testing.assert_array_equal(parts, whole)
    assert grid.shape[0] % 4


@pytest.mark.parametrize(("height_m", "is_land"), [(-500.0, True), (9000.0, True), (-501.0, False), (9001.0, False)])
def test_heights_that_no_land_has_are_refused(height_m, is_land):
    grid = grid_of(3, 4)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=3, width=4, count=1, dtype="float32", crs=grid.crs.to_wkt(), transform=grid.transform
        ) as raster:
            raster.write(np.full((3, 4), height_m, dtype="float32"), 1)
        with memory.open() as raster:
            if is_land:
                assert (elevation_on(raster, grid) == height_m).all()
            else:
                with pytest.raises(InputError, match="heights of land"):
                    elevation_on(raster, grid)


@pytest.mark.parametrize(("native_m", "expected"), [(250.0, 4), (310.0, 3), (1000.0, 1), (4000.0, 1)])
def test_a_cell_is_read_in_as_many_parts_as_the_raster_has_in_its_side(native_m, expected):
    grid = square_grid((-0.1, -0.1, 0.1, 0.1), cell_m=1000.0)
    with MemoryFile() as memory:
        transform = Affine(native_m, 0, -2 * native_m, 0, -native_m, 2 * native_m)
        with memory.open(
            driver="GTiff", height=4, width=4, count=1, dtype="uint8", crs=grid.crs.to_wkt(), transform=transform
        ) as raster:
            assert _subcells(raster, grid) == expected


def test_arrays_can_be_stored_and_taken_back():
    friction = FrictionSurface(
        grid_of(2, 3), np.array([[1.0, np.inf, 2.0], [0.5, 0.25, 4.0]]), np.arange(6.0).reshape(2, 3)
    )
    again = FrictionSurface.from_arrays(friction.to_arrays())
    np.testing.assert_allclose(again.min_per_m, friction.min_per_m)
    np.testing.assert_allclose(again.elevation_m, friction.elevation_m)
    assert again.grid.transform == friction.grid.transform
    assert again.grid.crs == friction.grid.crs
    level = FrictionSurface(friction.grid, friction.min_per_m)
    assert FrictionSurface.from_arrays(level.to_arrays()).elevation_m is None


@pytest.mark.parametrize("legend", ["worldcover", "mapbiomas", "corine"])
def test_every_class_of_every_legend_has_a_speed(root, legend):
    rows = pd.read_csv(root / "config/offroad_speeds.csv", dtype=str)
    known = read_legend(legend)
    speeds = walking_speeds(rows, legend=legend)
    assert set(speeds) == set(known.table.index)
    water = {code for code, kmh in speeds.items() if kmh == 0}
    assert water == set(known.codes("is_water"))


@pytest.mark.parametrize(
    "rows",
    [
        {"legend": ["a", "a"], "code": ["1", "1"], "speed_kmh": ["3", "4"]},
        {"legend": ["a"], "code": ["x"], "speed_kmh": ["3"]},
        {"legend": ["a"], "code": ["1"], "speed_kmh": ["-3"]},
        {"legend": ["a"], "code": ["1"], "speed_kmh": [None]},
        {"legend": ["b"], "code": ["1"], "speed_kmh": ["3"]},
        {"legend": ["a"], "code": ["1"]},
    ],
)
def test_a_wrong_table_of_speeds_is_refused(rows):
    with pytest.raises(InputError):
        walking_speeds(pd.DataFrame(rows), legend="a", name="speeds.csv")
