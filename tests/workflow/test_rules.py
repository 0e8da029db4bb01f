"""What reruns when, on the made-up country."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("synthetic")]

#: What hangs on the table of a family: rules with these verbs, and the target itself.
AFTER_A_FAMILY = (
    "assemble_", "classify_", "export_", "plot_", "draw_", "publish_", "tables",
    "compute_clusters", "compute_profiles", "compute_dynamics", "compute_functional", "compute_uncertainty",
)  # fmt: skip


def total(planned):
    return {rule for rule in planned if rule != "total"}


def test_a_second_run_does_nothing(synthetic_project):
    assert "Nothing to be done" in synthetic_project.run("tables").stderr


def test_a_strict_run_without_a_job_still_ends_with_status_3_while_a_check_fails(synthetic_project):
    path = synthetic_project.results("XXA") / "quality.json"
    before, times = path.read_bytes(), path.stat()
    report = json.loads(before)
    report["checks"][0]["status"] = "fail"
    strict = ("tables", "--configfile", str(synthetic_project.config), "--config", "strict=true")
    try:
        path.write_text(json.dumps(report))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        done = synthetic_project.run(*strict, ok=False)
        planned = synthetic_project.planned(*strict)
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"XXA: FAILED: {report['checks'][0]['name']}." in done.stdout
    assert planned == {"check_strictly": 1, "tables": 1, "total": 2}
    assert synthetic_project.planned(*strict) == {}


def test_an_edit_to_one_family_recomputes_that_family_and_what_hangs_on_it(synthetic_project):
    module = synthetic_project.folder / "src/comarca/indicators/land.py"
    before = module.read_text()
    try:
        module.write_text(before + "\n# An edit.\n")
        planned = synthetic_project.planned("tables")
    finally:
        module.write_text(before)
    assert planned["compute_family"] == 1
    assert all(rule.startswith(AFTER_A_FAMILY) for rule in total(planned) - {"compute_family"})


def test_touching_a_file_without_changing_it_triggers_nothing(synthetic_project):
    (synthetic_project.folder / "src/comarca/indicators/land.py").touch()
    (synthetic_project.folder / "src/comarca/crs.py").touch()
    assert synthetic_project.planned("tables") == {}


@pytest.mark.parametrize(
    ("product", "rules"),
    [
        ("codebook.csv", {"export_tables": 1}),
        ("indicators.gpkg", {"export_layers": 1}),
        # Its blocks are temporary files.
        ("layers/catchments_intermediate.parquet", {"compute_travel_block": 1, "compute_travel_raster": 1}),
    ],
)
def test_a_deleted_product_comes_back_alone(synthetic_project, product, rules):
    path = synthetic_project.results("XXA") / product
    path.unlink()
    planned = synthetic_project.planned("tables")
    assert {rule: count for rule, count in planned.items() if rule not in {"tables", "total"}} == rules
    synthetic_project.run(f"results/XXA/{product}")
    assert path.is_file()


def test_a_map_is_drawn_by_its_name_and_no_other(synthetic_project):
    folder = synthetic_project.results("XXA") / "maps"
    for path in folder.glob("*.*"):
        path.unlink()
    before = set(folder.glob("*"))
    synthetic_project.run("results/XXA/maps/road_density_km_per_100km2.png")
    drawn = {folder / f"road_density_km_per_100km2.{suffix}" for suffix in ("png", "svg")}
    assert set(folder.glob("*")) - before == drawn


def test_an_unknown_map_is_refused_by_name(synthetic_project):
    done = synthetic_project.run("results/XXA/maps/rode_density_km.png", ok=False)
    assert done.returncode != 0
    for words in (
        "got 'rode_density_km', expected a mapped column of XXA",
        "Did you mean 'road_density_km_per_100km2'?",
    ):
        assert words in done.stdout + done.stderr


def test_no_product_is_older_than_what_it_hangs_on_or_half_written(synthetic_project):
    results = synthetic_project.results("XXA")
    assert not list(results.rglob(".*"))
    json.loads((results / "quality.json").read_text())


def test_every_gap_has_a_reason(synthetic_project):
    long = pd.read_csv(synthetic_project.results("XXA") / "indicators_long.csv", dtype=str, keep_default_na=False)
    assert not long[(long["value"] == "") & (long["text"] == "") & (long["flag"] == "")].to_numpy().size


def test_logs_and_benchmarks_are_kept(synthetic_project):
    results = synthetic_project.results("XXA")
    assert list(Path(results / "logs").rglob("*.log"))
    assert list(Path(results / "benchmarks").rglob("*.tsv"))
