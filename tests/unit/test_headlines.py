"""What a table says in short: numbers that a reader can check, in three languages."""

import pandas as pd
import pytest
from map_cases import column

from comarca.publish.headlines import compared, quality_notes, rankings, summary, written

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
        "A title & <more>: from 10.0 minutes (Bajo) to 30.0 minutes (Alto); half of the territories have less than "
        "20.0 minutes."
    )
    assert "from 25.0 % (Dulce) to 50.0 % (Alto)" in second
    assert "de 10,0 minutos (Bajo) a 30,0 minutos (Alto)" in summary(TABLE, [TIME], "es")[0]


def test_a_column_of_one_value_has_no_sentence():
    assert summary(TABLE.assign(**{SHARE.name: 1.0}), [SHARE], "en") == []


def test_the_best_stand_first_whichever_direction_is_better():
    time, share = rankings(TABLE, [TIME, SHARE], "en", count=1)
    assert time.first == [("Bajo", "10.0 minutes")]
    assert time.last == [("Alto, Norte", "30.0 minutes")]
    assert share.first == [("Alto, Norte", "50.0 %")]
    assert share.last == [("Dulce, Sur", "25.0 %")]
    assert (time.count, share.count) == (3, 4)


def test_all_territories_are_listed_where_none_would_be_left_out_in_the_middle():
    time, _ = rankings(TABLE, [TIME, SHARE], "en", count=2)
    assert time.first == [("Bajo", "10.0 minutes"), ("Dulce, Sur", "20.0 minutes"), ("Alto, Norte", "30.0 minutes")]
    assert time.last == []


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
    time, share = compared(TABLE.set_index("territory_id"), [TIME, SHARE], "a", "es")
    assert (time.title, time.here, time.parent, time.region) == ("Un título (minutos)", "30,0", "30,0", "20,0")
    assert (share.here, share.parent, share.region) == ("50,0 %", "50,0 %", "50,0 %")
    alone, _ = compared(TABLE.set_index("territory_id"), [TIME, SHARE], "b", "en")
    assert (alone.here, alone.parent) == ("10.0", "\u2013")


@pytest.mark.parametrize(("value", "text"), [(692.1414, "692"), (58.81, "58.8"), (3.5352, "3.54"), (0.1874, "0.187")])
def test_values_are_written_in_about_three_digits(value, text):
    assert written(column("road_density_km_per_100km2", unit="km/100 km2"), value, "en", unit=False) == text
