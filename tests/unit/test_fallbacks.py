"""Which layers are fetched anew, because an earlier choice can be had that did not answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from servers.loopback import LoopbackServer

from comarca import io
from comarca.fetch.fallbacks import fallbacks_to_retry
from comarca.fetch.receipts import Failure, LayerReceipt
from comarca.fetch.settings import Settings
from comarca.plan.run import RunPlan

if TYPE_CHECKING:
    from pathlib import Path


def receipt(path: Path, url: str, *, may_pass: bool) -> Path:
    row = Failure("osm", "LIE", "geofabrik", url, str(path.with_suffix(".pbf")), "HTTP 503", "a remedy", may_pass)
    io.write_json(LayerReceipt("osm", "LIE", "ready", "osm_fr", tried=(row,)).as_dict(), path)
    return path


@pytest.mark.parametrize(("status", "may_pass", "again"), [(200, True, True), (503, True, False), (200, False, False)])
def test_a_provider_that_did_not_answer_is_taken_once_it_does(
    tmp_path: Path, status: int, *, may_pass: bool, again: bool
) -> None:
    with LoopbackServer() as server:
        path = receipt(tmp_path / "osm.json", server.put("/x.pbf", b"abc", status=status), may_pass=may_pass)
        settings = Settings(raw_dir=tmp_path)
        assert fallbacks_to_retry([path, tmp_path / "none.json"], settings) == [path] * again
        assert server.hits() == may_pass


def test_offline_nobody_is_asked_but_a_file_put_there_counts(tmp_path: Path) -> None:
    with LoopbackServer() as server:
        path = receipt(tmp_path / "osm.json", server.put("/x.pbf", b"abc"), may_pass=True)
        settings = Settings(raw_dir=tmp_path, offline=True)
        assert fallbacks_to_retry([path], settings) == []
        path.with_suffix(".pbf").touch()
        os.utime(path, (4e9, 4e9))
        assert fallbacks_to_retry([path], settings) == []
        os.utime(path, (1e9, 1e9))
        assert fallbacks_to_retry([path], settings) == [path]
        assert server.hits() == 0


def test_the_receipt_goes_unless_fallbacks_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/LIE/fetched/osm.json"
    path.parent.mkdir(parents=True)
    with LoopbackServer() as server:
        receipt(path, server.put("/x.pbf", b"abc"), may_pass=True)
        for fallbacks, is_kept in (("keep", True), ("retry", False)):
            raw = {"regions": {"LIE": {"country": "LIE"}}, "fallbacks": fallbacks}
            told = RunPlan.read(raw, project_file=lambda name: name).retry_fallbacks()
            assert path.is_file() == is_kept
            assert len(told) == (not is_kept)
