"""Roads in the mountains take longer by the factor of the table, and no others do."""

import numpy as np
import pandas as pd
import pytest
from road_cases import SPEEDS_CSV, default_table, network_of, road_layer

from comarca.errors import InputError
from comarca.rasters.grids import cell_middles, square_grid
from comarca.roads.speeds import is_slowed_by_terrain, speed_table
from comarca.roads.terrain import slowed_by_terrain, terrain_of

ROADS = [[(0, 0), (0.1, 0)], [(0.2, 0), (0.3, 0)], [(0.05, 0.01), (0.25, 0.01)]]
GRID = square_grid((-0.05, -0.05, 0.35, 0.05), cell_m=250)


@pytest.mark.parametrize(("degrees", "terrain"), [(0, 0), (5.9, 0), (6.1, 1), (12.9, 1), (13.1, 2), (40, 2)])
def test_an_even_slope_is_of_the_terrain_of_its_angle(degrees, terrain):
    height = np.tan(np.radians(degrees)) * 250.0 * np.arange(40)[:, None] * np.ones(30)
    assert (terrain_of(height, cell_m=250) == terrain).all()


def test_where_no_height_is_known_the_ground_is_level():
    height = np.full((30, 30), np.nan)
    assert (terrain_of(height, cell_m=250) == 0).all()
    height[:, :10] = 100.0 * np.arange(30)[:, None]
    assert terrain_of(height, cell_m=250)[15].tolist()[:8] == [2] * 8


def slow(**tags):
    terrain = np.where(cell_middles(GRID)[0] > 0.15, 2, 0).reshape(GRID.shape)
    network, is_slowed = network_of(ROADS, speed_kmh=60, **tags), is_slowed_by_terrain(road_layer(ROADS, **tags))
    factors = default_table().terrain_factor
    slowed, check = slowed_by_terrain(network, terrain, GRID, factors=factors, is_slowed=is_slowed)
    return slowed.edge_min / network.edge_min, check


def test_each_road_takes_longer_by_what_of_it_is_steep():
    ratio, check = slow()
    assert ratio[0] == pytest.approx(1)
    assert ratio[1] == pytest.approx(1 / 0.6)
    # Half of the third lies in the mountains; steps are half a kilometre.
    assert ratio[2] == pytest.approx(0.5 + 0.5 / 0.6, abs=0.02)
    assert check.rows[2]["km"] == pytest.approx(11.13 * 2, rel=0.03)


def test_what_is_not_level_is_rolling_and_mountainous_together():
    terrain = np.where(cell_middles(GRID)[0] > 0.15, 2, 1).reshape(GRID.shape)
    network, is_slowed = network_of(ROADS, speed_kmh=60), np.ones(3, dtype=bool)
    _, check = slowed_by_terrain(network, terrain, GRID, factors={"rolling": 0.8}, is_slowed=is_slowed)
    km = {row["terrain"]: row["km"] for row in check.rows}
    assert km["level"] == 0
    assert check.value == pytest.approx(km["rolling"] + km["mountainous"])
    assert check.value == pytest.approx(network.edge_km.sum())


@pytest.mark.parametrize("tags", [{"road_class": "ferry"}, {"maxspeed_practical": "45"}])
def test_ferries_and_speeds_as_driven_stay(tags):
    assert slow(**tags)[0] == pytest.approx([1, 1, 1])


def test_a_terrain_that_nobody_knows_is_refused():
    rows = pd.read_csv(SPEEDS_CSV, dtype=str)
    rows.loc[rows["value"] == "mountainous", "value"] = "alpine"
    with pytest.raises(InputError, match="level, rolling, mountainous"):
        speed_table(rows)
