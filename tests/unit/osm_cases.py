"""OSM files made for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pytest
from osmium.osm import mutable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Tags = Mapping[str, str]
    Write = Callable[..., Path]

SQUARE = (1, 2, 3, 4, 1)
CORNERS = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001)}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes an OSM file."""

    def _write(
        nodes: Mapping[int, tuple[float, float] | tuple[float, float, Tags]],
        ways: Mapping[int, tuple[tuple[int, ...], Tags]] | None = None,
        relations: Mapping[int, tuple[list[tuple[str, int, str]], Tags]] | None = None,
        name: str = "made.osm.pbf",
        **header: str,
    ) -> Path:
        path = tmp_path / name
        said = osmium.io.Header()
        for key, value in header.items():
            said.set(key, value)
        with osmium.SimpleWriter(str(path), header=said, overwrite=True) as writer:
            for number, (lon, lat, *tags) in nodes.items():
                writer.add_node(mutable.Node(id=number, location=(lon, lat), tags=dict(*tags)))
            for number, (refs, way_tags) in (ways or {}).items():
                writer.add_way(mutable.Way(id=number, nodes=refs, tags=dict(way_tags)))
            for number, (members, relation_tags) in (relations or {}).items():
                writer.add_relation(mutable.Relation(id=number, members=members, tags=dict(relation_tags)))
        return path

    return _write
