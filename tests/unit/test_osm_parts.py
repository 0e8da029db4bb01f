"""Parts of the reading of OSM files: the pass over the file, its text form, lines, and facilities mapped twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from osm_cases import CORNERS, SQUARE

from comarca.crs import GEOD
from comarca.errors import InputError
from comarca.sources.osm.edited import has_new_nodes, is_edited, tidied
from comarca.sources.osm.lines import (
    ROAD_KEYS,
    LineParts,
    add_power,
    add_roads,
    grade_separated,
    power_layer,
    roads_layer,
)
from comarca.sources.osm.opl import Vertices, WayBlock, read_nodes, read_tags, read_vertices, read_ways
from comarca.sources.osm.stream import Wanted, extract, named_errors, read_header
from comarca.sources.osm.twins import without_twins
from comarca.sources.osm.write import write_elements

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]


def test_one_pass_takes_the_wanted_nodes_ways_and_areas_and_counts_broken_ones(write: Write, tmp_path: Path) -> None:
    nodes = {**CORNERS, 8: (0.5, 0.5, {"place": "town", "name": "A b"}), 9: (0.6, 0.6, {"shop": "bakery"})}
    ways = {1: (SQUARE, {"landuse": "farmland"}), 2: ((1, 3), {"highway": "track"}), 3: ((1, 3), {"waterway": "river"})}
    relations = {
        5: ([("w", 1, "outer")], {"type": "multipolygon", "landuse": "forest"}),
        6: ([("w", 2, "outer")], {"type": "multipolygon", "landuse": "meadow"}),
    }
    path, target = write(nodes, ways, relations), tmp_path / "taken.opl"
    wanted = Wanted(node_tags=(("place", "town"),), way_tags=(("highway", "track"),), area_keys=("landuse",))
    areas = extract(path, target, wanted)
    assert (areas.ids, areas.broken) == ([5], 1)
    assert shapely.from_wkb(areas.wkb[0]).area == pytest.approx(1e-6)
    taken = read_nodes(target, ["place", "name"])
    assert taken.to_dict("list") == {
        "id": [8],
        "longitude": [0.5],
        "latitude": [0.5],
        "place": ["town"],
        "name": ["A b"],
    }
    (block,) = read_ways(target)
    assert block.ids.tolist() == [2]
    np.testing.assert_array_equal(read_vertices(block.nodes).lonlat, [CORNERS[1], CORNERS[3]])


def test_a_file_says_when_and_by_what_it_was_made_and_damage_is_named(write: Write, tmp_path: Path) -> None:
    header = read_header(write(CORNERS, osmosis_replication_timestamp="2024-01-01T00:00:00Z", generator="g"))
    assert (header.timestamp, header.generator, header.bounds) == ("2024-01-01T00:00:00Z", "g", None)
    (tmp_path / "empty.osm.pbf").touch()
    (tmp_path / "odd.osm.pbf").write_bytes(b"<html>" * 9)
    for name, text in (("gone", "no such file"), ("empty", "an empty file"), ("odd", "whole OSM file")):
        with pytest.raises(InputError, match=text):
            read_header(tmp_path / f"{name}.osm.pbf")


def test_tags_are_read_with_their_escapes_and_a_value_may_hold_an_equals_sign() -> None:
    text = pa.array(["Thighway=track,name=a%20%b%3d%c", "T", "Tname=x"])
    tags = read_tags(text, ["name", "highway", "ref"])
    assert tags.astype(object).where(tags.notna(), None).to_numpy().tolist() == [
        ["a b=c", "track", None], [None, None, None], ["x", None, None],
    ]  # fmt: skip


def test_vertices_without_a_place_are_told() -> None:
    vertices = read_vertices(pa.array(["Nn7x9.5y47.1,n8xy", "N", "Nn9x-1.5y2"]))
    assert vertices.way.tolist() == [0, 0, 2]
    assert vertices.node.tolist() == [7, 8, 9]
    np.testing.assert_array_equal(vertices.lonlat, [[9.5, 47.1], [np.nan, np.nan], [-1.5, 2.0]])


def test_a_file_without_ways_or_without_anything_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "a.opl"
    path.write_bytes(b"n1 Tplace=town x1 y2\n")
    assert list(read_ways(path)) == []
    path.write_bytes(b"")
    assert list(read_ways(path)) == []
    assert read_nodes(path, ["place"]).empty


def block(*nodes: str) -> WayBlock:
    return WayBlock(np.arange(1, len(nodes) + 1), pa.array(["T"] * len(nodes)), pa.array(nodes))


def test_a_way_with_a_hole_is_two_roads_and_the_hole_is_measured() -> None:
    tags = pd.DataFrame({"highway": ["track", "footway"]}, columns=list(ROAD_KEYS), dtype="str")
    parts = LineParts()
    add_roads(parts, block("Nn1x0y0,n2x0y1,n3xy,n4x0y3,n5x0y4", "Nn1x0y0,n2x0y1"), tags)
    roads = roads_layer(parts)
    assert roads["road_id"].tolist() == ["w1#1", "w1#2"]
    assert parts.dropped["vertices without a place"] == 1
    assert parts.gap_km == {"track": pytest.approx(GEOD.inv(0, 1, 0, 3)[2] / 1000)}


def test_power_lines_are_kept_by_class_and_none_at_all_is_an_empty_layer() -> None:
    tags = pd.DataFrame({"power": ["line", "tower"], "voltage": ["110000", None]}, dtype="str")
    parts = LineParts()
    add_power(parts, block("Nn1x0y0,n2x0y1", "Nn1x0y0,n2x0y1"), tags)
    assert power_layer(parts)[["power_id", "power_class", "voltage"]].to_numpy().tolist() == [["w1", "line", "110000"]]
    assert power_layer(LineParts()).empty


def test_vertices_at_one_place_but_of_two_nodes_are_named_on_both_roads() -> None:
    lonlat = np.array([[0, 0], [1, 1], [2, 2], [0, 2], [1, 1], [2, 0.0]])
    vertices = Vertices(np.array([0, 0, 0, 2, 2, 2]), np.array([1, 2, 3, 4, 5, 6]), lonlat)
    named = grade_separated(vertices, 3)
    assert named.astype(object).where(named.notna(), None).tolist() == ["1:2", None, "1:5"]


def test_a_facility_mapped_twice_counts_once_and_its_neighbours_stay() -> None:
    near, far = GEOD.fwd(0, 0, 90, 49)[0], GEOD.fwd(0, 0, 90, 51)[0]
    rows = [
        ("n1", "school", "Escuela Norte", shapely.Point(0, 0)),
        ("n2", "school", "escuela norte", shapely.Point(near, 0)),
        ("n3", "school", "Escuela Norte", shapely.Point(far, 0.001)),
        ("n4", "clinic", "Escuela Norte", shapely.Point(0, 0)),
        ("n5", "school", None, shapely.Point(1, 1)),
        ("w6", "school", "Sur", shapely.box(0.999, 0.999, 1.001, 1.001)),
        ("n7", "clinic", None, shapely.Point(1, 1)),
    ]
    objects = gpd.GeoDataFrame(rows, columns=["id", "kind", "name", "geometry"], crs=4326)
    assert sorted(without_twins(objects)["id"]) == ["n1", "n3", "n4", "n7", "w6"]
    assert (without_twins(objects).geom_type == "Point").all()


def test_elements_of_several_answers_become_one_sorted_extract_with_the_oldest_date(tmp_path: Path) -> None:
    def answer(date: str, *elements: dict[str, object]) -> dict[str, object]:
        return {"osm3s": {"timestamp_osm_base": date}, "elements": elements}

    way = {"type": "way", "id": 3, "nodes": [1, 2], "tags": {"highway": "track"}}
    ends = [{"type": "node", "id": number, "lon": number, "lat": 0} for number in (2, 1)]
    path = tmp_path / "made.pbf"
    bare = {"type": "way", "id": 3}
    write_elements([answer("2024-02-02T00:00:00Z", way, ends[0]), answer("2024-01-01T00:00:00Z", ends[1], bare)], path)
    assert read_header(path).timestamp == "2024-01-01T00:00:00Z"
    seen = [(entry.type_str(), entry.id, dict(entry.tags)) for entry in osmium.FileProcessor(str(path))]
    assert seen == [("n", 1, {}), ("n", 2, {}), ("w", 3, {"highway": "track"})]


def test_a_file_from_an_editor_is_told_and_written_as_a_server_would_have_it(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "edited.osm"
    path.write_text(
        "<osm version='0.6'><node id='-1' lat='0' lon='1'/><node id='2' action='delete' lat='0' lon='2'/>"
        "<node id='3' version='1' lat='0' lon='3'/><way id='-4'><nd ref='-1'/><nd ref='3'/></way></osm>"
    )
    assert is_edited(path)
    assert not is_edited(write(CORNERS, name="plain.osm"))
    tidy = osmium.FileProcessor(str(tidied(path, tmp_path / "tidy.osm.pbf")))
    assert [(entry.type_str(), entry.id > 0) for entry in tidy] == [("n", True), ("n", True), ("w", True)]
    opl = tmp_path / "a.opl"
    for text, answer in ((b"", False), (b"w1 T Nn1x0y0,n2x0y1\n", False), (b"w1 T Nn1x0y0,n-2x0y1\n", True)):
        opl.write_bytes(text)
        assert has_new_nodes(opl) is answer


def test_the_end_of_a_name_in_capitals_is_told_from_damage(tmp_path):
    path = tmp_path / "ROADS.OSM"
    path.write_text("<osm version='0.6'></osm>", encoding="utf-8")
    with pytest.raises(InputError, match=r"small letters: roads\.osm"), named_errors(path):
        list(osmium.FileProcessor(str(path)))
    with pytest.raises(InputError, match="cut short"), named_errors(path):
        raise RuntimeError("unexpected end")
