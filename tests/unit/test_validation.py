"""The list of comparisons names columns of the registry, in three languages, and the codebook prints it."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from comarca.publish.codebook import codebook, codebook_in
from comarca.registry.columns import LANGUAGES, load_registry
from comarca.registry.validation import load_validation, validation_of


def test_comparisons_name_columns_of_the_registry_each_once():
    names = {column.name for family in load_registry().families.values() for column in family.columns}
    named = [name for row in load_validation().values() for name in row.columns]
    assert set(named) <= names
    assert len(named) == len(set(named))


def test_comparisons_are_told_in_all_languages():
    for row in load_validation().values():
        assert row.against.keys() == row.error.keys() == set(LANGUAGES)
        assert all([*row.against.values(), *row.error.values()])


def test_each_column_of_the_codebook_says_how_it_was_validated():
    columns = load_registry().columns("urbanisation", fields={}, layers=["population"])[1]
    some = {column.name: column for column in columns if column.kind == "number"}
    table = pd.DataFrame({name: [0.5] for name in some})
    book = codebook([*some.values()], table).set_index("column")
    rows = load_validation()
    assert book.loc["population_rural_share", "validation_error"] == rows["same_cells"].error["en"]
    assert book.loc["population_urca_city_share", "validated_against"] == rows["otherwise"].against["en"]
    spanish = codebook_in([*some.values()], table, language="es").set_index("column")
    assert spanish.loc["population_rural_share", "validated_against"] == rows["same_cells"].against["es"]
    assert validation_of(some["population_rural_share"]) is rows["same_cells"]


def test_the_figures_of_the_codebook_are_those_of_the_last_comparison(root):
    def figures(page):
        return json.loads((root / f"docs/validation/figures/{page}.json").read_text(encoding="utf-8"))

    rows = load_validation()
    equal = figures("degree_of_urbanisation")[0]["ours"].split()[0]
    assert equal in rows["uruguay_degree"].error["en"].split()
    error, r, *_ = figures("land_gini")
    assert f"{float(error['error'].split(',')[0]):.3f}" in rows["colombia_gini"].error["en"]
    assert f"r {float(r['ours'].split()[1]):.2f}" in rows["colombia_gini"].error["en"]
    ratios = {}
    for row in figures("routers"):
        ratios.setdefault(row["ours"], []).append(float(row["error"].split(";")[0].split()[-1]))
    own = ratios["router's own speeds"]
    for ratio in [*ratios["default table"], min(own), max(own)]:
        assert f"{ratio:.2f}" in rows["routers"].error["en"]
    assert "below 1e-12" in rows["inequality"].error["en"]
    assert float(figures("peers")[0]["error"].split()[0]) < 1e-12
    assert "within 1e-6" in rows["patches"].error["en"]
    assert float(figures("peers")[1]["error"].split()[0]) < 1e-6


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_the_same_in_all_languages(language):
    def numbers(text):
        return re.findall(r"\d+(?:[.,]\d+)?(?:e-\d+)?", text)

    for row in load_validation().values():
        assert [number.replace(",", ".") for number in numbers(row.error[language])] == numbers(row.error["en"])


def test_the_table_of_published_values_says_what_its_pages_found(root):
    index = (root / "docs/validation/index.md").read_text(encoding="utf-8")
    for path in (root / "docs/validation/figures").glob("*.json"):
        for row in json.loads(path.read_text(encoding="utf-8")):
            assert f"| {row['what']} | {row['ours']} | {row['theirs']} | {row['error']} |" in index
