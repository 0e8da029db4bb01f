"""What a run that was killed leaves behind: Snakemake's lock, and half-written files. The next run clears it away."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from comarca.errors import InputError
from comarca.io import PART_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

_RUNS: Final = ".snakemake/runs"
_LOCKS: Final = ".snakemake/locks"
#: What the log of every job ends with, however it ends by itself.
_LAST_LINE: Final = re.compile(r" of memory$| ERROR ", re.MULTILINE)


def take_over(folders: Iterable[str | Path], *, root: str | Path = ".") -> tuple[FileLock, list[str]]:
    """Note that this process runs in a folder; clear away what a run left that is no longer alive.

    Each run holds a file lock of its own, which the system frees when the process ends, however it ends. Snakemake's
    lock is only removed if runs of this machine are known and none of them is alive.

    Parameters
    ----------
    folders : iterable of path-like
        Folders of results, in which half-written files of dead runs are removed.
    root : path-like, optional
        The folder the run works in.

    Returns
    -------
    held : filelock.FileLock
        To be kept as long as the process lives.
    notes : list of str
        What was cleared away, or why a lock was left and what to type.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    runs, locks = Path(root) / _RUNS, Path(root) / _LOCKS
    host = socket.gethostname()
    lock = runs / f"{host}.{os.getpid()}.lock"
    held = FileLock(lock)
    try:
        runs.mkdir(parents=True, exist_ok=True)
        held.acquire()
    except OSError as error:
        raise InputError(str(Path(root).resolve()), got=str(error), expected="a folder that can be written to",
                         remedy="Work in another one, or free some space.") from error  # fmt: skip
    others = [path for path in sorted(runs.glob("*.lock")) if path != lock]
    dead = [path for path in others if path.stem.rpartition(".")[0] == host and _is_free(path)]
    is_locked = any(locks.glob("*.lock"))
    notes = []
    if dead and len(dead) == len(others):
        shutil.rmtree(locks, ignore_errors=True)
        parts = [part for folder in folders for part in sorted(Path(folder).rglob(f".*{PART_SUFFIX}"))]
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
        if is_locked or parts:
            notes.append(f"A run that was cut off left a lock or files half-written ({len(parts)}); they were removed.")
    elif is_locked:
        why = "another run works in this folder" if others else "a run of which nothing is known was cut off"
        notes.append(f"The folder is locked: {why}. If you are sure that none is running: snakemake --unlock")
    for path in dead:
        path.unlink(missing_ok=True)
    return held, notes


def ended_from_outside(folders: Iterable[str | Path], *, since: float) -> list[Path]:
    """Find the jobs that were ended from outside: their logs tell neither their time nor an error.

    Parameters
    ----------
    folders : iterable of path-like
        Folders of results.
    since : float
        Start of the run, seconds since the epoch; older logs are of other runs.

    Returns
    -------
    list of pathlib.Path
        Their logs, sorted.
    """
    logs = [path for folder in folders for path in sorted(Path(folder).glob("logs/**/*.log"))]
    return [
        path
        for path in logs
        if path.stat().st_mtime >= since and not _LAST_LINE.search(path.read_text(encoding="utf-8", errors="replace"))
    ]


def memory_kills() -> int:
    """Count the processes that the system ended for want of memory since it started; 0 where it does not tell."""
    try:
        words = Path("/proc/vmstat").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(words[words.index("oom_kill") + 1]) if "oom_kill" in words else 0


def _is_free(path: Path) -> bool:
    """Tell whether no process holds a lock."""
    try:
        with FileLock(path, timeout=0):
            return True
    except Timeout:
        return False
