"""Forest loss, fires, burnt and protected land from files that the tests write, against sums by hand and by centre."""

import importlib.util
from contextlib import nullcontext

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from families import WEST_EAST, columns_of, territories
from pydantic import ValidationError
from rasterio.features import geometry_mask
from rasterio.warp import transform_bounds
from shapely.geometry import Point, box

from comarca import io
from comarca.config.environment import BurntAreas, Fires, ForestLoss, ProtectedAreas
from comarca.config.region import Config, Region
from comarca.crs import geodesic_area_km2
from comarca.dynamics.functional import regroup
from comarca.errors import ConfigError, InputError
from comarca.indicators import environment
from comarca.land.covered import covered_by_polygons, covered_by_raster, is_raster
from comarca.land.forest import _Grid, tabulate_forest
from comarca.layers import files as layer_files
from comarca.plan.preflight import check_inputs
from comarca.rasters.bands import Raster
from comarca.results import Flag
from comarca.sources.vectors.fires import read_fires

PLACES = territories(*WEST_EAST)
AREA_KM2 = geodesic_area_km2(np.array(WEST_EAST))


def grid(bounds, width, height):
    west, south, east, north = bounds
    return Affine((east - west) / width, 0, west, 0, (south - north) / height, north)


def raster(path, values, bounds, nodata=None):
    height, width = values.shape
    with rasterio.open(path, "w", driver="GTiff", height=height, width=width, count=1, dtype=values.dtype, crs=4326,
                       transform=grid(bounds, width, height), nodata=nodata) as out:  # fmt: skip
        out.write(values, 1)
    return str(path)


def run(root, name, table):
    columns = [c for c in columns_of(root, "environment", layers=[name]) if name in c.layers]
    return environment.compute(territories=PLACES, columns=columns, **{name: table})


def test_forest_of_2000_and_its_loss_by_year(tmp_path, root):
    # Ten cells across: the west has trees in its left half, of which one column went in 2003, one in 2010.
    cover = np.zeros((10, 20), np.uint8)
    cover[:, :5], cover[:, 10:13], cover[:, 19] = 80, 29, 255
    loss = np.zeros_like(cover)
    loss[:, 0], loss[:, 1], loss[:, 10] = 3, 10, 5
    covers = [raster(tmp_path / "tc.tif", cover, (0, 0, 0.2, 0.1), nodata=255)]
    losses = [raster(tmp_path / "ly.tif", loss, (0, 0, 0.2, 0.1))]
    table, checks = tabulate_forest(covers, losses, PLACES)
    result = run(root, "forest_loss", table)
    assert result.values["forest_cover_2000_share"].tolist() == pytest.approx([0.5, 0.0], rel=1e-6)
    assert result.values.loc["01", "forest_loss_share"] == pytest.approx(0.4)
    assert result.flags.loc["02", "forest_loss_share"] == Flag.ZERO_DENOMINATOR
    west = table[table["territory_id"] == "01"].set_index("year")["area_ha"]
    assert west[[2003, 2010]].tolist() == pytest.approx([AREA_KM2[0] * 10, AREA_KM2[0] * 10])
    assert checks[0].value == pytest.approx(0.4)
    more = tabulate_forest(covers, losses, PLACES, threshold_percent=29)[0]
    assert run(root, "forest_loss", more).values["forest_loss_share"].tolist() == pytest.approx([0.4, 1 / 3])


def test_forest_in_tiles_equals_the_forest_counted_cell_by_cell(tmp_path):
    rng = np.random.default_rng(5)
    cover, loss = rng.integers(0, 101, (40, 80), np.uint8), rng.integers(0, 20, (40, 80), np.uint8)
    halves = {"a": (0, 0, 0.1, 0.1), "b": (0.1, 0, 0.2, 0.1)}
    covers, losses = (
        [raster(tmp_path / f"{kind}{name}.tif", part, bounds)
         for (name, bounds), part in zip(halves.items(), np.hsplit(values, 2), strict=True)]
        for kind, values in (("cover", cover), ("loss", loss))
    )  # fmt: skip
    wide = territories(box(0.05, 0, 0.15, 0.1))
    table, _ = tabulate_forest(covers, losses[::-1], wide)
    inside = ~geometry_mask(wide.geometry, cover.shape, grid((0, 0, 0.2, 0.1), 80, 40))
    cell_ha = 100 * geodesic_area_km2(np.array([box(0, 0, 0.2, 0.1)]))[0] / cover.size
    by_year = table.set_index("year")["area_ha"] / cell_ha
    assert by_year[2000] == pytest.approx((inside & (cover >= 30)).sum(), rel=1e-4)
    assert by_year[2007] == pytest.approx((inside & (cover >= 30) & (loss == 7)).sum(), rel=1e-4)


def test_a_tile_without_a_partner_is_refused_and_a_territory_outside_is_told(tmp_path, root):
    ones = np.full((4, 4), 50, np.uint8)
    cover = raster(tmp_path / "tc.tif", ones, (0, 0, 0.1, 0.1))
    with pytest.raises(InputError, match="partner"):
        tabulate_forest([cover], [raster(tmp_path / "ly.tif", ones, (0, 0, 0.2, 0.1))], PLACES)
    table, checks = tabulate_forest([cover], [raster(tmp_path / "ok.tif", 0 * ones, (0, 0, 0.1, 0.1))], PLACES)
    result = run(root, "forest_loss", table)
    assert (result.flags.loc["02"] == Flag.OUTSIDE_RASTER).all()
    assert [check.status for check in checks if check.name == "forest_raster_data"] == ["warn"]


WHOLE = (0, 0, 0.2, 0.1)


def forest(folder, cover, loss, *, nodata=None, bounds=WHOLE):
    covers = [raster(folder / "tc.tif", cover, bounds, nodata=nodata)]
    return tabulate_forest(covers, [raster(folder / "ly.tif", loss, bounds)], PLACES)[0]


def test_years_of_loss_by_the_calendar_are_read_and_other_codes_refused(tmp_path, root):
    cover, loss = np.full((10, 20), 80, np.uint8), np.zeros((10, 20), np.int16)
    loss[:, :5], loss[:, 10] = 2003, 3
    table = forest(tmp_path, cover, loss)
    assert run(root, "forest_loss", table).values["forest_loss_share"].tolist() == pytest.approx([0.5, 0.1])
    assert set(table["year"]) == {2000, 2003}
    for code in (-1, 99, 1999, 2099):
        with pytest.raises(InputError, match="a year of loss: 1 to"):
            forest(tmp_path, cover, np.full((10, 20), code, np.int16))


def test_no_data_of_tree_cover_is_what_the_file_declares(tmp_path, root):
    none, cover = np.zeros((10, 20), np.uint8), np.full((10, 20), 80, np.int16)
    cover[:, :5], cover[:, 5:7], cover[:, 10:] = -9999, 0, -9999
    result = run(root, "forest_loss", forest(tmp_path, cover, none, nodata=-9999))
    assert result.values.loc["01", "forest_cover_2000_share"] == pytest.approx(0.6)
    assert result.flags.loc["02"].tolist() == [Flag.OUTSIDE_RASTER] * 2
    nowhere = forest(tmp_path, np.full((10, 20), -9999, np.int16), none, nodata=-9999)
    assert (run(root, "forest_loss", nowhere).flags == Flag.OUTSIDE_RASTER).all(axis=None)
    # A declared 0 still says that no trees stand there.
    bare = np.where(cover == 80, 80, 0).astype(np.uint8)
    treeless = run(root, "forest_loss", forest(tmp_path, bare, none, nodata=0))
    assert treeless.values["forest_cover_2000_share"].tolist() == pytest.approx([0.3, 0])
    for wrong in (cover, np.full((10, 20), 101, np.uint8)):
        with pytest.raises(InputError, match="0 to 100 per cent"):
            forest(tmp_path, wrong, none)
    with pytest.raises(InputError, match="Multiply shares by 100"):
        forest(tmp_path, np.full((10, 20), 0.8, np.float32), none)


def test_tiles_that_overlap_or_come_twice_are_refused(tmp_path):
    ones = np.full((10, 12), 80, np.uint8)
    a, b = (0, 0, 0.12, 0.1), (0.08, 0, 0.2, 0.1)
    covers = [raster(tmp_path / f"{n}.tif", ones, bounds) for n, bounds in enumerate((a, b))]
    losses = [raster(tmp_path / f"l{n}.tif", 0 * ones, bounds) for n, bounds in enumerate((a, b))]
    with pytest.raises(InputError, match="overlaps"):
        tabulate_forest(covers, losses, PLACES)
    with pytest.raises(InputError, match="overlaps"):
        tabulate_forest([covers[0], raster(tmp_path / "v2.tif", 0 * ones, a)], losses[:1], PLACES)
    with pytest.raises(InputError, match="overlaps"):
        tabulate_forest(covers[:1], [losses[0], losses[0]], PLACES)
    with pytest.raises(ConfigError, match=r"forest_loss.*overlaps"):
        check_inputs(
            Config(
                regions={"r": Region(country="NIC", forest_loss={"provider": "file", "path": covers, "loss": losses})}
            )
        )


def test_tiles_of_two_systems_of_coordinates_that_cover_one_place_are_refused(tmp_path):
    bounds = (-0.05, -0.05, 0.25, 0.25)
    paths = {}
    for crs in (4326, 32631):
        sides = transform_bounds(4326, crs, *bounds)
        for name, value in (("cover", 80), ("loss", 0)):
            paths[name, crs] = str(tmp_path / f"{name}{crs}.tif")
            with rasterio.open(paths[name, crs], "w", driver="GTiff", height=60, width=60, count=1, dtype="uint8",
                               crs=crs, transform=grid(sides, 60, 60)) as out:  # fmt: skip
                out.write(np.full((60, 60), value, np.uint8), 1)
    for chosen, is_refused in (([4326], False), ([32631], False), ([4326, 32631], True)):
        covers, losses = ([paths[name, crs] for crs in chosen] for name in ("cover", "loss"))
        with pytest.raises(InputError, match="tiles that cover") if is_refused else nullcontext():
            tabulate_forest(covers, losses, PLACES)


@pytest.mark.parametrize("south", [60.0, -60.0])
@pytest.mark.parametrize(("shift", "is_apart"), [(0.0, True), (5e-5, True), (-2e-3, False)])
def test_tiles_may_touch_on_both_sides_of_the_equator(south, shift, is_apart):
    low, high = (_Grid((0.0, at, 0.1, at + 0.1), 10, 10, "EPSG:4326") for at in (south, south + 0.1 + shift))
    assert low.overlaps(high) != is_apart
    beside = _Grid((0.1 + shift, south, 0.2 + shift, south + 0.1), 10, 10, "EPSG:4326")
    assert low.overlaps(beside) != is_apart


def test_shares_of_land_are_of_the_land_with_data(tmp_path, root):
    # The tile holds the west and a tenth of the east.
    cover = np.full((10, 11), 80, np.uint8)
    sliver = (0, 0, 0.11, 0.1)
    table = forest(tmp_path, cover, 0 * cover, bounds=sliver)
    assert run(root, "forest_loss", table).values["forest_cover_2000_share"].tolist() == pytest.approx([1, 1])
    assert table["mapped_ha"].tolist() == pytest.approx([100 * AREA_KM2[0], 10 * AREA_KM2[1]])
    joined = regroup("forest_loss", table, {"01": "f", "02": "f"})
    assert joined["mapped_ha"].tolist() == pytest.approx([table["mapped_ha"].sum()])
    days = np.zeros((10, 11), np.int16)
    days[:5] = 200
    burnt, checks = covered_by_raster(
        Raster(raster(tmp_path / "b.tif", days, sliver, nodata=-2)), PLACES, name="burnt_areas"
    )
    assert run(root, "burnt_areas", burnt).values["burnt_area_share"].tolist() == pytest.approx([0.5, 0.5], rel=1e-4)
    assert checks[-1].rows == [{"territory_id": "02", "share_with_data": pytest.approx(0.1)}]


def fires_file(path, *rows, heading="latitude,longitude,acq_date,confidence,type"):
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_fires_are_counted_per_area_and_year_of_the_archive(tmp_path, root):
    rows = ["0.05,0.05,2018-01-02,80,0", "0.05,0.06,2019-12-31,30,0", "0.05,0.07,2019-03-01,29,0",
            "0.05,0.08,2019-03-01,99,2", "0.05,0.15,2018-05-05,50,0"]  # fmt: skip
    modis = fires_file(tmp_path / "m.csv", *rows)
    viirs = fires_file(tmp_path / "v.csv", "0.05,0.05,2020-01-02,n,0", "0.05,0.15,2020-01-02,l,0")
    table, checks = read_fires([modis, viirs], PLACES)
    assert table["fires"].tolist() == [1, 1, 1, 1, 0, 0]
    assert checks[-1].value == 4
    assert "2 have less confidence" in checks[-1].message
    values = run(root, "fires", table).values["fire_density_per_100km2_per_year"]
    assert values.tolist() == pytest.approx((100 * np.array([3, 1]) / 3 / AREA_KM2).tolist())
    longer = read_fires([modis, viirs], PLACES, years=(2011, 2020), min_confidence=0)[0]
    assert run(root, "fires", longer).values.iloc[0, 0] == pytest.approx(100 * 4 / 10 / AREA_KM2[0])


def test_fires_without_confidence_all_count_and_odd_words_are_refused(tmp_path):
    plain = fires_file(tmp_path / "p.csv", "0.05,0.05,20190814", heading="lat,lon,dia")
    assert read_fires(plain, PLACES, date="dia")[0]["fires"].sum() == 1
    with pytest.raises(InputError, match="low, nominal, high"):
        read_fires(fires_file(tmp_path / "o.csv", "0.05,0.05,2019-01-01,sure,0"), PLACES)
    with pytest.raises(InputError, match="acq_date"):
        read_fires(plain, PLACES)


@pytest.mark.parametrize(
    ("row", "message"),
    [("0.05,0.05,2019-01-01,150,0", "150.*0 to 100"), ("0.05,0.05,2019-01-01,-5,0", "-5"),
     ("0.05,0.05,2019-01-01,80,vegetation", "column type.*'vegetation'")],
)  # fmt: skip
def test_confidence_and_kind_that_cannot_be_are_refused(tmp_path, row, message):
    with pytest.raises(InputError, match=message):
        read_fires(fires_file(tmp_path / "f.csv", "0.05,0.06,2019-01-01,80,0", row), PLACES)


def test_fires_that_count_twice_are_warned_of(tmp_path):
    row = "0.05,0.05,2019-01-01,80,0"
    one = fires_file(tmp_path / "a.csv", row, row)
    assert [check.name for check in read_fires(one, PLACES)[1] if check.status == "warn"] == []
    again = [one, fires_file(tmp_path / "b.csv", "0.05,0.06,2019-01-01,80,0", row)]
    assert [(c.name, c.value) for c in read_fires(again, PLACES)[1] if c.status == "warn"] == [("fires_repeated", 1)]
    viirs = fires_file(tmp_path / "v.csv", "0.05,0.07,2019-01-01,n,0")
    warned = [c for c in read_fires([one, viirs], PLACES)[1] if c.status == "warn"]
    assert [c.name for c in warned] == ["fires_sensors"]
    assert "MODIS, VIIRS" in warned[0].message
    heading = "latitude,longitude,acq_date,satellite,instrument"
    two = fires_file(
        tmp_path / "s.csv", "0.05,0.05,2019-01-01,N,VIIRS", "0.05,0.06,2019-01-01,N20,VIIRS", heading=heading
    )
    assert "VIIRS N, VIIRS N20" in next(c.message for c in read_fires(two, PLACES)[1] if c.name == "fires_sensors")
    modis = fires_file(tmp_path / "m.csv", "0.05,0.05,2019-01-01,Terra,MODIS", "0.05,0.06,2019-01-01,Aqua,MODIS",
                       heading=heading)  # fmt: skip
    assert all(check.status != "warn" for check in read_fires(modis, PLACES)[1])


def test_an_archive_with_a_heading_alone_has_no_fires(tmp_path):
    empty = fires_file(tmp_path / "e.csv")
    table, checks = read_fires(empty, PLACES, years=(2018, 2019))
    assert table["fires"].tolist() == [0] * 4
    assert checks[-1].value == 0
    both = [empty, fires_file(tmp_path / "f.csv", "0.05,0.05,2019-01-01,80,0")]
    assert read_fires(both, PLACES)[0]["fires"].tolist() == [1, 0]
    with pytest.raises(InputError, match="key `years`"):
        read_fires(empty, PLACES)


def test_protected_land_counts_once_where_polygons_overlap(root):
    shapes = np.array([box(0, 0, 0.05, 0.1), box(0.02, 0, 0.07, 0.1), box(0.09, 0, 0.12, 0.1), Point(0, 0)])
    table, check = covered_by_polygons(shapes, PLACES, name="protected_areas")
    result = run(root, "protected_areas", table)
    assert result.values["protected_area_share"].tolist() == pytest.approx([0.8, 0.2], rel=1e-3)
    assert (check.status, len(result.checks)) == ("warn", 0)
    whole = covered_by_polygons(np.array([box(-1, -1, 1, 1)]), PLACES, name="protected_areas")[0]
    assert run(root, "protected_areas", whole).values["protected_area_share"].tolist() == pytest.approx(
        [1, 1], rel=1e-6
    )


def test_burnt_land_comes_from_cells_above_zero(tmp_path, root):
    days = np.zeros((10, 10), np.int16)
    days[:, :3], days[:, 5], days[0, :] = 200, -1, -2
    path = raster(tmp_path / "burnt.tif", days, (0, 0, 0.1, 0.1), nodata=-2)
    table, _ = covered_by_raster(Raster(path), PLACES, name="burnt_areas")
    result = run(root, "burnt_areas", table)
    assert result.values.loc["01", "burnt_area_share"] == pytest.approx(27 / 90, rel=1e-4)
    assert result.flags.loc["02", "burnt_area_share"] == Flag.OUTSIDE_RASTER
    assert is_raster(path)
    assert not is_raster("burnt.gpkg")


def test_the_script_reads_each_kind_of_file(tmp_path, root):
    spec = importlib.util.spec_from_file_location("script", root / "workflow/scripts/build_environment_table.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    layer_files.write_layer(PLACES, tmp_path / "territories.parquet", "territories")
    ones = np.full((4, 8), 50, np.uint8)
    cover = raster(tmp_path / "tc.tif", ones, (0, 0, 0.2, 0.1), nodata=255)
    loss = raster(tmp_path / "ly.tif", 0 * ones + 3, (0, 0, 0.2, 0.1))
    polygons = str(tmp_path / "areas.gpkg")
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(0, 0, 0.1, 0.1)], crs=4326).to_file(polygons)
    points = fires_file(tmp_path / "f.csv", "0.05,0.05,2018-01-02,80,0")
    sections = {
        "forest_loss": ForestLoss(provider="file", path=cover, loss=loss),
        "fires": Fires(provider="file", path=points),
        "burnt_areas": BurntAreas(provider="file", path=cover),
        "protected_areas": ProtectedAreas(provider="file", path=polygons),
    }
    for layer, section in sections.items():
        paths = {"parquet": str(tmp_path / f"{layer}.parquet"), "checks": str(tmp_path / f"{layer}.json")}
        script.main(
            layer=layer, territories=str(tmp_path / "territories.parquet"), source=section.model_dump(), **paths
        )
        table = io.read_table(paths["parquet"])
        assert set(table["territory_id"]) == {"01", "02"}, layer
    protected = pd.read_parquet(tmp_path / "protected_areas.parquet")["area_ha"]
    assert protected.tolist() == pytest.approx([100 * AREA_KM2[0], 0], rel=1e-5)


def test_files_are_looked_at_before_any_job(tmp_path):
    with pytest.raises(ValidationError, match="loss"):
        ForestLoss(provider="file", path="tc.tif")
    with pytest.raises(ValidationError, match="first and the last"):
        Fires(provider="file", path="f.csv", years=(2020, 2010))

    def checked(**sections):
        check_inputs(Config(regions={"r": Region(country="NIC", **sections)}))

    with pytest.raises(ConfigError, match=r"burnt_areas\.path"):
        checked(burnt_areas={"provider": "file", "path": str(tmp_path / "no.tif")})
    path = raster(tmp_path / "b.tif", np.zeros((2, 2), np.uint8), (0, 0, 1, 1))
    with pytest.raises(ConfigError, match="nodata"):
        checked(burnt_areas={"provider": "file", "path": path})
    checked(forest_loss={"provider": "file", "path": path, "loss": path})
