"""Scenarios: edits of roads, cities and services, what is computed again, and what is told of it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from families import WEST_EAST, demand, territories
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import network_from, road_layer
from shapely.geometry import LineString, Point, box

from comarca.access.linking import link_network
from comarca.config.region import Region
from comarca.crs import geodesic_length_km
from comarca.errors import InputError
from comarca.registry.columns import TableColumn
from comarca.results import Indicators
from comarca.roads.connectors import Linking
from comarca.roads.graph import nearest_source, reversed_graph
from comarca.scenarios.connectors import without_new_connectors
from comarca.scenarios.cutting import cut_at_area
from comarca.scenarios.differences import change_checks, difference_table, people_table
from comarca.scenarios.edits import (
    add_roads,
    add_services,
    area_of,
    change_cities,
    change_roads,
    close_roads,
    close_services,
)
from comarca.scenarios.redirect import redirected

#: A main road along the equator, a way round to the north, a dead end to the south.
GRID = [[(0, 0), (0.1, 0)], [(0, 0), (0, 0.05), (0.1, 0.05), (0.1, 0)], [(0.05, -0.02), (0.05, -0.001)]]


def minutes_between(roads, start, end):
    """Shortest minutes between two positions that are nodes of the network."""
    network = network_from(roads)
    at = [np.argmin(np.hypot(network.node_lon - lon, network.node_lat - lat)) for lon, lat in (start, end)]
    return nearest_source(reversed_graph(network), np.array([at[1]])).minutes[at[0]]


def city_layer(*rows):
    ids, persons, lon, lat = zip(*rows, strict=True)
    table = {"city_id": list(ids), "city_name": [f"Ciudad {n}" for n in ids], "country": "XXX",
             "population_persons": [float(p) for p in persons], "osm_id": None}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=4326)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_roads_cut_at_an_area_keep_their_length_course_and_names_of_vertices(seed):
    rng = np.random.default_rng(seed)
    lines = [LineString(np.round(np.cumsum(rng.normal(0, 0.01, (6, 2)), axis=0), 7)) for _ in range(5)]
    roads = road_layer(lines)
    marked = {3: "w3-three", 4: "w3-four"}
    roads.loc[3, "grade_separated"] = " ".join(f"{index}:{node}" for index, node in marked.items())
    area = Point(0.01, 0).buffer(0.012)
    cut, inside = cut_at_area(roads, area)
    assert geodesic_length_km(cut.geometry.to_numpy()).sum() == pytest.approx(
        geodesic_length_km(roads.geometry.to_numpy()).sum(), rel=1e-9
    )
    assert shapely.length(cut.geometry[inside].to_numpy()).sum() == pytest.approx(
        shapely.length(shapely.intersection(roads.geometry.to_numpy(), area)).sum(), abs=2e-6
    )
    assert cut["road_id"].is_unique
    pieces = cut[cut["road_id"].str.startswith("w000003")]
    named = {
        node: shapely.get_coordinates(piece)[int(index)].tolist()
        for piece, entries in zip(pieces.geometry, pieces["grade_separated"], strict=True)
        if isinstance(entries, str)
        for index, node in (entry.split(":") for entry in entries.split())
    }
    assert named == {node: list(lines[3].coords[index]) for index, node in marked.items()}


def test_a_closed_stretch_sends_people_the_way_round():
    roads = road_layer(GRID, maxspeed="60")
    direct, round_about = minutes_between(roads, (0, 0), (0.1, 0)), 0.2 / 0.1
    closed, check = close_roads(
        roads, where={"road_class": "residential"}, area=box(0.04, -0.0005, 0.06, 0.0005), key="k"
    )
    assert check.value == pytest.approx(0.02 * 111.3195, rel=1e-4)
    assert minutes_between(closed, (0, 0), (0.1, 0)) == pytest.approx(round_about * direct, rel=5e-3)
    assert len(closed) == 4


def test_a_road_is_closed_by_its_number():
    roads = road_layer(GRID, ref=["7", "8", None])
    closed, _ = close_roads(roads, where={"ref": "7"}, area=None, key="k")
    assert closed["ref"].fillna("").tolist() == ["8", ""]
    with pytest.raises(InputError):
        close_roads(roads, where={}, area=box(5, 5, 6, 6), key="k")


def test_a_better_surface_and_limit_count_where_the_area_lies():
    roads = road_layer(GRID, road_class="track", tracktype="grade5", surface="dirt")
    slow = minutes_between(roads, (0, 0), (0.1, 0))
    half = box(-1, -0.001, 0.05, 0.001)
    changed, check = change_roads(roads, where={}, area=half, to_class="secondary", surface="asphalt",
                                  maxspeed_kmh=80, key="k")  # fmt: skip
    first = changed[changed["road_id"] == "w000000/1"].iloc[0]
    assert (first["road_class"], first["surface"], first["maxspeed"]) == ("secondary", "asphalt", "80")
    assert pd.isna(first["tracktype"])
    fast = 0.85 * 80 / 60 / 111.3195
    expected = slow / 2 + 0.05 / fast
    assert minutes_between(changed, (0, 0), (0.1, 0)) == pytest.approx(expected, rel=1e-3)
    assert check.value > 0.05 * 111


def test_an_added_road_is_joined_where_it_ends_and_where_it_crosses():
    roads = road_layer(GRID)
    new = road_layer([[(0.03, 0.0001), (0.03, 0.06)]])
    both, checks = add_roads(roads, new, snap_m=20, key="k")
    assert both["road_id"].tolist() == ["w000000", "w000001", "w000002", "new/w000000"]
    assert checks[-1].value == 0
    kmh = 111.3195 * 0.1 / minutes_between(roads, (0, 0), (0.1, 0))
    # From the middle of the northern road straight down, over the junction at (0.03, 0.05), to the equator.
    assert minutes_between(both, (0.03, 0.05), (0.03, 0)) == pytest.approx(110.574 * 0.05 / kmh, rel=1e-3)
    assert both.geometry[2].equals(roads.geometry[2])
    passing, _ = add_roads(roads, new, snap_m=20, crossings="pass", key="k")
    assert passing.geometry[1].equals(roads.geometry[1])
    assert len(passing.geometry[0].coords) == 3


def test_an_added_road_passes_under_a_bridge_and_keeps_its_vertices_named():
    roads = road_layer(GRID, bridge=[None, "yes", None])
    roads.loc[0, "grade_separated"] = "1:over"
    both, _ = add_roads(roads, road_layer([[(0.03, 0), (0.03, 0.06)]]), snap_m=20, key="k")
    assert both.geometry[1].equals(roads.geometry[1])
    assert both["grade_separated"][0] == "2:over"


def test_an_end_that_misses_by_more_is_told():
    far = road_layer([[(0.03, 0.0005), (0.03, 0.04)]])
    _, checks = add_roads(road_layer(GRID), far, snap_m=20, key="k")
    assert (checks[-1].name, checks[-1].status, checks[-1].value) == ("added_roads_open_ends", "warn", 1)


def test_points_and_lines_are_taken_as_wide_as_asked():
    around = area_of(gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=4326), buffer_m=500)
    west, south, east, north = around.bounds
    assert [east, -west] == pytest.approx([500 / 111319.5] * 2, rel=1e-2)
    assert [north, -south] == pytest.approx([500 / 110574] * 2, rel=1e-2)


def test_cities_and_services_are_changed():
    cities = city_layer(("a", 1000, 0, 0), ("b", 2000, 1, 0))
    changed, check = change_cities(cities, {"CIUDAD A": 5000.0, "b": 1.0}, key="k")
    assert changed["population_persons"].tolist() == [5000, 1]
    assert check.rows[0] == {"city": "Ciudad a", "before": 1000.0, "persons": 5000.0}
    with pytest.raises(InputError, match="Ciudad a"):
        change_cities(cities, {"Ciudat a": 1.0}, key="k")
    services = gpd.GeoDataFrame({"service_id": ["1", "2"], "kind": ["school", "bank"], "name": None},
                                geometry=[Point(0, 0), Point(1, 1)], crs=4326)  # fmt: skip
    closed, _ = close_services(services, where={"kind": "bank"}, area=None, key="k")
    assert closed["service_id"].tolist() == ["1"]
    assert add_services(closed, services.iloc[:1])[0]["service_id"].tolist() == ["1", "new/1"]


PEOPLE = demand(("01", 10, 0.02, 0.001), ("02", 30, 0.09, 0.001))
CITIES = city_layer(("a", 1000, 0, 0), ("b", 2000, 0.1, 0.05))


def linked(roads):
    """Network with the connectors that a run draws, and their layer."""
    return link_network(
        network_from(roads), CITIES, PEOPLE, territories(*WEST_EAST), intervals=[(100, 1500), (1500, None)],
        linking=Linking(), max_snap_km=1.0,
    )[:2]  # fmt: skip


def test_no_connector_takes_the_place_of_a_closed_bridge():
    roads = road_layer([[(0, 0), (0.05, 0)], [(0.05, 0), (0.052, 0)], [(0.052, 0), (0.1, 0), (0.1, 0.05)]])
    _, base = linked(roads)
    closed, _ = close_roads(roads, where={"road_id": "w000001"}, area=None, key="k")
    network, lines = linked(closed)
    # A run on these roads draws a connector, since it cannot know of the bridge.
    assert len(lines) == 1
    assert len(np.unique(network.node_component)) == 1
    kept, check = without_new_connectors(network, lines, base)
    assert check.value == 1
    assert (kept.edge_road >= 0).all()
    ends = [np.argmin(np.hypot(kept.node_lon - lon, kept.node_lat)) for lon in (0.0, 0.052)]
    assert kept.node_component[ends[0]] != kept.node_component[ends[1]]
    assert kept.component_km.sum() == pytest.approx(geodesic_length_km(closed.geometry.to_numpy()).sum(), rel=1e-6)


def test_connectors_of_the_base_stay():
    roads = road_layer([[(0, 0), (0.05, 0)], [(0.0501, 0), (0.1, 0), (0.1, 0.05)]])
    network, base = linked(roads)
    assert len(base) == 1
    kept, check = without_new_connectors(network, base, base)
    assert kept is network
    assert check.value == 0


def test_steps_read_what_earlier_steps_wrote():
    steps = [
        {"rule": "one", "input": {"roads": "r/A/roads", "code": ["x", "y"]}, "output": {"network": "r/A/network"}},
        {
            "rule": "two",
            "input": {"network": "r/A/network", "demand": "r/A/demand"},
            "output": {"times": "r/A/l/times"},
        },
    ]
    first, second = redirected(steps, {"r/A/roads": "w/roads"}, base_folder="r/A/", folder="w")
    assert first["input"] == {"roads": "w/roads", "code": ["x", "y"]}
    assert second["input"] == {"network": "w/network", "demand": "r/A/demand"}
    assert second["output"] == {"times": "w/l/times"}


def test_differences_and_people_are_those_counted_by_hand():
    columns = [TableColumn(name="time_min", family="f", kind="number", range=(0, None), layers=()),
               TableColumn(name="place_name", family="f", kind="text", range=(None, None), layers=())]  # fmt: skip
    index = pd.Index(["01", "02"], name="territory_id")
    flags = pd.DataFrame("", index=index, columns=["time_min", "place_name"])

    def family(times, names):
        values = pd.DataFrame({"time_min": times, "place_name": names}, index=index)
        return {"f": Indicators(values, flags.mask(values.isna(), "unreachable"))}

    names = pd.Series(["A", "B"], index)
    table = difference_table(
        family([30.0, 10.0], ["x", "y"]), family([30.0 + 1e-12, np.nan], ["x", "z"]), columns, names
    )
    assert table["difference"].tolist()[:2] == pytest.approx([0.0, np.nan], nan_ok=True)
    assert table.loc[1, "flag"] == "unreachable"
    assert table.loc[3, ["base_text", "scenario_text"]].tolist() == ["y", "z"]
    points = demand(("01", 10, 0.01, 0.01), ("01", 20, 0.02, 0.01), ("02", 40, 0.15, 0.01))
    ids = pd.Index(points["demand_id"])
    base = {"big": pd.DataFrame({"minutes": [5.0, 40.0, np.nan]}, ids)}
    then = {"big": pd.DataFrame({"minutes": [35.0, 30.0, 20.0]}, ids)}
    reach = people_table(points, base, then, names, thresholds_min=[30])
    rows = reach.set_index("territory_id")[["base_persons", "scenario_persons", "gained_persons", "lost_persons"]]
    assert rows.loc[""].tolist() == [10, 60, 60, 10]
    assert rows.loc["01"].tolist() == [10, 20, 20, 10]
    nobody = {"none": pd.DataFrame({"minutes": [np.nan] * 3}, ids)}
    assert people_table(points, base | nobody, then | nobody, names, thresholds_min=[30]).equals(reach)
    check = change_checks(table, reach)[0]
    assert (check.status, check.value) == ("info", 1)
    assert change_checks(table[table["territory_id"] == "01"], reach)[0].status == "warn"


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ({}, "changes nothing"),
        ({"close_roads": {}}, "which ones"),
        ({"change_roads": {"where": {"ref": 7}}}, "what becomes"),
    ],
)
def test_a_scenario_that_says_too_little_is_refused(scenario, said):
    with pytest.raises(ValueError, match=said):
        Region(country="NIC", scenarios={"s": scenario})
