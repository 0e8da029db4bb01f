"""Patches in rasters: hand-made cases, any block size, an independent labelling, true areas on the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import CRS
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window
from scipy import ndimage
from scipy.interpolate import RegularGridInterpolator
from skimage.measure import label as skimage_label

from comarca.crs import geodesic_area_km2
from comarca.errors import CRSError, InputError
from comarca.land.cover import landscape_measures, patch_units, whole_areas
from comarca.rasters.bands import _interpolated
from comarca.rasters.cell_areas import measure_cells
from comarca.rasters.patches import _require_codes, find_patches

DEGREES = Affine(0.001, 0, -60, 0, -0.001, -10)
UTM = Affine(30, 0, 400_000, 0, -30, 9_000_000)


def tabulate(codes, shapes, *, chosen=(1,), crs="EPSG:4326", grid=DEGREES, nodata=0, **options):
    array = np.asarray(codes, dtype="uint8")
    profile = {
        "driver": "GTiff", "height": array.shape[0], "width": array.shape[1], "count": 1, "dtype": "uint8",
        "crs": crs, "transform": grid, "nodata": nodata,
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(array, 1)
        with memory.open() as raster:
            return find_patches(raster, np.array(shapes, dtype=object), codes=chosen, **options)


def columns(first, last, rows=20):
    """Box over whole columns of the raster in degrees, its edges between cells."""
    return shapely.box(-60 + first * 0.001, -10 - rows * 0.001, -60 + last * 0.001, -10)


def test_cells_that_touch_at_a_corner_are_one_patch():
    found = tabulate([[1, 2, 2], [2, 1, 2], [2, 2, 2], [1, 2, 1]], [columns(0, 3)])
    assert found.pieces["patch"].nunique() == 3
    cell = found.pieces["area_ha"].min()
    assert sorted(round(found.pieces["area_ha"] / cell, 3)) == [1, 1, 2]


def test_a_patch_across_a_border_has_a_piece_on_either_side():
    found = tabulate([[1, 1, 1, 2], [2, 2, 2, 1]], [columns(0, 2), columns(2, 4)])
    assert found.pieces["patch"].tolist() == [0, 0]
    assert found.pieces["territory"].tolist() == [0, 1]
    np.testing.assert_allclose(found.pieces["area_ha"], found.pieces["area_ha"].iloc[0], rtol=1e-4)


def test_cells_outside_all_territories_are_kept_apart_and_no_data_is_no_class():
    found = tabulate([[1, 1, 0], [1, 2, 3]], [columns(0, 1)])
    assert found.pieces["territory"].tolist() == [-1, 0]
    assert found.classes["class_code"].tolist() == [1]
    assert found.classes["area_ha"].sum() == pytest.approx(found.pieces["area_ha"].iloc[1])


def test_edges_are_sides_towards_other_classes_but_not_towards_no_data_or_the_end():
    # One cell of farmland in the corner: two sides towards class 2. Its neighbour in territory 2 has none of its own.
    square = Affine(30, 0, 500_000, 0, -30, 10_000_000)
    shapes = gpd.GeoSeries([shapely.box(500_000, 9_999_910, 500_090, 10_000_000)], crs="EPSG:32722").to_crs(4326)
    codes = [[1, 2, 2], [2, 1, 0], [2, 2, 2]]
    found = tabulate(codes, shapes.to_numpy(), crs="EPSG:32722", grid=square)
    edge = found.classes.set_index("class_code")["edge_m"]
    assert edge[1] == pytest.approx(5 * 30 / 0.9996, rel=1e-6)
    assert edge[2] == 0


RASTERS = arrays("uint8", st.tuples(st.integers(1, 17), st.integers(1, 19)), elements=st.integers(0, 3))


@given(RASTERS, st.integers(2, 20))
@settings(max_examples=40, deadline=None)
def test_the_size_of_the_blocks_does_not_matter(codes, block_size):
    shapes = [columns(0, 6), columns(6, 13), columns(14, 19)]
    whole = tabulate(codes, shapes, block_size=64)
    parts = tabulate(codes, shapes, block_size=block_size)
    pd.testing.assert_frame_equal(parts.pieces, whole.pieces)
    pd.testing.assert_frame_equal(parts.classes, whole.classes)


@given(RASTERS)
@settings(max_examples=40, deadline=None)
def test_patches_are_those_of_scikit_image(codes):
    found = tabulate(codes, [columns(0, 19)], block_size=7)
    labels = skimage_label(codes == 1, connectivity=2)
    assert found.pieces["patch"].nunique() == labels.max()
    cells = np.bincount(labels[labels > 0], minlength=labels.max() + 1)[1:]
    mean_cell = found.pieces["area_ha"].sum() / max(cells.sum(), 1)
    assert np.rint(found.pieces["area_ha"] / mean_cell).tolist() == cells.tolist()


def test_a_spiral_through_many_blocks_is_one_patch():
    spiral = np.full((41, 41), 2)
    spiral[::4] = 1
    spiral[:, 0] = spiral[:, -1] = 2
    for row in range(0, 37, 4):
        spiral[row : row + 5, 40 if (row // 4) % 2 else 0] = 1
    assert ndimage.label(spiral == 1, np.ones((3, 3)))[1] == 1
    for size in (5, 7, 16):
        assert tabulate(spiral, [columns(0, 41, 41)], block_size=size).pieces["patch"].unique().tolist() == [0]


def test_cells_in_degrees_are_measured_on_the_sphere_or_ellipsoid_of_their_system():
    sphere = CRS.from_proj4("+proj=longlat +R=2000000 +no_defs")
    cells = measure_cells(Affine(0.5, 0, 10, 0, -0.5, 60.0), (2, 1), sphere)
    edges = np.sin(np.radians([60.0, 59.5, 59.0]))
    expected = 2e6**2 * np.radians(0.5) * -np.diff(edges) / 1e4
    np.testing.assert_allclose(cells.of(cells.area_ha, slice(0, 2), slice(0, 1)).ravel(), expected, rtol=1e-12)


def test_areas_in_the_plane_are_interpolated_as_scipy_does():
    random = np.random.default_rng(4)
    rows, columns = np.array([3.0, 10.0, 12.0, 20.0]), np.array([-4.0, 1.0, 9.0])
    values, y, x = random.random((4, 3)), np.linspace(3, 20, 7), np.linspace(-4, 9, 5)
    expected = RegularGridInterpolator((rows, columns), values)(tuple(np.meshgrid(y, x, indexing="ij")))
    np.testing.assert_allclose(_interpolated(rows, columns, values, y, x), expected)


def test_codes_begin_at_0():
    _require_codes(np.array([0, 65_535]), "r")
    for wrong in (-1, 65_536):
        with pytest.raises(InputError, match="from 0 to 65,535"):
            _require_codes(np.array([wrong]), "r")


def test_cells_in_degrees_have_the_area_of_their_quadrangle_on_the_ellipsoid():
    grid = Affine(0.5, 0, 10, 0, -0.5, 70)
    cells = measure_cells(grid, (280, 2), CRS.from_epsg(4326))
    areas = cells.of(cells.area_ha, slice(0, 280), slice(0, 2))
    assert areas.shape == (280, 2)
    for row in (0, 100, 139, 279):
        top = 70 - row * 0.5
        ring = np.column_stack([np.linspace(10, 10.5, 2000), np.full(2000, top)])
        low = np.column_stack([np.linspace(10.5, 10, 2000), np.full(2000, top - 0.5)])
        exact = geodesic_area_km2([shapely.Polygon(np.vstack([ring, low]))])[0] * 100
        np.testing.assert_allclose(areas[row], exact, rtol=1e-7)


def test_cells_of_a_projected_grid_are_measured_on_the_ground_and_not_in_the_plane():
    cells = measure_cells(UTM, (300, 400), CRS.from_epsg(32721))
    areas = cells.of(cells.area_ha, slice(100, 103), slice(250, 260))
    x, y = 400_000 + 255 * 30, 9_000_000 - 101 * 30
    quad = gpd.GeoSeries([shapely.box(x, y - 30, x + 30, y)], crs="EPSG:32721").to_crs(4326)
    np.testing.assert_allclose(areas, geodesic_area_km2(quad.to_numpy())[0] * 100, rtol=1e-5)
    assert areas[0, 0] > 0.09 * 1.0004


def test_equal_area_grids_keep_their_plane_area():
    cells = measure_cells(Affine(100, 0, 0, 0, -100, 4_000_000), (3, 3), CRS.from_epsg(6933))
    np.testing.assert_allclose(cells.area_ha, 1.0, rtol=1e-7)


def test_a_projection_of_the_sphere_is_measured_on_the_ellipsoid_all_the_same():
    # Mollweide is equal-area on a sphere; near the equator the ellipsoid has 0.7 % less.
    cells = measure_cells(Affine(100, 0, 0, 0, -100, 100), (1, 1), CRS.from_string("ESRI:54009"))
    quad = gpd.GeoSeries([shapely.box(0, 0, 100, 100)], crs="ESRI:54009").to_crs(4326)
    np.testing.assert_allclose(cells.area_ha[0], geodesic_area_km2(quad.to_numpy()) * 100, rtol=1e-6)
    assert cells.area_ha[0, 0] < 0.994


def test_what_is_no_class_raster_is_refused():
    with pytest.raises(CRSError, match="a coordinate reference system"):
        tabulate([[1]], [columns(0, 1)], crs=None)
    with pytest.raises(InputError, match="rotated"):
        measure_cells(Affine(1, 0.5, 0, 0.5, -1, 0), (1, 1), CRS.from_epsg(4326))
    profile = {"driver": "GTiff", "height": 1, "width": 1, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with MemoryFile() as memory, memory.open(**profile, transform=DEGREES) as raster:
        raster.write(np.ones((1, 1), "float32"), 1)
        with pytest.raises(InputError, match="in integers"):
            find_patches(raster, np.array([columns(0, 1)]), codes=[1])


def pieces(*rows):
    return pd.DataFrame(rows, columns=["patch", "territory", "area_ha"])


def test_a_shared_patch_goes_whole_to_the_territory_with_most_of_it():
    shared = whole_areas(pieces((0, 0, 4.0), (0, 1, 6.0), (1, 0, 3.0)))
    units = patch_units(shared, border="majority")
    assert units[["territory", "area_ha"]].to_numpy().tolist() == [[1, 10], [0, 3]]
    assert patch_units(shared)["area_ha"].tolist() == [4, 6, 3]


def test_a_patch_mostly_outside_belongs_to_nobody_but_its_pieces_still_count_as_land():
    shared = whole_areas(pieces((0, -1, 9.0), (0, 1, 6.0)))
    assert len(patch_units(shared, border="majority")) == 0
    assert shared[["area_ha", "patch_area_ha"]].to_numpy().tolist() == [[6, 15]]


def test_a_tie_goes_to_the_territory_that_comes_first():
    shared = whole_areas(pieces((0, 1, 5.0), (0, 2, 5.0), (0, -1, 5.0)))
    assert patch_units(shared, border="majority")["territory"].tolist() == [1]


def test_mesh_size_takes_the_whole_of_patches_that_cross_the_border():
    shared = whole_areas(pieces((0, 0, 20.0), (0, 1, 60.0), (1, 0, 10.0)))
    found = landscape_measures(shared, total_ha=np.array([100.0, 100.0, 0.0]), edge_m=np.array([500.0, 0.0, 0.0]))
    assert found["mesh_ha"].tolist()[:2] == [(20 * 80 + 10 * 10) / 100, 60 * 80 / 100]
    assert found["largest_share"].tolist()[:2] == [0.2, 0.6]
    assert found["share"].tolist()[:2] == [0.3, 0.6]
    assert found["edge_m_per_ha"].tolist()[:2] == [5, 0]
    assert found.iloc[2].isna().all()


def test_one_patch_over_the_whole_territory_has_its_size_as_mesh_size():
    found = landscape_measures(whole_areas(pieces((0, 0, 50.0))), total_ha=np.array([50.0]), edge_m=np.zeros(1))
    assert found["mesh_ha"][0] == 50


def test_a_window_of_the_amapa_raster_has_the_patches_of_scikit_image(cases):
    farmed = [15, 18, 21, 39, 41]
    with rasterio.open(cases / "amapa/mapbiomas_2020_araguari.tif") as raster:
        window = Window(2500, 3500, 1500, 1300)
        codes = raster.read(1, window=window)
        grid, crs = raster.transform, raster.crs
    corner = Affine(grid.a, 0, grid.c + 2500 * grid.a, 0, grid.e, grid.f + 3500 * grid.e)
    box = gpd.GeoSeries([shapely.box(corner.c, corner.f + 1300 * grid.e, corner.c + 1500 * grid.a, corner.f)], crs=crs)
    found = tabulate(
        codes, box.buffer(500).to_crs(4326), chosen=farmed, crs=crs, grid=corner, nodata=27, block_size=400
    )
    labels = skimage_label(np.isin(codes, farmed), connectivity=2)
    assert labels.max() > 50
    cells = np.bincount(labels.ravel())[1:]
    assert found.pieces["patch"].nunique() == labels.max()
    plane_ha = abs(grid.a * grid.e) / 10_000
    np.testing.assert_allclose(found.pieces["area_ha"], cells * plane_ha, rtol=2e-3)


def test_of_equal_pieces_the_first_territory_has_the_main_one_and_what_is_outside_comes_last():
    rows = [(1, 1, 5.0), (1, 0, 5.0), (2, -1, 5.0), (2, 0, 5.0), (3, -1, 6.0), (3, 0, 5.0)]
    pieces = pd.DataFrame(rows, columns=["patch", "territory", "area_ha"])
    main = whole_areas(pieces).set_index(["patch", "territory"])["is_main"]
    assert main.to_dict() == {(1, 0): True, (1, 1): False, (2, 0): True, (3, 0): False}
