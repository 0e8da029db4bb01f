"""A region on both sides of the antimeridian, such as Fiji: the same figures as the same region elsewhere."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from road_cases import network_of

from comarca.crs import degree_boxes, equal_area_crs, geodesic_area_km2, mollweide, region_bounds
from comarca.fetch.providers.tiles import ghsl_tiles, worldcover_tiles
from comarca.population.grid import gather_raster
from comarca.population.raster import demand_from_raster
from comarca.rasters.bands import Raster
from comarca.rasters.grids import cell_middles, square_grid
from comarca.rasters.zonal import zonal
from comarca.sources.osm.clip import routing_area

#: How far the region is moved to lie elsewhere: 40 degrees to the west.
AWAY = -40.0


def boxes(west):
    """Three territories: 1 west, 2 across (two parts), 3 east of a meridian that lies 2 degrees from the west edge."""
    edge = west + 2
    return [
        shapely.box(west, -18, edge - 0.5, -17),
        shapely.union_all([shapely.box(edge - 0.5, -18, edge, -17), shapely.box(edge, -18, edge + 0.5, -17)]),
        shapely.box(edge + 0.5, -18, edge + 1, -17),
    ]


def layer(shapes):
    table = {"territory_id": ["1", "2", "3"], "territory_name": ["A", "B", "C"]}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


@pytest.fixture
def fiji():
    there = [
        shapely.box(178, -18, 179.5, -17),
        shapely.MultiPolygon([shapely.box(179.5, -18, 180, -17), shapely.box(-180, -18, -179.5, -17)]),
        shapely.box(-179.5, -18, -179, -17),
    ]
    return layer(there)


@pytest.fixture
def elsewhere():
    return layer(boxes(178 + AWAY))


def test_the_extent_goes_the_short_way_round(fiji, elsewhere):
    assert region_bounds(fiji.geometry) == (178, -18, 181, -17)
    assert region_bounds(elsewhere.geometry) == tuple(elsewhere.total_bounds)
    assert region_bounds([shapely.box(-180, -10, 180, 10)]) == (-180, -10, 180, 10)
    assert region_bounds([shapely.Point(-170, 1), shapely.Point(20, 2)]) == (20, 1, 190, 2)
    assert degree_boxes((178, -18, 181, -17)) == [(178, -18, 180.0, -17), (-180.0, -18, -179, -17)]
    assert degree_boxes((179, 0, -179, 1)) == [(179, 0, 180.0, 1), (-180.0, 0, -179, 1)]
    assert degree_boxes((1, 0, 2, 1)) == [(1, 0, 2, 1)]


def test_areas_and_grids_are_those_of_the_same_region_elsewhere(fiji, elsewhere):
    assert geodesic_area_km2(fiji.geometry) == pytest.approx(geodesic_area_km2(elsewhere.geometry))
    here, there = (square_grid(region_bounds(area.geometry), cell_m=5000) for area in (fiji, elsewhere))
    assert here.shape == there.shape
    assert '"Longitude of natural origin",179.5' in equal_area_crs(region_bounds(fiji.geometry)).to_wkt()
    assert '"Longitude of natural origin",180' in mollweide(region_bounds(fiji.geometry)).to_wkt()


def world(path, west):
    """People by quarter degree on a raster of the whole world; 1 per cell in a band of 4 degrees from the west on."""
    values = np.zeros((720, 1440), dtype="float32")
    columns = (np.arange(16) + round((west + 180) * 4)) % 1440
    values[np.ix_(range(424, 436), columns)] = np.arange(12 * 16, dtype="float32").reshape(12, 16)
    grid = {"driver": "GTiff", "width": 1440, "height": 720, "count": 1, "dtype": "float32", "crs": 4326, "nodata": -1}
    with rasterio.open(path, "w", **grid, transform=Affine(0.25, 0, -180, 0, -0.25, 90)) as file:
        file.write(values, 1)
    return Raster(path)


def test_rasters_are_summed_on_both_sides(fiji, elsewhere, tmp_path):
    here, there = world(tmp_path / "here.tif", 178), world(tmp_path / "there.tif", 178 + AWAY)
    sums = [zonal({"p": raster}, area)["p_sum"].to_numpy() for raster, area in ((here, fiji), (there, elsewhere))]
    assert sums[0].min() > 0
    assert sums[0] == pytest.approx(sums[1])
    found = [
        demand_from_raster(raster, area, demand_cell_m=1000)[0].groupby("territory_id")["population_persons"].sum()
        for raster, area in ((here, fiji), (there, elsewhere))
    ]
    pd.testing.assert_series_equal(found[0], found[1])


def test_people_are_gathered_in_one_grid_of_moderate_size(fiji, elsewhere, tmp_path):
    here, there = world(tmp_path / "here.tif", 178), world(tmp_path / "there.tif", 178 + AWAY)
    one, other = (
        gather_raster(raster, bounds=region_bounds(area.geometry))
        for raster, area in ((here, fiji), (there, elsewhere))
    )
    assert one.persons.size < 2 * other.persons.size
    assert inside(one, 180.0) == pytest.approx(inside(other, 180.0 + AWAY), rel=0.03)


def inside(places, meridian):
    """Sum the people of the cells that lie in the three territories around a meridian."""
    lon, lat = cell_middles(places.grid)
    east = (lon - meridian + 180) % 360 - 180
    return places.persons.ravel()[(east > -2) & (east < 1) & (lat > -18) & (lat < -17)].sum()


def test_the_surroundings_of_a_region_reach_over_the_antimeridian_and_no_farther(fiji):
    around = routing_area(fiji.union_all(), buffer_km=20)
    assert geodesic_area_km2([around])[0] == pytest.approx((318 + 40) * (111 + 40), rel=0.02)
    assert shapely.contains_xy(around, [179.9, -179.9, -178.9, 177.9], -17.5).all()
    assert not shapely.contains_xy(around, [0, 177, -178, 90], -17.5).any()
    plain = routing_area(shapely.box(10, 0, 11, 1), buffer_km=20)
    assert plain.bounds == pytest.approx((9.82, -0.18, 11.18, 1.18), abs=0.01)


def test_tiles_are_those_of_both_sides_and_none_between(fiji):
    region = fiji.union_all()
    assert [*ghsl_tiles(region)] == ["R12_C1", "R12_C36"]
    assert {*worldcover_tiles(region)} == {"S18E177", "S18W180"}


def test_roads_that_end_on_either_side_of_the_antimeridian_meet_there():
    lines = [[(179.99, -17), (180, -17)], [(-180, -17), (-179.99, -17)]]
    there, elsewhere = (network_of(each) for each in (lines, [[(9.99, -17), (10, -17)], [(10, -17), (10.01, -17)]]))
    assert len(there.node_lon) == len(elsewhere.node_lon) == 3
    assert len(there.component_km) == 1
    assert there.edge_km.sum() == pytest.approx(elsewhere.edge_km.sum(), rel=1e-9)
