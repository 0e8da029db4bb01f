"""Rasters of another place, and values that no raster of their kind has."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from comarca.access.friction import friction_from_raster
from comarca.errors import CRSError, InputError
from comarca.land.cover import tabulate_land_cover
from comarca.layers.schemas import validate_layer
from comarca.rasters.bands import Raster, open_dataset, open_raster
from comarca.rasters.extent import require_extent
from comarca.rasters.grids import square_grid
from comarca.registry.legends import read_legend

WEST, NORTH = -57.0, -33.0
TERRITORIES = gpd.GeoDataFrame(
    {"territory_id": ["1"]}, geometry=[shapely.box(WEST, NORTH - 0.1, WEST + 0.1, NORTH)], crs=4326
)


def written(path, cells, *, west=WEST, north=NORTH, cell=0.01, crs="EPSG:4326", scale=1.0, nodata=None):
    cells = np.asarray(cells)
    profile = {"driver": "GTiff", "height": cells.shape[0], "width": cells.shape[1], "count": 1, "dtype": cells.dtype}
    with rasterio.open(
        path, "w", **profile, crs=crs, nodata=nodata, transform=Affine(cell, 0, west, 0, -cell, north)
    ) as raster:
        raster.write(cells, 1)
        raster.scales = (scale,)
    return path


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"west": WEST + 360}, "0 to 360"),
        ({"west": NORTH - 0.1, "north": WEST + 0.1}, "swapped"),
        ({"west": WEST + 360, "north": NORTH + 0.5}, "another place"),
        ({"west": NORTH - 0.1, "north": WEST + 10}, "another place"),
        ({"west": 0.0}, "another place"),
        # The far side of the globe, which this projection cannot show.
        ({"west": 0.0, "north": 0.0, "cell": 1_000, "crs": "+proj=gnom +lat_0=33 +lon_0=123"}, "another place"),
        ({"west": 500_000, "north": 6_350_000, "cell": 1_000, "crs": "EPSG:32722"}, "another place"),
    ],
)
def test_a_raster_of_another_place_is_refused_with_the_likely_cause(place, told, tmp_path):
    path = written(tmp_path / "far.tif", np.ones((10, 10), "uint8"), **place)
    with open_dataset(path) as raster, pytest.raises(CRSError, match=told) as refused:
        require_extent(raster, TERRITORIES)
    assert "longitude -57 to -56.9, latitude -33.1 to -33" in str(refused.value)


@pytest.mark.parametrize(
    "place", [{}, {"west": WEST + 0.09}, {"west": 500_000, "north": 6_350_000, "cell": 1_000, "crs": "EPSG:32721"}]
)
def test_a_raster_that_covers_some_of_the_region_passes_in_any_system(place, tmp_path):
    with open_dataset(written(tmp_path / "near.tif", np.ones((10, 10), "uint8"), **place)) as raster:
        require_extent(raster, TERRITORIES)


@pytest.mark.parametrize("nodata", [-9999, 300, 0.5, float("nan")])
def test_a_value_for_no_data_that_the_band_cannot_hold_is_refused(nodata, tmp_path):
    path = written(tmp_path / "cells.tif", np.zeros((10, 10), "uint8"))
    with pytest.raises(InputError, match="can hold"), open_raster(Raster(path, nodata=nodata)):
        pass


def test_complex_numbers_are_no_amounts(tmp_path):
    path = written(tmp_path / "cells.tif", np.zeros((10, 10), "complex64"))
    with pytest.raises(InputError, match="complex"), open_raster(Raster(path, nodata="none")):
        pass


def cover(path):
    with open_dataset(path) as raster:
        return tabulate_land_cover(raster, TERRITORIES, legend=read_legend("worldcover"), year=2020)


@pytest.mark.parametrize(("code", "nodata"), [(10, None), (0, 0)])
def test_a_region_without_farmland_or_without_data_has_sound_empty_tables(code, nodata, tmp_path):
    patches, areas = cover(written(tmp_path / "cover.tif", np.full((10, 10), code, "uint8"), nodata=nodata))
    assert patches.empty
    validate_layer(patches, "land_cover_patches")
    validate_layer(areas, "land_cover_areas")


def test_a_legend_without_any_of_the_codes_and_a_scale_are_refused(tmp_path):
    with pytest.raises(InputError, match="None of the codes"):
        cover(written(tmp_path / "other.tif", np.full((10, 10), 11, "uint8")))
    with pytest.raises(InputError, match="scale of 10"):
        cover(written(tmp_path / "scaled.tif", np.full((10, 10), 1, "uint8"), scale=10))


def walked(path):
    grid = square_grid((WEST, NORTH - 0.1, WEST + 0.1, NORTH), cell_m=1_000)
    with open_dataset(path) as raster:
        return friction_from_raster(raster, grid)[0]


@pytest.mark.parametrize("pace", [0.0, -0.015, np.nan])
def test_a_friction_raster_on_which_nobody_walks_is_refused(pace, tmp_path):
    with pytest.raises(InputError, match="no positive value"):
        walked(written(tmp_path / "closed.tif", np.full((100, 100), pace, "float32"), cell=0.001))


def test_undeclared_9999_in_a_friction_raster_is_a_barrier(tmp_path):
    cells = np.full((100, 100), 0.015, "float32")
    cells[:, :40] = 9999
    paces = walked(written(tmp_path / "part.tif", cells, cell=0.001))
    assert np.nanmax(paces[np.isfinite(paces)]) == pytest.approx(0.015)
    assert 0.3 < np.isinf(paces).mean() < 0.6
