"""Tables of holdings and outcomes as offices publish them: labels, marks, numbers, shapes, joins."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from comarca.errors import InputError
from comarca.sources.tables.holdings import read_holdings
from comarca.sources.tables.join import divide_units, join_by_code, nearest_names
from comarca.sources.tables.numbers import decimal_of, parse_columns, parse_numbers
from comarca.sources.tables.outcomes import read_outcomes
from comarca.sources.tables.read import clean_codes, read_heading, read_text_table
from comarca.sources.tables.size_classes import decimal_of_labels, find_size_class, parse_size_classes

OPEN = math.nan
LONG = {"territory_id": "code", "territory_name": "municipality"}


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("label", "low", "high"),
    [
        ("De 10 a menos de 20 ha", 10, 20),
        ("Mais de 0 a menos de 0,1 ha", 0, 0.1),
        ("De 0,1 a menos de 0,2 ha", 0.1, 0.2),
        ("De 500 a menos de 1.000 ha", 500, 1000),
        ("De 1.000 a menos de 2.500 ha", 1000, 2500),
        ("De 2.500 ha e mais", 2500, OPEN),
        ("De 10.000 ha e mais", 10_000, OPEN),
        ("De 10 a menos de 20 hectáreas", 10, 20),
        ("De 200,01 a 500,00 has", 200.01, 500),
        ("Menos de 5", 0, 5),
        ("Hasta 5 ha", 0, 5),
        ("20 y más", 20, OPEN),
        ("Más de 100", 100, OPEN),
        ("5 to under 10 ha", 5, 10),
        ("1,000 ha and over", 1000, OPEN),
        ("0 - 1 ha", 0, 1),
        ("100+", 100, OPEN),
        ("<1", 0, 1),
        ("De 1 hasta menos de 2 Has.", 1, 2),
        ("De 1 a < 3 ha", 1, 3),
        ("1 - <5 ha", 1, 5),
        ("1 000-1 999", 1000, 1999),
        ("De 1 000 ha y más", 1000, OPEN),
        ("Greater or equal to 0.1 and less than 0.2", 0.1, 0.2),
        ("1. 000,1 - 20.000", 1000.1, 20_000),
        ("20.0 & ABOVE", 20, OPEN),
        ("(<=500 ha)", 0, 500),
        ("≥ 1000 ha", 1000, OPEN),
        ("De 500.01 a más", 500.01, OPEN),
        ("Moins de 0,5 ha", 0, 0.5),
        ("5,1  10", 5.1, 10),
        ("Jusqu'à 1 ha", 0, 1),
        ("500 ha et plus", 500, OPEN),
        ("5 ha o menos", 0, 5),
        ("10 and under 20", 10, 20),
        ("Desde 1000 ha", 1000, OPEN),
        ("AREA OPERATED: (1.0 TO 9.9)", 1, 9.9),
        ("1) Menos de 2 ha", 0, 2),
        ("01. De 0 a 1 ha", 0, 1),
        (".5-1", 0.5, 1),
        ("10ha-20ha", 10, 20),
        ("Acima de 1000 ha", 1000, OPEN),
        ("Abaixo de 1 ha", 0, 1),
        ("+ de 1000", 1000, OPEN),
    ],
)
def test_class_labels_are_read_in_three_languages(label, low, high):
    found = parse_size_classes([label], where="x")[label]
    assert found.kind == "range"
    assert found.lower == low
    assert found.upper == high or (math.isnan(high) and math.isnan(found.upper))


@pytest.mark.parametrize(
    ("label", "kind"), [("Total", "total"), ("Produtor sem área", "landless"), ("Productores sin tierra", "landless")]
)
def test_rows_that_are_no_class_are_told_apart(label, kind):
    assert parse_size_classes([label], where="x")[label].kind == kind


@pytest.mark.parametrize(
    ("labels", "decimal", "limits"),
    [
        (["De 0.500 a 1.125 ha", "De 1.125 a 2.500 ha"], ".", [(0.5, 1.125), (1.125, 2.5)]),
        (["0,500 - 1,125", "1,125 - 2,500", "2,500 e mais"], ",", [(0.5, 1.125), (1.125, 2.5), (2.5, math.inf)]),
        (["0,5 a 1 ha", "500 a 1.000 ha", "1.000 ha y más"], ",", [(0.5, 1), (500, 1000), (1000, math.inf)]),
        (["0.5 a 1 ha", "500 a 1.000 ha", "1.000 ha y más"], "", [(0.5, 1), (500, 1000), (1000, math.inf)]),
        (
            ["1.0 to 9.9 acres", "10.0 to 49.9 acres", "2,000 acres or more"],
            ".",
            [(1, 9.9), (10, 49.9), (2000, math.inf)],
        ),
        (["1 a 1.125 ha", "1.125 a 2.500 ha", "2.500 a 10 ha"], ".", [(1, 1.125), (1.125, 2.5), (2.5, 10)]),
        (["De 1.000 a 2.500 ha", "De 2.500 a 5.000 ha"], "", [(1000, 2500), (2500, 5000)]),
        (["Menos de 1.500 ha", "Total"], "", [(0, 1500)]),
    ],
)
def test_all_labels_together_tell_decimals_from_thousands(labels, decimal, limits):
    assert decimal_of_labels(labels) == decimal
    found = [each for each in parse_size_classes(labels, where="x").values() if each.kind == "range"]
    assert [(each.lower, math.inf if math.isnan(each.upper) else each.upper) for each in found] == limits


def test_what_is_not_a_size_class_is_refused():
    assert find_size_class("Municipio") is None
    with pytest.raises(InputError, match="a size class such as"):
        parse_size_classes(["1,000 acres"], where="x")
    with pytest.raises(InputError, match="a lower limit below"):
        parse_size_classes(["De 20 a menos de 10 ha"], where="x")


def test_numbers_in_digits_of_other_scripts_are_read():
    texts = pd.Series(
        ["\u0661\u066c\u0662\u0663\u0664\u066b\u0665", "\u0967\u0968", "3.5", "\u0661\u0662 \u0661\u0663"]
    )
    np.testing.assert_array_equal(parse_numbers(texts[:3], decimal=".", where="x"), [1234.5, 12, 3.5])
    with pytest.raises(InputError, match="row 4"):
        parse_numbers(texts, decimal=".", where="x")


def test_brazilian_numbers_and_marks_are_read():
    texts = pd.Series(["1.234,5", "12", "-", "X", "...", "..", "", " 1 000 "])
    found = parse_numbers(texts, decimal=",", where="x")
    np.testing.assert_array_equal(found, [1234.5, 12, 0, np.nan, np.nan, np.nan, np.nan, 1000])


def test_a_word_where_a_number_should_be_is_refused_with_its_row():
    with pytest.raises(InputError, match=r"row 2: got 'muchos'.*1 such cell"):
        parse_numbers(pd.Series(["1", "muchos"]), decimal=".", where="t.csv, column holdings")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.234,5", "7"], ","),
        (["1,234.5", "7"], "."),
        (["0.5", "10.0"], "."),
        (["0,125"], ","),
        (["1.234.567"], ","),
        (["1234.567"], "."),
        (["5", "12", "-"], "."),
    ],
)
def test_the_decimal_sign_is_found_out_from_the_numbers(texts, expected):
    assert decimal_of(pd.Series(texts), where="x") == expected


def test_doubtful_numbers_are_not_guessed():
    with pytest.raises(InputError, match="numbers that tell decimals from thousands"):
        decimal_of(pd.Series(["1.234", "12"]), where="x")
    assert decimal_of(pd.Series(["1.234", "12"]), where="x", hint=",") == ","
    with pytest.raises(InputError, match="one way of writing decimals"):
        decimal_of(pd.Series(["1.5", "1,5"]), where="x")


def test_codes_keep_their_zeros_and_lose_what_a_spreadsheet_added():
    assert clean_codes(pd.Series(["0501", "2901.0", " 12 ", ""])).tolist() == ["0501", "2901", "12", ""]


def test_a_long_table_of_labels_with_semicolons_and_latin_letters_is_read(tmp_path):
    path = write(
        tmp_path / "t.csv",
        "código;grupo;estabelecimentos;área\n"
        "0101;Total;130;1.230,5\n"
        "0101;Mais de 0 a menos de 10 ha;100;430,5\n"
        "0101;De 10 a menos de 1.000 ha;28;X\n"
        "0101;De 1.000 ha e mais;2;-\n"
        "0101;Produtor sem área;17;-\n",
        "latin-1",
    )
    columns = {"territory_id": "código", "size_class": "grupo", "holdings": "estabelecimentos", "area_ha": "área"}
    found = read_holdings(path, columns=columns, year=2006)
    assert found["territory_id"].unique().tolist() == ["0101"]
    assert found["year"].unique().tolist() == [2006]
    assert found["class_min_ha"].tolist() == [0, 10, 1000]
    np.testing.assert_array_equal(found["class_max_ha"], [10, 1000, np.nan])
    assert found["holdings"].tolist() == [100, 28, 2]
    np.testing.assert_array_equal(found["area_ha"], [430.5, np.nan, 0])
    assert found["landless"].tolist() == [17, 17, 17]


def test_a_wide_workbook_with_two_header_rows_is_read(tmp_path):
    path = tmp_path / "t.xlsx"
    pd.DataFrame(
        [
            ["Cod", "Número de estabelecimentos", None, "Área dos estabelecimentos (ha)", None],
            [None, "De 0 a menos de 10 ha", "De 10 ha e mais", "De 0 a menos de 10 ha", "De 10 ha e mais"],
            [2900108, 10, 2, 33.5, "X"],
            [2900207, "-", 5, "-", 120],
        ]
    ).to_excel(path, header=False, index=False)
    found = read_holdings(path, columns={"territory_id": "Cod"}, header_rows=2)
    assert found["territory_id"].tolist() == ["2900108", "2900108", "2900207", "2900207"]
    assert found["holdings"].tolist() == [10, 2, 0, 5]
    np.testing.assert_array_equal(found["area_ha"], [33.5, np.nan, 0, 120])
    assert found["year"].isna().all()


def test_long_and_wide_and_parquet_say_the_same(tmp_path):
    long = pd.DataFrame(
        {
            "territory_id": ["1", "1", "2", "2"],
            "class_min_ha": [0.0, 5.0, 0.0, 5.0],
            "class_max_ha": [5.0, np.nan, 5.0, np.nan],
            "holdings": [7, 3, 4, 0],
            "area_ha": [20.5, 90.0, 11.25, 0.0],
        }
    )
    long.to_parquet(tmp_path / "t.parquet")
    long.to_csv(tmp_path / "t.csv", index=False)
    write(
        tmp_path / "wide.csv",
        "territory_id,Holdings: less than 5 ha,Area: less than 5 ha,Holdings: 5 ha and more,Area: 5 ha and more\n"
        "1,7,20.5,3,90\n2,4,11.25,0,0\n",
    )
    first = read_holdings(tmp_path / "t.parquet")
    for name in ("t.csv", "wide.csv"):
        pd.testing.assert_frame_equal(read_holdings(tmp_path / name), first)


def test_several_years_stand_side_by_side(tmp_path):
    path = write(
        tmp_path / "t.csv",
        "territory_id,year,size_class,holdings,area_ha\n1,2017,0 a 5,1,2\n1,2006,0 a 5,3,4.5\n",
    )
    assert read_holdings(path)["year"].tolist() == [2006, 2017]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("1,0,10,5,20\n1,0,10,5,20\n", "twice"),
        ("1,0,10,5,20\n1,5,20,5,20\n", "classes that do not overlap"),
        ("1,0,,5,20\n1,5,20,5,20\n", "classes that do not overlap"),
        ("1,0,10,-5,20\n", "0 or more"),
        ("1,0,10,five,20\n", "got 'five'"),
    ],
)
def test_classes_that_cannot_be_are_refused(tmp_path, rows, message):
    path = write(tmp_path / "t.csv", "territory_id,class_min_ha,class_max_ha,holdings,area_ha\n" + rows)
    with pytest.raises(InputError, match=message):
        read_holdings(path)


def test_files_and_columns_that_are_not_there_are_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_holdings(tmp_path / "t.csv")
    path = write(tmp_path / "t.csv", "municipio,holdings,area_ha\n1,2,3\n")
    with pytest.raises(InputError, match=r"columns.territory_id: got 'municpio'.*Did you mean 'municipio'"):
        read_holdings(path, columns={"territory_id": "municpio"})
    with pytest.raises(InputError, match="a column territory_id"):
        read_holdings(path)
    with pytest.raises(InputError, match="a column class_min_ha"):
        read_holdings(path, columns={"territory_id": "municipio"})
    with pytest.raises(InputError, match="headings that name a measure"):
        read_holdings(write(tmp_path / "u.csv", "territory_id,x\n1,2\n"))
    with pytest.raises(InputError, match=r"a table: \.csv"):
        read_text_table(write(tmp_path / "t.docx", "x"))
    with pytest.raises(InputError, match="rows below"):
        read_text_table(write(tmp_path / "v.csv", "territory_id\n"))


def test_rows_join_by_code_and_never_by_name():
    table = pd.DataFrame(
        {"territory_id": ["1", "", "9"], "territory_name": ["Anã", "São Valério (TO)", "Abaré"], "x": [1, 2, 3]}
    )
    territories = {"1": "Anã", "2": "São Valério da Natividade", "3": "Abaré"}
    joined, check = join_by_code(table, territories, name="holdings")
    assert joined["territory_id"].tolist() == ["1"]
    assert check.status == "warn"
    assert [row["nearest"][0] for row in check.rows] == ["São Valério da Natividade (2)", "Abaré (3)"]
    decided, check = join_by_code(table, territories, name="holdings", codes={"São Valério (TO)": "2", "Abaré": "3"})
    assert decided["territory_id"].tolist() == ["1", "2", "3"]
    assert check.status == "pass"


def test_a_name_that_starts_another_one_is_the_nearest():
    assert nearest_names("Santa Rosa", {"1": "Santa Rita", "2": "Santa Rosa de Lima"})[0] == "Santa Rosa de Lima (2)"
    assert nearest_names("Xyz", {"1": "Abc"}) == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_heading_of_a_table_is_read_without_its_rows(tmp_path, suffix):
    path = tmp_path / f"t.{suffix}"
    table = pd.DataFrame({"código": ["01"], "Área (ha)": ["1,5"]})
    write = {"csv": table.to_csv, "xlsx": table.to_excel, "parquet": table.to_parquet}[suffix]
    write(path, index=False)
    assert read_heading(path) == list(read_text_table(path)) == ["código", "Área (ha)"]


def test_a_heading_of_two_rows_below_a_title_is_joined(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("Census\ncode;Area;\n;small;large\n1;2;3\n")
    options = {"skip_rows": 1, "header_rows": 2}
    assert read_heading(path, **options) == list(read_text_table(path, **options)) == [
        "code", "Area - small", "Area - large",
    ]  # fmt: skip


def test_matopiba_holdings_are_read_whole_and_what_does_not_join_is_named(cases):
    found = read_holdings(cases / "matopiba/holdings_2006.csv", columns=LONG, year=2006)
    assert found["holdings"].sum() == 280_187
    assert found["area_ha"].sum() == 33_068_568
    shapes = gpd.read_file(cases / "matopiba/municipalities.gpkg", ignore_geometry=True)
    names = dict(zip(shapes["code"], shapes["name"], strict=True))
    joined, check = join_by_code(found, names, name="holdings")
    assert joined["territory_id"].nunique() == 336
    assert [row["territory_name"] for row in check.rows] == ["São Valério (TO)"]
    assert check.rows[0]["nearest"][0] == "São Valério da Natividade (1720499)"


def test_matopiba_outcomes_are_read_at_three_dates(cases):
    columns = {
        **LONG, "income": "income_per_capita_brl", "poverty": "poverty_percent", "inequality": "income_gini",
    }  # fmt: skip
    found = read_outcomes(cases / "matopiba/income_1991_2000_2010.csv", columns=columns)
    assert len(found) == 2991
    assert found["year"].value_counts().to_dict() == {1991: 997, 2000: 997, 2010: 997}
    assert found[["income", "poverty", "inequality"]].notna().all().all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("1,2000,5,10\n1,2000,6,10\n", "two rows for 2000"),
        ("1,2000,5,101\n", "a figure from 0 to 100"),
        ("1,,5,10\n", "column year"),
        ("1,2000,-5,10\n", "a figure of 0 or more"),
    ],
)
def test_outcomes_that_cannot_be_are_refused(tmp_path, rows, message):
    path = write(tmp_path / "t.csv", "territory_id,year,income,poverty\n" + rows)
    with pytest.raises(InputError, match=message):
        read_outcomes(path)


def test_outcomes_need_one_outcome_and_fill_what_lacks(tmp_path):
    with pytest.raises(InputError, match="a column income, poverty or inequality"):
        read_outcomes(write(tmp_path / "t.csv", "territory_id,year\n1,2000\n"))
    found = read_outcomes(write(tmp_path / "u.csv", "territory_id;year;income\n01;2000;1.234,5\n"))
    assert found.loc[0, "territory_id"] == "01"
    assert found.loc[0, "income"] == 1234.5
    assert math.isnan(found.loc[0, "poverty"])


@pytest.mark.parametrize(
    "label",
    [
        "De 1 a 5 ha con riego",
        "De 1 a 5 ha (2018)",
        "10",
        "De 5 a menos ha",
        "1 alqueire a 2 alqueires",
        "1 ha a 2 ha y más",
    ],
)
def test_a_label_that_is_not_understood_as_a_whole_is_refused(label):
    with pytest.raises(InputError, match=r"size class|unit of area"):
        parse_size_classes([label], where="x")


def test_units_are_converted_by_the_country_s_value(tmp_path):
    text = "territory_id,size_class,holdings,area_ha\n1,De 1 manzana a menos de 5 manzanas,10,30\n"
    path = write(tmp_path / "t.csv", text)
    row = read_holdings(path, country="NIC", unit="manzana").iloc[0]
    assert (row["class_min_ha"], row["area_ha"]) == (pytest.approx(0.704928), pytest.approx(30 * 0.704928))
    with pytest.raises(InputError, match="area_unit: manzana"):
        read_holdings(path, country="NIC")
    with pytest.raises(InputError, match="known for CRI, GTM, HND, NIC, SLV only"):
        read_holdings(path, country="BOL", unit="manzana")


def test_parts_of_a_class_are_added_on_demand_and_refused_otherwise(tmp_path):
    text = "territory_id,sexo,size_class,holdings,area_ha\n1,h,0 a 5 ha,10,20\n1,m,0 a 5 ha,5,X\n"
    path = write(tmp_path / "t.csv", text)
    with pytest.raises(InputError, match="add: true"):
        read_holdings(path)
    added = read_holdings(path, add=True)
    assert added["holdings"].tolist() == [15]
    assert added["area_ha"].isna().all()
    assert read_holdings(path, where={"sexo": "h"})["area_ha"].tolist() == [20]


def test_a_column_of_counts_tells_thousands_by_its_short_numbers():
    cells = pd.DataFrame({"n": ["1.234", "56", "789"], "a": ["1.234,5", "80,5", "-"]})
    found = parse_columns(cells, ["n", "a"], decimal=None, hint=None, where="x", whole=("n",))
    assert found["n"].tolist() == [1234, 56, 789]
    assert found["a"].tolist() == [1234.5, 80.5, 0]


def test_codes_that_lost_zeros_or_digits_are_told_and_joined_on_demand():
    territories = {"2900108": "a", "2900207": "b", "0500100": "c"}
    for codes, word in ((["290010", "290020"], "last digit"), (["BR2900108", "BR2900207"], "letters")):
        table = pd.DataFrame({"territory_id": codes, "territory_name": ""})
        with pytest.raises(InputError, match=word):
            join_by_code(table, territories, name="holdings")
        assert join_by_code(table, territories, name="holdings", repair=True)[0]["territory_id"].nunique() == 2
    several = pd.DataFrame({"territory_id": ["1", "2"], "territory_name": ["x", "y"]})
    joined, _ = join_by_code(several, territories, name="holdings", codes={"1": "2900108", "2": "2900108"})
    assert joined["territory_id"].tolist() == ["2900108", "2900108"]


def test_the_figures_of_a_unit_that_was_divided_are_shared_out(tmp_path):
    table = pd.DataFrame({"territory_id": ["1", "2"], "territory_name": "", "holdings": [100.0, 7.0]})
    parts = write(tmp_path / "d.csv", "old,new,share\n1,11,0.75\n1,12,0.25\n")
    found, (check,) = divide_units(table, parts, figures=["holdings"], name="holdings")
    assert found.set_index("territory_id")["holdings"].to_dict() == {"11": 75, "12": 25, "2": 7}
    assert check.status == "info"
    short = write(tmp_path / "e.csv", "old,new,share\n1,11,0.5\n9,12,1\n")
    assert "1, 9 do not add up" in divide_units(table, short, figures=["holdings"], name="holdings")[1][0].message
    with pytest.raises(InputError, match="parts from 0 to 1"):
        divide_units(table, write(tmp_path / "f.csv", "old,new,share\n1,11,75\n"), figures=["holdings"], name="x")


def test_areas_in_thousands_of_hectares_leave_the_class_limits_in_hectares(tmp_path):
    text = "territory_id,size_class,holdings,Superficie (miles de ha)\n1,0-5,10,0.02\n1,5-10,4,0.03\n"
    rows = read_holdings(write(tmp_path / "t.csv", text), columns={"area_ha": "Superficie (miles de ha)"})
    assert rows[["class_max_ha", "area_ha"]].to_numpy().tolist() == [[5, 20], [10, 30]]


def test_shares_and_means_are_no_areas(tmp_path):
    for heading in ("Superficie (%)", "Promedio ha"):
        path = write(tmp_path / "t.csv", f"territory_id,size_class,holdings,{heading}\n1,0-5,10,20\n")
        with pytest.raises(InputError, match="Shares and means"):
            read_holdings(path, columns={"area_ha": heading})
    wide = write(
        tmp_path / "w.csv", "territory_id,UPA 0-5,% UPA 0-5,Sup 0-5,Sup 0-5 (%),UPA total,Sup total\n1,9,1,20,1,9,20\n"
    )
    row = read_holdings(wide).iloc[0]
    assert (row["holdings"], row["area_ha"], row["total_area_ha"]) == (9, 20, 20)


def test_rows_without_a_code_are_refused_or_filled_down(tmp_path):
    path = write(tmp_path / "t.csv", "territory_id,size_class,holdings,area_ha\n1,0-5,10,20\n,5-10,2,15\n")
    with pytest.raises(InputError, match="fill_down"):
        read_holdings(path)
    assert read_holdings(path, fill_down=["territory_id"])["holdings"].tolist() == [10, 2]
