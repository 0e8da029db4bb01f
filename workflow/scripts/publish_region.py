"""Gather a region's data set with all that is needed to publish it."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from comarca.jobs import run
from comarca.publish.assembled import Assembled
from comarca.publish.provenance import inputs_from_table
from comarca.publish.publication.dataset import Statement, describe_dataset
from comarca.publish.publication.folder import write_publication


def main(
    *, products: Sequence[str], statement: Mapping[str, str], region_config: Mapping[str, Any], crate: str, **files: str
) -> None:
    data = Assembled(files)
    program, program_date = commit()
    described = describe_dataset(
        region=data.region,
        titles=data.titles,
        statement=Statement(**statement),
        inputs=inputs_from_table(data.sources),
        territories=data.territories,
        columns=data.columns,
        years=data.years,
        commit=program,
        commit_date=program_date,
    )
    write_publication(Path(crate).parent, [Path(path) for path in products], described, config=region_config)


def commit() -> tuple[str, str]:
    """Commit of the program's own folder and its date; empty where it is no repository."""
    folder = Path(__file__).resolve().parents[2]
    command = ["git", "-C", str(folder), "show", "--no-patch", "--format=%H %cs", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git, with words of our own
    name, _, date = done.stdout.strip().partition(" ") if done.returncode == 0 else ("", "", "")
    return name, date


if "snakemake" in globals():
    run(main, snakemake)
