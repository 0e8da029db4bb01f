"""Public money per person and the part of transfers, by hand."""

import numpy as np
import pytest
from families import WEST_EAST, columns_of, demand, territories

from comarca.config.region import Region
from comarca.dynamics.functional import regroup
from comarca.errors import InputError
from comarca.indicators import public_finance
from comarca.plan.layers import available_layers, missing_key
from comarca.results import Flag
from comarca.sources.tables.public_finance import read_public_finance

PLACES = territories(*WEST_EAST)
PEOPLE = demand(("01", 200, 0.05, 0.05), ("02", 0, 0.15, 0.05))
NAMES = ["public_budget_currency_per_person", "public_investment_currency_per_person",
         "public_transfer_currency_per_person", "public_transfer_income_share",
         "public_transfer_income_change_points"]  # fmt: skip


def read(tmp_path, text, **options):
    path = tmp_path / "money.csv"
    path.write_text(text, encoding="utf-8")
    return read_public_finance(path, **options)


def run(root, table):
    columns = columns_of(root, "public_finance", layers=["public_finance", "finance_people"])
    return public_finance.compute(territories=PLACES, public_finance=table, demand=PEOPLE, columns=columns)


TABLE = ("cod;anio;gasto;trans;ing\n01;2010;800;300;1.000\n01;2015;1.000;800;1.600\n02;2010;50;10;0\n"
         "02;2015;70;20;40\n")  # fmt: skip
COLUMNS = {"territory_id": "cod", "year": "anio", "budget": "gasto", "transfers": "trans", "income": "ing"}


def test_money_is_divided_by_people_and_transfers_by_income(tmp_path, root):
    table = read(tmp_path, TABLE, columns=COLUMNS, decimal=",")
    result = run(root, table)
    assert result.values.loc["01", NAMES].tolist() == pytest.approx([5, np.nan, 4, 0.5, 20], nan_ok=True)
    assert result.flags.loc["01", NAMES[1]] == Flag.NOT_IN_SOURCE
    assert result.values.loc["02", NAMES[3]] == 0.5
    assert result.flags.loc["02", [NAMES[0], NAMES[4]]].tolist() == [Flag.NO_POPULATION, Flag.ZERO_DENOMINATOR]
    assert result.checks[0].status == "warn"
    assert result.checks[0].rows == [{"territory_id": "02", "year": 2010}]


def test_people_of_the_table_come_first_and_one_year_has_no_change(tmp_path, root):
    table = read(tmp_path, "territory_id,budget,transfers,income,population\n01,900,5,10,300\n", year=2015)
    result = run(root, table)
    assert result.values.loc["01", NAMES[0]] == 3
    assert result.flags.loc["01", NAMES[4]] == Flag.NOT_AT_BOTH_DATES
    assert (result.flags.loc["02"] == Flag.NO_SOURCE_ROW).all()


def test_more_transfers_than_income_make_no_share_and_no_change(tmp_path, root):
    table = read(
        tmp_path, "territory_id,year,transfers,income\n01,2010,30,10\n01,2015,5,10\n02,2010,5,10\n02,2015,30,10\n"
    )
    result = run(root, table)
    assert result.values[NAMES[3]].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert result.values[NAMES[4]].isna().all()
    assert result.flags.loc["02", NAMES[3]] == result.flags.loc["01", NAMES[4]] == Flag.NOT_IN_SOURCE
    assert len(result.checks[0].rows) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [("territory_id,year,budget\n01,2015,1\n01,2015,2\n", "two rows of 2015"),
     ("territory_id,budget\n01,-4\n", "0 or more"),
     ("territory_id,spending\n01,4\n", "one of the columns budget")],
)  # fmt: skip
def test_rows_that_cannot_be_right_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_sums_of_members_are_those_of_the_group(tmp_path):
    table = read(tmp_path, TABLE, columns=COLUMNS, decimal=",").drop(columns="territory_name")
    merged = regroup("public_finance", table, {"02": "01"})
    assert merged["budget"].tolist() == [850, 1070]
    assert merged["investment"].isna().all()


def test_people_come_from_the_table_or_from_the_population():
    money = {"provider": "file", "path": "m.csv"}
    bare = Region(country="NIC", osm="none", population="none", public_finance=money)
    assert "finance_people" not in available_layers(bare)
    assert missing_key(bare, "finance_people") == "population.provider"
    told = {**money, "columns": {"population": "hab"}}
    assert "finance_people" in available_layers(
        Region(country="NIC", osm="none", population="none", public_finance=told)
    )


def test_people_with_dots_are_thousands_and_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "money.csv"
    path.write_text("territory_id,budget,population\n01,100.5,1.234\n02,90.25,2.000\n")
    assert read_public_finance(path)["population"].tolist() == [1234, 2000]
    path.write_text("territory_id,budget,budget\n01,100,5\n02,90,7\n")
    with pytest.raises(InputError, match="two columns budget"):
        read_public_finance(path)
