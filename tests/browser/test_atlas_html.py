"""The interactive atlas can be used by mouse and by keyboard, in three languages, from one file without a network.

Every test of the small atlas also asserts that it raised no complaint on the console, no request and no dialog.
"""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from browser.conftest import COLUMNS, NAMES, make_atlas

LIMIT_BYTES = 15_000_000


def middle(page, selector, x=0.5, y=0.5):
    box = page.tab.locator(selector).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def in_tooltips(page):
    """What the tooltips of the plots say; they stand in shadow trees."""
    return page.tab.evaluate(
        """() => {
             const found = [];
             const walk = (node) => {
               for (const child of node.querySelectorAll("*")) {
                 if (child.matches(".bk-Tooltip, .bk-tooltip-content")) found.push(child.textContent);
                 if (child.shadowRoot) {
                   const rows = child.shadowRoot.querySelectorAll(".bk-tooltip-row-value");
                   for (const row of rows) found.push(row.textContent);
                   walk(child.shadowRoot);
                 }
               }
             };
             walk(document);
             return found.join("|");
           }"""
    )


def said_over(page, selector, spots, *wanted):
    """Move over spots of a plot, again and again on a busy machine, until its tooltip says what is wanted."""
    until = time.monotonic() + 30
    said = ""
    while time.monotonic() < until:
        for spot in spots:
            page.tab.mouse.move(*middle(page, selector, *spot))
            said = in_tooltips(page)
            if all(word in said for word in wanted):
                return said
        page.tab.wait_for_timeout(100)
    return said


#: What has the focus, also within the shadow trees of the plots.
FOCUS = """() => {
  let node = document.activeElement;
  while (node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
  return %s;
}"""


def focused(page):
    """Identity of what has the focus, or its class, or the start of its text."""
    return page.tab.evaluate(FOCUS % "node.id || node.textContent.trim().slice(0, 40) || node.className")


def order(page):
    return page.tab.locator("#table tbody tr th button").all_inner_texts()


def test_the_map_is_drawn_without_complaint_or_network(page):
    assert page.tab.locator("#map canvas").count() > 0
    assert page.text("#map-heading") == "time_min en"
    assert page.tab.locator("#legend li").count() >= 3
    assert "No data" in page.text("#legend")


@pytest.mark.parametrize("name", ["a_class", "wet_share", "time_min"])
def test_another_indicator_can_be_chosen(page, name):
    page.tab.select_option("#indicator", name)
    assert page.text("#map-heading") == f"{name} en"
    assert page.text("#about") == f"What {name} is."
    assert f"{name} en" in page.text("#table thead")


def test_hovering_names_the_territory_and_its_value(page):
    said = said_over(page, "#map", [(0.4, 0.5), (0.41, 0.5)], "time_min en:")
    assert any(name in said for name in NAMES)
    assert "time_min en:" in said


def test_a_click_on_the_map_opens_the_profile(page):
    page.tab.mouse.click(*middle(page, "#map", 0.42))
    page.tab.wait_for_function("document.getElementById('profile-heading').textContent !== 'Profile'")
    assert page.text("#profile-heading") in NAMES
    assert "time_min en" in page.text("#profile")
    assert page.tab.locator("#table tr.chosen").count() == 1


def test_search_finds_names_whatever_their_accents(page):
    page.search("acailandia")
    assert page.text("#profile-heading") == "Açailândia"
    assert "Açailândia" in page.tab.locator("#status").text_content()


def test_search_says_what_it_does_not_find(page):
    page.search("Nowhere")
    assert page.text("#not-found") == "No territory is called Nowhere."
    assert page.tab.get_attribute("#find", "aria-invalid") == "true"
    page.search("Barra")
    assert page.tab.locator("#not-found").text_content() == ""


def test_a_gap_gives_its_reason(page):
    page.search("Barra")
    assert "No data" in page.text("#profile tr.current")
    assert page.tab.locator("#profile .notes li").count() == 1


def test_a_territory_called_script_is_shown_and_not_executed(page):
    page.search(NAMES[0])
    assert page.text("#profile-heading") == NAMES[0]
    assert NAMES[0] in order(page)
    # A search brings the territory to the middle of the map; the tooltip is HTML, too.
    assert NAMES[0] in said_over(page, "#map", [(x, 0.5) for x in np.linspace(0.4, 0.6, 40)], NAMES[0])


def test_the_address_holds_what_is_shown(open_page, atlas, page):
    page.tab.select_option("#indicator", "wet_share")
    page.tab.select_option("#language", "es")
    page.search("Barra")
    address = page.tab.evaluate("location.hash")
    assert address == "#indicator=wet_share&compare=wet_share&language=es&territory=03"
    other = open_page(atlas)
    other.tab.goto(other.path.as_uri() + address)
    other.tab.reload()
    other.tab.wait_for_selector("html[data-ready]")
    assert other.text("#map-heading") == "wet_share es"
    assert other.text("#profile-heading") == "Barra"
    assert other.tab.input_value("#language") == "es"
    other.tab.close()


def test_the_first_place_is_the_best(page):
    # Less time is better: 10 of the five values is the first.
    page.search("Açailândia")
    assert "1 of 5" in page.text("#profile tr.current")


def test_the_legend_shows_how_the_values_spread(page):
    assert page.tab.locator("#histogram rect").count() >= 3
    page.tab.select_option("#indicator", "a_class")
    assert page.tab.locator("#histogram rect").count() == 0


def test_amounts_are_circles_with_their_own_legend(open_page, table):
    people = replace(COLUMNS[2], name="people_count", unit="persons", title=dict.fromkeys(("en", "es", "pt"), "People"))
    shapes = [shapely.box(place, 0, place + 1, 2) for place in range(6)]
    persons = [400.0, 100.0, np.nan, 25.0, 0.0, 90.0]
    page = open_page(make_atlas(table.assign(people_count=persons), [*COLUMNS, people], shapes))
    page.tab.select_option("#indicator", "people_count")
    rows = page.tab.locator("#legend .amount")
    assert rows.all_inner_texts() == ["200", "100", "20"]
    widths = [rows.nth(place).locator(".circle").bounding_box()["width"] for place in range(3)]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 0.5**0.5, 0.1**0.5], rel=0.05)
    assert page.tab.locator("#histogram text").all_text_contents() == ["0", "400", "logarithmic scale"]
    assert "Territories with a value\n5" in page.text("#legend")
    assert "No data" in page.text("#legend")
    page.tab.close()


def test_map_and_table_are_seen_together_and_no_column_is_cut(open_page, table):
    words = {"W": dict.fromkeys(("en", "es", "pt"), "Less than an hour from a city of 50 to 100 thousand")}
    title = dict.fromkeys(("en", "es", "pt"), "Mean travel time to the nearest city (50,000 to 1,000,000 inhabitants)")
    long = replace(COLUMNS[3], name="long_class", title=title, categories=words)
    shapes = [shapely.box(place, 0, place + 1, 2) for place in range(6)]
    page = open_page(make_atlas(table.assign(long_class="W"), [*COLUMNS, long], shapes))
    page.tab.set_viewport_size({"width": 1366, "height": 768})
    shown = [page.tab.locator(name).bounding_box() for name in ("#map", "#table")]
    assert all(box["y"] < 600 for box in shown)
    assert shown[1]["x"] >= shown[0]["x"] + shown[0]["width"]
    box = page.tab.locator("#table-section .scroll")
    for name in ("time_min", "long_class"):
        page.tab.select_option("#indicator", name)
        assert box.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        # No value runs into the next column.
        assert page.tab.locator("#table td").evaluate_all(
            "(cells) => cells.every((c) => c.scrollWidth <= c.clientWidth)"
        )
    page.tab.close()


def test_the_chosen_territory_is_outlined_and_doubtful_values_are_hatched(open_page, table):
    flags = pd.DataFrame("", index=table["territory_id"], columns=table.columns)
    flags.loc[["01", "03"], "time_min"] = ["border_bias", "unreachable"]
    page = open_page(
        make_atlas(table, COLUMNS, [shapely.box(place, 0, place + 1, 2) for place in range(6)], flags=flags)
    )
    assert "Flagged: the profile says why\n1" in page.text("#legend")
    renderers = """() => Bokeh.documents[0].roots()[0].renderers.map((entry) => entry.data_source.data)
      .filter((data) => data.xs).map((data) => data.xs.map((shape) => shape.length))"""
    # All shapes, the one pattern, the outline of nothing in white and in black.
    assert page.tab.evaluate(renderers) == [[1] * 6, [1], [], []]
    page.search("Barra")
    assert page.tab.evaluate(renderers) == [[1] * 6, [1], [1], [1]]
    page.tab.select_option("#indicator", "wet_share")
    assert page.tab.evaluate(renderers) == [[1] * 6, [], [1], [1]]
    fills = "() => Bokeh.documents[0].roots()[0].renderers[0].data_source.data.fill"
    assert len(set(page.tab.evaluate(fills))) > 1
    page.tab.close()


def test_the_table_sorts_both_ways_with_gaps_last(page):
    header = "#table thead button[data-key=x]"
    page.tab.click(header)
    assert order(page) == ['"D", E', "Fosa", NAMES[0], "Cerro", "Açailândia", "Barra"]
    page.tab.click(header)
    assert order(page) == ["Açailândia", "Cerro", NAMES[0], "Fosa", '"D", E', "Barra"]
    assert page.tab.locator("#table th[aria-sort=ascending]").count() == 1


def test_two_indicators_are_compared(page):
    page.tab.select_option("#compare", "wet_share")
    assert page.tab.locator("#scatter canvas").count() > 0
    assert "wet_share en" in page.text("#table thead")
    page.tab.locator("#scatter").scroll_into_view_if_needed()
    # (30 min, 50 %) is in the middle of both ranges.
    spots = [(x, y) for y in np.linspace(0.55, 0.42, 14) for x in np.linspace(0.47, 0.58, 23)]
    found = said_over(page, "#scatter", spots, "wet_share en:")
    assert "wet_share en:" in found
    assert "time_min en:" in found


def test_the_download_is_the_table(page, table, tmp_path):
    with page.tab.expect_download() as download:
        page.tab.click("#download")
    path = tmp_path / "indicators.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename == "indicators.csv"
    pd.testing.assert_frame_equal(pd.read_csv(path, dtype={"territory_id": str}), table, check_dtype=False)


@pytest.mark.parametrize(
    ("language", "heading", "search"),
    [
        ("en", "Table", "Find a territory"),
        ("es", "Tabla", "Buscar un territorio"),
        ("pt", "Tabela", "Buscar um território"),
    ],
)
def test_the_page_speaks_three_languages(page, language, heading, search):
    page.search("Barra")
    page.tab.select_option("#language", language)
    assert page.tab.get_attribute("html", "lang") == language
    assert page.text("#table-heading") == heading
    assert page.text("label[for=find]") == search
    assert page.text("#map-heading") == f"time_min {language}"
    assert page.text("#profile-heading") == "Barra"
    assert f"time_min {language}" in page.text("#profile")


def test_numbers_follow_the_language(page):
    page.tab.select_option("#indicator", "wet_share")
    row = "#table tr[data-place='5']"
    assert "12.5 %" in page.text(row)
    page.tab.select_option("#language", "es")
    assert "12,5 %" in page.text(row)
    numbers = """(language) => {
      document.querySelector("#language").value = language;
      document.querySelector("#language").dispatchEvent(new Event("change"));
      return Bokeh.documents[0].roots()[1].below[0].formatter.doFormat([-20000.5, -20000, -2000]).join(" ");
    }"""
    minus, blank = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
    written = {
        "en": f"{minus}20,000.5 {minus}20,000.0 {minus}2,000.0",
        "es": f"{minus}20{blank}000,5 {minus}20{blank}000,0 {minus}2000,0",
        "pt": f"{minus}20.000,5 {minus}20.000,0 {minus}2.000,0",
    }
    assert {language: page.tab.evaluate(numbers, language) for language in written} == written


def test_sources_are_shown_as_text_of_their_own_structure(page):
    assert page.text("#sources h2") == "Sources"
    assert page.tab.locator("#sources li").all_inner_texts() == ["one <b>", "two"]
    assert page.text("#sources code") == "roads.csv"
    assert page.text("#sources strong") == "here"


# Keyboard and screen readers


def test_tab_reaches_every_control_in_reading_order_and_shows_where_it_is(page):
    seen = []
    for _ in range(40):
        page.tab.keyboard.press("Tab")
        seen.append(focused(page))
        assert page.tab.evaluate(FOCUS % "getComputedStyle(node).outlineStyle") != "none", seen[-1]
        if NAMES[1] in seen:
            break
    wanted = ["Skip to the table", "language", "indicator", "compare", "find", "profile", "download", "Name", NAMES[1]]
    places = [next(place for place, name in enumerate(seen) if name == want) for want in wanted]
    assert places == sorted(places)


def test_the_first_link_skips_to_the_table(page):
    page.tab.keyboard.press("Tab")
    page.tab.keyboard.press("Enter")
    assert focused(page) == "table-section"


def test_indicator_and_territory_can_be_chosen_by_keyboard_alone(page):
    page.tab.focus("#indicator")
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("Enter")
    assert page.text("#map-heading") == "a_class en"
    page.tab.locator("#table tbody button").nth(2).focus()
    page.tab.keyboard.press("Enter")
    assert page.text("#profile-heading") == order(page)[2]
    assert focused(page) == "profile-heading"


def test_sorting_keeps_the_focus(page):
    page.tab.locator("#table thead button[data-key=x]").focus()
    page.tab.keyboard.press("Enter")
    assert focused(page).startswith("time_min en")


def test_every_control_and_picture_has_a_name(page):
    for role in ("combobox", "searchbox", "button", "img", "region", "link"):
        for node in page.tab.get_by_role(role).all():
            html = node.evaluate("(node) => node.outerHTML.slice(0, 200)")
            named = node.evaluate(
                """(node) => Boolean(node.textContent.trim() || node.getAttribute("aria-label") || node.title
                     || (node.labels && node.labels.length) || node.getAttribute("aria-labelledby"))"""
            )
            assert named, html
    for identity in ("map", "scatter"):
        assert len(page.tab.get_attribute(f"#{identity}", "aria-label")) > 20


def test_the_page_has_landmarks_and_one_main_heading(page):
    for role in ("main", "banner", "contentinfo"):
        assert page.tab.get_by_role(role).count() == 1, role
    assert page.tab.get_by_role("heading", level=1).count() == 1
    assert page.tab.get_by_role("region", name="Table").count() >= 1
    assert page.tab.get_by_role("status").count() == 1


def test_a_change_of_the_map_is_announced(page):
    page.tab.select_option("#indicator", "wet_share")
    assert "wet_share en" in page.tab.locator("#status").text_content()


@pytest.mark.parametrize("width", [1400, 800, 400])
def test_nothing_sticks_out_of_the_window(open_page, atlas, width):
    page = open_page(atlas, width=width, height=1000)
    page.search("Barra")
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
    page.tab.close()


# Size


def test_an_atlas_of_a_thousand_territories_is_light_and_opens(open_page):
    count = 1_000
    ids = [f"{number:07d}" for number in range(count)]
    rng = np.random.default_rng(1)
    many = [
        COLUMNS[0], COLUMNS[1],
        *(replace(COLUMNS[2], name=f"time_{place}_min") for place in range(40)),
    ]  # fmt: skip
    numbers = {entry.name: rng.gamma(2.0, 40.0, count) for entry in many[2:]}
    table = pd.DataFrame({"territory_id": ids, "territory_name": [f"Place {name}" for name in ids], **numbers})
    # Borders as detailed as real ones: a hundred vertices a territory.
    corners = np.column_stack(np.divmod(np.arange(count), 40)) / 10
    shapes = shapely.segmentize(shapely.box(*corners.T, *(corners + 0.1).T), 0.004)
    text = make_atlas(table, many, shapes)
    assert len(text.encode()) < LIMIT_BYTES
    page = open_page(text)
    # Only the rows near the visible ones are made, and the others come as the table is scrolled.
    assert page.tab.locator("#table tbody tr[data-place]").count() < 120
    page.tab.evaluate("document.querySelector('.scroll').scrollTop = 1e6")
    page.tab.wait_for_selector("#table tr[data-place='999']")
    page.search("Place 0000500")
    assert page.text("#profile-heading") == "Place 0000500"
    assert page.complaints == []
    page.tab.close()
