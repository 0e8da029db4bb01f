"""Clocks that were moved, runs beside each other, folders with blanks and accents, results on another file system."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from cases import synthetic

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]
YEAR_S = 365 * 86_400


def begun(project, *targets):
    """Start a run and wait until it holds its lock."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--nocolor", *targets]
    process = subprocess.Popen(
        [*command, "--configfile", str(project.config)], cwd=project.folder, text=True,
        env={**os.environ, "PYTHONPATH": str(project.folder / "src")}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    while process.poll() is None and not any((project.folder / ".snakemake/locks").glob("*.lock")):
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("shift_s", [YEAR_S, -YEAR_S])
def test_inputs_from_before_or_after_a_clock_was_moved_make_nothing_stale(synthetic_project, shift_s):
    times = {path: path.stat() for path in (synthetic_project.folder / "country").rglob("*")}
    try:
        for path, stat in times.items():
            os.utime(path, (stat.st_atime + shift_s, stat.st_mtime + shift_s))
        assert synthetic_project.planned("tables") == {}
    finally:
        for path, stat in times.items():
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_second_run_of_a_region_is_told_of_the_first_and_does_it_no_harm(synthetic_project):
    product = synthetic_project.results("XXA") / "codebook.csv"
    before = product.read_bytes()
    product.unlink()
    first = begun(synthetic_project, "results/XXA/codebook.csv")
    second = synthetic_project.run("results/XXA/codebook.csv", ok=False)
    said, _ = first.communicate(timeout=300)
    assert first.returncode == 0, said
    assert second.returncode != 0
    assert "The folder is locked: another run works in this folder" in second.stderr
    assert product.read_bytes() == before


@pytest.mark.slow
def test_two_regions_at_once_in_a_folder_with_blanks_whose_results_lie_elsewhere(lean_project, tmp_path):
    folder = tmp_path / "análisis territorial nº 1 ñandú"
    folder.mkdir()
    project = lean_project(folder, "XXA", "XXB")
    shared_memory = Path("/dev/shm")
    elsewhere = Path(tempfile.mkdtemp(dir=shared_memory if shared_memory.is_dir() else tmp_path))
    try:
        (folder / "results").symlink_to(elsewhere)
        runs = [
            begun(project, *(f"results/{name}/{target}" for target in synthetic.LEAN_TARGETS))
            for name in ("XXA", "XXB")
        ]
        for run in runs:
            said, _ = run.communicate(timeout=1800)
            assert run.returncode == 0, said[-6000:]
        digests = [
            [hashlib.sha256((elsewhere / name / file).read_bytes()).hexdigest()
             for file in ("assembled/table.parquet", "layers/travel_times.parquet", "layers/network.npz")]
            for name in ("XXA", "XXB")
        ]  # fmt: skip
        assert digests[0] == digests[1]
        assert not list(elsewhere.rglob("*.part"))
        assert project.planned(*(f"results/XXA/{target}" for target in synthetic.LEAN_TARGETS)) == {}
    finally:
        shutil.rmtree(elsewhere)
