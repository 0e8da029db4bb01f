"""Make a large OSM extract out of a small one: copies side by side, with ids of their own.

The copies stand on a square grid, each shifted by whole multiples of ``--step-deg``; node, way and relation ids of
copy ``k`` are raised by ``k`` times a power of ten above the largest id. Nothing is random: the same call writes the
same bytes.

    python benchmarks/tile_extract.py small.osm.pbf large.osm.pbf --times 100
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import osmium
from osmium.osm import mutable


def tile(source: Path, target: Path, *, times: int, step_deg: float) -> None:
    """Write `times` shifted copies of an extract into one file, sorted by type and id.

    Parameters
    ----------
    source, target : pathlib.Path
        OSM files; the target is overwritten.
    times : int
        Number of copies.
    step_deg : float
        Distance between copies in longitude and latitude, in degrees.
    """
    nodes, ways, relations = _read(source)
    offset = 10 ** len(str(max(entry[0] for part in (nodes, ways, relations) for entry in part)))
    side = math.ceil(math.sqrt(times))
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for k in range(times):
            east, north = (k % side) * step_deg, (k // side) * step_deg
            for number, lon, lat, tags in nodes:
                node = mutable.Node(id=number + k * offset, location=(lon + east, lat + north), tags=tags, version=1)
                writer.add_node(node)
        for k in range(times):
            shift = k * offset
            for number, refs, tags in ways:
                writer.add_way(mutable.Way(id=number + shift, nodes=[r + shift for r in refs], tags=tags, version=1))
        for k in range(times):
            shift = k * offset
            for number, members, tags in relations:
                moved = [(kind, ref + shift, role) for kind, ref, role in members]
                writer.add_relation(mutable.Relation(id=number + shift, members=moved, tags=tags, version=1))


def _read(source: Path) -> tuple[list, list, list]:
    nodes, ways, relations = [], [], []
    for entity in osmium.FileProcessor(str(source)):
        tags = dict(entity.tags)
        if entity.is_node():
            nodes.append((entity.id, entity.lon, entity.lat, tags))
        elif entity.is_way():
            ways.append((entity.id, [node.ref for node in entity.nodes], tags))
        else:
            relations.append((entity.id, [(m.type, m.ref, m.role) for m in entity.members], tags))
    return nodes, ways, relations


def main() -> None:
    """Read the command line and write the large extract."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--times", type=int, default=100, help="number of copies (default: 100)")
    parser.add_argument("--step-deg", type=float, default=0.5, help="grid step in degrees (default: 0.5)")
    options = parser.parse_args()
    if options.times < 1:
        parser.error("--times must be at least 1")
    tile(options.source, options.target, times=options.times, step_deg=options.step_deg)


if __name__ == "__main__":
    main()
