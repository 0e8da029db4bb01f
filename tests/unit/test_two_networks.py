"""Another road network in place of the region's: read, compared, and its mapping effort told."""

import json

import geopandas as gpd
import pytest
import shapely
from families import territories
from osm_cases import write  # noqa: F401
from road_cases import SPEEDS_CSV, road_layer
from shapely.geometry import LineString, box

from comarca.config.scenarios import Scenario
from comarca.errors import InputError
from comarca.scenarios.editing import edited_layers
from comarca.scenarios.two_networks import extract_roads, is_extract, mapping_effort

PLACES = territories(box(0, 0, 0.1, 0.1), box(0.1, 0, 0.2, 0.1))
TODAY = road_layer([[(0.01, 0.01), (0.05, 0.01)], [(0.11, 0.01), (0.15, 0.01)]], road_class=["primary", "track"])


def edited(scenario, tmp_path, **options):
    surfaces = tmp_path / "surfaces.csv"
    surfaces.write_text("surface,paved\nasphalt,1\n", encoding="utf-8")
    base = {"roads": TODAY, "territories": PLACES}
    return edited_layers(
        json.loads(scenario.model_dump_json(exclude={"title"})), base.__getitem__, key="scenarios.s",
        speeds=str(SPEEDS_CSV), surfaces=str(surfaces), country="", kinds=[], **{"reach_km": 1, **options},
    )  # fmt: skip


def test_an_older_extract_takes_the_place_of_the_roads(write, tmp_path):  # noqa: F811
    nodes = {1: (0.01, 0.01), 2: (0.05, 0.01), 3: (5.0, 5.0), 4: (5.1, 5.0)}
    ways = {7: ((1, 2), {"highway": "primary", "surface": "gravel"}), 8: ((3, 4), {"highway": "primary"})}
    path = write(nodes, ways, name="older.osm.pbf")
    assert is_extract(str(path))
    assert len(extract_roads(str(path))) == 2
    scenario = Scenario(roads={"path": str(path)}, change_roads={"where": {"ref": "none"}, "maxspeed_kmh": 30})
    assert scenario.edited_layers == ("roads",)
    assert scenario.files == {"roads.path": str(path)}
    layers, checks = edited(Scenario(roads={"path": str(path)}), tmp_path)
    assert layers["roads"]["road_id"].tolist() == ["w7"]
    assert layers["roads"]["surface"].tolist() == ["gravel"]
    by_name = {check.name: check for check in checks}
    assert by_name["roads_replaced"].value == pytest.approx(4.4527796, rel=1e-6)
    assert by_name["roads_redrawn_share"].value == 0


def test_a_file_of_lines_takes_their_place_and_is_edited_further(tmp_path):
    path = tmp_path / "older.gpkg"
    lines = [LineString([(0.01, 0.01), (0.05, 0.01)]), LineString([(0.01, 0.02), (0.05, 0.02)])]
    gpd.GeoDataFrame({"tipo": ["a", "b"]}, geometry=lines, crs=4326).to_file(path)
    scenario = Scenario(
        roads={"path": str(path), "class": "tipo", "classes": {"a": "primary", "b": "track"}},
        close_roads={"where": {"road_class": "track"}},
    )
    layers, checks = edited(scenario, tmp_path)
    assert layers["roads"]["road_class"].tolist() == ["primary"]
    assert {"roads_replaced", "roads_closed"} <= {check.name for check in checks}


def test_a_network_elsewhere_is_refused(tmp_path):
    path = tmp_path / "elsewhere.gpkg"
    gpd.GeoDataFrame({"tipo": ["primary"]}, geometry=[LineString([(9, 9), (9.1, 9)])], crs=4326).to_file(path)
    with pytest.raises(InputError, match=r"scenarios\.s\.roads"):
        edited(Scenario(roads={"path": str(path), "class": "tipo"}), tmp_path)


def test_kilometres_that_change_where_roads_are_drawn_finer_are_told_apart():
    finer = shapely.segmentize(TODAY.geometry[1], 0.01)
    longer = LineString([(0.01, 0.01), (0.05, 0.01), (0.055, 0.01), (0.07, 0.01)])
    coarse = shapely.segmentize(TODAY.geometry[0], 0.02)
    today = TODAY.set_geometry([coarse, TODAY.geometry[1]])
    other = road_layer([longer, finer, [(0.11, 0.03), (0.12, 0.03)]], road_class=["primary", "track", "track"])
    (check,) = mapping_effort(today, other, PLACES)
    # 2 steps more in the first territory; 1 more in the second, where a segment per step stands for one per four.
    assert check.value == pytest.approx(1 / 3, abs=1e-4)
    assert check.status == "pass"
    assert "33% is of local classes" in check.message
    assert [row["territory"] for row in check.rows] == ["01", "02"]
    (same,) = mapping_effort(today, today, PLACES)
    assert (same.value, same.rows) == (0, [])
    assert mapping_effort(today, other.iloc[1:], PLACES)[0].value == pytest.approx(1 / 5, abs=1e-4)
