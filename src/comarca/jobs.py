"""What every workflow script needs: its files and parameters by name, a log file, errors for users."""

from __future__ import annotations

import errno
import gc
import inspect
import logging
import resource
import sys
import time
import warnings
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from comarca.errors import ComarcaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

logger = logging.getLogger(__name__)

#: Inputs that a job hangs on and no script reads.
_UNREAD: Final = frozenset({"code"})
#: What a machine lacks, and what to do, by the number of the system's error.
_LACKING: Final = {
    errno.ENOSPC: ("the disk is full", "Free some space"),
    errno.EDQUOT: ("your share of the disk is full", "Free some space"),
    errno.EFBIG: ("a file may not grow so large here", "Raise the limit on the size of files (ulimit -f)"),
    errno.EROFS: ("the disk cannot be written to", "Work in a folder that can be written to"),
    errno.EACCES: ("a file or folder may not be read or written", "Give yourself the right to it"),
    errno.EPERM: ("a file or folder may not be read or written", "Give yourself the right to it"),
}
#: How many new objects, and rounds, garbage is searched after: the usual 700 cost a tenth of a job that draws.
_COLLECTED_EVERY: Final = (50_000, 20, 20)
_RESUME: Final = "and run the same command again: what is done is kept, and nothing half-written is left."
#: What to do where memory lacks.
MORE_MEMORY: Final = (
    "Run fewer jobs at a time (`--cores 1`, or `--resources mem_mb=8000`). Where one job alone takes too much: a job"
    " that holds the road network shrinks with the network alone (a smaller extract, a smaller `abroad_buffer_km`), one"
    " of demand points with coarser cells (`demand_cell_m`). Else use a machine with more memory"
)


def run(main: Callable[..., None], snakemake: Any) -> None:
    """Call a script's function with what its rule says, filled in by name.

    Parameters
    ----------
    main : callable
        Takes keyword arguments: names of the rule's inputs (one path, or a list of them), outputs, parameters and
        wildcards, and ``log``, ``threads`` and ``config`` (the configuration of the run). With a parameter
        ``**layers``, whatever its name, it also gets the named inputs and outputs that no parameter asks for.
    snakemake : object
        What Snakemake puts into a script.

    Raises
    ------
    TypeError
        If the rule lacks something that `main` needs, or has two things by its name.
    SystemExit
        As from `job`.
    """
    # What the imports made is there to the end: it need not be searched for garbage, nor taken apart when the job ends.
    gc.freeze()
    gc.set_threshold(*_COLLECTED_EVERY)
    with job(snakemake.log[0]):
        arguments = _arguments(main, snakemake)
        wildcards = " ".join(f"{name}={value}" for name, value in _named(snakemake.wildcards).items())
        logger.info("%s %s", snakemake.rule, wildcards)
        start = time.perf_counter()
        try:
            main(**arguments)
        finally:
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            logger.info("%.1f s, at most %.0f MB of memory", time.perf_counter() - start, peak_mb)


@contextmanager
def job(log_path: str) -> Iterator[None]:
    """Run a job with its log file: warnings and log records go there, a user's error is one message.

    Parameters
    ----------
    log_path : str
        The job's log file; written anew.

    Yields
    ------
    None

    Raises
    ------
    SystemExit
        With status 1 after a `ComarcaError`, whose message goes to the log and to standard error, and where the
        machine lacks something, see `machine_fault`. Any other exception passes through with its traceback, which is in
        the log as well.
    """
    logging.basicConfig(
        filename=log_path,
        filemode="w",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    log = logging.getLogger("comarca")
    try:
        yield
    except ComarcaError as error:
        log.error("%s", error)  # noqa: TRY400 (the message is for users, who need no traceback)
        sys.stderr.write(f"\ncomarca: {error}\n\n")
        raise SystemExit(1) from None
    except Exception as error:
        log.exception("The job failed.")
        if (told := machine_fault(error)) is None:
            raise
        sys.stderr.write(f"\ncomarca: {told}\n\n")
        raise SystemExit(1) from None


def machine_fault(error: BaseException) -> str | None:
    """Tell what a machine lacks: space, the right to write, memory.

    Parameters
    ----------
    error : BaseException
        What ended a job; also what it was raised from is looked at.

    Returns
    -------
    str or None
        A message that says what to do; None where the machine is not the cause.
    """
    cause: BaseException | None = error
    while cause is not None:
        number = getattr(cause, "errno", None) if isinstance(cause, OSError) else None
        if "No space left on device" in str(cause):
            number = errno.ENOSPC
        if number in _LACKING:
            what, remedy = _LACKING[number]
            return f"{what}: {cause}. {remedy} {_RESUME}"
        kind = type(cause).__name__
        if isinstance(cause, MemoryError) or kind == "CPLE_OutOfMemoryError" or "std::bad_alloc" in str(cause):
            return f"there is too little memory: {str(cause) or 'no more could be had'}. {MORE_MEMORY}, {_RESUME}"
        if kind == "BrokenProcessPool":
            return f"a process was ended from outside, as systems do where memory is short. {MORE_MEMORY}, {_RESUME}"
        cause = cause.__cause__ or cause.__context__
    return None


def run_step(main: Callable[..., None], step: Mapping[str, Any], *, log: str) -> None:
    """Call the function of another rule's script within a job, filled in by name as in `run`.

    Parameters
    ----------
    main : callable
        The script's function.
    step : mapping
        ``rule`` (its name), and ``input``, ``output``, ``params``, ``wildcards`` by name, as plain data.
    log : str
        Log file of the job.
    """
    start = time.perf_counter()
    stand_in = SimpleNamespace(**step, log=[log], threads=1, config={})
    main(**_arguments(main, stand_in))
    logger.info("%s %s: %.1f s", step["rule"], step["wildcards"], time.perf_counter() - start)


def _arguments(main: Callable[..., None], snakemake: Any) -> dict[str, Any]:
    files = {"input": _named(snakemake.input), "output": _named(snakemake.output)}
    given = {**files, "params": _named(snakemake.params), "wildcards": _named(snakemake.wildcards)}
    given["job"] = {"log": snakemake.log[0], "threads": snakemake.threads, "config": snakemake.config}
    arguments: dict[str, Any] = {}
    parameters = inspect.signature(main).parameters.values()
    asked = [parameter for parameter in parameters if parameter.kind is not parameter.VAR_KEYWORD]
    for parameter in asked:
        sources = [kind for kind, taken in given.items() if parameter.name in taken]
        if len(sources) > 1:
            raise TypeError(f"rule {snakemake.rule} has two things named {parameter.name}: {' and '.join(sources)}")
        if sources:
            arguments[parameter.name] = given[sources[0]][parameter.name]
        elif parameter.default is parameter.empty:
            raise TypeError(
                f"rule {snakemake.rule} gives no {parameter.name}, which its script needs: no input, output, parameter "
                "or wildcard bears that name"
            )
    if len(asked) < len(parameters):
        names = {parameter.name for parameter in asked} | _UNREAD
        arguments |= {name: value for part in files.values() for name, value in part.items() if name not in names}
    return arguments


def _named(items: Any) -> Mapping[str, Any]:
    """List what Snakemake knows by name: one path as text, several as a list, parameters as they are."""
    return {name: [*value] if isinstance(value, list) else value for name, value in items.items()}
