"""Roads out of Overture's segments: rules for parts of a segment, and the way from the release to the layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from servers.bench import ALFA
from servers.bodies import overture_segments
from servers.loopback import Fault

from comarca.errors import InputError, RetrievalError
from comarca.sources.vectors.overture import roads_from_overture

if TYPE_CHECKING:
    import geopandas as gpd
    from servers.bench import Desk

CLASSES = ("motorway", "motorway_link", "primary", "tertiary", "residential", "track")


@pytest.fixture
def segments(tmp_path: Path) -> Path:
    path = tmp_path / "segments.parquet"
    pq.write_table(overture_segments(ALFA), path)
    return path


def roads_of(path: Path) -> gpd.GeoDataFrame:
    return roads_from_overture(path, known_classes=CLASSES)[0].set_index("road_id")


def test_classes_are_those_of_openstreetmap_and_links_have_their_own(segments: Path) -> None:
    roads = roads_of(segments)
    assert roads["road_class"].to_dict() == {
        "both": "primary", "oneway": "motorway", "link": "motorway_link", "closed": "residential", "rules": "tertiary",
    }  # fmt: skip


def test_railways_and_classes_without_a_speed_are_left_out_and_counted(segments: Path) -> None:
    layer, (check,) = roads_from_overture(segments, known_classes=CLASSES)
    assert not {"rail", "stairs"} & {*layer["road_id"]}
    assert check.rows == [{"class": "steps", "count": 1}]


def test_a_rule_that_holds_for_all_at_any_time_makes_a_road_oneway_or_closed(segments: Path) -> None:
    roads = roads_of(segments)
    assert roads.loc["oneway", "oneway"] == "yes"
    assert roads.loc["closed", "access"] == "no"
    # On `rules` driving backward is denied to lorries only, and at night to all.
    assert roads[["oneway", "access"]].loc[["both", "link", "rules"]].isna().all(axis=None)


def test_of_several_rules_the_one_of_the_longest_part_holds(segments: Path) -> None:
    roads = roads_of(segments)
    assert roads.loc["rules", ["surface", "maxspeed"]].tolist() == ["gravel", "40 mph"]
    assert roads.loc["both", ["surface", "maxspeed", "name"]].tolist() == ["paved", "80", "Ruta 1"]
    assert roads.loc["oneway", "bridge"] == "yes"
    assert roads.loc["both", ["bridge", "tunnel"]].isna().all()  # a bridge on a tenth of it


def test_lines_keep_their_vertices_where_segments_meet(segments: Path) -> None:
    roads = roads_of(segments)
    assert shapely.get_point(roads.geometry["both"], -1).equals(shapely.get_point(roads.geometry["oneway"], 0))


@pytest.mark.parametrize("column", ["road_flags", "speed_limits", "access_restrictions", "road_surface", "names"])
def test_a_column_that_a_release_lacks_is_not_known(segments: Path, column: str) -> None:
    pq.write_table(pq.read_table(segments).drop_columns([column]), segments)
    assert len(roads_of(segments)) == 5


def test_columns_that_have_to_be_there_are_asked_for(segments: Path) -> None:
    pq.write_table(pq.read_table(segments).drop_columns(["class"]), segments)
    with pytest.raises(InputError, match=r"also .*class"):
        roads_of(segments)


def test_only_the_files_and_blocks_that_reach_into_the_region_are_read(desk: Desk) -> None:
    near, far = desk.world.overture_roads(ALFA)
    receipt = desk.fetch("roads", ALFA, "overture", options={"buffer_km": 5.0})
    assert (desk.server.hits(far), desk.server.hits(near) > 0) == (0, True)
    file = receipt.files[0]
    assert (file.version, file.share_alike) == ("2026-10-21.0", True)
    assert len(roads_of(Path(file.path))) == 5
    assert pa.compute.unique(pq.read_table(file.path).column("subtype")).to_pylist() == ["road"]


def test_a_server_that_fails_gives_the_turn_to_the_next_provider(desk: Desk) -> None:
    near, _ = desk.world.overture_roads(ALFA)
    desk.server.fail(near, *[Fault("status", 503)] * 9)
    options: dict[str, Any] = {"options": {"buffer_km": 5.0}}
    receipt = desk.fetch("roads", ALFA, "overture", "osm", **options)
    assert (receipt.provider, receipt.files) == ("osm", ())
    assert "HTTP 503" in receipt.tried[0].reason


def test_a_region_without_any_road_is_said(desk: Desk) -> None:
    desk.world.overture_roads(ALFA)
    with pytest.raises(RetrievalError, match="nothing of XAA"):
        desk.fetch("roads", "XAA", "overture", boundary=shapely.box(100, 40, 100.1, 40.1), options={"buffer_km": 1.0})
