"""Give the road network as a graph that OSMnx loads."""

import logging

import osmnx as ox

from comarca import io
from comarca.jobs import run
from comarca.layers import files as layer_io
from comarca.roads.graphml import network_graph
from comarca.roads.network import RoadNetwork

log = logging.getLogger("comarca.export_network")


def main(*, network: str, roads: str, graphml: str) -> None:
    graph = network_graph(RoadNetwork.from_arrays(io.read_arrays(network)), layer_io.read_layer(roads, "roads"))
    log.info("%d nodes, %d directed edges", len(graph), graph.number_of_edges())
    with io.atomic_path(graphml) as part:
        ox.save_graphml(graph, part)


if "snakemake" in globals():
    run(main, snakemake)
