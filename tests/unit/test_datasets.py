"""Data sets of several files, archives, rows by condition, encodings."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from comarca.errors import CRSError, InputError
from comarca.sources.datasets import files_of, vector_members
from comarca.sources.tables.read import open_table, read_text_table
from comarca.sources.texts import unmangled
from comarca.sources.vectors.read import as_code, open_vector, read_fields

NAMES = ["Medellín", "Abriaquí", "São João"]


@pytest.fixture
def units() -> gpd.GeoDataFrame:
    shapes = [shapely.box(west, 0, west + 1, 1) for west in range(3)]
    return gpd.GeoDataFrame({"code": ["01", "02", "03"], "name": NAMES, "kind": [*"aba"]}, geometry=shapes, crs=4326)


@pytest.fixture
def shapefile(tmp_path: Path, units: gpd.GeoDataFrame) -> Path:
    (tmp_path / "folder").mkdir()
    units.to_file(tmp_path / "folder/units.shp", encoding="utf-8")
    return tmp_path / "folder/units.shp"


def rows(path: object, **options: object) -> gpd.GeoDataFrame:
    return open_vector(path, name="x", **options)[0]


def test_a_zip_is_read_at_any_depth_and_by_a_path_inside_it(shapefile: Path, tmp_path: Path) -> None:
    packed = tmp_path / "units.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in shapefile.parent.iterdir():
            archive.write(file, f"Municipios 2020/{file.name}")
            archive.writestr(f"__MACOSX/Municipios 2020/._{file.name}", b"x")
    assert vector_members(packed) == ["Municipios 2020/units.shp"]
    for path in (packed, f"{packed}!Municipios 2020/units.shp", f"/vsizip/{packed}/Municipios 2020/units.shp"):
        assert rows(path)["name"].tolist() == NAMES
    with pytest.raises(InputError, match=r"Municipios 2020/units\.shp"):
        rows(f"{packed}!Municipios 2020/unit.shp")


def test_several_data_sets_are_read_as_one_if_they_are_named(shapefile: Path, tmp_path: Path) -> None:
    packed = tmp_path / "two.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in shapefile.parent.iterdir():
            archive.write(file, f"north/north{file.suffix}")
            archive.write(file, f"south/south{file.suffix}")
    with pytest.raises(InputError, match=r"2 data sets.*north/north.shp, south/south.shp"):
        rows(packed)
    assert len(rows(packed, layer=["north", "south"])) == 6
    assert len(rows([str(shapefile), str(shapefile)])) == 6
    assert len(rows(shapefile.parent)) == 3


@pytest.mark.parametrize(
    ("encoding", "page"),
    [("utf-8", None), ("cp1252", None), ("cp850", "850"), ("utf-8", "ISO-8859-1"), ("cp1252", "UTF-8")],
)
def test_texts_are_right_whatever_the_file_says(
    units: gpd.GeoDataFrame, tmp_path: Path, encoding: str, page: str | None
) -> None:
    path = tmp_path / "u.shp"
    units.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if page:
        path.with_suffix(".cpg").write_text(page)
    frame, checks = open_vector(path, name="x")
    assert frame["name"].tolist() == NAMES
    contradicts = page is not None and (page == "UTF-8") != (encoding == "utf-8")
    assert any(check.status == "warn" for check in checks) == contradicts


def test_misread_texts_are_found_and_others_are_not() -> None:
    assert unmangled("Medell\u00c3\u00adn") == "Medellín"
    assert all(unmangled(text) is None for text in (*NAMES, "Niño", "Àá", "Curaçao", "plain"))


def test_all_files_of_a_shapefile_and_of_rasters_are_named(shapefile: Path, tmp_path: Path) -> None:
    assert {Path(name).suffix for name in files_of(str(shapefile))} == {".shp", ".dbf", ".shx", ".prj", ".cpg"}
    for name in ("p.tif", "p.tif.aux.xml", "p.tfw", "p.tif.ovr", "other.tfw"):
        (tmp_path / name).write_text("x")
    assert [Path(name).name for name in files_of(tmp_path / "p.tif")] == [
        "p.tif",
        "p.tfw",
        "p.tif.aux.xml",
        "p.tif.ovr",
    ]
    (tmp_path / "w.gpkg").write_text("x")
    (tmp_path / "w.gpkg-wal").write_text("x")
    assert len(files_of(tmp_path / "w.gpkg")) == 2


@pytest.mark.parametrize(
    ("where", "codes"),
    [({"kind": "a"}, ["01", "03"]), ({"not": {"kind": ["a"]}}, ["02"]), ({"code": ["01", "02"], "kind": "b"}, ["02"]),
     ({"name": "Sa\u0303o Joa\u0303o"}, ["03"])],
)  # fmt: skip
def test_rows_are_kept_by_condition(shapefile: Path, where: dict[str, object], codes: list[str]) -> None:
    assert rows(shapefile, where=where)["code"].tolist() == codes


def test_conditions_that_fit_nothing_are_refused_with_what_there_is(shapefile: Path) -> None:
    with pytest.raises(InputError, match=r"kind holds 'a', 'b'"):
        rows(shapefile, where={"kind": "c"})
    with pytest.raises(InputError, match="Did you mean 'kind'"):
        rows(shapefile, where={"kid": "c"})
    _, checks = open_vector(shapefile, name="x", where={"kind": ["a", "c"]})
    assert checks[-1].status == "warn"
    assert "kind: c" in checks[-1].message


@pytest.mark.parametrize("member", [None, {"type": "link", "properties": {"href": "x"}}, "EPSG:1"])
def test_a_geojson_with_a_system_that_is_not_known_is_refused(
    units: gpd.GeoDataFrame, tmp_path: Path, member: object
) -> None:
    path = tmp_path / "u.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": member, **json.loads(units.to_json())}))
    text = json.loads(path.read_text()) | {"crs": member}
    path.write_text(json.dumps({"crs": member} | text))
    for look in (rows, lambda source: read_fields(source, name="x")):
        with pytest.raises(CRSError, match="key `crs`"):
            look(str(path))
    assert len(rows(path, crs="EPSG:4326")) == 3


def test_degrees_and_metres_under_each_other_s_name_are_refused(units: gpd.GeoDataFrame, tmp_path: Path) -> None:
    units.to_crs(32618).set_crs(4326, allow_override=True).to_file(tmp_path / "metres.gpkg")
    units.set_crs(3116, allow_override=True).to_file(tmp_path / "degrees.gpkg")
    with pytest.raises(CRSError, match="longitudes and latitudes"):
        rows(tmp_path / "metres.gpkg")
    with pytest.raises(CRSError, match="no degrees"):
        rows(tmp_path / "degrees.gpkg")
    assert rows(tmp_path / "metres.gpkg", crs="EPSG:32618").total_bounds[0] == pytest.approx(0, abs=1e-6)


def test_surfaces_of_triangles_are_polygons(tmp_path: Path) -> None:
    path = tmp_path / "tin.csv"
    path.write_text(
        'id,WKT\n1,"TIN (((0 0,0 1,1 0,0 0)),((1 0,0 1,1 1,1 0)))"\n2,"POLYHEDRALSURFACE(((0 0,0 1,1 1,0 0)))"\n'
    )
    shapes = rows(path, crs="EPSG:4326").geometry.to_numpy()
    assert shapely.area(shapes).tolist() == [1, 0.5]


def test_the_case_of_a_suffix_does_not_matter(units: gpd.GeoDataFrame, tmp_path: Path) -> None:
    units.to_file(tmp_path / "u.gpkg")
    shutil.copy(tmp_path / "u.gpkg", tmp_path / "V.GPKG")
    units.to_parquet(tmp_path / "W.GeoParquet")
    assert len(rows(tmp_path / "V.GPKG")) == len(rows(tmp_path / "W.GeoParquet")) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_delimited_text_is_read_in_any_encoding_and_with_any_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "t.txt"
    lines = [["código", '"a\nb"'], ["05001", "1"], ["Fuente: censo", ""]]
    path.write_bytes("\n".join(separator.join(line) for line in lines).encode(encoding))
    found = open_table(path)
    assert list(found.cells) == ["código", "a b"]
    assert found.cells.to_numpy().tolist() == [["05001", "1"]]
    assert any(check.name == "notes_left_out" for check in found.checks)


def test_workbooks_are_read_with_their_merged_cells(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["code", "kind", "n"], ["01", "a", 1], [None, "b", 2.5]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "t.xlsx")
    assert read_text_table(tmp_path / "t.xlsx").to_numpy().tolist() == [["01", "a", "1"], ["01", "b", "2.5"]]
    with pytest.raises(InputError, match=r"one of \['Sheet'\]"):
        read_text_table(tmp_path / "t.xlsx", sheet="Hoja1")
    path = tmp_path / "t.csv"
    path.write_text("code,kind\n01,a\n,b\n")
    assert read_text_table(path, fill_down=["code"])["code"].tolist() == ["01", "01"]


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_a_shapefile_without_one_of_its_files_is_refused_by_name(suffix: str, shapefile: Path) -> None:
    shapefile.with_suffix(suffix).unlink()
    with pytest.raises(InputError, match=rf"without its \{suffix}"):
        open_vector(shapefile)


def test_marks_that_are_not_seen_part_no_codes(tmp_path: Path) -> None:
    codes = ["\u200b01", "02\ufeff", "\u202e03\x01"]
    places = gpd.GeoDataFrame({"code": codes}, geometry=shapely.points([[0, 0], [1, 0], [2, 0]]), crs=4326)
    places.to_file(tmp_path / "places.gpkg")
    assert as_code(open_vector(tmp_path / "places.gpkg")[0]["code"], where="codes").tolist() == ["01", "02", "03"]
    (tmp_path / "t.csv").write_text("\ufeff\ufeffcode,n\n\u200b01,1\n", encoding="utf-8")
    assert read_text_table(tmp_path / "t.csv").to_dict("list") == {"code": ["01"], "n": ["1"]}


def test_figures_under_headings_without_a_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code,kind,n,,\n01,a,40,5,\n02,b,7,,\n")
    with pytest.raises(InputError, match=r"row 2.*4 cells.*at most 3"):
        read_text_table(path)
    path.write_text("code,kind,n,,\n01,a,40,,\n02,b,7,see below,\n")
    assert read_text_table(path)["n"].tolist() == ["40", "7"]
