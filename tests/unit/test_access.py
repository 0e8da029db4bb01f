"""Access from points beside the road: hand-worked cases, and the definition tried out in full."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_of
from shapely.geometry import Point, box

from comarca.access import rasters, routes
from comarca.access.market import market_potential
from comarca.access.model import WALKING, Walking
from comarca.access.raster_files import BlockFiles, block_rows, gather, write_block
from comarca.access.rasters import travel_time_strips
from comarca.access.routable import origins_at, routable_network
from comarca.access.routes import quickest_routes, reasons, straight_km
from comarca.crs import GEOD
from comarca.rasters.grids import Grid, square_grid
from comarca.results import Flag
from comarca.roads.graph import nearest_source
from comarca.roads.network import network_checks

#: Minutes per straight metre: 4 km/h and a detour of 1.3.
PACE = 1.3 * 60 / 4000
KM = 1.1131949079
NO_FRAGMENTS = Walking(fragment_max_km=0)


def places(*shapes):
    geometry = [Point(shape) if isinstance(shape, tuple) else shape for shape in shapes]
    return gpd.GeoDataFrame(geometry=geometry, crs=4326)


class Answer(NamedTuple):
    minutes: np.ndarray
    km: np.ndarray
    straight_km: np.ndarray
    destination: np.ndarray
    vertex: np.ndarray
    reason: np.ndarray


def access(network, cities, points, *, walking=NO_FRAGMENTS, chosen=None, **options):
    routable = routable_network(network, cities, walking=walking, **options)
    lon, lat = np.array(points, dtype=float).T
    chosen = np.ones(len(cities), dtype=bool) if chosen is None else np.array(chosen)
    origins = origins_at(routable, lon, lat)
    route = quickest_routes(routable, origins, chosen, walking=walking)
    straight = straight_km(origins, routable.destinations, chosen)
    return Answer(route.minutes, route.km, straight, route.destination, route.vertex, reasons(route, chosen))


ROAD = [(0, 0), (0.1, 0)]


def test_a_walk_and_a_drive_add_up():
    way = access(network_of([ROAD], speed_kmh=60), places((0.02, 0)), [(0.05, 0.01)])
    walk_m = GEOD.inv(0.05, 0.01, 0.05, 0)[2]
    assert way.minutes[0] == pytest.approx(3 * KM + walk_m * PACE, rel=1e-6)
    assert way.km[0] == pytest.approx(3 * KM + walk_m * 1.3 / 1000, rel=1e-6)
    assert way.straight_km[0] == pytest.approx(GEOD.inv(0.05, 0.01, 0.02, 0)[2] / 1000, rel=1e-6)
    assert way.destination[0] == 0


def test_a_person_in_the_city_is_there():
    way = access(network_of([ROAD]), places((0.02, 0)), [(0.02, 0)])
    assert way.minutes[0] == pytest.approx(0, abs=1e-6)


def test_a_one_way_road_is_driven_the_right_way():
    ring = [[(0, 0), (0.01, 0)], [(0.01, 0), (0.01, 0.01)], [(0.01, 0.01), (0, 0.01)], [(0, 0.01), (0, 0)]]
    way = access(network_of(ring, speed_kmh=60, oneway="yes"), places((0, 0)), [(0.001, 0), (0, 0.001)])
    north = GEOD.inv(0, 0, 0, 0.01)[2] / 1000
    # The road goes away from the city here: walking back is quicker than driving round.
    walk_back = GEOD.inv(0, 0, 0.001, 0)[2] * PACE
    assert way.minutes[0] == pytest.approx(min(walk_back, 0.9 * KM + 2 * north + KM), rel=1e-5)
    assert way.minutes[1] == pytest.approx(0.1 * north, rel=1e-5)


def test_the_quickest_road_counts_not_the_nearest():
    slow, fast = [(0, 0), (0.1, 0)], [(0, 0), (0, 0.01), (0.1, 0.01)]
    way = access(network_of([slow, fast], speed_kmh=[1, 100]), places((0, 0)), [(0.09, 0.004)])
    walk_m = GEOD.inv(0.09, 0.004, 0.09, 0.01)[2]
    ride_km = (GEOD.inv(0, 0, 0, 0.01)[2] + GEOD.inv(0, 0.01, 0.09, 0.01)[2]) / 1000
    assert way.minutes[0] == pytest.approx(walk_m * PACE + ride_km * 0.6, rel=1e-5)


def test_people_walk_to_the_next_road_of_a_motorway():
    lines = [[(0, 0), (0.1, 0)], [(0, 0), (0, 0.02), (0.1, 0.02)]]
    way = access(network_of(lines, speed_kmh=60, on_foot=[False, True]), places((0, 0.02)), [(0.1, 0.001)])
    assert way.minutes[0] == pytest.approx(10 * KM + GEOD.inv(0.1, 0.001, 0.1, 0.02)[2] * PACE, rel=1e-4)


def test_walking_all_the_way_is_allowed():
    # The city lies 500 m off its road; who lives beside it does not walk to the road first.
    way = access(network_of([ROAD], speed_kmh=60), places((0.05, 0.0045)), [(0.05, 0.0050)])
    assert way.minutes[0] == pytest.approx(GEOD.inv(0.05, 0.0045, 0.05, 0.005)[2] * PACE, rel=1e-5)
    assert way.vertex[0] == -1


def test_points_on_the_citys_own_road_drive_along_it():
    way = access(network_of([ROAD], speed_kmh=60), places((0.05, 0)), [(0.03, 0), (0.08, 0)])
    assert way.minutes.tolist() == pytest.approx([2 * KM, 3 * KM], rel=1e-4)


def test_nobody_is_snapped_across_the_water():
    island = [(0.05, 0.02), (0.1, 0.02)]
    way = access(network_of([ROAD, island]), places((0.01, 0)), [(0.05, 0.015), (0.05, 0.005)])
    assert way.reason.tolist() == [Flag.UNREACHABLE, Flag.OK]
    assert np.isinf(way.minutes[0])
    assert np.isnan(way.km[0])
    assert way.destination[0] == -1
    assert np.isfinite(way.straight_km).all()


def test_a_fragment_of_road_is_walked_past():
    fragment = [(0.05, 0.01), (0.055, 0.01)]
    network = network_of([ROAD, fragment], speed_kmh=60)
    way = access(network, places((0.05, 0)), [(0.05, 0.011)], walking=Walking(fragment_max_km=1))
    assert way.minutes[0] == pytest.approx(GEOD.inv(0.05, 0, 0.05, 0.011)[2] * PACE, rel=1e-5)


def test_a_fragment_is_not_walked_past_farther_than_allowed():
    fragment = [(0.05, 0.01), (0.055, 0.01)]
    network = network_of([ROAD, fragment], speed_kmh=60)
    walking = Walking(fragment_max_km=1, max_walk_km=1)
    way = access(network, places((0.01, 0)), [(0.05, 0.011), (0.05, 0.012)], walking=walking)
    # 1.216 km to the road: 1.106 km beyond the fragment in the first case, and in the second.
    assert way.reason.tolist() == [Flag.UNREACHABLE, Flag.UNREACHABLE]
    walking = Walking(fragment_max_km=1, max_walk_km=1.2)
    way = access(network, places((0.01, 0)), [(0.05, 0.011), (0.05, 0.012)], walking=walking)
    assert np.isfinite(way.minutes).all()


def test_a_city_far_from_every_road_is_off_the_network_and_reached_on_foot_only():
    cities = places((0.05, 0.02))
    network = network_of([ROAD], speed_kmh=60)
    routable = routable_network(network, cities, walking=NO_FRAGMENTS, max_snap_km=1)
    assert routable.destinations.is_on_network.tolist() == [False]
    assert routable.destinations.snap_km[0] == pytest.approx(GEOD.inv(0.05, 0, 0.05, 0.02)[2] / 1000, rel=1e-6)
    way = access(network, cities, [(0.05, 0.01), (0.1, 0)])
    assert way.minutes[0] == pytest.approx(GEOD.inv(0.05, 0.01, 0.05, 0.02)[2] * PACE, rel=1e-5)
    assert way.reason[1] == Flag.UNREACHABLE


def test_no_city_is_not_the_same_as_unreachable():
    way = access(network_of([ROAD]), places((0.05, 0)), [(0.05, 0.001)], chosen=[False])
    assert way.reason.tolist() == [Flag.NO_CITY]
    assert np.isnan(way.straight_km[0])


def test_time_runs_to_the_edge_of_a_city_that_is_an_area():
    city = box(0.02, -0.01, 0.04, 0.01)
    way = access(network_of([ROAD], speed_kmh=60), places(city), [(0.07, 0), (0.03, 0.005), (0.01, 0)])
    assert way.minutes.tolist() == pytest.approx([3 * KM, 0, KM], rel=1e-4)
    assert way.straight_km.tolist() == pytest.approx([3 * KM, 0, KM], rel=1e-4)


def test_who_lives_in_a_city_that_does_not_count_goes_to_one_that_does():
    cities = places(box(-0.01, -0.01, 0.01, 0.01), (0.05, 0))
    way = access(network_of([ROAD], speed_kmh=60), cities, [(0.0, 0.0)], chosen=[False, True])
    assert way.minutes[0] == pytest.approx(5 * KM, rel=1e-4)
    assert way.destination[0] == 1


def test_a_hole_in_a_citys_area_is_not_the_city():
    ring = box(0.02, -0.01, 0.06, 0.01).difference(box(0.03, -0.005, 0.05, 0.005))
    way = access(network_of([ROAD], speed_kmh=60), places(ring), [(0.04, 0), (0.025, 0)])
    assert way.minutes.tolist() == pytest.approx([KM, 0], rel=1e-5)


@pytest.mark.parametrize(
    "options", [{"on_foot": False}, {"speed_kmh": np.nan}], ids=["none_to_walk_onto", "none_at_all"]
)
def test_without_any_road_people_still_walk_to_what_is_near(options):
    network = network_of([[(5, 5), (5.1, 5)]], **options)
    routable = routable_network(network, places((0, 0), box(0.2, 0, 0.3, 0.1)))
    origins = origins_at(routable, np.array([0.01, 0.1, 0.25]), np.array([0.0, 0.0, 0.05]))
    way = quickest_routes(routable, origins, np.ones(2, dtype=bool))
    assert way.minutes[[0, 2]] == pytest.approx([KM * 1000 * PACE, 0], rel=1e-5)
    assert np.isinf(way.minutes[1])
    assert market_potential(routable, origins, way, np.array([1000.0, 10.0]))[1:] == pytest.approx([0, 10])


def direct_definition(network, city, point):
    """Quickest way by trying every segment, with times relaxed edge by edge."""
    count = len(network.node_lon)
    node_min = np.full(count, np.inf)
    node_min[city] = 0
    for _ in range(count):
        np.minimum.at(
            node_min,
            network.edge_from[network.edge_forward],
            (node_min[network.edge_to] + network.edge_min)[network.edge_forward],
        )
        np.minimum.at(
            node_min,
            network.edge_to[network.edge_backward],
            (node_min[network.edge_from] + network.edge_min)[network.edge_backward],
        )
    best = np.inf
    share = np.linspace(0, 1, 1001)
    for edge in range(len(network.edge_from)):
        for vertex in range(network.edge_start[edge], network.edge_start[edge + 1] - 1):
            lon, lat, km = (
                values[vertex] + share * (values[vertex + 1] - values[vertex])
                for values in (network.vertex_lon, network.vertex_lat, network.vertex_km)
            )
            metres = GEOD.inv(np.full_like(lon, point[0]), np.full_like(lon, point[1]), lon, lat)[2]
            nearest = np.argmin(metres)
            part = km[nearest] / network.edge_km[edge]
            if network.edge_forward[edge]:
                onward = (1 - part) * network.edge_min[edge] + node_min[network.edge_to[edge]]
                best = min(best, metres[nearest] * PACE + onward)
            if network.edge_backward[edge]:
                onward = part * network.edge_min[edge] + node_min[network.edge_from[edge]]
                best = min(best, metres[nearest] * PACE + onward)
    return best


@given(seed=st.integers(0, 100_000))
@settings(max_examples=12, deadline=None)
def test_access_equals_its_definition_on_random_networks(seed):
    rng = np.random.default_rng(seed)
    spots = np.round(rng.random((8, 2)) * 0.05, 7)
    lines, here = [], 0
    for there in [*range(1, 8), *rng.integers(0, 8, 5)]:
        if there != here:
            bend = (spots[here] + spots[there]) / 2 + rng.normal(0, 0.003, 2)
            lines.append([tuple(spots[here]), tuple(np.round(bend, 7)), tuple(spots[there])])
        here = there
    network = network_of(
        lines, speed_kmh=rng.uniform(5, 90, len(lines)), oneway=rng.choice(["yes", "no", "no", "-1"], len(lines))
    )
    points = rng.random((5, 2)) * 0.06
    # A city elsewhere is put on another road.
    city = int(np.flatnonzero(network.node_in_main_part)[0])
    way = access(network, places((network.node_lon[city], network.node_lat[city])), points)
    for minutes, point in zip(way.minutes, points, strict=True):
        walk = GEOD.inv(*point, network.node_lon[city], network.node_lat[city])[2] * PACE
        assert minutes == pytest.approx(min(direct_definition(network, city, point), walk), rel=2e-3, abs=0.02)


def test_market_potential_halves_with_each_half_life():
    network = network_of([ROAD], speed_kmh=60)
    routable = routable_network(network, places((0, 0), (0.1, 0)), walking=NO_FRAGMENTS)
    origins = origins_at(routable, np.array([0.02]), np.array([0.0]))
    nearest = quickest_routes(routable, origins, np.array([True, True]), walking=NO_FRAGMENTS)
    persons = market_potential(
        routable, origins, nearest, np.array([1000.0, 500.0]), half_life_min=2 * KM, cutoff_half_lives=50
    )
    assert persons[0] == pytest.approx(1000 / 2 + 500 / 2**4, rel=1e-4)
    near = market_potential(
        routable, origins, nearest, np.array([1000.0, 500.0]), half_life_min=2 * KM, cutoff_half_lives=2
    )
    assert near[0] == pytest.approx(1000 / 2, rel=1e-4)


def potential_at(network, cities, points, persons, **options):
    routable = routable_network(network, cities, walking=NO_FRAGMENTS)
    lon, lat = np.array(points, dtype=float).T
    origins = origins_at(routable, lon, lat)
    nearest = quickest_routes(routable, origins, np.ones(len(cities), dtype=bool), walking=NO_FRAGMENTS)
    return market_potential(routable, origins, nearest, np.array(persons), walking=NO_FRAGMENTS, **options)


def test_people_inside_a_city_are_in_reach_of_the_other_cities():
    cities = places(box(-0.01, -0.01, 0.01, 0.01), (0.1, 0))
    got = potential_at(network_of([ROAD], speed_kmh=60), cities, [(0.0, 0.0), (0.005, 0.0)], [1000.0, 500.0],
                       half_life_min=2 * KM)  # fmt: skip
    assert got == pytest.approx([1000 + 500 / 2**5, 1000 + 500 / 2**4.75], rel=1e-4)


def test_people_who_walk_to_a_city_are_in_reach_of_the_other_cities():
    cities = places((0.03, 0.001), (0.1, 0))
    point, persons = [(0.03, 0.002)], [1000.0, 500.0]
    routable = routable_network(network_of([ROAD], speed_kmh=60), cities, walking=NO_FRAGMENTS)
    nearest = quickest_routes(
        routable, origins_at(routable, *np.array(point).T), np.array([True, True]), walking=NO_FRAGMENTS
    )
    assert nearest.vertex[0] == -1
    walk_min, road_min = GEOD.inv(0, 0.001, 0, 0.002)[2] * PACE, GEOD.inv(0, 0, 0, 0.002)[2] * PACE + 7 * KM
    got = potential_at(network_of([ROAD], speed_kmh=60), cities, point, persons, half_life_min=10.0)
    assert got[0] == pytest.approx(1000 / 2 ** (walk_min / 10) + 500 / 2 ** (road_min / 10), rel=1e-4)


@pytest.mark.parametrize("shift", [0, 1e-12, -1e-12, 1e-9, 3e-8])
def test_a_city_on_a_road_is_the_same_whatever_the_rounding(shift):
    got = potential_at(network_of([ROAD], speed_kmh=60), places((0.03, shift), (0.1, 0)), [(0.03, 0.0)],
                       [60_000.0, 900_000.0], half_life_min=60.0)  # fmt: skip
    assert got[0] == pytest.approx(60_000 + 900_000 / 2 ** (7 * KM / 60), rel=1e-4)


def test_market_potential_is_the_sum_over_cities_tried_out_one_by_one():
    rng = np.random.default_rng(5)
    lines = [[(x, 0), (x + 0.02, 0)] for x in np.arange(0, 0.1, 0.02)] + [
        [(0.04, -0.05), (0.04, 0)],
        [(0.04, 0), (0.04, 0.05)],
    ]
    network = network_of(lines, speed_kmh=rng.uniform(20, 80, len(lines)))
    cities = places((0.0, 0.0), box(0.035, 0.02, 0.045, 0.04), (0.1, 0.0), (0.04, -0.05))
    persons = np.array([1000.0, 2000.0, 3000.0, 4000.0])
    points = [(0.04, 0.03), (0.05, 0.0), (0.0, 0.0), (0.04, 0.0), (0.04, 0.025)]
    got = potential_at(network, cities, points, persons)
    times = [access(network, cities, points, chosen=np.arange(4) == city).minutes for city in range(4)]
    assert got == pytest.approx((persons[:, None] * np.exp2(-np.array(times) / 60)).sum(axis=0), rel=1e-6)


def test_market_potential_takes_the_road_of_the_quickest_way_and_not_the_nearest():
    slow, fast = [(0, 0), (0.1, 0)], [(0, 0), (0, 0.01), (0.1, 0.01)]
    network, cities, point = network_of([slow, fast], speed_kmh=[1, 100]), places((0, 0.01), (0, 0)), [(0.09, 0.004)]
    minutes = [access(network, cities, point, chosen=np.arange(2) == city).minutes[0] for city in range(2)]
    # A city of one person counts as any other.
    persons = np.array([1.0, 0.4])
    expected = (persons / 2 ** (np.array(minutes) / 60)).sum()
    assert potential_at(network, cities, point, persons)[0] == pytest.approx(expected, rel=1e-9)


def test_market_potential_is_0_where_no_city_can_be_reached():
    network = network_of([ROAD, [(1, 1), (1.1, 1)]])
    routable = routable_network(network, places((0, 0)), walking=NO_FRAGMENTS)
    origins = origins_at(routable, np.array([1.0, 0.1]), np.array([1.0, 0.0]))
    nearest = quickest_routes(routable, origins, np.array([True]), walking=NO_FRAGMENTS)
    persons = market_potential(routable, origins, nearest, np.array([1000.0]))
    assert persons[0] == 0
    assert 0 < persons[1] < 1000


def test_the_raster_holds_the_time_from_each_cells_centre():
    network = network_of([ROAD], speed_kmh=60)
    routable = routable_network(network, places((0.05, 0)), walking=NO_FRAGMENTS)
    grid = square_grid((0.0, -0.02, 0.1, 0.02), cell_m=1000)
    assert isinstance(grid, Grid)
    area = box(0, -0.02, 0.1, 0.02)
    (raster,) = travel_time_strips(routable, np.array([[True]]), grid=grid, area=area, walking=NO_FRAGMENTS)
    assert raster.row == 0
    raster = SimpleNamespace(minutes=raster.minutes[0], destination=raster.destination[0])
    assert raster.minutes.shape == raster.destination.shape == grid.shape
    assert raster.minutes.dtype == np.float32
    # Centres 500 m north of the road, and n + 0.5 km from the city in its middle.
    row = int(-(500 - grid.transform.f) / 1000)
    cells = raster.minutes[row]
    known = np.flatnonzero(~np.isnan(cells))
    east_km = (grid.transform.c + (known + 0.5) * 1000) / 1000
    by_road = np.abs(east_km) + 500 * PACE
    on_foot = np.hypot(east_km, 0.5) * 1000 * PACE
    np.testing.assert_allclose(cells[known], np.minimum(by_road, on_foot), rtol=1e-3)
    assert np.isnan(raster.minutes[0, 0])
    assert raster.destination[0, 0] == -1
    assert (raster.destination[row, known] == 0).all()


def test_rasters_have_the_same_bytes_in_any_blocks_strips_and_threads(monkeypatch, tmp_path):
    network = network_of([ROAD, [(0.02, -0.03), (0.02, 0.03)]], speed_kmh=60)
    routable = routable_network(network, places((0.05, 0), (0.02, 0.02)), walking=NO_FRAGMENTS)
    grid = square_grid((0.0, -0.04, 0.1, 0.04), cell_m=666.6)
    classes = np.array([[True, True], [False, True], [False, False]])
    searches = []
    monkeypatch.setattr(routes, "nearest_source", lambda *given: searches.append(1) or nearest_source(*given))

    def written(name, blocks, threads, cells):
        monkeypatch.setattr(rasters, "_STRIP_CELLS", cells)
        files = [
            BlockFiles(tmp_path / f"{name}{block}t.tif", tmp_path / f"{name}{block}c.tif") for block in range(blocks)
        ]
        for block in range(blocks):
            rows = block_rows(grid, block, blocks)
            strips = travel_time_strips(
                routable, classes, grid=grid, area=box(0, -0.04, 0.1, 0.035), walking=NO_FRAGMENTS, rows=rows,
                threads=threads,
            )  # fmt: skip
            write_block(strips, files[block], grid=grid, rows=rows, classes=classes)
        made = {}
        for kind, lot in zip(("min", "city"), zip(*files, strict=True), strict=True):
            for band in (1, 2, 3):
                path = tmp_path / f"{name}_{kind}_{band}.tif"
                gather(lot, path, grid=grid, band=band, description="any", unit="min")
                made[kind, band] = path.read_bytes()
        with (
            rasterio.open(tmp_path / f"{name}_city_1.tif") as one,
            rasterio.open(tmp_path / f"{name}_city_2.tif") as two,
        ):
            assert set(np.unique(one.read(1))) == {-1, 0, 1}
            assert set(np.unique(two.read(1))) == {-1, 0}
        return made

    whole = written("whole", 1, 1, 1 << 17)
    # One search for each class that has any destination.
    assert len(searches) == 2
    assert written("threads", 1, 3, 40) == whole
    assert written("blocks", 3, 1, 40) == whole
    # More blocks than rows: some are empty.
    assert written("many", grid.shape[0] + 2, 1, 40) == whole


def test_where_the_data_have_main_roads_only_people_drive_to_them_over_local_roads_that_they_lack():
    point, city, far = (0.02, 0.1), places((0.02, 0)), (0.02, 0.3)
    drive = access(network_of([ROAD], speed_kmh=60, road_class="primary"), city, [point, far], walking=WALKING)
    walk = access(network_of([ROAD], speed_kmh=60), city, [point, far], walking=WALKING)
    off_km = GEOD.inv(*point, 0.02, 0)[2] / 1000
    assert drive.minutes[0] == pytest.approx(off_km * 1.3 / 15 * 60, rel=1e-6)
    assert walk.minutes[0] == pytest.approx(off_km * 1.3 / 4 * 60, rel=1e-6)
    # 33 km off, 43 with detours: more than anybody walks, less than the longest local road.
    assert np.isfinite(drive.minutes).tolist() == [True, True]
    assert np.isfinite(walk.minutes).tolist() == [True, False]
    on_foot = replace(WALKING, local_road_kmh=None)
    again = access(network_of([ROAD], speed_kmh=60, road_class="primary"), city, [point, far], walking=on_foot)
    assert again.minutes.tolist() == walk.minutes.tolist()


def test_it_is_told_that_the_data_have_main_roads_only():
    def status(**tags):
        return {check.name: check.status for check in network_checks(network_of([ROAD], **tags))}["local_roads"]

    assert [status(road_class="primary"), status(road_class="track")] == ["warn", "pass"]
