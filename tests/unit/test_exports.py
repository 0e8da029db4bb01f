"""Every export reads back as the table it was made from, and passes its own format's validator."""

import contextlib
import json
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace

import frictionless
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from families import columns_of

from comarca.config.region import Region
from comarca.guards.spreadsheets import without_formulas
from comarca.indicators import territory
from comarca.io import write_csv, write_json
from comarca.plan.columns import regional_registry
from comarca.publish.codebook import codebook, codebook_in, heading
from comarca.publish.exports.csvt import column_types, csvt
from comarca.publish.exports.datapackage import datapackage
from comarca.publish.exports.excel_csv import excel_table
from comarca.publish.exports.geojson import geojson
from comarca.publish.exports.geopackage import take_over, write_geopackage
from comarca.publish.exports.geoparquet import write_geoparquet
from comarca.publish.exports.stata import variable_label, write_dta
from comarca.publish.exports.wide_csv import wide_table
from comarca.publish.exports.xlsx import write_xlsx
from comarca.publish.inputs import InputFile
from comarca.publish.provenance import sources_table
from comarca.publish.rounding import rounded
from comarca.publish.stata_names import abbreviated, stata_names
from comarca.publish.table import assemble_table, long_table
from comarca.registry.columns import Column, load_registry
from comarca.results import Flag, Indicators, explain

IDS = ["007", "008", "010"]
NAMES = ["=1+1", "S\u00e3o Jo\u00e3o & <script>", 'A|"b"']
LONG_NAME = "distance_intermediate_city_straight_km"


def column(name, *, kind="number", unit="1", span=(None, None), categories=None, mapped=True):
    return Column(
        name=name, family="some", title={"en": f"{name} en", "es": f"{name} \u00f1", "pt": f"{name} \u00e3"}, unit=unit,
        kind=kind, range=span, better="lower", definition="What it is, with \u00fc.", method="m", source="doi:10.1/x",
        missing="x", layers=(), mapped=mapped, categories=categories or {},
    )  # fmt: skip


@pytest.fixture
def territories():
    shapes = [
        shapely.box(0, 0, 1, 1),
        shapely.box(1, 0, 2, 1),
        shapely.MultiPolygon([shapely.box(2, 0, 3, 1), shapely.box(4, 0, 5, 1)]),
    ]
    return gpd.GeoDataFrame(
        {"territory_id": IDS, "territory_name": NAMES, "parent_name": ["Norte", None, "Sur"], "country": "XXX"},
        geometry=shapes,
        crs=4326,
    )


@pytest.fixture
def columns(root):
    kinds = {"W": {"en": "win", "es": "gana", "pt": "ganha"}, "L": {"en": "loss", "es": "pierde", "pt": "perde"}}
    return [
        *columns_of(root, "territory", layers=[]),
        column(LONG_NAME, unit="km", span=(0, None)),
        column("a_share", span=(0, 1)),
        column("school_count", span=(0, None)),
        column("dynamics_type", kind="class", unit="", categories=kinds),
        column("has_large_city", kind="boolean", mapped=False),
        column("nearest_city_name", kind="text", unit="", mapped=False),
    ]


@pytest.fixture
def made(territories, columns):
    values = pd.DataFrame(
        {
            LONG_NAME: [1 / 3, np.nan, 1e-17],
            "a_share": [0.0, 1.0, np.nan],
            "school_count": pd.array([0, 3, None], "Int64"),
            "dynamics_type": ["W", None, "L"],
            "has_large_city": pd.array([True, False, None], "boolean"),
            "nearest_city_name": ["\u00d1u\u00f1oa", None, "=cmd"],
        },
        index=pd.Index(IDS, name="territory_id"),
    )
    families = {
        "territory": territory.compute(
            territories=territories, columns=[c for c in columns if c.family == "territory"]
        ),
        "some": Indicators(values, explain(values, Flag.NOT_MAPPED)),
    }
    return assemble_table(territories, families, columns)


@pytest.fixture
def table(made):
    return made[0]


INPUTS = [
    InputFile(
        "roads", "osm", "2013", "a.pbf", None, "ab", 1, None, "2013", "ODbL 1.0", "\u00a9 OpenStreetMap contributors"
    ),
    InputFile("cities", "geonames", "3.0", "b", "https://example.org/b", "cd", 1, None, None, "CC BY 4.0", "GeoNames"),
]


def same(found, table, *, digits=17):
    """Compare what was read back with the table, value by value; missing with missing."""
    for name in table.columns:
        expected, actual = table[name], found[name]
        assert (expected.isna().to_numpy() == actual.isna().to_numpy()).all(), name
        there = expected.notna().to_numpy()
        if pd.api.types.is_numeric_dtype(expected) and expected.dtype != "boolean":
            rounded = [
                [f"{value:.{digits}g}" for value in values[there].astype(float)] for values in (expected, actual)
            ]
            assert rounded[0] == rounded[1], name
        else:
            assert expected[there].astype(object).tolist() == actual[there].astype(object).tolist(), name


# GeoParquet


def test_geoparquet_reads_back_with_geometry(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.parquet"
    write_geoparquet(table, territories, columns, path)
    found = gpd.read_parquet(path)
    same(found, table)
    assert found.crs.to_epsg() == 4326
    assert found.geometry.geom_equals(territories.geometry).all()


def test_geoparquet_is_packed_as_every_reader_unpacks_it(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.parquet"
    write_geoparquet(table, territories, columns, path)
    groups = [
        pq.ParquetFile(path).metadata.row_group(0).column(number).to_dict() for number in range(len(table.columns))
    ]
    assert {group["compression"] for group in groups} == {"SNAPPY"}


def test_geoparquet_carries_the_meaning_of_each_column(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.parquet"
    write_geoparquet(table, territories, columns, path, years={LONG_NAME: 2013})
    metadata = pq.read_schema(path).field(LONG_NAME).metadata
    assert metadata[b"unit"] == b"km"
    assert metadata[b"title_es"].decode() == f"{LONG_NAME} \u00f1"
    assert metadata[b"year"] == b"2013"


# GeoPackage


@pytest.fixture
def geopackage(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.gpkg"
    cities = gpd.GeoDataFrame(
        {"city_id": ["1"], "city_name": ["Quito"], "country": ["XXX"], "population_persons": [2e6], "osm_id": [None]},
        geometry=gpd.points_from_xy([0.5], [0.5]),
        crs=4326,
    )
    roads = gpd.GeoDataFrame(
        {"road_id": ["w1", "w2"], "road_class": ["trunk", "track"], "surface": ["asphalt", None]},
        geometry=[shapely.LineString([(0, 0), (1, 1)])] * 2,
        crs=4326,
    )
    write_geopackage(
        table, territories, columns, path, cities=cities, roads=roads, default_column="a_share", language="es"
    )
    return path


def test_geopackage_reads_back_with_its_three_layers(geopackage, table):
    names = [name for name, _ in pyogrio.list_layers(geopackage)]
    assert names[:3] == ["territories", "roads", "cities"]
    found = pyogrio.read_dataframe(geopackage, layer="territories")
    assert [name for name in found.columns if name != "geometry"] == list(table.columns)
    same(found.drop(columns="has_large_city"), table.drop(columns="has_large_city"))
    assert found["has_large_city"].tolist()[:2] == [1, 0]
    assert pyogrio.read_dataframe(geopackage, layer="roads")["road_id"].tolist() == ["w1"]
    assert pyogrio.read_dataframe(geopackage, layer="cities")["city_name"].tolist() == ["Quito"]


def styles(path):
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return database.execute("SELECT * FROM layer_styles ORDER BY id").fetchall()


def test_styles_that_users_changed_or_added_survive_a_new_file(geopackage, tmp_path):
    fresh = tmp_path / "fresh.gpkg"
    shutil.copy(geopackage, fresh)
    ours = {row["styleName"]: row["styleQML"] for row in styles(geopackage) if row["f_table_name"] == "territories"}
    changed, untouched = list(ours)[:2]
    with closing(sqlite3.connect(geopackage)) as database:  # as QGIS does it
        database.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = 'territories'")
        database.execute("UPDATE layer_styles SET styleQML = '<qgis>mine</qgis>' WHERE styleName = ?", (changed,))
        database.executemany(
            "INSERT INTO layer_styles (f_table_name, f_geometry_column, styleName, styleQML, useAsDefault, owner) "
            "VALUES (?, 'geom', 'my own', '<qgis/>', 1, '')",
            [("territories",), ("gone",)],
        )
        database.commit()
    take_over(geopackage, fresh)
    found = {row["styleName"]: row for row in styles(fresh) if row["f_table_name"] == "territories"}
    assert found[changed]["styleQML"] == "<qgis>mine</qgis>"
    assert found[untouched]["styleQML"] == ours[untouched]
    assert [name for name, row in found.items() if row["useAsDefault"]] == ["my own"]
    assert len(found) == len(ours) + 1
    assert "gone" not in {row["f_table_name"] for row in styles(fresh)}


def test_each_layer_has_one_default_style_on_its_geometry_column(geopackage):
    defaults = [row for row in styles(geopackage) if row["useAsDefault"]]
    assert {(row["f_table_name"], row["styleName"]) for row in defaults} == {
        ("territories", "a_share"), ("roads", "road_class"), ("cities", "cities"),
    }  # fmt: skip
    with closing(sqlite3.connect(geopackage)) as database:
        geometry = dict(database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
    assert all(geometry[row["f_table_name"]] == row["f_geometry_column"] for row in defaults)


def test_a_map_opens_on_an_indicator_rather_than_on_the_area(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.gpkg"
    write_geopackage(table, territories, columns, path)
    assert [row["styleName"] for row in styles(path) if row["useAsDefault"]] == [LONG_NAME]


AMOUNTS = {"population_persons", "school_count"}


def test_counts_are_circles_over_all_territories(geopackage):
    style = next(row for row in styles(geopackage) if row["styleName"] == "school_count")
    renderer = ET.fromstring(style["styleQML"].split("\n", 1)[1]).find("renderer-v2")
    assert (renderer.get("type"), renderer.get("symbollevels")) == ("singleSymbol", "1")
    ground, circle = renderer.findall("symbols/symbol/layer")
    assert (ground.get("pass"), circle.get("pass")) == ("0", "1")
    sized = circle.find(".//data_defined_properties//Option[@name='expression']").get("value")
    assert 'sqrt(max("school_count", 0) / 3.0)' in sized
    assert style["styleSLD"].count("<FeatureTypeStyle>") == 2
    sizes = [float(size.text) for size in ET.fromstring(style["styleSLD"].split("\n", 1)[1]).iter("{*}Size")]
    assert sizes == sorted(sizes)


def test_styles_are_sound_xml_and_colour_every_value_once(geopackage, table):
    for row in styles(geopackage):
        ET.fromstring(row["styleSLD"].split("\n", 1)[1])
        qml = ET.fromstring(row["styleQML"].split("\n", 1)[1])
        renderer = qml.find("renderer-v2")
        symbols = {symbol.get("name") for symbol in renderer.find("symbols")}
        rows = renderer.findall("ranges/range") + renderer.findall("categories/category")
        assert {entry.get("symbol") for entry in rows} == (set() if row["styleName"] in AMOUNTS else symbols)
        if renderer.get("type") == "graduatedSymbol" and row["f_table_name"] == "territories":
            ranges = [(float(entry.get("lower")), float(entry.get("upper"))) for entry in rows]
            for value in table[row["styleName"]].dropna():
                assert sum(low <= value <= high for low, high in ranges) == 1


def test_missing_values_have_a_symbol_of_their_own(geopackage):
    style = next(row for row in styles(geopackage) if row["styleName"] == "a_share")
    renderer = ET.fromstring(style["styleQML"].split("\n", 1)[1]).find("renderer-v2")
    last = renderer.findall("ranges/range")[-1]
    assert last.get("label") == "Sin datos"
    assert renderer.get("attr") == f'coalesce("a_share", {float(last.get("lower"))!r})'
    assert "PropertyIsNull" in style["styleSLD"]


def test_fields_bear_titles_and_units(geopackage):
    with closing(sqlite3.connect(geopackage)) as database:
        found = database.execute(
            "SELECT title, description FROM gpkg_data_columns WHERE column_name = ?", (LONG_NAME,)
        ).fetchone()
        area = database.execute(
            "SELECT description FROM gpkg_data_columns WHERE column_name IN ('area_km2', 'a_share') ORDER BY 1"
        ).fetchall()
    assert found == (f"{LONG_NAME} \u00f1", "What it is, with \u00fc. [km]")
    assert [text for (text,) in area] == [
        "La superficie del territorio, con los lagos y r\u00edos que su l\u00edmite incluye. [km\u00b2]",
        "What it is, with \u00fc. [proporci\u00f3n, de 0 a 1]",
    ]


def test_a_geopackage_is_whole(geopackage):
    with closing(sqlite3.connect(geopackage)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


# Excel


def test_excel_keeps_codes_and_names_as_text(table, columns, tmp_path):
    path = tmp_path / "indicators.xlsx"
    write_xlsx(table, columns, codebook_in(columns, table, language="pt"), sources_table(INPUTS), path, language="pt")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["indicators", "codebook", "sources", "Tabela", "Explicações", "Fontes dos dados"]
    assert book.active.title == "Tabela"
    sheet = book["indicators"]
    assert [cell.value for cell in sheet["A"]] == ["territory_id", *IDS]
    assert [cell.data_type for cell in sheet["B"][1:]] == ["s"] * 3
    assert sheet["B2"].value == "'=1+1"
    assert sheet.freeze_panes == "C2"
    note = next(cell.comment.text for cell in sheet[1] if cell.value == LONG_NAME)
    assert note.startswith(f"{LONG_NAME} \u00e3 (km)")
    found = pd.read_excel(path, dtype={"territory_id": str}, sheet_name="indicators", engine="calamine")
    same(found, without_formulas(rounded(table, columns)), digits=15)
    formats = {cell.value: sheet.cell(row=2, column=cell.column).number_format for cell in sheet[1]}
    assert (formats[LONG_NAME], formats["school_count"]) == ("#,##0.000", "#,##0")
    people = book["Tabela"]
    assert f"{LONG_NAME} \u00e3 (km)" in [cell.value for cell in people[1]]
    classes = next(column for column in people.iter_cols(values_only=True) if column[0] == "dynamics_type \u00e3")
    assert classes[1:] == ("ganha", None, "perde")
    share = next(cell for cell in people[1] if cell.value == "a_share \u00e3 (%)")
    assert (people.cell(2, share.column).value, people.cell(2, share.column).number_format) == (0, "#,##0.00%")
    heads = {name: next(book[name].iter_rows(values_only=True)) for name in book.sheetnames[4:]}
    assert heads["Explicações"][:3] == ("Coluna", "Unidade", "O que \u00e9")
    assert heads["Fontes dos dados"] == (
        "Dados",
        "Fonte",
        "Edi\u00e7\u00e3o",
        "Licen\u00e7a",
        "Cr\u00e9dito",
        "Endere\u00e7o",
    )


# Stata


def test_stata_reads_back_with_labels(table, columns, tmp_path):
    path = tmp_path / "indicators.dta"
    write_dta(table, columns, path, language="es", title="Regi\u00f3n")
    names = stata_names(table.columns)
    with pd.io.stata.StataReader(path) as reader:
        labels = reader.variable_labels()
        values = reader.value_labels()
        found = reader.read(convert_categoricals=True)
    assert found["territory_id"].tolist() == IDS
    assert found["territory_name"].tolist() == NAMES
    assert found[names[LONG_NAME]].tolist()[::2] == table[LONG_NAME].tolist()[::2]
    assert labels[names[LONG_NAME]].endswith("(km)")
    assert found["school_count"].tolist()[:2] == [0, 3]
    assert found["school_count"].isna().tolist() == [False, False, True]
    assert found["dynamics_type"].astype(object).tolist()[::2] == ["W: gana", "L: pierde"]
    assert {0: "no", 1: "s\u00ed"} in [dict(entry) for entry in values.values()]


def test_stata_names_fit_are_legal_and_differ():
    long = [f"time_{'very_' * 6}{kind}_city_mean_min" for kind in ("large", "small")]
    names = stata_names(["area_km2", LONG_NAME, *long])
    assert names["area_km2"] == "area_km2"
    assert names[LONG_NAME] == "dist_interm_city_str_km"
    assert all(len(name) <= 32 and name.isidentifier() for name in names.values())
    assert len(set(names.values())) == 4
    assert names[long[1]].endswith("_2")


def test_every_column_of_the_registry_has_a_stata_name_without_a_cut(root):
    registry = load_registry()
    fields = {name: list(words) for name, words in registry.terms.items()}
    fields |= {"time_threshold": ["120"], "power_distance": ["10"], "employment_sector": ["services"]}
    names = [
        column.name
        for family in registry.families
        for part in registry.columns(family, fields=fields, layers=["population"])
        for column in part
    ]
    short = {abbreviated(name) for name in names}
    assert len(short) == len(names)
    assert max(map(len, short)) == 32


def test_labels_for_stata_end_with_the_unit_and_are_cut_at_a_word():
    long = replace(column("x_km", unit="km"), title={"en": "word " * 30, "es": "", "pt": ""})
    assert variable_label(long, "en") == "word " * 14 + "\u2026 (km)"
    one_word = replace(long, title={"en": "x" * 90, "es": "", "pt": ""})
    assert len(variable_label(one_word, "en")) == 80


def test_no_label_of_the_registry_is_cut_in_any_language():
    registry = regional_registry(load_registry(), Region(country="COL"))
    fields = {name: list(words) for name, words in registry.terms.items()}
    fields |= {"time_threshold": ["120"], "power_distance": ["10"], "employment_sector": ["manufacturing"]}
    for layers in (["population"], []):
        entries = [
            entry for family in registry.families for part in registry.columns(family, fields=fields, layers=layers)
            for entry in part
        ]  # fmt: skip
        for language in ("en", "es", "pt"):
            labels = [variable_label(entry, language) for entry in entries]
            assert [label for label in labels if len(label) > 80 or "\u2026" in label] == []
            assert len(set(labels)) == len(labels)


def test_labels_of_a_file_for_stata_differ_and_lists_of_codes_are_labelled_numbers(tmp_path):
    known = load_registry().families["land"].columns
    evidence = next(entry for entry in known if entry.name == "land_evidence")
    twins = [replace(column(f"x{number}_km", unit="km"), title=evidence.title) for number in range(3)]
    table = pd.DataFrame({"land_evidence": ["parcels, holdings", "none", None]}, index=IDS)
    table = table.assign(**{entry.name: 1.0 for entry in twins})
    write_dta(table, [evidence, *twins], tmp_path / "t.dta", language="es")
    with pd.io.stata.StataReader(tmp_path / "t.dta") as reader:
        assert reader.value_labels()["land_evidence"] == {3: "predios, explotaciones", 16: "ninguna"}
        assert list(reader.variable_labels().values()) == [
            "Evidencia sobre la tierra",
            *(f"Evidencia sobre la tierra (km){number}" for number in ("", " 2", " 3")),
        ]
        assert reader.read(convert_categoricals=False)["land_evidence"].tolist()[:2] == [3, 16]


# Data package


def test_the_data_package_is_valid(made, columns, tmp_path):
    table, flags = made
    write_csv(wide_table(table, columns), tmp_path / "indicators.csv")
    write_csv(long_table(table, flags, columns, {LONG_NAME: 2013}), tmp_path / "indicators_long.csv")
    write_csv(codebook(columns, table), tmp_path / "codebook.csv")
    in_table = [entry for entry in columns if entry.name in table]
    write_json(datapackage(in_table, INPUTS, region="Pa\u00eds X", title="X"), tmp_path / "datapackage.json")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])
    assert [task.name for task in report.tasks] == ["indicators", "indicators_long", "codebook"]


def test_the_data_package_notices_a_value_out_of_range(made, columns, tmp_path):
    table, flags = made
    write_csv(wide_table(table.assign(a_share=[2.0, 0.5, np.nan]), columns), tmp_path / "indicators.csv")
    write_csv(long_table(table, flags, columns, {}), tmp_path / "indicators_long.csv")
    write_csv(codebook(columns, table), tmp_path / "codebook.csv")
    write_json(datapackage(columns, INPUTS, region="x", title="X"), tmp_path / "datapackage.json")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert [kind for kind, *_ in report.flatten(["type"])] == ["constraint-error"]


# All


@pytest.mark.parametrize("suffix", ["parquet", "gpkg", "xlsx", "dta"])
def test_the_same_table_gives_the_same_bytes(table, territories, columns, tmp_path, suffix, monkeypatch):
    writers = {
        "parquet": lambda path: write_geoparquet(table, territories, columns, path),
        "gpkg": lambda path: write_geopackage(table, territories, columns, path),
        "xlsx": lambda path: write_xlsx(
            table, columns, codebook_in(columns, table, language="en"), sources_table(INPUTS), path
        ),
        "dta": lambda path: write_dta(table, columns, path),
    }
    paths = [tmp_path / name / f"indicators.{suffix}" for name in "ab"]
    for path in paths:
        path.parent.mkdir()
        writers[suffix](path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_geopackage_does_not_tell_which_library_wrote_it_nor_how_often(table, territories, columns, tmp_path):
    path = tmp_path / "indicators.gpkg"
    write_geopackage(table, territories, columns, path)
    header = path.read_bytes()[:100]
    assert [int.from_bytes(header[at : at + 4], "big") for at in (24, 92, 96)] == [1, 1, 3_000_000]
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(gpd.read_file(path, layer="territories")) == len(territories)


# Formats of PRODUCTS: for Excel by a double click, for QGIS, for the web


def test_excel_opens_the_csv_of_a_language_with_its_separators(table, columns, tmp_path):
    shown = excel_table(table, columns, "es")
    assert shown[f"{LONG_NAME} \u00f1 (km)"].tolist() == ["0,333", "", "0,000"]
    assert shown["has_large_city \u00f1"].tolist() == ["S\u00ed", "No", ""]
    assert shown["dynamics_type \u00f1"].tolist() == ["gana", "", "pierde"]
    assert shown["a_share \u00f1 (%)"].tolist() == ["0,00", "100,00", ""]
    assert shown.iloc[:, 0].tolist() == ['="007"', '="008"', '="010"']
    assert excel_table(table, columns, "en")[f"{LONG_NAME} en (km)"].tolist() == ["0.333", "", "0.000"]


def test_gdal_reads_the_csv_with_the_types_beside_it(table, columns, tmp_path):
    write_csv(wide_table(table, columns), tmp_path / "indicators.csv")
    types = column_types(columns, list(table.columns))
    (tmp_path / "indicators.csvt").write_text(csvt(types), encoding="utf-8")
    info = pyogrio.read_info(tmp_path / "indicators.csv")
    kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert kinds["territory_id"] == kinds["nearest_city_name"] == "object"
    assert (kinds[LONG_NAME], kinds["school_count"], kinds["has_large_city"]) == ("float64", "int32", "bool")
    found = pyogrio.read_dataframe(tmp_path / "indicators.csv")
    assert found["territory_id"].tolist() == IDS
    assert found["has_large_city"].tolist()[:2] == [True, False]


def test_the_geojson_keeps_neighbours_together_and_says_what_did_not_fit(table, territories, columns):
    text = geojson(table, territories, columns)
    found = gpd.GeoDataFrame.from_features(json.loads(text)["features"])
    assert found.geometry.union_all().area == pytest.approx(4.0)
    assert found["a_share"].tolist()[:2] == [0.0, 1.0]
    assert json.loads(text)["left_out"] == []
    small = json.loads(geojson(table, territories, columns, max_bytes=800))
    assert len(small["left_out"]) > 0
    assert len(json.dumps(small)) < 1_500


def test_a_text_that_lists_codes_is_read_as_words_and_kept_as_codes_in_tables_for_machines(territories, tmp_path):
    known = load_registry().families["land"].columns
    evidence = next(column for column in known if column.name == "land_evidence")
    values = pd.DataFrame({"land_evidence": ["parcels, holdings", "none", "parcels, rumours"]}, index=IDS)
    flags = values.assign(land_evidence="")
    table, reasons = assemble_table(territories, {"land": Indicators(values, flags, [])}, [evidence])
    assert table["land_evidence"].tolist()[:2] == ["parcels, holdings", "none"]
    assert reasons["land_evidence"].tolist() == ["", "", Flag.IMPOSSIBLE]
    shown = table[["land_evidence"]]
    for language, expected in {
        "en": "parcels, holdings",
        "es": "predios, explotaciones",
        "pt": "parcelas, estabelecimentos agropecuários",
    }.items():
        cells = excel_table(shown, [evidence], language=language).iloc[:, 0].tolist()
        assert cells == [expected, evidence.categories["none"][language], ""]
        book = codebook_in([evidence], shown, language=language)
        write_xlsx(shown, [evidence], book, sources_table(INPUTS), tmp_path / "t.xlsx", language=language)
        sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
        assert sheet.cell(2, 1).value == expected
    (field, *_) = datapackage([evidence], INPUTS, region="x", title="X")["resources"][0]["schema"]["fields"]
    cell = frictionless.Field.from_descriptor({key: field[key] for key in ("name", "type", "constraints")})
    read = cell.create_cell_reader()
    assert [list(read(text)[1] or ()) for text in ("parcels, holdings", "none")] == [[], []]
    assert list(read("parcels, rumours")[1]) == ["pattern"]


def test_a_heading_says_a_unit_once():
    people = {"en": "Banks per 10,000 people", "es": "Bancos por 10\u00a0000 habitantes", "pt": "Bancos"}
    density = replace(column("bank_density_per_10000persons", unit="1/10000 persons"), title=people)
    assert heading(density, "es") == people["es"]
    assert heading(density, "pt") == "Bancos (por 10 mil habitantes)"


def test_titles_of_the_registry_hold_no_unit_in_brackets():
    unit = re.compile(r"km2|\((km|min|%|ha|puntos|points|Mbit/s)|\(% ")
    titles = [(entry.name, text) for family in load_registry().families.values() for entry in family.columns
              for text in entry.title.values()]  # fmt: skip
    assert [title for title in titles if unit.search(title[1])] == []


def test_the_codebook_of_a_language_speaks_it(table, columns):
    families = {entry.family: {"es": "Familia"} for entry in columns}
    book = codebook_in(columns, table, language="es", families=families).set_index("column")
    assert book.loc["a_share", ["unit", "family"]].tolist() == ["proporci\u00f3n, de 0 a 1", "Familia"]
    assert book.loc["a_share", "title"] == "a_share \u00f1"
    assert book.loc["dynamics_type", "categories"] == "W = gana; L = pierde"
    assert book.loc["a_share", "better"] == "menor"
