"""From an OSM extract to the time from every node to the nearest town: comarca against OSMnx with NetworkX.

Both get the same ways with the same speeds on the same sphere, each in a process of its own; imports do not count.
comarca reads the PBF; OSMnx, which cannot, reads OSM XML of just those ways, written beforehand and not timed.

    python benchmarks/bench_routing.py [extract.osm.pbf] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Geod

ROOT = Path(__file__).resolve().parents[1]
SPHERE = Geod(a=6_371_009, b=6_371_009)
STEPS_PER_DEGREE = 10_000_000


def our_minutes(pbf: Path) -> tuple[np.ndarray, np.ndarray]:
    """Give places of nodes, and the minutes to the nearest town."""
    from comarca.roads.graph import nearest_source, reversed_graph
    from comarca.roads.network import build_network
    from comarca.roads.speeds import may_walk_onto, road_speed_kmh
    from comarca.sources.osm.read import read_osm

    roads = read_osm(pbf, ["roads"]).layers["roads"]
    table = speeds()
    network = build_network(
        roads, speed_kmh=road_speed_kmh(roads, table), on_foot=may_walk_onto(roads, table), geod=SPHERE
    )
    lon, lat = network.node_lon, network.node_lat
    reached = nearest_source(reversed_graph(network), towns(lon, lat))
    return np.column_stack([lon, lat]), reached.minutes


def their_minutes(xml: Path, speed_kmh: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Do the same with OSMnx and NetworkX."""
    import networkx as nx
    import osmnx as ox

    graph = ox.graph_from_xml(xml, simplify=False, retain_all=True)
    ox.add_edge_speeds(graph)
    # Its speeds, from limits and their means by class, give way to ours, so that times can be compared.
    of_edge = {(u, v, key): speed_kmh[str(way)] for u, v, key, way in graph.edges(keys=True, data="osmid")}
    nx.set_edge_attributes(graph, of_edge, "speed_kph")
    ox.add_edge_travel_times(graph)
    nodes = list(graph)
    lon, lat = (np.array([graph.nodes[node][axis] for node in nodes]) for axis in "xy")
    starts = {nodes[i] for i in towns(lon, lat)}
    seconds = nx.multi_source_dijkstra_path_length(graph.reverse(copy=False), starts, weight="travel_time")
    return np.column_stack([lon, lat]), np.array([seconds.get(node, np.inf) for node in nodes]) / 60


def speeds():
    """Give the default speeds."""
    from comarca.roads.speeds import speed_table

    return speed_table(pd.read_csv(ROOT / "config/speeds.csv"))


def towns(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Choose the crossings nearest to three of Liechtenstein's towns."""
    places = [(9.5215, 47.1410), (9.5025, 47.0680), (9.5330, 47.2390)]
    at_crossing = CROSSINGS.get("place")
    candidates = np.arange(len(lon))
    if at_crossing is not None:
        candidates = np.flatnonzero(np.isin(key(lon, lat), at_crossing))
    return np.array([candidates[np.argmin((lon[candidates] - x) ** 2 + (lat[candidates] - y) ** 2)] for x, y in places])


#: Places of our nodes: OSMnx has more, so it is told which to choose towns from.
CROSSINGS: dict[str, np.ndarray] = {}


def key(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Give one number per place."""
    east = np.rint((lon + 180) * STEPS_PER_DEGREE).astype(np.int64)
    return (east << 31) | np.rint((lat + 90) * STEPS_PER_DEGREE).astype(np.int64)


def write_xml(pbf: Path, xml: Path) -> dict[str, float]:
    """Write the ways that we drive, with their nodes, and give their speeds."""
    import osmium

    from comarca.roads.speeds import road_speed_kmh
    from comarca.sources.osm.read import read_osm

    roads = read_osm(pbf, ["roads"]).layers["roads"]
    speed = road_speed_kmh(roads, speeds())
    of_way = {way[1:]: kmh for way, kmh in zip(roads["road_id"], speed, strict=True) if not np.isnan(kmh)}
    wanted = {int(way) for way in of_way}
    used = {
        node.ref for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY) if way.id in wanted for node in way.nodes
    }
    with osmium.SimpleWriter(str(xml)) as writer:
        for thing in osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY):
            if (thing.is_node() and thing.id in used) or (thing.is_way() and thing.id in wanted):
                writer.add(thing)
    return of_way


def run_one(who: str, folder: Path, pbf: Path, repeat: int) -> None:
    """Run one side: save what it found; say how long it took, and its peak memory."""
    import osmnx  # noqa: F401 (both sides import the same, so that memory compares)

    import comarca.roads.graph
    import comarca.roads.network
    import comarca.sources.osm.read  # noqa: F401

    of_way = json.loads((folder / "speeds.json").read_text())
    if who == "theirs":
        CROSSINGS["place"] = key(*np.load(folder / "ours.npz")["place"].T)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        place, minutes = our_minutes(pbf) if who == "ours" else their_minutes(folder / "ways.osm", of_way)
        seconds.append(time.perf_counter() - start)
    np.savez(folder / f"{who}.npz", place=place, minutes=minutes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": min(seconds), "peak_mb": peak / 1024, "peak_over_start_mb": (peak - before) / 1024}))


def compare(folder: Path) -> tuple[int, float]:
    """Count the nodes that both have, and give the largest relative difference of their times."""
    ours, theirs = np.load(folder / "ours.npz"), np.load(folder / "theirs.npz")
    our_key, their_key = key(*ours["place"].T), key(*theirs["place"].T)
    _, i, j = np.intersect1d(our_key, their_key, return_indices=True)
    a, b = ours["minutes"][i], theirs["minutes"][j]
    if not np.array_equal(np.isinf(a), np.isinf(b)):
        raise SystemExit("The two sides do not reach the same nodes.")
    reached = np.isfinite(a) & (b > 0)
    return len(i), float(np.abs(a[reached] / b[reached] - 1).max())


def default_extract() -> Path:
    """Give the larger extract where there is one, else the embedded example."""
    cases = Path(os.environ.get("COMARCA_CASES", ROOT.parent / "shared/data"))
    large = cases / "liechtenstein-2021/liechtenstein-2021-10-28.osm.pbf"
    return large if large.exists() else ROOT / "data/raw/example/liechtenstein-2013-08-03.osm.pbf"


def main() -> None:
    """Run both sides and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path, nargs="?", default=default_extract())
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--side", choices=["ours", "theirs"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        run_one(options.side, options.folder, options.extract, options.repeat)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "speeds.json").write_text(json.dumps(write_xml(options.extract, folder / "ways.osm")))
        found = {}
        for side in ("ours", "theirs"):
            command = [sys.executable, __file__, str(options.extract), "--side", side, "--folder", name]
            output = subprocess.run(
                [*command, "--repeat", str(options.repeat)], check=True, capture_output=True, text=True
            ).stdout
            found[side] = json.loads(output.splitlines()[-1])
        nodes, difference = compare(folder)
    ours, theirs = found["ours"], found["theirs"]
    print(f"{options.extract.name}: from the file to the time to the nearest town, best of {options.repeat}")
    for title, figures in (("comarca", ours), ("OSMnx + NetworkX", theirs)):
        print(
            f"  {title:18}{figures['seconds']:8.3f} s   peak {figures['peak_mb']:6.0f} MB"
            f" (+{figures['peak_over_start_mb']:.0f} MB over the imports)"
        )
    print(f"  ratio of times    {theirs['seconds'] / ours['seconds']:8.1f}")
    print(f"  largest relative difference of times at {nodes} nodes: {difference:.1e}")


if __name__ == "__main__":
    main()
