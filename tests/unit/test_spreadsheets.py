import csv
import math

import pandas as pd
import pytest

from comarca import io
from comarca.errors import InputError
from comarca.guards.spreadsheets import as_text, is_formula, refuse_formulas, without_formulas

FORMULAS = [
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "- Norte",
    "+",
    "-",
    "=",
    "-5+cmd|x",
    " =1",
    "\u200b=1",
    "\uff1dcmd()",
    "\uff0b1",
    "\uff0da",
    "\uff20SUM(A1)",
    "\n",
    "\tx",
    "\rx",
]
TEXTS = [
    "San José",
    "-5",
    "+5",
    "-5.25",
    "+1,234",
    "-5 %",
    "-.5",
    "-1e-5",
    "5-3",
    "a=b",
    "",
    "'quoted",
    "Ñuflo",
    "a; b = c",
    "Norte; -5 %, +3",
    "a,b;c|d",
    "x@y.org; z@y.org",
    "1\n-2",
    "R$ -5",
]
INSIDE = {
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    "\n=cmd()": "'\n'=cmd()",
    "x;=cmd()": "x;'=cmd()",
    "x, +cmd|'/C calc'!A0": "x,' +cmd|'/C calc'!A0",
    "a\n@b": "a\n'@b",
    "=a;\uff1db": "'=a;'\uff1db",
    "a|-b": "a|'-b",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_written_as_text(text):
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", INSIDE)
def test_a_formula_behind_a_sign_that_may_part_cells_is_written_as_text(text):
    assert is_formula(text)
    assert as_text(text) == INSIDE[text]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_none_stays(text):
    assert not is_formula(text)
    assert as_text(text) == text


def test_a_csv_holds_no_formula(tmp_path):
    table = pd.DataFrame({"id": ["01", "02", "03"], "name": ["=1+1", None, "-5"], "value": [-1.5, math.nan, 2.0]})
    io.write_csv(table, tmp_path / "a.csv")
    rows = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[1:] == [["01", "'=1+1", "-1.5"], ["02", "", ""], ["03", "-5", "2.0"]]
    assert table["name"].iloc[0] == "=1+1"


def test_numbers_and_truth_stay_what_they_are():
    table = pd.DataFrame({"a": [1, -2], "b": [True, False], "c": ["x", "y"]})
    pd.testing.assert_frame_equal(without_formulas(table), table)


def test_codes_that_are_formulas_are_refused_by_their_row():
    with pytest.raises(InputError, match=r"units\.gpkg, row 2.*=A1"):
        refuse_formulas(pd.Series(["01", "=A1"]), where="units.gpkg")
    refuse_formulas(pd.Series(["01", "-1", None]), where="units.gpkg")
