import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from comarca.crs import (
    equal_area_crs,
    geocentric_m,
    geodesic_area_km2,
    geodesic_length_km,
    require_known_crs,
    require_storage_crs,
    to_storage_crs,
    vertex_blocks,
)
from comarca.errors import CRSError

EQUATOR_DEGREE_KM = 2 * np.pi * 6378.137 / 360


def test_a_degree_of_the_equator_has_its_textbook_length():
    line = shapely.LineString([[10, 0], [10.5, 0], [11, 0]])
    assert geodesic_length_km([line]) == pytest.approx([EQUATOR_DEGREE_KM], rel=1e-12)


def test_parts_add_up_and_points_have_no_length():
    lines = shapely.MultiLineString([[[0, 0], [1, 0]], [[5, 0], [6, 0]]])
    assert geodesic_length_km([lines, shapely.Point(1, 1)]) == pytest.approx([2 * EQUATOR_DEGREE_KM, 0])


def test_on_a_sphere_lengths_are_great_circles():
    sphere = pyproj.Geod(a=6371009, b=6371009)
    line = shapely.LineString([[0, 0], [0, 90]])
    assert geodesic_length_km([line], geod=sphere) == pytest.approx([6371.009 * np.pi / 2], rel=1e-12)


def test_the_area_of_a_zone_of_the_ellipsoid_matches_its_closed_form():
    # Area between the equator and latitude f on an ellipsoid, per degree of longitude (Snyder 1987, p. 101).
    a, e = 6378.137, 0.0818191908426
    sine = np.sin(np.radians(1))
    closed = (
        np.pi
        / 180
        * a**2
        * (1 - e**2)
        / 2
        * (sine / (1 - e**2 * sine**2) + np.log((1 + e * sine) / (1 - e * sine)) / (2 * e))
    )
    strip = shapely.segmentize(shapely.box(0, 0, 1, 1), 0.001)
    assert geodesic_area_km2([strip]) == pytest.approx([closed], rel=1e-6)


def test_a_hole_is_taken_off_and_orientation_does_not_matter():
    outer, inner = shapely.box(0, 0, 1, 1), shapely.box(0.2, 0.2, 0.4, 0.4)
    whole, hole, both = geodesic_area_km2([outer, inner, outer.difference(inner).reverse()])
    assert both == pytest.approx(whole - hole)


def test_the_equal_area_system_keeps_areas_within_a_thousandth():
    box = shapely.segmentize(shapely.box(-90, 11, -84, 15), 0.01)
    plane = gpd.GeoSeries([box], crs=4326).to_crs(equal_area_crs(box.bounds)).area.iloc[0] / 1e6
    assert plane == pytest.approx(geodesic_area_km2([box])[0], rel=1e-4)


def test_geocentric_distances_are_those_of_the_ground_up_to_a_millimetre_at_ten_kilometres():
    degrees = 10 / EQUATOR_DEGREE_KM
    start, end = geocentric_m([0, degrees], [0, 0])
    assert np.linalg.norm(end - start) == pytest.approx(10_000, abs=1.1e-3)


def test_a_crs_is_never_assumed():
    layer = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)])
    with pytest.raises(CRSError, match="never assumed"):
        require_storage_crs(layer, name="my layer")
    with pytest.raises(CRSError, match="my layer"):
        to_storage_crs(layer, name="my layer")


def test_another_crs_is_refused_where_degrees_are_needed():
    layer = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=3857)
    with pytest.raises(CRSError, match="EPSG:3857"):
        require_storage_crs(layer, name="my layer")


def test_a_system_whose_text_is_torn_inside_is_refused_by_name():
    whole = pyproj.CRS.from_epsg(4326).to_wkt()
    torn = whole.replace('ORDER[1],ANGLEUNIT["degree",0.0174532925199433]', "ORDER[1]", 1)
    assert torn != whole
    with pytest.raises(CRSError):
        require_known_crs(torn, name="a.fgb")


@pytest.mark.parametrize("vertices", [1, 4, 100])
def test_blocks_hold_all_geometries_in_order_and_about_as_many_vertices(vertices):
    shapes = np.array([None, *(shapely.linestrings(np.arange(2 * n).reshape(n, 2)) for n in (2, 3, 9, 2, 2))])
    blocks = list(vertex_blocks(shapes, vertices=vertices))
    assert np.concatenate(blocks).tolist() == shapes.tolist()
    assert all(shapely.get_num_coordinates(block[1:]).sum() < vertices for block in blocks)
    assert [block.tolist() for block in vertex_blocks(shapes[:0])] == [[]]


def test_places_are_the_same_in_blocks(monkeypatch):
    lon, lat = np.linspace(-180, 180, 11), np.linspace(-90, 90, 11)
    whole = geocentric_m(lon, lat)
    monkeypatch.setattr("comarca.crs._POINTS_AT_ONCE", 4)
    assert (geocentric_m(lon, lat) == whole).all()
    assert geocentric_m(9.0, 47.0).shape == (1, 3)
