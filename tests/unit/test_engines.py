"""Each sum of a raster is held against a second program; what only one of them gets wrong is seen."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from families import territories
from rasterio import Affine
from shapely.geometry import box

from comarca.crs import geodesic_area_km2
from comarca.rasters.bands import Raster, open_raster
from comarca.rasters.by_centre import centre_class_km2, centre_statistics, sums_with_border
from comarca.rasters.engines import engines_check
from comarca.rasters.exactextract import Band, CellAreas, ZonalStatistic, extract
from comarca.rasters.zonal import class_areas_ha, sums_by_year, zonal


@pytest.fixture
def people(tmp_path):
    """Write 60 x 80 cells of 0.01 degrees with some that have no data."""
    values = np.random.default_rng(3).gamma(2.0, 30.0, (60, 80)).astype("float32")
    values[5:9, 5:9] = -1
    profile = {
        "driver": "GTiff", "height": 60, "width": 80, "count": 1, "dtype": "float32", "crs": "EPSG:4326", "nodata": -1,
        "transform": Affine(0.01, 0, 0.0, 0, -0.01, 0.6),
    }  # fmt: skip
    with rasterio.open(tmp_path / "people.tif", "w", **profile) as file:
        file.write(values, 1)
    return Raster(tmp_path / "people.tif")


@pytest.fixture
def area():
    """Draw 48 territories with slanting borders."""
    cells = [box(x, y, x + 0.1, y + 0.1) for x in np.arange(0, 0.8, 0.1) for y in np.arange(0, 0.6, 0.1)]
    slanted = shapely.transform(np.array(cells), lambda c: c @ np.array([[0.97, 0.05], [0.03, 0.95]]) + 0.003)
    return territories(*slanted)


def test_the_sums_of_the_run_pass_and_twenty_territories_are_recomputed(people, area):
    check = engines_check(people, area, zonal({"r": people}, area)["r_sum"], name="population")
    assert check.status == "pass"
    assert 0 < check.value < 1
    assert len(check.rows) == 20
    assert len(engines_check(people, area.head(7), zonal({"r": people}, area)["r_sum"], name="p").rows) == 7


def test_the_sample_does_not_depend_on_the_order_of_the_territories(people, area):
    sums = zonal({"r": people}, area)["r_sum"]
    first, second = (engines_check(people, each, sums, name="p").rows for each in (area, area.iloc[::-1]))
    assert {row["territory_id"] for row in first} == {row["territory_id"] for row in second}


@pytest.mark.parametrize("fault", ["shifted", "lost", "no_data_counted"])
def test_a_fault_in_the_sums_fails_and_names_the_territory(people, area, fault):
    sums = zonal({"r": people}, area)["r_sum"].rename("sum")
    wrong = {
        "shifted": pd.Series(np.roll(sums.to_numpy(), 1) * 1.5, sums.index),
        "lost": sums.where(sums.index != sums.index[4]),
        "no_data_counted": sums + 1e5,
    }[fault]
    check = engines_check(people, area, wrong, name="population", sample=48)
    assert check.status == "fail"
    assert check.value > 1
    outside = [row for row in check.rows if abs(row["sum"] - row["rasterstats"]) > row["bound"]]
    assert outside
    if fault == "lost":
        assert [row["territory_id"] for row in outside] == [sums.index[4]]


def test_the_bound_holds_what_the_border_cells_hold_and_inside_both_agree(people):
    shapes = np.array([box(0.105, 0.105, 0.305, 0.405), box(0.1, 0.1, 0.3, 0.4)])
    with open_raster(people) as grid:
        sums, border = sums_with_border(grid, shapes)
        values, is_data = grid.read(0, 0, 60, 80)
    filled = np.where(is_data, values, 0.0)
    # Rows count from the north (0.6): the border of the first box runs through the middle of cells.
    ring = filled[19:50, 10:31].sum() - filled[20:49, 11:30].sum()
    assert border[0] == pytest.approx(ring)
    assert sums[1] == pytest.approx(filled[20:50, 10:30].sum())


@pytest.mark.parametrize(("part", "status"), [(0.0009, "pass"), (-0.0009, "pass"), (0.002, "fail")])
def test_beside_the_cells_on_the_border_a_thousandth_is_allowed(people, part, status):
    area = territories(box(0.105, 0.105, 0.305, 0.405))
    row = engines_check(people, area, pd.Series([0.0], ["01"]), name="p").rows[0]
    border = row["bound"] - 0.001 * row["rasterstats"]
    sums = pd.Series([row["rasterstats"] * (1 + part) + np.sign(part) * border], ["01"])
    assert engines_check(people, area, sums, name="p").status == status


def test_areas_of_classes_are_compared_too(tmp_path, area):
    codes = np.random.default_rng(1).integers(1, 4, (60, 80)).astype("uint8")
    with rasterio.open(
        tmp_path / "cover.tif", "w", driver="GTiff", height=60, width=80, count=1, dtype="uint8", crs="EPSG:4326",
        nodata=0, transform=Affine(0.01, 0, 0.0, 0, -0.01, 0.6),
    ) as file:  # fmt: skip
        file.write(codes, 1)
    cover = Raster(tmp_path / "cover.tif")
    sums = class_areas_ha(cover, area)[[1, 2]].sum(axis=1)
    assert engines_check(cover, area, sums, name="farmland", classes=[1, 2]).status == "pass"
    assert engines_check(cover, area, sums, name="farmland", classes=[1]).status == "fail"
    with open_raster(cover) as grid:
        shapes = area.geometry.to_numpy()
        areas = centre_class_km2(grid, shapes)
        counts = centre_statistics(grid, shapes)["count"]
        assert [len(each) for each in areas] == [3] * 48
        assert sum(each.sum() for each in areas) == pytest.approx(
            counts.sum() * grid.cell_area_km2(30, 40, 1, 1)[0, 0], rel=1e-3
        )


def test_sums_by_year_carry_the_check_and_take_the_engine_that_is_asked_for(people, area):
    exact, checks = sums_by_year({2020: people}, area, name="night_lights")
    assert [check.status for check in checks if check.name == "night_lights_2020_engines"] == ["pass"]
    centre, _ = sums_by_year({2020: people}, area, name="night_lights", engine="rasterstats")
    assert not np.allclose(exact["sum"], centre["sum"])
    assert centre["sum"].sum() == pytest.approx(exact["sum"].sum(), rel=0.05)


def test_a_territory_outside_the_raster_has_nothing_in_both(people):
    away = gpd.GeoDataFrame({"territory_id": ["X"]}, geometry=[box(10, 10, 11, 11)], crs=4326)
    check = engines_check(people, away, pd.Series([np.nan], ["X"]), name="population")
    assert check.status == "pass"
    assert check.rows[0]["rasterstats"] == 0.0


@pytest.mark.parametrize("strategy", ["raster-sequential", "feature-sequential"])
def test_a_window_is_read_as_the_same_place_of_the_whole_band(people, strategy):
    zones = gpd.GeoDataFrame(geometry=[box(0.111, 0.213, 0.397, 0.388)], crs=4326)
    with open_raster(people) as grid:
        # Rows 15 to 45 from the north, and columns 10 to 45 from the west, hold the zone.
        for band in (Band(grid, "whole"), Band(grid, "window", (15, 10, 30, 35))):
            table = extract(
                zones,
                [ZonalStatistic("sum", "sum", band), ZonalStatistic("sum", "km2", CellAreas(grid, "area"))],
                strategy=strategy,
            )
            assert table.loc[0, "sum"] == pytest.approx(zonal({"r": people}, zones.assign(territory_id="1")).iloc[0, 0])
            assert table.loc[0, "km2"] == pytest.approx(geodesic_area_km2(zones.geometry.to_numpy())[0], rel=1e-4)
