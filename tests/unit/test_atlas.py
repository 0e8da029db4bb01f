"""The atlas, printed and interactive: complete, honest about gaps, safe with any name, and in need of no network."""

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from comarca.publish.maps.atlas_pdf import atlas_pages, write_atlas_pdf
from comarca.publish.maps.atlas_words import REASON_WORDS
from comarca.publish.maps.base import build_base
from comarca.publish.maps.theme import MapText
from comarca.registry.columns import Column
from comarca.results import Flag

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
    text = MapText(language="en", region="R", source_line="Sources: us.")
    made = atlas_pages(base, table, COLUMNS, text=text, title="Region", family_titles=TITLES, sources="All of it.")
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
    made = atlas_pages(base, wide, many, text=MapText(), title="R", family_titles=TITLES)
    found = [texts(figure) for figure in made]
    number = int(found[2][found[2].index("c59_km en") + 1])
    assert "c59_km en" in found[number - 1]


def test_the_printed_atlas_repeats_byte_for_byte(base, table, tmp_path):
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        write_atlas_pdf(base, table, COLUMNS, path, text=MapText(), title="R", family_titles=TITLES)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(re.findall(rb"/Type /Page\b", paths[0].read_bytes())) == 9


# Screen


@pytest.fixture(scope="module")
def page(base, table, flags):
    pytest.importorskip("bokeh", reason="the interactive atlas needs the JavaScript that ships in the package bokeh")
    from comarca.publish.maps.atlas_html import atlas_html

    return atlas_html(
        base, table, COLUMNS, title="Region <b>", languages=["es", "en"], family_titles=TITLES,
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
    from comarca.publish.maps.atlas_html import atlas_html

    again = atlas_html(
        base, table, COLUMNS, title="Region <b>", languages=["es", "en"], family_titles=TITLES,
        flags=flags, sources="Us & <them>.",
    )  # fmt: skip
    assert again == page
