"""OpenStreetMap extract of a synthetic country, written some territories at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import osmium

from comarca.io import atomic_path
from comarca.synthetic.country import CELL_DEG, CORE
from comarca.synthetic.roads import NODES, territory_ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from comarca.synthetic.country import Country
    from comarca.synthetic.roads import Ways

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

#: Services of a seat; a village has a school, and every second one a health post.
SEAT_SERVICES: Final = (
    {"amenity": "hospital"}, {"amenity": "clinic"}, {"amenity": "bank"}, {"amenity": "marketplace"},
    {"amenity": "fuel"}, {"amenity": "townhall"}, {"amenity": "post_office"}, {"amenity": "bus_station"},
    {"man_made": "communications_tower"}, {"amenity": "school"}, {"amenity": "school"},
)  # fmt: skip
VILLAGE_SERVICES: Final = ({"amenity": "school"}, {"amenity": "health_post"})
#: Establishments of a seat, several of each.
_SHOPS: Final = (
    {"shop": "supermarket"}, {"shop": "convenience"}, {"shop": "hardware"}, {"craft": "carpenter"},
    {"office": "company"}, {"office": "government"}, {"office": "cooperative"},
    {"industrial": "sawmill"}, {"tourism": "hotel"}, {"amenity": "restaurant"},
    {"amenity": "pharmacy"},
)  # fmt: skip
_SHOPS_OF_A_KIND: Final = 5
#: Fields per territory, and buildings per place.
FIELDS: Final = 40
_SEAT_BUILDINGS, _VILLAGE_BUILDINGS = 100, 20
#: Territories of one piece of text that is parsed at once.
_BLOCK: Final = 16


def write_extract(country: Country, path: Path) -> None:
    """Write roads, places, buildings, services, businesses, power lines and fields as OSM PBF.

    Parameters
    ----------
    country : Country
        The country.
    path : pathlib.Path
        File ending in ``.osm.pbf``.

    Notes
    -----
    Nodes come first, then ways, each by id, as readers expect; each territory is made twice for that.
    """
    header = osmium.io.Header()
    header.set("generator", "comarca")
    header.set("osmosis_replication_timestamp", "2020-06-30T00:00:00Z")
    with (
        atomic_path(path) as part,
        osmium.SimpleWriter(osmium.io.File(str(part), "pbf"), header=header, overwrite=True) as writer,
    ):
        for kind in ("nodes", "ways"):
            for lines in _blocks(country, kind):
                osmium.apply(osmium.io.FileBuffer("".join(lines).encode(), "opl"), writer)


def _blocks(country: Country, kind: str) -> Iterator[list[str]]:
    """Lines of all nodes or ways, some territories at a time."""
    pairs = np.concatenate([country.links, country.ferries])
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    starts = np.searchsorted(pairs[:, 0], np.arange(country.territory_count + 1))
    for first in range(0, country.territory_count, _BLOCK):
        lines: list[str] = []
        for number in range(first, min(first + _BLOCK, country.territory_count)):
            ways = territory_ways(country, number, pairs[starts[number] : starts[number + 1]])
            lines += (_node_lines if kind == "nodes" else _way_lines)(country, number, ways)
        yield lines


def _node_lines(country: Country, number: int, ways: Ways) -> list[str]:
    """Nodes of roads, with the places among them, then corners of areas, then services and businesses."""
    tags = [""] * len(ways.ids)
    for i, place in enumerate(_places(country, number)):
        tags[i] = _tags(place)
    corners = np.concatenate([*_areas(country, number).values()]).reshape(-1, 2)
    points, point_tags = _points(country, number)
    positions = np.concatenate([ways.positions, corners, points])
    tags += [""] * len(corners) + [_tags(point) for point in point_tags]
    longitude, latitude = positions.T.tolist()
    ids = range(int(ways.ids[0]), int(ways.ids[0]) + len(tags))
    return list(map("n{} T{} x{:.7f} y{:.7f}\n".format, ids, tags, longitude, latitude))


def _way_lines(country: Country, number: int, ways: Ways) -> list[str]:
    """Roads, a power line along each link that begins here, then areas."""
    lines = [(_tags(tags), refs.tolist()) for tags, refs in ways.ways]
    links = [refs for tags, refs in ways.ways if tags.get("highway") in {"trunk", "primary", "secondary"}]
    lines += [(_tags({"power": "line", "voltage": "132000"}), [*refs[::20].tolist(), int(refs[-1])]) for refs in links]
    corner = int(ways.ids[-1]) + 1
    for tag, rings in _areas(country, number).items():
        for _ in rings:
            lines.append((tag, [*range(corner, corner + 4), corner]))
            corner += 4
    first = number * NODES + 1
    return [f"w{first + i} T{tag} Nn{',n'.join(map(str, refs))}\n" for i, (tag, refs) in enumerate(lines)]


def _tags(tags: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in tags.items())


def _places(country: Country, number: int) -> list[dict[str, str]]:
    """Tags of the seat and of the villages that have people."""
    persons = country.seat_persons[number]
    size = "city" if persons >= 100_000 else "town" if persons >= 5_000 else "village"
    code = country.codes[number]
    villages = [] if country.is_hamlet[number] else country.village_persons[number].tolist()
    return [
        {"place": size, "name": f"Seat_{code}", "population": f"{persons:.0f}"},
        *(
            {"place": "village" if people >= 500 else "hamlet", "name": f"Village_{code}_{i}",
             "population": f"{people:.0f}"}
            for i, people in enumerate(villages, 1)
        ),
    ]  # fmt: skip


def _areas(country: Country, number: int) -> dict[str, Floats]:
    """Rings of four corners by tags: buildings around the places, fields in the core."""
    rng = country.rng(22, number)
    places = [(country.seats[number], _SEAT_BUILDINGS, 0.012)]
    if not country.is_hamlet[number]:
        places += [(village, _VILLAGE_BUILDINGS, 0.004) for village in country.villages[number]]
    around = [place + rng.uniform(-radius, radius, (count, 2)) for place, count, radius in places]
    core, slot_deg = _slots(country, number)
    slots = np.stack(np.meshgrid(np.arange(8), np.arange(FIELDS // 8)), axis=-1).reshape(-1, 2)
    fields = core + (slots + 0.1) * slot_deg * (1, -1)
    sides = rng.lognormal(np.log(0.15), 0.6, FIELDS).clip(0.02, 0.8) * slot_deg
    return {
        "building=yes": _squares(np.concatenate(around), np.full(sum(map(len, around)), 1e-4)),
        "landuse=farmland": _squares(fields[: FIELDS * 3 // 4], sides[: FIELDS * 3 // 4]),
        "landuse=orchard": _squares(fields[FIELDS * 3 // 4 :], sides[FIELDS * 3 // 4 :]),
        "landuse=quarry": quarry(country, number)[None],
    }


def quarry(country: Country, number: int) -> Floats:
    """Give the quarry of a territory: a square in the last slot of the core, which fields leave free.

    Parameters
    ----------
    country : Country
        The country.
    number : int
        The territory.

    Returns
    -------
    numpy.ndarray, shape (4, 2)
        Longitude and latitude of its corners; of ten sizes.
    """
    core, slot_deg = _slots(country, number)
    corner = core + 7.1 * slot_deg * np.array([1, -1])
    return np.asarray(_squares(corner[None], np.array([slot_deg * (1 + number % 10) / 20]))[0])


def _slots(country: Country, number: int) -> tuple[Floats, float]:
    """North-western corner of the core of a territory, and the side of each of its 8 x 8 slots, degrees."""
    core = country.degrees(np.full((country.territory_count, 2), CORE[0]))[number]
    return core, (CORE[1] - CORE[0]) * CELL_DEG / 8


def _squares(corner: Floats, side: Floats) -> Floats:
    """Squares east and south of a corner, shape (n, 4, 2)."""
    steps = np.array([(0, 0), (1, 0), (1, -1), (0, -1)])
    return np.asarray(corner[:, None] + steps * side[:, None, None])


def _points(country: Country, number: int) -> tuple[Floats, list[Mapping[str, str]]]:
    """Positions and tags of services and businesses."""
    rng = country.rng(23, number)
    tags: list[Mapping[str, str]] = [*SEAT_SERVICES, *(_SHOPS * _SHOPS_OF_A_KIND)]
    near = [country.seats[number] + rng.uniform(-0.006, 0.006, (len(tags), 2))]
    if not country.is_hamlet[number]:
        for i, village in enumerate(country.villages[number]):
            services = VILLAGE_SERVICES[: 1 + i % 2]
            tags += services
            near.append(village + rng.uniform(-0.002, 0.002, (len(services), 2)))
    return np.concatenate(near), tags
