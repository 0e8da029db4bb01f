"""What a script is called with, what its log says, and how a rule that lacks something is refused."""

from __future__ import annotations

import errno
import gc
import logging
import re
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import shapely
from rasterio._err import CPLE_OutOfMemoryError
from snakemake.iocontainers import InputFiles, OutputFiles, Params, Wildcards

from comarca.errors import InputError
from comarca.jobs import machine_fault, run


@dataclass
class Job:
    """As much of what Snakemake hands to a script as is read."""

    log: list[str]
    input: InputFiles = field(default_factory=InputFiles)
    output: OutputFiles = field(default_factory=OutputFiles)
    params: Params = field(default_factory=Params)
    wildcards: Wildcards = field(default_factory=Wildcards)
    rule: str = "build_it"
    threads: int = 2
    config: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def job(tmp_path):
    inputs = InputFiles(toclone=["a.csv", "b.csv", "c.csv", "x.py"])
    inputs._set_name("first", 0)
    inputs._set_name("others", 1, end=3)
    inputs._set_name("code", 3, end=4)
    return Job(
        [str(tmp_path / "it.log")],
        inputs,
        OutputFiles(fromdict={"table": "t.parquet"}),
        Params(fromdict={"options": {"k": 5}}),
        Wildcards(fromdict={"region": "LIE"}),
        config={"offline": True},
    )


@pytest.fixture(autouse=True)
def restored_logging():
    handlers, level = [*logging.root.handlers], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = handlers, level
    logging.captureWarnings(False)


def test_a_script_gets_what_it_asks_for_by_name(job):
    got = {}

    def main(*, first, others, table, options, region, threads, config, log, missing=None):
        got.update(locals())

    run(main, job)
    assert got["first"] == "a.csv"
    assert got["others"] == ["b.csv", "c.csv"]
    assert (got["table"], got["options"], got["region"]) == ("t.parquet", {"k": 5}, "LIE")
    assert (got["threads"], got["config"], got["missing"]) == (2, {"offline": True}, None)
    assert got["log"] == job.log[0]


def test_files_that_no_parameter_asks_for_come_together_without_the_code(job):
    got = {}

    def main(*, table, **files):
        got.update(files)

    run(main, job)
    assert got == {"first": "a.csv", "others": ["b.csv", "c.csv"]}


def test_what_nobody_gives_is_named(job):
    def main(*, first, roads):
        raise AssertionError

    with pytest.raises(TypeError, match="rule build_it gives no roads"):
        run(main, job)


def test_two_things_of_one_name_are_refused(job):
    job.params = Params(fromdict={"table": 1})

    def main(*, table):
        raise AssertionError

    with pytest.raises(TypeError, match="two things named table: output and params"):
        run(main, job)


def test_the_log_names_the_job_its_time_and_its_memory(job):
    run(lambda: None, job)
    text = Path(job.log[0]).read_text()
    assert "build_it region=LIE" in text
    assert " s, at most " in text


def test_what_imports_made_is_not_searched_for_garbage(job):
    gc.unfreeze()
    try:
        run(lambda: None, job)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_an_error_of_the_users_ends_the_job_with_one_message(job, capsys):
    def main():
        raise InputError("holdings.csv, row 3", got="x", expected="a number")

    with pytest.raises(SystemExit):
        run(main, job)
    assert capsys.readouterr().err.strip() == "comarca: holdings.csv, row 3: got 'x', expected a number."
    assert "Traceback" not in Path(job.log[0]).read_text()


def test_every_script_ends_in_the_same_call(root):
    for path in (root / "workflow/scripts").glob("*.py"):
        assert path.read_text().endswith('\n\n\nif "snakemake" in globals():\n    run(main, snakemake)\n'), path.name


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "a.parquet"),
            "the disk is full.*a.parquet.*same command again",
        ),
        (OSError(errno.EROFS, "Read-only file system"), "cannot be written to"),
        (PermissionError(errno.EACCES, "Permission denied", "results"), "may not be read or written.*results"),
        (MemoryError("Unable to allocate 4 GiB"), "too little memory.*4 GiB.*--cores 1.*abroad_buffer_km"),
        (RuntimeError("GDAL: No space left on device"), "the disk is full"),
    ],
)
def test_what_the_machine_lacks_is_one_message(job, capsys, error, words):
    def main():
        raise ValueError("could not write") from error

    with pytest.raises(SystemExit):
        run(main, job)
    told = capsys.readouterr().err
    assert re.search(words, told)
    assert "Traceback" not in told
    assert "Traceback" in Path(job.log[0]).read_text()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "too little memory: no more could be had"),
        (CPLE_OutOfMemoryError(2, 2, "memory allocation failed"), "too little memory: memory allocation failed"),
        (shapely.errors.GEOSException("std::bad_alloc"), "too little memory"),
        (BrokenProcessPool("terminated abruptly"), "ended from outside, as systems do where memory is short"),
    ],
)
def test_a_lack_of_memory_is_told_whoever_notices_it(error, words):
    assert words in machine_fault(error)
    assert "--resources mem_mb" in machine_fault(error)


def test_other_errors_are_not_the_machines():
    assert machine_fault(ValueError("no such column")) is None
    assert machine_fault(FileNotFoundError(errno.ENOENT, "no such file")) is None


def test_a_file_that_may_not_grow_leaves_nothing_half_written(tmp_path):
    """A limit on the size of files stands in for a full disk: both end a write in the middle."""
    script = (
        "import resource, sys, numpy as np, pandas as pd\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "from comarca import io\nfrom comarca.jobs import machine_fault\n"
        "table = pd.DataFrame({'a': np.random.default_rng(1).random(50_000)})\n"
        "for write in (lambda: io.write_table(table, 'a.parquet'), lambda: io.write_text('x' * 50_000, 'a.txt'),\n"
        "              lambda: io.write_arrays({'a': table['a'].to_numpy()}, 'a.npz')):\n"
        "    try:\n        write()\n    except Exception as error:\n        print(machine_fault(error))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.count("may not grow so large") == 3, done.stdout
    assert list(tmp_path.iterdir()) == []
