"""Write OSM objects that came as JSON into an ordinary extract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium
import osmium.osm.mutable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_MEMBER = {"node": "n", "way": "w", "relation": "r"}


def write_elements(answers: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write the elements of Overpass answers as OSM PBF.

    Parameters
    ----------
    answers : iterable of mapping
        Answers in Overpass JSON; an object may stand in several of them.
    path : pathlib.Path
        Where to write, whatever its suffix.

    Notes
    -----
    Objects come in the order that readers rely on: nodes, ways, relations, each by id. The date of the data goes into
    the header: the oldest one, where answers differ.
    """
    objects: dict[str, dict[int, Mapping[str, Any]]] = {"node": {}, "way": {}, "relation": {}}
    dates = []
    for answer in answers:
        dates.append(str(answer.get("osm3s", {}).get("timestamp_osm_base", "")))
        for element in answer["elements"]:
            earlier = objects[element["type"]].get(element["id"], {})
            if len(element) > len(earlier):
                objects[element["type"]][element["id"]] = element
    header = osmium.io.Header()
    header.set("generator", "comarca")
    if any(dates):
        header.set("osmosis_replication_timestamp", min(date for date in dates if date))
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf"), header=header, overwrite=True) as writer:
        for _, node in sorted(objects["node"].items()):
            writer.add_node(_Node(id=node["id"], tags=node.get("tags", {}), location=(node["lon"], node["lat"])))
        for _, way in sorted(objects["way"].items()):
            writer.add_way(_Way(id=way["id"], tags=way.get("tags", {}), nodes=way.get("nodes", [])))
        for _, relation in sorted(objects["relation"].items()):
            members = [(_MEMBER[item["type"]], item["ref"], item["role"]) for item in relation.get("members", [])]
            writer.add_relation(_Relation(id=relation["id"], tags=relation.get("tags", {}), members=members))


_Node, _Way, _Relation = osmium.osm.mutable.Node, osmium.osm.mutable.Way, osmium.osm.mutable.Relation
