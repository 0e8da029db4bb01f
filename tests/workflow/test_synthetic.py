"""The whole workflow on the made-up country, held against numbers worked out by hand."""

import math

import pandas as pd
import pyogrio
import pytest
import rasterio
from cases import synthetic
from pyproj import Geod

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]

GEOD = Geod(ellps="WGS84")


def km(lon1, lat1, lon2, lat2):
    return GEOD.inv(lon1, lat1, lon2, lat2)[2] / 1000


MAIN = km(10.0, 0.05, 10.01, 0.05)  # a hundredth of a degree of the main road
GRAVEL = km(10.0, 0.1, 10.1, 0.1)
ROAD_KM = {
    "01": 8 * MAIN,
    "02": 10 * MAIN + km(10.15, 0.05, 10.15, 0.1) + GRAVEL / 2,
    "03": 10 * MAIN + 2 * km(10.24, 0.05, 10.24, 0.07) + km(10.24, 0.07, 10.26, 0.07),
    "04": 8 * MAIN,
    "05": km(10.61, 0.02, 10.64, 0.02),
    "06": 0.0,
    "07": GRAVEL / 2,
}
POWER_KM = {"01": 0.05, "02": 0.1, "03": 0.1, "04": 0.05, "05": 0.0, "06": 0.0, "07": 0.0}


@pytest.fixture(scope="module")
def table(synthetic_project):
    """The table with all digits; those of the CSV are rounded."""
    return pd.read_parquet(synthetic_project.results("XXA") / "assembled/table.parquet").set_index("territory_id")


@pytest.fixture(scope="module")
def flags(synthetic_project):
    long = pd.read_csv(synthetic_project.results("XXA") / "indicators_long.csv", dtype=str, keep_default_na=False)
    return long.pivot_table(index="territory_id", columns="column", values="flag", aggfunc="first")


def test_codes_keep_their_zeros_and_two_territories_may_share_a_name(table):
    assert list(table.index) == ["01", "02", "03", "04", "05", "06", "07"]
    assert table.loc[["02", "03"], "territory_name"].tolist() == ["Brea", "Brea"]


def test_holes_and_exclaves_count_where_they_belong(table):
    whole = table["area_km2"].sum()
    expected = sum(
        abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in synthetic.territories().union_all().geoms
    ) / 1e6  # fmt: skip
    assert whole == pytest.approx(expected, rel=1e-9)
    # The lake that is taken off 01 and the exclave that is added to it are of one size.
    assert table.loc["01", "area_km2"] == pytest.approx(table.loc["02", "area_km2"], rel=1e-5)
    assert table.loc["04", "area_km2"] < table.loc["03", "area_km2"]


def test_roads_are_cut_at_borders_and_a_road_along_a_border_is_shared(table):
    for code, expected in ROAD_KM.items():
        assert table.loc[code, "road_length_km"] == pytest.approx(expected, rel=1e-6), code


def test_power_lines_are_cut_at_borders(table):
    for code, degrees in POWER_KM.items():
        expected = 100 * km(10, 0.02, 10 + degrees, 0.02) / table.loc[code, "area_km2"]
        assert table.loc[code, "power_line_density_km_per_100km2"] == pytest.approx(expected, rel=1e-4), code


def test_people_are_where_their_places_are_and_balance(table):
    # Frontera stands on the border of 01 and 02 and counts once; Cala is taken for a part of Centro, 1.6 km away.
    expected = {"01": 61_000, "02": 2_000, "03": 3_000, "04": 80_000, "05": 300, "06": 500, "07": 0}
    assert table["population_persons"].to_dict() == pytest.approx(expected)


def test_the_time_is_walking_to_the_road_and_driving_along_it(table):
    minutes = []
    for step in range(4):
        longitude, latitude = 10.14 + 0.001 * step + 0.00005, 0.051 + 0.00005
        walk = km(longitude, latitude, longitude, 0.05) * 1.3 / 4 * 60
        minutes.append(walk + km(10.1, 0.05, longitude, 0.05) / 60 * 60)
    assert table.loc["02", "time_intermediate_city_mean_min"] == pytest.approx(sum(minutes) / 4, rel=1e-3)


def test_without_roads_people_walk_to_the_road_that_is_quickest_overall(table):
    # The gravel road's western end, then gravel east, the tertiary south and the main road back west.
    longitudes = [10.05 + 0.001 * step + 0.00005 for step in range(4)]
    walks = [km(longitude, 0.15105, 10.1, 0.1) * 1.3 / 4 * 60 for longitude in longitudes]
    to_main_road = km(10.05, 0.15105, 10.05, 0.05) * 1.3 / 4 * 60
    time = table.loc["06", "time_intermediate_city_mean_min"]
    assert sum(walks) / 4 < time < sum(walks) / 4 + 30 < to_main_road


def test_an_island_without_a_city_is_unreachable_not_far(table, flags):
    assert math.isnan(table.loc["05", "time_intermediate_city_mean_min"])
    assert flags.loc["05", "time_intermediate_city_mean_min"] == "unreachable"


def test_where_nobody_lives_there_is_no_mean_time(table, flags):
    assert math.isnan(table.loc["07", "time_intermediate_city_mean_min"])
    assert flags.loc["07", "time_intermediate_city_mean_min"] in {"no_demand", "no_population"}


def test_a_city_on_a_border_counts_once(table):
    assert table["intermediate_city_count"].sum() == 2


def test_the_nearest_city_is_named(table):
    assert table.loc["02", "nearest_intermediate_city_name"] == "Frontera"
    assert table.loc["04", "nearest_intermediate_city_name"] == "Centro"


def test_the_way_against_a_one_way_loop_is_not_taken(table):
    # Brea Este lies on the loop's far side, which runs west: the way east to Centro begins westwards.
    side = km(10.24, 0.05, 10.24, 0.07)
    drives = [
        km(10.25 + 0.001 * step + 0.00005, 0.07, 10.24, 0.07) + side + km(10.24, 0.05, 10.35, 0.05) for step in range(4)
    ]
    walk = km(10.25, 0.07105, 10.25, 0.07) * 1.3
    assert table.loc["03", "distance_intermediate_city_mean_km"] == pytest.approx(sum(drives) / 4 + walk, rel=5e-3)


def test_schools_count_where_they_stand(table):
    assert table["school_count"].to_dict() == {"01": 1, "02": 1, "03": 0, "04": 1, "05": 0, "06": 0, "07": 0}


def test_equal_fields_have_no_concentration_and_too_few_have_none_to_speak_of(table, flags):
    assert table.loc["02", "farmland_patch_area_gini_index"] == pytest.approx(0, abs=1e-4)
    assert flags.loc["03", "farmland_patch_area_gini_index"] in {"too_few_units", "not_mapped"}


def test_the_raster_of_travel_time_has_an_answer_on_land_only(synthetic_project):
    with rasterio.open(synthetic_project.results("XXA") / "layers/travel_time_intermediate.tif") as raster:
        times = raster.read(1, masked=True)
        assert raster.nodata is not None
        assert raster.overviews(1) == [] or raster.is_tiled
    assert 0 < times.count() < times.size
    assert times.min() < 5


def test_the_geopackage_has_its_layers(synthetic_project):
    layers = {name for name, _ in pyogrio.list_layers(synthetic_project.results("XXA") / "indicators.gpkg")}
    assert {"territories", "cities", "roads"} <= layers
