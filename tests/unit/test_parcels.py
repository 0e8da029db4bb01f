"""Parcels and fields: cleaning, assignment, cutting, owners, overlaps, coverage."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from comarca.crs import equal_area_crs, geodesic_area_km2
from comarca.errors import InputError
from comarca.land.concentration import MeasuredTerritories, concentration
from comarca.land.fields import class_areas_ha, clean_land_use, covered_ha, field_units
from comarca.land.parcels import (
    clean_parcels,
    equal_area_ha,
    find_overlaps,
    land_units,
    owner_parts,
    parcels_from_land_use,
    parcels_in_territories,
    sum_by_owner,
)
from comarca.results import Flag
from comarca.sources.tables.owners import known_owners, read_shares
from comarca.sources.vectors.parcels import read_parcels

WEST, EAST = box(0, 0, 1, 1), box(1, 0, 2, 1)
TERRITORIES = np.array([WEST, EAST])


def shapes(*boxes):
    return np.array([box(*corners) for corners in boxes])


def land_use(*rows):
    return gpd.GeoDataFrame(
        {"land_use_id": [f"w{k}" for k in range(len(rows))], "land_use": [row[0] for row in rows]},
        geometry=[row[1] for row in rows],
        crs="EPSG:4326",
    )


def test_equal_area_hectares_are_those_of_the_ellipsoid():
    parcels = shapes((-60, -30, -59.99, -29.98), (-52, 4, -51.98, 4.01), (-45.5, -10, -45.4, -9.95))
    found = equal_area_ha(parcels, equal_area_crs((-60, -30, -45, 5)))
    np.testing.assert_allclose(found, geodesic_area_km2(parcels) * 100, rtol=1e-5)


def test_each_parcel_goes_whole_to_the_territory_with_most_of_it():
    found = land_units(shapes((0.2, 0.2, 0.3, 0.3), (0.9, 0.5, 1.2, 0.6), (3, 3, 4, 4)), TERRITORIES)
    assert found[["unit", "territory"]].to_numpy().tolist() == [[0, 0], [1, 1]]
    whole = geodesic_area_km2(shapes((0.9, 0.5, 1.2, 0.6)))[0] * 100
    assert found["area_ha"][1] == pytest.approx(whole, rel=1e-5)


def test_a_parcel_that_lies_mostly_outside_belongs_to_nobody():
    assert len(land_units(shapes((1.8, 0.2, 2.5, 0.3)), TERRITORIES)) == 0
    assert land_units(shapes((1.8, 0.2, 2.1, 0.3)), TERRITORIES)["territory"].tolist() == [1]


def test_a_parcel_with_equal_halves_goes_to_the_territory_that_comes_first():
    assert land_units(shapes((0.9, 0.4, 1.1, 0.6)), TERRITORIES[::-1])["territory"].tolist() == [0]


# Edges are straight in the projection, so pieces of a long edge differ from the whole by some 1e-7.
def test_cutting_shares_the_land_out_and_loses_none_of_it():
    parcels = shapes((0.9, 0.5, 1.2, 0.6), (0.1, 0.1, 0.2, 0.2), (1.9, 0.9, 2.1, 1.1))
    found = land_units(parcels, TERRITORIES, border="cut")
    assert found[["unit", "territory"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [2, 1]]
    inside = shapely.intersection(parcels, box(0, 0, 2, 1))
    crs = equal_area_crs((0, 0, 2, 1))
    assert found["area_ha"].sum() == pytest.approx(equal_area_ha(inside, crs).sum(), rel=1e-6)


@given(
    st.lists(
        st.tuples(st.floats(-0.5, 2.2), st.floats(-0.3, 1.2), st.floats(0.01, 0.8), st.floats(0.01, 0.8)), max_size=15
    ),
    st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_assignment_is_that_of_intersecting_everything_with_everything(corners, chunk_size):
    parcels = shapes(*[(x, y, x + w, y + h) for x, y, w, h in corners])
    crs = equal_area_crs((0, 0, 2, 1))
    for border in ("majority", "cut"):
        found = land_units(parcels, TERRITORIES, border=border, chunk_size=chunk_size)
        expected = {}
        for unit, parcel in enumerate(parcels):
            pieces = equal_area_ha(shapely.intersection(parcel, TERRITORIES), crs)
            whole = equal_area_ha([parcel], crs)[0]
            if border == "cut":
                expected |= {(unit, t): area for t, area in enumerate(pieces) if area > 0}
            elif pieces.max() > 0 and pieces.max() >= whole - pieces.sum():
                expected[unit, int(pieces.argmax())] = whole
        got = {(row.unit, row.territory): row.area_ha for row in found.itertuples()}
        assert got.keys() == expected.keys()
        assert all(got[key] == pytest.approx(expected[key], rel=1e-9) for key in got)


def test_no_parcels_give_no_units():
    for border in ("majority", "cut"):
        assert list(land_units([], TERRITORIES, border=border)) == ["unit", "territory", "area_ha"]


def test_cleaning_repairs_drops_and_finds_twins_drawn_from_another_corner():
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    square = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    again = Polygon([(1, 1), (1, 0), (0, 0), (0, 1)])
    flat = Polygon([(0, 0), (1, 1), (0, 0)])
    repaired, remarks = clean_parcels([bow_tie, square, again, None, Polygon(), flat])
    assert remarks["is_repaired"].tolist() == [True, False, False, False, False, False]
    assert remarks["is_empty"].tolist() == [False, False, False, True, True, True]
    assert remarks["is_duplicate"].tolist() == [False, False, True, False, False, False]
    assert shapely.is_valid(repaired).all()
    assert shapely.area(repaired[0]) == pytest.approx(0.5)


def test_an_owners_parcels_are_summed_by_territory_and_unknown_owners_stay_apart():
    units = pd.DataFrame({"unit": [0, 1, 2, 3, 4], "territory": [0, 0, 1, 0, 0], "area_ha": [1.0, 2, 4, 8, 16]})
    parts = pd.DataFrame({"unit": range(5), "owner": ["ana", "ana", "ana", None, None], "share": 1.0})
    found = sum_by_owner(units, parts)
    assert sorted(found.loc[found["territory"] == 0, "area_ha"]) == [3, 8, 16]
    assert found.loc[found["territory"] == 1, "area_ha"].tolist() == [4]


def test_overlaps_are_found_and_neighbours_are_not():
    parcels = shapes((0, 0, 1, 1), (1, 0, 2, 1), (1.5, 0, 2.5, 1), (0.2, 0.2, 0.4, 0.4), (0, 1, 1, 2))
    found = find_overlaps(parcels)
    assert found[["first", "second"]].to_numpy().tolist() == [[0, 3], [1, 2]]
    assert found["overlap_share"].tolist() == pytest.approx([1, 0.5])
    assert len(find_overlaps(shapes((0, 0, 1, 1), (0.999, 0, 2, 1)))) == 0
    assert len(find_overlaps(shapes((0, 0, 1, 1), (0.999, 0, 2, 1)), min_share=0)) == 1
    assert len(find_overlaps([])) == 0


def test_a_thousand_parcels_in_a_row_hide_no_overlap():
    row = [(k, 0, k + 1, 1) for k in range(1000)]
    assert len(find_overlaps(shapes(*row))) == 0
    assert find_overlaps(shapes(*row, (500.5, 0, 500.9, 0.5))).iloc[0][["first", "second"]].tolist() == [500, 1000]


def test_fields_are_polygons_of_the_field_classes_and_parts_count_each():
    two_parts = shapely.MultiPolygon([box(0.1, 0.1, 0.2, 0.2), box(0.3, 0.3, 0.4, 0.4)])
    layer = land_use(("farmland", two_parts), ("forest", box(0.5, 0.5, 0.6, 0.6)), ("vineyard", box(1.1, 0, 1.2, 0.1)))
    found = field_units(layer, TERRITORIES, classes=["farmland", "vineyard"])
    assert found["territory"].tolist() == [0, 0, 1]


def test_polygons_that_stand_twice_under_one_class_count_once():
    square = box(0.1, 0.1, 0.2, 0.2)
    cleaned, _ = clean_land_use(land_use(("farmland", square), ("farmland", square), ("meadow", square)))
    assert cleaned["land_use"].tolist() == ["farmland", "meadow"]


def test_class_areas_are_cut_at_borders_and_cover_all_territories():
    layer = land_use(("farmland", box(0.9, 0, 1.2, 0.5)), ("forest", box(0.2, 0.2, 0.4, 0.4)))
    table = class_areas_ha(layer, np.array([WEST, EAST, box(5, 5, 6, 6)]))
    assert table.columns.tolist() == ["farmland", "forest"]
    assert table.loc[1, "farmland"] == pytest.approx(2 * table.loc[0, "farmland"], rel=1e-3)
    assert table.loc[1, "forest"] == table.loc[2].sum() == 0


def test_land_under_overlapping_polygons_is_covered_once():
    crs = equal_area_crs((0, 0, 2, 1))
    overlapping = shapes((0.1, 0.1, 0.3, 0.3), (0.2, 0.1, 0.4, 0.3), (0.6, 0.6, 0.7, 0.7))
    union = equal_area_ha(shapes((0.1, 0.1, 0.4, 0.3), (0.6, 0.6, 0.7, 0.7)), crs).sum()
    assert covered_ha(overlapping, TERRITORIES)[0] == pytest.approx(union, rel=1e-6)
    assert covered_ha([], TERRITORIES).tolist() == [0, 0]


def test_a_file_of_parcels_is_read_by_owner_and_its_faults_are_counted(tmp_path):
    territories = gpd.GeoDataFrame({"territory_id": ["1", "2"]}, geometry=TERRITORIES, crs="EPSG:4326")
    boxes = [(0.1, 0.1, 0.2, 0.2), (0.3, 0.1, 0.4, 0.2), (0.3, 0.1, 0.4, 0.2), (0.35, 0.1, 0.45, 0.2), (7, 7, 8, 8)]
    path = tmp_path / "cadastre.gpkg"
    gpd.GeoDataFrame({"dueno": ["ana", "ana", "ana", "eva", None]}, geometry=shapes(*boxes), crs="EPSG:4326").to_file(
        path
    )
    table, [_, check] = read_parcels(path, territories, owner="dueno")
    assert table["territory_id"].tolist() == ["1", "1"]
    assert table["area_ha"].iloc[1] == pytest.approx(2 * table["area_ha"].iloc[0], rel=1e-3)
    assert {row["case"]: row["count"] for row in check.rows} == {
        "repaired": 0, "empty, left out": 0, "duplicate, left out": 1, "pairs that overlap": 1,
        "outside all territories, left out": 1, "parcels of several owners, parted among them": 0,
    }  # fmt: skip
    assert (check.status, check.value) == ("warn", 3)
    single, _ = read_parcels(path, territories)
    assert len(single) == 3


def two_territories():
    names = {"territory_id": ["01", "02"], "territory_name": ["A", "B"]}
    return gpd.GeoDataFrame(names, geometry=[WEST, EAST], crs=4326)


def from_table(folder, text, **keys):
    path = folder / "parcels.csv"
    path.write_text(text, encoding="utf-8")
    found, checks = read_parcels(path, two_territories(), area="area", territory="code", **keys)
    return found, {check.name: check for check in checks}


def test_parcels_without_shapes_have_the_areas_and_the_unit_of_their_table(tmp_path):
    text = "code;area\n01;10,5\n02;1.000,0\n01;0\n01;\n99;7\n"
    found, checks = from_table(tmp_path, text, area_unit="m2")
    assert found["territory_id"].tolist() == ["01", "02"]
    np.testing.assert_allclose(found["area_ha"], [10.5e-4, 0.1])
    assert (checks["parcels_without_figures"].status, checks["parcels_without_figures"].value) == ("warn", 2)
    assert checks["parcels_join"].rows[0]["territory_id"] == "99"


def test_owners_in_a_table_have_their_parts_in_any_form_and_order(tmp_path):
    rows = ["01,10,Ana,1/2", "01,10,Eva,0.5", "01,4,Ana,1", "02,8,,1", "02,6,,1"]
    for lines in (rows, rows[::-1]):
        found, _ = from_table(tmp_path, "\n".join(["code,area,who,part", *lines]), owner="who", share="part")
        assert found.to_numpy().tolist() == [["01", 5.0], ["01", 9.0], ["02", 6.0], ["02", 8.0]]


@pytest.mark.parametrize(
    ("parts", "right"),
    [
        (["1/4", "3/4"], [2.5, 7.5]),
        (["0.25", "0.75"], [2.5, 7.5]),
        (["25", "75"], [2.5, 7.5]),
        (["0.5%", "99.5%"], [0.05, 9.95]),
        (["0.5", "99.5"], [0.05, 9.95]),
        (["25%", "3/4"], [2.5, 7.5]),
        (["33.3", "66.7"], [3.33, 6.67]),
        (["-50", "150"], "shares from 0"),
        (["1/0", "1/2"], "a share of a parcel"),
        (["-1/2", "3/2"], "shares from 0"),
        (["150", "50"], "shares from 0"),
        (["3/2", "1/2"], "shares from 0"),
        (["0.5", "50"], "all shares as parts of 1"),
        (["1", "100"], "all shares as parts of 1"),
        (["0.5%", "0.5"], "sign of per cent"),
    ],
)
def test_shares_of_owners_are_parts_of_the_whole_parcel(tmp_path, parts, right):
    text = "code,area,who,part\n" + "".join(f"01,10,{who},{part}\n" for who, part in zip("AB", parts, strict=True))
    if isinstance(right, str):
        with pytest.raises(InputError, match=right):
            from_table(tmp_path, text, owner="who", share="part")
    else:
        found, checks = from_table(tmp_path, text, owner="who", share="part")
        np.testing.assert_allclose(found["area_ha"], right)
        assert checks["parcels_shares"].status == "pass"


def test_shares_of_a_table_that_are_no_whole_are_told(tmp_path):
    _, checks = from_table(tmp_path, "code,area,who,part\n01,10,A,2\n01,10,B,1.5\n", owner="who", share="part")
    assert (checks["parcels_shares"].status, checks["parcels_shares"].value) == ("warn", 1)


@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_owners_who_are_not_known_are_not_one_owner(tmp_path, suffix):
    owners = ["S/D", "S/D", "desconocido", "Desconocido", "-", "-", "X", "X", "Ana", "Ana"]
    frame = gpd.GeoDataFrame(
        {"who": owners}, geometry=[box(k / 20, 0.1, k / 20 + 0.01, 0.2) for k in range(10)], crs=4326
    )
    if suffix == ".csv":
        text = "code,area,who\n" + "".join(f"01,10,{owner}\n" for owner in owners)
        found, _ = from_table(tmp_path, text, owner="who")
        assert found["area_ha"].tolist() == [10.0] * 8 + [20.0]
    else:
        frame.to_file(tmp_path / "t.gpkg")
        found, _ = read_parcels(tmp_path / "t.gpkg", two_territories(), owner="who")
    assert len(found) == 9


def test_stored_numbers_are_shares_and_owners_as_texts_are():
    shares = read_shares(pd.Series([0.125, 99.875, np.nan, 100.0]), parcel=[1, 1, 2, 3], where="t")
    np.testing.assert_allclose(shares, [0.00125, 0.99875, np.nan, 1.0])
    owners = known_owners(pd.Series([17.0, None, 23.0, "Ana"], dtype=object), where="t")
    assert owners.tolist() == ["17", None, "23", "Ana"]


def test_a_letter_is_an_owner_among_letters_and_a_total_is_none(tmp_path):
    found, _ = from_table(tmp_path, "code,area,who\n01,10,X\n01,5,X\n01,7,Y\n", owner="who")
    assert found["area_ha"].tolist() == [7, 15]
    with pytest.raises(InputError, match="an owner Total"):
        from_table(tmp_path, "code,area,who\n01,10,Ana\n01,5,Eva\n01,15,Total\n", owner="who")


def test_parcels_with_more_land_than_there_is_are_of_another_unit(tmp_path):
    land = geodesic_area_km2(two_territories().geometry) * 100
    with pytest.raises(InputError, match=r"areas of the parcels: got '?1e\+04"):
        from_table(tmp_path, f"code,area\n01,{land[0] * 1e4:.0f}\n")
    _, checks = from_table(tmp_path, f"code,area\n01,{land[0] * 1.2:.0f}\n02,{land[1] * 0.5:.0f}\n")
    assert (checks["parcels_land"].status, checks["parcels_land"].value) == ("warn", 1)


def test_a_row_of_a_survey_counts_as_often_as_its_weight_says(tmp_path):
    text = "code,area,n\n" + "".join(f"01,{area},{count}\n" for area, count in [(1, 30), (5, 12), (200, 3), (9, 0)])
    found, checks = from_table(tmp_path, text, weight="n")
    assert checks["parcels_without_figures"].value == 1
    assert found["weight"].tolist() == [30, 12, 3]
    measured = MeasuredTerritories.of(two_territories(), min_units=30, large_unit_ha=100.0)
    weighted, _ = concentration(measured.units(found, where="t"), measured, prefix="parcel", absent=Flag.NO_SOURCE_ROW)
    each = pd.DataFrame({"territory_id": "01", "area_ha": np.repeat([1.0, 5.0, 200.0], [30, 12, 3])})
    single, _ = concentration(measured.units(each, where="t"), measured, prefix="parcel", absent=Flag.NO_SOURCE_ROW)
    for name in ("parcel_count", "parcel_area_mean_ha", "parcel_area_gini_index", "parcel_area_large_share"):
        assert weighted.loc["01", name] == pytest.approx(single.loc["01", name]), name


def test_a_row_that_stands_for_several_parcels_has_no_owner(tmp_path):
    with pytest.raises(InputError, match="both `owner` and `weight`"):
        from_table(tmp_path, "code,area,who,n\n01,1,Ana,2\n", owner="who", weight="n")


def test_mapped_fields_stand_in_for_parcels_and_the_check_says_so():
    mapped = land_use(
        ("farmland", shapely.MultiPolygon([box(0.1, 0.1, 0.2, 0.2), box(0.3, 0.1, 0.4, 0.2)])),
        ("meadow", box(1.1, 0.1, 1.2, 0.2)),
        ("forest", box(0.5, 0.5, 0.9, 0.9)),
    )
    territories = gpd.GeoDataFrame({"territory_id": ["w", "e"]}, geometry=TERRITORIES, crs=4326)
    parcels, check = parcels_from_land_use(mapped, territories, classes=["farmland", "meadow"])
    assert parcels["territory_id"].value_counts().to_dict() == {"w": 2, "e": 1}
    assert check.status == "warn"
    assert "not a cadastre" in check.message


def test_shares_that_are_no_whole_are_told():
    square = shapely.box(0, 0, 0.01, 0.01)
    polygons = np.array([square, square, shapely.box(0.02, 0, 0.03, 0.01)], dtype=object)
    area = gpd.GeoDataFrame({"territory_id": ["01"]}, geometry=[shapely.box(-1, -1, 1, 1)], crs=4326)
    owners = pd.Series(["a", "b", "a"])
    for shares, count in ([0.5, 0.5, 1], 0), ([25, 75, 100], 0), ([1 / 3, 2 / 3, 0.25], 1):
        _, checks = parcels_in_territories(polygons, area, owners=owners, shares=pd.Series(shares, dtype=float),
                                           border="cut")  # fmt: skip
        assert (checks[-1].name, checks[-1].value) == ("parcels_shares", count)


def test_owners_have_the_shares_that_the_register_gives_and_else_equal_ones():
    parts = owner_parts([1, 1, 2, 2, 2, 3], list("abbcaa"), share=[25, 75, 1, 1, np.nan, np.nan])
    shares = parts.set_index(["outline", "owner"])["share"].to_dict()
    third = pytest.approx(1 / 3)
    assert shares == {(1, "a"): 0.25, (1, "b"): 0.75, (2, "a"): third, (2, "b"): third, (2, "c"): third, (3, "a"): 1.0}
    twice = owner_parts([1, 1, 1], list("aab"), share=[1, 2, 1])
    assert twice["share"].tolist() == [0.75, 0.25]
