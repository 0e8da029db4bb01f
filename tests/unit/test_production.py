"""Diversity of farmland, of the local economy and of employment."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import WEST_EAST, columns_of, demand, only, territories
from shapely.geometry import box

from comarca.indicators.production import compute
from comarca.registry.columns import sector_key
from comarca.results import Flag

PLACES = territories(*WEST_EAST, box(1, 1, 2, 2))
FIELDS = {"economy_sector": ["shop"], "employment_sector": ["mining_oil", "trade"]}


@pytest.fixture(scope="module")
def columns(root):
    layers = ["demand", "population", "land_cover_areas", "economy", "employment", "firms"]
    return columns_of(root, "production", layers=layers, fields=FIELDS)


def of_layer(columns, layer):
    return [column for column in columns if layer in column.layers]


def test_diversity_of_farmland_is_among_farmed_classes_only(columns):
    areas = pd.DataFrame(
        [("01", 2010, 1, True, 75.0), ("01", 2010, 2, True, 25.0), ("01", 2010, 3, False, 999.0),
         ("01", 2000, 1, True, 7.0), ("02", 2010, 3, False, 5.0)],
        columns=["territory_id", "year", "class_code", "is_farmed", "area_ha"],
    )  # fmt: skip
    got = compute(territories=PLACES, land_cover_areas=areas, columns=of_layer(columns, "land_cover_areas"))
    shannon = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert got.values.loc["01"].tolist() == pytest.approx([1 - 0.5625 - 0.0625, math.exp(shannon), 0.75])
    assert (got.flags.loc["02"] == Flag.ZERO_DENOMINATOR).all()
    assert (got.flags.loc["03"] == Flag.OUTSIDE_RASTER).all()


def test_no_farmland_at_all_has_no_diversity(columns):
    areas = pd.DataFrame(
        [("01", 2010, 3, False, 5.0)], columns=["territory_id", "year", "class_code", "is_farmed", "area_ha"]
    )
    got = compute(territories=PLACES, land_cover_areas=areas, columns=of_layer(columns, "land_cover_areas"))
    assert got.values.isna().all(axis=None)


def establishments(*rows):
    sector, category, lon, lat = zip(*rows, strict=True)
    points = gpd.points_from_xy(lon, lat)
    rows = {"sector": sector, "category": category, "name": None, "brand": None}
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326)


ECONOMY = establishments(
    ("shop", "bakery", 0.05, 0.05), ("shop", "bakery", 0.06, 0.05), ("craft", "bakery", 0.07, 0.05),
    ("office", "notary", 0.08, 0.05), ("shop", "bakery", 0.15, 0.05), ("shop", "bakery", 9, 9),
)  # fmt: skip


def test_the_local_economy(columns):
    people = demand(("01", 2000, 0.05, 0.05), ("02", 0, 0.15, 0.05))
    got = compute(
        territories=PLACES, economy=ECONOMY, demand=people, min_establishments=2, columns=of_layer(columns, "economy")
    )
    assert got.values["economy_establishment_count"].tolist() == [4, 1, 0]
    assert got.values["economy_shop_count"].tolist() == [2, 1, 0]
    assert got.values["economy_establishment_density_per_10000persons"].iloc[0] == 20
    assert got.values["economy_shannon_index"].iloc[0] == pytest.approx(1.5 * math.log(2))
    assert got.values["economy_effective_category_index"].iloc[0] == pytest.approx(2**1.5)
    assert got.flags["economy_shannon_index"].tolist() == ["", Flag.TOO_FEW_UNITS, Flag.TOO_FEW_UNITS]
    density = got.flags["economy_establishment_density_per_10000persons"]
    assert density.tolist() == ["", Flag.NO_POPULATION, Flag.NO_DEMAND]


def test_an_economy_found_nowhere_is_not_mapped(columns):
    got = compute(territories=PLACES, economy=ECONOMY.iloc[-1:], columns=only(columns, "economy_establishment_count"))
    assert (got.flags == Flag.NOT_MAPPED).all(axis=None)


JOBS = pd.DataFrame(
    [("01", "Mining, oil", 80.0), ("01", "Trade", 20.0), ("02", "Trade", 100.0), ("02", "Mining, oil", np.nan),
     ("99", "Trade", 5.0)],
    columns=["territory_id", "sector", "jobs"],
)  # fmt: skip


def test_employment_by_sector(columns):
    known = JOBS.fillna({"jobs": 0.0})
    got = compute(territories=PLACES, employment=known, columns=of_layer(columns, "employment"))
    row = got.values.loc["01"]
    assert row["employment_jobs_count"] == 100
    assert row["employment_hhi_index"] == pytest.approx(0.68)
    assert row["employment_shannon_index"] == pytest.approx(-(0.8 * math.log(0.8) + 0.2 * math.log(0.2)))
    assert row["employment_largest_sector_share"] == pytest.approx(0.8)
    assert row["employment_largest_sector_name"] == "Mining, oil"
    # The region has 80 jobs in mining and 120 in trade.
    assert row["employment_mining_oil_location_quotient_ratio"] == pytest.approx(0.8 / 0.4)
    assert row["employment_trade_location_quotient_ratio"] == pytest.approx(0.2 / 0.6)
    assert row["employment_specialisation_index"] == pytest.approx(0.4)
    assert (got.flags.loc["03"] == Flag.NO_SOURCE_ROW).all()
    assert got.checks[0].rows == [{"territory_id": "99"}]


def test_a_sector_without_figure_leaves_the_territory_out(columns):
    got = compute(territories=PLACES, employment=JOBS, columns=of_layer(columns, "employment"))
    assert (got.flags.loc["02"] == Flag.NOT_IN_SOURCE).all()
    assert got.values.loc["01", "employment_trade_location_quotient_ratio"] == pytest.approx(1)


def test_small_firms(columns):
    firms = pd.DataFrame(
        [("01", 9, 60.0), ("01", 49, 30.0), ("01", np.nan, 10.0), ("02", 9, np.nan)],
        columns=["territory_id", "max_jobs", "firms"],
    )
    got = compute(territories=PLACES, firms=firms, columns=only(columns, "small_firm_share"))
    assert got.values["small_firm_share"].tolist() == pytest.approx([0.9, np.nan, np.nan], nan_ok=True)
    assert got.flags["small_firm_share"].tolist() == ["", Flag.NOT_IN_SOURCE, Flag.NO_SOURCE_ROW]


def test_names_of_sectors_become_parts_of_column_names():
    assert sector_key("Mining, oil") == "mining_oil"
    assert sector_key(" Construcción ") == "construccion"


@pytest.mark.parametrize(("factor", "status"), [(1, "pass"), (0.001, "warn"), (1000, "warn")])
def test_jobs_in_another_unit_are_told_from_those_of_so_many_people(factor, status):
    places = gpd.GeoDataFrame(
        {"territory_id": ["1", "2"]}, geometry=[box(at, 0, at + 1, 1) for at in range(2)], crs=4326
    )
    people = gpd.GeoDataFrame(
        {"territory_id": ["1", "2"], "population_persons": [1000.0, 500.0]},
        geometry=[box(at, 0, at + 1, 1).centroid for at in range(2)], crs=4326,
    )  # fmt: skip
    jobs = pd.DataFrame({"territory_id": ["1", "2"], "sector": "a", "jobs": [300.0 * factor, 200.0 * factor]})
    found = compute(territories=places, demand=people, employment=jobs, columns=[]).checks
    assert {check.name: check.status for check in found}["employment_plausibility"] == status
