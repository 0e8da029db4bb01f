"""Cells that people are gathered in: their size is measured where the territories lie."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from families import territories
from shapely.geometry import box

from comarca.population.raster import _boxes_around, demand_from_raster
from comarca.rasters.bands import Raster


@pytest.mark.parametrize(("latitude", "columns"), [(0.0, 1), (60.0, 2)])
def test_cells_of_a_kilometre_take_more_columns_far_from_the_equator(tmp_path, latitude, columns):
    # A hundredth of a degree is 1.1 km from north to south, and from west to east 1.1 km times the cosine.
    with rasterio.open(
        tmp_path / "people.tif", "w", driver="GTiff", height=4, width=8, count=1, dtype="float32", crs="EPSG:4326",
        transform=Affine(0.01, 0, 10.0, 0, -0.01, latitude + 0.02), nodata=-1,
    ) as file:  # fmt: skip
        file.write(np.ones((4, 8), dtype="float32"), 1)
    area = territories(box(10.0, latitude - 0.02, 10.08, latitude + 0.02))
    demand, _ = demand_from_raster(Raster(tmp_path / "people.tif"), area, demand_cell_m=1100.0)
    assert len(demand) == 4 * 8 / columns
    assert demand["population_persons"].to_numpy() == pytest.approx(columns)


def test_the_surroundings_of_a_cell_leave_it_out_on_each_side():
    chosen = np.zeros((9, 9), dtype=bool)
    chosen[4, 5] = True
    # Rows from and to, columns from and to, up to 2 rows and 3 columns away.
    boxes = [box.ravel().tolist() for box in _boxes_around(chosen, (2, 3))]
    assert boxes == [[2, 4, 2, 9], [5, 7, 2, 9], [2, 7, 2, 5], [2, 7, 6, 9], [2, 7, 2, 9]]
