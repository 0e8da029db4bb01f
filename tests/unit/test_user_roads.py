"""Roads from users' files: classes, words, ids, clear refusals, and travel times without OpenStreetMap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from road_cases import default_table, network_from
from shapely import LineString, MultiLineString, Point, Polygon

from comarca.errors import ConfigError, CRSError, InputError
from comarca.roads.graph import nearest_source, reversed_graph
from comarca.sources.vectors.roads import RoadColumns, roads_from_file
from comarca.sources.vectors.rows import suggest
from comarca.sources.vectors.words import ONEWAY_WORDS, SURFACE_WORDS

CLASSES = tuple(default_table().class_kmh)
#: UTM on its central meridian, where grid lengths are 0.9996 of true ones.
UTM, SCALE, EAST, NORTH = 32719, 0.9996, 500_000, 7_500_000


def utm(*places):
    """Make a line of places in metres east and north of a point on the central meridian."""
    return LineString([(EAST + x, NORTH + y) for x, y in places])


def write(path, lines, crs=UTM, **columns):
    gpd.GeoDataFrame(columns, geometry=lines, crs=crs, index=range(len(lines))).to_file(path)
    return path


def read(path, known_classes=CLASSES, **columns):
    roads, checks = roads_from_file(path, RoadColumns(**columns), known_classes=known_classes)
    return roads, {check.name: check for check in checks}


CROSS = [utm((-3000, 0), (5000, 0)), utm((0, -2000), (0, 4000))]


@pytest.fixture(params=["gpkg", "shp", "geojson"])
def inventory(tmp_path, request):
    """Return two crossing roads without a common vertex, in three formats; GeoJSON is in degrees."""
    words = {"categoria": ["Carretera Nacional", "Camino vecinal"], "rodadura": ["Asfalto", "Ripio"]}
    layer = gpd.GeoDataFrame(words, geometry=CROSS, crs=UTM)
    path = tmp_path / f"roads.{request.param}"
    if request.param == "geojson":
        layer.to_crs(4326).to_file(path, COORDINATE_PRECISION=9)
    else:
        layer.to_file(path)
    return path


def test_travel_time_over_an_inventory_without_common_vertices_is_that_worked_by_hand(inventory):
    roads, checks = read(
        inventory, road_class="categoria", surface="rodadura",
        classes={"Carretera nacional": "primary", "camino vecinal": "tertiary"},
    )  # fmt: skip
    assert checks["roads_noded"].value == 1
    network = network_from(roads)
    lonlat = gpd.GeoSeries([Point(EAST - 3000, NORTH), Point(EAST, NORTH + 4000)], crs=UTM).to_crs(4326)
    start, end = (int(np.argmin(np.hypot(network.node_lon - p.x, network.node_lat - p.y))) for p in lonlat.to_numpy())
    reached = nearest_source(reversed_graph(network), np.array([end]))
    # 3 km of primary road on asphalt at 60 km/h, then 4 km of gravel at 30 km/h: 3 + 8 minutes. The line of 8 km,
    # straight in UTM, is straight in degrees once read, which puts the crossing half a metre aside.
    np.testing.assert_allclose(reached.minutes[start], (3 + 8) / SCALE, atol=0.0012)
    np.testing.assert_allclose(reached.km[start], 7 / SCALE, atol=0.0006)


def test_a_bridge_is_not_joined_to_the_road_below_even_with_a_vertex_at_the_same_place(tmp_path):
    over, below = utm((-3000, 0), (0, 0), (5000, 0)), utm((0, -2000), (0, 0), (0, 4000))
    path = write(tmp_path / "roads.gpkg", [over, below], tipo=["Puente", None])
    joined, _ = read(path, default_class="primary")
    apart, _ = read(path, default_class="primary", level="tipo")
    assert len(network_from(joined).component_km) == 1
    np.testing.assert_allclose(sorted(network_from(apart).component_km), [6 / SCALE, 8 / SCALE], rtol=1e-5)


def test_the_ends_of_a_bridge_are_joined_to_its_road(tmp_path):
    parts = [utm((-3000, 0), (-50, 0)), utm((-50, 0), (0, 0), (50, 0)), utm((50, 0), (900, 0)), CROSS[1]]
    path = write(tmp_path / "roads.gpkg", parts, nivel=[0, 1, 0, 0])
    network = network_from(read(path, default_class="primary", level="nivel")[0])
    np.testing.assert_allclose(sorted(network.component_km), [3.9 / SCALE, 6 / SCALE], rtol=1e-5)


def test_a_bridge_in_data_that_is_cut_at_every_crossing_is_no_junction(tmp_path):
    parts = [utm((-3000, 0), (0, 0)), utm((0, 0), (5000, 0)), utm((0, -2000), (0, 0)), utm((0, 0), (0, 4000))]
    ramp = utm((0, 4000), (5000, 0))
    path = write(
        tmp_path / "roads.gpkg", [*parts, ramp], nivel=[1, 1, 0, 0, 0], desde=[1, 1, 0, 0, 0], hasta=[1, 1, 0, 0, 1]
    )
    for options in ({"level": "nivel"}, {"from_level": "desde", "to_level": "hasta"}):
        roads, _ = read(path, default_class="primary", **options)
        network = network_from(roads)
        assert len(network.component_km) == 1
        assert roads["grade_separated"].notna().tolist()[:4] == [True] * 4
        assert len(network.node_lon) == 6  # the crossing is two: one on the bridge, one below


def test_levels_of_opposite_sign_are_different(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, nivel=[1, -1])
    assert len(network_from(read(path, default_class="primary", level="nivel")[0]).component_km) == 2


def test_unknown_classes_are_named_all_at_once_with_their_number_and_the_nearest_known_one(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS * 2, clase=["Camino", "pirmary", "Camino", "Vía férrea"])
    with pytest.raises(InputError) as caught:
        read(path, road_class="clase")
    message = str(caught.value)
    assert "3 classes that are not known, in 4 rows" in message
    assert "'Camino' (2 rows)" in message
    assert "'pirmary' (1 rows) Did you mean 'primary'?" in message
    assert "'Vía férrea' (1 rows)" in message


def test_a_wrong_class_column_does_not_flood_the_message(tmp_path):
    lines = [utm((0, k), (100, k)) for k in range(0, 500, 10)]
    path = write(tmp_path / "roads.gpkg", lines, name=[f"Ruta {k}" for k in range(50)])
    with pytest.raises(InputError, match="and 30 more: is this the right column"):
        read(path, road_class="name")


def test_classes_mapped_to_none_are_left_out(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, clase=["primary", "Sendero"])
    roads, checks = read(path, road_class="clase", classes={"Sendero": "none"})
    assert roads["road_class"].tolist() == ["primary"]
    assert checks["roads_left_out"].value == 1


def test_a_file_of_which_nothing_is_kept_is_refused(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, clase=["Sendero"] * 2)
    with pytest.raises(InputError, match="all of them left out"):
        read(path, road_class="clase", classes={"Sendero": "none"})


def test_a_class_mapped_to_an_unknown_one_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match=r"roads\.classes\.Ruta.*Did you mean 'primary'"):
        read(tmp_path / "no.gpkg", road_class="clase", classes={"Ruta": "primry"})


def test_a_file_without_classes_needs_a_default(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, nombre=["a", "b"])
    with pytest.raises(InputError, match=r"roads\.class.*nombre.*roads\.default_class"):
        read(path)
    with pytest.raises(InputError, match="Did you mean 'tertiary'"):
        read(path, default_class="tertary")
    assert set(read(path, default_class="tertiary")[0]["road_class"]) == {"tertiary"}


def test_roads_without_a_class_need_a_default_too(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, clase=["primary", None])
    with pytest.raises(InputError, match="1 rows have no class"):
        read(path, road_class="clase")
    roads, _ = read(path, road_class="clase", default_class="road")
    assert roads["road_class"].tolist() == ["primary", "road"]


def test_numbers_serve_as_classes(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, clase=[1.0, 2.0])
    roads, _ = read(path, road_class="clase", classes={"1": "primary", "2": "track"})
    assert roads["road_class"].tolist() == ["primary", "track"]


def tags_of(tmp_path, column, values, **options):
    lines = [utm((0, 100 * k), (90, 100 * k)) for k in range(len(values))]
    path = write(tmp_path / "roads.gpkg", lines, code=[f"{k:03}" for k in range(len(values))], said=values)
    roads, checks = read(path, default_class="primary", id="code", **{column: "said"}, **options)
    return [None if pd.isna(value) else value for value in roads[column]], checks


def test_surface_words_are_understood_in_three_languages(tmp_path):
    words = ["Asfalto", "PAVIMENTADA", "Revestimento Primário", "ripio", "Cascalho", "tierra", "terra", "fine_gravel",
             "unpaved", "Hormigón", "Empedrado", "leito natural", None]  # fmt: skip
    found, checks = tags_of(tmp_path, "surface", words, unknown="untagged")
    assert found == ["asphalt", "paved", "gravel", "gravel", "gravel", "ground", "ground", None, "unpaved", "concrete",
                     "cobblestone", "ground", None]  # fmt: skip
    assert [row["value"] for row in checks["roads_surface_words"].rows] == ["fine_gravel"]


def test_surfaces_that_the_tables_know_are_kept(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, said=["fine_gravel", "salt"])
    roads, _ = roads_from_file(
        path, RoadColumns(default_class="primary", surface="said"),
        known_classes=CLASSES, known_surfaces=["fine_gravel", "salt"],
    )  # fmt: skip
    assert roads["surface"].tolist() == ["fine_gravel", "salt"]


def test_unknown_surfaces_are_reported_and_left_open(tmp_path):
    with pytest.raises(InputError, match=r"Asfaltto' \(2 rows, .*Did you mean 'asfalto' \(asphalt\)"):
        tags_of(tmp_path, "surface", ["Asfalto", "Asfaltto", "Asfaltto"])
    found, checks = tags_of(tmp_path, "surface", ["Asfalto", "Asfaltto", "Asfaltto"], unknown="untagged")
    assert found == ["asphalt", None, None]
    check = checks["roads_surface_words"]
    assert (check.status, check.value) == ("warn", 2)
    assert (check.rows[0]["value"], check.rows[0]["hint"]) == ("Asfaltto", "Did you mean 'asfalto' (asphalt)?")


def test_a_surface_or_direction_that_is_mapped_to_none_leaves_its_roads_out(tmp_path):
    assert tags_of(tmp_path, "surface", ["Asfalto", "PLA"], surfaces={"PLA": "none"})[0] == ["asphalt"]
    found, checks = tags_of(tmp_path, "oneway", ["si", "proyectada"], oneways={"proyectada": "none"})
    assert found == ["yes"]
    assert checks["roads_left_out"].value == 1


def test_a_suggestion_never_says_the_opposite():
    assert suggest("No pavimentdo", SURFACE_WORDS) == "Did you mean 'no pavimentado' (unpaved)?"
    assert suggest("Opposit direction", ONEWAY_WORDS) == ""
    for word in ("despavimento", "desasfaltado", "Sens", "asfaltado no"):
        assert suggest(word, SURFACE_WORDS | ONEWAY_WORDS) in (
            "",
            *(
                f"Did you mean {known!r} ({meaning})?"
                for known, meaning in SURFACE_WORDS.items()
                if meaning == "unpaved"
            ),
        )


def test_surfaces_of_the_configuration_go_first(tmp_path):
    assert tags_of(tmp_path, "surface", ["Afirmado"], surfaces={"afirmado": "compacted"})[0] == ["compacted"]
    with pytest.raises(ConfigError, match=r"roads\.surfaces\.afirmado"):
        tags_of(tmp_path, "surface", ["Afirmado"], surfaces={"afirmado": "compakted"})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["F", "T", "B", None], ["yes", "-1", "no", None]),
        (["FT", "TF", "", "N"], ["yes", "-1", None, "no"]),
        (["Sí", "no", "sim", "Não"], ["yes", "no", "yes", "no"]),
        ([1, -1, 0], ["yes", "-1", "no"]),
        ([1.0, -1.0, np.nan], ["yes", "-1", None]),
        (["-1", "1", "0"], ["-1", "yes", "no"]),
        ([True, False], ["yes", "no"]),
        (["Same direction", "Opposite direction", "Both directions"], ["yes", "-1", "no"]),
        (["Una dirección", "Unico sentido", "Um sentido", "Positive direction"], ["yes", "yes", "yes", "yes"]),
    ],
)
def test_directions_are_understood(tmp_path, values, expected):
    found, checks = tags_of(tmp_path, "oneway", values)
    assert found == expected
    assert checks["roads_oneway_words"].status == "pass"


def test_directions_of_the_configuration_go_first(tmp_path):
    words = ["Sens direct", "Sens inverse", "Double sens", "2", "x"]
    found, _ = tags_of(tmp_path, "oneway", words, oneways={"2": "backward", "x": "closed"})
    assert found == ["yes", "-1", "no", "-1", None]
    with pytest.raises(ConfigError, match=r"roads\.oneways\.2"):
        tags_of(tmp_path, "oneway", ["2"], oneways={"2": "against"})


def test_roads_that_are_closed_are_not_driven(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, said=["Cerrada", "si"])
    roads, _ = read(path, default_class="primary", oneway="said")
    assert roads["motor_vehicle"].fillna("").tolist() == ["no", ""]


def test_unknown_directions_are_reported(tmp_path):
    with pytest.raises(InputError, match=r"quizás.*roads\.oneways|roads\.oneways.*quizás"):
        tags_of(tmp_path, "oneway", ["quizás", "si"])
    found, checks = tags_of(tmp_path, "oneway", ["quizás", "si"], unknown="untagged")
    assert found == [None, "yes"]
    assert checks["roads_oneway_words"].value == 1


def test_only_t_and_f_could_be_true_and_false_and_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"column said.*true and false"):
        tags_of(tmp_path, "oneway", ["T", "F", "F"])


@pytest.mark.parametrize(
    ("values", "expected", "strange"),
    [
        ([80, 60, 0], ["80", "60", None], 0),
        ([80.0, np.nan, 52.5], ["80", None, "52.5"], 0),
        (["\u0968\u0966", "\uff18\uff10 km/h"], ["20", "80"], 0),
        (["80 km/h", "50 mph", "52,5", "rural", None], ["80", "80.4672", "52.5", None, None], 1),
    ],
)
def test_speed_limits_are_plain_numbers_of_km_per_hour(tmp_path, values, expected, strange):
    found, checks = tags_of(tmp_path, "maxspeed", values, unknown="untagged")
    assert found == expected
    assert checks["roads_maxspeed_words"].value == strange


def test_parts_of_a_road_and_repeated_codes_are_numbered(tmp_path):
    parts = MultiLineString([utm((0, 0), (100, 0)), utm((0, 50), (100, 50))])
    path = write(tmp_path / "roads.gpkg", [parts, utm((0, 90), (9, 90))], ruta=["005", "012"], nombre=["Panam", None])
    assert read(path, default_class="primary")[0]["road_id"].tolist() == ["1#1", "1#2", "2"]
    roads, _ = read(path, default_class="primary", id="ruta", name="nombre", ref="ruta")
    assert roads["road_id"].tolist() == ["005#1", "005#2", "012"]
    assert roads["name"].tolist()[:2] == ["Panam", "Panam"]
    assert roads["ref"].tolist() == ["005", "005", "012"]


def test_rows_without_a_shape_or_a_length_are_left_out_and_counted(tmp_path):
    shapes = [CROSS[0], None, LineString(), utm((7, 7), (7, 7)), utm((8, 8), (8, 8.0001))]
    path = write(tmp_path / "roads.gpkg", shapes, clase=["primary"] * 5)
    roads, checks = read(path, road_class="clase")
    assert roads["road_id"].tolist() == ["1"]
    check = checks["roads_without_shape"]
    assert (check.status, check.value) == ("warn", 4)
    assert check.rows == [{"row": row} for row in (2, 3, 4, 5)]


def test_heights_are_dropped(tmp_path):
    path = write(tmp_path / "roads.gpkg", [LineString([(EAST, NORTH, 900), (EAST + 500, NORTH, 950)])])
    assert not read(path, default_class="primary")[0].has_z.any()


def test_roads_drawn_twice_are_reported_with_their_length(tmp_path):
    path = write(tmp_path / "roads.gpkg", [CROSS[0], CROSS[0].reverse(), CROSS[1]])
    check = read(path, default_class="primary")[1]["roads_drawn_twice"]
    assert (check.status, check.value) == ("warn", 1)
    assert "8.0 km" in check.message


@pytest.mark.parametrize("shape", [Point(EAST, NORTH), Polygon([(EAST, 0), (EAST + 9, 0), (EAST, 9)])])
def test_points_and_polygons_are_no_roads(tmp_path, shape):
    path = write(tmp_path / "roads.gpkg", [shape] * 3)
    with pytest.raises(InputError, match=rf"3 {shape.geom_type}.*LineString or MultiLineString"):
        read(path, default_class="primary")


def test_a_file_without_a_crs_is_refused(tmp_path):
    path = write(tmp_path / "roads.shp", CROSS, clase=["primary"] * 2)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match="never assumed"):
        read(path, road_class="clase")


def test_metres_under_the_name_of_degrees_are_refused(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, crs=4326)
    with pytest.raises(InputError, match="Its coordinate system is not the one"):
        read(path, default_class="primary")


def test_a_wrong_column_names_the_nearest(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, superficie=["asfalto"] * 2)
    with pytest.raises(InputError, match="Did you mean 'superficie'"):
        read(path, default_class="primary", surface="superfice")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame({"clase": pd.Series([], dtype="str")}, geometry=[], crs=UTM).to_file(path)
    with pytest.raises(InputError, match="no rows"):
        read(path, road_class="clase")


def driven_minutes(path, **columns):
    """Return the minutes over the first road of the file, and the checks."""
    roads, checks = read(path, default_class="primary", **columns)
    network = network_from(roads)
    return float(network.edge_min[network.edge_road == 0].sum()), checks


def test_minutes_of_an_inventory_are_driven_as_they_are_given(tmp_path):
    lines = [MultiLineString([utm((0, 0), (1000, 0)), utm((1000, 0), (6000, 0))]), utm((0, 900), (5000, 900))]
    path = write(tmp_path / "roads.gpkg", lines, tiempo=["12,5", None], rodadura=["Tierra"] * 2, vel=["", "25"])
    roads, checks = read(path, default_class="primary", minutes="tiempo", surface="rodadura", speed="vel")
    network = network_from(roads)
    # 12.5 minutes for 6 km, part by part; 5 km of the other at 25 km/h: 12 minutes, though its surface is earth.
    np.testing.assert_allclose(network.edge_min[np.isin(network.edge_road, [0, 1])].sum(), 12.5, rtol=1e-4)
    np.testing.assert_allclose(network.edge_min[network.edge_road == 2].sum(), 12 / SCALE, rtol=1e-4)
    assert checks["roads_speed_driven"].status == "pass"


@pytest.mark.parametrize(("words", "unit", "kmh"), [("50 mph", "kmh", 80.46), ("50", "mph", 80.46), ("50", "kmh", 50)])
def test_speeds_as_driven_stand_in_for_those_of_class_and_limit(tmp_path, words, unit, kmh):
    path = write(tmp_path / "roads.gpkg", [utm((0, 0), (5000, 0))], vel=[words], lim=["120"])
    minutes, _ = driven_minutes(path, speed="vel", maxspeed="lim", maxspeed_unit=unit)
    np.testing.assert_allclose(minutes, 5 / SCALE / kmh * 60, rtol=1e-4)


def test_hours_given_as_minutes_are_refused_and_single_errors_are_told(tmp_path):
    lines = [utm((0, y), (5000, y)) for y in (0, 50, 100)]
    hours = write(tmp_path / "hours.gpkg", lines, t=[0.1, 0.1, 0.1])
    with pytest.raises(InputError, match=r"middle speed of 3e\+03 km/h.*hours or seconds"):
        read(hours, default_class="primary", minutes="t")
    slow = write(tmp_path / "slow.gpkg", lines, t=[1e6, 6.0, 5.0])
    roads, checks = read(slow, default_class="primary", minutes="t")
    assert roads["maxspeed_practical"].isna().tolist() == [True, False, False]
    assert (checks["roads_speed_driven"].status, checks["roads_speed_driven"].value) == ("warn", 1)
    with pytest.raises(InputError, match="a middle limit of 600 km/h"):
        read(write(tmp_path / "limits.gpkg", lines, v=[600] * 3), default_class="primary", maxspeed="v")
    slip = write(tmp_path / "slip.gpkg", [*lines, utm((0, 150), (5000, 150))], t=[0.1, 6.0, 0.0, 5.0])
    _, checks = read(slip, default_class="primary", minutes="t")
    assert (checks["roads_speed_driven"].status, checks["roads_speed_driven"].value) == ("warn", 1)
    assert "1 of 4 roads" in checks["roads_speed_driven"].message
    assert "1 have no speed" in checks["roads_speed_driven"].message
    with pytest.raises(InputError, match="quick"):
        read(write(tmp_path / "w.gpkg", lines, v=["quick"] * 3), default_class="primary", speed="v")


def test_words_that_say_that_nothing_is_known_are_not_given(tmp_path):
    lines = [utm((0, y), (3000, y)) for y in (0, 50, 100, 150)]
    path = write(tmp_path / "roads.gpkg", lines, capa=["Sin dato", "N/A", "No aplica", "Ripio"])
    roads, checks = read(path, default_class="primary", surface="capa")
    assert roads["surface"].isna().tolist() == [True, True, True, False]
    assert "3 rows say that it is not known" in checks["roads_surface_words"].message


def test_own_directions_of_signed_codes_hold_whatever_they_say(tmp_path):
    path = write(tmp_path / "roads.gpkg", CROSS, sentido=["-1", "1"])
    roads, _ = read(path, default_class="primary", oneway="sentido", oneways={"-1": "forward", "1": "backward"})
    assert roads["oneway"].tolist() == ["yes", "-1"]


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_a_line_with_a_vertex_that_is_no_number_is_left_out_and_told(tmp_path):
    broken = LineString([(EAST, NORTH), (np.nan, np.nan), (EAST + 900, NORTH + 900)])
    path = write(tmp_path / "roads.gpkg", [*CROSS, broken], name=["a", "b", "c"])
    roads, checks = read(path, default_class="primary")
    assert checks["roads_without_shape"].value == 1
    assert roads.geometry.count_coordinates().sum() > 0
    assert np.isfinite(roads.get_coordinates().to_numpy()).all()
