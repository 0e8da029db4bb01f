"""Three regions on a real SLURM: a job killed, one out of memory, the node drained; the same bytes as on one computer.

Run by `make test-slurm`, as root, where slurm-wlm and munge are installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from slurm.cluster import cluster, lacking

ROOT = Path(__file__).resolve().parents[2]
REGIONS = ("north", "centre", "south")
PRODUCTS = ("indicators.csv", "indicators_long.csv", "assembled/table.parquet")
#: Too little for the first attempt: the job is killed, and comes again with more.
TOO_LITTLE = "harmonise_holdings:mem_mb=40 if attempt == 1 else 1500"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(lacking()) or os.geteuid() != 0, reason=f"not root, or SLURM lacks {lacking()}"),
    pytest.mark.skipif(
        importlib.util.find_spec("snakemake_executor_plugin_slurm") is None, reason="the executor is not installed"
    ),
]


def project(folder: Path) -> Path:
    """Copy the project with the data of the Latin American example, three regions of them."""
    for name in ("src", "workflow", "config", "profiles", "data/raw/matopiba"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", folder)
    example = yaml.safe_load((ROOT / "config/examples/matopiba.yaml").read_text(encoding="utf-8"))
    (region,) = example["regions"].values()
    off = dict.fromkeys(
        ("access", "infrastructure", "services", "urbanisation", "production", "settlement", "environment"), False
    )
    region |= {"cities": {"provider": "geonames"}, "outcomes": "none"}
    regions = {
        name: {**region, "indicators": {**off, "land": {"large_unit_ha": 100.0 * (i + 1)}}}
        for i, name in enumerate(REGIONS)
    }
    config = folder / "regions.yaml"
    config.write_text(yaml.safe_dump({**example, "regions": regions}, allow_unicode=True), encoding="utf-8")
    return config


def command(config: Path, *options: str) -> list[str]:
    targets = [f"results/{name}/{product}" for name in REGIONS for product in PRODUCTS]
    return [sys.executable, "-m", "snakemake", *targets, *options, "--configfile", str(config)]


def digests(folder: Path) -> dict[str, str]:
    return {
        f"{name}/{product}": hashlib.sha256((folder / "results" / name / product).read_bytes()).hexdigest()
        for name in REGIONS
        for product in PRODUCTS
    }


def jobs(environment: dict[str, str], *states: str) -> list[str]:
    query = ["squeue", "-h", "-o", "%i", "-t", ",".join(states)]
    return subprocess.run(query, env=environment, capture_output=True, text=True, check=True).stdout.split()


def disturb(run: subprocess.Popen[bytes], environment: dict[str, str]) -> list[str]:
    """Kill the first job that is seen running, then drain the node for some seconds; say what was done."""
    done: list[str] = []
    while run.poll() is None and not done:
        if running := jobs(environment, "RUNNING"):
            subprocess.run(["scancel", running[0]], env=environment, check=True)
            done.append(f"job {running[0]} killed")
        time.sleep(0.5)
    node = subprocess.run(["sinfo", "-h", "-o", "%n"], env=environment, capture_output=True, text=True, check=True)
    name = node.stdout.strip()
    time.sleep(5)
    for state in ("DRAIN", "RESUME"):
        subprocess.run(
            ["scontrol", "update", f"NodeName={name}", f"State={state}", "Reason=test"], env=environment, check=True
        )
        done.append(f"node {name}: {state}")
        time.sleep(10)
    return done


def test_a_cluster_gives_the_bytes_of_one_computer_whatever_happens(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    plain = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here / "src"), os.environ.get("PYTHONPATH", "")])}
    subprocess.run(command(project(here), "--cores", "2"), cwd=here, env=plain, check=True, timeout=1800)
    config = project(there)
    (tmp_path / "slurm").mkdir()
    with cluster(tmp_path / "slurm", cpus=2, memory_mb=6_000) as environment:
        environment["PYTHONPATH"] = os.pathsep.join([str(there / "src"), os.environ.get("PYTHONPATH", "")])
        with (tmp_path / "run.log").open("w") as log:
            run = subprocess.Popen(
                command(config, "--profile", "profiles/slurm", "--set-resources", TOO_LITTLE),
                cwd=there, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
            done = disturb(run, environment)
            assert run.wait(timeout=3600) == 0, (tmp_path / "run.log").read_text()[-6000:]
        ended = subprocess.run(
            ["squeue", "-h", "-t", "all", "-o", "%i %T %R %M"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    states = [line.split()[1] for line in ended.splitlines()]
    print(*done, ended, *(f"{value} {name}" for name, value in digests(there).items()), sep="\n")
    assert states.count("CANCELLED") >= 1
    assert states.count("FAILED") + states.count("OUT_OF_MEMORY") >= len(REGIONS)
    assert "exceeded memory limit" in "".join(
        path.read_text(errors="replace") for path in there.rglob(".snakemake/slurm/**/*.log")
    )
    assert digests(there) == digests(here)
