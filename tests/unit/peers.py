"""The same ways as a road layer, and as an OSMnx graph with our speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import osmnx as ox

if TYPE_CHECKING:
    import networkx as nx


def write_ways_xml(pbf, xml, road_ids):
    """Write ways and their nodes as OSM XML, which OSMnx reads."""
    wanted = {int(road_id[1:]) for road_id in road_ids}
    used: set[int] = set()
    for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY):
        if way.id in wanted:
            used.update(node.ref for node in way.nodes)
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY):
            if (thing.is_node() and thing.id in used) or (thing.is_way() and thing.id in wanted):
                writer.add(thing)


def osmnx_graph(xml, speed_kmh_by_way) -> nx.MultiDiGraph:
    """Read with OSMnx and set the minutes of each edge from the speed of its way."""
    graph = ox.graph_from_xml(xml, simplify=False, retain_all=True)
    for _, _, data in graph.edges(data=True):
        data["minutes"] = data["length"] / 1000 / speed_kmh_by_way[data["osmid"]] * 60
    return graph
