"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

# The same examples in every run, so that a failure is of the change at hand; `--hypothesis-profile=explore` tries more.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parents[1]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their length: packed ones hold the time, and all workers must collect the same names."""
    return f"{argname} of {len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def example_pbf() -> Path:
    """Return the embedded example's OSM extract."""
    return ROOT / "data/raw/example/liechtenstein-2013-08-03.osm.pbf"


@pytest.fixture(scope="session")
def cases() -> Path:
    """Return the folder of real test data, or skip and say where it was looked for."""
    folder = Path(os.environ.get("COMARCA_CASES", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real test data not found in {folder}; set COMARCA_CASES")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the documentation; dead links and anchors are errors (with `--quiet` mkdocs counts none)."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
