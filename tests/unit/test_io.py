import geopandas as gpd
import pandas as pd
import pytest
import shapely

from comarca import io
from comarca.errors import InputError
from comarca.layers import files as layer_io
from comarca.results import Check, Flag, Indicators, explain


def places(**changes):
    data = {"place_id": ["n2", "n1"], "place": ["town", "city"], "name": ["b", None], "population_persons": [1.0, None]}
    return gpd.GeoDataFrame({**data, **changes}, geometry=shapely.points([[9, 47], [9, 48]]), crs=4326)


def test_a_layer_comes_back_sorted_and_whole(tmp_path):
    layer_io.write_layer(places(), tmp_path / "places.parquet", "places")
    back = layer_io.read_layer(tmp_path / "places.parquet", "places")
    assert back["place_id"].tolist() == ["n1", "n2"]
    assert back.crs == 4326


def test_a_layer_that_breaks_its_schema_is_not_written(tmp_path):
    with pytest.raises(InputError, match="column place, row 0"):
        layer_io.write_layer(places(place=["", "city"]), tmp_path / "places.parquet", "places")
    assert list(tmp_path.iterdir()) == []


def test_ids_have_to_be_unique(tmp_path):
    with pytest.raises(InputError, match="place_id"):
        layer_io.write_layer(places(place_id=["n1", "n1"]), tmp_path / "places.parquet", "places")


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    target = tmp_path / "a.txt"
    io.write_text("old", target)
    with pytest.raises(FileNotFoundError), io.atomic_path(target) as part:
        (part.parent / "elsewhere.txt").write_text("half")  # nothing at `part` itself: moving it fails
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_values_flags_and_checks_come_back(tmp_path):
    values = pd.DataFrame({"a_km": [1.0, None]}, index=pd.Index(["01", "02"], name="territory_id"))
    result = Indicators(values, explain(values, Flag.NO_ROADS), [Check("c", "pass", 1.0, "<= 1", "fine")])
    io.write_indicators(result, tmp_path / "a.parquet")
    io.write_checks(result.checks, tmp_path / "a.json")
    back = io.read_indicators(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back.values, values)
    assert back.flags["a_km"].tolist() == ["", "no_roads"]
    assert io.read_checks(tmp_path / "a.json") == result.checks


def test_a_gap_without_a_reason_is_refused():
    values = pd.DataFrame({"a_km": [None]}, index=["01"], dtype=float)
    with pytest.raises(ValueError, match="a_km"):
        Indicators(values, pd.DataFrame({"a_km": [""]}, index=["01"]))


def test_json_with_nan_is_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        io.write_json({"a": float("nan")}, tmp_path / "a.json")
