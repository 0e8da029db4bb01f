"""What the documentation tells people to type, typed."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from comarca.config.read import read_config

pytestmark = pytest.mark.workflow

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = ("tutorial.md", "es/tutorial.md", "new-country.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def runs_snakemake(block: str) -> bool:
    return ".venv/bin/snakemake" in block


def type_in(block: str, folder: Path) -> str:
    script = 'make() { command make -n -o .venv/.ready; }\nless() { cat "$@"; }\n' + block
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout[-6000:]}"
    return done.stdout


def clone(folder: Path, *options: str) -> Path:
    """Copy what runs need, with the snakemake of this environment where `make` puts it, and `options` always given."""
    skipped = shutil.ignore_patterns("__pycache__")
    for name in ("src", "workflow", "config", "data/raw/example", "profiles"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for name in ("Snakefile", "Makefile"):
        shutil.copy(ROOT / name, folder)
    program = folder / ".venv/bin/snakemake"
    program.parent.mkdir(parents=True)
    command = f'PYTHONPATH="{folder}/src" exec "{sys.executable}" -m snakemake {" ".join(options)} "$@"'
    program.write_text(f"#!/bin/sh\n{command}\n")
    program.chmod(0o755)
    return folder


@cache
def planned(block: str, folder: Path) -> str:
    """Type a block that pages in several languages share, once."""
    return type_in(block, folder)


@pytest.fixture(scope="module")
def planner(tmp_path_factory) -> Path:
    """A project in which snakemake only plans."""
    return clone(tmp_path_factory.mktemp("planner"), "-n")


@pytest.mark.xdist_group("planner")
@pytest.mark.parametrize("page", PAGES)
def test_every_run_that_a_page_describes_can_be_planned(planner, page):
    typed = [block for block in blocks(page, "sh") if runs_snakemake(block)]
    assert typed
    for block in typed:
        without_results = "\n".join(line for line in block.splitlines() if not line.startswith("grep"))
        said = planned(without_results, planner)
        assert said.count("This was a dry-run") == block.count(".venv/bin/snakemake"), said


@pytest.mark.xdist_group("planner")
def test_make_makes_the_example(planner):
    (run,) = re.findall(r"^\.venv/bin/snakemake.*$", type_in("make", planner), flags=re.MULTILINE)
    said = type_in(run, planner)
    assert re.search(r"^draw_maps +[1-9]", said, flags=re.MULTILINE), said


@pytest.mark.xdist_group("planner")
def test_the_configurations_that_a_page_describes_are_sound_and_can_be_planned(planner):
    fetched, own_files = blocks("new-country.md", "yaml")
    (planner / "nicaragua.yaml").write_text(fetched, encoding="utf-8")
    type_in(".venv/bin/snakemake --cores all --configfile nicaragua.yaml", planner)
    assert read_config(yaml.safe_load(own_files)).regions["COL"].roads.path == "my/red_vial.gpkg"


@pytest.mark.xdist_group("example")
@pytest.mark.parametrize("page", ["tutorial.md", "es/tutorial.md"])
def test_the_results_are_where_the_tutorial_looks_for_them(example_project, page):
    typed = [block for block in blocks(page, "sh") if not runs_snakemake(block) and not block.startswith("make")]
    said = "".join(type_in(block, example_project.folder) for block in typed)
    for shown in blocks(page, "text"):
        for line in shown.splitlines():
            start, flag = line.rsplit(",", 1)
            assert re.search(rf"^{re.escape(start[:45])}.*,{flag}$", said, flags=re.MULTILINE), line


@pytest.mark.xdist_group("example")
def test_python_reads_the_results_as_the_page_says(example_project):
    typed = "\n".join(block for block in blocks("use-elsewhere.md", "python") if not block.startswith("module"))
    typed += "\nassert field.metadata[b'unit'] == b'km/100 km2' and len(territories) == len(flags) == 11\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", typed],
        cwd=example_project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.xdist_group("example")
def test_a_database_reads_the_results_as_the_page_says(example_project):
    path, query = re.search(r'^sqlite3 (\S+) "(.+)"$', "".join(blocks("use-elsewhere.md", "sh")), re.MULTILINE).groups()
    rows = sqlite3.connect(example_project.folder / path).execute(query).fetchall()
    table = pd.read_csv(example_project.results("LIE") / "indicators.csv").nlargest(3, "road_length_km")
    assert [name for name, _ in rows] == table["territory_name"].tolist()


@pytest.mark.xdist_group("example")
def test_r_reads_the_results_as_the_page_says(example_project):
    if not (rscript := shutil.which("Rscript")):
        pytest.skip("R is not installed (Rscript not found)")
    plain, with_shapes = blocks("use-elsewhere.md", "r")
    has_sf = subprocess.run([rscript, "-e", "library(sf)"], capture_output=True, check=False).returncode == 0
    checks = 'stopifnot(nrow(indicators) == 11, indicators$territory_id[1] == "r37", "column" %in% names(codebook))\n'
    typed = plain + checks + (with_shapes + "stopifnot(nrow(territories) == 11)\n" if has_sf else "")
    done = subprocess.run(
        [rscript, "--vanilla", "-e", typed], cwd=example_project.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", ["tutorial.md", "es/tutorial.md"])
def test_the_whole_tutorial_can_be_typed(tmp_path, page):
    clone(tmp_path, "--cores", "2")
    type_in(".venv/bin/snakemake tables", tmp_path)
    said = "".join(type_in(block, tmp_path) for block in blocks(page, "sh"))
    assert "women_in_council_count,,5,1," in said
    assert "no_source_row" in said
    assert list(tmp_path.glob("results/val*/maps/women_in_council_count.png"))
    assert (tmp_path / "results/LIE/maps/road_density_km_per_100km2.png").stat().st_size > 10_000
