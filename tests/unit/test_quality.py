"""The quality report finds what is wrong, and says it so that anybody can read it."""

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.publish.maps.classify import classify
from comarca.publish.quality import NotComputed, failed_checks, quality_report, table_checks
from comarca.publish.quality_text import quality_markdown
from comarca.publish.table_checks import (
    country_covered,
    data_dates,
    drowned_maps,
    missing_values,
    outliers,
    valid_territories,
)
from comarca.registry.columns import Column
from comarca.results import Check, Flag


def layer(shapes):
    ids = [f"{number:02d}" for number in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"territory_id": ids, "territory_name": ids, "parent_name": None}, geometry=shapes, crs=4326
    )


def table_of(**columns):
    count = len(next(iter(columns.values())))
    ids = [f"{number:02d}" for number in range(count)]
    return pd.DataFrame(
        {"territory_id": ids, "territory_name": [f"T{name}" for name in ids], "parent_name": None, **columns}
    )


def test_one_value_far_away_is_named():
    # Median 3, absolute deviations 2 1 0 1 97: MAD 1, so z of 100 is 0.6745 * 97 = 65.4.
    check = outliers(table_of(a_km=[1.0, 2.0, 3.0, 4.0, 100.0]), ["a_km"])
    assert check.status == "warn"
    assert check.rows == [
        {"territory_id": "04", "territory_name": "T04", "column": "a_km", "value": 100.0, "robust_z": 65.4}
    ]


def test_a_column_with_half_its_values_equal_is_not_judged():
    assert outliers(table_of(a_km=[0.0, 0.0, 0.0, 1.0, 100.0]), ["a_km"]).status == "pass"


def test_columns_whose_values_differ_by_rounding_are_not_judged():
    assert outliers(table_of(a_km=[0.1 + 0.2, 0.3, 0.3 + 1e-15, 0.3, 7.0]), ["a_km"]).status == "pass"


def test_outliers_bear_gaps_empty_columns_and_integers():
    table = table_of(
        a_km=[1.0, 2.0, 3.0, 4.0, np.nan, 100.0], b_km=[np.nan] * 6, c_count=pd.array([1, 2, 3, 4, None, 99], "Int64")
    )
    check = outliers(table, ["a_km", "b_km", "c_count"])
    assert [(row["column"], row["territory_id"]) for row in check.rows] == [("a_km", "05"), ("c_count", "05")]


def test_missing_values_are_listed_with_their_reasons():
    table = table_of(a_km=[1.0, np.nan, np.nan, np.nan], b_km=[1.0, 1.0, np.nan, 1.0], c_km=[1.0] * 4)
    flags = pd.DataFrame(
        {
            "a_km": ["", Flag.NO_CITY, Flag.NO_CITY, Flag.UNREACHABLE],
            "b_km": ["", "", Flag.NO_CITY, ""],
            "c_km": [""] * 4,
        }
    )
    check = missing_values(flags, table)
    assert check.status == "warn"
    assert check.rows[0] == {"column": "a_km", "missing_share": 0.75, "reasons": {"no_city": 2, "unreachable": 1}}
    assert [row["column"] for row in check.rows] == ["a_km", "b_km"]


def test_a_bow_tie_is_no_valid_territory():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    check = valid_territories(layer([shapely.box(2, 0, 3, 1), bow_tie]))
    assert (check.status, check.value) == ("fail", 1)
    assert check.rows[0]["territory_id"] == "01"


@pytest.mark.parametrize(
    ("years", "status"), [([2010, 2015], "pass"), ([2010, 2016], "warn"), ([None, None], "info"), ([], "info")]
)
def test_data_more_than_five_years_apart_warn(years, status):
    assert data_dates({f"c{place}": year for place, year in enumerate(years)}).status == status


def test_all_checks_of_a_sound_table_pass():
    shapes = [shapely.box(west, 0, west + 1, 1) for west in range(4)]
    table = table_of(a_km=[1.0, 2.0, 3.0, 4.0])
    flags = pd.DataFrame({"a_km": [""] * 4})
    texts = dict.fromkeys(("definition", "method", "source", "missing"), "")
    entry = Column(
        name="a_km", family="f", title={}, unit="km", kind="number", range=(None, None), better="neither", layers=(),
        mapped=True, **texts,
    )  # fmt: skip
    checks = table_checks(table, flags, [entry], territories=layer(shapes), area_range_km2=(4 * 12_000.0, 4 * 12_400.0))
    assert {check.status for check in checks} == {"pass", "info"}
    checks = table_checks(table, flags, [entry], territories=layer(shapes), area_range_km2=(60_000, 70_000))
    assert {check.name for check in checks if check.status == "warn"} == {"territory_area_km2"}


@pytest.fixture
def report():
    checks = [
        Check("road_km_balance", "pass", np.float64(1e-9), "1e-6", "Roads balance."),
        Check("outliers", "warn", 1, "z 6", "One value is odd.", [{"territory_name": "<script>|x", "value": math.nan}]),
        Check("broken", "fail", math.inf, "0", "It is broken."),
        Check("figure", "info", None, "", "A figure."),
    ]
    lacking = [NotComputed("dynamics_type", "Type of dynamics", ("outcomes",), "regions.X.outcomes.provider")]
    return quality_report(checks, region="X", not_computed=lacking)


def test_the_report_is_strict_json(report):
    text = json.dumps(report, allow_nan=False)
    assert json.loads(text) == report
    assert report["summary"] == {"pass": 1, "warn": 1, "fail": 1, "info": 1}
    assert report["checks"][2]["value"] is None


def test_the_text_begins_with_the_verdict_and_failures_come_first(report):
    text = quality_markdown(report)
    assert "**Some checks failed.**" in text
    for line in ("| failed | 1 |", "| to look at | 1 |", "| passed | 1 |"):
        assert line in text
    assert (
        text.index("## Failed") < text.index("## To look at") < text.index("## Not computed") < text.index("## Passed")
    )
    assert "`regions.X.outcomes.provider`" in text


def test_names_cannot_break_the_tables_of_the_text(report):
    text = quality_markdown(report)
    assert "<script>" not in text
    assert "&lt;script>\\|x" in text


def test_columns_that_lack_the_same_data_share_a_line():
    lacking = [NotComputed(f"c{number}", f"Title {number}", ("travel_times",), "roads.provider") for number in range(3)]
    lacking.append(NotComputed("d", "Other", (), "indicators.land"))
    text = quality_markdown(quality_report([], region="X", not_computed=lacking))
    line = "| `roads.provider` | travel times | 3 | Title 0 (`c0`); Title 1 (`c1`); Title 2 (`c2`) |"
    assert line in text
    assert "| `indicators.land` | switched off | 1 | Other (`d`) |" in text


def test_no_column_crowds_out_the_others_among_the_outliers():
    check = outliers(
        table_of(a_km=[1.0, 2.0, 3.0, 4.0, 2.5, 900.0, 1000.0], b_km=[1.0, 2.0, 3.0, 4.0, 2.5, 100.0, 3.5]),
        ["a_km", "b_km"],
    )
    assert [(row["column"], row["territory_id"]) for row in check.rows] == [
        ("a_km", "06"),
        ("b_km", "05"),
        ("a_km", "05"),
    ]


def test_a_country_of_which_a_quarter_has_no_territory_fails():
    country = shapely.box(0, 0, 4, 1)
    # The eastern quarter but its outer edge belongs to no territory.
    thin = shapely.box(3.99, 0, 4, 1)
    assert country_covered(layer([shapely.box(0, 0, 3, 1), thin]), country).status == "fail"
    assert country_covered(layer([shapely.box(0, 0, 3.5, 1), thin]), country).status == "pass"


def test_a_part_of_a_country_is_not_held_against_the_whole():
    check = country_covered(layer([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 2.5, 1)]), shapely.box(0, 0, 4, 1))
    assert check.status == "info"


def test_a_map_whose_classes_one_value_takes_fails():
    values = np.append(np.linspace(1, 2, 39), 1e6)
    classes = {
        "even": classify(values, scheme="equal_interval", k=5),
        "jenks": classify(values, scheme="fisher_jenks", k=5),
        "zeros": classify(np.append(np.zeros(39), 5.0), scheme="equal_interval", k=5),
    }
    table = table_of(even=values, jenks=values, zeros=np.append(np.zeros(39), 5.0))
    check = drowned_maps(table, classes)
    assert check.status == "fail"
    assert [(row["column"], row["in_one_class"]) for row in check.rows] == [("even", 39)]
    two = np.append(values, 4e5)
    assert drowned_maps(table_of(even=two), {"even": classify(two, scheme="equal_interval", k=5)}).status == "warn"


def test_columns_are_named_that_rest_on_a_failed_check():
    def column(name, **fields):
        texts = dict.fromkeys(("definition", "method", "source", "missing"), "")
        return Column(
            name=name, family="f", title={}, unit="1", kind="number", range=(None, None), better="neither", layers=(),
            mapped=True, fields=fields, **texts,
        )  # fmt: skip

    columns = [column("a"), column("b", city_class="large"), column("c", city_class="town"), column("d")]
    by_file = {
        "times": [Check("far", "fail", 1, "", "", fields={"city_class": "large"}), Check("fine", "pass", 1, "", "")],
        "network": [Check("apart", "fail", 1, "", "")],
        "": [Check("impossible", "fail", 1, "", "", [{"column": "d"}])],
    }
    resting = {"times": ["b", "c"], "network": ["c"], "": ["a", "b", "c", "d"]}
    assert failed_checks(by_file, columns, resting=resting) == {"b": ["far"], "c": ["apart"], "d": ["impossible"]}


def test_a_list_that_is_cut_says_of_how_many():
    check = Check("many", "warn", 25, "", "Some.", [{"place": f"P{number}"} for number in range(25)])
    report = quality_report([check], region="X")
    assert len(report["checks"][0]["rows"]) == 25
    assert "The first 20 of 25; all are in `quality.json`." in quality_markdown(report)
