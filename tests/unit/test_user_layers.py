"""Power lines and services from users' files: words, shapes, tables with coordinates, clear refusals."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiLineString, MultiPoint, Point, box
from shapely.affinity import translate

from comarca.errors import ConfigError, CRSError, InputError
from comarca.registry import DATA
from comarca.sources.names import fold_name
from comarca.sources.osm.tags import POWER_CLASSES
from comarca.sources.vectors.power_services import power_from_file, services_from_file
from comarca.sources.vectors.words import ONEWAY_WORDS, POWER_WORDS, SERVICE_WORDS, SURFACE_WORDS

UTM = 32719
LINE = LineString([(500_000, 7_500_000), (510_000, 7_500_000)])


def lines(count):
    """So many lines, 1 km apart."""
    return [translate(LINE, yoff=1000 * row) for row in range(count)]


def write(path, shapes, crs=UTM, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs, index=range(len(shapes))).to_file(path)
    return path


def power(path, **options):
    layer, checks = power_from_file(path, **options)
    return layer, {check.name: check for check in checks}


def services(path, **options):
    layer, checks = services_from_file(path, **options)
    return layer, {check.name: check for check in checks}


def table(folder, text, name="services.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_power_lines_without_a_class_are_lines(tmp_path):
    layer, checks = power(write(tmp_path / "power.gpkg", [LINE, MultiLineString([[(9, 0), (9, 1)], [(8, 0), (8, 1)]])]))
    assert layer["power_class"].tolist() == ["line", "line"]
    assert layer["power_id"].tolist() == ["1", "2"]
    assert layer.crs.to_epsg() == 4326
    assert checks["power_class_unknown"].status == "pass"


def test_power_classes_are_understood_and_unknown_ones_reported(tmp_path):
    words = ["Línea de Transmisión", "Distribuição", "Subterránea", "Feria", "Línea", None]
    path = write(tmp_path / "power.gpkg", lines(6), tipo=words, cod=["a", "b", "c", "d", "e", "f"])
    with pytest.raises(InputError, match=r"power\.classes.*'Feria' \(1 rows, [0-9.]+ km\)"):
        power(path, power_class="tipo", id="cod")
    layer, checks = power(path, power_class="tipo", id="cod", unknown="untagged")
    assert layer["power_class"].tolist() == ["line", "minor_line", "cable", "line", "line", "line"]
    check = checks["power_class_unknown"]
    assert (check.status, check.value) == ("warn", 2)
    assert {row["value"] for row in check.rows} == {"Feria", "(nothing)"}


def test_power_classes_can_be_mapped_and_left_out(tmp_path):
    path = write(tmp_path / "power.gpkg", lines(3), tipo=["A", "B", "C"])
    layer, checks = power(path, power_class="tipo", classes={"A": "line", "B": "minor_line", "C": "none"})
    assert layer["power_class"].tolist() == ["line", "minor_line"]
    assert checks["power_left_out"].value == 1
    with pytest.raises(ConfigError, match=r"power\.classes\.A.*Did you mean 'minor_line'"):
        power(path, power_class="tipo", classes={"A": "minor_lines"})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([138, 34.5, 0, np.nan], ["138000", "34500", None, None]),
        ([138_000, 13_200], ["138000", "13200"]),
        (["\u0661\u0663\u0668 kV"], ["138000"]),
        (["138 kV", "34,5 kV", "69000", "?"], ["138000", "34500", "69000", None]),
    ],
)
def test_voltages_are_volts(tmp_path, values, expected):
    path = write(tmp_path / "power.gpkg", lines(len(values)), kv=values)
    found = power(path, voltage="kv")[0]["voltage"]
    assert [None if pd.isna(value) else value for value in found] == expected


def test_one_word_cannot_have_two_meanings(tmp_path):
    path = write(tmp_path / "power.gpkg", lines(2), tipo=["Alta", "alta"])
    with pytest.raises(ConfigError, match=r"power\.classes\.alta.*'Alta' is line"):
        power(path, power_class="tipo", classes={"Alta": "line", "alta": "minor_line"})
    assert len(power(path, power_class="tipo", classes={"Alta": "line", "alta": "line"})[0]) == 2


def test_points_are_no_power_lines(tmp_path):
    with pytest.raises(InputError, match=r"power.*2 Point.*LineString"):
        power(write(tmp_path / "power.gpkg", [Point(500_000, 7_500_000)] * 2))


def test_a_layer_of_several_must_be_named(tmp_path):
    path = tmp_path / "net.gpkg"
    for name in ("lineas", "postes"):
        gpd.GeoDataFrame(geometry=[LINE], crs=UTM).to_file(path, layer=name)
    with pytest.raises(InputError, match="lineas, postes"):
        power(path)
    with pytest.raises(InputError, match="Did you mean 'lineas'"):
        power(path, layer="linea")
    assert len(power(path, layer="lineas")[0]) == 1


@pytest.mark.parametrize(
    "name", ["SERVICES.CSV", "Servicios.Csv", "SERVICES.GPKG", "SERVICES.GEOJSON", "SERVICES.PARQUET"]
)
def test_endings_in_capitals_are_those_of_the_format(tmp_path, name):
    path = tmp_path / name
    points = gpd.GeoDataFrame({"kind": ["school"]}, geometry=[Point(-56, -34)], crs=4326)
    match path.suffix.lower():
        case ".csv":
            path.write_text("lon,lat,kind\n-56,-34,school\n")
        case ".parquet":
            points.to_parquet(path)
        case _:
            points.to_file(path, driver={".gpkg": "GPKG", ".geojson": "GeoJSON"}[path.suffix.lower()])
    layer = services_from_file(str(path), kind="kind")[0]
    assert layer["kind"].tolist() == ["school"]
    assert layer.geometry.x.tolist() == [-56]


def test_services_of_any_shape_are_points(tmp_path):
    square = box(500_000, 7_500_000, 500_100, 7_500_100)
    path = write(tmp_path / "s.gpkg", [square, Point(500_000, 7_500_000), MultiPoint([(500_050, 7_500_050)])],
                 tipo=["Escuela", "Hospital", "Centro de Salud"], nombre=["A", None, "C"])  # fmt: skip
    layer, _ = services(path, kind="tipo", name="nombre")
    assert layer["kind"].tolist() == ["school", "hospital", "clinic"]
    assert layer["name"].tolist()[::2] == ["A", "C"]
    assert layer.geom_type.unique().tolist() == ["Point"]
    assert square.contains(layer.to_crs(UTM).geometry.iloc[0])


def test_kinds_are_understood_in_three_languages(tmp_path):
    words = ["Colegio", "ESCOLA", "school", "Posto de Saúde", "Unidade Básica de Saúde", "Rodoviária", "Prefeitura",
             "gas station", "Mercado", "bus_station"]  # fmt: skip
    path = write(tmp_path / "s.gpkg", [Point(500_000, 7_500_000)] * len(words), tipo=words)
    found = services(path, kind="tipo")[0].sort_values("service_id", key=lambda ids: ids.astype(int))["kind"]
    assert found.tolist() == ["school"] * 3 + ["clinic"] * 2 + ["bus_station", "townhall", "fuel", "marketplace",
                                                                "bus_station"]  # fmt: skip


def test_kinds_that_nobody_counts_are_kept_and_reported(tmp_path):
    path = write(tmp_path / "s.gpkg", [Point(500_000, 7_500_000)] * 3, tipo=["Agro-veterinaria", "Escuella", "Escuela"])
    with pytest.raises(InputError, match=r"services\.kinds.*'Agro-veterinaria' \(1 rows\).*'Escuella' \(1 rows\)"):
        services(path, kind="tipo")
    layer, checks = services(path, kind="tipo", unknown="untagged")
    assert layer["kind"].tolist() == ["agro_veterinaria", "escuella", "school"]
    check = checks["services_kind_unknown"]
    assert (check.status, check.value) == ("warn", 2)
    assert {"value": "Escuella", "rows": 1, "hint": "Did you mean 'escuela' (school)?"} in check.rows
    assert (
        services(path, kind="tipo", known_kinds=["school", "agro_veterinaria"], unknown="untagged")[1][
            "services_kind_unknown"
        ].value
        == 1
    )


def test_kinds_can_be_mapped_left_out_and_given_for_all(tmp_path):
    path = write(tmp_path / "s.gpkg", [Point(500_000, 7_500_000)] * 3, tipo=["EE", "Kiosco", None])
    layer, checks = services(path, kind="tipo", kinds={"ee": "school", "Kiosco": "none"}, default_kind="clinic")
    assert layer["kind"].tolist() == ["school", "clinic"]
    assert checks["services_left_out"].value == 1
    assert services(path, default_kind="school")[0]["kind"].tolist() == ["school"] * 3
    assert services(path, kind="tipo", kinds={"Kiosco": "fuel"}, unknown="untagged")[1]["services_left_out"].value == 1


def test_a_kind_has_to_come_from_somewhere(tmp_path):
    with pytest.raises(InputError, match=r"services\.kind.*services\.default_kind"):
        services(tmp_path / "s.gpkg")


def test_lines_are_no_services(tmp_path):
    with pytest.raises(InputError, match=r"services.*1 LineString.*Point"):
        services(write(tmp_path / "s.shp", [LINE], tipo=["Escuela"]), kind="tipo")


def test_a_shapefile_without_a_crs_is_refused(tmp_path):
    path = write(tmp_path / "s.shp", [Point(0, 0)], tipo=["Escuela"])
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match="never assumed"):
        services(path, kind="tipo")


def test_a_wrong_column_names_the_nearest(tmp_path):
    path = write(tmp_path / "s.gpkg", [Point(500_000, 7_500_000)], tipo=["Escuela"])
    with pytest.raises(InputError, match="Did you mean 'tipo'"):
        services(path, kind="tippo")


def test_a_table_with_coordinates_gives_points(tmp_path):
    path = table(
        tmp_path, "codigo,tipo,nombre,Longitud,Latitud\n007,Escuela,Ñandú,-69.5,-22.25\n008,Hospital,,-69.6,-22\n"
    )
    layer, _ = services(path, kind="tipo", name="nombre", id="codigo")
    assert layer["service_id"].tolist() == ["007", "008"]
    assert layer["name"].iloc[0] == "Ñandú"
    assert layer["name"].isna().tolist() == [False, True]
    np.testing.assert_allclose(layer.get_coordinates(), [[-69.5, -22.25], [-69.6, -22]])


def test_decimal_commas_and_named_columns_are_understood(tmp_path):
    path = table(tmp_path, "tipo;e;n\nEscola;-47,123;-5,5\nEscola;-47,5;-5,25\n")
    layer, _ = services(path, kind="tipo", longitude="e", latitude="n")
    np.testing.assert_allclose(layer.get_coordinates(), [[-47.123, -5.5], [-47.5, -5.25]])


def test_three_decimals_are_no_thousands(tmp_path):
    layer, _ = services(table(tmp_path, "tipo,lon,lat\nEscola,-47.123,-5.512\n"), kind="tipo")
    np.testing.assert_allclose(layer.get_coordinates(), [[-47.123, -5.512]])


def test_rows_without_coordinates_are_left_out_and_counted(tmp_path):
    path = table(tmp_path, "tipo,lon,lat\nEscola,-47.12,-5.5\nEscola,,\nEscola,-,-\nEscola,0,0\n")
    layer, checks = services(path, kind="tipo")
    assert len(layer) == 1
    assert checks["services_without_shape"].rows == [{"row": 2}, {"row": 3}, {"row": 4}]


def test_a_workbook_is_read_too(tmp_path):
    path = tmp_path / "s.xlsx"
    pd.DataFrame({"tipo": ["Escuela"], "lat": [-22.5], "lng": [-69.25]}).to_excel(path, index=False)
    np.testing.assert_allclose(services(path, kind="tipo")[0].get_coordinates(), [[-69.25, -22.5]])


def test_a_table_without_coordinates_is_refused(tmp_path):
    path = table(tmp_path, "tipo,este,norte\nEscuela,500000,7500000\n")
    with pytest.raises(InputError, match=r"columns of longitudes.*services\.longitude"):
        services(path, kind="tipo")
    with pytest.raises(InputError, match=r"longitudes and latitudes in degrees.*`crs`"):
        services(path, kind="tipo", longitude="este", latitude="norte")


def test_swapped_coordinates_are_refused(tmp_path):
    path = table(tmp_path, "tipo,lat,lon\nEscuela,-99.13,19.43\n")
    with pytest.raises(InputError, match="swapped"):
        services(path, kind="tipo")


def test_a_coordinate_that_is_no_number_is_refused(tmp_path):
    path = table(tmp_path, "tipo,lat,lon\nEscuela,22°15'S,69°30'W\n")
    with pytest.raises(InputError, match=r"column lon.*number"):
        services(path, kind="tipo")


def test_every_word_means_one_thing_and_is_written_as_it_is_looked_up():
    rows = pd.read_csv(DATA / "words.csv", dtype=str)
    assert rows["kind"].unique().tolist() == ["surface", "oneway", "power", "service", "sex", "untold"]
    for _, group in rows.groupby("kind"):
        listed = [word for entry in group["words"] for word in entry.split("; ")]
        assert len(listed) == len(set(listed))
        assert listed == [fold_name(word) for word in listed]


def test_words_lead_to_what_the_tables_know(root):
    surfaces = set(pd.read_csv(root / "config/surfaces.csv")["surface"])
    speeds = pd.read_csv(root / "config/speeds.csv")
    assert set(SURFACE_WORDS.values()) <= surfaces & set(speeds.loc[speeds["kind"] == "surface", "value"])
    assert set(POWER_WORDS.values()) == set(POWER_CLASSES)
    assert set(ONEWAY_WORDS.values()) == {"yes", "-1", "no", "closed"}
    assert {
        "school",
        "hospital",
        "clinic",
        "bank",
        "marketplace",
        "fuel",
        "townhall",
        "post_office",
        "bus_station",
    } < set(SERVICE_WORDS.values())
