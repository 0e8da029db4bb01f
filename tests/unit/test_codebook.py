"""Every column is described, in three languages, with its true extent."""

import numpy as np
import pandas as pd
import pytest

from comarca.publish.codebook import FIELDS, codebook
from comarca.registry.columns import Column

PROMISED = [
    "column", "title_es", "title_en", "title_pt", "unit", "definition", "method", "source", "proxy_for", "better",
    "missing", "year", "n_valid", "min", "max",
]  # fmt: skip


def column(name, kind="number", **other):
    return Column(
        name=name, family="some", title={"en": "Time", "es": "Tiempo", "pt": "Tempo"}, unit="min", kind=kind,
        range=(0, None), better="lower", definition="d", method="m", source="doi:10.1/x", missing="none", layers=(),
        mapped=True, **other,
    )  # fmt: skip


def test_columns_of_the_codebook_stand_as_promised():
    assert list(FIELDS[: len(PROMISED)]) == PROMISED


def test_extent_counts_only_values_that_are_there():
    table = pd.DataFrame({"a_min": [3.0, np.nan, 1.5]})
    row = codebook([column("a_min")], table, years={"a_min": 2020}).iloc[0]
    assert (row["n_valid"], row["min"], row["max"], row["year"]) == (2, 1.5, 3.0, 2020)
    assert (row["title_es"], row["title_en"], row["title_pt"]) == ("Tiempo", "Time", "Tempo")


def test_a_column_without_any_value_has_no_extent():
    row = codebook([column("a_min")], pd.DataFrame({"a_min": [np.nan]})).iloc[0]
    assert row["n_valid"] == 0
    assert pd.isna(row["min"])
    assert pd.isna(row["year"])


def test_classes_list_their_codes():
    entry = column("a_class", kind="class", categories={"W": {"en": "win"}, "L": {"en": "loss"}})
    assert codebook([entry], pd.DataFrame({"a_class": ["W", "L"]})).loc[0, "categories"] == "W = win; L = loss"


def test_rows_follow_the_table_and_leave_out_what_it_has_not():
    table = pd.DataFrame({"b_min": [1.0], "a_min": [1.0]})
    book = codebook([column("a_min"), column("b_min"), column("c_min")], table)
    assert book["column"].tolist() == ["b_min", "a_min"]


def test_nothing_is_published_without_a_description():
    with pytest.raises(ValueError, match="b_min"):
        codebook([column("a_min")], pd.DataFrame({"a_min": [1.0], "b_min": [1.0]}))
