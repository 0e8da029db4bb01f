"""A region made of files alone: roads that cross without common vertices, cities; no OSM, no population."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from cases import synthetic
from pyproj import Geod

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("files")]

ROADS = [
    ("Nacional", "asfalto", [[10.01, 0.05], [10.39, 0.05]]),
    ("Nacional", "asfalto", [[10.15, 0.01], [10.15, 0.19]]),
    ("Vecinal", "tierra", [[10.02, 0.15], [10.18, 0.15]]),
]


@pytest.fixture(scope="module")
def project(make_project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    units = synthetic.territories()
    units[units["code"] != "05"].to_file(folder / "units.gpkg")
    synthetic.cities().to_file(folder / "cities.gpkg")
    roads = gpd.GeoDataFrame(
        {"tipo": [kind for kind, _, _ in ROADS], "capa": [surface for _, surface, _ in ROADS]},
        geometry=[shapely.LineString(points) for _, _, points in ROADS],
        crs=4326,
    )
    roads.to_crs(32632).to_file(folder / "roads.gpkg")
    paths = {name: {"provider": "file", "path": str(folder / f"{name}.gpkg")} for name in ("units", "roads", "cities")}
    region = {
        "country": "XXA",
        "osm": "none",
        "territories": {**paths["units"], "id": "code", "name": "name", "parent": "province"},
        "roads": {
            **paths["roads"],
            "class": "tipo",
            "surface": "capa",
            "classes": {"Nacional": "primary", "Vecinal": "unclassified"},
        },
        "cities": {**paths["cities"], "name": "name", "population": "inhabitants"},
        "population": "none",
        "city_classes_persons": {"intermediate": [50_000, None]},
        "demand_cell_m": 2000,
        "raster_cell_m": 1000,
    }
    done = make_project({"files": region})
    done.run("tables", "results/files/maps/time_intermediate_city_mean_min.png")
    return done


@pytest.fixture(scope="module")
def table(project):
    return pd.read_csv(project.results("files") / "indicators.csv", dtype={"territory_id": str}).set_index(
        "territory_id"
    )


def test_travel_times_go_over_roads_that_only_cross(table):
    assert table["time_intermediate_city_mean_min"].notna().all()
    # From 07 in the north one gets to Frontera only by the crossing that no vertex marks.
    assert table.loc["07", "distance_intermediate_city_mean_km"] < 25


def test_roads_are_measured_where_they_lie(table):
    geod = Geod(ellps="WGS84")
    whole = sum(geod.geometry_length(shapely.LineString(points)) for _, _, points in ROADS) / 1000
    assert table["road_length_km"].sum() == pytest.approx(whole, rel=1e-4)


def test_means_are_over_area_and_the_report_says_so(project, table):
    assert "population_persons" not in table or table["population_persons"].isna().all()
    assert "weighted by area" in (project.results("files") / "quality.md").read_text()


def test_what_lacks_is_listed_with_its_key(project):
    quality = (project.results("files") / "quality.md").read_text()
    assert "services.provider" in quality
    assert "population.provider" in quality


def test_a_map_is_drawn(project):
    assert (project.results("files") / "maps/time_intermediate_city_mean_min.png").stat().st_size > 50_000
