"""One streaming pass over an OSM file that gives arrays instead of objects.

pyosmium filters in C++ and writes what is wanted, with the places of the nodes, as text lines in its OPL format to a
temporary file, which `comarca.sources.osm.opl` parses in blocks. No Python code runs per node, vertex or way, and node
ids are at hand. Only areas of relations, which are few, come as Python objects, from libosmium's area assembler.
"""

from __future__ import annotations

import ctypes
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import osmium
from osmium import osm
from osmium.filter import EntityFilter, IdFilter, KeyFilter, TagFilter

from comarca.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from osmium import BaseFilter


_OPL: Final = "opl,locations_on_ways=true,add_metadata=false"


@dataclass(frozen=True)
class Wanted:
    """What to take from an OSM file.

    Attributes
    ----------
    node_tags : tuple of (str, str)
        Nodes with one of these tags are kept,
    node_keys : tuple of str
        or, if this is given, all nodes with one of these keys.
    way_tags : tuple of (str, str)
        Ways with one of these tags are kept,
    way_keys : tuple of str
        or, if this is given, all ways with one of these keys.
    area_keys : tuple of str
        Multipolygon and boundary relations with one of these keys are assembled. Empty: no relation is looked at.
    """

    node_tags: tuple[tuple[str, str], ...] = ()
    node_keys: tuple[str, ...] = ()
    way_tags: tuple[tuple[str, str], ...] = ()
    way_keys: tuple[str, ...] = ()
    area_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """What the file says of itself, `None` where it says nothing.

    Attributes
    ----------
    timestamp : str or None
        Date of the data (replication timestamp), ISO 8601.
    generator : str or None
        Program that wrote the file.
    bounds : tuple of float or None
        West, south, east, north in degrees.
    """

    timestamp: str | None
    generator: str | None
    bounds: tuple[float, float, float, float] | None


@dataclass
class Areas:
    """Assembled areas of relations: their ids, tags and geometries as WKB, and how many could not be assembled."""

    ids: list[int] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    broken: int = 0


def read_header(path: Path) -> Header:
    """Read the header of an OSM file.

    Parameters
    ----------
    path : pathlib.Path
        The file, in any format of pyosmium.

    Returns
    -------
    Header
        Date, generator and bounding box.

    Raises
    ------
    InputError
        If the file is missing, empty or not an OSM file.
    """
    if not path.is_file():
        raise InputError(str(path), got="no such file", expected="an OSM extract", remedy="Check the path.")
    if not path.stat().st_size:
        raise InputError(str(path), got="an empty file", expected="an OSM extract", remedy="Fetch it again.")
    with named_errors(path), osmium.io.Reader(str(path), osm.NOTHING) as reader:
        header = reader.header()
    box = header.box()
    return Header(
        timestamp=header.get("osmosis_replication_timestamp") or None,
        generator=header.get("generator") or None,
        bounds=(box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
        if box.valid()
        else None,
    )


def extract(path: Path, target: Path, wanted: Wanted, *, told: Path | None = None) -> Areas:
    """Write the wanted nodes and ways of an OSM file to an OPL file, and assemble the wanted relations.

    Parameters
    ----------
    path : pathlib.Path
        The OSM file: nodes first, then ways, then relations, as is usual.
    target : pathlib.Path
        The OPL file to write: node lines, then way lines with the places of their nodes.
    wanted : Wanted
        What to keep.
    told : pathlib.Path, optional
        The file that messages name, if `path` was made of another.

    Returns
    -------
    Areas
        Areas of relations. Closed ways are in the OPL file, not here.

    Raises
    ------
    InputError
        If the file cannot be read to its end.
    """
    areas = Areas()
    factory = osmium.geom.WKBFactory()
    with named_errors(told or path):
        relations = _area_relations(path, wanted) if wanted.area_keys else []
        entities = osm.ALL if relations else osm.NODE | osm.WAY
        processor = osmium.FileProcessor(str(path), entities).with_locations()
        if relations:
            processor.with_areas(KeyFilter(*wanted.area_keys))
        with _opl_writer(target) as writer:
            for part in _filters(wanted, relations):
                processor.with_filter(part)
            # A handler in the chain of filters lets all pass: what gets so far is written and never reaches Python.
            processor.with_filter(writer).with_filter(EntityFilter(osm.AREA))
            for area in cast("Iterator[osm.Area]", processor):
                if not area.num_rings()[0]:
                    continue  # The ring of the relation does not close.
                areas.ids.append(area.orig_id())
                areas.tags.append(dict(area.tags))
                areas.wkb.append(factory.create_multipolygon(area))
    areas.broken = len(relations) - len(areas.ids)
    return areas


def _area_relations(path: Path, wanted: Wanted) -> list[int]:
    """Ids of the relations that describe a wanted area."""
    relations = osmium.FileProcessor(str(path), osm.RELATION).with_filter(KeyFilter(*wanted.area_keys))
    relations.with_filter(TagFilter(("type", "multipolygon"), ("type", "boundary")))
    return [relation.id for relation in relations]


def _filters(wanted: Wanted, relations: Sequence[int]) -> Iterator[BaseFilter]:
    has_ways = wanted.way_tags or wanted.way_keys
    has_nodes = wanted.node_tags or wanted.node_keys
    kinds = (osm.NODE if has_nodes else osm.NOTHING) | (osm.WAY if has_ways else osm.NOTHING)
    yield EntityFilter(kinds | osm.AREA)
    if has_nodes:
        yield _for(osm.NODE, KeyFilter(*wanted.node_keys) if wanted.node_keys else TagFilter(*wanted.node_tags))
    if has_ways:
        yield _for(osm.WAY, KeyFilter(*wanted.way_keys) if wanted.way_keys else TagFilter(*wanted.way_tags))
    # libosmium numbers the area of relation r as 2r + 1, and that of a closed way w as 2w.
    yield _for(osm.AREA, IdFilter([2 * relation + 1 for relation in relations]))


def _for(entities: osm.osm_entity_bits, part: BaseFilter) -> BaseFilter:
    part.enable_for(entities)
    return part


@contextmanager
def _opl_writer(target: Path) -> Iterator[osmium.SimpleWriter]:
    """Open a writer; one that failed is never destroyed, since libosmium would end the process there."""
    writer = osmium.SimpleWriter(osmium.io.File(str(target), _OPL), overwrite=True)
    try:
        yield writer
        writer.close()
    except BaseException:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        raise


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Say what is wrong with a file that osmium cannot read.

    Parameters
    ----------
    path : pathlib.Path
        The file, as the user knows it.

    Yields
    ------
    None
        While the file is read.

    Raises
    ------
    InputError
        In place of osmium's errors.
    """
    try:
        yield
    except osmium.InvalidLocationError as error:
        raise InputError(
            str(path), got=str(error), expected="nodes at most 180 degrees east or west, 90 north or south",
            remedy="Shift or leave out what is beyond, for instance with `osmium extract`.",
        ) from error  # fmt: skip
    except (RuntimeError, ValueError, EOFError, zlib.error) as error:
        small = path.name.lower()
        is_loud = "detect file format" in str(error) and small != path.name
        remedy = "It is damaged, cut short or of another kind: fetch it again."
        raise InputError(
            str(path), got=str(error), expected="a whole OSM file (.osm.pbf, .osm, .osm.bz2)",
            remedy=f"The end of its name has to be in small letters: {small}." if is_loud else remedy,
        ) from error  # fmt: skip
