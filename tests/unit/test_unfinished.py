import os
import socket
import subprocess
import sys
import textwrap

import pytest

from comarca.errors import InputError
from comarca.io import atomic_path
from comarca.plan.unfinished import ended_from_outside, memory_kills, take_over

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
    assert "half-written (1)" in notes[0]
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


def test_jobs_that_were_ended_from_outside_are_found_by_their_logs(tmp_path):
    logs = tmp_path / "results/A/logs"
    logs.mkdir(parents=True)
    (logs / "whole.log").write_text("x INFO comarca.jobs: 2.0 s, at most 90 MB of memory\n")
    (logs / "wrong.log").write_text("x ERROR comarca: a column lacks\n")
    (logs / "killed.log").write_text("x INFO comarca.io: read: a.parquet, 5 rows\n")
    (logs / "old.log").write_text("")
    os.utime(logs / "old.log", (1, 1))
    assert [path.stem for path in ended_from_outside([tmp_path / "results/A"], since=100.0)] == ["killed"]
    assert memory_kills() >= 0


def test_a_folder_that_cannot_be_written_to_is_one_message(tmp_path):
    (tmp_path / ".snakemake").write_text("a file, no folder")
    with pytest.raises(InputError, match="a folder that can be written to"):
        take_over(["results"], root=tmp_path)
