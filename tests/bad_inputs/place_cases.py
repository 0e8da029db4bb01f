"""Layers drawn in the wrong place: each layer that users give, with each fault of coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.right import layer as right_layer
from bad_inputs.right import same_tables
from bad_inputs.vector_cases import COUNT, good, region, write
from comarca.land.covered import covered_by_polygons
from comarca.sources.boundaries.read import territories_from_file
from comarca.sources.cities.read import cities_from_file, country_places
from comarca.sources.vectors.fires import read_fires
from comarca.sources.vectors.internet import read_internet_tiles
from comarca.sources.vectors.overlap import require_country, require_overlap
from comarca.sources.vectors.parcels import read_parcels
from comarca.sources.vectors.power_services import canals_from_file, power_from_file, services_from_file
from comarca.sources.vectors.read import open_vector
from comarca.sources.vectors.roads import RoadColumns, roads_from_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from comarca.results import Check

#: Layer -> kind of its shapes in `good`.
SHAPES = {
    "territories": "territories", "roads": "roads", "power": "power", "canals": "roads", "services": "services",
    "cities": "cities", "parcels": "parcels", "fires": "cities", "protected_areas": "parcels", "internet": "parcels",
}  # fmt: skip
#: Layers that can be given as a table with longitudes and latitudes.
SPOTS = ("services", "cities", "fires")


def layer_of(name: str) -> gpd.GeoDataFrame:
    """A sound layer of six rows, with the columns that each layer needs."""
    frame = good(SHAPES[name])
    if name == "fires":  # none on the border between territories
        frame = frame.set_geometry(frame.translate(0.02))
    kind = {"roads": "primary", "power": "line", "services": "school"}.get(name, "x")
    return frame.assign(kind=kind, day=[f"{2019 + row % 2}-08-14" for row in range(COUNT)], tests=10.0)


def read(name: str, path: Path) -> tuple[Any, list[Check]]:
    """Read a file and look whether it is of the region, as the workflow does."""
    file = str(path)
    if name == "territories":
        found, checks = territories_from_file(file, country="URY", id="code", name="label")
        return found, [*checks, *require_country(found, country_places("URY"), country="URY")]
    if name == "parcels":
        return read_parcels(file, region(), owner="label")
    if name == "fires":
        return read_fires(file, region(), date="day")
    if name == "internet":
        return read_internet_tiles(file, region(), speed="people")
    if name == "protected_areas":
        rows, checks = open_vector(file, name=name)
        shapes = rows.geometry.to_numpy()
        table, check = covered_by_polygons(shapes, region(), name=name)
        return table, [*checks, *require_overlap(shapes, region(), name=name), check]
    found, checks = _whole(name, file)
    reach_km = {"canals": 0.0}.get(name, 50.0)
    return found, [*checks, *require_overlap(found.geometry.to_numpy(), region(), name=name, reach_km=reach_km)]


def _whole(name: str, file: str) -> tuple[gpd.GeoDataFrame, list[Check]]:
    if name == "roads":
        columns = RoadColumns(road_class="kind", id="code")
        return roads_from_file(file, columns, known_classes={"primary", "secondary"})
    if name == "power":
        return power_from_file(file, id="code", power_class="kind")
    if name == "canals":
        return canals_from_file(file)
    if name == "services":
        return services_from_file(file, id="code", kind="kind", known_kinds={"school", "hospital"})
    return cities_from_file(file, country="URY", id="code", name="label", population="people")


def right(name: str, frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Right answer for a layer."""
    shapes = frame.geometry.to_numpy()
    if name == "canals":
        return pd.DataFrame({"canal_id": [str(row + 1) for row in range(len(frame))], "canal_class": "canal",
                             "geometry": shapes})  # fmt: skip
    if name == "fires":
        owner = np.where(shapely.get_x(shapes) < -57, "1", "2")
        years = frame["day"].str[:4].astype(int).to_numpy()
        pairs = [(code, year) for code in ("1", "2") for year in (2019, 2020)]
        counts = [float(((owner == code) & (years == year)).sum()) for code, year in pairs]
        return pd.DataFrame(pairs, columns=["territory_id", "year"]).assign(fires=counts)
    if name == "internet":
        sides = pd.DataFrame(shapely.bounds(shapes), columns=["west", "south", "east", "north"])
        table = sides.assign(download_mbps=frame["people"].to_numpy() / 1000, tests=frame["tests"].to_numpy())
        return table.sort_values("west", ignore_index=True)
    if name == "protected_areas":
        return _protected(shapes)
    return right_layer(name, frame)


def _protected(shapes: Any) -> pd.DataFrame:
    geod = pyproj.Geod(ellps="WGS84")
    places = region().geometry.to_numpy()
    cut = [[shapely.intersection(shape, place) for shape in shapes] for place in places]
    area = [sum(abs(geod.geometry_area_perimeter(part)[0]) for part in parts) / 10_000 for parts in cut]
    whole = [abs(geod.geometry_area_perimeter(place)[0]) / 10_000 for place in places]
    return pd.DataFrame({"territory_id": ["1", "2"], "area_ha": area, "mapped_ha": whole})


def _moved(change: Callable[[Any], Any], rows: slice = slice(None)) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    def fault(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = frame.geometry.to_numpy().copy()
        shapes[rows] = [shapely.transform(shape, change) for shape in shapes[rows]]
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))

    return fault


def _vertex(longitude: float, latitude: float) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Put the first vertex of the first row elsewhere."""

    def change(at: Any) -> Any:
        is_ring = len(at) > 2
        at = at.copy()
        at[[0, -1] if is_ring else 0] = longitude, latitude
        return at

    return _moved(change, _ONE)


def _called(real: int, said: int) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Draw in one system and name another."""
    return lambda frame: frame.to_crs(real).set_crs(said, allow_override=True)


_ONE = slice(0, 1)
_ALL = tuple(SHAPES)
#: Fault -> change of a sound layer, all of whose readers refuse it.
EVERYWHERE: dict[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]] = {
    "axes swapped": _moved(lambda at: at[:, ::-1]),
    "degrees called metres": _called(4326, 32721),
    "metres of a zone called degrees": _called(32721, 4326),
    "zone 20 for 21": _called(32721, 32720),
    "zone 18 for 21": _called(32721, 32718),
    "north for south": _called(32721, 32621),
    "metres of the web called UTM": _called(3857, 32721),
    "no sign of longitude": _moved(lambda at: at * [-1, 1]),
    "no sign of latitude": _moved(lambda at: at * [1, -1]),
    "no signs": _moved(lambda at: at * -1),
    "longitudes from 0 to 360": _moved(lambda at: at + np.array([360, 0])),
    "one longitude from 0 to 360": _moved(lambda at: at + np.array([360, 0]), _ONE),
    "a vertex at longitude 200": _vertex(200, -33.5),
    "a vertex at latitude 95": _vertex(-57.9, 95),
    "a row south of the pole": _moved(lambda at: at - np.array([0, 60]), _ONE),
    "at the north pole": _moved(lambda at: at * np.array([1, 0]) + np.array([0, 90])),
    "degrees as thousandths": _moved(lambda at: at / 1000),
    "millionths of a degree": _moved(lambda at: np.round(at * 1e6)),
}
#: Fault of one row -> change of a sound layer; checks of which one has to warn.
TOLD: dict[str, tuple[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], tuple[str, ...]]] = {
    "a vertex that is no number": (_vertex(np.nan, np.nan), ("without_shape",)),
    "a latitude that is no number": (_vertex(-57.9, np.nan), ("without_shape",)),
    "an infinite vertex": (_vertex(np.inf, -33.5), ("without_shape", "covered", "parcels")),
    "a vertex at 0, 0": (_vertex(0, 0), ("zero_coordinates",)),
    "a row with axes swapped": (_moved(lambda at: at[:, ::-1], _ONE), ("overlap", "outside_country")),
    "a row of another continent": (_moved(lambda at: at + np.array([90, 80]), _ONE), ("overlap", "outside_country")),
}
#: Layers that keep a row which lies elsewhere, as it is cut off later.
_KEPT = ("territories", "roads", "power", "canals", "services", "cities")
#: Layers whose polygons cannot be drawn with a vertex that is no number.
_RINGS = ("territories", "parcels", "protected_areas", "internet")
#: Files of tiles are of the whole world, so rows elsewhere are no fault.
_WORLD = ("internet",)


def cases() -> Iterator[Case]:
    """List all cases."""
    for layer in SHAPES:
        yield Case(
            layer, ".gpkg", "in its place", ANSWER, _written(layer, lambda frame: frame), _whole_and_silent(layer)
        )
        for fault, change in EVERYWHERE.items():
            yield Case(layer, ".gpkg", fault, REFUSED, _written(layer, change))
        for fault, (change, checks) in TOLD.items():
            if layer in _RINGS and "no number" in fault:
                continue
            is_refused = layer == "territories" and fault != "a row of another continent"
            make = _written(layer, change)
            told = (REFUSED, make) if is_refused else (ANSWER, make, _is_told(layer, change, checks))
            yield Case(layer, ".gpkg", fault, *told)
    for layer in SPOTS:
        right = _whole_and_silent(layer)
        yield Case(layer, ".csv", "in its place", ANSWER, _written(layer, lambda frame: frame, ".csv"), right)
        for fault in ("axes swapped", "metres of a zone called degrees", "no signs", "longitudes from 0 to 360"):
            yield Case(layer, ".csv", fault, REFUSED, _written(layer, EVERYWHERE[fault], ".csv"))
        for fault in ("a latitude that is no number", "a row with axes swapped", "a row of another continent"):
            change, checks = TOLD[fault]
            told = _is_told(layer, change, checks)
            yield Case(layer, ".csv", fault, ANSWER, _written(layer, change, ".csv"), told)


def _written(
    layer: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], suffix: str = ".gpkg"
) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        path, frame = folder / f"layer{suffix}", change(layer_of(layer))
        if suffix == ".csv":
            shapes = frame.geometry.to_numpy()
            table = pd.DataFrame(frame.drop(columns="geometry"))
            table.assign(lon=shapely.get_x(shapes), lat=shapely.get_y(shapes)).to_csv(path, index=False)
        else:
            write(frame, path)
        return lambda: read(layer, path)

    return make


def _whole_and_silent(layer: str) -> Callable[[Any], bool]:
    def check(found: Any) -> bool:
        same_tables(found[0], right(layer, layer_of(layer)), rtol=1e-6)
        return not [each.name for each in found[1] if each.status == "warn"]

    return check


def _is_told(
    layer: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], checks: tuple[str, ...]
) -> Callable[[Any], bool]:
    """Require the sound rows, and a warning of the other one."""

    def check(found: Any) -> bool:
        frame = change(layer_of(layer))
        is_lost = "overlap" not in checks
        expected = right(layer, frame if layer in _KEPT and not is_lost else layer_of(layer).iloc[1:])
        if layer == "canals" and is_lost:
            expected = right(layer, layer_of(layer)).iloc[1:]
        same_tables(found[0], expected, rtol=1e-6)
        warned = [each.name for each in found[1] if each.status == "warn"]
        return (layer in _WORLD and not is_lost) or any(name.endswith(checks) for name in warned)

    return check
