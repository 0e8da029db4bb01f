"""Quiet output of a run, ``snakemake --logger comarca``: one line of progress, failures in full."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, Final

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

if TYPE_CHECKING:
    from logging import LogRecord
    from typing import TextIO

__all__ = ["LogHandler", "Progress"]

#: Share of a run's time that a job of these rules takes, relative to any other job.
WEIGHTS: Final = {
    "draw_maps": 25,
    "plot_sheets": 10,
    "build_network": 5,
    "build_connectors": 4,
    "compute_travel_times": 5,
    "compute_travel_block": 8,
    "export_atlas_html": 3,
    "fetch_layer": 5,
    "all": 0,
}
_BAR_WIDTH: Final = 20
#: Where nobody watches, a line is printed each time that so many percent are passed.
_STEP_PERCENT: Final = 10
#: No time left is stated before so much of the work is done.
_MIN_DONE: Final = 0.05
#: How Snakemake begins what it says where all products are there.
_NOTHING: Final = "Nothing to be done"


class Progress:
    """How much of a run is done, by weight of its jobs.

    Parameters
    ----------
    counts : dict
        Rule -> number of jobs; a key ``total`` is left out.
    start_s : float
        When the run started, on the clock that `line` is asked by.
    """

    def __init__(self, counts: dict[str, int], *, start_s: float) -> None:
        self.total = sum(_weight(rule) * count for rule, count in counts.items() if rule != "total")
        self.start_s = start_s
        self.done = 0
        self.running: dict[int, tuple[str, str]] = {}

    def start(self, job: int, rule: str, message: str) -> None:
        """Note that a job of a rule has started."""
        self.running[job] = (rule, message)

    def finish(self, job: int) -> None:
        """Note that a job has ended well."""
        if job in self.running:
            self.done += _weight(self.running.pop(job)[0])

    def fail(self, job: int) -> None:
        """Note that a job has failed: it runs no more, and its work is not done."""
        self.running.pop(job, None)

    @property
    def share(self) -> float:
        """Part of the work that is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 1.0

    @property
    def stage(self) -> str:
        """What the job says that started last and still runs."""
        return next(reversed(self.running.values()))[1] if self.running else ""

    def line(self, now_s: float, *, width: int) -> str:
        """Write the line of progress.

        Parameters
        ----------
        now_s : float
            The time.
        width : int
            Characters that it may take.

        Returns
        -------
        str
            Bar, percent, time left where it can be told, stage.
        """
        full = round(_BAR_WIDTH * self.share)
        bar = "#" * full + "." * (_BAR_WIDTH - full)
        left = ""
        if _MIN_DONE <= self.share < 1:
            left = f", {_duration((now_s - self.start_s) * (1 / self.share - 1))} left"
        return f"[{bar}] {100 * self.share:3.0f} %{left}  {self.stage}".rstrip()[:width]


class LogHandler(LogHandlerBase):
    """Print progress on one line of a terminal, or a line per tenth of the work; what went wrong in full."""

    def __post_init__(self) -> None:
        self.stream: TextIO = sys.stdout if self.common_settings.stdout else sys.stderr
        self.progress: Progress | None = None
        self.printed = -1
        self.open_line = False

    @property
    def writes_to_stream(self) -> bool:
        """It takes the place of Snakemake's own output."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Snakemake keeps its whole log below ``.snakemake/log`` anyway."""
        return False

    @property
    def has_filter(self) -> bool:
        """What is passed on is decided here: a quiet profile drops the events that progress is made of."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Failures and plans are written as Snakemake writes them."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Counts of jobs are enough."""
        return False

    def emit(self, record: LogRecord) -> None:
        """Print a record, or note what it says of the progress."""
        try:
            plain = self.common_settings.dryrun or self.common_settings.verbose
            if plain or (not self._note(record) and _is_told(record)):
                self._print(self.format(record))
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Leave the cursor below the line of progress."""
        self._end_line()
        super().close()

    def _note(self, record: LogRecord) -> bool:
        """Take in what a record says of the progress; whether it did."""
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO:
            self.progress = Progress(dict(record.stats), start_s=time.monotonic())  # type: ignore[attr-defined]
        elif self.progress is None:
            return False
        elif event == LogEvent.JOB_ERROR:
            self.progress.fail(record.jobid)  # type: ignore[attr-defined]
            return False
        elif event == LogEvent.JOB_INFO:
            stage = record.rule_msg or record.rule_name.replace("_", " ")  # type: ignore[attr-defined]
            self.progress.start(record.jobid, record.rule_name, stage)  # type: ignore[attr-defined]
        elif event == LogEvent.JOB_FINISHED:
            self.progress.finish(record.job_id)  # type: ignore[attr-defined]
        else:
            return False
        self._show(self.progress)
        return True

    def _show(self, progress: Progress) -> None:
        if self.stream.isatty():
            line = progress.line(time.monotonic(), width=shutil.get_terminal_size().columns - 1)
            self.stream.write(f"\r\x1b[K{line}")
            self.open_line = True
        elif (step := int(100 * progress.share) // _STEP_PERCENT) > self.printed:
            self.printed = step
            self.stream.write(progress.line(time.monotonic(), width=160) + "\n")
        self.stream.flush()

    def _print(self, text: str | None) -> None:
        if text and text != "None":
            self._end_line()
            self.stream.write(f"{text}\n")
            self.stream.flush()

    def _end_line(self) -> None:
        if self.open_line:
            self.stream.write("\n")
            self.stream.flush()
            self.open_line = False


def _is_told(record: LogRecord) -> bool:
    return record.levelname in {"WARNING", "ERROR", "CRITICAL"} or str(record.msg).startswith(_NOTHING)


def _weight(rule: str) -> int:
    return WEIGHTS.get(rule, 1)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes else "less than a minute"
