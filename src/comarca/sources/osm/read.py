"""Read an OpenStreetMap extract into canonical layers."""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from comarca.crs import STORAGE, geodesic_length_km
from comarca.errors import InputError, did_you_mean
from comarca.layers.index import LAYERS
from comarca.layers.schemas import LAYERS as SCHEMAS
from comarca.layers.schemas import validate_layer
from comarca.results import Check
from comarca.sources.copies import without_copies
from comarca.sources.osm import tags as osm_tags
from comarca.sources.osm.areas import LAYER_KEYS, SERVICE_KEYS, AreaParts, add_closed_ways, add_relations, area_keys
from comarca.sources.osm.blocks import file_end_check, require_checksum
from comarca.sources.osm.edited import has_new_nodes, has_versions, is_edited, tidied
from comarca.sources.osm.lines import (
    CANAL_FILTER,
    NO_PLACE,
    POWER_FILTER,
    ROAD_FILTER,
    ROAD_KEYS,
    LineParts,
    add_canals,
    add_power,
    add_roads,
    canals_layer,
    power_layer,
    roads_layer,
)
from comarca.sources.osm.opl import read_nodes, read_tags, read_ways
from comarca.sources.osm.stream import Wanted, extract, named_errors, read_header
from comarca.sources.osm.tags import parse_count
from comarca.sources.osm.twins import without_twins

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comarca.io import PathLike
    from comarca.sources.osm.stream import Areas, Header

logger = logging.getLogger(__name__)

#: Layers that are read together.
OSM_LAYERS: Final = tuple(name for name, layer in LAYERS.items() if layer.from_osm)
#: Further layers that can be read, by regions that ask for them.
FURTHER_LAYERS: Final = ("canals",)
_ECONOMY_KEYS: Final = tuple(osm_tags.ECONOMY_KEYS)
#: Layers of facilities that may be mapped as a node and as an area.
_FACILITIES: Final = {"services": osm_tags.service_kind, "economy": osm_tags.establishment}
#: Layers of lines -> how they are gathered, and put together.
_LINES: Final = {
    "roads": (add_roads, roads_layer),
    "power": (add_power, power_layer),
    "canals": (add_canals, canals_layer),
}
#: Roads across gaps up to this share of all are at the edge of nearly every extract.
_GAP_SHARE: Final = 0.001
_PLACE_KEYS: Final = ("place", "name", "population")


@dataclass(frozen=True)
class OsmLayers:
    """What an extract holds: ``osm["roads"]`` and so on.

    Attributes
    ----------
    layers : dict of str to geopandas.GeoDataFrame
        The layers asked for, each by its schema.
    header : Header
        Date, generator and bounding box, as the file says.
    checks : list of Check
        What was left out, with its reason, for the quality report.
    """

    layers: dict[str, gpd.GeoDataFrame]
    header: Header
    checks: list[Check] = field(default_factory=list)

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        return self.layers[name]


def read_osm(path: PathLike, layers: Sequence[str] = OSM_LAYERS) -> OsmLayers:
    """Read layers out of an OpenStreetMap file in one streaming pass, and a short one over relations.

    Parameters
    ----------
    path : path-like
        A file in a format that pyosmium reads, by its suffix: ``.osm.pbf``, ``.osm``, ``.osm.bz2``, ...
    layers : sequence of str, optional
        Which of `OSM_LAYERS` and `FURTHER_LAYERS` to read; the former if not given. What is not asked for costs no
        time.

    Returns
    -------
    OsmLayers
        The layers, EPSG:4326, ids as in ``n123``, ``w123``, ``r123``.

    Raises
    ------
    InputError
        If the file is missing, empty, damaged, cut short, not an OSM file or another than the checksum beside it
        says; if roads are asked for and there are none; if its nodes do not stand before its ways; or if the nodes
        have no places. Nothing is returned then.

    Notes
    -----
    What the tags have to be stands in `comarca.sources.osm.tags`. Areas are closed ways and multipolygon relations;
    those that cross themselves or lack members are left out and counted. Old-style multipolygons, whose tags stand on
    the outer way, lose their holes. Of a file of several versions of an object the last is taken.
    """
    path = Path(path)
    unknown = [name for name in layers if name not in (*OSM_LAYERS, *FURTHER_LAYERS)]
    if unknown:
        raise InputError(
            "layers", got=unknown[0], expected=str(OSM_LAYERS), remedy=did_you_mean(unknown[0], OSM_LAYERS)
        )
    require_checksum(path)
    header = read_header(path)
    with tempfile.TemporaryDirectory(prefix="comarca-osm-") as folder:
        opl = Path(folder) / "wanted.opl"
        wanted, tidy = _wanted(layers), Path(folder) / "tidy.osm.pbf"
        areas = _extracted(path, opl, wanted, tidy)
        try:
            if has_versions(opl):
                areas = _tidied_extract(path, opl, wanted, tidy)
            read, dropped, gap_km = _parse(opl, areas, layers)
        except pa.ArrowInvalid as error:
            raise InputError(
                str(path), got=str(error), expected="nodes before ways", remedy="Run `osmium sort` on it."
            ) from error
    if "roads" in layers and read["roads"].empty:
        raise _roadless(path, dropped["roads"])
    copies = []
    for name in (name for name in _LINES if name in layers):
        read[name], checks = without_copies(read[name], id_column=f"{name.removesuffix('s')}_id", name=name)
        copies += checks
    checked = {name: _checked(read[name], name) for name in layers}
    logger.info("%s: %s", path.name, ", ".join(f"{len(layer)} {name}" for name, layer in checked.items()))
    gaps = [_gap_check(path, checked["roads"], gap_km)] if "roads" in layers else []
    left_out = [_check(path, name, reasons) for name, reasons in dropped.items()]
    return OsmLayers(checked, header, [file_end_check(path), *left_out, *gaps, *copies])


def _extracted(path: Path, opl: Path, wanted: Wanted, tidy: Path) -> Areas:
    """Write what is wanted as OPL; files from an editor are tidied first."""
    with named_errors(path):
        is_tidy = not is_edited(path)
    if is_tidy:
        areas = extract(path, opl, wanted)
        if not has_new_nodes(opl):
            return areas
    return _tidied_extract(path, opl, wanted, tidy)


def _tidied_extract(path: Path, opl: Path, wanted: Wanted, tidy: Path) -> Areas:
    with named_errors(path):
        tidied(path, tidy)
    return extract(tidy, opl, wanted, told=path)


def _wanted(layers: Collection[str]) -> Wanted:
    places = [("place", value) for value in osm_tags.SETTLEMENTS] if "places" in layers else []
    services = list(osm_tags.SERVICE_KINDS) if "services" in layers else []
    roads = ROAD_FILTER if "roads" in layers else ()
    power = POWER_FILTER if "power" in layers else ()
    canals = CANAL_FILTER if "canals" in layers else ()
    areas = area_keys(layers, further=False)
    # Areas go by open sets of values, and filters are linked by "and": with them, ways have to go by keys.
    keys = tuple(dict.fromkeys((*(key for key, _ in (*roads, *power, *canals)), *areas))) if areas else ()
    # Filters for tags and for keys cannot be linked by "or" either: shops have no closed list of tags.
    node_tags = (*places, *services)
    further = _ECONOMY_KEYS if "economy" in layers else ()
    node_keys = tuple(dict.fromkeys((*(key for key, _ in node_tags), *further))) if further else ()
    return Wanted(node_tags, node_keys, (*roads, *power, *canals), keys, areas)


def _parse(
    opl: Path, areas: Areas, layers: Collection[str]
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, Counter[str]], dict[str, float]]:
    """Layers, what was left out of them by reason, and km of road across gaps by class."""
    lines = {name: LineParts() for name in _LINES if name in layers}
    parts = AreaParts([name for name in LAYER_KEYS if name in layers])
    keys = tuple(dict.fromkeys((*ROAD_KEYS, "power", "voltage", "waterway", "usage", *area_keys(layers, further=True))))
    for block in read_ways(opl):
        tags = read_tags(block.tags, keys)
        for name, gathered in lines.items():
            _LINES[name][0](gathered, block, tags)
        if parts.wanted:
            add_closed_ways(parts, block, tags)
    parsed = _point_layers(opl, layers)
    parsed |= {name: _LINES[name][1](gathered) for name, gathered in lines.items()}
    dropped = {name: gathered.dropped for name, gathered in lines.items()}
    if parts.wanted:
        add_relations(parts, areas)
        dropped["areas"] = parts.dropped
        parsed |= {name: parts.layer(name) for name in parts.wanted if name not in _FACILITIES}
    for name in _FACILITIES:
        if name in layers:
            parsed[name], dropped[name] = _facilities(parsed[name], parts.layer(name))
    if "economy" in layers:
        kinds = parsed["economy"]["kind"].astype("str").str.split("=", n=1)
        parts_of = {"sector": kinds.str[0].astype("str"), "category": kinds.str[1].astype("str")}
        parsed["economy"] = parsed["economy"].assign(**parts_of)
    return parsed, dropped, lines["roads"].gap_km if "roads" in lines else {}


def _point_layers(opl: Path, layers: Collection[str]) -> dict[str, gpd.GeoDataFrame]:
    if not {"places", *_FACILITIES} & set(layers):
        return {}
    nodes = read_nodes(opl, tuple(dict.fromkeys((*_PLACE_KEYS, *SERVICE_KEYS, *_ECONOMY_KEYS, "brand"))))
    nodes["id"] = "n" + nodes["id"].astype("str")
    points = gpd.GeoDataFrame(nodes, geometry=shapely.points(nodes[["longitude", "latitude"]].to_numpy()), crs=STORAGE)
    made = {}
    if "places" in layers:
        places = points[points["place"].isin(osm_tags.SETTLEMENTS)]
        made["places"] = places.assign(population_persons=parse_count(places["population"]))
    for name, kind_of in _FACILITIES.items():
        if name in layers:
            facilities = points.assign(kind=kind_of(points))
            columns = ["id", "kind", "name", *(["brand"] if name == "economy" else []), "geometry"]
            made[name] = facilities.loc[facilities["kind"].notna(), columns]
    return made


def _facilities(nodes: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Counter[str]]:
    both = gpd.GeoDataFrame(pd.concat([nodes, areas], ignore_index=True), crs=STORAGE)
    distinct = without_twins(both)
    return distinct, Counter({"mapped a second time": len(both) - len(distinct)})


def _checked(layer: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    columns = list(SCHEMAS[name].columns)
    return validate_layer(layer.rename(columns={"id": columns[0]})[columns], name)


def _roadless(path: Path, dropped: Counter[str]) -> InputError:
    if dropped[NO_PLACE]:
        return InputError(
            str(path),
            got="roads whose nodes have no coordinates",
            expected="an extract with the nodes of its ways",
            remedy="Make it again with all nodes, as `osmium tags-filter` does unless told to omit referenced ones; or,"
            " if its ways stand before their nodes, as in answers of Overpass, sort it with `osmium sort`.",
        )
    return InputError(
        str(path),
        got="no drivable road",
        expected="ways with the tag highway",
        remedy="Is it the right extract? Or set roads.provider to `none`.",
    )


def _gap_check(path: Path, roads: gpd.GeoDataFrame, gap_km: Mapping[str, float]) -> Check:
    lost = float(sum(gap_km.values()))
    share = lost / (lost + float(geodesic_length_km(roads.geometry.to_numpy()).sum())) if lost else 0.0
    message = (
        f"{lost:.1f} km of road in {path.name} lie between nodes that the file lacks ({100 * share:.2f} % of all, in a"
        " straight line): the ways are cut there. An extract with complete ways, as `osmium extract` makes by default,"
        " has them."
    )
    rows = [{"road_class": name, "km": round(km, 3)} for name, km in sorted(gap_km.items())]
    is_much = share > _GAP_SHARE
    return Check(
        "osm_roads_gaps", "warn" if is_much else "pass", round(lost, 3), "at most 0.1 % of the km of road",
        message, rows,
    )  # fmt: skip


def _check(path: Path, layer: str, dropped: Counter[str]) -> Check:
    rows = [{"reason": reason, "count": n} for reason, n in sorted(dropped.items()) if n]
    total = sum(dropped.values())
    reasons = "; ".join(f"{row['reason']}: {row['count']}" for row in rows) or "nothing"
    return Check(
        f"osm_{layer}_left_out", "info", total, "", f"Left out of {layer} when reading {path.name}: {reasons}.", rows
    )
