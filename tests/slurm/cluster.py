"""A SLURM cluster of one node on this machine: munge, a controller and a daemon, without accounting."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
COMMANDS = ("sbatch", "srun", "squeue", "sinfo", "scontrol", "scancel")

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={controller_port}
SlurmdPort={node_port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
MinJobAge=3600
SchedulerParameters=batch_sched_delay=1,sched_interval=2
NodeName={host} CPUs={cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def lacking() -> list[str]:
    """Programs of SLURM that are not installed."""
    return [name for name in (*DAEMONS, *COMMANDS) if shutil.which(name, path=_places()) is None]


def _places() -> str:
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin"])


def _commands(folder: Path, config: Path) -> Path:
    """Write commands that know this cluster: the executor clears all variables of SLURM from the environment."""
    folder.mkdir()
    for name in COMMANDS:
        program = shutil.which(name, path=_places())
        (folder / name).write_text(f'#!/bin/sh\nSLURM_CONF={config} exec {program} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(folder: Path, *, cpus: int, memory_mb: int) -> Iterator[dict[str, str]]:
    """Run the daemons; give the environment in which SLURM's commands find them."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    folder.chmod(0o755)
    config = folder / "slurm.conf"
    config.write_text(
        CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], folder=folder, cpus=cpus, memory_mb=memory_mb,
            controller_port=_free_port(), node_port=_free_port(),
        )
    )  # fmt: skip
    path = os.pathsep.join([str(_commands(folder / "bin", config)), _places()])
    environment = {**os.environ, "SLURM_CONF": str(config), "PATH": path}
    munge = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.socket"]
    munge += [f"--{name}-file={folder}/munge.{name}" for name in ("pid", "log", "seed")]
    commands = [munge, ["slurmctld", "-D", "-i"], ["slurmd", "-D"]]
    daemons = []
    with (folder / "daemons.log").open("w") as log:
        try:
            for command in commands:
                daemons.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
                time.sleep(1)
            _wait_for_node(environment, folder)
            yield environment
        finally:
            for daemon in reversed(daemons):
                daemon.terminate()
                daemon.wait(timeout=30)


def _wait_for_node(environment: dict[str, str], folder: Path) -> None:
    for _ in range(60):
        state = subprocess.run(
            ["sinfo", "-h", "-o", "%T"], env=environment, capture_output=True, text=True, check=False
        )
        if state.stdout.strip() == "idle":
            return
        time.sleep(1)
    logs = "\n".join(path.read_text()[-2000:] for path in sorted(folder.glob("*.log")))
    raise RuntimeError(f"the node of the test cluster does not come up: {state.stdout} {state.stderr}\n{logs}")
