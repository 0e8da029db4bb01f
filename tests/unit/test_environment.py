"""Land cover shares, night lights and their change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, territories
from shapely.geometry import box

from comarca.crs import geodesic_area_km2
from comarca.indicators.environment import compute
from comarca.results import Flag

PLACES = territories(*WEST_EAST, box(1, 1, 2, 2))


@pytest.fixture(scope="module")
def columns(root):
    layers = [
        "earlier_land_cover",
        "earlier_night_lights",
        "demand",
        "population",
        "land_cover_areas",
        "territory_lights",
    ]
    return columns_of(root, "environment", layers=layers)


def cover(*rows):
    table = pd.DataFrame(rows, columns=["territory_id", "year", "class_name", "area_ha"])
    kinds = {"is_natural": "forest", "is_farmed": "crops", "is_built_up": "town", "is_water": "lake"}
    return table.assign(**{role: table["class_name"] == name for role, name in kinds.items()})


AREAS = cover(
    ("01", 2000, "forest", 400), ("01", 2000, "crops", 100), ("01", 2010, "forest", 200), ("01", 2010, "crops", 250),
    ("01", 2010, "town", 50), ("01", 2010, "lake", 1000), ("02", 2000, "lake", 10), ("02", 2010, "lake", 10),
)  # fmt: skip
LIGHTS = pd.DataFrame(
    [("01", 2000, 100.0), ("01", 2010, 200.0), ("02", 2000, 0.0), ("02", 2010, 3.0)],
    columns=["territory_id", "year", "light"],
)


@pytest.fixture(scope="module")
def got(columns):
    people = demand(("01", 500, 0.05, 0.05), ("02", 0, 0.15, 0.05))
    return compute(territories=PLACES, demand=people, land_cover_areas=AREAS, territory_lights=LIGHTS, columns=columns)


def test_shares_leave_water_out(got):
    shares = got.values.loc["01", ["natural_cover_share", "farmed_cover_share", "built_up_cover_share"]]
    assert shares.tolist() == pytest.approx([0.4, 0.5, 0.1])


def test_change_of_cover(got):
    assert got.values.loc["01", "natural_cover_change_percent_per_year"] == pytest.approx(100 * (0.5**0.1 - 1))
    assert got.values.loc["01", "farmed_cover_change_percent_per_year"] == pytest.approx(100 * (2.5**0.1 - 1))
    assert got.flags.loc["01", "built_up_cover_change_percent_per_year"] == Flag.ZERO_DENOMINATOR


def test_a_territory_of_water_has_no_shares_and_one_beyond_the_raster_neither(got):
    assert got.flags["natural_cover_share"].tolist() == ["", Flag.ZERO_DENOMINATOR, Flag.OUTSIDE_RASTER]


def test_night_lights(got):
    per_person = "night_light_per_population_dn_per_1000persons"
    change = "night_light_change_percent_per_year"
    area = geodesic_area_km2(PLACES.geometry.to_numpy())
    last = LIGHTS[LIGHTS["year"] == LIGHTS["year"].max()].set_index("territory_id")["light"].reindex(["01", "02", "03"])
    assert got.values["night_light_density_dn_per_km2"].tolist() == pytest.approx((last / area).tolist(), nan_ok=True)
    assert got.flags["night_light_density_dn_per_km2"].tolist() == ["", "", Flag.OUTSIDE_RASTER]
    assert got.values[per_person].tolist() == pytest.approx([400, np.nan, np.nan], nan_ok=True)
    assert got.flags[per_person].tolist() == ["", Flag.NO_POPULATION, Flag.OUTSIDE_RASTER]
    assert got.values[change].tolist() == pytest.approx([100 * (2**0.1 - 1), np.nan, np.nan], nan_ok=True)
    assert got.flags[change].tolist() == ["", Flag.ZERO_DENOMINATOR, Flag.OUTSIDE_RASTER]


def test_one_year_has_shares_but_no_change(columns):
    now = AREAS[AREAS["year"] == 2010]
    names = ("natural_cover_share", "natural_cover_change_percent_per_year")
    chosen = [column for column in columns if column.name in names]
    got = compute(territories=PLACES, land_cover_areas=now, columns=chosen)
    assert got.values.loc["01", names[0]] == pytest.approx(0.4)
    assert got.flags.loc["01", names[1]] == Flag.NOT_IN_SOURCE
