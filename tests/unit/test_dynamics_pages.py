"""Pages on dynamics: what they say, in three languages, and that names from the data stay text."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of
from pypdf import PdfReader
from shapely.geometry import box
from test_propositions import CAUSAL

from comarca.dynamics.factors import factor_table
from comarca.dynamics.neighbours import queen_neighbours
from comarca.dynamics.notes import row_sentence
from comarca.dynamics.profiles import profile_table, similar_territories
from comarca.dynamics.propositions import Outcome, Panel, Period, Settings, hold_propositions
from comarca.dynamics.summary import summarise, transitions
from comarca.land.lorenz_curves import LorenzCurve
from comarca.measures.types_of_change import TYPES
from comarca.publish.analysis import Analysis, Dynamics, read_curves, write_curves
from comarca.publish.exports.analysis_csv import rounded
from comarca.publish.maps import sheet_files
from comarca.publish.maps.atlas_html import atlas_html
from comarca.publish.maps.base import build_base
from comarca.publish.maps.dynamics_html import dynamics_html
from comarca.publish.maps.dynamics_pages import factor_pages, proposition_pages, summary_pages
from comarca.publish.maps.dynamics_words import DYNAMICS_WORDS
from comarca.publish.maps.sheet import SheetData, draw_sheet
from comarca.publish.maps.style import TYPE_COLORS, contrast, type_style
from comarca.publish.maps.theme import make_theme
from comarca.registry.propositions import load_propositions

LANGUAGES = ("en", "es", "pt")
PERIODS = [(1990, 2000), (2000, 2010)]
GINI = "holding_area_gini_index"


@pytest.fixture(scope="module")
def region(root):
    """Sixty squares in two parents, one called as no one should be, with types, a factor and propositions."""
    names = [f"{n:02}" for n in range(60)]
    shapes = [box(n % 10, n // 10, n % 10 + 1, n // 10 + 1) for n in range(60)]
    area = gpd.GeoDataFrame(
        {"territory_id": names, "territory_name": ["<b>Rosa</b>", *names[1:]],
         "parent_name": ["P"] * 30 + ["Q"] * 30, "country": "XXX"}, geometry=shapes, crs=4326,
    )  # fmt: skip
    generator = np.random.default_rng(3)
    table = area.drop(columns="geometry").set_index("territory_id", drop=False)
    table[GINI] = generator.uniform(0.4, 0.9, 60)
    types = np.array(["WWW", "WWL", "LLL"])
    for period in PERIODS:
        table[f"dynamics_type_{period[0]}_{period[1]}"] = types[generator.integers(0, 3, 60)]
        for name in ("income_growth_percent_per_year", "poverty_change_points", "income_gini_change_index"):
            table[f"{name}_{period[0]}_{period[1]}"] = generator.standard_normal(60)
    table.loc["59", "dynamics_type_2000_2010"] = None
    table["dynamics_type"] = table["dynamics_type_2000_2010"]
    fields = {"period": [f"{a}_{b}" for a, b in PERIODS]}
    columns = [*columns_of(root, "dynamics", layers=["outcomes"], fields=fields),
               *columns_of(root, "land", layers=["holdings"])]  # fmt: skip
    columns = [column for column in columns if column.name in table]
    people = pd.DataFrame({"territory_id": names * 2, "year": [2000] * 60 + [2010] * 60, "population": 100.0})
    change = pd.Series(generator.standard_normal(60), table.index)
    period = Period("2000-2010", 2000, {"poverty": Outcome(change, change * 0 + generator.random(60))},
                    types=table["dynamics_type_2000_2010"])  # fmt: skip
    panel = Panel(table, table["parent_name"], [period], queen_neighbours(area), {GINI: 2006})
    held = hold_propositions(panel, load_propositions(), Settings(permutations=99))
    profiles = profile_table(table, {GINI: "land"}, better={GINI: "lower"}, units={GINI: "1"})
    dynamics = Dynamics(
        summarise(table, people, PERIODS),
        transitions(table, people, PERIODS),
        factor_table(table, [GINI], [period]),
        held,
    )
    curve = LorenzCurve("holdings", 2006, 40.0, 0.6, np.array([[0, 0], [0.5, 0.1], [1, 1]]))
    analysis = Analysis(profiles, similar_territories(table, [GINI], count=3), {"00": [curve]}, dynamics)
    return area, table, columns, analysis


def causal(text):
    """Causal words of a text, but for the sentence that says that no cause is stated."""
    denied = re.sub(r"an association, no cause|una asociación, no una causa|uma associação, não uma causa", "", text)
    return CAUSAL.findall(denied)


def words_of(figure):
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts).replace("\n", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_printed_pages_have_the_counts_and_verdicts_in_the_language(region, language):
    _, table, columns, analysis = region
    titles = next(column for column in columns if column.name == "dynamics_type").categories
    dynamics = analysis.dynamics
    pages = [
        *summary_pages(dynamics.summary, dynamics.transitions, titles, language=language),
        *factor_pages(dynamics.factors, columns, language=language),
        *proposition_pages(dynamics.propositions, load_propositions().rows, language=language),
    ]
    text = " ".join(words_of(figure) for figure in pages).replace("\N{NO-BREAK SPACE}", " ")
    for kind, count in table["dynamics_type"].value_counts().items():
        assert titles[kind][language] in text
        assert re.search(rf"\b{count} \(", text)
    stay = (table["dynamics_type_1990_2000"] == table["dynamics_type_2000_2010"]).sum()
    assert DYNAMICS_WORDS["stay"][language].format(stay=stay, all=59) in text
    assert {"en": "no clear relation", "es": "sin relación clara", "pt": "sem relação clara"}[language] in text
    claims = {row.id: row.claim[language] for row in load_propositions().rows}
    assert claims["land_inclusion"] in text
    assert claims["enclave"] in text
    assert not causal(text)


def test_no_text_of_the_pages_has_a_causal_word_and_each_is_in_three_languages():
    for key, words in DYNAMICS_WORDS.items():
        assert set(words) == set(LANGUAGES), key
        assert not [text for text in words.values() if causal(text)], key
    for language, denial in (("en", "no cause"), ("es", "no una causa"), ("pt", "não uma causa")):
        assert denial in DYNAMICS_WORDS["propositions_note"][language]


def test_the_part_for_the_screen_is_escaped_and_has_a_block_per_language(region):
    _, _, columns, analysis = region
    named = [load_propositions().rows[0], *load_propositions().rows[1:]]
    found = dynamics_html(analysis.dynamics, named, columns, languages=LANGUAGES)
    assert re.findall(r'data-language="(\w+)" lang="\w+"( hidden)?', found) == [
        ("en", ""),
        ("es", " hidden"),
        ("pt", " hidden"),
    ]
    assert found.count("<svg") == 3 * analysis.dynamics.propositions["coefficient"].notna().sum()
    assert "<script" not in found
    for tag in ("section", "table", "tbody", "tr", "td", "th", "ul", "li", "svg", "details"):
        assert len(re.findall(rf"<{tag}[ >]", found)) == found.count(f"</{tag}>"), tag


def test_the_atlas_holds_profiles_curves_and_names_as_text(region):
    area, table, columns, analysis = region
    page = atlas_html(build_base(area), table.reset_index(drop=True), columns, title="R", languages=LANGUAGES,
                      family_titles={}, analysis=analysis)  # fmt: skip
    assert "<b>Rosa</b>" not in page
    assert '"similar":{"0":[[' in page
    assert '"curves":{"0":[{"kind":"holdings"' in page
    assert 'class="dynamics"' in page
    plain = atlas_html(
        build_base(area), table.reset_index(drop=True), columns, title="R", languages=["en"], family_titles={}
    )
    assert 'class="dynamics"' not in plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_says_where_how_and_what_is_alike(region, language):
    area, table, columns, analysis = region
    data = SheetData(build_base(area), table, columns, analysis.profiles, analysis.similar,
                     [f"{a}_{b}" for a, b in PERIODS], analysis.curves, language, "IBGE")  # fmt: skip
    text = words_of(draw_sheet(data, "00"))
    assert "<b>Rosa</b>" in text
    titles = next(column for column in columns if column.name == "dynamics_type").categories
    assert titles[table.loc["00", "dynamics_type_2000_2010"]][language] in text
    percentile = analysis.profiles.set_index("territory_id").loc["00", "percentile"]
    assert DYNAMICS_WORDS["percentile"][language].format(round(percentile)) in text
    first = analysis.similar[analysis.similar["territory_id"] == "00"].iloc[0]
    assert first["similar_territory_name"] in text
    assert "2006" in text


def test_sheets_of_two_processes_are_one_file_with_bookmarks(region, tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_files, "SHEETS_PER_PART", 1)
    area, table, columns, analysis = region
    data = SheetData(build_base(area), table, columns, analysis.profiles, analysis.similar,
                     [f"{a}_{b}" for a, b in (*PERIODS, *PERIODS[:1])], analysis.curves, "pt", "IBGE")  # fmt: skip
    sheet_files.write_sheets(data, ["59", "01"], tmp_path / "sheets.pdf", workers=2)
    found = PdfReader(tmp_path / "sheets.pdf")
    assert [mark.title for mark in found.outline] == table["territory_name"].loc[["59", "01"]].tolist()
    first, second = (page.extract_text() for page in found.pages)
    assert DYNAMICS_WORDS["no_type"]["pt"] in first
    assert DYNAMICS_WORDS["no_curve"]["pt"] in second
    # Three periods leave no room for figures beside them: those stand below.
    assert DYNAMICS_WORDS["headlines"]["pt"] not in second
    assert DYNAMICS_WORDS["others"]["pt"] in second


def test_curves_come_back_as_they_were_written(region, tmp_path):
    curves = region[3].curves
    write_curves(curves, tmp_path / "c.json")
    (found,) = read_curves(tmp_path / "c.json")["00"]
    assert found.curve.tolist() == curves["00"][0].curve.tolist()
    assert (found.kind, found.year, found.gini) == ("holdings", 2006, 0.6)


def test_tables_for_people_have_six_digits_and_whole_numbers_stay_whole():
    table = pd.DataFrame({"a": [1 / 3, 14_426_850.0, np.nan], "b": ["x", "y", "z"]})
    assert rounded(table)["a"].tolist()[:2] == [0.333333, 14_426_850.0]
    assert rounded(table)["a"].isna().tolist() == [False, False, True]


def test_each_dimension_of_a_type_can_be_seen_and_no_two_types_look_the_same(root):
    styles = {kind: type_style(kind) for kind in TYPES}
    assert len(set(styles.values())) == 27
    for growth, shades in TYPE_COLORS.items():
        light = [brightness(shades[poverty]) for poverty in "WNL"]
        assert light[0] < light[1] < light[2], growth
        assert light[1] - light[0] > 0.1
    for poverty in "WL":
        assert TYPE_COLORS["W"][poverty] != TYPE_COLORS["L"][poverty]
    assert contrast("#1b7837") == "#ffffff"
    assert contrast("#d3bde0") != "#ffffff"
    fields = {"period": ["1990_2000"]}
    column = next(
        c for c in columns_of(root, "dynamics", layers=["outcomes"], fields=fields) if c.name == "dynamics_type"
    )
    theme = make_theme(column, pd.Series(["WWL", "WWW", None]), None, language="es")
    assert [(key.color, key.hatch, key.count) for key in theme.keys[:2]] == [("#1b7837", "", 1), ("#1b7837", "////", 1)]
    assert theme.keys[1].label == "WWL: crecimiento, menos pobreza, no menos desigualdad"


def brightness(color):
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_a_row_is_one_short_sentence(region):
    held = region[3].dynamics.propositions
    factor = load_propositions().rows[2].factor
    told = held[held["coefficient"].notna()].iloc[0].to_dict()
    for language in LANGUAGES:
        sentence = row_sentence(told, factor, language)
        assert len(sentence) < 260
        assert f"{told['n']}" in sentence
        assert not CAUSAL.search(sentence)
    assert "," in row_sentence(told, factor, "es").split("2000-2010")[1]
    untold = held[held["coefficient"].isna()].iloc[0].to_dict()
    assert row_sentence(untold, factor, "en").endswith(untold["note_en"])
