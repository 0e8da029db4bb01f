"""Parts that readers of files share: data sets, rows, texts, encodings, systems, surfaces, units of area."""

import json
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from comarca.crs import GEOD
from comarca.errors import CRSError, InputError
from comarca.sources.datasets import archive_of, files_of, is_folder_format, require_data_set, vector_members
from comarca.sources.rows import choose_rows
from comarca.sources.tables.area_units import HECTARE, area_unit, find_unit
from comarca.sources.texts import decode, is_utf8, mojibake_check, unmangled
from comarca.sources.vectors.encoding import shapefile_encoding
from comarca.sources.vectors.geojson import named_crs
from comarca.sources.vectors.nearby import within_reach
from comarca.sources.vectors.spots import is_table, read_spots
from comarca.sources.vectors.surfaces import plain_surfaces


def shapefile(folder: Path, names: list[str], encoding: str, page: str | None = None) -> Path:
    """A shapefile of points whose texts are in one encoding and whose `.cpg` says another, or nothing."""
    path = folder / "units.shp"
    layer = gpd.GeoDataFrame(
        {"name": names}, geometry=gpd.points_from_xy(range(len(names)), [0] * len(names)), crs=4326
    )
    pyogrio.write_dataframe(layer, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if page is not None:
        path.with_suffix(".cpg").write_text(page)
    return path


# Data sets


def test_a_shapefile_comes_with_its_companions_whatever_the_case_of_their_suffixes(tmp_path):
    for name in ("a.shp", "a.DBF", "a.shx", "a.prj", "a.txt", "b.dbf", "a.shp.aux.xml"):
        (tmp_path / name).touch()
    names = [Path(name).name for name in files_of(tmp_path / "a.shp")]
    assert names[0] == "a.shp"
    assert sorted(names[1:]) == ["a.DBF", "a.prj", "a.shp.aux.xml", "a.shx"]


def test_what_is_not_there_stands_in_the_list_as_it_was_named():
    assert files_of(["x/y.gpkg", "z.csv"]) == ["x/y.gpkg", "z.csv"]
    assert files_of(None) == []


def test_a_virtual_raster_rests_on_the_files_that_it_names(tmp_path):
    (tmp_path / "tile.tif").touch()
    (tmp_path / "all.vrt").write_text(
        '<VRTDataset><SourceFilename relativeToVRT="1">tile.tif</SourceFilename>'
        '<SourceFilename relativeToVRT="1">gone.tif</SourceFilename></VRTDataset>'
    )
    assert files_of(tmp_path / "all.vrt") == [str(tmp_path / "all.vrt"), str(tmp_path / "tile.tif")]


def test_paths_inside_an_archive_are_parted_and_checked(tmp_path):
    path = tmp_path / "units.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("in/units.shp", "in/units.dbf", "in/notes.csv", "__MACOSX/in/._units.shp", "x.gdb/a00.gdbtable"):
            packed.writestr(name, b"")
    for text in (f"{path}!in/units.shp", f"{path}/in/units.shp", f"/vsizip/{path}/in/units.shp"):
        assert archive_of(text) == (str(path), "in/units.shp")
        require_data_set(text, where="territories.path")
    assert vector_members(path) == ["in/units.shp", "x.gdb"]
    with pytest.raises(InputError, match=r"units\.shp"):
        require_data_set(f"{path}!in/unitz.shp", where="territories.path")
    with pytest.raises(InputError, match=r"units\.zip"):
        require_data_set(str(tmp_path / "unit.zip"), where="territories.path")


def test_a_geodatabase_is_known_by_suffix_or_tables(tmp_path):
    plain, by_tables = tmp_path / "plain", tmp_path / "tables"
    plain.mkdir(), by_tables.mkdir()
    (by_tables / "a00.gdbtable").touch()
    assert [is_folder_format(path) for path in (plain, by_tables, tmp_path / "x.gdb")] == [False, True, True]


# Rows


def test_rows_are_chosen_by_value_and_left_out_by_value():
    table = pd.DataFrame({"kind": ["a", "b", "b", None], "code": [1.0, 2.0, 3.0, 4.0]})
    kept, (check,) = choose_rows(table, {"kind": ["b", None], "not": {"code": "3"}}, where="f")
    assert kept.index.tolist() == [1, 3]
    assert (check.status, check.value) == ("info", 2)
    assert choose_rows(table, {}, where="f") == (table, [])


def test_a_value_that_no_row_has_is_a_warning_and_a_column_that_is_not_there_an_error():
    table = pd.DataFrame({"kind": ["a", "b"]})
    _, (check,) = choose_rows(table, {"kind": ["a", "c"]}, where="f")
    assert check.status == "warn"
    assert "kind: c" in check.message
    with pytest.raises(InputError, match="kind"):
        choose_rows(table, {"kid": "a"}, where="f")
    with pytest.raises(InputError, match="no row fulfils"):
        choose_rows(table, {"kind": "c"}, where="f")


# Texts


@pytest.mark.parametrize(
    ("data", "text", "guessed"),
    [
        ("Medellín".encode(), "Medellín", False),
        ("Medellín".encode("utf-8-sig"), "Medellín", False),
        ("Medellín".encode("utf-16"), "Medellín", False),
        ("Medellín".encode("cp1252"), "Medellín", True),
    ],
)
def test_an_encoding_is_told_by_mark_or_bytes(data, text, guessed):
    decoded, checks = decode(data, where="f")
    assert (decoded, bool(checks)) == (text, guessed)


def test_an_encoding_that_does_not_fit_is_refused():
    assert decode("Nariño".encode("cp850"), where="f", encoding="cp850")[0] == "Nariño"
    with pytest.raises(InputError, match="not utf-8"):
        decode("Nariño".encode("cp1252"), where="f", encoding="utf-8")
    assert is_utf8(b"plain")
    assert not is_utf8("ñ".encode("cp1252"))


def test_texts_read_in_a_wrong_encoding_are_known_by_what_they_were():
    spoilt = "Medellín".encode().decode("cp1252")
    assert unmangled(spoilt) == "Medellín"
    assert unmangled("Medellín") is None
    (check,) = mojibake_check(pd.DataFrame({"name": [spoilt, "Bogotá"], "n": [1, 2]}), "f")
    assert check.rows == [{"text": spoilt, "meant": "Medellín"}]
    assert mojibake_check(pd.DataFrame({"name": ["Bogotá"]}), "f") == []
    for word in ("Construcción", "Ñandú", "Peñón", "Açaí", "Medellín"):
        assert unmangled(word.encode("cp850").decode("cp1252")) == word
    for word in ("precio US$", "5 £", "¡Hola!", "Fe—da", "cœur", "100 ¤"):
        assert unmangled(word) is None


# Encodings of shapefiles


@pytest.mark.parametrize(
    ("written", "page", "read", "status"),
    [
        ("utf-8", "UTF-8", "UTF-8", []),
        ("utf-8", "ISO-8859-1", "UTF-8", ["warn"]),
        ("utf-8", None, "UTF-8", []),
        ("cp1252", "UTF-8", "cp1252", ["warn"]),
        ("cp1252", "1252", None, []),
        ("cp1252", None, "cp1252", []),
    ],
)
def test_bytes_decide_and_a_page_that_contradicts_them_is_a_warning(tmp_path, written, page, read, status):
    path = shapefile(tmp_path, ["Medellín", "Nariño"], written, page)
    encoding, checks = shapefile_encoding(str(path))
    assert encoding == read
    assert [check.status for check in checks] == status


def test_the_encoding_of_an_archived_shapefile_is_told_too(tmp_path):
    path = shapefile(tmp_path, ["Medellín"], "cp1252", "UTF-8")
    with zipfile.ZipFile(tmp_path / "units.zip", "w") as packed:
        for file in tmp_path.glob("units.*"):
            if file.suffix != ".zip":
                packed.write(file, file.name)
    for file in path, path.with_suffix(".dbf"):
        file.unlink()
    assert shapefile_encoding(f"/vsizip/{tmp_path}/units.zip/units.shp")[0] == "cp1252"


# Coordinate systems of old GeoJSON


@pytest.mark.parametrize(
    "member",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32717"}},
        {"type": "EPSG", "properties": {"code": 32717}},
        "EPSG:32717",
    ],
)
def test_the_member_crs_is_read_before_and_behind_the_features(tmp_path, member):
    path = tmp_path / "f.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": member, "features": []}))
    assert CRS(named_crs(str(path), "stated", where="f")).to_epsg() == 32717
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [], "crs": member}))
    assert CRS(named_crs(str(path), "stated", where="f")).to_epsg() == 32717


def test_without_the_member_gdal_has_the_word_and_a_strange_one_is_refused(tmp_path):
    path = tmp_path / "f.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"properties": {"crs": "EPSG:32717"}}]}')
    assert named_crs(str(path), "stated", where="f") == "stated"
    assert named_crs(str(tmp_path / "gone"), "stated", where="f") == "stated"
    for member in ("null", '"EPSG:999999"', '{"type": "link"}'):
        path.write_text(f'{{"crs": {member}, "features": []}}')
        with pytest.raises(CRSError):
            named_crs(str(path), "stated", where="f")


# What lies near


def test_features_farther_than_the_buffer_from_the_box_are_dropped_and_counted():
    territories = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    east, _, _ = GEOD.fwd([1, 1], [0.5, 0.5], [90, 90], [9_000, 12_000])
    layer = gpd.GeoDataFrame({"n": [0, 1, 2]}, geometry=gpd.points_from_xy([0.5, *east], [0.5] * 3), crs=4326)
    kept, (check,) = within_reach(layer, territories, name="roads", buffer_km=10)
    assert kept["n"].tolist() == [0, 1]
    assert (check.name, check.value) == ("roads_out_of_reach", 1)


# Points in tables


def test_a_table_of_points_may_be_in_metres_if_its_system_is_given(tmp_path):
    path = tmp_path / "spots.csv"
    path.write_text("name,Longitud,Latitud\nA,500000,9779000\nB,-,-\n")
    assert is_table(path)
    assert not is_table("x.gpkg")
    spots, _ = read_spots(path, name="services", crs="EPSG:32717")
    assert shapely.get_x(spots.geometry.iloc[0]) == pytest.approx(-81, abs=1e-9)
    assert spots.geometry.isna().tolist() == [False, True]
    with pytest.raises(InputError, match="in which system"):
        read_spots(path, name="services")


# Surfaces


def test_a_surface_of_two_triangles_is_a_multipolygon():
    rings = [[(0, 0), (1, 0), (0, 1), (0, 0)], [(1, 0), (1, 1), (0, 1), (1, 0)]]
    faces = [
        struct.pack("<BIII", 1, 17, 1, 4) + b"".join(struct.pack("<dd", *point) for point in ring) for ring in rings
    ]
    surface = struct.pack("<BII", 1, 16, 2) + b"".join(faces)
    whole, triangle, point, nothing = plain_surfaces([surface, faces[0], shapely.Point(1, 2).wkb, None])
    assert (whole.geom_type, whole.area) == ("MultiPolygon", 1.0)
    assert (triangle.geom_type, triangle.area) == ("Polygon", 0.5)
    assert (point, nothing) == (shapely.Point(1, 2), None)


# Units of area


def test_units_of_one_name_differ_between_countries():
    units = [area_unit("mz", country=iso3, where="f") for iso3 in ("HND", "NIC")]
    assert units[0].hectares != units[1].hectares
    assert np.isclose(units[0].hectares, (100 * 0.835) ** 2 / 10_000, rtol=1e-12), "100 varas squared"
    assert area_unit("acre", country="", where="f").hectares == pytest.approx(4840 * 0.9144**2 / 10_000, rel=1e-12)
    assert area_unit("ha", country="BRA", where="f") == HECTARE
    with pytest.raises(InputError, match="NIC"):
        area_unit("manzana", country="BRA", where="f")


def test_a_unit_is_found_in_a_label_and_two_are_refused():
    unit, rest = find_unit("superficie (ha.) de 1 a 5", country="COL")
    assert unit == HECTARE
    assert "ha" not in rest.replace("superficie", "").split()
    assert find_unit("de 1 a 5", country="COL") == (None, "de 1 a 5")
    for text in ("de 1 a 5 ha o acres", "5 alqueires", "2 manzanas"):
        with pytest.raises(InputError, match="one unit of area"):
            find_unit(text, country="COL")
