"""OSM files and requests that are refused, and what reading leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pytest
from osm_cases import CORNERS, SQUARE
from osmium.osm import mutable

from comarca.errors import InputError
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
