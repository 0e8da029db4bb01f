"""Which sheet of a workbook is meant, and figures in it that cannot be taken as they stand."""

import openpyxl
import pytest

from comarca.errors import InputError
from comarca.sources.tables.employment import read_economy_table
from comarca.sources.tables.read import read_text_table
from comarca.sources.tables.workbooks import sheet_rows

ROWS = [["territory_id", "sector", "jobs"], ["01", "Farms", 40], ["01", "Trade", 20], ["02", "Farms", 30]]


def book(path, sheets, change=None):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(workbook)
    workbook.save(path)
    return path


def jobs(path, **layout):
    return read_economy_table(path, name="employment", **layout)["jobs"].sum()


def test_a_hidden_sheet_is_passed_over_unless_it_is_named(tmp_path):
    def hide(workbook):
        workbook["Old"].sheet_state = "hidden"
        workbook.active = 1

    old = [ROWS[0], *([*row[:2], 1] for row in ROWS[1:])]
    path = book(tmp_path / "hidden.xlsx", {"Old": old, "New": ROWS}, hide)
    assert jobs(path) == 90
    assert jobs(path, sheet="Old") == 3


def test_sheets_of_one_heading_are_not_chosen_by_their_order(tmp_path):
    path = book(tmp_path / "parts.xlsx", {"North": ROWS, "Notes": [["Source", "census"]], "South": ROWS})
    with pytest.raises(InputError, match=r"'North', 'South'.*sheet"):
        jobs(path)
    assert jobs(path, sheet="South") == 90
    assert len(sheet_rows(path, "Notes", heading=slice(0, 1), end=None)[0]) == 1


def test_a_number_merged_over_rows_is_refused_where_it_is_a_figure_and_filled_where_it_is_a_key(tmp_path):
    rows = [[int(row[0]) if row[0].isdigit() else row[0], *row[1:]] for row in ROWS]
    codes = book(tmp_path / "codes.xlsx", {"A": rows}, lambda workbook: workbook["A"].merge_cells("A2:A3"))
    assert read_text_table(codes)["territory_id"].tolist() == ["1", "1", "2"]
    assert jobs(codes) == 90
    figures = book(tmp_path / "figures.xlsx", {"A": ROWS}, lambda workbook: workbook["A"].merge_cells("C2:C3"))
    with pytest.raises(InputError, match="40 in one cell merged over the rows 2 to 3"):
        jobs(figures)


def test_a_formula_that_was_never_computed_is_no_gap(tmp_path):
    def script(workbook):
        workbook["A"]["C3"] = "=C2/2"

    with pytest.raises(InputError, match="formula without a value in the cell C3"):
        jobs(book(tmp_path / "formula.xlsx", {"A": ROWS}, script))


def test_formulas_in_columns_and_sheets_that_are_not_read_are_no_matter(tmp_path):
    def script(workbook):
        workbook["A"]["D2"] = "=1+1"
        workbook["B"]["C2"] = "=1+1"

    assert jobs(book(tmp_path / "beside.xlsx", {"A": ROWS, "B": [["x", "y", "z"], [1, 2, 3]]}, script)) == 90
