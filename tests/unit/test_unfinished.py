import os
import socket
import subprocess
import sys
import textwrap

import pytest

from comarca.io import atomic_path
from comarca.plan.unfinished import take_over

KILLED = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from comarca.io import atomic_path
    from comarca.plan.unfinished import take_over
    held, _ = take_over(["results"])
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").write_text("results/table.csv")
    with atomic_path("results/a/table.csv") as part:
        part.write_text("half")
        print("ready", flush=True)
        if "wait" in sys.argv:
            sys.stdin.read()
        os.kill(os.getpid(), 9)
    """
)


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def kill(folder):
    with start(folder) as process:
        process.communicate()
    assert process.returncode == -9


@pytest.fixture
def locks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".snakemake/locks"


def test_the_lock_and_the_half_written_files_of_a_killed_run_are_removed(locks, tmp_path):
    kill(tmp_path)
    assert list(locks.glob("*.lock"))
    assert [path.name for path in (tmp_path / "results/a").iterdir()] != ["table.csv"]
    held, notes = take_over(["results"])
    assert not locks.exists()
    assert list((tmp_path / "results/a").iterdir()) == []
    assert "1 half-written" in notes[0]
    held.release()


def test_the_lock_of_a_run_that_is_alive_stays_and_the_command_is_said(locks, tmp_path):
    with start(tmp_path, "wait") as process:
        process.stdout.readline()
        held, notes = take_over(["results"])
        process.communicate(b"")
    assert list(locks.glob("*.lock"))
    assert "snakemake --unlock" in notes[0]
    held.release()


def test_a_lock_of_another_machine_stays(locks, tmp_path):
    kill(tmp_path)
    own = next((tmp_path / ".snakemake/runs").glob(f"{socket.gethostname()}.*.lock"))
    own.rename(own.with_name(f"elsewhere.{os.getpid() + 1}.lock"))
    held, notes = take_over(["results"])
    assert list(locks.glob("*.lock"))
    assert "snakemake --unlock" in notes[0]
    held.release()


def test_a_file_that_is_being_written_has_a_name_that_tells_so(tmp_path):
    with atomic_path(tmp_path / "a.csv") as part:
        part.write_text("1")
        assert part.parent.name.startswith(".a.csv.")
        assert part.parent.suffix == ".part"
