"""The lines a run ends with, and the table of what could not be had."""

from comarca import io
from comarca.fetch.receipts import Failure, LayerReceipt
from comarca.publish.summary import failed_checks, failed_layers, summarise_run


def check(status, message):
    return {"name": "n", "status": status, "value": 1, "threshold": "", "message": message, "rows": []}


def test_the_lines_count_territories_columns_and_checks(tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps/a.png").touch()
    (tmp_path / "indicators.csv").write_text("territory_id,a\n1,2\n2,3\n", encoding="utf-8")
    io.write_json({"checks": [check("pass", "Fine."), check("warn", "Look at it.")]}, tmp_path / "quality.json")
    (tmp_path / "atlas.html").touch()
    lines = summarise_run({"R": str(tmp_path)}, seconds=61.4)
    assert "done in 61 s" in lines[1]
    assert "2 territories and 2 columns" in lines[2]
    assert "1 maps" in lines[2]
    assert "1 checks pass, 1 warn, 0 fail" in lines[3]
    assert lines[4].strip() == "warn: Look at it."
    assert lines[5].strip() == f"Open {tmp_path / 'atlas.html'} in a browser."


def test_a_run_that_made_nothing_says_only_how_long_it_took(tmp_path):
    assert summarise_run({"R": str(tmp_path)}, seconds=1) == ["", "comarca: done in 1 s."]


def test_what_failed_is_gathered_from_all_regions(tmp_path):
    failure = Failure("roads", "LIE", "geofabrik", "https://x", "data/raw/x", "HTTP 404", "a remedy")
    folder = tmp_path / "A/logs/fetch_layer"
    folder.mkdir(parents=True)
    io.write_json([failure.as_dict()], folder / "roads.failed.json")
    assert failed_layers({"A": str(tmp_path / "A"), "B": str(tmp_path / "B")}) == [failure]


def test_failed_checks_stand_first_and_are_named_again_at_the_end(tmp_path):
    io.write_json({"checks": [check("warn", "Look at it."), check("fail", "Wrong.")]}, tmp_path / "quality.json")
    lines = summarise_run({"R": str(tmp_path)}, seconds=1)
    assert lines[3].strip() == "fail: Wrong."
    assert lines[-1].strip().startswith("R: FAILED: n.")
    assert failed_checks({"R": str(tmp_path), "S": str(tmp_path / "none")}) == {"R": ["n"]}


def test_layers_that_are_not_from_their_first_choice_are_named_with_the_reason(tmp_path):
    (tmp_path / "fetched").mkdir()
    failure = Failure("osm", "LIE", "geofabrik", "https://x", "data/raw/x", "HTTP 503", "a remedy", may_pass=True)
    later = LayerReceipt("osm", "LIE", "ready", "osm_fr", tried=(failure,))
    io.write_json(later.as_dict(), tmp_path / "fetched/osm.json")
    io.write_json(LayerReceipt("cities", "LIE", "ready", "geonames").as_dict(), tmp_path / "fetched/cities.json")
    lines = summarise_run({"R": str(tmp_path)}, seconds=1)
    assert lines[2].strip() == "R: osm is from osm_fr, not from geofabrik (HTTP 503)."
    assert len(lines) == 3
