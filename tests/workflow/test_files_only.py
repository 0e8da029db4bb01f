"""A region made of files alone: roads that cross without common vertices, cities; no OSM, no population."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from affine import Affine
from cases import synthetic
from pyproj import Geod

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("files")]

MAP = "results/files/maps/time_intermediate_city_mean_min.png"
GEOD = Geod(ellps="WGS84")
ROADS = [
    ("Nacional", "asfalto", [[10.01, 0.05], [10.39, 0.05]]),
    ("Nacional", "asfalto", [[10.15, 0.01], [10.15, 0.19]]),
    ("Vecinal", "tierra", [[10.02, 0.15], [10.18, 0.15]]),
]


@pytest.fixture(scope="module")
def project(make_project, tmp_path_factory, root):
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
    roads.to_crs(32632).iloc[2:].to_file(folder / "closed.gpkg")
    closed = (
        (root / "config/speeds.csv").read_text(encoding="utf-8").replace(",surface,ground,30,", ",surface,ground,0,")
    )
    (folder / "speeds.csv").write_text(closed, encoding="utf-8")
    walking = {"provider": "file", "path": str(write_friction(folder / "friction.tif")), "cell_m": 500}
    roads = {**region["roads"], "path": str(folder / "closed.gpkg")}
    roadless = {**region, "roads": roads, "speeds": str(folder / "speeds.csv"), "friction": walking}
    done = make_project({"files": region, "roadless": roadless})
    by_foot = "results/roadless/layers/travel_times.parquet", "results/roadless/layers/catchments_intermediate.parquet"
    done.run_in_process("results/files/indicators.csv", "results/files/quality.md", MAP, *by_foot)
    return done


def write_friction(path):
    """Walk at 4 km/h everywhere but on a river that only its bridge at 0.05 degrees north crosses."""
    minutes_per_m = np.full((240, 440), 0.015)
    minutes_per_m[:, 250:260] = 0
    minutes_per_m[160:180, 250:260] = 0.015
    profile = {"driver": "GTiff", "height": 240, "width": 440, "count": 1, "dtype": "float64", "nodata": -1}
    transform = Affine(0.001, 0, 9.98, 0, -0.001, 0.22)
    with rasterio.open(path, "w", **profile, crs="EPSG:4326", transform=transform) as raster:
        raster.write(minutes_per_m, 1)
    return path


@pytest.fixture(scope="module")
def by_foot(project):
    times = pd.read_parquet(project.results("roadless") / "layers/travel_times.parquet")
    demand = gpd.read_parquet(project.results("roadless") / "layers/demand.parquet").set_index("demand_id")
    return demand.join(times.set_index("demand_id") if "demand_id" in times else times, how="inner")


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
    whole = sum(GEOD.geometry_length(shapely.LineString(points)) for _, _, points in ROADS) / 1000
    assert table["road_length_km"].sum() == pytest.approx(whole, rel=1e-4)


def test_the_network_comes_as_a_graph_that_gives_the_same_times_when_taken_as_roads(project):
    graph = "results/files/layers/network.graphml"
    project.run(graph)
    settings = yaml.safe_load(project.config.read_text())
    again = {**settings["regions"]["files"], "roads": {"provider": "graphml", "path": str(project.folder / graph)}}
    project.config.write_text(yaml.safe_dump(settings | {"regions": {**settings["regions"], "again": again}}))
    project.run("results/again/layers/travel_times.parquet")
    ours, theirs = (
        pd.read_parquet(project.results(name) / "layers/travel_times.parquet") for name in ("files", "again")
    )
    assert len(ours) > 100
    np.testing.assert_allclose(theirs[["minutes", "km"]], ours[["minutes", "km"]], rtol=1e-9)
    assert theirs["city_id"].equals(ours["city_id"])


def test_means_are_over_area_and_the_report_says_so(project, table):
    assert "population_persons" not in table or table["population_persons"].isna().all()
    assert "weighted by area" in (project.results("files") / "quality.md").read_text()


def test_what_lacks_is_listed_with_its_key(project):
    quality = (project.results("files") / "quality.md").read_text()
    assert "services.provider" in quality
    assert "population.provider" in quality


def test_a_map_is_drawn(project):
    assert (project.folder / MAP).stat().st_size > 50_000


def test_where_there_is_no_road_people_walk_over_the_land_and_the_bridge(project, by_foot):
    minutes = by_foot["minutes"]
    assert minutes.notna().mean() > 0.99
    # West of the river the city at its west counts. Ways are octile from middle to middle; at either end half a
    # diagonal of 500 m at most is walked to the middle, and the middle can lie as much farther off.
    west = by_foot[by_foot.geometry.x < 10.2]
    metres = GEOD.inv(west.geometry.x, np.full(len(west), 0.05), np.full(len(west), 10.1), np.full(len(west), 0.05))[2]
    across = GEOD.inv(west.geometry.x, west.geometry.y, west.geometry.x, np.full(len(west), 0.05))[2]
    octile = np.maximum(metres, across) + (np.sqrt(2) - 1) * np.minimum(metres, across)
    beyond_m = west["minutes"] / 0.015 - octile
    assert beyond_m[octile > 1500].between(-10, 1.1 * 2 * np.sqrt(2) * 500).all()
    areas = gpd.read_parquet(project.results("roadless") / "layers/catchments_intermediate.parquet")
    assert sorted(areas["city_name"]) == ["Centro", "Frontera"]
