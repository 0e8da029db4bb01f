"""Files of scenarios as users give them, and the maps and pages that tell what changes."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from road_cases import SPEEDS_CSV, road_layer
from shapely.geometry import LineString, Point, box
from test_scenarios import city_layer

from comarca.config.region import Region
from comarca.config.scenarios import Scenario
from comarca.publish.maps.scenario_pages import changed_columns, difference_classes, siting_column, summary_page
from comarca.publish.maps.scenario_words import SCENARIO_WORDS, say
from comarca.publish.maps.style import ZERO, class_colors
from comarca.publish.maps.theme import class_labels
from comarca.registry.columns import LANGUAGES, Column
from comarca.results import Check
from comarca.scenarios.editing import area_of_place, edited_layers

MINUTES = Column(
    name="time_town_city_mean_min", family="access", kind="number", range=(0, None), layers=(), unit="min",
    title=dict.fromkeys(LANGUAGES, "Time"), better="lower", definition="", method="", source="", missing="",
    mapped=True,
)  # fmt: skip


def rows(*differences):
    names = [f"{n:02}" for n in range(len(differences))]
    return pd.DataFrame(
        {"territory_id": names, "territory_name": [f"T{n}" for n in names], "column": MINUTES.name, "base": 10.0,
         "scenario": np.array(differences) + 10, "difference": differences, "base_text": "", "scenario_text": "",
         "flag": ""}
    )  # fmt: skip


def people(gained):
    return pd.DataFrame(
        {"territory_id": ["", "00"], "territory_name": ["", "T00"], "destination": "town", "threshold_min": 30.0,
         "persons": 100.0, "base_persons": 40.0, "scenario_persons": 40.0 + gained, "gained_persons": gained,
         "lost_persons": 0.0}
    )  # fmt: skip


def test_classes_mirror_at_zero_and_keep_no_change_apart():
    table = pd.Series([-6.0, -0.3, 0.0, 0.04, 0.2, 0.5, 4.0, np.nan])
    classes = difference_classes(MINUTES, table)
    assert classes.breaks == tuple(-limit for limit in reversed(classes.breaks))
    assert classes.count % 2 == 1
    middle = classes.count // 2
    assert classes.assign([0.0, 0.04, -0.04]).tolist() == [middle] * 3
    last = classes.breaks[-1]
    assert (classes.assign([last, 0.1]) + classes.assign([-last, -0.1]) == 2 * middle).all()
    assert classes.assign([0.2])[0] > middle > classes.assign([-0.3])[0]
    colors = class_colors(classes, "lower")
    assert len(set(colors)) == len(colors) == classes.count
    assert colors[middle] == ZERO


def test_falls_and_rises_have_the_same_labels_and_no_change_is_zero():
    classes = difference_classes(MINUTES, pd.Series([-124.5, -35.0, 0.0, 0.1, 100.0]))
    labels = class_labels(classes, MINUTES, "es")
    assert labels[len(labels) // 2] == "0"
    rises, falls = labels[len(labels) // 2 + 1 :], labels[: len(labels) // 2][::-1]
    assert rises[0].startswith("0,1 a ")
    assert rises[-1].endswith("124,5")
    for rise, fall in zip(rises, falls, strict=True):
        low, _, high = rise.partition(" a ")
        assert fall == (f"\u2212{high} a \u2212{low}" if high else f"\u2212{low}")


def test_only_columns_that_change_by_what_is_shown_are_drawn():
    assert changed_columns(rows(0.0, 0.04), [MINUTES]) == []
    assert changed_columns(rows(0.0, 0.3), [MINUTES]) == [MINUTES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_tells_edits_people_and_territories(language):
    checks = [Check("roads_closed", "info", 3.25, "", "")]
    page = summary_page("Bridge", rows(0.0, -2.0, 5.5), people(25.0), checks, [MINUTES], names={"town": "towns"},
                        language=language, region="Somewhere")  # fmt: skip
    said = " | ".join(text.get_text() for text in page.findobj(Text))
    assert "Bridge" in said
    assert "3.2" in said.replace(",", ".")
    assert "towns, 30 min" in said
    assert said.index("T02") < said.index("T01")
    assert "T00" not in said.split(say("most", language))[1]
    nothing = summary_page("Bridge", rows(0.0), people(0.0), [], [MINUTES], names={}, language=language, region="X")
    said = " | ".join(text.get_text() for text in nothing.findobj(Text))
    assert say("no_change", language) in said
    assert say("no_people", language) in said


def test_everything_is_said_in_three_languages():
    assert all(set(words) == set(LANGUAGES) for words in SCENARIO_WORDS.values())
    assert "hospitals" in siting_column("hospitals", 60).title["en"]


def test_the_edits_of_a_configuration_are_made_with_the_users_files(tmp_path):
    plan, flood = tmp_path / "plan.geojson", tmp_path / "flood.geojson"
    gpd.GeoDataFrame({"tipo": ["nacional"], "rodadura": ["asfalto"]}, geometry=[LineString([(0.02, 0), (0.02, 0.03)])],
                     crs=4326).to_file(plan)  # fmt: skip
    gpd.GeoDataFrame(geometry=[box(0.07, -0.01, 0.2, 0.01)], crs=4326).to_file(flood)
    table = tmp_path / "hospitals.csv"
    table.write_text("nombre,lon,lat\nNuevo,0.01,0.01\n", encoding="utf-8")
    surfaces = tmp_path / "surfaces.csv"
    surfaces.write_text("surface,paved\nasphalt,1\n", encoding="utf-8")
    scenario = Scenario(
        add_roads={"path": str(plan), "class": "tipo", "classes": {"nacional": "primary"}, "surface": "rodadura"},
        change_roads={"where": {"road_class": "residential"}, "maxspeed_kmh": 30},
        close_roads={"path": str(flood)},
        cities={"Ciudad a": {"population_persons": 7}},
        services={"add": {"path": str(table), "name": "nombre", "longitude": "lon", "latitude": "lat",
                          "default_kind": "hospital"}},
    )  # fmt: skip
    assert scenario.edited_layers == ("roads", "cities", "services")
    assert set(scenario.files) == {"add_roads.path", "close_roads.0.path", "services.add.path"}
    base = {
        "roads": road_layer([[(0, 0), (0.1, 0)]]),
        "cities": city_layer(("a", 1, 0, 0)),
        "services": gpd.GeoDataFrame({"service_id": ["x"], "kind": ["school"], "name": [None]}, geometry=[Point(0, 0)],
                                     crs=4326),
    }  # fmt: skip
    layers, checks = edited_layers(
        json.loads(scenario.model_dump_json(exclude={"title"})), base.__getitem__, key="scenarios.s",
        speeds=str(SPEEDS_CSV), surfaces=str(surfaces), country="", kinds=["hospital"], reach_km=1,
    )  # fmt: skip
    roads = layers["roads"]
    assert roads["road_class"].tolist() == ["residential", "primary"]
    assert roads["maxspeed"].tolist()[0] == "30"
    assert roads["surface"].tolist()[1] == "asphalt"
    assert roads.geometry[0].bounds[2] == pytest.approx(0.07)
    assert len(roads.geometry[0].coords) == 3
    assert layers["cities"]["population_persons"].tolist() == [7]
    assert layers["services"]["kind"].tolist() == ["school", "hospital"]
    assert {"roads_closed", "roads_changed", "roads_added", "cities_changed", "services_added"} <= {
        check.name for check in checks
    }
    assert area_of_place({"path": None}, "k") is None


def test_one_place_may_stand_without_a_list():
    region = Region(country="NIC", scenarios={"s": {"close_roads": {"where": {"ref": "7"}}}},
                    critical_links={"where": {"bridge": "yes"}})  # fmt: skip
    assert len(region.scenarios["s"].close_roads) == 1
    assert region.critical_links.loss_min == 10
