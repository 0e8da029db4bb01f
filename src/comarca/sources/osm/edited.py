"""OSM files as people edit them: new objects with negative ids, deleted ones, several versions of one object."""

from __future__ import annotations

import bz2
import gzip
import logging
import mmap
import re
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import osmium
from osmium import osm

from comarca.sources.osm.opl import read_nodes, read_ways

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

#: New objects have negative ids until they are uploaded; here they get positive ones that nothing else has.
_NEW: Final = 10**15
_XML: Final = (".osm", ".xml", ".osm.gz", ".osm.bz2")
#: Files of these kinds tell of each object whether it is there still; of several versions the last holds.
_MANY: Final = (".osh", ".opl")
_DELETED: Final = re.compile(
    rb"<(node|way|relation)\b(?=[^>]*\baction=[\"']delete[\"'])[^>]*?\bid=[\"'](-?\d+)[\"']", re.DOTALL
)
_EDITED: Final = re.compile(rb"\bid=[\"']-|\baction=[\"']delete|\bvisible=[\"']false")
_KINDS: Final = {b"node": "n", b"way": "w", b"relation": "r"}


def is_edited(path: Path) -> bool:
    """Tell whether an XML file holds what only files from an editor hold, or any file several versions of objects.

    Parameters
    ----------
    path : pathlib.Path
        The OSM file.

    Returns
    -------
    bool
        True if it has to go through `tidied`.
    """
    if any(suffix in _MANY for suffix in path.suffixes):
        return True
    if path.name.endswith(_XML):
        return any(_EDITED.search(block) for block in _blocks(path))
    with osmium.io.Reader(str(path), osm.NOTHING) as reader:
        return bool(reader.header().has_multiple_object_versions)


def has_new_nodes(opl: Path) -> bool:
    """Tell whether ways in an OPL file refer to nodes with negative ids.

    Parameters
    ----------
    opl : pathlib.Path
        As `comarca.sources.osm.stream.extract` writes it.

    Returns
    -------
    bool
        True if the file that it was made of has to go through `tidied`.
    """
    if not opl.stat().st_size:
        return False
    with opl.open("rb") as lines, mmap.mmap(lines.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return view.find(b"Nn-") >= 0 or view.find(b",n-") >= 0


def has_versions(opl: Path) -> bool:
    """Tell whether an object stands in an OPL file more than once.

    Parameters
    ----------
    opl : pathlib.Path
        As `comarca.sources.osm.stream.extract` writes it.

    Returns
    -------
    bool
        True if the file that it was made of has to go through `tidied`.
    """
    ways = [block.ids for block in read_ways(opl)]
    return any(len(np.unique(ids)) < len(ids) for ids in (np.concatenate([*ways, []]), read_nodes(opl, ())["id"]))


def tidied(path: Path, target: Path) -> Path:
    """Write the file as a server would have it: the last version of what is there, with positive ids.

    Parameters
    ----------
    path : pathlib.Path
        The OSM file.
    target : pathlib.Path
        Where to, such as ``tidy.osm.pbf``.

    Returns
    -------
    pathlib.Path
        `target`.

    Notes
    -----
    Objects that the editor marked as deleted (``action="delete"``) or that are hidden (``visible="false"``) are left
    out; ways keep references to deleted nodes, which then have no place. Only such files come this way, as each object
    passes through Python.
    """
    deleted = _deleted(path) if path.name.endswith(_XML) else set()
    last: dict[tuple[str, int], int] = {}
    for each in _objects(path):
        key = (each.type_str(), each.id)
        last[key] = max(last.get(key, -1), each.version)
    count = 0
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for each in _objects(path):
            key = (each.type_str(), each.id)
            if not each.visible or key in deleted or each.version < last[key]:
                count += 1
                continue
            writer.add(_numbered(each))
    logger.warning("%s is from an editor: %d deleted or older objects left out", path.name, count)
    return target


def _objects(path: Path) -> Iterator[Any]:
    """Nodes, ways and relations of a file, one after the other; a node that is there without a place is an error."""
    for each in osmium.FileProcessor(str(path), osm.NODE | osm.WAY | osm.RELATION):
        node = cast("Any", each)  # what is_node() says is not known to the checker of types
        if node.is_node() and node.visible and not node.location.valid():
            raise osmium.InvalidLocationError(f"node {node.id} without a place on the Earth")
        yield each


def _numbered(each: Any) -> Any:
    changes: dict[str, Any] = {"id": _positive(each.id)}
    if each.is_way():
        changes["nodes"] = [_positive(node.ref) for node in each.nodes]
    elif each.is_relation():
        changes["members"] = [(member.type, _positive(member.ref), member.role) for member in each.members]
    return each.replace(**changes)


def _positive(number: int) -> int:
    return number if number >= 0 else _NEW - number


def _deleted(path: Path) -> set[tuple[str, int]]:
    return {(_KINDS[kind], int(number)) for block in _blocks(path) for kind, number in _DELETED.findall(block)}


def _blocks(path: Path) -> Iterator[bytes]:
    """Pieces of an XML file that end with a tag."""
    opened = gzip.open if path.suffix == ".gz" else bz2.open if path.suffix == ".bz2" else open
    with cast("Any", opened)(path, "rb") as stream:
        rest = b""
        while block := stream.read(1 << 24):
            whole, _, rest = (rest + block).rpartition(b">")
            yield whole + b">"
        yield rest
