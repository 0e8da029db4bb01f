"""What a table says in short: numbers that a reader can check, in three languages."""

import pandas as pd
import pytest
from map_cases import column

from comarca.publish.headlines import quality_notes, rankings, summary

TIME = column("time_intermediate_city_mean_min")
SHARE = column("paved_road_share", unit="1", better="higher")
TABLE = pd.DataFrame(
    {
        "territory_id": list("abcd"),
        "territory_name": ["Alto", "Bajo", "Cerro", "Dulce"],
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
    time, share = rankings(TABLE, [TIME, SHARE], "en", count=2)
    assert time.first == [("Bajo", "10.0 minutes"), ("Dulce", "20.0 minutes")]
    assert time.last == [("Alto", "30.0 minutes")]
    assert share.first == [("Alto", "50.0 %"), ("Bajo", "50.0 %")]
    assert share.last == [("Cerro", "50.0 %"), ("Dulce", "25.0 %")]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No data 1 ("), ("es", "Sin datos 1 ("), ("pt", "Sem dados 1 (")]
)
def test_a_note_counts_what_is_missing_and_what_is_flagged(language, words):
    flags = pd.DataFrame({TIME.name: ["border_bias", "", "unreachable", ""]}, index=list("abcd"))
    note = quality_notes(TABLE, flags, [TIME, SHARE], language)
    assert note.keys() == {TIME.name}
    assert note[TIME.name].startswith(words)
    assert note[TIME.name].count("1 (") == 2
