"""Every input is on record, and the texts that cite it are complete."""

import json
from importlib.metadata import PackageNotFoundError

import pytest

import comarca
from comarca.publish.inputs import InputFile
from comarca.publish.provenance import (
    library_versions,
    provenance,
    source_line,
    sources_table,
)
from comarca.publish.sources_text import sources_markdown


def file(layer="roads", **other):
    entry = {
        "layer": layer, "provider": "osm", "version": "2013-08-03", "path": f"data/{layer}.pbf", "url": None,
        "sha256": "ab" * 32, "bytes": 7, "retrieved": None, "data_date": "2013-08-03", "licence": "ODbL 1.0",
        "attribution": "\u00a9 OpenStreetMap contributors",
    }  # fmt: skip
    return InputFile(**(entry | other))


@pytest.fixture
def inputs():
    geonames = file(
        "cities", provider="geonames", licence="CC BY 4.0", attribution="GeoNames", url="https://example.org/a"
    )
    own = file("parcels", provider="file", licence="", attribution="", data_date=None)
    return [file("roads"), file("services"), geonames, own]


def test_each_credit_stands_once_under_a_map(inputs):
    line = source_line(inputs, language="es")
    assert line == "Fuentes: GeoNames (CC BY 4.0); \u00a9 OpenStreetMap contributors (ODbL 1.0)."


def test_no_credits_make_no_line():
    assert source_line([file(attribution="")], language="en") == ""


def test_the_record_is_plain_data_in_a_stable_order(inputs):
    record = provenance(inputs, region="LIE", config={"country": "LIE"}, run_seconds=1.5)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert [entry["layer"] for entry in record["inputs"]] == ["cities", "parcels", "roads", "services"]
    assert record["versions"] == library_versions()
    assert provenance(inputs[::-1], region="LIE", config={"country": "LIE"}, run_seconds=1.5) == record


def test_versions_need_no_package_that_is_installed(monkeypatch):
    def version(name):
        if name in {"comarca", "snakemake"}:
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr("comarca.publish.provenance.version", version)
    found = library_versions()
    assert found["comarca"] == comarca.__version__
    assert "snakemake" not in found
    assert found["numpy"] == "1"


def test_sources_name_every_input_and_say_where_a_licence_is_not_known(inputs):
    text = sources_markdown(inputs, region="LIE", title="Liechtenstein")
    assert text.count("sha256") == 4
    assert "licence not stated" in text
    assert "<https://example.org/a>" in text
    assert "cities from geonames" in text


def test_the_table_of_sources_has_one_row_per_file(inputs):
    table = sources_table(inputs)
    assert table["path"].tolist() == ["data/cities.pbf", "data/parcels.pbf", "data/roads.pbf", "data/services.pbf"]
    assert sources_table([]).empty


def test_a_users_file_without_edition_is_cited_by_its_name():
    own = InputFile("land_cover", "file", "", "data/mine/cover.tif", None, "0" * 64, 1, None, None, "", "")
    text = sources_markdown([own], region="X", title="X")
    assert "from land cover from the file cover.tif." in text
    assert "- **land_cover**: own file. `data/mine/cover.tif`." in text
    spanish = sources_markdown([own], region="X", title="X", language="es")
    assert "a partir de cobertura del suelo del archivo cover.tif." in spanish
