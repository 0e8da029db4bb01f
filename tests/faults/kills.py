"""Kill whole runs at random moments, start them again untouched, and compare the bytes of what comes out.

``make kills`` runs this; called again with the same folder it goes on where it was. Each run is a process group of its
own and is ended by SIGKILL, as a power cut would: nothing gets a chance to clean up. The next run is the same command,
without ``--unlock`` or ``--rerun-incomplete``. Of the small region the table of roads and access with its spreadsheets
and a map are made from an OpenStreetMap file, of the example everything.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from cases import synthetic

ROOT = Path(__file__).resolve().parents[2]
#: Files with digests of others, in the order in which they hold those of one another.
LISTS = ("provenance.json", "dcat.rdf", "ro-crate-metadata.json", "SHA256SUMS")
#: What tells times and not results.
TIMES = {"logs", "benchmarks"}


def project(folder: Path, region: str, cores: int) -> list[str]:
    """Copy the project to a folder and return the command that runs it."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--nocolor"]
    if region == "small":
        targets = [f"results/XXA/{target}" for target in synthetic.LEAN_TARGETS]
        command += [*targets, "--configfile", "country/config.yaml"]
    if (folder / "Snakefile").is_file():
        return command
    for name in ("src", "workflow", "config", "profiles"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", folder)
    if region == "example":
        shutil.copytree(ROOT / "data/raw/example", folder / "data/raw/example")
        return command
    synthetic.build_lean(folder / "country")
    return command


def products(folder: Path) -> dict[str, str]:
    """Digest of every file of the results that is no record of times; digests of such files in others do not count."""
    results = folder / "results"
    files = [path for path in results.rglob("*") if path.is_file() and not TIMES & set(path.parts)]
    digests: dict[str, str] = {}
    timed: dict[bytes, bytes] = {}
    for path in sorted(files, key=lambda path: (LISTS.index(path.name) if path.name in LISTS else -1, path)):
        whole = _timeless(path)
        for before, after in timed.items():
            whole = whole.replace(before, after)
        digest, timeless = (hashlib.sha256(data).hexdigest() for data in (path.read_bytes(), whole))
        if digest != timeless:
            timed[digest.encode()] = timeless.encode()
        digests[str(path.relative_to(results))] = timeless
    return digests


def _timeless(path: Path) -> bytes:
    """Bytes of a file; of the provenance without the time the run took and ended, of the crate without its length."""
    if path.name not in {"provenance.json", "ro-crate-metadata.json"}:
        return path.read_bytes()
    whole = json.loads(path.read_text())
    for name in ("finished", "run_seconds"):
        whole.pop(name, None)
    for entry in whole.get("@graph", []):
        if entry["@id"] == "provenance.json":
            entry.pop("contentSize", None)
    return json.dumps(whole).encode()


def start(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    with (folder / "run.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def until(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """Wait so long at most; return how the run ended, None if it was killed."""
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def undisturbed(folder: Path, command: list[str]) -> dict[str, Any]:
    """Run to the end, and note the time it takes and the products."""
    notes = folder / "undisturbed.json"
    if not notes.is_file():
        begun = time.monotonic()
        if until(start(folder, command), 3600) != 0:
            sys.exit(f"The undisturbed run failed: {folder / 'run.log'}")
        seconds = time.monotonic() - begun
        notes.write_text(json.dumps({"seconds": seconds, "products": products(folder), "kills": 0, "ends": 0}))
        sys.stdout.write(f"{len(products(folder))} products in {seconds:.0f} s\n")
        shutil.rmtree(folder / "results")
    return dict(json.loads(notes.read_text()))


def main() -> int:
    """Run once undisturbed, then kill until the number is reached; compare each time that a run comes to its end."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--region", choices=["small", "example"], default="small")
    arguments.add_argument("--cores", type=int, default=2)
    arguments.add_argument("--span", type=float, default=0.9, help="kill within this share of an undisturbed run")
    arguments.add_argument("--seconds", type=float, default=math.inf, help="begin no run after so long")
    given = arguments.parse_args()
    command = project(given.folder, given.region, given.cores)
    begun, state = time.monotonic(), undisturbed(given.folder, command)
    moment = random.Random(f"{given.seed} {state['kills']}")
    while (state["kills"] < given.kills or (given.folder / "results").is_dir()) and (
        time.monotonic() - begun < given.seconds
    ):
        # Until the number is reached, runs are killed; then the last one may end.
        is_last = state["kills"] >= given.kills
        code = until(
            start(given.folder, command), 3600 if is_last else moment.uniform(0, given.span * state["seconds"])
        )
        if code is None:
            state["kills"] += 1
        else:
            found, expected = products(given.folder), state["products"]
            wrong = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
            if code != 0 or wrong:
                sys.exit(f"After {state['kills']} kills the run ended with {code}; other bytes: {wrong}")
            state["ends"] += 1
            shutil.rmtree(given.folder / "results")
        (given.folder / "undisturbed.json").write_text(json.dumps(state))
    sys.stdout.write(f"{state['kills']} kills, {state['ends']} runs to the end, the same bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
