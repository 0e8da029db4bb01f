"""Everything that a reader sees is in Spanish and Portuguese as in English, in one set of words."""

import ast
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
import yaml

from comarca.config.region import Region
from comarca.plan.columns import class_words, regional_registry
from comarca.publish.codebook import codebook_in
from comarca.publish.maps.atlas_words import ATLAS_WORDS, REASON_WORDS
from comarca.publish.words import WORDS, unit_label
from comarca.registry import DATA
from comarca.registry.columns import LANGUAGES, TEXTS, load_registry, translations

REGISTRY = load_registry()
COLUMNS = [column for family in REGISTRY.families.values() for column in family.columns]
GLOSSARY = yaml.safe_load((DATA / "glossary.yaml").read_text(encoding="utf-8"))


def english_texts():
    """Every text that columns print, with the column that has it."""
    for column in COLUMNS:
        for each in (column, replace(column, **column.by_area)):
            yield from ((column.name, getattr(each, name)) for name in TEXTS if getattr(each, name))


@cache
def told():
    """Every text in several languages: in the data of the registry, and in constants of the code."""
    texts = [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in sorted(DATA.glob("*.yaml"))]
    for path in sorted(DATA.parents[1].rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if '"pt":' in source:
            texts += [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Dict)]
    return texts


def leaves(text):
    """Every text that is inside of another thing."""
    if isinstance(text, str):
        yield text
    elif isinstance(text, dict | list):
        yield from (leaf for item in (text.values() if isinstance(text, dict) else text) for leaf in leaves(item))


def told_in(text, language):
    """What stands under the name of a language, at any depth, but the words that the glossary refuses."""
    if isinstance(text, ast.Dict):
        for key, value in zip(text.keys, text.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == language:
                yield from (part.value for part in ast.walk(value)
                            if isinstance(part, ast.Constant) and isinstance(part.value, str))  # fmt: skip
    elif isinstance(text, dict):
        for key, value in text.items():
            if key != "not":
                yield from leaves(value) if key == language else told_in(value, language)
    elif isinstance(text, list):
        yield from (leaf for item in text for leaf in told_in(item, language))


def spoken(language):
    """All that readers are told in a language."""
    yield from (text for part in told() for text in told_in(part, language))
    yield from (column.title[language] for column in COLUMNS)
    yield from (title[language] for column in COLUMNS for title in column.categories.values())
    yield from (words[language] for values in REGISTRY.terms.values() for words in values.values())
    yield from (words[language] for words in (*WORDS.values(), *ATLAS_WORDS.values()))
    yield from (text for _, text in english_texts()) if language == "en" else translations(language).values()
    yield from REASON_WORDS[language].values()


@pytest.mark.parametrize("language", ["es", "pt"])
def test_no_text_of_a_column_is_left_untranslated(language):
    known = translations(language)
    assert {name: text for name, text in english_texts() if text not in known} == {}


@pytest.mark.parametrize("language", ["es", "pt"])
def test_translations_keep_the_fields_of_templates_and_none_is_left_over(language):
    every = {text for _, text in english_texts()}
    for english, translated in translations(language).items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", translated)), english
        assert english in every, f"no column says any longer: {english}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_has_one_word(language):
    refused = {word: name for name, entry in GLOSSARY.items() for word in entry.get("not", {}).get(language, ())}
    found = {
        word: text
        for text in spoken(language)
        for word in refused
        if re.search(rf"(?<!\w){word}(s|es)?(?!\w)", text, re.IGNORECASE)
    }
    assert found == {}


@pytest.mark.parametrize("language", ["es", "pt"])
def test_no_text_for_readers_is_left_in_english(language):
    english = re.compile(r"\b(the|of|and|with|from|which|are|is|by|not|where|people|has|have|rows?|land|roads?)\b")
    code = re.compile(r"`[^`]*`|\w*[_{}./=][\w{}./=]*|<[^>]+>|«[^»]*»")
    found = [text for text in spoken(language) if english.search(code.sub(" ", text))]
    assert found == []


def test_portuguese_writes_per_cent_without_a_space():
    assert [text for text in spoken("pt") if re.search(r"[\d}]\s%", text)] == []


def test_titles_state_which_cities_a_class_holds():
    assert class_words(50_000, 1_000_000)["en"] == "50,000 to 1,000,000 inhabitants"
    assert class_words(1_000_000, None)["es"] == "1\u00a0000\u00a0000 o m\u00e1s habitantes"
    registry = regional_registry(REGISTRY, Region(country="LIE"))
    columns, _ = registry.columns("access", fields={"city_class": ["town"]}, layers=["population"])
    assert not columns
    inactive = registry.columns("access", fields={"city_class": ["town"]}, layers=["population"])[1]
    title = next(column.title for column in inactive if column.name == "town_city_count")
    assert title["es"] == "N\u00famero de ciudades (20\u00a0000 a 50\u00a0000 habitantes)"


@pytest.mark.parametrize(("language", "see"), [("es", "vea SOURCES_es.md"), ("pt", "veja SOURCES_pt.md")])
def test_the_source_of_every_column_names_the_sources_of_its_language(language, see):
    known = translations(language)
    assert [column.name for column in COLUMNS if column.source not in known] == []
    assert {known[column.source].endswith(see) for column in COLUMNS if "SOURCES.md" in column.source} == {True}
    assert [text for text in known.values() if "SOURCES.md" in text] == []
    layers = {layer for column in COLUMNS for layer in column.layers}
    layers |= {layer for family in REGISTRY.families.values() for layer in family.layers}
    found = [column for name in REGISTRY.families for column in REGISTRY.columns(name, fields={}, layers=layers)[0]]
    book = codebook_in(found, pd.DataFrame({column.name: [None] for column in found}), language=language)
    assert book["source"].tolist() == [known[column.source] for column in found]


def test_a_text_without_a_translation_is_read_in_english():
    column = replace(COLUMNS[0], definition="Never said before.", texts={})
    assert column.text("definition", "pt") == "Never said before."


@pytest.mark.parametrize("language", ["es", "pt"])
def test_units_with_english_words_are_translated(language):
    told = {unit_label(column, language) for column in COLUMNS}
    assert [word for word in told if re.search("person[s/]|persons|year|currency|minutes", word)] == []
