"""Rasters by territory: published and hand-made cases, balance, units of area, and agreement of the two engines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from families import territories
from rasterio import Affine
from shapely.geometry import Polygon, box

from comarca.crs import geodesic_area_km2
from comarca.errors import CRSError, InputError
from comarca.layers.schemas import validate_layer
from comarca.population import raster as population_raster
from comarca.population.raster import demand_from_raster, people_by_year
from comarca.rasters.bands import Raster, open_raster, values_at
from comarca.rasters.zonal import balance_check, class_areas_ha, cover_check, data_check, zonal

ENGINES = ("exactextract", "rasterstats")


def write(path, values, *, nodata=None, crs="EPSG:4326", west=0.0, north=None, cell=1.0, **profile):
    array = np.asarray(values)
    north = array.shape[0] * cell if north is None else north
    profile = {
        "driver": "GTiff", "height": array.shape[0], "width": array.shape[1], "count": 1, "dtype": array.dtype,
        "crs": crs, "transform": Affine(cell, 0, west, 0, -cell, north), "nodata": nodata, **profile,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(array, 1)
    return path


@pytest.mark.parametrize(("share", "status"), [([0.5], "warn"), ([0.5, 0.6, 1.0], "info"), ([0.5, 1.0], "warn")])
def test_data_that_most_of_several_territories_lack_are_left_out_on_purpose(share, status):
    assert data_check(pd.Series(share), name="people").status == status


@pytest.fixture
def three_by_three(tmp_path):
    return Raster(write(tmp_path / "nine.tif", np.arange(1, 10, dtype="float32").reshape(3, 3), nodata=-1))


def one(raster, area, *, statistics=("sum",), engine="exactextract", crs=4326):
    return zonal({"r": raster}, territories(area).set_crs(crs, allow_override=True), statistics=statistics,
                 engine=engine).iloc[0]  # fmt: skip


def test_a_square_half_a_cell_inside_a_3x3_raster(three_by_three):
    got = one(three_by_three, box(0.5, 0.5, 2.5, 2.5), statistics=("count", "mean", "sum", "min", "max"))
    assert got.tolist() == pytest.approx([4, 5, 20, 1, 9], rel=1e-12)


def test_a_territory_smaller_than_a_cell_gets_its_share(three_by_three):
    got = one(three_by_three, box(1.2, 1.2, 1.4, 1.4), statistics=("sum", "count"))
    assert got.tolist() == pytest.approx([5 * 0.04, 0.04])


def test_cells_without_data_are_left_out(tmp_path):
    raster = Raster(write(tmp_path / "r.tif", np.array([[-200.0, 3.0]]), nodata=-200.0))
    assert one(raster, box(0, 0, 2, 1), statistics=("sum", "count", "min")).tolist() == [3, 1, 3]
    assert one(raster, box(0, 0, 2, 1), statistics=("sum", "count", "min"), engine="rasterstats").tolist() == [3, 1, 3]


def test_nan_is_never_data(tmp_path):
    raster = Raster(write(tmp_path / "r.tif", np.array([[np.nan, 3.0]])), nodata="none")
    assert one(raster, box(0, 0, 2, 1), statistics=("sum", "count")).tolist() == [3, 1]


def test_a_file_that_does_not_say_what_is_no_data_is_refused(tmp_path):
    path = write(tmp_path / "r.tif", np.array([[0, 3]], dtype="uint8"))
    with pytest.raises(InputError, match="nodata"):
        one(Raster(path), box(0, 0, 2, 1))
    assert one(Raster(path, nodata="none"), box(0, 0, 2, 1), statistics=("count",)).tolist() == [2]
    assert one(Raster(path, nodata=0), box(0, 0, 2, 1), statistics=("count",)).tolist() == [1]


def test_a_file_without_crs_is_refused(tmp_path):
    path = write(tmp_path / "r.tif", np.ones((1, 2)), nodata=0, crs=None)
    with pytest.raises(CRSError, match=r"r\.tif"):
        one(Raster(path), box(0, 0, 2, 1))


def test_a_missing_file_and_a_missing_band_are_refused(tmp_path):
    with pytest.raises(InputError, match="a raster file that GDAL reads"):
        one(Raster(tmp_path / "none.tif"), box(0, 0, 1, 1))
    path = write(tmp_path / "r.tif", np.ones((1, 2)), nodata=0)
    with pytest.raises(InputError, match="band"):
        one(Raster(path, band=2), box(0, 0, 1, 1))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("dtype", "value"), [("uint8", 255), ("int16", 32_767), ("int32", 2**31 - 1)])
def test_sums_of_whole_numbers_do_not_overflow(tmp_path, engine, dtype, value):
    raster = Raster(write(tmp_path / "r.tif", np.full((300, 300), value, dtype=dtype), nodata=0, cell=0.01))
    assert one(raster, box(0, 0, 3, 3), engine=engine)["r_sum"] == pytest.approx(value * 90_000, rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_sums_of_single_precision_are_in_double(tmp_path, engine):
    values = np.full((1000, 1000), 0.1, dtype="float32")
    raster = Raster(write(tmp_path / "r.tif", values, nodata=-1, cell=0.001))
    assert one(raster, box(0, 0, 1, 1), engine=engine)["r_sum"] == pytest.approx(float(np.float32(0.1)) * 1e6, rel=1e-9)


def test_scale_and_offset_are_applied(tmp_path):
    path = write(tmp_path / "r.tif", np.array([[10, 20, 255]], dtype="uint8"), nodata=255)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (1.0,)
    assert one(Raster(path), box(0, 0, 3, 1), statistics=("sum", "count")).tolist() == [17, 2]


def test_a_territory_outside_the_raster_has_no_sum(three_by_three):
    got = one(three_by_three, box(10, 10, 11, 11), statistics=("sum", "count"))
    assert np.isnan(got["r_sum"])
    assert got["r_count"] == 0


def test_territories_outside_are_named(three_by_three):
    places = territories(box(0, 0, 1, 1), box(2, 2, 4, 3))
    check = cover_check(three_by_three, places, name="population")
    assert check.status == "warn"
    assert check.rows == [{"territory_id": "02", "share_inside": pytest.approx(0.5)}]
    assert cover_check(three_by_three, places.iloc[:1], name="population").status == "pass"


def test_the_mass_balances_over_touching_territories_and_not_over_overlapping_ones(three_by_three):
    halves = territories(box(0.3, 0.3, 1.1, 2.9), box(1.1, 0.3, 2.7, 2.9))
    total = zonal({"r": three_by_three}, halves)["r_sum"].sum()
    assert balance_check(three_by_three, halves, total, name="population").status == "pass"
    overlapping = territories(box(0.3, 0.3, 1.3, 2.9), box(1.1, 0.3, 2.7, 2.9))
    total = zonal({"r": three_by_three}, overlapping)["r_sum"].sum()
    assert balance_check(three_by_three, overlapping, total, name="population").status == "fail"


def test_zones_are_brought_to_the_raster(three_by_three):
    square = territories(box(0.5, 0.5, 2.5, 2.5)).to_crs(3857)
    assert zonal({"r": three_by_three}, square)["r_sum"].iloc[0] == pytest.approx(20, rel=1e-6)


def test_rasters_on_one_grid_and_on_another_come_together(tmp_path, three_by_three):
    same = Raster(write(tmp_path / "same.tif", np.ones((3, 3)), nodata=-1))
    fine = Raster(write(tmp_path / "fine.tif", np.ones((6, 6)), nodata=-1, cell=0.5))
    got = zonal({"fine": fine, "same": same, "nine": three_by_three}, territories(box(0.5, 0.5, 2.5, 2.5)))
    assert got.columns.tolist() == ["fine_sum", "same_sum", "nine_sum"]
    assert got.iloc[0].tolist() == pytest.approx([16, 4, 20])


def test_rows_stand_in_the_order_of_the_territories(three_by_three):
    places = territories(box(0, 0, 1, 1), box(2, 2, 3, 3)).iloc[::-1]
    got = zonal({"r": three_by_three}, places)["r_sum"]
    assert got.index.tolist() == ["02", "01"]
    assert got.tolist() == [3, 7]


@pytest.mark.parametrize("engine", ENGINES)
def test_class_areas_in_degrees_are_those_of_the_ellipsoid(tmp_path, engine):
    classes = np.zeros((100, 100), dtype="uint8")
    classes[:, 40:] = 7
    raster = Raster(write(tmp_path / "c.tif", classes, nodata=255, north=60.0, cell=0.01))
    got = class_areas_ha(raster, territories(box(0, 59, 1, 60)), engine=engine)
    assert got.columns.tolist() == [0, 7]
    expected = 100 * geodesic_area_km2([box(0, 59, 0.4, 60), box(0.4, 59, 1, 60)])
    # Geodesics along the square's sides bulge beyond the parallels; the second engine takes one cell for all.
    assert got.iloc[0].tolist() == pytest.approx(expected, rel=1e-3 if engine == "exactextract" else 2e-2)


def test_cells_in_degrees_tile_the_earth(tmp_path):
    with open_raster(Raster(write(tmp_path / "e.tif", np.ones((180, 360)), nodata=0, west=-180, north=90))) as grid:
        assert grid.cell_area_km2(0, 0, 180, 360).sum() == pytest.approx(510_065_621.724, rel=1e-9)


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:3857", "EPSG:3035"])
def test_class_areas_are_true_in_any_projection(tmp_path, crs):
    square = shapely.segmentize(box(8.9, 46.9, 9.2, 47.2), 0.01)
    zone = territories(square)
    west, south, east, north = zone.to_crs(crs).total_bounds
    cell = 500.0
    shape = (int((north - south) / cell) + 3, int((east - west) / cell) + 3)
    path = write(tmp_path / "c.tif", np.ones(shape, dtype="uint8"), nodata=0, crs=crs, west=west - cell,
                 north=north + cell, cell=cell)  # fmt: skip
    got = class_areas_ha(Raster(path), zone)
    assert got.iloc[0].tolist() == pytest.approx(100 * geodesic_area_km2([square]), rel=2e-5)


def test_class_areas_leave_out_what_is_no_data(tmp_path):
    raster = Raster(write(tmp_path / "c.tif", np.array([[1, 255, 2]], dtype="uint8"), nodata=255, cell=0.01))
    got = class_areas_ha(raster, territories(box(0, 0, 0.03, 0.01), box(0.01, 0, 0.02, 0.01), box(1, 1, 2, 2)))
    assert got.loc["01", 1] == pytest.approx(got.loc["01", 2], rel=1e-9)
    assert (got.loc[["02", "03"]] == 0).all(axis=None)


def test_values_at_points(three_by_three):
    got = values_at(three_by_three, [0.5, 2.99, 2.5, 5.0, -0.001], [2.5, 0.01, 0.5, 1.0, 1.0])
    assert got.tolist() == pytest.approx([1, 9, 9, np.nan, np.nan], nan_ok=True)


@pytest.fixture
def crowd(tmp_path):
    people = np.random.default_rng(5).gamma(0.3, 40, (40, 50)).astype("float32")
    people[0, 0] = -99
    people[7] = 0
    return Raster(write(tmp_path / "p.tif", people, nodata=-99, cell=1 / 120, north=0.3))


CUT = territories(
    box(0, 0, 0.2, 0.3), Polygon([(0.2, 0), (0.45, 0), (0.45, 0.3), (0.2, 0.3)]), box(0.05, 0.05, 0.0501, 0.0501)
).assign(territory_id=["b", "a", "c"])


@pytest.mark.parametrize("rows", [[0, 1], [2]])
def test_demand_sums_to_the_zonal_sums(crowd, rows):
    places = CUT.iloc[rows]  # the third lies in the first, and would share its people
    demand, _ = demand_from_raster(crowd, places, demand_cell_m=3000)
    validate_layer(demand, "demand")
    got = demand.groupby("territory_id")["population_persons"].sum()
    expected = zonal({"p": crowd}, places)["p_sum"]
    assert got.reindex(expected.index).tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def test_demand_does_not_depend_on_the_size_of_blocks(crowd, monkeypatch):
    whole, checks = demand_from_raster(crowd, CUT, demand_cell_m=3000)
    monkeypatch.setattr(population_raster, "_TILE", (7, 11))
    in_blocks, checks_in_blocks = demand_from_raster(crowd, CUT, demand_cell_m=3000)
    assert [check.message for check in checks_in_blocks] == [check.message for check in checks]
    pd.testing.assert_frame_equal(whole.drop(columns="geometry"), in_blocks.drop(columns="geometry"), rtol=1e-12)
    assert shapely.get_coordinates(whole.geometry) == pytest.approx(shapely.get_coordinates(in_blocks.geometry))


def test_people_of_a_year_are_the_same_to_the_last_bit_in_tiles_of_any_size(tmp_path, monkeypatch):
    # Edges of cells are binary fractions and those of territories, so that only the order of adding up can differ.
    people = np.random.default_rng(5).gamma(0.3, 40, (40, 50)).astype("float32")
    raster = Raster(write(tmp_path / "p.tif", people, nodata=-99, cell=1 / 128, north=40 / 128))
    places = territories(box(0, 0, 24 / 128, 40 / 128), box(24 / 128, 10 / 128, 50 / 128, 40 / 128))
    persons = []
    for tile in [(512, 2048), (5, 3), (1, 50), (40, 1)]:
        monkeypatch.setattr(population_raster, "_TILE", tile)
        persons.append(people_by_year({2020: raster}, places)[0]["persons"].tolist())
    assert persons[1:] == persons[:1] * 3
    assert persons[0] == pytest.approx(zonal({"p": raster}, places)["p_sum"].tolist(), rel=1e-12)


def test_demand_stands_where_most_people_live(tmp_path):
    people = np.zeros((3, 3))
    people[0] = [0, 10, 30]
    raster = Raster(write(tmp_path / "p.tif", people, nodata=-1, cell=1 / 120))
    demand, _ = demand_from_raster(raster, territories(box(0, 0, 0.025, 0.025)), demand_cell_m=2800)
    assert len(demand) == 1
    assert demand["population_persons"].tolist() == [40]
    middle = (10 * 1.5 + 30 * 2.5) / 40 / 120, 2.5 / 120
    assert shapely.get_coordinates(demand.geometry)[0] == pytest.approx(middle)


def test_a_negative_number_of_people_is_refused(tmp_path):
    raster = Raster(write(tmp_path / "p.tif", np.array([[-200.0, 5.0]]), nodata=-1))
    with pytest.raises(InputError, match="no negative number"):
        demand_from_raster(raster, territories(box(0, 0, 2, 1)), demand_cell_m=1000)


def test_no_territory_on_the_raster_means_no_demand(crowd):
    assert demand_from_raster(crowd, territories(box(50, 50, 51, 51)), demand_cell_m=1000)[0].empty


def shore(tmp_path, *, people, nodata=-1):
    """A raster of 1 km cells in degrees, and territories that end 0.3 cells before the third column of cells does."""
    raster = Raster(write(tmp_path / "p.tif", np.array(people, dtype=float), nodata=nodata, cell=0.01))
    return raster, territories(box(0, 0, 0.01, 0.04), box(0.01, 0, 0.027, 0.04))


def test_people_of_a_cell_on_the_shore_live_on_the_land(tmp_path):
    raster, places = shore(tmp_path, people=[[1, 10, 100, -1, -1, -1]] * 4)
    demand, checks = demand_from_raster(raster, places, demand_cell_m=1100)
    assert demand.groupby("territory_id")["population_persons"].sum().tolist() == pytest.approx([4, 440])
    balance, near, cover, data = checks
    assert (balance.status, near.status, cover.status, data.status) == ("pass",) * 4
    assert "120 of them beyond the outline" in balance.message
    years, _ = people_by_year({2010: raster, 2020: raster}, places)
    assert years["persons"].tolist() == pytest.approx([4, 440, 4, 440])


def test_sea_that_is_nobody_rather_than_no_data_is_sea_too(tmp_path):
    raster, places = shore(tmp_path, people=[[1, 10, 100, 0, 0, 0.1]] * 4)
    assert demand_from_raster(raster, places, demand_cell_m=1100)[0]["population_persons"].sum() == pytest.approx(444)


def test_people_of_a_cell_on_a_land_border_are_taken_by_area(tmp_path):
    raster, places = shore(tmp_path, people=[[1, 10, 100, 0, 50, 0]] * 4)
    demand, checks = demand_from_raster(raster, places, demand_cell_m=1100)
    assert demand["population_persons"].sum() == pytest.approx(44 + 400 * 0.7)
    assert checks[0].status == "pass"
    # 200 in the cells of a neighbour, 120 in the cut ones.
    assert checks[1].value == pytest.approx(320 / (44 + 400 * 0.7 + 320))
    assert checks[1].status == "warn"
    assert "120 beyond the outline" in checks[1].message


@pytest.fixture
def coast(tmp_path):
    """A coast through the middle of cells of 100 persons, a neighbour in the east, and what is beyond, row by row."""

    def people_of(*beyond, names=("a", "b"), more=()):
        people = np.zeros((30, 40))
        people[:20] = 100.0
        for row, persons in enumerate(beyond, start=20):
            people[row] = persons
        raster = Raster(write(tmp_path / "p.tif", people, nodata=-1, cell=0.01, north=0.3))
        places = territories(box(0, 0.105, 0.2, 0.3), box(0.2, 0.105, 0.4, 0.3), *more)
        places = places.assign(territory_id=["a", "b", "c"][: len(places)])
        places = places[places["territory_id"].isin(names)]
        demand, checks = demand_from_raster(raster, places, demand_cell_m=1100)
        sums = demand.groupby("territory_id")["population_persons"].sum()
        return [sums[name] for name in names], checks[1]

    return people_of


@pytest.mark.parametrize(
    "beyond", [(), (3,), (5, 2), (0, [0] * 5 + [5] + [0] * 34)], ids=["none", "rim", "two_rows", "islet"]
)
def test_traces_of_people_at_sea_do_not_make_a_border_of_a_shore(coast, beyond):
    assert coast(*beyond)[0] == pytest.approx([40_000, 40_000])


def test_people_on_the_shore_do_not_depend_on_whether_the_neighbour_along_it_is_there(coast):
    assert coast(names=("a",))[0] == pytest.approx([40_000])


@pytest.mark.parametrize("tile", [None, (1, 40), (40, 1), (3, 5)])
def test_traces_in_a_strait_are_told_from_land_in_tiles_of_any_size(coast, monkeypatch, tile):
    # Its other side, 4 km off, is a territory, too.
    if tile:
        monkeypatch.setattr(population_raster, "_TILE", tile)
    persons, _ = coast(0, 0, 3, 0, *[100] * 6, names=("a", "b", "c"), more=[box(0, 0, 0.4, 0.06)])
    assert persons == pytest.approx([40_000, 40_000, 24_000])


@pytest.mark.parametrize(
    "beyond", [[100] * 10, [10] * 10, [2] * 10, [0, 0, 20]], ids=["like_here", "less", "thin", "farther"]
)
def test_land_that_goes_on_is_a_border_however_thinly_it_is_settled(coast, beyond):
    persons, near = coast(*beyond)
    assert persons == pytest.approx([39_000, 39_000])
    left_out = 2_000 + 40 * sum(beyond[:3])
    assert near.value == pytest.approx(left_out / (78_000 + left_out))
    assert near.status == "warn"


def test_territories_that_overlap_share_the_people_of_the_cells(tmp_path):
    raster, _ = shore(tmp_path, people=[[1, 10, 100, 0]] * 4)
    places = territories(box(0, 0, 0.02, 0.04), box(0.01, 0, 0.04, 0.04))
    demand, checks = demand_from_raster(raster, places, demand_cell_m=1100)
    assert demand.groupby("territory_id")["population_persons"].sum().tolist() == pytest.approx([4 + 20, 20 + 400])
    assert checks[0].status == "pass"


def test_people_per_km2_are_counted_by_the_area_of_their_cells(tmp_path):
    path = write(tmp_path / "density.tif", np.full((10, 20), 12.0), nodata=-1, cell=0.01, north=-20.0)
    places = territories(box(0, -20.1, 0.1, -20), box(0.1, -20.1, 0.2, -20))
    demand, _ = demand_from_raster(Raster(path, unit="per_km2"), places, demand_cell_m=5000)
    expected = 12 * geodesic_area_km2(places.geometry)
    assert demand.groupby("territory_id")["population_persons"].sum().tolist() == pytest.approx(
        expected.tolist(), rel=1e-5
    )
    sums = zonal({"p": Raster(path, unit="per_km2")}, places)["p_sum"]
    assert sums.tolist() == pytest.approx(expected.tolist(), rel=1e-5)


def test_people_in_a_gap_between_territories_are_not_lost(tmp_path):
    raster, _ = shore(tmp_path, people=[[1, 10, 100, 7]] * 4)
    places = territories(box(0, 0, 0.0195, 0.04), box(0.0205, 0, 0.04, 0.04))
    assert demand_from_raster(raster, places, demand_cell_m=1100)[0]["population_persons"].sum() == pytest.approx(
        4 * 118
    )


def test_nobody_where_cells_hold_0_and_nothing_where_they_hold_no_data(tmp_path):
    raster, _ = shore(tmp_path, people=[[5, 0, -1, 3]] * 4)
    places = territories(*(box(west, 0, west + 0.01, 0.04) for west in (0, 0.01, 0.02, 0.03)))
    demand, _ = demand_from_raster(raster, places, demand_cell_m=1100)
    validate_layer(demand, "demand")
    people = demand.groupby("territory_id")["population_persons"].sum().reindex(places["territory_id"])
    assert people.tolist() == pytest.approx([20, 0, np.nan, 12], nan_ok=True)
    years, _ = people_by_year({2020: raster}, places)
    assert years["persons"].tolist() == pytest.approx([20, 0, np.nan, 12], nan_ok=True)


def test_a_territory_of_which_most_has_no_data_is_named(tmp_path):
    people = np.full((10, 20), 3.0)
    people[:9, :10] = -1
    raster = Raster(write(tmp_path / "p.tif", people, nodata=-1, cell=0.01))
    places = territories(box(0, 0, 0.1, 0.1), box(0.1, 0, 0.2, 0.1))
    check = demand_from_raster(raster, places, demand_cell_m=1100)[1][3]
    assert (check.name, check.status) == ("population_raster_data", "warn")
    assert check.rows == [{"territory_id": "01", "share_with_data": pytest.approx(0.1)}]
    assert "cells without data" in check.message
    people[:, 11:19] = -1
    sparse = Raster(write(tmp_path / "q.tif", people, nodata=-1, cell=0.01))
    assert demand_from_raster(sparse, places, demand_cell_m=1100)[1][3].status == "info"


@pytest.fixture
def sao_miguel(cases):
    folder = cases / "sao-miguel"
    concelhos = gpd.read_file(folder / "concelhos.gpkg")
    return folder, concelhos.assign(territory_id=[f"{n:02}" for n in range(len(concelhos))])


def test_people_of_sao_miguel_balance(sao_miguel):
    folder, concelhos = sao_miguel
    raster = Raster(folder / "gpw_v411_2020_count_2020.tif")
    total = zonal({"people": raster}, concelhos)["people_sum"].sum()
    assert balance_check(raster, concelhos, total, name="population").value < 1e-6
    whole = territories(box(-26, 37, -25, 38.5))
    assert zonal({"people": raster}, whole)["people_sum"].iloc[0] == pytest.approx(145_603, abs=1)
    # 13,738 people live in the sea part of cells on the shore.
    assert total == pytest.approx(131_864, abs=1)
    demand, checks = demand_from_raster(raster, concelhos, demand_cell_m=1000)
    assert demand["population_persons"].sum() == pytest.approx(145_603, abs=1)
    assert {check.status for check in checks} <= {"pass", "info"}


def test_engines_agree_on_sao_miguel_as_far_as_its_cells_allow(sao_miguel):
    folder, concelhos = sao_miguel
    people = Raster(folder / "gpw_v411_2020_count_2020.tif")
    height = Raster(folder / "eu_dem_v11.tif")
    exact, centre = (
        zonal({"people": people, "height": height}, concelhos, statistics=("sum", "mean"), engine=engine)
        for engine in ENGINES
    )
    # 67 to 270 cells of people per concelho, a third of them on the coast or a border; 1,000 to 4,000 of height.
    assert (centre["people_sum"] / exact["people_sum"] - 1).abs().max() < 0.15
    assert abs(centre["people_sum"].sum() / exact["people_sum"].sum() - 1) < 0.02
    assert (centre["height_mean"] / exact["height_mean"] - 1).abs().max() < 0.01
    cover = Raster(folder / "clc2018_v2020_20u1.tif", nodata="none")
    exact, centre = (class_areas_ha(cover, concelhos, engine=engine) for engine in ENGINES)
    # Cells of 0.04 ha: what is left is the error of taking one cell's area for all.
    assert (centre - exact).abs().sum().sum() / exact.sum().sum() < 0.001
    assert exact.sum(axis=1).tolist() == pytest.approx(
        100 * geodesic_area_km2(concelhos.to_crs(4326).geometry), rel=1e-5
    )
