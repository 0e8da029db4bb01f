"""Walking over a friction raster and driving on: closed forms, an independent library, rivers, no roads."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from grid_cases import CELL_M, grid_of
from pyproj import Transformer
from rasterio.warp import transform_bounds
from road_cases import network_of
from scipy import ndimage
from skimage.graph import MCP_Geometric

from comarca.access.cells import Seeds, walk_to_seeds
from comarca.access.cities import travel_times_by_class
from comarca.access.friction import (
    FrictionSurface,
    friction_from_classes,
    slope_factor,
    walking_speeds,
)
from comarca.access.offroad import offroad_reasons, offroad_routes, offroad_targets
from comarca.access.offroad_network import offroad_network
from comarca.access.rasters import travel_time_strips
from comarca.access.routable import origins_at, routable_network
from comarca.access.routes import quickest_routes, straight_km
from comarca.rasters.grids import cell_middles, square_grid
from comarca.results import Flag

KMH_4 = 60 / 4000
#: Far from everything that is tested.
AWAY = [(40.0, 40.0), (40.01, 40.0)]


def at(grid, row, column) -> tuple[float, float]:
    """Longitude and latitude of a place in rows and columns; whole numbers are corners of cells."""
    east, north = grid.transform.c + column * CELL_M, grid.transform.f - row * CELL_M
    return Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(east, north)


def places(grid, *spots) -> gpd.GeoDataFrame:
    shapes = [spot if isinstance(spot, shapely.Geometry) else shapely.Point(at(grid, *spot)) for spot in spots]
    return gpd.GeoDataFrame({"city_id": [str(i) for i in range(len(shapes))]}, geometry=shapes, crs=4326)


class Answer(NamedTuple):
    minutes: np.ndarray
    km: np.ndarray
    straight_km: np.ndarray
    destination: np.ndarray
    reason: np.ndarray


def answer(routable, friction, lon, lat) -> Answer:
    """Give the route from each point to the nearest of all destinations."""
    origins, offroad = origins_at(routable, lon, lat), offroad_network(routable, friction)
    chosen = np.ones(len(routable.destinations.geometry), dtype=bool)
    route = offroad_routes(offroad, origins, offroad_targets(offroad, chosen))
    straight = straight_km(origins, routable.destinations, chosen)
    reason = offroad_reasons(offroad, origins, route, chosen)
    return Answer(route.minutes, route.km, straight, route.destination, reason)


def way(friction, network, cities, *spots):
    return answer(routable_network(network, cities), friction, *at(friction.grid, *np.array(spots).T))


@pytest.fixture(params=[60.0, np.nan], ids=["far_away", "none_at_all"])
def no_roads(request):
    return network_of([AWAY], speed_kmh=request.param)


def plane(rows=41, columns=61, pace=KMH_4) -> FrictionSurface:
    return FrictionSurface(grid_of(rows, columns), np.full((rows, columns), pace))


@pytest.mark.parametrize("shape", [(70, 90), (1, 50), (50, 1)])
def test_walks_over_cells_are_those_of_scikit_image(shape):
    rng = np.random.default_rng(7)
    pace = rng.uniform(0.01, 0.05, shape)
    pace[30:33, 5:80] = np.inf
    pace[:50, 40:42] = np.inf
    friction = FrictionSurface(grid_of(*pace.shape), pace)
    source = [(0, 0), (shape[0] - 1, shape[1] // 2)]
    cell = np.ravel_multi_index(np.array(source).T, pace.shape)
    walks = walk_to_seeds(friction, Seeds(cell, np.zeros(2)))
    theirs, _ = MCP_Geometric(pace).find_costs(source)
    np.testing.assert_allclose(walks.minutes.reshape(pace.shape), theirs * CELL_M, rtol=1e-12)
    assert np.isfinite(theirs).mean() >= 0.8
    for number, start in enumerate(source):
        alone, _ = MCP_Geometric(pace).find_costs([start])
        own = (walks.seed == number).reshape(pace.shape)
        np.testing.assert_allclose(alone[own] * CELL_M, walks.minutes.reshape(pace.shape)[own], rtol=1e-12)


def test_walks_go_on_from_the_seeds_as_long_as_it_takes_from_there():
    friction = plane(1, 11)
    walks = walk_to_seeds(friction, Seeds(np.array([10, 0, 0]), np.array([2.0, 50.0, 1.0])))
    step = CELL_M * KMH_4
    expected = np.minimum(1.0 + np.arange(11) * step, 2.0 + np.arange(11)[::-1] * step)
    np.testing.assert_allclose(walks.minutes, expected, rtol=1e-12)
    # Of two seeds in one cell the quicker counts, whatever their order.
    assert walks.seed.tolist() == [2] * 6 + [0] * 5
    np.testing.assert_allclose(walks.km * 1000, np.minimum(np.arange(11), np.arange(11)[::-1]) * CELL_M)
    nobody = walk_to_seeds(friction, Seeds(np.zeros(0, dtype=np.int64), np.zeros(0)))
    assert np.isinf(nobody.minutes).all()
    assert (nobody.seed == -1).all()


def test_on_the_plane_ways_are_octile(no_roads):
    friction = plane()
    middle = (20.5, 30.5)
    spots = [(row + 0.5, column + 0.5) for row in range(41) for column in range(61)]
    found = way(friction, no_roads, places(friction.grid, middle), *spots)
    across, along = np.abs(np.array(spots) - middle).T
    octile = np.maximum(across, along) + (np.sqrt(2) - 1) * np.minimum(across, along)
    np.testing.assert_allclose(found.minutes, octile * CELL_M * KMH_4, rtol=1e-6, atol=1e-6)
    straight = found.straight_km * 1000 * KMH_4
    ratio = found.minutes[straight > 0] / straight[straight > 0]
    assert ratio.max() <= 1 / np.cos(np.pi / 8) * 1.001
    assert ratio.min() >= 0.999
    np.testing.assert_allclose(found.km * 1000 * KMH_4, found.minutes, rtol=1e-9)


def test_a_river_without_a_bridge_blocks_and_one_with_a_bridge_does_not(no_roads):
    friction = plane()
    friction.min_per_m[:, 30] = np.inf
    city = places(friction.grid, (20.5, 50.5))
    blocked = way(friction, no_roads, city, (20.5, 10.5))
    assert np.isinf(blocked.minutes[0])
    assert blocked.reason[0] == Flag.UNREACHABLE
    assert blocked.destination[0] == -1
    assert np.isnan(blocked.km[0])
    bridge = network_of([[at(friction.grid, 20.5, 25.5), at(friction.grid, 20.5, 50.5)]], speed_kmh=60.0)
    crossed = way(friction, bridge, city, (20.5, 10.5))
    assert crossed.minutes[0] == pytest.approx(15 * CELL_M * KMH_4 + 25 * CELL_M / 1000, rel=1e-4)


def test_a_river_that_runs_diagonally_blocks_too(no_roads):
    friction = plane(41, 41)
    friction.min_per_m[np.arange(41), np.arange(41)] = np.inf
    found = way(friction, no_roads, places(friction.grid, (5.5, 30.5)), (30.5, 5.5), (5.5, 20.5))
    assert np.isinf(found.minutes[0])
    assert np.isfinite(found.minutes[1])


def test_nobody_steps_onto_a_bridge_in_the_middle_of_the_river():
    friction = plane()
    friction.min_per_m[:, 28:33] = np.inf
    bridge = network_of([[at(friction.grid, 20.5, column + 0.5) for column in (30, 50)]], speed_kmh=60.0)
    found = way(friction, bridge, places(friction.grid, (20.5, 50.5)), (20.5, 10.5))
    assert np.isinf(found.minutes[0])


def test_a_path_through_pasture_is_slower_than_a_road():
    friction = plane()
    road = network_of([[at(friction.grid, 10.5, 5.5), at(friction.grid, 10.5, 55.5)]], speed_kmh=30.0)
    city = places(friction.grid, (10.5, 55.5))
    beside, far = way(friction, road, city, (10.5, 5.5), (20.5, 5.5)).minutes
    assert beside == pytest.approx(5.0 / 30 * 60, rel=1e-3)
    walk, drive = 10 * CELL_M * KMH_4, 5.0 / 30 * 60
    assert walk + drive * 0.7 < far <= walk + drive + 1e-6
    on_foot = way(friction, network_of([AWAY]), city, (20.5, 5.5)).minutes[0]
    assert far < on_foot / 2


def test_where_there_is_no_road_people_walk_through_the_forest(no_roads):
    friction = plane(pace=60 / 1620)
    found = way(friction, no_roads, places(friction.grid, (20.5, 60.5)), (20.5, 0.5))
    assert found.minutes[0] == pytest.approx(6.0 / 1.62 * 60, rel=1e-6)
    assert found.km[0] == pytest.approx(6.0)
    assert found.destination[0] == 0


def test_the_car_is_not_taken_across_the_fields():
    friction = plane()
    west = [at(friction.grid, 20.5, 0.5), at(friction.grid, 20.5, 25.5)]
    east = [at(friction.grid, 20.5, 35.5), at(friction.grid, 20.5, 60.5)]
    network = network_of([west, east], speed_kmh=60.0)
    found = way(friction, network, places(friction.grid, (20.5, 60.5)), (20.5, 0.5), (20.5, 30.5))
    walk_35, drive_25 = 35 * CELL_M * KMH_4, 2.5
    assert found.minutes[0] == pytest.approx(walk_35 + drive_25, rel=1e-4)
    assert found.minutes[1] == pytest.approx(5 * CELL_M * KMH_4 + drive_25, rel=1e-4)


def test_the_raster_of_times_holds_those_of_the_middles_of_its_cells(no_roads):
    friction = plane()
    friction.min_per_m[:, 30] = np.inf
    routable = routable_network(no_roads, places(friction.grid, (20.5, 10.5)))
    lon, lat = cell_middles(friction.grid)
    world = shapely.box(-1, -1, 1, 1)
    classes = np.array([[True], [False]])
    (raster,) = travel_time_strips(routable, classes, grid=friction.grid, area=world, friction=friction)
    points = answer(routable, friction, lon, lat)
    np.testing.assert_allclose(
        raster.minutes[0].ravel(), np.where(np.isinf(points.minutes), np.nan, points.minutes), rtol=1e-6
    )
    np.testing.assert_array_equal(raster.destination[0].ravel(), points.destination)
    assert np.isnan(raster.minutes[1]).all()
    assert (raster.destination[1] == -1).all()


def test_one_way_roads_are_driven_one_way():
    friction = plane()
    ends = [at(friction.grid, 20.5, 5.5), at(friction.grid, 20.5, 55.5)]
    city = places(friction.grid, (20.5, 55.5))
    there = way(friction, network_of([ends], oneway="yes"), city, (20.5, 5.5)).minutes[0]
    against = way(friction, network_of([ends], oneway="-1"), city, (20.5, 5.5)).minutes[0]
    assert there == pytest.approx(5.0, rel=1e-4)
    assert against == pytest.approx(50 * CELL_M * KMH_4, rel=1e-4)


def test_roads_that_nobody_may_walk_onto_are_passed_by():
    friction = plane()
    motorway = network_of([[at(friction.grid, 20.5, 5.5), at(friction.grid, 20.5, 55.5)]], on_foot=False)
    found = way(friction, motorway, places(friction.grid, (20.5, 55.5)), (20.5, 5.5))
    assert found.minutes[0] == pytest.approx(50 * CELL_M * KMH_4, rel=1e-4)


def test_within_a_cell_people_walk_straight_to_the_road():
    friction = plane()
    road = network_of([[at(friction.grid, 20.1, 0.5), at(friction.grid, 20.1, 60.5)]], speed_kmh=60.0)
    found = way(friction, road, places(friction.grid, (20.1, 60.5)), (20.4, 10.5))
    # Spots on roads stand at most a quarter of a cell apart.
    assert found.minutes[0] == pytest.approx(30 * KMH_4 + 5.0, abs=CELL_M / 8 * KMH_4)


def test_over_even_land_it_agrees_with_the_straight_walk():
    friction = plane(pace=1.3 * KMH_4)
    rng = np.random.default_rng(3)
    lines = [[at(friction.grid, row, 2.0), at(friction.grid, row, 58.0)] for row in (5.3, 22.7)] + [
        [at(friction.grid, 5.3, 30.0), at(friction.grid, 22.7, 30.0)]
    ]
    lines = [shapely.LineString(line).segmentize(0.0005) for line in lines]
    noded = shapely.node(shapely.MultiLineString(lines))
    network = network_of(list(shapely.get_parts(noded)), speed_kmh=40.0)
    cities = places(friction.grid, (5.3, 58.0), (22.7, 2.0))
    spots = np.column_stack([rng.uniform(1, 40, 200), rng.uniform(1, 60, 200)])
    routable = routable_network(network, cities)
    lon, lat = at(friction.grid, *np.array(spots).T)
    origins = origins_at(routable, lon, lat)
    chosen = np.ones(2, dtype=bool)
    straight = quickest_routes(routable, origins, chosen)
    walked = answer(routable, friction, lon, lat)
    extra = walked.minutes - straight.minutes
    # Octile ways are up to 8.2 % longer; in the cell people go over its middle.
    assert (extra <= 0.083 * straight.minutes + 1.5 * CELL_M * 1.3 * KMH_4).all()
    assert (extra >= -0.01 - 1e-3 * straight.minutes).all()
    assert np.median(extra) < 1.5
    np.testing.assert_allclose(walked.straight_km, straight_km(origins, routable.destinations, chosen))


def test_time_to_a_city_with_an_area_runs_to_its_edge(no_roads):
    friction = plane()
    corners = [at(friction.grid, row, column) for row, column in ((10, 40), (10, 60), (30, 60), (30, 40))]
    found = way(friction, no_roads, places(friction.grid, shapely.Polygon(corners)), (20.5, 10.0), (20.5, 45.0))
    assert found.minutes[0] == pytest.approx(30 * CELL_M * KMH_4, abs=0.51 * CELL_M * KMH_4)
    assert found.minutes[1] == 0


def test_who_lives_in_a_cell_of_water_stands_on_the_bank(no_roads):
    friction = plane()
    friction.min_per_m[:, 30] = np.inf
    found = way(friction, no_roads, places(friction.grid, (20.5, 10.5)), (20.5, 30.2), (100.5, 10.5))
    assert found.minutes[0] == pytest.approx((30.2 - 10.5) * CELL_M * KMH_4, rel=0.02)
    assert found.reason[1] == Flag.OUTSIDE_RASTER


def test_cells_from_which_no_city_is_reached_have_no_destination(no_roads):
    friction = plane(1, 11)
    friction.min_per_m[:, 5] = np.inf
    found = way(friction, no_roads, places(friction.grid, (0.5, 0.5), (0.5, 1.5)), (0.5, 2.5), (0.5, 8.5))
    assert found.destination.tolist() == [1, -1]
    assert np.isinf(found.minutes[1])
    assert np.isnan(found.km[1])


def test_uphill_takes_longer_than_downhill(no_roads):
    level = plane(3, 61)
    slope = FrictionSurface(level.grid, level.min_per_m, np.tile(np.arange(61) * 10.0, (3, 1)))
    up = way(slope, no_roads, places(level.grid, (1.5, 60.5)), (1.5, 0.5)).minutes[0]
    down = way(slope, no_roads, places(level.grid, (1.5, 0.5)), (1.5, 60.5)).minutes[0]
    on_level = 60 * CELL_M * KMH_4
    assert up == pytest.approx(on_level * np.exp(3.5 * 0.10), rel=1e-6)
    assert down == pytest.approx(on_level, rel=1e-6)


def test_where_no_height_is_known_the_land_is_level(no_roads):
    level = plane(3, 61)
    height = np.full((3, 61), 800.0)
    height[:, 20:40] = np.nan
    found = way(
        FrictionSurface(level.grid, level.min_per_m, height), no_roads, places(level.grid, (1.5, 60.5)), (1.5, 0.5)
    )
    assert found.minutes[0] == pytest.approx(60 * CELL_M * KMH_4, rel=1e-6)


def test_slope_factor_is_that_of_tobler():
    speed = 6 * np.exp(-3.5 * np.abs(np.array([-0.3, -0.05, 0.0, 0.2]) + 0.05))
    np.testing.assert_allclose(slope_factor(np.array([-0.3, -0.05, 0.0, 0.2])), 6 * np.exp(-3.5 * 0.05) / speed)


def test_travel_times_have_the_same_columns_with_and_without_a_raster():
    friction = plane()
    network = network_of([[at(friction.grid, 20.5, 5.5), at(friction.grid, 20.5, 55.5)]])
    cities = places(friction.grid, (20.5, 55.5)).assign(
        city_name="A", country="AAA", population_persons=60_000.0, osm_id=None
    )
    demand = gpd.GeoDataFrame(
        {"demand_id": ["a", "b"], "territory_id": "1", "population_persons": 1.0, "area_km2": np.nan},
        geometry=[shapely.Point(at(friction.grid, 30.5, 5.5)), shapely.Point(at(friction.grid, 20.5, 10.5))],
        crs=4326,
    )
    classes = {"intermediate": (50_000.0, 1e6), "large": (1e6, None)}
    routable = routable_network(network, cities, identifier="city_id")
    without = travel_times_by_class(routable, cities, demand, city_classes_persons=classes)
    with_raster = travel_times_by_class(routable, cities, demand, city_classes_persons=classes, friction=friction)
    for name in classes:
        ours, theirs = with_raster.times[name], without.times[name]
        assert list(ours) == list(theirs)
        assert ours.dtypes.equals(theirs.dtypes)
        assert ours.index.equals(theirs.index)
    assert (with_raster.times["large"]["reason"] == Flag.NO_CITY).all()
    assert with_raster.times["intermediate"].loc["a", "minutes"] < without.times["intermediate"].loc["a", "minutes"]


def test_without_roads_the_amazon_is_reached_wherever_no_river_bars_the_way(root, cases, no_roads):
    speeds = walking_speeds(pd.read_csv(root / "config/offroad_speeds.csv", dtype=str), legend="mapbiomas")
    with rasterio.open(cases / "amapa/mapbiomas_2020_araguari.tif") as raster:
        west, south, east, north = transform_bounds(raster.crs, 4326, *raster.bounds)
        grid = square_grid((west + 0.4, south + 0.4, east - 0.4, north - 0.4), cell_m=250.0)
        pace, checks = friction_from_classes(raster, grid, speeds, other_kmh=3.0, barrier_share=0.3)
    assert checks[0].value == 0
    assert 0.01 < checks[1].value < 0.2
    land, _ = ndimage.label(np.isfinite(pace))
    cell = np.flatnonzero((land == np.bincount(land[land > 0]).argmax()).ravel())[1000]
    lon, lat = cell_middles(grid)
    city = gpd.GeoDataFrame({"city_id": ["0"]}, geometry=[shapely.Point(lon[cell], lat[cell])], crs=4326)
    routable = routable_network(no_roads, city)
    found = answer(routable, FrictionSurface(grid, pace), lon, lat)
    on_land = np.isfinite(pace).ravel()
    is_reached = np.isfinite(found.minutes)
    np.testing.assert_array_equal(is_reached[on_land], (land == land.ravel()[cell]).ravel()[on_land])
    fastest = found.straight_km * 60 / max(speeds.values())
    slowest = found.km * 60 / min(kmh for kmh in speeds.values() if kmh > 0)
    assert (found.minutes[is_reached] >= fastest[is_reached] * 0.998).all()
    assert (found.minutes[is_reached] <= slowest[is_reached] * 1.001).all()
    assert found.minutes[is_reached].max() > 600
