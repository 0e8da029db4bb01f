"""Rows whose shape is missing, empty or broken: one policy for every layer of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from comarca.errors import InputError
from comarca.sources.boundaries.read import territories_from_file
from comarca.sources.cities.read import cities_from_file
from comarca.sources.vectors.power_services import power_from_file, services_from_file
from comarca.sources.vectors.read import open_vector, options_of
from comarca.sources.vectors.roads import RoadColumns, roads_from_file
from comarca.sources.vectors.soundness import row_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SQUARE = shapely.box(-70, -10, -69.9, -9.9)
NO_AREA = shapely.Polygon([(-70, -10), (-69.9, -9.9), (-70, -10)])
LINE = shapely.LineString([(-70, -10), (-69.9, -9.9)])
READERS: dict[str, tuple[Any, Any, Callable[..., Any]]] = {
    "territories": (SQUARE, NO_AREA, lambda path, **how: territories_from_file(
        path, country="BRA", id="code", name="name", **how)),
    "roads": (LINE, shapely.LineString(), lambda path, **how: roads_from_file(
        path, columns=RoadColumns(default_class="primary"), known_classes=["primary"], **how)),
    "power": (LINE, shapely.LineString(), lambda path, **how: power_from_file(path, **how)),
    "services": (shapely.Point(-70, -10), shapely.Point(), lambda path, **how: services_from_file(
        path, default_kind="school", known_kinds=["school"], **how)),
    "cities": (shapely.Point(-70, -10), shapely.Point(), lambda path, **how: cities_from_file(
        path, country="BRA", id="code", name="name", population="persons", **how)),
}  # fmt: skip


def saved(path: Path, shapes: Sequence[Any]) -> str:
    codes = [str(row) for row in range(1, len(shapes) + 1)]
    frame = gpd.GeoDataFrame({"code": codes, "name": codes, "persons": 5000}, geometry=list(shapes), crs=4326)
    frame.to_file(path)
    return str(path)


@pytest.mark.parametrize("layer", READERS)
def test_every_layer_refuses_by_default_and_names_all_rows(tmp_path: Path, layer: str) -> None:
    sound, broken, read = READERS[layer]
    path = saved(tmp_path / "a.gpkg", [sound, None, broken, None, None, None, None, None])
    told = "no shape: 2, 4-8; polygon without an area: 3" if layer == "territories" else "no shape: 2-8"
    with pytest.raises(InputError, match=rf"a\.gpkg: got '7 of 8 rows .*\({told}\).*broken_shapes: drop"):
        read(path, broken_shapes="refuse")


@pytest.mark.parametrize("layer", READERS)
def test_every_layer_drops_with_a_row_for_each(tmp_path: Path, layer: str) -> None:
    sound, broken, read = READERS[layer]
    table, checks = read(saved(tmp_path / "a.gpkg", [None, sound, broken]), broken_shapes="drop")
    assert len(table) == 1
    (check,) = [check for check in checks if check.name == f"{layer}_broken_shapes"]
    assert (check.status, check.value, [row["row"] for row in check.rows]) == ("warn", 2, [1, 3])


def test_a_polygon_that_a_repair_mends_is_sound(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    layer, checks = open_vector(saved(tmp_path / "a.gpkg", [bow, SQUARE]), name="x", broken_shapes="refuse")
    assert len(layer) == 2
    assert {check.name: check.status for check in checks}["x_broken_shapes"] == "pass"


def test_rows_are_numbered_as_in_the_file_where_others_are_left_out(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", [SQUARE, None, SQUARE, None])
    with pytest.raises(InputError, match=r"no shape: 4\)"):
        open_vector(path, name="x", where={"code": ["3", "4"]}, broken_shapes="refuse")


def test_rows_of_a_table_without_coordinates_go_by_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_text("code,longitude,latitude\n1,-70,-10\n2,,\n3,-70,\n", encoding="utf-8")
    read = READERS["services"][2]
    with pytest.raises(InputError, match="no shape: 2-3"):
        read(str(path), broken_shapes="refuse")
    kept, checks = read(str(path), broken_shapes="drop")
    assert len(kept) == 1
    assert [row["row"] for check in checks if check.name == "services_broken_shapes" for row in check.rows] == [2, 3]


def test_the_key_of_a_section_reaches_the_reader() -> None:
    assert options_of({"broken_shapes": "drop", "path": "x"}) == {"broken_shapes": "drop"}


def test_numbers_of_rows_are_written_in_full() -> None:
    assert row_ranges([9, 3, 7, 8]) == "3, 7-9"
    assert row_ranges([]) == ""
