"""The network as a graph of OSMnx, and a graph of OSMnx as roads."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from peers import osmnx_graph, write_ways_xml
from road_cases import default_table, network_of, read_roads, road_layer
from shapely.geometry import LineString

from comarca.errors import InputError
from comarca.roads.graph import nearest_source, reversed_graph
from comarca.roads.graphml import network_graph
from comarca.roads.network import build_network
from comarca.roads.speeds import may_walk_onto, road_speed_kmh
from comarca.sources.vectors.graphml import roads_from_graphml

TABLE = default_table()
CLASSES = TABLE.class_kmh


def built(roads):
    return build_network(roads, speed_kmh=road_speed_kmh(roads, TABLE), on_foot=may_walk_onto(roads, TABLE))


@pytest.fixture(scope="module")
def example(example_pbf):
    roads = read_roads(example_pbf)
    return roads, built(roads)


@pytest.fixture(scope="module")
def file(example, tmp_path_factory):
    roads, network = example
    path = tmp_path_factory.mktemp("graph") / "network.graphml"
    ox.save_graphml(network_graph(network, roads), path)
    return path


def test_osmnx_loads_the_graph_with_lengths_speeds_times_and_shapes(example, file):
    _, network = example
    graph = ox.load_graphml(file)
    nodes, edges = ox.graph_to_gdfs(graph)
    assert (graph.graph["crs"], len(nodes)) == ("EPSG:4326", len(network.node_lon))
    assert len(edges) == network.edge_forward.sum() + network.edge_backward.sum()
    assert edges["length"].sum() / 1000 == pytest.approx(
        (network.edge_km * (network.edge_forward.astype(int) + network.edge_backward)).sum(), rel=1e-9
    )
    # OSMnx's own speed and time agree with ours.
    moving = edges["travel_time"] > 0
    np.testing.assert_allclose(
        edges["travel_time"][moving], (edges["length"] / 1000 / edges["speed_kph"] * 3600)[moving], rtol=1e-9
    )
    start = nodes.loc[edges.index.get_level_values("u"), ["x", "y"]].to_numpy()
    np.testing.assert_array_equal([shape.coords[0] for shape in edges.geometry], start)


def test_networkx_finds_the_same_times_on_the_loaded_graph(example, file):
    _, network = example
    graph = ox.load_graphml(file)
    sources = [100, 2000]
    reached = nearest_source(reversed_graph(network), np.array(sources))
    seconds = nx.multi_source_dijkstra_path_length(graph.reverse(copy=False), set(sources), weight="travel_time")
    theirs = np.array([seconds.get(node, np.inf) for node in range(len(network.node_lon))]) / 60
    np.testing.assert_allclose(reached.minutes, theirs, rtol=1e-9)
    assert np.isfinite(theirs).mean() > 0.9
    path = ox.shortest_path(graph, 0, 100, weight="travel_time")
    assert ox.routing.route_to_gdf(graph, path, weight="travel_time")["travel_time"].sum() / 60 == pytest.approx(
        nearest_source(reversed_graph(network), np.array([100])).minutes[0], rel=1e-9
    )


def test_roads_read_back_from_the_graph_make_the_same_network(example, file):
    _, network = example
    again, checks = roads_from_graphml(file, known_classes=CLASSES)
    other = built(again)
    assert len(other.edge_from) == len(network.edge_from)
    assert len(other.node_lon) == len(network.node_lon)
    assert len(other.component_km) == len(network.component_km)
    for values, others in ((network.edge_min, other.edge_min), (network.edge_km, other.edge_km)):
        np.testing.assert_allclose(np.sort(others), np.sort(values), rtol=1e-9)
    assert other.edge_on_foot.sum() == network.edge_on_foot.sum()
    position = {at: node for node, at in enumerate(zip(other.node_lon, other.node_lat, strict=True))}
    peers = np.array([position[at] for at in zip(network.node_lon, network.node_lat, strict=True)])
    ours = nearest_source(reversed_graph(network), np.array([100])).minutes
    theirs = nearest_source(reversed_graph(other), peers[[100]]).minutes
    np.testing.assert_allclose(theirs[peers], ours, rtol=1e-9)
    assert [check.value for check in checks] == [0, 0]


@pytest.mark.parametrize("simplify", [False, True])
def test_a_graph_that_osmnx_made_itself_is_read(example, example_pbf, tmp_path, simplify):
    roads, network = example
    write_ways_xml(example_pbf, tmp_path / "ways.osm", roads["road_id"])
    speeds = {
        int(road_id[1:]): kmh for road_id, kmh in zip(roads["road_id"], road_speed_kmh(roads, TABLE), strict=True)
    }
    graph = osmnx_graph(tmp_path / "ways.osm", speeds)
    graph.remove_edges_from([edge for edge in graph.edges(keys=True) if np.isnan(graph.edges[edge]["minutes"])])
    if simplify:
        graph = ox.simplify_graph(graph, remove_rings=False)
    ox.save_graphml(graph, tmp_path / "graph.graphml")
    again, checks = roads_from_graphml(tmp_path / "graph.graphml", known_classes=CLASSES)
    other = built(again)
    assert other.edge_km.sum() == pytest.approx(network.edge_km.sum(), rel=1e-3)
    assert len(other.component_km) == len(network.component_km)
    assert (checks[1].value > 0) is simplify


def test_bridges_stay_apart_from_what_they_cross(tmp_path):
    cross = [[(0, -0.01), (0, 0), (0, 0.01)], [(-0.01, 0), (0, 0), (0.01, 0)]]
    roads = road_layer(cross, grade_separated=["1:77", "1:88"])
    network = network_of(cross, grade_separated=["1:77", "1:88"])
    ox.save_graphml(network_graph(network, roads), tmp_path / "bridge.graphml")
    again, _ = roads_from_graphml(tmp_path / "bridge.graphml", known_classes=CLASSES)
    assert len(built(again).component_km) == 2


def test_one_way_roads_keep_their_direction(tmp_path):
    lines, oneway = [[(0, 0), (0.01, 0)], [(0.01, 0), (0.02, 0)], [(0.02, 0), (0.03, 0)]], ["yes", "-1", "no"]
    ox.save_graphml(
        network_graph(network_of(lines, oneway=oneway), road_layer(lines, oneway=oneway)), tmp_path / "a.graphml"
    )
    again, _ = roads_from_graphml(tmp_path / "a.graphml", known_classes=CLASSES)
    assert again["oneway"].fillna("both").tolist() == ["yes", "both", "yes"] or set(again["oneway"].fillna("both")) == {
        "yes",
        "both",
    }
    backwards = again[again.geometry.map(lambda line: line.coords[0] == (0.02, 0) and line.coords[1] == (0.01, 0))]
    assert backwards["oneway"].tolist() == ["yes"]


def test_a_projected_graph_is_brought_to_degrees(example, file, tmp_path):
    graph = ox.project_graph(ox.load_graphml(file))
    ox.save_graphml(graph, tmp_path / "projected.graphml")
    again, _ = roads_from_graphml(tmp_path / "projected.graphml", known_classes=CLASSES)
    assert again.crs.to_epsg() == 4326
    assert gpd.GeoSeries(again.geometry).total_bounds == pytest.approx(example[0].total_bounds, abs=1e-3)


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda graph: graph.graph.pop("crs"), "crs"),
        (lambda graph: [data.pop("highway") for *_, data in graph.edges(data=True)], "highway"),
        (lambda graph: [data.update(highway="corridor") for *_, data in graph.edges(data=True)], "known classes"),
    ],
    ids=["no_crs", "no_class", "unknown_class"],
)
def test_what_is_no_road_graph_is_refused_in_one_message(tmp_path, break_it, message):
    lines = [[(0, 0), (0.01, 0)]]
    graph = network_graph(network_of(lines), road_layer(lines))
    break_it(graph)
    ox.save_graphml(graph, tmp_path / "broken.graphml")
    with pytest.raises(InputError, match=message):
        roads_from_graphml(tmp_path / "broken.graphml", known_classes=CLASSES)


def test_a_file_that_is_no_graph_is_refused(tmp_path):
    (tmp_path / "text.graphml").write_text("<html></html>")
    with pytest.raises(InputError, match=r"osmnx\.save_graphml"):
        roads_from_graphml(tmp_path / "text.graphml", known_classes=CLASSES)


def test_edges_without_a_shape_are_straight(tmp_path):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(5, x=0.0, y=0.0)
    graph.add_node(9, x=0.01, y=0.0)
    graph.add_edge(5, 9, osmid=12, highway="residential", oneway=False, reversed=False, length=1113.2)
    graph.add_edge(9, 5, osmid=12, highway="residential", oneway=False, reversed=True, length=1113.2)
    ox.save_graphml(graph, tmp_path / "straight.graphml")
    roads, _ = roads_from_graphml(tmp_path / "straight.graphml", known_classes=CLASSES)
    assert roads["road_id"].tolist() == ["w12"]
    assert roads.geometry.iloc[0].equals(LineString([(0, 0), (0.01, 0)]))
