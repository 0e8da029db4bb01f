"""Files of OpenStreetMap: doubled and deleted objects, other formats, damage, impossible places, foreign digits."""

from __future__ import annotations

import bz2
import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.settings_cases import SPEEDS_FILE
from comarca.roads.speeds import road_speed_kmh, speed_table
from comarca.settings_tables import read_csv_texts
from comarca.sources.osm.read import read_osm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NODES = {1: (-58.0, -33.0), 2: (-57.9, -33.0), 3: (-57.8, -33.05), 4: (-57.7, -33.0)}
_SPEED = 50.0


def _node(number: int, longitude: object, latitude: object, more: str = "") -> str:
    return f'<node id="{number}" lon="{longitude}" lat="{latitude}" version="1" {more}/>'


def _way(number: int, nodes: tuple[int, ...], more: str = "", **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    words = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in ({"highway": "primary"} | tags).items())
    return f'<way id="{number}" version="1" {more}>{refs}{words}</way>'


def _file(*ways: str, nodes: str | None = None, root: str = "osm", head: str = "") -> str:
    """Write a file with the four nodes and some ways."""
    every = "".join(_node(number, *place) for number, place in _NODES.items()) if nodes is None else nodes
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<{root} version="0.6">{every}{"".join(ways)}</{root}>'


_SOUND = _file(_way(1, (1, 2, 3)), _way(2, (3, 4)))
_OPL = (
    "".join(f"n{number} v1 x{x} y{y}\n" for number, (x, y) in _NODES.items())
    + "w1 v1 Thighway=primary Nn1,n2,n3\nw2 v1 Thighway=primary Nn3,n4\n"
)
_AT_200 = "".join(_node(number, 200 if number == 4 else x, y) for number, (x, y) in _NODES.items())
_NAN = "".join(_node(number, "nan" if number == 4 else x, y) for number, (x, y) in _NODES.items())
_NEW = "".join(_node(-number, *place, 'action="modify"') for number, place in _NODES.items())
_BOMB = (
    "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {chr(98 + step)} '{f'&{chr(97 + step)};' * 10}'>" for step in range(9))
    + "]>"
)
#: Fault -> name and bytes of the file, ways that are right (None: refused), and a check that has to warn.
FILES: dict[str, tuple[str, bytes, list[tuple[int, ...]] | None, str]] = {
    "sound": ("a.osm", _SOUND.encode(), [(1, 2, 3), (3, 4)], ""),
    "gzip": ("a.osm.gz", gzip.compress(_SOUND.encode()), [(1, 2, 3), (3, 4)], ""),
    "bzip2": ("a.osm.bz2", bz2.compress(_SOUND.encode()), [(1, 2, 3), (3, 4)], ""),
    "OPL": ("a.opl", _OPL.encode(), [(1, 2, 3), (3, 4)], ""),
    "a way twice": (
        "a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3, 4)), _way(3, (1, 2, 3))).encode(), [(1, 2, 3), (3, 4)],
        "roads_drawn_twice",
    ),
    "a way twice, turned": (
        "a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3, 4)), _way(3, (3, 2, 1))).encode(), [(1, 2, 3), (3, 4)],
        "roads_drawn_twice",
    ),
    "a way twice, split otherwise": (
        "a.osm", _file(_way(1, (1, 2, 3)), _way(2, (1, 2)), _way(3, (2, 3)), _way(4, (3, 4))).encode(), None, "told",
    ),
    "deleted ways of a history": (
        "a.osh", _file(_way(1, (1, 2, 3), 'visible="true"'), _way(2, (3, 4), 'visible="false"')).encode(),
        [(1, 2, 3)], "",
    ),
    "two versions of a way": (
        "a.osh", _file(_way(1, (1, 2, 3, 4)), _way(1, (1, 2, 3)).replace('version="1"', 'version="2"')).encode(),
        [(1, 2, 3)], "",
    ),
    "deleted in an editor": (
        "a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3, 4), 'action="delete"')).encode(), [(1, 2, 3)], "",
    ),
    "new nodes of an editor": (
        "a.osm", _file(_way(-1, (-1, -2, -3), 'action="modify"'), nodes=_NEW).encode(), [(1, 2, 3)], "",
    ),
    "a way of one node": ("a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3,))).encode(), [(1, 2, 3)], ""),
    "a way with a node twice running": (
        "a.osm", _file(_way(1, (1, 2, 2, 3)), _way(2, (3, 4))).encode(), [(1, 2, 3), (3, 4)], "",
    ),
    "a way that lacks a node": ("a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3, 4, 99))).encode(),
                                [(1, 2, 3), (3, 4)], ""),
    "longitude of 200": ("a.osm", _file(_way(1, (1, 2, 3)), _way(2, (3, 4)), nodes=_AT_200).encode(), None, ""),
    "longitude of 200 in OPL": ("a.opl", _OPL.replace("x-57.7", "x200").encode(), None, ""),
    "a longitude that is no number": ("a.osm", _file(_way(1, (1, 2, 3)), nodes=_NAN).encode(), None, ""),
    "cut": ("a.osm", _SOUND.encode()[:-40], None, ""),
    "cut gzip": ("a.osm.gz", gzip.compress(_SOUND.encode())[:-30], None, ""),
    "empty": ("a.osm", b"", None, ""),
    "a web page": ("a.osm.pbf", b"<!DOCTYPE html><html></html>" * 40, None, ""),
    "another XML": ("a.osm", _file(_way(1, (1, 2)), root="gpx").encode(), None, ""),
    "no roads": ("a.osm", _file(_way(1, (1, 2), highway="path")).encode(), None, ""),
    "entities without end": ("a.osm", _file(_way(1, (1, 2), name="&j;"), head=_BOMB).encode(), None, ""),
}  # fmt: skip
#: Way of writing 50 km/h.
LIMITS = {
    "plain": "50", "in Arabic digits": "\u0665\u0660", "in Devanagari digits": "\u096b\u0966",
    "in full-width digits": "\uff15\uff10", "with its unit": "50 km/h", "with blanks": " 50 ",
    "in miles": "31.068559 mph",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """List all cases."""
    for fault, (name, body, ways, warns) in FILES.items():
        make = _written(name, body)
        if warns == "told":
            yield Case("osm", ".osm", fault, ANSWER, make, _is_told)
        elif ways is None:
            yield Case("osm", "." + name.partition(".")[2], fault, REFUSED, make)
        else:
            yield Case("osm", "." + name.partition(".")[2], fault, ANSWER, make, _has(ways, warns))
    for fault, limit in LIMITS.items():
        body = _file(_way(1, (1, 2, 3), maxspeed=limit), _way(2, (3, 4))).encode()
        yield Case("osm", ".osm", f"a limit {fault}", ANSWER, _written("a.osm", body), _is_driven)


def _written(name: str, body: bytes) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        (folder / name).write_bytes(body)
        return lambda: read_osm(folder / name, ["roads"])

    return make


def _km(ways: list[tuple[int, ...]]) -> list[float]:
    geod = pyproj.Geod(ellps="WGS84")
    return sorted(geod.line_length(*zip(*(_NODES[node] for node in way), strict=True)) / 1000 for way in ways)


def _lengths(found: Any) -> list[float]:
    geod = pyproj.Geod(ellps="WGS84")
    return sorted(geod.geometry_length(shape) / 1000 for shape in found["roads"].geometry)


def _has(ways: list[tuple[int, ...]], warns: str) -> Callable[[Any], bool]:
    def check(found: Any) -> bool:
        assert np.allclose(_lengths(found), _km(ways), rtol=1e-6), _lengths(found)
        warned = {each.name for each in found.checks if each.status == "warn"}
        return warns in warned or not warns

    return check


def _is_told(found: Any) -> bool:
    km = next(each.value for each in found.checks if each.name == "roads_partly_twice" and each.status == "warn")
    return bool(np.isclose(km, _km([(1, 2, 3)])[0], rtol=1e-3))


def _is_driven(found: Any) -> bool:
    table = speed_table(read_csv_texts(SPEEDS_FILE), country="URY")
    roads = found["roads"]
    speed = dict(zip(roads["road_id"], road_speed_kmh(roads, table), strict=True))
    limited = next(value for code, value in speed.items() if str(code).endswith("1"))
    return bool(np.isclose(limited, _SPEED * table.maxspeed_factor, rtol=1e-4))
