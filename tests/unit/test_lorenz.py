"""Lorenz curves as drawn: the range that size classes leave, the curves of territories, the page."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from comarca.land.concentration import MeasuredTerritories
from comarca.land.lorenz_curves import LorenzCurve, lorenz_curves
from comarca.layers.schemas import empty_layer
from comarca.measures.lorenz import lorenz_bounds
from comarca.measures.size_classes import complete_cells, grouped_gini
from comarca.publish.maps.choropleth import save_map
from comarca.publish.maps.lorenz_plot import draw_lorenz
from comarca.publish.maps.theme import MapText

LIMITS = [(0.0, 10.0), (10.0, 50.0), (50.0, 200.0)]


def cells(*rows, limits=LIMITS):
    """Size classes of one territory: (holdings, area) each."""
    low, high = zip(*limits, strict=True)
    holdings, area = zip(*rows, strict=True)
    return pd.DataFrame(
        {"group": 0, "class_min_ha": low, "class_max_ha": high, "holdings": holdings, "area_ha": area}, dtype=float
    ).astype({"group": int})


def completed(*rows, **options):
    return complete_cells(cells(*rows, **options), group_count=1, cap_ha=[1e5])


def gini_of(unit_share, size_share):
    return 1 - 2 * np.trapezoid(size_share, unit_share)


def measured(**options):
    territories = gpd.GeoDataFrame(
        {"territory_id": ["1", "2"], "territory_name": ["A", "B"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs=4326,
    )
    return MeasuredTerritories.of(territories, **{"min_units": 5, "large_unit_ha": 100.0, **options})


def holdings_table(**changes):
    rows = cells((40, 200), (30, 900), (10, 900)).drop(columns="group")
    return rows.assign(**{"territory_id": "1", "year": 2006.0, "landless": np.nan, **changes})


def test_the_lower_end_bends_where_the_holdings_of_a_class_reach_its_upper_limit():
    # At worst 631 of 1,000 holdings have 1 ha and the others 10: 631 + 3,690 = 4,321.
    units, least, _ = lorenz_bounds(completed((1000, 4321), limits=[(1.0, 10.0)]))
    np.testing.assert_allclose(np.interp([0.631, 0.8155], units, least), [631 / 4321, 2476 / 4321], rtol=1e-9)


def test_without_secrecy_the_upper_end_is_the_curve_of_equal_holdings_inside_classes():
    units, _, most = lorenz_bounds(completed((40, 200), (30, 900), (10, 900)))
    np.testing.assert_allclose(np.interp([0.5, 0.875, 1.0], units, most), [0.1, 0.55, 1.0])


def test_the_two_ends_enclose_the_ginis_of_the_table():
    table = completed((400, 2000), (300, 9000), (100, 9000))
    units, least, most = lorenz_bounds(table)
    known = grouped_gini(table, group_count=1).iloc[0]
    assert gini_of(units, most) == pytest.approx(known["equal_inside"], rel=1e-12)
    assert gini_of(units, least) == pytest.approx(known["upper"], rel=2e-3)


def test_one_holding_in_a_class_leaves_no_range_inside_it():
    units, least, most = lorenz_bounds(completed((1, 5), (1, 30), (1, 100)))
    np.testing.assert_allclose(least, most, atol=1e-12)
    np.testing.assert_allclose(np.interp([1 / 3, 2 / 3], units, most), [5 / 135, 35 / 135])


def test_a_withheld_area_opens_the_range_by_its_limits():
    # 2 holdings of 10 to 50 ha beside 2 of 5 ha each: the small ones have 10 of 30 to 110 ha.
    units, least, most = lorenz_bounds(completed((2, 10), (2, np.nan), limits=LIMITS[:2]))
    half = np.flatnonzero(units == 0.5)[0]
    assert (least[half], most[half]) == pytest.approx((10 / 110, 10 / 30))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_set_of_holdings_that_fits_the_table_leaves_the_range(data):
    rows, sizes = [], []
    for low, high in LIMITS:
        mine = data.draw(st.lists(st.floats(low, high, exclude_max=True), max_size=6))
        mine = [max(size, 1e-3) for size in mine]
        is_withheld = len(rows) > 0 and data.draw(st.booleans())
        rows.append((len(mine), np.nan if is_withheld else sum(mine)))
        sizes += mine
    if sum(area for _, area in rows if area > 0) == 0:
        return
    units, least, most = lorenz_bounds(completed(*rows))
    held = np.concatenate([[0], np.cumsum(np.sort(sizes))]) / sum(sizes)
    share = np.arange(len(held)) / len(sizes)
    assert (held <= np.interp(share, units, most) + 1e-9).all()
    assert (held >= np.interp(share, units, least) - 1e-9).all()


def test_territories_without_enough_units_have_no_curve():
    parcels = pd.DataFrame({"territory_id": ["1"] * 6 + ["2"] * 3, "area_ha": np.arange(9.0) + 1})
    curves = lorenz_curves(measured(), parcels=parcels)
    assert list(curves) == ["1"]
    assert (curves["1"][0].kind, curves["1"][0].count) == ("parcels", 6)
    assert curves["1"][0].gini == pytest.approx(gini_of(*curves["1"][0].curve.T), abs=1e-3)


def test_a_layer_without_rows_gives_no_curve():
    """Land cover that no provider had is a layer without rows, and without a last year."""
    assert lorenz_curves(measured(), land_cover_patches=empty_layer("land_cover_patches")) == {}


def test_of_several_years_the_last_is_drawn_and_its_gini_is_that_of_the_table():
    older = holdings_table(year=1996.0).assign(area_ha=[300.0, 900.0, 900.0])
    (curve,) = lorenz_curves(measured(), holdings=pd.concat([holdings_table(), older]))["1"]
    assert curve.year == 2006
    low, high = curve.gini_range
    assert curve.gini == pytest.approx(low + (high - low) * 2 / 3)
    assert low < curve.gini < high
    assert curve.band.shape[1] == 3


@pytest.mark.parametrize(("least", "count"), [(80, 1), (81, 0)])
def test_as_many_holdings_as_are_asked_for_have_a_curve(least, count):
    assert len(lorenz_curves(measured(min_units=least), holdings=holdings_table())) == count


def test_dropped_territories_and_withheld_numbers_are_not_drawn_as_if_known():
    secret = holdings_table().assign(area_ha=[200.0, np.nan, 900.0])
    assert lorenz_curves(measured(), holdings=secret, suppressed="drop") == {}
    numbers = holdings_table().assign(holdings=[40.0, np.nan, 10.0])
    (curve,) = lorenz_curves(measured(), holdings=numbers)["1"]
    assert (curve.band, curve.gini_range) == (None, None)


def test_a_million_parcels_are_drawn_with_few_points():
    area = np.random.default_rng(1).lognormal(size=200_000)
    (curve,) = lorenz_curves(measured(), parcels=pd.DataFrame({"territory_id": "2", "area_ha": area}))["2"]
    assert len(curve.curve) < 200
    assert gini_of(*curve.curve.T) == pytest.approx(curve.gini, abs=1e-3)


@pytest.mark.parametrize(("language", "index"), [("en", "Gini 0.42 (0.40 to 0.51)"), ("pt", "Gini 0,42 (0,40 a 0,51)")])
def test_the_page_says_what_is_drawn(tmp_path, language, index):
    diagonal = np.array([[0.0, 0.0], [1.0, 1.0]])
    band = np.array([[0.0, 0, 0], [0.5, 0.1, 0.3], [1, 1, 1]])
    curve = LorenzCurve("holdings", 2006, 1234.0, 0.42, diagonal, (0.4, 0.51), band)
    patches = LorenzCurve("patches", None, 40.0, 0.3, diagonal)
    text = MapText(language=language, region="Somewhere", source_line="Source: a census")
    save_map(draw_lorenz([curve, patches], title="A & B", text=text), tmp_path / "1.svg")
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", (tmp_path / "1.svg").read_text(encoding="utf-8")))
    for part in (index, "2006", "A &amp; B", "Somewhere", "Source: a census"):
        assert part in text
