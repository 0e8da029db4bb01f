"""Bad vector files: what can be wrong with one, in each format and for each layer that is read from one."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from bad_inputs.case import ANSWER, REFUSED, Case
from bad_inputs.right import is_layer
from comarca.sources.boundaries.read import territories_from_file
from comarca.sources.cities.read import cities_from_file
from comarca.sources.vectors.parcels import read_parcels
from comarca.sources.vectors.power_services import power_from_file, services_from_file
from comarca.sources.vectors.roads import RoadColumns, roads_from_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORMATS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf", ".parquet": None}
LAYERS = ("territories", "roads", "power", "services", "cities", "parcels")
COUNT = 6


def region() -> gpd.GeoDataFrame:
    """Territories that parcels are given to."""
    shapes = [shapely.box(-58 + at, -34, -57 + at, -33) for at in range(2)]
    names = {"territory_id": ["1", "2"], "territory_name": ["A", "B"], "country": "URY"}
    return gpd.GeoDataFrame(names, geometry=shapes, crs=4326)


def good(layer: str) -> gpd.GeoDataFrame:
    """A sound layer of six rows."""
    west = -58 + 0.3 * np.arange(COUNT)
    shapes = {
        "territories": shapely.box(west, -34, west + 0.3, -33),
        "parcels": shapely.box(west + 0.05, -33.9, west + 0.2, -33.8 + 0.01 * np.arange(COUNT)),
        "roads": shapely.linestrings([[(w, -33.5), (w + 0.3, -33.5)] for w in west]),
        "power": shapely.linestrings([[(w, -33.6), (w + 0.3, -33.6)] for w in west]),
        "services": shapely.points(west + 0.1, -33.5),
        "cities": shapely.points(west + 0.1, -33.5),
    }[layer]
    table = {
        "code": [f"{row:02d}" for row in range(COUNT)],
        "label": [f"Ñandú {row}" for row in range(COUNT)],
        "kind": {"roads": "primary", "power": "line", "services": "school"}.get(layer, "x"),
        "people": [10_000.0 * (row + 1) for row in range(COUNT)],
    }
    return gpd.GeoDataFrame(table, geometry=np.asarray(shapes, dtype=object), crs=4326)


def read(layer: str, path: Path) -> Any:
    """Read a file as the workflow does."""
    if layer == "territories":
        return territories_from_file(str(path), country="URY", id="code", name="label")[0]
    if layer == "roads":
        columns = RoadColumns(road_class="kind", id="code")
        return roads_from_file(str(path), columns, known_classes={"primary", "secondary"})[0]
    if layer == "power":
        return power_from_file(str(path), id="code", power_class="kind")[0]
    if layer == "services":
        return services_from_file(str(path), id="code", kind="kind", known_kinds={"school", "hospital"})[0]
    if layer == "cities":
        return cities_from_file(str(path), country="URY", id="code", name="label", population="people")[0]
    return read_parcels(str(path), region(), owner="label")[0]


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer in the format of the suffix."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        # FlatGeobuf keeps the order of rows only without its index.
        options = {"SPATIAL_INDEX": "NO"} if path.suffix == ".fgb" else {}
        frame.to_file(path, driver=FORMATS[path.suffix], **options)


def shapes_of(frame: gpd.GeoDataFrame, change: Callable[[Any], Any], rows: slice = slice(None)) -> gpd.GeoDataFrame:
    """Change the coordinates of some rows."""
    shapes = frame.geometry.to_numpy().copy()
    shapes[rows] = [shapely.transform(shape, change) for shape in shapes[rows]]
    return frame.set_geometry(gpd.GeoSeries(np.asarray(shapes, dtype=object), crs=frame.crs))


def missing_shapes(frame: gpd.GeoDataFrame, rows: slice) -> gpd.GeoDataFrame:
    """Take the shapes of some rows away."""
    shapes = frame.geometry.to_numpy().copy()
    shapes[rows] = None
    return frame.set_geometry(gpd.GeoSeries(np.asarray(shapes, dtype=object), crs=frame.crs))


def other_kind(layer: str) -> gpd.GeoDataFrame:
    """Give a layer shapes of a kind that it cannot have."""
    frame, lines = good(layer), good("roads").geometry
    wrong = good("cities").geometry if layer in {"territories", "parcels", "roads", "power"} else lines
    return frame.set_geometry(wrong)


#: Fault of the content -> change of a sound layer. All formats can hold it.
CONTENT: dict[str, Callable[[str], gpd.GeoDataFrame]] = {
    "sound": good,
    "no rows": lambda layer: good(layer).iloc[:0],
    "all shapes missing": lambda layer: missing_shapes(good(layer), slice(None)),
    "longitude of 500": lambda layer: shapes_of(good(layer), lambda at: at + np.array([558, 0])),
    "metres called degrees": lambda layer: shapes_of(good(layer), lambda at: at * 1e5),
    "shapes of another kind": other_kind,
    "no column of codes": lambda layer: good(layer).drop(columns="code"),
    "no column of kinds": lambda layer: good(layer).drop(columns="kind"),
    "no column of names": lambda layer: good(layer).drop(columns="label"),
    "codes with fractions": lambda layer: good(layer).assign(code=np.arange(COUNT) + 0.5),
    "one code twice": lambda layer: good(layer).assign(code=["00", "00", "02", "03", "04", "05"]),
    "codes that are formulas": lambda layer: good(layer).assign(code=[f"=A{row}" for row in range(COUNT)]),
    "a word that no table knows": lambda layer: good(layer).assign(kind="klass"),
}
_CODED = ("territories", "roads", "power", "services", "cities")
_KINDED = ("roads", "power", "services")
#: Fault -> layers in which it is refused; in the others the file is read, as the fault does not concern them.
WHERE_REFUSED: dict[str, tuple[str, ...]] = {
    "no rows": LAYERS,
    "all shapes missing": LAYERS,
    "longitude of 500": LAYERS,
    "metres called degrees": LAYERS,
    "shapes of another kind": LAYERS,
    "no column of codes": _CODED,
    "no column of kinds": _KINDED,
    "no column of names": ("territories", "cities", "parcels"),
    "codes with fractions": _CODED,
    "one code twice": ("territories", "cities"),
    "codes that are formulas": ("territories", "cities"),
    "a word that no table knows": _KINDED,
}

SERVICE = b"<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"
#: Fault of the file -> its bytes, from those of a sound one. It is refused in every layer.
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "rubbish": lambda body: bytes(np.random.default_rng(1).integers(0, 256, len(body), dtype=np.uint8)),
    "cut in its head": lambda body: body[:20],
    "a web page": lambda _: b"<!DOCTYPE html><html><title>Log in</title></html>",
    "a service": lambda _: SERVICE,
    "zeros": lambda body: bytes(len(body)),
}


def cases() -> Iterator[Case]:
    """List all cases."""
    for layer in LAYERS:
        for suffix in FORMATS:
            for fault, change in CONTENT.items():
                if suffix == ".fgb" and fault == "all shapes missing":
                    continue  # the format holds none
                refused = layer in WHERE_REFUSED.get(fault, ())

                def make(folder: Path, layer: str = layer, suffix: str = suffix, change: Any = change) -> Any:
                    path = folder / f"layer{suffix}"
                    write(change(layer), path)
                    return lambda: read(layer, path)

                check = None if refused else _is_right(layer, change)
                yield Case(layer, suffix, fault, REFUSED if refused else ANSWER, make, check)
            for fault, damage in BYTES.items():

                def spoil(folder: Path, layer: str = layer, suffix: str = suffix, damage: Any = damage) -> Any:
                    path = folder / f"layer{suffix}"
                    write(good(layer), path)
                    path.write_bytes(damage(path.read_bytes()))
                    return lambda: read(layer, path)

                yield Case(layer, suffix, fault, REFUSED, spoil)
        yield from _sets_of_files(layer)


def _is_right(layer: str, change: Callable[[str], gpd.GeoDataFrame]) -> Callable[[Any], bool]:
    """Compare with the right answer, which is made when it is needed."""
    return lambda found: is_layer(layer, _told(layer, change))(found)


def _told(layer: str, change: Callable[[str], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Give a layer after its change, with the sound columns in place of those it took away."""
    changed, sound = change(layer), good(layer)
    return changed.assign(**{name: sound[name] for name in sound if name not in changed})


def _sets_of_files(layer: str) -> Iterator[Case]:
    def without(*suffixes: str) -> Callable[[Path], Any]:
        def make(folder: Path) -> Any:
            path = folder / "layer.shp"
            write(good(layer), path)
            for suffix in suffixes:
                path.with_suffix(suffix).unlink()
            return lambda: read(layer, path)

        return make

    def packed(*names: str) -> Callable[[Path], Any]:
        def make(folder: Path) -> Any:
            write(good(layer), folder / "layer.gpkg")
            with zipfile.ZipFile(folder / "layers.zip", "w") as archive:
                for name in names:
                    archive.write(folder / "layer.gpkg", name)
            return lambda: read(layer, folder / "layers.zip")

        return make

    def not_there(folder: Path) -> Any:
        return lambda: read(layer, folder / "nowhere.gpkg")

    def empty_folder(folder: Path) -> Any:
        (folder / "units").mkdir()
        return lambda: read(layer, folder / "units")

    def cut_archive(folder: Path) -> Any:
        packed("layer.gpkg")(folder)
        path = folder / "layers.zip"
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return lambda: read(layer, path)

    def odd_name(folder: Path) -> Any:
        write(good(layer), folder / "layer.gpkg")
        path = folder / "año 1 #2 (ñ).gpkg"
        shutil.move(folder / "layer.gpkg", path)
        return lambda: read(layer, path)

    def nested(folder: Path) -> Any:
        path = folder / "layer.geojson"
        write(good(layer), path)
        text = path.read_text().replace('"label": "Ñandú 0"', '"label": "Ñandú 0", "also": {"a": [1, {}]}')
        path.write_text(text)
        return lambda: read(layer, path)

    right = _is_right(layer, good)
    yield Case(layer, ".geojson", "objects in cells", ANSWER, nested, right)
    yield Case(layer, ".shp", "without .prj", REFUSED, without(".prj"))
    yield Case(layer, ".shp", "without .dbf", REFUSED, without(".dbf"))
    yield Case(layer, ".shp", "without .shx", REFUSED, without(".shx"))
    yield Case(layer, ".zip", "one file", ANSWER, packed("a/layer.gpkg"), right)
    yield Case(layer, ".zip", "two files", REFUSED, packed("a.gpkg", "b.gpkg"))
    yield Case(layer, ".zip", "no file", REFUSED, packed())
    yield Case(layer, ".zip", "cut", REFUSED, cut_archive)
    yield Case(layer, ".gpkg", "not there", REFUSED, not_there)
    yield Case(layer, "folder", "empty", REFUSED, empty_folder)
    yield Case(layer, ".gpkg", "odd name", ANSWER, odd_name, right)
