"""Reading OpenStreetMap files: what is kept, what is left out, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from osm_cases import CORNERS, SQUARE
from road_cases import default_table

from comarca.crs import geodesic_area_km2
from comarca.layers.schemas import LAYERS
from comarca.roads.restrictions import is_restricted
from comarca.roads.speeds import road_speed_kmh
from comarca.sources.osm.areas import footprint_m2
from comarca.sources.osm.edited import is_edited
from comarca.sources.osm.read import OSM_LAYERS, read_osm
from comarca.sources.osm.tags import FERRY_KEYS, country_code, motorcar, parse_count, parse_number, road_class

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Tags = Mapping[str, str]
    Write = Callable[..., Path]


def _left_out(layers: Any, name: str) -> dict[str, int]:
    rows = next(check.rows for check in layers.checks if check.name == f"osm_{name}_left_out")
    return {row["reason"]: row["count"] for row in rows}


def test_a_road_keeps_its_exact_vertices_and_its_tags(write: Write) -> None:
    nodes = {5: (9.1234567, 47.7654321), 6: (9.2, -0.0000001), 7: (-179.9999999, 0.0)}
    tags = {
        "highway": "track", "surface": "dirt road, 2=1%", "4wd_only": "yes", "building": "no",
        "name": "Córdoba 🚜 / «x»",
    }  # fmt: skip
    roads = read_osm(write(nodes, {9: ((5, 6, 7), tags)}), ["roads"])["roads"]
    road = roads.iloc[0]
    assert road["road_id"] == "w9"
    assert road["road_class"] == "track"
    assert (road["surface"], road["four_wd_only"], road["name"]) == ("dirt road, 2=1%", "yes", "Córdoba 🚜 / «x»")
    assert pd.isna(road["maxspeed"])
    np.testing.assert_array_equal(shapely.get_coordinates(road.geometry), list(nodes.values()))


def test_xml_and_pbf_give_the_same(write: Write) -> None:
    ways = {1: (SQUARE, {"highway": "residential"}), 2: ((1, 3), {"power": "line", "voltage": "110000"})}
    pbf = read_osm(write(CORNERS, ways), ["roads", "power"])
    xml = read_osm(write(CORNERS, ways, name="made.osm"), ["roads", "power"])
    for name in ("roads", "power"):
        pd.testing.assert_frame_equal(pd.DataFrame(pbf[name]), pd.DataFrame(xml[name]))


def apart(tags: Mapping[int, Mapping[str, str]]) -> tuple[dict[int, tuple[float, float]], dict[int, Any]]:
    """Nodes and ways of two nodes each, none on another."""
    nodes = {10 * number + end: (0.001 * number, 0.001 * end) for number in tags for end in (0, 1)}
    return nodes, {number: ((10 * number, 10 * number + 1), each) for number, each in tags.items()}


def test_only_ways_that_vehicles_use_are_roads(write: Write) -> None:
    classes = ["motorway_link", "track", "road", "service", "footway", "path", "construction", "proposed", "pedestrian"]
    tags = {number: {"highway": value} for number, value in enumerate(classes, 1)}
    roads = read_osm(write(*apart(tags | {20: {"route": "ferry"}, 21: {"route": "bus"}})), ["roads"])["roads"]
    assert set(roads["road_class"]) == {"motorway_link", "track", "road", "service", "ferry"}


def test_areas_are_left_out_and_private_roads_keep_their_tags(write: Write) -> None:
    ways = {
        1: ((1, 2), {"highway": "service"}),
        2: ((2, 3), {"highway": "service", "access": "private"}),
        3: ((1, 3), {"highway": "service", "access": "no", "motor_vehicle": "yes"}),
        4: (SQUARE, {"highway": "service", "area": "yes"}),
        5: (SQUARE, {"highway": "residential", "vehicle": "no"}),
    }
    layers = read_osm(write(CORNERS, ways), ["roads"])
    assert list(layers["roads"]["road_id"]) == ["w1", "w2", "w3", "w5"]
    assert is_restricted(layers["roads"]).tolist() == [False, True, False, True]
    assert _left_out(layers, "roads") == {"areas": 1}


def test_ferries_for_people_on_foot_and_for_tourists_take_no_cars() -> None:
    ferries = [
        ({}, None),
        ({"motorcar": "yes", "foot": "yes"}, "yes"),
        ({"foot": "yes"}, "no"),
        ({"bicycle": "yes", "motor_vehicle": "yes"}, None),
        ({"motor_vehicle": "no"}, "no"),
        ({"vehicle": "no"}, "no"),
        ({"usage": "tourism"}, "no"),
        ({"ferry": "passenger"}, "no"),
        ({"ferry": "passenger", "motor_vehicle": "yes"}, None),
        ({"ferry": "primary"}, None),
        ({"passenger": "yes"}, "no"),
        ({"foot": "yes", "hgv": "yes"}, None),
        ({"foot": "yes", "hgv": "no"}, "no"),
        ({"hgv": "designated", "motorcar": "no"}, "no"),
        ({"highway": "track", "foot": "yes"}, None),
    ]
    keys = ["highway", "route", "motorcar", "motor_vehicle", "vehicle", *FERRY_KEYS]
    tags = pd.DataFrame([{"route": "ferry", **each} for each, _ in ferries], columns=keys).astype("str")
    tags = tags.where(tags.notna() & (tags != "nan"))
    found = [value if isinstance(value, str) else None for value in motorcar(tags)]
    assert found == [expected for _, expected in ferries]


def test_roads_closed_to_cars_by_any_tag_are_not_driven(write: Write) -> None:
    tags = [{"vehicle": "no"}, {"motorcar": "no"}, {"access": "no", "motorcar": "yes"}, {"motor_vehicle": "private"},
            {"vehicle": "no", "motor_vehicle": "yes"}, {}]  # fmt: skip
    ways = {number: {"highway": "track", **each} for number, each in enumerate(tags, 1)}
    roads = read_osm(write(*apart(ways)), ["roads"])["roads"]
    assert np.isnan(road_speed_kmh(roads, default_table())).tolist() == [True, True, False, True, False, False]


def test_a_highway_that_is_no_road_may_still_be_a_ferry() -> None:
    tags = pd.DataFrame({"highway": ["path", "primary", None], "route": ["ferry", "ferry", "bus"]}, dtype="str")
    assert [value if isinstance(value, str) else None for value in road_class(tags)] == ["ferry", "primary", None]


def test_a_bridge_above_a_road_is_told_apart_by_its_nodes(write: Write) -> None:
    nodes = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.002, 0.0), 4: (0.001, -0.001), 5: (0.001, 0.0), 6: (0.001, 0.001)}
    ways = {
        10: ((1, 2, 3), {"highway": "primary"}),
        11: ((4, 5, 6), {"highway": "tertiary", "bridge": "yes"}),
        12: ((6, 3), {"highway": "tertiary"}),
    }
    roads = read_osm(write(nodes, ways), ["roads"])["roads"].set_index("road_id")
    assert roads.loc["w10", "grade_separated"] == "1:2"
    assert roads.loc["w11", "grade_separated"] == "1:5"
    assert pd.isna(roads.loc["w12", "grade_separated"])


def test_roads_that_share_nodes_are_not_told_apart(write: Write) -> None:
    ways = {10: ((1, 2, 3), {"highway": "primary"}), 11: ((3, 4, 1), {"highway": "primary"})}
    roads = read_osm(write(CORNERS, ways), ["roads"])["roads"]
    assert roads["grade_separated"].isna().all()


def test_a_node_beside_the_road_network_does_not_count(write: Write) -> None:
    nodes = {**CORNERS, 9: (0.001, 0.0)}
    ways = {10: ((1, 2, 3), {"highway": "primary"}), 11: ((4, 9), {"power": "line"}), 12: ((4, 9), {"highway": "path"})}
    assert read_osm(write(nodes, ways), ["roads"])["roads"]["grade_separated"].isna().all()


def test_several_shared_places_on_one_road_are_all_named(write: Write) -> None:
    nodes = {1: (0.0, 0.0), 2: (1.0, 0.0), 3: (2.0, 0.0), 12: (1.0, 0.0), 13: (2.0, 0.0)}
    ways = {1: ((1, 2, 3), {"highway": "road"}), 2: ((13, 12), {"highway": "road"})}
    roads = read_osm(write(nodes, ways), ["roads"])["roads"]
    assert list(roads["grade_separated"]) == ["1:2 2:3", "0:13 1:12"]


def test_vertices_without_a_place_are_dropped_and_counted(write: Write) -> None:
    ways = {
        1: ((1, 99, 2, 2, 3), {"highway": "road"}),
        2: ((1, 98), {"highway": "road"}),
        3: ((4, 4), {"highway": "road"}),
    }
    layers = read_osm(write(CORNERS, ways), ["roads"])
    assert list(layers["roads"]["road_id"]) == ["w1"]
    assert shapely.get_coordinates(layers["roads"].geometry.iloc[0]).tolist() == [[0.001, 0.0], [0.001, 0.001]]
    left_out = _left_out(layers, "roads")
    assert left_out == {"vertices without a place": 2, "ways with fewer than two places": 2}


def test_land_use_comes_from_closed_ways_and_relations(write: Write) -> None:
    inner = {5: (0.0002, 0.0002), 6: (0.0004, 0.0002), 7: (0.0004, 0.0004), 8: (0.0002, 0.0004)}
    ways = {
        1: (SQUARE, {"landuse": "forest", "natural": "wood"}),
        2: (SQUARE, {"natural": "wetland"}),
        3: (SQUARE, {}),
        4: ((5, 6, 7, 8, 5), {}),
        5: ((1, 2, 3), {"landuse": "meadow"}),
        6: ((1, 3, 2, 4, 1), {"landuse": "meadow"}),
        7: (SQUARE, {"natural": "peak"}),
        8: (SQUARE, {"landuse": "basin", "area": "no"}),
    }
    members = [("w", 3, "outer"), ("w", 4, "inner")]
    relations = {
        1: (members, {"type": "multipolygon", "landuse": "farmland"}),
        2: ([("w", 77, "outer")], {"type": "multipolygon", "landuse": "farmland"}),
        3: (members, {"type": "site", "landuse": "farmland"}),
    }
    layers = read_osm(write({**CORNERS, **inner}, ways, relations), ["land_use"])
    found = layers["land_use"].set_index("land_use_id")
    assert found["land_use"].to_dict() == {"w1": "forest", "w2": "natural=wetland", "w6": "meadow", "r1": "farmland"}
    assert found.geometry.is_valid.all()
    assert found.loc["r1"].geometry.area == pytest.approx(1e-6 - 4e-8)
    assert found.loc["r1"].geometry.geom_type == "Polygon"
    assert _left_out(layers, "areas") == {
        "relations whose members are not all there": 1,
        "ways that are not closed": 1,
    }


def test_a_building_that_crosses_itself_keeps_its_shop(write: Write) -> None:
    bow = (1, 3, 2, 4, 1)
    layers = read_osm(write(CORNERS, {1: (bow, {"building": "yes", "shop": "bakery"})}), ["economy", "buildings"])
    assert layers["economy"]["category"].tolist() == ["bakery"]
    assert layers["buildings"]["footprint_m2"].item() > 0


def test_a_building_is_a_point_inside_with_its_footprint(write: Write) -> None:
    ways = {
        1: (SQUARE, {"building": "yes", "building:levels": "2,5"}),
        2: (SQUARE, {"building": "no"}),
        3: (SQUARE, {"building": "house", "building:levels": "many"}),
    }
    buildings = read_osm(write(CORNERS, ways), ["buildings"])["buildings"]
    assert list(buildings["building"]) == ["yes", "house"]
    assert buildings["levels"].iloc[0] == 2.5
    assert np.isnan(buildings["levels"].iloc[1])
    square = shapely.Polygon([CORNERS[node] for node in SQUARE])
    assert buildings["footprint_m2"].iloc[0] == pytest.approx(float(geodesic_area_km2([square])[0]) * 1e6, rel=1e-6)
    assert square.contains(buildings.geometry.iloc[0])


@pytest.mark.parametrize("latitude", [-55.0, -12.0, 0.0, 47.0, 66.0])
def test_footprints_equal_the_geodesic_area(latitude: float) -> None:
    shapes = [shapely.box(10, latitude, 10 + side, latitude + side / 2) for side in (0.0001, 0.001, 0.03)]
    np.testing.assert_allclose(footprint_m2(shapes), geodesic_area_km2(shapes) * 1e6, rtol=2e-6)


def test_a_service_mapped_as_node_and_area_counts_once(write: Write) -> None:
    nodes = {
        **CORNERS,
        10: (0.0005, 0.0005, {"amenity": "school"}),
        11: (0.0005, 0.0005, {"amenity": "bank"}),
        12: (0.0100, 0.0, {"amenity": "fuel", "name": "El Cóndor"}),
        13: (0.0103, 0.0, {"amenity": "fuel", "name": "EL CONDOR"}),
        14: (0.0103, 0.0, {"amenity": "bank", "name": "El Condor"}),
        15: (0.0110, 0.0, {"amenity": "fuel", "name": "El Condor"}),
        16: (0.0110, 0.0, {"amenity": "fuel"}),
        17: (0.0200, 0.0, {"amenity": "bench"}),
        18: (0.0300, 0.0, {"man_made": "mast", "tower:type": "communication"}),
        19: (0.0400, 0.0, {"healthcare": "centre"}),
    }
    layers = read_osm(write(nodes, {1: (SQUARE, {"amenity": "school", "name": "Escuela 1"})}), ["services"])
    services = layers["services"].set_index("service_id")
    assert services["kind"].to_dict() == {
        "w1": "school", "n11": "bank", "n12": "fuel", "n14": "bank", "n15": "fuel", "n16": "fuel", "n18": "telecom",
        "n19": "clinic",
    }  # fmt: skip
    assert _left_out(layers, "services") == {"mapped a second time": 2}


def test_establishments_have_a_sector_and_a_category_and_count_once(write: Write) -> None:
    nodes = {
        **CORNERS,
        11: (0.0005, 0.0005, {"shop": "bakery"}),
        12: (0.01, 0.01, {"shop": "bakery;butcher", "amenity": "cafe"}),
        13: (0.02, 0.01, {"shop": "vacant"}),
        14: (0.03, 0.01, {"tourism": "information"}),
        15: (0.04, 0.01, {"tourism": "hotel", "name": "Sol", "brand": "Sol y Mar"}),
        16: (0.05, 0.01, {"amenity": "bench"}),
        17: (0.06, 0.01, {"man_made": "works"}),
        18: (0.07, 0.01, {"office": "company"}),
        19: (0.08, 0.01, {"craft": "carpenter"}),
        20: (0.09, 0.01, {"amenity": "restaurant"}),
        21: (0.10, 0.01, {"place": "village"}),
    }
    layers = read_osm(write(nodes, {1: (SQUARE, {"building": "yes", "shop": "bakery"})}), ["economy", "places"])
    economy = layers["economy"].set_index("economy_id")
    assert (economy["sector"] + "=" + economy["category"]).to_dict() == {
        "n12": "shop=bakery", "n15": "tourism=hotel", "n17": "industry=works", "n18": "office=company",
        "n19": "craft=carpenter", "n20": "service=restaurant", "w1": "shop=bakery",
    }  # fmt: skip
    assert economy.loc["n15", ["name", "brand"]].tolist() == ["Sol", "Sol y Mar"]
    assert economy["brand"].notna().sum() == 1
    assert _left_out(layers, "economy") == {"mapped a second time": 1}
    assert layers["places"]["place_id"].tolist() == ["n21"]


def test_services_are_the_same_whether_the_economy_is_read_or_not(example_pbf: Path) -> None:
    alone, beside = read_osm(example_pbf, ["services"]), read_osm(example_pbf, ["services", "economy"])
    assert alone["services"].equals(beside["services"])


def test_places_are_those_where_people_live(write: Write) -> None:
    nodes = {
        1: (0.0, 0.0, {"place": "town", "name": "Ñandú", "population": "12 345"}),
        2: (0.1, 0.0, {"place": "hamlet", "population": "about 20"}),
        3: (0.2, 0.0, {"place": "locality"}),
        4: (0.3, 0.0, {"place": "country"}),
    }
    places = read_osm(write(nodes), ["places"])["places"]
    assert list(places["place_id"]) == ["n1", "n2"]
    assert places["population_persons"].iloc[0] == 12345
    assert np.isnan(places["population_persons"].iloc[1])
    assert pd.isna(places["name"].iloc[1])


def test_boundaries_carry_their_codes(write: Write) -> None:
    tags = {"boundary": "administrative", "admin_level": "2", "ISO3166-1": "xa", "name": "A"}
    unit = {"boundary": "administrative", "admin_level": "8", "ref": "01", "ISO3166-2": "XA-01", "name": "B"}
    ways = {1: (SQUARE, {}), 2: (SQUARE, {"boundary": "postal_code", "admin_level": "8"})}
    relations = {
        1: ([("w", 1, "outer")], {"type": "boundary", **tags}),
        2: ([("w", 1, "outer")], {"type": "multipolygon", **unit}),
    }
    boundaries = read_osm(write(CORNERS, ways, relations), ["boundaries"])["boundaries"]
    assert list(boundaries["boundary_id"]) == ["r1", "r2"]
    assert boundaries["iso_code"].iloc[0] == "XA"
    assert boundaries["subdivision_code"].iloc[1] == "XA-01"


def test_country_codes_have_two_letters() -> None:
    tags = pd.DataFrame({"ISO3166-1:alpha2": [None, "li", None], "ISO3166-1": ["756", "CHE", None]}, dtype="str")
    assert [value if isinstance(value, str) else None for value in country_code(tags)] == [None, "LI", None]


def test_counts_are_read_as_people_write_them() -> None:
    said = pd.Series(["1234", "1 234", "1,234,567", "1.234", "~90", "12.5", "1,23", "-5", "many", None], dtype="str")
    expected = [1234, 1234, 1234567, 1234, 90, *[np.nan] * 5]
    np.testing.assert_array_equal(parse_count(said), expected)
    np.testing.assert_array_equal(
        parse_number(pd.Series(["2", "1,5", "1;2", None], dtype="str")), [2, 1.5, np.nan, np.nan]
    )
    others = pd.Series(["\u0661\u066c\u0662\u0663\u0664", "\u0967\u0968", "\uff13"], dtype="str")
    np.testing.assert_array_equal(parse_count(others), [1234, 12, 3])
    np.testing.assert_array_equal(parse_number(others.iloc[1:]), [12, 3])


def test_the_header_tells_the_date_of_the_data(write: Write) -> None:
    path = write(CORNERS, {1: ((1, 2), {"highway": "road"})}, osmosis_replication_timestamp="2026-01-02T00:00:00Z")
    header = read_osm(path, ["roads"]).header
    assert header.timestamp == "2026-01-02T00:00:00Z"
    assert header.bounds is None


def test_layers_without_content_are_empty_and_valid(write: Write) -> None:
    layers = read_osm(write(CORNERS, {1: ((1, 2), {"highway": "road"})}))
    assert set(layers.layers) == set(OSM_LAYERS)
    for name, layer in layers.layers.items():
        assert list(layer.columns) == list(LAYERS[name].columns)
        assert len(layer) == (1 if name == "roads" else 0)


def test_the_example_equals_a_plain_loop_over_it(example_pbf: Path) -> None:
    layers = read_osm(example_pbf)
    roads = layers["roads"].set_index("road_id")
    kept = 0
    for way in osmium.FileProcessor(str(example_pbf)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if way.is_way() and f"w{way.id}" in roads.index:
            road = roads.loc[f"w{way.id}"]
            assert road["road_class"] == way.tags["highway"]
            assert [node.location.valid() for node in way.nodes].count(True) == shapely.get_num_coordinates(
                road.geometry
            )
            assert road.geometry.coords[-1] == (way.nodes[-1].lon, way.nodes[-1].lat)
            kept += 1
    assert kept == len(roads) > 2000
    assert layers.header.timestamp == "2013-08-03T19:00:02Z"
    assert layers.header.bounds == pytest.approx((9.471078, 47.04774, 9.636217, 47.27128))


def test_areas_equal_those_of_the_assembler(example_pbf: Path) -> None:
    factory = osmium.geom.WKBFactory()
    processor = osmium.FileProcessor(str(example_pbf)).with_areas(osmium.filter.KeyFilter("landuse"))
    expected = {}
    for area in processor.with_filter(osmium.filter.EntityFilter(osmium.osm.AREA)):
        if "landuse" in area.tags:
            number = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
            expected[number] = shapely.from_wkb(factory.create_multipolygon(area)).area
    land_use = read_osm(example_pbf, ["land_use"])["land_use"].set_index("land_use_id")
    mapped = land_use[~land_use["land_use"].str.startswith("natural=")].geometry
    assert dict(zip(mapped.index, shapely.area(mapped.to_numpy()), strict=True)) == pytest.approx(expected, rel=1e-9)
    assert len(expected) > 100


def test_a_way_is_cut_where_nodes_are_missing_and_the_gap_is_told(write: Write) -> None:
    places = {number: (number / 1000, 0.0) for number in (1, 2, 5, 6, 7)}
    ways = {1: ((1, 2, 3, 4, 5, 6), {"highway": "primary"}), 2: ((6, 7), {"highway": "track"})}
    layers = read_osm(write(places, ways), ["roads"])
    roads = layers["roads"].set_index("road_id").geometry
    assert sorted(roads.index) == ["w1#1", "w1#2", "w2"]
    assert shapely.get_coordinates(roads["w1#2"])[:, 0].tolist() == [0.005, 0.006]
    check = next(check for check in layers.checks if check.name == "osm_roads_gaps")
    assert check.status == "warn"
    assert check.rows == [{"road_class": "primary", "km": pytest.approx(0.334, abs=1e-3)}]


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf", "osm.gz", "osm.bz2"])
def test_new_objects_of_an_editor_are_read(write: Write, suffix: str) -> None:
    places = {1: (0.0, 0.0), 2: (0.002, 0.0), -1: (0.001, 0.0), -2: (0.001, 0.001)}
    ways = {10: ((1, -1, 2), {"highway": "primary"}), -5: ((-1, -2), {"highway": "track"})}
    roads = read_osm(write(places, ways, name=f"new.{suffix}"), ["roads"])["roads"]
    assert sorted(shapely.get_num_coordinates(roads.geometry).tolist()) == [2, 3]
    assert roads["road_id"].is_unique


def test_what_an_editor_deletes_or_a_server_hides_is_not_there(tmp_path: Path) -> None:
    nodes = "".join(f"<node id='{n}' lat='0' lon='0.00{n}' version='1'/>" for n in range(1, 7))
    ways = [
        ("10", "version='1'", (1, 2)), ("11", "version='1' action='delete'", (2, 3)),
        ("12", "version='2' visible='false'", (3, 4)), ("13", "version='1' action='modify'", (4, 5)),
        ("-14", "action='delete'", (5, 6)),
    ]  # fmt: skip
    text = "".join(
        f"<way id='{number}' {marks}>{''.join(f'<nd ref={chr(39)}{ref}{chr(39)}/>' for ref in refs)}"
        "<tag k='highway' v='primary'/></way>"
        for number, marks, refs in ways
    )
    path = tmp_path / "edited.osm"
    assert not is_edited(_plain_xml(tmp_path))
    path.write_text(f"<?xml version='1.0'?><osm version='0.6'>{nodes}{text}</osm>")
    assert is_edited(path)
    assert sorted(read_osm(path, ["roads"])["roads"]["road_id"]) == ["w10", "w13"]


def _plain_xml(folder: Path) -> Path:
    path = folder / "plain.osm"
    path.write_text("<?xml version='1.0'?><osm version='0.6'><node id='1' lat='0' lon='0' visible='true'/></osm>")
    return path


def test_of_several_versions_the_last_one_counts(tmp_path: Path) -> None:
    nodes = "".join(f"<node id='{n}' lat='0' lon='0.00{abs(n)}' version='1'/>" for n in (1, 2, -3))
    way = "<way id='10' version='{}'><nd ref='1'/><nd ref='2'/><tag k='highway' v='{}'/></way>"
    path = tmp_path / "history.osm"
    text = way.format(1, "track") + way.format(3, "primary") + way.format(2, "tertiary")
    path.write_text(f"<?xml version='1.0'?><osm version='0.6'>{nodes}{text}</osm>")
    assert read_osm(path, ["roads"])["roads"]["road_class"].tolist() == ["primary"]


def test_what_tags_imply_and_deny_of_directions_seasons_and_being_there(write: Write) -> None:
    tags = {
        1: {"highway": "motorway"}, 2: {"highway": "motorway", "oneway": "no"}, 3: {"highway": "motorway_link"},
        4: {"highway": "tertiary", "junction": "circular"}, 5: {"highway": "track", "winter_road": "yes"},
        6: {"highway": "primary", "motor_vehicle:conditional": "no @ (Nov-Apr)"},
        7: {"highway": "primary", "proposed": "yes"}, 8: {"highway": "track", "abandoned": "yes"},
        9: {"highway": "primary", "construction": "minor"}, 10: {"highway": "track", "seasonal": "dry_season"},
    }  # fmt: skip
    layers = read_osm(write(*apart(tags)), ["roads"])
    roads = layers["roads"].set_index("road_id")
    assert sorted(set(tags) - {int(road[1:]) for road in roads.index}) == [7, 8]
    assert _left_out(layers, "roads") == {"planned, being built or given up": 2}
    assert roads["oneway"].dropna().to_dict() == {"w1": "yes", "w2": "no", "w4": "yes"}
    assert roads["seasonal"].dropna().to_dict() == {"w5": "winter", "w6": "conditional", "w10": "dry_season"}
