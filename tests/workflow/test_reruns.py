"""What an edit makes stale, what a dry run needs, and what logs say: on the finished run of the example."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd
import pytest
import yaml

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("example")]


@contextmanager
def edited(path, change):
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    try:
        path.write_text(after, encoding="utf-8")
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def rules(project, *targets):
    return {rule: count for rule, count in project.planned(*targets).items() if rule not in {"total", "tables"}}


def shown_jobs(project):
    """The messages of the jobs that a dry run would run."""
    done = project.run("tables", "-n", "--quiet", "reason")
    return done.stdout + done.stderr


def test_a_mended_title_computes_nothing_anew(example_project):
    registry = example_project.folder / "src/comarca/registry/data/indicators/access.yaml"
    with edited(
        registry, lambda text: text.replace("es: Acceso", "es: El acceso").replace("es: Tiempo", "es: El tiempo")
    ):
        planned = rules(example_project, "tables")
    assert "assemble_columns" in planned
    assert not [rule for rule in planned if rule.startswith(("compute_", "build_", "harmonise_", "assemble_table"))]


def test_an_edit_of_inequality_computes_the_families_anew_that_measure_it(example_project):
    module = example_project.folder / "src/comarca/measures/inequality.py"
    with edited(module, lambda text: text + "\n# An edit.\n"):
        done = shown_jobs(example_project)
    families = set(re.findall(r"LIE: computing the (\w+) indicators", done))
    assert families == {"land", "production", "settlement"}
    assert not re.search(r"^(rule|localrule) (build_|harmonise_|fetch_|compute_(?!family))", done, flags=re.MULTILINE)


def test_in_a_folder_that_was_moved_nothing_is_stale(example_project, tmp_path):
    shutil.copytree(example_project.folder, tmp_path / "elsewhere")
    assert rules(replace(example_project, folder=tmp_path / "elsewhere"), "tables") == {}


def test_an_option_of_one_family_computes_that_family_anew(example_project):
    def change(text):
        settings = yaml.safe_load(text)
        settings["regions"]["LIE"]["indicators"] = {"urbanisation": {"urban_within_min": 11}}
        return yaml.safe_dump(settings, sort_keys=False)

    with edited(example_project.folder / "config/config.yaml", change):
        done = shown_jobs(example_project)
    assert set(re.findall(r"LIE: computing the (\w+) indicators", done)) == {"urbanisation"}


def test_no_log_is_empty_and_each_says_how_long_its_job_took(example_project):
    logs = list((example_project.results("LIE") / "logs").rglob("*.log"))
    assert len(logs) > 20
    for path in logs:
        assert re.search(r"\d+\.\d s, at most \d+ MB of memory", path.read_text(encoding="utf-8")), path


def test_a_log_says_what_was_read_and_written(example_project):
    text = (example_project.results("LIE") / "logs/compute_family/infrastructure.log").read_text(encoding="utf-8")
    assert re.search(r"read: results/LIE/layers/territories.parquet, 11 rows, EPSG:4326, \d+ bytes", text)
    assert re.search(r"written: results/LIE/indicators/infrastructure.parquet, \d+ bytes", text)


@pytest.mark.parametrize("arguments", [("--list-rules",), ("--unlock",), ("-np", "tables"), ("--summary", "tables")])
def test_what_runs_no_job_looks_into_no_file(example_project, arguments):
    """The extract is there by name only: a check before the first job would refuse it."""
    extract = next((example_project.folder / "data/raw/example").glob("*.osm.pbf"))
    kept = extract.rename(extract.with_suffix(".kept"))
    try:
        extract.touch()
        example_project.run(*arguments)
    finally:
        extract.unlink()
        kept.rename(extract)


def test_what_does_not_build_the_graph_needs_no_file(example_project):
    folder = example_project.folder / "data/raw/example"
    kept = folder.rename(folder.with_name("kept"))
    try:
        example_project.run("--list-rules")
        example_project.run("--unlock")
    finally:
        kept.rename(folder)


def test_a_file_that_is_wrong_stops_the_run_before_any_job(example_project):
    speeds = example_project.folder / "speeds.csv"
    speeds.write_text("key,value\n", encoding="utf-8")
    settings = yaml.safe_load((example_project.folder / "config/config.yaml").read_text(encoding="utf-8"))
    settings["regions"] = {"other": settings["regions"]["LIE"] | {"speeds": "speeds.csv"}}
    wrong = example_project.folder / "wrong.yaml"
    wrong.write_text(yaml.safe_dump(settings), encoding="utf-8")
    project = type(example_project)(example_project.folder, wrong)
    assert project.planned("results/other/layers/network.npz")["build_network"] == 1
    done = project.run("results/other/layers/network.npz", ok=False)
    assert done.returncode != 0
    assert "speeds.csv" in done.stderr + done.stdout
    assert not project.results("other").exists()


def test_an_impossible_value_costs_its_cell_and_not_the_table(example_project, tmp_path):
    shutil.copytree(example_project.folder, tmp_path / "elsewhere")
    project = replace(example_project, folder=tmp_path / "elsewhere")
    path = project.results("LIE") / "indicators/settlement.parquet"
    family = pd.read_parquet(path)
    territory, column = family.index[3], "urban_population_share"
    family.loc[territory, column] = 1.5
    family.to_parquet(path)
    wanted = ("results/LIE/quality.md", "results/LIE/indicators.csv", "--rerun-triggers", "mtime")
    assert project.run(*wanted, "--config", "strict=true", ok=False).returncode == 3
    table = pd.read_csv(project.results("LIE") / "indicators.csv", dtype={"territory_id": str}).set_index(
        "territory_id"
    )
    assert (
        table[column].isna().sum()
        == 1 + pd.read_csv(example_project.results("LIE") / "indicators.csv")[column].isna().sum()
    )
    assert pd.isna(table.loc[territory, column])
    assert territory in (project.results("LIE") / "quality.md").read_text(encoding="utf-8").split("## ")[1]
    assert project.run(*wanted, "--forcerun", "assemble_quality").returncode == 0
