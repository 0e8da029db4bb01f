"""Maps: frames, furniture that measures right, files that repeat."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from map_cases import column, grid, layer, settlements
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from pyproj import Transformer
from shapely import affinity

from comarca.crs import GEOD
from comarca.publish.maps.base import build_base
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.cities import CityMark, city_marks
from comarca.publish.maps.classify import classify
from comarca.publish.maps.combined import draw_bivariate, draw_multiples, nine_colors
from comarca.publish.maps.drawing import draw_cities
from comarca.publish.maps.files import read_base, write_base
from comarca.publish.maps.furniture import Legend, draw_legend, scale_bar_m
from comarca.publish.maps.layout import Box, choose_layout, inset_boxes, inset_height
from comarca.publish.maps.style import CITY, FLAG_HATCH, LAND, class_colors
from comarca.publish.maps.theme import Key, MapText
from comarca.registry.world import read_world

# Legend


def test_labels_of_a_legend_have_one_size_though_only_some_take_two_lines():
    labels = ["Territorio remoto", "< 1 h de una ciudad de 100 a 250 mil"]
    page = Figure().add_axes((0, 0, 1, 1))
    legend = Legend("", [Key(label, "#123456", 3) for label in labels], np.empty(0))
    draw_legend(page, legend, Box(0, 0, 3, 2), language="es")
    drawn = {text.get_text().replace("\n", " "): text for text in page.texts}
    assert "\n" in drawn[labels[1]].get_text()
    assert drawn[labels[0]].get_fontsize() == drawn[labels[1]].get_fontsize()


def test_a_bar_of_the_histogram_has_the_colour_of_most_of_its_values():
    page = Figure().add_axes((0, 0, 1, 1))
    keys = [Key("0", "#ffffff", 8), Key("1 to 100", "#0000ff", 3)]
    # Zeros are a class of their own; the first bar holds eight of them, and a one.
    legend = Legend("", keys, np.array([0.0] * 8 + [1.0, 50.0, 100.0]), breaks=(1.0,))
    draw_legend(page, legend, Box(0, 0, 3, 3), language="es")
    bars = [patch for patch in page.patches if patch.get_linewidth() == 0.25]
    assert [to_hex(bar.get_facecolor()) for bar in bars] == ["#ffffff", "#0000ff", "#0000ff"]


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
    figure = draw_map(base, column(), pd.Series([1.0], index=["000"]), text=MapText())
    axes = next(axes for axes in figure.axes if axes.get_zorder() == 1)
    figure.set_dpi(50)
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())
    project = Transformer.from_crs(4326, base.frames[0].crs, always_xy=True).transform

    def color(longitude, latitude):
        across, up = axes.transData.transform(project(longitude, latitude))
        return tuple(picture[picture.shape[0] - 1 - int(up), int(across), :3])

    around = tuple(round(255 * part) for part in to_rgb(LAND))
    assert color(1.5, 1.5) == around
    assert color(0.5, 0.5) != around


def test_a_territory_whose_boundary_is_not_valid_is_drawn_all_the_same():
    swapped = shapely.Polygon(shapely.box(5, 5, 6, 6).exterior, [shapely.box(0, 0, 3, 3).exterior])
    base = build_base(layer([swapped, shapely.box(3, 0, 6, 3)]))
    assert len(base.frames[0].paths) == 2


# Furniture


@pytest.mark.parametrize("box", [(-1, -1, 1, 1), (-70, -20, -60, -10), (9, 47, 9.6, 47.3)])
def test_the_scale_bar_is_as_long_as_it_says(box):
    base = build_base(layer(grid(*box, 2)))
    frame = base.frames[0]
    scale = choose_layout(frame).metres_per_inch
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


SHAPES = [(0, 0, 10, 3), (0, 0, 3, 10), (0, 0, 10, 11), (0, 0, 10, 10)]


@pytest.mark.parametrize("box", SHAPES)
@pytest.mark.parametrize("heights", [(2.0, 2.0), (4.0, 2.6), (3.0, 5.0)])
def test_legend_and_keys_keep_clear_of_the_region_and_of_each_other(box, heights):
    frame = build_base(layer(grid(*box, 2))).frames[0]
    layout = choose_layout(frame, legend_in=heights[0], keys_in=heights[1])
    west, south, *_ = frame.bounds
    ground = affinity.translate(frame.area, -west, -south)
    ground = affinity.scale(ground, 1 / layout.metres_per_inch, 1 / layout.metres_per_inch, origin=(0, 0))
    ground = affinity.translate(ground, layout.region.left, layout.region.bottom)
    parts = [ground, layout.legend.shape, layout.keys.shape]
    assert all(layout.panel.shape.contains(part) for part in parts)
    assert shapely.union_all(parts).area == pytest.approx(sum(part.area for part in parts), rel=1e-6)


@pytest.mark.parametrize("box", SHAPES)
def test_the_map_fills_at_least_two_thirds_of_the_page(box):
    assert choose_layout(build_base(layer(grid(*box, 2))).frames[0]).fill > 2 / 3


@pytest.mark.parametrize("count", [1, 2, 4])
def test_insets_stay_in_the_block_of_keys_and_apart(count):
    keys = Box(1.0, 1.0, 2.5, 1.6 + inset_height(count))
    places = inset_boxes(keys, count)
    shapes = [shapely.box(place.left, place.bottom - 0.25, place.right, place.top) for place in places]
    assert all(keys.shape.contains(shape) for shape in shapes)
    assert all(place.top < keys.top - 1.4 for place in places)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes))


def test_the_borders_of_neighbours_lie_around_the_region_in_its_plane():
    uruguay = read_world().query("iso3 == 'URY'")
    frame = build_base(layer(list(uruguay.geometry)), world=read_world()).frames[0]
    assert {"ARG", "BRA", "URY"} <= frame.surroundings.keys()
    own = frame.surroundings["URY"].intersection(frame.area).area
    assert own == pytest.approx(frame.area.area, rel=0.03)
    assert frame.surroundings["BRA"].intersection(frame.area).area < 0.01 * own


# Amounts


def test_counts_are_circles_whose_area_is_the_amount(base):
    people = pd.Series([100.0, 400.0, np.nan, 0.0], index=base.territory_id[:4])
    figure = draw_map(base, column("population_persons", unit="persons"), people, text=TEXT)
    axes = next(axes for axes in figure.axes if axes.get_zorder() == 1)
    radii = sorted({patch.radius for patch in axes.patches if isinstance(patch, Circle)})
    assert len(radii) == 2
    assert (radii[1] / radii[0]) ** 2 == pytest.approx(4)
    colors = {to_hex(color) for shapes in axes.collections for color in shapes.get_facecolor()}
    assert not colors & set(class_colors(classify(people), "lower"))
    many = pd.Series([0.0, 10.0, *np.arange(100.0, 800.0, 100.0)], index=base.territory_id[:9])
    figure = draw_map(base, column("population_persons", unit="persons"), many, text=TEXT)
    words = [text.get_text() for text in figure.axes[0].texts]
    row = words.index("Territorios con valor")
    assert words[row + 1] == "9"
    assert {"0", "700", "escala logarítmica"} <= set(words)


def test_a_flagged_value_is_hatched_and_counted(base, values):
    flags = pd.Series("", index=values.index)
    flags.iloc[:2] = "border_bias"
    figure = draw_map(base, column(), values, text=TEXT, flags=flags)
    axes = next(axes for axes in figure.axes if axes.get_zorder() == 1)
    assert any(patch.get_hatch() == FLAG_HATCH for patch in axes.patches)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert any(text.startswith("Con aviso") for text in words)


def test_cities_that_a_column_measures_to_are_told_apart(base):
    classes = {"town": (5_000, 50_000), "large": (1_000_000, None)}
    entry = replace(column("time_large_city_mean_min"), fields={"city_class": "large"})
    marks = city_marks(base.frames[0], entry, classes)
    assert [(mark.name, mark.is_measured) for mark in marks] == [("Ciudad <b>", True), ("T000", False)]
    assert marks[0].size_pt > marks[1].size_pt


# Maps of several columns


def test_nine_classes_are_thirds_by_each_column(base):
    table = pd.DataFrame({"a_km": np.arange(9.0), "b_km": [0, 3, 6, 1, 4, 7, 2, 5, 8.0]}, index=base.territory_id)
    figure = draw_bivariate(base, [column("a_km"), column("b_km")], table, text=TEXT)
    counts = [text.get_text() for text in figure.axes[0].texts if text.get_text().isdigit()]
    assert counts.count("1") == 9
    assert len(set(nine_colors())) == 9


def test_small_multiples_share_their_classes(base):
    table = pd.DataFrame({f"t{n}_min": np.arange(9.0) * n for n in (1, 2, 3)}, index=base.territory_id)
    figure = draw_multiples(base, [column(name) for name in table], table, text=TEXT)
    assert len(figure.axes) == 1 + 3
    assert "24,0" in {text.get_text() for text in figure.axes[0].texts}


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


TEXT = MapText(
    language="es", region="Regi\u00f3n", source_line="Fuentes: \u00a9 OpenStreetMap contributors (ODbL 1.0)."
)


def test_a_vector_map_says_all_that_it_should_in_text(base, values, tmp_path):
    path = tmp_path / "map.svg"
    save_map(draw_map(base, column(), values, year=2020, text=TEXT), path)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
    for words in (
        "Un t\u00edtulo",
        "Regi\u00f3n \u00b7 minutos \u00b7 datos de 2020",
        "Sin datos",
        "T000",
        "Carreteras principales",
        "n: n\u00famero de territorios",
    ):
        assert words in texts
    assert "Ciudad &lt;b&gt;" in texts
    assert any("OpenStreetMap" in text for text in texts)
    assert any(text.endswith(" km") for text in texts)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_map_gives_the_same_bytes(base, values, tmp_path, suffix):
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        save_map(draw_map(base, column(), values, text=TEXT), path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert len(first) > 1_000


def test_pictures_have_200_dots_per_inch(base, values, tmp_path):
    from PIL import Image

    path = tmp_path / "map.png"
    save_map(draw_map(base, column(), values, text=TEXT), path)
    with Image.open(path) as picture:
        assert picture.size in {(1654, 2338), (2338, 1654)}
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)


def test_a_layer_without_a_crs_is_refused():
    with pytest.raises(Exception, match="coordinate reference system"):
        build_base(layer(grid(0, 0, 1, 1, 1)).set_crs(None, allow_override=True))


def test_labels_do_not_lie_over_each_other(base, values):
    figure = draw_map(base, column(), values, text=TEXT)
    axes = next(axes for axes in figure.axes if axes.get_zorder() == 1)
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) > 5
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])


def test_a_real_region_of_996_municipalities_draws(cases, tmp_path):
    municipalities = gpd.read_file(cases / "matopiba/municipalities.gpkg").to_crs(4326)
    territories = municipalities.rename(columns={"code": "territory_id", "name": "territory_name", "uf": "parent_name"})
    base = build_base(territories.assign(country="BRA"))
    figure = draw_map(base, column(), pd.Series(1.0, index=base.territory_id), text=TEXT)
    save_map(figure, tmp_path / "map.png")
    assert len(base.frames[0].paths) == 996
    assert not base.frames[0].parent_borders.is_empty
    assert set(base.frames[0].parents["parent_name"]) == {"BA", "MA", "PI", "TO"}


def test_a_base_map_is_kept_whole_without_pickles(base, tmp_path):
    write_base(base, tmp_path / "shapes.parquet", tmp_path / "frames.json")
    again = read_base(tmp_path / "shapes.parquet", tmp_path / "frames.json")
    frame, other = base.frames[0], again.frames[0]
    assert again.territory_name.tolist() == base.territory_name.tolist()
    assert (other.crs, other.bounds) == (frame.crs, frame.bounds)
    assert shapely.equals(other.shapes, frame.shapes).all()
    assert np.array_equal(other.label_points, frame.label_points)
    assert other.roads == frame.roads
    pd.testing.assert_frame_equal(other.cities, frame.cities, check_dtype=False)


def test_the_capital_is_a_star_even_where_the_map_measures_to_it():
    axes = Figure().add_subplot()
    marks = [
        CityMark("Capital", 0.0, 0.0, 4.0, is_measured=True, is_capital=True, is_inside=True),
        CityMark("City", 1.0, 1.0, 4.0, is_measured=True, is_capital=False, is_inside=True),
        CityMark("Town", 2.0, 2.0, 3.0, is_measured=False, is_capital=False, is_inside=True),
    ]
    draw_cities(axes, marks)
    drawn = {line.get_xdata()[0]: (line.get_marker(), line.get_markerfacecolor()) for line in axes.lines}
    assert drawn == {0.0: ("*", CITY), 1.0: ("o", CITY), 2.0: ("o", "white")}
