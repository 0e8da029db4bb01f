"""What files a data set consists of, and how it is opened: folders, archives, companions beside the named file.

Nothing heavy is imported here, as every run asks it before any job.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from comarca.errors import InputError, did_you_mean
from comarca.guards.archives import refuse_bomb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Formats of several files: suffix of the file named -> suffixes of its companions.
_COMPANIONS: Final = {
    ".shp": ".dbf .shx .prj .cpg .qpj",
    ".tab": ".dat .map .id .ind",
    ".mif": ".mid",
    ".gml": ".xsd .gfs",
    ".dbf": ".cpg",
    ".csv": ".csvt .prj",
    ".vrt": ".ovr",
    ".asc": ".prj",
    ".bil": ".hdr .prj .blw",
    ".bip": ".hdr .prj",
    ".bsq": ".hdr .prj",
    ".flt": ".hdr .prj",
    ".img": ".ige .rrd",
    ".tif": ".tfw .tifw .prj .ovr .msk",
    ".tiff": ".tfw .tifw .prj .ovr .msk",
    ".jp2": ".j2w .prj",
    ".png": ".pgw .prj",
    ".jpg": ".jgw .prj",
}
#: Companions whose suffix is added to the whole name.
_ADDED: Final = (".aux.xml", ".ovr", ".msk", "-wal")
_VECTOR: Final = frozenset(
    {".shp", ".gpkg", ".geojson", ".json", ".gdb", ".kml", ".kmz", ".gml", ".fgb", ".tab", ".mif", ".parquet",
     ".geoparquet", ".topojson", ".geojsonl", ".sqlite", ".dxf", ".csv", ".xlsx"}
)  # fmt: skip
ARCHIVES: Final = frozenset({".zip"})
_PACKED: Final = re.compile(r"^(?:/vsizip/)?(?P<archive>.+?\.zip)(?:!|/)(?P<inside>.+)$", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"<(?:SourceFilename|SrcDataSource)[^>]*?(relative(?:ToVRT|toVRT)=\"1\")?[^>]*>([^<]+)<")


def paths_of(path: str | Path | Sequence[str] | None) -> tuple[str, ...]:
    """List the paths of a section, which may be one or several.

    Parameters
    ----------
    path : path-like, sequence of str or None
        The key ``path``.

    Returns
    -------
    tuple of str
        Its paths; none if there is none.
    """
    if path is None:
        return ()
    return (str(path),) if isinstance(path, str | Path) else tuple(map(str, path))


def files_of(path: str | Path | Sequence[str] | None) -> list[str]:
    """List all files that a data set consists of.

    Parameters
    ----------
    path : path-like, sequence of str or None
        A file, a folder such as a file geodatabase, a path inside an archive, or several of them.

    Returns
    -------
    list of str
        The file itself first, then the companions that are there: the table, system and encoding of a shapefile, the
        statistics and world file of a raster, the files of a folder, the log of a GeoPackage that is open elsewhere.
        What is not there stands in the list as it was named.
    """
    return list(dict.fromkeys(name for each in paths_of(path) for name in _files(each)))


def require_data_set(path: str, *, where: str) -> None:
    """Refuse a path at which nothing can be read.

    Parameters
    ----------
    path : str
        A file, folder or path inside an archive.
    where : str
        The key, for messages.

    Raises
    ------
    InputError
        If it is not there, with the nearest right spelling.
    """
    place = Path(archive_of(path)[0])
    if place.exists():
        if not archive_of(path)[1]:
            _require_parts(place, where)
            return
        if _inside(path):
            return
        inside = vector_members(place)
        raise InputError(where, got=path, expected=f"one of {inside}", remedy=did_you_mean(archive_of(path)[1], inside))
    folder = place.parent
    near = did_you_mean(place.name, (entry.name for entry in folder.iterdir())) if folder.is_dir() else ""
    remedy = near or f"Paths are taken from the folder snakemake runs in: {Path.cwd()}."
    raise InputError(where, got=path, expected="a file that exists", remedy=remedy)


def _require_parts(path: Path, where: str) -> None:
    """Refuse a shapefile that came without its table or its index."""
    if path.suffix.lower() != ".shp":
        return
    there = {entry.suffix.lower() for entry in path.parent.iterdir() if entry.stem.casefold() == path.stem.casefold()}
    if lacking := [suffix for suffix in (".dbf", ".shx") if suffix not in there]:
        raise InputError(
            where, got=f"{path.name} without its {' and '.join(lacking)}",
            expected="all files of the shapefile in one folder",
            remedy="Copy the files of the same name beside it, or take a zip file of them all.",
        )  # fmt: skip


def archive_of(path: str | Path) -> tuple[str, str]:
    """Part a path inside an archive into both.

    Parameters
    ----------
    path : path-like
        ``units.zip!folder/units.shp``, ``units.zip/folder/units.shp`` or ``/vsizip/units.zip/folder/units.shp``; or a
        plain path.

    Returns
    -------
    archive : str
        The file on disk.
    inside : str
        Path inside; empty for a plain path.
    """
    text = str(path)
    match = _PACKED.match(text)
    if match and not Path(text).exists() and Path(match["archive"]).is_file():
        return match["archive"], match["inside"].strip("/")
    return text.removeprefix("/vsizip/"), ""


def vector_members(archive: str | Path) -> list[str]:
    """List the data sets in an archive, at any depth.

    Parameters
    ----------
    archive : path-like
        A zip file.

    Returns
    -------
    list of str
        Paths inside, sorted; without what macOS adds.
    """
    refuse_bomb(archive, where=str(archive))
    if not zipfile.is_zipfile(archive):
        raise InputError(str(archive), got="no whole zip file", expected="an archive", remedy="Download it again.")
    with zipfile.ZipFile(archive) as packed:
        names = [
            name
            for name in packed.namelist()
            if "__MACOSX" not in name and not name.rsplit("/", 1)[-1].startswith("._")
        ]
    folders = {str(PurePosixPath(*parts[: at + 1])) for name in names if (parts := PurePosixPath(name).parts)
               for at, part in enumerate(parts) if part.lower().endswith(".gdb")}  # fmt: skip
    files = {name for name in names if PurePosixPath(name).suffix.lower() in _VECTOR - {".gdb"}
             and not any(name.startswith(f"{folder}/") for folder in folders)}  # fmt: skip
    shapes = {
        name for name in files if name.lower().endswith((".shp", ".gpkg", ".tab", ".mif", ".gml", ".kml"))
    } | folders
    return sorted(shapes or files)


def folder_members(folder: str | Path) -> list[str]:
    """List the data sets that lie in a folder.

    Parameters
    ----------
    folder : path-like
        A folder that is no data set itself.

    Returns
    -------
    list of str
        Paths, sorted.
    """
    return sorted(str(entry) for entry in Path(folder).iterdir() if entry.suffix.lower() in _VECTOR)


def is_folder_format(path: str | Path) -> bool:
    """Tell whether a folder is one data set.

    Parameters
    ----------
    path : path-like
        A folder.

    Returns
    -------
    bool
        True for a file geodatabase, by its suffix or its tables.
    """
    place = Path(path)
    return place.suffix.lower() == ".gdb" or any(place.glob("*.gdbtable"))


def _files(path: str) -> list[str]:
    place = Path(archive_of(path)[0])
    if place.is_dir():
        within: Iterable[Path] = place.rglob("*")
        if not is_folder_format(place):
            within = (Path(name) for member in folder_members(place) for name in _files(member))
        files = sorted(str(file) for file in within if file.is_file() and file.suffix.lower() not in {".lock", ".lck"})
        return files or [str(place)]
    return [str(place), *_beside(place)]


def _beside(place: Path) -> list[str]:
    wanted = _COMPANIONS.get(place.suffix.lower(), "").split()
    added = {place.name + suffix for suffix in _ADDED}
    if not place.parent.is_dir():
        return []
    stem = place.stem.lower()
    companions = [
        entry
        for entry in place.parent.iterdir()
        if entry != place
        and ((entry.stem.lower() == stem and entry.suffix.lower() in wanted) or entry.name in added)
        and entry.is_file()
        and (not entry.name.endswith("-wal") or entry.stat().st_size)
    ]
    return sorted([*map(str, companions), *_references(place)])


def _references(place: Path) -> list[str]:
    """Files that a virtual raster or layer is made of."""
    if place.suffix.lower() != ".vrt" or not place.is_file():
        return []
    text = place.read_text(encoding="utf-8", errors="replace")
    named = (place.parent / name if relative or not Path(name).is_absolute() else Path(name)
             for relative, name in _REFERENCE.findall(text))  # fmt: skip
    return [str(file) for file in named if file.is_file()]


def _inside(path: str) -> bool:
    archive, inside = archive_of(path)
    with zipfile.ZipFile(archive) as packed:
        return any(name == inside or name.startswith(f"{inside}/") for name in packed.namelist())
