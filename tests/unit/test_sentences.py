"""A region in ten sentences: each can be checked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from map_cases import column

from comarca.publish.maps.combined import joint_pairs
from comarca.publish.sentence_words import SENTENCE_WORDS
from comarca.publish.sentences import in_short

PEOPLE = column("population_persons", unit="persons")
TIME = column("time_intermediate_city_mean_min")
GINI = replace(column("holding_area_gini_index", unit="1"), family="land")
KIND = column(
    "degree_class", unit="", kind="class", categories={code: {"en": code * 2, "es": code, "pt": code} for code in "ab"}
)
TABLE = pd.DataFrame(
    {
        "territory_id": [f"{place:02d}" for place in range(24)],
        "territory_name": [f"Place {place}" for place in range(24)],
        "parent_name": ["North"] * 12 + ["South"] * 12,
        "area_km2": 50.0,
        PEOPLE.name: [1000.0, 500.0, 400.0] + [10.0] * 21,
        TIME.name: np.arange(24) * 10.0,
        GINI.name: [None, *np.linspace(0.9, 0.1, 23)],
        KIND.name: ["a"] * 20 + ["b"] * 3 + [None],
    }
)
COLUMNS = [PEOPLE, TIME, GINI, KIND]


def test_sentences_of_each_kind_are_what_the_numbers_say():
    found = in_short(TABLE, COLUMNS, "en", title="Land")
    assert found[0] == "Land: 24 territories in 2 units one level up, 1,200 km², 2,110 people."
    # 1000 + 500 is the first sum above 1055; beyond 120 minutes are the places from 130 to 230.
    assert found[4] == "Half of the 2,110 people live in 2 territories, the most populous ones."
    assert "over 120 minutes in 11 territories, where 5.2 % of the people live (110)." in found[5]
    assert "20 of 23 territories with data are in the most frequent class, “aa”." in found[6]
    # Medians of 0 ... 110 and of 120 ... 230.
    assert "medians of the units one level up go from 55.0 minutes (North) to 175 minutes (South)." in found[7]
    # Not of the number of people.
    assert "tends to be lower (rank correlation \N{MINUS SIGN}1.00, 23 territories)." in found[8]
    assert found[9] == "2 of 4 indicators of the maps have a value in every territory."
    assert len(found) == 10


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_there_are_ten_sentences_where_the_numbers_allow_and_none_twice(language):
    found = in_short(TABLE, COLUMNS, language, title="Land")
    assert len(set(found)) == 10
    assert not any("{" in text for text in found)
    assert all(set(row) == {"en", "es", "pt"} for row in SENTENCE_WORDS.values())


def test_indicators_are_drawn_together_if_they_differ_enough_to_make_thirds():
    pair = joint_pairs(TABLE, COLUMNS)
    assert [(one.name, two.name) for one, two in pair] == [(TIME.name, GINI.name)]
    assert joint_pairs(TABLE.assign(**{GINI.name: [0.5] * 12 + list(np.linspace(0.6, 0.9, 12))}), COLUMNS) == []
    # Of one family: what says least of the first. The size rises and falls, the share of the largest only rises.
    size, top = (replace(column(f"holding_area_{name}"), family="land") for name in ("mean_ha", "top10_share"))
    land = TABLE.assign(**{top.name: np.arange(24.0), size.name: np.abs(np.arange(24) - 11.6)})
    assert [(one.name, two.name) for one, two in joint_pairs(land, [GINI, size, top])] == [(GINI.name, size.name)]


def test_a_region_of_which_little_is_known_has_few_sentences_and_all_are_true():
    bare = TABLE[["territory_id", "territory_name", "parent_name"]].head(1).assign(parent_name=None)
    assert in_short(bare, [], "es", title="Tierra") == ["Tierra: 1 territorio."]
    empty = TABLE.assign(**{PEOPLE.name: 0.0, TIME.name: np.nan, GINI.name: np.nan, KIND.name: None})
    assert in_short(empty, COLUMNS, "en", title="Land") == [
        "Land: 24 territories in 2 units one level up, 1,200 km², 0 people.",
        "1 of 1 indicators of the maps have a value in every territory.",
    ]
