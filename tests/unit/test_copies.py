"""Lines that stand twice."""

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely

from comarca.crs import GEOD
from comarca.errors import InputError
from comarca.sources.copies import without_copies
from comarca.sources.osm.read import read_osm
from comarca.sources.repeats import is_among, repeated
from comarca.sources.vectors.power_services import services_from_file

LINE = [(0, 0), (1, 0), (2, 1)]


def layer(*lines, oneway=None):
    table = {"road_id": [str(row) for row in range(len(lines))], "oneway": oneway or [None] * len(lines)}
    return gpd.GeoDataFrame(table, geometry=[shapely.LineString(line) for line in lines], crs=4326)


def test_a_line_that_stands_twice_is_taken_once_whichever_way_it_is_drawn():
    once, (check, _) = without_copies(layer(LINE, LINE[::-1], LINE[:2], LINE), id_column="road_id", name="roads")
    assert once["road_id"].tolist() == ["0", "2"]
    assert (check.name, check.status, check.value) == ("roads_drawn_twice", "warn", 2)
    assert "1,3" in ",".join(row["id"] for row in check.rows)


def test_opposite_one_way_roads_on_one_line_are_no_copies():
    both = layer(LINE, LINE[::-1], LINE, oneway=["yes", "yes", "yes"])
    once, _ = without_copies(both, id_column="road_id", name="roads")
    assert once["road_id"].tolist() == ["0", "1"]


def test_a_layer_without_copies_comes_back_as_it_is():
    lines = layer(LINE, LINE[:2])
    once, (check, _) = without_copies(lines, id_column="road_id", name="roads")
    assert once is lines
    assert check.status == "pass"


def partly(*lines, oneway=None):
    return without_copies(layer(*lines, oneway=oneway), id_column="road_id", name="roads")[1][1]


def test_km_that_lie_on_another_line_are_told_once_for_each_line_too_many():
    check = partly([(0, 0), (1, 0), (2, 0)], [(3, 0), (2, 0), (1, 0)], [(1, 0), (2, 0), (2, 1)])
    km = GEOD.inv(1, 0, 2, 0)[2] / 1000
    assert (check.name, check.status) == ("roads_partly_twice", "warn")
    assert check.value == pytest.approx(2 * km, abs=1e-3)
    assert [(row["id"], row["km"]) for row in check.rows] == [("1", round(km, 3)), ("2", round(km, 3))]


def test_a_way_out_and_back_and_a_crossing_share_nothing():
    check = partly([(0, 0), (1, 0), (0, 0)], [(0.5, -1), (0.5, 1)], [(1, 0), (2, 0)])
    assert (check.status, check.value, check.rows) == ("pass", 0, [])


@pytest.mark.parametrize(
    ("oneway", "is_told"),
    [
        (["yes", "yes"], False),
        (["yes", "-1"], True),
        (["yes", None], True),
        ([None, None], True),
        (["-1", "-1"], False),
    ],
)
def test_carriageways_of_opposite_directions_on_one_course_are_no_doubles(oneway, is_told):
    check = partly([(0, 0), (1, 0), (1, 1)], [(1, 0), (0, 0), (0, 1)], oneway=oneway)
    assert (check.value > 0) == is_told


def test_a_thousandth_of_the_length_is_found_in_sound_data():
    long = [(x / 10, 0) for x in range(1000)]
    assert partly(long, [(0, 0), (0.1, 0), (0.1, 50)]).status == "pass"
    assert partly(long, [(x / 10, 0) for x in range(10)]).status == "warn"


def apart(*lines, oneway=None):
    return without_copies(layer(*lines, oneway=oneway), id_column="road_id", name="roads", cut=True)


def test_own_stretches_that_two_lines_share_are_taken_once_from_the_first():
    lines, (_, once, left) = apart(
        [(0, 0), (1, 0), (2, 0)], [(5, 5), (6, 6)], [(1, 1), (1, 0), (2, 0), (3, 0)], [(2, 0), (1, 0), (0, 0), (0, -1)]
    )
    assert lines["road_id"].tolist() == ["0", "1", "2/1", "2/2", "3/1"]
    assert [list(line.coords) for line in lines.geometry[2:]] == [
        [(1, 1), (1, 0)], [(2, 0), (3, 0)], [(0, 0), (0, -1)],
    ]  # fmt: skip
    km = (GEOD.inv(1, 0, 2, 0)[2] + GEOD.inv(0, 0, 2, 0)[2]) / 1000
    assert (once.name, once.status, once.value) == ("roads_stretches_once", "warn", pytest.approx(km, abs=1e-3))
    assert (left.name, left.value) == ("roads_partly_twice", 0)


def test_nothing_is_cut_where_directions_differ_or_a_line_runs_back_on_itself():
    lines = layer(
        [(0, 0), (1, 0), (0, 0)], [(3, 0), (4, 0), (5, 0)], [(5, 0), (4, 0), (4, 1)], oneway=[None, "yes", None]
    )
    kept, (_, once, left) = without_copies(lines, id_column="road_id", name="roads", cut=True)
    assert kept is lines
    assert once.value == 0
    assert left.value > 0


def test_parts_of_one_line_are_not_joined_by_a_cut():
    parts = shapely.MultiLineString([[(0, 1), (1, 1)], [(1, 0), (2, 0), (3, 0)]])
    lines = gpd.GeoDataFrame(
        {"power_id": ["a", "b"]}, geometry=[shapely.LineString([(1, 0), (2, 0), (2, 5)]), parts], crs=4326
    )
    cut, _ = without_copies(lines, id_column="power_id", name="power", cut=True)
    assert cut["power_id"].tolist() == ["a", "b/1", "b/2"]
    assert [list(line.coords) for line in cut.geometry[1:]] == [[(0, 1), (1, 1)], [(2, 0), (3, 0)]]


XML = """<osm version="0.6"><node id="1" lat="0" lon="0"/><node id="2" lat="{lat}" lon="{lon}"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>"""


@pytest.mark.parametrize(
    ("lat", "lon"), [("0", "181"), ("0", "190"), ("0", "400"), ("91", "0"), ("0", "nan"), ("0", "1e9")]
)
def test_nodes_beyond_the_earth_are_refused_and_do_not_end_the_process(lat, lon, tmp_path):
    path = tmp_path / "far.osm"
    path.write_text(XML.format(lat=lat, lon=lon))
    with pytest.raises(InputError, match="180 degrees"):
        read_osm(path, ["roads"])


def test_ways_of_osm_on_the_same_nodes_are_taken_once(tmp_path):
    path = tmp_path / "twice.osm"
    way = '<way id="{}"><nd ref="1"/><nd ref="2"/><tag k="{}" v="{}"/></way>'
    ways = way.format(1, "highway", "primary") + way.format(2, "highway", "primary") + way.format(3, "power", "line")
    ways += way.format(4, "power", "line")
    path.write_text(f'<osm version="0.6"><node id="1" lat="0" lon="0"/><node id="2" lat="1" lon="1"/>{ways}</osm>')
    read = read_osm(path, ["roads", "power"])
    assert (len(read["roads"]), len(read["power"])) == (1, 1)
    assert {check.name for check in read.checks if check.status == "warn"} == {"roads_drawn_twice", "power_drawn_twice"}


def test_twice_drawn_segments_are_found_in_whichever_block_of_lines_they_are(monkeypatch):
    monkeypatch.setattr("comarca.sources.copies._LINES_AT_ONCE", 2)
    rng = np.random.default_rng(3)
    walks = [[tuple(place) for place in rng.integers(0, 4, (6, 2)).tolist()] for _ in range(7)]
    lines = layer(*walks, walks[2][::-1])
    _, (twice, partly_twice) = without_copies(lines, id_column="road_id", name="roads")
    owners = {}
    for number, walk in enumerate(walks):
        for ends in {tuple(sorted(pair)) for pair in itertools.pairwise(walk)}:
            owners.setdefault(ends, []).append(number)
    metres = sum((len(lines) - 1) * GEOD.inv(*ends[0], *ends[1])[2] for ends, lines in owners.items())
    assert twice.value == 1
    assert partly_twice.value == pytest.approx(metres / 1000, abs=1e-3)


def test_repeated_numbers_are_those_that_a_count_gives_twice():
    blocks = np.random.default_rng(1).integers(-50, 50, (3, 30))
    numbers, count = np.unique(blocks, return_counts=True)
    assert repeated([*blocks]).tolist() == numbers[count > 1].tolist()
    assert repeated([]).tolist() == []
    assert is_among(blocks[0], repeated([*blocks])).tolist() == np.isin(blocks[0], numbers[count > 1]).tolist()


def test_services_of_one_kind_within_a_metre_are_told(tmp_path):
    places = gpd.GeoDataFrame(
        {"kind": ["school", "bank", "school", "school", "school", "school"]},
        geometry=shapely.points([[0, 0], [0, 0], [0, 0], [1, 0], [5e-6, 0], [2e-5, 0]]), crs=4326,  # 0.6 m and 2 m
    )  # fmt: skip
    places.to_file(tmp_path / "services.gpkg")
    services, checks = services_from_file(tmp_path / "services.gpkg", kind="kind", known_kinds={"school", "bank"})
    (alike,) = (check for check in checks if check.name == "services_alike")
    assert len(services) == 6
    assert (alike.status, alike.value, alike.rows) == ("warn", 2, [{"id": "3"}, {"id": "5"}])
