"""Roads of a synthetic country: links between seats, ferries, meshes of rural roads, streets.

Links meet each other in the seats alone, and what lies within a territory is joined to the links in its seat alone. So
the quickest way between two seats runs over links and ferries, whatever else there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comarca.synthetic.country import CELL_DEG, CORE, MESH_CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comarca.synthetic.country import Country

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Node ids of territory `i` begin at ``i * NODES``; the seat is the first of them, the villages follow.
NODES: Final = 100_000
#: Vertices between two ends: of a link, of an edge of the mesh.
_LINK_VERTICES: Final = 110
_EDGE_VERTICES: Final = 52
#: Bends of rural roads, degrees.
_BEND_DEG: Final = 4e-5
#: Crossings of the mesh along a side.
_MESH: Final = (CORE[1] - CORE[0]) // MESH_CELLS + 1
_EXTRA_EDGES: Final = 0.12
#: Distance of streets, degrees, and how many cross each way in a seat and in a village.
_STREET_DEG: Final = 1.2 * CELL_DEG
_SEAT_STREETS, _VILLAGE_STREETS = 11, 5
#: Tags by every how many lines of the lattice a link is of the kind.
_LINK_KINDS: Final = (
    (8, {"highway": "trunk", "surface": "asphalt", "maxspeed": "100"}),
    (4, {"highway": "primary", "surface": "asphalt"}),
    (2, {"highway": "secondary", "surface": "asphalt"}),
    (1, {"highway": "secondary", "surface": "compacted"}),
)
#: Ferries cross in this time, whatever their length.
FERRY_MIN: Final = 120
FERRY: Final = {"route": "ferry", "duration": f"{FERRY_MIN // 60:02d}:{FERRY_MIN % 60:02d}"}
_TERTIARY: Final = ({"highway": "tertiary", "surface": "paved"}, {"highway": "tertiary", "surface": "gravel"})
_UNCLASSIFIED: Final = (
    {"highway": "unclassified", "surface": "gravel"},
    {"highway": "unclassified", "surface": "dirt"},
    {"highway": "unclassified"},
)
_TRACK: Final = (
    {"highway": "track", "tracktype": "grade2"},
    {"highway": "track", "tracktype": "grade4", "surface": "earth"},
    {"highway": "track"},
)


@dataclass(frozen=True)
class Ways:
    """Nodes and ways of one territory.

    Attributes
    ----------
    ids, positions : numpy.ndarray
        New nodes: their ids, and longitude and latitude, degrees; shapes (n,) and (n, 2).
    ways : list of (mapping, numpy.ndarray)
        Tags and node ids of each way; ids may be those of seats elsewhere.
    """

    ids: Integers
    positions: Floats
    ways: list[tuple[Mapping[str, str], Integers]]


def link_tags(country: Country, pair: Integers) -> Mapping[str, str]:
    """Tags of the road between the seats of two neighbours.

    Parameters
    ----------
    country : Country
        The country.
    pair : numpy.ndarray
        Numbers of both territories, the smaller one first.

    Returns
    -------
    mapping
        Tags of OpenStreetMap: the wider apart the lines of one kind, the better the road.
    """
    line = country.row[pair[0]] if pair[1] == pair[0] + 1 else country.column[pair[0]]
    return next(tags for every, tags in _LINK_KINDS if line % every == 0)


def link_positions(country: Country, pair: Integers) -> Floats:
    """Vertices of the road or ferry between two seats, both seats included.

    Parameters
    ----------
    country : Country
        The country.
    pair : numpy.ndarray
        Numbers of both territories.

    Returns
    -------
    numpy.ndarray, shape (n, 2)
        Longitude and latitude, degrees, in the steps of 1e-7 that OpenStreetMap knows.
    """
    along = np.linspace(0, 1, _LINK_VERTICES + 2)[:, None]
    waves = np.arange(1, 6)
    rng = country.rng(20, *(int(number) for number in pair))
    sway = np.sin(np.pi * along * waves) @ (rng.normal(0, 0.006, (len(waves), 2)) / waves[:, None])
    start, end = country.seats[pair]
    return np.asarray(np.round(start + along * (end - start) + sway, 7))


def territory_ways(country: Country, number: int, pairs: Integers) -> Ways:
    """Nodes and ways of one territory: links that begin in it, its mesh and its streets.

    Parameters
    ----------
    country : Country
        The country.
    number : int
        The territory.
    pairs : numpy.ndarray, shape (n, 2)
        Links and ferries whose first end is the territory's seat.

    Returns
    -------
    Ways
        Nodes in the order of their ids.
    """
    first = number * NODES + 1
    fixed = np.concatenate([country.seats[number][None], country.villages[number]])
    build = _Builder(first, fixed)
    for pair in pairs:
        is_ferry = bool(country.is_island[pair[1]])
        tags = FERRY if is_ferry else link_tags(country, pair)
        inner = build.add(link_positions(country, pair)[1:-1])
        build.ways.append((tags, np.concatenate([[first], inner, [pair[1] * NODES + 1]])))
    _add_mesh(build, country, number)
    _add_streets(build, country.seats[number], first, _SEAT_STREETS, has_oneways=country.city_persons[number] > 0)
    if not country.is_hamlet[number]:
        for i, village in enumerate(country.villages[number]):
            _add_streets(build, village, first + 1 + i, _VILLAGE_STREETS, has_oneways=False)
    positions = np.concatenate(build.positions).round(7).astype(np.float64)
    return Ways(np.arange(first, first + len(positions)), positions, build.ways)


class _Builder:
    """Nodes and ways in the making."""

    def __init__(self, first: int, fixed: Floats) -> None:
        self.next = first + len(fixed)
        self.positions = [fixed]
        self.ways: list[tuple[Mapping[str, str], Integers]] = []

    def add(self, positions: Floats) -> Integers:
        self.positions.append(positions)
        self.next += len(positions)
        return np.arange(self.next - len(positions), self.next)


def _add_mesh(build: _Builder, country: Country, number: int) -> None:
    """Add rural roads: a tree over the crossings of a mesh, and some other edges; seat and villages are on it."""
    rng = country.rng(21, number)
    side = np.arange(_MESH)
    cells = np.stack(np.meshgrid(CORE[0] + side * MESH_CELLS, CORE[0] + side * MESH_CELLS, indexing="ij"), axis=-1)
    fixed_cells = np.concatenate([country.seat_cells[number][None], country.village_cells[number]])
    fixed_row, fixed_column = ((fixed_cells - CORE[0]) // MESH_CELLS).T
    is_free = np.ones((_MESH, _MESH), dtype=bool)
    is_free[fixed_row, fixed_column] = False
    moved = cells + rng.uniform(-0.3, 0.3, cells.shape) * MESH_CELLS
    west_north = country.degrees(np.zeros((country.territory_count, 2), dtype=np.int64))[number]
    places = west_north + moved[..., ::-1] * CELL_DEG * (1, -1)
    ids = np.zeros((_MESH, _MESH), dtype=np.int64)
    ids[fixed_row, fixed_column] = number * NODES + 1 + np.arange(len(fixed_cells))
    places[fixed_row, fixed_column] = build.positions[0]
    ids[is_free] = build.add(places[is_free])

    goes_west = rng.random((_MESH, _MESH)) < 0.5
    goes_west[0], goes_west[:, 0] = True, False
    goes_west[0, 0] = False
    is_extra = rng.random((_MESH, _MESH)) < _EXTRA_EDGES
    for row_step, column_step, is_tree in ((0, 1, goes_west), (1, 0, ~goes_west)):
        has_edge = is_tree | is_extra
        has_edge[:row_step], has_edge[:, :column_step] = False, False
        rows, columns = np.nonzero(has_edge)
        start, end = (rows - row_step, columns - column_step), (rows, columns)
        along = np.linspace(0, 1, _EDGE_VERTICES + 2)[1:-1][:, None]
        vector = places[end] - places[start]
        bend = np.sin(np.pi * along) * rng.normal(0, 0.08, (len(rows), 1, 1)) * (vector[:, ::-1] * (1, -1))[:, None]
        bend = bend + rng.normal(0, _BEND_DEG, (len(rows), _EDGE_VERTICES, 2))
        inner = build.add((places[start][:, None] + along * vector[:, None] + bend).reshape(-1, 2))
        refs = np.column_stack([ids[start], inner.reshape(-1, _EDGE_VERTICES), ids[end]])
        line = columns if row_step else rows
        kinds = np.where(line % 6 == 3, 0, np.where(line % 3 == 0, 1, 2))
        picks = rng.integers(0, 6, len(rows))
        for edge, kind, pick in zip(refs, kinds.tolist(), picks.tolist(), strict=True):
            options = (_TERTIARY, _UNCLASSIFIED, _TRACK)[kind]
            build.ways.append((options[pick % len(options)], edge))


def _add_streets(build: _Builder, centre: Floats, centre_id: int, count: int, *, has_oneways: bool) -> None:
    """Add a grid of streets around a node; every second one between the outermost may be one-way."""
    offsets = (np.arange(count) - count // 2) * _STREET_DEG
    places = centre + np.stack(np.meshgrid(offsets, offsets), axis=-1)
    middle = count // 2
    ids = np.full((count, count), centre_id, dtype=np.int64)
    is_new = np.ones((count, count), dtype=bool)
    is_new[middle, middle] = False
    ids[is_new] = build.add(places[is_new])
    for lines in (ids, ids.T):
        for i, line in enumerate(lines):
            is_oneway = has_oneways and i % 2 == 0 and 0 < i < count - 1 and i != middle
            tags = {"highway": "residential", **({"oneway": "yes"} if is_oneway else {})}
            build.ways.append((tags, line if i % 4 else line[::-1]))
