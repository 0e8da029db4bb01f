"""Cut an extract to a country and what lies around it.

Extracts are larger than the country (some hold several countries), and their edge is not the border. Roads beyond the
border matter for travel times, so a buffer is kept.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import osmium
import shapely

from comarca import io
from comarca.crs import STORAGE, cut_at_antimeridian, equal_area_crs, region_bounds
from comarca.errors import InputError
from comarca.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

log = logging.getLogger(__name__)


def routing_area(boundary: BaseGeometry, *, buffer_km: float) -> BaseGeometry:
    """Area in which roads matter for a region.

    Parameters
    ----------
    boundary : shapely geometry
        The region, EPSG:4326.
    buffer_km : float
        How far beyond its edge roads are kept.

    Returns
    -------
    shapely geometry
        Polygon or MultiPolygon, EPSG:4326, without holes that the buffer fills.
    """
    series = gpd.GeoSeries([boundary], crs=STORAGE)
    west, south, east, north = region_bounds(series)
    plane = equal_area_crs((west, south, east, north))
    # Detail finer than a twentieth of the buffer does not show in it.
    outline = series.to_crs(plane).simplify(min(500.0, 0.05 * buffer_km * M_PER_KM + 1.0))
    buffered = outline.buffer(buffer_km * M_PER_KM, quad_segs=4)
    area: BaseGeometry = cut_at_antimeridian(buffered.to_crs(STORAGE).iloc[0], longitude=(west + east) / 2)
    return area


def clip_extract(path: Path, target: Path, area: BaseGeometry) -> int:
    """Write the part of an extract that lies in an area.

    Parameters
    ----------
    path : pathlib.Path
        OSM extract.
    target : pathlib.Path
        Where to write the part, as ``.osm.pbf``.
    area : shapely geometry
        The area, EPSG:4326, such as `routing_area` gives.

    Returns
    -------
    int
        Number of nodes inside the area.

    Raises
    ------
    InputError
        If no node lies in the area: the extract is of another place.

    Notes
    -----
    Ways with a node inside are kept whole, with all their nodes, and so are areas (multipolygons and boundaries) with
    a way inside: nothing is torn at the edge. Memory: the ids, and the positions inside the bounding box.
    """
    inside = _nodes_inside(path, area)
    if not len(inside):
        raise InputError(
            str(path),
            got="no node inside the region",
            expected="an extract of the region",
            remedy="Check `osm.provider`.",
        )
    kept = osmium.IdTracker()
    for node_id in inside.tolist():
        kept.add_node(node_id)
    _add_ways_and_areas(kept, str(path))
    kept.complete_backward_references(str(path), relation_depth=1)
    _write(path, target, kept)
    log.info("%s: %d of the nodes lie in the region and its surroundings.", path, len(inside))
    return len(inside)


def _nodes_inside(path: Path, area: BaseGeometry) -> NDArray[np.int64]:
    west, south, east, north = area.bounds
    ids, places = [], []
    nodes = cast("Iterable[osmium.osm.Node]", osmium.FileProcessor(str(path), osmium.osm.NODE))
    for node in nodes:
        longitude, latitude = node.lon, node.lat
        if west <= longitude <= east and south <= latitude <= north:
            ids.append(node.id)
            places.append((longitude, latitude))
    positions = np.array(places).reshape(-1, 2)
    shapely.prepare(area)
    return np.array(ids, dtype=np.int64)[shapely.contains_xy(area, positions[:, 0], positions[:, 1])]


def _add_ways_and_areas(kept: osmium.IdTracker, path: str) -> None:
    inside = kept.contains_filter()
    ways = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(inside)
    touching = [way.id for way in ways]
    for way_id in touching:
        kept.add_way(way_id)
    ways_inside = osmium.IdTracker()
    for way_id in touching:
        ways_inside.add_way(way_id)
    areas = osmium.filter.TagFilter(("type", "multipolygon"), ("type", "boundary"))
    relations = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(areas)
    for relation_id in [relation.id for relation in relations.with_filter(ways_inside.contains_filter())]:
        kept.add_relation(relation_id)


def _write(path: Path, target: Path, kept: osmium.IdTracker) -> None:
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        header = reader.header()
    with (
        io.atomic_path(target) as part,
        osmium.SimpleWriter(osmium.io.File(str(part), "pbf"), header=header, overwrite=True) as writer,
    ):
        for thing in osmium.FileProcessor(str(path)).with_filter(kept.id_filter()):
            writer.add(thing)
