"""The land family from layers to columns: hand-made fields, parcels, census classes and land cover."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import scipy.stats
import shapely
from families import columns_of
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from shapely.geometry import box

from comarca.crs import geodesic_area_km2
from comarca.errors import CRSError, InputError
from comarca.indicators.land import compute
from comarca.land.checks import legend_check, proxy_correlations
from comarca.land.concentration import MeasuredTerritories
from comarca.land.cover import tabulate_land_cover
from comarca.land.holdings import holding_columns
from comarca.measures.inequality import gini_of
from comarca.registry.legends import read_legend

LAYERS = ("land_use", "parcels", "holdings", "land_cover_patches", "land_cover_areas", "farmland")
CLASSES = [(0, 10), (10, 100), (100, 1000), (1000, np.nan)]


@dataclass(frozen=True)
class Named:
    """Stands for a registry column where only its name matters."""

    name: str


def named(*names):
    return [Named(name) for name in names]


@pytest.fixture
def territories():
    return gpd.GeoDataFrame(
        {"territory_id": ["b", "a", "c"], "parent_name": None},
        geometry=[box(0.1, 0, 0.2, 0.1), box(0, 0, 0.1, 0.1), box(0.2, 0, 0.3, 0.1)],
        crs="EPSG:4326",
    )


@pytest.fixture
def land_use():
    """Four fields in a (one on the border to b), one forest in a and b, nothing in c."""
    shapes = [
        ("farmland", box(0.00, 0.00, 0.01, 0.01)),
        ("farmland", box(0.02, 0.00, 0.03, 0.01)),
        ("vineyard", box(0.04, 0.00, 0.06, 0.01)),
        ("meadow", box(0.07, 0.00, 0.11, 0.01)),
        ("forest", box(0.05, 0.05, 0.15, 0.06)),
    ]
    return gpd.GeoDataFrame(
        {"land_use_id": list("12345"), "land_use": [name for name, _ in shapes]},
        geometry=[shape for _, shape in shapes],
        crs="EPSG:4326",
    )


def parcels(**areas):
    rows = [(name, area) for name, values in areas.items() for area in values]
    return pd.DataFrame(rows, columns=["territory_id", "area_ha"])


def holdings(*entries):
    """Rows of (territory, year, holdings per class, areas per class, landless)."""
    rows = [
        (name, year, low, high, n, area, landless)
        for name, year, counts, areas, landless in entries
        for (low, high), n, area in zip(CLASSES, counts, areas, strict=True)
    ]
    columns = ["territory_id", "year", "class_min_ha", "class_max_ha", "holdings", "area_ha", "landless"]
    return pd.DataFrame(rows, columns=columns).assign(territory_name="")


def test_fields_are_measured_and_the_unmapped_is_not_called_equal(territories, land_use):
    names = ("field_count", "field_area_gini_index", "farmland_patch_area_gini_index", "mapped_farmland_share",
             "land_use_shannon_index", "land_evidence")  # fmt: skip
    result = compute(territories=territories, land_use=land_use, min_units=3, border="majority", columns=named(*names))
    values, flags = result.values, result.flags
    assert values.index.tolist() == ["a", "b", "c"]
    assert values["field_count"].tolist() == [4, 0, 0]
    assert values.loc["a", "field_area_gini_index"] == pytest.approx(gini_of([1, 1, 2, 4]), abs=1e-4)
    assert values.loc["a", "farmland_patch_area_gini_index"] == values.loc["a", "field_area_gini_index"]
    assert values.loc["a", "mapped_farmland_share"] == pytest.approx(7 / 100, rel=1e-3)
    assert values.loc["b", "mapped_farmland_share"] == pytest.approx(1 / 100, rel=1e-3)
    assert values.loc["b", "land_use_shannon_index"] == pytest.approx(
        -(1 / 6 * math.log(1 / 6) + 5 / 6 * math.log(5 / 6)), rel=1e-3
    )
    assert flags["field_area_gini_index"].tolist() == ["", "not_mapped", "not_mapped"]
    assert flags.loc["c", "land_use_shannon_index"] == "not_mapped"
    assert values["land_evidence"].tolist() == ["fields", "none", "none"]


def test_cut_fields_count_on_both_sides_of_a_border(territories, land_use):
    result = compute(territories=territories, land_use=land_use, border="cut", columns=named("field_count"))
    assert result.values["field_count"].tolist() == [4, 1, 0]


def test_fewer_units_than_the_minimum_have_sizes_but_no_concentration(territories):
    table = parcels(a=[1.0] * 29, b=[1.0] * 30)
    names = ("parcel_count", "parcel_area_gini_index", "parcel_area_mean_ha")
    result = compute(territories=territories, parcels=table, columns=named(*names))
    assert result.values["parcel_count"].tolist() == [29, 30, 0]
    assert result.values.loc["b", "parcel_area_gini_index"] == 0
    assert result.values["parcel_area_mean_ha"].tolist()[:2] == [1, 1]
    assert result.flags["parcel_area_gini_index"].tolist() == ["too_few_units", "", "no_source_row"]
    assert result.flags["parcel_area_mean_ha"].tolist() == ["", "", "no_source_row"]


def test_large_units_begin_at_the_configured_size(territories):
    result = compute(
        territories=territories, parcels=parcels(a=[10.0, 30.0, 60.0]), min_units=1, large_unit_ha=30,
        columns=named("parcel_area_large_share", "parcel_area_top10_share"),
    )  # fmt: skip
    assert result.values.loc["a"].tolist() == pytest.approx([0.9, 0.18])


def headline(counts, areas):
    """Two thirds of the way from equal holdings inside classes to the upper bound of Gastwirth (1972), by hand."""
    n, area = np.array(counts, dtype=float), np.array(areas, dtype=float)
    low, high = np.array([0.0, 10.0, 100.0, 1000.0]), np.array([10.0, 100.0, 1000.0, np.inf])
    open_class, closed = np.isinf(high), np.where(np.isinf(high), low + 1, high)
    inside = np.where(open_class, n, (n * closed - area) / (closed - low)) * (area - n * low)
    return gini_of(area / n, n) + 2 / 3 * inside.sum() / (n.sum() * area.sum())


def test_a_census_without_gaps_gives_the_trapezoid_gini_as_lower_bound_and_the_headline_between_the_bounds(territories):
    table = holdings(("a", 2006, [50, 30, 15, 5], [250, 1200, 4500, 2000 * 5], np.nan))
    names = [f"holding_area_gini_{kind}index" for kind in ("", "lower_", "upper_")]
    result = compute(territories=territories, holdings=table, columns=named(*names, "holding_suppressed_share"))
    index, lower, upper, withheld = result.values.loc["a"]
    assert lower == pytest.approx(gini_of([5, 40, 300, 2000], [50, 30, 15, 5]))
    assert index == pytest.approx(lower + (upper - lower) * 2 / 3)
    assert upper > index > lower
    assert withheld == 0
    assert result.flags.loc["a"].tolist() == [""] * 4
    assert set(result.flags.loc["b"]) == {"no_source_row"}


def test_bands_name_the_headline_and_are_marked_where_the_bounds_lie_in_two(territories):
    # Bounds 0.40 and 0.62: strong by the headline (0.55), medium by the lower bound.
    unclear = ("a", 2006, [80, 20, 0, 0], [400, 600, 0, 0], np.nan)
    # 50 holdings and one that has nearly all: the bounds leave no choice.
    clear = ("b", 2006, [50, 50, 50, 1], [20, 2000, 16_000, 4_000_000], np.nan)
    names = ("holding_area_gini_index", "holding_gini_camara_class", "holding_gini_camara6_class")
    result = compute(territories=territories, holdings=holdings(unclear, clear), columns=named(*names))
    assert result.values.loc["a"].tolist() == [
        pytest.approx(0.4 + 2 / 3 * 0.2222, abs=1e-4),
        "strong",
        "medium_to_strong",
    ]
    assert result.flags.loc["a"].tolist() == ["", "between_classes", "between_classes"]
    assert result.values.loc["b"].tolist()[1:] == ["very_strong", "very_strong_to_absolute"]
    assert result.flags.loc["b"].tolist() == ["", "", ""]


def test_withheld_areas_are_estimated_bounded_and_flagged(territories):
    table = holdings(("a", 2006, [50, 30, 15, 2], [250, 1200, 4500, 0], np.nan))
    names = ("holding_area_gini_lower_index", "holding_area_gini_index", "holding_area_gini_upper_index",
             "holding_suppressed_share", "holding_area_estimated_share", "holding_gini_camara_class")  # fmt: skip
    result = compute(territories=territories, holdings=table, columns=named(*names))
    lower, index, upper, share, estimated, band = result.values.loc["a"]
    assert 0 < lower < index < upper < 1
    assert share == pytest.approx(2 / 97)
    # The two holdings have 1,000 ha each at least, and not more than the territory has left.
    most = geodesic_area_km2([box(0, 0, 0.1, 0.1)])[0] * 100 - 5950
    assert 2000 / 7950 <= estimated <= most / (most + 5950)
    assert band == "strong"
    assert result.flags.loc["a"].tolist() == ["", "suppressed", "", "", "", "suppressed"]
    check = next(check for check in result.checks if check.name == "holdings_suppressed_cells")
    assert (check.status, check.value, check.rows) == ("warn", 1, [{"territory_id": "a", "cells": 1}])
    dropped = compute(territories=territories, holdings=table, suppressed="drop", columns=named(*names))
    assert dropped.values.loc["a", names[1:2]].isna().all()
    assert dropped.flags.loc["a", "holding_area_gini_index"] == "suppressed"
    assert dropped.values.loc["a", names[0]] == lower


@pytest.mark.parametrize(("shared", "pairs"), [(9, 0), (10, 1), (14, 1)])
def test_proxies_that_ten_territories_share_are_correlated_by_rank(shared, pairs):
    rng = np.random.default_rng(shared)
    first, second = rng.integers(0, 5, 15).astype(float), rng.random(15)
    second[shared:] = np.nan
    checks = proxy_correlations(pd.DataFrame({"a": first, "b": second, "same": 1.0}))
    rows = [row for check in checks for row in check.rows]
    assert len(rows) == pairs
    for row in rows:
        expected = scipy.stats.spearmanr(first[:shared], second[:shared]).statistic
        assert row["rank_correlation"] == pytest.approx(expected)
        assert (row["first"], row["second"], row["territories"]) == ("a", "b", shared)


def test_a_class_that_lacks_its_number_or_its_area_or_both_is_reported_once(territories):
    table = holdings(
        ("a", 2006, [50, 30, np.nan, 2], [250, 1200, 4500, np.nan], np.nan),
        ("b", 2006, [50, 30, np.nan, 0], [250, 1200, np.nan, 0], np.nan),
        ("c", 2006, [50, 30, 4, 0], [250, 1200, 900, 0], np.nan),
    ).assign(total_holdings=90.0, total_area_ha=8000.0)
    _, checks = holding_columns(table, MeasuredTerritories.of(territories, min_units=5, large_unit_ha=100.0))
    check = next(check for check in checks if check.name == "holdings_suppressed_cells")
    assert check.status == "warn"
    assert check.rows == [{"territory_id": "a", "cells": 2}, {"territory_id": "b", "cells": 1}]


def test_the_order_of_the_rows_of_holdings_does_not_matter(territories):
    first, last = ([60, 20, 10, 10], [300, 800, 3000, 20_000]), ([50, 30, 15, 5], [250, 1200, 4500, 10_000])
    table = holdings(("a", 1996, *first, 4), ("a", 2006, *last, 20), ("b", 2006, *last, np.nan))
    measured = MeasuredTerritories.of(territories, min_units=5, large_unit_ha=100.0)
    (values, flags), _ = holding_columns(table, measured)
    (again, _), _ = holding_columns(table.iloc[::-1].reset_index(drop=True), measured)
    pd.testing.assert_frame_equal(values, again)
    assert flags.loc["c", "holding_area_gini_index"] == "no_source_row"


def test_the_last_year_stands_and_the_change_is_from_the_first(territories):
    first, last = ([60, 20, 10, 10], [300, 800, 3000, 20_000]), ([50, 30, 15, 5], [250, 1200, 4500, 10_000])
    table = holdings(("a", 1996, *first, 4), ("a", 2006, *last, 20), ("b", 2006, *last, np.nan))
    names = ("holding_area_gini_index", "holding_area_gini_change_index", "holding_landless_share",
             "holding_gini_with_landless_index")  # fmt: skip
    result = compute(territories=territories, holdings=table, columns=named(*names))
    # The same table by other means: cells of each year completed and measured alone.
    before, after = (headline(*year) for year in (first, last))
    index, change, landless, with_landless = result.values.loc["a"]
    assert index == pytest.approx(after)
    assert change == pytest.approx(after - before)
    assert landless == pytest.approx(20 / 120)
    assert with_landless == pytest.approx(20 / 120 + 100 / 120 * after)
    assert result.flags.loc["b"].tolist() == ["", "not_in_source", "not_in_source", "not_in_source"]


def test_inconsistent_classes_are_listed(territories):
    table = holdings(("a", 2006, [50, 30, 15, 5], [250, 9000, 4500, 10_000], np.nan))
    result = compute(territories=territories, holdings=table, columns=named("holding_count"))
    check = next(check for check in result.checks if check.name == "holdings_inconsistent_cells")
    assert check.rows == [{"territory_id": "a", "class_min_ha": 10, "holdings": 30, "area_ha": 9000}]


@pytest.fixture
def land_cover(territories, root):
    """Land cover of two years on a grid of 0.01 degrees: c is not covered, a has three patches, then one."""
    legend = read_legend("worldcover")
    grid = Affine(0.01, 0, 0, 0, -0.01, 0.1)
    early = np.full((10, 20), 10, dtype="uint8")
    early[[0, 3, 6], 1] = 40
    early[8, 8:11] = 40
    late = early.copy()
    late[0:7, 1] = 40
    late[9, 19] = 7
    tables = []
    for year, codes in ((2020, early), (2021, late)):
        with MemoryFile() as memory:
            profile = {"driver": "GTiff", "height": 10, "width": 20, "count": 1, "dtype": "uint8", "nodata": 0}
            with memory.open(**profile, crs="EPSG:4326", transform=grid) as raster:
                raster.write(codes, 1)
            with memory.open() as raster:
                tables.append(tabulate_land_cover(raster, territories, legend=legend, year=year))
    return tuple(pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True))


def test_land_cover_gives_patches_of_the_last_year_and_their_change(territories, land_cover):
    patches, areas = land_cover
    names = (
        "farmland_patch_count",
        "farmland_patch_area_gini_index",
        "farmland_patch_area_gini_change_index",
        "farmland_cover_share",
        "farmland_mesh_size_ha",
        "land_use_effective_class_index",
        "land_evidence",
    )
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas, min_units=2, border="majority",
        columns=named(*names),
    )  # fmt: skip
    count, index, change, share, mesh, _, evidence = result.values.loc["a"]
    assert (count, evidence) == (2, "patches")
    assert index == pytest.approx(gini_of([7, 3]), abs=1e-4)
    assert change == pytest.approx(gini_of([7, 3]) - gini_of([1, 1, 1, 3]), abs=1e-4)
    assert share == pytest.approx(9 / 100, rel=1e-4)
    cell = geodesic_area_km2([box(0, 0, 0.01, 0.01)])[0] * 100
    assert mesh == pytest.approx((7 * 7 + 2 * 3) / 100 * cell, rel=1e-3)
    assert result.values.loc["b", "farmland_patch_count"] == 0
    assert result.flags.loc["b", "farmland_patch_area_gini_index"] == "too_few_units"
    assert set(result.flags.loc["c"].drop("land_evidence")) == {"outside_raster"}


def test_patches_are_cut_at_the_border_unless_told_otherwise(territories, land_cover):
    patches, areas = land_cover
    names = ("farmland_patch_count", "farmland_patch_area_gini_index", "farmland_patch_area_gini_change_index")
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas, min_units=2, columns=named(*names)
    )
    assert result.values.loc["a"].tolist() == pytest.approx(
        [2, gini_of([7, 2]), gini_of([7, 2]) - gini_of([1, 1, 1, 2])], abs=1e-4
    )
    assert result.values.loc["b", "farmland_patch_count"] == 1


def test_the_effective_number_of_classes_is_that_of_shannon(territories, land_cover):
    patches, areas = land_cover
    names = ("land_use_shannon_index", "land_use_simpson_index", "land_use_effective_class_index")
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas, min_units=2, columns=named(*names)
    )
    shannon_index, simpson_index, effective = result.values.loc["a"]
    assert effective == pytest.approx(math.exp(shannon_index))
    assert abs(effective - 1 / (1 - simpson_index)) > 0.01


def test_of_one_year_no_change_is_known(territories, land_cover):
    patches, areas = (table[table["year"] == 2021] for table in land_cover)
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas, min_units=2, border="majority",
        columns=named("farmland_patch_area_gini_index", "farmland_patch_area_gini_change_index"),
    )  # fmt: skip
    index, change = result.values.loc["a"]
    assert index > 0
    assert np.isnan(change)
    assert result.flags.loc["a", "farmland_patch_area_gini_change_index"] == "not_in_source"


@pytest.mark.parametrize("patch_ha", [300.0, 100.0])
def test_no_gini_where_one_patch_that_crosses_the_border_makes_up_most_of_the_land(territories, land_cover, patch_ha):
    _, areas = land_cover
    rows = [  # Of a: 60 ha of a larger patch, and pieces of its own. Of b: pieces of another one, and as much again.
        ("a", 60.0, patch_ha, False), ("a", 10.0, 10.0, True), ("a", 20.0, 20.0, True),
        ("b", 240.0, 300.0, True), ("b", 130.0, 130.0, True), ("b", 150.0, 150.0, True),
    ]  # fmt: skip
    patches = pd.DataFrame(rows, columns=["territory_id", "area_ha", "patch_area_ha", "is_main"])
    patches = patches.assign(patch_id=range(6), year=2021)
    names = ("farmland_patch_count", "farmland_patch_area_mean_ha", "farmland_patch_area_gini_index")
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas[areas["year"] == 2021], min_units=2,
        columns=named(*names),
    )  # fmt: skip
    assert result.values.loc["a", "farmland_patch_area_mean_ha"] == 30.0
    assert np.isnan(result.values.loc["a", "farmland_patch_area_gini_index"])
    assert result.flags.loc["a", "farmland_patch_area_gini_index"] == "spanning_patch"
    assert result.values.loc["b", "farmland_patch_area_gini_index"] == pytest.approx(gini_of([240, 130, 150]))


def test_codes_that_the_legend_lacks_are_kept_as_classes_without_a_role(land_cover):
    _, areas = land_cover
    strange = areas[areas["class_code"] == 7]
    assert strange[["territory_id", "year", "class_name"]].to_numpy().tolist() == [["b", 2021, ""]]
    assert not strange[["is_farmed", "is_natural", "is_built_up", "is_water"]].to_numpy().any()


def test_codes_that_the_legend_lacks_are_reported_with_their_area(root, land_cover):
    _, areas = land_cover
    check = legend_check(read_legend("worldcover"), areas)
    assert (check.status, check.value) == ("warn", 1)
    cell = geodesic_area_km2([box(0.19, 0, 0.2, 0.01)])[0] * 100
    assert check.rows == [{"class_code": 7, "area_ha": pytest.approx(cell)}]


def test_a_raster_stands_before_polygons_and_both_are_evidence(territories, land_cover, land_use):
    patches, areas = land_cover
    result = compute(
        territories=territories, land_cover_patches=patches, land_cover_areas=areas, land_use=land_use, min_units=2,
        border="majority", columns=named("farmland_patch_area_gini_index", "field_area_gini_index", "land_evidence"),
    )  # fmt: skip
    patch, field, evidence = result.values.loc["a"]
    assert patch == pytest.approx(gini_of([7, 3]), abs=1e-4)
    assert field == pytest.approx(gini_of([1, 1, 2, 4]), abs=1e-4)
    assert evidence == "patches, fields"


def test_proxies_are_correlated_where_enough_territories_have_both():
    shapes = [box(k, 0, k + 0.1, 0.1) for k in range(12)]
    ids = [f"{k:02}" for k in range(12)]
    many = gpd.GeoDataFrame({"territory_id": ids, "parent_name": None}, geometry=shapes, crs="EPSG:4326")
    units = parcels(**{name: [1.0, 1 + k] for k, name in enumerate(ids)})
    census = holdings(
        *[(name, 2006, [20, 2 + k, 0, 0], [100, 50 * (2 + k), 0, 0], np.nan) for k, name in enumerate(ids)]
    )
    result = compute(territories=many, parcels=units, holdings=census, min_units=2, columns=named("land_evidence"))
    check = next(check for check in result.checks if check.name == "land_proxy_correlation")
    assert check.rows[0]["territories"] == 12
    assert -1 <= check.rows[0]["rank_correlation"] <= 1
    assert not [c for c in compute(territories=many, parcels=units, columns=[]).checks if "correlation" in c.name]


def test_no_evidence_at_all_is_said(territories):
    result = compute(territories=territories, columns=named("land_evidence"))
    assert result.values["land_evidence"].tolist() == ["none"] * 3
    assert [check.status for check in result.checks] == ["warn"]


def test_tables_of_other_territories_and_layers_in_another_crs_are_refused(territories, land_use):
    with pytest.raises(InputError, match=r"layer parcels, column territory_id: got 'z'"):
        compute(territories=territories, parcels=parcels(z=[1.0]), columns=[])
    with pytest.raises(CRSError, match="layer land_use"):
        compute(territories=territories, land_use=land_use.to_crs(3857), columns=[])


def test_every_registered_column_is_computed_within_its_range(root, territories, land_use, land_cover):
    patches, areas = land_cover
    columns = columns_of(root, "land", layers=LAYERS)
    result = compute(
        territories=territories, land_use=land_use, land_cover_patches=patches, land_cover_areas=areas, min_units=2,
        parcels=parcels(a=[1.0, 2, 3], b=[4.0, 4]), columns=columns,
        holdings=holdings(("a", 2006, [50, 30, 15, 5], [250, 1200, 4500, 10_000], 7)),
    )  # fmt: skip
    assert list(result.values) == [column.name for column in columns]
    for column in columns:
        if column.kind == "number":
            low, high = column.range
            found = result.values[column.name].dropna()
            assert (found >= (-math.inf if low is None else low)).all(), column.name
            assert (found <= (math.inf if high is None else high)).all(), column.name
        assert column.bias or column.kind == "text", column.name


def test_matopiba_has_bounds_around_every_gini(cases):
    from comarca.sources.tables.holdings import read_holdings
    from comarca.sources.tables.join import join_by_code

    shapes = gpd.read_file(cases / "matopiba/municipalities.gpkg").rename(columns={"code": "territory_id"})
    table = read_holdings(
        cases / "matopiba/holdings_2006.csv",
        columns={"territory_id": "code", "territory_name": "municipality"},
        year=2006,
    )
    names = dict(zip(shapes["territory_id"], shapes["name"], strict=True))
    joined, _ = join_by_code(table, names, name="holdings", codes={"São Valério (TO)": "1720499"})
    columns = [f"holding_area_gini_{kind}index" for kind in ("lower_", "", "upper_")]
    result = compute(territories=shapes, holdings=joined, columns=named("holding_count", *columns))
    values = result.values
    assert len(values) == 996
    assert (values["holding_count"] > 0).sum() == 337
    found = values[columns].dropna().astype(float)
    assert len(found) == 336
    assert (found[columns[0]] >= 0).all()
    assert (found[columns[0]] <= found[columns[1]] + 1e-9).all()
    assert (found[columns[1]] <= found[columns[2]] + 1e-9).all()
    assert (found[columns[2]] < 1).all()
    check = next(check for check in result.checks if check.name == "holdings_suppressed_cells")
    assert check.value == 772


def test_an_invalid_field_is_repaired_and_still_counts(territories):
    bow_tie = shapely.Polygon([(0.01, 0.01), (0.03, 0.03), (0.03, 0.01), (0.01, 0.03)])
    layer = gpd.GeoDataFrame({"land_use_id": ["w1"], "land_use": ["farmland"]}, geometry=[bow_tie], crs="EPSG:4326")
    result = compute(territories=territories, land_use=layer, columns=named("field_count", "mapped_farmland_share"))
    assert result.values.loc["a", "field_count"] == 2
    assert result.values.loc["a", "mapped_farmland_share"] == pytest.approx(0.02, rel=1e-3)


def test_holdings_alone_give_the_columns_that_the_family_gives(territories):
    table = holdings(("a", 2006, [50, 30, 15, 5], [250, 1200, 4500, 10_000], np.nan))
    measured = MeasuredTerritories.of(territories, min_units=30, large_unit_ha=1000.0)
    (values, flags), checks = holding_columns(table, measured)
    through = compute(territories=territories, holdings=table, columns=named(*values.columns))
    pd.testing.assert_frame_equal(values, through.values, check_names=False)
    pd.testing.assert_frame_equal(flags, through.flags, check_names=False)
    assert {check.name for check in checks} <= {check.name for check in through.checks}


def test_classes_without_holdings_do_not_hide_that_others_do_not_add_up(territories):
    table = holdings(("a", 2006, [50, 30, 15, 0], [250, 1200, 4500, 0], np.nan))
    table = table.assign(total_holdings=95.0, total_area_ha=[9000.0] * 4)
    result = compute(territories=territories, holdings=table, columns=named("holding_count"))
    check = next(check for check in result.checks if check.name == "holdings_totals")
    assert check.rows == [{"territory_id": "a", "year": 2006}]


@pytest.mark.parametrize(("highest", "cut"), [(1000.0, []), (1000.4, []), (2000.0, [{"territory_id": "a"}])])
def test_a_class_that_ends_elsewhere_in_another_year_is_another_class(territories, highest, cut):
    years = (1996, [60, 20, 10, 10], [300, 800, 3000, 20_000]), (2006, [50, 30, 15, 5], [250, 1200, 4500, 10_000])
    table = holdings(*(("a", *year, np.nan) for year in years))
    table.loc[(table["year"] == 2006) & (table["class_min_ha"] == 100), "class_max_ha"] = highest
    result = compute(territories=territories, holdings=table, columns=named("holding_count"))
    check = next(check for check in result.checks if check.name == "holdings_class_limits")
    assert check.rows == cut
