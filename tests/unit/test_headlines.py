"""What a table says in short: numbers that a reader can check, in three languages."""

from dataclasses import replace

import pandas as pd
import pytest
from map_cases import column

from comarca.publish.headlines import Comparison, Place, quality_notes, rankings, summary, written

TIME = column("time_intermediate_city_mean_min")
SHARE = column("paved_road_share", unit="1", better="higher")
TABLE = pd.DataFrame(
    {
        "territory_id": list("abcd"),
        "territory_name": ["Alto", "Bajo", "Cerro", "Dulce"],
        "parent_name": ["Norte", None, "Norte", "Sur"],
        TIME.name: [30.04, 10.0, None, 20.0],
        SHARE.name: [0.5, 0.5, 0.5, 0.25],
    }
)


def test_a_sentence_has_the_extremes_with_their_names_and_the_median():
    first, second = summary(TABLE, [TIME, SHARE], "en")
    assert first == (
        "A title & <more>: from 10.0 minutes (Bajo) to 30.0 minutes (Alto); half of the 3 territories with "
        "data, of 4, have 20.0 minutes or less."
    )
    assert second.endswith("from 25.0 % (Dulce) to 50.0 % (3 territories); 3 of 4 territories have 50.0 %.")
    assert "de 10,0 minutos (Bajo) a 30,0 minutos (Alto)" in summary(TABLE, [TIME], "es")[0]


def test_a_column_of_one_value_has_no_sentence():
    assert summary(TABLE.assign(**{SHARE.name: 1.0}), [SHARE], "en") == []
    alike = TABLE.assign(**{SHARE.name: [0.50001, 0.5, 0.5, 0.5]})
    assert summary(alike, [SHARE], "en") == []
    assert rankings(alike, [SHARE], "en") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "from 0.0 % (3 territories) to 50.0 % (Dulce); 3 of 4 territories have 0.0 %."),
        ("es", "de 0,0 % (3 territorios) a 50,0 % (Dulce); 3 de 4 territorios tienen 0,0 %."),
        ("pt", "de 0,0 % (3 territórios) a 50,0 % (Dulce); 3 de 4 territórios têm 0,0 %."),
    ],
)
def test_no_half_has_less_than_the_least_value(language, words):
    table = TABLE.assign(**{SHARE.name: [0.0, 0.0, 0.0, 0.5]})
    assert summary(table, [SHARE], language)[0].endswith(words)
    partly = pd.concat([table, table.iloc[:1].assign(territory_id="e", **{SHARE.name: None})], ignore_index=True)
    assert " 4 terr" in summary(partly, [SHARE], language)[0].split(";")[1]


def test_a_name_that_two_territories_have_is_followed_by_the_unit_above():
    table = TABLE.assign(territory_name=["Alto", "Alto", "Cerro", "Dulce"], parent_name=["Norte", "Sur", "Sur", "Sur"])
    assert "(Alto, Sur) to 30.0 minutes (Alto, Norte)" in summary(table, [TIME], "en")[0]


def test_the_best_stand_first_whichever_direction_is_better():
    time, share = rankings(TABLE, [TIME, SHARE], "en", count=1)
    assert time.first == [Place(1, "Bajo", "10.0 minutes")]
    assert time.last == [Place(3, "Alto, Norte", "30.0 minutes")]
    assert share.first == [Place(1, "3 territories", "50.0 %", 3)]
    assert share.last == [Place(4, "Dulce, Sur", "25.0 %")]
    assert (time.count, share.count) == (3, 4)
    assert (time.is_cut, share.is_cut) == (True, False)


def test_all_territories_are_listed_where_none_would_be_left_out_in_the_middle():
    time, share = rankings(TABLE, [TIME, SHARE], "en", count=2)
    assert [(place.rank, place.name) for place in time.first] == [(1, "Bajo"), (2, "Dulce, Sur"), (3, "Alto, Norte")]
    assert time.last == []
    assert not time.is_cut
    assert [place.rank for place in share.first] == [1, 1, 1, 4]


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        ([9, 8, 8, 7, 6, 5, 4, 3, 3], [(1, 1), (2, 1), (2, 1)], [(7, 1), (8, 1), (8, 1)]),
        ([9, 8, 7, 6, 0, 0, 0, 0, 0], [(1, 1), (2, 1), (3, 1)], [(5, 5)]),
        ([9, 9, 9, 9, 9, 0.5, 0.4, 0.3, 0.1], [(1, 5)], [(7, 1), (8, 1), (9, 1)]),
        ([9, 8, 5, 5, 5, 5, 5, 1, 0], [(1, 1), (2, 1), (3, 5)], [(8, 1), (9, 1)]),
        ([9, 9, 9, 9, 9, 0, 0, 0, 0], [(1, 5)], [(6, 4)]),
    ],
)
def test_equal_values_share_a_rank_and_too_many_of_them_a_row(values, first, last):
    codes = [str(code) for code in range(len(values))]
    table = pd.DataFrame({"territory_id": codes, "territory_name": codes, "parent_name": None, TIME.name: values})
    (ranking,) = rankings(table.astype({TIME.name: float}), [replace(TIME, better="higher")], "es", count=3)
    assert [(place.rank, place.count) for place in ranking.first] == first
    assert [(place.rank, place.count) for place in ranking.last] == last
    crowds = [place.name for place in (*ranking.first, *ranking.last) if place.count > 1]
    assert all(name.endswith(" territorios") for name in crowds)
    assert ranking.is_cut == (sum(count for _, count in first + last) < len(values))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No data 1 ("), ("es", "Sin datos 1 ("), ("pt", "Sem dados 1 (")]
)
def test_a_note_counts_what_is_missing_and_what_is_flagged(language, words):
    flags = pd.DataFrame({TIME.name: ["border_bias", "", "unreachable", ""]}, index=list("abcd"))
    note = quality_notes(TABLE, flags, [TIME, SHARE], language)
    assert note.keys() == {TIME.name}
    assert note[TIME.name].startswith(words)
    assert note[TIME.name].count("1 (") == 2


def test_headlines_of_a_territory_stand_beside_medians():
    time, share = Comparison(TABLE.set_index("territory_id"), [TIME, SHARE], "es").of("a")
    assert (time.title, time.here, time.parent, time.region) == ("Un título (minutos)", "30,0", "30,0", "20,0")
    assert (share.here, share.parent, share.region) == ("50,0 %", "50,0 %", "50,0 %")
    alone, _ = Comparison(TABLE.set_index("territory_id"), [TIME, SHARE], "en").of("b")
    assert (alone.here, alone.parent) == ("10.0", "\u2013")


def test_after_the_headlines_come_other_columns_those_with_a_map_first_and_no_bounds():
    plain, mapped, bound = (column(name) for name in ("area_km2", "slope_mean_min", "slope_lower_min"))
    names = (plain.name, mapped.name, bound.name)
    table = TABLE.assign(**{name: [1.0, 2.0, 3.0, 4.0] for name in names}).set_index("territory_id")
    rows = Comparison(table, [replace(plain, mapped=False), bound, mapped, SHARE, TIME], "en")
    assert [row.here for row in rows.of("c", count=9)] == ["\u2013", "50.0 %", "3.0", "3.0"]
    assert len(rows.of("c", count=3)) == 3


@pytest.mark.parametrize(("value", "text"), [(692.1414, "692"), (58.81, "58.8"), (3.5352, "3.54"), (0.1874, "0.187")])
def test_values_are_written_in_about_three_digits(value, text):
    assert written(column("road_density_km_per_100km2", unit="km/100 km2"), value, "en", unit=False) == text
