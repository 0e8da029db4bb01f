"""Products written from the assembled files of a region, and pages that are drawn of it."""

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from map_cases import column, grid, layer, settlements
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from comarca import io
from comarca.dynamics.profiles import profile_table, similar_territories
from comarca.dynamics.summary import summarise, transitions
from comarca.fetch.receipts import Failure, LayerReceipt
from comarca.land.lorenz_curves import LorenzCurve
from comarca.publish.absent import Absent, empty_columns, fallback_checks, mapped_values
from comarca.publish.analysis import Analysis, Dynamics, write_curves
from comarca.publish.assembled import Assembled
from comarca.publish.describe import describe
from comarca.publish.exports import (
    analysis_csv,
    atlas_html,
    codebook_csv,
    codebook_language_csv,
    long_csv,
    long_csvt,
    qgis_styles,
)
from comarca.publish.maps.amounts import largest_radius_in, legend_circles, radii_in
from comarca.publish.maps.analysis_pages import analysis_pages
from comarca.publish.maps.atlas_pdf import AtlasText, write_atlas_pdf
from comarca.publish.maps.base import build_base
from comarca.publish.maps.cities import city_marks
from comarca.publish.maps.classify import classify
from comarca.publish.maps.draw_all import contact_sheet, draw_all, index
from comarca.publish.maps.drawing import border_width, draw_classes, draw_flagged, draw_lines
from comarca.publish.maps.dynamics_html import dynamics_html
from comarca.publish.maps.dynamics_pages import factor_pages, proposition_pages, summary_pages
from comarca.publish.maps.dynamics_words import DYNAMICS_WORDS, say
from comarca.publish.maps.files import base_of, text_of, write_base, write_classes
from comarca.publish.maps.frames import centred_crs, divide, project
from comarca.publish.maps.furniture import draw_keys
from comarca.publish.maps.labels import HALO_ID, place_labels
from comarca.publish.maps.model import BaseMap, Frame
from comarca.publish.maps.page import city_class_label, city_keys
from comarca.publish.maps.sheet import SheetData, draw_sheet
from comarca.publish.maps.style import OUTLINE
from comarca.publish.maps.theme import MapText, make_theme
from comarca.publish.quality import quality_report
from comarca.publish.quality_text import quality_markdown
from comarca.registry.columns import LANGUAGES
from comarca.registry.propositions import load_propositions

COLUMNS = [
    *(
        replace(column(name, kind="text", unit=""), mapped=False)
        for name in ("territory_id", "territory_name", "parent_name", "country")
    ),
    column("time_min"),
    column("a_class", kind="class", unit="", categories={"W": dict.fromkeys(LANGUAGES, "win")}),
]
IDS = [f"{place:03d}" for place in range(9)]


@pytest.fixture
def territories():
    return layer(grid(-70, -10, -67, -7, 3), parents=["Norte"] * 8 + [None])


@pytest.fixture
def table(territories):
    values = [1 / 3, *range(1, 8), np.nan]
    return pd.DataFrame(territories.drop(columns="geometry")).assign(time_min=values, a_class=["W"] * 8 + [None])


@pytest.fixture
def data(territories, table, tmp_path):
    """All that a region assembles."""
    files = {name: str(tmp_path / name) for name in ("shapes", "frames", "classes", "columns", "credits", "source_text",
             "source_text_es",
             "lorenz_curves", "table", "flags", "profiles", "similar_territories")}  # fmt: skip
    write_base(
        build_base(territories, cities=settlements(("Ciudad", 1e5, -68.5, -8.5))), files["shapes"], files["frames"]
    )
    write_classes({"time_min": classify(table["time_min"]), "a_class": None}, files["classes"])
    texts = describe(
        COLUMNS, region="R", title=dict.fromkeys(LANGUAGES, "Region"), languages=["es", "en"],
        families={"some": dict.fromkeys(LANGUAGES, "Some")}, years={"time_min": 2020},
        city_classes={"large": [1e6, None]},
    )  # fmt: skip
    io.write_json(texts, files["columns"])
    credit = {"word": "Sources", "all": "Sources: us.", "layers": {}}
    io.write_json(dict.fromkeys(LANGUAGES, credit), files["credits"])
    io.write_text("Sources", files["source_text"])
    io.write_text("Fuentes", files["source_text_es"])
    write_curves({}, files["lorenz_curves"])
    indexed = table.set_index("territory_id")
    flags = pd.DataFrame(np.where(indexed.isna(), "unreachable", ""), indexed.index, indexed.columns)
    profiles = profile_table(indexed, {"time_min": "access"}, better={"time_min": "lower"}, units={"time_min": "min"})
    similar = similar_territories(indexed, ["time_min"])
    for name, rows in (("table", table), ("flags", flags), ("profiles", profiles),
                       ("similar_territories", similar)):  # fmt: skip
        io.write_table(rows, files[name])
    return Assembled(files, "es")


def test_a_description_gives_back_the_columns_and_texts_of_a_region(data):
    assert [entry.name for entry in data.columns] == [entry.name for entry in COLUMNS]
    assert data.columns[-1].categories == COLUMNS[-1].categories
    assert (data.region, data.title, data.languages, data.years) == ("R", "Region", ["es", "en"], {"time_min": 2020})
    assert data.city_classes == {"large": (1e6, None)}


def test_tables_of_the_region_are_written_as_csv(data, tmp_path):
    writers = {
        "codebook.csv": codebook_csv, "codebook_pt.csv": codebook_language_csv, "long.csv": long_csv,
        "long.csvt": long_csvt, "profiles.csv": analysis_csv,
    }  # fmt: skip
    for name, module in writers.items():
        module.write(data.in_language("pt") if "_pt" in name else data, tmp_path / name)
    assert pd.read_csv(tmp_path / "codebook.csv")["column"].tolist() == [entry.name for entry in COLUMNS]
    assert "Um título" in (tmp_path / "codebook_pt.csv").read_text(encoding="utf-8")
    long = pd.read_csv(tmp_path / "long.csv", dtype={"territory_id": str})
    assert len((tmp_path / "long.csvt").read_text().split(",")) == len(long.columns)
    row = long[(long["territory_id"] == "008") & (long["column"] == "time_min")].iloc[0]
    assert np.isnan(row["value"])
    assert "unreachable" in row.tolist()
    assert pd.read_csv(tmp_path / "profiles.csv")["column"].unique().tolist() == ["time_min"]


def test_figures_of_the_analysis_have_six_digits_and_whole_numbers_stay_whole():
    rounded = analysis_csv.rounded(pd.DataFrame({"a": [1 / 3, 12_345_678.0, np.nan], "b": [1, 2, 3]}))
    assert rounded["a"].tolist()[:2] == [0.333333, 12_345_678.0]
    assert rounded["b"].tolist() == [1, 2, 3]


def test_the_atlas_for_the_screen_holds_all_territories(data, tmp_path):
    pytest.importorskip("bokeh", reason="the interactive atlas needs the JavaScript that ships in the package bokeh")
    atlas_html.write(data, tmp_path / "atlas.html")
    page = (tmp_path / "atlas.html").read_text(encoding="utf-8")
    content = json.loads(
        re.search(r'<script type="application/json" id="atlas-data">(.*?)</script>', page, re.DOTALL)[1]
    )
    assert content["names"] == [f"T{name}" for name in IDS]


def test_all_maps_are_drawn_once_listed_and_joined_to_an_atlas(data, tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "gone.png").touch()
    drawn = draw_all(data, folder)
    assert [entry.column for entry in drawn if not entry.reason] == ["time_min"]
    assert sorted(path.name for path in folder.iterdir()) == ["time_min.png", "time_min.svg"]
    listed = index(drawn, data.columns, "en")
    assert [entry["column"] for entry in listed["made"]] == ["time_min"]
    assert "a_class" in [entry["column"] for entry in listed["skipped"]], "one value alone tells nothing"
    sheet = contact_sheet(drawn, data.columns, title="Region", language="en", families={})
    assert sheet.count("<figure>") == 1
    about = AtlasText("Region", text_of(data), data.families, "Sources")
    maps = {entry.column: entry.page for entry in drawn if entry.page}
    write_atlas_pdf(base_of(data), data.columns, maps, tmp_path / "atlas.pdf", about=about)
    assert (tmp_path / "atlas.pdf").read_bytes().startswith(b"%PDF")


def test_styles_for_qgis_colour_each_class_once(table):
    style = qgis_styles.graduated_style(COLUMNS[-2], table["time_min"], classify(table["time_min"]), language="en")
    limits = [tuple(map(float, pair)) for pair in re.findall(r'lower="(\S+)" upper="(\S+)"', style.qml)]
    for value in table["time_min"].dropna():
        assert sum(low <= value <= high for low, high in limits) == 1
    category = qgis_styles.category_style(COLUMNS[-1], table["a_class"], language="en")
    assert "win" in category.qml
    assert "win" in category.sld


# What a region turned out to lack


def test_columns_of_absent_layers_are_left_out_and_named(tmp_path):
    failure = Failure("night_lights", "LIE", "nightlights", "https://x", "data/raw/x", "HTTP 404", "a remedy")
    path = tmp_path / "absent.json"
    io.write_json({"layers": ["night_lights"], "columns": ["time_min"], "failures": [failure.as_dict()]}, path)
    absent = Absent.read(str(path))
    assert [entry.name for entry in absent.kept(COLUMNS)] == [
        entry.name for entry in COLUMNS if entry.name != "time_min"
    ]
    (row,) = absent.not_computed(COLUMNS)
    assert row.column == "time_min"
    (check,) = absent.checks()
    assert (check.status, check.value) == ("warn", 1)
    assert Absent.read(None).kept(COLUMNS) == COLUMNS
    assert Absent().checks() == []


def test_the_map_of_a_column_that_the_table_lacks_has_no_data():
    assert mapped_values(pd.DataFrame({"territory_id": ["a"]}), "time_min").isna().all()


def test_layers_from_the_second_choice_are_a_warning():
    failure = Failure("roads", "LIE", "geofabrik", "https://x", "data/raw/x", "HTTP 404", "a remedy")
    first, second = (
        LayerReceipt("cities", "LIE", "ready", "ucdb"),
        LayerReceipt("roads", "LIE", "ready", "overpass", tried=(failure,)),
    )
    (check,) = fallback_checks([first, second])
    assert check.rows == [{"layer": "roads", "taken": "overpass", "reason": "geofabrik: HTTP 404"}]
    assert fallback_checks([first]) == []


# Parts of maps


def test_parts_are_divided_by_distance_and_projected_about_their_centre():
    west, east = shapely.box(-180, -18, -179, -16), grid(178, -18, 180, -16, 4)
    parts = np.array([*east, west, shapely.box(-150, -18, -149.9, -17)])
    groups = divide(parts, np.arange(len(parts)))
    assert [len(group.parts) for group in groups] == [17, 1], "the far island is an inset"
    plane = project(parts[:17], centred_crs(parts[:17]))
    assert shapely.area(plane).sum() == pytest.approx(3 * 106_000 * 221_000, rel=0.02)
    assert shapely.union_all(plane.tolist()).bounds[2] < 400_000, "neighbours across the antimeridian"


def test_a_name_that_finds_no_room_is_left_out(territories):
    crowd = settlements(*((f"Ciudad {n}", 1e5 - n, -68.5 + n * 1e-4, -8.5) for n in range(14)))
    base = build_base(territories, cities=crowd)
    assert isinstance(base, BaseMap)
    (frame,) = base.frames
    assert isinstance(frame, Frame)
    axes = Figure(figsize=(6, 6)).add_subplot()
    west, south, east, north = frame.bounds
    axes.set(xlim=(west, east), ylim=(south, north))
    place_labels(axes, base, frame, city_marks(frame, column(), {}))
    names = [text.get_text() for text in axes.texts if str(text.get_gid()).startswith(HALO_ID)]
    assert names
    assert len(names) < 14 + len(IDS)
    assert len(names) == len(set(names))


def test_the_capital_is_named_though_marks_of_small_neighbours_lie_all_around_it(territories):
    sides = [(0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1)]
    around = [(f"Barrio {number}", 2e4, -68.5 + x, -8.5 + y) for number, (x, y) in enumerate(sides)]
    crowd = settlements(("Capital", 5e5, -68.5, -8.5), *around)
    base = build_base(territories, cities=crowd, capital="Capital")
    (frame,) = base.frames
    axes = Figure(figsize=(6, 6)).add_subplot()
    west, south, east, north = frame.bounds
    axes.set(xlim=(west, east), ylim=(south, north))
    place_labels(axes, base, frame, city_marks(frame, column(), {"town": (2e4, 5e4), "city": (5e4, None)}))
    names = [text.get_text() for text in axes.texts if str(text.get_gid()).startswith(HALO_ID)]
    assert names[0] == "Capital"


def test_connectors_are_dashed_lines_and_stand_in_the_key(territories):
    links = gpd.GeoDataFrame(
        {"kind": ["city", "gap"]},
        geometry=[shapely.LineString([(-69, -9), (-68, -9)]), shapely.LineString([(-69, -8), (-68, -8)])],
        crs=4326,
    )
    (frame,) = build_base(territories, connectors=links).frames
    assert frame.main_roads == {}
    assert len(frame.roads["connector"].geoms) == 1
    axes = Figure().add_subplot()
    draw_lines(axes, frame)
    dashes = [part.get_linestyle()[0][1] for part in axes.collections]
    assert sum(pattern is not None for pattern in dashes) == 1
    page = Figure().add_subplot()
    draw_keys(page, [], left=0, top=1, has_roads=False, has_parents=False, language="es", has_connectors=True)
    assert [text.get_text() for text in page.texts] == ["Conexi\u00f3n supuesta"]


def test_circles_have_areas_like_their_amounts_and_the_legend_has_round_ones():
    radii = radii_in(np.array([0.0, 100.0, 400.0, np.nan]), 0.4)
    np.testing.assert_allclose(radii, [0, 0.2, 0.4, 0])
    assert legend_circles(np.array([400.0, np.nan]), 0.4, "en") == [
        ("200", pytest.approx(0.4 * np.sqrt(0.5))), ("100", pytest.approx(0.2)),
        ("20", pytest.approx(0.4 * np.sqrt(0.05))),
    ]  # fmt: skip
    assert largest_radius_in(30, 4) > largest_radius_in(30, 4_000)


def test_territories_are_filled_by_class_and_doubtful_ones_hatched_unless_all_are(territories, table):
    base, values = build_base(territories), table.set_index("territory_id")["time_min"].fillna(9)
    flags = pd.Series("", values.index)
    for doubtful, patterns in ((2, 1), (9, 0)):
        flags.iloc[:doubtful] = "border_bias"
        theme = make_theme(column(), values, classify(values), language="en", flags=flags)
        axes = Figure().add_subplot()
        draw_flagged(axes, base.frames[0], theme)
        assert len(axes.patches) == patterns
    flags[:] = ["border_bias"] * 8 + [""] * (len(flags) - 8)
    axes = Figure().add_subplot()
    draw_flagged(axes, base.frames[0], make_theme(column(), values, classify(values), language="en", flags=flags))
    assert {to_hex(patch.get_edgecolor()) for patch in axes.patches} == {"#ffffff", OUTLINE}
    axes = Figure().add_subplot()
    draw_classes(axes, base.frames[0], theme)
    assert sum(len(shapes.get_paths()) for shapes in axes.collections) == len(IDS)
    assert border_width(10) > border_width(5_000)


def test_the_key_of_cities_names_the_classes_that_are_shown(territories):
    classes = {"town": (5_000, 50_000), "large": (1_000_000, None)}
    base = build_base(territories, cities=settlements(("Ciudad", 2e6, -68.5, -8.5)))
    text = MapText(language="en", city_classes=classes)
    rows = city_keys("large", city_marks(base.frames[0], column(), classes), text)
    assert [row.kind for row in rows] == ["measured"]
    assert city_class_label(5_000, 50_000, "en") == "5,000 to 50,000"
    assert "1,000,000" in city_class_label(1_000_000, None, "en")


# Pages on what changed


def texts(figure):
    return "\n".join(text.get_text() for axes in figure.axes for text in axes.texts)


def test_every_word_of_the_pages_is_there_in_three_languages():
    assert all(set(words) == set(LANGUAGES) and all(words.values()) for words in DYNAMICS_WORDS.values())
    assert say("land", "pt") == "Terra"


PERIODS = [(1990, 2000), (2000, 2010)]


@pytest.fixture
def dynamics():
    """Two types over two periods, one factor, and two propositions of which one cannot be told."""
    index = pd.Index(list("abc"), name="territory_id")
    types = pd.DataFrame({"parent_name": "P", "dynamics_type_1990_2000": ["WWW", "WWW", None],
                          "dynamics_type_2000_2010": ["WWW", "LLL", "LLL"]}, index)  # fmt: skip
    rows = [(code, year, 1000.0) for code in "abc" for year in (1990, 2000, 2010)]
    people = pd.DataFrame(rows, columns=["territory_id", "year", "population"])
    factor = {"group": "all", "period": "1990-2000", "column": "time_min"}
    for change, rho in (("growth", 0.5), ("poverty", -0.25), ("equality", np.nan)):
        factor |= {f"rho_{change}": rho, f"n_{change}": 40, f"p_{change}": 0.01, f"q_{change}": 0.02}
    told = []
    for coefficient, proposition in zip((0.3, np.nan), load_propositions().rows[:2], strict=True):
        notes = {f"{name}_{language}": text for language in LANGUAGES for name, text in
                 (("note", "No such column."), ("condition", ""))}  # fmt: skip
        told.append({"id": proposition.id, "coefficient": coefficient, "low": 0.1, "high": 0.5, "expected": "+",
                     "verdict": "as expected", "outcome": "growth", "period": "1990-2000", "n": 40, "p": 0.01,
                     "q": 0.02, "condition": "", **notes})  # fmt: skip
    return Dynamics(
        summarise(types, people, PERIODS),
        transitions(types, people, PERIODS),
        pd.DataFrame([factor]),
        pd.DataFrame(told),
    )


TYPES = {name: dict.fromkeys(LANGUAGES, f"type {name}") for name in ("WWW", "LLL")}


def test_pages_on_types_count_territories_people_and_moves(dynamics):
    page = "\n".join(map(texts, summary_pages(dynamics.summary, dynamics.transitions, TYPES, language="en")))
    assert "type WWW" in page
    assert say("missing", "en") in page
    assert "1990\u20132000" in page


def test_a_page_on_factors_gives_each_correlation_with_its_number(dynamics):
    (figure,) = factor_pages(dynamics.factors, COLUMNS, language="en")
    assert "+0.50 (n 40)" in texts(figure)
    assert "-0.25" in texts(figure).replace("\u2212", "-")


def test_a_page_on_propositions_draws_what_can_be_told_and_gives_reasons_for_the_rest(dynamics):
    propositions = load_propositions().rows
    page = " ".join(
        "\n".join(map(texts, proposition_pages(dynamics.propositions, propositions, language="en"))).split()
    )
    assert all(entry.claim["en"][:40] in page for entry in propositions[:2])
    assert "+0.30" in page
    assert "No such column." in page


def test_the_screen_shows_the_same_in_each_language_and_hides_all_but_the_first(dynamics):
    columns = [*COLUMNS, column("dynamics_type", kind="class", unit="", categories=TYPES)]
    page = dynamics_html(dynamics, load_propositions().rows, columns, languages=["es", "en"])
    assert re.findall(r'data-language="(\w+)" lang="\w+"( hidden)?', page) == [("es", ""), ("en", " hidden")]
    assert page.count("type WWW") == 2 * 2
    assert page.count("<svg") == 2
    assert "<strong>0.50 (n 40)</strong>" in page


def test_a_region_without_outcomes_has_no_pages_on_them(dynamics):
    columns = [*COLUMNS, column("dynamics_type", kind="class", unit="", categories=TYPES)]
    tables = {"profiles": pd.DataFrame(), "similar": pd.DataFrame()}
    assert list(analysis_pages(Analysis(**tables), columns, "en")) == []
    assert len(list(analysis_pages(Analysis(**tables, dynamics=dynamics), columns, "en"))) == 3


def test_the_sheet_of_a_territory_has_its_place_factors_land_and_the_most_alike(territories, table, data):
    indexed = table.set_index("territory_id", drop=False)
    curve = LorenzCurve(kind="holdings", year=2011, count=10, gini=0.5, curve=np.array([[0, 0], [0.5, 0.0], [1, 1]]))
    sheet = SheetData(
        base=build_base(territories), table=indexed, columns=COLUMNS, profiles=io.read_table(data.path("profiles")),
        similar=io.read_table(data.path("similar_territories")), curves={"000": [curve]}, language="en",
    )  # fmt: skip
    page = texts(draw_sheet(sheet, "000"))
    assert "T000" in page
    assert say("similar", "en") in page
    assert "0.3 min" in page
    without = texts(draw_sheet(sheet, "008"))
    assert say("no_value", "en") in without
    assert say("no_curve", "en") in without


def test_a_column_that_was_left_out_as_empty_is_named_with_its_reasons_and_key():
    table = pd.DataFrame({"territory_id": ["a", "b", "c"]})
    flags = pd.DataFrame({"time_min": ["unreachable", "unreachable", "no_data"]}, index=["a", "b", "c"])
    (row,) = empty_columns(COLUMNS, table, flags, keys={"time_min": "roads.provider"})
    assert (row.column, row.config_key) == ("time_min", "roads.provider")
    assert row.reasons == {"no_data": 1, "unreachable": 2}
    text = quality_markdown(quality_report([], region="X", not_computed=[row]))
    assert "| `roads.provider` | nothing found in the whole region (no data: 1; unreachable: 2) | 1 |" in text
