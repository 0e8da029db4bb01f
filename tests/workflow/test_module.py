"""Another workflow uses this one as a module, from a folder of its own that holds nothing of the project."""

import os
import re
import shutil
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


def run(folder, *arguments, path=None):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {} if path is None else {"PYTHONPATH": path}
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


#: Snakemake 9.27 joins the path of a script to a local repository as an object; to repositories of hosts as a text.
JOIN_AS_TEXT = """
from snakemake import sourcecache

join = sourcecache.LocalGitFile.join
sourcecache.LocalGitFile.join = lambda self, path: join(self, str(path))
"""


@pytest.fixture
def repository(tmp_path, root):
    """A repository with the workflow and its tables, without the package."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is needed to make a repository")
    folder = tmp_path / "repository"
    for name in ("workflow", "config", "profiles"):
        shutil.copytree(root / name, folder / name)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for step in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "a", "--no-gpg-sign"]):
        subprocess.run([git, *step], cwd=folder, check=True, capture_output=True)
    return folder


def test_a_workflow_taken_from_a_repository_finds_its_scripts_and_tables(tmp_path, root, example_pbf, repository):
    folder = tmp_path / "other"
    folder.mkdir()
    other_workflow(folder, root, example_pbf)
    text = (folder / "Snakefile").read_text(encoding="utf-8")
    source = f"gitfile({str(repository)!r}, path='workflow/Snakefile', commit='HEAD')"
    (folder / "Snakefile").write_text(text.replace('config["snakefile"]', source), encoding="utf-8")
    patch = tmp_path / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(JOIN_AS_TEXT, encoding="utf-8")
    path = os.pathsep.join([str(patch), str(root / "src")])
    said = run(folder, "results/LIE/layers/roads.parquet", path=path)
    assert "comarca_harmonise_layer" in said
    assert gpd.read_parquet(folder / "results/LIE/layers/roads.parquet")["road_class"].notna().all()
