"""Maps: classes that keep every value in place, frames, furniture that measures right, files that repeat."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_rgb
from pyproj import Transformer

from comarca.crs import GEOD
from comarca.errors import ConfigError
from comarca.maps.base import build_base
from comarca.maps.choropleth import draw_map, save_map
from comarca.maps.classify import SCHEMES, class_breaks, classify
from comarca.maps.furniture import scale_bar_m
from comarca.maps.layout import choose_layout, inset_boxes, metres_per_inch
from comarca.maps.style import category_colors, class_colors
from comarca.maps.theme import MapOptions, class_labels, column_classes, make_theme
from comarca.maps.words import number, unit_label
from comarca.registry import Column


def column(name="time_min", *, kind="number", unit="min", better="lower", categories=None):
    return Column(
        name=name, family="some", title={"en": "A title & <more>", "es": "Un t\u00edtulo", "pt": "Um t\u00edtulo"},
        unit=unit, kind=kind, range=(None, None), better=better, definition="d", method="m", source="s", missing="x",
        layers=(), mapped=True, categories=categories or {},
    )  # fmt: skip


def grid(west, south, east, north, count):
    longitude, latitude = np.linspace(west, east, count + 1), np.linspace(south, north, count + 1)
    return [
        shapely.box(longitude[i], latitude[j], longitude[i + 1], latitude[j + 1])
        for i in range(count)
        for j in range(count)
    ]


def layer(shapes, parents=None):
    ids = [f"{place:03d}" for place in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"territory_id": ids, "territory_name": [f"T{name}" for name in ids], "parent_name": parents, "country": "XXX"},
        geometry=shapes,
        crs=4326,
    )


def settlements(*rows):
    names, people, longitude, latitude = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"city_name": names, "population_persons": people}, geometry=gpd.points_from_xy(longitude, latitude), crs=4326
    )


# Classes


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_every_scheme_keeps_every_value_and_makes_no_empty_class(scheme):
    values = np.random.default_rng(1).lognormal(2, 1, 400)
    classes = classify(values, scheme=scheme, k=5)
    counts = np.bincount(classes.assign(values), minlength=classes.count)
    assert counts.sum() == 400
    assert counts.min() > 0
    assert classes.count <= 5 or scheme == "pretty_breaks"


def test_rounding_the_breaks_moves_no_value():
    values = np.random.default_rng(2).normal(50, 10, 100)
    quintile = pd.qcut(values, 5, labels=False)
    assert (classify(values, scheme="quantiles", k=5).assign(values) == quintile).all()


def test_breaks_are_round():
    assert classify([1.234, 2.345, 7.89, 9.87], scheme="quantiles", k=2).breaks == (5.0,)


def test_few_distinct_values_make_as_many_classes():
    classes = classify([1, 1, 2, 2, 2, 9], scheme="fisher_jenks", k=5)
    assert classes.count == 3
    assert classes.assign([1, 2, 9, np.nan]).tolist() == [0, 1, 2, -1]


def test_many_zeros_are_a_class_of_their_own():
    values = np.array([0] * 20 + list(range(1, 81)))
    classes = classify(values, scheme="quantiles", k=5, is_integer=True)
    assert classes.zero_apart
    assert (classes.assign(values) == 0).sum() == 20
    assert class_labels(classes, column("a_count", unit="1"), "en")[0] == "0"


def test_values_on_both_sides_of_zero_get_breaks_that_mirror_each_other():
    classes = classify(np.linspace(-10, 9, 400), scheme="equal_interval", k=6)
    assert 0.0 in classes.breaks
    assert [-limit for limit in reversed(classes.breaks)] == pytest.approx(list(classes.breaks))
    colors = class_colors(classes, "higher")
    assert len(colors) == classes.count
    # Better is blue-green, worse is brown.
    assert to_rgb(colors[-1])[2] > to_rgb(colors[-1])[0]
    assert to_rgb(colors[0])[0] > to_rgb(colors[0])[2]
    assert class_colors(classes, "lower") == colors[::-1]


def test_change_that_is_nearly_all_on_one_side_keeps_zero_as_a_break():
    classes = classify([-0.1, *np.linspace(0.5, 20, 100)], scheme="quantiles", k=5)
    assert classes.breaks[0] == 0.0 or classes.breaks[1] == 0.0
    assert len(class_colors(classes, "neither")) == classes.count


def test_no_value_makes_no_class():
    assert classify([np.nan, np.nan]) is None
    assert class_breaks([]) == ()


def test_one_value_makes_one_class():
    classes = classify([3.5, 3.5])
    assert classes.count == 1
    assert class_labels(classes, column(), "en") == ["3.5"]


def test_breaks_of_another_year_are_kept():
    breaks = class_breaks([1, 2, 3, 4, 5, 6], scheme="quantiles", k=3)
    classes = classify([100.0, 200.0], breaks=breaks)
    assert classes.breaks == breaks
    assert classes.assign([100.0, 0.0]).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("options", "words"), [({"scheme": "quantile"}, "Did you mean 'quantiles'"), ({"k": 10}, "2 to 9")]
)
def test_a_wrong_scheme_or_number_is_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        classify([1, 2, 3], **options)


# Words


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (1234.5, "en", "1,234.5"), (1234.5, "pt", "1.234,5"), (1234.5, "es", "1\u00a0234,5"),
        (-0.07, "es", "\u22120,07"),
        (1e6, "en", "1,000,000"), (0.0, "pt", "0"), (-1e-12, "en", "0"), (1 / 3, "en", "0.333333"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_expect(value, language, text):
    assert number(value, language) == text


def test_shares_are_percentages_and_counts_are_ranges_of_whole_numbers():
    shares = classify([0.1, 0.2, 0.7, 0.9], scheme="quantiles", k=2)
    assert class_labels(shares, column("a_share", unit="1"), "es") == ["menos de 50", "50 y m\u00e1s"]
    assert unit_label(column("a_share", unit="1"), "es") == "%"
    bounded = replace(column("a_share", unit="1"), range=(0.0, 1.0))
    assert class_labels(shares, bounded, "en") == ["under 50", "50 \u2013 100"]
    full = classify([0.1, 0.2, 1.0, 1.0], scheme="quantiles", k=2)
    assert class_labels(full, bounded, "en") == ["under 100", "100"]
    counts = classify([1, 2, 3, 7, 8, 12], scheme="quantiles", k=3, is_integer=True)
    assert class_labels(counts, column("a_count", unit="1"), "en") == ["1 \u2013 2", "3 \u2013 7", "8 \u2013 12"]


# Legend


def theme_of(entry, values, *, language="en", k=5):
    return make_theme(entry, values, column_classes(entry, values, options=MapOptions(k=k)), language=language)


def test_zero_and_no_data_are_told_apart():
    values = pd.Series([0.0, 0.0, 5.0, 6.0, np.nan])
    theme = theme_of(column(), values, k=3)
    assert (theme.keys[0].label, theme.keys[0].count, theme.keys[0].is_no_data) == ("0", 2, False)
    assert (theme.keys[-1].label, theme.keys[-1].count, theme.keys[-1].is_no_data) == ("No data", 1, True)
    assert theme.key_of.tolist()[0] == 0
    assert theme.key_of.tolist()[-1] == len(theme.keys) - 1


def test_a_map_without_any_value_has_only_no_data():
    theme = theme_of(column(), pd.Series([np.nan, np.nan]), language="pt")
    assert [(key.label, key.is_no_data) for key in theme.keys] == [("Sem dados em nenhum territ\u00f3rio", True)]


def test_classes_keep_the_registrys_order_and_colour_even_if_one_is_absent():
    categories = {code: {"en": f"type {code}", "es": code, "pt": code} for code in ("W", "M", "L")}
    entry = column("a_class", kind="class", unit="", better="neither", categories=categories)
    theme = theme_of(entry, pd.Series(["L", "W", "L", None]))
    assert [(key.label, key.count) for key in theme.keys] == [("type W", 1), ("type L", 2), ("No data", 1)]
    assert [key.color for key in theme.keys[:2]] == [category_colors(3)[0], category_colors(3)[2]]


def test_classes_from_little_to_much_have_the_colours_of_numbers():
    categories = {code: {"en": code, "es": code, "pt": code} for code in ("weak", "medium", "strong")}
    entry = column("a_class", kind="class", unit="", better="lower", categories=categories)
    theme = theme_of(entry, pd.Series(["strong", "weak"]))
    light = [sum(to_rgb(key.color)) for key in theme.keys]
    assert [key.label for key in theme.keys] == ["weak", "strong"]
    assert light[0] > light[1]


def test_booleans_say_yes_and_no():
    values = pd.Series([True, False, True], dtype="boolean")
    theme = theme_of(column("has_x", kind="boolean"), values, language="es")
    assert [(key.label, key.count) for key in theme.keys] == [("S\u00ed", 2), ("No", 1)]


# Frames


def test_far_islands_get_a_frame_of_their_own():
    mainland, islands = grid(-81, -5, -75, 1, 6), [shapely.Point(-90.5, -0.5).buffer(0.3)]
    base = build_base(
        layer(mainland + islands), cities=settlements(("Puerto", 1e4, -90.5, -0.5), ("Quito", 2e6, -78, 0))
    )
    assert [len(frame.paths) for frame in base.frames] == [36, 1]
    assert base.frames[1].cities["city_name"].tolist() == ["Puerto"]
    assert base.frames[0].cities["city_name"].tolist() == ["Quito"]


def test_an_island_far_out_at_sea_does_not_shrink_a_tall_country():
    # As Chile with Easter Island, 3,500 km off a coast of 4,300 km, and the Juan Fernandez islands, 650 km off.
    coast = [shapely.box(-74, south, -70, south + 1) for south in range(-55, -17)]
    islands = [shapely.box(-109.5, -27.2, -109.2, -27), shapely.box(-79, -33.8, -78.7, -33.6)]
    base = build_base(layer(coast + islands))
    assert [len(frame.paths) for frame in base.frames] == [39, 1]


def test_a_country_of_islands_is_not_torn_apart():
    base = build_base(layer(grid(-25.8, 37.7, -25.1, 37.9, 2) + grid(-28.8, 38.5, -28.4, 38.7, 2)))
    assert len(base.frames) == 1


def test_a_country_across_the_antimeridian_is_drawn_whole():
    base = build_base(layer(grid(177, -18.5, 180, -16, 3) + grid(-180, -17.5, -179, -16, 2)))
    west, _, east, _ = base.frames[0].bounds
    assert len(base.frames) == 1
    assert east - west < 450_000


def test_simplified_neighbours_stay_neighbours():
    angle = np.linspace(0, 2 * np.pi, 5_000)
    wiggle = np.column_stack([0.5 + 0.02 * np.sin(40 * angle), np.linspace(0, 1, 5_000)])
    left = shapely.Polygon([(0, 1), (0, 0), *wiggle])
    right = shapely.Polygon([*wiggle, (1, 1), (1, 0)])
    base = build_base(layer([left, right]))
    shapes = [path.to_polygons()[0] for path in base.frames[0].paths]
    area = [shapely.Polygon(shape).area for shape in shapes]
    union = shapely.union_all([shapely.Polygon(shape) for shape in shapes])
    assert sum(map(len, shapes)) < 4_000
    assert union.area == pytest.approx(sum(area), rel=1e-9)


def test_holes_stay_holes():
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    base = build_base(layer([ring]))
    figure = draw_map(base, column(), pd.Series([1.0], index=["000"]), options=MapOptions())
    figure.set_dpi(50)
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())
    project = Transformer.from_crs(4326, base.frames[0].crs, always_xy=True).transform

    def color(longitude, latitude):
        across, up = figure.axes[1].transData.transform(project(longitude, latitude))
        return tuple(picture[picture.shape[0] - 1 - int(up), int(across), :3])

    assert color(1.5, 1.5) == (255, 255, 255)
    assert color(0.5, 0.5) != (255, 255, 255)


def test_a_territory_whose_boundary_is_not_valid_is_drawn_all_the_same():
    swapped = shapely.Polygon(shapely.box(5, 5, 6, 6).exterior, [shapely.box(0, 0, 3, 3).exterior])
    base = build_base(layer([swapped, shapely.box(3, 0, 6, 3)]))
    assert len(base.frames[0].paths) == 2


# Furniture


@pytest.mark.parametrize("box", [(-1, -1, 1, 1), (-70, -20, -60, -10), (9, 47, 9.6, 47.3)])
def test_the_scale_bar_is_as_long_as_it_says(box):
    base = build_base(layer(grid(*box, 2)))
    frame = base.frames[0]
    scale = metres_per_inch(frame, choose_layout(frame).map)
    length = scale_bar_m(scale)
    assert 0.6 < length / scale < 1.66
    back = Transformer.from_crs(frame.crs, 4326, always_xy=True)
    west, south, east, north = frame.bounds
    middle = (west + east) / 2, (south + north) / 2
    ends = back.transform([middle[0] - length / 2, middle[0] + length / 2], [middle[1]] * 2)
    *_, metres = GEOD.inv(ends[0][0], ends[1][0], ends[0][1], ends[1][1])
    assert metres == pytest.approx(length, rel=1e-3)


@pytest.mark.parametrize("box", [(-70, -50, -68, -20), (-10, 0, 10, 5), (0, 0, 1, 1)])
def test_north_is_straight_up_in_the_middle(box):
    frame = build_base(layer(grid(*box, 2))).frames[0]
    back = Transformer.from_crs(frame.crs, 4326, always_xy=True)
    west, south, east, north = frame.bounds
    middle = (west + east) / 2, (south + north) / 2
    longitude, latitude = back.transform([middle[0]] * 2, [middle[1], middle[1] + 1_000])
    azimuth, *_ = GEOD.inv(longitude[0], latitude[0], longitude[1], latitude[1])
    assert azimuth == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("box", "upright"), [((0, 0, 10, 3), False), ((0, 0, 3, 10), True)])
def test_wide_countries_lie_and_tall_ones_stand(box, upright):
    layout = choose_layout(build_base(layer(grid(*box, 2))).frames[0])
    assert (layout.height > layout.width) == upright


@pytest.mark.parametrize("box", [(0, 0, 10, 3), (0, 0, 3, 10), (0, 0, 10, 11)])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_insets_stay_on_the_page_and_apart(box, count):
    layout = choose_layout(build_base(layer(grid(*box, 2))).frames[0])
    places = inset_boxes(layout, count)
    shapes = [shapely.box(place.left, place.bottom - 0.2, place.left + place.width, place.top) for place in places]
    page = shapely.box(0.5, 0.5, layout.width - 0.4, layout.height)
    room = shapely.box(layout.map.left, layout.map.bottom, layout.map.left + layout.map.width, layout.map.top)
    assert all(page.contains(shape) and not room.intersects(shape) for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes))


# Files


@pytest.fixture(scope="module")
def base():
    roads = gpd.GeoDataFrame(
        {"road_class": ["trunk", "track"]},
        geometry=[shapely.LineString([(0, 0.1), (2, 0.1)]), shapely.LineString([(0, 0.9), (2, 0.9)])],
        crs=4326,
    )
    cities = settlements(("Ciudad <b>", 2e6, 0.7, 0.5), ("T000", 1e4, 0.2, 0.2))
    return build_base(layer(grid(0, 0, 2, 2, 3)), cities=cities, roads=roads)


@pytest.fixture(scope="module")
def values(base):
    return pd.Series(np.arange(8.0), index=base.territory_id[:8])


OPTIONS = MapOptions(
    language="es", region="Regi\u00f3n", source_line="Fuentes: \u00a9 OpenStreetMap contributors (ODbL 1.0)."
)


def test_a_vector_map_says_all_that_it_should_in_text(base, values, tmp_path):
    path = tmp_path / "map.svg"
    save_map(draw_map(base, column(), values, year=2020, options=OPTIONS), path)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
    for words in (
        "Un t\u00edtulo",
        "Regi\u00f3n \u00b7 minutos \u00b7 datos de 2020",
        "Sin datos",
        "T000",
        "V\u00edas principales",
    ):
        assert words in texts
    assert "Ciudad &lt;b&gt;" in texts
    assert any("OpenStreetMap" in text for text in texts)
    assert any(text.endswith(" km") for text in texts)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_map_gives_the_same_bytes(base, values, tmp_path, suffix):
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        save_map(draw_map(base, column(), values, options=OPTIONS), path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert len(first) > 1_000


def test_pictures_have_300_dots_per_inch(base, values, tmp_path):
    from PIL import Image

    path = tmp_path / "map.png"
    save_map(draw_map(base, column(), values, options=OPTIONS), path)
    with Image.open(path) as picture:
        assert picture.size in {(2481, 3507), (3507, 2481)}
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_layer_without_a_crs_is_refused():
    with pytest.raises(Exception, match="coordinate reference system"):
        build_base(layer(grid(0, 0, 1, 1, 1)).set_crs(None, allow_override=True))


def test_labels_do_not_lie_over_each_other(base, values):
    figure = draw_map(base, column(), values, options=OPTIONS)
    boxes = [text.get_window_extent() for text in figure.axes[1].texts]
    assert len(boxes) > 5
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])


def test_a_real_region_of_996_municipalities_draws(cases, tmp_path):
    municipalities = gpd.read_file(cases / "matopiba/municipalities.gpkg").to_crs(4326)
    territories = municipalities.rename(columns={"code": "territory_id", "name": "territory_name", "uf": "parent_name"})
    base = build_base(territories.assign(country="BRA"))
    figure = draw_map(base, column(), pd.Series(1.0, index=base.territory_id), options=OPTIONS)
    save_map(figure, tmp_path / "map.png")
    assert len(base.frames[0].paths) == 996
    assert base.frames[0].parent_borders
