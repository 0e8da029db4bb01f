"""The folder of a data set: complete, consistent, and read by the programs that it is for."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date

import frictionless
import geopandas as gpd
import pytest
import rdflib
import shapely
import yaml
from pydantic import ValidationError

from comarca.config.region import Publication
from comarca.io import write_csv, write_json
from comarca.publish.inputs import InputFile
from comarca.publish.provenance import without_home
from comarca.publish.publication.catalogue import enriched_package
from comarca.publish.publication.dataset import Statement, describe_dataset, release_date
from comarca.publish.publication.folder import METADATA, write_publication
from comarca.publish.publication.texts import checksums, held_by, readme
from comarca.registry.columns import Column
from comarca.registry.products import FUNCTIONAL, PRODUCTS, TEXTS

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
INPUTS = [
    InputFile("osm", "OpenStreetMap", "", "a.pbf", "https://example.org/a.pbf", "ab" * 32, 1, "2024-05-02",
              "2024-05-01", "ODbL 1.0", "\u00a9 OpenStreetMap contributors", share_alike=True, redistribute=True),
    InputFile("cities", "GeoNames", "3", "b", None, "cd" * 32, 1, None, None, "CC BY 4.0", "\u00a9 GeoNames",
              redistribute=True),
]  # fmt: skip
TERRITORIES = gpd.GeoDataFrame({"territory_id": ["1", "2"]}, geometry=[shapely.box(-60, -30, -59, -29)] * 2, crs=4326)
COLUMN = Column(
    name="area_km2", family="territory", title={"en": "Area", "es": "Superficie", "pt": "\u00c1rea"}, unit="km2",
    kind="number", range=(0, None), better="neither", definition="d", method="m", source="s", missing="x", layers=(),
    mapped=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    statement = Statement(
        version="2.1",
        date="2025-03-31",
        producer="Instituto <X> & Y",
        contact="data@example.org",
        revision="Roads of 2024.",
    )
    return describe_dataset(
        region="X", titles={"en": "X", "es": "Equis", "pt": "Xis"}, statement=statement, inputs=INPUTS,
        territories=TERRITORIES, columns=[COLUMN], years={"area_km2": 2024}, commit="0123456789abcdef",
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    products = tmp_path_factory.mktemp("products")
    write_csv(TERRITORIES[["territory_id"]].assign(area_km2=[1.5, 2.5]), products / "indicators.csv")
    fields = [{"name": "territory_id", "type": "string"}, {"name": "area_km2", "type": "number"}]
    resource = {"name": "indicators", "path": "indicators.csv", "schema": {"fields": fields}}
    write_json({"name": "comarca-x", "resources": [resource]}, products / "datapackage.json")
    (products / "LICENSE.md").write_text("# Licence\n", encoding="utf-8")
    target = tmp_path_factory.mktemp("publication") / "publication"
    write_publication(target, sorted(products.iterdir()), data, config={"regions": {"X": {"country": "URY"}}})
    return target


def test_the_folder_holds_the_products_and_all_that_is_said_of_them(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {*METADATA, "indicators.csv", "datapackage.json", "LICENSE.md"}


def test_the_licence_follows_from_the_inputs_everywhere(folder, data):
    assert data.licence == "ODbL-1.0"
    assert yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))["license"] == "ODbL-1.0"
    crate = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    root = next(entry for entry in crate["@graph"] if entry["@id"] == "./")
    assert root["license"]["@id"].startswith("https://opendatacommons.org/licenses/odbl")
    assert "ODbL-1.0" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_crate_names_every_file_with_its_checksum(folder):
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    files = {entry["@id"]: entry for entry in graph if entry["@type"] == "File"}
    expected = {path.name for path in folder.iterdir()} - {"ro-crate-metadata.json", "SHA256SUMS"}
    assert files.keys() == expected
    assert all(len(entry["sha256"]) == 64 for entry in files.values())
    root = next(entry for entry in graph if entry["@id"] == "./")
    assert {part["@id"] for part in root["hasPart"]} == expected
    assert {"name", "description", "datePublished", "license"} <= root.keys()
    run = next(entry for entry in graph if entry["@type"] == "CreateAction")
    assert len(run["object"]) == len(INPUTS)


def test_the_catalogue_has_what_dcat_ap_asks_for(folder, data):
    graph = rdflib.Graph().parse(folder / "dcat.rdf", format="xml")
    catalogue, dataset = (next(graph.subjects(rdflib.RDF.type, kind)) for kind in (DCAT.Catalog, DCAT.Dataset))
    assert all((catalogue, name, None) in graph for name in (DCT.title, DCT.description, DCT.publisher, DCAT.dataset))
    assert all((dataset, name, None) in graph for name in (DCT.title, DCT.description))
    assert {title.language for title in graph.objects(dataset, DCT.title)} == {"en", "es", "pt"}
    files = list(graph.objects(dataset, DCAT.distribution))
    assert len(files) == len(list(folder.iterdir())) - 3
    assert all((file, DCAT.accessURL, None) in graph and (file, DCT.license, None) in graph for file in files)
    assert str(graph.value(dataset, DCAT.version)) == data.statement.version


def test_the_data_package_is_valid_and_says_who_when_and_where(folder):
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"] == "2.1"
    assert package["contributors"] == [{"title": "Instituto <X> & Y", "role": "publisher", "email": "data@example.org"}]
    assert package["spatial"]["bbox"] == [-60, -30, -59, -29]
    assert package["temporal"] == {"start": "2024", "end": "2024"}


def test_the_checksums_are_those_of_the_files(folder):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_speaks_three_languages(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    for words in (
        "# Territory indicators of X",
        "# Indicadores territoriales de Equis",
        "# Indicadores territoriais de Xis",
    ):
        assert words in text
    assert "Roads of 2024." in text


def test_the_same_inputs_give_the_same_folder(folder, data, tmp_path):
    products = [folder / name for name in ("indicators.csv", "datapackage.json", "LICENSE.md")]
    write_publication(tmp_path / "again", products, data, config={"regions": {"X": {"country": "URY"}}})
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_date_of_release_is_given_and_never_that_of_the_data_or_the_clock(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert release_date(Statement()) == ""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert release_date(Statement()) == "2023-11-14"
    assert release_date(Statement(date="2025-03-31")) == "2025-03-31"


def test_a_configured_date_stands_in_every_description(folder):
    assert yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))["date-released"] == "2025-03-31"
    assert "2025-03-31</dct:issued>" in (folder / "dcat.rdf").read_text(encoding="utf-8")
    assert '"datePublished": "2025-03-31"' in (folder / "ro-crate-metadata.json").read_text(encoding="utf-8")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["created"] == "2025-03-31T00:00:00Z"


@pytest.fixture
def undated(monkeypatch, data):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    census = replace(INPUTS[1], layer="holdings", data_date="2006")
    return describe_dataset(
        region="X", titles=data.titles, statement=Statement(), inputs=[census], territories=TERRITORIES,
        columns=[COLUMN], years={"area_km2": 2006}, commit="0123456789abcdef", commit_date="2026-02-03",
    )  # fmt: skip


def test_without_a_date_of_release_none_is_said_but_where_the_format_asks_for_one(undated, tmp_path):
    write_json({"name": "comarca-x", "resources": []}, tmp_path / "datapackage.json")
    write_publication(tmp_path / "publication", [tmp_path / "datapackage.json"], undated, config={})
    text = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "publication").iterdir()}
    assert "date-released" not in text["CITATION.cff"]
    assert "dct:issued" not in text["dcat.rdf"]
    assert "2006-01-01" in text["dcat.rdf"]  # dct:temporal
    assert "created" not in json.loads(text["datapackage.json"])
    graph = json.loads(text["ro-crate-metadata.json"])["@graph"]
    assert next(entry for entry in graph if entry["@id"] == "./")["datePublished"] == "2026-02-03"
    assert "2006" not in text["README.md"]


def test_what_nobody_stated_is_said_in_the_language_of_the_text(undated):
    parts = re.split("^# ", readme(undated, []), flags=re.MULTILINE)[1:]
    said = (
        ("Version 1.0. 2 territories,", "First version.", "The producers of this data set (n.d.)."),
        ("Versión 1.0. 2 territorios,", "Primera versión.", "Los productores de este conjunto de datos (s. f.)."),
        ("Versão 1.0. 2 territórios,", "Primeira versão.", "Os produtores deste conjunto de dados (s. d.)."),
    )
    assert [all(words in part for words in row) for part, row in zip(parts, said, strict=True)] == [True] * 3
    assert not any("First version" in part or "The producers" in part for part in parts[1:])


def test_nobody_learns_the_name_of_the_users_home(monkeypatch):
    monkeypatch.setattr("comarca.publish.provenance.Path.home", lambda: "/home/somebody")
    value = {"path": "/home/somebody/data/a.csv", "more": [("/home/somebody", 1)]}
    assert without_home(value) == {"path": "~/data/a.csv", "more": [["~", 1]]}


def test_every_file_of_a_folder_has_a_line_that_says_what_it_holds(data, folder):
    products = [name for row in PRODUCTS for _, name in row.editions("en")]
    names = [*products, *TEXTS, *FUNCTIONAL[:2], "critical_links.csv", "siting.csv", "siting.png", *METADATA]
    assert [name for name in names if "/" not in name and not name.startswith("atlas") and not held_by(name)] == []
    tables = [name for name in names if name.endswith(".csv") and "_e" not in name and not name.startswith("codebook_")]
    words = [held_by(name) for name in tables if not name.startswith(("indicators_excel", "siting"))]
    assert len({*words}) == len(words)
    text = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert text.count(f"| `{path.name}` |") == 3, path.name


def test_each_file_is_described_by_the_first_pattern_that_fits():
    assert held_by("indicators.csv")[0] == "the table"
    assert held_by("indicators_excel_es.csv")[2] == "a tabela para Excel"
    assert held_by("indicators_uncertainty.csv")[0].startswith("the low and the high bound")
    assert held_by("indicators.csvt") == held_by("indicators_long.csvt")
    assert held_by("strange.bin") is None


def test_checksums_are_sorted_and_a_package_keeps_what_it_has(tmp_path, data):
    for name in ("b", "a"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    lines = checksums([tmp_path / "b", tmp_path / "a"]).splitlines()
    assert [line.split()[1] for line in lines] == ["a", "b"]
    package = enriched_package({"name": "kept", "resources": []}, data)
    assert (package["name"], package["version"]) == ("kept", "2.1")


def test_a_date_of_release_that_is_no_day_is_refused():
    assert Publication(date=date(2026, 3, 31)).date == "2026-03-31"
    with pytest.raises(ValidationError, match="'2026-02-30' is no date; write it as 2026-03-31"):
        Publication(date="2026-02-30")
