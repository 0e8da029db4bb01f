"""People by age and sex, women among jobs and holdings, holders elsewhere, irrigation: read and worked out by hand."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, only, territories

from comarca.config.region import Region
from comarca.dynamics.functional import regroup
from comarca.errors import InputError
from comarca.indicators import demography, land, production
from comarca.land.holders import holder_columns
from comarca.layers.files import write_layer
from comarca.measures.ages import persons_of_ages
from comarca.measures.sexes import figures_by_sex
from comarca.plan.layers import available_layers, missing_key
from comarca.results import Flag
from comarca.sources.tables.age_groups import age_limits, read_age_groups
from comarca.sources.tables.employment import read_economy_table
from comarca.sources.tables.holdings import joined_totals, read_holdings
from comarca.sources.tables.parts import leave_out_parts
from comarca.sources.tables.public_finance import read_public_finance
from comarca.sources.tables.sexes import read_sexes
from comarca.sources.tables.years import is_year

PLACES = territories(*WEST_EAST)
NAMES = ("young_adult_sex_ratio", "age_dependency_ratio", "young_adult_change_percent_per_year")
#: 100 women and 120 men of 20 to 39; 60 children and 30 old people per 300 of working age.
GROUPS = [(0, 14, 30, 30), (15, 19, 20, 10), (20, 39, 100, 120), (40, 64, 30, 20), (65, np.nan, 20, 10)]


def people(*years, code="01", factor=1.0):
    rows = [
        (code, year, sex, low, high, factor**n * persons)
        for n, year in enumerate(years)
        for low, high, *both in GROUPS
        for sex, persons in zip(("women", "men"), both, strict=True)
    ]
    return pd.DataFrame(rows, columns=["territory_id", "year", "sex", "age_from", "age_to", "persons"])


def run(root, table):
    columns = only(columns_of(root, "demography", layers=["age_groups"]), *NAMES)
    return demography.compute(territories=PLACES, age_groups=table, columns=columns)


def test_young_adults_and_dependents_are_counted_by_hand(root):
    result = run(root, people(2000, 2010, factor=2.0))
    assert result.values.loc["01"].tolist() == pytest.approx([1.2, 90 / 300, 100 * (2**0.1 - 1)])
    assert (result.flags.loc["02"] == Flag.NO_SOURCE_ROW).all()


def test_what_the_table_does_not_tell_is_missing_for_its_reason(root):
    one_year = run(root, people(2010))
    assert one_year.flags.loc["01", NAMES[2]] == Flag.NOT_AT_BOTH_DATES
    table = people(2010)
    no_women = run(root, table.assign(persons=table["persons"].where(table["sex"] == "men", 0.0)))
    assert no_women.flags.loc["01", NAMES[0]] == Flag.ZERO_DENOMINATOR
    both = run(root, table.groupby(["territory_id", "year", "age_from", "age_to"], dropna=False, as_index=False)[
        "persons"].sum().assign(sex="both"))  # fmt: skip
    assert both.flags.loc["01", NAMES[0]] == Flag.NOT_IN_SOURCE
    assert both.values.loc["01", NAMES[1]] == pytest.approx(0.3)
    gap = run(root, table.assign(persons=table["persons"].where(table["age_from"] != 65)))
    assert gap.flags.loc["01", NAMES[1]] == Flag.NOT_IN_SOURCE
    assert gap.values.loc["01", NAMES[0]] == pytest.approx(1.2)


def test_groups_are_divided_by_years_and_gaps_and_open_groups_are_not_guessed():
    table = pd.DataFrame({"at": "a", "age_from": [15, 30.0], "age_to": [29, np.nan], "persons": [150.0, 60.0]})
    assert persons_of_ages(table, 20, 29, by=["at"]).tolist() == [100]
    assert np.isnan(persons_of_ages(table, 20, 39, by=["at"])["a"])
    assert np.isnan(persons_of_ages(table, 0, 29, by=["at"])["a"])
    single = pd.DataFrame({"at": "a", "age_from": np.arange(95.0), "age_to": np.arange(95.0), "persons": 1.0})
    assert persons_of_ages(single, 65, None, by=["at"]).tolist() == [30]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20-24", (20, 24)), ("De 5 a 9 años", (5, 9)), ("80 y más", (80, np.nan)), ("85+", (85, np.nan)), ("7", (7, 7)),
     ("menos de 1 año", (0, 0)), ("Total", (np.nan, np.nan)), ("100 anos ou mais", (100, np.nan))],
)  # fmt: skip
def test_age_groups_are_read_as_censuses_write_them(text, expected):
    assert age_limits(text) == pytest.approx(expected, nan_ok=True)
    assert age_limits("no declarado") is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(("65 and above", "65 y mayores", "65 años en adelante", "Y_GE65", "65 e +", "≥65"), (65, np.nan)),
     (("hasta 4 años", "Até 4 anos", "4 and under", "4 y menos", "<=4", "menores de 5", "Y_LT5"), (0, 4)),
     (("mayores de 65", ">64", "over 64", "mayores de 64", "Mais de 64 anos"), (65, np.nan)),
     (("5-sep", "oct-14", "-5", "65-", "24-20", "1.5", "Niños de 0 a 4", "15 and over (total)", "Total menores",
       "5 a 9 meses", "menos de 0"), None)],
)  # fmt: skip
def test_open_and_upper_groups_are_open_and_what_is_not_wholly_understood_is_no_group(texts, expected):
    for text in texts:
        found = age_limits(text, last_ages=[14, 64])
        assert found == (expected and pytest.approx(expected, nan_ok=True)), text


@pytest.mark.parametrize(
    ("label", "message"),
    [("mayores de 64", "write 65"), ("5-sep", "spreadsheet"), ("20-24 (b)", "no other words")],
)
def test_a_label_that_is_not_understood_is_refused_by_name(tmp_path, label, message):
    text = f"territory_id,age_group,persons\n01,0-14,5\n01,{label},6\n"
    with pytest.raises(InputError, match=message) as caught:
        read_age_groups(written(tmp_path, text))
    assert label in str(caught.value)
    told = read_age_groups(written(tmp_path, text.replace("0-14", "0-64").replace(label, "mayores de 64")))
    assert told["age_from"].tolist() == [0, 65]


def written(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_census_table_is_read_with_its_totals_left_out(tmp_path):
    path = written(tmp_path, "cod;sexo;edad;n\n01;Ambos;0-14;7\n01;Hombres;0-14;3\n01;Mujeres;0-14;4\n"
                             "01;Mujeres;Total;9\n01;Mujeres;15 y más;5\n")  # fmt: skip
    columns = {"territory_id": "cod", "sex": "sexo", "age_group": "edad", "persons": "n"}
    table = read_age_groups(path, columns=columns, year=2017)
    figures = table.pivot_table("persons", "age_from", "sex", dropna=False)[["both", "women", "men"]]
    assert figures.loc[0].tolist() == [7, 4, 3]
    assert figures.loc[15].tolist() == pytest.approx([np.nan, 5, np.nan], nan_ok=True)
    assert set(table["year"]) == {2017}


@pytest.mark.parametrize(
    ("rows", "message"),
    [("01,0,14,5\n01,0,14,5\n", "add: true"), ("01,0,14,5\n01,10,19,5\n", "do not overlap"),
     ("01,9,5,1\n", "first year"), ("01,0,14,-1\n", "negative")],
)  # fmt: skip
def test_rows_that_cannot_be_right_are_refused(tmp_path, rows, message):
    with pytest.raises(InputError, match=message):
        read_age_groups(written(tmp_path, "territory_id,age_from,age_to,persons\n" + rows))
    path = written(tmp_path, "territory_id,age_from,age_to,persons\n01,0,14,5\n01,0,14,6\n")
    assert read_age_groups(path, add=True)["persons"].tolist() == [11]


def test_the_letter_m_is_read_by_the_letter_beside_it():
    assert read_sexes(pd.Series(["M", "F"]), where="x").tolist() == ["men", "women"]
    assert read_sexes(pd.Series(["H", "M"]), where="x").tolist() == ["men", "women"]
    with pytest.raises(InputError, match="sexes"):
        read_sexes(pd.Series(["M"]), where="x")
    assert read_sexes(pd.Series(["M"]), sexes={"M": "women"}, where="x").tolist() == ["women"]


def test_jobs_of_women_come_from_a_column_or_from_rows(tmp_path, root):
    long = "territory_id,sector,sex,jobs\n01,farm,M,6\n01,farm,F,2\n01,trade,M,1\n01,trade,F,1\n02,farm,F,4\n"
    long += "02,farm,M,0\n"
    table = read_economy_table(written(tmp_path, long), name="employment")
    assert table[["jobs", "women"]].to_numpy().tolist() == [[8, 2], [2, 1], [4, 4]]
    lone = read_economy_table(written(tmp_path, long.replace("02,farm,M,0\n", "")), name="employment")
    assert lone.loc[2, ["jobs", "women"]].tolist() == pytest.approx([np.nan, 4], nan_ok=True)
    wide = "territory_id,sector,jobs,f\n01,farm,8,2\n01,trade,2,1\n02,farm,4,\n"
    told = read_economy_table(written(tmp_path, wide), name="employment", columns={"women": "f"})
    columns = only(columns_of(root, "production", layers=["employment", "women_employed"]), "employment_women_share")
    shares = [production.compute(territories=PLACES, employment=each, columns=columns) for each in (table, told)]
    assert shares[0].values["employment_women_share"].tolist() == pytest.approx([0.3, 1.0])
    assert shares[1].values["employment_women_share"].tolist() == pytest.approx([0.3, np.nan], nan_ok=True)
    assert shares[1].flags.loc["02", "employment_women_share"] == Flag.NOT_IN_SOURCE
    merged = regroup("employment", told.drop(columns="territory_name"), {"02": "01"})
    assert merged["women"].tolist() == pytest.approx([np.nan, 1.0], nan_ok=True)


def test_holdings_by_sex_are_added_up_and_landless_follow_from_agrarian_households(tmp_path, root):
    rows = ("cod,sexo,class_min_ha,class_max_ha,holdings,area_ha,hogares\n01,H,0,5,30,60,50\n01,M,0,5,10,20,\n"
            "01,H,5,,40,800,50\n01,M,5,,0,0,\n")  # fmt: skip
    columns = {"territory_id": "cod", "sex": "sexo"}
    table = read_holdings(written(tmp_path, rows), columns=columns)
    assert table["holdings"].tolist() == [40, 40]
    assert table["women"].tolist() == [10, 0]
    flat = "territory_id,class_min_ha,class_max_ha,holdings,area_ha,hogares\n01,0,5,40,80,100\n01,5,,40,800,100\n"
    named = read_holdings(written(tmp_path, flat), columns={"agrarian_households": "hogares"})
    assert named["landless"].tolist() == [20, 20]
    assert joined_totals(table.assign(source_id="01"))["women"].tolist() == [10, 0]
    layer = table.drop(columns="territory_name").assign(year=2010)
    chosen = only(columns_of(root, "land", layers=["holdings", "women_holders"]), "holding_women_share")
    result = land.compute(territories=PLACES, holdings=layer, columns=chosen)
    assert result.values["holding_women_share"].tolist() == pytest.approx([10 / 80, np.nan], nan_ok=True)
    assert result.flags.loc["02", "holding_women_share"] == Flag.NO_SOURCE_ROW


@pytest.mark.parametrize("year", ["", "15", "2015.5"])
def test_a_cell_without_a_year_is_refused_by_its_row(tmp_path, year):
    dated = {
        read_age_groups: "territory_id,year,age_from,age_to,persons\n01,2010,0,14,5\n02,{},0,14,5\n",
        read_public_finance: "territory_id,year,budget\n01,2010,5\n02,{},5\n",
        read_holdings: "territory_id,year,class_min_ha,class_max_ha,holdings,area_ha\n01,2010,0,5,1,2\n02,{},0,5,1,2\n",
    }
    for read, text in dated.items():
        with pytest.raises(InputError, match="column year, row 2"):
            read(written(tmp_path, text.format(year)))


def test_years_are_whole_and_have_four_digits():
    assert is_year(pd.Series([2015, 1700, 2200, 2015.5, 15, np.nan])).tolist() == [True] * 3 + [False] * 3


#: Children, people of working age and old people: women, men.
UNEVEN = {"0-14": (100, 0), "15-64": (10, 190), "65 y más": (0, 0)}


def census(code, year, *sexes):
    of = {"Mujeres": lambda women, men: women, "Hombres": lambda women, men: men, "Total": lambda *both: sum(both)}
    return "".join(f"{code},{year},{sex},{age},{of[sex](*both)}\n" for sex in sexes for age, both in UNEVEN.items())


def test_a_row_of_both_sexes_is_the_total_in_each_territory_and_year(tmp_path, root):
    text = census("01", 2000, "Total") + census("01", 2010, "Total", "Mujeres") + census("02", 2010, "Mujeres")
    table = read_age_groups(written(tmp_path, "territory_id,year,sex,age_group,persons\n" + text))
    result = run(root, table)
    assert result.values.loc["01"].tolist() == pytest.approx([190 / 10, 0.5, 0])
    assert result.flags.loc["02", "age_dependency_ratio"] == Flag.NOT_IN_SOURCE
    text = census("01", 2010, "Hombres", "Mujeres") + census("02", 2010, "Total")
    mixed = run(root, read_age_groups(written(tmp_path, "territory_id,year,sex,age_group,persons\n" + text)))
    assert mixed.values["age_dependency_ratio"].tolist() == [0.5, 0.5]
    assert mixed.flags.loc["02", "young_adult_sex_ratio"] == Flag.NOT_IN_SOURCE


def test_a_total_beside_women_counts_no_job_and_no_holding_twice(tmp_path):
    jobs = "territory_id,sector,sex,jobs\n01,farm,Total,30\n01,farm,Mujeres,10\n02,farm,Total,40\n03,farm,Mujeres,5\n"
    table = read_economy_table(written(tmp_path, jobs), name="employment")
    assert table[["jobs", "women"]].to_numpy() == pytest.approx(
        np.array([[30, 10], [40, np.nan], [np.nan, 5]]), nan_ok=True
    )
    land_of = ("territory_id,year,sex,class_min_ha,class_max_ha,holdings,area_ha\n01,2010,Total,0,5,100,200\n"
               "01,2010,Mujeres,0,5,40,80\n01,2000,Ambos,0,5,90,180\n02,2010,H,0,5,7,14\n"
               "02,2010,Mujeres,0,5,3,6\n")  # fmt: skip
    rows = read_holdings(written(tmp_path, land_of))
    assert rows[["year", "holdings", "area_ha", "women"]].to_numpy() == pytest.approx(
        np.array([[2000, 90, 180, np.nan], [2010, 100, 200, 40], [2010, 10, 20, 3]]), nan_ok=True
    )
    with pytest.raises(InputError, match="add: true"):
        read_holdings(written(tmp_path, land_of + "01,2010,Mujeres,0,5,1,2\n"))


def test_parts_above_their_whole_are_left_out_and_named(tmp_path, root):
    text = "territory_id,sector,jobs,women\n01,farm,30,60\n01,trade,70,0\n02,farm,10,10\n"
    jobs, [check] = leave_out_parts(read_economy_table(written(tmp_path, text), name="employment"), name="employment")
    assert jobs["women"].tolist() == pytest.approx([np.nan, 0, 10], nan_ok=True)
    assert check.rows == [{"territory_id": "01", "sector": "farm", "column": "women", "value": 60, "whole": 30}]
    columns = only(columns_of(root, "production", layers=["employment", "women_employed"]), "employment_women_share")
    result = production.compute(territories=PLACES, employment=jobs, columns=columns)
    assert result.values["employment_women_share"].tolist() == pytest.approx([np.nan, 1], nan_ok=True)
    with pytest.raises(InputError, match="0 or more"):
        read_economy_table(written(tmp_path, text.replace("60", "-6")), name="employment")
    text = "territory_id,class_min_ha,class_max_ha,holdings,area_ha,women,absent,irrigated_ha\n01,0,5,9,40,10,2,41\n"
    rows, [check] = leave_out_parts(read_holdings(written(tmp_path, text)), name="holdings")
    assert rows[["women", "absent", "irrigated_ha"]].iloc[0].tolist() == pytest.approx([np.nan, 2, np.nan], nan_ok=True)
    assert (check.status, check.value) == ("warn", 2)
    text = (
        "territory_id,sex,age_group,persons\n01,Total,0-14,10\n01,Mujeres,0-14,12\n01,Total,15+,9\n01,Mujeres,15+,4\n"
    )
    people_of, [check] = leave_out_parts(read_age_groups(written(tmp_path, text)), name="age_groups")
    assert people_of.groupby("sex")["persons"].sum().to_dict() == {"both": 19, "men": 5, "women": 4}
    assert [(row["sex"], row["age_to"]) for row in check.rows] == [("women", 14)]
    assert leave_out_parts(rows, name="firms")[1] == []


def test_the_job_of_a_table_writes_no_part_above_its_whole(tmp_path, root):
    spec = importlib.util.spec_from_file_location("script", root / "workflow/scripts/harmonise_table.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    path = written(tmp_path, "territory_id,sector,jobs,women\n01,farm,30,60\n01,trade,70,5\n")
    write_layer(PLACES, tmp_path / "territories.parquet", "territories")
    region = Region(country="NIC", employment={"provider": "file", "path": str(path)})
    names = {name: str(tmp_path / name) for name in ("parquet", "checks")}
    script.main(layer="employment", table=str(path), territories=str(tmp_path / "territories.parquet"),
                source=region.employment.model_dump(), **names)  # fmt: skip
    assert pd.read_parquet(names["parquet"])["women"].tolist() == pytest.approx([np.nan, 5], nan_ok=True)
    assert "employment_parts" in (tmp_path / "checks").read_text(encoding="utf-8")


def test_the_sex_that_lacks_is_the_total_without_the_other():
    rows = [("a", "both", 50, 5), ("a", "men", 20, np.nan), ("b", "women", 1, 1), ("b", "men", 2, 1),
            ("c", "both", 3, 2), ("c", "women", 4, 1), ("d", "both", np.nan, 9),
            ("d", "women", 1, 4), ("d", "men", 2, 4)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["at", "sex", "jobs", "firms"])
    told = figures_by_sex(table, ["jobs", "firms"], by=["at"])
    figures = told[["jobs_both", "jobs_women", "jobs_men"]].to_numpy()
    assert figures == pytest.approx(np.array([[50, 30, 20], [3, 1, 2], [3, 4, np.nan], [3, 1, 2]]), nan_ok=True)
    assert told["firms_both"].tolist() == [5, 2, 2, 9]
    assert told["firms_women"].tolist() == pytest.approx([np.nan, 1, 1, 4], nan_ok=True)


def test_irrigation_is_shared_out_by_hand():
    names = ["group", "holdings", "area_ha", "irrigated_ha", "absent"]
    rows = [(0, 50, 100, 0, 5), (0, 50, 900, 300, 20), (1, 40, 80, 10, None), (1, 40, 80, None, None), (2, 5, 9, 0, 1)]
    cells = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], float))
    values, flags = holder_columns(cells, group_count=3, min_units=30)
    assert values["holding_irrigated_share"].tolist() == pytest.approx([0.3, 10 / 80, 0])
    # Half of the holdings have all of the water.
    assert values["holding_irrigated_area_gini_index"].tolist() == pytest.approx([0.5, 0.0, np.nan], nan_ok=True)
    assert values["holding_absent_holder_share"].tolist() == pytest.approx([0.25, np.nan, 0.2], nan_ok=True)
    assert flags["holding_irrigated_share"].tolist() == ["", Flag.SUPPRESSED, ""]
    assert flags["holding_irrigated_area_gini_index"].tolist() == ["", Flag.SUPPRESSED, Flag.TOO_FEW_UNITS]
    assert flags.loc[1, "holding_absent_holder_share"] == Flag.NOT_IN_SOURCE


def test_a_column_that_is_not_named_switches_its_indicators_off_and_is_named_as_the_key():
    census = {"provider": "file", "path": "x.csv"}
    plain, told = Region(country="NIC", holdings=census), Region(
        country="NIC", holdings={**census, "columns": {"women": "mujeres", "irrigated_ha": "riego"}})  # fmt: skip
    assert "women_holders" not in available_layers(plain)
    assert missing_key(plain, "women_holders") == "holdings.columns.women"
    assert missing_key(Region(country="NIC"), "women_holders") == "holdings.provider"
    assert {"women_holders", "irrigated_holdings"} <= available_layers(told)
