"""Another workflow uses this one as a module, from a folder of its own that holds nothing of the project."""

import os
import re
import subprocess
import sys

import geopandas as gpd
import pytest
import yaml

pytestmark = [pytest.mark.workflow]

SNAKEFILE = """
configfile: "settings.yaml"


module comarca:
    snakefile:
        config["snakefile"]
    config:
        config["comarca"]
{prefix}

use rule * from comarca as comarca_*


rule count_territories:
    default_target: True
    input:
        "{folder}results/LIE/indicators.csv",
    output:
        "count.txt",
    shell:
        "wc -l < {{input}} > {{output}}"
"""


def other_workflow(folder, root, example_pbf, *, prefix=""):
    """Write a workflow that counts the territories of the example, whose table it asks the module for."""
    line = f'    prefix:\n        "{prefix}"\n' if prefix else ""
    text = SNAKEFILE.format(prefix=line, folder=f"{prefix}/" if prefix else "")
    (folder / "Snakefile").write_text(text, encoding="utf-8")
    region = {
        "country": "LIE",
        "osm": {"provider": "file", "path": str(example_pbf)},
        "territories": {"provider": "osm", "admin_level": 8},
        "cities": {"provider": "geonames"},
        "population": {"provider": "settlements"},
    }
    settings = {"offline": True, "languages": ["en"], "regions": {"LIE": region}}
    content = {"snakefile": str(root / "Snakefile"), "comarca": settings}
    (folder / "settings.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def run(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return done.stdout + done.stderr


@pytest.mark.parametrize("prefix", ["", "territories"])
def test_a_rule_of_another_workflow_can_ask_for_the_table(tmp_path, root, example_pbf, prefix):
    other_workflow(tmp_path, root, example_pbf, prefix=prefix)
    planned = re.findall(r"^([a-z_]+) +[0-9]+$", run(tmp_path, "-n"), flags=re.MULTILINE)
    assert {"count_territories", "comarca_export_tables", "comarca_compute_family", "comarca_build_network"} <= {
        *planned
    }


def test_jobs_of_the_module_run_in_the_folder_of_the_other_workflow(tmp_path, root, example_pbf):
    other_workflow(tmp_path, root, example_pbf, prefix="territories")
    path = "territories/results/LIE/layers/territories.parquet"
    run(tmp_path, path)
    assert len(gpd.read_parquet(tmp_path / path)) == 11
    assert {entry.name for entry in tmp_path.iterdir()} == {"Snakefile", "settings.yaml", "territories", ".snakemake"}
