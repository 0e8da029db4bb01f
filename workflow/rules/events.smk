# What is checked before the first job, and what is said when a run begins and ends.
import time

from comarca.fetch.failures import failure_table
from comarca.jobs import MORE_MEMORY
from comarca.plan.prune import prune
from comarca.plan.unfinished import ended_from_outside, memory_kills
from comarca.publish.summary import failed_checks, failed_layers, summarise_run

STARTED = time.time()
KILLED_BEFORE = memory_kills()
#: Wanted by the targets of a strict run if checks failed in the last one. Snakemake ends a run without any job by itself.
FAILED_BEFORE = [".snakemake/failed_checks"] if PLAN.config.strict and failed_checks(PLAN.folders) else []
if workflow.is_main_process:
    for path in FAILED_BEFORE:
        Path(path).unlink(missing_ok=True)


def check_run():
    """Look into the user's files once, before the first job; `--touch` runs none."""
    if workflow.touch:
        return
    try:
        PLAN.check()
    except ComarcaError as error:
        raise WorkflowError(str(error)) from None


def stop_polling():
    """Let Snakemake choose jobs when one ends, and not every second as its limit of jobs per second has it do.

    That limit is meant for clusters. Here it cost as much as a third of the jobs: each job that ends adds another poll.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def tell_stale():
    """Remove products that the configuration no longer has where `prune` says so, else name them."""
    if not (paths := PLAN.stale()):
        return
    names = ", ".join(map(str, paths[:5])) + (" ..." if len(paths) > 5 else "")
    if PLAN.config.prune:
        prune(paths)
        print(f"comarca: {len(paths)} stale products were removed: {names}")
    else:
        print(f"comarca: {len(paths)} products are of columns or classes that the configuration no longer has: {names}")
        print("  Run again with --config prune=true to remove them.")


def print_failures():
    """One table of what could not be had, whichever layers and regions it belongs to."""
    if rows := failed_layers(PLAN.folders):
        print(f"\ncomarca: these files could not be had:\n{failure_table(rows)}\n", file=sys.stderr)


def print_killed():
    """Name the jobs that were ended from outside, and say what helps where memory is short."""
    for log in ended_from_outside(PLAN.folders.values(), since=STARTED):
        why = (
            "the system ended it for want of memory" if memory_kills() > KILLED_BEFORE else "it was ended from outside"
        )
        print(f"\ncomarca: {log.stem}: {why}, see {log}. If memory is short: {MORE_MEMORY}.\n", file=sys.stderr)


def print_summary():
    """The last line, what to open, stands out on a terminal."""
    *lines, last = summarise_run(PLAN.folders, seconds=time.time() - STARTED)
    print(*lines, f"\033[1m{last}\033[0m" if sys.stdout.isatty() else last, sep="\n")


def end_strictly():
    """End with exit status 3 where a check failed and the configuration is strict."""
    if PLAN.config.strict and failed_checks(PLAN.folders):
        print("comarca: `strict` is set and checks failed: exit status 3.", file=sys.stderr)
        sys.exit(3)
