"""Runs of the workflow in one process: all of a run but the start of a process for each job.

``python in_process.py FOLDER TARGET ...`` runs Snakemake in a folder. Several runs are parted by ``--``: each is a
process forked from this one, which has the package loaded, one after the other.
"""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import runpy
import sys
import traceback
from types import SimpleNamespace

from snakemake.cli import main as snakemake
from snakemake.script import PythonScript

import comarca
from comarca.jobs import run

#: What a script may ask its rule for.
GIVEN = ("input", "output", "params", "wildcards", "threads", "resources", "log", "config")


def call(script: PythonScript) -> None:
    """Call a script's function here, in place of `PythonScript.evaluate`, which starts a process."""
    if script.bench_record is not None:
        # Snakemake measures the process of a job, which there is none of.
        script.bench_record.running_time = 0.0
    main = runpy.run_path(script.path.get_path_or_uri(secret_free=False))["main"]
    handlers = logging.getLogger().handlers[:]
    try:
        run(main, SimpleNamespace(**{name: getattr(script, name) for name in GIVEN}, rule=script.rulename))
    finally:
        logging.getLogger().handlers[:] = handlers


def load() -> None:
    """Import the whole package."""
    for module in pkgutil.walk_packages(comarca.__path__, "comarca."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def begin(folder: str, *arguments: str) -> None:
    """Run Snakemake in a folder, and end."""
    os.chdir(folder)
    PythonScript.evaluate = call
    # One job at a time: the log of a job is that of the process.
    snakemake(["--cores", "1", "--nocolor", *arguments])


def forked(folder: str, *arguments: str) -> int:
    """Run Snakemake in a process of its own; return its status."""
    if (child := os.fork()) == 0:
        try:
            begin(folder, *arguments)
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    runs: list[list[str]] = [[]]
    for word in sys.argv[1:]:
        runs = [*runs, []] if word == "--" else [*runs[:-1], [*runs[-1], word]]
    load()
    if len(runs) == 1:
        begin(*runs[0])
    return next((status for each in runs if (status := forked(*each))), 0)


if __name__ == "__main__":
    sys.exit(main())
