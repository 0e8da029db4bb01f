"""Run Snakemake as a user would, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cases import synthetic

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
#: What tells a new process of Python to measure its coverage.
COVERAGE = ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Project:
    """A copy of the project whose source a test may change, with results beside it.

    Coverage of its processes is measured where asked for alone, as it makes them a third slower.
    """

    folder: Path
    config: Path | None = None
    measured: bool = False

    def run(self, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run(["-m", "snakemake", "--cores", "2", "--nocolor"], arguments, ok=ok)

    def run_in_process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run all jobs in one process, which takes a third of the time."""
        return self._run([str(ROOT / "tests/workflow/in_process.py"), "."], arguments, ok=True)

    def _run(self, begin: list[str], arguments: tuple[str, ...], *, ok: bool) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *begin, *arguments]
        if self.config is not None and "--config" not in arguments:
            command += ["--configfile", str(self.config)]
        kept = {name: value for name, value in os.environ.items() if self.measured or name not in COVERAGE}
        environment = {**kept, "PYTHONPATH": str(self.folder / "src")}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        if ok:
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
        return done

    def planned(self, *arguments: str) -> dict[str, int]:
        """Rules that a dry run would run, with the number of jobs."""
        done = self.run("-n", *arguments)
        text = done.stdout + done.stderr
        return {rule: int(count) for rule, count in re.findall(r"^([a-z_]+)\s+(\d+)$", text, flags=re.MULTILINE)}

    def results(self, region: str) -> Path:
        return self.folder / "results" / region


def copy_project(folder: Path) -> None:
    for name in ("src", "workflow", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data/raw/example", folder / "data/raw/example")
    shutil.copy(ROOT / "Snakefile", folder)


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Project]:
    """Copy the project and configure it with regions of one's own."""

    def make(regions: dict[str, Any]) -> Project:
        folder = tmp_path_factory.mktemp("project")
        copy_project(folder)
        config = folder / "regions.yaml"
        # Two draws show what thirty show, in a fraction of the time.
        regions = {name: {"uncertainty": {"draws": 2}, **region} for name, region in regions.items()}
        settings = {"regions": regions, "languages": ["en"], "offline": True}
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        return Project(folder, config)

    return make


@pytest.fixture(scope="session")
def synthetic_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The workflow run on the made-up country, but for the maps."""
    folder = tmp_path_factory.mktemp("synthetic")
    copy_project(folder)
    project = Project(folder, synthetic.build(folder / "country"))
    replace(project, measured=True).run_in_process("tables")
    return project


@pytest.fixture(scope="session")
def example_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The workflow run on the embedded example as shipped, but for the maps."""
    folder = tmp_path_factory.mktemp("example")
    copy_project(folder)
    project = Project(folder)
    project.run("tables")
    return project


@pytest.fixture(scope="session")
def lean_project() -> Callable[..., Project]:
    """Copy the project to a folder and configure regions of the made-up country with roads and access alone."""

    def make(folder: Path, *names: str) -> Project:
        copy_project(folder)
        return Project(folder, synthetic.build_lean(folder / "mi país", *names))

    return make
