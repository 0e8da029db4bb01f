"""The atlas, printed and interactive: complete, honest about gaps, safe with any name, and in need of no network."""

import json
import re
import shutil
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.flags import Flag
from comarca.maps.atlas_pdf import atlas_pages, write_atlas_pdf
from comarca.maps.atlas_words import REASON_WORDS
from comarca.maps.base import build_base
from comarca.maps.theme import MapOptions
from comarca.registry import Column

NASTY = ["<script>alert(1)</script>", "</script><b>x", 'A, "B"', "=1+1", "%%DATA%%", "Plain"]
COUNT = 12
NAMES = [*NASTY, *(f"Place {number}" for number in range(COUNT - len(NASTY)))]
TITLES = {
    "one": {"en": "First family", "es": "Primera", "pt": "Primeira"},
    "two": {"en": "Second", "es": "S", "pt": "S"},
}


def column(name, family, *, kind="number", mapped=True, categories=None):
    return Column(
        name=name, family=family, title={lang: f"{name} {lang}" for lang in ("en", "es", "pt")}, unit="km", kind=kind,
        range=(None, None), better="lower", definition=f"What {name} is.", method="m", source="s", missing="x",
        layers=(), mapped=mapped, categories=categories or {},
    )  # fmt: skip


COLUMNS = [
    *(
        replace(column(name, "one", kind="text", mapped=False))
        for name in ("territory_id", "territory_name", "parent_name")
    ),
    column("area_km2", "one"),
    column("time_min", "two"),
    column("a_share", "two"),
    column("a_class", "two", kind="class", categories={code: {"en": code, "es": code, "pt": code} for code in "WL"}),
]


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame(
        {
            "territory_id": [f"{place:02d}" for place in range(COUNT)],
            "territory_name": NAMES,
            "parent_name": ["Norte"] * 11 + [None],
            "area_km2": np.arange(12.0)[::-1],
            "time_min": [1.5, np.nan, *np.arange(3.0, 6.0), 20.0, *np.arange(6.0, 12.0)],
            "a_share": [1 / 3, *np.linspace(0, 1, 11)],
            "a_class": ["W", "L", None] * 4,
        }
    )


@pytest.fixture(scope="module")
def flags(table):
    values = table.set_index("territory_id")
    return pd.DataFrame(np.where(values.isna(), "unreachable", ""), index=values.index, columns=values.columns)


@pytest.fixture(scope="module")
def base(table):
    shapes = [shapely.box(place, 0, place + 1, 1) for place in range(COUNT - 1)] + [shapely.box(60, 0, 60.5, 0.5)]
    shapes[2] = shapes[2].difference(shapely.box(2.2, 0.2, 2.8, 0.8))
    layer = table[["territory_id", "territory_name", "parent_name"]].assign(country="XXX")
    return build_base(gpd.GeoDataFrame(layer, geometry=shapes, crs=4326))


# Print


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.fixture(scope="module")
def pages(base, table):
    options = MapOptions(language="en", region="R", source_line="Sources: us.")
    made = atlas_pages(
        base, table, COLUMNS, options=options, title="Region", family_titles=TITLES, sources="All of it."
    )
    return [texts(figure) for figure in made]


def test_contents_point_to_the_right_pages(pages):
    contents = pages[1]
    for title in ("First family", "Second", "area_km2 en", "time_min en", "a_share en", "a_class en"):
        number = int(contents[contents.index(title) + 1])
        assert pages[number - 1][0] == title or title in pages[number - 1]
        assert str(number) in pages[number - 1]


def test_an_atlas_has_title_contents_families_maps_and_sources(pages):
    # Title, contents, two pages on the families, four maps, sources.
    assert len(pages) == 1 + 1 + 2 + 4 + 1
    assert pages[0][0] == "Region"
    assert pages[-1][0] == "Sources"
    assert "All of it." in pages[-1]
    assert "What time_min is." in pages[4]


def test_long_contents_take_more_pages_and_numbers_still_fit(base, table):
    many = [column(f"c{number}_km", "one") for number in range(60)]
    wide = pd.concat(
        [table[["territory_id"]], pd.DataFrame({entry.name: np.arange(float(COUNT)) for entry in many})], axis=1
    )
    made = atlas_pages(base, wide, many, options=MapOptions(), title="R", family_titles=TITLES)
    found = [texts(figure) for figure in made]
    number = int(found[2][found[2].index("c59_km en") + 1])
    assert "c59_km en" in found[number - 1]


def test_the_printed_atlas_repeats_byte_for_byte(base, table, tmp_path):
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        write_atlas_pdf(base, table, COLUMNS, path, options=MapOptions(), title="R", family_titles=TITLES)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(re.findall(rb"/Type /Page\b", paths[0].read_bytes())) == 9


# Screen


@pytest.fixture(scope="module")
def page(base, table, flags):
    pytest.importorskip("bokeh", reason="the interactive atlas needs the JavaScript that ships in the package bokeh")
    from comarca.maps.atlas_html import atlas_html

    return atlas_html(
        base, table, COLUMNS, title="Region <b>", options=MapOptions(), languages=["es", "en"], family_titles=TITLES,
        flags=flags, sources="Us & <them>.",
    )  # fmt: skip


def content(page):
    return json.loads(re.search(r'<script type="application/json" id="atlas-data">(.*?)</script>', page, re.DOTALL)[1])


def test_names_cannot_end_the_data_block_or_become_markup(page):
    assert content(page)["names"] == NAMES
    assert "<script>alert" not in page
    assert "Region <b>" not in page.split("<script>")[0]


def test_the_page_asks_for_nothing_from_outside(page):
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)""", outside)
    assert "@import" not in outside
    assert "url(" not in outside
    assert "connect-src 'none'" in page


def test_the_page_holds_every_value_and_the_reason_of_every_gap(page, table):
    data = content(page)
    found = {entry["name"]: entry for entry in data["columns"]}
    assert found["a_share"]["values"] == table["a_share"].tolist()
    assert found["time_min"]["values"][1] is None
    assert data["reasons"]["time_min"] == {"1": "unreachable"}
    assert data["meaning"]["unreachable"]["es"].startswith("ninguna ciudad")
    assert sum(key["count"] for key in found["time_min"]["keys"]) == COUNT
    assert [key["label"]["es"] for key in found["time_min"]["keys"] if key["missing"]] == ["Sin datos"]


@pytest.mark.parametrize("language", ["es", "pt"])
def test_every_reason_code_speaks_the_readers_language(language):
    assert REASON_WORDS[language].keys() == {flag.value for flag in Flag} - {""}


def test_shapes_keep_their_holes_and_far_islands_come_near(page, base):
    data = content(page)
    assert [len(rings[0]) for rings in data["xs"]] == [1, 1, 2] + [1] * 9
    every = [x for shape in data["xs"] for polygon in shape for ring in polygon for x in ring]
    assert max(every) - min(every) < 4_000 * 1.5
    assert len(data["boxes"]) == len(base.frames) - 1 == 1


def test_the_page_repeats_byte_for_byte(page, base, table, flags):
    from comarca.maps.atlas_html import atlas_html

    again = atlas_html(
        base, table, COLUMNS, title="Region <b>", options=MapOptions(), languages=["es", "en"], family_titles=TITLES,
        flags=flags, sources="Us & <them>.",
    )  # fmt: skip
    assert again == page


@pytest.fixture(scope="module")
def opened(page, tmp_path_factory):
    """Open the page in Chromium; yield it with what it said on the console and what it asked the network for."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs Chromium")
    path = tmp_path_factory.mktemp("atlas") / "atlas.html"
    path.write_text(page, encoding="utf-8")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1400, "height": 1200})
        said, asked = [], []
        tab.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=60_000)
        yield tab, said, asked
        browser.close()


def test_every_indicator_can_be_drawn_without_complaint(opened):
    tab, said, _ = opened
    for name in ("area_km2", "a_class", "a_share", "time_min"):
        tab.select_option("#indicator", name)
        assert tab.locator("#map-heading").inner_text().startswith(name)
    assert said == []


def test_the_page_opens_without_errors_and_without_network(opened):
    tab, said, asked = opened
    assert said == []
    assert asked == [tab.url]
    assert tab.locator("#map canvas").count() > 0


def test_a_territory_called_script_is_shown_as_such(opened):
    tab, *_ = opened
    tab.fill("#find", "<script>alert(1)</script>")
    tab.keyboard.press("Enter")
    assert tab.locator("#profile-heading").inner_text() == NASTY[0]
    assert tab.locator("#profile tr.current").count() == 1
    tab.fill("#find", NASTY[1])
    tab.keyboard.press("Enter")
    assert "ninguna ciudad" in tab.locator("#profile .notes").inner_text()


def test_a_click_on_the_map_opens_a_profile(opened):
    tab, *_ = opened
    tab.fill("#find", "Plain")
    tab.keyboard.press("Enter")
    box = tab.locator("#map").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.wait_for_function("document.getElementById('profile-heading').textContent !== 'Plain'")
    assert tab.locator("#profile-heading").inner_text() in NAMES


def test_the_table_sorts_by_keyboard_with_gaps_last(opened):
    tab, *_ = opened
    tab.select_option("#indicator", "time_min")
    tab.locator("#table thead button[data-key=x]").focus()
    tab.keyboard.press("Enter")
    first = tab.locator("#table tbody tr th").all_inner_texts()
    tab.keyboard.press("Enter")
    second = tab.locator("#table tbody tr th").all_inner_texts()
    assert first[0] == "Plain"
    assert second[0] == NASTY[0]
    assert first[-1] == second[-1] == NASTY[1]
    assert tab.locator("#table th[aria-sort=ascending]").count() == 1


def test_the_language_can_be_changed(opened):
    tab, *_ = opened
    tab.select_option("#language", "en")
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator("#table-heading").inner_text() == "Table"
    assert tab.locator("#map-heading").inner_text().endswith(" en")


def test_the_download_is_the_table(opened, table, tmp_path):
    tab, *_ = opened
    with tab.expect_download() as download:
        tab.click("#download")
    path = tmp_path / "download.csv"
    download.value.save_as(path)
    found = pd.read_csv(path, dtype={"territory_id": str})
    pd.testing.assert_frame_equal(found, table, check_dtype=False)
