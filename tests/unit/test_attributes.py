"""Users' tables: codes as text, joins that are reported, cells that are refused."""

from __future__ import annotations

import pandas as pd
import pytest

from comarca.config.tables import ConfiguredColumn
from comarca.errors import InputError
from comarca.plan.columns import attribute_columns
from comarca.results import Flag
from comarca.sources.tables.attributes import read_attributes
from comarca.sources.tables.read import read_text_table

TERRITORIES = pd.DataFrame(
    {
        "territory_id": ["0101", "0102", "0201"],
        "territory_name": ["San José", "Río Negro", "San José"],
        "parent_name": ["Norte", "Norte", "Sur"],
    }
)
INCOME = {"income_mean_usd": ConfiguredColumn(title="Mean income", unit="USD", column="Ingreso")}


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_codes_keep_their_leading_zeros(tmp_path):
    path = written(tmp_path / "t.csv", "codigo;Ingreso\n0101;1.234,5\n0201;7,25\n")
    got = read_attributes(path, TERRITORIES, INCOME, id_column="codigo")
    assert got.values["income_mean_usd"].tolist() == pytest.approx([1234.5, float("nan"), 7.25], nan_ok=True)
    assert got.flags["income_mean_usd"].tolist() == ["", Flag.NO_SOURCE_ROW, ""]


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".csv"])
def test_kinds_of_file_read_alike(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    table = pd.DataFrame({"codigo": ["0101", "0102"], "Ingreso": [1.5, None]})
    {".xlsx": table.to_excel, ".parquet": table.to_parquet, ".csv": table.to_csv}[suffix](path, index=False)
    got = read_attributes(path, TERRITORIES, INCOME, id_column="codigo")
    assert got.values["income_mean_usd"].iloc[0] == 1.5
    assert got.flags["income_mean_usd"].tolist() == ["", Flag.NOT_IN_SOURCE, Flag.NO_SOURCE_ROW]


def test_codes_that_lost_their_zeros_are_not_guessed_but_named(tmp_path):
    path = written(tmp_path / "t.csv", "codigo,Ingreso\n101,5\n")
    with pytest.raises(InputError, match="lost their leading zeros"):
        read_attributes(path, TERRITORIES, INCOME, id_column="codigo")


def test_rows_that_do_not_join_are_listed_with_the_nearest_names(tmp_path):
    path = written(tmp_path / "t.csv", "codigo,nombre,Ingreso\n0101,San José,5\n9999,Rio Negro,6\n")
    got = read_attributes(path, TERRITORIES, INCOME, id_column="codigo", name_column="nombre")
    assert got.checks[0].status == "warn"
    assert got.checks[0].rows[0]["nearest"] == ["Río Negro (0102)"]
    assert got.flags["income_mean_usd"].tolist() == ["", Flag.NO_SOURCE_ROW, Flag.NO_SOURCE_ROW]


def test_two_rows_for_one_territory_are_refused(tmp_path):
    path = written(tmp_path / "t.csv", "codigo,Ingreso\n0101,5\n0101,6\n")
    with pytest.raises(InputError, match="one row per territory"):
        read_attributes(path, TERRITORIES, INCOME, id_column="codigo")


def test_a_missing_column_is_named_with_the_nearest_spelling(tmp_path):
    path = written(tmp_path / "t.csv", "codigo,ingreso\n0101,5\n")
    with pytest.raises(InputError, match="Did you mean 'ingreso'"):
        read_attributes(path, TERRITORIES, INCOME, id_column="codigo")


def test_a_join_by_name_needs_the_parent_where_names_repeat_and_is_always_reported(tmp_path):
    text = "nombre,provincia,Ingreso\nSAN JOSE,norte,5\nRio negro,Norte,6\nSan Juan,Norte,7\n"
    path = written(tmp_path / "t.csv", text)
    alone = read_attributes(path, TERRITORIES, INCOME, name_column="nombre")
    assert alone.values["income_mean_usd"].tolist() == pytest.approx([float("nan"), 6, float("nan")], nan_ok=True)
    within = read_attributes(path, TERRITORIES, INCOME, name_column="nombre", parent_column="provincia")
    assert within.values["income_mean_usd"].tolist() == pytest.approx([5, 6, float("nan")], nan_ok=True)
    assert within.checks[0].status == "warn"
    assert [row["territory_id"] for row in within.checks[0].rows] == ["0101", "0102", ""]


def test_a_table_needs_something_to_join_by(tmp_path):
    path = written(tmp_path / "t.csv", "nombre,Ingreso\nx,5\n")
    with pytest.raises(InputError, match="a column to join by"):
        read_attributes(path, TERRITORIES, INCOME)


def test_texts_classes_and_booleans(tmp_path):
    columns = {
        "has_market": ConfiguredColumn(title="Market", unit="", kind="boolean"),
        "zone_class": ConfiguredColumn(title="Zone", unit="", kind="class", categories={"a": "Low", "b": "High"}),
    }
    path = written(tmp_path / "t.csv", "codigo,has_market,zone_class\n0101,Sí,a\n0102,No,\n0201,,b\n")
    got = read_attributes(path, TERRITORIES, columns, id_column="codigo")
    assert got.values["has_market"].tolist() == [True, False, pd.NA]
    assert got.flags["zone_class"].tolist() == ["", Flag.NOT_IN_SOURCE, ""]
    path = written(tmp_path / "u.csv", "codigo,has_market,zone_class\n0101,perhaps,a\n")
    with pytest.raises(InputError, match="perhaps"):
        read_attributes(path, TERRITORIES, columns, id_column="codigo")
    path = written(tmp_path / "v.csv", "codigo,has_market,zone_class\n0101,S,-\n0102,-,X\n0201,N,b\n")
    got = read_attributes(path, TERRITORIES, columns, id_column="codigo")
    assert got.values["has_market"].tolist() == [True, pd.NA, False]
    assert got.values["zone_class"].isna().tolist() == [True, True, False]
    path = written(tmp_path / "w.csv", "codigo,has_market,zone_class\n0101,X,a\n0102,,a\n0201,X,b\n")
    with pytest.raises(InputError, match="may mean yes or not known"):
        read_attributes(path, TERRITORIES, columns, id_column="codigo")


def test_columns_enter_the_registry():
    (column,) = attribute_columns(INCOME, path="income.csv")
    assert (column.name, column.unit, column.mapped, column.title["pt"]) == (
        "income_mean_usd", "USD", True, "Mean income",
    )  # fmt: skip
    assert column.source == "table income.csv"
    assert column.text("source", "es") == "tabla income.csv"
    assert column.text("method", "pt") == "Tomado da tabela sem alteração."
    (own,) = attribute_columns({"a_usd": INCOME["income_mean_usd"].model_copy(update={"source": "IBGE"})}, path="i.csv")
    assert own.text("source", "es") == "IBGE"


@pytest.mark.parametrize(
    ("name", "entry", "message"),
    [
        ("Income", ConfiguredColumn(title="x", unit="1"), "lower-case"),
        ("road_length_km", ConfiguredColumn(title="x", unit="1"), "no other column"),
        ("income", ConfiguredColumn(title={"en": "x"}, unit="1"), "one text for all"),
        ("zone", ConfiguredColumn(title="x", unit="", kind="class"), "the classes with their titles"),
    ],
)
def test_columns_that_cannot_enter_are_refused(name, entry, message):
    with pytest.raises(InputError, match=message):
        attribute_columns({name: entry}, path="t.csv", taken={"road_length_km"})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.xls", b"<html><table></table></html>", "a web page under the name of .xls"),
        ("t.xlsx", b"id,v\n1,2\n", "text under the name of .xlsx"),
        ("t.csv", b"PK\x03\x04rest", "a workbook under the name of .csv"),
    ],
)
def test_a_file_that_is_called_what_it_is_not_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_text_table(tmp_path / name)


def test_the_line_that_tells_the_separator_is_no_heading(tmp_path):
    (tmp_path / "t.csv").write_text("sep=;\nid;v\n1;2,5\n")
    assert read_text_table(tmp_path / "t.csv").to_numpy().tolist() == [["1", "2,5"]]
