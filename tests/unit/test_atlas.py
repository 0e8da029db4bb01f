"""The atlas, printed and interactive: complete, honest about gaps, safe with any name, and in need of no network."""

import io
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pypdf import PdfReader

from comarca.publish.headlines import Place, Ranking
from comarca.publish.maps.atlas_pdf import AtlasText, pages_of, write_atlas_pdf
from comarca.publish.maps.atlas_words import REASON_WORDS
from comarca.publish.maps.base import build_base
from comarca.publish.maps.layout import new_page
from comarca.publish.maps.pdf_structure import structured
from comarca.publish.maps.theme import MapText
from comarca.registry.columns import Column
from comarca.results import Flag
from comarca.uncertainty.bands import Method, band_table, bounds

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


ABOUT = AtlasText("Region", MapText(language="en", region="R", source_line="Sources: us."), TITLES, "All of it.")


def printed(path, columns, about=ABOUT, base=None):
    """An atlas whose maps are pages that bear the column's title."""
    maps = {}
    for entry in columns:
        if entry.mapped:
            figure, page = new_page(8.27, 11.69)
            page.text(1, 5, entry.title["en"])
            maps[entry.name] = pages_of([figure])[0]
    write_atlas_pdf(base, columns, maps, path, about=about)
    return PdfReader(path)


@pytest.fixture(scope="module")
def atlas(base, tmp_path_factory):
    return printed(tmp_path_factory.mktemp("atlas") / "atlas.pdf", COLUMNS, base=base)


@pytest.fixture(scope="module")
def pages(atlas):
    return [page.extract_text().splitlines() for page in atlas.pages]


def test_contents_point_to_the_right_pages(pages):
    for title in ("First family", "Second", "area_km2 en", "time_min en", "a_share en", "a_class en"):
        line = next(line for line in pages[1] if line.startswith(title))
        number = int(line.removeprefix(title))
        assert any(title in line for line in pages[number - 1])
        assert str(number) in pages[number - 1]


def test_an_atlas_has_title_contents_families_maps_and_sources(pages):
    # Title, contents, two pages on the families, four maps, sources.
    assert len(pages) == 1 + 1 + 2 + 4 + 1
    assert "Region" in pages[0]
    assert "Sources" in pages[-1][0]
    assert "All of it." in pages[-1]
    assert "What time_min is." in pages[4]


def test_pages_that_are_written_together_store_a_font_once():
    figures = []
    for text in ("one", "another"):
        figure, page = new_page(8.27, 11.69)
        page.text(1, 5, text)
        figures.append(figure)
    pages = pages_of(figures)
    assert [page.place for page in pages] == [0, 1]
    assert pages[0].pdf is pages[1].pdf
    assert pages[0].pdf.count(b"/FontFile2") == 1
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(pages[0].pdf)).pages]
    assert texts == ["one", "another"]


def test_a_summary_stands_before_the_maps_and_rankings_after_them(base, tmp_path):
    ranking = Ranking("Area", [Place(1, "Alto", "3 km")], [Place(2, "Bajo", "1 km")], 2)
    about = replace(ABOUT, summary=["Area: from 1 to 3."], rankings=[ranking], notes={"time_min": "No data 1 (so)."})
    pages = [page.extract_text() for page in printed(tmp_path / "a.pdf", COLUMNS, about=about, base=base).pages]
    assert "Area: from 1 to 3." in pages[2]
    assert "No data 1 (so)." in pages[5]
    assert all(words in pages[-2] for words in ("First and last", "1.  Alto", "3 km", "2.  Bajo"))
    line = next(line for line in pages[1].splitlines() if line.startswith("time_min en"))
    assert "time_min en" in pages[int(line.removeprefix("time_min en")) - 1]


def test_bookmarks_links_and_language_lead_through_the_atlas(atlas):
    top = [entry.title for entry in atlas.outline if not isinstance(entry, list)]
    assert top == ["First family", "Second", "Sources"]
    assert [entry.title for entry in atlas.outline[3]] == ["time_min en", "a_share en", "a_class en"]
    assert atlas.root_object["/Lang"] == "en"
    assert atlas.metadata.title == "Region: Atlas of territory indicators"
    assert len(atlas.pages[1]["/Annots"]) == 7


def test_pages_are_tagged_maps_as_pictures_with_their_titles(atlas):
    root = atlas.root_object
    assert root["/MarkInfo"]["/Marked"]
    kinds = [entry.get_object() for entry in root["/StructTreeRoot"]["/K"]["/K"]]
    assert [kind["/Pg"] for kind in kinds] == list(atlas.pages)
    titles = {number: kind.get("/Alt") for number, kind in enumerate(kinds) if kind["/S"] == "/Figure"}
    assert list(titles.values()) == ["Map: area_km2 en", "Map: time_min en", "Map: a_share en", "Map: a_class en"]
    for number, title in titles.items():
        assert title.removeprefix("Map: ") in atlas.pages[number].extract_text()
    marks = [page.get_contents().get_data().count(b" BDC") for page in atlas.pages]
    assert marks == [1] * len(kinds)


def test_sheets_in_one_file_have_bookmarks_tags_title_and_language(tmp_path):
    figures = []
    for text in ("one", "another"):
        figure, page = new_page(8.27, 11.69)
        page.text(1, 5, text)
        figures.append(figure)
    files = [pages_of([figure])[0].pdf for figure in figures]
    structured(files, ["Uno", "Otro"], title="Región", language="es").write(tmp_path / "sheets.pdf")
    found = PdfReader(tmp_path / "sheets.pdf")
    assert [(entry.title, found.get_destination_page_number(entry)) for entry in found.outline] == [
        ("Uno", 0),
        ("Otro", 1),
    ]
    assert (found.root_object["/Lang"], found.metadata.title) == ("es", "Región")
    assert [entry.get_object()["/S"] for entry in found.root_object["/StructTreeRoot"]["/K"]["/K"]] == ["/P", "/P"]
    assert [page.extract_text() for page in found.pages] == ["one", "another"]


def test_maps_of_two_indicators_and_rankings_stand_in_contents_and_bookmarks(base, tmp_path):
    figure, page = new_page(8.27, 11.69)
    page.text(1, 5, "both at once")
    ranking = Ranking("Area", [Place(1, "Alto", "3 km")], [Place(2, "Bajo", "1 km")], 2)
    about = replace(ABOUT, joint=[("One, against: two", pages_of([figure])[0])], rankings=[ranking])
    found = printed(tmp_path / "a.pdf", COLUMNS, about=about, base=base)
    top = {
        entry.title: found.get_destination_page_number(entry) for entry in found.outline if not isinstance(entry, list)
    }
    texts = [page.extract_text() for page in found.pages]
    assert list(top) == ["First family", "Second", "Two indicators together", "First and last", "Sources"]
    assert "both at once" in texts[top["Two indicators together"]]
    assert "1.  Alto" in texts[top["First and last"]]
    assert texts[top["Sources"]].startswith("Sources")
    assert "One, against: two" in texts[1]


def test_long_contents_take_more_pages_and_numbers_still_fit(base, tmp_path):
    many = [column(f"c{number}_km", "one") for number in range(60)]
    pages = [page.extract_text() for page in printed(tmp_path / "a.pdf", many, base=base).pages]
    number = int(next(line for line in pages[2].splitlines() if line.startswith("c59_km en")).removeprefix("c59_km en"))
    assert "c59_km en" in pages[number - 1]


def test_a_ranking_is_not_parted_between_pages(base, tmp_path):
    rows = [Place(number + 1, f"Place {number}", "1 km") for number in range(20)]
    several = [Ranking(f"Ranking {number}", rows, [], 20) for number in range(4)]
    pages = [
        page.extract_text()
        for page in printed(tmp_path / "a.pdf", COLUMNS, about=replace(ABOUT, rankings=several), base=base).pages
    ]
    assert [page.count("Place 0") for page in pages if "Ranking" in page] == [2, 2]
    assert [page.count("Place 19") for page in pages if "Ranking" in page] == [2, 2]


def test_coordinates_are_cut_to_what_prints_and_numbers_of_colours_are_not(base, tmp_path):
    figure, page = new_page(8.27, 11.69)
    page.plot([1.0, 2.123456, 3.0], [1.0, 5.987654, 2.0], color=(0.123456, 0.5, 0.5))
    write_atlas_pdf(base, COLUMNS, {"time_min": pages_of([figure])[0]}, tmp_path / "a.pdf", about=ABOUT)
    drawn = PdfReader(tmp_path / "a.pdf").pages[-2]["/Contents"].get_data().decode("latin-1")
    assert "152.88 431.11 l" in drawn  # 2.123456 * 72 is 152.888832, 5.987654 * 72 is 431.111088
    assert "0.123456" in drawn


def test_a_long_path_is_stored_once_for_all_pages(base, tmp_path):
    def drawing(color):
        figure, page = new_page(8.27, 11.69)
        angles = np.linspace(0, 2 * np.pi, 400)
        page.fill(4 + np.cos(angles), 5 + np.sin(angles), color=color, snap=False)
        return figure

    maps = dict(zip(("time_min", "a_share"), pages_of(map(drawing, ("red", "blue"))), strict=True))
    write_atlas_pdf(base, COLUMNS, maps, tmp_path / "a.pdf", about=ABOUT)
    drawn = [page for page in PdfReader(tmp_path / "a.pdf").pages if b"Do" in page["/Contents"].get_data()]
    names = [re.search(rb"(/Shape\d+) Do", page["/Contents"].get_data())[1].decode() for page in drawn[-2:]]
    forms = [page["/Resources"]["/XObject"][name] for page, name in zip(drawn[-2:], names, strict=True)]
    assert forms[0].indirect_reference == forms[1].indirect_reference
    assert f"{5 * 72:.0f} {5 * 72:.0f} m" in forms[0].get_data().decode()
    assert forms[0]["/Subtype"] == "/Form"


def test_the_printed_atlas_repeats_byte_for_byte(base, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        printed(tmp_path / name, COLUMNS, base=base)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


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
    assert found["a_share"]["values"] == table["a_share"].round(3).tolist()
    assert found["time_min"]["values"][1] is None
    assert data["reasons"]["time_min"] == {"1": "unreachable"}
    assert data["meaning"]["unreachable"]["es"].startswith("ninguna ciudad")
    assert sum(key["count"] for key in found["time_min"]["keys"]) == COUNT
    assert [key["label"]["es"] for key in found["time_min"]["keys"] if key["missing"]] == ["Sin datos"]


def test_the_page_holds_the_band_of_each_value_that_has_one(base, table):
    pytest.importorskip("bokeh", reason="the interactive atlas needs the JavaScript that ships in the package bokeh")
    from comarca.publish.maps.atlas_html import atlas_html

    value = table.set_index("territory_id")["a_share"]
    bands = band_table([bounds("a_share", Method.SURFACES, value[:2], value[:2] - 0.1, value[:2] + 0.1)])
    page = atlas_html(base, table, COLUMNS, title="R", languages=["es"], family_titles=TITLES, bands=bands)
    found = content(page)["bands"]
    assert found.keys() == {"a_share"}
    assert found["a_share"]["ends"]["0"] == pytest.approx([value.iloc[0] - 0.1, value.iloc[0] + 0.1], abs=1e-3)
    assert len(found["a_share"]["ends"]) == 2
    assert found["a_share"]["method"].keys() == {"es"}


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
