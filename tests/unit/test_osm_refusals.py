"""OSM files and requests that are refused, and what reading leaves behind."""

from __future__ import annotations

import bz2
import gzip
import hashlib
from typing import TYPE_CHECKING

import osmium
import pytest
from osm_cases import CORNERS, SQUARE
from osmium.osm import mutable

from comarca.errors import InputError
from comarca.sources.osm import blocks
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Tags = Mapping[str, str]
    Write = Callable[..., Path]


def test_a_layer_that_does_not_exist_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match="Did you mean 'roads'"):
        read_osm(write(CORNERS), ["road"])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"", "an empty file"), (b"<html>not found</html>" * 99, "PBF error")],
)
def test_a_file_that_is_no_pbf_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "country.osm.pbf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        read_osm(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
def test_a_truncated_pbf_is_refused(tmp_path: Path, example_pbf: Path, share: float) -> None:
    whole = example_pbf.read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"cut\.osm\.pbf.*fetch it again"):
        read_osm(path)


def test_a_pbf_without_roads_is_refused_only_if_roads_are_asked_for(write: Write) -> None:
    path = write(CORNERS, {1: (SQUARE, {"landuse": "forest"}), 2: ((1, 2), {"highway": "path"})})
    assert len(read_osm(path, ["land_use"])["land_use"]) == 1
    with pytest.raises(InputError, match="no drivable road"):
        read_osm(path)


def test_roads_whose_nodes_are_missing_are_refused(write: Write) -> None:
    with pytest.raises(InputError, match="no coordinates"):
        read_osm(write({}, {1: ((1, 2), {"highway": "road"})}))


def test_a_file_that_is_not_sorted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mixed.osm"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_way(mutable.Way(id=1, nodes=[1, 2], tags={"highway": "road"}))
        writer.add_node(mutable.Node(id=1, location=(0.0, 0.0), tags={"place": "town"}))
    with pytest.raises(InputError, match=r"mixed\.osm.*sort"):
        read_osm(path)


def test_reading_leaves_no_temporary_files(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = write(CORNERS, {1: (SQUARE, {"landuse": "forest"})})
    read_osm(path, ["land_use"])
    with pytest.raises(InputError):
        read_osm(path)
    assert not list(folder.iterdir())


def _with_many(path: Path) -> Path:
    """A file of three kinds of objects that fill several blocks each."""
    count = 20_000
    with osmium.SimpleWriter(path) as writer:
        for number in range(1, count + 1):
            writer.add_node(mutable.Node(id=number, location=(number / count, 1)))
        for number in range(1, count):
            writer.add_way(mutable.Way(id=number, nodes=[number, number + 1], tags={"highway": "primary"}))
        for number in range(1, 9_000):
            writer.add_relation(mutable.Relation(id=number, members=[("w", number, "")], tags={"type": "route"}))
    return path


def test_a_file_cut_between_two_blocks_is_told_or_refused(tmp_path: Path) -> None:
    whole = _with_many(tmp_path / "whole.osm.pbf")
    end_of = {check.name: check for check in read_osm(whole, ["roads"]).checks}["osm_file_end"]
    assert (end_of.status, end_of.value) == ("pass", 8)
    with whole.open("rb") as file:
        starts = [block.start for block in blocks._blocks(file)]
    told = []
    for at in starts[2:]:
        cut = tmp_path / "cut.osm.pbf"
        cut.write_bytes(whole.read_bytes()[:at])
        try:
            told.append({check.name: check.status for check in read_osm(cut, ["roads"]).checks}["osm_file_end"])
        except InputError:
            told.append("refused")
    # Nodes alone have no road; behind the last of the ways all blocks are as they should be.
    assert told == ["refused", "refused", "refused", "warn", "warn", "pass", "warn"]


def test_small_files_and_other_formats_end_as_they_should(write: Write) -> None:
    for name in ("made.osm.pbf", "made.osm"):
        assert blocks.file_end_check(write(CORNERS, {1: (SQUARE, {"highway": "road"})}, name=name)).status == "pass"


@pytest.mark.parametrize(("text", "is_right"), [("{} made.osm.pbf\n", True), ("{}", True), ("0" * 32, False)])
def test_a_checksum_beside_the_file_has_to_hold(write: Write, text: str, is_right: bool) -> None:
    path = write(CORNERS, {1: (SQUARE, {"highway": "road"})})
    path.with_name(f"{path.name}.md5").write_text(text.format(hashlib.md5(path.read_bytes()).hexdigest()))
    if is_right:
        assert len(read_osm(path, ["roads"])["roads"]) == 1
    else:
        with pytest.raises(InputError, match="cut short, damaged or of another day"):
            read_osm(path, ["roads"])


def test_a_file_beside_that_is_no_checksum_says_nothing(write: Write) -> None:
    path = write(CORNERS, {1: (SQUARE, {"highway": "road"})})
    path.with_name(f"{path.name}.md5").write_text("<html>not found</html>")
    assert len(read_osm(path, ["roads"])["roads"]) == 1


@pytest.mark.parametrize("suffix", [".osh.pbf", ".osh", ".osh.gz", ".osh.bz2", ".osh.opl", ".opl"])
def test_of_the_history_of_an_object_the_last_version_counts(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"history{suffix}"
    with osmium.SimpleWriter(path) as writer:
        for number in (1, 2, 3):
            writer.add_node(mutable.Node(id=number, version=1, location=(number / 10, 1)))
        for number, version, road_class in [(1, 1, "primary"), (2, 1, "primary"), (3, 1, "primary"), (3, 2, "track")]:
            tags = {"highway": road_class}
            writer.add_way(
                mutable.Way(id=number, version=version, visible=True, nodes=[number, number % 3 + 1], tags=tags)
            )
            if number == 2:
                writer.add_way(mutable.Way(id=2, version=2, visible=False, nodes=[]))
    roads = read_osm(path, ["roads"])["roads"]
    assert dict(zip(roads["road_id"], roads["road_class"], strict=True)) == {"w1": "primary", "w3": "track"}


@pytest.mark.parametrize("name", ["made.osm.pbf", "made.osm"])
def test_two_versions_in_a_file_that_does_not_say_so_are_one_object(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with osmium.SimpleWriter(path) as writer:
        for number in (1, 2):
            writer.add_node(mutable.Node(id=number, version=1, location=(number / 10, 1), tags={"amenity": "school"}))
        writer.add_node(mutable.Node(id=2, version=2, location=(0.5, 1), tags={"amenity": "school"}))
        for version, road_class in ((1, "primary"), (2, "track")):
            writer.add_way(mutable.Way(id=1, version=version, nodes=[1, 2], tags={"highway": road_class}))
    read = read_osm(path, ["roads", "services"])
    assert list(read["roads"]["road_class"]) == ["track"]
    assert list(read["services"].geometry.x) == [0.1, 0.5]


_NODES = "".join(f'<node id="{i}" lat="{0.01 * i}" lon="0.0" version="1"/>' for i in range(1, 4))
_WAY = '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>'
_WHOLE = f'<osm version="0.6">{_NODES}<node id="-9" lat="0" lon="0"/>{_WAY}</osm>'.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.osh", _WHOLE[:-40]),
        ("cut.osm", _WHOLE[:-40]),
        ("cut.osh.gz", gzip.compress(_WHOLE, mtime=0)[:-20]),
        ("cut.osm.gz", gzip.compress(_WHOLE, mtime=0)[:-20]),
        ("cut.osm.bz2", bz2.compress(_WHOLE)[:-20]),
        ("far.osh", _WHOLE.replace(b'lon="0.0"', b'lon="200"')),
        ("none.osh", _WHOLE.replace(b'lon="0.0"', b'lon="nan"')),
        ("lines.opl", b"n1 v1 x500 y0\nn2 v1 x0 y0\nw1 v1 Thighway=primary Nn1,n2\n"),
        ("lines.opl", b"n1 v1 xabc y0\n"),
    ],
)
def test_a_damaged_file_of_an_editor_is_refused_by_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_osm(path, ["roads"])
    assert str(path) in str(error.value)
    assert "tidy" not in str(error.value)
