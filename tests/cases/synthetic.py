"""A tiny made-up country whose hard cases are there on purpose.

All lies on the equator, in squares of 0.1 degrees, so that lengths can be worked out by hand::

      0.2 +------+------+
          |  06  |  07  |            06 Erma: people, no road      07 Fosa: nobody, a road along its border to 02
      0.1 +------+======+------+------+
          |  01  |  02  |  03  |  04  |   (sea)   +--+ 05 Duna: an island with a road and no city
          |   o--*------+--()--+--*[x]|           +--+
      0.0 +------+------+------+------+
         10.0  10.1   10.2   10.3   10.4         10.6

01 Alba has a lake (a hole) and an exclave [x] inside 04 Cala; 02 and 03 are both called Brea; the city Frontera (*)
stands exactly on the border of 01 and 02; () is a
one-way loop in 03, to be driven westwards on its far side.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import geopandas as gpd
import osmium
import pandas as pd
import shapely
import yaml

if TYPE_CHECKING:
    from pathlib import Path

EXCLAVE = shapely.box(10.36, 0.02, 10.38, 0.04)
LAKE = shapely.box(10.06, 0.06, 10.08, 0.08)
ISLAND = shapely.box(10.6, 0.0, 10.65, 0.05)


def square(west: float, south: float) -> shapely.Polygon:
    """Return a square of 0.1 degrees."""
    return shapely.box(west, south, round(west + 0.1, 1), round(south + 0.1, 1))


def territories() -> gpd.GeoDataFrame:
    """Return the seven territories; codes have leading zeros, two names are the same."""
    rows = [
        ("01", "Alba", "West", shapely.MultiPolygon([square(10.0, 0.0).difference(LAKE), EXCLAVE])),
        ("02", "Brea", "West", square(10.1, 0.0)),
        ("03", "Brea", "East", square(10.2, 0.0)),
        ("04", "Cala", "East", square(10.3, 0.0).difference(EXCLAVE)),
        ("05", "Duna", "Isles", ISLAND),
        ("06", "Erma", "West", square(10.0, 0.1)),
        ("07", "Fosa", "West", square(10.1, 0.1)),
    ]
    return gpd.GeoDataFrame(rows, columns=["code", "name", "province", "geometry"], geometry="geometry", crs=4326)


def cities() -> gpd.GeoDataFrame:
    """Return two cities: one exactly on the border of 01 and 02, one in 04."""
    frame = pd.DataFrame({"name": ["Frontera", "Centro"], "inhabitants": [60_000, 80_000]})
    return gpd.GeoDataFrame(frame, geometry=shapely.points([[10.1, 0.05], [10.35, 0.05]]), crs=4326)


def _line(start: tuple[float, float], end: tuple[float, float], steps: int) -> list[tuple[float, float]]:
    return [
        (round(start[0] + (end[0] - start[0]) * i / steps, 7), round(start[1] + (end[1] - start[1]) * i / steps, 7))
        for i in range(steps + 1)
    ]


ROADS: list[tuple[dict[str, str], list[tuple[float, float]]]] = [
    ({"highway": "primary", "surface": "asphalt"}, _line((10.02, 0.05), (10.38, 0.05), 36)),
    ({"highway": "tertiary"}, _line((10.15, 0.05), (10.15, 0.1), 5)),
    ({"highway": "tertiary", "surface": "gravel"}, _line((10.1, 0.1), (10.2, 0.1), 10)),
    (
        {"highway": "residential", "oneway": "yes"},
        [(10.26, 0.05), (10.26, 0.07), (10.24, 0.07), (10.24, 0.05)],
    ),
    ({"highway": "unclassified"}, _line((10.61, 0.02), (10.64, 0.02), 3)),
]
#: Places: name, position, inhabitants.
PLACES = [
    ("Alba", (10.04, 0.04), 1000),
    ("Brea Oeste", (10.14, 0.05), 2000),
    ("Brea Este", (10.25, 0.07), 3000),
    ("Cala", (10.34, 0.06), 4000),
    ("Duna", (10.62, 0.02), 300),
    ("Erma", (10.05, 0.15), 500),
    ("Fosa", (10.15, 0.15), 0),
]
POWER = _line((10.05, 0.02), (10.35, 0.02), 3)
SCHOOLS = [(10.041, 0.041), (10.141, 0.051), (10.342, 0.061)]
FARM_SIZE = 0.002


class Extract:
    """Nodes and ways in the making: ways that pass a position share the node there."""

    def __init__(self) -> None:
        self.nodes: list[osmium.osm.mutable.Node] = []
        self.ways: list[osmium.osm.mutable.Way] = []
        self._known: dict[tuple[float, float], int] = {}

    def add_node(self, position: tuple[float, float], **tags: str) -> int:
        self.nodes.append(osmium.osm.mutable.Node(id=len(self.nodes) + 1, location=position, tags=tags))
        return len(self.nodes)

    def add_way(self, positions: list[tuple[float, float]], **tags: str) -> None:
        for position in positions:
            if position not in self._known:
                self._known[position] = self.add_node(position)
        refs = [self._known[position] for position in positions]
        self.ways.append(osmium.osm.mutable.Way(id=len(self.ways) + 1, nodes=refs, tags=tags))

    def write(self, path: Path) -> None:
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)


def write_pbf(path: Path) -> None:
    """Write roads, places, buildings, a power line, schools and farmland as an OSM extract."""
    extract = Extract()
    for tags, positions in ROADS:
        extract.add_way(positions, **tags)
    extract.add_way(POWER, power="line")
    for name, position, inhabitants in PLACES:
        extract.add_node(position, place="village", name=name, population=str(inhabitants))
        for step in range(4):
            extract.add_way(ring(position[0] + 0.001 * step, position[1] + 0.001, 0.0001), building="house")
    for position in SCHOOLS:
        extract.add_node(position, amenity="school")
    for row in range(6):
        for column in range(6):
            extract.add_way(ring(10.12 + 0.003 * column, 0.01 + 0.003 * row, FARM_SIZE), landuse="farmland")
    extract.write(path)


def ring(west: float, south: float, size: float) -> list[tuple[float, float]]:
    """Return a closed square."""
    corners = [(west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)]
    return [(round(x, 7), round(y, 7)) for x, y in corners]


def build(folder: Path) -> Path:
    """Write the country's files and a configuration that uses them; return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    write_pbf(folder / "country.osm.pbf")
    territories().to_file(folder / "territories.gpkg", layer="units")
    cities().to_file(folder / "cities.gpkg")
    config = {
        "regions": {
            "XXA": {
                "country": "XXA",
                "osm": {"provider": "file", "path": str(folder / "country.osm.pbf")},
                "territories": {
                    "provider": "file", "path": str(folder / "territories.gpkg"), "layer": "units",
                    "id": "code", "name": "name", "parent": "province",
                },
                "cities": {
                    "provider": "file", "path": str(folder / "cities.gpkg"), "name": "name",
                    "population": "inhabitants",
                },
                "population": {"provider": "settlements"},
                "city_classes_persons": {"intermediate": [50_000, None]},
                "demand_cell_m": 100,
                "raster_cell_m": 500,
                "uncertainty": {"draws": 3},
            }
        },
        "languages": ["en"],
    }  # fmt: skip
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


#: What is made of lean regions.
LEAN_TARGETS = ("indicators.csv", "maps/time_intermediate_city_mean_min.png")
_LEFT_OUT = ("services", "land", "markets", "centres", "urbanisation", "production", "organisation", "settlement",
             "environment", "dynamics")  # fmt: skip


def build_lean(folder: Path, *names: str) -> Path:
    """Write the country's files and a configuration of regions of it with roads and access alone."""
    path = build(folder)
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    region = config["regions"]["XXA"] | {
        "demand_cell_m": 5000, "uncertainty": False, "power": {"provider": "none"}, "services": {"provider": "none"},
        "indicators": dict.fromkeys(_LEFT_OUT, False),
    }  # fmt: skip
    config["regions"] = {name: copy.deepcopy(region) for name in names or ("XXA",)}
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path
