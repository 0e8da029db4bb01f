"""Small holdings, the largest hundredth, and inequality within and between the territories of a parent."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from families import columns_of
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from comarca.indicators.land import compute
from comarca.measures.inequality import between_share_of_theil, theil
from comarca.measures.ranked import RankedSizes
from comarca.results import Flag

NAMES = (
    "holding_small_share",
    "holding_area_small_share",
    "holding_area_top1_share",
    "holding_area_theil_between_share",
)


def region(**parents):
    rows = {"territory_id": list(parents), "territory_name": list(parents), "parent_name": list(parents.values()),
            "country": "XXX"}  # fmt: skip
    areas = [box(0.1 * n, 0, 0.1 * (n + 1), 0.1) for n in range(len(parents))]
    return gpd.GeoDataFrame(rows, geometry=areas, crs=4326)


def census(*rows):
    """Size classes from rows of territory, lower and upper limit, holdings, hectares."""
    names = ["territory_id", "class_min_ha", "class_max_ha", "holdings", "area_ha"]
    table = pd.DataFrame(list(rows), columns=names)
    return table.assign(year=2010, landless=np.nan, total_holdings=np.nan, total_area_ha=np.nan)


def run(root, layer, table, **options):
    columns = [c for c in columns_of(root, "land", layers=["holdings"]) if c.name in NAMES]
    return compute(territories=layer, holdings=table, columns=columns, **options)


def test_small_holdings_are_those_below_five_hectares(root):
    table = census(("01", 0, 5, 60, 120), ("01", 5, 50, 39, 780), ("01", 50, None, 1, 900))
    values = run(root, region(**{"01": None}), table).values.loc["01"]
    assert values["holding_small_share"] == pytest.approx(0.6)
    assert values["holding_area_small_share"] == pytest.approx(120 / 1800)
    assert values["holding_area_top1_share"] == pytest.approx(900 / 1800)
    wider = run(root, region(**{"01": None}), table, small_unit_ha=50).values.loc["01"]
    assert wider["holding_small_share"] == pytest.approx(0.99)


def test_inequality_between_territories_is_theils_and_the_same_in_all_of_a_parent(root):
    layer = region(**{"01": "P", "02": "P", "03": "Q", "04": None})
    table = census(("01", 0, 5, 50, 50), ("02", 5, 50, 50, 450), ("03", 0, 5, 50, 50), ("04", 0, 5, 50, 50))
    result = run(root, layer, table)
    column = result.values["holding_area_theil_between_share"]
    # All holdings of a territory are alike, so all of the inequality lies between them.
    assert column[["01", "02"]].tolist() == [1, 1]
    assert column[["03", "04"]].isna().all()
    assert result.flags.loc["03", "holding_area_theil_between_share"] == Flag.TOO_FEW_UNITS
    assert result.flags.loc["04", "holding_area_theil_between_share"] == Flag.NOT_IN_SOURCE


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_the_part_between_is_the_same_in_any_unit_of_measure(unit):
    amount = unit * np.array([0.2, 0.6])
    assert between_share_of_theil(np.array([0.1, 0.0]), np.array([2.0, 2.0]), amount) == pytest.approx(
        between_share_of_theil(np.array([0.1, 0.0]), np.array([2.0, 2.0]), amount / unit)
    )


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_part_between_and_the_part_within_add_up_to_theil_of_all(seed):
    rng = np.random.default_rng(seed)
    sizes = [rng.lognormal(rng.normal(), 1, rng.integers(2, 9)) for _ in range(4)]
    group = np.repeat(np.arange(4), [len(each) for each in sizes])
    inside = theil(RankedSizes.of(np.concatenate(sizes), group=group, group_count=4))
    whole = theil(RankedSizes.of(np.concatenate(sizes))).item()
    count, amount = (np.array([f(each) for each in sizes], dtype=float) for f in (len, np.sum))
    within = float((amount / amount.sum() * inside).sum())
    assert between_share_of_theil(inside, count, amount) == pytest.approx((whole - within) / whole, rel=1e-9)
    assert np.isnan(between_share_of_theil(np.zeros(2), np.ones(2), np.ones(2)))
