"""The exercise of docs/add-a-provider.md, done as it stands there: a row, a module, an entry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from servers.loopback import LoopbackServer
from servers.samples import raster

SESSION = """
import sys
from comarca.config.read import read_config
from comarca.fetch.ladder import fetch_layer
from comarca.fetch.settings import Settings

population = {"provider": "example", "year": 2024}
region = read_config({"regions": {"x": {"country": "NIC", "population": population}}}).regions["x"]
settings = Settings(raw_dir=sys.argv[1], mirrors={"example": sys.argv[2]})
providers = region.population.provider
receipt = fetch_layer("population", "NIC", providers=providers, settings=settings, options={"year": 2024})
print(receipt.status, receipt.files[0].path, receipt.files[0].attribution, sep="|")
missing = fetch_layer("population", "ATA", providers=["example"], settings=settings, required=False)
print(missing.tried[0].reason)
"""


@pytest.fixture(scope="module")
def source(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the guide carried out; the files that it touches are counted by the test below."""
    folder = tmp_path_factory.mktemp("guide") / "src"
    shutil.copytree(root / "src", folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (root / "docs/add-a-provider.md").read_text(encoding="utf-8")
    row, module, line, entry = re.findall(r"^```(?:yaml|python)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    registry = folder / "comarca/registry/data/sources.yaml"
    registry.write_text(registry.read_text(encoding="utf-8") + "\n" + row, encoding="utf-8")
    (folder / "comarca/fetch/providers/example.py").write_text(module, encoding="utf-8")
    index = folder / "comarca/fetch/providers/index.py"
    before = index.read_text(encoding="utf-8")
    head = "from comarca.fetch.providers.gadm import"
    after = before.replace(head, line + head).replace('    "population": {', entry.rstrip("\n") + " ")
    assert after.count("ExamplePopulation") == 2
    index.write_text(after, encoding="utf-8")
    return folder


def changed(root: Path, folder: Path) -> list[str]:
    """Files of the copy that differ from the package."""
    files = {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(
        path.as_posix()
        for path in files
        if not (root / "src" / path).is_file() or (folder / path).read_bytes() != (root / "src" / path).read_bytes()
    )


def test_a_provider_takes_three_edits(root: Path, source: Path) -> None:
    assert changed(root, source) == [
        "comarca/fetch/providers/example.py", "comarca/fetch/providers/index.py", "comarca/registry/data/sources.yaml",
    ]  # fmt: skip


def test_a_provider_made_by_the_guide_is_configured_planned_and_fetched(source: Path, tmp_path: Path) -> None:
    with LoopbackServer() as server:
        body = raster(np.ones((4, 4), dtype="float32"), left=-86.0, top=13.0, cell=0.1, nodata=-1)
        server.put("/2024/nic.tif", body)
        done = subprocess.run(
            [sys.executable, "-c", SESSION, tmp_path / "raw", server.url],
            env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    status, path, attribution = first.split("|")
    assert (status, attribution) == ("ready", "Example Institute (2025).")
    assert Path(path) == tmp_path / "raw/example/2025/NIC/population_2024.tif"
    assert Path(path).read_bytes() == body
    assert second == "The Example Institute does not cover ATA"
