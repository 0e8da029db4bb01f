"""The network equals that of OSMnx and NetworkX on the same ways."""

from __future__ import annotations

import itertools
from operator import itemgetter

import networkx as nx
import numpy as np
import pytest
from peers import osmnx_graph, write_ways_xml
from pyproj import Geod
from road_cases import default_table, read_roads

from comarca.roads.graph import nearest_source, reversed_graph
from comarca.roads.network import build_network
from comarca.roads.speeds import may_walk_onto, road_speed_kmh

#: The sphere that OSMnx measures on.
SPHERE = Geod(a=6_371_009, b=6_371_009)


@pytest.fixture(scope="module", params=["example", "2021"])
def pair(request, tmp_path_factory):
    """Our network and OSMnx's graph of the same extract."""
    if request.param == "example":
        pbf = request.getfixturevalue("example_pbf")
    else:
        pbf = request.getfixturevalue("cases") / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"
    roads = read_roads(pbf)
    table = default_table()
    speed = road_speed_kmh(roads, table)
    used = ~np.isnan(speed)
    xml = tmp_path_factory.mktemp("osm") / "ways.osm"
    write_ways_xml(pbf, xml, roads["road_id"][used])
    by_way = {int(road_id[1:]): kmh for road_id, kmh in zip(roads["road_id"], speed, strict=True)}
    network = build_network(roads, speed_kmh=speed, on_foot=may_walk_onto(roads, table), geod=SPHERE)
    return network, osmnx_graph(xml, by_way)


def test_it_has_the_nodes_of_osmnx(pair):
    network, graph = pair
    inner = len(network.vertex_lon) - 2 * len(network.edge_from)
    assert len(network.node_lon) + inner == len(graph)


def test_it_has_the_directed_edges_of_osmnx(pair):
    network, graph = pair
    segments = np.diff(network.edge_start) - 1
    directed = int((segments * (network.edge_forward.astype(int) + network.edge_backward)).sum())
    assert directed == graph.number_of_edges()


def test_it_has_the_length_of_osmnx(pair):
    network, graph = pair
    length_km = sum(length for _, _, length in graph.edges(data="length")) / 1000
    ours_km = (network.edge_km * (network.edge_forward.astype(int) + network.edge_backward)).sum()
    assert ours_km == pytest.approx(length_km, rel=1e-9)


def test_shortest_times_are_those_of_networkx(pair):
    network, graph = pair
    towns = [(9.5215, 47.1410), (9.5025, 47.0680), (9.5330, 47.2390), (9.6090, 47.1020)]
    place = {
        (round(lon * 1e7), round(lat * 1e7)): node
        for node, (lon, lat) in enumerate(zip(network.node_lon, network.node_lat, strict=True))
    }
    peer_of = {}
    for node, data in graph.nodes(data=True):
        ours = place.get((round(data["x"] * 1e7), round(data["y"] * 1e7)))
        if ours is not None:
            peer_of.setdefault(ours, []).append(node)
    ours_alone = np.array([ours for ours, peers in peer_of.items() if len(peers) == 1])
    sources = [
        ours_alone[np.argmin((network.node_lon[ours_alone] - lon) ** 2 + (network.node_lat[ours_alone] - lat) ** 2)]
        for lon, lat in towns
    ]
    reached = nearest_source(reversed_graph(network), np.array(sources))
    turned_round = graph.reverse(copy=False)
    starts = {peer_of[node][0] for node in sources}
    times = nx.multi_source_dijkstra_path_length(turned_round, starts, weight="minutes")
    theirs = np.array([times.get(peer_of[node][0], np.inf) for node in ours_alone])
    np.testing.assert_allclose(reached.minutes[ours_alone], theirs, rtol=1e-6)
    assert np.isfinite(theirs).mean() > 0.5
    for node in ours_alone[np.isfinite(theirs)][::400]:
        _, path = nx.multi_source_dijkstra(turned_round, starts, target=peer_of[node][0], weight="minutes")
        hops = [min(turned_round[u][v].values(), key=itemgetter("minutes")) for u, v in itertools.pairwise(path)]
        assert reached.km[node] == pytest.approx(sum(hop["length"] for hop in hops) / 1000, rel=1e-6)
