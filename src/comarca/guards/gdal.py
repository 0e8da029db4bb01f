"""What GDAL may open: no network, no programs, and of each kind of file only the format that its name says.

GDAL finds a format by a file's content, whatever its name: what is called ``units.gpkg`` may be the description of a
web service or of other files. Nothing heavy is imported here.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVICES: Final = (
    "ADBC", "AmigoCloud", "CSW", "Carto", "DAAS", "EEDA", "EEDAI", "Elasticsearch", "GDALG", "HTTP", "NGW", "OAPIF",
    "OGCAPI", "PLMOSAIC", "PLSCENES", "STACIT", "STACTA", "WCS", "WFS", "WMS", "WMTS",
)  # fmt: skip
#: Set before GDAL is imported: drivers of services and of programs are unloaded, paths of the network lead nowhere,
#: and virtual files start no code and read no raw bytes. Files come by `comarca.fetch` alone.
ENVIRONMENT: Final = {
    "OGR_SKIP": ",".join(_SERVICES),
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
}
#: Formats of rasters that are files of numbers; virtual rasters by their suffix alone.
RASTER_DRIVERS: Final = (
    "GTiff", "COG", "AAIGrid", "BT", "DTED", "EHdr", "ENVI", "ERS", "GPKG", "GRASSASCIIGrid", "GS7BG", "GSAG", "GSBG",
    "HDF5", "HDF5Image", "HFA", "RST", "ILWIS", "ISG", "JP2OpenJPEG", "JPEG", "netCDF", "PCRaster",
    "PNG", "RRASTER", "SAGA", "SRTMHGT", "USGSDEM", "XYZ",
)  # fmt: skip
_JSON: Final = ("GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "JSONFG")
#: Suffix of a vector file -> the formats it may have.
VECTOR_DRIVERS: Final[dict[str, tuple[str, ...]]] = {
    ".shp": ("ESRI Shapefile",), ".dbf": ("ESRI Shapefile",), ".gpkg": ("GPKG",), ".sqlite": ("SQLite", "GPKG"),
    ".geojson": _JSON, ".json": _JSON, ".topojson": _JSON, ".geojsonl": _JSON, ".geojsons": _JSON, ".ndjson": _JSON,
    ".gdb": ("OpenFileGDB",), ".kml": ("KML", "LIBKML"), ".kmz": ("KML", "LIBKML"), ".gml": ("GML",),
    ".fgb": ("FlatGeobuf",), ".tab": ("MapInfo File",), ".mif": ("MapInfo File",), ".dxf": ("DXF",), ".csv": ("CSV",),
    ".xlsx": ("XLSX",), ".ods": ("ODS",), ".gpx": ("GPX",), ".vrt": ("OGR_VRT",),
}  # fmt: skip
#: Formats for names without a suffix above, such as folders of shapefiles and of geodatabases.
OTHER_VECTOR_DRIVERS: Final = tuple(
    sorted({driver for drivers in VECTOR_DRIVERS.values() for driver in drivers} - {"OGR_VRT"})
)
_VIRTUAL: Final = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(\w+)", re.DOTALL)
_ROOTS: Final = frozenset({b"OGRVRTDataSource", b"OGRVRTLayer", b"VRTDataset", b"GDAL_WMS", b"WMS_Capabilities",
                           b"WCS_GDAL", b"OGRWFSDataSource", b"GDALTileIndexDataset", b"Capabilities"})  # fmt: skip
#: Elements and attributes of virtual files that name what GDAL opens; it reads their names in any case.
_SOURCES: Final = frozenset({"sourcefilename", "sourcedataset", "srcdatasource"})
#: Elements whose text is told to no one but the reader of the data.
_NOTES: Final = frozenset({"metadata", "description", "categorynames", "gdalrasterattributetable"})
_NETWORK: Final = re.compile(r"://|/vsi(?!zip/|mem/)|\bogr_\w+|\bload_extension\b|\bvirtualogr\b", re.IGNORECASE)
_HEAD_BYTES: Final = 4096
_MAX_VRT_BYTES: Final = 64_000_000


def refuse_virtual(path: str | Path, *, where: str) -> None:
    """Refuse a description of other data that goes by the name of data, and a virtual file that leaves this machine.

    Parameters
    ----------
    path : path-like
        What is to be opened; a folder or a path inside an archive passes.
    where : str
        What to call it in messages.

    Raises
    ------
    InputError
        If the content describes a web service or other files but the suffix is not ``.vrt``; or if a file that a
        ``.vrt`` names is not there, so that GDAL would take its name for an address or a connection.
    """
    place = Path(path)
    if not place.is_file():
        _refuse_packed(str(path), where)
        return
    with place.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    root = _VIRTUAL.match(head.removeprefix(b"\xef\xbb\xbf"))
    if place.suffix.lower() == ".vrt":
        _require_sources(place, where, ())
    elif root is not None and root[1] in _ROOTS:
        raise _described(root[1], where)


def _described(root: bytes, where: str) -> InputError:
    return InputError(
        where, got=f"a description of other data (<{root.decode()}>)", expected="the data themselves",
        remedy="A virtual file is read under the suffix .vrt alone, and a web service not at all.",
    )  # fmt: skip


def _require_sources(path: Path, where: str, outer: tuple[Path, ...]) -> None:
    """Refuse a virtual file whose sources, or theirs in turn, are no files of this machine."""
    tree = _parsed(path, where)
    if path.resolve() in outer:
        raise InputError(where, got="a virtual file that names itself", expected="files of data")
    for kind, name, is_relative in _texts(tree):
        if kind.lower() in _SOURCES:
            _require_source(path, name, is_relative=is_relative, where=where, kind=kind, outer=outer)
        elif _NETWORK.search(name):
            raise _elsewhere(where, kind, name)


def _require_source(
    path: Path, name: str, *, is_relative: bool, where: str, kind: str, outer: tuple[Path, ...]
) -> None:
    """Refuse a source that is no file of this machine, or is virtual and leads off it."""
    local = name.removeprefix("/vsizip/").strip("{}") if name.startswith("/vsizip/") else name
    base = path.parent if is_relative else Path()
    places = [base / local, *(base / parent for parent in PurePosixPath(local.replace("}", "")).parents)]
    is_packed = name.startswith("/vsizip/") and any(map(Path.is_file, places))
    if not places[0].exists() and not is_packed:
        raise _elsewhere(where, kind, name)
    told = f"{where}, {name}"
    if is_packed:
        _refuse_packed(f"/vsizip/{base / local}", told)
    elif places[0].is_file() and places[0].suffix.lower() == ".vrt":
        _require_sources(places[0], told, (*outer, path.resolve()))
    else:
        refuse_virtual(places[0], where=told)


def _elsewhere(where: str, kind: str, name: str) -> InputError:
    return InputError(
        f"{where}, {kind}", got=name[:200], expected="a file that is there",
        remedy="Virtual files may name files of this machine only.",
    )  # fmt: skip


class _WithoutEntities(ET.TreeBuilder):
    """Ends where a document type begins, in whatever encoding: without one there are no entities of its own."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def doctype(self, *_: str | None) -> None:
        raise InputError(self.where, got="a virtual file with entities of its own", expected="one without")


def _parsed(path: Path, where: str) -> ET.Element:
    if path.stat().st_size > _MAX_VRT_BYTES:
        raise InputError(where, got=f"{path.stat().st_size:,} bytes", expected="a virtual file of less")
    parser = ET.XMLParser(target=_WithoutEntities(where))  # noqa: S314 - it ends where entities would be declared
    try:
        parser.feed(path.read_bytes())
        return parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise InputError(where, got=f"no XML ({error})", expected="a virtual file of GDAL") from error


def _texts(element: ET.Element) -> Iterator[tuple[str, str, bool]]:
    """Name, text, and whether it starts from the virtual file, of what an element and those in it say to GDAL."""
    stack = [element]
    while stack:
        each = stack.pop()
        lower = {key.lower(): value for key, value in each.attrib.items()}
        is_relative = lower.get("relativetovrt") == "1"
        if each.tag.lower() in _NOTES and lower.get("domain", "").upper() not in {"GEOLOCATION", "RPC", "OVERVIEWS"}:
            continue
        yield from ((key, value.strip(), False) for key, value in each.attrib.items())
        text = "".join(each.itertext()).strip() if each.tag.lower() in _SOURCES else each.text or ""
        yield each.tag, text.strip(), is_relative
        stack.extend(each)


def _refuse_packed(path: str, where: str) -> None:
    """Refuse what is inside an archive if it is the description of other data."""
    whole = path.removeprefix("/vsizip/").replace("{", "").replace("}", "")
    archive = next((each for each in (Path(whole), *Path(whole).parents) if each.is_file()), None)
    if archive is None or not zipfile.is_zipfile(archive):
        return
    inside = whole.removeprefix(str(archive)).strip("/")
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.is_dir() or not member.filename.startswith(inside):
                continue
            with packed.open(member) as file:
                root = _VIRTUAL.match(file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf"))
            if root is not None and root[1] in _ROOTS:
                raise _described(root[1], where)


def require_raster_driver(path: str | Path, driver: str) -> None:
    """Refuse a raster whose format is no file of numbers.

    Parameters
    ----------
    path : path-like
        The file.
    driver : str
        What GDAL found.

    Raises
    ------
    InputError
        Names the format.
    """
    is_virtual = driver == "VRT" and PurePosixPath(str(path)).suffix.lower() == ".vrt"
    if driver not in RASTER_DRIVERS and not is_virtual:
        raise InputError(
            str(path), got=f"data of the format {driver}", expected="a raster file, such as GeoTIFF",
            remedy="Save it as GeoTIFF, for instance with gdal_translate.",
        )  # fmt: skip


def require_driver(path: str | Path, driver: str, *, where: str) -> None:
    """Refuse a vector file whose content is of another format than its name says.

    Parameters
    ----------
    path : path-like
        The file, or a path inside an archive.
    driver : str
        What GDAL found.
    where : str
        What to call it in messages.

    Raises
    ------
    InputError
        Names both.
    """
    suffix = PurePosixPath(str(path).removesuffix(".zip")).suffix.lower()
    allowed = VECTOR_DRIVERS.get(suffix, OTHER_VECTOR_DRIVERS)
    if driver not in allowed:
        raise InputError(
            where, got=f"data of the format {driver}", expected=f"the format of its name: {' or '.join(allowed)}",
            remedy="Give the file the suffix of its format, or save it in the format of its suffix.",
        )  # fmt: skip
