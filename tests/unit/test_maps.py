"""Maps: frames, furniture that measures right, files that repeat."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from map_cases import column, grid, layer, settlements
from pyproj import Transformer

from comarca.crs import GEOD
from comarca.publish.maps.base import build_base
from comarca.publish.maps.choropleth import draw_map, save_map
from comarca.publish.maps.furniture import scale_bar_m
from comarca.publish.maps.layout import choose_layout, inset_boxes, metres_per_inch
from comarca.publish.maps.theme import MapText

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


OPTIONS = MapText(
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
