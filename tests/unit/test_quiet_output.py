"""One line of progress, failures in full."""

from __future__ import annotations

import io
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from snakemake_logger_plugin_comarca import LogHandler, Progress


def record(text: str, level: int = logging.INFO, **extra: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": text, "levelno": level, "levelname": logging.getLevelName(level)})
    made.__dict__.update(extra)
    return made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def make_handler() -> Any:
    def make(stream: io.StringIO, **settings: bool) -> LogHandler:
        common = SimpleNamespace(**({"stdout": False, "dryrun": False, "verbose": False} | settings))
        handler = LogHandler(common, None)
        handler.stream = stream
        return handler

    return make


def run(handler: LogHandler) -> None:
    handler.emit(record("Select jobs to execute..."))
    handler.emit(record("stats", event=LogEvent.RUN_INFO, stats={"assemble_table": 99, "plot_map": 1, "total": 100}))
    for job in range(100):
        handler.emit(
            record("x", event=LogEvent.JOB_INFO, jobid=job, rule_name="assemble_table", rule_msg=f"LIE: map {job}.")
        )
        handler.emit(record("x", event=LogEvent.JOB_FINISHED, job_id=job))


def test_where_nobody_watches_a_line_is_printed_per_tenth_of_the_work(make_handler: Any) -> None:
    stream = io.StringIO()
    run(make_handler(stream))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert "Select jobs" not in stream.getvalue()
    assert lines[5].startswith("[##########..........]  50 %, less than a minute left")
    assert lines[-1] == "[####################] 100 %"


def test_a_job_that_failed_is_not_named_as_what_runs(make_handler: Any) -> None:
    handler = make_handler(Terminal())
    handler.emit(record("stats", event=LogEvent.RUN_INFO, stats={"a": 3, "total": 3}))
    for job in (1, 2):
        handler.emit(record("x", event=LogEvent.JOB_INFO, jobid=job, rule_name="a", rule_msg=f"job {job}"))
    assert handler.progress.stage == "job 2"
    handler.emit(record("Error in rule a", logging.ERROR, event=LogEvent.JOB_ERROR, rule_name="a", jobid=2))
    assert handler.progress.stage == "job 1"
    assert handler.progress.share == 0
    assert "Error in rule a" in handler.stream.getvalue()


def test_a_terminal_shows_one_line_that_names_the_stage(make_handler: Any) -> None:
    stream = Terminal()
    handler = make_handler(stream)
    run(handler)
    handler.close()
    assert stream.getvalue().count("\n") == 1
    assert "LIE: map 42." in stream.getvalue()


def test_what_fails_is_printed_in_full(make_handler: Any) -> None:
    stream = io.StringIO()
    handler = make_handler(stream)
    run(handler)
    handler.emit(record("Error in rule plot_map\n  the whole of it", logging.ERROR, event=LogEvent.JOB_ERROR, jobid=7))
    assert stream.getvalue().endswith("Error in rule plot_map\n  the whole of it\n")


def test_a_dry_run_prints_its_plan(make_handler: Any) -> None:
    stream = io.StringIO()
    make_handler(stream, dryrun=True).emit(record("job count", event=LogEvent.RUN_INFO, stats={"all": 1}))
    assert stream.getvalue() == "job count\n"


def test_the_time_left_follows_from_the_weight_of_what_is_done() -> None:
    progress = Progress({"draw_maps": 1, "assemble_table": 25, "all": 1, "total": 27}, start_s=0)
    for job in range(25):
        progress.start(job, "assemble_table", "")
        progress.finish(job)
    progress.start(25, "draw_maps", "LIE: drawing the maps and the atlas.")
    assert (
        progress.line(300, width=99)
        == "[##########..........]  50 %, about 5 min left  LIE: drawing the maps and the atlas."
    )
    assert len(progress.line(300, width=40)) == 40


def test_snakemake_finds_the_handler() -> None:
    assert LoggerPluginRegistry().is_installed("comarca")
