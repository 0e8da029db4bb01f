"""Descriptions of a data set for archives and portals: RO-Crate 1.1, DCAT-AP, and an enriched data package."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from comarca.publish.publication.dataset import MEDIA_TYPES
from comarca.publish.publication.texts import held_by, sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rocrate.model.root_dataset import RootDataset

    from comarca.publish.publication.dataset import DataSet

_PROGRAM: Final = "#comarca"
_NAMESPACES: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "locn": "http://www.w3.org/ns/locn#",
    "spdx": "http://spdx.org/rdf/terms#",
}
_DATE: Final = "http://www.w3.org/2001/XMLSchema#date"
_WKT: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"


def ro_crate(data: DataSet, paths: Sequence[Path]) -> str:
    """Describe the data set as an RO-Crate.

    Parameters
    ----------
    data : DataSet
        What is said of it.
    paths : sequence of pathlib.Path
        Its files.

    Returns
    -------
    str
        Content of ``ro-crate-metadata.json``.
    """
    crate = ROCrate(gen_preview=False, version="1.1")
    crate.name, crate.description = data.titles["en"], _abstract(data)
    crate.license = _entity(crate, data.licence_url, "CreativeWork", name=data.licence or "LICENSE.md")
    publisher = _entity(crate, data.statement.url or "#producer", "Organization", name=data.producer)
    if data.statement.url:
        publisher["url"] = data.statement.url
    crate.publisher = publisher
    root = crate.root_dataset
    _date(root, data)
    root["author"], root["version"], root["identifier"] = publisher, data.statement.version, data.identifier
    root["inLanguage"] = ["en", "es", "pt"]
    root["spatialCoverage"] = _place(crate, data)
    if data.years:
        root["temporalCoverage"] = f"{data.years[0]}/{data.years[-1]}"
    root["creditText"] = "; ".join(data.credits)
    for path in sorted(paths):
        words = held_by(path.name)
        crate.add_file(path, dest_path=path.name, properties=_file_properties(path, words[0] if words else path.name))
    _add_run(crate, data)
    return json.dumps(crate.metadata.generate(), indent=2, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def _date(root: RootDataset, data: DataSet) -> None:
    """Give the date that RO-Crate asks for, in place of the clock's: of the release, or the first possible one."""
    del root["datePublished"]
    if date := data.released or data.not_before:
        root["datePublished"] = date


def _abstract(data: DataSet) -> str:
    return (
        f"{data.column_count} indicators of {data.territory_count} territories: access to cities, infrastructure, "
        "concentration of land and other structural factors of rural territories."
    )


def _file_properties(path: Path, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "encodingFormat": MEDIA_TYPES.get(path.suffix.lstrip("."), "text/plain"),
        "contentSize": str(path.stat().st_size),
        "sha256": sha256_of(path),
    }


def _entity(crate: ROCrate, entity_id: str, kind: str, /, **properties: Any) -> ContextEntity:
    return crate.add(ContextEntity(crate, entity_id, properties={"@type": kind, **properties}))


def _place(crate: ROCrate, data: DataSet) -> ContextEntity:
    west, south, east, north = data.bounds
    shape = _entity(crate, "#bounds", "GeoShape", box=f"{south} {west} {north} {east}")
    return _entity(crate, "#place", "Place", name=data.region, geo=shape)


def _add_run(crate: ROCrate, data: DataSet) -> None:
    """Say which program made the data set from which inputs."""
    about = {"name": "comarca", "softwareVersion": version("comarca")}
    about |= {"identifier": data.commit} if data.commit else {}
    program = _entity(crate, _PROGRAM, "SoftwareApplication", **about)
    sources = [
        _entity(
            crate,
            entry.url or f"#input-{number}",
            "Dataset" if entry.url else "CreativeWork",
            name=f"{entry.layer}: {entry.provider}",
            license=entry.licence or "not stated",
            creditText=entry.attribution,
            sha256=entry.sha256,
        )
        for number, entry in enumerate(data.inputs, start=1)
    ]
    _entity(
        crate, "#run", "CreateAction", name="Computation of the indicators", instrument=program, object=sources,
        result=crate.root_dataset,
    )  # fmt: skip


def dcat(data: DataSet, paths: Sequence[Path]) -> str:
    """Describe the data set for data portals, by DCAT-AP.

    Parameters
    ----------
    data : DataSet
        What is said of it.
    paths : sequence of pathlib.Path
        Its files.

    Returns
    -------
    str
        RDF/XML: a catalogue with the data set and a distribution per file; addresses are relative to the folder.
    """
    for prefix, uri in _NAMESPACES.items():
        ET.register_namespace(prefix, uri)
    root = ET.Element(_name("rdf:RDF"))
    catalogue = _node(root, "dcat:Catalog", f"{data.identifier}#catalogue")
    dataset = _node(root, "dcat:Dataset", data.identifier)
    for part in (catalogue, dataset):
        for language, title in data.titles.items():
            _literal(part, "dct:title", title, language=language)
        _literal(part, "dct:description", _abstract(data), language="en")
        _agent(part, data.producer)
    _link(catalogue, "dcat:dataset", data.identifier)
    _literal(dataset, "dct:identifier", data.identifier)
    _literal(dataset, "dcat:version", data.statement.version)
    if data.released:
        _literal(dataset, "dct:issued", data.released, datatype=_DATE)
    for keyword in ("territory indicators", "rural development"):
        _literal(dataset, "dcat:keyword", keyword, language="en")
    _coverage(dataset, data)
    if data.statement.contact:
        point = ET.SubElement(ET.SubElement(dataset, _name("dcat:contactPoint")), _name("vcard:Organization"))
        _literal(point, "vcard:fn", data.producer)
        how, scheme = ("vcard:hasEmail", "mailto:") if "@" in data.statement.contact else ("vcard:hasURL", "")
        _link(point, how, scheme + data.statement.contact)
    for path in sorted(paths):
        _distribution(dataset, data, path)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _distribution(dataset: ET.Element, data: DataSet, path: Path) -> None:
    base = data.statement.url.rstrip("/") + "/" if data.statement.url else ""
    holder = ET.SubElement(dataset, _name("dcat:distribution"))
    part = _node(holder, "dcat:Distribution", f"{data.identifier}#{path.name}")
    words = held_by(path.name)
    _literal(part, "dct:title", words[0] if words else path.name, language="en")
    _link(part, "dcat:accessURL", f"{base}{path.name}")
    _literal(part, "dcat:mediaType", MEDIA_TYPES.get(path.suffix.lstrip("."), "text/plain"))
    _link(part, "dct:license", data.licence_url)
    checksum = ET.SubElement(ET.SubElement(part, _name("spdx:checksum")), _name("spdx:Checksum"))
    _link(checksum, "spdx:algorithm", f"{_NAMESPACES['spdx']}checksumAlgorithm_sha256")
    _literal(checksum, "spdx:checksumValue", sha256_of(path))


def _coverage(dataset: ET.Element, data: DataSet) -> None:
    west, south, east, north = data.bounds
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    place = ET.SubElement(ET.SubElement(dataset, _name("dct:spatial")), _name("dct:Location"))
    _literal(place, "dcat:bbox", f"POLYGON(({ring}))", datatype=_WKT)
    if data.years:
        period = ET.SubElement(ET.SubElement(dataset, _name("dct:temporal")), _name("dct:PeriodOfTime"))
        _literal(period, "dcat:startDate", f"{data.years[0]}-01-01", datatype=_DATE)
        _literal(period, "dcat:endDate", f"{data.years[-1]}-12-31", datatype=_DATE)


def _agent(part: ET.Element, name: str) -> None:
    agent = ET.SubElement(ET.SubElement(part, _name("dct:publisher")), _name("foaf:Agent"))
    _literal(agent, "foaf:name", name)


def _name(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _node(parent: ET.Element, name: str, identifier: str) -> ET.Element:
    return ET.SubElement(parent, _name(name), {_name("rdf:about"): identifier})


def _link(parent: ET.Element, name: str, target: str) -> None:
    ET.SubElement(parent, _name(name), {_name("rdf:resource"): target})


def _literal(parent: ET.Element, name: str, text: str, *, language: str = "", datatype: str = "") -> None:
    attributes = {"{http://www.w3.org/XML/1998/namespace}lang": language} if language else {}
    attributes |= {_name("rdf:datatype"): datatype} if datatype else {}
    ET.SubElement(parent, _name(name), attributes).text = text


def enriched_package(package: Mapping[str, Any], data: DataSet) -> dict[str, Any]:
    """Add version, contributors, extents and credits to a data package.

    Parameters
    ----------
    package : mapping
        As from `comarca.publish.exports.datapackage`.
    data : DataSet
        What is said of the data set.

    Returns
    -------
    dict
        Content of ``datapackage.json``.
    """
    contributor = {"title": data.producer, "role": "publisher"}
    contributor |= {"email": data.statement.contact} if "@" in data.statement.contact else {}
    further = {
        "title": data.titles["en"],
        "description": _abstract(data),
        "version": data.statement.version,
        "contributors": [contributor],
        "keywords": ["territory indicators", "rural development"],
        "spatial": {"bbox": list(data.bounds)},
        "attribution": list(data.credits),
    }
    further |= {"created": f"{data.released}T00:00:00Z"} if data.released else {}
    further |= {"temporal": {"start": str(data.years[0]), "end": str(data.years[-1])}} if data.years else {}
    further |= {"homepage": data.statement.url} if data.statement.url else {}
    return {**package, **further}
