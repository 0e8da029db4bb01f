"""Small road layers for tests, and OSM extracts as road layers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import shapely

from comarca.layers.schemas import OSM_KEYS, ROAD_TAGS, ROADS
from comarca.roads.network import RoadNetwork, build_network
from comarca.roads.speeds import SpeedTable, may_walk_onto, road_speed_kmh, speed_table

SPEEDS_CSV = Path(__file__).resolve().parents[2] / "config/speeds.csv"


def road_layer(lines, **columns) -> gpd.GeoDataFrame:
    """Make a road layer of lists of (lon, lat); columns are lists, or one value for all."""
    data = {
        "road_id": [f"w{i:06d}" for i in range(len(lines))],
        "road_class": "residential",
        **dict.fromkeys(ROAD_TAGS),
        "grade_separated": None,
        **columns,
    }
    geometry = [line if isinstance(line, shapely.Geometry) else shapely.LineString(line) for line in lines]
    layer = gpd.GeoDataFrame(data, index=range(len(lines)), geometry=geometry, crs=4326)
    text = [name for name in ROADS.columns if name != "geometry"]
    return layer.astype(dict.fromkeys(text, "str"))[[*ROADS.columns]]


def network_of(lines, *, speed_kmh=60.0, on_foot=True, **columns) -> RoadNetwork:
    roads = road_layer(lines, **columns)
    return build_network(
        roads,
        speed_kmh=np.broadcast_to(np.asarray(speed_kmh, dtype=float), len(roads)),
        on_foot=np.broadcast_to(on_foot, len(roads)),
    )


def default_table(country: str = "") -> SpeedTable:
    import pandas as pd

    return speed_table(pd.read_csv(SPEEDS_CSV), country=country)


def network_from(roads: gpd.GeoDataFrame, **options) -> RoadNetwork:
    table = default_table()
    return build_network(roads, speed_kmh=road_speed_kmh(roads, table), on_foot=may_walk_onto(roads, table), **options)


class _Ways(osmium.SimpleHandler):
    def __init__(self, classes):
        super().__init__()
        self.classes, self.rows, self.lines, self.nodes = classes, [], [], []

    def way(self, way):
        road_class = "ferry" if way.tags.get("route") == "ferry" else way.tags.get("highway")
        if road_class not in self.classes or len(way.nodes) < 2 or way.tags.get("area") == "yes":
            return
        tags = {tag: way.tags.get(OSM_KEYS.get(tag, tag)) for tag in ROAD_TAGS}
        self.rows.append({"road_id": f"w{way.id}", "road_class": road_class, **tags})
        self.lines.append([(node.lon, node.lat) for node in way.nodes])
        self.nodes.append([node.ref for node in way.nodes])


def read_roads(path, classes=None) -> gpd.GeoDataFrame:
    """Read the drivable ways of an extract with plain loops, apart from the package's own reader."""
    handler = _Ways(set(classes or default_table().class_kmh))
    handler.apply_file(str(path), locations=True)
    at_place: dict[tuple[float, float], set[int]] = {}
    for line, nodes in zip(handler.lines, handler.nodes, strict=True):
        for place, node in zip(line, nodes, strict=True):
            at_place.setdefault(place, set()).add(node)
    separated = [
        " ".join(
            f"{i}:{node}" for i, (place, node) in enumerate(zip(line, nodes, strict=True)) if len(at_place[place]) > 1
        )
        or None
        for line, nodes in zip(handler.lines, handler.nodes, strict=True)
    ]
    columns = {key: [row[key] for row in handler.rows] for key in handler.rows[0]}
    return road_layer(handler.lines, **{**columns, "grade_separated": separated})
