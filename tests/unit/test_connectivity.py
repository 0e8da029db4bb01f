"""Speed of the internet over people, masts per area, lit cells: tiles of known corners and sums by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, only, territories
from shapely.geometry import Point, box

from comarca.crs import GEOD, geodesic_area_km2
from comarca.errors import InputError
from comarca.indicators import connectivity, infrastructure
from comarca.indicators.connectivity import speed_at
from comarca.results import Flag
from comarca.sources.vectors.internet import read_internet_tiles, tile_sides

PLACES = territories(*WEST_EAST)
PEOPLE = demand(("01", 300, 0.021, 0.021), ("01", 100, 0.07, 0.07), ("02", 50, 0.15, 0.05))


def tiles(*rows):
    return pd.DataFrame(list(rows), columns=["west", "south", "east", "north", "download_mbps", "tests"])


def test_quadkeys_lead_to_the_corners_of_their_tiles():
    # The first level has four tiles; key 213 of level 3 is column 3, row 5 of 8.
    world = tile_sides(["0", "3"])
    limit = np.degrees(np.arctan(np.sinh(np.pi)))
    assert world[0] == pytest.approx([-180, 0, 0, limit])
    assert world[1] == pytest.approx([0, -limit, 180, 0])
    (west, south, east, north) = tile_sides(["213"])[0]
    assert (west, east) == (-45, 0)
    assert north == pytest.approx(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * 5 / 8)))))
    assert south == pytest.approx(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * 6 / 8)))))
    with pytest.raises(InputError, match="0 to 3"):
        tile_sides(["01", "09"])
    with pytest.raises(InputError, match="as many"):
        tile_sides(["01", "012"])


def test_speed_is_weighted_by_people_and_those_without_a_test_are_a_share(root):
    layer = tiles((0.02, 0.02, 0.025, 0.025, 40.0, 9))
    columns = columns_of(root, "connectivity", layers=["internet", "population"])
    result = connectivity.compute(territories=PLACES, demand=PEOPLE, internet=layer, columns=columns)
    assert result.values["internet_download_mean_mbps"].tolist() == pytest.approx([40, np.nan], nan_ok=True)
    assert result.values["internet_untested_population_share"].tolist() == [0.25, 1.0]
    assert result.flags.loc["02", "internet_download_mean_mbps"] == Flag.NOT_IN_SOURCE
    both = tiles((0.02, 0.02, 0.025, 0.025, 40.0, 9), (0.069, 0.069, 0.071, 0.071, 8.0, 1))
    assert connectivity.compute(territories=PLACES, demand=PEOPLE, internet=both, columns=columns).values.iloc[
        0].tolist() == [(300 * 40 + 100 * 8) / 400, 0.0]  # fmt: skip


def test_the_nearest_tile_within_reach_counts_as_the_ellipsoid_measures():
    layer = tiles((10.01, 45.0, 10.02, 45.01, 5.0, 1), (9.98, 45.0, 9.99, 45.01, 7.0, 1))
    places = np.array([10.004, 10.0, 9.985])
    km = GEOD.inv(10.004, 45.005, 10.01, 45.005)[2] / 1000
    at = speed_at(places, np.full(3, 45.005), layer, reach_m=1000 * km * 1.001)
    assert at.tolist() == pytest.approx([5, np.nan, 7], nan_ok=True)
    assert np.isnan(speed_at(places[:1], np.array([45.005]), layer, reach_m=1000 * km * 0.999)).all()


def test_tiles_are_read_from_quadkeys_or_shapes_and_quarters_are_joined_by_tests(tmp_path):
    key = "3000000000000000"
    west, south, east, north = tile_sides([key])[0]
    first, second = tmp_path / "q1.parquet", tmp_path / "q2.gpkg"
    pd.DataFrame({"quadkey": [key, "0" * 16], "avg_d_kbps": [10_000, 5], "tests": [3, 9]}).to_parquet(first)
    shapes = gpd.GeoDataFrame({"avg_d_kbps": [2000], "tests": [1]}, geometry=[box(west, south, east, north)], crs=4326)
    shapes.to_file(second)
    around = territories(box(-0.1, -0.2, 0.1, 0.1))
    table, checks = read_internet_tiles(str(first), around)
    assert table["download_mbps"].tolist() == [10]
    assert checks[-1].value == 1
    with pytest.raises(InputError, match="none with tests near"):
        read_internet_tiles(str(first), territories(box(50, 50, 51, 51)))
    with pytest.raises(InputError, match="a column mean"):
        read_internet_tiles(str(first), around, speed="mean")
    assert read_internet_tiles(str(second), around)[0]["download_mbps"].tolist() == [2]
    same = tmp_path / "q3.parquet"
    pd.DataFrame({"quadkey": [key], "avg_d_kbps": [2000], "tests": [1]}).to_parquet(same)
    assert read_internet_tiles([str(first), str(same)], around)[0][["download_mbps", "tests"]].to_numpy().tolist() == [
        [8, 4]
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"avg_d_kbps": ["8000", "fast"]}, "avg_d_kbps, row 2.*'fast'"), ({"avg_d_kbps": [-1, 5]}, "row 1.*-1"),
     ({"quadkey": ["0" * 16, None]}, "quadkey, row 2.*blank")],
)  # fmt: skip
def test_tiles_that_cannot_be_right_are_refused_in_one_message(tmp_path, change, message):
    path = tmp_path / "i.parquet"
    pd.DataFrame({"quadkey": ["0" * 16] * 2, "avg_d_kbps": [5, 6], "tests": [1, 1]} | change).to_parquet(path)
    with pytest.raises(InputError, match=message):
        read_internet_tiles(str(path), territories(*WEST_EAST))
    shapes = tmp_path / "i.gpkg"
    gpd.GeoDataFrame({"avg_d_kbps": ["fast"], "tests": [1]}, geometry=[box(0, 0, 1, 1)], crs=4326).to_file(shapes)
    with pytest.raises(InputError, match="'fast'"):
        read_internet_tiles(str(shapes), territories(*WEST_EAST))


def test_masts_are_counted_per_area_and_not_known_where_none_is_mapped(root):
    services = gpd.GeoDataFrame({"kind": ["telecom", "telecom", "school", "telecom"]}, crs=4326, geometry=[
        Point(0.01, 0.01), Point(0.02, 0.02), Point(0.15, 0.05), Point(3, 3)])  # fmt: skip
    columns = columns_of(root, "connectivity", layers=["services"])
    density = connectivity.compute(territories=PLACES, services=services, columns=columns)
    area = geodesic_area_km2(np.array(WEST_EAST))[0]
    assert density.values["telecom_density_per_100km2"].tolist() == pytest.approx([200 / area, 0])
    none = connectivity.compute(territories=PLACES, services=services[services["kind"] == "school"], columns=columns)
    assert (none.flags["telecom_density_per_100km2"] == Flag.NOT_MAPPED).all()


def test_lit_cells_count_alike_however_many_people_they_have(root):
    people = demand(("01", 900, 0.02, 0.02), ("01", 1, 0.07, 0.07), ("01", 0, 0.05, 0.05), ("02", 0, 0.15, 0.05))
    lights = pd.DataFrame({"light": [20.0, 1, 30, 5]}, index=pd.Index(people["demand_id"], name="demand_id"))
    names = ("lit_population_share", "lit_settled_cell_share")
    columns = only(columns_of(root, "infrastructure", layers=["population", "demand_lights"]), *names)
    result = infrastructure.compute(territories=PLACES, demand=people, demand_lights=lights, columns=columns)
    assert result.values.loc["01"].tolist() == pytest.approx([900 / 901, 0.5])
    assert result.flags.loc["02", names[1]] == Flag.NO_POPULATION
