"""Outcomes made comparable: units, prices, and municipalities that split or merge."""

import logging
import math

import pandas as pd
import pytest

from comarca.errors import InputError
from comarca.sources.tables.comparable import in_common_units, join_units, read_crosswalk
from comarca.sources.tables.outcomes import COLUMNS, ERRORS, incomes_check, read_outcomes, read_years

NAN = math.nan


def table(*rows, **columns):
    """Rows of code, year, population, income, poverty, inequality."""
    names = ["territory_id", "year", "population", "income", "poverty", "inequality"]
    frame = pd.DataFrame(rows, columns=names).assign(territory_name="", women=NAN, **dict.fromkeys(ERRORS, NAN))
    return frame.assign(**columns)[list(COLUMNS)]


def test_errors_and_women_are_read_where_the_file_has_them(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("territory_id,year,income,income_error,women\n01,2000,10,0.5,31\n01,2010,12,0.6,35\n")
    found = read_outcomes(path)
    assert found["income_error"].tolist() == [0.5, 0.6]
    assert found["women"].tolist() == [31, 35]
    assert found["poverty_error"].isna().all()
    assert read_years(path) == [2000, 2010]


def test_shares_and_per_cent_come_to_the_same(caplog):
    shares = table(("1", 2000, 10.0, 5.0, 0.4, 0.5), poverty_error=0.02)
    percent = table(("1", 2000, 10.0, 5.0, 40.0, 50.0), poverty_error=2.0)
    with caplog.at_level(logging.INFO):
        found = [in_common_units(rows)[["poverty", "inequality", "poverty_error"]] for rows in (shares, percent)]
    assert found[0].iloc[0].tolist() == pytest.approx([40.0, 0.5, 2.0])
    assert found[1].iloc[0].tolist() == pytest.approx([40.0, 0.5, 2.0])
    assert "poverty is read as a share" in caplog.text
    assert "inequality is read as a percent" in caplog.text


def test_a_unit_that_the_values_contradict_is_refused():
    with pytest.raises(InputError, match="at most 1"):
        in_common_units(table(("1", 2000, 10.0, 5.0, 40.0, 0.5)), units={"poverty": "share"})


def test_a_deflator_brings_incomes_to_the_prices_of_the_last_year():
    rows = table(("1", 2000, 1.0, 100.0, 1.0, 0.5), ("1", 2010, 1.0, 150.0, 1.0, 0.5), income_error=10.0)
    found = in_common_units(rows, deflator={2000: 80.0, 2010: 120.0})
    assert found["income"].tolist() == pytest.approx([150.0, 150.0])
    assert found["income_error"].tolist() == pytest.approx([15.0, 10.0])
    with pytest.raises(InputError, match=r"also \[2010\]"):
        in_common_units(rows, deflator={2000: 80.0})


def crosswalk(*rows):
    return pd.DataFrame(rows, columns=["territory_id", "unit_id", "year"])


def test_a_municipality_that_was_divided_is_compared_with_its_parts_together():
    # Old A became A and B; C is by itself.
    rows = table(
        ("A", 2000, 100.0, 10.0, 50.0, 0.5), ("A", 2010, 60.0, 20.0, 40.0, 0.4), ("B", 2010, 40.0, 10.0, 60.0, 0.5),
        ("C", 2000, 5.0, 1.0, 1.0, 0.1), ("C", 2010, 6.0, 2.0, 2.0, 0.2),
        poverty_error=[1.0, 3.0, 4.0, NAN, NAN],
    )  # fmt: skip
    joined, check = join_units(rows, crosswalk(("A", "U", NAN), ("B", "U", NAN)), {"A": "Alfa", "B": "Beta", "C": "Ce"})
    b_first, b_last = joined[joined["territory_id"] == "B"].to_dict("records")
    assert (b_first["income"], b_first["poverty"], b_first["unit_population"]) == (10.0, 50.0, 100.0)
    assert math.isnan(b_first["population"])
    # Means weighted by persons: 0.6 * 20 + 0.4 * 10, 0.6 * 40 + 0.4 * 60, 0.6 * 0.4 + 0.4 * 0.5; sums summed.
    assert [b_last[name] for name in ("income", "poverty", "inequality")] == pytest.approx([16.0, 48.0, 0.44])
    assert b_last["poverty_error"] == pytest.approx(math.hypot(0.6 * 3, 0.4 * 4))
    assert (b_last["unit_population"], b_last["population"]) == (100.0, 40.0)
    a_last = joined[(joined["territory_id"] == "A") & (joined["year"] == 2010)].iloc[0]
    assert a_last["income"] == b_last["income"]
    c = joined[joined["territory_id"] == "C"]
    assert c["income"].tolist() == [1.0, 2.0]
    assert c["unit_id"].tolist() == ["C", "C"]
    assert check.value == 2


def test_municipalities_that_merged_are_one_unit_and_the_code_that_ended_leaves_no_row():
    rows = table(
        ("A", 2000, 30.0, 10.0, 50.0, 0.5), ("X", 2000, 10.0, 2.0, 90.0, 0.7), ("A", 2010, 50.0, 20.0, 40.0, 0.4)
    )
    joined, _ = join_units(rows, crosswalk(("A", "U", NAN), ("X", "U", NAN)), {"A": "Alfa"})
    assert joined["territory_id"].tolist() == ["A", "A"]
    assert joined["income"].tolist() == pytest.approx([0.75 * 10 + 0.25 * 2, 20.0])
    assert joined["unit_population"].tolist() == [40.0, 50.0]


def test_a_member_whose_people_or_row_is_not_known_leaves_the_unit_unknown():
    rows = table(("A", 2000, NAN, 10.0, 50.0, 0.5), ("B", 2000, 5.0, 10.0, 50.0, 0.5), ("A", 2010, 5.0, 10.0, 5.0, 0.5))
    joined, _ = join_units(rows, crosswalk(("A", "U", NAN), ("B", "U", NAN)), {"A": "Alfa"})
    assert math.isnan(joined.loc[joined["year"] == 2000, "income"].item())
    dated = crosswalk(("A", "U", 2000.0), ("B", "U", 2000.0), ("A", "U", 2010.0), ("B", "U", 2010.0))
    joined, _ = join_units(rows, dated, {"A": "Alfa"})
    assert math.isnan(joined.loc[joined["year"] == 2010, "income"].item())


def test_a_crosswalk_that_puts_a_code_into_two_units_is_refused(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("code,unit\n01,U\n01,V\n")
    columns = {"territory_id": "code", "unit_id": "unit"}
    with pytest.raises(InputError, match="two units"):
        read_crosswalk(path, columns=columns)
    path.write_text("code,unit\n01,U\n02,U\n")
    assert read_crosswalk(path, columns=columns)["territory_id"].tolist() == ["01", "02"]


def test_without_a_crosswalk_each_code_is_its_own_unit():
    joined, check = join_units(table(("A", 2000, 3.0, 10.0, 50.0, 0.5)), None, {"A": "Alfa"})
    assert check is None
    assert joined.loc[0, ["unit_id", "unit_population"]].tolist() == ["A", 3.0]


def test_a_sign_of_per_cent_tells_the_unit_of_small_shares(tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_text("territory_id,year,poverty\n01,2000,0.5%\n01,2010,0.4%\n")
    assert in_common_units(read_outcomes(path))["poverty"].tolist() == [0.5, 0.4]
    path.write_text("territory_id,year,poverty\n01,2000,0.5\n01,2010,30%\n")
    with pytest.raises(InputError, match="a sign of per cent, or none"):
        read_outcomes(path)


@pytest.mark.parametrize(
    ("incomes", "status", "said", "rows"),
    [
        ({2000: (200, 300, 250), 2010: (400, 500, 300)}, "pass", "1 pairs of years", []),
        ({2000: (200, 300, 250), 2010: (200e3, 310e3, 260e3)}, "warn", "median income of 2010 is 1033 times", []),
        ({2000: (200e3, 300e3, 250e3), 2010: (200, 300, 250)}, "warn", "0.001 times", []),
        ({2000: (200, 300, 250), 2010: (210, 300e3, 260)}, "warn", "1 territories change 100 times", ["2"]),
    ],
)
def test_incomes_in_another_unit_than_the_year_before_are_told(incomes, status, said, rows):
    table = pd.DataFrame(
        [(str(at), "", year, value) for year, values in incomes.items() for at, value in enumerate(values, 1)],
        columns=["territory_id", "territory_name", "year", "income"],
    )
    (check,) = incomes_check(table)
    assert check.status == status
    assert said in check.message
    assert [row["territory_id"] for row in check.rows] == rows
    assert incomes_check(table[table["year"] == 2000]) == []
