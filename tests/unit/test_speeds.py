"""Speeds of roads from the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from road_cases import SPEEDS_CSV, default_table, road_layer

from comarca.errors import InputError
from comarca.roads.restrictions import ACCESS_TAGS, RESTRICTED
from comarca.roads.speeds import may_walk_onto, road_speed_kmh, speed_checks, speed_table
from comarca.settings_tables import read_csv_texts

LINE = [(0, 0), (0.01, 0)]


def speed(country="", **tags):
    return road_speed_kmh(road_layer([LINE], **tags), default_table(country))[0]


def rows(*extra):
    return pd.concat([pd.read_csv(SPEEDS_CSV), pd.DataFrame(list(extra))], ignore_index=True)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"road_class": "motorway"}, 90),
        ({"road_class": "primary"}, 60),
        ({"road_class": "ferry"}, 20),
        ({"road_class": "primary", "surface": "asphalt"}, 60),
        ({"road_class": "primary", "surface": "gravel"}, 30),
        ({"road_class": "residential", "surface": "gravel"}, 25),
        ({"road_class": "primary", "surface": "gravel", "smoothness": "very_bad"}, 20),
        ({"road_class": "tertiary"}, 40 * 0.9),
        ({"road_class": "tertiary", "surface": "asphalt"}, 40),
        ({"road_class": "tertiary", "surface": "moon dust"}, 40 * 0.9),
        ({"road_class": "unclassified"}, 30 * 0.8),
        ({"road_class": "track"}, 15),
        ({"road_class": "track", "tracktype": "grade1"}, 25),
        ({"road_class": "track", "tracktype": "grade5"}, 8),
        ({"road_class": "track", "tracktype": "grade1", "surface": "mud"}, 10),
        ({"road_class": "primary", "tracktype": "grade5"}, 20),
    ],
)
def test_the_slowest_of_class_surface_and_grade_counts(tags, kmh):
    assert speed(**tags) == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("maxspeed", "kmh"),
    [
        ("50", 42.5),
        ("50 km/h", 42.5),
        ("30 mph", 30 * 1.609344 * 0.85),
        ("20mph", 20 * 1.609344 * 0.85),
        ("100", 85),
        ("\u0665\u0660", 42.5),
        ("\u0966\u096b\u0966 km/h", 42.5),
        ("\uff15\uff10", 42.5),
        ("\u06f5\u06f0\u066b\u06f0", 42.5),
        ("5\u00b2", 60),
        ("5", 60),
        ("300", 60),
        ("AT:urban", 60),
        ("none", 60),
        ("signals", 60),
        ("50;80", 60),
        ("walk", 60),
        ("", 60),
        (None, 60),
    ],
)
def test_a_limit_that_can_be_believed_stands_in_for_the_class(maxspeed, kmh):
    assert speed(road_class="primary", maxspeed=maxspeed) == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"road_class": "residential", "maxspeed": "80", "surface": "asphalt"}, 68),
        ({"road_class": "residential", "maxspeed": "80", "surface": "gravel"}, 30),
        ({"road_class": "unclassified", "maxspeed": "50"}, 34),
        ({"road_class": "track", "tracktype": "grade2", "maxspeed": "80"}, 20),
        ({"road_class": "track", "tracktype": "grade1", "maxspeed": "20"}, 17),
        ({"road_class": "ferry", "maxspeed": "50"}, 20),
    ],
)
def test_a_limit_does_not_mend_the_surface_nor_hasten_tracks_and_ferries(tags, kmh):
    assert speed(**tags) == pytest.approx(kmh)


@pytest.mark.parametrize(
    "tags",
    [
        {"smoothness": "impassable"},
        {"access": "no"},
        {"access": "private"},
        {"access": "yes", "motor_vehicle": "no"},
        {"access": "agricultural"},
        {"motor_vehicle": "forestry"},
        {"motor_vehicle": "yes", "motorcar": "no"},
    ],
)
def test_what_cannot_be_driven_is_left_out(tags):
    assert np.isnan(speed(**tags))


def test_motor_vehicle_goes_before_access():
    assert speed(access="no", motor_vehicle="yes") == pytest.approx(25)
    assert speed(access="private", motor_vehicle="destination") == pytest.approx(25)


def test_motorcar_goes_before_both():
    assert speed(access="no", motor_vehicle="no", motorcar="yes") == pytest.approx(25)


@pytest.mark.parametrize("value", ["delivery", "customers", "permit", "destination"])
def test_who_lives_at_a_road_with_conditions_drives_on_it(value):
    assert speed(access=value) == speed(motor_vehicle=value) == speed(motorcar=value) == pytest.approx(25)


def test_the_table_closes_the_same_roads_that_lengths_leave_out():
    table = default_table()
    assert all(
        {value for value, kmh in table.caps_kmh[tag].items() if kmh == 0} == {*RESTRICTED} for tag in ACCESS_TAGS
    )


def test_a_country_overrides_single_rows():
    table = rows({"country": "NIC", "kind": "class", "value": "primary", "speed_kmh": 45, "on_foot": "yes"})
    roads = road_layer([LINE, LINE], road_class=["primary", "secondary"])
    assert road_speed_kmh(roads, speed_table(table, country="NIC")).tolist() == [45, 50]
    assert road_speed_kmh(roads, speed_table(table, country="SLV")).tolist() == [60, 50]


def test_seasonal_roads_are_left_out_if_a_row_says_so():
    table = rows({"kind": "seasonal", "value": "yes", "speed_kmh": 0})
    roads = road_layer([LINE, LINE], seasonal=["yes", None])
    assert np.isnan(road_speed_kmh(roads, speed_table(table))).tolist() == [True, False]
    assert np.isfinite(road_speed_kmh(roads, default_table())).all()


def test_an_unknown_class_is_refused_with_the_nearest_spelling():
    with pytest.raises(InputError, match=r"w000000.*primry.*Did you mean 'primary'"):
        speed(road_class="primry")


def test_motorways_and_ferries_are_not_walked_onto():
    classes = ["motorway", "motorway_link", "ferry", "trunk", "track"]
    roads = road_layer([LINE] * 5, road_class=classes)
    assert may_walk_onto(roads, default_table()).tolist() == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"kind": "klass", "value": "primary", "speed_kmh": 50}, "klass.*Did you mean 'class'"),
        ({"kind": "class", "value": "primary", "speed_kmh": 50, "on_foot": "yes"}, "once"),
        ({"kind": "class", "value": "bus_way", "speed_kmh": "fast", "on_foot": "yes"}, "fast.*a finite number"),
        ({"kind": "class", "value": "bus_way", "speed_kmh": 0, "on_foot": "yes"}, "a positive speed"),
        ({"kind": "class", "value": "bus_way", "speed_kmh": 50, "on_foot": "maybe"}, "`yes` or `no`"),
        ({"kind": "surface", "value": "ice", "speed_kmh": -3}, "0 or more"),
        ({"kind": "untagged_surface", "value": "track"}, "a positive factor"),
        ({"kind": "untagged_surface", "value": "track", "factor": 20}, "at most 1.5"),
        ({"kind": "class", "value": "bus_way", "speed_kmh": "inf", "on_foot": "yes"}, "a finite number"),
        ({"kind": "class", "value": "bus_way", "speed_kmh": 5000, "on_foot": "yes"}, "at most 200"),
    ],
)
def test_wrong_rows_of_the_table_are_refused(row, message):
    line = len(pd.read_csv(SPEEDS_CSV)) + 2
    with pytest.raises(InputError, match=message) as caught:
        speed_table(rows(row), name="speeds.csv")
    assert f"speeds.csv, line {line}" in str(caught.value)


def test_limits_in_the_wrong_order_are_refused():
    table = pd.read_csv(SPEEDS_CSV, dtype=str)
    at = table["kind"].eq("maxspeed") & table["value"].isin(["lowest", "highest"])
    table.loc[at, "speed_kmh"] = table.loc[at, "speed_kmh"].to_numpy()[::-1]
    with pytest.raises(InputError, match="lowest 130, highest 10"):
        speed_table(table, name="speeds.csv")


def test_a_table_without_a_column_or_the_rules_on_limits_is_refused():
    with pytest.raises(InputError, match="on_foot"):
        speed_table(pd.read_csv(SPEEDS_CSV).drop(columns="on_foot"))
    table = pd.read_csv(SPEEDS_CSV)
    with pytest.raises(InputError, match="lowest"):
        speed_table(table[table["value"] != "lowest"])


def test_what_was_left_out_or_not_understood_is_counted():
    roads = road_layer(
        [LINE] * 4,
        surface=["asphalt", "moon dust", None, "moon dust"],
        maxspeed=["50", "AT:urban", None, "999"],
        access=[None, None, None, "no"],
    )
    table = default_table()
    checks = {check.name: check for check in speed_checks(roads, table, road_speed_kmh(roads, table))}
    assert checks["roads_not_passable"].value == 1
    assert (checks["roads_surface_unknown"].value, checks["roads_surface_unknown"].status) == (2, "warn")
    assert checks["roads_surface_unknown"].rows == [{"value": "moon dust", "ways": 2}]
    assert checks["roads_smoothness_unknown"].status == "pass"
    assert checks["roads_maxspeed_ignored"].value == 2


def test_a_class_whose_factor_is_1_is_not_slowed_as_untagged():
    table = replace(default_table(), untagged_factor={"tertiary": 1.0})
    roads = road_layer([LINE], road_class="tertiary")
    found = {check.name: check for check in speed_checks(roads, table, road_speed_kmh(roads, table))}
    assert found["roads_surface_not_recorded"].rows == []


@pytest.mark.parametrize(
    ("surface", "rows", "status"),
    [
        ([None, "moon dust", None], [{"class": "tertiary", "ways": 2, "factor": 0.9}], "warn"),
        ([None, "gravel", None], [], "pass"),
    ],
)
def test_a_class_that_is_slowed_as_untagged_without_a_single_surface_is_reported(surface, rows, status):
    roads = road_layer([LINE] * 3, road_class=["tertiary", "tertiary", "primary"], surface=surface)
    table = default_table()
    found = {check.name: check for check in speed_checks(roads, table, road_speed_kmh(roads, table))}
    assert found["roads_surface_not_recorded"].rows == rows
    assert found["roads_surface_not_recorded"].status == status


def test_settings_are_read_in_any_usual_encoding_and_with_any_usual_separator(tmp_path):
    path = tmp_path / "settings.csv"
    for body in ("a,b\n1,\xf1\n", "a;b\n1;\xf1\n\n", "a\tb\n 1 \t\xf1\n"):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            path.write_bytes(body.encode(encoding))
            assert read_csv_texts(path).to_dict("list") == {"a": ["1"], "b": ["\xf1"]}
